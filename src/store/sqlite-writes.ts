import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { errorText, isOutage } from './sqlite-errors.ts';

/** One write of a document, in values that one thread can hand to another. */
export type Write =
  | { kind: 'create'; orgId: string; id: string; version: number; row: Row; tagged: Tagged | undefined }
  /** Only where the document still has this version. */
  | { kind: 'replace'; orgId: string; id: string; version: number; row: Row; tagged: Tagged | undefined }
  | { kind: 'remove'; orgId: string; id: string; version: number };

/** The columns of a document besides its key and version: status, list_order, next_due_at, failed_deliveries, body, kind. */
export type Row = readonly SQLInputValue[];

/** The lists that a document stands in. Undefined where its kind has none: that costs nothing then. */
export interface Tagged {
  kind: string;
  createdAt: string;
  tags: readonly string[];
}

/** What became of a write. `conflict`: somebody else's came first. `refused`: the table does not take it; the reason. */
type Outcome = { kind: 'done' } | { kind: 'conflict' } | { kind: 'refused'; reason: string };

/** What became of all the writes of one transaction. `outage`: none was done; the reason. */
export type Committed = { kind: 'committed'; outcomes: Outcome[] } | { kind: 'outage'; reason: string };

/**
 * What each connection to the file is set to. FULL: what has been acknowledged survives a power cut (facts/cosmos.md, 2). The log is
 * carried over into the database after 32 MB and not after 4, because every writer waits for that.
 */
export const connectionPragmas = `
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 8000;
  PRAGMA cache_size = -32768;
`;

const createSql = `
  INSERT INTO documents (status, list_order, next_due_at, failed_deliveries, body, kind, version, org_id, id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

/** The kind is not set, because it never changes and stands in every index: each column that is named here is written anew there. */
const replaceSql = `
  UPDATE documents
  SET status = ?, list_order = ?, next_due_at = ?, failed_deliveries = ?, body = ?, version = version + 1
  WHERE kind = ? AND org_id = ? AND id = ? AND version = ?`;

const removeSql = 'DELETE FROM documents WHERE org_id = ? AND id = ? AND version = ?';

const tagsSql = 'SELECT tag FROM document_tags WHERE org_id = ? AND id = ?';

const tagSql = 'INSERT OR IGNORE INTO document_tags (org_id, kind, tag, created_at, id) VALUES (?, ?, ?, ?, ?)';

const untagSql = 'DELETE FROM document_tags WHERE org_id = ? AND kind = ? AND tag = ? AND created_at = ? AND id = ?';

const untagAllSql = 'DELETE FROM document_tags WHERE org_id = ? AND id = ?';

/** Returns what carries writes out on this connection: all that it is given in one transaction. Waits for the disk. */
export function committing(database: DatabaseSync): (writes: readonly Write[]) => Committed {
  const statements = new Map<string, StatementSync>();

  function statement(sql: string): StatementSync {
    let made = statements.get(sql);
    if (made === undefined) {
      made = database.prepare(sql);
      statements.set(sql, made);
    }
    return made;
  }

  /** Brings the tags of a document up to date. */
  function tag(orgId: string, id: string, { kind, createdAt, tags }: Tagged): void {
    const before = new Set(
      statement(tagsSql)
        .all(orgId, id)
        .map((row) => String(row.tag)),
    );
    for (const each of tags) if (!before.delete(each)) statement(tagSql).run(orgId, kind, each, createdAt, id);
    for (const each of before) statement(untagSql).run(orgId, kind, each, createdAt, id);
  }

  function changesOf(write: Write): number | bigint {
    const { orgId, id, version } = write;
    if (write.kind === 'remove') return statement(removeSql).run(orgId, id, version).changes;
    if (write.kind === 'create') return statement(createSql).run(...write.row, version, orgId, id).changes;
    return statement(replaceSql).run(...write.row, orgId, id, version).changes;
  }

  /** @throws what concerns the transaction as a whole: a full disk, an I/O error */
  function carryOut(write: Write): Outcome {
    try {
      if (changesOf(write) === 0) return { kind: 'conflict' };
      if (write.kind === 'remove') statement(untagAllSql).run(write.orgId, write.id);
      else if (write.tagged !== undefined) tag(write.orgId, write.id, write.tagged);
      return { kind: 'done' };
    } catch (error) {
      if (isOutage(error)) throw error;
      return { kind: 'refused', reason: errorText(error) };
    }
  }

  return (writes) => {
    try {
      database.exec('BEGIN IMMEDIATE');
      const outcomes = writes.map(carryOut);
      database.exec('COMMIT');
      return { kind: 'committed', outcomes };
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
      return { kind: 'outage', reason: errorText(error) };
    }
  };
}
