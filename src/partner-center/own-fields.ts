import type { Deal, TeamMember } from '../deals/deal.ts';
import type { Money } from '../deals/opportunity.ts';
import type { ReferralAnswer } from './answer.ts';
import { decoded } from './referral.ts';

/** What of a referral its own organisation says, in both systems: each field is one that a later change wins. */
export const ownFields = ['name', 'value', 'closeDate', 'notes', 'crmId', 'campaignId', 'team'] as const;
export type OwnField = (typeof ownFields)[number];

/** Fields that nothing is said of are undefined. */
export interface OwnFields {
  name: string | undefined;
  value: Money | undefined;
  /** `YYYY-MM-DD`. */
  closeDate: string | undefined;
  /** Partner Center has one text, a deal has notes with author and time (E4). */
  notes: string | undefined;
  crmId: string | undefined;
  campaignId: string | undefined;
  team: Omit<TeamMember, 'personId'>[];
}

/** A referral's, as a deal would say them. */
export function ownFieldsIn(referral: ReferralAnswer): OwnFields {
  const { details, name, externalReferenceId, campaignId, team } = referral;
  return {
    name: textOf(name),
    value:
      details.dealValue === undefined || details.currency === undefined
        ? undefined
        : { amount: details.dealValue, currency: details.currency },
    closeDate: details.closingDateTime?.slice(0, 10),
    notes: details.notes,
    crmId: externalReferenceId,
    campaignId,
    team: team.map(({ firstName, lastName, phoneNumber, email }) => ({
      name: textOf([firstName, lastName].filter((part) => part !== undefined).join(' ')) ?? email ?? '',
      ...(phoneNumber === undefined ? {} : { phone: phoneNumber }),
      ...(email === undefined ? {} : { email }),
    })),
  };
}

/** A deal's, as they go to Partner Center. */
export function ownFieldsOf(deal: Pick<Deal, OwnField>): OwnFields {
  const { name, value, closeDate, notes, crmId, campaignId, team } = deal;
  return {
    name,
    value,
    closeDate,
    notes: notes.length === 0 ? undefined : notes.map(({ text }) => text).join('\n\n'),
    crmId,
    campaignId,
    team: team.map(({ name, phone, email }) => ({
      name,
      ...(phone === undefined ? {} : { phone }),
      ...(email === undefined ? {} : { email }),
    })),
  };
}

function textOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decoded(text) || undefined;
}
