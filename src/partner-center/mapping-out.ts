import {
  type Deal,
  type DeclineReason,
  dealType,
  type Invitation,
  type MicrosoftPart,
  type Registration,
  sharedContacts,
  solutionsOf,
  type TeamMember,
} from '../deals/deal.ts';
import type { Money, Solution } from '../deals/opportunity.ts';
import { type OwnField, type OwnFields, ownFields, ownFieldsOf } from '../deals/partner-center.ts';
import type { ReferralAnswer } from './answer.ts';
import type { PatchOperation } from './client.ts';
import { ownFieldsIn } from './own-fields.ts';
import { decoded } from './referral.ts';

/*
 * Deals as Partner Center takes them (facts/partner-center.md 1.5, 1.7, 1.10, 1.12). Pure. Where a path or value is not documented,
 * it stands in one named constant.
 */

/** D1, W2: the labels of Partner Center's own list. Whether the portal keeps labels in `statusReason` is not known. */
export const reasonLabels: Record<DeclineReason, string> = {
  budget: 'Project budget is not adequate',
  noResponse: 'Customer did not respond',
  otherVendor: 'Customer chose another vendor',
  requirementNotMet: 'Customer requirement not met',
  notACustomer: 'Not a customer',
  timelineTooShort: 'Proposed time line was too short',
  abuse: 'Report as abuse, spam or phishing',
  other: 'Others',
};

/** Whether the customer will buy through the marketplace: required, and not asked for here. The values for yes and no are not known. */
const marketplaceIntent = { type: 'CustomerMarketplaceIntent', id: 'HaveNotDecided' };

/** How Microsoft is named as the receiver of an invitation. */
const microsoftTarget = { type: 'BusinessProfileLocation', id: 'msft' };

/** Where the solutions of a referral stand. Not documented for a change. */
const solutionsPath = '/details/requirements/solutions';

/** Of a deal's one text of notes in Partner Center. What it takes is not documented; what does not fit stays in the deal. */
const notesLength = 4000;

/**
 * The next change that brings a referral nearer to its deal, as far as L3 and Partner Center's transitions allow; empty when there is
 * none. A deal that was accepted and won before Partner Center heard of it takes two. A closed referral is final. Only differences are
 * sent, so that the same again is nothing. `fields`: those that were changed in Teams; they are sent when they were emptied, too.
 * Absent: every field that the deal says something of.
 */
export function nextPatch(deal: Deal, referral: ReferralAnswer, fields?: readonly OwnField[]): PatchOperation[] {
  if (referral.status === 'Closed') return [];
  switch (deal.status) {
    case 'received':
    case 'expired':
      return [];
    case 'declined':
      if (referral.status !== 'New') return [];
      return [...noteOperations(deal, referral), ...standing('Closed', 'Declined', deal.answer?.reason)];
    case 'accepted':
    case 'won':
    case 'lost': {
      const changes = fieldOperations(deal, referral, fields);
      if (referral.status === 'New') return [...changes, ...standing('Active', 'Accepted')];
      if (deal.status === 'accepted') return changes;
      return [...changes, ...standing('Closed', deal.status === 'won' ? 'Won' : 'Lost', deal.outcome?.reason)];
    }
  }
}

