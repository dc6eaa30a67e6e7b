import { sign } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import {
  certificateHost,
  createWebhookVerifier,
  type WebhookVerifier,
  type WebhookVerifierParts,
  webhookBytes,
} from '../../src/partner-center/webhook.ts';
import { type MovableClock, movableClock } from '../fakes/clock.ts';
import {
  type Chain,
  type Issued,
  intermediateAddress,
  issue,
  microsoftLikeChain,
} from '../fakes/partner-center/certificates.ts';

const address = `https://${certificateHost}/cert/pcnotifications-dispatch.microsoft.com.cer`;
const referralId = '10000001-0000-4000-8000-000000000001';
const now = Date.parse('2026-11-22T09:00:00Z');

let chain: Chain;
let clock: MovableClock;
/** What stands at an address: bytes, or an error status. */
let files: Map<string, Buffer | number>;
let downloads: string[];
let log: string[];
let verifier: WebhookVerifier;

beforeAll(async () => {
  chain = await microsoftLikeChain();
});

beforeEach(() => {
  clock = movableClock(now);
  files = new Map([
    [address, chain.leaf.der],
    [intermediateAddress, chain.intermediate.der],
  ]);
  downloads = [];
  log = [];
  verifier = verifierOf({});
});

function verifierOf(parts: Partial<WebhookVerifierParts>): WebhookVerifier {
  return createWebhookVerifier({
    clock,
    log: pino({}, { write: (line: string) => void log.push(line) }),
    async fetch(input) {
      const { href } = new URL(input as URL);
      downloads.push(href);
      const file = files.get(href) ?? 404;
      return typeof file === 'number' ? new Response('', { status: file }) : new Response(new Uint8Array(file));
    },
    trustedRoots: [chain.root.pem],
    ...parts,
  });
}

const event = {
  EventName: 'referral-created',
  ResourceUri: `https://api.partnercenter.microsoft.com/engagements/v1/referrals/${referralId.toUpperCase()}`,
  ResourceName: 'referral',
  AuditUri: null,
  ResourceChangeUtcDate: '2026-11-22T08:59:45.5485487+00:00',
};

/** An event as Partner Center sends it. `by`: who signs. */
function sent(
  content: object | string | Buffer = event,
  { by = chain.leaf, hash = 'sha256', url = address }: { by?: Issued; hash?: string; url?: string } = {},
): { headers: IncomingHttpHeaders; body: Buffer } {
  const body = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  return {
    headers: {
      'content-type': 'application/json',
      authorization: `Signature ${sign(hash, body, by.privateKey).toString('base64')}`,
      'x-ms-certificate-url': url,
      'x-ms-signature-algorithm': `rsa-${hash}`,
    },
    body,
  };
}

function verify({ headers, body }: { headers: IncomingHttpHeaders; body: Buffer }, by: WebhookVerifier = verifier) {
  return by.verify(headers, body);
}

describe('an event of Partner Center', () => {
  test('is what it says, and has a key for its repetitions', async () => {
    const verdict = await verify(sent());
    expect(verdict).toEqual({
      ok: true,
      event: {
        name: 'referral-created',
        referralId,
        changedAt: '2026-11-22T08:59:45.548Z',
        key: `referral-created https://api.partnercenter.microsoft.com/engagements/v1/referrals/${referralId} 2026-11-22T08:59:45.5485487+00:00`,
      },
    });
    expect(await verify(sent())).toEqual(verdict);
  });

  test('with the signature in a header of its own, whatever a gateway writes into Authorization', async () => {
    const { headers, body } = sent();
    const own = { ...headers, 'x-ms-signature': headers.authorization, authorization: 'Bearer of-a-gateway' };
    expect(await verify({ headers: own, body })).toMatchObject({ ok: true });
  });

  test.each(['sha256', 'sha384', 'sha512'])('signed by %s', async (hash) => {
    expect(await verify(sent(event, { hash }))).toMatchObject({ ok: true });
  });

  test('with its names in another case, and without a time zone', async () => {
    const { EventName: eventName, ResourceUri: resourceuri } = event;
    const written = { eventName, resourceuri, RESOURCECHANGEUTCDATE: '2026-11-22T08:59:45.5485487' };
    expect(await verify(sent(written))).toMatchObject({
      ok: true,
      event: { referralId, changedAt: '2026-11-22T08:59:45.548Z' },
    });
  });

  test('of something else names no referral', async () => {
    const id = 'c0bfd694-3075-4ec5-9a3c-733d3a890a1f';
    const base = 'http://api.partnercenter.microsoft.com/webhooks/v1/registration/validationEvents';
    const other = { ...event, EventName: 'Test-Created', ResourceUri: `${base}/${id}` };
    expect(await verify(sent(other))).toMatchObject({
      ok: true,
      event: { name: 'test-created', referralId: undefined },
    });
  });

  test.each([
    ['alone, its issuer found at its address', () => chain.leaf.der],
    ['in PEM', () => Buffer.from(chain.leaf.pem)],
    ['with its issuer in the same file', () => Buffer.from(`${chain.leaf.pem}\n${chain.intermediate.pem}`)],
  ])('with the certificate %s', async (_how, file) => {
    files.set(address, file());
    expect(await verify(sent())).toMatchObject({ ok: true });
  });
});

