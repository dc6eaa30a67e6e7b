import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runAdmin } from '../../src/admin/build.ts';
import { instant } from '../../src/clock.ts';
import { Deal } from '../../src/deals/deal.ts';
import type { Notice } from '../../src/deals/notice.ts';
import { createApiKeys } from '../../src/organisations/api-keys.ts';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import { createPeople } from '../../src/organisations/people.ts';
import { createSubscriptions } from '../../src/organisations/subscriptions.ts';
import { settled } from '../../src/rules/notices.ts';
import { documents } from '../../src/store/documents.ts';
import { type Store, StoreUnavailable } from '../../src/store/port.ts';
import { type MovableClock, movableClock } from '../fakes/clock.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';
import { monday, received } from '../fixtures/opportunity.ts';

const tenant = '11111111-1111-4111-8111-111111111111';
const otherTenant = '22222222-2222-4222-8222-222222222222';
const ada = 'aaaaaaaa-1111-4111-8111-111111111111';
const ben = 'bbbbbbbb-1111-4111-8111-111111111111';

let temporary: TemporaryStore;
let clock: MovableClock;
let closed: number;

beforeEach(() => {
  temporary = temporaryStore();
  clock = movableClock(monday);
  closed = 0;
});
afterEach(() => temporary.discard());

interface Ran {
  code: number;
  out: string[];
  complaints: string[];
}

/** Runs one command line, split at spaces. */
async function admin(
  line: string,
  openStore = async () => closing(temporary.reopen()),
  allowHttp = false,
): Promise<Ran> {
  const out: string[] = [];
  const complaints: string[] = [];
  const parts = { openStore, clock, allowHttp, out: (text: string) => void out.push(text) };
  const code = await runAdmin(line.split(' ').filter(Boolean), parts, (text) => void complaints.push(text));
  return { code, out, complaints };
}

/** Counts that every command closes what it opened. */
function closing(store: Store): Store {
  const close = store.close.bind(store);
  store.close = () => {
    closed += 1;
    return close();
  };
  return store;
}

/** What a command prints that goes well. */
async function output(line: string): Promise<string> {
  const { code, out, complaints } = await admin(line);
  expect([complaints, code]).toEqual([[], 0]);
  return out.join('\n');
}

/** The one line of a command that goes wrong. */
async function complaint(line: string): Promise<string> {
  const { code, out, complaints } = await admin(line);
  expect([code, complaints.length, out]).toEqual([1, 1, []]);
  expect(complaints[0]).not.toContain('\n');
  return complaints[0] ?? '';
}

const createNordwind = `organisation create nordwind --name Nordwind --tenant ${tenant} --admin ${ada}`;

describe('organisations', () => {
  test('are created, shown, listed and changed', async () => {
    const created = await output(
      `${createNordwind} --partner-id 1234567 --answer-days 10 --language de --time-zone Europe/Vienna`,
    );
    expect(created.split('\n')).toEqual([
      'nordwind: Nordwind',
      `tenants: ${tenant}`,
      'partner ids: 1234567',
      'days to answer: 10',
      'reminders, days before: 7, 3, 1',
      'Referrals users may answer: yes',
      'private deals are registered in Partner Center: no',
      'language: de',
      'time zone: Europe/Vienna',
    ]);
    expect(await output('organisation show')).toBe(created);
    expect(await output('organisation set --register-private-deals yes')).toContain('Partner Center: yes');
    await output('organisation set --register-private-deals no');
    expect(await output('organisation list')).toBe('nordwind  Nordwind');
    const changed = await output(
      'organisation set --reminder-days 5,2 --users-may-answer no --name Nordwind-AG --partner-id 1 2',
    );
    expect(changed).toMatch(
      /^nordwind: Nordwind-AG\n.*\npartner ids: 1, 2\ndays to answer: 10\nreminders, days before: 5, 2\n.*: no\n/,
    );
    expect(await output('organisation show nordwind')).toBe(changed);
  });

  test('can be created twice: nothing changes', async () => {
    expect(await output(createNordwind)).toBe(await output(createNordwind));
  });

  test('get and lose tenants', async () => {
    await output(createNordwind);
    await output(`tenant add ${otherTenant}`);
    expect(await output('organisation show')).toContain(`tenants: ${tenant}, ${otherTenant}`);
    await output(`tenant remove ${tenant} --organisation nordwind`);
    expect(await output('organisation show')).toContain(`tenants: ${otherTenant}\n`);
  });

  test('one must be named where there are several', async () => {
    await output(createNordwind);
    await output(`organisation create fabrikam --name Fabrikam --tenant ${otherTenant}`);
    expect(await complaint('people list')).toBe('Say which organisation by --organisation: fabrikam, nordwind');
    expect(await output('people list -o nordwind')).toContain(ada);
    expect(await output('people list --organisation fabrikam')).not.toContain(ada);
  });

  test('unfinished ones give their tenants back', async () => {
    const organisations = createOrganisations(
      Object.assign(Object.create(temporary.store), {
        get: temporary.store.get.bind(temporary.store),
        create: (document: { kind: string }) =>
          document.kind === 'tenant' ? temporary.store.create(document as never) : Promise.reject(new Error('died')),
      }),
      clock,
    );
    await expect(organisations.create({ id: 'typo', name: 'Typo', tenants: [tenant] })).rejects.toThrow('died');
    expect(await complaint(createNordwind)).toContain('belongs to the organisation typo');
    await output(`tenant remove ${tenant} -o typo`);
    await output(createNordwind);
  });
});

