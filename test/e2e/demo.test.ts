import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { isFree, startPlayground } from '../../scripts/demo/playground.ts';
import { openBrowser } from './browser.ts';
import { eventually } from './eventually.ts';
import { openClient } from './playground.ts';
import { freePort } from './ports.ts';

const ports = [3978, 56150, 56180];
const launcher = resolve('scripts/run.cjs');
const demo = resolve('scripts/demo.ts');

interface Program {
  /** What it printed so far. */
  out(): string;
  err(): string;
  /** Waits for its end and gives the exit code. */
  ended: Promise<number | null>;
  /** To the program alone, as `kill` does. */
  kill(signal: NodeJS.Signals): void;
  /** To it and all that it started, as Ctrl-C in a terminal does. */
  interrupt(): void;
  /** Whether it, or anything that it started, still runs. */
  runs(): boolean;
}

let browser: Browser;
let folder: string;
const programs: Program[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosell-demo-'));
});

afterEach(async () => {
  for (const program of programs.splice(0)) {
    if (program.runs()) program.interrupt();
    await program.ended;
  }
  await rm(folder, { recursive: true, force: true });
});

/** Runs it in a process group of its own, as a shell does. */
function run(command: string, args: string[], cwd: string): Program {
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const group = -(child.pid as number);
  const printed = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    printed.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.err += chunk;
  });
  const program: Program = {
    out: () => printed.out,
    err: () => printed.err,
    ended: once(child, 'close').then(([code]) => code as number | null),
    kill: (signal) => child.kill(signal),
    interrupt: () => process.kill(group, 'SIGINT'),
    runs() {
      try {
        return process.kill(group, 0);
      } catch {
        return false;
      }
    },
  };
  programs.push(program);
  return program;
}

/** The demo without npm, writing into a folder of the test. */
function runDemo(): Program {
  return run(process.execPath, [launcher, demo], folder);
}

async function ready(program: Program): Promise<string> {
  await eventually(() => expect(program.out()).toContain('Ctrl-C ends everything'));
  return /Open\s+(\S+)/.exec(program.out())?.[1] as string;
}

async function expectNothingLeft(program: Program): Promise<void> {
  await eventually(() => expect(program.runs()).toBe(false));
  for (const port of ports) expect(await isFree(port)).toBe(true);
}

describe('npm run demo', () => {
  test('shows its opportunities, does what it suggests, and ends with Ctrl-C', async () => {
    const program = run('npm', ['run', 'demo'], resolve('.'));
    const client = await openClient(browser, await ready(program));

    const alpenmilch = client.card('Alpenmilch AG');
    await alpenmilch.offers('Accept');
    await client.card('Contoso Retail').offers('Accept');
    await client.card('Tailspin Toys').offers('Accept');

    await alpenmilch.press('Accept');
    await alpenmilch.holds('Deal name', 'Alpenmilch AG – Lakehouse Accelerator');
    await alpenmilch.fill('Deal name', '');
    await alpenmilch.press('Accept');
    await alpenmilch.shows('Give the deal a name.');
    await alpenmilch.fill('Deal name', 'Alpenmilch pilot');
    await alpenmilch.press('Accept');
    await alpenmilch.shows('Ada Keller accepted this on', 'Alpenmilch pilot');

    const contoso = client.card('Contoso Retail');
    await contoso.press('Decline');
    await contoso.shows('Decline this opportunity');
    await contoso.choose('Not a customer');
    await contoso.press('Decline');
    await contoso.shows('Ada Keller declined this on');

    await client.openChannel('Referrals');
    await client.post('subscribe');
    await client.card('Hafen & Söhne KG').offers('Accept');
    // Both ways between Teams and the page that stands in for Partner Center.
    const portal = await browser.newPage();
    await portal.goto('http://127.0.0.1:56180');
    const row = (customer: string) => portal.getByRole('row').filter({ hasText: customer });
    await client.openChat();
    const importers = client.card('Wide World Importers');
    await importers.press('Accept');
    await importers.fill('Deal name', 'Importers pilot');
    await importers.press('Accept');
    await importers.shows('Ada Keller accepted this on', 'Importers pilot');
    await eventually(async () => {
      await portal.reload();
      const text = await row('Wide World Importers').innerText();
      expect(text).toContain('Importers pilot');
      expect(text).toContain('Active / Accepted');
    });
    await portal.getByLabel('Customer').fill('Proseware Inc');
    await portal.getByRole('button', { name: 'Send' }).click();
    await client.card('Proseware Inc').offers('Accept');
    await row('Proseware Inc').getByRole('button', { name: 'Expire' }).click();
    await client.card('Proseware Inc').shows('Expired in Partner Center on');
    await portal.close();
    await client.page.close();

    program.interrupt();
    await program.ended;
    await expectNothingLeft(program);
    expect(existsSync('devTools')).toBe(false);
  });

  test('can be started again, and ends everything when it is killed alone', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const program = runDemo();
      await ready(program);
      program.kill(signal);
      expect(await program.ended).toBe(0);
      await expectNothingLeft(program);
    }
  });

  test.each(ports)('says in one line that port %i is taken', async (port) => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    try {
      const program = runDemo();
      expect(await program.ended).toBe(1);
      expect(program.err()).toMatch(new RegExp(`^Port ${port} is taken by another program: .+\n$`));
      expect(program.out()).toBe('');
      expect(program.runs()).toBe(false);
    } finally {
      await new Promise((done) => other.close(done));
    }
  });

  test('says in one line, with where the log is, that the Playground does not come up', async () => {
    const config = join(folder, 'wrong.yml');
    await writeFile(config, 'version: "0.1.1"\ntenantId: 5\n');
    const { ready } = startPlayground({ port: await freePort(), botUrl: 'http://127.0.0.1:9', folder, config });
    await expect(ready).rejects.toThrow(/^The Agents Playground ended by itself \(1\): its log is \S+$/);
    const log = join(folder, 'devTools', 'm365agentsplayground.log');
    expect(await readFile(log, 'utf8')).toContain('Failed to parse config file');
  });
});