describe('what is refused', () => {
  test.each([
    ['no signature', { authorization: undefined }, 401, 'signatureMissing'],
    ['another scheme', { authorization: 'Bearer abc' }, 401, 'signatureMissing'],
    ['a signature that is no base64', { authorization: 'Signature a-b' }, 401, 'signatureMissing'],
    ['two headers of one name', { 'x-ms-certificate-url': [address, address] }, 400, 'headerMissing'],
    ['no certificate', { 'x-ms-certificate-url': undefined }, 400, 'headerMissing'],
    ['no algorithm', { 'x-ms-signature-algorithm': ' ' }, 400, 'headerMissing'],
    ['SHA-1', { 'x-ms-signature-algorithm': 'rsa-sha1' }, 400, 'algorithmNotAllowed'],
    ['MD5', { 'x-ms-signature-algorithm': 'rsa-md5' }, 400, 'algorithmNotAllowed'],
    ['no algorithm at all', { 'x-ms-signature-algorithm': 'none' }, 400, 'algorithmNotAllowed'],
    ['a property of every object', { 'x-ms-signature-algorithm': 'constructor' }, 400, 'algorithmNotAllowed'],
    ['another algorithm than it was signed by', { 'x-ms-signature-algorithm': 'rsa-sha512' }, 401, 'signatureWrong'],
    ["somebody else's signature", { authorization: 'Signature AAAA' }, 401, 'signatureWrong'],
  ])('%s', async (_what, change, status, refusal) => {
    const { headers, body } = sent();
    const changed = { ...headers, ...change } as unknown as IncomingHttpHeaders;
    expect(await verify({ headers: changed, body })).toEqual({ ok: false, status, refusal });
  });

  test.each([
    ['another host', 'https://evil.example/cert/pcnotifications-dispatch.microsoft.com.cer'],
    ['http', address.replace('https:', 'http:')],
    ['another port', address.replace('.net/', '.net:8443/')],
    ['a name before the host', address.replace('https://', 'https://evil.example@')],
    ['a host that begins alike', address.replace('.net/', '.net.evil.example/')],
    ['this machine', 'https://127.0.0.1/cert.cer'],
    ['no address', 'certificate'],
  ])('a certificate at %s, without asking there', async (_where, url) => {
    expect(await verify(sent(event, { url }))).toEqual({
      ok: false,
      status: 401,
      refusal: 'certificateAddressNotAllowed',
    });
    expect(downloads).toEqual([]);
  });

  test('a body that was changed by one letter', async () => {
    const { headers, body } = sent();
    const changed = Buffer.from(body.toString().replace('referral-created', 'referral-updated'));
    expect(await verify({ headers, body: changed })).toMatchObject({ status: 401, refusal: 'signatureWrong' });
  });

  test.each([
    ['a day and a minute old', '2026-11-21T08:59:00Z', 'tooOld'],
    ['ten minutes ahead', '2026-11-22T09:10:00Z', 'tooOld'],
    ['without a date', undefined, 'unreadable'],
    ['with a date that is none', 'yesterday', 'unreadable'],
  ])('an event %s', async (_when, ResourceChangeUtcDate, refusal) => {
    const verdict = await verify(sent({ ...event, ResourceChangeUtcDate }));
    expect(verdict).toEqual({ ok: false, status: 400, refusal });
  });

  test('one that an hour and more of attempts delayed is taken', async () => {
    clock.move(20 * 3_600_000);
    expect(await verify(sent())).toMatchObject({ ok: true });
  });

  test.each([
    ['no JSON', 'EventName=referral-created'],
    ['no object', '[]'],
    ['nothing', ''],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['no event', { ...event, EventName: '' }],
    ['no resource', { ...event, ResourceUri: 7 }],
  ])('a body that is %s', async (_what, body) => {
    expect(await verify(sent(body))).toEqual({ ok: false, status: 400, refusal: 'unreadable' });
  });

  test('a body that is too large, before anything else is done', async () => {
    const verdict = await verify(sent({ ...event, more: 'x'.repeat(webhookBytes) }));
    expect(verdict).toEqual({ ok: false, status: 400, refusal: 'tooLarge' });
    expect(downloads).toEqual([]);
  });
});

