import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import restify, { type Server } from 'restify';
import { runAdmin } from '../../src/admin/build.ts';
import { cancellable } from '../../src/admin/cancellable.ts';
import type { PartnerCenterParts } from '../../src/admin/office.ts';
import { instant } from '../../src/clock.ts';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import { type Connections, createConnections } from '../../src/partner-center/connection.ts';
import { createWebhookVerifier, type WebhookEvent } from '../../src/partner-center/webhook.ts';
import { wantedEvents } from '../../src/partner-center/webhook-registration.ts';
import { registerWebhook } from '../../src/partner-center/webhook-route.ts';
import { close, listen } from '../../src/server.ts';
import { type House, openHouse } from '../fakes/partner-center/caller.ts';
import type { ConsentEnd } from '../fakes/partner-center/entra.ts';
import type { Account } from '../fakes/partner-center/referral-store.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';

const botUrl = 'https://bot.nordwind.example/api/partner-center/webhook';
const ours = `${botUrl}?organisation=nordwind`;
const theirs = 'https://crm.example/hook?sig=their-secret';
const otherTenant = '22222222-2222-4222-8222-222222222222';

let house: House;
let temporary: TemporaryStore;
let connections: Connections;
let config: NonNullable<ReturnType<PartnerCenterParts['config']>>;
/** Everything that any command printed. */
let printed: string[];
/** What the person at the browser does when a code is shown. */
let atBrowser: (code: string) => void;

beforeEach(async () => {
  house = await openHouse();
  temporary = temporaryStore();
  connections = createConnections(temporary.store, house.clock);
  config = {
    clientId: house.fake.clientId,
    key: randomBytes(32).toString('base64'),
    pollInterval: 60_000,
    webhookUrl: botUrl,
  };
  printed = [];
  atBrowser = consentAs(house.fake.accounts.admin);
  await createOrganisations(temporary.store, house.clock).create({
    id: 'nordwind',
    name: 'Nordwind',
    tenants: [house.fake.accounts.admin.tenantId],
  });
});

afterEach(async () => {
  const { fake, log } = house;
  const said = printed.join('\n');
  for (const secret of [...fake.entra.secrets, config.key, 'their-secret']) {
    expect(said).not.toContain(secret);
    expect(log.join('')).not.toContain(secret);
  }
  await temporary.discard();
  expect(await house.end()).toEqual([]);
});

function consentAs(account: Account): typeof atBrowser {
  return (code) => house.fake.entra.approve(code, account);
}

interface Ran {
  code: number;
  out: string[];
  complaints: string[];
}

/** Runs one command line, split at spaces. */
async function admin(line: string, parts: Partial<PartnerCenterParts> = {}): Promise<Ran> {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await runAdmin(
    line.split(' '),
    {
      openStore: async () => temporary.reopen(),
      clock: house.clock,
      allowHttp: true,
      out(text) {
        out.push(text);
        const [, userCode] = /type the code (\S+)/.exec(text) ?? [];
        if (userCode !== undefined) atBrowser(userCode);
      },
      partnerCenter: {
        config: () => config,
        fetch: house.fake.fetch,
        wait: house.parts().wait,
        log: pino({ level: 'trace' }, { write: (entry: string) => void house.log.push(entry) }),
        cancellable,
        ...parts,
      },
    },
    (text) => void complaints.push(text),
  );
  printed.push(...out, ...complaints);
  return { code, out, complaints };
}

/** What a command prints that goes well. */
async function output(line: string): Promise<string> {
  const { code, out, complaints } = await admin(line);
  expect([complaints, code]).toEqual([[], 0]);
  return out.join('\n');
}

/** The one line of a command that goes wrong, whatever it printed before. */
async function complaint(line: string, parts: Partial<PartnerCenterParts> = {}): Promise<string> {
  const { code, complaints } = await admin(line, parts);
  expect([code, complaints.length]).toEqual([1, 1]);
  expect(complaints[0]).not.toContain('\n');
  return complaints[0] ?? '';
}

