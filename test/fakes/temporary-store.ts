import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/store/port.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';

export interface TemporaryStore {
  store: Store;
  /** The database's path. */
  file: string;
  /** Another connection to the same database, as another process has one. */
  reopen(): Store;
  discard(): Promise<void>;
}

/** A real store on a database that is gone after the test. */
export function temporaryStore(): TemporaryStore {
  const folder = mkdtempSync(join(tmpdir(), 'cosell-'));
  const file = join(folder, 'cosell.db');
  const opened: Store[] = [];
  function reopen(): Store {
    const store = openSqliteStore({ file });
    opened.push(store);
    return store;
  }
  return {
    store: reopen(),
    file,
    reopen,
    async discard() {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
