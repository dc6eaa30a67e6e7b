import { z } from 'zod';
import { MessengerError, type MessengerErrorKind } from '../src/notices/messenger.ts';

/** Answers that Teams wants to be asked again later (facts/teams.md 3.3, 3.4). Everything that is not listed must not be retried. */
const retryableStatuses: Readonly<Record<number, MessengerErrorKind>> = {
  412: 'transient',
  429: 'throttled',
  502: 'transient',
  503: 'transient',
  504: 'transient',
};

/** Answers of something before the connector, which may have carried the request out; 412 and 429 say that it did not. */
const gatewayStatuses = new Set([502, 503, 504]);

/** No connection came about: nothing was sent. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** What Teams' own codes mean for whoever wanted to send (facts/teams.md 3.3). */
const codes: Readonly<Record<string, MessengerErrorKind>> = {
  BotNotRegistered: 'configuration',
  BotDisabledByAdmin: 'configuration',
  NotEnoughPermissions: 'configuration',
  InvalidBotApiHost: 'configuration',
  BotNotInConversationRoster: 'conversationGone',
  ConversationBlockedByUser: 'conversationGone',
  MessageWritesBlocked: 'conversationGone',
  ForbiddenOperationException: 'conversationGone',
  ConversationNotFound: 'conversationGone',
  ActivityNotFoundInConversation: 'messageGone',
  MessageSizeTooBig: 'tooBig',
};

const statuses: Readonly<Record<number, MessengerErrorKind>> = { 401: 'configuration', 413: 'tooBig' };

/** Teams' number for MessageWritesBlocked; the text with the name is missing at times (facts/teams.md 3.3). */
const writesBlocked = 209;

/** Answers of Entra to a bot whose registration is wrong, by which no repetition gets any further. */
const registrationCodes = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_resource',
  'invalid_scope',
  'invalid_grant',
]);

/** A request that was given up because no answer came in time. Whether Teams carried it out is not known. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/** Whatever way an error of the connector was made: by Teams, by the network, by MSAL. Only what is read here. */
const Failure = z.looseObject({
  name: z.string().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  statusCode: z.number().optional().catch(undefined),
  /** MSAL's. */
  errorCode: z.string().optional().catch(undefined),
  response: z
    .looseObject({
      bodyAsText: z.string().nullish().catch(undefined),
      headers: z.custom<{ get(name: string): string | undefined }>(
        (headers) => typeof (headers as { get?: unknown })?.get === 'function',
      ),
    })
    .optional()
    .catch(undefined),
});
type Failure = z.infer<typeof Failure>;

/** Both shapes in which Teams writes an error. `message` may itself be JSON that holds the real code (facts/teams.md 3.5). */
const text = z.string().optional().catch(undefined);
const ErrorBody = z.looseObject({
  error: z.looseObject({ code: text, message: text }).optional().catch(undefined),
  code: text,
  errorCode: z.union([z.string(), z.number()]).optional().catch(undefined),
  message: text,
});
const Inner = z.looseObject({ subCode: text, errorCode: z.unknown().optional() });

/**
 * What a failed request to Teams means (facts/teams.md 3.3 to 3.5). `now`: milliseconds since the epoch, for a Retry-After that is
 * a date. The one place that reads botbuilder's errors.
 */
export function messengerError(error: unknown, now: number): MessengerError {
  if (error instanceof MessengerError) return error;
  if (error instanceof TimeLimitError) return new MessengerError('transient', 'timeout', undefined, error, true);
  const parsed = Failure.safeParse(error);
  if (!parsed.success) return new MessengerError('broken', 'unexpected', undefined, error);
  const failure = parsed.data;
  return ofToken(failure, error) ?? ofAnswer(failure, error, now) ?? ofNetwork(failure, error);
}

/** The token for Teams could not be had: nothing was sent. */
function ofToken(failure: Failure, cause: unknown): MessengerError | undefined {
  // @azure/identity, for managed identities.
  if (failure.name === 'CredentialUnavailableError' || failure.name === 'AuthenticationError') {
    return new MessengerError('configuration', failure.name, undefined, cause);
  }
  if (failure.errorCode === undefined || failure.statusCode !== undefined) return undefined;
  const kind = registrationCodes.has(failure.errorCode) ? 'configuration' : 'transient';
  return new MessengerError(kind, failure.errorCode, undefined, cause);
}

function ofAnswer(failure: Failure, cause: unknown, now: number): MessengerError | undefined {
  const status = failure.statusCode;
  if (status === undefined) return undefined;
  // Carried out, but the answer cannot be read: asking again would send twice.
  if (status < 300) return new MessengerError('broken', 'UnreadableAnswer', undefined, cause);
  const named = [...namedIn(failure.response?.bodyAsText ?? undefined), failure.code].filter(
    (code) => code !== undefined,
  );
  const known = named.find((code) => Object.hasOwn(codes, code));
  const code = known ?? named[0] ?? String(status);
  const retryable = retryableStatuses[status];
  if (retryable !== undefined) {
    const after = retryAfter(failure.response?.headers.get('retry-after'), now);
    return new MessengerError(retryable, code, after, cause, gatewayStatuses.has(status));
  }
  const kind =
    (known === undefined ? undefined : codes[known]) ??
    statuses[status] ??
    (status >= 400 && status < 500 ? 'rejected' : 'broken');
  return new MessengerError(kind, code, undefined, cause);
}

/** The codes that an answer's body names, the most telling first. */
function namedIn(body: string | undefined): (string | undefined)[] {
  const parsed = ErrorBody.safeParse(json(body));
  if (!parsed.success) return [];
  const { error, code, errorCode, message } = parsed.data;
  const inner = Inner.safeParse(json(error?.message ?? message));
  const blocked = [errorCode, inner.success ? inner.data.errorCode : undefined].some(
    (one) => Number(one) === writesBlocked,
  );
  return [
    inner.success ? inner.data.subCode : undefined,
    error?.code,
    code,
    blocked ? 'MessageWritesBlocked' : undefined,
    errorCode === undefined ? undefined : String(errorCode),
  ];
}

function json(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    return undefined;
  }
}

/** Milliseconds to wait, of a Retry-After in seconds or as a date (RFC 9110). */
function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** No answer came. A broken connection leaves open whether Teams carried the request out; the others did not reach it. */
function ofNetwork(failure: Failure, cause: unknown): MessengerError {
  if (failure.name === 'RestError' || failure.name === 'AbortError') {
    const code = failure.code ?? 'network';
    return new MessengerError('transient', code, undefined, cause, !neverConnected.has(code));
  }
  // A fault of this program.
  return new MessengerError('broken', 'unexpected', undefined, cause);
}
