/**
 * Text from outside, made harmless. What senders, customers and people wrote is shown as written and is never markdown, mention,
 * expression or link (facts/teams.md 1.12). Two strengths: `plain` for TextRun, which reads no markdown, and `inert` for places
 * that a client may read as markdown: choice titles, tooltips, fallback texts, the notification line.
 */

/** Invisible and without width: keeps two characters from being read as one token. */
const joiner = '\u2060';

/** Nothing in such a text needs a change; most texts are like that. */
const harmless = /^[\w ,.:;!?'()/@%+\-\u00a1-\u00ac\u00ae-\u024f\u2013\u2019\u20ac]*$/;

/**
 * Controls but for white space, bidi marks and overrides, invisible fillers, tags, lone surrogates. Left alone: the zero-width
 * joiners that emoji, Persian and Indic scripts need. A soft hyphen is taken too.
 */
const invisible =
  /[[\p{Cc}--\s]\p{Cs}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\u{e0000}-\u{e007f}]/gv;

/** More marks than any script puts on one letter: they would cover the lines above and below. */
const heapedMarks = /(\p{M}{4})\p{M}+/gu;

/**
 * What some reader of cards takes for more than text: `{{DATE(…)}}`, which clients evaluate even in a TextRun; `${…}`; `<at>` and
 * other tags; HTML entities, which could become a tag.
 */
const token = /\{(?=\{)|\$(?=\{)|<(?=[/!a-z])|&(?=#?\w+;)/giu;

/** The text without what nobody can see; lines stay lines. For inputs, which must give back what was typed. */
export function visible(text: string): string {
  return harmless.test(text) ? text : text.replace(invisible, '');
}

function shown(text: string): string {
  return text.replace(heapedMarks, '$1').replace(token, (start) => start + joiner);
}

function capped(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  // Not in the middle of a pair of surrogates.
  return `${(cut.isWellFormed() ? cut : cut.slice(0, -1)).trimEnd()}…`;
}

/** One line for a TextRun: new lines and tabs become spaces, at most `most` characters. */
export function plain(text: string, most = 200): string {
  const short = text.length > most * 4 ? text.slice(0, most * 4) : text;
  if (harmless.test(short)) return capped(short.trim(), most);
  return shown(capped(visible(short).replace(/\s+/gu, ' ').trim(), most));
}

/**
 * Several paragraphs for TextRuns, one each: new lines are kept, empty ones folded. At most `most` characters and `lines`
 * paragraphs; what is cut off is shown by an ellipsis.
 */
export function paragraphs(text: string, most = 1000, lines = 12): string[] {
  const all = capped(text.trim(), most)
    .split(/[\n\r\u2028\u2029]+/u)
    .map((line) => plain(line, most))
    .filter((line) => line !== '');
  if (all.length <= lines) return all;
  return [...all.slice(0, lines - 1), `${all[lines - 1]} …`];
}

/** Characters that markdown reads, and others that look alike: a backslash before them would be seen in a notification. */
const lookAlikes: Record<string, string> = {
  '*': '∗',
  _: '＿',
  '`': 'ˋ',
  '~': '∼',
  '[': '［',
  ']': '］',
  '<': '‹',
  '>': '›',
  '\\': '＼',
};

/** `_` inside a word, as in a mail address, is nothing to markdown. */
const markdown = /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|[*`~[\]<>\\]/gu;
/** A list or a heading, where the line starts with it. */
const lineStart = /^([-+•]|#+|\d+[.)])(?=\s)/u;
const link = /:(?=\/\/)|(?<=www)\./giu;

/** A part of a line for places that may be read as markdown: besides what `plain` does, nothing of it is markup or a link. */
export function inertPart(text: string, most = 200): string {
  return plain(text, most)
    .replace(markdown, (character) => lookAlikes[character] ?? character)
    .replace(link, (character) => character + joiner);
}

/** The same for a whole line: its beginning is no list and no heading either. */
export function inert(text: string, most = 200): string {
  return unlisted(inertPart(text, most));
}

/** Keeps the beginning of a line from being read as a list or a heading. */
export function unlisted(line: string): string {
  return line.replace(lineStart, (start) => start + joiner);
}
