import type { TeamMember } from '../../src/deals/deal.ts';
import { Contact } from '../../src/deals/opportunity.ts';
import { personId } from '../../src/organisations/organisation.ts';
import { isPhone } from '../../src/rules/values.ts';
import type { Turn } from '../turn.ts';

/** How many people of the organisation are offered beside the people picker, for clients without one. */
const mostOffered = 15;

export interface Picked {
  members: TeamMember[];
  /** Entra ids that neither the organisation nor the conversation's roster knows, or that belong to guests and other tenants (V3). */
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

async function memberOf({ house, organisation, address }: Turn, id: string): Promise<TeamMember | undefined> {
  const person = await house.people.get(organisation.orgId, id);
  const known = person?.name ? person : await house.connector.member(address, id);
  if (known === undefined || known.guest || known.name === '') return undefined;
  if (known.tenantId !== undefined && !organisation.tenants.includes(known.tenantId)) return undefined;
  const { name, phone, email } = known;
  return {
    personId: personId(id),
    name: name.slice(0, 200),
    // What is no number to call by is rather asked for.
    ...(phone !== undefined && isPhone(phone) ? { phone } : {}),
    ...(email !== undefined && Contact.shape.email.safeParse(email).success ? { email } : {}),
  };
}

/** People of the organisation who are not in the team yet. `id`: Entra object id. */
export async function offeredPeople(
  turn: Turn,
  team: readonly TeamMember[],
): Promise<{ title: string; value: string }[]> {
  const there = new Set(team.map((member) => member.personId));
  const people = await turn.house.people.all(turn.organisation.orgId);
  return people
    .filter(({ id, guest, name }) => !guest && name !== '' && !there.has(id))
    .slice(0, mostOffered)
    .map(({ entraId, name }) => ({ title: name, value: entraId }));
}
