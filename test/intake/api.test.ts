import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { readBody } from '../../src/intake/body.ts';
import { DocumentTooNew, StoreUnavailable } from '../../src/store/port.ts';
import { referralNames, sampleReferral } from '../fakes/referrals.ts';
import { type Answered, ada, type IntakeHouse, opportunity, rawRequest, startIntake } from './house.ts';

let house: IntakeHouse;
beforeEach(async () => {
  house = await startIntake();
});
afterEach(() => house.stop());

const json = { 'Content-Type': 'application/json' };

/** Every error of a problem, as pointer and detail. */
function errorsOf({ body }: Answered): [string, string][] {
  return body.errors.map(({ pointer, detail }: { pointer: string; detail: string }) => [pointer, detail]);
}

function expectProblem(answered: Answered, status: number, fields: object = {}): void {
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  expect(answered.body).toEqual(
    expect.objectContaining({
      type: expect.stringMatching(/^urn:cosell:problem:/),
      title: expect.any(String),
      status,
      ...fields,
    }),
  );
  expect(answered.status).toBe(status);
}

/** Nothing that a client did wrong may look like a fault of the service, and no inside may show. */
function expectNoFault({ status, body }: { status: number; body: unknown }): void {
  expect(status).toBeLessThan(500);
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|Error:|at async/);
}

describe('a new opportunity', () => {
  test('in the own form is stored and answered with 201', async () => {
    const answered = await house.send(opportunity());
    expect(answered.status).toBe(201);
    expect(answered.body).toEqual({
      id: expect.stringMatching(/^deal-[\w-]{27}$/),
      externalId: 'OPP-1',
      status: 'received',
      type: 'p2p',
      // L4: 14 days.
      respondBy: '2026-11-17T09:00:00.000Z',
    });
    expect(answered.headers.get('location')).toBe(`/api/opportunities/${answered.body.id}`);
    const deal = await house.desk.deal('nordwind', answered.body.id);
    expect(deal).toMatchObject({
      source: 'crm',
      direction: 'inbound',
      route: { kind: 'none' },
      opportunity: {
        receivedAt: '2026-11-03T09:00:00.000Z',
        customer: { name: 'Hafen & Söhne KG', address: { city: 'Hamburg', country: 'DE' }, contacts: [] },
        value: { amount: '45000.50', currency: 'EUR' },
      },
      history: [{ what: 'received', by: { kind: 'sender', name: 'Fabrikam Cloud Ltd' }, from: 'api' }],
    });
    expect(deal?.notices.map(({ id }) => id)).toContain('announce');
  });

  test('keeps the times that its sender gives, in UTC', async () => {
    const { body } = await house.send(
      opportunity({ receivedAt: '2026-11-01T10:00:00+02:00', respondBy: '2026-11-10T18:00:00.5-05:00' }),
    );
    expect(body.respondBy).toBe('2026-11-10T23:00:00.500Z');
    expect((await house.desk.deal('nordwind', body.id))?.opportunity.receivedAt).toBe('2026-11-01T08:00:00.000Z');
  });

  test('L5: whose time is over is kept as expired', async () => {
    const { status, body } = await house.send(opportunity({ respondBy: '2026-11-03T09:00:00Z' }));
    expect([status, body.status, body.answer.status]).toEqual([201, 'expired', 'expired']);
  });

  test('with a type that a vendor gave JSON is taken', async () => {
    const answered = await house.call('/api/opportunities', {
      method: 'POST',
      headers: { 'Content-Type': 'application/vnd.crm+json; charset=utf-8', Authorization: `bearer ${house.key}` },
      body: JSON.stringify(opportunity()),
    });
    expect(answered.status).toBe(201);
  });

  test.each([
    [{ kind: 'callback', url: 'https://crm.example/answers', signingSecret: 's' }, 'callback'],
    [{ kind: 'organisation', orgId: 'fabrikam' }, 'organisation'],
  ] as const)('its sender will be told as the key says: %j', async (sender, kind) => {
    const key = await house.makeKey('erp', sender);
    for (const body of [opportunity(), sampleReferral('inbound-from-partner')]) {
      const { body: state } = await house.send(body, key);
      expect((await house.desk.deal('nordwind', state.id))?.route.kind).toBe(kind);
    }
  });

  test('the callback of a key is found again by the id that the deal keeps', async () => {
    const key = await house.makeKey('erp', {
      kind: 'callback',
      url: 'https://crm.example/answers',
      signingSecret: 's',
    });
    const { body } = await house.send(opportunity(), key);
    const route = (await house.desk.deal('nordwind', body.id))?.route;
    expect(route?.kind === 'callback' && (await house.apiKeys.get('nordwind', route.apiKeyId))?.source).toBe('erp');
  });

  test('half a surrogate pair, which JSON can escape and nothing else can hold, is replaced', async () => {
    const { body } = await house.send(opportunity({ name: 'a\ud83db', notes: '😀' }));
    expect((await house.desk.deal('nordwind', body.id))?.opportunity).toMatchObject({ name: 'a\ufffdb', notes: '😀' });
  });

  test('is logged by its ids, and without what stands in it', async () => {
    const { body } = await house.send(opportunity({ notes: 'a secret plan' }));
    const log = house.log.join('');
    expect(log).toContain(body.id);
    expect(log).not.toMatch(/Hafen|Fabrikam|secret plan|csk_/);
  });
});

