/**
 * How names are compared: case, accents and punctuation do not count. `Müller-Łódź` is found as `muller`, as `lodz`, as
 * `mullerlodz`, and as `mueller`.
 */

/** Letters that Unicode does not take apart into a letter and an accent. */
const plainLetters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ς: 'σ',
};
const plainLetter = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'g');

/** How these are written where a keyboard or a database does not have them: `Mueller`, `Tromsoe`, `Aalesund`. */
const longLetters: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
const longLetter = new RegExp(`[${Object.keys(longLetters).join('')}]`, 'g');

/** Of a longer text, this is enough to find a name: characters, and different words. */
const longestText = 100;
const mostWords = 8;

/** What a text may stand for: all of these words. */
type Way = readonly string[];

/** A typed text, as a directory compares it. */
export interface Typed {
  /** What the line of an entry begins with whose whole name begins with the text. Empty: there is nothing to search for. */
  line: string;
  /** For each typed word the ways in which it may be meant: `o'b` is `o` and `b`, or `ob`. */
  words: readonly (readonly Way[])[];
  /** The words in all ways, without those that begin with another one: what the name of a likely entry begins with. */
  beginnings: readonly string[];
}

/** What is known of an entry for the search. */
export interface Indexed {
  /**
   * What entries are ordered by: the words of the name, then a tab and whatever else the entry is found by. So a name comes before
   * those that it is the beginning of, and every word that the entry is found by begins the line or follows a space.
   */
  line: string;
  /** Everything that the entry is found by, each word once. */
  words: readonly string[];
}

/** @param text as typed, of any length. */
export function typed(text: string): Typed {
  const [base, ...others] = readings(text.slice(0, longestText));
  const words = base.map((parts, at) => {
    const spellings = [parts, ...others.map((reading) => reading[at] ?? parts)];
    return different(spellings.flatMap((spelling) => [spelling, [spelling.join('')]]));
  });
  const wanted = different(words).slice(0, mostWords);
  const all = [...new Set(wanted.flat(2))];
  return {
    line: joined(base),
    words: wanted,
    beginnings: all.filter((word) => !all.some((other) => other !== word && word.startsWith(other))),
  };
}

/** @param numbers by which an entry is found as well as by its name. */
export function indexed(name: string, numbers: readonly string[]): Indexed {
  const [base, ...others] = readings(name);
  const line = joined(base);
  const words = new Set(line.split(' '));
  const inLine = words.size;
  for (const parts of [base, ...others, ...numbers.flatMap(readings)].flat()) {
    words.add(parts.join(''));
    for (const part of parts) words.add(part);
  }
  const more = [...words].slice(inLine);
  return { line: more.length === 0 ? line : `${line}\t ${more.join(' ')}`, words: [...words] };
}

/** Whether every typed word is, in one of its ways, the beginning of words of the entry. */
export function matches(text: Typed, { words }: Pick<Indexed, 'words'>): boolean {
  const isFound = (beginning: string) => words.some((word) => word.startsWith(beginning));
  return text.words.every((ways) => ways.some((way) => way.every(isFound)));
}

/**
 * Whom the text means, of those that it matches. 0: an entry whose whole name begins with the text. 1: one whose name begins with a
 * typed word. 2: any other.
 */
export function rankOf(text: Typed, line: string): 0 | 1 | 2 {
  if (line.startsWith(text.line)) return 0;
  return text.beginnings.some((beginning) => line.startsWith(beginning)) ? 1 : 2;
}

/** The words of a text, each in its parts. */
type Reading = readonly (readonly string[])[];

/** A text without accents and, where that is something else, with the long forms of its letters. */
function readings(text: string): [Reading, ...Reading[]] {
  if (/^[\0-\x7f]*$/.test(text)) return [words(text.toLowerCase())];
  const base = fold(text);
  const long = fold(
    text
      .normalize('NFC')
      .toLowerCase()
      .replaceAll(longLetter, (letter) => longLetters[letter] ?? letter),
  );
  return base === long ? [words(base)] : [words(base), words(long)];
}

/** Without case and accents; ß is ss, ø is o. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(plainLetter, (letter) => plainLetters[letter] ?? letter);
}

/** A heading, or another word that a file may have, as it is compared: only letters and digits, without case and accents. */
export function bareWord(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** What stands between spaces, taken apart at whatever is neither a letter nor a digit. */
function words(folded: string): Reading {
  return folded
    .split(/\s+/)
    .map((word) => word.split(/[^\p{L}\p{N}\p{M}]+/u).filter((part) => part !== ''))
    .filter((parts) => parts.length > 0);
}

function joined(reading: Reading): string {
  return reading.map((parts) => parts.join('')).join(' ');
}

function different<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}
