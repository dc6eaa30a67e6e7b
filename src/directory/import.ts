import { extname } from 'node:path';
import { entryOf, fieldsOf, missingFields, type Values } from './columns.ts';
import { type CsvRow, csvRows } from './csv.ts';
import type { DirectoryKind, Entries } from './entry.ts';
import { type Line, linesOf } from './lines.ts';
import type { Directory, Imported } from './port.ts';

/** A row that was not imported. `line`: where it begins, counted from 1. */
interface WrongRow {
  line: number;
  problem: string;
}

export interface ImportReport extends Imported {
  /** Without the heading. */
  rows: number;
  wrong: number;
  /** The first hundred. */
  wrongRows: WrongRow[];
  /** Headings, or names in JSON lines, that mean nothing here. */
  unused: string[];
}

export interface ImportOptions {
  /** Of the file, where it is neither UTF-8 nor UTF-16 with a byte order mark: a WHATWG name, as `windows-1252`. */
  encoding?: string;
  /** Told after each block: the bytes of the file that have been read so far. */
  onProgress?(progress: ImportReport & { bytes: number }): void;
}

/** The file cannot be imported at all: the message says in one line what would be right. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
}

const shownWrongRows = 100;
const entriesAtOnce = 1000;

/**
 * Imports a file of customers, partners or solutions: CSV with a heading, or JSON lines, as its extension says. Rows that are wrong are
 * reported, all others imported. The same file again changes nothing. Memory does not grow with the file.
 * @throws {ImportRefused} before anything is imported.
 * @throws {StoreUnavailable} Some may have been imported. The same file again completes it.
 */
export async function importFile<K extends DirectoryKind>(
  directory: Directory,
  orgId: string,
  kind: K,
  file: string,
  { encoding, onProgress }: ImportOptions = {},
): Promise<ImportReport> {
  const report: ImportReport = { rows: 0, wrong: 0, wrongRows: [], unused: [], added: 0, changed: 0, unchanged: 0 };
  let bytes = 0;
  let entries: Entries[K][] = [];

  async function write(): Promise<void> {
    const { added, changed, unchanged } = await directory.importEntries(orgId, kind, entries);
    report.added += added;
    report.changed += changed;
    report.unchanged += unchanged;
    entries = [];
  }

  function take(row: Row): void {
    report.rows += 1;
    const result = 'values' in row ? entryOf(kind, row.values) : { ok: false as const, problem: row.problem };
    if (result.ok) {
      entries.push(result.entry);
      return;
    }
    report.wrong += 1;
    if (report.wrongRows.length < shownWrongRows) report.wrongRows.push({ line: row.line, problem: result.problem });
  }

  try {
    const lines = linesOf(file, encoding, (more) => {
      bytes += more;
    });
    for await (const rows of rowsOf(kind, file, lines, report.unused)) {
      for (const row of rows) {
        take(row);
        if (entries.length === entriesAtOnce) await write();
      }
      onProgress?.({ ...report, bytes });
    }
  } catch (error) {
    throw refused(error, file, encoding) ?? error;
  }
  if (entries.length > 0) await write();
  return report;
}

type Row = { line: number; values: Values } | WrongRow;

function rowsOf(
  kind: DirectoryKind,
  file: string,
  lines: AsyncIterable<Line[]>,
  unused: string[],
): AsyncIterable<Row[]> {
  switch (extname(file).toLowerCase()) {
    case '.csv':
      return rowsOfCsv(kind, csvRows(lines), unused);
    case '.jsonl':
    case '.ndjson':
      return rowsOfJson(kind, lines, unused);
    default:
      throw new ImportRefused(`${file} must end in .csv, or in .jsonl for JSON lines`);
  }
}

async function* rowsOfCsv(
  kind: DirectoryKind,
  blocks: AsyncIterable<CsvRow[]>,
  unused: string[],
): AsyncGenerator<Row[]> {
  let fields: (string | undefined)[] | undefined;
  for await (const block of blocks) {
    let rows = block;
    if (fields === undefined) {
      const [heading, ...others] = rows;
      if (heading === undefined) continue;
      if ('problem' in heading) throw new ImportRefused(`The heading in line ${heading.line} ${heading.problem}`);
      fields = fieldsOf(kind, heading.fields);
      const missing = missingFields(kind, fields);
      if (missing.length > 0) {
        throw new ImportRefused(
          `The heading in line ${heading.line} has no column for ${missing.join(', ')}. It has: ${heading.fields.join(' | ')}`.slice(
            0,
            1000,
          ),
        );
      }
      unused.push(...heading.fields.filter((name, at) => fields?.[at] === undefined && name.trim() !== ''));
      rows = others;
    }
    const known = fields;
    yield rows.map((row) => ('fields' in row ? { line: row.line, ...valuesOf(row.fields, known) } : row));
  }
  if (fields === undefined) throw new ImportRefused('The file is empty');
}

function valuesOf(texts: string[], fields: (string | undefined)[]): { values: Values } | { problem: string } {
  if (texts.length !== fields.length) {
    return { problem: `has ${texts.length} columns, and the heading has ${fields.length}` };
  }
  const values: Values = {};
  for (const [at, field] of fields.entries()) if (field !== undefined) values[field] = texts[at] ?? '';
  return { values };
}

async function* rowsOfJson(
  kind: DirectoryKind,
  blocks: AsyncIterable<Line[]>,
  unused: string[],
): AsyncGenerator<Row[]> {
  const known = new Map<string, string | undefined>();
  const fieldOf = (name: string) => {
    if (!known.has(name)) {
      const [field] = fieldsOf(kind, [name]);
      // What a file can have of different names is without end.
      if (known.size >= 1000) return field;
      known.set(name, field);
      if (field === undefined) unused.push(name);
    }
    return known.get(name);
  };
  for await (const block of blocks) {
    yield block.map((line) => ('text' in line ? { line: line.line, ...jsonValues(line.text, fieldOf) } : line));
  }
}

function jsonValues(
  text: string,
  fieldOf: (name: string) => string | undefined,
): { values: Values } | { problem: string } {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return { problem: 'is not JSON' };
  }
  if (!isObject(found)) return { problem: 'is not a JSON object' };
  const { address, ...others } = found;
  const values: Values = {};
  for (const [name, value] of Object.entries(isObject(address) ? { ...others, ...address } : found)) {
    const field = fieldOf(name);
    if (field === undefined || value === null) continue;
    if (typeof value === 'object') return { problem: `${field}: must be text` };
    values[field] = String(value);
  }
  return { values };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a wrong file name or a wrong encoding comes to. */
function refused(error: unknown, file: string, encoding: string | undefined): ImportRefused | undefined {
  const { code } = error as { code?: string };
  if (code === 'ENOENT') return new ImportRefused(`There is no file ${file}`, { cause: error });
  if (code === 'EISDIR') return new ImportRefused(`${file} is a folder`, { cause: error });
  if (code === 'EACCES') return new ImportRefused(`${file} may not be read`, { cause: error });
  if (code === 'ERR_ENCODING_NOT_SUPPORTED') {
    return new ImportRefused(`${encoding} is no known encoding: utf-8, utf-16le and windows-1252 are some`, {
      cause: error,
    });
  }
  return undefined;
}
