/**
 * What the bot needs of a database. `SqliteStore` and `CosmosStore` keep this contract; `test/store/contract.test.ts` runs on both.
 * A document lives in the partition of its organisation and is changed only by conditional writes (design.md, "Documents").
 */

/** The fields that every document has, and the few that a store indexes. Everything else is the document's own. */
export interface StoredDocument {
  /** Unique within the organisation, over all kinds. */
  id: string;
  /** The partition key. */
  orgId: string;
  kind: string;
  schemaVersion: number;
  /** A new random id for each write: an adapter recognises its own write by it after an unclear answer. */
  changeId: string;
  /** Filtered by `list`. */
  status?: string | undefined;
  /** ISO 8601 UTC with milliseconds; ordered by `list`. */
  respondBy?: string | undefined;
  /** ISO 8601 UTC with milliseconds; found by `dueBefore`, over all organisations. Absent: nothing is due. */
  nextDueAt?: string | undefined;
  /** Lists that it stands in, each found by `list` (`tag`) without reading the others. */
  tags?: readonly string[] | undefined;
  /** ISO 8601 UTC with milliseconds; never changes; ordered by `list` (`newest`). */
  createdAt?: string | undefined;
  /** Filtered by `list` (`failedOnly`). Absent counts as 0. */
  failedDeliveries?: number | undefined;
}

/** A document as it was read, with the version that a conditional write names. The version is opaque: an eTag, a counter. */
export interface Versioned<T> {
  document: T;
  version: string;
}

export interface ListQuery {
  orgId: string;
  kind: string;
  status?: string;
  failedOnly?: boolean;
  /** One tag that the documents have; only together with `orderBy: 'newest'`. */
  tag?: string;
  /** `respondBy`: soonest first, ties by id. `newest`: by `createdAt`, latest first, ties by id downwards. Without it: by id. */
  orderBy?: 'respondBy' | 'newest';
  /** 1 to 500. */
  limit: number;
  /** From an earlier page of the same query. Anything else is refused with `InvalidContinuation`. */
  continuation?: string;
}

export interface Page<T> {
  items: Versioned<T>[];
  /** Absent on the last page. */
  continuation?: string;
}

export interface DueDocument {
  orgId: string;
  id: string;
  nextDueAt: string;
}

export interface Store {
  /** One point read. Undefined when there is no such document. */
  get(orgId: string, id: string): Promise<Versioned<StoredDocument> | undefined>;
  /** Writes a new document and returns its version. @throws {StoreConflict} when the organisation has a document of this id. */
  create(document: StoredDocument): Promise<string>;
  /**
   * Replaces a document that still has the given version and returns its new version. Durable when it returns.
   * @throws {StoreConflict} when the document has another version by now, or is gone.
   */
  replace(document: StoredDocument, version: string): Promise<string>;
  /** Removes a document that still has the given version. @throws {StoreConflict} as `replace`. */
  remove(orgId: string, id: string, version: string): Promise<void>;
  /** One page of an organisation's documents of one kind. @throws {InvalidContinuation} */
  list(query: ListQuery): Promise<Page<StoredDocument>>;
  /** Documents of all organisations with `nextDueAt <= now`, the longest overdue first. `now`: ISO 8601 UTC with milliseconds. */
  dueBefore(now: string, limit: number): Promise<DueDocument[]>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
  /** Set by whoever wants to know: told of each document that a list left out because a later version of this program wrote it. */
  onLeftOut?: ((document: StoredDocument) => void) | undefined;
}

/** Somebody else's write came first: read again, ask the rules again. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';
}

/** The database does not answer, or not in time, or says that it is too busy. Nothing was half written. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A continuation that this query did not give out: a forged or an outdated one. */
export class InvalidContinuation extends Error {
  override readonly name = 'InvalidContinuation';
}

/** The document was written by a later version of this program: this one must neither read nor overwrite it. */
export class DocumentTooNew extends Error {
  override readonly name = 'DocumentTooNew';
}
