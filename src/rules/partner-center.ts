import { type Deal, stageOf } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import { type Brought, type OwnField, type OwnFields, ownFields, ownFieldsOf } from '../deals/partner-center.ts';
import { isSame } from '../deals/same.ts';
import type { Heard } from './heard.ts';

/** How often the parties that were invited are asked for, while one has not answered and after that, in milliseconds. */
const unansweredEvery = 15 * 60_000;
const answeredEvery = 6 * 3_600_000;

/** T4: whether Partner Center is to know of this deal: it came from there, or somebody was invited there, or it is registered there. */
export function goesToPartnerCenter(deal: Deal): boolean {
  if (deal.partnerCenter !== undefined || deal.route.kind === 'partner-center') return true;
  return deal.direction === 'outbound' && (deal.microsoft !== undefined || invitedThere(deal).length > 0);
}

/** What of a deal is not yet in Partner Center. */
interface Pending {
  /** The deal has no referral of its own yet. */
  referral: boolean;
  status: boolean;
  fields: OwnField[];
  microsoft: boolean;
  invitationIds: string[];
  registration: boolean;
}

export function pendingOf(deal: Deal): Pending {
  const part = deal.partnerCenter;
  const brought = part?.brought;
  const isOpen = !isTerminal(deal.status);
  const isClosedThere = brought !== undefined && isTerminal(brought.status);
  return {
    referral: referralOf(deal) === undefined,
    // L5: the end of the answer time is Partner Center's own doing.
    status: !isClosedThere && !['received', 'expired', brought?.status].includes(deal.status),
    fields: isClosedThere ? [] : changedFields(deal, brought),
    microsoft: isOpen && deal.microsoft !== undefined && brought?.microsoft !== true,
    invitationIds: isOpen
      ? invitedThere(deal).filter((id) => !brought?.invitationIds.includes(id) && isWaiting(deal, id))
      : [],
    registration: deal.registration !== undefined && deal.registration.at !== brought?.registrationAt,
  };
}

/** Whether both sides say the same, as far as Partner Center takes it. */
export function isInStep(deal: Deal): boolean {
  if (!goesToPartnerCenter(deal)) return true;
  const { referral, status, fields, microsoft, invitationIds, registration } = pendingOf(deal);
  return !(referral || status || fields.length > 0 || microsoft || invitationIds.length > 0 || registration);
}

/** The own referral of a deal, once it is known. */
export function referralOf({ partnerCenter, route, externalId }: Deal): string | undefined {
  return partnerCenter?.id ?? (route.kind === 'partner-center' ? externalId : undefined);
}

/** The list of the deals that are to have a referral and have none yet. */
export const awaitsReferral = 'awaitsReferral';

/** What a deal says of itself now. */
export function broughtOf(deal: Deal): Brought {
  const { notes: _, ...fields } = ownFieldsOf(deal);
  return {
    status: deal.status,
    fields,
    notes: deal.notes.length,
    microsoft: deal.microsoft !== undefined,
    invitationIds: invitedThere(deal),
    ...(deal.registration === undefined ? {} : { registrationAt: deal.registration.at }),
  };
}

/** A change that Partner Center has not heard of is on its way. `before`: the deal as it was; absent for a new one. */
export function plannedSync(before: Deal | undefined, after: Deal, now: number): PlannedNotice[] {
  if (isInStep(after)) return [];
  const isOnItsWay = after.notices.some(({ task }) => task.kind === 'sync');
  if (isOnItsWay && before !== undefined && isSame(broughtOf(before), broughtOf(after))) return [];
  return [{ task: { kind: 'sync' }, dueAt: now }];
}

/** When the parties that were invited in Partner Center are asked for next, in milliseconds from now; undefined: nobody is waited for. */
export function partiesAskedIn(deal: Deal): number | undefined {
  const part = deal.partnerCenter;
  if (part?.engagementId === undefined || isTerminal(deal.status)) return undefined;
  const invited = deal.invitations.filter(({ id }) => part.invitations[id] !== undefined);
  const microsoft = part.microsoftId === undefined ? undefined : deal.microsoft?.status;
  const isUnanswered =
    microsoft === 'waiting' || microsoft === 'silent' || invited.some(({ status }) => status === 'received');
  if (isUnanswered) return unansweredEvery;
  // I8: whoever takes part may change who works on it.
  const takesPart = microsoft === 'accepted' || invited.some(({ status }) => status === 'accepted');
  return takesPart ? answeredEvery : undefined;
}

/** I1: those who are no organisation on this service are invited in Partner Center. */
function invitedThere({ invitations }: Deal): string[] {
  return invitations.filter(({ partner }) => partner.orgId === undefined).map(({ id }) => id);
}

