import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { type Clock, instant } from '../clock.ts';
import type { Address } from '../deals/address.ts';
import { isAdmin } from '../rules/permissions.ts';
import { documents } from '../store/documents.ts';
import { type Store, StoreConflict, type Versioned } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';
import { type Language, Organisation, Person, personId, type Role, roles as rolesInOrder } from './organisation.ts';

/** How long what was read of a person is believed, their roles too: a change by another instance is seen after that at the latest. */
const believedMilliseconds = 30_000;

/** What Teams tells of a person. What it does not tell stays as it was. */
export type PersonFacts = Pick<Person, 'entraId' | 'tenantId' | 'name'> &
  Partial<Pick<Person, 'email' | 'teamsId' | 'locale' | 'timeZone' | 'guest' | 'personalChat' | 'rosterAt'>>;

type Granted =
  | { ok: true; person: Person; changed: boolean }
  /** An organisation without an admin could not get one any more. */
  | { ok: false; reason: 'lastAdmin' };

/** The people of the organisations, as Teams and granted roles tell of them (V1). `entraId`: the Entra object id. */
export interface People {
  /** At most 30 s old. */
  get(orgId: string, entraId: string): Promise<Person | undefined>;
  /** By the document's id, `person-<Entra object id>`. At most 30 s old. */
  byId(orgId: string, personId: string): Promise<Person | undefined>;
  /**
   * Takes over what Teams tells. Writes only what is new; never touches roles. A name is cut to what a deal's team takes, and who has
   * none goes by their e-mail address, or else by their Entra object id.
   */
  learn(orgId: string, facts: PersonFacts): Promise<Person>;
  /**
   * V1: gives a person exactly these roles, known or not yet known. The organisation's last admin keeps theirs.
   * `by`: who did it, for the log: a person's id, or the name of a program.
   */
  grant(orgId: string, entraId: string, roles: readonly Role[], by: string): Promise<Granted>;
  /** These four resolve to undefined for somebody unknown. */
  setLanguage(orgId: string, entraId: string, language: Language): Promise<Person | undefined>;
  setPhone(orgId: string, entraId: string, phone: string | undefined): Promise<Person | undefined>;
  setPersonalChat(orgId: string, entraId: string, chat: Address): Promise<Person | undefined>;
  /** Forgets the chat, if there was one, and keeps why and when nothing could be sent there. `code`: Teams' own, or `removed`. */
  losePersonalChat(orgId: string, entraId: string, code: string): Promise<Person | undefined>;
  /** Everybody of the organisation, by id. Reads them all. */
  all(orgId: string): Promise<Person[]>;
  /** Whom a form can offer: the first hundred by id who have a name and are no guests. At most 30 s old. */
  colleagues(orgId: string): Promise<readonly Person[]>;
  /** Case ignored. Reads them all. */
  findByEmail(orgId: string, email: string): Promise<Person | undefined>;
  /** V1: MPN partner admins and Referrals admins who are no guests. Reads all people. */
  admins(orgId: string): Promise<Person[]>;
}

/** No form offers more. */
const mostColleagues = 100;

