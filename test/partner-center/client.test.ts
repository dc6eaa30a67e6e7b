import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ReferralPage } from '../../src/partner-center/answer.ts';
import { createPartnerCenterClient, type PartnerCenterClient } from '../../src/partner-center/client.ts';
import { PartnerCenterError } from '../../src/partner-center/errors.ts';
import { type House, openHouse } from '../fakes/partner-center/caller.ts';
import { sampleReferral } from '../fakes/referrals.ts';

let house: House;
let client: PartnerCenterClient;

beforeEach(async () => {
  house = await openHouse();
  client = createPartnerCenterClient(house.parts());
});

afterEach(async () => expect(await house.end()).toEqual([]));

async function all(pages: AsyncGenerator<ReferralPage>): Promise<ReferralPage> {
  const together: ReferralPage = { referrals: [], microsofts: [], unreadable: [], updatedUpTo: undefined };
  for await (const { referrals, unreadable, updatedUpTo } of pages) {
    together.referrals.push(...referrals);
    together.unreadable.push(...unreadable);
    together.updatedUpTo = updatedUpTo;
  }
  return together;
}

async function idsIn(pages: AsyncGenerator<ReferralPage>): Promise<string[]> {
  return (await all(pages)).referrals.map(({ id }) => id);
}

/** What an operation is refused with. */
async function failure(promise: Promise<unknown>): Promise<PartnerCenterError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PartnerCenterError)) throw new Error('no PartnerCenterError', { cause: error });
  return error;
}

const acceptance = [
  { op: 'replace', path: '/name', value: 'Data estate' },
  { op: 'replace', path: '/status', value: 'Active' },
  { op: 'replace', path: '/substatus', value: 'Accepted' },
] as const;

const body = {
  name: 'Validation platform',
  type: 'Shared',
  qualification: 'SalesQualified',
  target: [{ type: 'SolutionProfile', id: 'SOL-0001-ABC' }],
  customerProfile: {
    name: 'Litware Pharma',
    address: { addressLine1: 'Ringstr. 9', city: 'Wien', country: 'AT' },
    team: [{ firstName: 'Eva', lastName: 'Maier', phoneNumber: '+43', email: 'eva@litware.example' }],
  },
  consent: {
    consentToToShareInfoWithOthers: true,
    consentToContact: true,
    consentToShareReferralWithMicrosoftSellers: true,
  },
  details: { dealValue: 250000, currency: 'EUR', closingDateTime: '2027-06-30T00:00:00Z' },
  team: [{ firstName: 'Ada', lastName: 'Keller', phoneNumber: '+4366000001', email: 'ada.keller@nordwind.example' }],
};

