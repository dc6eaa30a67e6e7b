import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { Deal } from '../deals/deal.ts';
import { type ApiKeys, createApiKeys } from '../organisations/api-keys.ts';
import type { Organisation, Person } from '../organisations/organisation.ts';
import { createOrganisations, type Organisations } from '../organisations/organisations.ts';
import { createPeople, type People } from '../organisations/people.ts';
import { createSubscriptions, type Subscriptions } from '../organisations/subscriptions.ts';
import { type Connections, createConnections } from '../partner-center/connection.ts';
import { type Documents, documents } from '../store/documents.ts';
import type { Store } from '../store/port.ts';

export interface AdminParts {
  /** Opened for one command, and closed after it. */
  openStore(): Promise<Store>;
  clock: Clock;
  /** Takes one line of the answer. */
  out(line: string): void;
  /** Whether answers may be sent to http addresses of this machine. */
  allowHttp?: boolean;
  /** How Partner Center is reached. Absent: it is not used. */
  partnerCenter?: PartnerCenterParts;
}

export interface PartnerCenterParts {
  /** Undefined: Partner Center is not used. @throws {AdminError} it is not configured as it should be */
  config(): Config['partnerCenter'];
  /** Absent: Entra's public cloud. */
  authority?: string;
  fetch?: typeof globalThis.fetch;
  /** Resolves after some milliseconds. */
  wait(milliseconds: number): Promise<void>;
  log: Pick<Logger, 'debug' | 'info' | 'warn'>;
  /** Does what the person at the keyboard may cancel: the signal says so. */
  cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Wrong input: the message is one line that says what would be right. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
}

/** What the commands work with, on the open store. */
export interface Office {
  organisations: Organisations;
  people: People;
  subscriptions: Subscriptions;
  apiKeys: ApiKeys;
  connections: Connections;
  deals: Documents<Deal>;
  clock: Clock;
  out(line: string): void;
  /** The organisation that was named, or the only one that there is. @throws {AdminError} */
  organisation(id: string | undefined): Promise<Organisation>;
  /** By Entra object id, or by the e-mail address of somebody known. @throws {AdminError} */
  entraId(orgId: string, person: string): Promise<string>;
}

/** Opens the store, does the work and closes the store, whatever comes of it. */
export async function inOffice(
  parts: AdminParts,
  work: (office: Office, store: Store) => Promise<void>,
): Promise<void> {
  const store = await parts.openStore();
  try {
    await work(officeOn(store, parts), store);
  } finally {
    await store.close();
  }
}

function officeOn(store: Store, { clock, out }: AdminParts): Office {
  const organisations = createOrganisations(store, clock);
  const people = createPeople(store, clock);
  return {
    organisations,
    people,
    subscriptions: createSubscriptions(store, clock),
    apiKeys: createApiKeys(store, clock),
    connections: createConnections(store, clock),
    deals: documents(store, 'deal', Deal),
    clock,
    out,
    async organisation(id) {
      if (id !== undefined) {
        const found = await organisations.get(id);
        if (found === undefined) throw new AdminError(`There is no organisation ${id}: "organisation list" shows them`);
        return found;
      }
      const [only, ...others] = await organisations.list();
      if (only === undefined) throw new AdminError('There is no organisation yet: "organisation create" makes one');
      if (others.length === 0) return only;
      throw new AdminError(
        `Say which organisation by --organisation: ${[only, ...others].map(({ orgId }) => orgId).join(', ')}`,
      );
    },
    async entraId(orgId, person) {
      if (!person.includes('@')) {
        if (/^[0-9a-z][0-9a-z-]{0,63}$/i.test(person)) return person.toLowerCase();
        throw new AdminError(`${person} is neither an Entra object id nor an e-mail address`);
      }
      const found = await people.findByEmail(orgId, person);
      if (found !== undefined) return found.entraId;
      throw new AdminError(`Nobody with the address ${person} has used the bot yet: give the Entra object id instead`);
    },
  };
}

/** Rows under headings, each column as wide as its widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
  return [headings, ...rows].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** How a person is named in an answer, who may be known by a granted role only. */
export function called({ name, entraId }: Pick<Person, 'name' | 'entraId'>): string {
  return name === '' ? entraId : name;
}
