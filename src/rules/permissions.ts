import { type Deal, withoutSellers } from '../deals/deal.ts';
import type { Organisation, Settings } from '../organisations/organisation.ts';
import type { PersonActor } from './actor.ts';
import { type Refusal, refusal } from './refusal.ts';

/** What decides who may see what. */
type Viewer = Pick<PersonActor, 'orgId' | 'personId' | 'roles' | 'guest'>;

/** V3: a tenant that does not belong to the organisation, or not any more. `tenantId`: undefined where Teams names none, as for colleagues. */
export function isForeign(tenantId: string | undefined, { tenants }: Pick<Organisation, 'tenants'>): boolean {
  return tenantId !== undefined && !tenants.includes(tenantId.toLowerCase());
}

/** V1, V3: who may see the organisation's opportunities, subscribe a conversation to them and list them. */
export function maySee(actor: Viewer, orgId: string): Refusal | undefined {
  if (actor.orgId !== orgId) return refusal('otherTenant', 'V3');
  if (actor.guest) return refusal('guest', 'V3');
  if (actor.roles.length === 0) return refusal('noRole', 'V1');
  return undefined;
}

/** V1: who may accept or decline an opportunity, and so may see the customer's contact before they decide (V4). */
export function mayAnswer(actor: PersonActor, orgId: string, settings: Settings): Refusal | undefined {
  const refused = maySee(actor, orgId);
  if (refused !== undefined) return refused;
  return isAdmin(actor) || settings.usersMayAnswer ? undefined : refusal('usersMayNotAnswer', 'V1');
}

/** V1: Referrals users see the opportunities, answered with no or not at all too, and the deals whose team includes them. */
export function maySeeDeal(actor: Viewer, deal: Deal): Refusal | undefined {
  const refused = maySee(actor, deal.orgId);
  if (refused !== undefined) return refused;
  return isSeenByAll(deal) ? undefined : teamOrAdmin(actor, deal);
}

/** V1: an opportunity that waits, or that nobody took. */
function isSeenByAll({ direction, status }: Deal): boolean {
  return direction === 'inbound' && ['received', 'declined', 'expired'].includes(status);
}

/**
 * V4: what may stand on a card that several people read, whoever they are. Of a deal that is its team's (V1) that is who the customer is
 * and where, who sent it and what help was wanted, its status, and who answered when: nothing of what it is worth or who works on it.
 */
export function sharedPart(deal: Deal): Deal {
  if (isSeenByAll(deal)) return deal;
  const { sender, customer, help, receivedAt } = deal.opportunity;
  return {
    ...deal,
    opportunity: { sender, customer, help, receivedAt, solutions: [] },
    name: undefined,
    value: undefined,
    closeDate: undefined,
    solutions: undefined,
    crmId: undefined,
    campaignId: undefined,
    team: [],
    microsoft: withoutSellers(deal.microsoft),
    notes: [],
    registration: undefined,
  };
}

/** V1, W1: who may change or close a deal: its team and the admins. */
export function mayChange(actor: PersonActor, deal: Deal): Refusal | undefined {
  return maySee(actor, deal.orgId) ?? teamOrAdmin(actor, deal);
}

/** V4: the customer's contact is for those who may answer; once the deal is answered, for its team and the admins. */
export function maySeeContact(actor: PersonActor, deal: Deal, settings: Settings): Refusal | undefined {
  return deal.status === 'received' ? mayAnswer(actor, deal.orgId, settings) : mayChange(actor, deal);
}

function teamOrAdmin(actor: Viewer, deal: Deal): Refusal | undefined {
  return isAdmin(actor) || isOnTeam(deal, actor.personId) ? undefined : refusal('notOnTeam', 'V1');
}

export function isOnTeam({ team }: Pick<Deal, 'team'>, personId: string): boolean {
  return team.some((member) => member.personId === personId);
}

/** V1: MPN partner admins and Referrals admins do everything in their organisation. */
export function isAdmin(actor: Pick<PersonActor, 'roles'>): boolean {
  return actor.roles.includes('partnerAdmin') || actor.roles.includes('referralsAdmin');
}
