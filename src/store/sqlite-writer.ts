/**
 * The thread that writes into the embedded store's file. A durable write waits for the disk, and here nobody else waits with it.
 * Gets the writes of one transaction at a time and answers with what became of them; `undefined` ends it.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { committing, connectionPragmas, type Write } from './sqlite-writes.ts';

/** What the thread is started with. */
export interface WriterSettings {
  file: string;
  /** How long a transaction waits for another process that is writing. */
  busyTimeoutMs: number;
}

const { file, busyTimeoutMs } = workerData as WriterSettings;
const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
database.exec(connectionPragmas);
const commit = committing(database);

parentPort?.on('message', (writes: Write[] | undefined) => {
  if (writes !== undefined) return void parentPort?.postMessage(commit(writes));
  database.close();
  parentPort?.close();
});
