import { instant } from '../clock.ts';
import { type Deal, stageOf } from '../deals/deal.ts';
import type { Actor } from './actor.ts';
import { changed } from './change.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { refusal } from './refusal.ts';

export interface MicrosoftAnswered {
  kind: 'microsoftAnswered';
  status: 'accepted' | 'declined';
}

/**
 * C9: Microsoft's answer is shown on the deal, also one that comes after its time, and told to the team. The same again changes
 * nothing.
 */
export function microsoftAnswered(deal: Deal, { status }: MicrosoftAnswered, actor: Actor, now: number): Outcome {
  if (deal.microsoft === undefined) return refused(refusal('microsoftNotAsked', 'C7'));
  if (deal.microsoft.status === status) return unchanged(deal);
  if (stageOf(deal.status) === 'archived') return refused(refusal('archived', 'L6'));
  const microsoft = { ...deal.microsoft, status, answeredAt: instant(now) };
  return changed(deal, { ...deal, microsoft }, 'microsoftAnswered', actor, now, [
    { task: { kind: 'partyAnswered', party: 'microsoft' }, dueAt: now },
  ]);
}

/** C9, N8: Microsoft's time has passed without an answer; the deal goes on, and its team is told. */
export function microsoftSilent(deal: Deal, now: number): Outcome {
  const { microsoft } = deal;
  if (microsoft?.status !== 'waiting' || now < Date.parse(microsoft.answerBy) || stageOf(deal.status) === 'archived') {
    return unchanged(deal);
  }
  const after = { ...deal, microsoft: { ...microsoft, status: 'silent' as const } };
  const team = deal.team.map(({ personId }) => personId).filter((id): id is string => id !== undefined);
  return changed(
    deal,
    after,
    'microsoftAnswered',
    { kind: 'clock' },
    now,
    team.map((personId) => ({ task: { kind: 'microsoftSilentPerson', personId }, dueAt: now })),
  );
}
