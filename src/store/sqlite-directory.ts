import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type DirectoryKind,
  type Entries,
  type Entry,
  entrySchemas,
  findable,
  lastOfEachId,
} from '../directory/entry.ts';
import { type Directory, type DirectoryQuery, type Imported, longestList } from '../directory/port.ts';
import { rankOf, type Typed, typed } from '../directory/words.ts';
import { isOutage, unavailable } from './sqlite-errors.ts';

/**
 * `directory_words` holds, for each entry that can be found, three sorts of terms. All begin with the sign of the organisation's list
 * (`signOf`), so that what one organisation searches never touches what another has:
 * - `<sign>word`: what it is found by. Beginnings of one to four letters have an index of their own (`prefix`, which counts the sign).
 * - `<sign>·de`: its country.
 * - `<sign>→$muller$ag#$123456789!·de`: its line and country. Read in the order of terms (`directory_terms`), these are the entries in
 *   the order of lines, because `!` < `#` < `$` < digits < letters.
 *
 * Full-text index and not B-trees: new terms are appended and merged later, where a B-tree writes a page for each. Measured with
 * 1,000,000 customers: three to four times as many rows a second.
 */
const layout = `
  CREATE TABLE IF NOT EXISTS directory_lists (
    number INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    UNIQUE (org_id, kind)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS directory_entries (
    number INTEGER PRIMARY KEY,
    list INTEGER NOT NULL,
    id TEXT NOT NULL,
    line TEXT,
    body TEXT NOT NULL,
    UNIQUE (list, id)
  ) STRICT;
  CREATE VIRTUAL TABLE IF NOT EXISTS directory_words USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none, prefix = '2 3 4 5', tokenize = "ascii tokenchars '!#$'"
  );
  CREATE VIRTUAL TABLE IF NOT EXISTS directory_terms USING fts5vocab (directory_words, instance);
`;

const isLaidOutSql = "SELECT 1 FROM sqlite_schema WHERE name = 'directory_terms'";

const listSql = 'SELECT number FROM directory_lists WHERE org_id = ? AND kind = ?';
const addListSql = 'INSERT INTO directory_lists (org_id, kind) VALUES (?, ?) ON CONFLICT DO NOTHING';

const getSql = 'SELECT number, line, body FROM directory_entries WHERE list = ? AND id = ?';
const addSql = 'INSERT INTO directory_entries (list, id, line, body) VALUES (?, ?, ?, ?)';
const changeSql = 'UPDATE directory_entries SET line = ?, body = ? WHERE number = ?';
const unindexSql = 'DELETE FROM directory_words WHERE rowid = ?';
const indexSql = 'INSERT INTO directory_words (rowid, terms) VALUES (?, ?)';

const matchSql = 'SELECT rowid AS number FROM directory_words WHERE directory_words MATCH ? LIMIT ?';

/** Parameter: numbers as JSON. */
const linesSql = `SELECT number, id, line FROM directory_entries WHERE number IN (SELECT value FROM json_each(?))`;
const bodySql = 'SELECT body FROM directory_entries WHERE number = ?';

/** So many letters of a line's beginning have an index: see `prefix`. */
const indexedLetters = 2;

/** Up to so many entries are read and sorted. Among more, the first ones are soon found in the order of lines. */
const fewEntries = 1000;

/** After every other text that begins the same. */
const lastCharacter = '\u{10ffff}';

interface Row {
  number: number;
  id: string;
  line: string;
}

/** What is looked for in one list. */
interface Wanted {
  sign: string;
  text: Typed;
  country: string | undefined;
  limit: number;
}

/** Entries whose line begins with a text, and with none of those in `without`, and that have the words, each in one of its ways. */
interface Group {
  beginning: string;
  words: Typed['words'];
  without: readonly string[];
}

/** The directory in the file of the embedded store, on the store's own connection. */
export class SqliteDirectory implements Directory {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #lists = new Map<string, number>();

