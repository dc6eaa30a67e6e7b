import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a server may take until it is ready. */
const patience = 20_000;

export interface Server {
  url: string;
  /** Milliseconds from its start until it said that it is ready. */
  readyAfter: number;
  /** Tells it to end, and waits until it has. @throws {Error} it did not end with 0 */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a server in a process of its own: a program of this project by the launcher of `npm start`. It is told its `PORT` and must
 * say 200 at `/readyz`. Its log goes into a file, as in production, and not through this process, which has the load to make.
 */
export async function startServer(
  program: string,
  log: string,
  environment: Record<string, string>,
  argumentsOf: string[] = [],
): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const output = openSync(log, 'a');
  const begin = performance.now();
  const child = spawn(process.execPath, ['scripts/run.cjs', program, ...argumentsOf], {
    // What is set outside, or stands in `.env`, is not for the benchmark.
    env: { PATH: process.env.PATH, ...blank, ...environment, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', output, output],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}; its log: ${log}`);
    if (performance.now() - begin > patience) throw new Error(`${program} is not ready after ${patience} ms`);
    await pause(5);
  }
  const readyAfter = performance.now() - begin;
  return {
    url,
    readyAfter,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`${program} ended with ${code}; its log: ${log}`);
    },
  };
}

/** Variables that are set to nothing count as unset, and `.env` does not set them then. */
const blank = {
  LOG_LEVEL: '',
  MicrosoftAppId: '',
  MicrosoftAppType: '',
  MicrosoftAppPassword: '',
  MicrosoftAppTenantId: '',
  STORE: '',
  DISPATCH_SECONDS: '',
  INTAKE_PER_SECOND: '',
};

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