describe("Partner Center's referrals", () => {
  test.each([
    ['inbound-from-microsoft', 'received', 'cosell', '2026-11-16T09:12:44.123Z', 'partner-center'],
    ['inbound-no-expiry-no-name', 'received', 'cosell', '2026-11-16T09:12:44.123Z', 'partner-center'],
    ['inbound-from-partner', 'received', 'p2p', '2026-11-16T09:12:44.123Z', 'partner-center'],
    ['inbound-hostile-text', 'received', 'cosell', '2026-11-16T09:12:44.123Z', 'partner-center'],
    ['inbound-unknown-enums', 'accepted', 'cosell', '2026-11-16T09:12:44.123Z', 'partner-center'],
    ['outbound-private', 'accepted', 'private', '2026-11-16T09:12:44.123Z', 'none'],
    ['closed-expired', 'expired', 'cosell', '2026-10-15T10:00:00.000Z', 'partner-center'],
  ])('%s is %s, %s, respond-by %s, its sender told by %s', async (name, status, type, respondBy, route) => {
    const answered = await house.send(sampleReferral(name));
    expect(answered.status).toBe(201);
    expect(answered.body).toMatchObject({ externalId: sampleReferral(name).id, status, type, respondBy });
    const deal = await house.desk.deal('nordwind', answered.body.id);
    expect(deal?.route.kind).toBe(route);
    // Only what waits is announced.
    expect(deal?.notices.some(({ id }) => id === 'announce')).toBe(status === 'received');
  });

  test('an own deal of which the direction says Incoming is outbound and needs no answer', async () => {
    const { status, body } = await house.send(sampleReferral('outbound-direction-wrong'));
    expect([status, body.status]).toEqual([201, 'accepted']);
    expect((await house.desk.deal('nordwind', body.id))?.direction).toBe('outbound');
  });

  test.each(referralNames)('%s is the same again, whatever its eTag', async (name) => {
    const first = await house.send(sampleReferral(name));
    const again = await house.send({
      ...sampleReferral(name),
      eTag: '"other"',
      updatedDateTime: '2026-11-20T00:00:00Z',
    });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
  });

  test('after their time, those that waited are born expired', async () => {
    house.clock.move(Date.parse('2026-11-22T12:00:00Z') - house.clock.now());
    for (const name of referralNames.filter((one) => one.startsWith('inbound') && one !== 'inbound-unknown-enums')) {
      expect((await house.send(sampleReferral(name))).body.status).toBe('expired');
    }
  });

  test('wrong ones get every error at its field', async () => {
    const referral = sampleReferral('inbound-from-microsoft');
    referral.status = 'Draft';
    referral.details.dealValue = 1.005;
    referral.customerProfile.name = '';
    referral.customerProfile.address.country = 'CHE';
    const answered = await house.send(referral);
    expectProblem(answered, 422);
    expect(errorsOf(answered).sort()).toEqual([
      ['/customerProfile/address/country', 'must be a two-letter ISO 3166 country code'],
      ['/customerProfile/name', 'must not be empty'],
      ['/details/dealValue', 'must be a decimal number with at most 12 digits before and 2 after the point'],
      ['/status', 'must be New, Active or Closed'],
    ]);
  });

  test.each(['@odata.context', 'engagementId', 'customerProfile'])(
    'a body with %s is read as a referral',
    async (field) => {
      const answered = await house.send({ [field]: null });
      expectProblem(answered, 422);
      expect(errorsOf(answered).map(([pointer]) => pointer)).toContain('/organizationId');
    },
  );
});

