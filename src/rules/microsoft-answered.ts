import { instant } from '../clock.ts';
import { type Deal, type MicrosoftPart, stageOf, type TeamMember } from '../deals/deal.ts';
import { isSame } from '../deals/same.ts';
import type { Actor } from './actor.ts';
import { changed } from './change.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { refusal } from './refusal.ts';

export interface MicrosoftAnswered {
  kind: 'microsoftAnswered';
  status: 'accepted' | 'declined';
  /** I8: its sellers, at most 50. Absent: nothing is said of them; empty: there are none any more. */
  team?: TeamMember[];
}

/**
 * C9: Microsoft's answer is shown on the deal, also one that comes after its time, and told to the team. The same again changes nothing
 * but who its sellers are (I8), which is told to nobody and is no entry of the history.
 */
export function microsoftAnswered(deal: Deal, { status, team }: MicrosoftAnswered, actor: Actor, now: number): Outcome {
  const before = deal.microsoft;
  if (before === undefined) return refused(refusal('microsoftNotAsked', 'C7'));
  const after = withSellers(before, status === 'accepted' ? (team ?? before.team) : undefined);
  const isSameAnswer = before.status === status;
  if (isSameAnswer && isSame(before, after)) return unchanged(deal);
  if (stageOf(deal.status) === 'archived') return refused(refusal('archived', 'L6'));
  if (isSameAnswer) return { ok: true, deal: { ...deal, microsoft: after }, notices: [], changed: true };
  const microsoft = { ...after, status, answeredAt: instant(now) };
  return changed(deal, { ...deal, microsoft }, 'microsoftAnswered', actor, now, [
    { task: { kind: 'partyAnswered', party: 'microsoft' }, dueAt: now },
  ]);
}

function withSellers({ team: _, ...part }: MicrosoftPart, team: TeamMember[] = []): MicrosoftPart {
  return team.length === 0 ? part : { ...part, team };
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