describe('people', () => {
  beforeEach(() => output(createNordwind));

  test('have roles granted and revoked, by Entra id or by e-mail address', async () => {
    expect(await output(`role grant ${ben} referralsUser`)).toBe(`${ben}: referralsUser`);
    await createPeople(temporary.store, clock).learn('nordwind', {
      entraId: ben,
      tenantId: tenant,
      name: 'Ben Roth',
      email: 'ben@nordwind.example',
    });
    expect(await output('role grant Ben@Nordwind.example partnerAdmin')).toBe('Ben Roth: partnerAdmin, referralsUser');
    expect(await output('role revoke ben@nordwind.example referralsUser')).toBe('Ben Roth: partnerAdmin');
    expect((await output('people list')).split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['ENTRA ID', 'NAME', 'E-MAIL', 'ROLES'],
      [ada, '(not met yet)', 'referralsAdmin'],
      [ben, 'Ben Roth', 'ben@nordwind.example', 'partnerAdmin'],
    ]);
  });

  test('the last admin stays', async () => {
    expect(await complaint(`role revoke ${ada} referralsAdmin`)).toBe(
      `${ada} is the last admin of nordwind: make somebody else an admin first`,
    );
    expect(await output('people list')).toContain('referralsAdmin');
  });

  test.each([
    [
      'role grant nobody@nordwind.example referralsUser',
      /^Nobody with the address nobody@nordwind\.example has used the bot yet/,
    ],
    [`role revoke ${ben} referralsUser`, /^Nobody with the Entra object id/],
    ['role grant a/b referralsUser', /^a\/b is neither an Entra object id nor an e-mail address$/],
    [`role grant ${ben} boss`, /Allowed choices are partnerAdmin, referralsAdmin, referralsUser/],
    [`role grant ${ben}`, /missing required argument 'role'/],
  ])('%s', async (line, why) => {
    expect(await complaint(line)).toMatch(why);
    expect(await output('people list')).not.toContain(ben);
  });
});

describe('API keys', () => {
  beforeEach(() => output(createNordwind));
  const verified = (text = '') => createApiKeys(temporary.store, clock).verify(text);

  test('are created, listed without their secret, and revoked', async () => {
    const lines = (await output('api-key create --source crm')).split('\n');
    const key = await verified(lines[1]);
    expect(key).toMatchObject({ orgId: 'nordwind', source: 'crm' });
    const list = await output('api-key list');
    expect(list).toMatch(new RegExp(`^${key?.id} +crm +2026-11-02T09:12:44.000Z +active +asked for by GET$`, 'm'));
    expect(list).not.toContain(lines[1]?.slice(-43));
    expect(await output(`api-key revoke ${key?.id}`)).toContain('is revoked since 2026-11-02');
    expect(await verified(lines[1])).toBeUndefined();
    expect(await output('api-key list')).toContain('revoked 2026-11-02T09:12:44.000Z');
  });

  test('with a callback show the secret of its signatures once', async () => {
    const lines = (await output('api-key create --source crm --callback https://crm.example/answers')).split('\n');
    const key = await verified(lines[1]);
    expect(key?.sender).toEqual({ kind: 'callback', url: 'https://crm.example/answers', signingSecret: lines[3] });
    const list = await output('api-key list');
    expect(list).toContain('https://crm.example/answers');
    expect(list).not.toContain(lines[3]);
  });

  test('with a sender on this service name an organisation that there is', async () => {
    await output(`organisation create fabrikam --name Fabrikam --tenant ${otherTenant}`);
    const lines = (await output('api-key create --source fabrikam --sender-organisation fabrikam -o nordwind')).split(
      '\n',
    );
    expect((await verified(lines[1]))?.sender).toEqual({ kind: 'organisation', orgId: 'fabrikam' });
    expect(await complaint('api-key create --source x --sender-organisation contoso -o nordwind')).toContain(
      'no organisation contoso',
    );
  });

  test('http callbacks are for a development machine only', async () => {
    const line = 'api-key create --source crm --callback http://localhost:8080/';
    expect(await complaint(line)).toBe('--callback must begin with https://');
    expect((await admin(line, async () => temporary.reopen(), true)).code).toBe(0);
  });

  test.each([
    ['api-key create', /required option '--source <name>'/],
    ['api-key create --source CRM', /^The source must be/],
    ['api-key create --source teams', /^The source teams is taken/],
    ['api-key create --source crm --callback nowhere', /^--callback must be a URL$/],
    ['api-key create --source crm --callback https://a:b@crm.example/', /^--callback must not hold a user name/],
    ['api-key create --source crm --callback https://a.example --sender-organisation nordwind', /^Either/],
    ['api-key revoke key-unknown', /^nordwind has no key key-unknown/],
  ])('%s', async (line, why) => {
    expect(await complaint(line)).toMatch(why);
    expect((await output('api-key list')).split('\n')).toHaveLength(1);
  });
});

