import { createSecretKey, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createPartnerCenterClient } from '../../src/partner-center/client.ts';
import { type Connection, type Connections, createConnections } from '../../src/partner-center/connection.ts';
import { PartnerCenterError } from '../../src/partner-center/errors.ts';
import { type ConsentPrompt, createSignIn, type SignIn, type SignInParts } from '../../src/partner-center/sign-in.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { type House, openHouse } from '../fakes/partner-center/caller.ts';
import type { Account } from '../fakes/partner-center/referral-store.ts';
import { referralsAudience, webhooksAudience } from '../fakes/partner-center/server.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';

const orgId = 'nordwind';
const key = createSecretKey(randomBytes(32));

let house: House;
let temporary: TemporaryStore;
let connections: Connections;
let ended: Connection[];
let signIn: SignIn;

beforeEach(async () => {
  house = await openHouse();
  temporary = temporaryStore();
  connections = createConnections(temporary.store, house.clock);
  ended = [];
  signIn = createSignIn(parts());
});

afterEach(async () => {
  await temporary.discard();
  expect(await house.end()).toEqual([]);
});

function parts(): SignInParts {
  return {
    connections,
    key,
    clientId: house.fake.clientId,
    fetch: house.fake.fetch,
    clock: house.clock,
    log: pino({ level: 'trace' }, { write: (line: string) => void house.log.push(line) }),
    onDisconnected: (connection) => ended.push(connection),
  };
}

function connect(account: Account = house.fake.accounts.admin, by: SignIn = signIn): Promise<Connection> {
  return by.connect(orgId, referralsAudience, ({ code }) => house.fake.entra.approve(code, account));
}

/** The next time that a token is asked for it is renewed: an hour has passed. */
function later(): void {
  house.clock.move(3_600_000);
}

async function failure(promise: Promise<unknown>): Promise<PartnerCenterError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PartnerCenterError)) throw new Error('no PartnerCenterError', { cause: error });
  return error;
}

function renewals(): number {
  return house.fake.requests.filter(
    ({ operation, body }) => operation === 'token' && /refresh_token/.test(String(body)),
  ).length;
}

describe('consent', () => {
  test('a person is shown where to go and what to type, and consents once', async () => {
    const prompts: ConsentPrompt[] = [];
    const connection = await signIn.connect(orgId, referralsAudience, (prompt) => {
      prompts.push(prompt);
      house.fake.entra.approve(prompt.code, house.fake.accounts.admin);
    });
    expect(prompts).toEqual([
      { url: `${house.fake.url}/`, code: expect.stringMatching(/^[0-9A-F]{9}$/), expiresInSeconds: 900 },
    ]);
    expect(connection).toMatchObject({
      status: 'connected',
      account: { name: 'partnercenter@nordwind.example', tenantId: house.fake.accounts.admin.tenantId },
      imported: false,
    });
    expect(await connections.get(orgId)).toEqual(connection);
  });

  test('with a fake of Entra on this machine by http', async () => {
    const local = createSignIn({ ...parts(), authority: house.fake.url, fetch: undefined });
    expect(await connect(house.fake.accounts.admin, local)).toMatchObject({ status: 'connected' });
    later();
    expect(await local.tokens(orgId, referralsAudience).get()).toMatch(/^at\./);
  });

  test('an authority elsewhere must be asked by https', () => {
    expect(() => createSignIn({ ...parts(), authority: 'http://login.example' })).toThrow('https://');
  });

  test('declined', async () => {
    const declined = signIn.connect(orgId, referralsAudience, ({ code }) => house.fake.entra.decline(code));
    expect(await failure(declined)).toMatchObject({ kind: 'unauthenticated', code: 'consentDeclined' });
    expect(await connections.get(orgId)).toBeUndefined();
  });

  test('not given in time', async () => {
    const late = signIn.connect(orgId, referralsAudience, () => house.clock.move(901_000));
    expect(await failure(late)).toMatchObject({ kind: 'unauthenticated', code: 'consentExpired' });
  });

  test('given up by who asked for it', async () => {
    const controller = new AbortController();
    const cancelled = signIn.connect(orgId, referralsAudience, () => controller.abort(), controller.signal);
    expect(await failure(cancelled)).toMatchObject({ kind: 'unauthenticated', code: 'consentCancelled' });
  });

  test('an app registration that Entra does not know', async () => {
    signIn = createSignIn({ ...parts(), clientId: '60000009-0000-4000-8000-000000000009' });
    expect(await failure(connect())).toMatchObject({ kind: 'unauthenticated', code: 'consentRefused' });
  });

  test('Entra does not answer', async () => {
    house.fake.faults.push({ operation: 'deviceCode', times: 9, answer: { status: 503, body: 'no' } });
    expect(await failure(connect())).toMatchObject({ kind: 'unavailable' });
  });
});

