import type { FormField } from '../../cards/index.ts';

/** How many entries of a list stand on a card: with their buttons it must stay small enough to be sent (facts/teams.md 1.7). */
export const pageSize = 8;

interface ListPage<Entry> {
  entries: { entry: Entry; at: number }[];
  from: number;
  all: number;
}

/** The page of a list that begins at `from`, or the last one where the list has become shorter. */
export function pageOf<Entry>(list: readonly Entry[], from: number): ListPage<Entry> {
  const last = Math.max(0, Math.floor((list.length - 1) / pageSize) * pageSize);
  const begin = Number.isInteger(from) && from > 0 ? Math.min(from, last) : 0;
  const entries = list.slice(begin, begin + pageSize).map((entry, index) => ({ entry, at: begin + index }));
  return { entries, from: begin, all: list.length };
}

/** Leads on to the next page, and from the last one to the first: `more` with where it begins. */
export function moreButton({ entries, from, all }: ListPage<unknown>, title: string): FormField[] {
  if (all <= pageSize) return [];
  const following = from + entries.length >= all ? 0 : from + pageSize;
  const buttons = [{ title, what: 'more', item: String(following) }];
  return [{ kind: 'button', buttons, hint: `${from + 1}–${from + entries.length} / ${all}` }];
}
