import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCallbackClient, whyNotCallable } from '../../src/notices/callback.ts';
import { type Answer, SenderError } from '../../src/notices/sender.ts';
import { movableClock } from '../fakes/clock.ts';

const answer: Answer = {
  id: 'deal-1',
  externalId: 'OPP-1',
  status: 'declined',
  at: '2026-11-22T09:00:00.000Z',
  reason: 'budget',
};
const clock = movableClock(Date.parse('2026-11-22T09:00:00.700Z'));
const client = createCallbackClient({ clock, allowHttp: true });

let receiver: Server;
let url: string;
let received: { method: string | undefined; headers: IncomingHttpHeaders; body: string }[];
let respond: RequestListener;

/** In two steps: restify, once loaded in this process, replaces `writeHead` by one that returns nothing. */
function respondWith(status: number, headers: OutgoingHttpHeaders = {}, body = ''): void {
  respond = (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

beforeEach(async () => {
  received = [];
  respondWith(204);
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ method: request.method, headers: request.headers, body });
      respond(request, response);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/answers`;
});
afterEach(async () => {
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

async function failure(to = url, by = client): Promise<SenderError> {
  const error = await by.send(to, 'secret', answer, 'deal-1:tellSender:1').catch((thrown: unknown) => thrown);
  if (error instanceof SenderError) return error;
  throw new Error(`no SenderError: ${error}`);
}

test('the answer is posted as JSON, with its delivery id and a signature that the receiver can check', async () => {
  await client.send(url, 'secret', answer, 'deal-1:tellSender:1');
  expect(received).toHaveLength(1);
  const [{ method, headers, body } = { method: '', headers: {}, body: '' }] = received;
  expect([method, headers['content-type'], headers['x-cosell-delivery']]).toEqual([
    'POST',
    'application/json',
    'deal-1:tellSender:1',
  ]);
  expect(JSON.parse(body)).toEqual(answer);
  // As the documentation tells receivers to.
  const [, time, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-cosell-signature'])) ?? [];
  expect(time).toBe(String(Date.parse('2026-11-22T09:00:00Z') / 1000));
  const expected = createHmac('sha256', 'secret').update(`${time}.${body}`).digest();
  expect(timingSafeEqual(Buffer.from(hex ?? '', 'hex'), expected)).toBe(true);
});

test.each([200, 201, 202, 204])('%i is success', async (status) => {
  respondWith(status);
  await expect(client.send(url, 'secret', answer, 'n')).resolves.toBeUndefined();
});

test.each([
  [429, true],
  [500, true],
  [502, true],
  [503, true],
  [400, false],
  [401, false],
  [404, false],
  [410, false],
])('%i can be tried again: %s', async (status, isRetryable) => {
  respondWith(status, {}, 'why');
  expect(await failure()).toMatchObject({ code: `callback-${status}`, isRetryable, retryAfter: undefined });
});

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Sun, 22 Nov 2026 09:01:00 GMT', 59_300],
  ['Sun, 22 Nov 2026 08:00:00 GMT', undefined],
  ['later', undefined],
  ['', undefined],
  // Nobody is told to wait for years.
  ['99999999999999999999', 86_400_000],
])('Retry-After: %s waits %s ms', async (header, retryAfter) => {
  respondWith(503, { 'Retry-After': header });
  expect((await failure()).retryAfter).toBe(retryAfter);
});

test('a redirect is not followed, and is final', async () => {
  respondWith(307, { Location: `${url}/elsewhere` });
  expect(await failure()).toMatchObject({ code: 'callback-307', isRetryable: false });
  expect(received).toHaveLength(1);
});

describe('a connection that breaks can be tried again', () => {
  test('nobody listens', async () => {
    const { port } = receiver.address() as AddressInfo;
    await new Promise((resolve) => receiver.close(resolve));
    expect(await failure(`http://127.0.0.1:${port}/`)).toMatchObject({ code: 'callback-network', isRetryable: true });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });

  test('the receiver hangs up', async () => {
    respond = (request) => void request.socket.destroy();
    expect(await failure()).toMatchObject({ code: 'callback-network', isRetryable: true });
  });

  test('the receiver does not answer in time', async () => {
    respond = () => undefined;
    const impatient = createCallbackClient({ clock, allowHttp: true, timeoutMilliseconds: 50 });
    expect(await failure(url, impatient)).toMatchObject({ code: 'callback-timeout', isRetryable: true });
  });

  test('an endless body is not waited for', async () => {
    respond = (_request, response) => {
      response.writeHead(200);
      response.write('and so on');
    };
    await expect(client.send(url, 'secret', answer, 'n')).resolves.toBeUndefined();
  });
});

describe('the address', () => {
  test.each([
    ['https://crm.example/answers', false, undefined],
    ['http://crm.example/answers', false, 'must begin with https://'],
    ['http://crm.example/answers', true, 'must begin with https://, or with http://localhost'],
    ['http://localhost.evil.example/', true, 'must begin with https://, or with http://localhost'],
    ['http://localhost:8080/answers', true, undefined],
    ['http://127.0.0.1/answers', true, undefined],
    ['http://[::1]:8080/answers', true, undefined],
    ['http://localhost:8080/answers', false, 'must begin with https://'],
    ['https://user:secret@crm.example/', false, 'must not hold a user name or a password'],
    ['https://user@crm.example/', true, 'must not hold a user name or a password'],
    ['ftp://crm.example/', true, 'must begin with https://, or with http://localhost'],
    ['file:///etc/passwd', false, 'must begin with https://'],
    ['crm.example', false, 'must be a URL'],
    ['', false, 'must be a URL'],
  ])('%s, http allowed %s: %s', (address, allowHttp, why) => {
    expect(whyNotCallable(address, allowHttp)).toBe(why);
  });

  test('nothing is sent to a forbidden one, whatever was stored', async () => {
    expect(await failure(url, createCallbackClient({ clock }))).toMatchObject({
      code: 'callback-address',
      isRetryable: false,
    });
    expect(received).toEqual([]);
  });
});
