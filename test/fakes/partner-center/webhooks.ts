import { randomUUID, sign } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';
import { certificateHost } from '../../../src/partner-center/webhook.ts';
import { microsoftLikeChain } from './certificates.ts';
import { type Account, Refused } from './referral-store.ts';

/** What the tenant asked for. There is one for a tenant. */
export interface RegisteredWebhook {
  subscriberId: string;
  url: string;
  events: string[];
  /** Whether the signature goes into a header of its own. */
  ownHeader: boolean;
  by: Account;
}

/** One event on its way. */
export interface Delivery {
  event: WireEvent;
  /** Status of each attempt; 0: no answer. */
  attempts: number[];
  state: 'held' | 'underway' | 'delivered' | 'lost';
}

interface WireEvent {
  EventName: string;
  ResourceUri: string;
  ResourceName: string;
  AuditUri: string | null;
  ResourceChangeUtcDate: string;
}

/** What goes wrong with webhooks, or is not documented of them. */
interface WebhookSwitches {
  /** `hold`: until `release`; `lose`: nothing is ever sent. */
  sending: 'send' | 'hold' | 'lose';
  /** How often each event is sent. */
  copies: number;
  attemptsAtMost: number;
  /** Before the next attempt, in milliseconds. */
  retryAfter: number;
  /** `camel`: as Swagger writes the names. */
  keys: 'Pascal' | 'camel';
  algorithm: 'rsa-sha256' | 'rsa-sha384' | 'rsa-sha512';
  certificateUrl: string;
  /** Which referral an event of another party's names. */
  relatedResource: 'theirs' | 'own';
}

/** Where the signing certificate is, as in Microsoft's sample. */
export const certificateUrl = `https://${certificateHost}/cert/pcnotifications-dispatch.microsoft.com.cer`;

const supportedEvents = [
  'referral-created',
  'referral-updated',
  'related-referral-created',
  'related-referral-updated',
  'subscription-updated',
  'test-created',
];

const validationsPerMinute = 2;

export interface Webhooks {
  switches: WebhookSwitches;
  registration: RegisteredWebhook | undefined;
  deliveries: Delivery[];
  /** Sends an event to who is registered for it. */
  emit(name: string, resourceUri: string, resourceName: string): void;
  /** Sends what was held: in order, or the last first. */
  release(order?: 'asTheyCame' | 'lastFirst'): void;
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
  /** What a request to the registration API answers. @throws {Refused} */
  handle(method: string, path: string, body: unknown, account: Account): { status: number; body: unknown };
}

