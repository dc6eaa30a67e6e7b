import { dayMilliseconds } from '../clock.ts';

/**
 * What a failure of Partner Center asks for: `unauthenticated`: somebody must sign in again; `forbidden`: the account lacks a role;
 * `notFound`; `preconditionFailed`: somebody was faster, read again; `throttled`: wait; `unavailable`: no answer, or none that can be
 * believed to be final; `rejected`: this request will never be taken.
 */
type FailureKind =
  | 'unauthenticated'
  | 'forbidden'
  | 'notFound'
  | 'preconditionFailed'
  | 'throttled'
  | 'unavailable'
  | 'rejected';

interface FailureDetails {
  /** The HTTP status, where there was an answer. */
  status?: number | undefined;
  /** Milliseconds, where Partner Center said so. */
  retryAfter?: number | undefined;
  /** The `client-request-id` of the call, for Microsoft's support. */
  requestId?: string | undefined;
}

/**
 * Why Partner Center did not do what it was asked. `code`: its most specific code, or ours. `message`: its developer text, English: it
 * may quote what was sent, so it may be shown to those who may see the deal, and is not logged.
 */
export class PartnerCenterError extends Error {
  override readonly name = 'PartnerCenterError';
  readonly kind: FailureKind;
  readonly code: string;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(kind: FailureKind, code: string, message: string, details: FailureDetails = {}) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.requestId = details.requestId;
  }

  /** Whether the same may succeed later without anybody doing anything. */
  get isRetryable(): boolean {
    return this.kind === 'throttled' || this.kind === 'unavailable';
  }
}

/** What a status says by itself (facts/partner-center.md 1.8). */
const kindsByStatus: Record<number, FailureKind> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'notFound',
  408: 'unavailable',
  410: 'notFound',
  412: 'preconditionFailed',
  423: 'unavailable',
  429: 'throttled',
  501: 'rejected',
  505: 'rejected',
  509: 'throttled',
};

/** What a code says where the status is a general one. `unAuthorized` stands in Microsoft's own example only. */
const kindsByCode: Record<string, FailureKind> = {
  accessdenied: 'forbidden',
  itemnotfound: 'notFound',
  preconditionfailed: 'preconditionFailed',
  resourcemodified: 'preconditionFailed',
  servicenotavailable: 'unavailable',
  unauthenticated: 'unauthenticated',
  unauthorized: 'unauthenticated',
};

const messageLength = 1024;

/** An answer that is not 2xx. `body`: as parsed, whatever it is. `now`: milliseconds since the epoch. */
export function failureOf(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  body: unknown,
  now: number,
  requestId?: string,
): PartnerCenterError {
  const { codes, message } = explanationIn(body);
  const kind = kindsByStatus[status] ?? (status >= 500 ? 'unavailable' : kindOf(codes));
  return new PartnerCenterError(kind, codes.at(-1) ?? `http-${status}`, message ?? `Partner Center said ${status}`, {
    status,
    retryAfter: retryAfterOf(headers, now),
    requestId,
  });
}

function kindOf(codes: readonly string[]): FailureKind {
  const known = codes.map((code) => kindsByCode[code.toLowerCase()]).filter((kind) => kind !== undefined);
  return known.at(-1) ?? 'rejected';
}

/**
 * The codes of an error envelope, the most specific one last, and its innermost message. Microsoft writes `innerError` and
 * `innererror`; the older Partner Center API has `code` and `description` at the top.
 */
function explanationIn(body: unknown): { codes: string[]; message: string | undefined } {
  const codes: string[] = [];
  let message: string | undefined;
  let node: unknown = fieldOf(body, 'error') ?? body;
  for (let depth = 0; depth < 10 && isObject(node); depth++) {
    const code = fieldOf(node, 'code');
    if ((typeof code === 'string' && code !== '') || typeof code === 'number') codes.push(String(code).slice(0, 100));
    const text = fieldOf(node, 'message') ?? fieldOf(node, 'description');
    if (typeof text === 'string' && text.trim() !== '') message = text.trim().slice(0, messageLength);
    node = fieldOf(node, 'innererror');
  }
  return { codes, message };
}

/** A field of JSON whose writer does not keep to one case. `name`: in small letters. Undefined where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Retry-After`, which is in seconds or a date, in milliseconds: at most a day. Undefined where it says nothing. */
function retryAfterOf(headers: Headers, now: number): number | undefined {
  const header = headers.get('retry-after')?.trim() ?? '';
  if (header === '') return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return milliseconds >= 0 ? Math.min(milliseconds, dayMilliseconds) : undefined;
}