  /** Creates its tables where they are missing. What they hold can be imported again. @throws {StoreUnavailable} */
  constructor(database: DatabaseSync) {
    this.#database = database;
    if (this.#first(isLaidOutSql) === undefined) this.#inTransaction(() => database.exec(layout));
  }

  async search<K extends DirectoryKind>(orgId: string, kind: K, query: DirectoryQuery): Promise<Entries[K][]> {
    const list = this.#list(orgId, kind);
    if (list === undefined) return [];
    const limit = Math.min(query.limit, longestList);
    const { country } = query;
    // Nothing but letters goes into an expression.
    if (country !== undefined && !/^[A-Z]{2}$/.test(country)) return [];
    return reading(() =>
      this.#found({ sign: signOf(list), text: typed(query.text), country, limit }).map(({ number }) =>
        entrySchemas[kind].parse(JSON.parse(String(this.#statement(bodySql).get(number)?.body))),
      ),
    );
  }

  async get<K extends DirectoryKind>(orgId: string, kind: K, id: string): Promise<Entries[K] | undefined> {
    const list = this.#list(orgId, kind);
    const found = list === undefined ? undefined : this.#first(getSql, list, id);
    return found === undefined ? undefined : entrySchemas[kind].parse(JSON.parse(String(found.body)));
  }

  async importEntries<K extends DirectoryKind>(
    orgId: string,
    kind: K,
    batch: readonly Entries[K][],
  ): Promise<Imported> {
    const imported: Imported = { added: 0, changed: 0, unchanged: 0 };
    this.#inTransaction(() => {
      this.#statement(addListSql).run(orgId, kind);
      const list = this.#list(orgId, kind) ?? 0;
      for (const entry of lastOfEachId(batch)) imported[this.#put(list, entry)] += 1;
    });
    return imported;
  }

  #put(list: number, entry: Entry): keyof Imported {
    const body = JSON.stringify(entry);
    const found = findable(entry);
    const line = found?.line ?? null;
    const before = this.#statement(getSql).get(list, entry.id);
    if (before?.body === body && before.line === line) return 'unchanged';
    let number = before?.number ?? null;
    if (number === null) {
      number = this.#statement(addSql).run(list, entry.id, line, body).lastInsertRowid;
    } else {
      this.#statement(changeSql).run(line, body, number);
      this.#statement(unindexSql).run(number);
    }
    if (found !== undefined) {
      const sign = signOf(list);
      const country = found.country === undefined ? '' : countryTerm(found.country);
      const terms = [...found.words, `${lineTerm(found.line)}!${country}`, ...(country === '' ? [] : [country])];
      this.#statement(indexSql).run(number, terms.map((term) => sign + term).join(' '));
    }
    return before === undefined ? 'added' : 'changed';
  }

  #found(wanted: Wanted): Row[] {
    const { text, country, limit } = wanted;
    const called: Group = { beginning: text.line, words: [], without: [] };
    // Without a country these are at hand, and often enough.
    let found = country === undefined ? this.#inOrder(wanted, called) : undefined;
    if (found !== undefined && (text.line === '' || found.length === limit)) return found;
    const few = this.#few(wanted, { beginning: '', words: text.words, without: [] });
    if (few !== undefined) {
      const ranked = few.map((row) => ({ ...row, rank: rankOf(text, row.line) }));
      return ranked.sort((a, b) => a.rank - b.rank || byLine(a, b)).slice(0, limit);
    }
    found ??= this.#firstOf(wanted, called);
    if (text.line === '' || found.length === limit) return found;
    const likely = text.beginnings.flatMap((beginning) =>
      this.#firstOf(wanted, { beginning, words: text.words, without: [text.line] }),
    );
    found = [...found, ...likely.sort(byLine)].slice(0, limit);
    if (found.length === limit) return found;
    const others = this.#inOrder(wanted, { beginning: '', words: text.words, without: text.beginnings });
    return [...found, ...others].slice(0, limit);
  }

