import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The program itself, as `npm start` runs it, in a process and a folder of its own. */
export interface Program {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** Where it listens. Rejects when it ends before. */
  ready: Promise<string>;
  /** Milliseconds from its start until it was ready. */
  startTime(): number;
  ended: Promise<Ended>;
  /** What it wrote for whoever started it, without the log. */
  complaints(): string[];
  log: string[];
  discard(): Promise<void>;
}

const main = join(import.meta.dirname, '../../src/main.ts');

/** `environment`: nothing of the one that the tests run in is handed on. */
export function startProgram(environment: Record<string, string>): Program {
  const folder = mkdtempSync(join(tmpdir(), 'cosell-'));
  const started = performance.now();
  let readyAt = Number.NaN;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<string>((resolve, reject) => {
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      log.push(...lines);
      const line = lines.map((one) => JSON.parse(one)).find(({ msg }) => msg === 'ready');
      if (line === undefined) return;
      readyAt = performance.now();
      resolve(line.url);
    });
    ended.then(() => reject(new Error(`the program ended: ${complaints}`)));
  });
  ready.catch(() => undefined);
  return {
    child,
    ready,
    startTime: () => readyAt - started,
    ended,
    complaints: () => complaints.split('\n').filter((line) => line !== ''),
    log,
    async discard() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
