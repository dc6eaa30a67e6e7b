import { existsSync } from 'node:fs';
import { hasPlayground } from '../../scripts/demo/playground.ts';
import { chromiumPath } from './browser.ts';

/** Before all tests: says in one line what is missing, where a test would show a stack trace. */
export default function setup(): void {
  if (!existsSync(chromiumPath))
    fail(`No browser at ${chromiumPath}: install chromium, or set CHROMIUM to where it is.`);
  if (!hasPlayground()) fail('The Agents Playground is not there: run "npm ci" with its development packages.');
}

function fail(line: string): never {
  console.error(line);
  process.exit(1);
}
