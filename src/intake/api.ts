import type { Logger } from 'pino';
import restify, { type Request, type Response, type Server } from 'restify';
import type { z } from 'zod';
import { type Clock, instant } from '../clock.ts';
import { opportunityHash } from '../deals/content-hash.ts';
import { type Deal, dealId, dealType, type SenderRoute } from '../deals/deal.ts';
import type { Desk } from '../deals/desk.ts';
import {
  answerWithProblems,
  type Problem,
  type ProblemKind,
  problem,
  problemOf,
  sendProblem,
} from '../http/problem.ts';
import { answerOf } from '../notices/sender.ts';
import type { ApiKeys } from '../organisations/api-keys.ts';
import type { ApiKey } from '../organisations/organisation.ts';
import { dealIdOf, type ReferralLinks } from '../partner-center/links.ts';
import { type IncomingParts, toIncomingParts } from '../partner-center/mapping.ts';
import { Referral } from '../partner-center/referral.ts';
import type { Refusal } from '../rules/refusal.ts';
import { bodyBytes, parseJson, readBody } from './body.ts';
import { parseFields } from './field-errors.ts';
import { openApi } from './openapi.ts';
import {
  type FoundDeals,
  isReferral,
  MicrosoftAnswer,
  type MicrosoftState,
  type OpportunityState,
  PostedOpportunity,
  toPostedParts,
} from './schema.ts';

interface IntakeParts {
  apiKeys: Pick<ApiKeys, 'verify'>;
  desk: Pick<Desk, 'deal' | 'dealsOfCrm' | 'receive' | 'perform'>;
  /** One referral is one deal, whether it is fed here or read from Partner Center. */
  links: Pick<ReferralLinks, 'claim'>;
  clock: Clock;
  log: Pick<Logger, 'info' | 'error'>;
  /** Requests a second that one API key may send, on average; a burst may hold those of two seconds. */
  perSecond?: number;
}

interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** What was fed, in either form. */
type FedParts = IncomingParts & { isReferral: boolean; hash: string; route: SenderRoute };

/** An answer other than the wanted one, on its way out of a handler. */
class Refused extends Error {
  readonly problem: Problem;
  readonly headers: Record<string, string>;

  constructor(kind: ProblemKind, particular?: Parameters<typeof problem>[1], headers: Record<string, string> = {}) {
    super(kind);
    this.problem = problem(kind, particular);
    this.headers = headers;
  }
}

/**
 * Mounts the HTTP API for opportunities: `POST /api/opportunities`, `GET /api/opportunities?crmId=…`,
 * `GET /api/opportunities/:id`,
 * `POST /api/opportunities/:id/microsoft`, `GET /api/openapi.json`. It reads request bodies itself: no body parser may stand before it. Every answer but the wanted one is a problem (RFC 9457), also where
 * the server finds no route for an address or a method.
 */
