import { createHash } from 'node:crypto';
import type { Container } from '@azure/cosmos';
import {
  type DirectoryKind,
  type Entries,
  type Entry,
  entrySchemas,
  findable,
  lastOfEachId,
} from '../directory/entry.ts';
import { type Directory, type DirectoryQuery, type Imported, longestList } from '../directory/port.ts';
import { type Typed, typed } from '../directory/words.ts';
import { hurriedBy, persistently, type Timing } from './cosmos.ts';

const documentKinds: Record<DirectoryKind, string> = {
  customers: 'customer',
  partners: 'partner',
  solutions: 'solution',
};

/** An entry as Cosmos DB keeps it. Without `listOrder` and `words` it is not found by a search. */
interface EntryDocument {
  id: string;
  orgId: string;
  kind: string;
  schemaVersion: 1;
  /** Of everything below: an import that brings the same leaves the document alone. */
  changeId: string;
  /** The line, in the field that the composite indexes are made for. */
  listOrder?: string;
  words?: readonly string[];
  country?: string;
  entry: unknown;
}

/** Written at the same time. More would only wait for request units. */
const writesAtOnce = 20;

/** Looked for by one query. */
const idsAtOnce = 200;

/** The directory in the store's container. Every query stays in the partition of its organisation. */
export class CosmosDirectory implements Directory {
  readonly #container: Container;
  readonly #timing: Timing;

  constructor({ container, timing }: { container: Container; timing: Timing }) {
    this.#container = container;
    this.#timing = timing;
  }

  async search<K extends DirectoryKind>(orgId: string, kind: K, query: DirectoryQuery): Promise<Entries[K][]> {
    const text = typed(query.text);
    const limit = Math.min(query.limit, longestList);
    const found: Pick<EntryDocument, 'entry'>[] = [];
    for (const condition of conditionsOf(text)) {
      if (found.length === limit) break;
      found.push(...(await this.#found(orgId, kind, query.country, limit - found.length, condition)));
    }
    return found.map(({ entry }) => entrySchemas[kind].parse(entry));
  }

  async get<K extends DirectoryKind>(orgId: string, kind: K, id: string): Promise<Entries[K] | undefined> {
    if (!/^[^/\\?#]+$/.test(id)) return undefined;
    return persistently(hurriedBy(this.#timing), async (abortSignal) => {
      const item = this.#container.item(documentId(kind, id), orgId);
      const { resource } = await item.read<EntryDocument>({ abortSignal });
      return resource === undefined ? undefined : entrySchemas[kind].parse(resource.entry);
    });
  }

  async importEntries<K extends DirectoryKind>(
    orgId: string,
    kind: K,
    batch: readonly Entries[K][],
  ): Promise<Imported> {
    const imported: Imported = { added: 0, changed: 0, unchanged: 0 };
    const documents = lastOfEachId(batch).map((entry) => entryDocument(orgId, kind, entry));
    for (const some of inGroups(documents, idsAtOnce)) {
      const before = await this.#changeIds(orgId, some);
      const news = some.filter(({ id, changeId }) => before.get(id) !== changeId);
      for (const together of inGroups(news, writesAtOnce)) {
        await Promise.all(together.map((document) => this.#write(document)));
      }
      const changed = news.filter(({ id }) => before.has(id)).length;
      imported.added += news.length - changed;
      imported.changed += changed;
      imported.unchanged += some.length - news.length;
    }
    return imported;
  }

  #found(
    orgId: string,
    kind: DirectoryKind,
    country: string | undefined,
    limit: number,
    { text, values }: Condition,
  ): Promise<Pick<EntryDocument, 'entry'>[]> {
    // The partition key is named here too, because the emulator does not heed the option (facts/cosmos.md, 1.3).
    return this.#query(
      `SELECT TOP @top c.entry FROM c WHERE c.orgId = @orgId AND c.kind = @kind AND ${text}
      ${country === undefined ? '' : 'AND c.country = @country'}
      ORDER BY c.kind, ${country === undefined ? '' : 'c.country, '}c.listOrder, c.id`,
      { '@top': limit, '@kind': documentKinds[kind], '@country': country ?? null, ...values },
      orgId,
    );
  }

  async #changeIds(orgId: string, documents: readonly EntryDocument[]): Promise<Map<string, string>> {
    const found = await this.#query<Pick<EntryDocument, 'id' | 'changeId'>>(
      'SELECT c.id, c.changeId FROM c WHERE c.orgId = @orgId AND ARRAY_CONTAINS(@ids, c.id)',
      { '@ids': documents.map(({ id }) => id) },
      orgId,
    );
    return new Map(found.map(({ id, changeId }) => [id, changeId]));
  }

  /** Whoever writes last is right: there is nothing of an entry that an import does not bring. */
  async #write(document: EntryDocument): Promise<void> {
    await persistently(this.#timing, (abortSignal) => this.#container.items.upsert(document, { abortSignal }));
  }

  #query<T>(query: string, values: Record<string, string | number | string[] | null>, orgId: string): Promise<T[]> {
    const parameters = Object.entries({ '@orgId': orgId, ...values }).map(([name, value]) => ({ name, value }));
    return persistently(hurriedBy(this.#timing), async (abortSignal) => {
      const options = { abortSignal, maxItemCount: -1, partitionKey: orgId };
      const { resources } = await this.#container.items.query<T>({ query, parameters }, options).fetchAll();
      return resources;
    });
  }
}

/** A condition of a query and the values that it names. */
interface Condition {
  text: string;
  values: Record<string, string>;
}

/** One for each rank (`rankOf`), the first one first; without those that nothing would be left for. */
function conditionsOf({ line, words, beginnings }: Typed): Condition[] {
  const values: Record<string, string> = {};
  const value = (text: string) => {
    const name = `@value${Object.keys(values).length}`;
    values[name] = text;
    return name;
  };
  const first = `STARTSWITH(c.listOrder, ${value(line)})`;
  if (line === '') return [{ text: first, values }];
  const has = (word: string) => `EXISTS(SELECT VALUE w FROM w IN c.words WHERE STARTSWITH(w, ${value(word)}))`;
  const all = words.map((ways) => either(ways.map((way) => way.map(has).join(' AND ')))).join(' AND ');
  const likely = either(beginnings.map((word) => `STARTSWITH(c.listOrder, ${value(word)})`));
  return [
    { text: first, values },
    ...(beginnings.join() === line ? [] : [{ text: `${likely} AND ${all} AND NOT ${first}`, values }]),
    { text: `${all} AND NOT ${likely}`, values },
  ];
}

/** In brackets only where they are needed: each pair doubles the time that the emulator takes to read a query. */
function either(conditions: string[]): string {
  return conditions.length === 1 ? conditions.join() : `(${conditions.join(' OR ')})`;
}

function documentId(kind: DirectoryKind, id: string): string {
  return `${documentKinds[kind]}-${id}`;
}

function entryDocument(orgId: string, kind: DirectoryKind, entry: Entry): EntryDocument {
  const found = findable(entry);
  const content = {
    ...(found === undefined ? {} : { listOrder: found.line, words: found.words }),
    ...(found?.country === undefined ? {} : { country: found.country }),
    entry,
  };
  return {
    id: documentId(kind, entry.id),
    orgId,
    kind: documentKinds[kind],
    schemaVersion: 1,
    changeId: createHash('sha256').update(JSON.stringify(content)).digest('base64url'),
    ...content,
  };
}

function* inGroups<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