describe('reading', () => {
  test('a referral by its id, as it can be acted on, with the eTag to change it', async () => {
    const { id, eTag } = house.fake.invite();
    const referral = await client.get(id);
    expect(referral).toMatchObject({ id, eTag, status: 'New', details: { dealValue: '120000', currency: 'CHF' } });
    expect(eTag).toMatch(/^".+"$/);
  });

  test('what changed since an instant, the oldest change first, and nothing before it', async () => {
    house.fake.invite();
    house.clock.move(60_000);
    const watermark = new Date(house.clock.now()).toISOString();
    const second = house.fake.invite();
    house.clock.move(60_000);
    const third = house.fake.invite();
    house.clock.move(60_000);
    house.fake.store.edit(second.id, (one) => {
      one.name = 'Renamed';
    });
    const { referrals, updatedUpTo } = await all(client.listChangedSince(watermark));
    expect(referrals.map(({ id }) => id)).toEqual([third.id, second.id]);
    expect(updatedUpTo).toBe(new Date(house.clock.now()).toISOString());
  });

  test('a long list comes page by page, whatever its links look like, and its token goes nowhere else', async () => {
    for (let number = 0; number < 250; number++) {
      house.fake.invite();
      house.clock.move(1000);
    }
    const sizes: number[] = [];
    const seen = new Set<string>();
    for await (const { referrals } of client.list({ orderBy: 'createdDateTime asc' })) {
      sizes.push(referrals.length);
      for (const { id } of referrals) seen.add(id);
    }
    expect(sizes).toEqual([100, 100, 50]);
    expect(seen.size).toBe(250);
    expect(new Set(house.fake.requests.map(({ path }) => path.split('?')[0]))).toEqual(
      new Set(['/v1.0/engagements/referrals']),
    );
  });

  test('what changes while a list is read is in it', async () => {
    house.fake.switches.pageSize = 2;
    const sent = [1, 2, 3, 4, 5].map(() => {
      house.clock.move(1000);
      return house.fake.invite();
    });
    const seen: string[] = [];
    for await (const { referrals } of client.listChangedSince('2026-01-01T00:00:00.000Z')) {
      if (seen.length === 0) house.fake.store.edit(sent[0]?.id, () => undefined);
      seen.push(...referrals.map(({ id }) => id));
    }
    expect(new Set(seen)).toEqual(new Set(sent.map(({ id }) => id)));
  });

  test('a link that leads back ends the list by an error', async () => {
    const link = 'https://api.partner.microsoft.com/v1.0/referrals?$skiptoken=again';
    const page = { value: [], '@odata.nextLink': link };
    house.fake.faults.push({ operation: 'list', times: 3, answer: { status: 200, body: JSON.stringify(page) } });
    expect(await failure(all(client.list()))).toMatchObject({ kind: 'rejected', code: 'unreadableAnswer' });
    expect(house.fake.requests).toHaveLength(2);
  });

  test('a list is narrowed by the documented fields', async () => {
    const { fake } = house;
    const inbound = fake.invite();
    const accepted = fake.store.accept(fake.invite());
    const own = fake.store.createOwn(fake.organisation, body);
    fake.store.edit(accepted.id, (one) => {
      one.team = [{ firstName: "Conan O'Neill", email: "o'neill@nordwind.example" }];
    });
    expect(await idsIn(client.list({ filter: { direction: 'Incoming', substatus: 'Pending' } }))).toEqual([inbound.id]);
    expect(await idsIn(client.list({ filter: { country: 'AT' } }))).toEqual([own.id]);
    expect(await idsIn(client.list({ filter: { engagementId: own.engagementId } }))).toEqual([own.id]);
    expect(await idsIn(client.list({ filter: { teamMember: "o'neill@nordwind.example" } }))).toEqual([accepted.id]);
    expect(await idsIn(client.list({ orderBy: 'createdDateTime desc', top: 1 }))).toEqual([own.id]);
  });

  test('leads from the marketplace are not among them', async () => {
    house.fake.invite({ type: 'Independent', qualification: 'Direct' });
    expect(await idsIn(client.list())).toEqual([]);
  });

  test('one that cannot be acted on does not hold up the others, and is told of by its fields only', async () => {
    const odd = house.fake.invite({ details: { dealValue: 5, currency: 'Taler' } });
    const good = house.fake.invite();
    const { referrals, unreadable } = await all(client.list());
    expect(referrals.map(({ id }) => id)).toEqual([good.id]);
    expect(unreadable).toEqual([{ id: odd.id, problems: ['details.currency: must be an ISO 4217 currency code'] }]);
    expect(await failure(client.get(odd.id))).toMatchObject({ kind: 'rejected', code: 'unreadableAnswer' });
  });

  test.each(['inbound-unknown-enums', 'inbound-no-expiry-no-name', 'outbound-direction-wrong', 'closed-expired'])(
    'takes the odd sample %s',
    async (name) => {
      const { id } = house.fake.store.put(sampleReferral(name));
      expect(await client.get(id)).toMatchObject({ id });
    },
  );

  test('a Referrals user sees only what their team includes them in', async () => {
    const { fake } = house;
    const hidden = fake.invite();
    const own = fake.invite({ team: [{ firstName: 'Ben', lastName: 'Huber', email: fake.accounts.user.username }] });
    const user = createPartnerCenterClient(house.parts(fake.accounts.user));
    expect(await idsIn(user.list())).toEqual([own.id]);
    expect(await failure(user.get(hidden.id))).toMatchObject({ kind: 'forbidden', code: 'accessDenied', status: 403 });
  });
});

