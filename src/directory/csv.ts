import { CsvError, parse } from 'csv-parse/sync';
import { type Line, longestLine } from './lines.ts';

/** A row of a CSV file with the line that it begins in, or why it cannot be read. */
export type CsvRow = { line: number; fields: string[] } | { line: number; problem: string };

/** A quotation mark that is not closed after so many lines was not meant to be opened. */
const longestRow = 20;

const delimiters = [',', ';', '\t'];

/**
 * The rows of a CSV file, the heading among them. The delimiter is a comma, a semicolon or a tab: whichever the first line has most of.
 * Fields may be quoted and may then have line breaks. What is wrong with the quotation marks of one row costs no other row.
 */
export async function* csvRows(blocks: AsyncIterable<Line[]>): AsyncGenerator<CsvRow[]> {
  let delimiter: string | undefined;
  /** Lines of a row that is not at its end yet. */
  let open: TextLine[] = [];
  for await (const block of blocks) {
    const lines = block.filter((each) => 'text' in each);
    delimiter ??= lines[0] && delimiterOf(lines[0].text);
    const read = rowsOf([...open, ...lines], delimiter, false);
    open = read.open;
    yield [...block.filter((each) => 'problem' in each), ...read.rows].sort((a, b) => a.line - b.line);
  }
  yield rowsOf(open, delimiter, true).rows;
}

type TextLine = Extract<Line, { text: string }>;

function rowsOf(lines: TextLine[], delimiter = ',', isEnd: boolean): { rows: CsvRow[]; open: TextLine[] } {
  // Nearly always each line is a row: then all of them are read at once.
  const fields = parsed(lines, delimiter);
  if (Array.isArray(fields) && fields.length === lines.length) {
    return { rows: fields.map((each, at) => ({ line: lines[at]?.line ?? 0, fields: each })), open: [] };
  }
  const rows: CsvRow[] = [];
  let begin = 0;
  let end = 1;
  while (begin < lines.length) {
    const taken = lines.slice(begin, end);
    const line = taken[0]?.line ?? 0;
    const row = parsed(taken, delimiter);
    if (Array.isArray(row)) {
      rows.push({ line, fields: row[0] ?? [] });
      begin = end;
    } else if (row === 'open' && mayGoOn(taken)) {
      if (end === lines.length && !isEnd) return { rows, open: taken };
      if (end < lines.length) {
        end += 1;
        continue;
      }
      rows.push({ line, problem: unclosed });
      begin += 1;
    } else {
      // Of several lines, only the first is to blame: the others are read again without it.
      rows.push({
        line,
        problem: row === 'open' || taken.length > 1 ? unclosed : 'has a quotation mark in the wrong place',
      });
      begin += 1;
    }
    end = begin + 1;
  }
  return { rows, open: [] };
}

const unclosed = 'has a quotation mark that is not closed';

function mayGoOn(lines: TextLine[]): boolean {
  return lines.length < longestRow && lines.reduce((sum, { text }) => sum + text.length, 0) <= longestLine;
}

/** The rows in these lines; `open` where a quotation mark is not closed at their end; `wrong` where one stands in a wrong place. */
function parsed(lines: TextLine[], delimiter: string): string[][] | 'open' | 'wrong' {
  const text = lines.map((each) => each.text).join('\n');
  try {
    return parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true, trim: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'wrong';
  }
}

function delimiterOf(heading: string): string {
  const unquoted = heading.replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return delimiters.reduce((most, each) => (count(each) > count(most) ? each : most));
}
