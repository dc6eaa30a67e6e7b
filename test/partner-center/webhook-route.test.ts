import { randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import restify, { type Server } from 'restify';
import { answerWithProblems } from '../../src/http/problem.ts';
import { createWebhookVerifier, type WebhookEvent, webhookBytes } from '../../src/partner-center/webhook.ts';
import { addressFor } from '../../src/partner-center/webhook-address.ts';
import { createWebhookRegistration, type WebhookRegistration } from '../../src/partner-center/webhook-registration.ts';
import { registerWebhook, type WebhookRouteParts } from '../../src/partner-center/webhook-route.ts';
import { close, listen } from '../../src/server.ts';
import { type House, openHouse } from '../fakes/partner-center/caller.ts';
import { microsoftLikeChain } from '../fakes/partner-center/certificates.ts';
import { webhooksAudience } from '../fakes/partner-center/server.ts';
import { certificateUrl, type RegisteredWebhook } from '../fakes/partner-center/webhooks.ts';

let house: House;
let registration: WebhookRegistration;
let servers: Server[];
/** Where the bot listens for events. */
let address: string;
/** What was handed on, with the organisation that was named. */
let heard: [event: WebhookEvent, orgId: string | undefined][];
let log: string[];

beforeEach(async () => {
  house = await openHouse();
  registration = createWebhookRegistration(house.parts(house.fake.accounts.admin, webhooksAudience));
  servers = [];
  heard = [];
  log = [];
  address = await mounted({});
});

afterEach(async () => {
  expect(await house.end()).toEqual([]);
  for (const server of servers) await close(server);
});

/** The route on a server of its own. Resolves to its address. */
async function mounted(parts: Partial<WebhookRouteParts>): Promise<string> {
  const { fake, clock } = house;
  const logger = pino({}, { write: (line: string) => void log.push(line) });
  const quiet = pino({ level: 'silent' }) as unknown as restify.ServerOptions['log'];
  const server = restify.createServer({ handleUncaughtExceptions: false, log: quiet });
  answerWithProblems(server, (error) => {
    throw error;
  });
  registerWebhook(server, {
    verifier: createWebhookVerifier({
      clock,
      log: logger,
      fetch: fake.fetch,
      trustedRoots: fake.trustedRoots,
    }),
    onEvent: (...event) => void heard.push(event),
    log: logger,
    ...parts,
  });
  servers.push(server);
  return `${await listen(server, 0, '127.0.0.1')}/api/partner-center/webhook`;
}

const referralId = '10000001-0000-4000-8000-000000000001';

function eventAt(milliseconds: number): object {
  return {
    EventName: 'referral-updated',
    ResourceUri: `https://api.partnercenter.microsoft.com/engagements/v1/referrals/${referralId}`,
    ResourceName: 'referral',
    AuditUri: null,
    ResourceChangeUtcDate: new Date(milliseconds).toISOString(),
  };
}

/** A request that Partner Center signed. */
async function signed(content: object | string | Buffer): Promise<RequestInit> {
  const { leaf } = await microsoftLikeChain();
  const text = typeof content === 'object' && !Buffer.isBuffer(content) ? JSON.stringify(content) : content;
  const body = Buffer.from(text as string);
  return {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'x-ms-signature': `Signature ${sign('sha256', body, leaf.privateKey).toString('base64')}`,
      'x-ms-certificate-url': certificateUrl,
      'x-ms-signature-algorithm': 'rsa-sha256',
    },
    body,
  };
}

async function ask(init: RequestInit, to = address) {
  const response = await fetch(to, init);
  const { headers, status } = response;
  return { status, type: headers.get('content-type'), headers, body: await response.json() };
}

/** With something else in its headers than Partner Center put there. */
function changed({ headers, ...init }: RequestInit, change: Record<string, string>): RequestInit {
  return { ...init, headers: { ...(headers as Record<string, string>), ...change } };
}