describe('creating', () => {
  test('an own deal is born accepted', async () => {
    const created = await client.create(body);
    expect(created).toMatchObject({ status: 'Active', substatus: 'Accepted' });
    expect(await client.get(created.id)).toMatchObject({ name: 'Validation platform', eTag: created.eTag });
  });

  test('co-sell takes two: the second is the invitation of Microsoft, and its answer is seen in the engagement', async () => {
    const own = await client.create(body);
    const engagementId = own.engagementId ?? '';
    const theirs = await client.create({
      ...body,
      engagementId,
      target: [{ type: 'BusinessProfileLocation', id: 'msft' }],
      inviteContext: { notes: 'A proof of concept', assistanceRequestCode: 'ProofOfConceptOrDemo' },
    });
    expect(theirs).toMatchObject({ engagementId, organizationId: 'msft', status: 'New', substatus: 'Pending' });
    house.fake.answerAsMicrosoft(engagementId, 'accept');
    const parties = await client.relatedReferrals(engagementId);
    expect(parties.find(({ organizationId }) => organizationId === 'msft')).toMatchObject({
      substatus: 'Accepted',
      team: [{ email: 'mia.seller@microsoft.example' }],
    });
    expect(parties).toHaveLength(2);
  });

  test.each([
    ['without consent', { consent: { consentToShareReferralWithMicrosoftSellers: false } }],
    ['without a contact', { customerProfile: { ...body.customerProfile, team: [] } }],
    ['without a country', { customerProfile: { name: 'Litware' } }],
    ['without a kind', { type: undefined }],
  ])('an invitation of Microsoft %s is rejected', async (_why, change) => {
    const { engagementId } = await client.create(body);
    const invitation = { engagementId, target: [{ type: 'BusinessProfileLocation', id: 'msft' }] };
    const inviteContext = { notes: 'Help', assistanceRequestCode: 'GeneralOrOther' };
    const error = await failure(client.create({ ...body, ...invitation, inviteContext, ...change }));
    expect(error).toMatchObject({ kind: 'rejected', code: 'invalidRequest', status: 400 });
  });

  test('it is not tried again when nobody knows whether it was done', async () => {
    house.fake.faults.push({ operation: 'create', answer: 'appliedThen503' });
    expect(await failure(client.create(body))).toMatchObject({ kind: 'unavailable', isRetryable: true });
    expect(house.fake.store.referrals.size).toBe(1);
  });
});

describe('changing', () => {
  test('a patch answers with the referral as it is now', async () => {
    const { id, eTag } = house.fake.invite();
    const changed = await client.patch(id, [...acceptance], eTag);
    expect(changed).toMatchObject({ name: 'Data estate', status: 'Active', substatus: 'Accepted' });
    expect(changed.eTag).not.toBe(eTag);
    const [request] = house.fake.requests;
    expect(request).toMatchObject({
      method: 'PATCH',
      headers: { prefer: 'return=representation', 'if-match': eTag, 'content-type': 'application/json' },
    });
  });

  test('where the answer is empty the referral is read', async () => {
    house.fake.switches.honoursPrefer = false;
    const { id } = house.fake.invite();
    expect(await client.patch(id, [...acceptance])).toMatchObject({ status: 'Active' });
    expect(house.fake.requests.map(({ method }) => method)).toEqual(['PATCH', 'GET']);
  });

  test('a change in between is refused, and one without an eTag is not', async () => {
    const { id, eTag } = house.fake.invite();
    house.fake.store.edit(id, (one) => {
      one.name = 'Renamed in the portal';
    });
    expect(await failure(client.patch(id, [...acceptance], eTag))).toMatchObject({
      kind: 'preconditionFailed',
      code: 'resourceModified',
      status: 412,
      isRetryable: false,
    });
    expect(await client.patch(id, [...acceptance])).toMatchObject({ name: 'Data estate' });
  });

  test.each([400, 409] as const)('a transition that is not allowed is rejected: %s', async (status) => {
    house.fake.switches.refusedTransition = status;
    const { id } = house.fake.store.close(house.fake.invite(), 'Declined');
    expect(await failure(client.patch(id, [...acceptance]))).toMatchObject({ kind: 'rejected', status });
  });

  test('an answer after the time is rejected: the service expires it by itself', async () => {
    const { id } = house.fake.invite({ expirationDateTime: null });
    house.clock.move(14 * 86_400_000);
    expect(await failure(client.patch(id, [...acceptance]))).toMatchObject({ kind: 'rejected' });
    expect(await client.get(id)).toMatchObject({ status: 'Closed', substatus: 'Expired' });
  });

  test("nobody changes another party's referral", async () => {
    const { id } = house.fake.store.send(house.fake.organisation, house.fake.partner, {
      engagementId: house.fake.store.createOwn(house.fake.organisation, body).engagementId,
    });
    expect(await failure(client.patch(id, [...acceptance]))).toMatchObject({ kind: 'forbidden' });
  });

  test('a won deal is final but for its registration', async () => {
    const { id } = house.fake.store.close(house.fake.store.accept(house.fake.invite()), 'Won');
    const name = { op: 'replace', path: '/name', value: 'Too late' } as const;
    expect(await failure(client.patch(id, [name]))).toMatchObject({ kind: 'rejected' });
    const registration = { op: 'add', path: '/registrations/-', value: { type: 'AzureIPCoSell' } } as const;
    expect(await client.patch(id, [registration])).toMatchObject({ registrations: [{ status: 'ReviewPending' }] });
  });

  test('done and answered by 503, it is not done twice: the eTag says so', async () => {
    const { id, eTag } = house.fake.invite();
    house.fake.faults.push({ operation: 'patch', answer: 'appliedThen503' });
    const member = { op: 'add', path: '/team/-', value: { firstName: 'Ada' } } as const;
    expect(await failure(client.patch(id, [member], eTag))).toMatchObject({ kind: 'preconditionFailed' });
    expect(house.fake.store.get(id).team).toHaveLength(1);
  });

  test('without an eTag, what is added is not sent again', async () => {
    const { id } = house.fake.invite();
    house.fake.faults.push({ operation: 'patch', answer: 'appliedThenReset' });
    const member = { op: 'add', path: '/team/-', value: { firstName: 'Ada' } } as const;
    expect(await failure(client.patch(id, [member]))).toMatchObject({ kind: 'unavailable', code: 'network' });
    expect(house.fake.store.get(id).team).toHaveLength(1);
  });
});

