import { type Store, type StoredDocument, StoreUnavailable } from '../../src/store/port.ts';

type StoreOperation = 'get' | 'create' | 'replace' | 'remove' | 'list' | 'dueBefore' | 'ping';

/** A real store that tests can switch off, hold up, or cut from one instance. */
export interface TroubledStore extends Store {
  /** While true, no operation gets through, as when the database cannot be reached. */
  out: boolean;
  /** Runs before each operation: it may wait, or throw in its place. */
  before: ((operation: StoreOperation, document?: StoredDocument) => Promise<void> | void) | undefined;
}

export function troubled(store: Store): TroubledStore {
  async function through<T>(operation: StoreOperation, work: () => Promise<T>, document?: StoredDocument): Promise<T> {
    if (self.out) throw new StoreUnavailable('the database cannot be reached');
    await self.before?.(operation, document);
    return work();
  }
  const self: TroubledStore = {
    out: false,
    before: undefined,
    get: (orgId, id) => through('get', () => store.get(orgId, id)),
    create: (document) => through('create', () => store.create(document), document),
    replace: (document, version) => through('replace', () => store.replace(document, version), document),
    remove: (orgId, id, version) => through('remove', () => store.remove(orgId, id, version)),
    list: (query) => through('list', () => store.list(query)),
    dueBefore: (now, limit) => through('dueBefore', () => store.dueBefore(now, limit)),
    ping: () => through('ping', () => store.ping()),
    close: () => store.close(),
  };
  return self;
}

/** A point that whoever comes by waits at until it is opened. */
export interface Gate {
  /** Resolves when somebody waits. */
  reached: Promise<void>;
  pass(): Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const arrival = Promise.withResolvers<void>();
  const opening = Promise.withResolvers<void>();
  return {
    reached: arrival.promise,
    pass() {
      arrival.resolve();
      return opening.promise;
    },
    open: () => opening.resolve(),
  };
}
