import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instant } from '../../src/clock.ts';
import { type Deal, Deal as DealSchema, declineReasons, stageOf } from '../../src/deals/deal.ts';
import { decide, type Request } from '../../src/rules/decide.ts';
import { settled, stillHolds, withNotices } from '../../src/rules/notices.ts';
import {
  acceptance,
  day,
  incoming,
  monday,
  opportunity,
  organisation,
  received,
  seller,
  sender,
} from '../fixtures/opportunity.ts';

const people = fc.constantFrom(
  seller(),
  seller({ personId: 'person-ben', name: 'Ben Adler', roles: ['referralsAdmin'] }),
  seller({ personId: 'person-none', roles: [] }),
  seller({ personId: 'person-guest', guest: true }),
  seller({ personId: 'person-foreign', orgId: 'fabrikam' }),
);

const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    command: fc
      .record({ amount: fc.constantFrom('5', '0', '', '1.999'), name: fc.constantFrom('x', '') })
      .map(acceptance),
    actor: people,
  }),
  fc.record({
    command: fc.record({
      kind: fc.constant('decline' as const),
      reason: fc.constantFrom(...declineReasons, 'nonsense'),
      notes: fc.constantFrom('', 'because'),
    }),
    actor: people,
  }),
  fc.constant({ command: { kind: 'expire' as const }, actor: { kind: 'clock' as const } }),
  fc.record({
    command: fc
      .record({
        contentHash: fc.constantFrom('first', 'second', 'third'),
        opportunity: fc
          .integer({ min: 1, max: 20 })
          .map((days) => opportunity({ expiresAt: instant(monday + days * day), notes: `until ${days}` })),
        standing: fc.constantFrom('received', 'accepted', 'declined', 'expired', 'won').map((status) => ({
          status: status as Deal['status'],
          at: instant(monday),
        })),
      })
      .map((changes) => ({ kind: 'revise' as const, incoming: incoming(changes) })),
    actor: fc.constant(sender),
  }),
);

const steps = fc.array(fc.record({ request, wait: fc.integer({ min: 0, max: 4 * day }) }), { maxLength: 25 });

/** Runs a sequence of commands as the desk does and shows every deal on the way. */
function run(
  sequence: { request: Request; wait: number }[],
  see: (before: Deal, after: Deal, now: number) => void,
): void {
  let now = monday;
  let deal = received();
  for (const step of sequence) {
    now += step.wait;
    const outcome = decide(deal, step.request, now, organisation);
    const after = outcome.ok ? settled(withNotices(outcome.deal, outcome.notices), now) : deal;
    see(deal, after, now);
    deal = after;
  }
}

function withoutLedger({ notices, nextDueAt, failedDeliveries, ...rest }: Deal) {
  return rest;
}

describe('no sequence of commands', () => {
  test('L6: changes a terminal deal', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        run(sequence, (before, after) => {
          if (stageOf(before.status) === 'archived') expect(withoutLedger(after)).toEqual(withoutLedger(before));
        });
      }),
    );
  });

  test('L3: goes anywhere but from received to accepted, declined or expired', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        run(sequence, (before, after) => {
          if (before.status !== after.status) {
            expect(before.status).toBe('received');
            expect(['accepted', 'declined', 'expired']).toContain(after.status);
          }
        });
      }),
    );
  });

  test('L7: loses history, or changes anything without writing it down', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        run(sequence, (before, after) => {
          expect(after.history.slice(0, before.history.length)).toEqual(before.history);
          if (after.history.length === before.history.length)
            expect(withoutLedger(after)).toEqual(withoutLedger(before));
        });
      }),
    );
  });

  test('L5: lets a person answer at or after respond-by', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        run(sequence, (before, after, now) => {
          if (after.answer?.from === 'teams' && before.answer === undefined) {
            expect(now).toBeLessThan(Date.parse(before.respondBy));
          }
        });
      }),
    );
  });

  test('V1, V3: lets a stranger, a guest or somebody without a role answer', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        run(sequence, (_before, after) => {
          expect(['person-none', 'person-guest', 'person-foreign']).not.toContain(after.answer?.by.personId);
        });
      }),
    );
  });

  test('leaves a notice waiting that no longer holds, or a waiting notice that the store would not find', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        run(sequence, (before, after, now) => {
          if (after === before) return;
          const waiting = after.notices.filter(({ state }) => state === 'waiting');
          expect(waiting.filter((notice) => !stillHolds(after, notice, now))).toEqual([]);
          expect(after.nextDueAt).toBe(waiting.map(({ dueAt }) => dueAt).sort()[0]);
        });
      }),
    );
  });

  test('makes a deal that the store could not read back', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        run(sequence, (_before, after) => {
          const written = JSON.parse(JSON.stringify(after));
          expect(JSON.parse(JSON.stringify(DealSchema.parse(written)))).toEqual(written);
        });
      }),
    );
  });
});
