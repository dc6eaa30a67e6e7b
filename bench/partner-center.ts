import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dayMilliseconds, instant, systemClock } from '../src/clock.ts';
import { parseConfig } from '../src/config.ts';
import { type Running, start } from '../src/main.ts';
import { createSubscriptions } from '../src/organisations/subscriptions.ts';
import { referralsApi } from '../src/partner-center/client.ts';
import { type Connections, createConnections } from '../src/partner-center/connection.ts';
import { sealingKey } from '../src/partner-center/sealed.ts';
import { createSignIn } from '../src/partner-center/sign-in.ts';
import { addressFor } from '../src/partner-center/webhook-address.ts';
import { wantedEvents } from '../src/partner-center/webhook-registration.ts';
import { usualOpportunity } from '../test/fakes/partner-center/opportunity.ts';
import { microsoft } from '../test/fakes/partner-center/referral-store.ts';
import { type FakePartnerCenter, startFakePartnerCenter } from '../test/fakes/partner-center/server.ts';
import { startTeams, type Teams } from '../test/fakes/teams.ts';
import { foundNordwind, orgId } from './house.ts';
import { type Findings, median, number, percentile, usedMegabytes } from './measure.ts';

const few = 10_000;
const many = 50_000;
/** Of the many, how many still wait for an answer. */
const waiting = 1000;
/** Memory with all referrals imported is at most this many times what it was with the first ones. */
const atMost = 1.1;

/** Events that are sent one after the other, in milliseconds between two. */
const events = 40;
const betweenEvents = 500;
const wantedMilliseconds = 2000;

interface Stage {
  center: FakePartnerCenter;
  teams: Teams;
  running: Running;
  connections: Connections;
  connect(): Promise<void>;
  end(): Promise<void>;
}

/** The first import of an organisation, and how long an event takes to its card; Partner Center and Teams are fakes on this machine. */
export async function partnerCenter(folder: string): Promise<Findings> {
  const stage = await setUp(folder);
  const wrong: string[] = [];
  const { center, running } = stage;
  fill(center);

  const heap = new Map<number, number>();
  let measuring = 0;
  const begin = performance.now();
  await stage.connect();
  for (;;) {
    const connection = await stage.connections.get(orgId);
    const read = connection?.importing?.read ?? 0;
    if (read >= few && !heap.has(few)) {
      const before = performance.now();
      heap.set(few, usedMegabytes());
      measuring += performance.now() - before;
    }
    if (connection?.imported) break;
    await pause(20);
  }
  const rate = (many * 1000) / (performance.now() - begin - measuring);
  const [early, late] = [heap.get(few) ?? 0, usedMegabytes()];
  const { items } = await running.store.list({
    orgId,
    kind: 'deal',
    status: 'received',
    orderBy: 'respondBy',
    limit: 500,
  });
  if (items.length < 500) wrong.push(`partner center: only ${items.length} deals wait after the import`);

  const delays = await delaysOf(stage);
  if (delays.length < events)
    wrong.push(`partner center: ${events - delays.length} of ${events} events brought no card`);
  wrong.push(...center.violations);
  await stage.end();
  return {
    rows: [
      {
        what: `first import of ${number(many)} referrals`,
        measured: `${number(rate)} /s`,
        more: `heap ${number(early)} MB at ${number(few)}, ${number(late)} MB at the end`,
        target: { name: 'memory: the end against the beginning', value: late / early, atMost },
      },
      {
        what: `from event to card, ${number(waiting)} deals waiting`,
        measured: `p50 ${number(median(delays))} ms`,
        more: `${events} events, ${betweenEvents} ms apart`,
        target: { name: 'p95', value: percentile(delays, 0.95), atMost: wantedMilliseconds, unit: ' ms' },
      },
    ],
    wrong,
  };
}

