import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { LRUCache } from 'lru-cache';
import { type DestinationStream, type Logger, pino } from 'pino';
import { type Credentials, createAdapter, processActivity } from '../bot/adapter.ts';
import { createApp } from '../bot/app.ts';
import { createConnector } from '../bot/connector.ts';
import { createLimits } from '../bot/limits.ts';
import { createMessenger } from '../bot/messenger.ts';
import { createOutsiders } from '../bot/outsiders.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Config, parseConfig } from './config.ts';
import type { Address } from './deals/address.ts';
import { createDesk, type Desk } from './deals/desk.ts';
import { createViews } from './deals/views.ts';
import type { Directory } from './directory/port.ts';
import { createRecent } from './directory/recent.ts';
import { createDrafts } from './drafts/draft.ts';
import { registerIntake } from './intake/api.ts';
import { createCallbackClient } from './notices/callback.ts';
import { createCarrier } from './notices/carrier.ts';
import { createDispatcher, type Dispatcher } from './notices/dispatcher.ts';
import { createPersonalChats } from './notices/personal-chat.ts';
import type { World } from './notices/world.ts';
import { createApiKeys } from './organisations/api-keys.ts';
import type { Person } from './organisations/organisation.ts';
import { createOrganisations, type Organisations } from './organisations/organisations.ts';
import { createPeople } from './organisations/people.ts';
import { createSubscriptions, wants } from './organisations/subscriptions.ts';
import { createConnections } from './partner-center/connection.ts';
import { createReferralLinks } from './partner-center/links.ts';
import { sealingKey } from './partner-center/sealed.ts';
import { createSignIn } from './partner-center/sign-in.ts';
import { createSync, type Sync, type SyncParts, systemWait } from './partner-center/sync.ts';
import { createWebhookVerifier } from './partner-center/webhook.ts';
import { registerWebhook } from './partner-center/webhook-route.ts';
import { outsideRequests, requestOfLine } from './request.ts';
import { isAdmin } from './rules/permissions.ts';
import { close, createHttpServer, listen } from './server.ts';
import { openDirectory, openStore } from './store/open.ts';
import type { Store, StoredDocument } from './store/port.ts';

/** What a test or the demo may put in place of the real thing. */
export interface Replacements {
  clock?: Clock;
  store?: Store;
  /** Belongs to a store that is replaced. */
  directory?: Directory;
  logTo?: DestinationStream;
  /** Where Partner Center and Entra are, when the real ones cannot be asked. */
  partnerCenter?: {
    fetch: typeof globalThis.fetch;
    authority: string;
    /** Of the certificates that sign its events, PEM. */
    trustedRoots: readonly string[];
    /** Waits some milliseconds before a call is repeated. */
    wait?: (milliseconds: number) => Promise<void>;
  };
  /** Outbound tokens and where inbound ones are checked, when no Entra can be asked. */
  credentials?: Credentials;
  openIdMetadataUrl?: string;
  /** Milliseconds until a request to Teams that does not answer is given up. */
  connectorTimeout?: number;
  /** Waits some milliseconds for a place under Teams' limits. */
  wait?: (milliseconds: number) => Promise<void>;
}

export interface Running {
  /** Where it listens, without a slash at the end. */
  url: string;
  store: Store;
  desk: Desk;
  dispatcher: Dispatcher;
  /** Undefined: Partner Center is not used. */
  sync: Sync | undefined;
  organisations: Organisations;
  log: Logger;
  /** Finishes what is in flight, then closes everything. */
  stop(): Promise<void>;
}

