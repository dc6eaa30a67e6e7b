import { instant } from '../clock.ts';
import type { Deal, Posting } from '../deals/deal.ts';
import type { Notice } from '../deals/notice.ts';
import type { PartnerCenterPart } from '../deals/partner-center.ts';
import { plannedUpdates, withNotices } from '../rules/notices.ts';
import { knowing, partiesAskedIn } from '../rules/partner-center.ts';
import type { BroughtThere } from './sender.ts';

/** What came of carrying out one delivery. */
export type Result = (
  | { state: 'done' }
  /**
   * Try again in `after` milliseconds; `counts`: whether it was an attempt, or only our own waiting for Teams' limits; `unclear`:
   * whether it may have been sent all the same.
   */
  | { state: 'waiting'; after: number; counts: boolean; unclear?: boolean; reason: string }
  | { state: 'dropped'; reason: string }
  | { state: 'failed'; reason: string }
) & {
  /** A copy of the card that stands there now. */
  posted?: Posting;
  /** The digest of what a copy shows that was brought up to date. */
  shown?: string | undefined;
  /** Copies that are no longer there, by the conversation or by the posting. */
  gonePosting?: string;
  goneConversation?: string;
  /** What Partner Center took, or why it did not. */
  brought?: BroughtThere;
  refusal?: { code: string; text: string };
};

/**
 * The deal with a result written into it. `sentFrom`: the deal that the message was made of. If the card has changed since, a new
 * copy is brought up to date; if the notice was asked for again since, it waits on.
 */
export function recorded(deal: Deal, notice: Notice, result: Result, sentFrom: Deal, now: number): Deal {
  const left = deal.postings.filter(
    ({ id, address }) =>
      id !== result.gonePosting && id !== result.posted?.id && address.conversationId !== result.goneConversation,
  );
  const postings = left.map((posting) => withShown(posting, notice, result));
  const next: Deal = {
    ...deal,
    postings: result.posted === undefined ? postings : [...postings, result.posted],
    notices: deal.notices.map((one) =>
      one.id === notice.id && one.revision === notice.revision ? withResult(one, result, now) : one,
    ),
  };
  if (notice.task.kind === 'sync' || notice.task.kind === 'takeOver') return withSync(next, result, now);
  if (changesBanner(notice, result)) return withNotices(next, plannedUpdates(next, now));
  if (result.posted !== undefined && deal.history.length !== sentFrom.history.length) {
    return withNotices(next, [{ task: { kind: 'update', postingId: result.posted.id }, dueAt: now }]);
  }
  return next;
}

/** N4: the deal where nobody knows for certain what its copies show. */
export function withoutShown(deal: Deal): Deal {
  return { ...deal, postings: deal.postings.map((posting) => ({ ...posting, shown: undefined })) };
}

/** What a copy shows is not known after an update that failed: Teams may have taken it all the same. */
function withShown(posting: Posting, { task }: Notice, result: Result): Posting {
  return task.kind === 'update' && task.postingId === posting.id ? { ...posting, shown: result.shown } : posting;
}

/**
 * N4: the card says whom a deal's news could not reach. The banner comes with the failure; it goes when what was asked for again, by an
 * admin or by the next answer, worked or is no longer wanted.
 */
function changesBanner({ task, revision }: Notice, { state }: Result): boolean {
  if (task.kind !== 'tellSender' && task.kind !== 'sendInvitation') return false;
  return state === 'failed' || (state !== 'waiting' && revision > 1);
}

/** The card says how a deal stands with Partner Center, so its copies follow (N4); whoever was invited there is asked for from now on. */
function withSync(deal: Deal, { state, brought, refusal }: Result, now: number): Deal {
  if (state === 'waiting') return deal;
  const { refusal: _, ...part }: PartnerCenterPart = deal.partnerCenter ?? { invitations: {} };
  const told = refusal === undefined ? undefined : { ...refusal, text: refusal.text.slice(0, 1000), at: instant(now) };
  const known = { ...deal, partnerCenter: told === undefined ? part : { ...part, refusal: told } };
  const next = brought === undefined ? known : withBrought(known, brought);
  const asked = partiesAskedIn(next);
  const isAsked = next.notices.some(({ task, state }) => task.kind === 'hearParties' && state === 'waiting');
  return withNotices(next, [
    ...plannedUpdates(next, now),
    ...(asked === undefined || isAsked ? [] : [{ task: { kind: 'hearParties' } as const, dueAt: now + asked }]),
  ]);
}

function withBrought(deal: Deal, { heard, brought, microsoftId, invitations }: BroughtThere): Deal {
  const { updatedAt } = deal.partnerCenter ?? {};
  // Somebody has read it again meanwhile.
  const isOld = updatedAt !== undefined && heard.updatedAt !== undefined && heard.updatedAt < updatedAt;
  const next = isOld ? deal : knowing(deal, heard);
  const part = next.partnerCenter ?? { invitations: {} };
  return {
    ...next,
    partnerCenter: {
      ...part,
      brought,
      ...(microsoftId === undefined ? {} : { microsoftId }),
      invitations: { ...part.invitations, ...invitations },
    },
  };
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
        ...(result.unclear ? { unclear: (notice.unclear ?? 0) + 1 } : {}),
        dueAt: instant(now + result.after),
        reason: result.reason,
      };
    default:
      return { ...tried, state: result.state, reason: result.reason };
  }
}
