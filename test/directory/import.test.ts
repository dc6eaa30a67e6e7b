import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DirectoryKind, directoryKinds } from '../../src/directory/entry.ts';
import { type ImportOptions, ImportRefused, type ImportReport, importFile } from '../../src/directory/import.ts';
import { longestLine } from '../../src/directory/lines.ts';
import type { Directory } from '../../src/directory/port.ts';
import { openDirectory } from '../../src/store/open.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';

let folder: string;
let temporary: TemporaryStore;
let directory: Directory;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
  temporary = temporaryStore();
  directory = await openDirectory(temporary.store);
});
afterEach(async () => {
  await temporary.discard();
  rmSync(folder, { recursive: true });
});

async function importText(
  content: string | Buffer,
  { kind = 'customers', name = 'file.csv', ...options }: ImportOptions & { kind?: DirectoryKind; name?: string } = {},
): Promise<ImportReport> {
  const file = join(folder, name);
  writeFileSync(file, content);
  return importFile(directory, 'nordwind', kind, file, options);
}

const everything = (kind: DirectoryKind = 'customers') => directory.search('nordwind', kind, { text: '', limit: 15 });
const customerNames = async () => (await everything()).map(({ name }) => name);

const heading = 'id,name,addressLine1,city,state,postalCode,country,duns';

describe('a CSV file', () => {
  test('of customers is imported with all its columns', async () => {
    const report = await importText(`${heading}\nC-1,Contoso Retail,1 Market Sq,Dublin,Leinster,D02,IE,480000002\n`);

    expect(report).toEqual({ rows: 1, added: 1, changed: 0, unchanged: 0, wrong: 0, wrongRows: [], unused: [] });
    expect(await everything()).toEqual([
      {
        id: 'C-1',
        name: 'Contoso Retail',
        address: { addressLine1: '1 Market Sq', city: 'Dublin', state: 'Leinster', postalCode: 'D02', country: 'IE' },
        duns: '480000002',
      },
    ]);
  });

  test('of partners and of solutions is imported', async () => {
    await importText('MPN ID;Firma;Land;Transacts;Organisation\n41;Fabrikam;Irland;ja;fabrikam\n42;Adatum;;Nein;\n', {
      kind: 'partners',
    });
    await importText(
      'Solution ID\tTitle\tType\tVendor\teligible\nS-1\tLakehouse\tOwn\t\tyes\nS-2\tBackup\tThird party\tFabrikam\t\n',
      { kind: 'solutions' },
    );

    expect(await directory.get('nordwind', 'partners', '41')).toEqual({
      id: '41',
      name: 'Fabrikam',
      country: 'IE',
      transacts: true,
      organisationId: 'fabrikam',
    });
    expect(await directory.get('nordwind', 'partners', '42')).toEqual({ id: '42', name: 'Adatum', transacts: false });
    expect(await everything('solutions')).toEqual([
      { id: 'S-2', name: 'Backup', kind: 'thirdParty', publisher: 'Fabrikam', eligible: false },
      { id: 'S-1', name: 'Lakehouse', kind: 'own', eligible: true },
    ]);
  });

  test.each([
    ['commas', 'id,name,country\n1,Contoso,IE'],
    ['semicolons', 'id;name;country\n1;Contoso;IE'],
    ['tabs', 'id\tname\tcountry\n1\tContoso\tIE'],
    ['commas within a quoted heading', '"id";"name, long";name;country\n1;x;Contoso;IE'],
    ['CR LF', 'id,name,country\r\n1,Contoso,IE\r\n'],
    ['empty lines', '\n\nid,name,country\n\n1,Contoso,IE\n\n'],
    ['everything quoted', '"id","name","country"\n"1","Contoso","IE"\n'],
    ['spaces around', ' id , name , country \n 1 , "Contoso" , IE \n'],
    ['other headings', 'Kundennummer;Firma;Länderkürzel\n1;Contoso;ie\n'],
    ['headings in other words', 'Account ID,ACCOUNT-NAME,Country/Region\n1,Contoso,Ireland\n'],
    ['two headings for one field', 'id,Account,Account Name,country\n1,A-77,Contoso,IE\n'],
    ['empty columns', 'id,name,country,,\n1,Contoso,IE,,\n'],
  ])('may have %s', async (_what, content) => {
    expect(await importText(content)).toMatchObject({ added: 1, wrong: 0 });
    expect(await everything()).toEqual([{ id: '1', name: 'Contoso', address: { country: 'IE' } }]);
  });

  test('may have quotation marks, delimiters and line breaks in quoted fields', async () => {
    const report = await importText(
      'id,name,street,country\n1,"Contoso, ""the"" company","Building 1\r\nGate 2\n\nLeft",IE\n2,Adatum,,IE\n3,"","",IE\n',
    );

    expect(report.wrongRows).toEqual([{ line: 7, problem: 'name: is missing' }]);
    expect(await everything()).toEqual([
      { id: '2', name: 'Adatum', address: { country: 'IE' } },
      { id: '1', name: 'Contoso, "the" company', address: { addressLine1: 'Building 1 Gate 2 Left', country: 'IE' } },
    ]);
  });

  test.each([
    ['Germany', 'DE'],
    ['Deutschland', 'DE'],
    ['de', 'DE'],
    ['UK', 'GB'],
    ['Österreich', 'AT'],
    ['OESTERREICH', undefined],
    ['Switzerland', 'CH'],
    ['United Kingdom', 'GB'],
    ['Vereinigtes Königreich', 'GB'],
    ['Norwegen', 'NO'],
    ['XX', undefined],
    ['Atlantis', undefined],
  ])('may say %s for a country', async (text, code) => {
    const { wrongRows } = await importText(`id,name,country\n1,Contoso,${text}\n`);
    expect((await everything())[0]).toEqual(code && { id: '1', name: 'Contoso', address: { country: code } });
    expect(wrongRows).toEqual(
      code === undefined ? [{ line: 2, problem: 'country: must be a two-letter ISO 3166 country code' }] : [],
    );
  });

  test('without an id takes the D-U-N-S number, which may have hyphens', async () => {
    await importText('name,country,D-U-N-S\nContoso,IE,48-000-0002\n');
    expect(await everything()).toEqual([
      { id: '480000002', name: 'Contoso', address: { country: 'IE' }, duns: '480000002' },
    ]);
  });

  test('tells which columns are not used', async () => {
    const { unused } = await importText('id,name,country,Umsatz,,Owner\n1,Contoso,IE,3,,x\n');
    expect(unused).toEqual(['Umsatz', 'Owner']);
  });
});

