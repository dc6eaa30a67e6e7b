import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { bulk } from './bulk.ts';
import { cards } from './cards.ts';
import { clicks } from './clicks.ts';
import { directory } from './directory.ts';
import { intake } from './intake.ts';
import { type Findings, table } from './measure.ts';
import { partnerCenter } from './partner-center.ts';
import { start } from './start.ts';
import { sweep } from './sweep.ts';
import { benchViews } from './views.ts';

/** `npm run bench`: all parts, or the one that is named. */
const parts: Record<string, (folder: string) => Promise<Findings>> = {
  start,
  cards,
  clicks,
  intake,
  sweep,
  views: benchViews,
  directory: (at) => directory(at),
  bulk,
  'partner-center': partnerCenter,
};

const [, , chosen] = process.argv;
if (chosen !== undefined && parts[chosen] === undefined) {
  console.error(`There is no part "${chosen}": ${Object.keys(parts).join(', ')}`);
  process.exit(1);
}

// Not in the system's temporary folder, which is memory on many machines: a commit must wait for the disk.
mkdirSync('data', { recursive: true });
const folder = mkdtempSync(join('data', 'bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const begin = performance.now();
const findings: Findings[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (chosen !== undefined && chosen !== name) continue;
  process.stderr.write(`${name} …\n`);
  // What the others have found is told all the same.
  findings.push(await measure(folder).catch((error) => ({ rows: [], wrong: [`${name}: ${error.stack}`] })));
}
const processors = cpus();
console.log(`\nNode ${process.versions.node}, ${processors.length} × ${processors[0]?.model.trim()}\n`);
console.log(table(findings.flatMap(({ rows }) => rows)));
console.log(`\nIn ${Math.round((performance.now() - begin) / 1000)} s.`);
const wrong = findings.flatMap((finding) => finding.wrong);
if (wrong.length > 0) {
  console.error(`\nNot right:\n${wrong.join('\n')}`);
  process.exitCode = 1;
}
