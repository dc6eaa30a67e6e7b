import { instant } from '../clock.ts';
import type { Deal, Posting } from '../deals/deal.ts';
import type { Notice } from '../deals/notice.ts';
import { plannedUpdates, withNotices } from '../rules/notices.ts';

/** What came of carrying out one delivery. */
export type Result = (
  | { state: 'done' }
  /** Try again in `after` milliseconds; `counts`: whether it was an attempt, or only our own waiting for Teams' limits. */
  | { state: 'waiting'; after: number; counts: boolean; reason: string }
  | { state: 'dropped'; reason: string }
  | { state: 'failed'; reason: string }
) & {
  /** A copy of the card that stands there now. */
  posted?: Posting;
  /** Copies that are no longer there, by the conversation or by the posting. */
  gonePosting?: string;
  goneConversation?: string;
};

/**
 * The deal with a result written into it. `sentFrom`: the deal that the message was made of. If the card has changed since, a new
 * copy is brought up to date; if the notice was asked for again since, it waits on.
 */
export function recorded(deal: Deal, notice: Notice, result: Result, sentFrom: Deal, now: number): Deal {
  const postings = deal.postings.filter(
    ({ id, address }) =>
      id !== result.gonePosting && id !== result.posted?.id && address.conversationId !== result.goneConversation,
  );
  const next: Deal = {
    ...deal,
    postings: result.posted === undefined ? postings : [...postings, result.posted],
    notices: deal.notices.map((one) =>
      one.id === notice.id && one.revision === notice.revision ? withResult(one, result, now) : one,
    ),
  };
  const senderNotTold = result.state === 'failed' && notice.task.kind === 'tellSender';
  if (senderNotTold) return withNotices(next, plannedUpdates(next, now));
  if (result.posted !== undefined && deal.history.length !== sentFrom.history.length) {
    return withNotices(next, [{ task: { kind: 'update', postingId: result.posted.id }, dueAt: now }]);
  }
  return next;
}

function withResult(notice: Notice, result: Result, now: number): Notice {
  const tried = { ...notice, attempts: notice.attempts + 1, triedAt: instant(now) };
  switch (result.state) {
    case 'done': {
      const { reason: _, ...rest } = tried;
      return { ...rest, state: 'done' };
    }
    case 'waiting':
      return {
        ...tried,
        attempts: result.counts ? tried.attempts : notice.attempts,
        dueAt: instant(now + result.after),
        reason: result.reason,
      };
    default:
      return { ...tried, state: result.state, reason: result.reason };
  }
}