describe('a wrong row', () => {
  test.each([
    ['1,,IE,', 'name: is missing'],
    ['1,Contoso,,', 'country: is missing'],
    ['1,Contoso,Atlantis,', 'country: must be a two-letter ISO 3166 country code'],
    ['1,Contoso,IE,12345678', 'duns: must be nine digits'],
    ['1,Contoso,IE,ABC', 'duns: must be nine digits'],
    [',Contoso,IE,', 'id: is missing'],
    ['a/b,Contoso,IE,', 'id: must not have / \\ ? #'],
    ['1,!!!,IE,', 'name: must have a letter or a digit'],
    [`1,${'x'.repeat(201)},IE,`, 'name: must have at most 200 characters'],
    [`${'x'.repeat(101)},Contoso,IE,`, 'id: must have at most 100 characters'],
    [
      '1,,Atlantis,7',
      'name: is missing; country: must be a two-letter ISO 3166 country code; duns: must be nine digits',
    ],
    ['1,Contoso', 'has 2 columns, and the heading has 4'],
    ['1,Contoso,Ltd,IE,', 'has 5 columns, and the heading has 4'],
    ['1,Contoso "the" company,IE,', 'has a quotation mark in the wrong place'],
    ['1,"Contoso" company,IE,', 'has a quotation mark in the wrong place'],
    ['1,"Contoso,IE,', 'has a quotation mark that is not closed'],
  ])('%j', async (row, problem) => {
    const report = await importText(`id,name,country,duns\n0,Before,IE,\n${row}\n2,After,IE,\n`);

    expect(report).toMatchObject({ rows: 3, added: 2, wrong: 1, wrongRows: [{ line: 3, problem }] });
    expect(await customerNames()).toEqual(['After', 'Before']);
  });

  test.each<[kind: DirectoryKind, content: string, problem: string]>([
    ['partners', 'id,name,transacts\n1,Fabrikam,', 'transacts: is missing'],
    ['partners', 'id,name,transacts\n1,Fabrikam,perhaps', 'transacts: must be yes or no'],
    [
      'partners',
      'id,name,transacts,country\n1,Fabrikam,yes,Atlantis',
      'country: must be a two-letter ISO 3166 country code',
    ],
    ['solutions', 'id,name,kind\n1,Lakehouse,', 'kind: is missing'],
    ['solutions', 'id,name,kind\n1,Lakehouse,other', 'kind: must be one of own, microsoft, thirdParty'],
    ['solutions', 'id,name,kind,eligible\n1,Lakehouse,own,perhaps', 'eligible: must be yes or no'],
    [
      'solutions',
      'id,name,kind,eligible\n1,Lakehouse,constructor,__proto__',
      'kind: must be one of own, microsoft, thirdParty; eligible: must be yes or no',
    ],
  ])('of %s: %j', async (kind, content, problem) => {
    expect((await importText(content, { kind })).wrongRows).toEqual([{ line: 2, problem }]);
  });

  test('with an open quotation mark costs no other row', async () => {
    const rows = ['1,"Open,IE', '2,Second,IE', '3,"Third",IE', '4,"Open again,IE', '5,Fifth,IE', '6,"Sixth "" x",IE'];
    const report = await importText(`id,name,country\n${rows.join('\n')}\n`);

    expect(report.wrongRows.map(({ line }) => line)).toEqual([2, 5]);
    expect(await customerNames()).toEqual(['Fifth', 'Second', 'Sixth " x', 'Third']);
  });

  test('with an open quotation mark costs none of thousands that follow', async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => `${at},${at === 1500 ? '"' : ''}Company ${at},IE`);
    const report = await importText(`id,name,country\n${rows.join('\n')}\n`);

    expect(report).toMatchObject({ rows: 3000, added: 2999, wrong: 1 });
    expect(report.wrongRows).toEqual([{ line: 1502, problem: 'has a quotation mark that is not closed' }]);
  });

  test('is counted with the lines of quoted line breaks', async () => {
    const report = await importText('id,name,country\n1,"Con\ntoso",IE\n2,,IE\n\n3,"Ada\n\ntum",Atlantis\n4,,IE\n');
    expect(report.wrongRows.map(({ line }) => line)).toEqual([4, 6, 9]);
  });

  test('is one of many: the first hundred are told, all are counted', async () => {
    const rows = Array.from({ length: 2500 }, (_, at) => (at % 2 === 0 ? `${at},Company ${at},IE` : `${at},,IE`));
    const report = await importText(`id,name,country\n${rows.join('\n')}`);

    expect(report).toMatchObject({ rows: 2500, added: 1250, wrong: 1250 });
    expect(report.wrongRows).toHaveLength(100);
    expect(report.wrongRows.at(-1)).toEqual({ line: 201, problem: 'name: is missing' });
  });

  test.each([
    ['file.csv', 'id,name,country\n1,Before,IE', '2,CONTENT,IE', '3,After,IE'],
    [
      'file.jsonl',
      '\n{"id":1,"name":"Before","country":"IE"}',
      '{"id":2,"name":"CONTENT"}',
      '{"id":3,"name":"After","country":"IE"}',
    ],
  ])('is too long (%s)', async (name, before, row, after) => {
    for (const letters of [longestLine, 3 * longestLine, 20 * longestLine]) {
      const content = [before, row.replace('CONTENT', 'x'.repeat(letters)), after].join('\n');
      expect(await importText(content, { name })).toMatchObject({
        rows: 3,
        wrongRows: [{ line: 3, problem: `is longer than ${longestLine} characters` }],
      });
    }
    expect(await customerNames()).toEqual(['After', 'Before']);
  });
});

