import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock } from '../src/clock.ts';
import { type Config, parseConfig } from '../src/config.ts';
import { directoryKinds } from '../src/directory/entry.ts';
import { importFile } from '../src/directory/import.ts';
import { type Running, start } from '../src/main.ts';
import { createApiKeys } from '../src/organisations/api-keys.ts';
import { Settings } from '../src/organisations/organisation.ts';
import { createOrganisations } from '../src/organisations/organisations.ts';
import { createPeople } from '../src/organisations/people.ts';
import { createSubscriptions } from '../src/organisations/subscriptions.ts';
import { referralsApi } from '../src/partner-center/client.ts';
import { createConnections } from '../src/partner-center/connection.ts';
import { sealingKey } from '../src/partner-center/sealed.ts';
import { createSignIn } from '../src/partner-center/sign-in.ts';
import { addressFor } from '../src/partner-center/webhook-address.ts';
import { wantedEvents } from '../src/partner-center/webhook-registration.ts';
import { openDirectory } from '../src/store/open.ts';
import { type FakePartnerCenter, startFakePartnerCenter } from '../test/fakes/partner-center/server.ts';
import { anotherOpportunity, referralContent, sampleOpportunities } from './demo/opportunities.ts';
import { ada, hasPlayground, isFree, startPlayground, tenantId } from './demo/playground.ts';

const botPort = 3978;
const partnerTenantId = '7c2a9f10-2222-4222-8222-000000000002';
const playgroundPort = 56150;
const portalPort = 56180;
const folder = './data';
const database = `${folder}/demo.db`;

/** What was started, to be ended in the other order. */
const started: { stop(): Promise<void> }[] = [];
let ending: Promise<never> | undefined;

// Not once: npm hands on the Ctrl-C that the terminal sent already, and a second signal must not leave the Playground behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));

try {
  await demo();
} catch (error) {
  // What breaks because it is being ended is no failure.
  if (ending === undefined) await end(1, lineOf(error));
}

async function demo(): Promise<void> {
  if (!hasPlayground())
    throw new Error('The Agents Playground is not there: run "npm ci" with its development packages.');
  for (const port of [botPort, playgroundPort, portalPort]) {
    if (!(await isFree(port))) {
      throw new Error(`Port ${port} is taken by another program: end it, then start the demo again.`);
    }
  }
  // Every start shows the same: what an earlier demo left would stand in conversations that the Playground has forgotten.
  for (const part of ['', '-wal', '-shm']) rmSync(database + part, { force: true });
  mkdirSync(folder, { recursive: true });
  const center = await startFakePartnerCenter({ port: portalPort, sweepMilliseconds: 1000 });
  started.push(center);
  const config = configFor(center);
  const running = await startBot(config, center);
  started.push(running);
  const client = startPlayground({ port: playgroundPort, botUrl: running.url, folder });
  started.push(client);
  const house = await setUp(running);
  await connect(running, config, center);
  await client.ready;
  console.log(`
  Co-sell bot demo. You are Ada Keller, Referrals admin of Nordwind Consulting.

  Open  ${client.url}

  Four opportunities arrive in your chat within seconds. Try this:
    1. Press Accept on "Alpenmilch AG", empty the deal name and press Accept; then fill it in and press again.
    2. Decline "Contoso Retail", and watch "Tailspin Toys" expire two minutes after it came.
    3. Open the channel "Referrals" and start a post: type "@Co", choose "Co-sell", then "subscribe".
       An opportunity arrives there too.

  "Wide World Importers" came from Partner Center, for which a page stands in here:  ${center.url}
  Accept it in Teams and see it there; send another one there, or let one expire there, and see it in Teams.

  The page forgets its messages when it is loaded again: "inbound" lists what is still open.
  Ctrl-C ends everything. The log is in ${folder}/demo.log
`);
  await Promise.race([
    feed(running, house, center),
    client.ended.then(async (how) => {
      // Ctrl-C reaches the Playground too, and it may be the faster one.
      await pause(200);
      throw new Error(how);
    }),
  ]);
}

function configFor({ clientId }: FakePartnerCenter): Config {
  const parsed = parseConfig({
    PORT: String(botPort),
    HOST: '127.0.0.1',
    DEVELOPMENT: 'true',
    SQLITE_FILE: database,
    DISPATCH_SECONDS: '1',
    PARTNER_CENTER_CLIENT_ID: clientId,
    PARTNER_CENTER_KEY: randomBytes(32).toString('base64'),
    PARTNER_CENTER_POLL_SECONDS: '5',
  });
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return parsed.config;
}

