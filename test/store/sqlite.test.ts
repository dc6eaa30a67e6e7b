import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ListQuery, StoreConflict, type StoredDocument, StoreUnavailable } from '../../src/store/port.ts';
import { dueSql, listStatement, openSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts';
import { committing, type Write } from '../../src/store/sqlite-writes.ts';

let folder: string;
let file: string;
const opened: { close(): void | Promise<void> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
  file = join(folder, 'cosell.db');
});

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
  rmSync(folder, { recursive: true });
});

function open(busyTimeoutMs = 5000): SqliteStore {
  const store = openSqliteStore({ file, busyTimeoutMs });
  opened.push(store);
  return store;
}

/** The file without the store. */
function openRaw(): DatabaseSync {
  const database = new DatabaseSync(file);
  opened.push({ close: () => (database.isOpen ? database.close() : undefined) });
  return database;
}

function deal(fields: Partial<StoredDocument> & { text?: string } = {}): StoredDocument {
  return { orgId: 'contoso', id: randomUUID(), kind: 'deal', schemaVersion: 1, changeId: randomUUID(), ...fields };
}

/** The write that creates a document. */
function creation(document: StoredDocument): Write {
  const { orgId, id, kind } = document;
  return {
    kind: 'create',
    orgId,
    id,
    version: 1,
    row: [null, '~', null, 0, JSON.stringify(document), kind],
    tagged: undefined,
  };
}

/** How many transactions the write-ahead log holds: a frame that ends one has the file's new size in its header. */
function commits(): number {
  const log = readFileSync(`${file}-wal`);
  const frameSize = 24 + log.readUInt32BE(8);
  let count = 0;
  for (let frame = 32; frame < log.length; frame += frameSize) count += log.readUInt32BE(frame + 4) === 0 ? 0 : 1;
  return count;
}