function isWaiting({ invitations }: Deal, invitationId: string): boolean {
  return invitations.find(({ id }) => id === invitationId)?.status === 'received';
}

function changedFields(deal: Deal, brought: Brought | undefined): OwnField[] {
  // Of an unanswered opportunity nothing is the own organisation's, of a declined one only its notes.
  if (deal.status === 'received' || deal.status === 'expired') return [];
  const possible: readonly OwnField[] = deal.status === 'declined' ? ['notes'] : ownFields;
  const { notes: _, ...fields } = ownFieldsOf(deal);
  const before: Brought['fields'] = brought?.fields ?? { team: [], solutions: [] };
  return possible.filter((field) =>
    field === 'notes' ? deal.notes.length > (brought?.notes ?? 0) : !isSame(fields[field], before[field]),
  );
}

/** L1. */
export function isTerminal(status: Deal['status']): boolean {
  return stageOf(status) === 'archived';
}

/** Fields whose value is one text or number, each on its own. */
export const singleFields = ['name', 'value', 'closeDate', 'crmId', 'campaignId'] as const;

/** What a deal takes of them, in characters (E3). */
const longest: Partial<Record<OwnField, number>> = { name: 200, crmId: 100, campaignId: 100 };

/** A field as a deal can keep it. */
export function cut<F extends (typeof singleFields)[number]>(field: F, value: OwnFields[F]): OwnFields[F] {
  return typeof value === 'string' ? (value.slice(0, longest[field]) as OwnFields[F]) : value;
}

/** By what somebody of a team is known again on the other side. */
export function identity({ name, email }: { name: string; email?: string | undefined }): string {
  return (email ?? name).trim().toLowerCase();
}

/** By what solutions are known again on the other side, in whatever order. */
export function solutionKeys(solutions: readonly { id?: string | undefined; name: string }[]): string[] {
  return solutions.map(({ id, name }) => id ?? name).sort();
}

/**
 * The deal with what it knows of its referral from now on. `before`: as it was before the referral was read. `isPending`: its status is
 * on its way. What both sides say the same is in step, whoever said it first; of the rest it is remembered what was brought before.
 */
export function knowing(
  deal: Deal,
  heard: Heard,
  {
    before = deal,
    takesOver = false,
    isPending = false,
  }: { before?: Deal; takesOver?: boolean; isPending?: boolean } = {},
): Deal {
  const { id, engagementId, eTag, updatedAt, status, fields } = heard;
  const { refusal, ...part } = deal.partnerCenter ?? { invitations: {} };
  const now = broughtOf(deal);
  const old = part.brought;
  // Nothing was added here that is not there yet.
  const hasNoNoteOnItsWay = before.notes.length === (old?.notes ?? 0);
  return {
    ...deal,
    opportunity:
      deal.opportunity.engagementId === undefined && engagementId !== undefined
        ? { ...deal.opportunity, engagementId }
        : deal.opportunity,
    partnerCenter: {
      ...part,
      // Of what has changed since, nobody has refused anything.
      ...(refusal === undefined || takesOver || !isSame(broughtOf(before), now) ? {} : { refusal }),
      id,
      engagementId: engagementId ?? part.engagementId,
      eTag,
      updatedAt,
      there: { status, fields },
      brought: {
        status: isPending ? (old?.status ?? status) : deal.status,
        fields: takesOver ? now.fields : settledFields(now.fields, old?.fields, fields),
        notes: takesOver || hasNoNoteOnItsWay ? now.notes : (old?.notes ?? 0),
        microsoft: old?.microsoft ?? false,
        invitationIds: old?.invitationIds ?? [],
        ...(old?.registrationAt === undefined ? {} : { registrationAt: old.registrationAt }),
      },
    },
  };
}

/** Field by field what the deal says where both sides say the same, else what was brought before. */
function settledFields(
  ours: Brought['fields'],
  old: Brought['fields'] | undefined,
  { notes: _, ...theirs }: OwnFields,
): Brought['fields'] {
  // Read for the first time: what is there counts as brought, so that whatever differs is on its way.
  const settled = { ...(old ?? theirs) };
  for (const field of singleFields) {
    if (isSame(ours[field], cut(field, theirs[field]))) Object.assign(settled, { [field]: ours[field] });
  }
  // Nobody can be taken away there: it is enough that everybody is there.
  const there = new Set(theirs.team.map(identity));
  if (ours.team.every((member) => there.has(identity(member)))) settled.team = ours.team;
  if (isSame(solutionKeys(ours.solutions), solutionKeys(theirs.solutions))) settled.solutions = ours.solutions;
  return settled;
}
