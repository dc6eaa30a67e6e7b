import { instant } from '../clock.ts';
import { type Deal, DeclineReason, type HistoryEntry } from '../deals/deal.ts';
import type { Settings } from '../organisations/organisation.ts';
import { doerOf, originOf, type PersonActor } from './actor.ts';
import { plannedForSender, plannedUpdates } from './notices.ts';
import { whyNotOpen } from './open.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { mayAnswer } from './permissions.ts';
import { type Refusal, refusal } from './refusal.ts';

export interface Decline {
  kind: 'decline';
  /** One of `declineReasons`, or whatever a forged card sent. */
  reason: string;
  notes: string;
}

/** D1 to D3, V1: an opportunity is archived as declined. The same person's repeated click changes nothing. */
export function decline(deal: Deal, command: Decline, actor: PersonActor, now: number, settings: Settings): Outcome {
  const forbidden = mayAnswer(actor, deal.orgId, settings);
  if (forbidden !== undefined) return refused(forbidden);
  if (deal.status === 'declined' && deal.answer?.by.personId === actor.personId) return unchanged(deal);
  const closed = whyNotOpen(deal, now);
  if (closed !== undefined) return refused(closed);

  const reason = DeclineReason.safeParse(command.reason);
  const notes = command.notes.trim();
  const wrong: Refusal[] = [];
  if (!reason.success) wrong.push(refusal('reasonMissing', 'D1', 'reason'));
  if (reason.data === 'other' && notes === '') wrong.push(refusal('notesNeeded', 'D2', 'notes'));
  if (notes.length > 4000) wrong.push(refusal('notesTooLong', 'E3', 'notes'));
  const [first, ...others] = wrong;
  if (first !== undefined) return refused(first, ...others);

  const by = doerOf(actor);
  const at = instant(now);
  const from = originOf(actor);
  const entry: HistoryEntry = { what: 'declined', by, at, from };
  const declined: Deal = {
    ...deal,
    status: 'declined',
    notes: notes === '' ? deal.notes : [...deal.notes, { text: notes, by, at }],
    answer: { status: 'declined', by, at, from, reason: reason.data },
    history: [...deal.history, entry],
  };
  return {
    ok: true,
    deal: declined,
    notices: [...plannedUpdates(declined, now), ...plannedForSender(declined, now)],
    changed: true,
  };
}
