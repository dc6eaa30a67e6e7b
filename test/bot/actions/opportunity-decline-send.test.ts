import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { inputsOf, type Json } from '../../fakes/seen-card.ts';
import { answersOn, cited, errorsOn, type Story, startStory, valueIn } from '../../fakes/story.ts';

let story: Story;

const send = 'opportunity.decline.send';

beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story.stop());

describe('D1 to D3: declining', () => {
  test('archives the opportunity with its reason, and every copy of the card shows it', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Decline');
    const sent = await teams.press(ben, card, send, { reason: 'timelineTooShort' }, { validate: true });
    expect(sent.text).toContain(text('en', 'youDeclined'));
    await story.settle();
    for (const seen of [sent.text, teams.textOf(card)]) {
      expect(seen).toContain('Ben Adler declined this on 2 Nov 2026, 10:00 CET');
      expect(seen).toContain('Proposed timeline was too short');
    }
    expect(answersOn(teams.cardOf(card))).toEqual([]);
    const { status, answer, notes, history } = await story.deal(id);
    expect({ status, answer, notes }).toMatchObject({
      status: 'declined',
      answer: { status: 'declined', reason: 'timelineTooShort', by: { name: 'Ben Adler' }, from: 'teams' },
      notes: [],
    });
    expect(history.at(-1)).toMatchObject({ what: 'declined', by: { name: 'Ben Adler' } });
  });

  test('in German for a German reader, with the notes that "other" needs', async () => {
    const { teams, cem } = story;
    const { card, id } = await story.posted();
    await teams.press(cem, card, 'Decline');
    const wrong = await teams.press(cem, card, send, { reason: 'other' });
    expect(errorsOn(wrong.card ?? {})).toEqual({ notes: [cited(text('de', 'refusal.notesNeeded'), 'D2')] });
    const right = await teams.press(cem, card, send, { reason: 'other', notes: 'Kein Platz' });
    expect(right.text).toContain('Cem Yilmaz hat am 2. Nov. 2026, 10:00 MEZ abgelehnt.');
    expect((await story.deal(id)).notes).toMatchObject([{ text: 'Kein Platz', by: { name: 'Cem Yilmaz' } }]);
  });

  test('pressed again by the same person changes nothing, and says the same', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    const form = (await teams.press(ben, card, 'Decline')).card ?? {};
    const first = await teams.press(ben, { message: card, card: form }, send, { reason: 'budget' });
    const { answer, history } = await story.deal(id);
    const again = await teams.press(ben, { message: card, card: form }, send, { reason: 'abuse' });
    expect(again.text).toBe(first.text);
    expect(await story.deal(id)).toMatchObject({ answer, history });
  });

  test('the client itself keeps a form without a reason back', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Decline');
    const kept = await teams.press(ben, card, send, {}, { validate: true });
    expect(kept.complaints).toEqual({ reason: text('en', 'refusal.reasonMissing') });
  });
});

describe('wrong input', () => {
  test.each([
    ['D1', 'reason', 'reasonMissing', { reason: '', notes: 'no capacity' }],
    ['D1', 'reason', 'reasonMissing', { reason: 'because', notes: 'no capacity' }],
    ['D2', 'notes', 'notesNeeded', { reason: 'other', notes: ' ' }],
    ['E3', 'notes', 'notesTooLong', { reason: 'budget', notes: 'n'.repeat(4001) }],
  ] as const)('%s: %s is refused at its field (%s), and what was typed stays', async (rule, field, code, typed) => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Decline');
    const sent = await teams.press(ben, card, send, typed);
    expect(errorsOn(sent.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
    expect(valuesOn(sent.card ?? {})).toEqual(typed);
    expect((await story.deal(id)).status).toBe('received');
  });
});

function valuesOn(card: Json) {
  return Object.fromEntries(inputsOf(card).map(({ id }) => [id, valueIn(card, String(id))]));
}
