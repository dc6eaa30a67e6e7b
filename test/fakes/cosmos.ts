import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createHttpServer, createHttpsServer } from '@vercel/cosmosdb-server';
import { type CosmosSettings, type CosmosStore, openCosmosStore } from '../../src/store/cosmos.ts';

interface CosmosRequest {
  method: string;
  path: string;
  kind: 'read' | 'create' | 'replace' | 'remove' | 'query' | 'query plan' | 'metadata';
}

/** What goes wrong with a request: before it is carried out, or after it, so that only the answer is lost. */
export interface Fault {
  when: 'before' | 'after';
  /** A status of the service, a connection reset, or no answer at all. */
  answer: number | 'reset' | 'silence';
  headers?: Record<string, string>;
}

export interface CosmosEmulator {
  endpoint: string;
  /** All requests since the start, in order of arrival. Whoever counts may empty it first. */
  requests: CosmosRequest[];
  /** The next requests of a kind go wrong, one for each fault. */
  fail(kind: CosmosRequest['kind'], ...faults: Fault[]): void;
  /** A store with a client of its own, by key. All stores of one emulator see the same documents. */
  open(settings?: Partial<CosmosSettings>): Promise<CosmosStore>;
  close(): Promise<void>;
}

/**
 * The `@vercel/cosmosdb-server` emulator in this process, with its documents in memory. What it does not do as the service does is
 * in facts/cosmos.md, 1.3. `tls`: as Entra tokens demand it.
 */
export async function startCosmosEmulator({ tls = false } = {}): Promise<CosmosEmulator> {
  const server = tls ? createHttpsServer({ keepAlive: true }) : createHttpServer({ keepAlive: true });
  const requests: CosmosRequest[] = [];
  const faults = new Map<CosmosRequest['kind'], Fault[]>();
  const [emulate] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request').on('request', (request: IncomingMessage, response: ServerResponse) => {
    const seen = { method: request.method ?? '', path: decodeURI(request.url ?? ''), kind: kindOf(request) };
    requests.push(seen);
    const fault = faults.get(seen.kind)?.shift();
    if (fault?.when === 'before') {
      request.resume().once('end', () => answer(fault, response));
      return;
    }
    if (fault !== undefined) spoilAnswer(fault, response);
    emulate?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http${tls ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The bundled certificate has expired. Over plain HTTP, the SDK wants no agent at all (facts/cosmos.md, 1.1).
  const agent = tls ? new Agent({ rejectUnauthorized: false, keepAlive: true }) : undefined;

  return {
    endpoint,
    requests,
    fail(kind, ...more) {
      faults.set(kind, [...(faults.get(kind) ?? []), ...more]);
    },
    open: (settings = {}) =>
      openCosmosStore({
        endpoint,
        key: 'AA==',
        database: 'cosell',
        container: 'documents',
        ...settings,
        clientOptions: {
          ...(agent === undefined ? {} : { agent }),
          ...settings.clientOptions,
          // The emulator's account document names an https address.
          connectionPolicy: { enableEndpointDiscovery: false, ...settings.clientOptions?.connectionPolicy },
        },
      }),
    async close() {
      agent?.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

function kindOf({ method, url = '', headers }: IncomingMessage): CosmosRequest['kind'] {
  const documents = /\/docs(?<id>\/[^/]+)?$/.exec(url);
  if (documents === null) return 'metadata';
  if ('x-ms-cosmos-is-query-plan-request' in headers) return 'query plan';
  if ('x-ms-documentdb-isquery' in headers) return 'query';
  if (documents.groups?.id === undefined) return 'create';
  return method === 'GET' ? 'read' : method === 'DELETE' ? 'remove' : 'replace';
}

function answer(fault: Fault, response: ServerResponse): void {
  if (fault.answer === 'reset') response.socket?.resetAndDestroy();
  if (typeof fault.answer !== 'number') return;
  response.writeHead(fault.answer, { 'content-type': 'application/json', ...fault.headers });
  response.end(JSON.stringify({ message: `Fault ${fault.answer}` }));
}

/** Lets the emulator carry the request out, and gives the fault as the answer. */
function spoilAnswer(fault: Fault, response: ServerResponse): void {
  const { end } = response;
  response.end = () => {
    response.end = end;
    answer(fault, response);
    return response;
  };
}
