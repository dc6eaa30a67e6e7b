import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { Deal, type Registration } from '../../src/deals/deal.ts';
import { pendingOf } from '../../src/rules/partner-center.ts';
import { asksForRegistration, eligibleSolutions, isYoung, type Register } from '../../src/rules/register.ts';
import { day, monday, seller } from '../fixtures/opportunity.ts';
import { accepted, admin, ask, codes, done, outsiders, own } from './deals.ts';

const lakehouse = { id: 'SOL-1', name: 'Lakehouse', kind: 'own' as const, eligible: true };
const plain = { name: 'Advice', kind: 'own' as const };

/** Won, and not private. */
function won(changes: Partial<Deal> = {}, now = monday): Deal {
  const deal = accepted({ solutions: [lakehouse, plain] });
  const command = { kind: 'win' as const, amount: '100', currency: 'EUR', closeDate: '2027-03-31', notes: '' };
  return { ...done(ask(deal, command, seller(), now), now), ...changes };
}

const good: Register = {
  kind: 'register',
  contractType: 'new',
  contractAmount: '120000',
  currency: 'EUR',
  solution: 'SOL-1',
  solutionAmount: '80000.5',
  deployedOn: 'azure',
  tenant: 'customer',
  signedOn: '2026-11-01',
  startsOn: '2026-11-01',
  endsOn: '2027-10-31',
  perpetual: false,
  contact: { name: 'Ada Keller', phone: '+43 660 1234567', email: 'ada.keller@nordwind.example' },
};

describe('G1: what can be registered', () => {
  test.each<[string, Deal, string[]]>([
    ['a won deal with an eligible solution that is not private', won(), []],
    ['not before it is won', accepted({ solutions: [lakehouse] }), ['G1 notWon']],
    ['not a lost one', won({ status: 'lost' }), ['G1 notWon']],
    ['not a private one', won({ parties: { microsoft: false, partners: 0 } }), ['G1 privateDeal']],
    ['a partner-to-partner one', won({ parties: { microsoft: false, partners: 1 } }), []],
    ['not without an eligible solution', won({ solutions: [plain] }), ['G1 notEligible']],
  ])('%s', (_what, deal, refused) => {
    expect(codes(ask(deal, good))).toEqual(refused);
  });

  test('is asked for once it is won, and not any more once it is handed in', () => {
    expect([asksForRegistration(accepted({ solutions: [lakehouse] })), asksForRegistration(won())]).toEqual([
      false,
      true,
    ]);
    expect(asksForRegistration(done(ask(won(), good)))).toBe(false);
    expect(asksForRegistration(own({ status: 'won', solutions: [lakehouse] }))).toBe(false);
  });

  test('only the eligible solutions are offered', () => {
    expect(eligibleSolutions(won())).toEqual([lakehouse]);
  });

  test.each(outsiders)('%s', (_who, actor, refused) => {
    expect(codes(ask(won(), good, actor))).toEqual([refused]);
  });

  test('the team and an admin, also long after', () => {
    expect(ask(won(), good, admin, monday + 300 * day).ok).toBe(true);
  });

  test('L6: it does not change the deal, and is on its way', () => {
    const deal = won();
    const after = done(ask(deal, good));
    expect({ ...after, registration: undefined, notices: [], nextDueAt: undefined }).toEqual({
      ...deal,
      registration: undefined,
      notices: [],
      nextDueAt: undefined,
    });
    expect(pendingOf(after).registration).toBe(true);
    expect(Deal.safeParse(JSON.parse(JSON.stringify(after))).success).toBe(true);
  });
});

