import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as a whole. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  /** Parsed where it is said to be JSON and is, undefined where there is none. */
  body: unknown;
}

/** What the fake says to one. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export async function callOf(req: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const url = new URL(req.url ?? '/', 'http://partner.center');
  return {
    method: req.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: req.headers as Record<string, string | undefined>,
    body: (req.headers['content-type'] ?? '').includes('json') ? parsed(text) : text || undefined,
  };
}

export function send(res: ServerResponse, { status, body, headers = {} }: Reply, call: Call | undefined): void {
  if (res.headersSent || res.destroyed) return;
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  res.writeHead(status, {
    ...(body === undefined || isText ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
    'request-id': randomUUID(),
    ...(call?.headers['client-request-id'] === undefined
      ? {}
      : { 'client-request-id': call.headers['client-request-id'] }),
    ...headers,
  });
  res.end(body === undefined || isText ? body : JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
