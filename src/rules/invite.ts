import { dayMilliseconds, instant } from '../clock.ts';
import { type Deal, type Invitation, sharedContacts, stageOf, type TeamMember } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import { type Contact, Help, mostContacts, type Solution } from '../deals/opportunity.ts';
import type { Settings } from '../organisations/organisation.ts';
import type { PersonActor } from './actor.ts';
import { changed } from './change.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { mayChange } from './permissions.ts';
import { type Field, type Refusal, refusal } from './refusal.ts';
import { checkCloseDate, checkContact, checkMoney, checkSolutions, checkTeam, type TypedContact } from './values.ts';

/** C9: days that Microsoft has to decide. */
const microsoftDays = 14;

/** What is asked of Microsoft (C7, C8), with the customer's contact and consent (C2, C3). */
export interface MicrosoftRequest {
  help: string;
  helpNotes: string;
  contact: TypedContact;
  consent: boolean;
}

export interface InviteMicrosoft extends MicrosoftRequest {
  kind: 'inviteMicrosoft';
}

/** I1: who is to be invited, as the directory has them. */
export interface Candidate {
  id: string;
  name: string;
  /** Whether it is in the co-sell ecosystem and transacts in Partner Center. */
  transacts: boolean;
  /** The organisation on this service that it is, if it is one. */
  orgId?: string | undefined;
  /** Its business profile in Partner Center. */
  locationId?: string | undefined;
}

/** I2: an invitation as it was typed. */
export interface PartnerRequest {
  /** Undefined: the directory knows nobody of this id. */
  partner: Candidate | undefined;
  closeDate: string;
  amount: string;
  currency: string;
  notes: string;
  team: TeamMember[];
  solutions: Solution[];
  help: string;
}

export interface InvitePartner extends PartnerRequest {
  kind: 'invitePartner';
  /** Made by the form: the same press twice is the same invitation. */
  invitationId: string;
}

/** C2, C3, C7, C8: what is wrong with a request for Microsoft's help. */
export function checkMicrosoft(request: MicrosoftRequest): Refusal[] {
  const refusals: Refusal[] = [];
  if (!isHelp(request.help)) refusals.push(refusal('helpMissing', 'C7', 'help'));
  if (request.helpNotes.trim() === '') refusals.push(refusal('helpNotesMissing', 'C8', 'helpNotes'));
  if (request.helpNotes.trim().length > 4000) refusals.push(refusal('notesTooLong', 'E3', 'helpNotes'));
  refusals.push(...checkContact(request.contact));
  if (!request.consent) refusals.push(refusal('consentMissing', 'C3', 'consent'));
  return refusals;
}

/** What of an invitation says whether its partner takes part. */
type Standing = Pick<Invitation, 'partner' | 'status' | 'respondBy'>;

/** I1, I2: what is wrong with an invitation of a partner. `own`: the inviting organisation's id and partner ids. */
export function checkPartner(
  request: PartnerRequest,
  invited: readonly Standing[],
  own: { orgId: string; partnerIds: readonly string[] },
  timeZone: string,
  now: number,
): Refusal[] {
  const refusals: Refusal[] = [];
  const { partner } = request;
  if (partner === undefined) refusals.push(refusal('partnerUnknown', 'I1', 'partner'));
  else if (partner.orgId === own.orgId || own.partnerIds.includes(partner.id)) {
    refusals.push(refusal('partnerIsSelf', 'I1', 'partner'));
  } else if (!partner.transacts) refusals.push(refusal('partnerDoesNotTransact', 'I1', 'partner'));
  else if (invited.some((one) => isSamePartner(one.partner, partner) && takesPart(one, now))) {
    refusals.push(refusal('partnerAlreadyInvited', 'I1', 'partner'));
  }
  // Even where the deal's own date is past: the partner could not accept with it (A1).
  refusals.push(...checkCloseDate(request.closeDate, timeZone, now));
  refusals.push(...checkMoney(request.amount, request.currency, 'amount'));
  if (request.notes.trim() === '') refusals.push(refusal('invitationNotesMissing', 'I2', 'notes'));
  if (request.notes.trim().length > 4000) refusals.push(refusal('notesTooLong', 'E3', 'notes'));
  refusals.push(...checkTeam(request.team), ...checkSolutions(request.solutions));
  if (!isHelp(request.help)) refusals.push(refusal('helpMissing', 'I2', 'help'));
  return refusals.map(atPartner);
}

/** An invitation has its own date, value, team and solutions beside the deal's: what is wrong with them stands at its own fields. */
const partnerFields: Partial<Record<Field, Field>> = {
  closeDate: 'partnerCloseDate',
  amount: 'partnerAmount',
  currency: 'partnerCurrency',
  notes: 'partnerNotes',
  team: 'partnerTeam',
  solutions: 'partnerSolutions',
  help: 'partnerHelp',
};

function atPartner(refused: Refusal): Refusal {
  const field = refused.field === undefined ? undefined : (partnerFields[refused.field] ?? refused.field);
  return field === undefined ? refused : { ...refused, field };
}

/** A partner may stand in the directory with several partner ids, one for each of its locations. */
function isSamePartner(invited: Standing['partner'], partner: Candidate): boolean {
  return invited.id === partner.id || (partner.orgId !== undefined && invited.orgId === partner.orgId);
}

/**
 * I1: an open or accepted invitation. An organisation on this service tells of its expiry itself; until then its answer may be on its
 * way. Of others only the time tells.
 */
