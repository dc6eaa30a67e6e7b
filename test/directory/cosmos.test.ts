import { CosmosClient } from '@azure/cosmos';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Directory } from '../../src/directory/port.ts';
import type { CosmosStore, Timing } from '../../src/store/cosmos.ts';
import { openDirectory } from '../../src/store/open.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { type CosmosEmulator, type Fault, startCosmosEmulator } from '../fakes/cosmos.ts';
import { customer } from './invented.ts';

let emulator: CosmosEmulator;
const opened: CosmosStore[] = [];

beforeEach(async () => {
  emulator = await startCosmosEmulator();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await emulator.close();
});

async function open(timing: Partial<Timing> = {}): Promise<Directory> {
  const store = await emulator.open({ timing: { retryDelayMs: 0, ...timing } });
  opened.push(store);
  return openDirectory(store);
}

const kinds = () => emulator.requests.map(({ kind }) => kind).filter((kind) => kind !== 'query plan');
const times = (count: number, fault: Fault) => Array.from({ length: count }, () => fault);

describe('requests', () => {
  test('a search for what begins with the text is one query, for other words two, or three', async () => {
    const directory = await open();
    await directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso Retail')]);
    const queriesFor = async (text: string, limit: number) => {
      emulator.requests.length = 0;
      await directory.search('nordwind', 'customers', { text, limit });
      return kinds();
    };

    expect(await queriesFor('con', 1)).toEqual(['query']);
    expect(await queriesFor('', 15)).toEqual(['query']);
    expect(await queriesFor('con', 15)).toEqual(['query', 'query']);
    expect(await queriesFor('con ret', 15)).toEqual(['query', 'query', 'query']);
  });

  test('an import asks once for what is there, and writes what is new', async () => {
    const directory = await open();
    const batch = [customer('1', 'Contoso'), customer('2', 'Adatum'), customer('3', 'Fabrikam')];
    emulator.requests.length = 0;
    await directory.importEntries('nordwind', 'customers', batch);
    expect(kinds()).toEqual(['query', 'create', 'create', 'create']);

    emulator.requests.length = 0;
    await directory.importEntries('nordwind', 'customers', [...batch.slice(1), customer('1', 'Contoso Ltd')]);
    expect(kinds()).toEqual(['query', 'create']);

    emulator.requests.length = 0;
    await directory.get('nordwind', 'customers', '1');
    expect(kinds()).toEqual(['read']);
  });

  test('of more than one query: a large batch', async () => {
    const directory = await open();
    const batch = Array.from({ length: 450 }, (_, at) => customer(`C-${at}`, `Company ${at}`));
    expect(await directory.importEntries('nordwind', 'customers', batch)).toMatchObject({ added: 450 });

    emulator.requests.length = 0;
    expect(await directory.importEntries('nordwind', 'customers', batch)).toMatchObject({ unchanged: 450 });
    expect(kinds()).toEqual(['query', 'query', 'query']);
  });
});

test('documents of the store and entries do not get in each other’s way', async () => {
  const directory = await open();
  const [store] = opened;
  await directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso')]);
  await store?.create({ orgId: 'nordwind', id: '1', kind: 'deal', schemaVersion: 1, changeId: 'a' });

  expect((await store?.list({ orgId: 'nordwind', kind: 'deal', limit: 10 }))?.items).toHaveLength(1);
  expect(await store?.dueBefore('2099-01-01T00:00:00.000Z', 10)).toEqual([]);
  expect(await directory.get('nordwind', 'customers', '1')).toEqual(customer('1', 'Contoso'));
});

test.each<[what: string, fault: Fault]>([
  ['449', { when: 'before', answer: 449 }],
  ['503', { when: 'before', answer: 503 }],
  ['a reset', { when: 'after', answer: 'reset' }],
])('a write that is answered by %s is tried again', async (_what, fault) => {
  const directory = await open();
  emulator.fail('create', fault);
  expect(await directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso')])).toMatchObject({
    added: 1,
  });
  expect(await directory.search('nordwind', 'customers', { text: 'con', limit: 15 })).toHaveLength(1);
});

test('an outage is told, and the same import completes what was left', async () => {
  const directory = await open();
  const batch = Array.from({ length: 60 }, (_, at) => customer(`C-${at}`, `Company ${at}`));
  emulator.fail('create', ...times(400, { when: 'before', answer: 503 }));
  await expect(directory.importEntries('nordwind', 'customers', batch)).rejects.toThrow(StoreUnavailable);
  emulator.fail('query', ...times(8, { when: 'before', answer: 503 }));
  await expect(directory.search('nordwind', 'customers', { text: 'c', limit: 1 })).rejects.toThrow(StoreUnavailable);
  await emulator.close();
  await expect(directory.get('nordwind', 'customers', '1')).rejects.toThrow(StoreUnavailable);

  emulator = await startCosmosEmulator();
  const again = await open();
  expect(await again.importEntries('nordwind', 'customers', batch)).toMatchObject({ added: 60 });
});

describe('a container', () => {
  async function containerWith(includedPaths: string[]): Promise<void> {
    const client = new CosmosClient({
      endpoint: emulator.endpoint,
      key: 'AA==',
      connectionPolicy: { enableEndpointDiscovery: false },
    });
    const made = await emulator.open({ container: 'made' });
    opened.push(made);
    const { resource } = await client.database('cosell').container('made').read();
    const { compositeIndexes = [] } = resource?.indexingPolicy ?? {};
    await client.database('cosell').containers.create({
      id: 'documents',
      partitionKey: { paths: ['/orgId'] },
      indexingPolicy: {
        indexingMode: 'consistent',
        automatic: true,
        includedPaths: includedPaths.map((path) => ({ path })),
        excludedPaths: [],
        compositeIndexes,
      },
    });
    client.dispose();
  }

  test('that does not index the words is refused, with what it needs', async () => {
    await containerWith(['/orgId/?', '/kind/?', '/status/?', '/listOrder/?', '/nextDueAt/?', '/failedDeliveries/?']);
    await expect(open()).rejects.toThrow(
      /^The Cosmos DB container cosell\/documents does not index \/.*\. It has to be created with \{.*"\/words\/\[\]\/\?"/,
    );
  });

  test('that indexes everything will do', async () => {
    await containerWith(['/*']);
    await expect(open()).resolves.toBeDefined();
  });
});
