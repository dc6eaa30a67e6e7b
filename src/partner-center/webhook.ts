import { constants, verify as isSignedBy, type X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { rootCertificates } from 'node:tls';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type Clock, instant } from '../clock.ts';
import { type ChainProblem, certificatesIn, chainOf, isValidAt } from './certificate-chain.ts';
import { fieldOf } from './errors.ts';

/** Where Partner Center keeps the certificates that it signs with. Only seen in a sample: whether it stays is not known. */
export const certificateHost = '3psostorageacct.blob.core.windows.net';

/** Where the certificates of Microsoft's own issuers are. */
export const issuerHosts = ['www.microsoft.com', 'caissuers.microsoft.com', 'cacerts.digicert.com'] as const;

/** What an event may have, in bytes. A real one has some 300. */
export const webhookBytes = 64 * 1024;

/** An event that is older, or this far ahead, is refused, in milliseconds. Partner Center tries 10 times, nobody says how long. */
const oldest = 24 * 3_600_000;
const furthestAhead = 5 * 60_000;

const algorithms = { 'rsa-sha256': 'sha256', 'rsa-sha384': 'sha384', 'rsa-sha512': 'sha512' } as const;

/** Of one download. */
const timeoutMilliseconds = 5000;
const certificateBytes = 64 * 1024;
/** Nobody can make the bot download more than this a minute: who calls is not known before. */
const downloadsPerMinute = 20;
/** A certificate that was renewed at the same address is fetched again this long after the first at the earliest. */
const renewedAfter = 5 * 60_000;
/** And after this long in any case. */
const believedFor = 24 * 3_600_000;

export interface WebhookEvent {
  /** `referral-created` … in small letters; others than the documented ones pass. */
  name: string;
  /** Of a referral, in small letters. Absent: the event is of something else. */
  referralId: string | undefined;
  /** ISO 8601 UTC with milliseconds. */
  changedAt: string;
  /** The same for each repetition of the event: it has no id of its own. */
  key: string;
}

/** Why a request is not taken for an event of Partner Center's. */
export type WebhookRefusal =
  | 'signatureMissing'
  | 'headerMissing'
  | 'tooLarge'
  | 'algorithmNotAllowed'
  | 'certificateAddressNotAllowed'
  | 'certificateUnreadable'
  | 'certificateUnavailable'
  | `certificate:${ChainProblem}`
  | 'signatureWrong'
  | 'unreadable'
  | 'tooOld';

/** `status`: what to answer. 503 asks Partner Center to try again: then it is not the caller's fault. */
export type Verdict =
  | { ok: true; event: WebhookEvent }
  | { ok: false; status: 400 | 401 | 503; refusal: WebhookRefusal };

export interface WebhookVerifierParts {
  clock: Clock;
  log: Pick<Logger, 'warn'>;
  fetch?: typeof globalThis.fetch | undefined;
  /** Absent: Partner Center's. */
  certificateHosts?: readonly string[] | undefined;
  /** Absent: Microsoft's. */
  issuerHosts?: readonly string[] | undefined;
  /** PEM. Absent: those that Node trusts. */
  trustedRoots?: readonly string[] | undefined;
  issuerOrganisation?: string | undefined;
}

export interface WebhookVerifier {
  /** `rawBody`: exactly as it came. */
  verify(headers: IncomingHttpHeaders, rawBody: Buffer): Promise<Verdict>;
}

/** A signing certificate with what makes it believed, and when it was fetched. */
interface Believed {
  chain: X509Certificate[];
  fetchedAt: number;
}

class Refused extends Error {
  readonly status: 400 | 401 | 503;
  readonly refusal: WebhookRefusal;

  constructor(status: 400 | 401 | 503, refusal: WebhookRefusal) {
    super(refusal);
    this.status = status;
    this.refusal = refusal;
  }
}

/**
 * Tells Partner Center's events from anybody else's (facts/partner-center.md 2.3): by a signature over the raw body, and a certificate
 * that an allowed host gave out, that leads to a trusted root and that Microsoft issued. An event is only a hint: what it is about is
 * read from Partner Center by its id.
 */