describe('the same again', () => {
  test('gives 200 and the same deal, and changes nothing', async () => {
    const first = await house.send(opportunity());
    const before = await house.desk.deal('nordwind', first.body.id);
    house.clock.move(3_600_000);
    const again = await house.send(Object.fromEntries(Object.entries(opportunity()).reverse()));
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await house.desk.deal('nordwind', first.body.id)).toEqual(before);
  });

  test('from many at once makes one deal', async () => {
    const answered = await Promise.all(Array.from({ length: 20 }, () => house.send(opportunity())));
    expect(answered.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answered.map(({ body }) => body.id)).size).toBe(1);
  });

  test('is the same even when both look for the deal before either has stored it', async () => {
    const looked = jest.spyOn(house.desk, 'deal').mockResolvedValue(undefined);
    const first = await house.send(opportunity());
    house.clock.move(1);
    const second = await house.send(opportunity());
    expect([first.status, second.status, looked.mock.calls.length]).toEqual([201, 200, 2]);
    looked.mockRestore();
    expect((await house.desk.deal('nordwind', first.body.id))?.history).toHaveLength(1);
  });

  test('from another source, or for another organisation, is another deal', async () => {
    const { body } = await house.send(opportunity());
    const other = await house.send(opportunity(), await house.makeKey('erp'));
    const elsewhere = await house.send(opportunity(), await house.makeKey('crm', undefined, 'fabrikam'));
    expect([other.status, elsewhere.status]).toEqual([201, 201]);
    expect(other.body.id).not.toBe(body.id);
    expect((await house.desk.deal('fabrikam', elsewhere.body.id))?.orgId).toBe('fabrikam');
  });
});

describe('a change', () => {
  test('while it waits is taken over with 200, and does not move respond-by', async () => {
    const { body: first } = await house.send(opportunity());
    house.clock.move(2 * 86_400_000);
    const changed = await house.send(opportunity({ value: { amount: '60000', currency: 'EUR' } }));
    expect([changed.status, changed.body.status, changed.body.respondBy]).toEqual([200, 'received', first.respondBy]);
    const deal = await house.desk.deal('nordwind', first.id);
    expect(deal?.value).toEqual({ amount: '60000', currency: 'EUR' });
    expect(deal?.history.map(({ what }) => what)).toEqual(['received', 'revised']);
  });

  test('of an accepted one is refused with 409 and its rule', async () => {
    await house.send(sampleReferral('inbound-unknown-enums'));
    const changed = sampleReferral('inbound-unknown-enums');
    changed.details.dealValue = 31000;
    const answered = await house.send(changed);
    expectProblem(answered, 409, { rule: 'E1' });
    expect(answered.body.detail).toMatch(/accepted/);
  });

  test('at respond-by is refused with 409 and L5', async () => {
    const { body } = await house.send(opportunity());
    house.clock.move(Date.parse(body.respondBy) - house.clock.now());
    const answered = await house.send(opportunity({ notes: 'too late' }));
    expectProblem(answered, 409, { rule: 'L5' });
    expect(answered.body.detail).toContain(body.respondBy);
  });

  test('of a declined one is refused with 409 and L6', async () => {
    const { body } = await house.send(opportunity());
    await house.desk.perform('nordwind', body.id, {
      command: { kind: 'decline', reason: 'budget', notes: '' },
      actor: ada,
    });
    expectProblem(await house.send(opportunity({ notes: 'please' })), 409, { rule: 'L6' });
  });

  test('from received to won is refused with 409 and L3', async () => {
    await house.send(sampleReferral('inbound-from-microsoft'));
    const won = { ...sampleReferral('inbound-from-microsoft'), status: 'Closed', substatus: 'Won' };
    expectProblem(await house.send(won), 409, { rule: 'L3' });
  });
});

