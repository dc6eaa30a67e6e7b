/**
 * What a form offers to choose from: the organisation's customers, partners and solutions. The server looks up whatever comes back,
 * so that nobody gets into a deal whom the directory does not know.
 */
import { country } from '../../cards/format.ts';
import { text } from '../../cards/index.ts';
import type { TeamMember } from '../../src/deals/deal.ts';
import type { Solution } from '../../src/deals/opportunity.ts';
import type { DirectoryKind, Entries } from '../../src/directory/entry.ts';
import { longestList } from '../../src/directory/port.ts';
import { type Choices, withRecent } from '../../src/directory/recent.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import type { Organisation } from '../../src/organisations/organisation.ts';
import type { Candidate, PartnerRequest } from '../../src/rules/invite.ts';
import type { House, Turn } from '../turn.ts';

/** One line to choose. */
export interface Choice {
  title: string;
  value: string;
}

/** The entries that fit what was typed: what this person chose lately first, then the best. Without a text the first by name. */
export async function offered<K extends DirectoryKind>(
  { house, organisation, actor }: Turn,
  kind: K,
  typedText: string,
  inCountry = '',
): Promise<Entries[K][]> {
  return withRecent(house.directory, house.recent).search(organisation.orgId, actor.personId, kind, {
    text: typedText,
    limit: longestList,
    ...(/^[A-Z]{2}$/.test(inCountry) ? { country: inCountry } : {}),
  });
}

/** An entry by the id that a form has sent; undefined for one that neither the directory nor this person's recent choices have. */
export async function chosen<K extends DirectoryKind>(
  { house, organisation, actor }: Turn,
  kind: K,
  id: string,
): Promise<Entries[K] | undefined> {
  if (id === '') return undefined;
  const entry = await house.directory.get(organisation.orgId, kind, id);
  if (entry !== undefined) return entry;
  const choices = (await house.recent.list(organisation.orgId, actor.personId))[kind] as Entries[K][];
  return choices.find((one) => one.id === id);
}

/** I1: a partner as the rules want it, with the organisation on this service that it is, if it is one. */
export async function candidateOf(turn: Turn, id: string): Promise<Candidate | undefined> {
  // Not of the recent choices: who has left the ecosystem is in the directory no more.
  const partner = id === '' ? undefined : await turn.house.directory.get(turn.organisation.orgId, 'partners', id);
  if (partner === undefined) return undefined;
  const { name, transacts, organisationId, locationId } = partner;
  const here = await organisationsOf(turn.house);
  const orgId = here.find((one) => one.orgId === organisationId || one.partnerIds.includes(id))?.orgId;
  return { id, name, transacts, orgId, locationId };
}

/** How long the list of organisations is believed. */
const believedMilliseconds = 30_000;
const listed = new WeakMap<House, { until: number; organisations: Promise<Organisation[]> }>();

/** Everybody on this service; a form asks several times for one answer. */
function organisationsOf(house: House): Promise<Organisation[]> {
  const now = house.clock.now();
  const known = listed.get(house);
  if (known !== undefined && now < known.until) return known.organisations;
  const organisations = house.organisations.list();
  listed.set(house, { until: now + believedMilliseconds, organisations });
  organisations.catch(() => listed.delete(house));
  return organisations;
}

/** C5: with whom this person worked on deals lately, the last first. */
export async function recentContacts({ house, organisation, actor }: Turn): Promise<TeamMember[]> {
  return (await house.recent.list(organisation.orgId, actor.personId)).contacts;
}

/** Offers what was chosen first the next time. What cannot be remembered is only not offered: the deal is there by now. */
export async function remember({ house, organisation, actor, log }: Turn, choices: Partial<Choices>): Promise<void> {
  try {
    await house.recent.remember(organisation.orgId, actor.personId, choices);
  } catch (error) {
    log.warn({ err: error }, 'recent choices could not be remembered');
  }
}

