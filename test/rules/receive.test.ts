import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { type Deal, dealType, stageOf, statuses } from '../../src/deals/deal.ts';
import { decide } from '../../src/rules/decide.ts';
import type { Incoming } from '../../src/rules/receive.ts';
import { day, incoming, monday, opportunity, organisation, received, sender } from '../fixtures/opportunity.ts';

function revise(deal: Deal, changes: Partial<Incoming>, now = monday + day) {
  const command = { kind: 'revise', incoming: incoming({ contentHash: 'second', ...changes }) } as const;
  return decide(deal, { command, actor: sender }, now, organisation);
}

test.each([
  ['T1', { microsoft: false, partners: 0 }, 'private'],
  ['T1', { microsoft: false, partners: 1 }, 'p2p'],
  ['T1', { microsoft: true, partners: 0 }, 'cosell'],
  ['T1', { microsoft: true, partners: 2 }, 'cosell'],
] as const)('%s: %j is %s', (_rule, parties, type) => {
  expect(dealType(parties)).toBe(type);
});

test.each(statuses.map((status) => [status]))('L1: %s has its stage', (status) => {
  const stages = { received: 'received', accepted: 'accepted' } as Record<string, string>;
  expect(stageOf(status)).toBe(stages[status] ?? 'archived');
});

describe('L2, L4: a new deal', () => {
  test("L4: respond-by is the sender's date where given, else 14 days after it was sent", () => {
    expect(received().respondBy).toBe(instant(monday + 14 * day));
    const expiresAt = instant(monday + 3 * day);
    expect(received({ opportunity: opportunity({ expiresAt }) }).respondBy).toBe(expiresAt);
  });

  test.each([
    ['from Microsoft it is a co-sell deal', 'microsoft', 'cosell'],
    ['from a partner it is P2P', 'partner', 'p2p'],
  ] as const)('T1: %s', (_case, kind, type) => {
    expect(dealType(received({ opportunity: opportunity({ sender: { kind, name: 'X' } }) }).parties)).toBe(type);
  });

  test('N1, N2: it is announced at once, and every reminder that is not past is set, and the expiry', () => {
    const soon = received({ opportunity: opportunity({ expiresAt: instant(monday + 4 * day) }) });
    expect(soon.notices.map(({ id, dueAt }) => [id, (Date.parse(dueAt) - monday) / day])).toEqual([
      ['announce', 0],
      ['countdown', 1],
      ['remind:3', 1],
      ['remind:1', 3],
      ['expire', 4],
    ]);
    expect(soon.nextDueAt).toBe(instant(monday));
  });

  test('L5: one that arrives at or after respond-by is born expired, is not announced, and its sender is told', () => {
    const late = received({}, monday + 14 * day);
    expect([late.status, late.answer?.status, late.history.map(({ what }) => what)]).toEqual([
      'expired',
      'expired',
      ['received', 'expired'],
    ]);
    expect(late.notices.map(({ id }) => id)).toEqual(['tellSender']);
  });

  test.each([
    ['accepted', 'inbound', ['received', 'accepted']],
    ['won', 'inbound', ['received', 'won']],
    ['accepted', 'outbound', ['created', 'accepted']],
  ] as const)('one that stands %s elsewhere (%s) is kept and not announced', (status, direction, history) => {
    const deal = received({ direction, standing: { status, at: instant(monday) } });
    expect([deal.status, deal.history.map(({ what }) => what), deal.notices]).toEqual([status, history, []]);
  });
});

describe('a deal that is sent again', () => {
  test('the same content changes nothing, in any state', () => {
    for (const status of statuses) {
      const deal = { ...received(), status };
      expect(revise(deal, { contentHash: 'first' })).toEqual({ ok: true, deal, notices: [], changed: false });
    }
  });

  test('N4, L7: while received a change is taken over, recorded, and every copy is updated', () => {
    const outcome = revise(received(), { opportunity: opportunity({ value: { amount: '99', currency: 'EUR' } }) });
    if (!outcome.ok) throw new Error('refused');
    expect(outcome.deal.value).toEqual({ amount: '99', currency: 'EUR' });
    expect(outcome.deal.history.at(-1)).toMatchObject({
      what: 'revised',
      by: { kind: 'sender' },
      changes: { value: { before: { amount: '120000' }, after: { amount: '99' } } },
    });
  });

  test('L4, N2: a new respond-by sets the timers anew', () => {
    const expiresAt = instant(monday + 5 * day);
    const outcome = revise(received(), { opportunity: opportunity({ expiresAt }) });
    if (!outcome.ok) throw new Error('refused');
    expect(outcome.deal.respondBy).toBe(expiresAt);
    expect(outcome.deal.notices.map(({ id }) => id)).toEqual(['announce']);
    expect(outcome.notices.map(({ task }) => task.kind)).toEqual(['countdown', 'remind', 'remind', 'expire']);
  });

  test.each([
    ['E1', 'accepted', 'accepted'],
    ['L6', 'declined', 'alreadyDeclined'],
    ['L5', 'expired', 'expired'],
    ['L6', 'won', 'archived'],
    ['L6', 'lost', 'archived'],
  ] as const)('%s: a change of a deal that is %s is refused', (rule, status, code) => {
    expect(revise({ ...received(), status }, {})).toEqual({ ok: false, refusals: [{ code, rule }] });
  });

  test.each(['accepted', 'declined', 'expired'] as const)('L3: that it was %s elsewhere is taken over', (status) => {
    const at = instant(monday + 100);
    const outcome = revise(received(), { standing: { status, at } });
    if (!outcome.ok) throw new Error('refused');
    expect([outcome.deal.status, outcome.deal.answer]).toEqual([
      status,
      { status, by: { kind: 'sender', name: 'crm' }, at, from: 'api' },
    ]);
  });

  test.each(['won', 'lost'] as const)('L3: from received to %s is refused', (status) => {
    expect(revise(received(), { standing: { status, at: instant(monday) } })).toEqual({
      ok: false,
      refusals: [{ code: 'archived', rule: 'L3' }],
    });
  });
});
