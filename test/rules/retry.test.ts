import { expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { Notice, Task } from '../../src/deals/notice.ts';
import { noticeId, settled } from '../../src/rules/notices.ts';
import { retryFailed } from '../../src/rules/retry.ts';
import { monday, received } from '../fixtures/opportunity.ts';

const later = monday + 3_600_000;

function failed(task: Task): Notice {
  return {
    id: noticeId(task),
    task,
    state: 'failed',
    dueAt: instant(monday),
    attempts: 12,
    revision: 3,
    triedAt: instant(monday),
    reason: '503',
  };
}

function dealWith(...notices: Notice[]): Deal {
  const deal = received();
  return settled({ ...deal, notices: [...deal.notices, ...notices] }, monday);
}

const notice = (deal: Deal, id: string) => deal.notices.find((one) => one.id === id);

test('failed notices wait anew, due now, and nothing is left of the failure', () => {
  const deal = dealWith(failed({ kind: 'post', subscriptionId: 'a' }), failed({ kind: 'post', subscriptionId: 'b' }));
  expect(deal.failedDeliveries).toBe(2);
  const retried = retryFailed(deal, undefined, later);
  for (const id of ['post:a', 'post:b']) {
    expect(notice(retried, id)).toEqual({
      id,
      task: { kind: 'post', subscriptionId: id.slice(-1) },
      state: 'waiting',
      dueAt: instant(later),
      attempts: 0,
      revision: 4,
    });
  }
  expect(retried.failedDeliveries).toBe(0);
  expect(Date.parse(retried.nextDueAt ?? '')).toBeLessThanOrEqual(later);
});

test('one notice is retried alone', () => {
  const deal = dealWith(failed({ kind: 'post', subscriptionId: 'a' }), failed({ kind: 'post', subscriptionId: 'b' }));
  const retried = retryFailed(deal, 'post:b', later);
  expect([notice(retried, 'post:a')?.state, notice(retried, 'post:b')?.state]).toEqual(['failed', 'waiting']);
  expect(retried.failedDeliveries).toBe(1);
});

test('what did not fail stays as it is', () => {
  const deal = dealWith(failed({ kind: 'post', subscriptionId: 'a' }));
  const retried = retryFailed(deal, undefined, later);
  const others = (one: Deal) => one.notices.filter(({ id }) => id !== 'post:a');
  expect(others(retried)).toEqual(others(deal));
});

test('N2: what has no reason any more is dropped', () => {
  const deal = {
    ...dealWith(failed({ kind: 'remindPerson', personId: 'person-1', days: 3 })),
    status: 'declined' as const,
  };
  expect(notice(retryFailed(deal, undefined, later), 'remindPerson:3:person-1')).toMatchObject({ state: 'dropped' });
});

test('while its notices are being carried out, the deal is due when that ends', () => {
  const until = instant(later + 60_000);
  const deal = { ...dealWith(failed({ kind: 'post', subscriptionId: 'a' })), lease: { owner: 'x', until } };
  expect(retryFailed(deal, undefined, later).nextDueAt).toBe(until);
});

test('without such a notice nothing changes', () => {
  const deal = dealWith(failed({ kind: 'post', subscriptionId: 'a' }));
  expect(retryFailed(deal, 'announce', later)).toBe(deal);
  expect(retryFailed(received(), undefined, later)).toEqual(received());
});
