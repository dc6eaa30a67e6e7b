import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Directory } from '../../src/directory/port.ts';
import { openDirectory } from '../../src/store/open.ts';
import { type StoredDocument, StoreUnavailable } from '../../src/store/port.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts';
import { customer, partner } from './invented.ts';

let folder: string;
let file: string;
const opened: { close(): void | Promise<void> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'directory-'));
  file = join(folder, 'cosell.db');
});
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
  rmSync(folder, { recursive: true });
});

async function open(busyTimeoutMs = 5000): Promise<{ store: SqliteStore; directory: Directory }> {
  const store = openSqliteStore({ file, busyTimeoutMs });
  opened.push(store);
  return { store, directory: await openDirectory(store) };
}

/** The file without the store. */
function openRaw(): DatabaseSync {
  const database = new DatabaseSync(file);
  opened.push({ close: () => database.close() });
  return database;
}

function deal(fields: Partial<StoredDocument> = {}): StoredDocument {
  return { orgId: 'nordwind', id: randomUUID(), kind: 'deal', schemaVersion: 1, changeId: randomUUID(), ...fields };
}

const some = (count: number, name = 'Company') =>
  Array.from({ length: count }, (_, at) => customer(`C-${at}`, `${name} ${at}`));

describe('on the connection of the store', () => {
  test('documents and entries are written at the same time, and both are there', async () => {
    const { store, directory } = await open();
    const deals = Array.from({ length: 50 }, () => deal());
    await Promise.all([
      ...deals.slice(0, 25).map((each) => store.create(each)),
      directory.importEntries('nordwind', 'customers', some(100)),
      ...deals.slice(25).map((each) => store.create(each)),
      directory.importEntries('nordwind', 'partners', [partner('1', 'Fabrikam')]),
    ]);

    expect((await store.list({ orgId: 'nordwind', kind: 'deal', limit: 500 })).items).toHaveLength(50);
    expect(await directory.search('nordwind', 'customers', { text: 'company', limit: 15 })).toHaveLength(15);
    expect(await directory.get('nordwind', 'partners', '1')).toBeDefined();
  });

  test('an import is all or nothing', async () => {
    const { directory } = await open();
    const broken = {
      ...customer('2', 'Broken'),
      toJSON: () => {
        throw new Error('broken');
      },
    };

    await expect(directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso'), broken])).rejects.toThrow(
      'broken',
    );
    expect(await directory.search('nordwind', 'customers', { text: '', limit: 15 })).toEqual([]);
    await directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso')]);
    expect(await directory.search('nordwind', 'customers', { text: 'con', limit: 15 })).toHaveLength(1);
  });

  test('an outage is told: the file is closed, or somebody else writes for too long', async () => {
    const { store, directory } = await open(1);
    await directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso')]);
    const other = openRaw();
    other.exec('BEGIN IMMEDIATE');
    await expect(directory.importEntries('nordwind', 'customers', some(1))).rejects.toThrow(StoreUnavailable);
    expect(await directory.search('nordwind', 'customers', { text: 'con', limit: 15 })).toHaveLength(1);
    other.exec('ROLLBACK');
    expect(await directory.importEntries('nordwind', 'customers', some(1))).toMatchObject({ added: 1 });

    await store.close();
    await expect(directory.importEntries('nordwind', 'customers', some(1))).rejects.toThrow(StoreUnavailable);
    await expect(directory.search('nordwind', 'customers', { text: 'con', limit: 15 })).rejects.toThrow(
      StoreUnavailable,
    );
    await expect(directory.get('nordwind', 'customers', '1')).rejects.toThrow(StoreUnavailable);
  });

  test('two directories may be opened on a new file at once, and by two processes', async () => {
    const [first, second] = await Promise.all([open(), open()]);
    await first.directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso')]);

    expect(await second.directory.search('nordwind', 'customers', { text: 'con', limit: 15 })).toHaveLength(1);
  });
});

test('another process that imports does not keep the bot from writing, nor a search from finding', async () => {
  const { store, directory } = await open();
  const source = `
    import { openSqliteStore } from ${JSON.stringify(new URL('../../src/store/sqlite.ts', import.meta.url))};
    import { openDirectory } from ${JSON.stringify(new URL('../../src/store/open.ts', import.meta.url))};
    const store = openSqliteStore({ file: ${JSON.stringify(file)} });
    const directory = await openDirectory(store);
    for (let batch = 0; batch < 10; batch += 1) {
      const entries = Array.from({ length: 1000 }, (_, at) => ({ id: 'C-' + batch + '-' + at, name: 'Company ' + at, address: { country: 'DE' } }));
      await directory.importEntries('nordwind', 'customers', entries);
      console.log('batch');
    }
    await store.close();`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  let written = 0;
  do {
    await store.create(deal());
    written += 1;
    expect(await directory.search('nordwind', 'customers', { text: 'comp', limit: 15 })).toHaveLength(15);
  } while (!(await lines.next()).done);

  expect(await ended).toEqual([0, null]);
  expect(written).toBe(10);
  expect(await directory.search('nordwind', 'customers', { text: 'company 999', limit: 15 })).toHaveLength(10);
});

test('what is killed while it imports leaves a directory that is whole', async () => {
  const { directory } = await open();
  const source = `
    import { openSqliteStore } from ${JSON.stringify(new URL('../../src/store/sqlite.ts', import.meta.url))};
    import { openDirectory } from ${JSON.stringify(new URL('../../src/store/open.ts', import.meta.url))};
    const directory = await openDirectory(openSqliteStore({ file: ${JSON.stringify(file)} }));
    for (let batch = 0; ; batch += 1) {
      const entries = Array.from({ length: 500 }, (_, at) => ({ id: 'C-' + batch + '-' + at, name: 'Company ' + at, address: { country: 'DE' } }));
      await directory.importEntries('nordwind', 'customers', entries);
      console.log(batch);
    }`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = '';
  for await (const line of createInterface(child.stdout)) {
    last = line;
    if (line === '3') child.kill('SIGKILL');
  }

  const entries = Number(openRaw().prepare('SELECT count(*) AS count FROM directory_entries').get()?.count);
  expect(entries % 500).toBe(0);
  expect(entries).toBeGreaterThanOrEqual((Number(last) + 1) * 500);
  openRaw().exec("INSERT INTO directory_words (directory_words) VALUES ('integrity-check')");
  const found = await directory.search('nordwind', 'customers', { text: 'company 499', limit: 15 });
  expect(found).toHaveLength(Math.min(15, entries / 500));
});

test('a search reads the index, however much there is: no statement sorts or reads everything', async () => {
  const { store } = await open();
  const plan = (sql: string) =>
    store.connection
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail);

  expect(
    plan(
      "SELECT e.line FROM directory_terms AS t CROSS JOIN directory_entries AS e ON e.number = t.doc WHERE t.term >= 'a' AND t.term < 'b' ORDER BY t.term",
    ),
  ).toEqual([expect.stringMatching(/^SCAN t VIRTUAL TABLE INDEX /), 'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)']);
});