describe('connecting', () => {
  test('shows where to consent, waits, and says as whom it is connected and that referrals can be read', async () => {
    const account = 'partnercenter@nordwind.example';
    expect((await output('partner-center connect')).split('\n')).toEqual([
      expect.stringMatching(`^Open ${house.fake.url}/ and type the code [0-9A-F]{9}$`),
      expect.stringMatching(/service account with the role Referrals admin/),
      'Waiting for the consent, 15 minutes at most; Ctrl-C cancels.',
      `nordwind is connected to Partner Center as ${account}, tenant ${house.fake.accounts.admin.tenantId}`,
      expect.stringMatching(/^It can read referrals\./),
    ]);
    expect(await connections.get('nordwind')).toMatchObject({ status: 'connected', account: { name: account } });
  });

  test('says beforehand that somebody is connected, and takes their place', async () => {
    await output('partner-center connect');
    const since = instant(house.clock.now());
    house.clock.move(1000);
    atBrowser = consentAs(house.fake.accounts.user);
    const [first] = (await output('partner-center connect -o nordwind')).split('\n');
    expect(first).toContain(`nordwind is connected already, as partnercenter@nordwind.example since ${since}: a new`);
    expect(await connections.get('nordwind')).toMatchObject({ account: { name: 'ben.huber@nordwind.example' } });
  });

  test('of an account without a role says which it needs; the connection stands', async () => {
    atBrowser = consentAs(house.fake.accounts.nobody);
    expect(await complaint('partner-center connect')).toMatch(
      /^It is connected, but nothing can be read yet\. The account may not read referrals: give it the role Referrals admin .*\(accessDenied, request [0-9a-f-]{36}\)$/,
    );
    expect(await connections.get('nordwind')).toMatchObject({ status: 'connected' });
  });

  test('while Partner Center does not answer says so; the connection stands', async () => {
    house.fake.faults.push({ operation: 'list', times: 9, answer: { status: 503 } });
    expect(await complaint('partner-center connect')).toMatch(
      /^It is connected, but nothing can be read yet\. Partner Center does not answer as it should: run it again in 60 seconds/,
    );
  });

  test('by an account of a tenant that is not theirs is pointed out, and that everything is read anew', async () => {
    await output('partner-center connect');
    atBrowser = consentAs({ ...house.fake.accounts.admin, tenantId: otherTenant });
    const lines = await output('partner-center connect');
    expect(lines).toMatch(/Mind that this is none of nordwind's tenants/);
    expect(lines).toMatch(`Before it was the tenant ${house.fake.accounts.admin.tenantId}: everything is read anew`);
  });

  test('is cancelled by Ctrl-C, also when it comes twice', async () => {
    atBrowser = () => void (process.emit('SIGINT') && process.emit('SIGINT'));
    const { code, out, complaints } = await admin('partner-center connect');
    expect([code, complaints]).toEqual([1, ['Nothing was connected: it was cancelled']]);
    expect(out).toContain('Cancelling …');
    expect(process.listenerCount('SIGINT')).toBe(0);
    expect(await connections.get('nordwind')).toBeUndefined();
  });

  test('that does not come about says why, and leaves an earlier connection as it is', async () => {
    await output('partner-center connect');
    const before = await connections.get('nordwind');
    atBrowser = (code) => house.fake.entra.decline(code);
    expect(await complaint('partner-center connect')).toBe('Nothing was connected: the consent was declined');
    atBrowser = () => house.clock.move(901_000);
    expect(await complaint('partner-center connect')).toMatch(/^Nothing was connected: nobody consented in time/);
    expect(await connections.get('nordwind')).toEqual(before);
  });

  test('by an app registration that the tenant does not know says what to check', async () => {
    config.clientId = '60000009-0000-4000-8000-000000000009';
    expect(await complaint('partner-center connect')).toBe(
      'Nothing was connected: the tenant does not know the app registration: check PARTNER_CENTER_CLIENT_ID and give admin ' +
        'consent (AADSTS700016)',
    );
  });

  test('while Entra does not answer', async () => {
    house.fake.faults.push({ operation: 'deviceCode', times: 9, answer: { status: 503, body: 'no' } });
    expect(await complaint('partner-center connect')).toMatch(
      /^Entra does not answer as it should: run it again later/,
    );
  });

  test.each(['connect', 'webhook status', 'webhook register', 'webhook validate'])(
    'is not possible where Partner Center is not configured: %s',
    async (command) => {
      const why = /^Partner Center is not configured: set PARTNER_CENTER_CLIENT_ID and PARTNER_CENTER_KEY/;
      expect(await complaint(`partner-center ${command}`, { config: () => undefined })).toMatch(why);
    },
  );

  test('of an organisation that there is not', async () => {
    expect(await complaint('partner-center connect -o contoso')).toMatch(/^There is no organisation contoso/);
  });
});

describe('disconnecting', () => {
  test('forgets the tokens', async () => {
    await output('partner-center connect');
    expect(await output('partner-center disconnect')).toMatch(
      /^nordwind is disconnected from Partner Center: within a minute .*\nThe tokens of partnercenter@nordwind\.example are/,
    );
    expect(await connections.get('nordwind')).toMatchObject({ status: 'disconnected', reason: 'byAdmin', tokens: '' });
  });

  test('of what is not connected changes nothing', async () => {
    expect(await complaint('partner-center disconnect')).toBe('nordwind is not connected to Partner Center');
    await output('partner-center connect');
    await output('partner-center disconnect');
    expect(await complaint('partner-center disconnect')).toMatch(
      /^Nothing was done: nordwind: disconnected since .*: an admin ended it$/,
    );
  });
});

describe('the status', () => {
  test('of all organisations, or of one', async () => {
    await createOrganisations(temporary.store, house.clock).create({
      id: 'fabrikam',
      name: 'Fabrikam',
      tenants: [otherTenant],
    });
    await output('partner-center connect -o nordwind');
    const since = instant(house.clock.now());
    const nordwind = [
      `nordwind: connected as partnercenter@nordwind.example since ${since}`,
      `  tenant: ${house.fake.accounts.admin.tenantId}`,
      '  changes read up to: nothing yet',
      '  first import: not finished, 0 referrals read',
    ];
    expect((await output('partner-center status')).split('\n')).toEqual(['fabrikam: not connected', ...nordwind]);
    expect((await output('partner-center status -o nordwind')).split('\n')).toEqual(nordwind);
  });

  test('says how far changes are read', async () => {
    await output('partner-center connect');
    const watermark = instant(house.clock.now() - 60_000);
    await connections.amend('nordwind', (before) => ({ ...before, watermark, imported: true }));
    expect(await output('partner-center status')).toContain(
      `  changes read up to: ${watermark}\n  first import: finished`,
    );
  });

  test('says how much of the first import is done, and what is in the way', async () => {
    await output('partner-center connect');
    await connections.amend('nordwind', (before) => ({
      ...before,
      importing: { read: 1200, unreadable: 0, told: [] },
      trouble: 'forbidden',
    }));
    const lines = (await output('partner-center status')).split('\n');
    expect(lines[3]).toBe('  first import: not finished, 1200 referrals read');
    expect(lines[4]).toMatch(/^ {2}in the way: the account may not read referrals, it needs the role Referrals admin/);
  });

  test("says why a connection ended, with Entra's code", async () => {
    await output('partner-center connect');
    const { consentId = '' } = (await connections.get('nordwind')) ?? {};
    house.clock.move(3_600_000);
    await connections.disconnect('nordwind', consentId, { reason: 'revoked', code: 'AADSTS50173' });
    const [first, second] = (await output('partner-center status')).split('\n');
    expect(first).toBe(
      `nordwind: disconnected since ${instant(house.clock.now())}: the consent was taken back, or the password was changed (AADSTS50173)`,
    );
    expect(second).toMatch(
      /was connected as partnercenter@nordwind\.example: "partner-center connect" connects it again/,
    );
  });

  test('needs no configuration of Partner Center, but an organisation', async () => {
    const { out } = await admin('partner-center status', { config: () => undefined });
    expect(out).toEqual(['nordwind: not connected']);
    expect(await complaint('partner-center status -o contoso')).toMatch(/^There is no organisation contoso/);
  });
});

/** Another tool's registration. */
function registerTheirs(url = theirs): void {
  const { webhooks, accounts } = house.fake;
  webhooks.registration = undefined;
  webhooks.handle('POST', '', { WebhookUrl: url, WebhookEvents: ['referral-created'] }, accounts.admin);
}

describe('the webhook', () => {
  beforeEach(() => output('partner-center connect'));

  test('is registered for the organisation by name, for all that the bot wants to hear of', async () => {
    expect(await output('partner-center webhook status')).toMatch(/^Nothing is registered/);
    expect((await output('partner-center webhook register')).split('\n')).toEqual([
      `Partner Center tells ${botUrl} of ${wantedEvents.join(', ')}, for nordwind`,
      '"partner-center webhook validate" has a test event sent.',
    ]);
    expect(house.fake.webhooks.registration).toMatchObject({ url: ours, events: wantedEvents, ownHeader: true });
    expect((await output('partner-center webhook status')).split('\n')).toEqual([
      `Events go to ${botUrl}: this bot's, for nordwind`,
      `  events: ${wantedEvents.join(', ')}`,
      '  signature in: x-ms-signature',
    ]);
  });

  test('of another tool is left alone, and shown without its key', async () => {
    registerTheirs();
    expect(await complaint('partner-center webhook register')).toMatch(
      /^Partner Center has one registration for a tenant, and it is https:\/\/crm\.example\/hook, another tool's.* With --replace/,
    );
    expect(house.fake.webhooks.registration).toMatchObject({ url: theirs });
    const [first, , missing, signature] = (await output('partner-center webhook status')).split('\n');
    expect(first).toBe("Events go to https://crm.example/hook: another tool's, or another installation's");
    expect(missing).toMatch(/not registered: referral-updated, related-referral-created/);
    expect(signature).toMatch('signature in: Authorization');
  });

  test('of another tool is replaced only when that is said', async () => {
    registerTheirs();
    expect(await output('partner-center webhook register --replace')).toMatch(
      /^It took the place of https:\/\/crm\.example\/hook, another tool's.*: no events go there any more\.$/m,
    );
    expect(house.fake.webhooks.registration).toMatchObject({ url: ours });
  });

  test('that is the bot’s own already gets its events brought up to date', async () => {
    registerTheirs(ours);
    expect(await output('partner-center webhook register')).toMatch(/^It was registered already: .*up to date\.$/m);
    expect(house.fake.webhooks.registration).toMatchObject({ url: ours, events: wantedEvents, ownHeader: true });
  });

  test.each([
    ['?organisation=fabrikam', "this bot's, but for fabrikam"],
    ['', "this bot's, but naming no organisation"],
  ])('of the bot with "%s" is told apart', async (query, whose) => {
    registerTheirs(botUrl + query);
    expect(await output('partner-center webhook status')).toContain(`Events go to ${botUrl}: ${whose}`);
    expect(await complaint('partner-center webhook register')).toContain(whose);
  });

  test('is registered where --url says, with what that has for itself', async () => {
    await output('partner-center webhook register --url https://gate.example/bot?code=1');
    expect(house.fake.webhooks.registration).toMatchObject({
      url: 'https://gate.example/bot?code=1&organisation=nordwind',
    });
  });

  test('cannot be told apart where no address is configured', async () => {
    registerTheirs();
    config.webhookUrl = undefined;
    expect(await output('partner-center webhook status')).toContain('PARTNER_CENTER_WEBHOOK_URL is not set');
  });

  test.each([undefined, 'bot.nordwind.example', 'ftp://bot.nordwind.example/', 'https://a:b@bot.nordwind.example/'])(
    'is not registered at %s',
    async (url) => {
      config.webhookUrl = undefined;
      const line = `partner-center webhook register${url === undefined ? '' : ` --url ${url}`}`;
      expect(await complaint(line)).toMatch(
        /^Say by --url or PARTNER_CENTER_WEBHOOK_URL where .* https:\/\/<host>\/api/,
      );
      expect(house.fake.webhooks.registration).toBeUndefined();
    },
  );

  test('without some events that Partner Center does not offer is registered for the others', async () => {
    // The first answer: nothing is registered.
    house.fake.faults.push(
      { operation: 'registration', answer: { status: 404 } },
      { operation: 'registration', answer: { status: 200, body: '["referral-created","test-created"]' } },
    );
    expect(await output('partner-center webhook register')).toMatch(
      /of referral-created, test-created, for nordwind\nIt does not offer referral-updated, related-.*found by polling/,
    );
  });
});

describe('validating the webhook', () => {
  let servers: Server[];
  let heard: [event: WebhookEvent, orgId: string | undefined][];

  beforeEach(async () => {
    servers = [];
    heard = [];
    await output('partner-center connect');
  });
  afterEach(async () => {
    for (const server of servers) await close(server);
  });

  /** The bot's route on a server of its own. Resolves to its address. */
  async function bot(): Promise<string> {
    const quiet = pino({ enabled: false });
    const { fake, clock } = house;
    const server = restify.createServer({ log: quiet as unknown as restify.ServerOptions['log'] });
    registerWebhook(server, {
      verifier: createWebhookVerifier({ clock, log: quiet, fetch: fake.fetch, trustedRoots: fake.trustedRoots }),
      onEvent: (...event) => void heard.push(event),
      log: quiet,
    });
    servers.push(server);
    return `${await listen(server, 0, '127.0.0.1')}/api/partner-center/webhook`;
  }

  test('says that the test event arrived, for the organisation', async () => {
    config.webhookUrl = await bot();
    await output('partner-center webhook register');
    expect((await output('partner-center webhook validate')).split('\n')).toEqual([
      `Partner Center sends a test event to ${config.webhookUrl} …`,
      'The test event arrived, and the bot took it',
    ]);
    expect(heard).toEqual([[expect.objectContaining({ name: 'test-created' }), 'nordwind']]);
  });

  test.each([
    ['there is no bot', '/nowhere', /^The test event was not taken.*: there is no bot at that address \(404\)$/],
    ['nobody listens', ':1/', /^The test event was not taken.*: the address was not reached: .*\(0\)$/],
  ])('where %s says so', async (_what, place, why) => {
    const url = place.startsWith(':') ? `http://127.0.0.1${place}` : new URL(place, await bot()).href;
    await output(`partner-center webhook register --url ${url}`);
    expect(await complaint('partner-center webhook validate')).toMatch(why);
  });

  test.each([
    ['Unauthorized', /its signature did not fit/],
    ['BadRequest', /the bot did not take it for an event/],
    ['403', /something before the bot keeps it out/],
    ['302', /leads to another one/],
    ['ServiceUnavailable', /was not to be had/],
    ['502', /failed: its log says why/],
    ['SomethingNew', /the address was not reached.*\(SomethingNew\)$/],
  ])('explains the answer %s', async (responseCode, why) => {
    registerTheirs(ours);
    const results = [{ responseCode, responseMessage: '', dateTimeUtc: instant(house.clock.now()) }];
    for (const body of [
      { WebhookUrl: ours, WebhookEvents: wantedEvents },
      { correlationId: '1' },
      { status: 'completed', results },
    ]) {
      house.fake.faults.push({ operation: 'registration', answer: { status: 200, body: JSON.stringify(body) } });
    }
    expect(await complaint('partner-center webhook validate')).toMatch(why);
  });

  test('says when Partner Center does not know yet', async () => {
    await output('partner-center webhook register');
    house.fake.webhooks.switches.sending = 'hold';
    expect(await complaint('partner-center webhook validate')).toBe(
      'Partner Center has not said yet what came of the test event (pending): run it again in a minute',
    );
  });

  test('may be done twice a minute', async () => {
    config.webhookUrl = await bot();
    await output('partner-center webhook register');
    await output('partner-center webhook validate');
    await output('partner-center webhook validate');
    expect(await complaint('partner-center webhook validate')).toMatch(
      /^Partner Center wants to hear less of the bot: run it again in 60 seconds \(tooManyRequests, request [0-9a-f-]{36}\)$/,
    );
  });

  test('needs a registration', async () => {
    expect(await complaint('partner-center webhook validate')).toBe(
      'Nothing is registered: "partner-center webhook register" does it',
    );
  });
});

describe('what is in the way of the webhook is said in one line', () => {
  const status = 'partner-center webhook status';

  test('nobody is connected', async () => {
    expect(await complaint(status)).toBe(
      'It is not connected to Partner Center: "partner-center connect" does it (notConnected)',
    );
  });

  test('the account lacks the role', async () => {
    atBrowser = consentAs(house.fake.accounts.user);
    await output('partner-center connect');
    expect(await complaint(status)).toMatch(
      /^The account may not register webhooks: Partner Center names the roles Admin agent, .*\(accessDenied, request [0-9a-f-]{36}\)$/,
    );
  });

  test.each<[ConsentEnd, RegExp]>([
    ['revoked', /^The connection has ended: the consent was taken back, .*"partner-center connect" connects it again/],
    ['accountDisabled', /^The connection has ended: the account is gone or blocked/],
    ['mfaNeeded', /^The connection has ended: Entra wants the account to sign in again/],
  ])('the consent is over: %s', async (how, why) => {
    await output('partner-center connect');
    house.fake.entra.end(house.fake.accounts.admin, how);
    expect(await complaint(status)).toMatch(why);
    expect(await output('partner-center status')).toMatch(/^nordwind: disconnected since .*\(AADSTS\d+\)$/m);
    expect(await complaint(status)).toMatch(why);
  });

  test('the key is another one', async () => {
    await output('partner-center connect');
    config = { ...config, key: randomBytes(32).toString('base64') };
    expect(await complaint(status)).toMatch(/^PARTNER_CENTER_KEY is not the one that the connection was made with/);
  });

  test.each([
    [{ status: 403, code: 'accessDenied', inner: 'insufficient_claims' }, /^Conditional access wants more/],
    [{ status: 401, code: 'unauthenticated' }, /^Partner Center does not take the account's sign-in/],
    [{ status: 429, retryAfter: 600 }, /^Partner Center wants to hear less of the bot: run it again in 10 minutes/],
    [{ status: 503, retryAfter: 90 }, /^Partner Center does not answer as it should: run it again in 90 seconds/],
    [{ status: 400, code: 'invalidRequest', message: 'no\nsuch thing' }, /^Partner Center refused it: no such thing/],
    [{ status: 409 }, /^Something was registered meanwhile/],
    [{ status: 412 }, /^Somebody else was faster/],
    ['reset' as const, /^Partner Center could not be reached from this machine/],
  ])('Partner Center answers %j', async (answer, why) => {
    await output('partner-center connect');
    house.fake.faults.push({ operation: 'registration', times: 9, answer });
    const line = await complaint(status);
    expect(line).toMatch(why);
    expect(line).toMatch(/request [0-9a-f-]{36}\)$/);
    house.fake.faults.length = 0;
  });
});

describe('the program', () => {
  test.each([
    [{}, /^Partner Center is not configured: set PARTNER_CENTER_CLIENT_ID and PARTNER_CENTER_KEY \(.*\)\n$/],
    [
      { PARTNER_CENTER_CLIENT_ID: '60000001-0000-4000-8000-000000000001', PARTNER_CENTER_KEY: 'much-too-short' },
      /^PARTNER_CENTER_KEY: must be 32 bytes in base64, as "openssl rand -base64 32" prints\n$/,
    ],
  ])(
    'says in one line how Partner Center must be configured',
    async (environment, why) => {
      const root = join(import.meta.dirname, '../..');
      const args = ['scripts/run.cjs', 'src/admin.ts', 'partner-center', 'connect'];
      const env = { PATH: process.env.PATH ?? '', STORE: 'sqlite', SQLITE_FILE: temporary.file, ...environment };
      await expect(promisify(execFile)(process.execPath, args, { cwd: root, env })).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(why),
      });
    },
    30_000,
  );
});
