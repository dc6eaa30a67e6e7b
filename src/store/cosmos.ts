import {
  type Container,
  type ContainerDefinition,
  CosmosClient,
  type CosmosClientOptions,
  type ItemResponse,
  type RequestOptions,
  type Resource,
} from '@azure/cosmos';
import pRetry from 'p-retry';
import { timeLeft } from '../request.ts';
import { listOrder, pageOf, placeAfter } from './continuation.ts';
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

export interface CosmosSettings {
  endpoint: string;
  /** Absent: Microsoft Entra identity, `DefaultAzureCredential` unless `clientOptions` bring another. */
  key?: string | undefined;
  database: string;
  container: string;
  clientOptions?: Omit<CosmosClientOptions, 'endpoint' | 'key'>;
  timing?: Partial<Timing>;
}

/** How long the store goes on trying before it says that the database does not answer. All in milliseconds. */
export interface Timing {
  /** For one answer. */
  requestTimeoutMs: number;
  /** Before the second try. It doubles with each further try, and up to as much again is added at random. */
  retryDelayMs: number;
  /** After this, nothing is tried again and a running request is given up. */
  deadlineMs: number;
}

const tries = 4;

/** Teams waits for 5 s (dialogs) to 15 s (cards) and then asks again (facts/teams.md): later answers help nobody. */
const defaultTiming: Timing = { requestTimeoutMs: 5000, retryDelayMs: 100, deadlineMs: 8000 };

/** What the queries below need and nothing else: each indexed path costs request units with every write. */
const containerSettings = {
  partitionKey: { paths: ['/orgId'] },
  indexingPolicy: {
    indexingMode: 'consistent',
    automatic: true,
    // `id` is always indexed. The partition key is not, once "/*" is excluded.
    includedPaths: [
      { path: '/orgId/?' },
      { path: '/kind/?' },
      { path: '/status/?' },
      { path: '/listOrder/?' },
      { path: '/nextDueAt/?' },
      { path: '/failedDeliveries/?' },
      { path: '/tags/[]/?' },
      { path: '/createdAt/?' },
      { path: '/words/[]/?' },
      { path: '/country/?' },
    ],
    excludedPaths: [{ path: '/*' }],
    compositeIndexes: [
      ascending('/kind', '/id'),
      ascending('/kind', '/listOrder', '/id'),
      ascending('/kind', '/country', '/listOrder', '/id'),
      newestFirst(),
    ],
  },
} satisfies Partial<ContainerDefinition>;

/** A document as Cosmos DB keeps it: with the field that lists are ordered by. */
type CosmosDocument = StoredDocument & { listOrder: string };

/**
 * Opens the store in an Azure Cosmos DB container. By key, the database and the container are created where they are missing.
 * By Entra identity they have to be there: its data roles cannot create them (facts/cosmos.md, "Connection and auth").
 * @throws Error, in one line, when the container is missing or unsuitable, with the settings that it needs.
 * @throws {StoreUnavailable} when the account does not answer.
 */
export async function openCosmosStore(settings: CosmosSettings): Promise<CosmosStore> {
  const { endpoint, key, clientOptions = {} } = settings;
  const timing = { ...defaultTiming, ...settings.timing };
  const client = new CosmosClient({
    ...clientOptions,
    ...(key === undefined ? { aadCredentials: clientOptions.aadCredentials ?? (await defaultCredential()) } : { key }),
    endpoint,
    connectionPolicy: {
      requestTimeout: timing.requestTimeoutMs,
      // 429 is waited out by the SDK, as long as the service says.
      retryOptions: { maxRetryAttemptCount: 9, maxWaitTimeInSeconds: 4 },
      ...clientOptions.connectionPolicy,
    },
  });
  try {
    return new CosmosStore(client, await suitableContainer(client, settings, timing), timing);
  } catch (error) {
    client.dispose();
    throw error;
  }
}