/** C5: offers the own phone number the next time. As `remember`: what it was given for is done by now. */
export async function rememberPhone({ house, organisation, person, log }: Turn, phone: string): Promise<void> {
  const given = phone.trim();
  if (given === '' || given === person.phone) return;
  try {
    await house.people.setPhone(organisation.orgId, person.entraId, given);
  } catch (error) {
    log.warn({ err: error }, 'phone number could not be remembered');
  }
}

/** The solutions and partners that were chosen, as the directory has them. */
export async function choicesOf(
  turn: Turn,
  solutions: readonly Solution[],
  invitations: readonly Pick<PartnerRequest, 'partner' | 'solutions'>[],
): Promise<Pick<Choices, 'partners' | 'solutions'>> {
  const ids = [...solutions, ...invitations.flatMap((one) => one.solutions)].map(({ id = '' }) => id);
  const entries = await Promise.all([...new Set(ids)].map((id) => chosen(turn, 'solutions', id)));
  const partners = await Promise.all(invitations.map(({ partner }) => chosen(turn, 'partners', partner?.id ?? '')));
  return {
    partners: partners.filter((one) => one !== undefined),
    solutions: entries.filter((one) => one !== undefined),
  };
}

/** C1: what tells two companies of one name apart. */
export function customerLine({ address, duns }: Entries['customers'], { language }: Reader, between = ' · '): string {
  const { addressLine1, postalCode, city, state } = address;
  const town = [postalCode, city].filter((part) => part !== undefined).join(' ');
  const parts = [addressLine1, town, state, country(address.country, language)];
  const place = parts.filter((part) => part !== undefined && part !== '').join(', ');
  return duns === undefined ? place : `${place}${between}${text(language, 'customer.dunsNumber', { duns })}`;
}

export function partnerLine({ id, country: code }: Entries['partners'], { language }: Reader): string {
  return [code === undefined ? '' : country(code, language), text(language, 'partner.number', { id })]
    .filter((part) => part !== '')
    .join(' · ');
}

export function solutionLine(
  { kind, publisher }: Pick<Entries['solutions'], 'kind' | 'publisher'>,
  reader: Reader,
): string {
  return [text(reader.language, `solutions.kind.${kind}`), publisher].filter((part) => part !== undefined).join(' · ');
}

/** C6: a solution of the directory, as a deal keeps it. */
export function solutionOf({ id, name, kind, eligible }: Entries['solutions']): Solution {
  return { id, name, kind, eligible };
}

/** The value of a choice among solutions. Several are joined by commas, so there is none in it. */
export function solutionValue({ id, name }: Pick<Solution, 'id' | 'name'>): string {
  return id === undefined ? `name:${encodeURIComponent(name)}` : encodeURIComponent(id);
}

/** The id of a solution of the directory that such a value stands for. */
export function solutionId(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Values that are joined by commas. */
export function valuesIn(joined: string): string[] {
  return joined.split(',').filter((value) => value !== '');
}

/** One more among values that are joined by commas. */
export function withValue(joined: string, value: string): string {
  return [...new Set([...valuesIn(joined), value])].join(',');
}

/** Each value once. */
export function distinct(choices: readonly Choice[]): Choice[] {
  return [...new Map(choices.map((choice) => [choice.value, choice])).values()];
}

/** The entries of a data set as lines to choose from, with what tells them apart. */
export function choiceOf<K extends DirectoryKind>(kind: K, entry: Entries[K], reader: Reader): Choice {
  switch (kind) {
    case 'customers': {
      const customer = entry as Entries['customers'];
      return { title: `${customer.name} · ${customerLine(customer, reader)}`, value: customer.id };
    }
    case 'partners': {
      const partner = entry as Entries['partners'];
      return { title: `${partner.name} · ${partnerLine(partner, reader)}`, value: partner.id };
    }
    default: {
      const solution = entry as Entries['solutions'];
      return { title: `${solution.name} · ${solutionLine(solution, reader)}`, value: solutionValue(solution) };
    }
  }
}