describe('tokens', () => {
  test('one is kept while it is good, by all who ask at the same time', async () => {
    await connect();
    const tokens = signIn.tokens(orgId, referralsAudience);
    const [first, ...others] = await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
    expect(others).toEqual([first, first]);
    expect(renewals()).toBe(0);
  });

  test('they are renewed without anybody, hour after hour', async () => {
    await connect();
    const client = createPartnerCenterClient({ ...house.parts(), tokens: signIn.tokens(orgId, referralsAudience) });
    const { id } = house.fake.invite();
    for (let hour = 0; hour < 3; hour++) {
      expect(await client.get(id)).toMatchObject({ id });
      later();
    }
    expect(renewals()).toBe(2);
    expect(house.fake.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  test('another process goes on with them', async () => {
    await connect();
    later();
    const other = createSignIn({ ...parts(), connections: createConnections(temporary.reopen(), house.clock) });
    const client = createPartnerCenterClient({ ...house.parts(), tokens: other.tokens(orgId, referralsAudience) });
    const { id } = house.fake.invite();
    expect(await client.get(id)).toMatchObject({ id });
  });

  test('each API gets its own, from the one consent', async () => {
    await connect();
    const webhooks = await signIn.tokens(orgId, webhooksAudience).get();
    expect(house.fake.entra.accountOf(webhooks, webhooksAudience)).toBe(house.fake.accounts.admin);
    expect(house.fake.entra.accountOf(webhooks, referralsAudience)).toBeUndefined();
  });

  test('one that an API refuses is replaced', async () => {
    await connect();
    const tokens = signIn.tokens(orgId, referralsAudience);
    const first = await tokens.get();
    house.fake.entra.expireTokens();
    const second = await tokens.get(first);
    expect(second).not.toBe(first);
    expect(await tokens.get(first)).toBe(second);
  });

  test('without a connection there are none', async () => {
    expect(await failure(signIn.tokens(orgId, referralsAudience).get())).toMatchObject({
      kind: 'unauthenticated',
      code: 'notConnected',
    });
  });

  test('while Entra does not answer the connection stands', async () => {
    await connect();
    later();
    house.fake.faults.push({
      operation: 'token',
      answer: { status: 503, body: '{"error":"temporarily_unavailable"}' },
    });
    const tokens = signIn.tokens(orgId, webhooksAudience);
    expect(await failure(tokens.get())).toMatchObject({ kind: 'unavailable' });
    expect(await connections.get(orgId)).toMatchObject({ status: 'connected' });
    expect(await tokens.get()).toMatch(/^at\./);
  });

  test('a renewed token is good also where it cannot be kept', async () => {
    await connect();
    later();
    signIn = createSignIn({
      ...parts(),
      connections: {
        ...connections,
        keepTokens: async () => {
          throw new StoreUnavailable('away');
        },
      },
    });
    expect(await signIn.tokens(orgId, webhooksAudience).get()).toMatch(/^at\./);
  });
});

describe('the end of a consent', () => {
  test.each([
    ['revoked', 'revoked', 'AADSTS50173'],
    ['accountDisabled', 'accountGone', 'AADSTS50057'],
    ['expired', 'expired', 'AADSTS700082'],
    ['badToken', 'signInNeeded', 'AADSTS50199'],
    ['mfaNeeded', 'signInNeeded', 'AADSTS50076'],
  ] as const)('%s', async (how, reason, code) => {
    await connect();
    const tokens = signIn.tokens(orgId, referralsAudience);
    await tokens.get();
    house.fake.entra.end(house.fake.accounts.admin, how);
    later();
    expect(await failure(tokens.get())).toMatchObject({ kind: 'unauthenticated', code: reason });
    const since = new Date(house.clock.now()).toISOString();
    expect(await connections.get(orgId)).toMatchObject({ status: 'disconnected', reason, code, since });
    // Told of once, however often it is tried.
    expect(await failure(tokens.get())).toMatchObject({ kind: 'unauthenticated', code: reason });
    expect(ended.map((connection) => connection.reason)).toEqual([reason]);
  });

  test('reconnected it goes on where it was', async () => {
    await connect();
    const watermark = new Date(house.clock.now()).toISOString();
    await connections.amend(orgId, (before) => ({ ...before, watermark, imported: true }));
    const tokens = signIn.tokens(orgId, referralsAudience);
    await tokens.get();
    house.fake.entra.end(house.fake.accounts.admin, 'revoked');
    later();
    await failure(tokens.get());
    expect(await connect()).toMatchObject({ status: 'connected', watermark, imported: true });
    expect(house.fake.entra.accountOf(await tokens.get(), referralsAudience)).toBe(house.fake.accounts.admin);
  });

  test('for another tenant it begins anew', async () => {
    await connect();
    await connections.amend(orgId, (before) => ({ ...before, watermark: '2026-11-22T09:00:00.000Z', imported: true }));
    const elsewhere = { ...house.fake.accounts.admin, tenantId: '7c2a9f10-2222-4222-8222-000000000002' };
    const second = await connect(elsewhere);
    expect(second).toMatchObject({ imported: false });
    expect(second.watermark).toBeUndefined();
  });

  test('an admin ends it: within a minute no token is given any more', async () => {
    const { consentId } = await connect();
    const tokens = signIn.tokens(orgId, referralsAudience);
    await tokens.get();
    await connections.disconnect(orgId, consentId, { reason: 'byAdmin' });
    house.clock.move(60_000);
    expect(await failure(tokens.get())).toMatchObject({ kind: 'unauthenticated', code: 'byAdmin' });
    expect(await connections.get(orgId)).toMatchObject({ tokens: '' });
    expect(ended).toEqual([]);
  });

  test('somebody else consented meanwhile: the old consent ends nothing', async () => {
    const { consentId } = await connect();
    await connect(house.fake.accounts.user);
    expect(await connections.disconnect(orgId, consentId, { reason: 'revoked' })).toBeUndefined();
    expect(await connections.get(orgId)).toMatchObject({ status: 'connected', account: { name: /ben/ } });
  });
});

describe('secrets', () => {
  test('are neither in the log nor readable in the store', async () => {
    await connect();
    const tokens = signIn.tokens(orgId, referralsAudience);
    await tokens.get();
    later();
    await tokens.get();
    house.fake.entra.end(house.fake.accounts.admin, 'revoked');
    await failure(signIn.tokens(orgId, webhooksAudience).get());
    const seen = house.log.join('') + JSON.stringify(await temporary.store.get(orgId, 'partnerCenterConnection'));
    expect(house.fake.entra.secrets.length).toBeGreaterThan(3);
    for (const secret of house.fake.entra.secrets) expect(seen).not.toContain(secret);
    expect(house.log.join('')).not.toContain('@nordwind');
  });

  test('another key opens nothing, and ends nothing', async () => {
    await connect();
    const stranger = createSignIn({ ...parts(), key: createSecretKey(randomBytes(32)) });
    expect(await failure(stranger.tokens(orgId, referralsAudience).get())).toMatchObject({ code: 'keyUnreadable' });
    expect(await connections.get(orgId)).toMatchObject({ status: 'connected' });
  });

  test('they belong to one organisation', async () => {
    const { account, tokens } = await connect();
    await connections.connect('other', account, tokens);
    expect(await failure(signIn.tokens('other', referralsAudience).get())).toMatchObject({ code: 'keyUnreadable' });
  });
});