describe('deliveries', () => {
  const deals = () => documents(temporary.store, 'deal', Deal);
  const failure = (subscriptionId: string): Notice => ({
    id: `post:${subscriptionId}`,
    task: { kind: 'post', subscriptionId },
    state: 'failed',
    dueAt: instant(monday),
    triedAt: instant(monday + 5_000),
    attempts: 12,
    revision: 1,
    reason: 'BotNotInConversationRoster',
  });

  beforeEach(async () => {
    await output(createNordwind);
    for (const [dealId, failures] of [
      ['deal-a', ['x', 'y']],
      ['deal-b', []],
      ['deal-c', ['z']],
    ] as const) {
      const deal = received({ dealId, externalId: dealId });
      await deals().create(settled({ ...deal, notices: [...deal.notices, ...failures.map(failure)] }, monday));
    }
  });

  test('that failed are listed: deal, notice, state, reason and when', async () => {
    expect((await output('delivery list')).split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['DEAL', 'NOTICE', 'STATE', 'REASON', 'WHEN'],
      ['deal-a', 'post:x', 'failed', 'BotNotInConversationRoster', '2026-11-02T09:12:49.000Z'],
      ['deal-a', 'post:y', 'failed', 'BotNotInConversationRoster', '2026-11-02T09:12:49.000Z'],
      ['deal-c', 'post:z', 'failed', 'BotNotInConversationRoster', '2026-11-02T09:12:49.000Z'],
    ]);
  });

  test('are retried, all of a deal or one: the dispatcher finds them at once', async () => {
    clock.move(3_600_000);
    expect(await output('delivery retry deal-a post:y')).toBe('post:y is delivered again');
    expect(await output('delivery retry deal-c')).toBe('post:z is delivered again');
    expect((await output('delivery list')).split('\n')).toHaveLength(2);
    const deal = (await deals().get('nordwind', 'deal-a'))?.document;
    expect(deal?.notices.find(({ id }) => id === 'post:y')).toMatchObject({
      state: 'waiting',
      dueAt: instant(clock.now()),
      attempts: 0,
    });
    const due = await temporary.store.dueBefore(instant(clock.now()), 10);
    expect(due.map(({ id }) => id)).toEqual(expect.arrayContaining(['deal-a', 'deal-c']));
  });

  test('that have no reason any more are dropped', async () => {
    clock.move(30 * 86_400_000);
    expect(await output('delivery retry deal-c')).toBe('post:z is dropped: there is no reason for it any more');
    expect((await output('delivery list')).split('\n')).toHaveLength(3);
  });

  test('somebody else’s change at the same time is not lost', async () => {
    const store = temporary.reopen();
    const replace = store.replace.bind(store);
    let interfered = false;
    store.replace = async (document, version) => {
      if (!interfered) {
        interfered = true;
        const other = await deals().get('nordwind', 'deal-c');
        if (other !== undefined) await deals().replace({ ...other.document, crmId: 'CRM-1' }, other.version);
      }
      return replace(document, version);
    };
    expect((await admin('delivery retry deal-c', async () => store)).code).toBe(0);
    expect((await deals().get('nordwind', 'deal-c'))?.document).toMatchObject({ crmId: 'CRM-1', failedDeliveries: 0 });
  });

  test.each([
    ['delivery retry deal-x', /^nordwind has no deal deal-x$/],
    ['delivery retry deal-b', /^The deal deal-b has no failed notice$/],
    ['delivery retry deal-a announce', /^The deal deal-a has no failed notice announce$/],
  ])('%s', async (line, why) => {
    expect(await complaint(line)).toMatch(why);
  });

  test('where nothing failed it says so', async () => {
    await output('delivery retry deal-a');
    await output('delivery retry deal-c');
    expect(await output('delivery list')).toBe('Nothing has failed');
  });
});

