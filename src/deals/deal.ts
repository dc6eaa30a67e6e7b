import { createHash } from 'node:crypto';
import { z } from 'zod';
import { documentFields } from '../store/documents.ts';
import { SentMessage } from './address.ts';
import { Notice } from './notice.ts';
import { type Contact, Day, Help, Instant, Money, Opportunity, Solution } from './opportunity.ts';
import { PartnerCenterPart } from './partner-center.ts';
import { Status } from './status.ts';

export { Status, statuses } from './status.ts';

/** D1, in the order of the list. */
export const declineReasons = [
  'budget',
  'noResponse',
  'otherVendor',
  'requirementNotMet',
  'notACustomer',
  'timelineTooShort',
  'abuse',
  'other',
] as const;
export const DeclineReason = z.enum(declineReasons);
export type DeclineReason = z.infer<typeof DeclineReason>;

/** Somebody who works on the deal, of the own organisation or of another party. */
export const TeamMember = z.object({
  /** Absent for somebody who is known only by what was typed. */
  personId: z.string().optional(),
  name: z.string().min(1).max(200),
  phone: z.string().max(40).optional(),
  email: z.string().max(254).optional(),
});
export type TeamMember = z.infer<typeof TeamMember>;

/** Of one organisation, on one deal. */
export const mostMembers = 50;

/** Who did something: a person, the sender, or the clock. */
export const Doer = z.object({
  kind: z.enum(['person', 'sender', 'clock']),
  personId: z.string().optional(),
  name: z.string().optional(),
});
export type Doer = z.infer<typeof Doer>;

/** Where something was done. `bulk`: by a row of a file (`npm run admin -- deals import`). */
export const Origin = z.enum(['teams', 'bulk', 'api', 'partner-center', 'organisation', 'clock']);
export type Origin = z.infer<typeof Origin>;

