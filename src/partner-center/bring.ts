import type { Deal, Status } from '../deals/deal.ts';
import type { Desk } from '../deals/desk.ts';
import { Day, Money } from '../deals/opportunity.ts';
import { isSame } from '../deals/same.ts';
import { type BroughtThere, SenderError } from '../notices/sender.ts';
import type { Organisation } from '../organisations/organisation.ts';
import { broughtOf, pendingOf, referralOf } from '../rules/partner-center.ts';
import type { PartyReferral, ReferralAnswer } from './answer.ts';
import type { PartnerCenterClient } from './client.ts';
import { PartnerCenterError } from './errors.ts';
import { type PeopleByEmail, partnerCenterActor, toHeard } from './heard.ts';
import type { ReferralLinks } from './links.ts';
import { teamOf } from './mapping.ts';
import {
  createBody,
  microsoftInvitation,
  nextPatch,
  partnerInvitation,
  registrationPatch,
  sharingPatch,
} from './mapping-out.ts';

/** How often a change is tried against others that are faster, and how many changes a deal may need in a row. */
const rounds = 8;

interface BringParts {
  client: PartnerCenterClient;
  desk: Pick<Desk, 'perform' | 'deal'>;
  links: ReferralLinks;
  organisation: Pick<Organisation, 'partnerIds'>;
  people: PeopleByEmail;
}

/**
 * Brings the referral of a deal to where the deal stands, whatever of it is there already: done twice, or ended in the middle and done
 * again, it comes to the same. What somebody changed there meanwhile is taken into the deal first, by the rules.
 * Rejects with `PartnerCenterError`, with `SenderError` where it is too contended, and with what the store says.
 */
export async function bring(deal: Deal, parts: BringParts): Promise<BroughtThere> {
  const { client, desk, people } = parts;
  let referral = await ownReferral(deal, parts);
  let isHeard = false;
  let current = deal;
  for (let round = 1; round <= rounds; round++) {
    if (!isHeard) {
      current = await heardOf(current, referral, desk, people);
      isHeard = true;
    }
    const operations = nextPatch(current, referral, pendingOf(current).fields);
    if (operations.length === 0) {
      const brought = broughtOf(current);
      const invited = await inviteOthers(current, referral, parts);
      if (invited === 'changed') {
        isHeard = false;
      } else {
        const registered = await register(current, invited.referral, client);
        return {
          heard: toHeard(registered, people),
          brought,
          invitations: invited.invitations,
          ...(invited.microsoftId === undefined ? {} : { microsoftId: invited.microsoftId }),
        };
      }
    } else {
      try {
        // What comes back is our own change: nobody else's can be in it.
        referral = await client.patch(referral.id, operations, referral.eTag);
        continue;
      } catch (error) {
        if (!isOvertaken(error)) throw error;
        isHeard = false;
      }
    }
    referral = await client.get(referral.id);
  }
  throw new SenderError('partner-center-busy', true);
}

/** What is there goes into the deal. Resolves to the deal afterwards. */
export async function heardOf(
  deal: Pick<Deal, 'orgId' | 'id'>,
  referral: ReferralAnswer,
  desk: Pick<Desk, 'perform'>,
  people: PeopleByEmail,
  takesOver = false,
): Promise<Deal> {
  const decision = await desk.perform(deal.orgId, deal.id, {
    command: { kind: 'partnerCenterChanged', heard: toHeard(referral, people), takesOver },
    actor: partnerCenterActor,
  });
  if (decision.kind === 'notFound') throw new SenderError('deal-gone', false);
  return decision.deal;
}

function isOvertaken(error: unknown): boolean {
  return error instanceof PartnerCenterError && error.kind === 'preconditionFailed';
}

