import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Request, Response, Server } from 'restify';
import { type ProblemKind, problem, problemOf, sendProblem } from '../http/problem.ts';
import { readBody } from '../intake/body.ts';
import { type Verdict, type WebhookEvent, type WebhookRefusal, type WebhookVerifier, webhookBytes } from './webhook.ts';
import { organisationIn, webhookPath } from './webhook-address.ts';

export interface WebhookRouteParts {
  verifier: WebhookVerifier;
  /**
   * Hears of each good event once it was answered, test events included; whatever it throws is logged. `orgId`: the organisation that
   * the address named, which anybody could have written there. Undefined: none.
   */
  onEvent(event: WebhookEvent, orgId: string | undefined): void;
  log: Pick<Logger, 'info' | 'error'>;
}

/**
 * So many requests are read and checked at a time, with at most `webhookBytes` each: who calls is not known before. Any more are asked
 * to come again, which Partner Center does; the poll finds what it gave up.
 */
const underwayAtMost = 100;

/** How long whoever finds all places taken, or no certificate there, shall wait, in seconds. */
const retryAfterSeconds = '60';

/**
 * Mounts `POST /api/partner-center/webhook` (facts/partner-center.md 2). It reads the body itself, byte by byte as it was signed: no
 * body parser may stand before it. A good event is answered at once by 200 and an empty object, anything else by a problem (RFC 9457)
 * that says why: 401 where it is not Partner Center's, 400 or 413 where it is no event, 503 where it may come again.
 */
export function registerWebhook(server: Server, { verifier, onEvent, log }: WebhookRouteParts): void {
  let underway = 0;

  async function verdictOn(req: Request): Promise<Verdict> {
    const isTooLarge = Number(req.headers['content-length']) > webhookBytes;
    const body = isTooLarge ? 'tooLarge' : await readBody(req, webhookBytes);
    if (body === 'tooLarge') return { ok: false, status: 400, refusal: 'tooLarge' };
    return verifier.verify(req.headers, body);
  }

  /** In a turn of its own, so that the answer is on its way whatever comes of it. */
  async function handOn(event: WebhookEvent, orgId: string | undefined): Promise<void> {
    await setImmediate();
    try {
      await onEvent(event, orgId);
    } catch (error) {
      log.error({ err: error, event: event.name }, 'webhook event failed');
    }
  }

  async function answer(req: Request, res: Response): Promise<void> {
    if (underway >= underwayAtMost) return refuse(res, 'unavailable', 'Too many events at once: send it again later');
    underway += 1;
    try {
      const verdict = await verdictOn(req);
      if (!verdict.ok) return refuse(res, kindOf(verdict), reasons[verdict.refusal]);
      const { event } = verdict;
      res.sendRaw(200, '{}', { 'Content-Type': 'application/json' });
      log.info({ event: event.name, referralId: event.referralId }, 'webhook event');
      void handOn(event, organisationIn(req.url ?? ''));
    } catch (error) {
      // The client went away: nobody is there to be answered.
      if (req.socket.destroyed) return;
      log.error({ err: error }, 'webhook failed');
      const { problem, headers } = problemOf(error);
      sendProblem(res, problem, headers);
    } finally {
      underway -= 1;
    }
  }

  server.post(webhookPath, answer);
}

function refuse(res: Response, kind: ProblemKind, detail: string): void {
  sendProblem(res, problem(kind, { detail }), headersOf(kind));
}

function headersOf(kind: ProblemKind): Record<string, string> {
  if (kind === 'not-signed') return { 'WWW-Authenticate': 'Signature realm="partner-center"' };
  return kind === 'unavailable' ? { 'Retry-After': retryAfterSeconds } : {};
}

function kindOf({ status, refusal }: Extract<Verdict, { ok: false }>): ProblemKind {
  if (refusal === 'tooLarge') return 'too-large';
  return ({ 400: 'bad-request', 401: 'not-signed', 503: 'unavailable' } as const)[status];
}

/** For whoever looks for the reason in a gateway's log, or in what Partner Center says of a test event. */
const reasons: Record<WebhookRefusal, string> = {
  signatureMissing: 'The signature must stand in x-ms-signature or Authorization, as "Signature <base64>"',
  headerMissing: 'x-ms-certificate-url and x-ms-signature-algorithm must be there, each once',
  tooLarge: `At most ${webhookBytes} bytes can be taken`,
  algorithmNotAllowed: 'x-ms-signature-algorithm must be rsa-sha256, rsa-sha384 or rsa-sha512',
  certificateAddressNotAllowed: "x-ms-certificate-url does not lead to Partner Center's certificates",
  certificateUnreadable: 'There is no certificate at x-ms-certificate-url',
  certificateUnavailable: 'The certificate could not be fetched: send it again later',
  'certificate:notValidNow': 'The certificate, or one above it, is not valid now',
  'certificate:unknownIssuer': 'The certificate does not lead to a trusted root',
  'certificate:wrongOrganisation': 'The certificate was not issued by Microsoft',
  'certificate:weakKey': 'The certificate must hold an RSA key of at least 2048 bits',
  signatureWrong: 'The signature is not that of the body: it must arrive byte by byte as it was sent',
  unreadable: 'The body must be an event: JSON with EventName, ResourceUri and ResourceChangeUtcDate',
  tooOld: 'ResourceChangeUtcDate is more than a day ago, or ahead',
};
