import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { day } from '../../fakes/house.ts';
import { answersOn, type Story, startStory, titlesOn, valueIn } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

describe('A1 to A3: Accept opens a form', () => {
  test('in place of the card, for the one who pressed alone, with what is known filled in', async () => {
    const { teams, ada, ben } = story;
    const { card } = await story.posted();
    const form = await teams.press(ben, card, 'Accept');
    expect(form.status).toBe(200);
    expect(['name', 'amount', 'currency', 'closeDate'].map((id) => valueIn(teams.cardOf(card, ben), id))).toEqual([
      'Alpenmilch AG – Lakehouse Accelerator',
      120000,
      'CHF',
      '2027-03-31',
    ]);
    expect(form.text).toContain('You: Ben Adler');
    expect(form.text).toContain(text('en', 'accept.notesHint'));
    expect(titlesOn(teams.cardOf(card, ada))).toContain('Accept');
    expect(titlesOn(teams.cardOf(card))).toContain('Accept');
    expect(card.edits).toBe(0);
  });

  test('in German for a German reader', async () => {
    const { teams, cem } = story;
    const { card } = await story.posted();
    const form = await teams.press(cem, card, 'Accept');
    expect(form.text).toContain('Verkaufschance annehmen');
    expect(form.text).toContain('Sie: Cem Yilmaz');
    expect(titlesOn(teams.cardOf(card, cem))).toEqual(expect.arrayContaining(['Annehmen', 'Abbrechen']));
  });

  test('with the name that the sender gave, and empty fields for what the sender left out', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted({ name: 'Data estate', value: undefined, closeDate: undefined });
    await teams.press(ben, card, 'Accept');
    const form = teams.cardOf(card, ben);
    expect(valueIn(form, 'name')).toBe('Data estate');
    expect([valueIn(form, 'amount') ?? '', valueIn(form, 'closeDate')]).toEqual(['', '']);
  });

  test('and Cancel turns it back into the card, without a word about empty fields', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted({ value: undefined });
    await teams.press(ben, card, 'Accept');
    const back = await teams.press(ben, card, 'Cancel', {}, { validate: true });
    expect(back.complaints).toEqual({});
    expect(titlesOn(teams.cardOf(card, ben))).toEqual(
      expect.arrayContaining(['Accept', 'Decline', 'Customer contact']),
    );
    expect((await story.deal(id)).status).toBe('received');
  });
});

describe('too late to open the form', () => {
  test('A4: after somebody else, it says who accepted and when', async () => {
    const { teams, ada, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    const late = await teams.press(ada, { message: card, card: teams.cardOf(card) }, 'Accept');
    expect(late.text).toContain('Ben Adler accepted this on 2 Nov 2026, 10:00 CET');
    expect(answersOn(teams.cardOf(card, ada))).toEqual([]);
  });

  test('L5: at respond-by it says that the time is over, though the expiry is not written yet', async () => {
    const { teams, ben, clock } = story;
    const { card, id } = await story.posted();
    clock.move(14 * day - 1);
    expect(titlesOn((await teams.press(ben, card, 'Accept')).card ?? {})).toContain('Cancel');
    clock.move(1);
    const late = await teams.press(ben, { message: card, card: teams.cardOf(card) }, 'Accept');
    expect(late.text).toContain('The time to answer ended on 16 Nov 2026, 10:00 CET');
    expect(answersOn(late.card ?? {})).toEqual([]);
    expect((await story.deal(id)).status).toBe('received');
  });
});