/** The deal's own referral: known, created by an attempt that was not heard of, or created now. */
async function ownReferral(deal: Deal, parts: BringParts): Promise<ReferralAnswer> {
  const { client, desk, links, organisation } = parts;
  const id = referralOf(deal);
  if (id !== undefined) return client.get(id);
  const found = await createdBefore(deal, parts);
  if (found !== undefined) return found;
  const made = await client.create(createBody(deal, organisation.partnerIds[0]));
  const owner = await links.claim(deal.orgId, made.id, deal.id);
  // A deal of the very same content took it: the next attempt finds that one's, or creates one.
  if (owner !== deal.id) throw new SenderError('partner-center-twin', true);
  // At once: somebody may change it there before the rest is done, and then nothing tells any more that it is this one.
  await desk.perform(deal.orgId, deal.id, {
    command: { kind: 'linkReferral', id: made.id, engagementId: made.engagementId },
    actor: partnerCenterActor,
  });
  return client.get(made.id);
}

/** A create that was answered by nothing may have been done all the same: what it made is looked for. */
async function createdBefore(deal: Deal, { client, links }: BringParts): Promise<ReferralAnswer | undefined> {
  for await (const { referrals } of client.listChangedSince(askedSince(deal))) {
    for (const referral of referrals) {
      if (!isCreatedAs(deal, referral)) continue;
      if ((await links.claim(deal.orgId, referral.id, deal.id)) === deal.id) return referral;
    }
  }
  return undefined;
}

/** Since when a deal may have been created there: since Microsoft or a partner was invited, or since it is there itself. */
function askedSince({ partnerCenter, microsoft, invitations, history }: Deal): string {
  const created = history[0]?.at ?? '';
  const asked = [...(microsoft === undefined ? [] : [microsoft.askedAt]), ...invitations.map(({ sentAt }) => sentAt)];
  return partnerCenter === undefined ? asked.reduce((a, b) => (a < b ? a : b), asked[0] ?? created) : created;
}

/** Whether a referral is what the deal would be created as. */
export function isCreatedAs(deal: Deal, referral: ReferralAnswer): boolean {
  const { parts, fields } = toHeard(referral, new Map());
  if (parts.direction !== 'outbound' || referral.status !== 'Active') return false;
  return (
    fields.name === deal.name &&
    parts.opportunity.customer.name === deal.opportunity.customer.name &&
    fields.closeDate === deal.closeDate &&
    fields.value?.currency === deal.value?.currency &&
    Number(fields.value?.amount) === Number(deal.value?.amount)
  );
}

interface Invited {
  referral: ReferralAnswer;
  microsoftId: string | undefined;
  invitations: Record<string, string>;
}

/** Asks Microsoft and invites partners, where that is still to be done. `changed`: somebody else was faster, read again. */
async function inviteOthers(deal: Deal, own: ReferralAnswer, parts: BringParts): Promise<Invited | 'changed'> {
  const { client } = parts;
  const { microsoft, invitationIds } = pendingOf(deal);
  const known = deal.partnerCenter?.invitations ?? {};
  const nobody = { referral: own, microsoftId: undefined, invitations: {} };
  if (own.status === 'Closed' || (!microsoft && invitationIds.length === 0)) return nobody;
  const { engagementId } = own;
  if (engagementId === undefined) {
    throw new PartnerCenterError('rejected', 'noEngagement', 'The referral has no engagement to invite anybody to');
  }

  let referral = own;
  const shared = sharingPatch(deal, own);
  if (shared.length > 0) {
    try {
      referral = await client.patch(own.id, shared, own.eTag);
    } catch (error) {
      if (isOvertaken(error)) return 'changed';
      throw error;
    }
  }
  // What an attempt that was not heard of has done is not done again.
  const parties = await client.relatedReferrals(engagementId);
  let microsoftId: string | undefined;
  if (microsoft && deal.microsoft !== undefined) {
    const there = parties.find(isMicrosofts);
    microsoftId = (there ?? (await client.create(microsoftInvitation(deal, deal.microsoft, engagementId)))).id;
  }
  const invitations: Record<string, string> = {};
  const taken = new Set(Object.values(known));
  for (const invitation of deal.invitations.filter(({ id }) => invitationIds.includes(id))) {
    const locationId = invitation.partner.locationId ?? invitation.partner.id;
    const there = parties.find((party) => isInvitedAt(party, locationId) && !taken.has(party.id) && isOpen(party));
    const { id } = there ?? (await client.create(partnerInvitation(deal, invitation, engagementId, locationId)));
    invitations[invitation.id] = id;
    taken.add(id);
  }
  return { referral, microsoftId, invitations };
}

