import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { day } from '../../fakes/house.ts';
import { cited, errorsOn, valueIn } from '../../fakes/story.ts';
import type { Posted, User } from '../../fakes/teams.ts';
import { benPhone, type DialogStory, type Form, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

const lakehouse = { id: 'SOL-1', name: 'Lakehouse', kind: 'own' as const, eligible: true };
const contract = {
  contractType: 'new',
  contractAmount: '120000',
  currency: 'EUR',
  signedOn: '2026-11-01',
  startsOn: '2026-12-01',
  endsOn: '2027-11-30',
};
const deployment = { solution: 'SOL-1', solutionAmount: '80000', deployedOn: 'azure', tenant: 'customer' };
const contact = { contactName: 'Ben Adler', contactPhone: benPhone, contactEmail: 'ben.adler@contoso.example' };

/** A deal that was won three days after it began, whose solution can be registered. */
async function won(by: User = story.ben): Promise<{ card: Posted; id: string }> {
  const { card, id } = await story.accepted(by);
  await story.changeSolutions(id, [lakehouse, { name: 'Not eligible', kind: 'own' }]);
  story.clock.move(3 * day);
  const decision = await story.bot.desk.perform('nordwind', id, {
    command: { kind: 'win', amount: '120000', currency: 'CHF', closeDate: '2027-03-31', notes: '' },
    actor: story.actor(by),
  });
  if (decision.kind !== 'done') throw new Error(JSON.stringify(decision));
  return { card, id };
}

async function review(form: Form, language: 'en' | 'de' = 'en', changes: Record<string, string> = {}): Promise<Form> {
  const next = text(language, 'dialog.next');
  const second = await form.press(next, { ...contract, ...changes });
  return (await second.press(next, deployment)).press(next, contact);
}

describe.each(shapes)('in a %s', (shape) => {
  test('G1, G2: a won deal is registered, after a review of everything, and stays as it is', async () => {
    const { ben } = story;
    const { card, id } = await won();
    const before = await story.deal(id);
    const form = await story.open(shape, ben, card, 'deal.register', id);
    expect([valueIn(form.card ?? {}, 'contractAmount'), valueIn(form.card ?? {}, 'currency')]).toEqual([
      120_000,
      'CHF',
    ]);
    expect(form.text).not.toContain(text('en', 'register.young'));
    const shown = await review(form);
    for (const line of ['€120,000', '1 Nov 2026', '1 Dec 2026', '30 Nov 2027', 'Lakehouse', '€80,000', 'Azure']) {
      expect(shown.text).toContain(line);
    }
    expect(shown.text).toContain(`Ben Adler\n${benPhone}\nben.adler@contoso.example`);
    expect((await story.deal(id)).registration).toBeUndefined();
    const done = await shown.press('Register');
    expect(done.text).toContain(text('en', 'register.done'));
    const { registration, history, status } = await story.deal(id);
    expect(registration).toMatchObject({
      status: 'submitted',
      contractType: 'new',
      contractValue: { amount: '120000', currency: 'EUR' },
      solution: lakehouse,
      solutionValue: { amount: '80000', currency: 'EUR' },
      deployedOn: 'azure',
      tenant: 'customer',
      signedOn: '2026-11-01',
      startsOn: '2026-12-01',
      endsOn: '2027-11-30',
      contact: { name: 'Ben Adler', phone: benPhone },
    });
    expect([status, history]).toEqual(['won', before.history]);
  });

  test('G2: a contract without an end', async () => {
    const { card, id } = await won();
    const form = await story.open(shape, story.ben, card, 'deal.register', id);
    const shown = await review(form, 'en', { endsOn: '', perpetual: 'true' });
    expect(shown.text).toContain(text('en', 'register.perpetualYes'));
    const first = await (await (await shown.press('Back')).press('Back')).press('Back');
    expect(valueIn(first.card ?? {}, 'perpetual')).toBe('true');
    await (await review(first, 'en', { perpetual: 'true', endsOn: '' })).press('Register');
    expect((await story.deal(id)).registration?.endsOn).toBeUndefined();
  });

  test('in German', async () => {
    const { cem } = story;
    const { card, id } = await won(cem);
    const form = await story.open(shape, cem, card, 'deal.register', id);
    const wrong = await form.press(text('de', 'dialog.next'), { ...contract, signedOn: '' });
    expect(errorsOn(wrong.card ?? {})).toEqual({ signedOn: [cited(text('de', 'refusal.signedMissing'), 'G2')] });
    const shown = await review(wrong, 'de', { contractType: 'renewal' });
    expect(shown.text).toContain(text('de', 'register.contractType.renewal'));
    const done = await shown.press(text('de', 'register.send'));
    expect(done.text).toContain(text('de', 'register.done'));
  });

  test('G4: while action is required it is filled in as it was, and handed in again', async () => {
    const { ben } = story;
    const { card, id } = await won();
    await (await review(await story.open(shape, ben, card, 'deal.register', id))).press('Register');
    const again = await story.open(shape, ben, card, 'deal.register', id);
    expect(again.text).toContain(text('en', 'refusal.alreadyRegistered'));
    await setStatus(id, 'actionRequired');
    const form = await story.open(shape, ben, card, 'deal.register', id);
    expect(form.text).toContain(text('en', 'register.again'));
    expect([valueIn(form.card ?? {}, 'startsOn'), valueIn(form.card ?? {}, 'contractType')]).toEqual([
      '2026-12-01',
      'new',
    ]);
    const second = await form.press('Next', { startsOn: '2026-12-15' });
    const shown = await (await second.press('Next')).press('Next');
    await shown.press('Register');
    expect((await story.deal(id)).registration).toMatchObject({ status: 'submitted', startsOn: '2026-12-15' });
  });
});

/** As Partner Center's sync does. */
async function setStatus(id: string, status: 'actionRequired'): Promise<void> {
  const { store } = story.bot;
  await story.settle();
  const stored = await store.get('nordwind', id);
  if (stored === undefined) throw new Error('no deal');
  const { registration } = await story.deal(id);
  const document = { ...stored.document, registration: { ...registration, status } };
  await store.replace(document, stored.version);
}

describe('wrong input stands at its field, and what was typed stays', () => {
  test.each([
    ['contract', 'contractType', 'choiceMissing', ''],
    ['contract', 'contractAmount', 'amountMissing', ''],
    ['contract', 'contractAmount', 'amountInvalid', '0'],
    ['contract', 'currency', 'currencyMissing', ''],
    ['contract', 'signedOn', 'signedMissing', 'soon'],
    ['contract', 'startsOn', 'startsBeforeSigned', '2026-10-31'],
    ['contract', 'startsOn', 'startsBeforeSigned', ''],
    ['contract', 'endsOn', 'endsBeforeStart', '2026-12-01'],
    ['contract', 'endsOn', 'endsBeforeStart', ''],
    ['deployment', 'solution', 'choiceMissing', ''],
    ['deployment', 'solution', 'choiceMissing', 'Not eligible'],
    ['deployment', 'solutionAmount', 'amountInvalid', '1.999'],
    ['deployment', 'deployedOn', 'choiceMissing', 'the moon'],
    ['deployment', 'tenant', 'choiceMissing', ''],
    ['contact', 'contactName', 'contactNameMissing', ' '],
    ['contact', 'contactPhone', 'contactPhoneMissing', 'call me'],
    ['contact', 'contactEmail', 'contactEmailInvalid', 'ben'],
  ] as const)('G2 %s, %s: %s', async (step, field, code, typed) => {
    const { card, id } = await won();
    const good = { contract, deployment, contact }[step];
    let form = await story.open('card', story.ben, card, 'deal.register', id);
    if (step !== 'contract') form = await form.press('Next', contract);
    if (step === 'contact') form = await form.press('Next', deployment);
    const wrong = await form.press('Next', { ...good, [field]: typed });
    expect(errorsOn(wrong.card ?? {})).toEqual({
      [field]: [cited(text('en', `refusal.${code}`), code === 'amountInvalid' ? 'E3' : 'G2')],
    });
    for (const [input, value] of Object.entries({ ...good, [field]: typed })) {
      expect(String(valueIn(wrong.card ?? {}, input) ?? '')).toBe(value);
    }
    expect((await story.deal(id)).registration).toBeUndefined();
  });
});

test('G3: warns where the deal was won within 72 hours', async () => {
  const { ben } = story;
  const { card, id } = await story.accepted();
  await story.changeSolutions(id, [lakehouse]);
  await (await (await story.open('card', ben, card, 'deal.won', id)).press('Next')).press('Mark as won');
  story.clock.move(5 * day);
  const form = await story.open('card', ben, card, 'deal.register', id);
  expect(form.text).toContain(text('en', 'register.young'));
  expect((await review(form)).text).toContain(text('en', 'register.young'));
});

test.each([
  ['G1', 'notWon', async () => story.accepted()],
  [
    'G1',
    'notEligible',
    async () => {
      const made = await story.accepted();
      await (await (await story.open('card', story.ben, made.card, 'deal.won', made.id)).press('Next')).press(
        'Mark as won',
      );
      return made;
    },
  ],
  [
    'G1',
    'privateDeal',
    async () => {
      const made = await story.own({ solutions: [lakehouse] });
      await (await (await story.open('card', story.ben, made.card, 'deal.won', made.id)).press('Next')).press(
        'Mark as won',
      );
      return made;
    },
  ],
] as const)('%s: refused as %s', async (rule, code, make) => {
  const { card, id } = await make();
  const refused = await story.open('card', story.ben, card, 'deal.register', id);
  expect(refused.text).toContain(cited(text('en', `refusal.${code}`), rule));
});

test('the same press twice hands it in once', async () => {
  const { teams, ben } = story;
  const { card, id } = await won();
  const shown = await review(await story.open('card', ben, card, 'deal.register', id));
  const seen = { message: card, card: shown.card ?? {} };
  // Each change of what the posted card shows plans its update once more.
  const updates = async () => {
    const { notices } = await story.deal(id);
    return notices.find((notice) => notice.id.startsWith('update:'))?.revision ?? 0;
  };
  const before = await updates();
  const heard = await Promise.all([1, 2, 3].map(() => teams.press(ben, seen, 'Register')));
  for (const { text: said } of heard) expect(said).toContain(text('en', 'register.done'));
  expect(await updates()).toBe(before + 1);
});
