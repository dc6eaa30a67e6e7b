import type { Config } from '../config.ts';
import type { Directory } from '../directory/port.ts';
import type { Store } from './port.ts';

/** Opens the configured store. Only the chosen one's library is loaded. @throws {StoreUnavailable} and what the adapter says. */
export async function openStore(config: Config['store']): Promise<Store> {
  if (config.kind === 'sqlite') {
    const { openSqliteStore } = await import('./sqlite.ts');
    return openSqliteStore({ file: config.file });
  }
  const { openCosmosStore } = await import('./cosmos.ts');
  return openCosmosStore(config);
}

/**
 * The directory that stands in the same database as an open store, on the same connection: it ends with the store.
 * @throws {StoreUnavailable}
 */
export async function openDirectory(store: Store): Promise<Directory> {
  const { SqliteStore } = await import('./sqlite.ts');
  if (store instanceof SqliteStore) {
    const { SqliteDirectory } = await import('./sqlite-directory.ts');
    return new SqliteDirectory(store.connection);
  }
  const { CosmosStore } = await import('./cosmos.ts');
  if (!(store instanceof CosmosStore)) throw new TypeError('This store has no directory');
  const { CosmosDirectory } = await import('./cosmos-directory.ts');
  return new CosmosDirectory(store.connection);
}
