import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { close, createHttpServer, listen } from '../src/server.ts';
import { StoreUnavailable } from '../src/store/port.ts';
import { type House, startHouse } from './fakes/house.ts';

let house: House;

beforeAll(async () => {
  house = await startHouse({ environment: { LOG_LEVEL: 'debug' } });
});
afterAll(() => house.stop());

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`${house.bot.url}${path}`, init);
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    type,
    id: response.headers.get('x-request-id'),
    body: type.includes('json') ? JSON.parse(text) : text,
  };
}

/** Asks again until the answer has this status. */
async function askedUntil(path: string, status: number) {
  for (;;) {
    const answer = await ask(path);
    if (answer.status === status) return answer;
  }
}

function posted(body: string | Buffer, headers: Record<string, string> = {}) {
  return ask('/api/messages', { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });
}

describe('health', () => {
  test('alive and ready', async () => {
    expect(await ask('/healthz')).toMatchObject({ status: 200, body: { alive: true } });
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: { ready: true } });
  });

  test('the store is out: alive, not ready, and ready again when it is back', async () => {
    house.bot.store.out = true;
    expect(await ask('/readyz')).toMatchObject({ status: 503, body: { ready: false } });
    expect(await ask('/healthz')).toMatchObject({ status: 200 });
    house.bot.store.out = false;
    expect(await ask('/readyz')).toMatchObject({ status: 200 });
  });

  test('the dispatcher cannot look for what is due: not ready, until it can', async () => {
    house.bot.store.before = (operation) => {
      if (operation === 'dueBefore') throw new StoreUnavailable('no queries');
    };
    house.bot.dispatcher.wake();
    await askedUntil('/readyz', 503);
    house.bot.store.before = undefined;
    house.bot.dispatcher.wake();
    await askedUntil('/readyz', 200);
  });

  test('probes are not in the log of a deployment', async () => {
    house.log.length = 0;
    await ask('/healthz');
    await ask('/readyz');
    expect(house.log.map((line) => JSON.parse(line).level)).toEqual([20, 20]);
  });
});

describe('requests', () => {
  test('each has an id of its own, which stands in its log line with nothing of its content', async () => {
    house.log.length = 0;
    const first = await posted('{"secret":"Reto Muster"}', { Authorization: 'Bearer a-token' });
    const second = await ask('/nowhere?token=a-token');
    expect(first.id).not.toBe(second.id);
    const lines = house.log.map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { msg: 'request', requestId: first.id, method: 'POST', path: '/api/messages', status: 400 },
      { msg: 'request', requestId: second.id, method: 'GET', path: '/nowhere', status: 404 },
    ]);
    expect(house.log.join()).not.toMatch(/Reto|a-token/);
  });

  test('pages that the app manifest links to', async () => {
    for (const path of ['/', '/privacy', '/terms']) {
      expect(await ask(path)).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    }
  });

  test.each([
    ['GET', '/api/messages', 405],
    ['DELETE', '/healthz', 405],
    ['GET', '/nowhere', 404],
    ['GET', '/%E0%A4%A', 404],
  ])('%s %s is answered with a problem: %i', async (method, path, status) => {
    expect(await ask(path, { method })).toMatchObject({ status, type: 'application/problem+json', body: { status } });
  });
});

test('a request that is never sent to its end keeps the server from closing for a while only', async () => {
  const server = createHttpServer({
    log: pino({ level: 'silent' }),
    onActivity: async () => undefined,
    isReady: async () => true,
    mount: () => undefined,
  });
  const url = new URL(await listen(server, 0, '127.0.0.1'));
  const half = connect(Number(url.port), url.hostname);
  half.write(
    'POST /api/messages HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  );
  const cut = new Promise((resolve) =>
    half
      .on('error', () => undefined)
      .resume()
      .once('close', resolve),
  );
  await once(server.server, 'request');
  await close(server, 50);
  await cut;
});

describe('what is posted to /api/messages and is no activity', () => {
  test.each([
    ['no JSON', '{"type":', {}, 400],
    ['a list', '[]', {}, 400],
    ['of another kind', '{"type":"message"}', {}, 400],
    ['not sent as JSON', 'type=message', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
    ['a file', '--x\r\n\r\n--x--', { 'Content-Type': 'multipart/form-data; boundary=x' }, 415],
    ['too large', `"${'x'.repeat(600_000)}"`, {}, 413],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400],
    ['damaged gzip', 'no gzip at all', { 'Content-Encoding': 'gzip' }, 415],
    [
      'gzip that ends early',
      Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]),
      { 'Content-Encoding': 'gzip' },
      415,
    ],
  ] as const)('%s is refused, and the program goes on', async (_what, body, headers, status) => {
    expect(await posted(body, headers)).toMatchObject({ status, type: 'application/problem+json', body: { status } });
    expect(await ask('/healthz')).toMatchObject({ status: 200 });
  });

  test.each([
    ['another channel', { channelId: 'webchat' }],
    ['no conversation', { conversation: undefined }],
    ['no sender', { from: undefined }],
    ['a service URL that is none', { serviceUrl: 'javascript:alert(1)' }],
  ])('%s is refused with what is wrong', async (_what, fields) => {
    const { teams } = house;
    const user = teams.user('Ada Keller');
    const heard = await teams.post(user, teams.personalChat(user), { type: 'message', text: 'help', ...fields });
    expect(heard.status).toBe(400);
    expect(heard.body.type).toBe('urn:cosell:problem:bad-request');
    expect(heard.body.errors).toMatchObject([{ pointer: `/${Object.keys(fields)[0]}`, detail: expect.any(String) }]);
  });
});