describe('G2: what is asked', () => {
  test('everything is kept as it was typed', () => {
    expect(done(ask(won(), good)).registration).toEqual({
      status: 'submitted',
      contractType: 'new',
      contractValue: { amount: '120000', currency: 'EUR' },
      solution: lakehouse,
      solutionValue: { amount: '80000.5', currency: 'EUR' },
      deployedOn: 'azure',
      tenant: 'customer',
      signedOn: '2026-11-01',
      startsOn: '2026-11-01',
      endsOn: '2027-10-31',
      contact: good.contact,
      by: { kind: 'person', personId: 'person-ada', name: 'Ada Keller' },
      at: instant(monday),
    });
  });

  const contact = (changes: Partial<Register['contact']>) => ({ contact: { ...good.contact, ...changes } });
  test.each<[string, Partial<Register>, string[]]>([
    ['a contract type', { contractType: '' }, ['G2 choiceMissing contractType']],
    ['of the two', { contractType: 'gift' }, ['G2 choiceMissing contractType']],
    ['a renewal is one', { contractType: 'renewal' }, []],
    ['a contract value', { contractAmount: '' }, ['G2 amountMissing contractAmount']],
    ['greater than zero', { contractAmount: '0' }, ['E3 amountInvalid contractAmount']],
    ['a currency', { currency: '' }, ['G2 currencyMissing currency']],
    ['a solution', { solution: '' }, ['G2 choiceMissing solution']],
    ['an eligible one', { solution: 'Advice' }, ['G2 choiceMissing solution']],
    ['its value', { solutionAmount: '1.999' }, ['E3 amountInvalid solutionAmount']],
    ['where it is deployed', { deployedOn: 'moon' }, ['G2 choiceMissing deployedOn']],
    ['in whose tenant', { tenant: '' }, ['G2 choiceMissing tenant']],
    ['when it was signed', { signedOn: 'soon' }, ['G2 signedMissing signedOn']],
    ['when it starts', { startsOn: '' }, ['G2 startsBeforeSigned startsOn']],
    ['not before it is signed', { startsOn: '2026-10-31' }, ['G2 startsBeforeSigned startsOn']],
    ['when it ends', { endsOn: '' }, ['G2 endsBeforeStart endsOn']],
    ['after it starts', { endsOn: '2026-11-01' }, ['G2 endsBeforeStart endsOn']],
    ['or that it does not', { endsOn: '', perpetual: true }, []],
    ['then no end counts', { endsOn: '1999-01-01', perpetual: true }, []],
    ['a contact’s name', contact({ name: ' ' }), ['G2 contactNameMissing contactName']],
    ['a contact’s phone', contact({ phone: 'call me' }), ['G2 contactPhoneMissing contactPhone']],
    ['a contact’s e-mail', contact({ email: 'ada' }), ['G2 contactEmailInvalid contactEmail']],
  ])('%s', (_what, wrong, refused) => {
    expect(codes(ask(won(), { ...good, ...wrong }))).toEqual(refused);
  });

  test('a perpetual contract has no end', () => {
    expect(done(ask(won(), { ...good, perpetual: true })).registration?.endsOn).toBeUndefined();
  });
});

describe('G3: whether the deal was young when it was won', () => {
  test.each([
    [3 * day - 1, true],
    [3 * day, false],
  ])('%d ms after it began', (age, young) => {
    expect(isYoung(won({}, monday + age), monday + 90 * day)).toBe(young);
    expect(isYoung(accepted(), monday + age)).toBe(young);
  });
});

describe('G4: its status', () => {
  const as = (status: Registration['status']) => {
    const deal = done(ask(won(), good));
    return { ...deal, registration: { ...(deal.registration as Registration), status } };
  };

  test.each<[Registration['status'], string[]]>([
    ['submitted', ['G4 alreadyRegistered']],
    ['inReview', ['G4 alreadyRegistered']],
    ['approved', ['G4 alreadyRegistered']],
    ['rejected', ['G4 alreadyRegistered']],
    ['actionRequired', []],
  ])('%s', (status, refused) => {
    expect(codes(ask(as(status), { ...good, startsOn: '2026-12-01' }))).toEqual(refused);
  });

  test('corrected, it is submitted again', () => {
    const again = done(ask(as('actionRequired'), { ...good, startsOn: '2026-12-01' }, admin));
    expect(again.registration).toMatchObject({ status: 'submitted', startsOn: '2026-12-01', by: { name: 'Uma Berg' } });
  });

  test('the same one by the same person, sent twice, changes nothing', () => {
    const stored = Deal.parse(JSON.parse(JSON.stringify(as('submitted'))));
    expect(ask(stored, good, seller(), monday + 5000)).toMatchObject({ ok: true, changed: false });
    expect(codes(ask(stored, good, admin))).toEqual(['G4 alreadyRegistered']);
    expect(codes(ask(as('approved'), good))).toEqual(['G4 alreadyRegistered']);
  });
});