async function setUp(folder: string): Promise<Stage> {
  const center = await startFakePartnerCenter({ sweepMilliseconds: 60_000 });
  const teams = await startTeams();
  const text = randomBytes(32).toString('base64');
  const parsed = parseConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DEVELOPMENT: 'true',
    LOG_LEVEL: 'silent',
    SQLITE_FILE: join(folder, 'partner-center.db'),
    DISPATCH_SECONDS: '1',
    PARTNER_CENTER_CLIENT_ID: center.clientId,
    PARTNER_CENTER_KEY: text,
    PARTNER_CENTER_POLL_SECONDS: '60',
  });
  const key = sealingKey(text);
  if (!parsed.ok || key === undefined) throw new Error('unreachable: the settings are good');
  const { fetch, url: authority, trustedRoots, clientId } = center;
  const running = await start(parsed.config, { partnerCenter: { fetch, authority, trustedRoots } });
  await foundNordwind(running.store);
  teams.connect(running.url);
  const channel = teams.channel('Referrals', [teams.user('Ada Keller')], { installed: true });
  await createSubscriptions(running.store, systemClock).start({
    orgId,
    address: teams.addressOf(channel),
    filters: {},
    language: 'en',
    timeZone: 'UTC',
    by: { personId: 'person-ada', name: 'Ada Keller' },
  });
  const connections = createConnections(running.store, systemClock);
  const signIn = createSignIn({ connections, key, clientId, authority, fetch, clock: systemClock, log: running.log });
  return {
    center,
    teams,
    running,
    connections,
    async connect() {
      const { admin } = center.accounts;
      await signIn.connect(orgId, referralsApi, ({ code }) => center.entra.approve(code, admin));
    },
    async end() {
      await running.stop();
      await teams.stop();
      await center.stop();
    },
  };
}

/** What an account has gathered in some years. */
function fill({ store, organisation }: FakePartnerCenter): void {
  const first = Date.now() - 700 * dayMilliseconds;
  for (let at = 0; at < many; at++) {
    const updatedDateTime = instant(first + at * 1000);
    const ends = ['Won', 'Lost', 'Declined', 'Expired'];
    const standing =
      at < waiting
        ? { status: 'New', substatus: 'Pending' }
        : at % 5 === 0
          ? { status: 'Active', substatus: 'Accepted', acceptedDateTime: updatedDateTime }
          : { status: 'Closed', substatus: ends[at % 4], closedDateTime: updatedDateTime };
    const id = (kind: number) => `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(at).padStart(12, '0')}`;
    store.put({
      ...usualOpportunity(at, microsoft, organisation),
      ...standing,
      id: id(1),
      engagementId: id(2),
      organizationId: organisation.id,
      organizationName: organisation.name,
      mpnId: organisation.mpnId,
      name: `Deal ${at}`,
      type: 'Shared',
      direction: 'Incoming',
      qualification: 'SalesQualified',
      createdDateTime: updatedDateTime,
      updatedDateTime,
      // Those that wait have some days left.
      expirationDateTime: instant(Date.now() + (2 + (at % 12)) * dayMilliseconds),
      eTag: `"${id(3)}"`,
      registrations: [],
      team: [],
      consent: {},
    });
  }
}

/** Milliseconds from each event on its way until its card stands in the channel. */
async function delaysOf({ center, teams, running }: Stage): Promise<number[]> {
  center.webhooks.registration = {
    subscriberId: 'bench',
    url: addressFor(orgId, `${running.url}/api/partner-center/webhook`),
    events: [...wantedEvents],
    ownHeader: true,
    by: center.accounts.admin,
  };
  const delays: number[] = [];
  await Promise.all(
    Array.from({ length: events }, async (_, at) => {
      await pause(at * betweenEvents);
      const name = `Bench customer ${at} `;
      const { customerProfile } = usualOpportunity(at, microsoft, center.organisation);
      const begin = performance.now();
      center.invite({ customerProfile: { ...customerProfile, name: `${name}AG` } });
      const isThere = await teams
        .until(() => teams.requests.some(({ body }) => JSON.stringify(body ?? '').includes(name)))
        .catch(() => false);
      if (isThere) delays.push(performance.now() - begin);
    }),
  );
  return delays;
}