function takesPart({ partner, status, respondBy }: Standing, now: number): boolean {
  if (status !== 'received') return status === 'accepted';
  return partner.orgId !== undefined || now < Date.parse(respondBy);
}

/** I5, I6, T3, V1, L6: whether anybody can be invited to this deal. */
export function whyNoInvitation(deal: Deal, actor: PersonActor): Refusal | undefined {
  const forbidden = mayChange(actor, deal);
  if (forbidden !== undefined) return forbidden;
  if (stageOf(deal.status) === 'archived') return refusal('archived', 'L6');
  return deal.direction === 'inbound' ? refusal('inboundInvites', 'I6') : undefined;
}

/** C2, C3, C7 to C9, I5: asks for Microsoft's help; the deal becomes co-sell (T1). */
export function inviteMicrosoft(deal: Deal, command: InviteMicrosoft, actor: PersonActor, now: number): Outcome {
  const forbidden = whyNoInvitation(deal, actor);
  if (forbidden !== undefined) return refused(forbidden);
  if (deal.microsoft !== undefined || deal.parties.microsoft) return refused(refusal('microsoftAlreadyAsked', 'I5'));
  const [first, ...others] = checkMicrosoft(command);
  if (first !== undefined) return refused(first, ...others);
  return changed(deal, withMicrosoft(deal, command, now), 'microsoftInvited', actor, now, plannedForMicrosoft(now));
}

/** The deal with Microsoft's part, and the customer's contact that may be shared now. */
export function withMicrosoft(deal: Deal, request: MicrosoftRequest, now: number): Deal {
  const contact = {
    name: request.contact.name.trim(),
    phone: request.contact.phone.trim(),
    email: request.contact.email.trim(),
  };
  const others = deal.opportunity.customer.contacts.filter(({ email }) => email !== contact.email);
  // Whom the customer has agreed to share goes first; of so many the last one is given up.
  const contacts = [contact, ...others].slice(0, mostContacts);
  return {
    ...deal,
    parties: { ...deal.parties, microsoft: true },
    contactConsent: true,
    consentedContacts: [...new Set([contact.email, ...emailsOf(sharedContacts(deal))])],
    opportunity: { ...deal.opportunity, customer: { ...deal.opportunity.customer, contacts } },
    microsoft: {
      help: Help.parse(request.help),
      notes: request.helpNotes.trim(),
      askedAt: instant(now),
      answerBy: instant(now + microsoftDays * dayMilliseconds),
      status: 'waiting',
    },
  };
}

function emailsOf(contacts: readonly Contact[]): string[] {
  return contacts.flatMap(({ email }) => (email === undefined ? [] : [email]));
}

export function plannedForMicrosoft(now: number): PlannedNotice[] {
  return [{ task: { kind: 'microsoftSilent' }, dueAt: now + microsoftDays * dayMilliseconds }];
}

/** I1 to I6: invites one partner; a private deal becomes P2P (T1). The same invitation again changes nothing. */
export function invitePartner(
  deal: Deal,
  command: InvitePartner,
  actor: PersonActor,
  now: number,
  settings: Settings,
  partnerIds: readonly string[],
): Outcome {
  // Also when the deal has been closed since: the press that was repeated did its work.
  const isRepeated =
    mayChange(actor, deal) === undefined && deal.invitations.some(({ id }) => id === command.invitationId);
  if (isRepeated) return unchanged(deal);
  const forbidden = whyNoInvitation(deal, actor);
  if (forbidden !== undefined) return refused(forbidden);
  const own = { orgId: deal.orgId, partnerIds };
  const [first, ...others] = checkPartner(command, deal.invitations, own, actor.timeZone, now);
  if (first !== undefined || command.partner === undefined) {
    return refused(first ?? refusal('partnerUnknown', 'I1', 'partner'), ...others);
  }
  const after = withInvitation(deal, command, command.partner, command.invitationId, now, settings);
  const planned = plannedForInvitation(command.partner, command.invitationId, now);
  return changed(deal, after, 'partnerInvited', actor, now, planned);
}

/** The deal with one more invitation, whose fields have been checked. */
export function withInvitation(
  deal: Deal,
  request: PartnerRequest,
  partner: Candidate,
  id: string,
  now: number,
  settings: Settings,
): Deal {
  const invitation: Invitation = {
    id,
    partner: { id: partner.id, name: partner.name, orgId: partner.orgId, locationId: partner.locationId },
    closeDate: request.closeDate.trim(),
    value: { amount: request.amount.trim(), currency: request.currency.trim() },
    notes: request.notes.trim(),
    team: request.team,
    solutions: request.solutions,
    help: Help.parse(request.help),
    sentAt: instant(now),
    respondBy: instant(now + settings.answerDays * dayMilliseconds),
    status: 'received',
    partnerTeam: [],
    sequence: 0,
  };
  return {
    ...deal,
    parties: { ...deal.parties, partners: deal.parties.partners + 1 },
    invitations: [...deal.invitations, invitation],
  };
}

/** I7: a partner on this service gets its opportunity from us; any other is invited in Partner Center, with the rest of the deal. */
export function plannedForInvitation({ orgId }: Candidate, invitationId: string, now: number): PlannedNotice[] {
  return orgId === undefined ? [] : [{ task: { kind: 'sendInvitation', invitationId }, dueAt: now }];
}

/** C7's list, without "no help". */
export function isHelp(code: string): boolean {
  return code !== 'Other' && Help.safeParse(code).success;
}
