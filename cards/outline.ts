/**
 * A template makes the same of all data of one outline, but for the texts in it. So it is expanded for an outline once, with a mark in
 * place of each text, and from then on the texts are put where their marks were: a fifth of what expanding costs.
 */

/** The outline of some data, and the texts in it, in the order of their marks. */
interface Outline {
  /** Equal where the data differ in nothing but texts. */
  key: string;
  texts: string[];
}

/** What marks are made with. No text on a card has it: `plain` takes controls away. */
const sign = '\0';

/**
 * `exact`: names of members whose text decides what the template makes of them, and so belongs to the outline. Undefined where such a
 * text could be taken for a mark.
 */
export function outlineOf(data: unknown, exact: ReadonlySet<string>): Outline | undefined {
  const texts: string[] = [];
  const key = keyOf(data, exact, texts, false);
  return key.includes(sign) ? undefined : { key, texts };
}

function keyOf(node: unknown, exact: ReadonlySet<string>, texts: string[], isExact: boolean): string {
  if (typeof node === 'string') {
    // With the sign as it is, which JSON would write in other letters.
    if (isExact) return node.includes(sign) ? sign : JSON.stringify(node);
    texts.push(node);
    return '"';
  }
  if (typeof node !== 'object' || node === null) return String(node);
  if (Array.isArray(node)) {
    let key = '[';
    for (const item of node) key += `${keyOf(item, exact, texts, false)},`;
    return `${key}]`;
  }
  let key = '{';
  for (const [name, value] of Object.entries(node)) {
    key += `${plainName.test(name) ? name : JSON.stringify(name)}:${keyOf(value, exact, texts, exact.has(name))},`;
  }
  return `${key}}`;
}

const plainName = /^\w+$/;

/** The same data with marks in place of the texts that `outlineOf` finds. */
export function marked(data: object, exact: ReadonlySet<string>): object {
  let count = 0;
  function mark(node: unknown, isExact: boolean): unknown {
    if (typeof node === 'string') return isExact ? node : `${sign}${count++}${sign}`;
    if (Array.isArray(node)) return node.map((item) => mark(item, false));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, mark(value, exact.has(name))]));
  }
  return mark(data, false) as object;
}

/** Makes what was expanded anew, with these texts in place of the marks. What has no mark in it is shared, and frozen. */
export type Filling = (texts: readonly string[]) => unknown;

export function fillingOf(expanded: unknown): Filling {
  const part = partOf(expanded);
  return (texts) => filled(part, texts);
}

/** A filling where there are marks in it, else what was expanded. */
function partOf(node: unknown): unknown {
  if (typeof node === 'string') return textPart(node);
  if (Array.isArray(node)) {
    const parts = node.map(partOf);
    if (!parts.some(isFilling)) return Object.freeze(parts);
    return (texts: readonly string[]) => parts.map((part) => filled(part, texts));
  }
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node).map(([name, value]) => [name, partOf(value)] as const);
  if (!members.some(([, part]) => isFilling(part))) return Object.freeze(Object.fromEntries(members));
  return (texts: readonly string[]) => {
    const made: Record<string, unknown> = {};
    for (const [name, part] of members) made[name] = filled(part, texts);
    return made;
  };
}

/** A text of the template with the marks of some texts in it. */
function textPart(text: string): Filling | string {
  const [before = '', ...rest] = text.split(sign);
  if (rest.length === 0) return text;
  const [first, after] = rest;
  if (before === '' && after === '' && rest.length === 2) return (texts) => texts[Number(first)];
  const pieces = [before, ...rest].map((piece, index) => (index % 2 === 0 ? piece : Number(piece)));
  return (texts) => pieces.map((piece) => (typeof piece === 'string' ? piece : texts[piece])).join('');
}

function isFilling(part: unknown): part is Filling {
  return typeof part === 'function';
}

function filled(part: unknown, texts: readonly string[]): unknown {
  return isFilling(part) ? part(texts) : part;
}