describe('asking how it stands', () => {
  test('gives its state, and the answer without names and notes', async () => {
    const { body } = await house.send(opportunity());
    expect((await house.ask(body.id)).body).toEqual(body);
    await house.desk.perform('nordwind', body.id, {
      command: { kind: 'decline', reason: 'budget', notes: 'between us' },
      actor: ada,
    });
    const { status, body: state } = await house.ask(body.id);
    expect([status, state]).toEqual([
      200,
      {
        ...body,
        status: 'declined',
        answer: {
          id: body.id,
          externalId: 'OPP-1',
          status: 'declined',
          at: '2026-11-03T09:00:00.000Z',
          reason: 'budget',
        },
      },
    ]);
  });

  test("of another source's or organisation's deal is answered as if there were none", async () => {
    const { body } = await house.send(opportunity());
    const unknown = await house.ask('deal-000000000000000000000000000');
    expectProblem(unknown, 404);
    for (const key of [await house.makeKey('erp'), await house.makeKey('crm', undefined, 'fabrikam')]) {
      expect((await house.ask(body.id, key)).body).toEqual(unknown.body);
    }
  });

  test.each(['organisation', 'key-1', '%00', 'deal-..%2F..%2Forganisation', 'x'.repeat(3000)])(
    '%s is no deal',
    async (id) => {
      expectProblem(await house.ask(id), 404);
    },
  );
});

