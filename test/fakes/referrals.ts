import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/partner-center');

export const referralNames = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

// biome-ignore lint/suspicious/noExplicitAny: tests change the samples in every way, wrong ones too.
export type WireReferral = Record<string, any>;

/** A sample referral as Partner Center sent it; a copy, to be changed. */
export function sampleReferral(name: string): WireReferral {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}