export function registerIntake(server: Server, parts: IntakeParts): void {
  const { apiKeys, desk, links, clock, log, perSecond = 50 } = parts;
  const throttle = restify.plugins.throttle({ username: true, rate: perSecond, burst: Math.max(1, 2 * perSecond) });

  async function keyOf(authorization: string | undefined): Promise<ApiKey> {
    const [, text] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    const key = text === undefined ? undefined : await apiKeys.verify(text);
    if (key !== undefined) return key;
    const detail =
      text === undefined
        ? 'Send the API key as "Authorization: Bearer csk_…"'
        : 'This API key is not known, or was revoked';
    throw new Refused('unauthorized', { detail }, { 'WWW-Authenticate': 'Bearer realm="opportunities"' });
  }

  async function keepRate(key: ApiKey, req: Request, res: Response): Promise<void> {
    // What restify's throttle counts by.
    Object.assign(req, { username: `${key.orgId}/${key.id}` });
    const tooMany = await new Promise<unknown>((resolve) => throttle(req, res, resolve));
    if (tooMany === undefined) return;
    const seconds = Math.ceil(1 / perSecond);
    throw new Refused(
      'too-many-requests',
      { detail: `This API key may send ${perSecond} requests a second: try again in ${seconds} s` },
      { 'Retry-After': String(seconds) },
    );
  }

  async function receive(req: Request, key: ApiKey): Promise<Reply> {
    const parts = await partsOf(await jsonOf(req), key);
    const { opportunity, externalId, direction, hash } = parts;
    const reception = await desk.receive(
      {
        orgId: key.orgId,
        dealId: await dealIdFor(key, parts),
        source: key.source,
        externalId,
        contentHash: hash,
        route: parts.route,
        direction,
        opportunity,
        standing: parts.standing,
      },
      { kind: 'sender', name: opportunity.sender.name, from: 'api' },
    );
    const { kind, deal } = reception;
    log.info({ orgId: deal.orgId, dealId: deal.id, source: key.source, kind }, 'opportunity sent');
    if (kind === 'refused') {
      const [first] = reception.refusals;
      throw new Refused('refused', { detail: whyRefused(first, deal), rule: first.rule });
    }
    if (kind !== 'created') return { status: 200, body: stateOf(deal) };
    return { status: 201, body: stateOf(deal), headers: { Location: `/api/opportunities/${deal.id}` } };
  }

  /**
   * A referral that is fed here and read from Partner Center at the same moment gets the same id by both ways, and the store takes an
   * id once: it is one deal.
   */
  async function dealIdFor({ orgId, source }: ApiKey, { externalId, isReferral }: FedParts): Promise<string> {
    const own = dealId(source, externalId);
    if (!isReferral) return own;
    // Fed in the own form before, or by an earlier version.
    const known = await desk.deal(orgId, own);
    return links.claim(orgId, externalId, known === undefined ? dealIdOf(externalId) : own);
  }

  async function partsOf(body: unknown, key: ApiKey): Promise<FedParts> {
    if (isReferral(body)) {
      const referral = parseFields(Referral, body);
      if (!referral.ok) throw new Refused('wrong-fields', { errors: referral.errors });
      const parts = toIncomingParts(referral.data);
      const route = routeOf(key, parts.direction, { kind: 'partner-center' });
      return { ...parts, isReferral: true, hash: opportunityHash(parts), route };
    }
    const posted = parseFields(PostedOpportunity, body);
    if (!posted.ok) throw new Refused('wrong-fields', { errors: posted.errors });
    const parts = toPostedParts(posted.data, posted.data.receivedAt ?? (await firstReceivedAt(key, posted.data)));
    // A time that the sender did not give is no part of what it sent: the same again is the same.
    const { receivedAt, ...sent } = parts.opportunity;
    const content = posted.data.receivedAt === undefined ? sent : { ...sent, receivedAt };
    const route = routeOf(key, parts.direction, { kind: 'none' });
    return { ...parts, isReferral: false, hash: opportunityHash({ ...parts, opportunity: content }), route };
  }

  /** When an opportunity arrived that does not say when it was sent. A later change of it does not move respond-by (L4). */
  async function firstReceivedAt(key: ApiKey, { externalId }: { externalId: string }): Promise<string> {
    const deal = await desk.deal(key.orgId, dealId(key.source, externalId));
    return deal?.opportunity.receivedAt ?? instant(clock.now());
  }

  async function show(req: Request, key: ApiKey): Promise<Reply> {
    const { id } = req.params as { id: string };
    const deal = /^deal-[\w-]{27}$/.test(id) ? await desk.deal(key.orgId, id) : undefined;
    if (deal?.source !== key.source)
      throw new Refused('not-found', { detail: 'This API key sent no such opportunity' });
    return { status: 200, body: stateOf(deal), headers: { 'Cache-Control': 'no-store' } };
  }

  /** The organisation's deals by the CRM id that its people gave them; nothing to a key by which another organisation sends (T4). */
  async function find(req: Request, key: ApiKey): Promise<Reply> {
    const crmId = new URL(req.url ?? '', 'http://here').searchParams.get('crmId')?.trim() ?? '';
    if (crmId === '' || crmId.length > 100) {
      throw new Refused('bad-request', { detail: 'Say which deals: ?crmId=… with 1 to 100 characters' });
    }
    const found = isOwnKey(key) ? await desk.dealsOfCrm(key.orgId, crmId) : [];
    return { status: 200, body: { deals: found.map(foundOf) }, headers: { 'Cache-Control': 'no-store' } };
  }

  /** C9. A key by which another organisation sends is not told that a deal is there (T4). */
  async function answerForMicrosoft(req: Request, key: ApiKey): Promise<Reply> {
    const { id } = req.params as { id: string };
    const known = isOwnKey(key) && /^deal-[\w-]{27}$/.test(id) ? await desk.deal(key.orgId, id) : undefined;
    const unknown = new Refused('not-found', { detail: 'Your organisation has no such deal' });
    if (known === undefined) throw unknown;
    const answer = parseFields(MicrosoftAnswer, await jsonOf(req));
    if (!answer.ok) throw new Refused('wrong-fields', { errors: answer.errors });
    const { status, team } = answer.data;
    const decision = await desk.perform(key.orgId, id, {
      command: { kind: 'microsoftAnswered', status, ...(team === undefined ? {} : { team }) },
      actor: { kind: 'sender', name: 'Microsoft', from: 'api' },
    });
    if (decision.kind === 'notFound') throw unknown;
    const { deal } = decision;
    const rule = decision.kind === 'refused' ? decision.refusals[0].rule : undefined;
    if (deal.microsoft === undefined) {
      throw new Refused('not-asked', { detail: `The deal has not asked Microsoft for help (${rule})`, rule });
    }
    if (rule !== undefined) throw new Refused('refused', { detail: `The deal is ${deal.status} (${rule})`, rule });
    log.info({ orgId: key.orgId, dealId: id, source: key.source, status }, 'Microsoft answered');
    return { status: 200, body: microsoftStateOf(id, deal.microsoft) };
  }

  function answered(handle: (req: Request, key: ApiKey) => Promise<Reply>) {
    return async function answer(req: Request, res: Response): Promise<void> {
      try {
        const key = await keyOf(req.headers.authorization);
        await keepRate(key, req, res);
        sendJson(res, await handle(req, key));
      } catch (error) {
        // The client went away: nobody is there to be answered.
        if (req.socket.destroyed) return;
        const { problem, headers } = error instanceof Refused ? error : problemOf(error);
        if (problem.status >= 500) log.error({ err: error }, 'intake failed');
        sendProblem(res, problem, headers);
      }
    };
  }

  answerWithProblems(server, (error) => log.error({ err: error }, 'request failed'));
  server.post('/api/opportunities', answered(receive));
  server.get('/api/opportunities', answered(find));
  server.get('/api/opportunities/:id', answered(show));
  server.post('/api/opportunities/:id/microsoft', answered(answerForMicrosoft));
  server.get('/api/openapi.json', async (_req: Request, res: Response) =>
    sendJson(res, { status: 200, body: openApi() }),
  );
}