function isMicrosofts({ organizationId, target }: PartyReferral): boolean {
  return organizationId?.toLowerCase() === 'msft' || target.some(({ id }) => id?.toLowerCase() === 'msft');
}

function isInvitedAt({ target }: PartyReferral, locationId: string): boolean {
  return target.some(({ id }) => id?.toLowerCase() === locationId.toLowerCase());
}

function isOpen({ status }: PartyReferral): boolean {
  return status === 'New' || status === 'Active';
}

async function register(deal: Deal, referral: ReferralAnswer, client: PartnerCenterClient): Promise<ReferralAnswer> {
  if (!pendingOf(deal).registration) return referral;
  const operations = registrationPatch(deal, referral);
  return operations.length === 0 ? referral : client.patch(referral.id, operations, referral.eTag);
}

/** C9, I7, I8: how the referrals of those stand that were invited there, and who works on them, written into the deal. */
export async function hearParties(deal: Deal, { client, desk }: Pick<BringParts, 'client' | 'desk'>): Promise<void> {
  const { engagementId, microsoftId, invitations } = deal.partnerCenter ?? { invitations: {} };
  if (engagementId === undefined) return;
  const parties = new Map((await client.relatedReferrals(engagementId)).map((party) => [party.id, party]));

  const there = parties.get(microsoftId ?? '');
  const microsofts = statusOf(there);
  // Whether Microsoft's time has passed is known here.
  if (microsofts !== undefined && microsofts !== 'received' && microsofts !== 'expired') {
    // An empty list says nothing.
    const team = teamOf(there?.team ?? []);
    await desk.perform(deal.orgId, deal.id, {
      command: {
        kind: 'microsoftAnswered',
        status: microsofts === 'declined' ? 'declined' : 'accepted',
        ...(team.length === 0 ? {} : { team }),
      },
      actor: { kind: 'sender', name: 'Microsoft', from: 'partner-center' },
    });
  }
  for (const before of deal.invitations) {
    const { id, partner, sequence } = before;
    const party = parties.get(invitations[id] ?? '');
    const status = statusOf(party);
    if (party === undefined || status === undefined) continue;
    const { value = before.value, closeDate = before.closeDate } = shownBy(party);
    const partnerTeam = status === 'received' ? before.partnerTeam : teamOf(party.team);
    if (isSame({ status, value, closeDate, partnerTeam }, pickShown(before))) continue;
    await desk.perform(deal.orgId, deal.id, {
      command: {
        kind: 'partnerChanged',
        invitationId: id,
        sequence: sequence + 1,
        status,
        at: party.closedDateTime ?? party.acceptedDateTime ?? party.updatedDateTime,
        reason: undefined,
        closeDate,
        value,
        solutions: [],
        partnerTeam,
      },
      actor: { kind: 'sender', name: partner.name, from: 'partner-center' },
    });
  }
}

function pickShown({ status, value, closeDate, partnerTeam }: Deal['invitations'][number]): object {
  return { status, value, closeDate, partnerTeam };
}

/** Undefined: it says nothing that is known. */
function statusOf(party: PartyReferral | undefined): Status | undefined {
  switch (party?.status) {
    case 'New':
      return 'received';
    case 'Active':
      return 'accepted';
    case 'Closed': {
      const ends: Record<string, Status> = { Won: 'won', Lost: 'lost', Declined: 'declined', Expired: 'expired' };
      return ends[party.substatus ?? ''];
    }
    default:
      return undefined;
  }
}

/** I3: a partner's own value and date, where it shows them. */
function shownBy({ details }: PartyReferral): { value: Money | undefined; closeDate: string | undefined } {
  const { dealValue, currency, closingDateTime } = details;
  return {
    value: Money.safeParse({ amount: String(dealValue ?? ''), currency }).data,
    closeDate: Day.safeParse(String(closingDateTime ?? '').slice(0, 10)).data,
  };
}
