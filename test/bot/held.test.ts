import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { held, mostTyped } from '../../bot/held.ts';
import { text } from '../../cards/index.ts';
import type { Json } from '../fakes/seen-card.ts';
import { cited, errorsOn, valueIn } from '../fakes/story.ts';
import { type DialogStory, shapes, startDialogs } from './dialogs/story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

/** Something that a person wrote elsewhere, and pasted. */
const pasted = (length: number) => 'Größe: “fünf Werke”,\n'.repeat(length / 20).slice(0, length);

/** Two bytes a character (facts/teams.md 1.7). */
function expectTeamsTakes(card: Json): void {
  expect(2 * JSON.stringify(card).length).toBeLessThan(80_000);
}

describe('more than a form can hold', () => {
  test('A1, A2: the accept form comes back, with the beginning and an error at its field, and all the rest as it was', async () => {
    const { teams, ben, cem } = story;
    const { card, id } = await story.posted();
    for (const [user, language] of [
      [ben, 'en'],
      [cem, 'de'],
    ] as const) {
      await teams.press(user, card, 'opportunity.accept');
      const typed = { name: 'Pilot', amount: '5000', notes: pasted(60_000), crmId: 'CRM-7' };
      const heard = await teams.press(user, card, 'opportunity.accept.send', typed, { validate: false });
      const form = heard.card ?? {};
      expect(errorsOn(form)).toEqual({ notes: [cited(text(language, 'refusal.longerThanForm'), 'E3')] });
      expect([valueIn(form, 'name'), valueIn(form, 'amount'), valueIn(form, 'crmId')]).toEqual([
        'Pilot',
        5000,
        'CRM-7',
      ]);
      const kept = String(valueIn(form, 'notes'));
      expect(pasted(60_000).startsWith(kept)).toBe(true);
      expect(kept.length).toBeGreaterThan(19_000);
      expectTeamsTakes(form);
    }
    expect(await story.deal(id)).toMatchObject({ status: 'received', notes: [] });
    // What a form can hold is refused by its own rule, with everything that was typed.
    const heard = await teams.press(
      ben,
      card,
      'opportunity.accept.send',
      { notes: pasted(15_000) },
      { validate: false },
    );
    expect(errorsOn(heard.card ?? {})).toEqual({ notes: [cited(text('en', 'refusal.notesTooLong'), 'E3')] });
    expect(valueIn(heard.card ?? {}, 'notes')).toBe(pasted(15_000));
    await teams.press(ben, card, 'opportunity.accept.send', { notes: 'Five plants' });
    expect((await story.deal(id)).notes).toMatchObject([{ text: 'Five plants' }]);
  });

  test('D2: so does the decline form, and nothing is declined', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'opportunity.decline');
    const typed = { reason: 'other', notes: pasted(100_000) };
    const heard = await teams.press(ben, card, 'opportunity.decline.send', typed, { validate: false });
    expect(errorsOn(heard.card ?? {})).toEqual({ notes: [cited(text('en', 'refusal.longerThanForm'), 'E3')] });
    expect(valueIn(heard.card ?? {}, 'reason')).toBe('other');
    expectTeamsTakes(heard.card ?? {});
    expect(await story.deal(id)).toMatchObject({ status: 'received' });
  });

  test('several long fields share the room', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'opportunity.accept');
    const long = pasted(20_000);
    const typed = { name: long, notes: long, crmId: long, campaignId: long, phone: '+43 1 000 00 02' };
    const heard = await teams.press(ben, card, 'opportunity.accept.send', typed, { validate: false });
    const form = heard.card ?? {};
    expect(Object.keys(errorsOn(form)).toSorted()).toEqual(['campaignId', 'crmId', 'name', 'notes']);
    for (const field of ['name', 'notes', 'crmId', 'campaignId']) {
      expect(String(valueIn(form, field)).length).toBeGreaterThan(4500);
    }
    expect(valueIn(form, 'phone')).toBe('+43 1 000 00 02');
    expectTeamsTakes(form);
    expect(await story.deal(id)).toMatchObject({ status: 'received' });
  });

  test.each(shapes)(
    'a dialog in a %s keeps what it can hold as its draft, and is sent when it is shorter',
    async (shape) => {
      const { card, id } = await story.accepted();
      const form = await story.open(shape, story.ben, card, 'deal.note', id);
      for (const button of ['Add note', 'Save and leave']) {
        const long = await form.press(button, { note: pasted(30_000) });
        expect(errorsOn(long.card ?? {})).toEqual({ note: [cited(text('en', 'refusal.longerThanForm'), 'E3')] });
        expect(valueIn(long.card ?? {}, 'note')).toBe(pasted(mostTyped));
        expectTeamsTakes(long.card ?? {});
        if (button === 'Save and leave') await long.press('Add note', { note: 'Five plants' });
      }
      expect((await story.deal(id)).notes.map((note) => note.text)).toEqual(['Five plants']);
    },
  );

  test('the forms of filters say what is wrong at their fields', async () => {
    const { teams, ada, ben } = story;
    const { card } = await story.posted();
    const solution = pasted(30_000);
    const filters = await teams.forge(ada, card, 'subscription.filter.send', { solution });
    expect(errorsOn(filters.card ?? {})).toEqual({ solution: [text('en', 'filters.solutionTooLong')] });
    expectTeamsTakes(filters.card ?? {});
    const blanks = ' '.repeat(20_000);
    await teams.forge(ada, card, 'subscription.filter.send', { countries: `${blanks}DE${blanks}, AT` });
    expect((await story.subscription(story.channel))?.filters).toEqual({ countries: ['DE', 'AT'] });
    const list = await teams.forge(ben, card, 'view.filter', { list: 'outbound', customer: pasted(30_000) });
    expect(errorsOn(list.card ?? {})).toEqual({ customer: [text('en', 'list.tooLong')] });
    expectTeamsTakes(list.card ?? {});
  });
});

test('what fits stays whole; of what does not, the longest values are cut, and each of those is told', () => {
  const value = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.nat(30_000).map(pasted),
    fc.nat(15_000).map((n) => '😀'.repeat(n)),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('name', 'notes', 'crmId', 'phone', 'reason'), value), (typed) => {
      const { values, refusals } = held(typed);
      const lengths = (all: Record<string, string>) => Object.values(all).reduce((sum, { length }) => sum + length, 0);
      expect(lengths(values)).toBeLessThanOrEqual(mostTyped);
      const cut = Object.keys(typed).filter((field) => values[field] !== typed[field]);
      expect(refusals.map(({ field }) => field)).toEqual(cut);
      expect(cut.length > 0).toBe(lengths(typed) > mostTyped);
      for (const field of Object.keys(typed)) {
        expect(typed[field]?.startsWith(values[field] ?? ' ')).toBe(true);
        expect(values[field]?.isWellFormed()).toBe(typed[field]?.isWellFormed());
      }
    }),
  );
});