/**
 * The store in Cosmos DB. A change is one point read and one conditional replace. The SDK repeats neither a write nor a 449, 408,
 * 410 or 503 (facts/cosmos.md, "Retries"); this class does, and recognises a write of its own whose answer was lost.
 */
export class CosmosStore implements Store {
  readonly #client: CosmosClient;
  readonly #container: Container;
  readonly #timing: Timing;

  constructor(client: CosmosClient, container: Container, timing: Timing) {
    this.#client = client;
    this.#container = container;
    this.#timing = timing;
  }

  /** Shared by the directory, which stands in the same container. */
  get connection(): { container: Container; timing: Timing } {
    return { container: this.#container, timing: this.#timing };
  }

  async get(orgId: string, id: string): Promise<Versioned<StoredDocument> | undefined> {
    if (!canBeId(id)) return undefined;
    return persistently(hurriedBy(this.#timing), (abortSignal) => this.#read(orgId, id, abortSignal));
  }

  async create(document: StoredDocument): Promise<string> {
    if (!canBeId(document.id)) throw new RangeError(`Cosmos DB keeps no document of the id ${document.id}`);
    return this.#write(document, (body, options) => this.#container.items.create(body, options));
  }

  async replace(document: StoredDocument, version: string): Promise<string> {
    return this.#write(document, (body, options) =>
      this.#container.item(body.id, body.orgId).replace(body, { ...options, ...ifMatch(version) }),
    );
  }

  async remove(orgId: string, id: string, version: string): Promise<void> {
    await persistently(this.#timing, async (abortSignal, attempt) => {
      try {
        await this.#container.item(id, orgId).delete({ abortSignal, ...ifMatch(version) });
      } catch (error) {
        // Gone at a second try: the first one did it, and its answer was lost.
        if (isMissing(error) && attempt > 1) return;
        throw isConflict(error) ? conflict(orgId, id, error) : error;
      }
    });
  }

  async list(query: ListQuery): Promise<Page<StoredDocument>> {
    const after = placeAfter(query);
    const byTime = query.orderBy === 'respondBy';
    // The partition key is named here too, because the emulator does not heed the option (facts/cosmos.md, 1.3).
    const conditions = ['c.orgId = @orgId', 'c.kind = @kind'];
    if (query.status !== undefined) conditions.push('c.status = @status');
    if (query.failedOnly) conditions.push('c.failedDeliveries > 0');
    if (query.orderBy === 'newest') return this.#newest(query, conditions, after);
    if (after !== undefined) {
      conditions.push(byTime ? '(c.listOrder > @order OR (c.listOrder = @order AND c.id > @id))' : 'c.id > @id');
    }
    const rows = await this.#query<CosmosDocument & Resource>(
      `SELECT TOP @top * FROM c WHERE ${conditions.join(' AND ')} ORDER BY c.kind, ${byTime ? 'c.listOrder, ' : ''}c.id`,
      {
        '@top': query.limit + 1,
        '@orgId': query.orgId,
        '@kind': query.kind,
        '@status': query.status ?? null,
        '@order': after?.order ?? null,
        '@id': after?.id ?? null,
      },
      query.orgId,
    );
    return pageOf(query, rows.map(versioned));
  }