describe('again', () => {
  const content = `id,name,country\n${Array.from({ length: 2500 }, (_, at) => `${at},Company ${at},IE`).join('\n')}`;

  test('the same file changes nothing', async () => {
    await importText(content);
    const before = await everything();

    expect(await importText(content)).toMatchObject({ added: 0, changed: 0, unchanged: 2500, wrong: 0 });
    expect(await importText(content.replaceAll('\n', '\r\n'))).toMatchObject({ added: 0, changed: 0, unchanged: 2500 });
    expect(await everything()).toEqual(before);
  });

  test('a changed file changes what it changes', async () => {
    await importText(content);
    const report = await importText(`${content.replace('Company 7,', 'Renamed,')}\n2500,New,IE\n`);

    expect(report).toMatchObject({ added: 1, changed: 1, unchanged: 2499 });
    expect(await directory.search('nordwind', 'customers', { text: 'renamed', limit: 15 })).toHaveLength(1);
  });

  test('a file whose import broke off completes it', async () => {
    let batches = 0;
    const { importEntries } = directory;
    const broken: Directory = {
      get: directory.get.bind(directory),
      search: directory.search.bind(directory),
      async importEntries(...args) {
        batches += 1;
        if (batches === 2) throw new StoreUnavailable('gone');
        return importEntries.apply(directory, args as never);
      },
    };
    const file = join(folder, 'file.csv');
    writeFileSync(file, content);

    await expect(importFile(broken, 'nordwind', 'customers', file)).rejects.toThrow(StoreUnavailable);
    expect(await importText(content)).toMatchObject({ added: 1500, changed: 0, unchanged: 1000 });
  });
});

