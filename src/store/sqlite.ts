import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { creationOrder, listOrder, pageOf, placeAfter } from './continuation.ts';
import {
  type DueDocument,
  type ListQuery,
  type Page,
  type Store,
  StoreConflict,
  type StoredDocument,
  type Versioned,
} from './port.ts';
import { errorText, isOutage, unavailable } from './sqlite-errors.ts';
import type { WriterSettings } from './sqlite-writer.ts';
import { type Committed, connectionPragmas, type Row, type Tagged, type Write } from './sqlite-writes.ts';

/** Raised by one with each change of the table, together with the statements that carry an older one over. */
const layoutVersion = 2;

/** `id`: refused are the characters that Cosmos DB refuses, so that a deployment can move from one store to the other. */
const layout = `
  CREATE TABLE IF NOT EXISTS documents (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL CHECK (id != '' AND id NOT GLOB '*[/\\?#]*'),
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT,
    list_order TEXT NOT NULL,
    next_due_at TEXT,
    failed_deliveries INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS documents_by_id ON documents (org_id, kind, id);
  CREATE INDEX IF NOT EXISTS documents_by_time ON documents (org_id, kind, list_order, id);
  CREATE INDEX IF NOT EXISTS documents_by_status ON documents (org_id, kind, status, list_order, id);
  CREATE INDEX IF NOT EXISTS documents_failed ON documents (org_id, kind, list_order, id) WHERE failed_deliveries > 0;
  CREATE TABLE IF NOT EXISTS document_tags (
    org_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    tag TEXT NOT NULL,
    created_at TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (org_id, kind, tag, created_at, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS document_tags_by_id ON document_tags (org_id, id);
  CREATE INDEX IF NOT EXISTS documents_due ON documents (next_due_at, org_id, id) WHERE next_due_at IS NOT NULL;
  PRAGMA user_version = ${layoutVersion};
`;

const getSql = 'SELECT version, body FROM documents WHERE org_id = ? AND id = ?';

/** Parameters: now, limit. */
export const dueSql = `
  SELECT org_id AS orgId, id, next_due_at AS nextDueAt FROM documents
  WHERE next_due_at <= ? ORDER BY next_due_at, org_id, id LIMIT ?`;

/** The statement for one page of a list, and its parameters. @throws {InvalidContinuation} */
export function listStatement(query: ListQuery): { sql: string; parameters: SQLInputValue[] } {
  const after = placeAfter(query);
  if (query.orderBy === 'newest') return newestStatement(query, after);
  const byTime = query.orderBy === 'respondBy';
  const conditions = ['org_id = ?', 'kind = ?'];
  const parameters: SQLInputValue[] = [query.orgId, query.kind];
  if (query.status !== undefined) {
    conditions.push('status = ?');
    parameters.push(query.status);
  }
  if (query.failedOnly) conditions.push('failed_deliveries > 0');
  if (after !== undefined) {
    conditions.push(byTime ? '(list_order, id) > (?, ?)' : 'id > ?');
    parameters.push(...(byTime ? [after.order, after.id] : [after.id]));
  }
  const sql = `SELECT version, body FROM documents WHERE ${conditions.join(' AND ')}
    ORDER BY ${byTime ? 'list_order, id' : 'id'} LIMIT ?`;
  return { sql, parameters: [...parameters, query.limit + 1] };
}

/** A page of a list by `newest`: the tag's own index gives the ids in order, and no more documents are read than are wanted. */
function newestStatement(
  { orgId, kind, tag, status, limit }: ListQuery,
  after: { order: string; id: string } | undefined,
): { sql: string; parameters: SQLInputValue[] } {
  if (tag === undefined) throw new RangeError('a list by newest needs a tag');
  const parameters: SQLInputValue[] = [orgId, kind, tag];
  if (after !== undefined) parameters.push(after.order, after.id);
  if (status !== undefined) parameters.push(status);
  const sql = `SELECT version, body FROM document_tags AS t JOIN documents AS d ON d.org_id = t.org_id AND d.id = t.id
    WHERE t.org_id = ? AND t.kind = ? AND t.tag = ?${after === undefined ? '' : ' AND (t.created_at, t.id) < (?, ?)'}${
      status === undefined ? '' : ' AND d.status = ?'
    } ORDER BY t.created_at DESC, t.id DESC LIMIT ?`;
  return { sql, parameters: [...parameters, limit + 1] };
}