/** L7: what, by whom, when, from where. `changes`: the fields that changed, before and after. */
export const HistoryEntry = z.object({
  what: z.enum([
    'received',
    'created',
    'revised',
    'accepted',
    'declined',
    'expired',
    'edited',
    'noted',
    'microsoftInvited',
    'microsoftAnswered',
    'partnerInvited',
    'partnerChanged',
    'won',
    'lost',
    // The same field was changed on both sides: the later change stands, `before` is the other one.
    'merged',
    // An answer given here came to nothing, because Partner Center has another.
    'overruled',
    // What Partner Center refused was given up for what it says.
    'takenOver',
  ]),
  by: Doer,
  at: Instant,
  from: Origin,
  changes: z.record(z.string(), z.object({ before: z.unknown().optional(), after: z.unknown().optional() })).optional(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** E4: a note keeps its author and time. */
const Note = z.object({ text: z.string().min(1).max(4000), by: Doer, at: Instant });

/** C7 to C9: Microsoft's part in a deal that the organisation started. */
export const MicrosoftPart = z.object({
  help: Help,
  /** C8: what is wanted. */
  notes: z.string(),
  askedAt: Instant,
  /** C9. */
  answerBy: Instant,
  /** `silent`: the time has passed without an answer; one may still come. */
  status: z.enum(['waiting', 'accepted', 'declined', 'silent']),
  answeredAt: Instant.optional(),
  /** I8: its sellers, while it takes part. Absent: none is known. */
  team: z.array(TeamMember).max(mostMembers).optional(),
});
export type MicrosoftPart = z.infer<typeof MicrosoftPart>;

/** I1: a partner of the co-sell ecosystem, as the directory had it when it was invited. */
const InvitedPartner = z.object({
  /** The partner (MPN) id. */
  id: z.string(),
  name: z.string(),
  /** The organisation on this service that this partner is, if it is one. */
  orgId: z.string().optional(),
  /** Its business profile in Partner Center, where the directory has it. */
  locationId: z.string().optional(),
});

/** I2 to I4: one partner's invitation, and what its own deal says by now. */
export const Invitation = z.object({
  id: z.string(),
  partner: InvitedPartner,
  closeDate: Day,
  value: Money,
  notes: z.string().min(1).max(4000),
  /** The inviter's team for this partner. */
  team: z.array(TeamMember).min(1).max(mostMembers),
  solutions: z.array(Solution).min(1).max(50),
  help: Help,
  sentAt: Instant,
  respondBy: Instant,
  /** Of the partner's deal. */
  status: Status,
  /** When the partner answered or, later, closed its deal; and why it declined or lost it (D3). */
  answeredAt: Instant.optional(),
  reason: DeclineReason.optional(),
  /** The people of the partner, once it has accepted (I8). */
  partnerTeam: z.array(TeamMember).max(mostMembers),
  /** Counts the partner's changes, so that an older one that arrives late changes nothing. */
  sequence: z.number().int(),
});
export type Invitation = z.infer<typeof Invitation>;

/** L7: what the history keeps of an invitation, before and after: whose it is, and those of these fields that changed. */
export interface InvitationChange extends Partial<Pick<Invitation, 'status' | 'value' | 'closeDate'>> {
  id: string;
  /** Its name. */
  partner: string;
}

/** W2: how an accepted deal ended. */
const Outcome = z.object({
  status: z.enum(['won', 'lost']),
  by: Doer,
  at: Instant,
  from: Origin,
  reason: DeclineReason.optional(),
});

/** G2, G4: the registration that follows a won deal; no part of the deal itself. */
export const Registration = z.object({
  status: z.enum(['submitted', 'inReview', 'actionRequired', 'approved', 'rejected']),
  contractType: z.enum(['new', 'renewal']),
  contractValue: Money,
  solution: Solution,
  solutionValue: Money,
  deployedOn: z.enum(['azure', 'other']),
  tenant: z.enum(['customer', 'partner']),
  signedOn: Day,
  startsOn: Day,
  /** Absent: perpetual. */
  endsOn: Day.optional(),
  contact: z.object({ name: z.string(), email: z.string(), phone: z.string() }),
  by: Doer,
  at: Instant,
});
export type Registration = z.infer<typeof Registration>;

/** How the sender is told of the answer (N5). */
export const SenderRoute = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('organisation'), orgId: z.string() }),
  z.object({ kind: z.literal('callback'), apiKeyId: z.string() }),
  z.object({ kind: z.literal('partner-center') }),
  /** I7: another organisation on this service, which invited this one to its deal. */
  z.object({ kind: z.literal('inviter'), orgId: z.string(), dealId: z.string(), invitationId: z.string() }),
  z.object({ kind: z.literal('none') }),
]);
export type SenderRoute = z.infer<typeof SenderRoute>;

/** A copy of the deal's card that stands in a conversation. */
export const Posting = SentMessage.extend({
  /** The subscription that it was posted for. */
  id: z.string(),
  language: z.enum(['en', 'de']),
  timeZone: z.string(),
  postedAt: Instant,
  /** The digest of what it shows since it was brought up to date (N4). Absent: not known for certain. */
  shown: z.string().optional(),
});
export type Posting = z.infer<typeof Posting>;

