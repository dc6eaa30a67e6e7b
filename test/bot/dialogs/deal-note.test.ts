import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { minute } from '../../fakes/house.ts';
import { cited, errorsOn, valueIn } from '../../fakes/story.ts';
import { type DialogStory, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

describe.each(shapes)('in a %s', (shape) => {
  test('E4: a note is kept with its author and time, after those that are there', async () => {
    const { ada, ben } = story;
    const { card, id } = await story.accepted();
    const first = await story.open(shape, ben, card, 'deal.note', id);
    const done = await first.press('Add note', { note: ' Call on Monday\nat nine ' });
    expect(done.text).toContain(text('en', 'note.done'));
    story.clock.move(minute);
    const second = await story.open(shape, ada, card, 'deal.note', id);
    expect(second.text).toContain('Ben Adler, 2 Nov 2026, 10:');
    expect(second.text).toContain('Call on Monday\nat nine');
    await second.press('Add note', { note: 'Called.' });
    const { notes, history } = await story.deal(id);
    expect(notes.map((note) => [note.text, note.by.name])).toEqual([
      ['Call on Monday\nat nine', 'Ben Adler'],
      ['Called.', 'Ada Keller'],
    ]);
    expect(history.slice(-2).map(({ what }) => what)).toEqual(['noted', 'noted']);
  });

  test.each([
    ['E4', 'noteMissing', '  '],
    ['E3', 'notesTooLong', 'n'.repeat(4001)],
  ] as const)('%s: %s stands at the note, and what was typed stays', async (rule, code, note) => {
    const { card, id } = await story.accepted();
    const form = await story.open(shape, story.ben, card, 'deal.note', id);
    const wrong = await form.press('Add note', { note });
    expect(errorsOn(wrong.card ?? {})).toEqual({ note: [cited(text('en', `refusal.${code}`), rule)] });
    expect(valueIn(wrong.card ?? {}, 'note')).toBe(note);
    expect((await story.deal(id)).notes).toEqual([]);
  });

  test('in German', async () => {
    const { cem } = story;
    const { card, id } = await story.accepted(cem);
    const form = await story.open(shape, cem, card, 'deal.note', id);
    expect(form.text).toContain(text('de', 'note.hint'));
    const done = await form.press(text('de', 'note.send'), { note: 'Angerufen' });
    expect(done.text).toContain(text('de', 'note.done'));
  });
});

test('the same press twice is one note, the same words another day are another one', async () => {
  const { teams, ben } = story;
  const { card, id } = await story.accepted();
  const form = await story.open('card', ben, card, 'deal.note', id);
  const seen = { message: card, card: form.card ?? {} };
  const heard = await Promise.all([1, 2, 3].map(() => teams.press(ben, seen, 'Add note', { note: 'Called.' })));
  expect((await story.deal(id)).notes).toHaveLength(1);
  for (const { text: said } of heard) expect(said).toContain('Ben Adler accepted this on');
  story.clock.move(minute);
  await (await story.open('card', ben, card, 'deal.note', id)).press('Add note', { note: 'Called.' });
  expect((await story.deal(id)).notes).toHaveLength(2);
});

test('a crash after the note is written and before the draft is forgotten repeats nothing', async () => {
  const { ben, bot } = story;
  const { card, id } = await story.accepted();
  const form = await story.open('card', ben, card, 'deal.note', id);
  let writes = 0;
  bot.store.before = (operation) => {
    if (operation === 'replace') writes += 1;
    // What was typed, then the deal, then the end of the draft.
    if (writes === 3) throw new Error('crash');
  };
  await form.press('Add note', { note: 'Called.' });
  bot.store.before = undefined;
  expect((await story.deal(id)).notes).toHaveLength(1);
  const again = await story.open('card', ben, card, 'deal.note', id);
  expect(valueIn(again.card ?? {}, 'note')).toBe('Called.');
  await again.press('Add note');
  expect((await story.deal(id)).notes).toHaveLength(1);
});