/** Puts the parts together and listens. @throws when the store cannot be opened or the port is taken; nothing keeps running then. */
export async function start(config: Config, replacements: Replacements = {}): Promise<Running> {
  const { clock = systemClock } = replacements;
  const log = createLog(config.logLevel, replacements.logTo);
  const store = replacements.store ?? (await openStore(config.store));
  store.onLeftOut = leftOutLog(log);

  const organisations = createOrganisations(store, clock);
  const people = createPeople(store, clock, log);
  const subscriptions = createSubscriptions(store, clock);
  const apiKeys = createApiKeys(store, clock);
  const drafts = createDrafts(store, clock);
  const directory = replacements.directory ?? (await openDirectory(store));
  const recent = createRecent(store);
  const views = createViews(store, clock);
  const organisationOf = async (orgId: string) => {
    const organisation = await organisations.get(orgId);
    if (organisation === undefined) throw new Error(`organisation ${orgId} is gone`);
    return organisation;
  };
  const desk = createDesk({ store, clock, organisationOf, onDue: () => outsideRequests(() => dispatcher.wake()) });

  const adapter = createAdapter({
    appType: config.bot.type,
    appId: config.bot.appId,
    appPassword: config.bot.password,
    appTenantId: config.bot.tenantId,
    allowUnauthenticated: config.development,
    openIdMetadataUrl: replacements.openIdMetadataUrl,
    credentials: replacements.credentials,
    timeout: replacements.connectorTimeout,
    log,
  });
  const connector = createConnector({
    adapter,
    appId: config.bot.appId,
    clock,
    limits: createLimits(clock),
    allowedServiceHosts: config.development ? ['localhost', '127.0.0.1'] : [],
    log,
    ...(replacements.wait === undefined ? {} : { wait: replacements.wait }),
  });
  const outsiders = createOutsiders(connector);
  const app = createApp({
    desk,
    drafts,
    directory,
    recent,
    views,
    organisations,
    people,
    subscriptions,
    connector,
    outsiders,
    clock,
    log,
  });

  const messenger = createMessenger(connector, { clock });
  const personalChats = createPersonalChats({
    messenger,
    people,
    async near(orgId, tenantId) {
      const isThere = (address: Address | undefined) => address?.tenantId.toLowerCase() === tenantId.toLowerCase();
      const subscribed = (await subscriptions.active(orgId)).map(({ address }) => address).find(isThere);
      return subscribed ?? (await people.all(orgId)).map(({ personalChat }) => personalChat).find(isThere);
    },
    member: connector.member,
    clock,
    log,
  });
  const links = createReferralLinks(store, desk);
  const center = config.partnerCenter;
  const sync =
    center === undefined
      ? undefined
      : createPartnerCenterSync(
          center,
          { store, desk, links, organisations, people, messenger, personalChats, clock, log },
          replacements,
        );

  const world: World = {
    subscriptionsOf: (orgId) => subscriptions.active(orgId),
    async subscribersOf(deal) {
      return (await subscriptions.active(deal.orgId)).filter(({ filters }) => wants(filters, deal));
    },
    async answerersOf({ orgId }) {
      const { usersMayAnswer } = (await organisationOf(orgId)).settings;
      return (await people.all(orgId)).filter(
        (person) => !person.guest && (isAdmin(person) || (usersMayAnswer && person.roles.includes('referralsUser'))),
      );
    },
    async teamOf({ orgId, team }) {
      const members = await Promise.all(team.map(({ personId }) => personId && people.byId(orgId, personId)));
      return members.filter((person): person is Person => typeof person === 'object');
    },
    async concerned(deal, party) {
      const team = await world.teamOf(deal);
      const whose = party === 'partnerCenter' ? deal.partnerCenter?.overruled?.personId : undefined;
      if (whose === undefined || team.some(({ id }) => id === whose)) return team;
      const person = await people.byId(deal.orgId, whose);
      return person === undefined ? team : [...team, person];
    },
  };
  const carrier = createCarrier({
    messenger,
    callbacks: createCallbackClient({ allowHttp: config.development, clock }),
    partnerCenter: sync,
    organisation: (orgId) => organisations.get(orgId),
    subscription: (orgId, id) => subscriptions.byId(orgId, id),
    endSubscription: async (orgId, conversationId, reason) => {
      const ended = await subscriptions.end(orgId, conversationId, reason);
      if (ended !== undefined) log.warn({ orgId, reason }, 'subscription ended');
    },
    trustSubscription: async (orgId, conversationId, doubtedAt) => {
      await subscriptions.trust(orgId, conversationId, doubtedAt);
    },
    hasOutsiders: (address, organisation) => outsiders.in(address, organisation),
    person: (orgId, id) => people.byId(orgId, id),
    personalChats,
    apiKey: (orgId, keyId) => apiKeys.get(orgId, keyId),
    desk,
    clock,
    log,
  });
  const dispatcher = createDispatcher({
    store,
    clock,
    world,
    carrier,
    drafts,
    connections: sync,
    log,
    owner: randomUUID(),
  });

  const server = createHttpServer({
    log,
    onActivity: (request, response) => processActivity(adapter, request, response, app),
    isReady: async () => dispatcher.isHealthy() && (await answers(store)),
    mount(target) {
      registerIntake(target, { apiKeys, desk, links, clock, log, perSecond: config.intakePerSecond });
      if (sync === undefined) return;
      const { fetch, trustedRoots } = replacements.partnerCenter ?? {};
      const verifier = createWebhookVerifier({ clock, log, fetch, trustedRoots });
      registerWebhook(target, { verifier, onEvent: sync.onEvent, log });
    },
  });

  let url: string;
  try {
    url = await listen(server, config.port, config.host);
  } catch (error) {
    await store.close();
    throw error;
  }
  dispatcher.start(config.dispatchInterval);
  log.info({ url, store: config.store.kind }, 'ready');
  return {
    url,
    store,
    desk,
    dispatcher,
    sync,
    organisations,
    log,
    async stop() {
      await close(server);
      await dispatcher.stop();
      await sync?.stop();
      await store.close();
    },
  };
}