describe('refusals', () => {
  test.each([
    [400, 'invalidRequest', 'rejected'],
    [403, 'insufficient_claims', 'forbidden'],
    [404, 'itemNotFound', 'notFound'],
    [409, 'resourceModified', 'preconditionFailed'],
    [410, 'generalException', 'notFound'],
    [412, 'preconditionFailed', 'preconditionFailed'],
    [422, 'invalidRequest', 'rejected'],
    [423, 'generalException', 'unavailable'],
    [428, 'preconditionFailed', 'preconditionFailed'],
    [429, 'generalException', 'throttled'],
    [500, 'generalException', 'unavailable'],
    [501, 'generalException', 'rejected'],
    [503, 'serviceNotAvailable', 'unavailable'],
    [509, 'generalException', 'throttled'],
    [302, 'generalException', 'rejected'],
  ])('%s %s is %s', async (status, code, kind) => {
    house.fake.faults.push({ times: 9, answer: { status, code, message: 'Why' } });
    expect(await failure(client.get('10000001-0000-4000-8000-000000000001'))).toMatchObject({
      kind,
      code,
      status,
      message: 'Why',
    });
  });

  test.each(['innerError', 'innererror'] as const)('the most specific code is inside of %s', async (innerError) => {
    house.fake.switches.innerError = innerError;
    house.fake.faults.push({ answer: { status: 400, code: 'invalidRequest', inner: 'currencyNotSupported' } });
    expect(await failure(client.get('1'))).toMatchObject({ kind: 'rejected', code: 'currencyNotSupported' });
  });

  test.each([
    ['', 400, 'rejected', 'http-400'],
    ['<html>Bad gateway</html>', 502, 'unavailable', 'http-502'],
    ['{"code": 900120, "description": "No such thing"}', 404, 'notFound', '900120'],
    ['{"error": {"innererror": {"innererror": {"code": "accessDenied"}}}}', 400, 'forbidden', 'accessDenied'],
    ['<html>Sign in to the hotel</html>', 200, 'unavailable', 'noJson'],
    ['{"error": null}', 200, 'rejected', 'unreadableAnswer'],
  ])('an error that is written otherwise: %s', async (text, status, kind, code) => {
    house.fake.faults.push({ times: 9, answer: { status, body: text } });
    expect(await failure(client.get('1'))).toMatchObject({ kind, code });
  });

  test.each(['unauthenticated', 'unAuthorized'] as const)('after 401 %s one token is renewed', async (code) => {
    house.fake.switches.unauthenticatedCode = code;
    const { id } = house.fake.invite();
    house.fake.entra.expireTokens();
    const tokens = house.tokensOf(house.fake.accounts.admin);
    house.fake.entra.expireTokens();
    client = createPartnerCenterClient({ ...house.parts(), tokens });
    expect(await client.get(id)).toMatchObject({ id });
    expect(tokens.renewals).toBe(1);
    expect(house.fake.requests.map(({ status }) => status)).toEqual([401, 200]);
  });

  test('a second 401 is final', async () => {
    house.fake.faults.push({ times: 9, answer: { status: 401, code: 'unauthenticated' } });
    expect(await failure(client.get('1'))).toMatchObject({ kind: 'unauthenticated', code: 'unauthenticated' });
    expect(house.fake.requests).toHaveLength(2);
  });

  test('an account without a role is refused', async () => {
    const nobody = createPartnerCenterClient(house.parts(house.fake.accounts.nobody));
    expect(await failure(all(nobody.list()))).toMatchObject({ kind: 'forbidden', code: 'accessDenied' });
  });

  test('an id is an id, whatever is in it', async () => {
    expect(await failure(client.get('../../portal?x=1#y'))).toMatchObject({ kind: 'notFound' });
    expect(house.fake.requests[0]?.operation).toBe('get');
  });
});