/** G1, G2, G4: hands a registration in, or changes the one that waits for action. Empty where there is nothing to do. */
export function registrationPatch(deal: Deal, referral: ReferralAnswer): PatchOperation[] {
  const { registration } = deal;
  if (registration === undefined) return [];
  if (referral.registrations.length === 0) {
    return [{ op: 'add', path: '/registrations/-', value: registrationValue(registration) }];
  }
  const at = referral.registrations.findLastIndex(({ status }) => status === 'ActionRequired');
  if (at < 0) return [];
  const { contractValue, solutionValue, signedOn, startsOn, endsOn } = registration;
  const contract = `/registrations/${at}/contract`;
  const solution = `/registrations/${at}/solutionDetails/0`;
  return [
    replace(`${contract}/value`, contractValue.amount),
    replace(`${contract}/signDateTime`, midnight(signedOn)),
    replace(`${contract}/startDateTime`, midnight(startsOn)),
    ...(endsOn === undefined ? [] : [replace(`${contract}/endDateTime`, midnight(endsOn))]),
    replace(`${contract}/term`, termOf(registration)),
    replace(`${solution}/value`, solutionValue.amount),
    replace(`${solution}/currency`, solutionValue.currency),
    replace(`${solution}/isDeployedOnAzure`, registration.deployedOn === 'azure'),
    replace(`${solution}/primaryDeploymentOn`, registration.tenant === 'customer' ? 'Customer' : 'Partner'),
  ];
}

/**
 * T1, T2: what makes a referral that was created private one that Microsoft or a partner can be invited to; empty when it is.
 * The paths are not documented.
 */
export function sharingPatch(deal: Deal, referral: ReferralAnswer): PatchOperation[] {
  if (referral.status === 'Closed' || dealType(deal.parties) === 'private') return [];
  const { consent, customerProfile } = referral;
  const known = new Set(customerProfile.team.map(({ email }) => email?.toLowerCase()));
  const isShared = referral.type === 'Shared';
  const isConsented = !deal.parties.microsoft || consent.consentToShareReferralWithMicrosoftSellers === true;
  return [
    ...(isShared ? [] : [replace('/type', 'Shared')]),
    ...(isConsented ? [] : [replace('/consent/consentToShareReferralWithMicrosoftSellers', true)]),
    ...sharedContacts(deal)
      .filter(({ email }) => !known.has(email?.toLowerCase()))
      .map((contact): PatchOperation => ({ op: 'add', path: '/customerProfile/team/-', value: memberOf(contact) })),
  ];
}

/**
 * C1 to C7: the own referral of a deal that the organisation created. `mpnId`: the partner id of its location. A private deal is
 * shared with nobody (T4); whether it is sent at all is the caller's.
 */
export function createBody(deal: Deal, mpnId?: string): object {
  const isPrivate = dealType(deal.parties) === 'private';
  return {
    name: deal.name,
    externalReferenceId: deal.crmId,
    campaignId: deal.campaignId,
    mpnId,
    qualification: 'SalesQualified',
    type: isPrivate ? 'Independent' : 'Shared',
    target: solutionsOf(deal).flatMap(({ id }) => (id === undefined ? [] : [{ type: 'SolutionProfile', id }])),
    customerProfile: customerOf(deal),
    consent: consentOf(deal),
    details: detailsOf({ ...deal, notes: notesTogether('', deal.notes) || undefined, solutions: solutionsOf(deal) }),
    team: deal.team.map(memberOf),
  };
}

/** C7, C8, I5: the second referral of an engagement, which asks Microsoft for help. */
export function microsoftInvitation(deal: Deal, microsoft: MicrosoftPart, engagementId: string): object {
  return {
    engagementId,
    name: deal.name,
    qualification: 'SalesQualified',
    type: 'Shared',
    target: [microsoftTarget],
    customerProfile: customerOf(deal),
    consent: consentOf(deal),
    details: detailsOf({ ...deal, notes: undefined, solutions: solutionsOf(deal) }),
    team: deal.team.map(memberOf),
    inviteContext: { notes: microsoft.notes, assistanceRequestCode: microsoft.help },
  };
}

/**
 * I2, I9: a partner's referral of an engagement: of the deal it holds the name and the customer, the rest is the invitation's.
 * `locationId`: of the partner's business profile.
 */
