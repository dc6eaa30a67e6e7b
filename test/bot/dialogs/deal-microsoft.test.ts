import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { dealType } from '../../../src/deals/deal.ts';
import { inputsOf } from '../../fakes/seen-card.ts';
import { cited, errorsOn, valueIn } from '../../fakes/story.ts';
import { type DialogStory, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

const help = { help: 'ProofOfConceptOrDemo', helpNotes: 'A pilot\nbefore summer' };
const contact = {
  contactName: 'Reto Muster',
  contactPhone: '+41 44 000 00 01',
  contactEmail: 'reto.muster@alpenmilch.example',
  consent: 'true',
};

describe.each(shapes)('in a %s', (shape) => {
  test('C2, C3, C7 to C9, I5: asks for help, contact and consent, shows everything, and makes the deal co-sell', async () => {
    const { ben } = story;
    const { card, id } = await story.own();
    const form = await story.open(shape, ben, card, 'deal.microsoft', id);
    const { choices } = inputsOf(form.card ?? {}).find((input) => input.id === 'help') ?? {};
    // C7: the six of the list.
    expect((choices as unknown[]).length).toBe(6);
    expect(form.text).toContain(text('en', 'microsoft.days'));

    const second = await form.press('Next', help);
    expect(second.text).toContain(text('en', 'microsoft.consentHint'));
    // C2: pre-filled; C3: never the consent.
    expect(Object.keys(contact).map((field) => valueIn(second.card ?? {}, field))).toEqual([
      ...Object.values(contact).slice(0, 3),
      'false',
    ]);
    const review = await second.press('Next', contact);
    for (const line of [
      text('en', 'microsoft.final'),
      text('en', 'microsoft.days'),
      text('en', 'help.ProofOfConceptOrDemo'),
      'A pilot\nbefore summer',
      'Reto Muster\n+41 44 000 00 01\nreto.muster@alpenmilch.example',
      text('en', 'microsoft.consentYes'),
      text('en', 'microsoft.consentHint'),
    ]) {
      expect(review.text).toContain(line);
    }
    expect((await story.deal(id)).microsoft).toBeUndefined();
    const back = await review.press('Back');
    expect(valueIn(back.card ?? {}, 'consent')).toBe('true');
    const done = await (await back.press('Next')).press(text('en', 'microsoft.send'));
    expect(done.text).toContain(text('en', 'microsoft.done', { until: '16 Nov 2026, 10:00 CET' }));
    const deal = await story.deal(id);
    expect(deal).toMatchObject({
      contactConsent: true,
      microsoft: { help: 'ProofOfConceptOrDemo', notes: 'A pilot\nbefore summer', status: 'waiting' },
    });
    expect(dealType(deal.parties)).toBe('cosell');
    expect(deal.history.at(-1)).toMatchObject({ what: 'microsoftInvited', by: { name: 'Ben Adler' } });
  });

  test.each([
    ['C7', 'help', 'helpMissing', { ...help, help: '' }],
    ['C7', 'help', 'helpMissing', { ...help, help: 'Other' }],
    ['C8', 'helpNotes', 'helpNotesMissing', { ...help, helpNotes: ' ' }],
    ['E3', 'helpNotes', 'notesTooLong', { ...help, helpNotes: 'n'.repeat(4001) }],
  ] as const)('%s: wrong input stands at %s (%s), and what was typed stays', async (rule, field, code, typed) => {
    const { card, id } = await story.own();
    const form = await story.open(shape, story.ben, card, 'deal.microsoft', id);
    const wrong = await form.press('Next', typed);
    expect(errorsOn(wrong.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
    for (const [input, value] of Object.entries(typed)) expect(valueIn(wrong.card ?? {}, input)).toBe(value);
  });

  test.each([
    ['C2', 'contactName', 'contactNameMissing', ' '],
    ['E3', 'contactName', 'nameTooLong', 'n'.repeat(201)],
    ['C2', 'contactPhone', 'contactPhoneMissing', ''],
    ['C2', 'contactEmail', 'contactEmailInvalid', 'reto'],
    ['C3', 'consent', 'consentMissing', 'false'],
  ] as const)('%s: wrong input stands at %s (%s), and what was typed stays', async (rule, field, code, typed) => {
    const { card, id } = await story.own();
    const form = await (await story.open(shape, story.ben, card, 'deal.microsoft', id)).press('Next', help);
    const wrong = await form.press('Next', { ...contact, [field]: typed });
    expect(errorsOn(wrong.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
    for (const [input, value] of Object.entries({ ...contact, [field]: typed })) {
      expect(valueIn(wrong.card ?? {}, input)).toBe(value);
    }
    expect((await story.deal(id)).microsoft).toBeUndefined();
  });

  test('in German', async () => {
    const { cem } = story;
    const { card, id } = await story.own({}, cem);
    const form = await story.open(shape, cem, card, 'deal.microsoft', id);
    const second = await form.press(text('de', 'dialog.next'), help);
    expect(second.text).toContain(text('de', 'microsoft.consentHint'));
    const review = await second.press(text('de', 'dialog.next'), contact);
    const done = await review.press(text('de', 'microsoft.send'));
    expect(done.text).toContain('hat bis 16. Nov. 2026, 10:00 MEZ Zeit');
  });
});

test('I6: nobody is invited to an inbound deal', async () => {
  const { card, id } = await story.accepted();
  const refused = await story.open('card', story.ben, card, 'deal.microsoft', id);
  expect(refused.text).toContain(text('en', 'refusal.inboundInvites'));
});

test('I5: Microsoft is invited once; the slower one is told', async () => {
  const { ada, ben } = story;
  const { card, id } = await story.own();
  const first = await (await (await story.open('card', ben, card, 'deal.microsoft', id)).press('Next', help)).press(
    'Next',
    contact,
  );
  const second = await (await (await story.open('window', ada, card, 'deal.microsoft', id)).press('Next', help)).press(
    'Next',
    contact,
  );
  const [one, other] = await Promise.all([first.press('Invite Microsoft'), second.press('Invite Microsoft')]);
  const { history } = await story.deal(id);
  expect(history.filter(({ what }) => what === 'microsoftInvited')).toHaveLength(1);
  const said = [one, other].map((form) => form.text);
  expect(said.filter((line) => line.includes('has until'))).toHaveLength(1);
  expect(said.filter((line) => line.includes(text('en', 'refusal.microsoftAlreadyAsked')))).toHaveLength(1);
});

test('the same press twice is one invitation, and says the same', async () => {
  const { teams, ben } = story;
  const { card, id } = await story.own();
  const second = await (await story.open('card', ben, card, 'deal.microsoft', id)).press('Next', help);
  const review = await second.press('Next', contact);
  const seen = { message: card, card: review.card ?? {} };
  const heard = await Promise.all([1, 2, 3].map(() => teams.press(ben, seen, 'Invite Microsoft')));
  for (const { text: said } of heard) expect(said).toContain('Done: Microsoft is invited');
  expect((await story.deal(id)).history.filter(({ what }) => what === 'microsoftInvited')).toHaveLength(1);
});
