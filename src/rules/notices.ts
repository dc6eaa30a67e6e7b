import { dayMilliseconds, instant } from '../clock.ts';
import { type Deal, stageOf } from '../deals/deal.ts';
import type { Notice, PlannedNotice, Task } from '../deals/notice.ts';
import { awaitsReferral, goesToPartnerCenter, isInStep, partiesAskedIn, referralOf } from './partner-center.ts';
import { isOnTeam } from './permissions.ts';
import { isQuietFor } from './quiet.ts';

/** Done and dropped lines of the ledger beyond this many are forgotten, the oldest first; failed ones never. */
const ledgerLines = 200;

/** The id of a notice says what it is for: asking for the same again renews it instead of repeating it. */
export function noticeId(task: Task): string {
  switch (task.kind) {
    case 'post':
      return `post:${task.subscriptionId}`;
    case 'update':
      return `update:${task.postingId}`;
    case 'remind':
      return `remind:${task.days}`;
    case 'remindThread':
      return `remindThread:${task.days}:${task.postingId}`;
    case 'remindPerson':
      return `remindPerson:${task.days}:${task.personId}`;
    case 'expiredThread':
      return `expiredThread:${task.postingId}`;
    case 'tellSenderHere':
      return `tellSenderHere:${task.subscriptionId}`;
    case 'partyAnswered':
      return `partyAnswered:${task.party}`;
    case 'partyAnsweredHere':
      return `partyAnsweredHere:${task.party}:${task.subscriptionId}`;
    case 'partyAnsweredThread':
      return `partyAnsweredThread:${task.party}:${task.postingId}`;
    case 'partyAnsweredPerson':
      return `partyAnsweredPerson:${task.party}:${task.personId}`;
    case 'sendInvitation':
    case 'tellPartner':
      return `${task.kind}:${task.invitationId}`;
    case 'remindClose':
      return `remindClose:${task.days}`;
    case 'remindClosePerson':
      return `remindClosePerson:${task.days}:${task.personId}`;
    case 'microsoftSilentPerson':
    case 'tellTeamMember':
      return `${task.kind}:${task.personId}`;
    default:
      return task.kind;
  }
}

/** N1, N2, N3: what a received deal needs until respond-by. A reminder step that is already past is left out. */
export function plannedWhileReceived(respondBy: string, reminderDays: readonly number[], now: number): PlannedNotice[] {
  const end = Date.parse(respondBy);
  const reminders = [...new Set(reminderDays)]
    .map((days) => ({ task: { kind: 'remind', days } as const, dueAt: end - days * dayMilliseconds }))
    .filter(({ dueAt }) => dueAt > now);
  return [...plannedCountdown(respondBy, now), ...reminders, { task: { kind: 'expire' }, dueAt: end }];
}

/** The next instant at which the number of days that are left changes; nothing on the last day. */
export function plannedCountdown(respondBy: string, now: number): PlannedNotice[] {
  const left = Date.parse(respondBy) - now;
  const days = Math.ceil(left / dayMilliseconds) - 1;
  return days < 1 ? [] : [{ task: { kind: 'countdown' }, dueAt: Date.parse(respondBy) - days * dayMilliseconds }];
}

/** N4: an update of every posted copy. */
export function plannedUpdates(deal: Deal, now: number): PlannedNotice[] {
  return deal.postings.map(({ id }) => ({ task: { kind: 'update', postingId: id }, dueAt: now }));
}

/** N5: the sender is told, unless it asks for the answer itself, or hears of it in Partner Center. */
export function plannedForSender({ route }: Deal, now: number): PlannedNotice[] {
  if (route.kind === 'none' || route.kind === 'partner-center') return [];
  return [{ task: { kind: route.kind === 'inviter' ? 'tellInviter' : 'tellSender' }, dueAt: now }];
}

/**
 * Whether a notice still has a reason to be carried out: asked when the deal changes and again right before sending (N2: no reminder
 * after an answer, none for a step that a later one has overtaken).
 */
export function stillHolds(deal: Deal, notice: Notice, now: number): boolean {
  const open = deal.status === 'received' && now < Date.parse(deal.respondBy);
  const { task } = notice;
  switch (task.kind) {
    case 'announce':
    case 'countdown':
      return open;
    case 'post':
      return open && !deal.postings.some(({ id }) => id === task.subscriptionId);
    case 'update':
      return deal.postings.some(({ id }) => id === task.postingId);
    case 'remind':
      return open && !isOvertaken(deal, task.days, now);
    case 'remindPerson':
      return (
        open && !isOvertaken(deal, task.days, now) && !isQuietFor(deal, task.personId, 'answer', dueOf(notice, now))
      );
    case 'remindThread':
      return open && !isOvertaken(deal, task.days, now) && deal.postings.some(({ id }) => id === task.postingId);
    case 'expire':
      return deal.status === 'received';
    case 'expiredThread':
      return deal.status === 'expired' && deal.postings.some(({ id }) => id === task.postingId);
    case 'tellSender':
    case 'tellSenderHere':
      return deal.answer !== undefined || deal.outcome !== undefined;
    case 'sendInvitation':
      return !isArchived(deal) && invitationOf(deal, task.invitationId)?.status === 'received';
    case 'tellPartner':
      return deal.outcome !== undefined && invitationOf(deal, task.invitationId) !== undefined;
    case 'partyAnswered':
    case 'partyAnsweredHere':
      return hasAnswered(deal, task.party);
    case 'partyAnsweredThread':
      return hasAnswered(deal, task.party) && deal.postings.some(({ id }) => id === task.postingId);
    case 'partyAnsweredPerson':
      return hasAnswered(deal, task.party) && isConcerned(deal, task.party, task.personId);
    case 'tellInviter':
      return deal.route.kind === 'inviter';
    case 'microsoftSilent':
      return deal.microsoft?.status === 'waiting' && !isArchived(deal);
    case 'microsoftSilentPerson':
      return deal.microsoft?.status === 'silent' && isOnTeam(deal, task.personId);
    case 'remindClose':
      return deal.status === 'accepted' && !deal.notices.some((other) => followsClose(other, task.days, now));
    case 'remindClosePerson':
      return (
        deal.status === 'accepted' &&
        isOnTeam(deal, task.personId) &&
        !isQuietFor(deal, task.personId, 'close', dueOf(notice, now))
      );
    case 'tellTeamMember':
      return isOnTeam(deal, task.personId);
    case 'sync':
    case 'takeOver':
      return !isInStep(deal);
    case 'hearParties':
      return partiesAskedIn(deal) !== undefined;
  }
}

