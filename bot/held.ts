import { type Field, type Refusal, refusal } from '../src/rules/refusal.ts';

/**
 * How many characters of what was typed a form gives back, all its inputs together: with the form itself it stays below the 80 KB, two
 * bytes a character, that a card should have at the most (facts/teams.md 1.7).
 */
export const mostTyped = 20_000;

/**
 * What a form can hold of what was typed: all of it or, where it is more than that, the beginning of its longest values, and a refusal
 * (E3) at each of those. Nothing may be made of values that were cut.
 */
export function held<T extends Record<string, string>>(typed: T): { values: T; refusals: Refusal[] } {
  const most = shareOf(Object.values(typed).map(({ length }) => length));
  const cut = Object.entries(typed).filter(([, value]) => value.length > most);
  return {
    values: { ...typed, ...Object.fromEntries(cut.map(([id, value]) => [id, beginningOf(value, most)])) },
    // The inputs of a form have the ids of the fields.
    refusals: cut.map(([id]) => refusal('longerThanForm', 'E3', id as Field)),
  };
}

/** Values of one line each: without blanks around them, and one between two words. */
export function squeezed<T extends Record<string, string>>(typed: T): T {
  return Object.fromEntries(Object.entries(typed).map(([id, value]) => [id, value.replace(/\s+/g, ' ').trim()])) as T;
}

/** How long a value may be, so that the shorter ones stay whole and the longer ones share what is left. */
function shareOf(lengths: readonly number[]): number {
  let left = mostTyped;
  for (const [at, length] of lengths.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (lengths.length - at));
    if (length > share) return share;
    left -= length;
  }
  return mostTyped;
}

/** Not in the middle of a pair of surrogates. */
function beginningOf(text: string, most: number): string {
  const beginning = text.slice(0, most);
  return text.isWellFormed() && !beginning.isWellFormed() ? beginning.slice(0, -1) : beginning;
}