/** Starts a process that has `openSqliteStore`, `file` and `deal(id)` and runs the given code. */
function startProcess(code: string, flags: string[] = []) {
  const source = `
    import { openSqliteStore } from ${JSON.stringify(new URL('../../src/store/sqlite.ts', import.meta.url))};
    const file = ${JSON.stringify(file)};
    const deal = (id) => ({ orgId: 'contoso', id, kind: 'deal', schemaVersion: 1, changeId: id });
    ${code}`;
  const child = spawn(process.execPath, [...flags, '--no-warnings', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, lines: createInterface(child.stdout), ended };
}

describe('group commit', () => {
  test('writes of one turn share one transaction', async () => {
    const store = open();
    const before = commits();
    const documents = Array.from({ length: 50 }, () => deal());
    const versions = await Promise.all(documents.map((each) => store.create(each)));
    expect(commits() - before).toBe(1);

    await Promise.all([
      ...documents.slice(1).map(({ id }, i) => store.replace(deal({ id }), versions[i + 1] ?? '')),
      store.remove('contoso', documents[0]?.id ?? '', versions[0] ?? ''),
    ]);
    expect(commits() - before).toBe(2);
  });

  test('a write that conflicts, or that the table refuses, is the only one that fails', async () => {
    const store = open();
    const [taken, good, alsoGood] = [deal(), deal(), deal()];
    await store.create(taken);
    const outcomes = await Promise.allSettled([
      store.create(good),
      store.create(deal({ id: taken.id })),
      store.replace(deal({ id: taken.id }), '7'),
      store.create(deal({ id: 'no/id' })),
      store.create(alsoGood),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(outcomes.slice(1, 3)).toEqual([
      { status: 'rejected', reason: expect.any(StoreConflict) },
      { status: 'rejected', reason: expect.any(StoreConflict) },
    ]);
    const another = open();
    for (const each of [taken, good, alsoGood]) expect((await another.get('contoso', each.id))?.document).toEqual(each);
  });

  test('of two replaces of one version in one turn, one wins', async () => {
    const store = open();
    const first = deal();
    const version = await store.create(first);
    const outcomes = await Promise.allSettled([1, 2].map(() => store.replace(deal({ id: first.id }), version)));

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('what is written is the document as it was when the write was asked for', async () => {
    const store = open();
    const document = deal({ status: 'pending' });
    const written = store.create(document);
    document.status = 'won';
    await written;

    expect((await store.get('contoso', document.id))?.document.status).toBe('pending');
  });

  test('closing commits what is queued, and what came while the last of it was under way', async () => {
    const store = open();
    const [first, second] = [deal(), deal()];
    const writes = [store.create(first)];
    await new Promise(setImmediate);
    writes.push(store.create(second));
    await store.close();
    await Promise.all(writes);

    const again = open();
    for (const each of [first, second]) expect((await again.get('contoso', each.id))?.document).toEqual(each);
    await expect(store.create(deal())).rejects.toThrow(StoreUnavailable);
    await expect(store.get('contoso', first.id)).rejects.toThrow(StoreUnavailable);
  });
});

describe('an outage', () => {
  test('while another process is writing for too long, all writes of the turn fail and none is done', async () => {
    const store = open(0);
    const other = openRaw();
    other.exec('BEGIN IMMEDIATE');
    const documents = [deal(), deal()];
    const outcomes = await Promise.allSettled(documents.map((each) => store.create(each)));
    other.exec('ROLLBACK');

    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(StoreUnavailable) });
    for (const each of documents) await store.create(each);
  });

  test('when the commit fails, none of its writes is done, and the next transaction goes well', async () => {
    await open().close();
    const database = openRaw();
    const exec = database.exec.bind(database);
    database.exec = (sql) => {
      if (sql !== 'COMMIT') return exec(sql);
      database.exec = exec;
      throw new Error('disk I/O error');
    };
    const commit = committing(database);
    const writes = [creation(deal()), creation(deal())];

    expect(commit(writes)).toEqual({ kind: 'outage', reason: 'disk I/O error' });
    expect(commit(writes)).toEqual({ kind: 'committed', outcomes: [{ kind: 'done' }, { kind: 'done' }] });
  });

  test('when the disk is full, none of the writes is done', async () => {
    await open().close();
    const database = openRaw();
    database.exec('PRAGMA max_page_count = 40');
    const commit = committing(database);
    const [small, huge] = [creation(deal()), creation(deal({ text: 'x'.repeat(1_000_000) }))];

    expect(commit([small, huge])).toEqual({ kind: 'outage', reason: 'database or disk is full' });
    expect(commit([small])).toEqual({ kind: 'committed', outcomes: [{ kind: 'done' }] });
  });

  test('a file that is gone from under the store is told to each writer, and so is what follows', async () => {
    const gone = join(folder, 'gone');
    mkdirSync(gone);
    const store = openSqliteStore({ file: join(gone, 'cosell.db') });
    opened.push(store);
    rmSync(gone, { recursive: true });

    // The thread that writes has not opened it yet.
    for (const _ of [1, 2]) await expect(store.create(deal())).rejects.toThrow(StoreUnavailable);
  });

  test('where no thread can be started, each writer is told, and the program goes on', async () => {
    const { lines, ended } = startProcess(
      `const store = openSqliteStore({ file });
      for (const id of ['a', 'b']) await store.create(deal(id)).catch((error) => console.log(error.name));
      await store.close();`,
      ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'],
    );
    const told: string[] = [];
    for await (const line of lines) told.push(line);
    expect(told).toEqual(['StoreUnavailable', 'StoreUnavailable']);
    expect(await ended).toBe(0);
  });

  test('kill -9 loses no write that was acknowledged', async () => {
    const { child, lines, ended } = startProcess(`
      const store = openSqliteStore({ file });
      const write = async (id) => { await store.create(deal(id)); process.stdout.write(id + '\\n'); };
      for (let i = 0; ; i++) await Promise.all([write(i + 'a'), write(i + 'b'), write(i + 'c')]);`);
    const acknowledged: string[] = [];
    for await (const id of lines) {
      acknowledged.push(id);
      if (acknowledged.length === 100) child.kill('SIGKILL');
    }
    await ended;

    expect(child.signalCode).toBe('SIGKILL');
    expect(acknowledged.length).toBeGreaterThanOrEqual(100);
    const store = open();
    for (const id of acknowledged) expect((await store.get('contoso', id))?.document.changeId).toBe(id);
  });
});

describe('opening', () => {
  test.each([
    ['all find it empty', 'BEGIN EXCLUSIVE'],
    ['all have seen that it has no table yet', 'PRAGMA journal_mode = WAL; BEGIN IMMEDIATE'],
  ])('several processes may create one file at the same time: %s', async (_what, lock) => {
    const raw = openRaw();
    raw.exec(lock);
    const processes = [1, 2, 3, 4].map((n) =>
      startProcess(`
        console.log('opening');
        const store = openSqliteStore({ file });
        for (let i = 0; i < 10; i++) await store.create(deal('${n}-' + i));
        await store.close();`),
    );
    await Promise.all(processes.map(({ lines }) => once(lines, 'line')));
    raw.exec('ROLLBACK');

    expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
    const { items } = await open().list({ orgId: 'contoso', kind: 'deal', limit: 100 });
    expect(items).toHaveLength(40);
  });

  test('a database of a later table layout is refused in one line, and left alone', async () => {
    const raw = openRaw();
    raw.exec('PRAGMA user_version = 9');

    expect(() => open()).toThrow(
      `The database ${file} cannot be opened: it has table layout 9, and this version of the bot knows layouts up to 2`,
    );
    expect(raw.prepare('SELECT name FROM sqlite_schema').all()).toEqual([]);
  });

  test('a file that is no database is refused in one line', () => {
    writeFileSync(file, 'Minutes of the meeting\n'.repeat(50));

    expect(() => open()).toThrow(`The database ${file} cannot be opened: file is not a database`);
  });

  test('turns on the write-ahead log', async () => {
    await open().close();
    const database = openRaw();

    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });
});

describe('query plans', () => {
  const query: ListQuery = { orgId: 'contoso', kind: 'deal', limit: 10 };
  const byTime: ListQuery = { ...query, orderBy: 'respondBy' };
  const search = 'SEARCH documents USING INDEX';

  function plan(sql: string, parameters: (string | number | null)[]): unknown[] {
    return openRaw()
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...parameters)
      .map(({ detail }) => detail);
  }

  test('due documents are a range of an index that holds all that is asked for', () => {
    open();

    expect(plan(dueSql, ['2026-03-01T12:00:00.000Z', 10])).toEqual([
      'SEARCH documents USING COVERING INDEX documents_due (next_due_at<?)',
    ]);
  });

  test.each<[what: string, query: ListQuery, plan: string]>([
    ['by id', query, `${search} documents_by_id (org_id=? AND kind=?)`],
    ['by time', byTime, `${search} documents_by_time (org_id=? AND kind=?)`],
    [
      'by time, one status',
      { ...byTime, status: 'won' },
      `${search} documents_by_status (org_id=? AND kind=? AND status=?)`,
    ],
    ['by time, failed', { ...byTime, failedOnly: true }, `${search} documents_failed (org_id=? AND kind=?)`],
  ])('a list %s needs no sorting', (_what, asked, expected) => {
    open();
    const { sql, parameters } = listStatement(asked);

    expect(plan(sql, parameters as string[])).toEqual([expected]);
  });

  test.each<[what: string, query: Partial<ListQuery>]>([
    ['of a tag', {}],
    ['of a tag, one status', { status: 'won' }],
  ])('a list by newest %s reads the tag in order and each document by its key', (_what, more) => {
    open();
    const { sql, parameters } = listStatement({ ...query, tag: 'outbound', orderBy: 'newest', ...more });

    expect(plan(sql, parameters as string[])).toEqual([
      'SEARCH t USING PRIMARY KEY (org_id=? AND kind=? AND tag=?)',
      'SEARCH d USING INDEX sqlite_autoindex_documents_1 (org_id=? AND id=?)',
    ]);
  });

  test('a later page by newest begins within the tag', async () => {
    const store = open();
    const newest: ListQuery = { ...query, tag: 'outbound', orderBy: 'newest', limit: 1 };
    for (const id of ['a', 'b']) {
      await store.create({ ...deal({ id }), createdAt: '2026-03-01T12:00:00.000Z', tags: ['outbound'] });
    }
    const { continuation = '' } = await store.list(newest);
    const { sql, parameters } = listStatement({ ...newest, continuation });

    expect(plan(sql, parameters as string[])).toEqual([
      'SEARCH t USING PRIMARY KEY (org_id=? AND kind=? AND tag=? AND (created_at,id)<(?,?))',
      'SEARCH d USING INDEX sqlite_autoindex_documents_1 (org_id=? AND id=?)',
    ]);
  });

  test('a later page begins within the index', async () => {
    const store = open();
    for (const id of ['a', 'b']) await store.create(deal({ id, respondBy: '2026-03-01T12:00:00.000Z' }));
    const { continuation = '' } = await store.list({ ...byTime, limit: 1 });
    const { sql, parameters } = listStatement({ ...byTime, continuation });

    expect(plan(sql, parameters as string[])).toEqual([
      `${search} documents_by_time (org_id=? AND kind=? AND (list_order,id)>(?,?))`,
    ]);
  });
});