function invitationOf({ invitations }: Deal, invitationId: string) {
  return invitations.find(({ id }) => id === invitationId);
}

/** Whether another party has answered, or closed its deal. */
function hasAnswered(deal: Deal, party: string): boolean {
  if (party === 'inviter') return deal.inviterOutcome !== undefined;
  if (party === 'partnerCenter') return deal.partnerCenter?.overruled !== undefined;
  if (party === 'microsoft') return deal.microsoft?.status === 'accepted' || deal.microsoft?.status === 'declined';
  const status = invitationOf(deal, party)?.status;
  return status !== undefined && status !== 'received';
}

/** The team; and whose answer it was that came to nothing. */
function isConcerned(deal: Deal, party: string, personId: string): boolean {
  const isWhose = party === 'partnerCenter' && deal.partnerCenter?.overruled?.personId === personId;
  return isWhose || isOnTeam(deal, personId);
}

function isArchived({ status }: Deal): boolean {
  return stageOf(status) === 'archived';
}

/** When it can be carried out: not before it is due. */
function dueOf({ dueAt }: Notice, now: number): number {
  return Math.max(now, Date.parse(dueAt));
}

function followsClose(other: Notice, days: number, now: number): boolean {
  return other.task.kind === 'remindClose' && other.task.days > days && Date.parse(other.dueAt) <= now;
}

/** N2: a later reminder is due already. What was held up until then is too late, also when it was on its way to its receivers. */
function isOvertaken({ notices }: Deal, days: number, now: number): boolean {
  return notices.some(({ task, dueAt }) => task.kind === 'remind' && task.days < days && Date.parse(dueAt) <= now);
}

/** Adds notices to a deal. One that is there already waits anew, with a new revision. */
export function withNotices(deal: Deal, planned: readonly PlannedNotice[]): Deal {
  const notices = new Map(deal.notices.map((notice) => [notice.id, notice]));
  for (const { task, dueAt } of planned) {
    const id = noticeId(task);
    const revision = (notices.get(id)?.revision ?? 0) + 1;
    notices.set(id, { id, task, state: 'waiting', dueAt: instant(dueAt), attempts: 0, revision });
  }
  return { ...deal, notices: [...notices.values()] };
}

/**
 * The deal as it is saved: notices that no longer hold are dropped, the ledger is cut to its length, and the fields that the store
 * indexes follow from the notices. While a lease runs, nothing is due before its end.
 */
export function settled(deal: Deal, now: number): Deal {
  const notices = deal.notices.map((notice) =>
    notice.state === 'waiting' && !stillHolds(deal, notice, now)
      ? { ...notice, state: 'dropped' as const, reason: 'no longer wanted' }
      : notice,
  );
  const over = notices.filter(isPast).length - ledgerLines;
  const forgotten = new Set(over > 0 ? notices.filter(isPast).slice(0, over) : []);
  const kept = notices.filter((notice) => !forgotten.has(notice));
  const due = kept.filter(({ state }) => state === 'waiting').map(({ dueAt }) => dueAt);
  const earliest = due.length === 0 ? undefined : due.reduce((a, b) => (a < b ? a : b));
  const { nextDueAt: _, ...rest } = deal;
  const nextDueAt = earliest === undefined ? undefined : (deal.lease?.until ?? earliest);
  return {
    ...rest,
    tags: tagsOf(deal),
    createdAt: deal.history[0]?.at ?? instant(now),
    notices: kept,
    failedDeliveries: kept.filter(({ state }) => state === 'failed').length,
    ...(nextDueAt === undefined ? {} : { nextDueAt }),
  };
}

/** The list of the deals with this CRM id. */
export function crmTag(crmId: string): string {
  return `crm:${crmId}`;
}

/** F1, F2: the lists that a deal stands in. */
function tagsOf(deal: Deal): string[] {
  const { direction, status, team, favouriteOf, crmId } = deal;
  const archived = stageOf(status) === 'archived';
  return [
    'all',
    direction,
    ...(goesToPartnerCenter(deal) && referralOf(deal) === undefined ? [awaitsReferral] : []),
    ...(archived ? ['archive'] : []),
    ...(crmId === undefined ? [] : [crmTag(crmId)]),
    ...favouriteOf.map((id) => `favourite:${id}`),
    ...new Set(team.flatMap(({ personId }) => (personId === undefined || archived ? [] : [`mine:${personId}`]))),
  ];
}

function isPast(notice: Notice): boolean {
  return notice.state === 'done' || notice.state === 'dropped';
}
