import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DocumentTooNew, type ListQuery, type Page, type Store, type StoredDocument, type Versioned } from './port.ts';

/** The fields that every document's schema starts with. */
export function documentFields<K extends string>(kind: K) {
  return {
    // What Cosmos DB takes in an id.
    id: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^/\\?#]+$/),
    orgId: z.string().min(1).max(100),
    kind: z.literal(kind),
    schemaVersion: z.literal(1),
    changeId: z.string(),
  };
}

/**
 * The documents of one kind: parsed when they are read and when they are written, given a new change id whenever they are written.
 * What could not be read again is a fault, and is not written: `create` and `replace` throw zod's error, and nothing has changed.
 */
export interface Documents<T extends StoredDocument> {
  /** Undefined too when the id names a document of another kind. @throws {DocumentTooNew} */
  get(orgId: string, id: string): Promise<Versioned<T> | undefined>;
  /** @throws {StoreConflict} when the id is taken. */
  create(document: T): Promise<Versioned<T>>;
  /** @throws {StoreConflict} when somebody was faster. */
  replace(document: T, version: string): Promise<Versioned<T>>;
  remove(stored: Versioned<T>): Promise<void>;
  /** Without documents of later schema versions, of which `Store.onLeftOut` is told: a page may hold fewer than there are. */
  list(query: Omit<ListQuery, 'kind'>): Promise<Page<T>>;
  /** Every document of the kind in the organisation, page by page; leaves out what `list` leaves out. */
  all(orgId: string, status?: string): AsyncGenerator<Versioned<T>>;
}

export function documents<T extends StoredDocument>(store: Store, kind: string, schema: z.ZodType<T>): Documents<T> {
  function parse(stored: Versioned<StoredDocument>): Versioned<T> {
    // Later versions of this program may write documents that this one must not misread.
    if (stored.document.schemaVersion > 1) {
      throw new DocumentTooNew(`${kind} ${stored.document.id} has schema version ${stored.document.schemaVersion}`);
    }
    return { document: schema.parse(stored.document), version: stored.version };
  }

  function written(document: T): T {
    return schema.parse({ ...document, changeId: randomUUID() });
  }

  async function list(query: Omit<ListQuery, 'kind'>): Promise<Page<T>> {
    const page = await store.list({ ...query, kind });
    // One document of a later version must not take the whole list with it: during an update both versions run at once.
    const items = page.items.filter(({ document }) => {
      if (document.schemaVersion <= 1) return true;
      store.onLeftOut?.(document);
      return false;
    });
    return { ...page, items: items.map(parse) };
  }

  return {
    list,
    async get(orgId, id) {
      const stored = await store.get(orgId, id);
      return stored?.document.kind === kind ? parse(stored) : undefined;
    },
    async create(document) {
      const next = written(document);
      return { document: next, version: await store.create(next) };
    },
    async replace(document, version) {
      const next = written(document);
      return { document: next, version: await store.replace(next, version) };
    },
    remove: ({ document, version }) => store.remove(document.orgId, document.id, version),
    async *all(orgId, status) {
      let continuation: string | undefined;
      do {
        const page = await list({
          orgId,
          limit: 200,
          ...(status === undefined ? {} : { status }),
          ...(continuation === undefined ? {} : { continuation }),
        });
        yield* page.items;
        continuation = page.continuation;
      } while (continuation !== undefined);
    },
  };
}
