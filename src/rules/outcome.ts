import type { Deal } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import type { Refusal } from './refusal.ts';

/** What a rule makes of a command: the deal afterwards and what must happen because of it, or why not. */
export type Outcome =
  | { ok: true; deal: Deal; notices: PlannedNotice[]; changed: boolean }
  | { ok: false; refusals: [Refusal, ...Refusal[]] };

export function refused(first: Refusal, ...others: Refusal[]): Outcome {
  return { ok: false, refusals: [first, ...others] };
}

export function unchanged(deal: Deal): Outcome {
  return { ok: true, deal, notices: [], changed: false };
}
