import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turnOfEvents } from 'node:timers/promises';
import { parseConfig } from '../../src/config.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { Directory } from '../../src/directory/port.ts';
import { type Replacements, type Running, start } from '../../src/main.ts';
import { createApiKeys } from '../../src/organisations/api-keys.ts';
import {
  type ApiKey,
  type Person,
  type Role,
  Settings,
  type Subscription,
} from '../../src/organisations/organisation.ts';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import { createPeople } from '../../src/organisations/people.ts';
import { createSubscriptions } from '../../src/organisations/subscriptions.ts';
import { openDirectory } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { opportunity } from '../fixtures/opportunity.ts';
import { type MovableClock, movableClock } from './clock.ts';
import { type Conversation, startTeams, type Teams, type TeamsOptions, type User } from './teams.ts';
import { type TroubledStore, troubled } from './troubled-store.ts';

/** The morning on which the stories of the tests begin, UTC: 10:00 in Berlin. */
export const morning = Date.parse('2026-11-02T09:00:00.000Z');
export const day = 86_400_000;
export const minute = 60_000;

/** In memory where the system has such a folder: a story waits for the disk hundreds of times otherwise. */
const quickFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface HouseOptions {
  /** Opens another handle on the store for each instance; absent: SQLite on a file of its own. */
  openStore?: () => Promise<Store>;
  replacements?: Replacements;
  teams?: TeamsOptions;
  settings?: Partial<Settings>;
  environment?: Record<string, string>;
  /** Absent: one of its own, which begins at `morning`. */
  clock?: MovableClock;
}

interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the body
  body: any;
}

/** A bot whose store can be troubled. */
export type Instance = Omit<Running, 'store'> & { store: TroubledStore };

/** The whole product on real HTTP: the real server and adapter, a real store, a fake Teams, and a clock that stands still. */
export interface House {
  teams: Teams;
  clock: MovableClock;
  bot: Instance;
  /** What the organisations look up. */
  directory: Directory;
  /** What the bot logged, a line an entry. */
  log: string[];
  /** Gives a person of the fake Teams a role in Nordwind. */
  grant(user: User, ...roles: Role[]): Promise<void>;
  /** Another instance of the bot on the same store. */
  another(): Promise<Instance>;
  /** An instance ends in order: it no longer takes part in `settle`. */
  end(instance: Instance): Promise<void>;
  /** A key to feed Nordwind by, or another organisation. */
  key(sender?: ApiKey['sender'], orgId?: string): Promise<string>;
  /** Posts an opportunity and returns the answer. */
  send(opportunity: object, key?: string): Promise<Answered>;
  /** Carries out what is due, on every instance that reaches its store. */
  settle(): Promise<void>;
  /** Moves the clock, then carries out what is due. */
  move(milliseconds: number): Promise<void>;
  deal(id: string, orgId?: string): Promise<Deal>;
  subscription(where: Conversation, orgId?: string): Promise<Subscription | undefined>;
  person(user: User, orgId?: string): Promise<Person | undefined>;
  /** Another organisation on this service, of strangers of the fake Teams. */
  neighbour(stranger: User): Promise<void>;
  stop(): Promise<void>;
}

export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const clock = options.clock ?? movableClock(morning);
  const folder = await mkdtemp(join(quickFolder, 'cosell-'));
  const openStore = options.openStore ?? (async () => openSqliteStore({ file: join(folder, 'test.db') }));
  const teams = await startTeams({ now: clock.now, ...options.teams });
  const log: string[] = [];
  const parsed = parseConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DEVELOPMENT: 'true',
    DISPATCH_SECONDS: '300',
    ...options.environment,
  });
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  const { config } = parsed;
  const instances: Instance[] = [];
  let directory: Directory | undefined;

  async function another(): Promise<Instance> {
    const opened = await openStore();
    const store = troubled(opened);
    directory ??= await openDirectory(opened);
    const running = await start(config, {
      clock,
      store,
      directory: await openDirectory(opened),
      logTo: { write: (line: string) => void log.push(line) },
      // While somebody waits for a place under Teams' limits the time passes, once for all who wait.
      wait: async (milliseconds) => {
        const end = clock.now() + milliseconds;
        await turnOfEvents();
        if (clock.now() < end) clock.move(end - clock.now());
      },
      ...options.replacements,
    });
    const instance = { ...running, store };
    instances.push(instance);
    return instance;
  }

  const bot = await another();
  if (directory === undefined) throw new Error('unreachable: every instance has a directory');
  teams.connect(bot.url);
  const organisations = createOrganisations(bot.store, clock);
  const people = createPeople(bot.store, clock);
  const subscriptions = createSubscriptions(bot.store, clock);
  await organisations.create({
    id: 'nordwind',
    name: 'Nordwind Consulting GmbH',
    tenants: [teams.tenantId],
    partnerIds: ['1234567'],
    settings: Settings.parse({ timeZone: 'Europe/Vienna', ...options.settings }),
    admins: [],
  });
  let ownKey: string | undefined;

  async function key(sender?: ApiKey['sender'], orgId = 'nordwind'): Promise<string> {
    return (await createApiKeys(bot.store, clock).create(orgId, 'crm', sender)).text;
  }

  async function settle(): Promise<void> {
    let worked: number[];
    const alive = instances.filter(({ store }) => !store.out);
    do {
      // What is read in the background makes work for the next round.
      await Promise.all(alive.map(({ sync }) => sync?.idle()));
      worked = await Promise.all(alive.map(({ dispatcher }) => dispatcher.round()));
    } while (worked.some((deals) => deals > 0));
  }

  return {
    teams,
    clock,
    bot,
    directory,
    log,
    another,
    key,
    settle,
    async end(instance) {
      instances.splice(instances.indexOf(instance), 1);
      await instance.stop();
    },
    async grant(user, ...roles) {
      await people.grant('nordwind', user.entraId, roles, 'test');
    },
    async send(opportunity, by) {
      ownKey ??= await key();
      const response = await fetch(`${bot.url}/api/opportunities`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${by ?? ownKey}` },
        body: JSON.stringify(opportunity),
      });
      return { status: response.status, body: await response.json() };
    },
    async move(milliseconds) {
      clock.move(milliseconds);
      await settle();
    },
    async deal(id, orgId = 'nordwind') {
      const deal = await bot.desk.deal(orgId, id);
      if (deal === undefined) throw new Error(`there is no deal ${id}`);
      return deal;
    },
    subscription: (where, orgId = 'nordwind') => subscriptions.get(orgId, where.id),
    person: (user, orgId = 'nordwind') => createPeople(bot.store, clock).get(orgId, user.entraId),
    async neighbour(stranger) {
      await organisations.create({
        id: 'fabrikam',
        name: 'Fabrikam Cloud Ltd',
        tenants: [stranger.tenantId],
        settings: Settings.parse({}),
        admins: [stranger.entraId],
      });
    },
    async stop() {
      await Promise.all(instances.map((instance) => instance.stop()));
      await teams.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An opportunity as the project's own schema has it: what a sender posts. */
export function opportunityBody(changes: object = {}): Record<string, unknown> {
  const { receivedAt: _, ...body } = opportunity();
  return { externalId: 'opp-1', ...body, ...changes };
}
