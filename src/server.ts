import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type Logger, pino } from 'pino';
import restify, { type Request, type Response, type Server, type ServerOptions } from 'restify';
import { type ProblemKind, problem, sendProblem } from './http/problem.ts';
import { parseJson, readBody } from './intake/body.ts';
import { inRequest } from './request.ts';

/** A bot activity is at most about 100 KB (facts/teams.md 1.7); what is larger was not sent by Teams. */
const activityBytes = 512 * 1024;

interface ServerParts {
  log: Logger;
  /** Takes one activity from its request to its answer. */
  onActivity(request: Request, response: Response): Promise<void>;
  /** Whether the store answers and the dispatcher runs. */
  isReady(): Promise<boolean>;
  /** Mounts what answers other programs: intake, and Partner Center's events. */
  mount(server: Server): void;
}

/** The HTTP side: routes, health, and a request id in every log line. Nothing listens before `listen`. */
export function createHttpServer({ log, onActivity, isReady, mount }: ServerParts): Server {
  const server = restify.createServer({
    name: 'cosell-bot',
    handleUncaughtExceptions: false,
    // restify's own lines hold whole requests, with their tokens. Its types know bunyan, itself it knows pino.
    log: pino({ level: 'silent' }) as unknown as ServerOptions['log'],
  });
  server.pre((request, response, next) => {
    const id = randomUUID();
    const started = process.hrtime.bigint();
    response.setHeader('X-Request-Id', id);
    response.once('finish', () => {
      const path = request.getPath();
      // Probes come every few seconds and say nothing new.
      const level = path === '/healthz' || path === '/readyz' ? 'debug' : 'info';
      const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
      log[level]({ requestId: id, method: request.method, path, status: response.statusCode, milliseconds }, 'request');
    });
    inRequest(id, next);
  });

  server.get('/healthz', async (_request, response) => {
    response.send(200, { alive: true });
  });
  server.get('/readyz', async (_request, response) => {
    const ready = await isReady();
    response.send(ready ? 200 : 503, { ready });
  });
  server.post('/api/messages', async (request: Request, response: Response) => {
    if (await parseBody(request, response)) await onActivity(request, response);
  });
  mount(server);
  for (const [path, text] of Object.entries(pages)) {
    server.get(path, async (_request, response) => {
      response.sendRaw(200, text, { 'Content-Type': 'text/plain; charset=utf-8' });
    });
  }
  return server;
}

/**
 * Reads the body of an activity into `request.body`. False where it is none, and then the request is answered. restify's own parser
 * lets anybody end the process with a damaged gzip body.
 */
async function parseBody(request: Request, response: Response): Promise<boolean> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  if (!/^application\/json *(;|$)/i.test(type) || encoding !== 'identity') return refuse(response, 'not-json-type');
  const tooLong = Number(request.headers['content-length']) > activityBytes;
  const body = tooLong ? 'tooLarge' : await readBody(request, activityBytes).catch(() => 'gone' as const);
  if (body === 'gone') return false;
  if (body === 'tooLarge') return refuse(response, 'too-large');
  const parsed = parseJson(body);
  if (parsed === undefined) return refuse(response, 'not-json');
  request.body = parsed.value;
  return true;
}

function refuse(response: Response, kind: ProblemKind): false {
  sendProblem(response, problem(kind));
  return false;
}

/** Where the app manifest's links lead. */
const pages = {
  '/': 'Co-sell: the whole life of a co-sell deal in Microsoft Teams. This is the bot; add the app in Teams to use it.\n',
  '/privacy': `Privacy. This service keeps, for the organisation that runs it: its co-sell opportunities as their senders sent them, and of
the people who use the bot in Teams their name, e-mail address, phone number if they typed it, language, time zone and roles. It
keeps them in the database of the organisation that runs it, sends them to nobody but Microsoft Teams and the sender of an
opportunity (its answer, without names and notes), and writes none of them into its logs.\n`,
  '/terms':
    'Terms of use. The organisation that runs this service decides who may use it and under which terms. Ask its administrators.\n',
};

/** Starts listening. Port 0 takes a free one. Resolves with the address. @throws the system's error, such as EADDRINUSE. */
export function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve(`http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${taken}`);
    });
  });
}

/** How often connections are looked for that were answered and are still held by their clients. */
const idleMilliseconds = 20;

/** How long requests that are under way may still take when the program ends. */
const lastMilliseconds = 10_000;

/**
 * Takes no new connections and resolves when every request under way has its answer. What is not answered after `patience`
 * milliseconds, as a request that its client never finishes sending, is cut off.
 */
export function close(server: Server, patience = lastMilliseconds): Promise<void> {
  return new Promise((resolve) => {
    // Clients that keep their connections would keep the process for seconds, busy ones for ever.
    server.server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    const sweep = setInterval(() => server.server.closeIdleConnections(), idleMilliseconds);
    const deadline = setTimeout(() => server.server.closeAllConnections(), patience);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(deadline);
      resolve();
    });
    server.server.closeIdleConnections();
  });
}