  /** The first ones of a group. To read lines in their order is slow where few of many have the words: then these are looked for. */
  #firstOf(wanted: Wanted, group: Group): Row[] {
    const few = group.beginning.length <= indexedLetters ? this.#few(wanted, group) : undefined;
    if (few === undefined) return this.#inOrder(wanted, group);
    return few.sort(byLine).slice(0, wanted.limit);
  }

  /** The whole group, in no order; undefined where it is too much. */
  #few({ sign, country }: Wanted, group: Group): Row[] | undefined {
    const matching = this.#statement(matchSql).all(matchOf(sign, group, country), fewEntries + 1);
    if (matching.length > fewEntries) return undefined;
    const numbers = JSON.stringify(matching.map(({ number }) => number));
    const rows = this.#statement(linesSql).all(numbers) as unknown as Row[];
    return rows.filter(({ line }) => !group.without.some((beginning) => line.startsWith(beginning)));
  }

  /** The first ones of a group: reads lines in their order, until there are enough. */
  #inOrder({ sign, country, limit }: Wanted, { beginning, words, without }: Group): Row[] {
    const parameters: SQLInputValue[] = [];
    const isFrom = (line: string) => {
      const start = sign + lineTerm(line);
      parameters.push(start, start + lastCharacter);
      return '(t.term >= ? AND t.term < ?)';
    };
    const has = (part: string) => {
      parameters.push(part);
      return 'instr(t.term, ?)';
    };
    const conditions = [isFrom(beginning), ...without.map((line) => `NOT ${isFrom(line)}`)];
    if (country !== undefined) conditions.push(has(`!${countryTerm(country)}`));
    for (const ways of words) {
      conditions.push(`(${ways.map((way) => way.map((word) => has(`$${word}`)).join(' AND ')).join(' OR ')})`);
    }
    const sql = `SELECT e.number, e.id, e.line FROM directory_terms AS t CROSS JOIN directory_entries AS e ON e.number = t.doc
      WHERE ${conditions.join(' AND ')} ORDER BY t.term`;
    const rows: Row[] = [];
    // Not kept: what people type makes too many different statements.
    for (const found of this.#database.prepare(sql).iterate(...parameters)) {
      const row = found as unknown as Row;
      // Those of one line all count, because they go by id.
      if (rows.length >= limit && row.line !== rows.at(-1)?.line) break;
      rows.push(row);
    }
    return rows.sort(byLine).slice(0, limit);
  }

  /** The number of an organisation's list. It never changes. */
  #list(orgId: string, kind: DirectoryKind): number | undefined {
    const key = `${kind} ${orgId}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const found = this.#first(listSql, orgId, kind);
    // Within a transaction it may still be undone.
    if (found !== undefined && !this.#database.isTransaction) this.#lists.set(key, Number(found.number));
    return found === undefined ? undefined : Number(found.number);
  }

  #first(sql: string, ...parameters: SQLInputValue[]): Record<string, SQLInputValue> | undefined {
    return reading(() => this.#statement(sql).get(...parameters));
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** All in one turn of the event loop: the store commits its own writes on the same connection. */
  #inTransaction(work: () => void): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw isOutage(error) ? unavailable(error) : error;
    }
  }
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isOutage(error) ? unavailable(error) : error;
  }
}

/** One character, because the index of beginnings counts it. Up to a million lists. */
function signOf(list: number): string {
  return String.fromCodePoint(0x10000 + list);
}

function countryTerm(country: string): string {
  return `·${country.toLowerCase()}`;
}

/** Of a line, or of how one begins: as one term, with a `$` before each word. */
function lineTerm(line: string): string {
  return `→$${line.replaceAll('\t', '#').replaceAll(' ', '$')}`;
}

/** A group as a full-text expression, without what is left out of it. Words are letters and digits only. */
function matchOf(sign: string, { beginning, words }: Group, country: string | undefined): string {
  const wanted = words.map((ways) =>
    ways.map((way) => way.map((word) => `"${sign}${word}" *`).join(' AND ')).join(') OR ('),
  );
  if (beginning !== '') wanted.push(`"${sign}${lineTerm(beginning)}" *`);
  if (country !== undefined) wanted.push(`"${sign}${countryTerm(country)}"`);
  return wanted.map((each) => `((${each}))`).join(' AND ');
}

function byLine(a: Row, b: Row): number {
  return compare(a.line, b.line) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
