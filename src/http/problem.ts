import type { Response, Server } from 'restify';
import { z } from 'zod';
import 'zod-openapi';
import { DocumentTooNew, StoreUnavailable } from '../store/port.ts';

/** RFC 9457, with what the API adds: every field error at once, and the rule of a refusal (spec.md). */
export const Problem = z
  .strictObject({
    type: z.string().meta({ description: 'Which kind of problem it is: stays the same over time' }),
    title: z.string().meta({ description: 'The kind in words' }),
    status: z.int().meta({ description: 'The HTTP status' }),
    detail: z.string().optional().meta({ description: 'What is wrong with this request' }),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().meta({ description: 'The field, as a JSON pointer (RFC 6901) into the body' }),
          detail: z.string().meta({ description: 'What would be right' }),
        }),
      )
      .optional()
      .meta({ description: 'Every field that is wrong' }),
    rule: z.string().optional().meta({ description: 'The rule by which it was refused' }),
  })
  .meta({
    id: 'Problem',
    description: 'A problem (RFC 9457)',
    example: {
      type: 'urn:cosell:problem:wrong-fields',
      title: 'Some fields are wrong',
      status: 422,
      errors: [{ pointer: '/customer/address/country', detail: 'must be a two-letter ISO 3166 country code' }],
    },
  });
export type Problem = z.infer<typeof Problem>;

/** The kinds of problems: the end of their `type`, with status and title. */
const kinds = {
  'not-json': { status: 400, title: 'The body is not JSON' },
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  'bad-token': { status: 401, title: 'The token is missing or not good' },
  'not-signed': { status: 401, title: 'This is not signed by Partner Center' },
  'not-found': { status: 404, title: 'There is no such thing here' },
  'method-not-allowed': { status: 405, title: 'This method is not for this address' },
  'not-acceptable': { status: 406, title: 'No such format can be given' },
  refused: { status: 409, title: 'The opportunity can no longer be changed' },
  'not-asked': { status: 409, title: 'Microsoft has not been asked for help' },
  'too-large': { status: 413, title: 'The body is too large' },
  'not-json-type': { status: 415, title: 'The body must be sent as JSON' },
  'wrong-fields': { status: 422, title: 'Some fields are wrong' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'Not available at the moment' },
} as const;
export type ProblemKind = keyof typeof kinds;

/** A problem of a kind, with what is particular to this one. */
export function problem(kind: ProblemKind, particular: Pick<Problem, 'detail' | 'errors' | 'rule'> = {}): Problem {
  const { status, title } = kinds[kind];
  return { type: `urn:cosell:problem:${kind}`, title, status, ...particular };
}

/** Answers with a problem. `headers`: besides the content type, such as `Retry-After` in seconds. */
export function sendProblem(
  res: Pick<Response, 'sendRaw'>,
  problem: Problem,
  headers: Record<string, string> = {},
): void {
  res.sendRaw(problem.status, JSON.stringify(problem), { 'Content-Type': 'application/problem+json', ...headers });
}

/** What an error says to a client. Only errors that were made for clients speak for themselves. */
export function problemOf(error: unknown): { problem: Problem; headers: Record<string, string> } {
  if (error instanceof StoreUnavailable) {
    return {
      problem: problem('unavailable', {
        detail: 'The database does not answer. Nothing was changed: try again in a minute',
      }),
      headers: { 'Retry-After': '60' },
    };
  }
  // Another instance is newer than this one: so will this one be, soon.
  if (error instanceof DocumentTooNew) {
    return {
      problem: problem('unavailable', { detail: 'The service is being updated: try again in a minute' }),
      headers: { 'Retry-After': '60' },
    };
  }
  return { problem: problem(kindOfStatus(statusOf(error))), headers: {} };
}

/**
 * Makes a restify server answer with a problem whatever no handler answered: unknown addresses, wrong methods, and errors that a
 * handler let through. `onError` hears of those that are nobody's wrong input, to log them.
 */
export function answerWithProblems(server: Server, onError: (error: unknown) => void): void {
  server.on('restifyError', (_req: unknown, res: Response, error: unknown, done: () => void) => {
    const { problem, headers } = problemOf(error);
    if (problem.status >= 500) onError(error);
    if (!res.headersSent) sendProblem(res, problem, headers);
    done();
  });
}

/** restify's own errors carry the HTTP status that they stand for. */
function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

function kindOfStatus(status: number): ProblemKind {
  const found = (Object.keys(kinds) as ProblemKind[]).find(
    (kind) => kinds[kind].status === status && kind !== 'not-json',
  );
  if (found !== undefined) return found;
  return status >= 400 && status < 500 ? 'bad-request' : 'internal';
}