test('subscriptions are listed, ended ones with the reason', async () => {
  await output(createNordwind);
  const subscriptions = createSubscriptions(temporary.store, clock);
  const address = (conversationId: string) => ({
    version: 1 as const,
    serviceUrl: 'https://smba.example/',
    tenantId: tenant,
    scope: 'channel' as const,
    conversationId,
    bot: { id: '28:bot', name: 'Co-sell' },
  });
  const by = { personId: 'person-1', name: 'Ada Keller' };
  const common = { orgId: 'nordwind', language: 'en' as const, timeZone: 'UTC', by };
  await subscriptions.start({
    ...common,
    address: address('19:a'),
    filters: { type: 'cosell', countries: ['DE', 'CH'], minimumValue: { amount: '1000', currency: 'EUR' } },
  });
  await subscriptions.start({ ...common, address: address('19:b'), filters: {} });
  await subscriptions.end('nordwind', '19:b', 'removed');
  const list = await output('subscription list');
  expect(list).toMatch(/channel +active +Ada Keller, 2026-11-02T09:12:44.000Z +cosell, DE\+CH, from 1000 EUR/);
  expect(list).toMatch(/channel +ended 2026-11-02T09:12:44.000Z: removed/);
});

describe('wrong command lines: one line, exit 1', () => {
  test.each([
    ['organisations', /unknown command 'organisations'/],
    ['organisation create Nord --name X --tenant 1', /^id: must be 1 to 39 small letters/],
    ['organisation create nordwind --tenant 1', /required option '--name <name>'/],
    ['organisation create nordwind --name X --tenant contoso.com', /^tenants\.0: must be an Entra id/],
    ['organisation show nordwind', /^There is no organisation nordwind/],
    ['organisation show', /^There is no organisation yet/],
    ['organisation set --answer-days 0', /from 1 to 90/],
    ['organisation set --answer-days 1.5', /from 1 to 90/],
    ['organisation set --reminder-days 7,x', /from 1 to 90/],
    ['organisation set --users-may-answer maybe', /Allowed choices are yes, no/],
    ['organisation set --language fr', /Allowed choices are en, de/],
    ['organisation set --colour red', /unknown option '--colour'/],
    ['organisation show a b', /too many arguments/],
  ])('%s', async (line, why) => {
    expect(await complaint(line)).toMatch(why);
  });

  test('a store that does not answer', async () => {
    const { code, complaints } = await admin('organisation list', async () => {
      throw new StoreUnavailable('The database does not answer: disk I/O error');
    });
    expect([code, complaints]).toEqual([1, ['The database does not answer: disk I/O error']]);
  });

  test('whatever comes of it, the store is closed', async () => {
    await output(createNordwind);
    await complaint('people list -o nobody');
    expect(closed).toBe(2);
  });
});

describe('help', () => {
  const noStore = async (): Promise<Store> => {
    throw new Error('help must not need a store');
  };

  test('tells of every command, without a store', async () => {
    const { code, out } = await admin('--help', noStore);
    expect(code).toBe(0);
    for (const command of [
      'organisation',
      'tenant',
      'role',
      'people',
      'api-key',
      'subscription',
      'delivery',
      'partner-center',
    ]) {
      expect(out.join('\n')).toContain(command);
    }
  });

  test.each(['', 'organisation', 'role'])('is shown for "%s", which is no whole command', async (line) => {
    const { code, out, complaints } = await admin(line, noStore);
    expect([code, complaints]).toEqual([1, []]);
    expect(out.join('\n')).toContain('Usage: npm run admin --');
  });

  test.each([
    'organisation create',
    'api-key create',
    'role grant',
    'delivery retry',
    'partner-center connect',
    'partner-center webhook register',
  ])('of %s says what each word means', async (line) => {
    const { code, out } = await admin(`${line} --help`, noStore);
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(/^Usage: [\s\S]*(Arguments|Options):/);
  });
});

describe('the program', () => {
  const root = join(import.meta.dirname, '../..');
  const run = (args: string[], environment: Record<string, string>) =>
    promisify(execFile)(process.execPath, ['scripts/run.cjs', 'src/admin.ts', ...args], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', ...environment },
    });

  test('works on the configured store, and says in one line what is wrong with the configuration', async () => {
    const environment = { STORE: 'sqlite', SQLITE_FILE: temporary.file };
    const { stdout } = await run(createNordwind.split(' '), environment);
    expect(stdout).toContain('nordwind: Nordwind');
    await expect(run(['organisation', 'list'], { ...environment, STORE: 'oracle' })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'STORE: must be sqlite or cosmos\n',
    });
  }, 30_000);
});
