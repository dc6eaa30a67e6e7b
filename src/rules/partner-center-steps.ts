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
export function isRefused({ notices }: Deal): boolean {
  return notices.some(({ task, state }) => (task.kind === 'sync' || task.kind === 'takeOver') && state === 'failed');
}

/** Why a notice for Partner Center fails while nobody has connected it. */
export const notConnected = 'partner-center-not-connected';

/** Partner Center is connected: what failed for want of it is carried out now. */
export interface Resume {
  kind: 'resume';
}

export function resume(deal: Deal, now: number): Outcome {
  const failed = deal.notices.filter(({ state, reason }) => state === 'failed' && reason === notConnected);
  if (failed.length === 0) return unchanged(deal);
  return { ok: true, deal, notices: failed.map(({ task }) => ({ task, dueAt: now })), changed: true };
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