async function startBot(config: Config, { fetch, url, trustedRoots }: FakePartnerCenter): Promise<Running> {
  return start(config, {
    logTo: pino.destination({ dest: `${folder}/demo.log`, append: false }),
    partnerCenter: { fetch, authority: url, trustedRoots },
  });
}

/** What an admin does once with `npm run admin -- partner-center connect` and `webhook register`. */
async function connect({ store, log, url }: Running, config: Config, center: FakePartnerCenter): Promise<void> {
  const { clientId = '', key: text = '' } = config.partnerCenter ?? {};
  const key = sealingKey(text);
  if (key === undefined) throw new Error('The key for Partner Center is not good.');
  const signIn = createSignIn({
    connections: createConnections(store, systemClock),
    key,
    clientId,
    authority: center.url,
    fetch: center.fetch,
    clock: systemClock,
    log,
  });
  const { admin } = center.accounts;
  await signIn.connect('nordwind', referralsApi, ({ code }) => center.entra.approve(code, admin));
  const address = addressFor('nordwind', `${url}/api/partner-center/webhook`);
  center.webhooks.registration = {
    subscriberId: 'demo',
    url: address,
    events: [...wantedEvents],
    ownHeader: true,
    by: admin,
  };
}

/** An organisation, its admin, and a key to feed it by. */
async function setUp({ store }: Running) {
  await createOrganisations(store, systemClock).create({
    id: 'nordwind',
    name: 'Nordwind Consulting GmbH',
    tenants: [tenantId],
    partnerIds: ['1234567'],
    settings: Settings.parse({ timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
    admins: [ada],
  });
  // A partner on the same service: an invitation to it becomes an opportunity of its own.
  await createOrganisations(store, systemClock).create({
    id: 'fabrikam',
    name: 'Fabrikam Cloud Ltd',
    tenants: [partnerTenantId],
    partnerIds: [],
    settings: Settings.parse({}),
    admins: [],
  });
  const directory = await openDirectory(store);
  for (const kind of directoryKinds) {
    await importFile(directory, 'nordwind', kind, new URL(`./demo/directory/${kind}.csv`, import.meta.url).pathname);
  }
  const { text } = await createApiKeys(store, systemClock).create('nordwind', 'demo');
  return {
    people: createPeople(store, systemClock),
    subscriptions: createSubscriptions(store, systemClock),
    key: text,
  };
}

type Setup = Awaited<ReturnType<typeof setUp>>;

/** Subscribes whoever opens the client, and sends them the samples; a channel that is subscribed later gets one of its own. */
async function feed(
  { url }: Running,
  { people, subscriptions, key }: Setup,
  center: FakePartnerCenter,
): Promise<never> {
  const run = randomBytes(3).toString('hex');
  const fed = new Set<string>();
  for (;;) {
    await pause(250);
    const person = (await people.all('nordwind')).find(({ entraId }) => entraId === ada);
    if (person?.personalChat === undefined) continue;
    if (fed.size === 0) {
      await subscriptions.start({
        orgId: 'nordwind',
        address: person.personalChat,
        filters: {},
        language: person.locale?.startsWith('de') ? 'de' : 'en',
        timeZone: person.timeZone ?? 'UTC',
        by: { personId: person.id, name: person.name },
      });
      fed.add(person.personalChat.conversationId);
      for (const opportunity of sampleOpportunities(systemClock, run)) await post(url, key, opportunity);
      center.invite(referralContent());
    }
    for (const { id, address } of await subscriptions.active('nordwind')) {
      if (fed.has(address.conversationId)) continue;
      fed.add(address.conversationId);
      await post(url, key, anotherOpportunity(systemClock, `${run}-${id}`));
    }
  }
}

async function post(url: string, key: string, opportunity: object): Promise<void> {
  const response = await fetch(`${url}/api/opportunities`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify(opportunity),
  });
  if (!response.ok) console.error(`A sample was not taken: ${response.status} ${await response.text()}`);
}

/** Ends what was started, whatever comes in between, and then the program. */
function end(code: number, line?: string): Promise<never> {
  ending ??= (async () => {
    if (line !== undefined) console.error(line);
    for (const { stop } of started.reverse()) {
      await stop().catch((error) => console.error(lineOf(error)));
    }
    process.exit(code);
  })();
  return ending;
}

function lineOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
}
