import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { certificateHost, issuerHosts } from '../../../src/partner-center/webhook.ts';
import type { WireReferral } from '../referrals.ts';
import { intermediateAddress, microsoftLikeChain } from './certificates.ts';
import { createEntra, type Entra } from './entra.ts';
import { type Call, callOf, type Reply, send } from './http.ts';
import { createListing } from './listing.ts';
import { ODataError } from './odata.ts';
import { usualOpportunity } from './opportunity.ts';
import { createPortal } from './portal.ts';
import {
  type Account,
  type Change,
  createReferralStore,
  isMarketplaceLead,
  microsoft,
  type Organisation,
  type ReferralStore,
  Refused,
} from './referral-store.ts';
import { defaultSwitches, type Fault, type Operation, type Switches } from './switches.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export const referralsAudience = 'https://api.partner.microsoft.com';
export const webhooksAudience = 'https://api.partnercenter.microsoft.com';

/** Hosts of Microsoft's for which the fake stands in. */
const standsInFor = [
  'api.partner.microsoft.com',
  'api.partnercenter.microsoft.com',
  'login.microsoftonline.com',
  certificateHost,
  ...issuerHosts,
];

interface FakePartnerCenterOptions {
  /** 0 or absent: a free one. */
  port?: number;
  clock?: Clock;
  /** Resolves after some milliseconds: between two attempts of a webhook. Absent: at once. */
  wait?: (milliseconds: number) => Promise<void>;
  /** How often referrals are looked at that may have expired, in milliseconds. Absent: at each request. */
  sweepMilliseconds?: number;
}

/** One request to the fake, and what it said. */
interface RecordedRequest {
  operation: Operation | 'portal' | 'unknown';
  method: string;
  /** With its query, as it came. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
  /** Undefined while it hangs, and when the connection was cut. */
  status: number | undefined;
}

export interface FakePartnerCenter {
  /** Without a slash at the end: base of the referrals API, of the webhooks API, and authority. */
  url: string;
  /** The app registration. */
  clientId: string;
  /** Who is connected. */
  organisation: Organisation;
  /** Another partner. */
  partner: Organisation;
  accounts: { admin: Account; user: Account; nobody: Account };
  store: ReferralStore;
  entra: Entra;
  webhooks: Webhooks;
  switches: Switches;
  faults: Fault[];
  requests: RecordedRequest[];
  /** What a client did against the contract. */
  violations: string[];
  /** Addresses outside of this machine that were asked for by `fetch`: none were reached. */
  outside: string[];
  /** The only root to be trusted, PEM. */
  trustedRoots: string[];
  /** How many more times a referral is answered by 404 before it can be read: events come early. */
  hidden: Map<string, number>;
  /** Reaches the fake under Microsoft's addresses, and this machine; nothing else. */
  fetch: typeof globalThis.fetch;
  /** Microsoft, or another partner, sends an opportunity. `content`: what differs from the usual. */
  invite(content?: WireReferral, from?: Organisation): WireReferral;
  /** Microsoft answers the invitation to an engagement. */
  answerAsMicrosoft(engagementId: string, answer: 'accept' | 'decline'): WireReferral;
  /** Somebody answers in the portal. */
  answerInPortal(id: string, answer: 'accept' | 'decline', reason?: string): WireReferral;
  stop(): Promise<void>;
}

const referralPath = /^\/v1\.0\/engagements\/referrals(?:\/([^/]+))?$/;
const tenantPath = /^\/([^/]+)\/oauth2\/v2\.0\/(devicecode|token)$/;
const guidText = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Partner Center over HTTP: the referrals API, webhooks and their registration, Entra's consent and tokens, and a page at `/` where one
 * does what the other side does (facts/partner-center.md 6). As strict as the documentation.
 */
