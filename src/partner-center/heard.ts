import { opportunityHash } from '../deals/content-hash.ts';
import { type DeclineReason, declineReasons, type Registration } from '../deals/deal.ts';
import type { Heard } from '../rules/heard.ts';
import type { ReferralAnswer } from './answer.ts';
import { type IncomingParts, toIncomingParts } from './mapping.ts';
import { reasonLabels } from './mapping-out.ts';
import { ownFieldsIn } from './own-fields.ts';

/** Who changes a deal when its referral has changed. */
export const partnerCenterActor = { kind: 'sender', name: 'Partner Center', from: 'partner-center' } as const;

/** Person ids of an organisation by e-mail address in small letters. */
export type PeopleByEmail = ReadonlyMap<string, string>;

/** A referral as the rules hear of it. */
export function toHeard(referral: ReferralAnswer, people: PeopleByEmail): Heard & { parts: IncomingParts } {
  const parts = toIncomingParts(referral);
  const { opportunity, standing } = parts;
  const { id, engagementId, eTag, updatedDateTime, statusReason, registrations } = referral;
  return {
    parts,
    id,
    engagementId: engagementId?.toLowerCase().slice(0, 100),
    eTag,
    updatedAt: updatedDateTime,
    status: standing.status,
    at: standing.at,
    reason: standing.status === 'declined' || standing.status === 'lost' ? reasonOf(statusReason) : undefined,
    fields: ownFieldsIn(referral),
    people,
    parties: partiesOf(referral),
    incoming: { opportunity, contentHash: opportunityHash(parts), standing },
    registration: registrationStatus(registrations.at(-1)?.status),
  };
}

/** T1, facts 1.5: a shared deal is co-sell where Microsoft may see it, else somebody else takes part. */
function partiesOf({ type, consent }: ReferralAnswer): Heard['parties'] {
  const microsoft = type === 'Shared' && consent.consentToShareReferralWithMicrosoftSellers === true;
  return { microsoft, partners: type === 'Shared' && !microsoft ? 1 : 0 };
}

/** The portal's label, its number in the bulk file, or words of somebody's own (facts/partner-center.md 1.11). */
function reasonOf(text: string | undefined): DeclineReason | undefined {
  if (text === undefined) return undefined;
  const known = declineReasons.find((reason, at) =>
    [reasonLabels[reason].toLowerCase(), String(at + 1)].includes(text.toLowerCase()),
  );
  return known ?? 'other';
}

/** G4: the values are implied only, others pass unheard (facts/partner-center.md 1.12). */
const registrationStatuses: Record<string, Registration['status']> = {
  reviewpending: 'inReview',
  actionrequired: 'actionRequired',
  actionpending: 'actionRequired',
  passed: 'approved',
  approved: 'approved',
  failed: 'rejected',
};

function registrationStatus(text: string | undefined): Registration['status'] | undefined {
  return text === undefined ? undefined : registrationStatuses[text.toLowerCase().replaceAll(' ', '')];
}