export function createPeople(store: Store, clock: Clock, log?: Logger): People {
  const people = documents(store, 'person', Person);
  const organisations = documents(store, 'organisation', Organisation);
  const known = new LRUCache<string, Versioned<Person>>({
    max: 50_000,
    ttl: believedMilliseconds,
    perf: clock,
    ttlResolution: 0,
  });

  const offered = new LRUCache<string, readonly Person[]>({
    max: 1000,
    ttl: believedMilliseconds,
    perf: clock,
    ttlResolution: 0,
  });

  const place = (orgId: string, id: string) => `${orgId}/${id}`;

  async function read(orgId: string, id: string): Promise<Versioned<Person> | undefined> {
    const cached = known.get(place(orgId, id));
    if (cached !== undefined) return cached;
    const stored = await people.get(orgId, id);
    if (stored !== undefined) known.set(place(orgId, id), stored);
    return stored;
  }

  /** Writes what `edit` makes of a person, unless that is nothing new. Undefined from it: leave everything as it is. */
  async function change(
    orgId: string,
    entraId: string,
    edit: (before: Person | undefined) => Person | undefined,
  ): Promise<{ person: Person | undefined; changed: boolean }> {
    const id = personId(entraId);
    return inRounds(async () => {
      const stored = await read(orgId, id);
      const after = edit(stored?.document);
      if (
        after === undefined ||
        after === stored?.document ||
        (stored !== undefined && isSame(stored.document, after))
      ) {
        return { person: stored?.document, changed: false };
      }
      try {
        const saved = stored === undefined ? await people.create(after) : await people.replace(after, stored.version);
        known.set(place(orgId, id), saved);
        offered.delete(orgId);
        return { person: saved.document, changed: true };
      } catch (error) {
        // What was remembered is outdated: the next round reads.
        if (error instanceof StoreConflict) known.delete(place(orgId, id));
        throw error;
      }
    });
  }

  async function edited(orgId: string, entraId: string, fields: Partial<Person>): Promise<Person | undefined> {
    const { person } = await change(orgId, entraId, (before) => before && { ...before, ...fields });
    return person;
  }

  async function all(orgId: string): Promise<Person[]> {
    const found: Person[] = [];
    for await (const { document } of people.all(orgId)) found.push(document);
    return found;
  }

  async function colleagues(orgId: string): Promise<readonly Person[]> {
    const remembered = offered.get(orgId);
    if (remembered !== undefined) return remembered;
    const found: Person[] = [];
    for await (const { document } of people.all(orgId)) {
      if (!document.guest && document.name !== '') found.push(document);
      if (found.length === mostColleagues) break;
    }
    offered.set(orgId, found);
    return found;
  }

  async function admins(orgId: string): Promise<Person[]> {
    return (await all(orgId)).filter((person) => !person.guest && isAdmin(person));
  }

  /** The tenant of somebody whom only a granted role tells of: nearly always the organisation's only one. */
  async function likelyTenant(orgId: string): Promise<string> {
    return (await organisations.get(orgId, 'organisation'))?.document.tenants[0] ?? '';
  }

  async function setRoles(orgId: string, entraId: string, roles: readonly Role[], tenantId: string) {
    return change(orgId, entraId, (before) => ({
      ...(before ?? nobody(orgId, entraId, tenantId)),
      roles: rolesInOrder.filter((role) => roles.includes(role)),
    }));
  }

  return {
    all,
    colleagues,
    admins,
    async get(orgId, entraId) {
      return (await read(orgId, personId(entraId)))?.document;
    },
    async byId(orgId, id) {
      return (await read(orgId, id))?.document;
    },
    async learn(orgId, facts) {
      const { email = '' } = facts;
      const fitting = { ...facts, name: fittingName(facts.name), email: email.length > mostEmail ? undefined : email };
      const told: Partial<Person> = Object.fromEntries(
        Object.entries({ ...fitting, entraId: facts.entraId.toLowerCase() }).filter(
          ([, value]) => value !== undefined && value !== '',
        ),
      );
      const { person } = await change(orgId, facts.entraId, (before) => {
        if (before !== undefined && before.name !== '' && knows(before, told)) return before;
        const after = { ...(before ?? nobody(orgId, facts.entraId, facts.tenantId)), ...told };
        return after.name === '' ? { ...after, name: fittingName(after.email ?? after.entraId) } : after;
      });
      if (person === undefined) throw new Error('unreachable: learning always makes a person');
      return person;
    },
    async grant(orgId, entraId, roles, by) {
      const before = await people.get(orgId, personId(entraId));
      const wasAdmin = before !== undefined && !before.document.guest && isAdmin(before.document);
      const staysAdmin = isAdmin({ roles });
      if (wasAdmin && !staysAdmin) {
        const others = (await admins(orgId)).filter(({ id }) => id !== personId(entraId));
        if (others.length === 0) return { ok: false, reason: 'lastAdmin' };
      }
      const tenantId = before === undefined ? await likelyTenant(orgId) : before.document.tenantId;
      const { person, changed } = await setRoles(orgId, entraId, roles, tenantId);
      if (person === undefined) throw new Error('unreachable: granting always makes a person');
      // Two admins may have taken each other's role at the same moment: both are documents of their own.
      if (wasAdmin && !staysAdmin && (await admins(orgId)).length === 0) {
        await setRoles(orgId, entraId, before.document.roles, tenantId);
        return { ok: false, reason: 'lastAdmin' };
      }
      if (changed) log?.info({ orgId, personId: person.id, roles: person.roles, by }, 'roles changed');
      return { ok: true, person, changed };
    },
    setLanguage: (orgId, entraId, language) => edited(orgId, entraId, { language }),
    setPhone: (orgId, entraId, phone) => edited(orgId, entraId, { phone }),
    setPersonalChat: (orgId, entraId, personalChat) => edited(orgId, entraId, { personalChat }),
    losePersonalChat: (orgId, entraId, code) =>
      edited(orgId, entraId, { personalChat: undefined, chatRefused: { code, at: instant(clock.now()) } }),
    async findByEmail(orgId, email) {
      const wanted = email.trim().toLowerCase();
      return (await all(orgId)).find((person) => person.email?.toLowerCase() === wanted);
    },
  };
}

/** Teams sets no such limit; a deal that holds a longer name could not be read again. */
const mostName = 200;
const mostEmail = 254;

function fittingName(name: string): string {
  // A surrogate pair is not cut in half.
  return name
    .trim()
    .slice(0, mostName)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
}

/** Nearly always so: every message and every press tells of its sender. */
function knows(person: Person, told: Partial<Person>): boolean {
  return Object.entries(told).every(([field, value]) => isDeepStrictEqual(person[field as keyof Person], value));
}

function nobody(orgId: string, entraId: string, tenantId: string): Person {
  return {
    id: personId(entraId),
    orgId,
    kind: 'person',
    schemaVersion: 1,
    changeId: '',
    entraId: entraId.toLowerCase(),
    tenantId,
    name: '',
    roles: [],
    guest: false,
  };
}

/** The change id is the write's own, and a field that is undefined is a field that is absent. */
function isSame(a: Person, b: Person): boolean {
  const content = ({ changeId: _, ...person }: Person) =>
    Object.fromEntries(Object.entries(person).filter(([, value]) => value !== undefined));
  return isDeepStrictEqual(content(a), content(b));
}