interface WebhooksParts {
  clock: Clock;
  /** Resolves after some milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

/** Webhooks: their registration, and events with a real signature (facts/partner-center.md 2). */
export function createWebhooks({ clock, wait }: WebhooksParts): Webhooks {
  const deliveries: Delivery[] = [];
  const underway = new Set<Promise<void>>();
  const validations = new Map<string, { delivery: Delivery | undefined; at: number; url: string }>();
  const switches: WebhookSwitches = {
    sending: 'send',
    copies: 1,
    attemptsAtMost: 10,
    retryAfter: 0,
    keys: 'Pascal',
    algorithm: 'rsa-sha256',
    certificateUrl,
    relatedResource: 'theirs',
  };
  let registration: RegisteredWebhook | undefined;

  async function attempt(webhook: RegisteredWebhook, event: WireEvent): Promise<number> {
    const body = Buffer.from(JSON.stringify(switches.keys === 'Pascal' ? event : camelCased(event)));
    const { leaf } = await microsoftLikeChain();
    const signature = sign(switches.algorithm.replace('rsa-', ''), body, leaf.privateKey).toString('base64');
    try {
      const response = await fetch(webhook.url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          [webhook.ownHeader ? 'x-ms-signature' : 'Authorization']: `Signature ${signature}`,
          'x-ms-certificate-url': switches.certificateUrl,
          'x-ms-signature-algorithm': switches.algorithm,
        },
        body,
        signal: AbortSignal.timeout(10_000),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  }

  async function deliver(webhook: RegisteredWebhook, delivery: Delivery): Promise<void> {
    delivery.state = 'underway';
    while (delivery.attempts.length < switches.attemptsAtMost) {
      const status = await attempt(webhook, delivery.event);
      delivery.attempts.push(status);
      if (status >= 200 && status < 300) {
        delivery.state = 'delivered';
        return;
      }
      await wait(switches.retryAfter);
    }
    delivery.state = 'lost';
  }

  function start(delivery: Delivery): void {
    const webhook = registration;
    if (webhook === undefined) return;
    const promise: Promise<void> = deliver(webhook, delivery).finally(() => underway.delete(promise));
    underway.add(promise);
  }

  function emit(name: string, resourceUri: string, resourceName: string): Delivery | undefined {
    if (registration === undefined || !registration.events.includes(name)) return undefined;
    const event: WireEvent = {
      EventName: name,
      ResourceUri: resourceUri,
      ResourceName: resourceName,
      AuditUri: null,
      ResourceChangeUtcDate: new Date(clock.now()).toISOString().replace('Z', '5487+00:00'),
    };
    let first: Delivery | undefined;
    for (let copy = 0; copy < switches.copies; copy++) {
      const states = { send: 'underway', hold: 'held', lose: 'lost' } as const;
      const delivery: Delivery = { event, attempts: [], state: states[switches.sending] };
      deliveries.push(delivery);
      if (switches.sending === 'send') start(delivery);
      first ??= delivery;
    }
    return first;
  }

  function registered(body: unknown, account: Account): RegisteredWebhook {
    const {
      WebhookUrl: url,
      WebhookEvents: events,
      SignatureTokenToMsSignatureHeader: own,
    } = body as Record<string, unknown>;
    if (typeof url !== 'string' || !URL.canParse(url))
      throw new Refused(400, 'invalidRequest', 'WebhookUrl is required');
    const { protocol, hostname } = new URL(url);
    if (protocol !== 'https:' && !['127.0.0.1', 'localhost'].includes(hostname)) {
      throw new Refused(400, 'invalidRequest', 'WebhookUrl must begin with https://');
    }
    if (!Array.isArray(events) || events.length === 0)
      throw new Refused(400, 'invalidRequest', 'WebhookEvents is required');
    const unknown = events.find((name) => !supportedEvents.includes(name));
    if (unknown !== undefined) throw new Refused(400, 'invalidRequest', `There is no event ${unknown}`);
    registration = { subscriberId: randomUUID(), url, events, ownHeader: own === true, by: account };
    return registration;
  }

  function validate(): string {
    const now = clock.now();
    const recent = [...validations.values()].filter(({ at }) => now - at < 60_000);
    if (recent.length >= validationsPerMinute) throw new Refused(429, 'tooManyRequests', 'Twice a minute at most');
    if (!registration?.events.includes('test-created')) {
      throw new Refused(400, 'invalidRequest', 'Nobody is registered for test-created');
    }
    const id = randomUUID();
    const resource = `https://api.partnercenter.microsoft.com/webhooks/v1/registration/validationEvents/${id}`;
    validations.set(id, { delivery: emit('test-created', resource, 'test'), at: now, url: registration.url });
    return id;
  }

  return {
    switches,
    deliveries,
    get registration() {
      return registration;
    },
    set registration(webhook) {
      registration = webhook;
    },
    emit,
    release(order = 'asTheyCame') {
      const held = deliveries.filter(({ state }) => state === 'held');
      for (const delivery of order === 'lastFirst' ? held.reverse() : held) start(delivery);
    },
    async settled() {
      while (underway.size > 0) await Promise.all(underway);
    },
    handle(method, path, body, account) {
      const [, validationId] = /^\/validationEvents\/([^/]+)$/.exec(path) ?? [];
      const known = registration;
      switch (`${method} ${validationId === undefined ? path : '/validationEvents/{id}'}`) {
        case 'GET /events':
          return { status: 200, body: supportedEvents };
        case 'GET ':
          if (known === undefined) throw new Refused(404, 'itemNotFound', 'Nothing is registered');
          return { status: 200, body: shown(known) };
        case 'POST ':
          if (known !== undefined)
            throw new Refused(409, 'invalidRequest', 'There is a registration: replace it by PUT');
          return { status: 200, body: shown(registered(body, account)) };
        case 'PUT ':
          if (known === undefined) throw new Refused(404, 'itemNotFound', 'Nothing is registered');
          return { status: 200, body: shown(registered(body, account)) };
        case 'POST /validationEvents':
          return { status: 200, body: { correlationId: validate() } };
        case 'GET /validationEvents/{id}': {
          const validation = validations.get(validationId ?? '');
          if (validation === undefined) throw new Refused(404, 'itemNotFound', 'There is no such event');
          const { attempts = [], state = 'lost' } = validation.delivery ?? {};
          return {
            status: 200,
            body: {
              correlationId: validationId,
              partnerId: account.tenantId,
              status: state === 'delivered' || state === 'lost' ? 'completed' : 'pending',
              callbackUrl: validation.url,
              results: attempts.map((status) => ({
                responseCode: status === 200 ? 'OK' : String(status),
                responseMessage: '',
                systemError: status === 0,
                dateTimeUtc: new Date(clock.now()).toISOString().slice(0, -1),
              })),
            },
          };
        }
        default:
          throw new Refused(404, 'itemNotFound', `${method} ${path} is not in the contract`);
      }
    },
  };
}

function shown({ subscriberId, url, events, ownHeader }: RegisteredWebhook): object {
  return {
    SubscriberId: subscriberId,
    WebhookUrl: url,
    WebhookEvents: events,
    ...(ownHeader ? { SignatureTokenToMsSignatureHeader: true } : {}),
  };
}

function camelCased(event: WireEvent): object {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [key[0]?.toLowerCase() + key.slice(1), value]));
}