export function partnerInvitation(
  deal: Deal,
  invitation: Invitation,
  engagementId: string,
  locationId: string,
): object {
  return {
    engagementId,
    name: deal.name,
    qualification: 'SalesQualified',
    type: 'Shared',
    target: [{ type: 'BusinessProfileLocation', id: locationId }],
    customerProfile: customerOf(deal),
    consent: consentOf(deal),
    details: detailsOf({ ...invitation, notes: undefined }),
    team: invitation.team.map(memberOf),
    inviteContext: {
      notes: invitation.notes,
      assistanceRequestCode: invitation.help,
      invitedMpnId: invitation.partner.id,
    },
  };
}

/** Status and substatus travel together, and before them nothing is closed. */
function standing(status: string, substatus: string, reason?: DeclineReason): PatchOperation[] {
  return [
    replace('/status', status),
    replace('/substatus', substatus),
    ...(reason === undefined ? [] : [replace('/statusReason', reasonLabels[reason])]),
  ];
}

function fieldOperations(deal: Deal, referral: ReferralAnswer, fields?: readonly OwnField[]): PatchOperation[] {
  const isWanted = (field: OwnField) => (fields ?? ownFields).includes(field);
  const current = ownFieldsIn(referral);
  const operations: PatchOperation[] = [];

  function text(field: 'name' | 'crmId' | 'campaignId', path: string): void {
    const wanted = deal[field] ?? (fields === undefined ? undefined : '');
    // A name is the same whether it came back encoded or as it was sent: else one that looks like HTML would never be in step.
    const there = field === 'name' ? [current.name ?? '', referral.name] : [current[field] ?? ''];
    if (isWanted(field) && wanted !== undefined && !there.includes(wanted)) operations.push(replace(path, wanted));
  }

  text('name', '/name');
  if (isWanted('value') && deal.value !== undefined) {
    const { amount, currency } = deal.value;
    if (plain(amount) !== current.value?.amount) operations.push(replace('/details/dealValue', amount));
    if (currency !== current.value?.currency) operations.push(replace('/details/currency', currency));
  }
  if (isWanted('closeDate') && deal.closeDate !== undefined && deal.closeDate !== current.closeDate) {
    operations.push(replace('/details/closingDateTime', midnight(deal.closeDate)));
  }
  if (isWanted('notes')) operations.push(...noteOperations(deal, referral));
  text('crmId', '/externalReferenceId');
  text('campaignId', '/campaignId');
  if (isWanted('team')) operations.push(...teamOperations(deal, referral));
  if (isWanted('solutions')) operations.push(...solutionOperations(deal, current.solutions));
  return operations;
}

/** The whole list: one of them has no place of its own that is known. What else Partner Center keeps of a solution is its own to fill in. */
function solutionOperations(deal: Deal, there: OwnFields['solutions']): PatchOperation[] {
  const wanted = ownFieldsOf(deal).solutions;
  const identity = (solutions: OwnFields['solutions']) => JSON.stringify(solutions.map(({ id, name }) => id ?? name));
  if (wanted.length === 0 || identity(wanted) === identity(there)) return [];
  return [
    replace(
      solutionsPath,
      wanted.map(({ id, name }) => ({ id, name, type: 'Name' })),
    ),
  ];
}

/** E4: notes are added to what stands there. */
function noteOperations(deal: Deal, { details }: ReferralAnswer): PatchOperation[] {
  const before = details.notes ?? '';
  const after = notesTogether(before, deal.notes);
  return after === before ? [] : [replace('/details/notes', after)];
}

/** What fits is added in the order of time, and what is there already is not added again. */
function notesTogether(before: string, notes: Deal['notes']): string {
  return notes.reduce((together, { text }) => {
    const longer = together === '' ? text : `${together}\n\n${text}`;
    return comparable(together).includes(comparable(text)) || longer.length > notesLength ? together : longer;
  }, before);
}

/** Line ends and entities may come back in another way. */
function comparable(text: string): string {
  return decoded(text).replaceAll(/\s+/g, ' ');
}

