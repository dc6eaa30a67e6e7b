import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { parseConfig } from '../src/config.ts';
import { start } from '../src/main.ts';
import { createApiKeys } from '../src/organisations/api-keys.ts';
import { createOrganisations } from '../src/organisations/organisations.ts';
import { createSubscriptions } from '../src/organisations/subscriptions.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { movableClock } from './fakes/clock.ts';
import { day, minute, opportunityBody } from './fakes/house.ts';
import { type Program, startProgram } from './fakes/program.ts';
import { startTeams } from './fakes/teams.ts';

// A process of its own takes its time to start where others work, too.
jest.setTimeout(30_000);

let folder: string;
let file: string;
const programs: Program[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosell-'));
  file = join(folder, 'cosell.db');
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.discard();
  rmSync(folder, { recursive: true, force: true });
});

function started(environment: Record<string, string> = {}): Program {
  const onThisMachine = { DEVELOPMENT: 'true', HOST: '127.0.0.1', PORT: '0', SQLITE_FILE: file };
  const program = startProgram({ ...onThisMachine, ...environment });
  programs.push(program);
  return program;
}

/** An organisation in the store of a program that does not run yet, and a key to feed it by. */
async function organised(teams?: Awaited<ReturnType<typeof startTeams>>) {
  const store = openSqliteStore({ file });
  const clock = movableClock(Date.now());
  await createOrganisations(store, clock).create({
    id: 'nordwind',
    name: 'Nordwind',
    tenants: [teams?.tenantId ?? 't'],
  });
  const { text: key } = await createApiKeys(store, clock).create('nordwind', 'crm');
  const channel = teams?.channel('Referrals', [teams.user('Ada Keller')], { installed: true });
  if (teams !== undefined && channel !== undefined) {
    await createSubscriptions(store, clock).start({
      orgId: 'nordwind',
      address: teams.addressOf(channel),
      filters: {},
      language: 'en',
      timeZone: 'UTC',
      by: { personId: 'person-ada', name: 'Ada Keller' },
    });
  }
  await store.close();
  return { key, channel };
}

const inAYear = () => new Date(Date.now() + 365 * day).toISOString().slice(0, 10);

function send(url: string, key: string, body: object): Promise<number> {
  return fetch(`${url}/api/opportunities`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  }).then(({ status }) => status);
}

describe('the program', () => {
  test('starts, is alive and ready, and on SIGTERM finishes the request that is in flight before it ends with 0', async () => {
    const { key } = await organised();
    const program = started();
    const url = await program.ready;
    process.stderr.write(`start to ready: ${Math.round(program.startTime())} ms\n`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true }]);

    const body = JSON.stringify(opportunityBody({ closeDate: inAYear() }));
    const agent = new Agent({ keepAlive: true });
    const answered = Promise.withResolvers<number | undefined>();
    const sending = request(
      `${url}/api/opportunities`,
      {
        method: 'POST',
        // As Teams does, it would go on using the connection.
        agent,
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          Authorization: `Bearer ${key}`,
          Expect: '100-continue',
        },
      },
      (response) => {
        response.resume();
        answered.resolve(response.statusCode);
      },
    );
    sending.once('error', answered.reject);
    // The server has the request and waits for its body.
    await new Promise((resolve) => sending.once('continue', resolve).flushHeaders());
    sending.write(body.slice(0, 10));
    program.child.kill('SIGTERM');
    await refused(url);
    sending.end(body.slice(10));
    expect(await answered.promise).toBe(201);
    const answeredAt = performance.now();
    expect(await program.ended).toEqual({ code: 0, signal: null });
    // Not only when its clients let go of their connections, after five seconds.
    expect(performance.now() - answeredAt).toBeLessThan(3000);
    expect(program.complaints()).toEqual([]);
    const store = openSqliteStore({ file });
    const kept = await store.list({ orgId: 'nordwind', kind: 'deal', limit: 10 });
    await store.close();
    expect(kept.items).toHaveLength(1);
  });
});

test('a signal that comes again while it ends in order does not cut it off', async () => {
  const program = started();
  const url = new URL(await program.ready);
  const half = connect(Number(url.port), url.hostname);
  half.write(
    'POST /api/messages HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{',
  );
  half.resume();
  await fetch(`${url.origin}/healthz`);
  program.child.kill('SIGINT');
  await refused(url.origin);
  program.child.kill('SIGINT');
  program.child.kill('SIGTERM');
  await pause(200);
  expect([program.child.exitCode, program.child.signalCode]).toEqual([null, null]);
  half.end('}');
  expect(await program.ended).toEqual({ code: 0, signal: null });
});

/** Resolves when nobody listens at an address any more. */
async function refused(url: string): Promise<void> {
  for (;;) {
    const answered = await fetch(`${url}/healthz`, { headers: { Connection: 'close' } }).then(
      () => true,
      () => false,
    );
    if (!answered) return;
  }
}

describe('what keeps it from starting is said in a line each, and it ends with 1', () => {
  test('no bot registration, and not said to be a development machine', async () => {
    const program = started({ DEVELOPMENT: '' });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.complaints()).toEqual([
      expect.stringMatching(/^MicrosoftAppId: must be the GUID .* DEVELOPMENT=true/),
    ]);
  });

  test('a taken port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const program = started({ PORT: String(port) });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.complaints()).toEqual([`PORT: ${port} is taken by another program`]);
    await new Promise((resolve) => other.close(resolve));
  });

  test('a file that is no database', async () => {
    writeFileSync(file, 'this is a letter, and quite a long one, so that nobody takes it for an empty file');
    const program = started();
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.complaints()).toEqual([expect.stringContaining(`The database ${file} cannot be opened`)]);
  });
});

describe('killed with SIGKILL right after it has acknowledged opportunities', () => {
  test('it has lost neither them nor their cards', async () => {
    const teams = await startTeams();
    const { key, channel } = await organised(teams);
    if (channel === undefined) throw new Error('there is no channel');
    const program = started();
    const url = await program.ready;
    // Some are in the middle of being posted when it is killed, some are not begun, some may be done.
    teams.failNext({ op: 'create', times: 4, answer: 'hang' });
    const bodies = Array.from({ length: 20 }, (_, number) =>
      opportunityBody({ externalId: `opp-${number}`, customer: { name: `Customer ${number}.` }, closeDate: inAYear() }),
    );
    const statuses = await Promise.all(bodies.map((body) => send(url, key, body)));
    program.child.kill('SIGKILL');
    expect(statuses).toEqual(Array(20).fill(201));
    expect(await program.ended).toMatchObject({ signal: 'SIGKILL' });
    teams.recover();

    // The leases of the dead process end a minute later.
    const parsed = parseConfig({ DEVELOPMENT: 'true', PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent' });
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const clock = movableClock(Date.now() + minute);
    const store = openSqliteStore({ file });
    const wait = async (milliseconds: number) => clock.move(milliseconds);
    const restarted = await start(parsed.config, { clock, store, wait });
    while ((await restarted.dispatcher.round()) > 0) clock.move(minute);
    const shown = teams.messagesIn(channel).map((message) => teams.textOf(message));
    for (let number = 0; number < 20; number += 1) {
      const times = shown.filter((card) => card.includes(`Customer ${number}.`)).length;
      // Twice only what was posted and not yet written down as such.
      expect([1, 2]).toContain(times);
    }
    expect(shown.length - 20).toBeLessThanOrEqual(8);
    await restarted.stop();
    await teams.stop();
  });
});
