import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import restify from 'restify';
import { createDesk, type Desk } from '../../src/deals/desk.ts';
import { registerIntake } from '../../src/intake/api.ts';
import { type ApiKeys, createApiKeys } from '../../src/organisations/api-keys.ts';
import type { ApiKey } from '../../src/organisations/organisation.ts';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import { createReferralLinks } from '../../src/partner-center/links.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import type { Store } from '../../src/store/port.ts';
import { type MovableClock, movableClock } from '../fakes/clock.ts';
import { temporaryStore } from '../fakes/temporary-store.ts';

export interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the body
  body: any;
}

/** The API on real HTTP, with the real desk and a real store. */
export interface IntakeHouse {
  url: string;
  clock: MovableClock;
  desk: Desk;
  apiKeys: ApiKeys;
  /** What was logged, a line an entry. */
  log: string[];
  /** The key of the source `crm` for `nordwind`. */
  key: string;
  makeKey(source: string, sender?: ApiKey['sender'], orgId?: string): Promise<string>;
  send(body: unknown, key?: string): Promise<Answered>;
  ask(id: string, key?: string): Promise<Answered>;
  /** Any request at all; `body` goes out as it is. */
  call(path: string, init: RequestInit): Promise<Answered>;
  /** Resolves when the server has done with the next request, answered or not. */
  nextDone(): Promise<void>;
  /** From now on the store fails with this error. */
  breakStore(error: Error): void;
  stop(): Promise<void>;
}

interface HouseSettings {
  now?: string;
  perSecond?: number;
}

export async function startIntake({
  now = '2026-11-03T09:00:00Z',
  perSecond = 10_000,
}: HouseSettings = {}): Promise<IntakeHouse> {
  const clock = movableClock(Date.parse(now));
  const temporary = temporaryStore();
  let failure: Error | undefined;
  const store = failing(temporary.store, () => failure);
  const organisations = createOrganisations(store, clock);
  for (const [id, tenant] of [
    ['nordwind', '11111111-1111-4111-8111-111111111111'],
    ['fabrikam', '22222222-2222-4222-8222-222222222222'],
  ] as const) {
    await organisations.create({ id, name: id, tenants: [tenant] });
  }
  const desk = createDesk({
    store,
    clock,
    onDue: () => undefined,
    async organisationOf(orgId) {
      const organisation = await organisations.get(orgId);
      if (organisation === undefined) throw new Error(`no organisation ${orgId}`);
      return organisation;
    },
  });
  const apiKeys = createApiKeys(store, clock);
  const log: string[] = [];
  const logger = pino({ base: {} }, { write: (line) => void log.push(line) });
  // restify's types know another logger than the one that it uses.
  const server = restify.createServer({ name: 'test', log: logger as never });
  registerIntake(server, { apiKeys, desk, links: createReferralLinks(store, desk), clock, perSecond, log: logger });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function makeKey(source: string, sender?: ApiKey['sender'], orgId = 'nordwind'): Promise<string> {
    return (await apiKeys.create(orgId, source, sender)).text;
  }
  const key = await makeKey('crm');

  async function call(path: string, init: RequestInit): Promise<Answered> {
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  return {
    url,
    clock,
    desk,
    apiKeys,
    log,
    key,
    makeKey,
    call,
    send: (body, by = key) =>
      call('/api/opportunities', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${by}` },
        body: JSON.stringify(body),
      }),
    ask: (id, by = key) => call(`/api/opportunities/${id}`, { headers: { Authorization: `Bearer ${by}` } }),
    nextDone: () => new Promise((resolve) => server.once('after', () => resolve())),
    breakStore(error) {
      failure = error;
    },
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.server.closeAllConnections();
      });
      await temporary.discard();
    },
  };
}

/** The store, until it is told to fail. */
function failing(store: Store, failure: () => Error | undefined): Store {
  return new Proxy(store, {
    get(target, name) {
      const operation = Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return async (...given: unknown[]) => {
        const error = failure();
        if (error !== undefined) throw error;
        return operation.apply(target, given);
      };
    },
  });
}

/** A request that `fetch` would not send. */
export function rawRequest(
  url: string,
  {
    method,
    path,
    headers,
    body,
  }: { method: string; path: string; headers: Record<string, string>; body?: Buffer | string },
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Somebody of nordwind who may answer. */
export const ada: PersonActor = {
  kind: 'person',
  orgId: 'nordwind',
  personId: 'person-1',
  name: 'Ada Keller',
  roles: ['referralsAdmin'],
  guest: false,
  timeZone: 'UTC',
};

/** An opportunity in the own form. */
export function opportunity(changes: object = {}): Record<string, unknown> {
  return {
    externalId: 'OPP-1',
    sender: { kind: 'partner', name: 'Fabrikam Cloud Ltd' },
    customer: { name: 'Hafen & Söhne KG', address: { city: 'Hamburg', country: 'DE' } },
    value: { amount: '45000.50', currency: 'EUR' },
    closeDate: '2027-03-31',
    ...changes,
  };
}
