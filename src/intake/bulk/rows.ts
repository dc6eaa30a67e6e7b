import { type CsvRow, csvRows } from '../../directory/csv.ts';
import { type Line, linesOf, longestLine } from '../../directory/lines.ts';
import { type ColumnId, type ListName, type Meaning, manyLines, meaningsOf, oneLine } from './columns.ts';
import { original } from './formula.ts';

/** A cell of a list: `Solution 2`. */
export interface ListedCell {
  heading: string;
  text: string;
}

/** What a row of the file says, in plain text. */
export interface BulkRow extends Record<ListName, ListedCell[]> {
  /** Where it begins, counted from 1. */
  line: number;
  /** Absent: the file has no such column. */
  cells: Partial<Record<ColumnId, string>>;
}

export type ReadRow = BulkRow | { line: number; problem: string };

/** The file cannot be imported at all: the message says in one line what would be right. */
class BulkRefused extends Error {
  override readonly name = 'BulkRefused';
}

/** In characters. A quotation mark that is not closed by then was not meant to be opened. */
const longestRow = 4 * longestLine;

/**
 * The rows of a CSV file in Partner Center's columns, block by block, in constant memory; rows without any text are left out.
 * `unused` takes the headings that mean nothing here. `onRead`: as `linesOf`.
 * @throws {BulkRefused} and what `linesOf` throws.
 */
export async function* rowsOf(
  file: string,
  encoding: string | undefined,
  unused: string[],
  onRead: (bytes: number) => void,
): AsyncGenerator<ReadRow[]> {
  let meanings: Meaning[] | undefined;
  for await (const block of csvRows(withWholeRows(linesOf(file, encoding, onRead)))) {
    let rows = block;
    if (meanings === undefined) {
      const [heading, ...others] = block;
      if (heading === undefined) continue;
      meanings = readHeading(heading, unused);
      rows = others;
    }
    const known = meanings;
    yield rows.map((row) => ('fields' in row ? readRow(row, known) : row)).filter((row) => row !== undefined);
  }
  if (meanings === undefined) throw new BulkRefused('The file is empty');
}

function readHeading(heading: CsvRow, unused: string[]): Meaning[] {
  if ('problem' in heading) throw new BulkRefused(`The heading in line ${heading.line} ${heading.problem}`);
  const meanings = meaningsOf(heading.fields);
  const ids = meanings.flatMap((meaning) => (meaning !== undefined && 'id' in meaning ? [meaning.id] : []));
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined)
    throw new BulkRefused(`The heading in line ${heading.line} has two columns for one thing: ${twice}`);
  if (!ids.includes('dealId') && !(ids.includes('name') && ids.includes('customerName'))) {
    const found = heading.fields.join(' | ').slice(0, 500);
    throw new BulkRefused(
      `The heading in line ${heading.line} has neither Referral ID nor Deal Name and Customer Name. It has: ${found}`,
    );
  }
  unused.push(...heading.fields.filter((name, at) => meanings[at] === undefined && name.trim() !== ''));
  return meanings;
}

/** Undefined: there is nothing in it. Cells that are missing at the end are empty ones, which some spreadsheets leave out. */
function readRow(
  { line, fields }: Extract<CsvRow, { fields: string[] }>,
  meanings: readonly Meaning[],
): ReadRow | undefined {
  if (fields.every((field) => field.trim() === '')) return undefined;
  if (fields.slice(meanings.length).some((field) => field.trim() !== '')) {
    return { line, problem: `has ${fields.length} columns, and the heading has ${meanings.length}` };
  }
  const row: BulkRow = { line, cells: {}, solutions: [], team: [] };
  for (const [at, meaning] of meanings.entries()) {
    if (meaning === undefined) continue;
    const text = original((fields[at] ?? '').trim());
    if ('id' in meaning) {
      row.cells[meaning.id] = meaning.id === 'notes' || meaning.id === 'helpNotes' ? manyLines(text) : oneLine(text);
    } else if (text !== '') row[meaning.list].push({ heading: meaning.heading, text: oneLine(text) });
  }
  return row;
}

type TextLine = Extract<Line, { text: string }> & { isOdd: boolean };

/**
 * The lines of each row as one, whose notes may be of any length and have empty lines: `csvRows` takes a row of twenty lines at the
 * most, and `linesOf` leaves empty lines out, but counts them. What cannot be a row stays as it is, for `csvRows` to say what is wrong.
 */
async function* withWholeRows(blocks: AsyncIterable<Line[]>): AsyncGenerator<Line[]> {
  let heading: string | undefined;
  /** Lines that may belong to a row whose end has not been read yet. */
  let open: TextLine[] = [];
  for await (const block of blocks) {
    const texts = block.filter((each) => 'text' in each);
    heading ??= texts[0]?.text;
    const lines = [...open, ...texts.map(counted)];
    const read = await wholeRows(lines, heading ?? '', false);
    open = read.open;
    yield [...block.filter((each) => 'problem' in each), ...read.rows].sort((a, b) => a.line - b.line);
  }
  yield (await wholeRows(open, heading ?? '', true)).rows;
}

function counted(line: Extract<Line, { text: string }>): TextLine {
  return { ...line, isOdd: (line.text.split('"').length - 1) % 2 === 1 };
}

async function wholeRows(
  lines: TextLine[],
  heading: string,
  isEnd: boolean,
): Promise<{ rows: Line[]; open: TextLine[] }> {
  const rows: Line[] = [];
  for (let begin = 0; begin < lines.length; begin += 1) {
    const first = lines[begin] as TextLine;
    const end = first.isOdd ? lines.findIndex(({ isOdd }, at) => at > begin && isOdd) : begin;
    const isTooLong = lengthOf(lines, begin, end < 0 ? lines.length - 1 : end) > longestRow;
    if (end < 0 && !isEnd && !isTooLong) return { rows, open: lines.slice(begin) };
    const row = end <= begin || isTooLong ? undefined : joined(lines.slice(begin, end + 1));
    if (row === undefined || !(await isOneRow(heading, row))) rows.push({ line: first.line, text: first.text });
    else {
      rows.push(row);
      begin = end;
    }
  }
  return { rows, open: [] };
}

/** Counts no further than it must. */
function lengthOf(lines: TextLine[], begin: number, end: number): number {
  let length = 0;
  for (let at = begin; at <= end && length <= longestRow; at += 1) length += lines[at]?.text.length ?? 0;
  return length;
}

/** With the empty lines between them. */
function joined(lines: TextLine[]): TextLine {
  const [first] = lines as [TextLine, ...TextLine[]];
  const text = lines.reduce((before, { text, line }, at) => {
    return at === 0 ? text : `${before}${'\n'.repeat(line - (lines[at - 1]?.line ?? line))}${text}`;
  }, '');
  return { line: first.line, text, isOdd: false };
}

/** Quotation marks in the wrong places may be as many as in the right ones. The heading tells what the columns are separated by. */
async function isOneRow(heading: string, row: TextLine): Promise<boolean> {
  async function* alone(): AsyncGenerator<Line[]> {
    yield [{ line: 0, text: heading }, row];
  }
  const rows: CsvRow[] = [];
  for await (const block of csvRows(alone())) rows.push(...block);
  return rows.length === 2 && rows.every((each) => 'fields' in each);
}
