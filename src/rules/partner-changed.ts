import { type Deal, type DeclineReason, type Invitation, type Status, stageOf } from '../deals/deal.ts';
import type { Actor } from './actor.ts';
import { changed } from './change.ts';
import { type Outcome, unchanged } from './outcome.ts';

/** I3, I7, I8: how the invited partner's own deal stands now, as its organisation tells it. Nothing that I9 keeps apart is in it. */
export interface PartnerChanged {
  kind: 'partnerChanged';
  invitationId: string;
  /** The length of the partner's history: an older message that comes late changes nothing. */
  sequence: number;
  status: Status;
  /** Of the answer or the outcome, when there is one: ISO 8601 UTC with milliseconds. */
  at: string | undefined;
  /** D3: why it was declined or lost. */
  reason: DeclineReason | undefined;
  closeDate: string | undefined;
  value: Invitation['value'] | undefined;
  solutions: Invitation['solutions'];
  partnerTeam: Invitation['partnerTeam'];
}

/**
 * I3, I7, W3: the inviter's view of an invitation follows the partner's deal, and an answer or outcome is told. A deal that is archived
 * keeps the view that it had (L6).
 */
export function partnerChanged(deal: Deal, command: PartnerChanged, actor: Actor, now: number): Outcome {
  const before = deal.invitations.find(({ id }) => id === command.invitationId);
  if (before === undefined || before.sequence >= command.sequence) return unchanged(deal);
  if (stageOf(deal.status) === 'archived') return unchanged(deal);
  const { solutions, status, at, reason, partnerTeam, sequence } = command;
  const { answeredAt: _, reason: __, ...rest } = before;
  const after: Invitation = {
    ...rest,
    status,
    sequence,
    partnerTeam,
    closeDate: command.closeDate ?? before.closeDate,
    value: command.value ?? before.value,
    solutions: solutions.length === 0 ? before.solutions : solutions,
    ...(at === undefined ? {} : { answeredAt: at }),
    ...(reason === undefined ? {} : { reason }),
  };
  const invitations = deal.invitations.map((one) => (one.id === before.id ? after : one));
  const isAnswer = status !== before.status && status !== 'received';
  return changed(
    deal,
    { ...deal, invitations },
    'partnerChanged',
    actor,
    now,
    isAnswer ? [{ task: { kind: 'partyAnswered', party: before.id }, dueAt: now }] : [],
  );
}