  async #newest(
    query: ListQuery,
    conditions: string[],
    after: { order: string; id: string } | undefined,
  ): Promise<Page<StoredDocument>> {
    if (query.tag === undefined) throw new RangeError('a list by newest needs a tag');
    const where = [...conditions, 'ARRAY_CONTAINS(c.tags, @tag)'];
    if (after !== undefined) where.push('(c.createdAt < @order OR (c.createdAt = @order AND c.id < @id))');
    const rows = await this.#query<CosmosDocument & Resource>(
      `SELECT TOP @top * FROM c WHERE ${where.join(' AND ')} ORDER BY c.createdAt DESC, c.id DESC`,
      {
        '@top': query.limit + 1,
        '@orgId': query.orgId,
        '@kind': query.kind,
        '@tag': query.tag,
        '@status': query.status ?? null,
        '@order': after?.order ?? null,
        '@id': after?.id ?? null,
      },
      query.orgId,
    );
    return pageOf(query, rows.map(versioned));
  }

  async dueBefore(now: string, limit: number): Promise<DueDocument[]> {
    return this.#query<DueDocument>(
      'SELECT TOP @top c.orgId, c.id, c.nextDueAt FROM c WHERE c.nextDueAt <= @now ORDER BY c.nextDueAt',
      { '@top': limit, '@now': now },
    );
  }

  async ping(): Promise<void> {
    await this.get('ping', 'ping');
  }

  async close(): Promise<void> {
    this.#client.dispose();
  }

  async #read(orgId: string, id: string, abortSignal: AbortSignal): Promise<Versioned<StoredDocument> | undefined> {
    const { resource, substatus } = await this.#container.item(id, orgId).read<CosmosDocument>({ abortSignal });
    if (resource !== undefined) return versioned(resource);
    if (substatus) throw new StoreUnavailable(`Status 404/${substatus}`);
    return undefined;
  }

  /**
   * Sends a create or a conditional replace until it is answered. To send it again is safe: if an earlier try (ours, or one of the
   * SDK's) was carried out after all, this one conflicts, and the document that is there has our change id. That is read after the
   * conflict and not before the next try, because the conflict's answer brings the session token: the read cannot be out of date.
   */
  #write(
    document: StoredDocument,
    send: (body: CosmosDocument, options: RequestOptions) => Promise<ItemResponse<CosmosDocument>>,
  ): Promise<string> {
    const body = { ...document, listOrder: listOrder(document) };
    return persistently(this.#timing, async (abortSignal) => {
      try {
        const { etag } = await send(body, { abortSignal });
        return etag;
      } catch (error) {
        if (!isConflict(error)) throw error;
        const found = await this.#read(document.orgId, document.id, abortSignal);
        if (found?.document.changeId === document.changeId) return found.version;
        throw conflict(document.orgId, document.id, error);
      }
    });
  }

  #query<T>(query: string, values: Record<string, string | number | null>, partitionKey?: string): Promise<T[]> {
    const parameters = Object.entries(values).map(([name, value]) => ({ name, value }));
    const scope = partitionKey === undefined ? {} : { partitionKey };
    return persistently(hurriedBy(this.#timing), async (abortSignal) => {
      const options = { abortSignal, maxItemCount: -1, ...scope };
      const { resources } = await this.#container.items.query<T>({ query, parameters }, options).fetchAll();
      return resources;
    });
  }
}

async function defaultCredential(): Promise<NonNullable<CosmosClientOptions['aadCredentials']>> {
  // Only here: it is a large package, and a deployment by key does not need it.
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}

async function suitableContainer(client: CosmosClient, settings: CosmosSettings, timing: Timing): Promise<Container> {
  const found = await persistently(timing, async (abortSignal) => {
    const database = client.database(settings.database);
    try {
      if (settings.key === undefined) return await database.container(settings.container).read({ abortSignal });
      await client.databases.createIfNotExists({ id: database.id }, { abortSignal });
      const definition = { id: settings.container, ...containerSettings };
      return await database.containers.createIfNotExists(definition, { abortSignal });
    } catch (error) {
      if (codeOf(error) === 404) throw unsuitable(settings, 'does not exist');
      // Another instance of the bot is starting too.
      if (codeOf(error) === 409) throw new StoreUnavailable('The container is being created', { cause: error });
      throw error;
    }
  });
  const { partitionKey, indexingPolicy } = found.resource ?? {};
  if (partitionKey?.paths.join() !== containerSettings.partitionKey.paths.join()) {
    throw unsuitable(settings, 'has another partition key');
  }
  const indexes = new Set(indexingPolicy?.compositeIndexes?.map(pathsOf));
  if (!containerSettings.indexingPolicy.compositeIndexes.map(pathsOf).every((paths) => indexes.has(paths))) {
    throw unsuitable(settings, 'lacks a composite index');
  }
  const indexed = new Set(indexingPolicy?.includedPaths?.map(({ path }) => path));
  const unindexed = containerSettings.indexingPolicy.includedPaths.find(({ path }) => !indexed.has(path));
  if (unindexed !== undefined && !indexed.has('/*')) throw unsuitable(settings, `does not index ${unindexed.path}`);
  return found.container;
}

