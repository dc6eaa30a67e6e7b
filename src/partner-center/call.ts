import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { failureOf, PartnerCenterError } from './errors.ts';

/** Access tokens of one account for one API. */
export interface AccessTokens {
  /**
   * A token that is good for some minutes. `refused`: one that was answered by 401, so that another is needed.
   * @throws {PartnerCenterError} `unauthenticated` when somebody must sign in again, `unavailable` when Entra does not answer; and
   * what the store says
   */
  get(refused?: string): Promise<string>;
}

export interface CallerParts {
  /** Where requests go, whatever an answer says: `https://api.partner.microsoft.com`. */
  baseUrl: string;
  tokens: AccessTokens;
  fetch?: typeof globalThis.fetch | undefined;
  clock: Clock;
  /** Resolves after some milliseconds. */
  wait(milliseconds: number): Promise<void>;
  log: Pick<Logger, 'debug' | 'warn'>;
  /** Until an answer has come as a whole; 30 s unless told. */
  timeoutMilliseconds?: number | undefined;
}

interface CallRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** With a slash before it, and with its query, encoded. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Whether doing it twice is the same as doing it once: then it is repeated when nobody knows whether it was done. */
  repeatable: boolean;
}

export interface Reply {
  status: number;
  /** Undefined where the answer has none. */
  body: unknown;
}

export type Caller = (request: CallRequest) => Promise<Reply>;

/** How long one call waits by itself altogether, in milliseconds. Longer waits are the caller's. */
const patience = 30_000;
const attemptsAtMost = 4;
const defaultTimeoutMilliseconds = 30_000;

/**
 * Calls an API of Partner Center as an account: a new `client-request-id` for each request, one renewed token after a 401, and 429 and
 * 503 waited for as told, by all calls of this caller together. Rejects with `PartnerCenterError`, or with what the tokens
 * reject with; its `retryAfter` is set where the wait is longer than this caller's patience.
 */
export function createCaller(parts: CallerParts): Caller {
  const { baseUrl, tokens, clock, wait, log } = parts;
  const fetch = parts.fetch ?? globalThis.fetch;
  /** Until when Partner Center wants to hear nothing, in milliseconds since the epoch. */
  let heldUntil = 0;

  async function attempt(request: CallRequest, token: string): Promise<Reply> {
    const requestId = randomUUID();
    const { method, path, body, headers = {} } = request;
    try {
      const response = await fetch(new URL(path, baseUrl), {
        method,
        headers: {
          Accept: 'application/json',
          Authorization: `Bearer ${token}`,
          'client-request-id': requestId,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A redirect leads to an address that nobody configured.
        redirect: 'manual',
        signal: AbortSignal.timeout(parts.timeoutMilliseconds ?? defaultTimeoutMilliseconds),
      });
      const parsed = parsedOf(await response.text());
      log.debug({ method, requestId, status: response.status }, 'partner center answered');
      if (!response.ok) throw failureOf(response, parsed?.value, clock.now(), requestId);
      if (parsed === undefined) throw noJson(requestId);
      return { status: response.status, body: parsed.value };
    } catch (error) {
      if (error instanceof PartnerCenterError) throw error;
      const isTimeout = (error as { name?: unknown }).name === 'TimeoutError';
      throw new PartnerCenterError(
        'unavailable',
        isTimeout ? 'timeout' : 'network',
        isTimeout ? 'Partner Center did not answer in time' : 'Partner Center could not be reached',
        { requestId },
      );
    }
  }

  return async function call(request) {
    let refused: string | undefined;
    let left = patience;

    async function pause(milliseconds: number, because: PartnerCenterError): Promise<void> {
      if (milliseconds > left) throw because;
      left -= milliseconds;
      await wait(milliseconds);
    }

    for (let attempts = 1; ; attempts++) {
      const held = heldUntil - clock.now();
      if (held > 0) await pause(held, heldBack(held));
      const token = await tokens.get(refused);
      try {
        return await attempt(request, token);
      } catch (error) {
        if (!(error instanceof PartnerCenterError)) throw error;
        const { kind, code, status, requestId, retryAfter } = error;
        log.warn({ method: request.method, kind, code, status, requestId, attempts }, 'partner center refused');
        if (kind === 'unauthenticated' && refused === undefined) {
          refused = token;
          continue;
        }
        if (error.isRetryable && retryAfter !== undefined) heldUntil = clock.now() + retryAfter;
        // What was throttled was not done. Whether anything else was done, nobody knows.
        const isRepeatable = kind === 'throttled' || (kind === 'unavailable' && request.repeatable);
        if (!isRepeatable || attempts >= attemptsAtMost) throw error;
        if (retryAfter === undefined) await pause(1000 * 2 ** (attempts - 1), error);
        else if (retryAfter > left) throw error;
      }
    }
  };
}

function heldBack(milliseconds: number): PartnerCenterError {
  const message = 'Partner Center asked to wait before the next call';
  return new PartnerCenterError('throttled', 'heldBack', message, { retryAfter: milliseconds });
}

/** Something else answered in its place, such as a proxy. */
function noJson(requestId: string): PartnerCenterError {
  return new PartnerCenterError('unavailable', 'noJson', "Partner Center's answer is not JSON", { requestId });
}

function parsedOf(text: string): { value: unknown } | undefined {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