/** Everything that keeps deals and referrals in step. */
function createPartnerCenterSync(
  { clientId, key, pollInterval }: NonNullable<Config['partnerCenter']>,
  parts: Pick<SyncParts, 'store' | 'desk' | 'links' | 'people' | 'messenger' | 'personalChats' | 'clock' | 'log'> & {
    organisations: Organisations;
  },
  { partnerCenter = undefined }: Replacements,
): Sync {
  const { store, organisations, clock, log } = parts;
  const connections = createConnections(store, clock);
  const seal = sealingKey(key);
  if (seal === undefined) throw new Error('PARTNER_CENTER_KEY is not good');
  const signIn = createSignIn({
    connections,
    key: seal,
    clientId,
    authority: partnerCenter?.authority,
    fetch: partnerCenter?.fetch,
    clock,
    log,
  });
  return createSync({
    ...parts,
    connections,
    signIn,
    organisation: (orgId) => organisations.get(orgId),
    organisations: () => organisations.list(),
    pollInterval,
    fetch: partnerCenter?.fetch,
    wait: partnerCenter?.wait ?? systemWait,
  });
}

/** Says once of each document that lists leave it out: they are read every few seconds. */
function leftOutLog(log: Logger): (document: StoredDocument) => void {
  const known = new LRUCache<string, true>({ max: 10_000 });
  return ({ orgId, kind, id, schemaVersion }) => {
    if (known.has(`${orgId}/${id}`)) return;
    known.set(`${orgId}/${id}`, true);
    log.warn({ orgId, kind, id, schemaVersion }, 'document of a later version left out');
  };
}

async function answers(store: Store): Promise<boolean> {
  return store.ping().then(
    () => true,
    () => false,
  );
}

function createLog(level: Config['logLevel'], to?: DestinationStream): Logger {
  const options = {
    level,
    base: {},
    mixin: requestOfLine,
    // Names, notes, contacts and tokens never go into a log: errors are cut to what says where they come from.
    serializers: { err: errorForLog },
  };
  // Lines are written out together, at the latest after a tenth of a second and when the program ends.
  return pino(options, to ?? pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 100 }));
}

function errorForLog(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  return {
    type: error.name,
    message: error.name === 'ZodError' ? 'not of the expected form' : error.message,
    stack: error.stack,
  };
}

/** Runs as the program: reads the environment, says what is wrong with it, and ends in order when it is told to. */
async function run(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile();
  const parsed = parseConfig(process.env);
  if (!parsed.ok) {
    for (const problem of parsed.problems) console.error(problem);
    process.exitCode = 1;
    return;
  }
  const running = await start(parsed.config).catch((error: NodeJS.ErrnoException) => {
    console.error(
      error.code === 'EADDRINUSE'
        ? `PORT: ${parsed.config.port} is taken by another program`
        : `cannot start: ${error.message}`,
    );
    process.exitCode = 1;
  });
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Not once: npm hands Ctrl-C on, and what comes a second time would end the program in the middle of its orderly end.
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      running?.stop().then(
        () => process.exit(0),
        (error) => {
          running.log.error({ err: error }, 'could not end in order');
          process.exit(1);
        },
      );
    });
  }
}

if (process.argv[1] === import.meta.filename) await run();
