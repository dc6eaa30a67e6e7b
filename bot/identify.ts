import { dayMilliseconds, instant, isTimeZone } from '../src/clock.ts';
import type { Address } from '../src/deals/address.ts';
import type { Reader } from '../src/notices/messenger.ts';
import { readerOf } from '../src/notices/reader.ts';
import { type Organisation, type Person, personId } from '../src/organisations/organisation.ts';
import type { PersonActor } from '../src/rules/actor.ts';
import { isForeign } from '../src/rules/permissions.ts';
import { type Refusal, refusal } from '../src/rules/refusal.ts';
import { type Activity, tenantOf } from './activity.ts';
import type { House } from './turn.ts';

/** How long what the roster said of a person is believed. */
const rosterMilliseconds = dayMilliseconds;

type Identified =
  | { kind: 'known'; organisation: Organisation; person: Person; actor: PersonActor; reader: Reader }
  /** V3: a person who must neither see nor do anything. */
  | { kind: 'refused'; refusal: Refusal; reader: Reader }
  /** A tenant that belongs to no organisation on this service. */
  | { kind: 'unknownTenant'; reader: Reader };

/**
 * Who sent this activity: the organisation of the tenant, and the person as Teams' roster knows them. V3 holds at every entry: a
 * guest, or somebody of another tenant in a shared channel, is refused before anything else is looked at.
 * @throws {StoreUnavailable} @throws {MessengerError} when a person whom we do not know yet cannot be looked up
 */
export async function identify(house: House, activity: Activity, address: Address): Promise<Identified> {
  const { organisations, people, clock } = house;
  const timeZone =
    activity.localTimezone !== undefined && isTimeZone(activity.localTimezone) ? activity.localTimezone : undefined;
  const tenantId = tenantOf(activity);
  const organisation = tenantId === undefined ? undefined : await organisations.byTenant(tenantId);
  const stranger = (defaultLanguage: 'en' | 'de'): Reader =>
    readerOf({ locale: activity.locale, timeZone }, { defaultLanguage, timeZone: 'UTC' });
  if (organisation === undefined) return { kind: 'unknownTenant', reader: stranger('en') };

  const from = activity.from;
  const reader = stranger(organisation.settings.defaultLanguage);
  if (from?.aadObjectId === undefined) return { kind: 'refused', refusal: refusal('guest', 'V3'), reader };
  const known = await people.get(organisation.orgId, from.aadObjectId);
  const fresh = known?.rosterAt !== undefined && clock.now() - Date.parse(known.rosterAt) < rosterMilliseconds;
  const member = fresh ? undefined : await house.connector.member(address, from.id);
  if (!fresh && member === undefined) return { kind: 'refused', refusal: refusal('otherTenant', 'V3'), reader };
  if (isForeign(member?.tenantId, organisation)) {
    return { kind: 'refused', refusal: refusal('otherTenant', 'V3'), reader };
  }
  const person = await people.learn(organisation.orgId, {
    entraId: from.aadObjectId,
    tenantId: member?.tenantId ?? known?.tenantId ?? address.tenantId,
    name: member?.name || known?.name || from.name || '',
    teamsId: from.id,
    ...(member === undefined ? {} : { guest: member.guest, rosterAt: instant(clock.now()) }),
    ...(member?.email === undefined ? {} : { email: member.email }),
    ...(activity.locale === undefined ? {} : { locale: activity.locale }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(address.scope === 'personal' ? { personalChat: address } : {}),
  });
  if (person.guest) return { kind: 'refused', refusal: refusal('guest', 'V3'), reader };
  const actor: PersonActor = {
    kind: 'person',
    orgId: organisation.orgId,
    personId: personId(from.aadObjectId),
    name: person.name,
    email: person.email,
    phone: person.phone,
    roles: person.roles,
    guest: person.guest,
    timeZone: person.timeZone ?? organisation.settings.timeZone,
  };
  return {
    kind: 'known',
    organisation,
    person,
    actor,
    reader: readerOf(person, organisation.settings),
  };
}