async function jsonOf(req: Request): Promise<unknown> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = req.headers;
  if (!/^application\/([\w.+-]+\+)?json *(;|$)/i.test(type)) {
    throw new Refused('not-json-type', { detail: 'Send it with "Content-Type: application/json"' });
  }
  if (encoding !== 'identity') throw new Refused('not-json-type', { detail: 'Send it without a Content-Encoding' });
  const body = Number(req.headers['content-length']) > bodyBytes ? 'tooLarge' : await readBody(req, bodyBytes);
  if (body === 'tooLarge') throw new Refused('too-large', { detail: `At most ${bodyBytes} bytes can be taken` });
  const parsed = parseJson(body);
  if (parsed === undefined) throw new Refused('not-json', { detail: 'It must be one JSON object, in UTF-8' });
  return parsed.value;
}

/** How the sender is told of the answer (N5). Nobody is told of the organisation's own deal. */
function routeOf(key: ApiKey, direction: Deal['direction'], otherwise: SenderRoute): SenderRoute {
  if (direction === 'outbound') return { kind: 'none' };
  if (key.sender?.kind === 'organisation') return { kind: 'organisation', orgId: key.sender.orgId };
  return key.sender?.kind === 'callback' ? { kind: 'callback', apiKeyId: key.id } : otherwise;
}

function stateOf(deal: Deal): z.output<typeof OpportunityState> {
  const answer = answerOf(deal);
  return {
    id: deal.id,
    externalId: deal.externalId,
    status: deal.status,
    type: dealType(deal.parties),
    respondBy: deal.respondBy,
    ...(answer === undefined ? {} : { answer }),
  };
}

/** Whether it is a key of the organisation's own programs. */
function isOwnKey({ orgId, sender }: ApiKey): boolean {
  return sender?.kind !== 'organisation' || sender.orgId === orgId;
}

function foundOf(deal: Deal): z.output<typeof FoundDeals>['deals'][number] {
  const { id, name, status, direction, parties, microsoft } = deal;
  return {
    id,
    ...(name === undefined ? {} : { name }),
    status,
    direction,
    type: dealType(parties),
    ...(microsoft === undefined ? {} : { microsoft: microsoftStateOf(id, microsoft) }),
  };
}

function microsoftStateOf(
  id: string,
  { status, askedAt, answerBy, answeredAt }: NonNullable<Deal['microsoft']>,
): z.output<typeof MicrosoftState> {
  return { id, status, askedAt, answerBy, ...(answeredAt === undefined ? {} : { answeredAt }) };
}

/** The rules that may refuse a sender: L3, L5, L6, E1. */
function whyRefused({ code, rule }: Refusal, deal: Deal): string {
  const why: Partial<Record<Refusal['code'], string>> = {
    accepted: 'The opportunity has been accepted: only the receiver changes it now',
    expired: `The opportunity expired at ${deal.respondBy}`,
    alreadyDeclined: 'The opportunity has been declined',
    archived: `The opportunity is ${deal.status}, and cannot become what was sent`,
  };
  return `${why[code] ?? `The opportunity is ${deal.status}`} (${rule})`;
}

function sendJson(res: Response, { status, body, headers = {} }: Reply): void {
  res.sendRaw(status, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers });
}