export interface SqliteSettings {
  /** The database's path. Its folder is created. */
  file: string;
  /** How long a write waits for another process that is writing. */
  busyTimeoutMs?: number;
}

/**
 * Opens the embedded store, and creates it when there is none. Several processes may open the same file.
 * @throws Error, in one line, when the file cannot be opened, is no database, or is of a later table layout than this program's.
 */
export function openSqliteStore({ file, busyTimeoutMs = 5000 }: SqliteSettings): SqliteStore {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    const found = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (found > layoutVersion) {
      throw new Error(`it has table layout ${found}, and this version of the bot knows layouts up to ${layoutVersion}`);
    }
    switchToWal(database, busyTimeoutMs);
    database.exec(connectionPragmas);
    if (found < layoutVersion) database.exec(`BEGIN IMMEDIATE; ${layout} COMMIT`);
    return new SqliteStore(database, { file, busyTimeoutMs });
  } catch (error) {
    database?.close();
    throw new Error(`The database ${file} cannot be opened: ${errorText(error)}`, { cause: error });
  }
}

/** SQLite does not wait by itself where two processes switch the same new file at once: one is told at once that it is locked. */
function switchToWal(database: DatabaseSync, patience: number): void {
  const end = Date.now() + patience;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
      if (!isBusy || Date.now() >= end) throw error;
      Atomics.wait(pauseCell, 0, 0, 5 + Math.random() * 20);
    }
  }
}

const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/** A write that waits for its answer. */
interface QueuedWrite {
  write: Write;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * The embedded store. Reads are immediate. Writes go to a thread of their own, which waits for the disk while this one goes on; those
 * that come together, or while it waits, are committed together, because one wait serves them all.
 */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #settings: WriterSettings;
  readonly #statements = new Map<string, StatementSync>();
  #queue: QueuedWrite[] = [];
  /** What the thread is committing. */
  #underWay: QueuedWrite[] = [];
  #writer: Worker | undefined;
  #closing: Promise<void> | undefined;

  constructor(database: DatabaseSync, settings: WriterSettings) {
    this.#database = database;
    this.#settings = settings;
  }

  /** Shared by the directory, which stands in the same file. */
  get connection(): DatabaseSync {
    return this.#database;
  }

  async get(orgId: string, id: string): Promise<Versioned<StoredDocument> | undefined> {
    const row = this.#asked(() => this.#statement(getSql).get(orgId, id));
    return row === undefined ? undefined : versioned(row);
  }

  async create(document: StoredDocument): Promise<string> {
    // Begins at random, so that a document that is created anew never gets the version of one that was removed.
    const version = randomInt(2 ** 47);
    await this.#write({ kind: 'create', version, ...written(document) });
    return String(version);
  }

  async replace(document: StoredDocument, version: string): Promise<string> {
    await this.#write({ kind: 'replace', version: Number(version), ...written(document) });
    return String(Number(version) + 1);
  }

  async remove(orgId: string, id: string, version: string): Promise<void> {
    await this.#write({ kind: 'remove', orgId, id, version: Number(version) });
  }

