import { randomUUID } from 'node:crypto';
import { CosmosClient } from '@azure/cosmos';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hurried } from '../../src/request.ts';
import type { CosmosSettings, CosmosStore, Timing } from '../../src/store/cosmos.ts';
import { StoreConflict, type StoredDocument, StoreUnavailable } from '../../src/store/port.ts';
import { type CosmosEmulator, type Fault, startCosmosEmulator } from '../fakes/cosmos.ts';

const atOnce: Partial<Timing> = { retryDelayMs: 0 };

let emulator: CosmosEmulator;
const opened: CosmosStore[] = [];

beforeEach(async () => {
  emulator = await startCosmosEmulator();
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await emulator.close();
});

async function open(settings: Partial<CosmosSettings> = {}): Promise<CosmosStore> {
  const store = await emulator.open({ timing: atOnce, ...settings });
  opened.push(store);
  return store;
}

/** A store whose client knows its container, as after its first write. */
async function warm(timing: Partial<Timing> = {}): Promise<CosmosStore> {
  const store = await open({ timing: { ...atOnce, ...timing } });
  await store.create(deal());
  emulator.requests.length = 0;
  return store;
}

function deal(fields: Partial<StoredDocument> = {}): StoredDocument {
  return { orgId: 'contoso', id: randomUUID(), kind: 'deal', schemaVersion: 1, changeId: randomUUID(), ...fields };
}

const kinds = () => emulator.requests.map(({ kind }) => kind);

const times = (count: number, fault: Fault) => Array.from({ length: count }, () => fault);

const undone = (answer: Fault['answer'], headers = {}): Fault => ({ when: 'before', answer, headers });
const doneBut = (answer: Fault['answer']): Fault => ({ when: 'after', answer });

describe('requests', () => {
  test('a read, a create, a replace and a removal are one request each', async () => {
    const store = await warm();
    const first = deal();
    const version = await store.create(first);
    await store.get('contoso', first.id);
    await store.get('contoso', 'absent');
    const next = await store.replace(deal({ id: first.id }), version);
    await store.remove('contoso', first.id, next);

    expect(kinds()).toEqual(['create', 'read', 'read', 'replace', 'remove']);
  });

  test('the first read and replace of a new client are one request each too', async () => {
    const first = deal();
    const version = await (await warm()).create(first);
    const store = await open();
    emulator.requests.length = 0;
    await store.get('contoso', first.id);
    await store.replace(deal({ id: first.id }), version);

    expect(kinds()).toEqual(['read', 'replace']);
  });

  test('a page of a list and a look for due documents are one query each, beside its plan', async () => {
    const store = await warm();
    await store.list({ orgId: 'contoso', kind: 'deal', limit: 10, orderBy: 'respondBy' });
    await store.dueBefore('2026-03-01T12:00:00.000Z', 10);

    expect(kinds().filter((kind) => kind !== 'query plan')).toEqual(['query', 'query']);
  });
});

const harmless: [what: string, faults: Fault[]][] = [
  ['429, as long as it is told', times(3, undone(429, { 'x-ms-retry-after-ms': '1' }))],
  ['449', times(2, undone(449))],
  ['408', times(2, undone(408))],
  ['410', times(2, undone(410))],
  ['503', times(3, undone(503))],
];

