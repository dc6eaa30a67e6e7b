/*
 * The part of OData that Partner Center's documentation shows (facts/partner-center.md 1.4): comparisons of a few fields, `and`, `or`,
 * parentheses, and `any` over the team. Anything else is refused, as a server would that supports no more.
 */

export class ODataError extends Error {
  override readonly name = 'ODataError';
}

type Json = Record<string, unknown>;
type Predicate = (entity: Json) => boolean;

/** What may be filtered by. */
const fields = [
  'engagementId',
  'status',
  'substatus',
  'qualification',
  'type',
  'direction',
  'customerProfile/address/country',
  'createdDateTime',
  'updatedDateTime',
];
const memberFields = ['email', 'firstName', 'lastName', 'phoneNumber'];

const token =
  /\s*(?:(?<punctuation>[(),:])|(?<text>'(?:[^']|'')*')|(?<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?<guid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w/]*))/iy;

type Token = { kind: 'punctuation' | 'text' | 'time' | 'guid' | 'number' | 'word'; text: string };

function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (filter.slice(token.lastIndex).trim() !== '') {
    const at = token.lastIndex;
    const groups = token.exec(filter)?.groups;
    const found = Object.entries(groups ?? {}).find(([, text]) => text !== undefined);
    if (found?.[1] === undefined) throw new ODataError(`cannot be read at ${at}: ${filter.slice(at, at + 20)}`);
    tokens.push({ kind: found[0] as Token['kind'], text: found[1] });
  }
  return tokens;
}

/** @throws {ODataError} */
export function filterOf(text: string): Predicate {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at]?.text.toLowerCase();

  function take(expected?: string): Token {
    const next = tokens[at];
    if (next === undefined || (expected !== undefined && next.text.toLowerCase() !== expected)) {
      throw new ODataError(`expected ${expected ?? 'more'} in place of ${next?.text ?? 'the end'}`);
    }
    at += 1;
    return next;
  }

  function either(allowed: readonly string[], variable?: string): Predicate {
    let left = both(allowed, variable);
    while (peek() === 'or') {
      take();
      const before = left;
      const right = both(allowed, variable);
      left = (entity) => before(entity) || right(entity);
    }
    return left;
  }

  function both(allowed: readonly string[], variable?: string): Predicate {
    let left = single(allowed, variable);
    while (peek() === 'and') {
      take();
      const before = left;
      const right = single(allowed, variable);
      left = (entity) => before(entity) && right(entity);
    }
    return left;
  }

  function single(allowed: readonly string[], variable?: string): Predicate {
    if (peek() === '(') {
      take();
      const inner = either(allowed, variable);
      take(')');
      return inner;
    }
    const { kind, text: path } = take();
    if (kind !== 'word') throw new ODataError(`expected a field in place of ${path}`);
    if (path === 'team/any') {
      take('(');
      const name = take().text;
      take(':');
      const inner = either(memberFields, name);
      take(')');
      return ({ team }) => Array.isArray(team) && team.some((member) => inner(member));
    }
    const field = variable === undefined ? path : path.replace(`${variable}/`, '');
    if (!allowed.includes(field)) throw new ODataError(`${path} cannot be filtered by`);
    return comparison(field, take().text.toLowerCase(), take());
  }

  const predicate = either(fields);
  if (at < tokens.length) throw new ODataError(`cannot be read from ${tokens[at]?.text}`);
  return predicate;
}

function comparison(field: string, operator: string, literal: Token): Predicate {
  const isTime = field.endsWith('DateTime');
  if (isTime !== (literal.kind === 'time')) throw new ODataError(`${field} cannot be compared with ${literal.text}`);
  if (!isTime && !['eq', 'ne'].includes(operator)) throw new ODataError(`${field} cannot be compared by ${operator}`);
  const wanted = comparable(literal.kind === 'text' ? literal.text.slice(1, -1).replaceAll("''", "'") : literal.text);
  const tests: Record<string, (value: string) => boolean> = {
    eq: (value) => value === wanted,
    ne: (value) => value !== wanted,
    gt: (value) => value > wanted,
    ge: (value) => value >= wanted,
    lt: (value) => value < wanted,
    le: (value) => value <= wanted,
  };
  const test = tests[operator];
  if (test === undefined) throw new ODataError(`${operator} is no operator here`);
  return (entity) => test(comparable(String(valueAt(entity, field) ?? '')));
}

function valueAt(entity: unknown, path: string): unknown {
  return path.split('/').reduce<unknown>((node, part) => (node as Json | null | undefined)?.[part], entity);
}

/** Instants with all seven digits of a fraction, so that the order of texts is that of time; the rest in small letters. */
export function comparable(text: string): string {
  const [, seconds, fraction = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|\+00:00)$/.exec(text) ?? [];
  return seconds === undefined ? text.toLowerCase() : `${seconds}.${fraction.padEnd(7, '0').slice(0, 7)}Z`;
}

export interface Order {
  field: 'createdDateTime' | 'updatedDateTime';
  descending: boolean;
}

/** @throws {ODataError} */
export function orderOf(text: string): Order {
  const [, field, direction = 'asc'] = /^(createdDateTime|updatedDateTime)(?: +(asc|desc))?$/.exec(text.trim()) ?? [];
  if (field === undefined) throw new ODataError(`cannot be ordered by ${text}`);
  return { field: field as Order['field'], descending: direction === 'desc' };
}
