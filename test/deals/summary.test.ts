import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import type { Deal } from '../../src/deals/deal.ts';
import { summarized } from '../../src/deals/summary.ts';
import { day, monday, received, seller } from '../fixtures/opportunity.ts';

const ada = seller();
const team = [{ personId: ada.personId, name: ada.name }];
const others = [{ personId: 'person-ben', name: 'Ben Adler' }];

function deal(changes: Partial<Deal> = {}): Deal {
  return { ...received(), ...changes };
}

function answer(status: 'accepted' | 'declined' | 'expired', hours: number, personId = ada.personId): Partial<Deal> {
  const by = status === 'expired' ? { kind: 'clock' as const } : { kind: 'person' as const, personId, name: 'x' };
  return { status, answer: { status, by, at: instant(monday + hours * 3_600_000), from: 'teams' } };
}

function won(days: number, changes: Partial<Deal> = {}): Deal {
  return deal({
    status: 'won',
    team,
    outcome: { status: 'won', by: { kind: 'person' }, at: instant(monday + days * day), from: 'teams' },
    ...changes,
  });
}

const now = monday + 40 * day;
const of = (deals: Deal[], scope: 'mine' | 'organisation' = 'organisation', at = now) =>
  summarized(deals, ada, scope, at);

describe('stages', () => {
  test('what waits, and what is past its time and not written as expired', () => {
    expect(of([deal()], 'organisation', monday + day).received).toEqual({
      count: 1,
      sums: [{ amount: '120000', currency: 'CHF' }],
    });
    expect(of([deal()]).received.count).toBe(0);
  });

  test('values are summed by currency; a deal without one counts', () => {
    const eur = { value: { amount: '0.10', currency: 'EUR' } };
    const { accepted } = of([
      deal({ status: 'accepted', ...eur }),
      deal({ status: 'accepted', ...eur }),
      deal({ status: 'accepted', value: undefined, opportunity: { ...deal().opportunity, value: undefined } }),
    ]);
    expect(accepted).toEqual({ count: 3, sums: [{ amount: '0.20', currency: 'EUR' }] });
  });

  test('mine: one’s own accepted deals, and what waits for anybody', () => {
    const deals = [
      deal(),
      deal({ status: 'accepted', team }),
      deal({ status: 'accepted', team: others }),
      won(39),
      won(39, { team: others }),
    ];
    const mine = of(deals, 'mine', monday + day);
    expect([mine.received.count, mine.accepted.count]).toEqual([1, 1]);
    expect(of(deals, 'mine').won.count).toBe(1);
    expect(of(deals).won.count).toBe(2);
  });
});

describe('what is due', () => {
  test('expires within seven days, the soonest first', () => {
    const ends = (days: number) => deal({ id: `in-${days}`, respondBy: instant(now + days * day) });
    const { expiring } = of([ends(7.01), ends(7), ends(0.5), ends(-1), ends(3)]);
    expect(expiring.map(({ id }) => id)).toEqual(['in-0.5', 'in-3', 'in-7']);
  });

  test('overdue from the day after the close date, in the person’s time zone, the longest first', () => {
    const closes = (closeDate: string) => deal({ id: closeDate, status: 'accepted', closeDate });
    const deals = [closes('2026-11-10'), closes('2026-11-09'), closes('2026-11-11'), closes('2026-11-01')];
    // Half past midnight in Vienna.
    const at = Date.parse('2026-11-10T23:30:00.000Z');
    expect(of(deals, 'organisation', at).overdue.map(({ id }) => id)).toEqual([
      '2026-11-01',
      '2026-11-09',
      '2026-11-10',
    ]);
    const before = at - 3_600_000;
    expect(of(deals, 'organisation', before).overdue.map(({ id }) => id)).toEqual(['2026-11-01', '2026-11-09']);
    expect(of([closes('2026-11-01')].map((one) => ({ ...one, status: 'won' as const }))).overdue).toEqual([]);
  });
});

describe('the last 30 days', () => {
  test('wins and losses by when they were closed, not by when they came', () => {
    expect(of([won(10), won(10.01), won(40)]).won.count).toBe(2);
    const elsewhere = deal({
      status: 'lost',
      history: [{ what: 'lost', by: { kind: 'sender' }, at: instant(now - day), from: 'partner-center' }],
    });
    expect(of([elsewhere]).lost.count).toBe(1);
  });

  test('answers: accepted, declined and not at all; the median from sending to answer', () => {
    const at = monday + 3 * day;
    const deals = [
      deal(answer('accepted', 2)),
      deal(answer('declined', 4)),
      { ...won(1), answer: answer('accepted', 10).answer },
      deal(answer('expired', 20)),
      deal({ ...answer('accepted', 1), direction: 'outbound' }),
    ];
    expect(of(deals, 'organisation', at).answers).toEqual({
      accepted: 2,
      declined: 1,
      expired: 1,
      medianMilliseconds: 4 * 3_600_000,
    });
    expect(of(deals.slice(0, 2), 'organisation', at).answers.medianMilliseconds).toBe(3 * 3_600_000);
    expect(of([], 'organisation', at).answers).toEqual({ accepted: 0, declined: 0, expired: 0 });
    expect(of(deals, 'organisation', at + 30 * day).answers.accepted).toBe(0);
  });

  test('mine: what this person answered; nobody’s silence is theirs', () => {
    const deals = [deal(answer('accepted', 2)), deal(answer('declined', 4, 'person-ben')), deal(answer('expired', 5))];
    expect(of(deals, 'mine', monday + day).answers).toMatchObject({ accepted: 1, declined: 0, expired: 0 });
  });
});
