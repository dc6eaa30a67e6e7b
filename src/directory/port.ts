import type { DirectoryKind, Entries } from './entry.ts';

/**
 * What an organisation looks up: its customers, partners and solutions. `SqliteDirectory` and `CosmosDirectory` keep this contract;
 * `test/directory/contract.test.ts` runs on both.
 */
export interface Directory {
  /**
   * The entries that a text stands for, as it is typed: each typed word is the beginning of a word of the name, or of the number that
   * goes with it (D-U-N-S, partner id, solution id). Accents, case and punctuation do not count (`words.ts`). An entry that is called
   * like the text comes first, then those whose whole name begins with it, then those whose name begins with a typed word, then all
   * others; each group by name, by D-U-N-S and by id.
   * Without a letter or a digit in the text: the first ones by name. Partners that do not transact are left out (I1).
   * @throws {StoreUnavailable}
   */
  search<K extends DirectoryKind>(orgId: string, kind: K, query: DirectoryQuery): Promise<Entries[K][]>;
  /** By id, also what a search leaves out. @throws {StoreUnavailable} */
  get<K extends DirectoryKind>(orgId: string, kind: K, id: string): Promise<Entries[K] | undefined>;
  /**
   * Adds entries, and replaces those of the same id; of several of one id in the batch, the last counts. What is not in the batch
   * stays. Some hundreds at a time: on SQLite all of them or none, and nobody else writes meanwhile.
   * @throws {StoreUnavailable} Some may have been written. The same batch again completes it.
   */
  importEntries<K extends DirectoryKind>(orgId: string, kind: K, batch: readonly Entries[K][]): Promise<Imported>;
}

export interface DirectoryQuery {
  /** As typed. */
  text: string;
  /** ISO 3166, two letters: only entries of this country. */
  country?: string;
  /** 1 to 15. */
  limit: number;
}

/** What became of the entries of a batch; several of one id count once. */
export interface Imported {
  added: number;
  changed: number;
  unchanged: number;
}

/** As many as a Teams type-ahead shows (facts/teams.md 1.8). */
export const longestList = 15;