describe('a certificate that is not believed', () => {
  /** A signing certificate in place of the right one, and what comes of an event that it signed. */
  async function verdictOn(leaf: Issued, others: Issued[] = [], roots: Issued[] = [chain.root]) {
    files.set(address, Buffer.from([leaf, ...others].map(({ pem }) => pem).join('\n')));
    return verify(sent(event, { by: leaf }), verifierOf({ trustedRoots: roots.map(({ pem }) => pem) }));
  }

  const name = 'C=US, O=Microsoft Corporation, CN=pcnotifications-dispatch.microsoft.com';

  test('under a root of somebody else', async () => {
    const root = await issue({ name: 'O=Microsoft Corporation, CN=Root', authority: true });
    const leaf = await issue({ name, issuer: root });
    expect(await verdictOn(leaf, [root])).toMatchObject({ status: 401, refusal: 'certificate:unknownIssuer' });
    expect(await verdictOn(leaf, [], [root])).toMatchObject({ ok: true });
  });

  test('under a root with the name of a trusted one', async () => {
    const root = await issue({ name: chain.root.name, authority: true });
    const intermediate = await issue({ name: chain.intermediate.name, issuer: root, authority: true });
    const leaf = await issue({ name, issuer: intermediate });
    expect(await verdictOn(leaf, [intermediate])).toMatchObject({ refusal: 'certificate:unknownIssuer' });
  });

  test('signed by itself', async () => {
    expect(await verdictOn(await issue({ name }))).toMatchObject({ refusal: 'certificate:unknownIssuer' });
  });

  test('issued by one that may not issue', async () => {
    const leaf = await issue({ name, issuer: chain.leaf });
    const verdict = await verdictOn(leaf, [chain.leaf, chain.intermediate]);
    expect(verdict).toMatchObject({ refusal: 'certificate:unknownIssuer' });
  });

  test('issued by another organisation under the same root', async () => {
    const other = await issue({ name: 'O=Contoso, CN=Contoso CA', issuer: chain.root, authority: true });
    expect(await verdictOn(await issue({ name, issuer: other }), [other])).toMatchObject({
      status: 401,
      refusal: 'certificate:wrongOrganisation',
    });
  });

  test.each([
    'Not Microsoft Corporation',
    'Microsoft Corporation Ltd',
    'x\\, O\\=Microsoft Corporation',
    'x\nO\\=Microsoft Corporation',
  ])('issued by %s', async (organisation) => {
    const other = await issue({ name: `O=${organisation}, CN=CA`, issuer: chain.root, authority: true });
    const verdict = await verdictOn(await issue({ name, issuer: other }), [other]);
    expect(verdict).toMatchObject({ refusal: 'certificate:wrongOrganisation' });
  });

  test('expired, or not valid yet', async () => {
    const old = await issue({ name, issuer: chain.intermediate, to: '2026-11-22T08:59:59Z' });
    const early = await issue({ name, issuer: chain.intermediate, from: '2026-11-22T09:00:01Z' });
    for (const leaf of [old, early]) {
      expect(await verdictOn(leaf, [chain.intermediate])).toMatchObject({ refusal: 'certificate:notValidNow' });
    }
  });

  test('under an issuer that has expired', async () => {
    const to = '2026-11-22T08:00:00Z';
    const old = await issue({ name: chain.intermediate.name, issuer: chain.root, authority: true, to });
    const leaf = await issue({ name, issuer: old });
    expect(await verdictOn(leaf, [old])).toMatchObject({ refusal: 'certificate:notValidNow' });
  });

  test('with a short key', async () => {
    const leaf = await issue({ name, issuer: chain.intermediate, bits: 1024 });
    expect(await verdictOn(leaf, [chain.intermediate])).toMatchObject({ refusal: 'certificate:weakKey' });
  });

  test('an issuer is not looked for wherever a certificate says', async () => {
    const issuerAddress = 'http://169.254.169.254/latest/meta-data';
    const leaf = await issue({ name, issuer: chain.intermediate, issuerAddress });
    expect(await verdictOn(leaf)).toMatchObject({ refusal: 'certificate:unknownIssuer' });
    expect(downloads).toEqual([address]);
  });

  test('what stands there is no certificate, or too large for one', async () => {
    for (const file of [Buffer.from('<html>'), Buffer.alloc(70_000), Buffer.alloc(0)]) {
      files.set(address, file);
      expect(await verify(sent())).toMatchObject({ status: 401, refusal: 'certificateUnreadable' });
    }
  });

  test('under a root that only a test trusts: without being told so, those of Node are', async () => {
    const verdict = await verify(sent(), verifierOf({ trustedRoots: undefined }));
    expect(verdict).toMatchObject({ refusal: 'certificate:unknownIssuer' });
  });
});

