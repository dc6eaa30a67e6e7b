import { instant } from '../clock.ts';
import { type Deal, type HistoryEntry, type Invitation, type InvitationChange, withoutSellers } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import { isSame } from '../deals/same.ts';
import { type Actor, doerOf, originOf } from './actor.ts';
import { plannedUpdates } from './notices.ts';
import type { Outcome } from './outcome.ts';
import { type Refusal, refusal } from './refusal.ts';

/** E1, L6: why an accepted deal's change is refused, if it is: only an accepted deal can be edited, invited to or closed. */
export function whyNotAccepted({ status }: Deal): Refusal | undefined {
  if (status === 'accepted') return undefined;
  return status === 'received' ? refusal('notOpenYet', 'L3') : refusal('archived', 'L6');
}

/**
 * A change that is written down (L7): the deal with its history entry, its copies brought up to date (N4), an inviter told (I3), and
 * whatever else follows.
 */
export function changed(
  before: Deal,
  after: Deal,
  what: HistoryEntry['what'],
  actor: Actor,
  now: number,
  more: readonly PlannedNotice[] = [],
): Outcome {
  const entry: HistoryEntry = {
    what,
    by: doerOf(actor),
    at: instant(now),
    from: originOf(actor),
    changes: changesOf(before, after),
  };
  const deal = { ...after, history: [...before.history, entry] };
  const notices = [...plannedUpdates(deal, now), ...plannedForInviter(deal, now), ...more];
  return { ok: true, deal, notices, changed: true };
}

/** L7: the fields that a person would call the deal's, before and after. */
export function changesOf(before: Deal, after: Deal): HistoryEntry['changes'] {
  const fields = [
    'name',
    'value',
    'closeDate',
    'crmId',
    'campaignId',
    'team',
    'solutions',
    'microsoft',
    'inviterOutcome',
  ] as const;
  const then = { ...before, microsoft: withoutSellers(before.microsoft) };
  const now = { ...after, microsoft: withoutSellers(after.microsoft) };
  return {
    ...Object.fromEntries(
      fields
        .filter((field) => !isSame(then[field], now[field]))
        .map((field) => [field, { before: then[field], after: now[field] }]),
    ),
    ...invitationChange(before.invitations, after.invitations),
  };
}

/**
 * Of the one invitation that was sent or has changed: whose it is, and what of it is short. All of them in each entry would make the
 * deal grow with the square of its changes; the notes, team and solutions stand in the invitation itself.
 */
function invitationChange(before: readonly Invitation[], after: readonly Invitation[]): HistoryEntry['changes'] {
  const now = after.find((one) => !isSame(earlier(one), one));
  if (now === undefined) return {};
  const then = earlier(now);
  const fields = (['status', 'value', 'closeDate'] as const).filter((field) => !isSame(then?.[field], now[field]));
  const short = (one: Invitation): InvitationChange => ({
    id: one.id,
    partner: one.partner.name,
    ...Object.fromEntries(fields.map((field) => [field, one[field]])),
  });
  return { invitation: { ...(then === undefined ? {} : { before: short(then) }), after: short(now) } };

  function earlier({ id }: Invitation): Invitation | undefined {
    return before.find((one) => one.id === id);
  }
}

function plannedForInviter({ route }: Deal, now: number): PlannedNotice[] {
  return route.kind === 'inviter' ? [{ task: { kind: 'tellInviter' }, dueAt: now }] : [];
}

/** N7: those whom somebody else has added to the team are told, once. */
export function plannedForNewMembers(
  before: Pick<Deal, 'team'>,
  after: Deal,
  actor: Actor,
  now: number,
): PlannedNotice[] {
  const own = actor.kind === 'person' ? actor.personId : undefined;
  const known = new Set(before.team.map(({ personId }) => personId));
  return after.team
    .map(({ personId }) => personId)
    .filter((id): id is string => id !== undefined && id !== own && !known.has(id))
    .map((personId) => ({ task: { kind: 'tellTeamMember', personId }, dueAt: now }));
}