/** Resolves when something more was handed on, or logged. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('an event of Partner Center', () => {
  test.each([
    ['Authorization', false],
    ['x-ms-signature', true],
  ])('with the signature in %s is taken, and handed on', async (_header, ownHeader) => {
    await registration.register(addressFor('nordwind', address));
    const { webhooks } = house.fake;
    Object.assign(webhooks.registration as RegisteredWebhook, { ownHeader });
    const { id } = house.fake.invite();
    await webhooks.settled();
    expect(webhooks.deliveries).toMatchObject([{ attempts: [200], state: 'delivered' }]);
    await until(() => heard.length > 0);
    expect(heard).toEqual([[expect.objectContaining({ name: 'referral-created', referralId: id }), 'nordwind']]);
  });

  test('is answered by an empty object', async () => {
    const answer = await ask(await signed(eventAt(house.clock.now())));
    expect(answer).toMatchObject({ status: 200, type: 'application/json', body: {} });
  });

  test('that only tests the connection is handed on, too', async () => {
    await registration.register(addressFor('nordwind', address));
    expect(await registration.validate()).toMatchObject({ status: 'completed', results: [{ code: 'OK' }] });
    await until(() => heard.length > 0);
    expect(heard).toEqual([[expect.objectContaining({ name: 'test-created', referralId: undefined }), 'nordwind']]);
  });

  test.each([
    ['', undefined],
    ['?organisation=nordwind', 'nordwind'],
    ['?code=abc&organisation=fabrikam-2', 'fabrikam-2'],
    ['?organisation=', undefined],
    ['?organisation=Nord%20Wind', undefined],
    [`?organisation=${'x'.repeat(40)}`, undefined],
    ['?organisation=..%2Ftenants', undefined],
    ['?organisation=%E0%A4%A', undefined],
    ['?organisation[]=nordwind', undefined],
  ])('sent to an address with "%s" is of %s', async (query, orgId) => {
    expect((await ask(await signed(eventAt(house.clock.now())), address + query)).status).toBe(200);
    await until(() => heard.length > 0);
    expect(heard[0]?.[1]).toBe(orgId);
  });

  test('leaves its kind and referral in the log, and neither signature nor address', async () => {
    const init = changed(await signed(eventAt(house.clock.now())), { 'x-ms-trace': 'Reto Muster' });
    await ask(init, `${address}?organisation=nordwind&code=hidden`);
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'webhook event', event: 'referral-updated', referralId },
    ]);
    expect(log.join('')).not.toMatch(/Signature|Muster|hidden|http/);
  });
});

describe('what is made of an event', () => {
  test('begins when it was answered', async () => {
    const order: string[] = [];
    const to = await mounted({ onEvent: () => void order.push('handed on') });
    servers.at(-1)?.pre((_request, response, next) => {
      response.once('finish', () => order.push('answered'));
      next();
    });
    expect((await ask(await signed(eventAt(house.clock.now())), to)).status).toBe(200);
    await until(() => order.length === 2);
    expect(order).toEqual(['answered', 'handed on']);
  });

  test.each([
    [
      'is thrown',
      () => {
        throw new Error('no store');
      },
    ],
    ['comes later', () => Promise.reject(new Error('no store'))],
  ])('does not change the answer when an error %s: it is logged', async (_how, onEvent) => {
    const to = await mounted({ onEvent });
    const init = await signed(eventAt(house.clock.now()));
    expect((await ask(init, to)).status).toBe(200);
    await until(() => log.length === 2);
    expect(JSON.parse(log[1] ?? '')).toMatchObject({ msg: 'webhook event failed', event: 'referral-updated' });
    expect((await ask(init, to)).status).toBe(200);
  });

  test('holds up no other event when it does not end', async () => {
    const to = await mounted({ onEvent: () => new Promise(() => undefined) });
    for (let number = 0; number < 3; number++) {
      expect((await ask(await signed(eventAt(house.clock.now())), to)).status).toBe(200);
    }
  });
});

describe('what is no event of Partner Center', () => {
  afterEach(() => expect(heard).toEqual([]));

  test.each([
    ['has no signature', { 'x-ms-signature': '' }, /x-ms-signature or Authorization/],
    ["has somebody else's signature", { 'x-ms-signature': `Signature ${randomBytes(256).toString('base64')}` }, /body/],
    ["shows somebody else's certificate", { 'x-ms-certificate-url': 'https://evil.example/a.cer' }, /does not lead/],
  ])('is refused as a stranger when it %s', async (_what, change, why) => {
    const answer = await ask(changed(await signed(eventAt(house.clock.now())), change));
    expect(answer).toMatchObject({
      status: 401,
      type: 'application/problem+json',
      body: { type: 'urn:cosell:problem:not-signed', status: 401, detail: expect.stringMatching(why) },
    });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Signature/);
  });

  test('is refused as a stranger when somebody changed it on its way', async () => {
    const { headers = {} } = await signed(eventAt(house.clock.now()));
    const body = JSON.stringify(eventAt(house.clock.now() - 1000));
    expect(await ask({ method: 'POST', headers, body })).toMatchObject({ status: 401 });
  });

  test.each([
    ['SHA-1', { 'x-ms-signature-algorithm': 'rsa-sha1' }, /rsa-sha256/],
    ['no algorithm', { 'x-ms-signature-algorithm': '' }, /each once/],
  ])('is refused with %s', async (_what, change, why) => {
    expect(await ask(changed(await signed(eventAt(house.clock.now())), change))).toMatchObject({
      status: 400,
      type: 'application/problem+json',
      body: { type: 'urn:cosell:problem:bad-request', detail: expect.stringMatching(why) },
    });
  });

  test.each([
    ['not JSON', 'EventName=referral-created', /must be an event/],
    ['nothing', '', /must be an event/],
    ['JSON of something else', { hello: 'world' }, /must be an event/],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /must be an event/],
  ])('is refused when it is %s, even signed', async (_what, content, why) => {
    expect(await ask(await signed(content))).toMatchObject({
      status: 400,
      type: 'application/problem+json',
      body: { detail: expect.stringMatching(why) },
    });
  });

  test('is refused when it is a day old: whoever kept it may send it again', async () => {
    const init = await signed(eventAt(house.clock.now()));
    house.clock.move(86_400_001);
    expect(await ask(init)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/a day/) } });
  });

  test.each([
    ['says so', false],
    ['does not say so', true],
  ])('is refused when it is too large and %s', async (_what, isChunked) => {
    const text = `"${'x'.repeat(webhookBytes)}"`;
    const body = isChunked ? new Blob([text]).stream() : text;
    expect(await ask({ method: 'POST', body, duplex: 'half' } as RequestInit)).toMatchObject({
      status: 413,
      type: 'application/problem+json',
      body: { detail: `At most ${webhookBytes} bytes can be taken` },
    });
  });

  test('is not unpacked: damaged gzip is only bytes with a wrong signature', async () => {
    const init = changed(await signed(eventAt(house.clock.now())), { 'Content-Encoding': 'gzip' });
    expect(await ask({ ...init, body: 'no gzip at all' })).toMatchObject({ status: 401 });
  });

  test('is no GET', async () => {
    expect(await ask({})).toMatchObject({ status: 405, type: 'application/problem+json' });
  });
});

test('when the certificate is not to be had Partner Center tries again, and is heard then', async () => {
  await registration.register(address);
  house.fake.faults.push({ operation: 'certificate', answer: { status: 503, body: 'away' } });
  const { id } = house.fake.invite();
  await house.fake.webhooks.settled();
  expect(house.fake.webhooks.deliveries).toMatchObject([{ attempts: [503, 200], state: 'delivered' }]);
  await until(() => heard.length > 0);
  expect(heard).toMatchObject([[{ referralId: id }, undefined]]);
});

test('whoever goes away in the middle of a request leaves nothing behind', async () => {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write('POST /api/partner-center/webhook HTTP/1.1\r\nHost: bot\r\nContent-Length: 400\r\n\r\n{"EventName":');
  const [server] = servers;
  const [request] = await once(server?.server as NodeJS.EventEmitter, 'request');
  const isGone = new Promise((resolve) => request.once('close', resolve));
  socket.destroy();
  await isGone;
  expect((await ask(await signed(eventAt(house.clock.now())))).status).toBe(200);
  expect(log.map((line) => JSON.parse(line).msg)).toEqual(['webhook event']);
});

describe('a flood', () => {
  test('of forged events is refused to the last, and a real one is heard after it', async () => {
    const init = changed(await signed('x'.repeat(60_000)), { 'x-ms-signature': 'Signature AAAA' });
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask(init)));
    for (const { status } of answers) expect([401, 503]).toContain(status);
    expect((await ask(await signed(eventAt(house.clock.now())))).status).toBe(200);
  });

  test('that takes every place is asked to come again, and gives its places back', async () => {
    let checked = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const to = await mounted({
      verifier: {
        async verify() {
          checked += 1;
          await gate;
          return { ok: false, status: 401, refusal: 'signatureWrong' };
        },
      },
    });
    const waiting = Array.from({ length: 100 }, () => ask({ method: 'POST', body: '{}' }, to));
    await until(() => checked === 100);
    const oneMore = await ask({ method: 'POST', body: '{}' }, to);
    expect(oneMore).toMatchObject({ status: 503, type: 'application/problem+json' });
    expect(oneMore.headers.get('retry-after')).toBe('60');
    open();
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(401);
    expect((await ask({ method: 'POST', body: '{}' }, to)).status).toBe(401);
  });
});

test('a fault in the check is not taken for a good event', async () => {
  const to = await mounted({ verifier: { verify: () => Promise.reject(new Error('a bug')) } });
  const answer = await ask(await signed(eventAt(house.clock.now())), to);
  expect(answer).toMatchObject({ status: 500, type: 'application/problem+json' });
  expect(JSON.stringify(answer.body)).not.toContain('a bug');
});