export async function startFakePartnerCenter(options: FakePartnerCenterOptions = {}): Promise<FakePartnerCenter> {
  const { clock = systemClock, wait = async () => undefined } = options;
  const { root, intermediate, leaf } = await microsoftLikeChain();
  const switches = defaultSwitches();
  const faults: Fault[] = [];
  const requests: RecordedRequest[] = [];
  const violations: string[] = [];
  const outside: string[] = [];
  const hidden = new Map<string, number>();
  const requestIds = new Set<string>();
  const calls = new Map<Account, number[]>();

  const organisation: Organisation = {
    id: '30000001-0000-4000-8000-000000000001',
    name: 'Nordwind Consulting GmbH',
    mpnId: '1234567',
    locationId: '40000001-0000-4000-8000-000000000001',
  };
  const partner: Organisation = {
    id: '30000002-0000-4000-8000-000000000002',
    name: 'Fabrikam Cloud Ltd',
    mpnId: '7654321',
    locationId: '40000002-0000-4000-8000-000000000002',
  };
  const organisations = new Map([organisation, partner, microsoft].map((one) => [one.id, one]));
  const account = (username: string, name: string, number: number, role: Account['role']): Account => ({
    username,
    name,
    objectId: `50000000-0000-4000-8000-00000000000${number}`,
    tenantId: '7c2a9f10-1111-4111-8111-000000000001',
    organisationId: organisation.id,
    role,
    mayRegisterWebhooks: role === 'admin',
  });
  const accounts = {
    admin: account('partnercenter@nordwind.example', 'Partner Center service', 1, 'admin'),
    user: account('ben.huber@nordwind.example', 'Ben Huber', 2, 'user'),
    nobody: account('carla.rossi@nordwind.example', 'Carla Rossi', 3, 'none'),
  };
  const clientId = '60000001-0000-4000-8000-000000000001';

  const entra = createEntra({ clock, switches, clientId });
  const webhooks = createWebhooks({ clock, wait });
  const store = createReferralStore({ clock, switches, organisations, onChange: tell });
  const list = createListing({ store, switches, isOwnOf, maySee, onWire });
  const portal = createPortal({
    clock,
    organisation,
    partner,
    accounts: Object.values(accounts),
    store,
    entra,
    webhooks,
    invite,
  });

  /** Whoever is registered hears of own referrals, and of those of other parties to the same engagement. */
  function tell({ referral, kind }: Change): void {
    const listener = webhooks.registration?.by.organisationId;
    if (listener === undefined) return;
    const isOwn = referral.organizationId === listener;
    const own = isOwn
      ? referral
      : store.ofEngagement(referral.engagementId).find(({ organizationId }) => organizationId === listener);
    if (own === undefined) return;
    const { id } = webhooks.switches.relatedResource === 'own' ? own : referral;
    const name = isOwn ? `referral-${kind}` : `related-referral-${kind}`;
    webhooks.emit(name, `${webhooksAudience}/engagements/v1/referrals/${id}`, 'referral');
  }

  /** Its organisation's referrals; a Referrals user's only where their team includes them. */
  function isOwnOf({ role, organisationId, username }: Account, one: WireReferral): boolean {
    if (one.organizationId !== organisationId || isMarketplaceLead(one)) return false;
    return role === 'admin' || one.team.some(({ email }: WireReferral) => email?.toLowerCase() === username);
  }

  /** Those, and those of other parties to the same engagements. */
  function maySee(account: Account, one: WireReferral): boolean {
    return isOwnOf(account, one) || store.ofEngagement(one.engagementId).some((other) => isOwnOf(account, other));
  }

  /** A referral that an account may see, to read it or to change it. @throws {Refused} */
  function reach(reader: Account, id: string, toChange: boolean): WireReferral {
    const found = store.get(id);
    const more = hidden.get(found.id) ?? 0;
    if (more > 0) {
      hidden.set(found.id, more - 1);
      throw new Refused(404, 'itemNotFound', `There is no referral ${id}`);
    }
    if (isMarketplaceLead(found)) throw new Refused(404, 'itemNotFound', `There is no referral ${id}`);
    if (!maySee(reader, found) || (toChange && found.organizationId !== reader.organisationId)) {
      throw new Refused(403, 'accessDenied', 'This account may not do that with this referral');
    }
    return found;
  }

  function referralAnswer(method: string, id: string | undefined, reader: Account, call: Call): Reply {
    const ifMatch = call.headers['if-match'];
    const changed = (referral: WireReferral): Reply =>
      call.headers.prefer === 'return=representation' && switches.honoursPrefer
        ? represented(200, referral)
        : { status: 204 };
    switch (`${method}${id === undefined ? '' : ' {id}'}`) {
      case 'GET':
        return list(reader, call.query);
      case 'POST': {
        const owner = organisations.get(reader.organisationId) as Organisation;
        return represented(201, store.create(owner, call.body));
      }
      case 'GET {id}': {
        let referral = reach(reader, id as string, false);
        if (
          switches.readingReceives &&
          referral.substatus === 'Pending' &&
          referral.organizationId === organisation.id
        ) {
          referral = store.edit(referral.id, (one) => {
            one.substatus = 'Received';
          });
        }
        return represented(200, referral);
      }
      case 'PATCH {id}':
        reach(reader, id as string, true);
        return changed(store.patch(id as string, call.body, ifMatch));
      case 'PUT {id}':
        reach(reader, id as string, true);
        return represented(200, store.replace(id as string, call.body, ifMatch));
      default:
        throw new Refused(405, 'invalidRequest', `${method} is not allowed here`);
    }
  }

  /** Who calls, and whether they call as the documentation asks. @throws {Refused} */
  function caller(call: Call, audience: string): Account {
    const [, token = ''] = /^Bearer (\S+)$/.exec(call.headers.authorization ?? '') ?? [];
    const who = entra.accountOf(token, audience);
    if (who === undefined) throw new Refused(401, switches.unauthenticatedCode, 'The access token is not good');
    const times = (calls.get(who) ?? []).filter((at) => clock.now() - at < (switches.throttle?.perMilliseconds ?? 0));
    if (switches.throttle !== undefined && times.length >= switches.throttle.calls) {
      throw new Refused(429, 'tooManyRequests', 'Too many requests');
    }
    calls.set(who, [...times, clock.now()]);
    return who;
  }

  function checkHeaders({ headers, method, body }: Call): void {
    const id = headers['client-request-id'] ?? '';
    if (!guidText.test(id) || requestIds.has(id)) violated(`client-request-id must be a new GUID, not ${id}`);
    requestIds.add(id);
    if (headers.accept !== 'application/json') violated('Accept must be application/json');
    if (method !== 'GET' && body !== undefined && headers['content-type'] !== 'application/json') {
      violations.push(`Content-Type must be application/json, not ${headers['content-type']}`);
      throw new Refused(415, 'invalidRequest', 'Content-Type must be application/json');
    }
  }

  function violated(what: string): never {
    violations.push(what);
    throw new Refused(400, 'invalidRequest', what);
  }

  function answer(operation: RecordedRequest['operation'], call: Call): Reply {
    const { method, path } = call;
    const [, tenant = '', tenantPart] = tenantPath.exec(path) ?? [];
    switch (operation) {
      case 'list':
      case 'get':
      case 'create':
      case 'patch':
      case 'replace': {
        checkHeaders(call);
        const who = caller(call, referralsAudience);
        if (who.role === 'none') throw new Refused(403, 'accessDenied', 'The account has no role for referrals');
        const id = referralPath.exec(path)?.[1];
        return referralAnswer(method, id === undefined ? undefined : decodeURIComponent(id), who, call);
      }
      case 'registration': {
        checkHeaders(call);
        const who = caller(call, webhooksAudience);
        if (!who.mayRegisterWebhooks) throw new Refused(403, 'accessDenied', 'The account may not register webhooks');
        return webhooks.handle(method, path.slice('/webhooks/v1/registration'.length), call.body, who);
      }
      case 'deviceCode':
      case 'token': {
        const form = new URLSearchParams(typeof call.body === 'string' ? call.body : '');
        return tenantPart === 'devicecode' ? entra.deviceCode(form, url) : entra.token(tenant, form);
      }
      case 'certificate':
        if (path.startsWith('/cert/')) return { status: 200, body: leaf.der };
        return path === new URL(intermediateAddress).pathname
          ? { status: 200, body: intermediate.der }
          : { status: 404, body: 'no such file' };
      case 'portal':
        return portal.answer(call);
      default:
        violations.push(`${method} ${path} is not in the contract`);
        throw new Refused(404, 'itemNotFound', 'There is nothing here');
    }
  }

  function invite(content: WireReferral = {}, from: Organisation = microsoft): WireReferral {
    return store.send(from, organisation, {
      ...usualOpportunity(store.referrals.size + 1, from, organisation),
      ...content,
    });
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const call = await callOf(req);
    const operation = operationOf(call);
    const record: RecordedRequest = {
      operation,
      method: call.method,
      path: req.url ?? '',
      headers: req.headers,
      body: call.body,
      status: undefined,
    };
    requests.push(record);
    const say = (reply: Reply) => {
      record.status = reply.status;
      send(res, reply, call);
    };
    store.expireDue();

    const fault = operation === 'portal' ? undefined : faults.find((one) => (one.operation ?? operation) === operation);
    try {
      if (fault === undefined) return say(answer(operation, call));
      fault.times = (fault.times ?? 1) - 1;
      if (fault.times <= 0) faults.splice(faults.indexOf(fault), 1);
      const wanted = fault.answer;
      if (wanted === 'appliedThen503' || wanted === 'appliedThenReset') answer(operation, call);
      if (wanted === 'hang') return;
      if (wanted === 'reset' || wanted === 'appliedThenReset') return void req.socket.destroy();
      if (wanted === 'appliedThen503') throw new Refused(503, 'serviceNotAvailable', 'Try again later');
      const { status, code = 'generalException', message = 'An injected fault', inner, retryAfter, body } = wanted;
      const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
      const refusal = new Refused(status, code, message, inner);
      say({ ...(body === undefined ? failed(refusal) : { status, body }), headers });
    } catch (error) {
      if (error instanceof ODataError) return say(failed(new Refused(400, 'invalidRequest', error.message)));
      if (!(error instanceof Refused)) throw error;
      const { throttle } = switches;
      const isTold = error.status === 429 && throttle?.retryAfter !== undefined;
      say({ ...failed(error), headers: isTold ? { 'Retry-After': String(throttle.retryAfter) } : {} });
    }
  }

  /** The error envelope (facts/partner-center.md 1.8). */
  function failed({ status, code, message, inner }: Refused): Reply {
    const nested = inner === undefined ? {} : { [switches.innerError]: { code: inner, message } };
    return { status, body: { error: { code, message, target: 'referral', ...nested } } };
  }

  const server = createServer((req, res) => {
    handle(req, res).catch((error) => {
      violations.push(`the fake broke: ${error.stack}`);
      send(res, { status: 500, body: { error: { code: 'generalException', message: 'the fake broke' } } }, undefined);
    });
  }).listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sweep =
    options.sweepMilliseconds === undefined
      ? undefined
      : setInterval(() => store.expireDue(), options.sweepMilliseconds).unref();

  return {
    url,
    clientId,
    organisation,
    partner,
    accounts,
    store,
    entra,
    webhooks,
    switches,
    faults,
    requests,
    violations,
    outside,
    trustedRoots: [root.pem],
    hidden,
    async fetch(input, init) {
      const asked = new URL(input instanceof Request ? input.url : input);
      const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(asked.hostname);
      if (!isHere && !standsInFor.includes(asked.host)) {
        outside.push(asked.href);
        throw new TypeError(`${asked.host} is outside of this machine`);
      }
      const to = isHere ? asked : new URL(asked.pathname + asked.search, url);
      return globalThis.fetch(input instanceof Request ? new Request(to, input) : to, init);
    },
    invite,
    answerAsMicrosoft(engagementId, answered) {
      const theirs = store.ofEngagement(engagementId).find((one) => one.organizationId === microsoft.id);
      if (theirs === undefined) throw new Error(`Microsoft was not invited to ${engagementId}`);
      if (answered === 'decline') return store.close(theirs, 'Declined');
      theirs.team = [{ firstName: 'Mia', lastName: 'Seller', phoneNumber: '', email: 'mia.seller@microsoft.example' }];
      theirs.trackingInfo.microsoftMsxId = '7-EXAMPLE1';
      return store.accept(theirs);
    },
    answerInPortal(id, answered, reason) {
      return answered === 'accept'
        ? store.accept(portal.waiting(id))
        : store.close(portal.waiting(id), 'Declined', reason);
    },
    async stop() {
      clearInterval(sweep);
      await webhooks.settled();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function operationOf({ method, path }: Call): RecordedRequest['operation'] {
  const [referrals, id] = referralPath.exec(path) ?? [];
  if (referrals !== undefined) {
    if (id === undefined) return method === 'POST' ? 'create' : 'list';
    return method === 'PATCH' ? 'patch' : method === 'PUT' ? 'replace' : 'get';
  }
  if (path.startsWith('/webhooks/v1/registration')) return 'registration';
  if (path.startsWith('/cert/') || path.startsWith('/pki/')) return 'certificate';
  if (path === '/' || path.startsWith('/portal/')) return 'portal';
  const [, , part] = tenantPath.exec(path) ?? [];
  if (part === undefined) return 'unknown';
  return part === 'devicecode' ? 'deviceCode' : 'token';
}

/** With the links that nobody should follow: the typo is Microsoft's own. */
function onWire(referral: WireReferral): WireReferral {
  const base = `${referralsAudience}/v1.0/engagments/referrals`;
  return {
    ...referral,
    links: {
      relatedReferrals: { uri: `${base}$filter=engagementId eq ${referral.engagementId}`, method: 'GET' },
      self: { uri: `${base}/${referral.id}`, method: 'GET' },
    },
  };
}

function represented(status: number, referral: WireReferral): Reply {
  const context = `${referralsAudience}/v1.0/$metadata#Referrals/$entity`;
  return { status, body: { '@odata.context': context, ...onWire(referral) }, headers: { ETag: referral.eTag } };
}