describe('who may', () => {
  test.each([
    ['no key', undefined],
    ['no bearer', 'Basic bm9ib2R5Om5vdGhpbmc='],
    ['not a key', 'Bearer nonsense'],
    ['an unknown key', `Bearer csk_nordwind_0123456789abcdef_${'A'.repeat(43)}`],
    ['an unknown organisation', `Bearer csk_nobody_0123456789abcdef_${'A'.repeat(43)}`],
    ['two keys', 'Bearer a b'],
  ])('%s: 401', async (_what, authorization) => {
    for (const [path, method] of [
      ['/api/opportunities', 'POST'],
      ['/api/opportunities/deal-1', 'GET'],
    ] as const) {
      const headers = { ...json, ...(authorization === undefined ? {} : { Authorization: authorization }) };
      const answered = await house.call(path, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
      expectProblem(answered, 401);
      expect(answered.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  test('a key with one wrong character, and a revoked one: 401', async () => {
    const wrong = house.key.slice(0, -2) + (house.key.at(-2) === 'A' ? 'B' : 'A') + house.key.at(-1);
    expectProblem(await house.send(opportunity(), wrong), 401);
    const [key] = await house.apiKeys.list('nordwind');
    await house.apiKeys.revoke('nordwind', key?.id ?? '');
    expectProblem(await house.send(opportunity()), 401);
  });

  test('too many requests of one key: 429, and others go on', async () => {
    const other = await startIntake({ perSecond: 0.1 });
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-03T09:00:00Z'));
    try {
      expect((await other.send(opportunity())).status).toBe(201);
      const answered = await other.send(opportunity());
      expectProblem(answered, 429);
      expect(answered.headers.get('retry-after')).toBe('10');
      expectProblem(await other.ask('deal-1'), 429);
      expect((await other.send(opportunity(), await other.makeKey('erp'))).status).toBe(201);
      now.mockReturnValue(Date.parse('2026-11-03T09:00:10Z'));
      expect((await other.send(opportunity())).status).toBe(200);
    } finally {
      now.mockRestore();
      await other.stop();
    }
  });
});

describe('wrong bodies', () => {
  const post = (body: string | Buffer, headers: Record<string, string> = json) =>
    house.call('/api/opportunities', {
      method: 'POST',
      headers: { Authorization: `Bearer ${house.key}`, ...headers },
      body,
    });

  test.each([
    ['nothing', ''],
    ['half an object', '{"externalId":'],
    ['two values', '{} {}'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('%s: 400', async (_what, body) => {
    expectProblem(await post(body), 400);
  });

  test.each([
    ['text/plain', { 'Content-Type': 'text/plain' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['almost JSON', { 'Content-Type': 'application/jsonp' }],
    ['packed', { ...json, 'Content-Encoding': 'gzip' }],
  ])('%s: 415', async (_what, headers) => {
    expectProblem(await post(JSON.stringify(opportunity()), headers), 415);
  });

  test('no content type: 415', async () => {
    const headers = { Authorization: `Bearer ${house.key}` };
    const { status } = await rawRequest(house.url, { method: 'POST', path: '/api/opportunities', headers, body: '{}' });
    expect(status).toBe(415);
  });

  test('packed or damaged bodies do not end the service', async () => {
    const headers = { ...json, 'Content-Encoding': 'gzip' };
    for (const body of [gzipSync(JSON.stringify(opportunity())), Buffer.from('no gzip at all')]) {
      expectProblem(await post(body, headers), 415);
    }
    expect((await house.send(opportunity())).status).toBe(201);
  });

  test('exactly 256 KB are read, one byte more is 413, whether announced or not', async () => {
    const padded = (bytes: number) => {
      const empty = JSON.stringify({ x: '' });
      return JSON.stringify({ x: 'x'.repeat(bytes - empty.length) });
    };
    expectProblem(await post(padded(262_144)), 422);
    expectProblem(await post(padded(262_145)), 413);
    const headers = { ...json, Authorization: `Bearer ${house.key}`, 'Transfer-Encoding': 'chunked' };
    const request = { method: 'POST', path: '/api/opportunities', headers };
    expect((await rawRequest(house.url, { ...request, body: padded(262_144) })).status).toBe(422);
    expect((await rawRequest(house.url, { ...request, body: padded(3_000_000) })).status).toBe(413);
  });

  test('a client that goes away in the middle is no fault, and leaves nothing behind', async () => {
    const done = house.nextDone();
    const { hostname, port } = new URL(house.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /api/opportunities HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${house.key}\r\n` +
        'Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n{',
    );
    // The server has told it to go on: it is waiting for the rest.
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await done;
    expect(house.log.join('')).not.toMatch(/failed/);
    expect((await house.send(opportunity())).status).toBe(201);
  });

  test('a body is not waited for when its client went away before', async () => {
    const request = new PassThrough();
    request.destroy();
    await expect(readBody(request, 10)).rejects.toThrow();
  });
});

describe('wrong fields: 422, with every error at once', () => {
  test('all that is wrong is said, and what would be right', async () => {
    const answered = await house.send({
      sender: { kind: 'vendor' },
      customer: {
        name: ' ',
        address: { country: 'Germany', planet: 'Earth' },
        duns: '123',
        contacts: [{ email: 'nobody' }],
      },
      help: 'Other',
      value: { amount: 45000.5, currency: 'EURO' },
      closeDate: '31.03.2027',
      solutions: [{ name: 'Fabric' }, 'Lakehouse'],
      respondBy: 'soon',
      'odd/na~me': 1,
    });
    expectProblem(answered, 422);
    expect(Object.fromEntries(errorsOf(answered))).toEqual({
      '/externalId': 'is missing: must be text',
      '/sender/kind': 'must be one of microsoft, partner',
      '/sender/name': 'is missing: must be text',
      '/customer/name': 'must not be empty',
      '/customer/address/country': 'must be a two-letter ISO 3166 country code',
      '/customer/address/planet': 'is not a field here: see /api/openapi.json',
      '/customer/duns': 'must be nine digits',
      '/customer/contacts/0/name': 'is missing: must be text',
      '/customer/contacts/0/email': 'must be an e-mail address',
      '/help':
        'must be one of WorkloadSpecificValueProposition, CustomerTechnicalArchitecture, ProofOfConceptOrDemo, QuotesOrLicensing, PostSalesCustomerSuccess, GeneralOrOther',
      '/value/amount': 'must be text',
      '/value/currency': 'must be an ISO 4217 currency code',
      '/closeDate': 'must be a day, as 2027-03-31',
      '/solutions/1': 'must be an object',
      '/respondBy': 'must be an ISO 8601 date and time with a time zone, as 2026-11-22T09:30:00Z',
      '/odd~1na~0me': 'is not a field here: see /api/openapi.json',
    });
  });

  test.each([
    ['[]', 'must be an object'],
    ['"text"', 'must be an object'],
    ['null', 'must be an object'],
    ['7', 'must be an object'],
  ])('a body of %s', async (body, detail) => {
    const answered = await house.call('/api/opportunities', {
      method: 'POST',
      headers: { ...json, Authorization: `Bearer ${house.key}` },
      body,
    });
    expectProblem(answered, 422, { errors: [{ pointer: '', detail }] });
  });

  test.each([
    ['/value/amount', { value: { amount: '0.00', currency: 'EUR' } }, 'must be greater than zero'],
    [
      '/value/amount',
      { value: { amount: '1.005', currency: 'EUR' } },
      'must be a decimal number with at most 12 digits before and 2 after the point',
    ],
    ['/externalId', { externalId: 'x'.repeat(201) }, 'must have at most 200 characters'],
    ['/notes', { notes: 'x'.repeat(4001) }, 'must have at most 4000 characters'],
    ['/solutions', { solutions: Array(51).fill({ name: 'Fabric' }) }, 'must have at most 50 entries'],
    [
      '/customer/contacts/0/phone',
      { customer: { name: 'A', contacts: [{ name: 'B', phone: '1' }] } },
      'must have at least 3 characters',
    ],
    ['/sender', { sender: 'Fabrikam' }, 'must be an object'],
    ['/__proto__', JSON.parse('{"__proto__": {"x": 1}}'), 'is not a field here: see /api/openapi.json'],
  ])('%s', async (pointer, change, detail) => {
    const sent = { ...opportunity() };
    for (const [key, value] of Object.entries(change)) Object.defineProperty(sent, key, { value, enumerable: true });
    expectProblem(await house.send(sent), 422, { errors: [{ pointer, detail }] });
  });
});

describe('other addresses and methods', () => {
  test.each([
    ['DELETE', '/api/opportunities', 405, 'POST'],
    ['PUT', '/api/opportunities', 405, 'POST'],
    ['PUT', '/api/opportunities/deal-1', 405, 'GET'],
    ['POST', '/api/openapi.json', 405, 'GET'],
    ['GET', '/api/opportunity', 404, null],
    ['GET', '/api/opportunities/a/b', 404, null],
  ])('%s %s: %i', async (method, path, status, allow) => {
    const answered = await house.call(path, { method, headers: { Authorization: `Bearer ${house.key}` } });
    expectProblem(answered, status);
    expect(answered.headers.get('allow')?.split(', ') ?? null).toEqual(
      allow === null ? null : expect.arrayContaining([allow]),
    );
  });

  test.each([
    '/api/opportunities/%E0%A4%A',
    '/api/opportunities/%',
    '//',
    '/api/opportunities/deal-1?x=%',
    '/%00',
    'api',
    '*',
  ])('the address %s is nobody’s fault here', async (path) => {
    const headers = { Authorization: `Bearer ${house.key}` };
    expectNoFault(await rawRequest(house.url, { method: 'GET', path, headers }));
  });

  test('whatever a client accepts, it gets JSON', async () => {
    const headers = { Accept: 'application/xml', 'Accept-Version': '9.9.9', Authorization: `Bearer ${house.key}` };
    expectProblem(await house.call('/api/opportunities/deal-1', { headers }), 404);
  });
});

describe('when the service itself cannot', () => {
  test.each([
    ['the store is out', new StoreUnavailable('SQLITE_BUSY')],
    ['a document is newer', new DocumentTooNew('deal x has schema version 2')],
  ])('%s: 503 and when to come back', async (_what, error) => {
    house.breakStore(error);
    for (const answered of [await house.send(opportunity()), await house.ask('deal-000000000000000000000000000')]) {
      expectProblem(answered, 503);
      expect(answered.headers.get('retry-after')).toBe('60');
      expect(JSON.stringify(answered.body)).not.toContain(error.message);
    }
  });

  test('a fault of its own is 500, logged, and shows nothing of the inside', async () => {
    house.breakStore(new TypeError('cannot read secret of undefined'));
    const answered = await house.send(opportunity());
    expectProblem(answered, 500);
    expect(Object.keys(answered.body).sort()).toEqual(['status', 'title', 'type']);
    expect(house.log.join('')).toContain('intake failed');
  });
});

test('no body at all makes it fail', async () => {
  const piece = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('\ud800', '\u0000', '0001-01-01T00:00:00Z', 1e308, '-0', '9'.repeat(400)),
  );
  const own = opportunity();
  const referral = sampleReferral('inbound-from-microsoft');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Record<string, unknown>>(own, referral),
      fc.dictionary(
        fc.constantFrom(...Object.keys(own), ...Object.keys(referral), 'help', 'notes', 'solutions', 'respondBy'),
        piece,
        {
          maxKeys: 3,
        },
      ),
      async (body, changes) => {
        const answered = await house.send({ ...body, ...changes });
        expectNoFault(answered);
        if (answered.status < 300) expect((await house.ask(answered.body.id)).status).toBe(200);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
