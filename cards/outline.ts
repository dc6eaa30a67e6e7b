/**
 * A template makes the same of all data of one outline, but for the texts and numbers in it. So it is expanded for an outline once, with
 * a mark in place of each of them, and from then on they are put where their marks were: a fifth of what expanding costs.
 */

/** What may stand in place of a mark. */
type Leaf = string | number;

/** The outline of some data, and the texts and numbers in it, in the order of their marks. */
interface Outline {
  /** Equal where the data differ in nothing else. */
  key: string;
  leaves: Leaf[];
}

/** What marks are made with. No text on a card has it: `plain` takes controls away. */
const sign = '\0';

/**
 * `exact`: names of members whose value decides what the template makes of them, and so belongs to the outline. Undefined where such a
 * text could be taken for a mark.
 */
export function outlineOf(data: unknown, exact: ReadonlySet<string>): Outline | undefined {
  const leaves: Leaf[] = [];
  const key = keyOf(data, exact, leaves, false);
  return key.includes(sign) ? undefined : { key, leaves };
}

function keyOf(node: unknown, exact: ReadonlySet<string>, leaves: Leaf[], isExact: boolean): string {
  if (isLeaf(node)) {
    if (!isExact) {
      leaves.push(node);
      return '"';
    }
    // With the sign as it is, which JSON would write in other letters.
    return typeof node === 'string' && node.includes(sign) ? sign : JSON.stringify(node);
  }
  if (typeof node !== 'object' || node === null) return String(node);
  if (Array.isArray(node)) {
    let key = '[';
    for (const item of node) key += `${keyOf(item, exact, leaves, false)},`;
    return `${key}]`;
  }
  let key = '{';
  for (const [name, value] of Object.entries(node)) {
    key += `${plainName.test(name) ? name : JSON.stringify(name)}:${keyOf(value, exact, leaves, exact.has(name))},`;
  }
  return `${key}}`;
}

const plainName = /^\w+$/;

function isLeaf(node: unknown): node is Leaf {
  return typeof node === 'string' || typeof node === 'number';
}

/** The same data with marks in place of the leaves that `outlineOf` finds. */
export function marked(data: object, exact: ReadonlySet<string>): object {
  let count = 0;
  function mark(node: unknown, isExact: boolean): unknown {
    if (isLeaf(node)) return isExact ? node : `${sign}${count++}${sign}`;
    if (Array.isArray(node)) return node.map((item) => mark(item, false));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, mark(value, exact.has(name))]));
  }
  return mark(data, false) as object;
}

/** Makes what was expanded anew, with these leaves in place of the marks. What has no mark in it is shared, and frozen. */
export type Filling = (leaves: readonly Leaf[]) => unknown;

export function fillingOf(expanded: unknown): Filling {
  const part = partOf(expanded);
  return (leaves) => filled(part, leaves);
}

/** A filling where there are marks in it, else what was expanded. */
function partOf(node: unknown): unknown {
  if (typeof node === 'string') return textPart(node);
  if (Array.isArray(node)) {
    const parts = node.map(partOf);
    if (!parts.some(isFilling)) return Object.freeze(parts);
    return (leaves: readonly Leaf[]) => parts.map((part) => filled(part, leaves));
  }
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node).map(([name, value]) => [name, partOf(value)] as const);
  if (!members.some(([, part]) => isFilling(part))) return Object.freeze(Object.fromEntries(members));
  return (leaves: readonly Leaf[]) => {
    const made: Record<string, unknown> = {};
    for (const [name, part] of members) made[name] = filled(part, leaves);
    return made;
  };
}

/** A text of the template with some marks in it. A mark alone stands for its leaf as it is, a number as well. */
function textPart(text: string): Filling | string {
  const [before = '', ...rest] = text.split(sign);
  if (rest.length === 0) return text;
  const [first, after] = rest;
  if (before === '' && after === '' && rest.length === 2) return (leaves) => leaves[Number(first)];
  const pieces = [before, ...rest].map((piece, index) => (index % 2 === 0 ? piece : Number(piece)));
  return (leaves) => pieces.map((piece) => (typeof piece === 'string' ? piece : leaves[piece])).join('');
}

function isFilling(part: unknown): part is Filling {
  return typeof part === 'function';
}

function filled(part: unknown, leaves: readonly Leaf[]): unknown {
  return isFilling(part) ? part(leaves) : part;
}
