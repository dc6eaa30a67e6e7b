import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../node_modules/@microsoft/m365agentsplayground/cli.js', import.meta.url));
const nordwind = fileURLToPath(new URL('playground.yml', import.meta.url));

/** As `playground.yml` has them. */
export const tenantId = '7c2a9f10-1111-4111-8111-000000000001';
export const ada = 'a0000001-0000-4000-8000-000000000001';

/** Milliseconds until a Playground that does not answer is given up. It needs one or two seconds. */
const patience = 30_000;

interface PlaygroundOptions {
  port: number;
  /** Where the bot listens, without a slash at the end. */
  botUrl: string;
  /** Where it may write: it puts its log into `devTools` of this folder. */
  folder: string;
  /** Who and what is there; absent: `playground.yml`. */
  config?: string;
}

export interface Playground {
  url: string;
  /** Resolves when it answers. @throws {Error} in one line, when it does not */
  ready: Promise<void>;
  /** Resolves when it has ended, with how. */
  ended: Promise<string>;
  /** Ends it, also where it does not want to. */
  stop(): Promise<void>;
}

/** Whether the Agents Playground is among what npm installed. */
export function hasPlayground(): boolean {
  return existsSync(program);
}

/** Starts the Agents Playground as a program of its own. */
export function startPlayground({ port, botUrl, folder, config = nordwind }: PlaygroundOptions): Playground {
  mkdirSync(folder, { recursive: true });
  const child = spawn(
    process.execPath,
    [program, 'start', '-e', `${botUrl}/api/messages`, '-p', String(port), '--dt'],
    {
      cwd: folder,
      stdio: 'ignore',
      env: {
        ...process.env,
        TEAMSAPPTESTER_BROWSER: 'none',
        SEND_INSTALLATION_ACTIVITY: 'true',
        M365_AGENTS_PLAYGROUND_CONFIG_PATH: config,
      },
    },
  );
  const log = `its log is ${join(folder, 'devTools', 'm365agentsplayground.log')}`;
  const ended = once(child, 'exit').then(
    ([code, signal]) => `The Agents Playground ended by itself (${code ?? signal}): ${log}`,
    (error: Error) => `The Agents Playground cannot be started: ${error.message}`,
  );
  const url = `http://localhost:${port}`;
  const tooLate = `The Agents Playground does not answer on port ${port}: ${log}`;
  const ready = Promise.race([answers(url).then((yes) => (yes ? undefined : tooLate)), ended]).then((problem) => {
    if (problem !== undefined) throw new Error(problem);
  });
  // Whoever ends it before it is ready does not wait for it any more.
  ready.catch(() => undefined);
  return { url, ready, ended, stop: () => end(child) };
}

/** Resolves with true as soon as the Playground answers, and with false when it never does. */
async function answers(url: string): Promise<boolean> {
  const until = Date.now() + patience;
  while (Date.now() < until) {
    // A Playground with a wrong configuration says "Listening" and ends: only an answer counts (facts/teams.md 5.2).
    const response = await fetch(`${url}/_debug/ping`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    if ((await response?.text().catch(() => '')) === 'pong') return true;
    await pause(100, undefined, { ref: false });
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  const force = setTimeout(() => child.kill('SIGKILL'), 2000);
  await gone;
  clearTimeout(force);
}

/** Whether nobody listens there, on any address of this machine. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::']) {
    const probe = createServer();
    const free = await new Promise((resolve) => {
      // A machine without IPv6 has nobody there.
      probe.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'EADDRINUSE' && code !== 'EACCES'));
      probe.listen(port, host, () => probe.close(() => resolve(true)));
    });
    if (!free) return false;
  }
  return true;
}