export function createWebhookVerifier(parts: WebhookVerifierParts): WebhookVerifier {
  const { clock, log, issuerOrganisation = 'Microsoft Corporation' } = parts;
  const fetch = parts.fetch ?? globalThis.fetch;
  const certificateHosts: readonly string[] = parts.certificateHosts ?? [certificateHost];
  const allowedIssuerHosts: readonly string[] = parts.issuerHosts ?? issuerHosts;
  const believed = new LRUCache<string, Believed>({ max: 20 });
  const underway = new Map<string, Promise<Believed>>();
  let roots: X509Certificate[] | undefined;
  let minute = { number: 0, downloads: 0 };

  async function download(url: URL): Promise<Buffer> {
    const number = Math.floor(clock.now() / 60_000);
    if (number !== minute.number) minute = { number, downloads: 0 };
    minute.downloads += 1;
    if (minute.downloads > downloadsPerMinute) throw new Refused(503, 'certificateUnavailable');
    try {
      const signal = AbortSignal.timeout(timeoutMilliseconds);
      const response = await fetch(url, { redirect: 'error', signal });
      if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
      const chunks: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of response.body) {
        length += chunk.length;
        if (length > certificateBytes) throw new Refused(401, 'certificateUnreadable');
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } catch (error) {
      if (error instanceof Refused) throw error;
      throw new Refused(503, 'certificateUnavailable');
    }
  }

  async function findIssuer(address: string): Promise<X509Certificate | undefined> {
    const url = URL.parse(address);
    // By http, as these addresses are: the certificate is believed by its own signature.
    if (url === null || !['http:', 'https:'].includes(url.protocol) || !isAt(url, allowedIssuerHosts)) return undefined;
    return certificatesIn(await download(url))[0];
  }

  async function believe(url: URL): Promise<Believed> {
    roots ??= (parts.trustedRoots ?? rootCertificates).flatMap((pem) => certificatesIn(Buffer.from(pem)));
    const [leaf, ...others] = certificatesIn(await download(url));
    if (leaf === undefined) throw new Refused(401, 'certificateUnreadable');
    const found = await chainOf(leaf, others, { roots, issuerOrganisation, findIssuer }, clock.now());
    if (!found.ok) throw new Refused(401, `certificate:${found.problem}`);
    const fresh = { chain: found.chain, fetchedAt: clock.now() };
    believed.set(placeOf(url), fresh);
    return fresh;
  }

  /** One download at a time for a place. */
  function fetched(url: URL): Promise<Believed> {
    const place = placeOf(url);
    const same = underway.get(place);
    if (same !== undefined) return same;
    const promise = believe(url).finally(() => underway.delete(place));
    underway.set(place, promise);
    return promise;
  }

  async function certificateAt(url: URL): Promise<Believed> {
    const known = believed.get(placeOf(url));
    if (known === undefined || !isValidAt(known.chain, clock.now())) return fetched(url);
    if (clock.now() - known.fetchedAt < believedFor) return known;
    try {
      return await fetched(url);
    } catch (error) {
      // The certificate is good still, only its host is not there.
      if (error instanceof Refused && error.refusal === 'certificateUnavailable') return known;
      throw error;
    }
  }

  async function checkSignature(headers: IncomingHttpHeaders, body: Buffer): Promise<void> {
    const signature = signatureIn(headers);
    const address = headerIn(headers, 'x-ms-certificate-url');
    const algorithm = headerIn(headers, 'x-ms-signature-algorithm').toLowerCase();
    const hash = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm as keyof typeof algorithms] : undefined;
    if (hash === undefined) throw new Refused(400, 'algorithmNotAllowed');
    const url = URL.parse(address);
    if (url === null || url.protocol !== 'https:' || !isAt(url, certificateHosts)) {
      throw new Refused(401, 'certificateAddressNotAllowed');
    }

    const isRight = ({ chain: [leaf] }: Believed) =>
      leaf !== undefined &&
      isSignedBy(hash, body, { key: leaf.publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
    const certificate = await certificateAt(url);
    if (isRight(certificate)) return;
    if (clock.now() - certificate.fetchedAt >= renewedAfter && isRight(await fetched(url))) return;
    throw new Refused(401, 'signatureWrong');
  }

  return {
    async verify(headers, rawBody) {
      try {
        if (rawBody.length > webhookBytes) throw new Refused(400, 'tooLarge');
        await checkSignature(headers, rawBody);
        return { ok: true, event: eventIn(rawBody, clock.now()) };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const { status, refusal } = error;
        log.warn({ status, refusal }, 'webhook refused');
        return { ok: false, status, refusal };
      }
    },
  };
}

/** On the standard port, and without a name or password. */
function isAt(url: URL, hosts: readonly string[]): boolean {
  return hosts.includes(url.host) && url.username === '' && url.password === '';
}

/** `Signature <base64>`, in a header of its own where the registration asks for that, else in `Authorization`. */
function signatureIn(headers: IncomingHttpHeaders): Buffer {
  const { 'x-ms-signature': own, authorization } = headers;
  const written = typeof own === 'string' && own.trim() !== '' ? own : authorization;
  const [, base64] = /^Signature +([A-Za-z0-9+/]+={0,2}) *$/i.exec(written ?? '') ?? [];
  if (base64 === undefined) throw new Refused(401, 'signatureMissing');
  return Buffer.from(base64, 'base64');
}

function headerIn(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  if (typeof value !== 'string' || value.trim() === '') throw new Refused(400, 'headerMissing');
  return value.trim();
}

const Words = z.string().trim().min(1).max(2000);
const Event = z.object({
  name: Words.toLowerCase(),
  resource: Words,
  /** UTC, as the field's name says, also where no time zone stands. */
  changed: z.iso.datetime({ offset: true, local: true }),
});

function eventIn(rawBody: Buffer, now: number): WebhookEvent {
  const body = jsonIn(rawBody);
  const read = Event.safeParse({
    name: fieldOf(body, 'eventname'),
    resource: fieldOf(body, 'resourceuri'),
    changed: fieldOf(body, 'resourcechangeutcdate'),
  });
  if (!read.success) throw new Refused(400, 'unreadable');
  const { name, resource, changed } = read.data;
  const changedAt = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(changed) ? changed : `${changed}Z`);
  if (now - changedAt > oldest || changedAt - now > furthestAhead) throw new Refused(400, 'tooOld');
  const [, id] = /\/referrals\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[/?#]|$)/i.exec(resource) ?? [];
  return {
    name,
    referralId: id?.toLowerCase(),
    changedAt: instant(changedAt),
    key: [name, resource.toLowerCase(), changed].join(' '),
  };
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refused(400, 'unreadable');
  }
}

/** An address without its query: whoever calls could make up any number of queries. */
function placeOf({ host, pathname }: URL): string {
  return host + pathname;
}
