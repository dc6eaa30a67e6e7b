import { instant } from '../clock.ts';
import type { Deal, HistoryEntry } from '../deals/deal.ts';
import { doerOf, originOf, type PersonActor } from './actor.ts';
import { plannedUpdates } from './notices.ts';
import { whyNotOpen } from './open.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { isInStep, pendingOf } from './partner-center.ts';
import { mayChange } from './permissions.ts';

/** What Partner Center refused is sent once more. */
export interface SyncAgain {
  kind: 'syncAgain';
}

/** What Partner Center refused is given up for what it says. */
export interface TakeOver {
  kind: 'takeOver';
}

/** N1: an opportunity that was there before the organisation connected is posted, at an instant. */
export interface Announce {
  kind: 'announce';
  /** Milliseconds since the epoch. */
  at: number;
}

/** V1: whoever may change the deal may have it sent again. Nothing of the deal changes. */
export function syncAgain(deal: Deal, actor: PersonActor, now: number): Outcome {
  const forbidden = mayChange(actor, deal);
  if (forbidden !== undefined) return refused(forbidden);
  if (isInStep(deal) || !isRefused(deal)) return unchanged(deal);
  const after = withoutRefusal(deal);
  return {
    ok: true,
    deal: after,
    notices: [{ task: { kind: 'sync' }, dueAt: now }, ...plannedUpdates(after, now)],
    changed: true,
  };
}

/** Whether taking over Partner Center's version would end what it refuses: it can undo a status or a field, and no invitation. */
export function canTakeOver(deal: Deal): boolean {
  const { referral, status, fields } = pendingOf(deal);
  return !referral && (status || fields.length > 0);
}

/** V1, L7: it is read anew and taken over when the notice is carried out; who wanted it is written down. */
export function takeOver(deal: Deal, actor: PersonActor, now: number): Outcome {
  const forbidden = mayChange(actor, deal);
  if (forbidden !== undefined) return refused(forbidden);
  if (!isRefused(deal) || !canTakeOver(deal)) return unchanged(deal);
  const entry: HistoryEntry = { what: 'takenOver', by: doerOf(actor), at: instant(now), from: originOf(actor) };
  const after = withoutRefusal({
    ...deal,
    history: [...deal.history, entry],
    notices: deal.notices.filter(({ task }) => task.kind !== 'sync'),
  });
  return {
    ok: true,
    deal: after,
    notices: [{ task: { kind: 'takeOver' }, dueAt: now }, ...plannedUpdates(after, now)],
    changed: true,
  };
}

/** Whether Partner Center, or that it is not connected, stands in the way of what the deal says. */
function isRefused({ notices }: Deal): boolean {
  return notices.some(({ task, state }) => (task.kind === 'sync' || task.kind === 'takeOver') && state === 'failed');
}

/** Why a notice for Partner Center fails while nobody has connected it. */
export const notConnected = 'partner-center-not-connected';

/** Partner Center is connected, or answers again: what failed for want of that is carried out now. What it refused is not. */
export interface Resume {
  kind: 'resume';
}

export function resume(deal: Deal, now: number): Outcome {
  const isRefusedThere = deal.partnerCenter?.refusal !== undefined;
  const failed = deal.notices.filter(
    ({ task, state }) =>
      state === 'failed' &&
      (task.kind === 'hearParties' || (!isRefusedThere && ['sync', 'takeOver'].includes(task.kind))),
  );
  if (failed.length === 0) return unchanged(deal);
  return { ok: true, deal, notices: failed.map(({ task }) => ({ task, dueAt: now })), changed: true };
}

/** The referral that was created for a deal is the deal's from now on, whatever becomes of the rest. */
export interface LinkReferral {
  kind: 'linkReferral';
  id: string;
  engagementId: string | undefined;
}

export function linkReferral(deal: Deal, { id, engagementId }: LinkReferral): Outcome {
  const part = deal.partnerCenter ?? { invitations: {} };
  if (part.id !== undefined) return unchanged(deal);
  return { ok: true, deal: { ...deal, partnerCenter: { ...part, id, engagementId } }, notices: [], changed: true };
}

/** Posted already, on its way, or answered by now: nothing to do. */
export function announce(deal: Deal, { at }: Announce, now: number): Outcome {
  const isKnown = deal.postings.length > 0 || deal.notices.some(({ task }) => task.kind === 'announce');
  if (isKnown || whyNotOpen(deal, now) !== undefined) return unchanged(deal);
  return { ok: true, deal, notices: [{ task: { kind: 'announce' }, dueAt: at }], changed: true };
}

function withoutRefusal(deal: Deal): Deal {
  if (deal.partnerCenter?.refusal === undefined) return deal;
  const { refusal: _, ...part } = deal.partnerCenter;
  return { ...deal, partnerCenter: part };
}
