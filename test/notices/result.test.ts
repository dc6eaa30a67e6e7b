import { expect, test } from '@jest/globals';
import type { Deal } from '../../src/deals/deal.ts';
import { type Result, recorded } from '../../src/notices/result.ts';
import { monday } from '../fixtures/opportunity.ts';
import { became, invitation, ownDeal } from '../fixtures/own-deal.ts';

const posting: Deal['postings'][number] = {
  id: 'sub-1',
  address: {
    version: 1,
    serviceUrl: 'https://smba.trafficmanager.net/emea/',
    tenantId: '11111111-1111-4111-8111-111111111111',
    scope: 'channel',
    conversationId: '19:a@thread.tacv2',
    bot: { id: '28:bot', name: 'Co-sell' },
  },
  threadId: '19:a@thread.tacv2;messageid=1',
  messageId: '1',
  language: 'en',
  timeZone: 'UTC',
  postedAt: '2026-11-02T09:00:00.000Z',
};

test.each<[string, number, Result, boolean]>([
  ['fails: the card says so', 1, { state: 'failed', reason: 'organisation-unknown' }, true],
  ['waits: nothing is decided', 2, { state: 'waiting', after: 5000, counts: true, reason: '503' }, false],
  ['works at once: the card says nothing of it', 1, { state: 'done' }, false],
  ['works when it was asked for again: the card says no more that it failed', 2, { state: 'done' }, true],
  ['is no longer wanted when it was asked for again', 2, { state: 'dropped', reason: 'no invitation' }, true],
])('N4: an invitation that %s', (_what, revision, result, updated) => {
  const sent = { ...became(ownDeal(), invitation()), postings: [posting] };
  const found = sent.notices.find(({ task }) => task.kind === 'sendInvitation');
  if (found === undefined) throw new Error('no invitation is to be sent');
  const notice = { ...found, revision };
  const deal = { ...sent, notices: sent.notices.map((one) => (one === found ? notice : one)) };
  const after = recorded(deal, notice, result, deal, monday);
  expect(after.notices.some(({ id, state }) => id === 'update:sub-1' && state === 'waiting')).toBe(updated);
});