describe('downloads', () => {
  test('a certificate is fetched once for many events, also when they come at once', async () => {
    await Promise.all([verify(sent()), verify(sent()), verify(sent())]);
    await verify(sent());
    expect(downloads).toEqual([address, intermediateAddress]);
  });

  test('queries make no difference', async () => {
    await verify(sent());
    expect(await verify(sent(event, { url: `${address}?x=1` }))).toMatchObject({ ok: true });
    expect(downloads).toHaveLength(2);
  });

  test('a certificate that is not there now asks for another attempt', async () => {
    files.set(address, 503);
    expect(await verify(sent())).toEqual({ ok: false, status: 503, refusal: 'certificateUnavailable' });
    files.set(address, chain.leaf.der);
    expect(await verify(sent())).toMatchObject({ ok: true });
  });

  test('one that was renewed at the same address is fetched again, not more often than every five minutes', async () => {
    await verify(sent());
    const name = 'C=US, O=Microsoft Corporation, CN=renewed';
    const renewed = await issue({ name, issuer: chain.intermediate, issuerAddress: intermediateAddress });
    files.set(address, renewed.der);
    expect(await verify(sent(event, { by: renewed }))).toMatchObject({ refusal: 'signatureWrong' });
    expect(downloads).toHaveLength(2);
    clock.move(300_000);
    expect(await verify(sent(event, { by: renewed }))).toMatchObject({ ok: true });
  });

  test('one that expires while it is known is not believed any more', async () => {
    const name = 'C=US, O=Microsoft Corporation, CN=short';
    const short = await issue({ name, issuer: chain.intermediate, to: '2026-11-22T10:00:00Z' });
    files.set(address, Buffer.from(`${short.pem}\n${chain.intermediate.pem}`));
    expect(await verify(sent(event, { by: short }))).toMatchObject({ ok: true });
    clock.move(3_600_001);
    expect(await verify(sent(event, { by: short }))).toMatchObject({ refusal: 'certificate:notValidNow' });
  });

  test('a known one is believed while its host is away', async () => {
    await verify(sent());
    files.set(address, 503);
    clock.move(23 * 3_600_000);
    expect(await verify(sent())).toMatchObject({ ok: true });
    clock.move(3_600_000);
    const later = { ...event, ResourceChangeUtcDate: new Date(clock.now()).toISOString() };
    expect(await verify(sent(later))).toMatchObject({ ok: true });
  });

  test('nobody makes the bot download without end', async () => {
    for (let number = 0; number < 50; number++) await verify(sent(event, { url: `${address}/${number}` }));
    expect(downloads).toHaveLength(20);
    clock.move(60_000);
    expect(await verify(sent())).toMatchObject({ ok: true });
  });
});

test('the log holds the refusal and nothing of the request', async () => {
  await verify(sent('Reto Muster'));
  expect(log).toHaveLength(1);
  expect(log[0]).toContain('"refusal":"unreadable"');
  expect(log[0]).not.toContain('Muster');
});