describe('JSON lines', () => {
  test('have the fields of an entry, with the address within or beside', async () => {
    const report = await importText(
      [
        '{"id":"1","name":"Contoso","address":{"addressLine1":"1 Market Sq","city":"Dublin","country":"IE"},"duns":480000002}',
        '{"id":2,"name":"Adatum","country":"Germany","city":null,"revenue":[1]}',
      ].join('\n'),
      { name: 'file.jsonl' },
    );

    expect(report).toMatchObject({ rows: 2, added: 2, wrong: 0, unused: ['revenue'] });
    expect(await everything()).toEqual([
      { id: '2', name: 'Adatum', address: { country: 'DE' } },
      {
        id: '1',
        name: 'Contoso',
        address: { addressLine1: '1 Market Sq', city: 'Dublin', country: 'IE' },
        duns: '480000002',
      },
    ]);
  });

  test('may have truths and kinds as JSON or as words', async () => {
    await importText('{"id":"1","name":"A","transacts":true}\n{"id":"2","name":"B","transacts":"yes"}', {
      kind: 'partners',
      name: 'file.ndjson',
    });
    await importText('{"id":"1","name":"A","kind":"thirdParty","eligible":true}', {
      kind: 'solutions',
      name: 'x.JSONL',
    });

    expect(await everything('partners')).toHaveLength(2);
    expect(await everything('solutions')).toEqual([{ id: '1', name: 'A', kind: 'thirdParty', eligible: true }]);
  });

  test.each([
    ['{"id":"1",', 'is not JSON'],
    ['[1]', 'is not a JSON object'],
    ['"text"', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    ['{}', 'id: is missing; name: is missing; country: is missing'],
    ['{"id":"1","name":{"first":"C"},"country":"IE"}', 'name: must be text'],
    ['{"id":"1","name":"C","country":"IE","duns":4}', 'duns: must be nine digits'],
    ['{"__proto__":{"name":"x"},"constructor":"y","id":"1","country":"IE"}', 'name: is missing'],
  ])('are wrong: %j', async (row, problem) => {
    const right = (id: string) => `{"id":"${id}","name":"Right","country":"IE"}`;
    const report = await importText(`${right('0')}\n\n${row}\n${right('2')}`, { name: 'file.jsonl' });
    expect(report).toMatchObject({ rows: 3, added: 2, wrong: 1, wrongRows: [{ line: 3, problem }] });
  });
});

describe('an encoding', () => {
  const content = 'id;name;country\n1;Müller & Söhne ß €;DE\n';

  test('is UTF-8, with a byte order mark or without', async () => {
    expect(await importText(content)).toMatchObject({ added: 1 });
    expect(await importText(`\ufeff${content}`)).toMatchObject({ unchanged: 1 });
    expect(await importText(`\ufeff"id";"name";"country"\n1;"Müller & Söhne ß €";DE\n`)).toMatchObject({
      unchanged: 1,
    });
  });

  test('is UTF-16 where the byte order mark says so', async () => {
    await importText(content);
    const little = Buffer.from(`\ufeff${content}`, 'utf16le');
    expect(await importText(little)).toMatchObject({ unchanged: 1, wrong: 0 });
    expect(await importText(Buffer.from(little).swap16())).toMatchObject({ unchanged: 1, wrong: 0 });
  });

  test('is another one where it is named', async () => {
    await importText(content);
    const bytes = Buffer.from(content.replace('€', '\x80'), 'latin1');
    expect(await importText(bytes, { encoding: 'windows-1252' })).toMatchObject({ unchanged: 1, wrong: 0 });
  });

  test('that is not UTF-8 makes the rows wrong that show it, and no others', async () => {
    const bytes = Buffer.from('id;name;country\n1;Müller;DE\n2;Contoso;DE\n', 'latin1');
    expect(await importText(bytes)).toMatchObject({
      added: 1,
      wrongRows: [{ line: 2, problem: expect.stringMatching(/^has bytes that are not UTF-8/) }],
    });
  });

  test('is read rightly where a block of the file ends within a letter', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => `${at};${'ä€🏭'.repeat(1 + (at % 7))} ${at};DE`);
    expect(await importText(`id;name;country\n${rows.join('\n')}`)).toMatchObject({ added: 20_000, wrong: 0 });
    expect((await directory.get('nordwind', 'customers', '19999'))?.name).toBe('ä€🏭 19999');
  });
});

