import { type Deal, mostMembers, type Status, type TeamMember } from '../deals/deal.ts';
import { Contact, type Customer, type Help, helps, Opportunity, type Solution } from '../deals/opportunity.ts';
import type { Incoming } from '../rules/receive.ts';
import { decoded, type Referral } from './referral.ts';

/** What a referral says of a deal: an `Incoming` without what only its receiver knows. */
export type IncomingParts = Pick<Incoming, 'opportunity' | 'externalId' | 'direction' | 'standing'>;

/** How Partner Center writes "Microsoft" where an organisation's id stands. */
const microsoftId = 'msft';

/**
 * A referral as a deal's content (facts/partner-center.md 1.9, 1.10). Never fails: what we act on was checked by `Referral`, and what
 * is only shown is left out where it cannot be kept, or cut where it is too long. Losing an opportunity would be worse.
 */
export function toIncomingParts(referral: Referral): IncomingParts {
  const { customerProfile, details, inviteContext } = referral;
  const direction = directionOf(referral);
  const value =
    details.dealValue === undefined || details.currency === undefined
      ? undefined
      : { amount: details.dealValue, currency: details.currency };
  const opportunity = Opportunity.parse({
    engagementId: cut(referral.engagementId?.toLowerCase(), 100),
    name: nameOf(referral.name),
    sender: senderOf(referral, direction),
    customer: customerOf(customerProfile),
    help: helpOf(inviteContext.assistanceRequestCode),
    notes: cut([inviteContext.notes, details.notes].filter((notes) => notes !== undefined).join('\n\n'), 4000),
    value,
    closeDate: details.closingDateTime?.slice(0, 10),
    solutions: details.requirements.solutions
      .map(solutionOf)
      .filter((solution) => solution !== undefined)
      .slice(0, 50),
    receivedAt: referral.createdDateTime,
    expiresAt: referral.expirationDateTime,
  });
  return { opportunity, externalId: referral.id, direction, standing: standingOf(referral, direction) };
}

/**
 * `direction` was `Incoming` on deals that the organisation itself had created: who invited goes before it. The own organisation
 * invites nobody to its own deal.
 */
function directionOf({ direction, organizationId, inviteContext }: Referral): Deal['direction'] {
  const inviter = inviteContext.invitedBy.organizationId?.toLowerCase();
  if (inviter !== undefined) return inviter === organizationId ? 'outbound' : 'inbound';
  return direction === 'Outgoing' ? 'outbound' : 'inbound';
}

function senderOf(referral: Referral, direction: Deal['direction']): Opportunity['sender'] {
  const { organizationId, organizationName } = referral.inviteContext.invitedBy;
  if (direction === 'outbound') {
    return { kind: 'own', name: nameOf(referral.organizationName) ?? referral.organizationId };
  }
  const name = nameOf(organizationName);
  // Partner Center treats "no inviter" as it treats `msft` (facts 1.10).
  const isMicrosoft = organizationId === undefined ? name === undefined : organizationId.toLowerCase() === microsoftId;
  if (isMicrosoft) return { kind: 'microsoft', name: name ?? 'Microsoft' };
  return { kind: 'partner', name: name ?? cut(organizationId, 200) ?? 'Microsoft' };
}

/** L1: where the deal stands in Partner Center, and since when. Which substatus ends a deal how was checked by `Referral`. */
function standingOf(referral: Referral, direction: Deal['direction']): Incoming['standing'] {
  const { status, substatus, createdDateTime, updatedDateTime, acceptedDateTime, closedDateTime } = referral;
  const changedAt = updatedDateTime ?? createdDateTime;
  switch (status) {
    case 'New':
      // L2: the organisation need not answer its own deal.
      if (direction === 'outbound') return { status: 'accepted', at: acceptedDateTime ?? createdDateTime };
      return { status: 'received', at: createdDateTime };
    case 'Active':
      // Any substatus: some are not documented, as Engaged.
      return { status: 'accepted', at: acceptedDateTime ?? changedAt };
    case 'Closed':
      return { status: substatus?.toLowerCase() as Status, at: closedDateTime ?? changedAt };
  }
}

function helpOf(code: string | undefined): Help | undefined {
  if (code === undefined || code === 'Unknown') return undefined;
  return helps.find((help) => help === code) ?? 'Other';
}

function customerOf({ name, size, address, team, ids }: Referral['customerProfile']): Customer {
  return {
    name: decoded(name),
    size: cut(size, 60),
    address: {
      addressLine1: nameOf(address.addressLine1),
      addressLine2: nameOf(address.addressLine2),
      city: nameOf(address.city),
      // One of the two, mostly `region`, holds what the other is for.
      state: nameOf(address.state ?? address.region),
      postalCode: cut(address.postalCode, 20),
      country: address.country,
    },
    duns: ids.find((one) => one.profileType === 'Duns' && isDuns(one.id))?.id,
    contacts: team
      .map(contactOf)
      .filter((contact) => contact !== undefined)
      .slice(0, 20),
  };
}

/** Nine zeros stand for a number that is not known. */
function isDuns(id: string | undefined): boolean {
  return /^\d{9}$/.test(id ?? '') && id !== '000000000';
}

function contactOf(member: Referral['customerProfile']['team'][number]): Contact | undefined {
  const { phone, email } = Contact.shape;
  const reachable = {
    phone: phone.safeParse(member.phoneNumber).data,
    email: email.safeParse(member.email).data,
  };
  const fullName = nameOf([member.firstName, member.lastName].filter((part) => part !== undefined).join(' '));
  const name = fullName ?? reachable.email ?? reachable.phone;
  return name === undefined ? undefined : { name: name.slice(0, 200), title: nameOf(member.title), ...reachable };
}

/** I8: the people of another party, as a deal keeps them: at most 50. Who has neither name nor address nor number is left out. */
export function teamOf(members: Referral['customerProfile']['team']): TeamMember[] {
  return members
    .flatMap(({ firstName, lastName, phoneNumber, email }) => {
      const fullName = nameOf([firstName, lastName].filter((part) => part !== undefined).join(' '));
      const name = fullName ?? cut(email ?? phoneNumber, 200);
      const ways = { phone: cut(phoneNumber, 40), email: cut(email, 254) };
      return name === undefined ? [] : [{ name, ...ways }];
    })
    .slice(0, mostMembers);
}

/** By name, or by id where it has none. Undefined: it has neither. */
export function solutionOf({ id, name }: { id?: string | undefined; name?: string | undefined }): Solution | undefined {
  const shown = nameOf(name) ?? nameOf(id);
  if (shown === undefined) return undefined;
  return { ...(id !== undefined && id.length <= 100 ? { id } : {}), name: shown };
}

function nameOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cut(decoded(text), 200);
}

/** Text as documents keep it: absent when empty, and at most this long, the last character an ellipsis where it was longer. */
function cut(text: string | undefined, length: number): string | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return undefined;
  // A surrogate pair is not cut in half.
  return trimmed.length <= length ? trimmed : `${trimmed.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