/** One organisation's view of one opportunity (spec.md, "Words"). Everything about it is in this one document. */
export const Deal = z.object({
  ...documentFields('deal'),
  status: Status,
  direction: z.enum(['inbound', 'outbound']),
  /** Who takes part beside the own organisation; the type follows from it (T1). */
  parties: z.object({ microsoft: z.boolean(), partners: z.number().int().min(0) }),
  /** Who fed it and under which id: unique, because the deal's id is made of them. */
  source: z.string(),
  externalId: z.string(),
  /** Of the opportunity as it was sent last, to know a repetition. */
  contentHash: z.string(),
  route: SenderRoute,
  /** As it was sent. Only intake changes it, and only while the deal is received. */
  opportunity: Opportunity,
  /** L4. */
  respondBy: Instant,
  /** The own organisation's part, after an answer. */
  name: z.string().max(200).optional(),
  value: Opportunity.shape.value,
  closeDate: Opportunity.shape.closeDate,
  /** E1: chosen by the own organisation; absent: those of the opportunity. */
  solutions: z.array(Solution).max(50).optional(),
  crmId: z.string().max(100).optional(),
  campaignId: z.string().max(100).optional(),
  team: z.array(TeamMember).max(mostMembers),
  notes: z.array(Note),
  answer: z
    .object({
      status: z.enum(['accepted', 'declined', 'expired']),
      by: Doer,
      at: Instant,
      from: Origin,
      reason: DeclineReason.optional(),
    })
    .optional(),
  microsoft: MicrosoftPart.optional(),
  /** C3: that the customer's contact may be shared. */
  contactConsent: z.boolean().optional(),
  /** C3: the e-mail addresses of the contacts that the consent is for. Absent in earlier documents: it was for the first one. */
  consentedContacts: z.array(z.string().max(254)).max(20).optional(),
  invitations: z.array(Invitation).default([]),
  outcome: Outcome.optional(),
  /** W3: how the deal of the organisation ended that invited this one. */
  inviterOutcome: z.object({ status: z.enum(['won', 'lost']), at: Instant }).optional(),
  registration: Registration.optional(),
  /** What it knows of its referral. */
  partnerCenter: PartnerCenterPart.optional(),
  /** F2: the ids of the persons who marked it. */
  favouriteOf: z.array(z.string()).default([]),
  /** Who does not want to be reminded of this deal, to answer it (N2) or of its close date (N6), for good or until an instant. */
  quiet: z
    .array(
      z.object({
        personId: z.string(),
        /** Absent in earlier documents. */
        of: z.enum(['answer', 'close']).default('close'),
        until: Instant.optional(),
      }),
    )
    .default([]),
  history: z.array(HistoryEntry),
  postings: z.array(Posting),
  notices: z.array(Notice),
  nextDueAt: Instant.optional(),
  tags: z.array(z.string()).optional(),
  createdAt: Instant.optional(),
  failedDeliveries: z.number().int(),
  /** Who carries out its notices just now, and until when nobody else may. */
  lease: z.object({ owner: z.string(), until: Instant }).optional(),
});
export type Deal = z.infer<typeof Deal>;

/** Microsoft's part without its people: no card for several readers names them (V4), nor does the history (L7). */
export function withoutSellers(part: MicrosoftPart | undefined): MicrosoftPart | undefined {
  if (part === undefined) return undefined;
  const { team: _, ...rest } = part;
  return rest;
}

/** The type is derived, never typed in (T1). */
export function dealType(parties: Deal['parties']): 'private' | 'p2p' | 'cosell' {
  if (parties.microsoft) return 'cosell';
  return parties.partners > 0 ? 'p2p' : 'private';
}

/** L1: received, accepted, and archived for the four terminal ones. */
export function stageOf(status: Status): 'received' | 'accepted' | 'archived' {
  return status === 'received' || status === 'accepted' ? status : 'archived';
}

/** The deal's id follows from who fed it under which id: the store's unique ids keep a second deal away. */
export function dealId(source: string, externalId: string): string {
  return `deal-${createHash('sha256').update(`${source}\0${externalId}`).digest('base64url').slice(0, 27)}`;
}

/** C6, E1: the solutions of a deal as they are now. */
export function solutionsOf(deal: Pick<Deal, 'solutions' | 'opportunity'>): readonly Solution[] {
  return deal.solutions ?? deal.opportunity.solutions;
}

/** E2, C5: a contact with name, phone and email, all three. */
export function isComplete({ name, phone, email }: TeamMember): boolean {
  return name.trim() !== '' && (phone ?? '').trim() !== '' && (email ?? '').trim() !== '';
}

/** C3: the customer's contacts that may be shared with Microsoft and with invited partners: those with consent, and no others. */
export function sharedContacts(deal: Pick<Deal, 'contactConsent' | 'consentedContacts' | 'opportunity'>): Contact[] {
  const { contacts } = deal.opportunity.customer;
  if (deal.contactConsent !== true) return [];
  if (deal.consentedContacts === undefined) return contacts.slice(0, 1);
  const consented = new Set(deal.consentedContacts);
  return contacts.filter(({ email }) => email !== undefined && consented.has(email));
}