describe('a write is tried again', () => {
  const unanswered: [what: string, faults: Fault[]][] = [
    ['408', [doneBut(408)]],
    ['503, twice', [doneBut(503), undone(503)]],
    ['a reset', [doneBut('reset')]],
    ['silence', [doneBut('silence')]],
    ['a reset, after one of a request that was not carried out', [undone('reset'), doneBut('reset')]],
  ];

  test.each([...harmless, ['a reset', [undone('reset')]], ['silence', [undone('silence')]]] as typeof harmless)(
    'after %s',
    async (_what, faults) => {
      const store = await warm({ requestTimeoutMs: 200 });
      emulator.fail('create', ...faults);
      const first = deal();
      const version = await store.create(first);
      expect(kinds()).toEqual([...faults, 'done'].map(() => 'create'));

      emulator.requests.length = 0;
      emulator.fail('replace', ...faults);
      const second = deal({ id: first.id });
      const next = await store.replace(second, version);
      expect(kinds()).toEqual([...faults, 'done'].map(() => 'replace'));
      expect(await store.get('contoso', first.id)).toEqual({ document: second, version: next });

      emulator.requests.length = 0;
      emulator.fail('remove', ...faults);
      await store.remove('contoso', first.id, next);
      expect(kinds()).toEqual([...faults, 'done'].map(() => 'remove'));
    },
  );

  test.each(unanswered)(
    'and recognised as its own, when it was carried out and answered by %s',
    async (_what, faults) => {
      const store = await warm({ requestTimeoutMs: 200 });
      emulator.fail('create', ...faults);
      const first = deal();
      const version = await store.create(first);
      expect(kinds()).toEqual([...faults.map(() => 'create'), 'create', 'read']);
      expect(await store.get('contoso', first.id)).toEqual({ document: first, version });

      emulator.requests.length = 0;
      emulator.fail('replace', ...faults);
      const second = deal({ id: first.id });
      const next = await store.replace(second, version);
      expect(kinds()).toEqual([...faults.map(() => 'replace'), 'replace', 'read']);
      expect(await store.get('contoso', first.id)).toEqual({ document: second, version: next });

      emulator.fail('remove', ...faults);
      await store.remove('contoso', first.id, next);
      expect(await store.get('contoso', first.id)).toBeUndefined();
    },
  );

  test('and loses to a write that came between', async () => {
    const store = await warm();
    const first = deal();
    const version = await store.create(first);
    const theirs = deal({ id: first.id });
    await store.replace(theirs, version);
    emulator.fail('replace', undone(503), undone('reset'));

    await expect(store.replace(deal({ id: first.id }), version)).rejects.toThrow(StoreConflict);
    emulator.fail('create', undone('reset'));
    await expect(store.create(deal({ id: first.id }))).rejects.toThrow(StoreConflict);
    emulator.fail('remove', undone('reset'));
    await expect(store.remove('contoso', first.id, version)).rejects.toThrow(StoreConflict);
    expect((await store.get('contoso', first.id))?.document).toEqual(theirs);
  });

  test('even when the look for its own write goes wrong', async () => {
    const store = await warm();
    emulator.fail('create', doneBut(503));
    emulator.fail('read', undone(449));
    const first = deal();

    await store.create(first);
    expect(kinds()).toEqual(['create', 'create', 'read', 'create', 'read']);
  });
});

describe('a read is tried again', () => {
  test.each([
    ...harmless,
    ['404 of a replica that is behind', [undone(404, { 'x-ms-substatus': '1002' })]],
  ] as typeof harmless)('after %s', async (_what, faults) => {
    const store = await warm();
    const present = deal({ nextDueAt: '2026-03-01T12:00:00.000Z', kind: 'draft' });
    await store.create(present);
    emulator.fail('read', ...faults);
    expect((await store.get('contoso', present.id))?.document).toEqual(present);

    emulator.fail('query', ...faults);
    expect((await store.list({ orgId: 'contoso', kind: 'draft', limit: 1 })).items).toHaveLength(1);

    emulator.fail('query', ...faults);
    expect(await store.dueBefore('2026-03-01T12:00:00.000Z', 1)).toHaveLength(1);
  });
});

