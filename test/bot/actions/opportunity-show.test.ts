import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Story, startStory, titlesOn } from '../../fakes/story.ts';

let story: Story;

beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story.stop());

test('Show on a reminder shows the card as it is now, with what was decided since', async () => {
  const { teams, ada, ben, cem } = story;
  const { card } = await story.posted();
  await story.move(7 * 86_400_000);
  const reminder = teams.lastIn(card);
  const open = await teams.press(cem, reminder, 'Show');
  expect(open.text).toContain('Noch 7 Tage');
  expect(titlesOn(open.card ?? {})).toEqual(expect.arrayContaining(['Annehmen', 'Ablehnen', 'Kundenkontakt']));
  await teams.press(ben, card, 'Accept');
  await teams.press(ben, card, 'opportunity.accept.send');
  const answered = await teams.press(ada, reminder, 'Show');
  expect(answered.text).toContain('Ben Adler accepted this on 9 Nov 2026, 10:00 CET');
});

test('the contact is not in it', async () => {
  const { teams, ben } = story;
  const { card, id } = await story.posted();
  const shown = await teams.forge(ben, card, 'opportunity.show', { dealId: id });
  expect(shown.text).toContain('Alpenmilch AG');
  expect(JSON.stringify(shown.body)).not.toContain('Reto Muster');
});
