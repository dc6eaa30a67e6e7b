import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { declineReasons } from '../../../src/deals/deal.ts';
import { inputsOf } from '../../fakes/seen-card.ts';
import { cited, errorsOn, valueIn } from '../../fakes/story.ts';
import { type DialogStory, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

describe.each(shapes)('in a %s', (shape) => {
  test('W1 to W3, D1: needs a reason of the list, shows everything, and needs a second confirmation', async () => {
    const { ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open(shape, ben, card, 'deal.lost', id);
    for (const key of ['won.final', 'won.why'] as const) expect(form.text).toContain(text('en', key));
    const { choices } = inputsOf(form.card ?? {}).find((input) => input.id === 'reason') ?? {};
    expect((choices as { value: string }[]).map(({ value }) => value)).toEqual(declineReasons);

    const review = await form.press('Next', { reason: 'otherVendor', notes: 'Too slow' });
    for (const line of [text('en', 'won.final'), text('en', 'reason.otherVendor'), 'Too slow']) {
      expect(review.text).toContain(line);
    }
    expect((await story.deal(id)).status).toBe('accepted');
    const back = await review.press('Back');
    expect([valueIn(back.card ?? {}, 'reason'), valueIn(back.card ?? {}, 'notes')]).toEqual([
      'otherVendor',
      'Too slow',
    ]);
    const done = await (await back.press('Next')).press('Mark as lost');
    expect(done.text).toContain(text('en', 'lost.done'));
    expect(await story.deal(id)).toMatchObject({
      status: 'lost',
      outcome: { status: 'lost', reason: 'otherVendor', by: { name: 'Ben Adler' } },
      notes: [{ text: 'Too slow' }],
    });
  });

  test.each([
    ['D1', 'reason', 'reasonMissing', { reason: '', notes: 'because' }],
    ['D1', 'reason', 'reasonMissing', { reason: 'weather', notes: 'because' }],
    ['D2', 'notes', 'notesNeeded', { reason: 'other', notes: ' ' }],
    ['E3', 'notes', 'notesTooLong', { reason: 'budget', notes: 'n'.repeat(4001) }],
  ] as const)('%s: wrong input stands at %s (%s), and what was typed stays', async (rule, field, code, typed) => {
    const { card, id } = await story.accepted();
    const form = await story.open(shape, story.ben, card, 'deal.lost', id);
    const wrong = await form.press('Next', typed);
    expect(errorsOn(wrong.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
    for (const [input, value] of Object.entries(typed)) expect(valueIn(wrong.card ?? {}, input)).toBe(value);
    await wrong.press('Discard');
  });

  test('in German', async () => {
    const { cem } = story;
    const { card, id } = await story.accepted(cem);
    const form = await story.open(shape, cem, card, 'deal.lost', id);
    const review = await form.press(text('de', 'dialog.next'), { reason: 'noResponse' });
    expect(review.text).toContain(text('de', 'reason.noResponse'));
    const done = await review.press(text('de', 'lost.send'));
    expect(done.text).toContain(text('de', 'lost.done'));
    expect((await story.deal(id)).status).toBe('lost');
  });
});

test('L6: lost stays lost, for everybody', async () => {
  const { ada, ben } = story;
  const { card, id } = await story.accepted();
  const form = await story.open('card', ben, card, 'deal.lost', id);
  await (await form.press('Next', { reason: 'budget' })).press('Mark as lost');
  for (const dialog of ['deal.lost', 'deal.won', 'deal.edit', 'deal.note', 'deal.team', 'deal.solutions']) {
    const refused = await story.open('window', ada, card, dialog, id);
    expect(refused.text).toBe(cited(text('en', 'refusal.archivedAs', { status: text('en', 'status.lost') }), 'L6'));
  }
});
