import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createWebhookVerifier, type Verdict } from '../../src/partner-center/webhook.ts';
import {
  createWebhookRegistration,
  type WebhookRegistration,
  wantedEvents,
} from '../../src/partner-center/webhook-registration.ts';
import { type House, openHouse } from '../fakes/partner-center/caller.ts';
import { webhooksAudience } from '../fakes/partner-center/server.ts';

let house: House;
let registration: WebhookRegistration;
let receiver: Server;
let url: string;
/** What the receiver made of each request. */
let verdicts: Verdict[];
/** What it answers before it looks at a request; one for each, then it looks. */
let answers: number[];

beforeEach(async () => {
  house = await openHouse();
  const { fake, clock } = house;
  registration = createWebhookRegistration(house.parts(fake.accounts.admin, webhooksAudience));
  const verifier = createWebhookVerifier({
    clock,
    log: pino({ enabled: false }),
    fetch: fake.fetch,
    trustedRoots: fake.trustedRoots,
  });
  verdicts = [];
  answers = [];
  async function statusFor({ headers }: IncomingMessage, body: Buffer): Promise<number> {
    const verdict = await verifier.verify(headers, body);
    verdicts.push(verdict);
    return verdict.ok ? 200 : verdict.status;
  }
  receiver = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    res.statusCode = answers.shift() ?? (await statusFor(req, Buffer.concat(chunks)));
    res.end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/partner-center/webhook`;
});

afterEach(async () => {
  expect(await house.end()).toEqual([]);
  receiver.close();
  receiver.closeAllConnections();
});

function heard(): string[] {
  return verdicts.map((verdict) =>
    verdict.ok ? `${verdict.event.name} ${verdict.event.referralId}` : verdict.refusal,
  );
}

describe('registering', () => {
  test('nothing is registered at first', async () => {
    expect(await registration.status()).toBeUndefined();
  });

  test('for what the bot wants to hear of, with the signature in a header of its own', async () => {
    expect(await registration.register(url)).toEqual({ url, events: [...wantedEvents], signatureHeader: true });
    expect(await registration.status()).toEqual({ url, events: [...wantedEvents], signatureHeader: true });
  });

  test("another tool's registration is not taken away but by replacing it", async () => {
    const { fake } = house;
    const theirs = { WebhookUrl: 'https://crm.example/hook', WebhookEvents: ['referral-created'] };
    fake.webhooks.handle('POST', '', theirs, fake.accounts.admin);
    await expect(registration.register(url)).rejects.toMatchObject({ kind: 'rejected', status: 409 });
    expect(await registration.status()).toMatchObject({ url: 'https://crm.example/hook', signatureHeader: false });
    expect(await registration.replace(url)).toMatchObject({ url });
  });

  test('only with a role for it, and with a token for that API', async () => {
    const { fake } = house;
    const user = createWebhookRegistration(house.parts(fake.accounts.user, webhooksAudience));
    await expect(user.status()).rejects.toMatchObject({ kind: 'forbidden' });
    const wrong = createWebhookRegistration({ ...house.parts(), baseUrl: webhooksAudience });
    await expect(wrong.status()).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  test('events that are not offered are not asked for', async () => {
    const offered = JSON.stringify(['Referral-Created', 'test-created', 'invoice-ready']);
    house.fake.faults.push({ operation: 'registration', answer: { status: 200, body: offered } });
    expect(await registration.register(url)).toMatchObject({ events: ['referral-created', 'test-created'] });
    house.fake.faults.push({ operation: 'registration', answer: { status: 200, body: '["invoice-ready"]' } });
    await expect(registration.replace(url)).rejects.toMatchObject({ code: 'noReferralEvents' });
  });
});

describe('validating', () => {
  test('Partner Center sends a test event, and says how it was answered', async () => {
    await registration.register(url);
    expect(await registration.validate()).toMatchObject({ status: 'completed', results: [{ code: 'OK' }] });
    expect(heard()).toEqual(['test-created undefined']);
  });

  test('it is waited for', async () => {
    await registration.register(url);
    house.fake.webhooks.switches.sending = 'hold';
    expect(await registration.validate()).toEqual({ status: 'pending', results: [] });
    expect(house.waits).toHaveLength(9);
  });

  test('what went wrong is said', async () => {
    await registration.register(url);
    house.fake.webhooks.switches.attemptsAtMost = 1;
    answers = [502];
    expect(await registration.validate()).toMatchObject({ status: 'completed', results: [{ code: '502' }] });
  });

  test('twice a minute at most', async () => {
    await registration.register(url);
    await registration.validate();
    await registration.validate();
    await expect(registration.validate()).rejects.toMatchObject({ kind: 'throttled' });
    house.clock.move(60_000);
    expect(await registration.validate()).toMatchObject({ results: [{ code: 'OK' }] });
  });

  test('without a registration there is nothing to validate', async () => {
    await expect(registration.validate()).rejects.toMatchObject({ kind: 'rejected' });
  });
});

describe('events', () => {
  beforeEach(async () => {
    await registration.register(url);
  });

  test('arrive signed when a referral is created and changed, also by ourselves', async () => {
    const { id } = house.fake.invite();
    house.fake.answerInPortal(id, 'accept');
    await house.fake.webhooks.settled();
    expect(heard().sort()).toEqual([`referral-created ${id}`, `referral-updated ${id}`]);
  });

  test.each([
    ['Authorization', false],
    ['x-ms-signature', true],
  ])('arrive with the signature in %s', async (_header, ownHeader) => {
    const { webhooks } = house.fake;
    if (webhooks.registration !== undefined) webhooks.registration.ownHeader = ownHeader;
    house.fake.invite();
    await webhooks.settled();
    expect(verdicts).toMatchObject([{ ok: true }]);
  });

  test.each(['Pascal', 'camel'] as const)('arrive with names in %s case', async (keys) => {
    house.fake.webhooks.switches.keys = keys;
    const { id } = house.fake.invite();
    await house.fake.webhooks.settled();
    expect(heard()).toEqual([`referral-created ${id}`]);
  });

  test("arrive of Microsoft's referral in an own engagement", async () => {
    const { fake } = house;
    const own = fake.store.createOwn(fake.organisation, { customerProfile: {}, details: {} });
    const theirs = fake.store.send(
      fake.organisation,
      { ...fake.partner, id: 'msft' },
      { engagementId: own.engagementId },
    );
    fake.answerAsMicrosoft(own.engagementId, 'accept');
    await fake.webhooks.settled();
    expect(heard().sort()).toEqual([
      `referral-created ${own.id}`,
      `related-referral-created ${theirs.id}`,
      `related-referral-updated ${theirs.id}`,
    ]);
  });

  test('are sent again until they are taken, ten times at most', async () => {
    answers = [500, 503];
    house.fake.invite();
    await house.fake.webhooks.settled();
    expect(house.fake.webhooks.deliveries).toMatchObject([{ attempts: [500, 503, 200], state: 'delivered' }]);
    answers = Array(10).fill(500);
    house.fake.invite();
    await house.fake.webhooks.settled();
    expect(house.fake.webhooks.deliveries[1]).toMatchObject({ attempts: Array(10).fill(500), state: 'lost' });
  });

  test('may come twice, in wrong order, or not at all: a repetition has the same key', async () => {
    const { webhooks } = house.fake;
    Object.assign(webhooks.switches, { sending: 'hold', copies: 2 });
    const { id } = house.fake.invite();
    house.clock.move(1000);
    house.fake.answerInPortal(id, 'accept');
    webhooks.release('lastFirst');
    await webhooks.settled();
    const keys = verdicts.map((verdict) => (verdict.ok ? verdict.event.key : ''));
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(2);
    webhooks.switches.sending = 'lose';
    house.fake.invite();
    await webhooks.settled();
    expect(verdicts).toHaveLength(4);
  });
});
