import type { Deal } from '../deals/deal.ts';
import { settled, withNotices } from './notices.ts';

/**
 * An admin has failed notices carried out again: all of the deal's, or one. They wait anew, due now; one that no longer has a reason
 * is dropped instead. `now`: milliseconds since the epoch. A deal without such a notice comes back as it is.
 */
export function retryFailed(deal: Deal, noticeId: string | undefined, now: number): Deal {
  const failed = deal.notices.filter(
    ({ id, state }) => state === 'failed' && (noticeId === undefined || id === noticeId),
  );
  if (failed.length === 0) return deal;
  return settled(
    withNotices(
      deal,
      failed.map(({ task }) => ({ task, dueAt: now })),
    ),
    now,
  );
}