describe('waiting', () => {
  test.each([429, 503])('%s is waited for as told', async (status) => {
    const { id } = house.fake.invite();
    house.fake.faults.push({ answer: { status, retryAfter: 7 } });
    expect(await client.get(id)).toMatchObject({ id });
    expect(house.waits).toEqual([7000]);
  });

  test('as a date, too', async () => {
    const { id } = house.fake.invite();
    const date = new Date(house.clock.now() + 5000).toUTCString();
    house.fake.faults.push({ answer: { status: 503, retryAfter: date } });
    expect(await client.get(id)).toMatchObject({ id });
    expect(house.waits).toEqual([5000]);
  });

  test('not told, a little longer each time, four times at most', async () => {
    house.fake.faults.push({ times: 9, answer: { status: 500 } });
    expect(await failure(client.get('1'))).toMatchObject({ kind: 'unavailable' });
    expect(house.waits).toEqual([1000, 2000, 4000]);
  });

  test('a wait that is too long is left to the caller', async () => {
    house.fake.faults.push({ answer: { status: 429, retryAfter: 120 } });
    expect(await failure(client.get('1'))).toMatchObject({ kind: 'throttled', retryAfter: 120_000 });
    expect(house.waits).toEqual([]);
  });

  test('who was told to wait does not call for something else meanwhile', async () => {
    house.fake.faults.push({ answer: { status: 429, retryAfter: 120 } });
    await failure(client.get('1'));
    expect(await failure(client.create(body))).toMatchObject({ kind: 'throttled', retryAfter: 120_000 });
    expect(house.fake.requests).toHaveLength(1);
    house.clock.move(120_000);
    expect(await client.create(body)).toMatchObject({ status: 'Active' });
  });

  test('limits are kept by waiting, also where a create is throttled', async () => {
    house.fake.switches.throttle = { calls: 2, perMilliseconds: 10_000, retryAfter: 10 };
    for (let number = 0; number < 5; number++) await client.create(body);
    expect(house.fake.store.referrals.size).toBe(5);
    expect(house.waits).toEqual([10_000, 10_000]);
  });

  test('an answer that does not come is given up', async () => {
    client = createPartnerCenterClient({ ...house.parts(), timeoutMilliseconds: 50 });
    house.fake.faults.push({ operation: 'create', answer: 'hang' });
    expect(await failure(client.create(body))).toMatchObject({ kind: 'unavailable', code: 'timeout' });
  });

  test('a connection that is cut is opened again', async () => {
    const { id } = house.fake.invite();
    house.fake.faults.push({ answer: 'reset' });
    expect(await client.get(id)).toMatchObject({ id });
  });
});

test('the log holds no token and nobody', async () => {
  const { id } = house.fake.invite();
  await client.get(id);
  house.fake.faults.push({ answer: { status: 400, message: 'Reto Muster is unknown' } });
  await failure(client.get(id));
  const log = house.log.join('');
  expect(log).toContain('partner center refused');
  for (const secret of [...house.fake.entra.secrets, 'Muster', 'Customer', '@']) expect(log).not.toContain(secret);
});
