import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import { type ReadRow, rowsOf } from '../../../src/intake/bulk/rows.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rows-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(content: string): Promise<ReadRow[]> {
  const file = join(folder, 'deals.csv');
  writeFileSync(file, content);
  const rows: ReadRow[] = [];
  for await (const block of rowsOf(file, undefined, [], () => undefined)) rows.push(...block);
  return rows;
}

const notes = (rows: readonly ReadRow[]) => rows.map((row) => ('cells' in row ? row.cells.notes : row.problem));
const filed = (texts: readonly string[], lineEnd: 'unix' | 'windows' = 'windows') =>
  stringify([['Referral ID', 'Notes', 'CRM ID'], ...texts.map((text) => ['x', text, 'y'])], {
    record_delimiter: lineEnd,
    quote_record_delimiter: true,
  });

test.each([
  ['an empty line', 'one\n\nthree'],
  ['several, and spaces', 'one\n\n\n  four'],
  ['quotation marks', 'He said: "Yes"\n"No"\nand "\nnothing'],
  ['what looks like rows', 'a,b\n"x","y"\n"'],
  [
    'many lines',
    Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? '' : `line ${at}`))
      .join('\n')
      .trim(),
  ],
  ['markdown and templates', '**bold** [a](b)\n\u0024{deal.name} {{x}} <at>Ada</at>'],
])('a note with %s is read as it was written', async (_what, note) => {
  for (const lineEnd of ['unix', 'windows'] as const) {
    expect(notes(await read(filed(['before', note, 'after'], lineEnd)))).toEqual(['before', note, 'after']);
  }
});

test('a note is read as it was written where blocks of the file meet', async () => {
  const texts = Array.from({ length: 3000 }, (_, at) =>
    Array.from({ length: 30 }, (_, line) => `${at}-${line}`).join('\n\n'),
  );
  expect(notes(await read(filed(texts)))).toEqual(texts);
});

test('rows are told by the line that they begin in', async () => {
  expect((await read(filed(['a\n\nb', 'c']))).map(({ line }) => line)).toEqual([2, 5]);
});

test('a quotation mark that is never closed costs one row', async () => {
  const rows = Array.from({ length: 5000 }, (_, at) => `x,note ${at},y`);
  rows[1000] = 'x,"note 1000,y';
  rows[3000] = 'x,3" disk,y';
  rows[4999] = 'x,"note 4999,y';
  const found = await read(`Referral ID,Notes,CRM ID\n${rows.join('\n')}\n`);

  expect(found.flatMap((row) => ('problem' in row ? [[row.line, row.problem]] : []))).toEqual([
    [1002, expect.stringMatching(/^has a quotation mark/)],
    [3002, 'has a quotation mark in the wrong place'],
    [5001, 'has a quotation mark that is not closed'],
  ]);
  expect(found).toHaveLength(5000);
});

test('cells that are missing at the end are empty; there may be no others', async () => {
  const rows = await read('Referral ID,CRM ID,Solution 1,Team member 1\nx\nx,y,s,"a, b, c, d",,\nx,,,,too many\n');
  expect(rows).toEqual([
    { line: 2, cells: { dealId: 'x', crmId: '' }, solutions: [], team: [] },
    {
      line: 3,
      cells: { dealId: 'x', crmId: 'y' },
      solutions: [{ heading: 'Solution 1', text: 's' }],
      team: [{ heading: 'Team member 1', text: 'a, b, c, d' }],
    },
    { line: 4, problem: 'has 5 columns, and the heading has 4' },
  ]);
});
