import { z } from 'zod';
import type { Deal } from './deal.ts';
import { Instant, Money } from './opportunity.ts';
import { Status } from './status.ts';

/*
 * What a deal knows of its referral in Partner Center: enough to tell who changed what since both sides were the same, and to know an
 * own write again when it comes back.
 */

/** Somebody of the own organisation, as Partner Center has them. */
const Member = z.object({ name: z.string(), phone: z.string().optional(), email: z.string().optional() });

/** What of a referral its own organisation says, in both systems: each field is one that a later change wins. */
export const ownFields = ['name', 'value', 'closeDate', 'notes', 'crmId', 'campaignId', 'team', 'solutions'] as const;
export type OwnField = (typeof ownFields)[number];

/** Fields that nothing is said of are absent. */
export const OwnFields = z.object({
  name: z.string().optional(),
  value: Money.optional(),
  /** `YYYY-MM-DD`. */
  closeDate: z.string().optional(),
  /** Partner Center has one text, a deal has notes with author and time (E4). */
  notes: z.string().optional(),
  crmId: z.string().optional(),
  campaignId: z.string().optional(),
  team: z.array(Member),
  solutions: z.array(z.object({ id: z.string().optional(), name: z.string() })),
});
export type OwnFields = z.infer<typeof OwnFields>;

/** What the deal itself said when it was last in step. What it says otherwise since then is on its way. */
export const Brought = z.object({
  status: Status,
  fields: OwnFields.omit({ notes: true }),
  /** How many of the deal's notes. */
  notes: z.number().int(),
  /** Whether Microsoft has been asked there, which partners have been invited, and which registration was handed in. */
  microsoft: z.boolean(),
  invitationIds: z.array(z.string()),
  /** When the registration was signed here: one that was corrected is handed in again. */
  registrationAt: Instant.optional(),
});
export type Brought = z.infer<typeof Brought>;

export const PartnerCenterPart = z.object({
  /** The own referral. Absent while there is none. */
  id: z.string().optional(),
  engagementId: z.string().optional(),
  /** Of what was read last, with its quotes. */
  eTag: z.string().optional(),
  updatedAt: Instant.optional(),
  /** What the referral said when it was read last. */
  there: z.object({ status: Status, fields: OwnFields }).optional(),
  brought: Brought.optional(),
  /** Microsoft's referral of the same engagement. */
  microsoftId: z.string().optional(),
  /** The referral of each invited partner, by the invitation's id. */
  invitations: z.record(z.string(), z.string()).default({}),
  /** Why Partner Center refused what the deal says. Its own text, English: it may quote what was sent. */
  refusal: z.object({ code: z.string(), text: z.string(), at: Instant }).optional(),
  /** An answer given here that came to nothing, because the referral had another end by then. `personId`: whose it was. */
  overruled: z.object({ status: Status, personId: z.string().optional(), at: Instant }).optional(),
});
export type PartnerCenterPart = z.infer<typeof PartnerCenterPart>;

/** A deal's own fields, as they go to Partner Center. */
export function ownFieldsOf(deal: Pick<Deal, OwnField | 'opportunity'>): OwnFields {
  const { name, value, closeDate, notes, crmId, campaignId, team } = deal;
  return {
    name,
    value,
    closeDate,
    notes: notes.length === 0 ? undefined : notes.map(({ text }) => text).join('\n\n'),
    crmId,
    campaignId,
    team: team.map(memberOf),
    // C6, E1: those of the opportunity, until there are others.
    solutions: (deal.solutions ?? deal.opportunity.solutions).map(({ id, name }) =>
      id === undefined ? { name } : { id, name },
    ),
  };
}

/** Whom of the own people Partner Center knows: not who they are in the own tenant. */
function memberOf({ name, phone, email }: Deal['team'][number]): OwnFields['team'][number] {
  return { name, ...(phone === undefined ? {} : { phone }), ...(email === undefined ? {} : { email }) };
}