describe('a file is refused', () => {
  test.each([
    ['that is empty', '', 'The file is empty'],
    ['without a heading for the name', 'id,country\n1,IE', 'no column for name. It has: id | country'],
    ['without any id', 'name,country\nContoso,IE', 'no column for id or duns'],
    ['that has none of our headings', '\0\0\0\nx', 'no column for id or duns, name, country'],
    [
      'with a wrong heading',
      '"id,name,country\n1,Contoso,IE',
      'The heading in line 1 has a quotation mark that is not closed',
    ],
  ])('%s', async (_what, content, message) => {
    await expect(importText(content)).rejects.toThrow(ImportRefused);
    await expect(importText(content)).rejects.toThrow(message);
  });

  test('that is not there, is a folder, or has another extension', async () => {
    const refused = (file: string) => importFile(directory, 'nordwind', 'customers', file);

    await expect(refused(join(folder, 'none.csv'))).rejects.toThrow(/^There is no file .*none\.csv$/);
    await expect(refused(join(folder, 'none.xlsx'))).rejects.toThrow(/must end in \.csv, or in \.jsonl/);
    mkdirSync(join(folder, 'folder.csv'));
    await expect(refused(join(folder, 'folder.csv'))).rejects.toThrow(/is a folder$/);
  });

  test('in an encoding that nobody knows', async () => {
    await expect(importText('id,name,country\n', { encoding: 'klingon' })).rejects.toThrow(
      'klingon is no known encoding',
    );
  });
});

test('progress is told: bytes up to the size of the file, and rows', async () => {
  const content = `id,name,country\n${Array.from({ length: 50_000 }, (_, at) => `${at},Company ${at},IE`).join('\n')}`;
  const seen: { bytes: number; rows: number }[] = [];
  await importText(content, { onProgress: ({ bytes, rows }) => seen.push({ bytes, rows }) });

  expect(seen.length).toBeGreaterThan(2);
  expect(seen.at(-1)).toEqual({ bytes: content.length, rows: 50_000 });
  expect(seen.map(({ rows }) => rows)).toEqual(seen.map(({ rows }) => rows).toSorted((a, b) => a - b));
});

test('what CSV and JSON lines can say is read back as it was, whatever is in it', async () => {
  const text = fc
    .string({ unit: fc.constantFrom(...'ab ,;"\t\n\r\'äß🏭\\|'), maxLength: 20 })
    .filter((each) => /[ab]/.test(each));
  const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 8 }), async (names) => {
      const tidy = names.map((name) => name.replaceAll(/\s+/g, ' ').trim());
      const csv = `id;name;country\n${names.map((name, at) => `${at};${quoted(name)};DE\n`).join('')}`;
      const json = names.map((name, id) => JSON.stringify({ id, name, country: 'DE' })).join('\n');
      expect(await importText(csv)).toMatchObject({ rows: names.length, wrong: 0 });
      expect(await importText(json, { name: 'file.jsonl' })).toMatchObject({ unchanged: names.length });
      for (const [at, name] of tidy.entries()) {
        expect((await directory.get('nordwind', 'customers', String(at)))?.name).toBe(name);
      }
    }),
    { numRuns: 60 },
  );
});

test('the sample directories of the demo are right, and have what its stories need', async () => {
  for (const kind of directoryKinds) {
    const file = new URL(`../../scripts/demo/directory/${kind}.csv`, import.meta.url).pathname;
    const report = await importFile(directory, 'nordwind', kind, file);
    expect(report).toMatchObject({ wrong: 0, unused: [] });
    expect(report.added).toBeGreaterThan({ customers: 190, partners: 25, solutions: 20 }[kind]);
    expect(await importFile(directory, 'nordwind', kind, file)).toMatchObject({ added: 0, changed: 0 });
  }

  const contoso = await directory.search('nordwind', 'customers', { text: 'contoso ret', country: 'IE', limit: 15 });
  expect(new Set(contoso.map(({ duns }) => duns)).size).toBe(4);
  expect(await directory.search('nordwind', 'partners', { text: 'fabrikam cloud ltd', limit: 1 })).toMatchObject([
    { organisationId: 'fabrikam', transacts: true },
  ]);
  expect(await directory.get('nordwind', 'solutions', 'SOL-0001-ABC')).toMatchObject({ kind: 'own', eligible: true });
  expect(await directory.get('nordwind', 'solutions', 'SOL-0002-DEF')).toMatchObject({ kind: 'own' });
});