function unsuitable({ database, container }: CosmosSettings, what: string): Error {
  return new Error(
    `The Cosmos DB container ${database}/${container} ${what}. It has to be created with ${JSON.stringify(containerSettings)}`,
  );
}

/** Of a read, which is given up before whoever waits for its answer gives up; a write is sent until it is known what became of it. */
export function hurriedBy(timing: Timing): Timing {
  return { ...timing, deadlineMs: timeLeft(timing.deadlineMs) };
}

/**
 * Tries until it succeeds, fails for good, has been tried four times or is past the deadline. The deadline also ends the SDK's
 * own retries, which go on for minutes when a name cannot be resolved.
 * @throws {StoreUnavailable} when no try was answered, or when the service stays too busy.
 */
export async function persistently<T>(
  { retryDelayMs, deadlineMs }: Timing,
  work: (abortSignal: AbortSignal, attempt: number) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return await pRetry((attempt) => work(deadline, attempt), {
      retries: tries - 1,
      minTimeout: retryDelayMs,
      randomize: true,
      shouldRetry: ({ error }) => !deadline.aborted && isPassing(error),
    });
  } catch (error) {
    const isOutage = isPassing(error) || codeOf(error) === 429 || (error as Error).name === 'AbortError';
    throw isOutage
      ? new StoreUnavailable(`Cosmos DB does not answer: ${(error as Error).message}`, { cause: error })
      : error;
  }
}

/**
 * Whether another try may succeed. Beside HTTP statuses (408 time-out, 410 moved, 449 concurrent execution) there are the codes of
 * Node and the SDK, which are texts: ECONNRESET, TimeoutError.
 */
function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof StoreUnavailable || typeof code === 'string') return true;
  return [408, 410, 449, 500, 502, 503, 504].includes(code) || (code === 404 && !isMissing(error));
}

/** 412 and 404: changed or gone meanwhile. 409: created meanwhile. */
function isConflict(error: unknown): boolean {
  return codeOf(error) === 409 || codeOf(error) === 412 || isMissing(error);
}

/** A 404 with a substatus is another matter: 1002 no replica has this client's last write yet, 1003 the container is gone. */
function isMissing(error: unknown): boolean {
  return codeOf(error) === 404 && !(error as { substatus?: number }).substatus;
}

function codeOf(error: unknown): string | number {
  return (error as { code?: string | number }).code ?? 0;
}

function conflict(orgId: string, id: string, cause: unknown): StoreConflict {
  return new StoreConflict(`Document ${id} of organisation ${orgId} was changed`, { cause });
}

/** Cosmos DB refuses these characters in ids. */
function canBeId(id: string): boolean {
  return /^[^/\\?#]+$/.test(id);
}

function ifMatch(version: string): RequestOptions {
  return { accessCondition: { type: 'IfMatch', condition: version } };
}

function versioned({
  _rid,
  _self,
  _etag,
  _ts,
  _attachments,
  listOrder,
  ...document
}: CosmosDocument & Resource & { _attachments?: string }): Versioned<StoredDocument> {
  return { document, version: _etag };
}

function ascending(...paths: string[]) {
  return paths.map((path) => ({ path, order: 'ascending' as const }));
}

function newestFirst() {
  return ['/createdAt', '/id'].map((path) => ({ path, order: 'descending' as const }));
}

function pathsOf(index: { path: string }[]): string {
  return index.map(({ path }) => path).join();
}
