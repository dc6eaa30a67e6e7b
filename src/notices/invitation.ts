import { contentHash } from '../deals/content-hash.ts';
import { type Deal, dealId, type Invitation, sharedContacts, solutionsOf, type TeamMember } from '../deals/deal.ts';
import type { InviterClosed } from '../rules/inviter-closed.ts';
import type { PartnerChanged } from '../rules/partner-changed.ts';
import type { Incoming } from '../rules/receive.ts';

/**
 * I7, I9: the opportunity that an invited partner receives. It holds the invitation, the customer and the inviter's team for this
 * partner, and nothing of the inviter's own: no CRM id, campaign id, notes, total value, or other invitations.
 */
export function incomingOf(deal: Deal, invitation: Invitation, partnerOrgId: string, inviter: string): Incoming {
  const { customer, engagementId } = deal.opportunity;
  const opportunity: Incoming['opportunity'] = {
    engagementId: engagementId ?? deal.id,
    sender: { kind: 'partner', name: inviter },
    customer: { ...customer, contacts: sharedContacts(deal) },
    help: invitation.help,
    notes: invitation.notes,
    value: invitation.value,
    closeDate: invitation.closeDate,
    solutions: invitation.solutions,
    receivedAt: invitation.sentAt,
    expiresAt: invitation.respondBy,
    team: invitation.team.map(shared),
  };
  return {
    orgId: partnerOrgId,
    dealId: invitedDealId(deal, invitation.id),
    source: sourceOf(deal),
    externalId: externalIdOf(deal, invitation.id),
    contentHash: contentHash(opportunity),
    route: { kind: 'inviter', orgId: deal.orgId, dealId: deal.id, invitationId: invitation.id },
    direction: 'inbound',
    opportunity,
    standing: { status: 'received', at: invitation.sentAt },
  };
}

/** The id of the partner's deal: the same invitation is the same deal, however often it is sent. */
export function invitedDealId(deal: Pick<Deal, 'orgId' | 'id'>, invitationId: string): string {
  return dealId(sourceOf(deal), externalIdOf(deal, invitationId));
}

/** I3, I7, I8: what the inviter sees of the partner's deal: how it stands, its date, value, solutions and people. */
export function partnerChangedOf(deal: Deal, invitationId: string): PartnerChanged {
  const told = deal.outcome ?? deal.answer;
  return {
    kind: 'partnerChanged',
    invitationId,
    sequence: deal.history.length,
    status: deal.status,
    at: told?.at,
    reason: told?.reason,
    closeDate: deal.closeDate,
    value: deal.value,
    solutions: [...solutionsOf(deal)],
    partnerTeam: deal.team.map(shared),
  };
}

/** W3, I9: that it was won or lost, and when; nothing else. Undefined while it is open. */
export function inviterClosedOf({ outcome }: Deal): InviterClosed | undefined {
  return outcome === undefined ? undefined : { kind: 'inviterClosed', status: outcome.status, at: outcome.at };
}

/** I8: how another organisation may reach somebody. Not who they are in the own tenant. */
function shared({ name, phone, email }: TeamMember): TeamMember {
  return { name, ...(phone === undefined ? {} : { phone }), ...(email === undefined ? {} : { email }) };
}

function sourceOf({ orgId }: Pick<Deal, 'orgId'>): string {
  return `org-${orgId}`;
}

function externalIdOf({ id }: Pick<Deal, 'id'>, invitationId: string): string {
  return `${id}:${invitationId}`;
}
