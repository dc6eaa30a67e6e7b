import type { TeamMember } from '../../src/deals/deal.ts';
import { Contact } from '../../src/deals/opportunity.ts';
import { MessengerError } from '../../src/notices/messenger.ts';
import { personId } from '../../src/organisations/organisation.ts';
import { isForeign } from '../../src/rules/permissions.ts';
import { isPhone } from '../../src/rules/values.ts';
import type { Member } from '../connector.ts';
import type { Turn } from '../turn.ts';

/** How many people of the organisation are offered beside the people picker, for clients without one. */
const mostOffered = 15;

/** How many conversations are asked about somebody who was picked in the own chat. */
const mostAsked = 10;

interface Picked {
  members: TeamMember[];
  /** Entra ids that neither the organisation nor a roster knows, or that belong to guests and other tenants (V3). */
  unknown: string[];
}

/** The people of a people picker: Entra object ids, joined by commas. */
export async function pickedPeople(turn: Turn, picked: string): Promise<Picked> {
  const ids = [...new Set(picked.split(',').map((id) => id.trim().toLowerCase()))].filter((id) => id !== '');
  const members: TeamMember[] = [];
  const unknown: string[] = [];
  for (const id of ids.slice(0, 50)) {
    const member = await memberOf(turn, id);
    if (member === undefined) unknown.push(id);
    else members.push(member);
  }
  return { members, unknown };
}

/** Whether the people picker finds the whole organisation: in the own chat there is nobody else to be found. */
export function picksEverybody({ address }: Turn): boolean {
  return address.scope === 'personal';
}

async function memberOf(turn: Turn, id: string): Promise<TeamMember | undefined> {
  const { house, organisation } = turn;
  const person = await house.people.get(organisation.orgId, id);
  const known = person?.name ? person : await rosterEntry(turn, id);
  if (known === undefined || known.guest || known.name === '') return undefined;
  if (isForeign(known.tenantId, organisation)) return undefined;
  const { name, phone, email } = known;
  return {
    personId: personId(id),
    name: name.slice(0, 200),
    // What is no number to call by is rather asked for.
    ...(phone !== undefined && isPhone(phone) ? { phone } : {}),
    ...(email !== undefined && Contact.shape.email.safeParse(email).success ? { email } : {}),
  };
}

/** As Teams knows them in this conversation; from the own chat also in those that get opportunities. */
async function rosterEntry(turn: Turn, id: string): Promise<Member | undefined> {
  const { house, organisation, address } = turn;
  const here = await house.connector.member(address, id);
  if (here !== undefined || !picksEverybody(turn)) return here;
  const subscribed = await house.subscriptions.active(organisation.orgId);
  const others = subscribed.filter((one) => one.address.scope !== 'personal').slice(0, mostAsked);
  for (const one of others) {
    try {
      const found = await house.connector.member(one.address, id);
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof MessengerError)) throw error;
      // The bot may have left it: another one may know them.
      turn.log.warn({ err: error, subscriptionId: one.id }, 'roster could not be asked');
    }
  }
  return undefined;
}

/** People of the organisation who are not in the team yet. `id`: Entra object id. */
export async function offeredPeople(
  turn: Turn,
  team: readonly TeamMember[],
): Promise<{ title: string; value: string }[]> {
  const there = new Set(team.map((member) => member.personId));
  const people = await turn.house.people.colleagues(turn.organisation.orgId);
  return people
    .filter(({ id }) => !there.has(id))
    .slice(0, mostOffered)
    .map(({ entraId, name }) => ({ title: name, value: entraId }));
}