/** Members are added only: Partner Center knows no way to take one away. Known again by e-mail address, else by name. */
function teamOperations({ team }: Deal, referral: ReferralAnswer): PatchOperation[] {
  const identity = ({ name, email }: Pick<TeamMember, 'name' | 'email'>) => (email ?? name).trim().toLowerCase();
  const there = new Set(ownFieldsIn(referral).team.map(identity));
  return team
    .filter((member) => !there.has(identity(member)))
    .map((member) => ({ op: 'add', path: '/team/-', value: memberOf(member) }));
}

function customerOf(deal: Deal): object {
  const { name, size, address, duns } = deal.opportunity.customer;
  return {
    name,
    size,
    address,
    team: sharedContacts(deal).map(memberOf),
    ids: duns === undefined ? [] : [{ profileType: 'Duns', id: duns }],
  };
}

/** C3, T4. The doubled "To" is Partner Center's. */
function consentOf(deal: Deal): object {
  const mayShare = dealType(deal.parties) !== 'private';
  return {
    consentToToShareInfoWithOthers: mayShare,
    consentToContact: mayShare && sharedContacts(deal).length > 0,
    consentToShareReferralWithMicrosoftSellers: deal.parties.microsoft,
  };
}

function detailsOf(from: {
  value?: Money | undefined;
  closeDate?: string | undefined;
  notes: string | undefined;
  solutions: readonly Solution[];
}): object {
  const { value, closeDate, notes, solutions } = from;
  return {
    notes,
    dealValue: value === undefined ? undefined : decimal(value.amount),
    currency: value?.currency,
    closingDateTime: closeDate === undefined ? undefined : midnight(closeDate),
    requirements: {
      solutions: solutions.map(({ id, name }) => ({ id, name, type: 'Name' })),
      additionalRequirements: { attributes: [marketplaceIntent] },
    },
  };
}

function registrationValue(registration: Registration): object {
  const { contractValue, solution, solutionValue, signedOn, startsOn, endsOn } = registration;
  return {
    type: 'AzureIPCoSell',
    contract: {
      currency: contractValue.currency,
      value: decimal(contractValue.amount),
      signDateTime: midnight(signedOn),
      startDateTime: midnight(startsOn),
      endDateTime: endsOn === undefined ? undefined : midnight(endsOn),
      term: termOf(registration),
    },
    solutionDetails: [
      {
        id: solution.id,
        currency: solutionValue.currency,
        value: decimal(solutionValue.amount),
        isDeployedOnAzure: registration.deployedOn === 'azure',
        primaryDeploymentOn: registration.tenant === 'customer' ? 'Customer' : 'Partner',
      },
    ],
  };
}

function termOf({ endsOn }: Registration): string {
  return endsOn === undefined ? 'Perpetual' : 'Finite';
}

/** The last word is taken for the last name, as contacts come together again when they are read. */
function memberOf(person: Pick<TeamMember, 'name' | 'phone' | 'email'> & { title?: string | undefined }): object {
  const { name, phone, email, title } = person;
  const [, firstName, lastName] = /^(.+)\s+(\S+)$/s.exec(name.trim()) ?? [undefined, name.trim(), ''];
  return { firstName, lastName, phoneNumber: phone, email, title };
}

function replace(path: string, value: unknown): PatchOperation {
  return { op: 'replace', path, value };
}

/** A calendar day as Partner Center writes it. */
function midnight(day: string): string {
  return `${day}T00:00:00Z`;
}

/** An amount as it comes back: `45000.50` and `45000.5` are one. */
function plain(amount: string): string {
  const [, whole = amount, fraction = ''] = /^0*(\d+?)(?:\.(\d*?)0*)?$/.exec(amount) ?? [];
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/**
 * A JSON number with the very digits of an amount, never a float: in bodies amounts are numbers, in patches they are text
 * (facts/partner-center.md 1.7, 1.13).
 */
function decimal(amount: string): object {
  return (JSON as unknown as { rawJSON(text: string): object }).rawJSON(plain(amount));
}
