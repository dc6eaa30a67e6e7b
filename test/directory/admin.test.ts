import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { runAdmin } from '../../src/admin/build.ts';
import { directoryCommands } from '../../src/admin/directory.ts';
import type { Terminal } from '../../src/admin/progress.ts';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import type { Store } from '../../src/store/port.ts';
import type { SqliteStore } from '../../src/store/sqlite.ts';
import { movableClock } from '../fakes/clock.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';

const clock = movableClock(Date.UTC(2026, 10, 2));
let folder: string;
let temporary: TemporaryStore;
let closed: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'admin-'));
  temporary = temporaryStore();
  closed = 0;
  await found('nordwind');
});
afterEach(async () => {
  await temporary.discard();
  rmSync(folder, { recursive: true });
});

async function found(id: string): Promise<void> {
  const tenants = [`${id}-0000-4000-8000-000000000001`];
  await createOrganisations(temporary.store, clock).create({ id, name: id, tenants });
}

function opening(): Store {
  const store = temporary.reopen();
  const close = store.close.bind(store);
  store.close = () => {
    closed += 1;
    return close();
  };
  return store;
}

async function admin(line: string): Promise<{ code: number; out: string[]; complaints: string[] }> {
  const out: string[] = [];
  const complaints: string[] = [];
  const parts = { openStore: async () => opening(), clock, out: (text: string) => void out.push(text) };
  const code = await runAdmin(line.split(' '), parts, (text) => void complaints.push(text));
  return { code, out, complaints };
}

function fileOf(content: string, name = 'customers.csv'): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const content = 'id,name,city,country,duns,Owner\n1,Contoso,Dublin,IE,480000002,x\n2,Adatum,,DE,,y\n';

test('a file is imported, and imported again', async () => {
  const file = fileOf(content);
  const first = await admin(`directory import customers ${file}`);

  expect(first.code).toBe(0);
  expect(first.out).toEqual([
    'Not used: Owner',
    expect.stringMatching(/^nordwind, customers: 2 rows in \d+\.\d s: 2 added, 0 changed, 0 unchanged, 0 wrong$/),
  ]);
  const again = await admin(`directory import customers ${file} --organisation nordwind`);
  expect(again.out.at(-1)).toMatch(/0 added, 0 changed, 2 unchanged, 0 wrong$/);
  expect(closed).toBe(2);
});

test('wrong rows are told with their lines, and the program ends with 1', async () => {
  const rows = Array.from({ length: 150 }, (_, at) => `${at},,IE`).join('\n');
  const { code, out, complaints } = await admin(
    `directory import customers ${fileOf(`id,name,country\n${rows}\n200,Contoso,IE\n`)}`,
  );

  expect(code).toBe(1);
  expect(out).toHaveLength(102);
  expect(out[0]).toBe('line 2: name: is missing');
  expect(out.slice(99)).toEqual([
    'line 101: name: is missing',
    '… and 50 more wrong rows',
    expect.stringMatching(/151 rows in .*: 1 added, 0 changed, 0 unchanged, 150 wrong$/),
  ]);
  expect(complaints).toEqual([
    '150 of 151 rows are wrong and were not imported: correct them and import the file again',
  ]);
});

test('what was imported is found by a search', async () => {
  await admin(`directory import customers ${fileOf(content)}`);

  expect((await admin('directory search customers cont')).out).toEqual([
    'ID  NAME     D-U-N-S    ADDRESS',
    '1   Contoso  480000002  Dublin, IE',
  ]);
  expect((await admin('directory search customers --country de')).out).toHaveLength(2);
  expect((await admin('directory search customers nothing at all')).out).toEqual(['nordwind has no such customers']);
  await admin(`directory import solutions ${fileOf('{"id":"S","name":"X","kind":"own","eligible":true}', 's.jsonl')}`);
  expect((await admin('directory search solutions x')).out[1]).toBe('S   X     own              eligible');
  await admin(
    `directory import partners ${fileOf('id;name;transacts;organisation\n1;Fabrikam;yes;fabrikam', 'p.csv')}`,
  );
  expect((await admin('directory search partners fab')).out[1]).toBe('1   Fabrikam           fabrikam');
});

test.each([
  ['directory import customers none.csv', /^There is no file none\.csv$/],
  ['directory import customers none.xlsx', /must end in \.csv/],
  ['directory import things x.csv', /Allowed choices are customers, partners, solutions/],
  ['directory import customers', /missing required argument 'file'/],
  ['directory search customers --organisation none', /There is no organisation none/],
])('%s is refused in one line', async (line, message) => {
  const { code, complaints } = await admin(line);
  expect(code).toBe(1);
  expect(complaints).toEqual([expect.stringMatching(message)]);
});

test('the organisation has to be named where there are several', async () => {
  await found('fabrikam');
  const file = fileOf(content);

  expect((await admin(`directory import customers ${file}`)).complaints).toEqual([
    'Say which organisation by --organisation: fabrikam, nordwind',
  ]);
  await admin(`directory import customers ${file} -o fabrikam`);
  expect((await admin('directory search customers -o nordwind')).out).toEqual(['nordwind has no such customers']);
});

test('an outage says that the file is to be imported again', async () => {
  const file = fileOf(content);
  await admin(`directory import customers ${file}`);
  const other = new DatabaseSync((opening() as SqliteStore).connection.location() ?? '');
  other.exec('BEGIN IMMEDIATE');
  const { code, complaints } = await admin(`directory import customers ${file}`);
  other.close();

  expect(code).toBe(1);
  expect(complaints).toEqual([
    'The database does not answer: database is locked. Some rows may have been imported: import the file again',
  ]);
}, 20_000);

test('the help names the columns of each kind', async () => {
  const { out } = await admin('directory import --help');
  expect(out.join('\n')).toMatch(
    /Columns of customers.*postalCode.*Columns of partners.*transacts.*Columns of solutions/s,
  );
});

async function importOn(terminal: Terminal, file: string): Promise<string[]> {
  const out: string[] = [];
  const parts = { openStore: async () => opening(), clock, out: (text: string) => void out.push(text) };
  const program = new Command().exitOverride();
  directoryCommands(program, parts, terminal);
  await program.parseAsync(['directory', 'import', 'customers', file], { from: 'user' });
  return out;
}

test('progress is a bar on a terminal, which is gone at the end', async () => {
  const terminal: PassThrough & { isTTY?: boolean; columns?: number } = new PassThrough();
  terminal.isTTY = true;
  terminal.columns = 120;
  const rows = Array.from({ length: 20_000 }, (_, at) => `${at},Company ${at},IE`).join('\n');
  const out = await importOn(terminal, fileOf(`id,name,country\n${rows}\n`));

  expect(String(terminal.read())).toMatch(/█+░* +\d+ % +[\d,]+ rows read, 0 wrong/);
  expect(out).toHaveLength(1);
});

test('progress is a line for each 100,000 rows elsewhere', async () => {
  const rows = Array.from({ length: 130_000 }, (_, at) => `${at % 100},C,IE`).join('\n');
  const out = await importOn(new PassThrough(), fileOf(`id,name,country\n${rows}\n`));

  expect(out).toHaveLength(2);
  expect(out[0]).toMatch(/^1\d\d,\d{3} rows read, 0 wrong$/);
}, 30_000);