describe('an outage', () => {
  test.each<[what: string, answer: Fault['answer'], requests: number]>([
    ['503', 503, 4],
    ['a reset', 'reset', 4],
    ['silence', 'silence', 4],
    ['429 for ever', 429, 10],
  ])('of %s is told after a few tries', async (_what, answer, requests) => {
    const store = await warm({ requestTimeoutMs: 20 });
    emulator.fail('create', ...times(20, undone(answer, { 'x-ms-retry-after-ms': '1' })));

    await expect(store.create(deal())).rejects.toThrow(StoreUnavailable);
    expect(kinds()).toEqual(Array.from({ length: requests }, () => 'create'));
  });

  test('is told at the deadline, however long one answer may take', async () => {
    // The store opens by this deadline, too, and a busy machine may need its time for that.
    const store = await warm({ requestTimeoutMs: 60_000, deadlineMs: 1_000 });
    emulator.fail('read', undone('silence'));

    await expect(store.get('contoso', 'a')).rejects.toThrow(StoreUnavailable);
    expect(kinds()).toEqual(['read']);
  });

  test('is told earlier where somebody waits for what is read', async () => {
    const store = await warm({ requestTimeoutMs: 60_000, deadlineMs: 60_000 });
    emulator.fail('read', undone('silence'));

    await expect(hurried(50, () => store.get('contoso', 'a'))).rejects.toThrow(StoreUnavailable);
    expect(kinds()).toEqual(['read']);
  });

  test('of the whole account is told by every operation, and by opening', async () => {
    const store = await warm();
    await emulator.close();

    // A write comes first and finds the connection cut: with a read, the SDK would wait for a second before its own next try.
    await expect(store.create(deal())).rejects.toThrow(StoreUnavailable);
    await expect(store.get('contoso', 'a')).rejects.toThrow(StoreUnavailable);
    await expect(store.ping()).rejects.toThrow(StoreUnavailable);
    await expect(store.remove('contoso', 'a', '1')).rejects.toThrow(StoreUnavailable);
    await expect(store.list({ orgId: 'contoso', kind: 'deal', limit: 1 })).rejects.toThrow(StoreUnavailable);
    await expect(store.dueBefore('2026-03-01T12:00:00.000Z', 1)).rejects.toThrow(StoreUnavailable);
    await expect(open()).rejects.toThrow(StoreUnavailable);
    emulator = await startCosmosEmulator();
  });

  test.each([400, 401, 403, 413])('is not what a %s is: it is thrown as it came, at once', async (status) => {
    const store = await warm();
    emulator.fail('create', undone(status));

    await expect(store.create(deal())).rejects.toMatchObject({ code: status });
    expect(kinds()).toEqual(['create']);
  });

  test('is what the loss of the container is, and not an empty answer or a conflict', async () => {
    const store = await warm();
    const gone = times(4, undone(404, { 'x-ms-substatus': '1003' }));
    emulator.fail('read', ...gone);
    emulator.fail('replace', ...gone);

    await expect(store.get('contoso', 'a')).rejects.toThrow(StoreUnavailable);
    await expect(store.replace(deal(), '1')).rejects.toThrow(StoreUnavailable);
  });
});

describe('opening', () => {
  const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const byEntra: Partial<CosmosSettings> = { key: undefined, clientOptions: { aadCredentials: credential } };

  test('creates the database and the container by key, also when several instances start at once', async () => {
    const stores = await Promise.all([open(), open(), open()]);

    for (const store of stores) await store.create(deal());
    expect((await stores[0]?.list({ orgId: 'contoso', kind: 'deal', limit: 10 }))?.items).toHaveLength(3);
  });

  test('by Entra identity creates nothing, and says what has to be created', async () => {
    await emulator.close();
    emulator = await startCosmosEmulator({ tls: true });

    await expect(open(byEntra)).rejects.toThrow(
      /^The Cosmos DB container cosell\/documents does not exist. It has to be created with \{"partitionKey":.*\/orgId/,
    );
    expect(emulator.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  test('by Entra identity works with what is there', async () => {
    await emulator.close();
    emulator = await startCosmosEmulator({ tls: true });
    await open();
    emulator.requests.length = 0;
    const store = await open(byEntra);
    expect(emulator.requests).toEqual([{ method: 'GET', path: '/dbs/cosell/colls/documents', kind: 'metadata' }]);

    const first = deal();
    const version = await store.create(first);
    expect(await store.get('contoso', first.id)).toEqual({ document: first, version });
  });

  test.each([
    ['has another partition key', { partitionKey: { paths: ['/tenantId'] } }],
    ['lacks a composite index', { partitionKey: { paths: ['/orgId'] } }],
  ])('is refused when the container %s', async (what, settings) => {
    const client = new CosmosClient({
      endpoint: emulator.endpoint,
      key: 'AA==',
      connectionPolicy: { enableEndpointDiscovery: false },
    });
    const { database } = await client.databases.create({ id: 'cosell' });
    await database.containers.create({ id: 'documents', ...settings });
    client.dispose();

    await expect(open()).rejects.toThrow(
      `The Cosmos DB container cosell/documents ${what}. It has to be created with {`,
    );
  });
});
