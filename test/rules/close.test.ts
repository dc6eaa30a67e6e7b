import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { Deal, declineReasons, type Invitation } from '../../src/deals/deal.ts';
import type { Lose, Win } from '../../src/rules/close.ts';
import { day, monday, seller } from '../fixtures/opportunity.ts';
import { accepted, ada, admin, ask, closedStages, codes, done, outsiders, own } from './deals.ts';

const winning: Win = { kind: 'win', amount: '150000.5', currency: 'EUR', closeDate: '2026-11-02', notes: ' Signed ' };
const losing: Lose = { kind: 'lose', reason: 'otherVendor', notes: '' };
const by = { kind: 'person', personId: 'person-ada', name: 'Ada Keller' };

describe('W2: what is asked', () => {
  test('won takes the final value and close date', () => {
    const won = done(ask(accepted(), winning));
    expect(won).toMatchObject({
      status: 'won',
      value: { amount: '150000.5', currency: 'EUR' },
      closeDate: '2026-11-02',
      outcome: { status: 'won', by, at: instant(monday), from: 'teams' },
      notes: [{ text: 'Signed', by }],
    });
    expect(won.history.at(-1)).toMatchObject({ what: 'won', by, changes: { closeDate: { after: '2026-11-02' } } });
    expect(Deal.safeParse(JSON.parse(JSON.stringify(won))).success).toBe(true);
  });

  test.each<[string, Partial<Win>, string]>([
    ['A1 a value', { amount: '' }, 'A1 amountMissing amount'],
    ['E3 greater than zero', { amount: '0' }, 'E3 amountInvalid amount'],
    ['E3 two decimals', { amount: '1.234' }, 'E3 amountInvalid amount'],
    ['A1 a currency', { currency: '' }, 'A1 currencyMissing currency'],
    ['E3 of ISO 4217', { currency: 'XXQ' }, 'E3 currencyInvalid currency'],
    ['A1 a close date', { closeDate: '' }, 'A1 closeDateMissing closeDate'],
    ['E3 a real day', { closeDate: '2027-02-30' }, 'E3 closeDateInvalid closeDate'],
    ['E3 not in the past', { closeDate: '2026-11-01' }, 'E3 closeDatePast closeDate'],
    ['E3 notes of at most 4,000', { notes: 'x'.repeat(4001) }, 'E3 notesTooLong notes'],
  ])('won needs %s', (_rule, wrong, refused) => {
    expect(codes(ask(accepted(), { ...winning, ...wrong }))).toEqual([refused]);
  });

  test('a close date that is past by now and stays is the final one', () => {
    const late = monday + 300 * day;
    expect(codes(ask(accepted(), { ...winning, closeDate: '2027-03-31' }, seller(), late))).toEqual([]);
  });

  test.each(declineReasons.filter((reason) => reason !== 'other'))('D1: lost by the reason %s', (reason) => {
    const lost = done(ask(accepted(), { ...losing, reason }));
    expect(lost).toMatchObject({ status: 'lost', outcome: { status: 'lost', reason, by } });
    expect(lost.history.at(-1)?.what).toBe('lost');
  });

  test.each<[string, Partial<Lose>, string[]]>([
    ['D1 a reason', { reason: '' }, ['D1 reasonMissing reason']],
    ['D1 of the list', { reason: 'weather' }, ['D1 reasonMissing reason']],
    ['D2 notes for other', { reason: 'other', notes: ' ' }, ['D2 notesNeeded notes']],
    ['D2 and with them it is fine', { reason: 'other', notes: 'because' }, []],
    ['E3 notes of at most 4,000', { notes: 'x'.repeat(4001) }, ['E3 notesTooLong notes']],
  ])('lost needs %s', (_rule, wrong, refused) => {
    expect(codes(ask(accepted(), { ...losing, ...wrong }))).toEqual(refused);
  });
});

describe.each<[string, Win | Lose]>([
  ['win', winning],
  ['lose', losing],
])('W1: who may %s, and when', (_kind, command) => {
  test.each(outsiders)('%s', (_who, actor, refused) => {
    expect(codes(ask(accepted(), command, actor))).toEqual([refused]);
  });

  test.each(closedStages)('%s: %s', (_rule, status, refused) => {
    expect(codes(ask({ ...accepted(), status }, command, admin))).toEqual([refused]);
  });

  test('the team and an admin', () => {
    expect(ask(accepted(), command).ok).toBe(true);
    expect(ask(accepted(), command, admin).ok).toBe(true);
  });

  test('the same person’s repeated press changes nothing; anybody else’s is refused', () => {
    const closed = done(ask(accepted(), command));
    expect(ask(closed, command, seller(), monday + 1)).toMatchObject({ ok: true, changed: false });
    expect(codes(ask(closed, command, admin))).toEqual(['L6 archived']);
  });
});

describe('L6: of won and lost', () => {
  const won = done(ask(accepted(), winning));
  const lost = done(ask(accepted(), losing));

  test.each([
    ['won', won, losing],
    ['lost', lost, winning],
  ] as const)('%s never becomes the other', (_status, closed, command) => {
    expect(codes(ask(closed, command))).toEqual(['L6 archived']);
  });
});

describe('W3: who is told', () => {
  const invitation = (id: string, status: Invitation['status']): Invitation => ({
    id,
    partner: { id: `p-${id}`, name: 'Fabrikam', orgId: 'fabrikam' },
    closeDate: '2027-01-31',
    value: { amount: '1', currency: 'EUR' },
    notes: 'x',
    team: [ada],
    solutions: [{ name: 'x' }],
    help: 'GeneralOrOther',
    sentAt: instant(monday),
    respondBy: instant(monday + day),
    status,
    partnerTeam: [],
    sequence: 0,
  });
  const kinds = (deal: Deal, command: Win | Lose) => {
    const outcome = ask(deal, command);
    return outcome.ok
      ? outcome.notices.map(({ task }) =>
          task.kind === 'tellPartner' ? `tellPartner:${task.invitationId}` : task.kind,
        )
      : [];
  };

  test('the sender of an inbound deal', () => {
    expect(kinds(accepted(), winning)).toContain('tellSender');
    expect(kinds(accepted(), losing)).toContain('tellSender');
  });

  test('T4: nobody, of a private deal', () => {
    expect(kinds(own(), winning)).toEqual([]);
  });

  test('the partners whose invitation is open or accepted, and no others', () => {
    const invitations = [
      invitation('open', 'received'),
      invitation('taken', 'accepted'),
      invitation('no', 'declined'),
      invitation('late', 'expired'),
    ];
    expect(kinds(own({ invitations, parties: { microsoft: false, partners: 4 } }), winning)).toEqual(
      expect.arrayContaining(['tellPartner:open', 'tellPartner:taken']),
    );
    expect(kinds(own({ invitations }), winning)).not.toContain('tellPartner:no');
    expect(kinds(own({ invitations }), losing)).not.toContain('tellPartner:late');
  });

  test('N6: nobody is reminded of the close date any more', () => {
    const deal = own();
    expect(deal.notices.filter(({ task, state }) => task.kind === 'remindClose' && state === 'waiting')).not.toEqual(
      [],
    );
    const won = done(ask(deal, winning));
    expect(won.notices.filter(({ task, state }) => task.kind === 'remindClose' && state === 'waiting')).toEqual([]);
  });
});
