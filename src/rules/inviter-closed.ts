import { type Deal, stageOf } from '../deals/deal.ts';
import type { Actor } from './actor.ts';
import { changed } from './change.ts';
import { type Outcome, unchanged } from './outcome.ts';

/** W3: how the deal of the organisation ended that invited this one. Nothing else of it (I9). */
export interface InviterClosed {
  kind: 'inviterClosed';
  status: 'won' | 'lost';
  /** ISO 8601 UTC with milliseconds. */
  at: string;
}

/** W3: the invited partner sees it on its own deal, which stays its own to close. One that is closed already is left alone (L6). */
export function inviterClosed(deal: Deal, { status, at }: InviterClosed, actor: Actor, now: number): Outcome {
  if (deal.route.kind !== 'inviter' || deal.inviterOutcome !== undefined) return unchanged(deal);
  if (stageOf(deal.status) === 'archived') return unchanged(deal);
  return changed(deal, { ...deal, inviterOutcome: { status, at } }, 'partnerChanged', actor, now, [
    { task: { kind: 'partyAnswered', party: 'inviter' }, dueAt: now },
  ]);
}
