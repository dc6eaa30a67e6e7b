import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { declineReasons } from '../../../src/deals/deal.ts';
import { day } from '../../fakes/house.ts';
import { inputsOf } from '../../fakes/seen-card.ts';
import { answersOn, type Story, startStory, titlesOn } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

describe('D1, D2: Decline opens a form', () => {
  test('in place of the card, for the one who pressed alone, with every reason of the list', async () => {
    const { teams, ada, ben } = story;
    const { card } = await story.posted();
    const form = await teams.press(ben, card, 'Decline');
    expect(form.text).toContain(text('en', 'decline.final'));
    const [reason] = inputsOf(form.card ?? {});
    expect(reason).toMatchObject({ id: 'reason', choices: declineReasons.map((value) => ({ value })) });
    expect(titlesOn(teams.cardOf(card, ada))).toContain('Decline');
    expect(card.edits).toBe(0);
  });

  test('in German for a German reader', async () => {
    const { teams, cem } = story;
    const { card } = await story.posted();
    const form = await teams.press(cem, card, 'Decline');
    expect(form.text).toContain('Verkaufschance ablehnen');
    expect(JSON.stringify(form.card)).toContain(text('de', 'reason.abuse'));
  });

  test('and Cancel turns it back into the card', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Decline');
    const back = await teams.press(ben, card, 'Cancel', {}, { validate: true });
    expect(back.complaints).toEqual({});
    expect(titlesOn(back.card ?? {})).toEqual(expect.arrayContaining(['Accept', 'Decline', 'Customer contact']));
    expect((await story.deal(id)).status).toBe('received');
  });
});

describe('too late to open the form', () => {
  test('L6: after somebody else, it says who declined and when', async () => {
    const { teams, ada, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Decline');
    await teams.press(ben, card, 'opportunity.decline.send', { reason: 'budget' });
    const late = await teams.press(ada, { message: card, card: teams.cardOf(card) }, 'Decline');
    expect(late.text).toContain('Ben Adler declined this on 2 Nov 2026, 10:00 CET');
    expect(answersOn(late.card ?? {})).toEqual([]);
  });

  test('L5: at respond-by it says that the time is over', async () => {
    const { teams, ben, clock } = story;
    const { card } = await story.posted();
    clock.move(14 * day);
    const late = await teams.press(ben, card, 'Decline');
    expect(late.text).toContain('The time to answer ended on 16 Nov 2026, 10:00 CET');
    expect(answersOn(late.card ?? {})).toEqual([]);
  });
});
