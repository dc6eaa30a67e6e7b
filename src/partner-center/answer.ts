import { z } from 'zod';
import { PartnerCenterError } from './errors.ts';
import { guid, listOf, Member, moment, partOf, Referral, wire } from './referral.ts';

/*
 * What Partner Center's API answers (facts/partner-center.md 1.4, 1.9, 1.12), beyond what every referral has.
 */

const text = z.string().trim();

const Registration = z.looseObject({ id: wire(text), status: wire(text), statusReason: wire(text) });

/** The organisation's own referral as the API gives it, with what is needed to change it. */
export const ReferralAnswer = Referral.safeExtend({
  /** As it goes back in `If-Match`: with its quotes. */
  eTag: wire(text),
  type: wire(text),
  qualification: wire(text),
  statusReason: wire(text),
  externalReferenceId: wire(text),
  campaignId: wire(text),
  /** What a connector left behind; nobody says what it means. */
  lastModifiedVia: wire(text),
  createdVia: wire(text),
  registrationStatus: wire(text),
  registrations: listOf(Registration),
  team: listOf(Member),
  consent: partOf({ consentToShareReferralWithMicrosoftSellers: wire(z.boolean()) }),
});
export type ReferralAnswer = z.output<typeof ReferralAnswer>;

/**
 * One party's referral of an engagement: the own one, Microsoft's or a partner's. Of another party's nothing is acted on but how it
 * stands, so that any value passes.
 */
export const PartyReferral = z.looseObject({
  id: guid,
  engagementId: wire(text),
  /** `msft`, or an organisation's GUID. */
  organizationId: wire(text),
  organizationName: wire(text),
  eTag: wire(text),
  status: wire(text),
  substatus: wire(text),
  statusReason: wire(text),
  direction: wire(text),
  createdDateTime: wire(moment),
  updatedDateTime: wire(moment),
  acceptedDateTime: wire(moment),
  closedDateTime: wire(moment),
  expirationDateTime: wire(moment),
  target: listOf(z.looseObject({ type: wire(text), id: wire(text) })),
  details: partOf({
    dealValue: z.unknown().optional(),
    currency: z.unknown().optional(),
    closingDateTime: z.unknown().optional(),
  }),
  /** Of Microsoft's referral: its sellers, once it has accepted (I8). */
  team: listOf(Member),
  trackingInfo: partOf({ microsoftMsxId: wire(text) }),
});
export type PartyReferral = z.output<typeof PartyReferral>;

/** A referral that cannot be acted on: it is skipped and told of, so that it does not hold up the others. */
interface Unreadable {
  id: string | undefined;
  /** `details.currency: must be an ISO 4217 currency code`: no values. */
  problems: string[];
}

export interface ReferralPage {
  referrals: ReferralAnswer[];
  /** Microsoft's, which some lists show among the own ones: which engagements have changed by them. */
  microsofts: { engagementId: string }[];
  unreadable: Unreadable[];
  /** The latest change on the page, unreadable ones included: ISO 8601 UTC with milliseconds, cut, not rounded. */
  updatedUpTo: string | undefined;
}

const Envelope = z.looseObject({ value: z.array(z.unknown()), '@odata.nextLink': wire(text) });
const Stamp = z.looseObject({
  id: wire(text),
  updatedDateTime: wire(moment),
  organizationId: wire(text),
  engagementId: wire(text),
});

/** @throws {PartnerCenterError} `unreadableAnswer` */
export function pageOf(body: unknown): { entries: unknown[]; nextLink: string | undefined } {
  const { value, '@odata.nextLink': nextLink } = parsed(Envelope, body);
  return { entries: value, nextLink };
}

/** Sorts what can be acted on from what cannot. Never fails. */
export function referralsOf(entries: readonly unknown[]): ReferralPage {
  const page: ReferralPage = { referrals: [], microsofts: [], unreadable: [], updatedUpTo: undefined };
  for (const entry of entries) {
    const stamp = Stamp.safeParse(entry).data;
    const { updatedDateTime } = stamp ?? {};
    if (updatedDateTime !== undefined && updatedDateTime > (page.updatedUpTo ?? '')) page.updatedUpTo = updatedDateTime;
    if (stamp?.organizationId?.toLowerCase() === 'msft') {
      if (stamp.engagementId !== undefined) page.microsofts.push({ engagementId: stamp.engagementId });
      continue;
    }
    const referral = ReferralAnswer.safeParse(entry);
    if (referral.success) page.referrals.push(referral.data);
    else page.unreadable.push({ id: stamp?.id, problems: problemsOf(referral.error) });
  }
  return page;
}

/** @throws {PartnerCenterError} `unreadableAnswer`, naming the fields and not what is in them */
export function parsed<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = problemsOf(result.error).join('; ');
  throw new PartnerCenterError('rejected', 'unreadableAnswer', `Partner Center's answer cannot be read: ${problems}`);
}

function problemsOf({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`);
}
