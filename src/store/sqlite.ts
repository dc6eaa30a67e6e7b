import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { creationOrder, listOrder, pageOf, placeAfter } from './continuation.ts';
import {
  type DueDocument,
  type ListQuery,
  type Page,
  type Store,
  StoreConflict,
  type StoredDocument,
  StoreUnavailable,
  type Versioned,
} from './port.ts';

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

const createSql = `
  INSERT INTO documents (status, list_order, next_due_at, failed_deliveries, body, kind, version, org_id, id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

/** The kind is not set, because it never changes and stands in every index: each column that is named here is written anew there. */
const replaceSql = `
  UPDATE documents
  SET status = ?, list_order = ?, next_due_at = ?, failed_deliveries = ?, body = ?, version = version + 1
  WHERE kind = ? AND org_id = ? AND id = ? AND version = ?`;

const tagsSql = 'SELECT tag FROM document_tags WHERE org_id = ? AND id = ?';

const tagSql = 'INSERT OR IGNORE INTO document_tags (org_id, kind, tag, created_at, id) VALUES (?, ?, ?, ?, ?)';

const untagSql = 'DELETE FROM document_tags WHERE org_id = ? AND kind = ? AND tag = ? AND created_at = ? AND id = ?';

const untagAllSql = 'DELETE FROM document_tags WHERE org_id = ? AND id = ?';

const removeSql = 'DELETE FROM documents WHERE org_id = ? AND id = ? AND version = ?';

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
    // WAL with FULL: what has been acknowledged survives a crash and a power cut (facts/cosmos.md, 2).
    switchToWal(database, busyTimeoutMs);
    database.exec('PRAGMA synchronous = FULL');
    if (found < layoutVersion) database.exec(`BEGIN IMMEDIATE; ${layout} COMMIT`);
    return new SqliteStore(database);
  } catch (error) {
    database?.close();
    throw new Error(`The database ${file} cannot be opened: ${messageOf(error)}`, { cause: error });
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

interface QueuedWrite {
  /** Carries the write out within the open transaction and returns the new version. */
  run: () => string;
  resolve: (version: string) => void;
  reject: (error: unknown) => void;
}

/**
 * The embedded store. Reads are immediate. Writes that arrive in one turn of the event loop are committed together, because
 * what a durable write costs is the wait for the disk, and one wait serves them all.
 */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #queue: QueuedWrite[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Shared by the directory, which stands in the same file. */
  get connection(): DatabaseSync {
    return this.#database;
  }

  async get(orgId: string, id: string): Promise<Versioned<StoredDocument> | undefined> {
    return this.#read(getSql, orgId, id).map(versioned)[0];
  }

  async create(document: StoredDocument): Promise<string> {
    // Begins at random, so that a document that is created anew never gets the version of one that was removed.
    const version = randomInt(2 ** 47);
    const values = [...columns(document), version, document.orgId, document.id];
    const tagged = tagsOf(document);
    return this.#write(() => {
      if (this.#statement(createSql).run(...values).changes === 0) throw conflict(document, 'exists already');
      this.#tag(tagged);
      return String(version);
    });
  }

  async replace(document: StoredDocument, version: string): Promise<string> {
    const values = [...columns(document), document.orgId, document.id, Number(version)];
    const tagged = tagsOf(document);
    return this.#write(() => {
      if (this.#statement(replaceSql).run(...values).changes === 0) throw conflict(document, 'was changed');
      this.#tag(tagged);
      return String(Number(version) + 1);
    });
  }

  async remove(orgId: string, id: string, version: string): Promise<void> {
    await this.#write(() => {
      const { changes } = this.#statement(removeSql).run(orgId, id, Number(version));
      if (changes === 0) throw conflict({ orgId, id }, 'was changed');
      this.#statement(untagAllSql).run(orgId, id);
      return version;
    });
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
  async close(): Promise<void> {
    this.#commit();
    if (this.#database.isOpen) this.#database.close();
  }

  /** Brings the tags of a document up to date, within the transaction of its write. A kind that has none costs nothing. */
  #tag(tagged: Tagged | undefined): void {
    if (tagged === undefined) return;
    const { orgId, kind, id, createdAt, tags } = tagged;
    const before = new Set(
      this.#statement(tagsSql)
        .all(orgId, id)
        .map(({ tag }) => String(tag)),
    );
    for (const tag of tags) if (!before.delete(tag)) this.#statement(tagSql).run(orgId, kind, tag, createdAt, id);
    for (const tag of before) this.#statement(untagSql).run(orgId, kind, tag, createdAt, id);
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
    try {
      return this.#statement(sql).all(...parameters);
    } catch (error) {
      throw isOutage(error) ? unavailable(error) : error;
    }
  }

  #write(run: () => string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#queue.push({ run, resolve, reject }) === 1) setImmediate(() => this.#commit());
    });
  }

  /** Carries out all queued writes in one transaction. Each succeeds or conflicts by itself; none is answered before COMMIT. */
  #commit(): void {
    const batch = this.#queue;
    if (batch.length === 0) return;
    this.#queue = [];
    let answers: (() => void)[];
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      answers = batch.map(answerOf);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK');
      answers = batch.map(
        ({ reject }) =>
          () =>
            reject(unavailable(error)),
      );
    }
    for (const answer of answers) answer();
  }
}

/** Runs a write and returns what to tell its writer. @throws what concerns the transaction as a whole: a full disk, an I/O error. */
function answerOf({ run, resolve, reject }: QueuedWrite): () => void {
  try {
    const version = run();
    return () => resolve(version);
  } catch (error) {
    if (isOutage(error)) throw error;
    return () => reject(error);
  }
}

/** The values that `createSql` and `replaceSql` begin with. The body is written out at once: the caller may go on changing it. */
function columns(document: StoredDocument): SQLInputValue[] {
  return [
    document.status ?? null,
    listOrder(document),
    document.nextDueAt ?? null,
    document.failedDeliveries ?? 0,
    JSON.stringify(document),
    document.kind,
  ];
}

interface Tagged {
  orgId: string;
  kind: string;
  id: string;
  createdAt: string;
  tags: readonly string[];
}

/** What `#tag` needs, taken at once: the caller may go on changing the document. */
function tagsOf(document: StoredDocument): Tagged | undefined {
  if (document.tags === undefined) return undefined;
  const { orgId, kind, id, tags } = document;
  return { orgId, kind, id, createdAt: creationOrder(document), tags: [...tags] };
}

function versioned(row: Record<string, unknown>): Versioned<StoredDocument> {
  return { document: JSON.parse(String(row.body)), version: String(row.version) };
}

function conflict({ orgId, id }: { orgId: string; id: string }, what: string): StoreConflict {
  return new StoreConflict(`Document ${id} of organisation ${orgId} ${what}`);
}

export function unavailable(error: unknown): StoreUnavailable {
  return new StoreUnavailable(`The database does not answer: ${messageOf(error)}`, { cause: error });
}

/** Anything that SQLite says, but not SQLITE_CONSTRAINT (19 in the low byte), which undoes its own statement only; or a closed file. */
export function isOutage(error: unknown): boolean {
  const { code, errcode = 0 } = error as { code?: string; errcode?: number };
  return (code === 'ERR_SQLITE_ERROR' && (errcode & 0xff) !== 19) || code === 'ERR_INVALID_STATE';
}

function messageOf(error: unknown): string {
  return Error.isError(error) ? error.message : String(error);
}
