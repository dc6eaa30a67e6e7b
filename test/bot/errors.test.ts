import { describe, expect, it } from '@jest/globals';
import { messengerError, TimeLimitError } from '../../bot/errors.ts';
import { MessengerError } from '../../src/notices/messenger.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

/** An error as botbuilder's HTTP client throws it: the code of the body's `error` goes to the top, nothing else does. */
function answered(status: number, body?: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  const code =
    typeof body === 'object' && body !== null ? (body as { error?: { code?: string } }).error?.code : undefined;
  const response = { bodyAsText: text, headers: { get: (name: string) => headers[name] } };
  return Object.assign(new Error('failed'), { name: 'RestError', statusCode: status, code, response });
}
const coded = (status: number, code: string) => answered(status, { error: { code, message: code } });
const blocked = { subCode: 'MessageWritesBlocked', details: 'Thread is not writable', errorCode: null };

describe('what an answer of Teams means (facts/teams.md 3.3)', () => {
  it.each([
    [400, 'Bad Argument', 'rejected'],
    [401, 'BotNotRegistered', 'configuration'],
    [403, 'BotDisabledByAdmin', 'configuration'],
    [403, 'BotNotInConversationRoster', 'conversationGone'],
    // Sometimes with another status (facts/teams.md 1.14).
    [404, 'BotNotInConversationRoster', 'conversationGone'],
    [403, 'ConversationBlockedByUser', 'conversationGone'],
    [403, 'ForbiddenOperationException', 'conversationGone'],
    [403, 'NotEnoughPermissions', 'configuration'],
    [403, 'InvalidBotApiHost', 'configuration'],
    [403, 'SomethingNew', 'rejected'],
    [403, 'constructor', 'rejected'],
    [404, 'ConversationNotFound', 'conversationGone'],
    [404, 'ActivityNotFoundInConversation', 'messageGone'],
    [404, 'SomethingNew', 'rejected'],
    [412, 'PreconditionFailed', 'transient'],
    [413, 'MessageSizeTooBig', 'tooBig'],
    [429, 'Throttled', 'throttled'],
    [500, 'ServiceError', 'broken'],
    [502, 'BadGateway', 'transient'],
    [503, 'ServiceUnavailable', 'transient'],
    // What should be asked again is not given up for a code that it carries.
    [503, 'ConversationNotFound', 'transient'],
    [504, 'GatewayTimeout', 'transient'],
  ] as const)('%i %s is %s', (status, code, kind) => {
    expect(messengerError(coded(status, code), now)).toMatchObject({ kind, code });
  });

  it.each([
    [302, 'broken'],
    [400, 'rejected'],
    [401, 'configuration'],
    [403, 'rejected'],
    [404, 'rejected'],
    [408, 'rejected'],
    [409, 'rejected'],
    [412, 'transient'],
    [413, 'tooBig'],
    [429, 'throttled'],
    [500, 'broken'],
    [501, 'broken'],
    [502, 'transient'],
    [503, 'transient'],
    [504, 'transient'],
  ] as const)('%i without a code is %s', (status, kind) => {
    for (const body of [undefined, '<html>gateway</html>', { message: 'Authorization has been denied' }]) {
      expect(messengerError(answered(status, body), now)).toMatchObject({ kind, code: String(status) });
    }
  });

  it.each([
    ['the subCode inside the message', { errorCode: 209, message: JSON.stringify(blocked) }],
    ['the number alone, when the text is missing', { errorCode: 209, message: '' }],
    ['the number as text', { errorCode: '209' }],
    ['a message that is JSON below error', { error: { code: 'Forbidden', message: JSON.stringify(blocked) } }],
    ['the number inside the message', { error: { code: 'Forbidden', message: '{"errorCode":209,"message":""}' } }],
  ])('MessageWritesBlocked is known by %s', (_how, body) => {
    const error = messengerError(answered(403, body), now);
    expect(error).toMatchObject({ kind: 'conversationGone', code: 'MessageWritesBlocked' });
  });

  it.each([
    [412, false],
    [429, false],
    [500, false],
    [502, true],
    [503, true],
    [504, true],
  ] as const)('after %i it may have been carried out: %p', (status, isUnclear) => {
    expect(messengerError(answered(status), now)).toMatchObject({ isUnclear });
  });

  it.each([
    ['seconds', '7', 7000],
    ['a date', 'Sun, 22 Nov 2026 12:01:30 GMT', 90_000],
    ['a date that is past', 'Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['nothing that can be read', 'soon', undefined],
  ])('Retry-After as %s', (_how, header, milliseconds) => {
    const error = messengerError(answered(429, undefined, { 'retry-after': header }), now);
    expect(error).toMatchObject({ kind: 'throttled', isRetryable: true, retryAfter: milliseconds });
  });

  it('no Retry-After leaves the wait to the caller', () => {
    expect(messengerError(answered(429), now).retryAfter).toBeUndefined();
  });

  it('an answer that says done but cannot be read is not asked for again', () => {
    expect(messengerError(answered(200, '{'), now)).toMatchObject({ kind: 'broken', code: 'UnreadableAnswer' });
  });
});

describe('when no answer came', () => {
  const network = (code: string) => Object.assign(new Error(code), { name: 'RestError', code });

  it.each([
    ['a time limit', new TimeLimitError(10_000), 'timeout', true],
    ['a cut connection', network('ECONNRESET'), 'ECONNRESET', true],
    ['a refused connection', network('ECONNREFUSED'), 'ECONNREFUSED', false],
    ['an unknown host', network('ENOTFOUND'), 'ENOTFOUND', false],
    ['an answer that ended early', network('PARSE_ERROR'), 'PARSE_ERROR', true],
  ])('%s is transient, and may have been carried out or not', (_what, error, code, isUnclear) => {
    const failure = messengerError(error, now);
    expect(failure).toMatchObject({ kind: 'transient', code, isRetryable: true, isUnclear, cause: error });
  });

  it.each([
    ['a wrong password', { name: 'ServerError', errorCode: 'invalid_client' }, 'configuration', 'invalid_client'],
    [
      'a wrong app id',
      { name: 'ServerError', errorCode: 'unauthorized_client' },
      'configuration',
      'unauthorized_client',
    ],
    ['no way to Entra', { name: 'ClientAuthError', errorCode: 'network_error' }, 'transient', 'network_error'],
    ['no managed identity', { name: 'CredentialUnavailableError' }, 'configuration', 'CredentialUnavailableError'],
    [
      'a refused managed identity',
      { name: 'AuthenticationError', statusCode: 400 },
      'configuration',
      'AuthenticationError',
    ],
  ])('a token that could not be had: %s', (_what, fields, kind, code) => {
    expect(messengerError(Object.assign(new Error('no token'), fields), now)).toMatchObject({ kind, code });
  });
});

it('an error that is classified stays what it is', () => {
  const error = new MessengerError('throttled', 'limit', 300);
  expect(messengerError(error, now)).toBe(error);
});

it.each([new TypeError('a fault of this program'), 'a string', undefined])(
  'what is no error of Teams or the network is broken: %s',
  (error) => {
    expect(messengerError(error, now)).toMatchObject({ kind: 'broken', code: 'unexpected' });
  },
);