  async list(query: ListQuery): Promise<Page<StoredDocument>> {
    const { sql, parameters } = listStatement(query);
    return pageOf(query, this.#read(sql, ...parameters).map(versioned));
  }

  async dueBefore(now: string, limit: number): Promise<DueDocument[]> {
    return this.#read(dueSql, now, limit).map((row) => ({ ...row }) as unknown as DueDocument);
  }

  async ping(): Promise<void> {
    this.#read('SELECT 1 FROM documents LIMIT 1');
  }

  /** Commits what is queued, then closes the file. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#send();
    // What is queued behind the writes under way is sent when they are answered.
    while (this.#underWay.length > 0 && this.#writer !== undefined) await unlessBroken(once(this.#writer, 'message'));
    if (this.#writer !== undefined) {
      const ended = unlessBroken(once(this.#writer, 'exit'));
      this.#writer.ref();
      this.#writer.postMessage(undefined);
      await ended;
    }
    if (this.#database.isOpen) this.#database.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #read(sql: string, ...parameters: SQLInputValue[]): Record<string, unknown>[] {
    return this.#asked(() => this.#statement(sql).all(...parameters));
  }

  #asked<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      throw isOutage(error) ? unavailable(error) : error;
    }
  }

  #write(write: Write): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(unavailable(new Error('it is closed')));
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, resolve, reject });
      if (this.#queue.length === 1 && this.#underWay.length === 0) setImmediate(() => this.#send());
    });
  }

  /** Hands over what is queued, unless the thread is still at the last of it. */
  #send(): void {
    if (this.#underWay.length > 0 || this.#queue.length === 0) return;
    this.#underWay = this.#queue;
    this.#queue = [];
    try {
      this.#writer ??= this.#start();
      this.#writer.ref();
      this.#writer.postMessage(this.#underWay.map(({ write }) => write));
    } catch (error) {
      // A machine that has no room for another thread.
      this.#answered({ kind: 'outage', reason: errorText(error) });
    }
  }

  /** Tells those whose writes were under way, and goes on with what was queued meanwhile. */
  #answered(committed: Committed): void {
    const writes = this.#underWay;
    this.#underWay = [];
    settle(writes, committed);
    this.#send();
  }

  /** The program may end while the thread has nothing to do. */
  #start(): Worker {
    // Without the arguments of this process, which may be none for a file.
    const options = { name: 'store', workerData: this.#settings, execArgv: [] };
    const writer = new Worker(new URL('./sqlite-writer.ts', import.meta.url), options);
    writer.on('message', (committed: Committed) => {
      writer.unref();
      this.#answered(committed);
    });
    // The next write starts another one.
    writer.on('error', (error) => {
      this.#writer = undefined;
      this.#answered({ kind: 'outage', reason: errorText(error) });
    });
    return writer;
  }
}

/** A thread that breaks has told those who wait for it. */
async function unlessBroken(event: Promise<unknown>): Promise<void> {
  await event.catch(() => undefined);
}

function settle(writes: readonly QueuedWrite[], committed: Committed): void {
  if (committed.kind === 'outage') {
    for (const { reject } of writes) reject(unavailable(new Error(committed.reason)));
    return;
  }
  for (const [index, { write, resolve, reject }] of writes.entries()) {
    const outcome = committed.outcomes[index];
    if (outcome?.kind === 'done') resolve();
    else if (outcome?.kind === 'refused') reject(new Error(`${nameOf(write)}: ${outcome.reason}`));
    else reject(new StoreConflict(`${nameOf(write)} ${write.kind === 'create' ? 'exists already' : 'was changed'}`));
  }
}

function nameOf({ orgId, id }: Write): string {
  return `Document ${id} of organisation ${orgId}`;
}

/** What is written of a document, taken at once: the caller may go on changing it. */
function written(document: StoredDocument): { orgId: string; id: string; row: Row; tagged: Tagged | undefined } {
  const { orgId, id, kind, tags } = document;
  const row = [
    document.status ?? null,
    listOrder(document),
    document.nextDueAt ?? null,
    document.failedDeliveries ?? 0,
    JSON.stringify(document),
    kind,
  ];
  const tagged = tags === undefined ? undefined : { kind, createdAt: creationOrder(document), tags: [...tags] };
  return { orgId, id, row, tagged };
}

function versioned(row: Record<string, unknown>): Versioned<StoredDocument> {
  return { document: JSON.parse(String(row.body)), version: String(row.version) };
}
