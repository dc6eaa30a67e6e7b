import type { OwnFields } from '../deals/partner-center.ts';
import type { ReferralAnswer } from './answer.ts';
import { solutionOf } from './mapping.ts';
import { decoded } from './referral.ts';

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
    solutions: details.requirements.solutions.map(solutionOf).filter((solution) => solution !== undefined),
  };
}

function textOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decoded(text) || undefined;
}
