import { createSecretKey, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { createPartnerCenterClient } from '../../src/partner-center/client.ts';
import { createConnections } from '../../src/partner-center/connection.ts';
import { createSignIn } from '../../src/partner-center/sign-in.ts';
import { type House, openHouse } from '../fakes/partner-center/caller.ts';
import { filterOf, ODataError, orderOf } from '../fakes/partner-center/odata.ts';
import { referralsAudience, startFakePartnerCenter } from '../fakes/partner-center/server.ts';
import { sampleReferral } from '../fakes/referrals.ts';
import { temporaryStore } from '../fakes/temporary-store.ts';

/* The fake itself: that it is as strict as what it stands for (facts/partner-center.md 6), and does what its page offers. */

let house: House;

beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.fake.stop());

/** A request as no client of ours makes it. */
async function ask(
  path: string,
  { headers = {}, body, ...init }: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
) {
  const response = await fetch(house.fake.url + path, {
    ...init,
    redirect: 'manual',
    headers: {
      Accept: 'application/json',
      Authorization: `Bearer ${house.fake.entra.accessToken(house.fake.accounts.admin, referralsAudience)}`,
      'client-request-id': crypto.randomUUID(),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

/** Presses a button of the page. */
function press(action: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return ask(`/portal/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

const referrals = '/v1.0/engagements/referrals';

describe('OData, as far as it is documented', () => {
  const sample = { ...sampleReferral('inbound-from-microsoft'), team: [{ email: "o'neill@nordwind.example" }] };
  test.each([
    ["engagementId eq '20000001-0000-4000-8000-000000000001'", true],
    ['engagementId eq 20000001-0000-4000-8000-000000000001', true],
    ["status eq 'New' and qualification eq 'SalesQualified'", true],
    ["customerProfile/address/country eq 'CH' and direction eq 'Incoming'", true],
    ["(direction eq 'Incoming' and substatus eq 'Pending')", true],
    ["type eq 'Independent' or (type eq 'Shared' and status ne 'Closed')", true],
    ["status eq 'Active' and direction eq 'Outgoing' and team/any(t:t/email eq 'a@b.com')", false],
    ["team/any(t:t/email eq 'o''neill@nordwind.example')", true],
    ['updatedDateTime ge 2026-11-02T09:12:44.123Z', true],
    ['updatedDateTime gt 2026-11-02T09:12:44.1234567Z', false],
    ['updatedDateTime lt 2026-11-02T09:12:44.1234568Z and updatedDateTime le 2027-01-01T00:00:00Z', true],
  ])('%s', (filter, fits) => {
    expect(filterOf(filter)(sample)).toBe(fits);
  });

  test.each([
    "name eq 'x'",
    "status like 'New'",
    "status gt 'New'",
    "status eq 'New' and",
    "status eq 'New')",
    "(status eq 'New'",
    "updatedDateTime ge '2026-11-02T09:12:44Z'",
    'status eq New eq',
    'team/any(t:t/title eq 1)',
    '',
    '$',
  ])('nothing else: %s', (filter) => {
    expect(() => filterOf(filter)).toThrow(ODataError);
  });

  test('order by two fields only', () => {
    expect(orderOf('updatedDateTime asc')).toEqual({ field: 'updatedDateTime', descending: false });
    for (const order of ['name', 'createdDateTime up', 'status asc']) expect(() => orderOf(order)).toThrow(ODataError);
  });

  test.each(['$skip=1', '$expand=team', '$top=0', '$orderby=name', '$filter=name%20eq%201'])(
    '%s is refused',
    async (query) => {
      expect(await ask(`${referrals}?${query}`)).toMatchObject({
        status: 400,
        json: { error: { code: 'invalidRequest' } },
      });
    },
  );

  test('$select leaves the rest out', async () => {
    const { id } = house.fake.invite();
    expect((await ask(`${referrals}?$select=id,status`)).json.value).toEqual([{ id, status: 'New' }]);
  });
});

describe('strict', () => {
  test.each([
    ['no token', {}, { Authorization: '' }, 401],
    ['a token for another API', {}, { Authorization: 'Bearer nonsense' }, 401],
    ['no client-request-id', {}, { 'client-request-id': '' }, 400],
    ['no GUID for it', {}, { 'client-request-id': '1' }, 400],
    ['another Accept', {}, { Accept: '*/*' }, 400],
    ['another verb', { method: 'DELETE' }, {}, 405],
    ['another type', { method: 'PATCH', body: [] }, { 'Content-Type': 'application/json-patch+json' }, 415],
  ])('%s', async (_what, init, headers, status) => {
    const { id } = house.fake.invite();
    expect(await ask(`${referrals}/${id}`, { ...init, headers })).toMatchObject({ status });
  });

  test('the same client-request-id twice', async () => {
    const headers = { 'client-request-id': crypto.randomUUID() };
    expect(await ask(referrals, { headers })).toMatchObject({ status: 200 });
    expect(await ask(referrals, { headers })).toMatchObject({ status: 400 });
    expect(house.fake.violations).toHaveLength(1);
  });

  test('what is not in the contract is noticed', async () => {
    for (const path of ['/v1.0/referrals', '/v1.0/engagments/referrals', '/engagements/v1/referrals/1']) {
      expect(await ask(path)).toMatchObject({ status: 404 });
    }
    expect(house.fake.violations).toHaveLength(3);
  });

  test.each([
    ['remove', '/team/0'],
    ['move', '/name'],
    ['test', '/status'],
    ['replace', '/id'],
    ['replace', '/createdDateTime'],
    ['replace', '/eTag'],
    ['replace', '/inviteContext/notes'],
    ['replace', '/customerProfile/name'],
    ['replace', '/team/-'],
    ['replace', '/details/dealValue'],
  ])('a patch may not %s %s', async (op, path) => {
    const { id } = house.fake.invite();
    const body = [{ op, path, value: 7 }];
    expect(await ask(`${referrals}/${id}`, { method: 'PATCH', body })).toMatchObject({ status: 400 });
  });

  test.each([
    ['New', 'Pending', 'New', 'Received', 200],
    ['New', 'Pending', 'Active', 'Accepted', 200],
    ['New', 'Pending', 'Closed', 'Declined', 200],
    ['New', 'Pending', 'Closed', 'Expired', 400],
    ['New', 'Pending', 'Active', 'Won', 400],
    ['New', 'Pending', 'None', 'None', 400],
    ['Active', 'Accepted', 'New', 'Pending', 400],
    ['Active', 'Accepted', 'Closed', 'Won', 200],
    ['Active', 'Accepted', 'Closed', 'Accepted', 400],
    ['Closed', 'Won', 'Active', 'Accepted', 400],
  ])('%s/%s to %s/%s', async (status, substatus, toStatus, toSubstatus, answer) => {
    const { id } = house.fake.invite({ status, substatus });
    const body = [
      { op: 'replace', path: '/status', value: toStatus },
      { op: 'replace', path: '/substatus', value: toSubstatus },
    ];
    const headers = { Prefer: 'return=representation' };
    expect((await ask(`${referrals}/${id}`, { method: 'PATCH', body, headers })).status).toBe(answer);
  });

  test('a patch without Prefer answers with nothing', async () => {
    const { id } = house.fake.invite();
    const body = [{ op: 'replace', path: '/name', value: 'Renamed' }];
    expect(await ask(`${referrals}/${id}`, { method: 'PATCH', body })).toMatchObject({ status: 204, text: '' });
  });

  test('a replacement needs If-Match, the right one, and no links', async () => {
    const { id, eTag } = house.fake.invite();
    const path = `${referrals}/${id}`;
    const { links, ...body } = (await ask(path)).json;
    body.name = 'Replaced';
    expect(links.self.uri).toContain('engagments');
    expect(await ask(path, { method: 'PUT', body })).toMatchObject({ status: 412 });
    house.fake.switches.putWithoutIfMatch = 428;
    expect(await ask(path, { method: 'PUT', body })).toMatchObject({ status: 428 });
    expect(await ask(path, { method: 'PUT', body, headers: { 'If-Match': '"old"' } })).toMatchObject({ status: 412 });
    const headers = { 'If-Match': eTag };
    expect(await ask(path, { method: 'PUT', body: { ...body, links }, headers })).toMatchObject({ status: 400 });
    expect(await ask(path, { method: 'PUT', body, headers })).toMatchObject({
      status: 200,
      json: { name: 'Replaced' },
    });
  });
});

describe('what it can be told to do', () => {
  const client = () => createPartnerCenterClient(house.parts());

  test('an event comes before the referral can be read', async () => {
    const { id } = house.fake.invite();
    house.fake.hidden.set(id, 2);
    for (let times = 0; times < 2; times++) await expect(client().get(id)).rejects.toMatchObject({ kind: 'notFound' });
    expect(await client().get(id)).toMatchObject({ id });
  });

  test('reading makes a pending referral a received one', async () => {
    house.fake.switches.readingReceives = true;
    const { id } = house.fake.invite();
    expect(await client().get(id)).toMatchObject({ status: 'New', substatus: 'Received' });
  });

  test('half of the referrals say when they expire, and all do', async () => {
    const sent = [house.fake.invite(), house.fake.invite()];
    expect(sent.filter(({ expirationDateTime }) => expirationDateTime === null)).toHaveLength(1);
    house.clock.move(14 * 86_400_000);
    expect(house.fake.store.expireDue()).toHaveLength(2);
  });

  test('a list whose pages move while it is read loses one', async () => {
    Object.assign(house.fake.switches, { paging: 'offset', pageSize: 2 });
    const sent = [1, 2, 3, 4].map(() => {
      house.clock.move(1000);
      return house.fake.invite();
    });
    const seen: string[] = [];
    for await (const { referrals } of client().listChangedSince('2026-01-01T00:00:00.000Z')) {
      if (seen.length === 0) house.fake.store.edit(sent[0]?.id, () => undefined);
      seen.push(...referrals.map(({ id }) => id));
    }
    expect(seen).not.toContain(sent[2]?.id);
  });

  test('lists show the other parties, too', async () => {
    const { fake } = house;
    const own = fake.store.createOwn(fake.organisation, {});
    fake.store.send(fake.organisation, fake.partner, { engagementId: own.engagementId });
    expect((await ask(referrals)).json.value).toHaveLength(1);
    fake.switches.listShowsRelated = true;
    expect((await ask(referrals)).json.value).toHaveLength(2);
  });
});

describe('the page', () => {
  test('shows referrals, and no text is more than text', async () => {
    house.fake.store.put(sampleReferral('inbound-hostile-text'));
    house.fake.invite({ name: '<script>alert(1)</script>"\'' });
    const { text, headers } = await ask('/');
    expect(text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;');
    expect(text).toContain('&#60;at&#62;everyone&#60;/at&#62;');
    expect(text).not.toContain('<script');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('sends an opportunity, answers it and ends it', async () => {
    const customer = {
      customer: 'Milk & Sons',
      country: 'CH',
      value: '5000',
      currency: 'CHF',
      notes: '',
      from: 'microsoft',
    };
    expect(await press('invite', customer)).toMatchObject({ status: 303 });
    const [sent] = house.fake.store.referrals.values();
    expect(sent).toMatchObject({
      status: 'New',
      customerProfile: { name: 'Milk & Sons' },
      inviteContext: { invitedBy: { organizationId: 'msft' } },
    });
    const id = sent?.id ?? '';
    expect((await ask('/')).text).toContain('Milk &#38; Sons');
    await press('accept', { id });
    expect(house.fake.store.get(id)).toMatchObject({ status: 'Active' });
    expect(await press('expire', { id })).toMatchObject({ status: 409 });
    await press('win', { id });
    expect(house.fake.store.get(id)).toMatchObject({ substatus: 'Won' });
  });

  test('answers as Microsoft, and expires what nobody answered', async () => {
    const { fake } = house;
    const own = fake.store.createOwn(fake.organisation, {});
    const theirs = fake.store.send(
      fake.organisation,
      { ...fake.partner, id: 'msft', name: 'Microsoft' },
      { engagementId: own.engagementId },
    );
    expect((await ask('/')).text).toContain('Accept as Microsoft');
    await press('accept', { id: theirs.id });
    expect(fake.store.get(theirs.id)).toMatchObject({ substatus: 'Accepted' });
    const waiting = fake.invite();
    await press('expire', { id: waiting.id });
    expect(fake.store.get(waiting.id)).toMatchObject({ substatus: 'Expired' });
  });

  test('lets one sign in for a program that asks', async () => {
    const temporary = temporaryStore();
    const signIn = createSignIn({
      connections: createConnections(temporary.store, house.clock),
      key: createSecretKey(randomBytes(32)),
      clientId: house.fake.clientId,
      authority: house.fake.url,
      clock: house.clock,
      log: pino({ enabled: false }),
    });
    const connection = await signIn.connect('nordwind', referralsAudience, async ({ code }) => {
      expect((await ask('/')).text).toContain(code);
      await press('consent', { id: code, username: house.fake.accounts.admin.username });
    });
    expect(connection).toMatchObject({ status: 'connected' });
    await temporary.discard();
  });

  test.each([
    ['invite', { value: '-1' }],
    ['consent', { id: 'NOCODE', username: 'partnercenter@nordwind.example' }],
    ['accept', { id: 'none' }],
    ['explode', {}],
  ])('refuses what makes no sense: %s', async (action, fields) => {
    expect((await press(action, fields as Record<string, string>)).status).toBeGreaterThanOrEqual(400);
    expect(house.fake.violations).toEqual([]);
  });

  test("takes no orders from another site's page", async () => {
    const { id } = house.fake.invite();
    expect(await press('expire', { id }, { Origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(house.fake.store.get(id)).toMatchObject({ status: 'New' });
  });
});

test('as a program it expires by itself what nobody answers', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const { clock } = house;
    const fake = await startFakePartnerCenter({ port: 0, clock, sweepMilliseconds: 1000 });
    const { id } = fake.invite();
    clock.move(15 * 86_400_000);
    jest.advanceTimersByTime(1000);
    expect(fake.store.get(id)).toMatchObject({ status: 'Closed', substatus: 'Expired' });
    await fake.stop();
  } finally {
    jest.useRealTimers();
  }
});
