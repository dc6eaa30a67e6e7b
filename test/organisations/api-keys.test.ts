import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ApiKeys, createApiKeys } from '../../src/organisations/api-keys.ts';
import { type MovableClock, movableClock } from '../fakes/clock.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';

let temporary: TemporaryStore;
let clock: MovableClock;
let keys: ApiKeys;

beforeEach(() => {
  temporary = temporaryStore();
  clock = movableClock(Date.parse('2026-11-22T09:00:00Z'));
  keys = createApiKeys(temporary.store, clock);
});
afterEach(() => temporary.discard());

test('a key opens its organisation and source', async () => {
  const { text, document } = await keys.create('nordwind', 'crm');
  expect(text).toMatch(/^csk_nordwind_[0-9a-f]{16}_[\w-]{43}$/);
  expect(await keys.verify(text)).toEqual(document);
  expect(document).toMatchObject({
    orgId: 'nordwind',
    source: 'crm',
    status: 'active',
    createdAt: '2026-11-22T09:00:00.000Z',
  });
});

test('its secret is nowhere in the store', async () => {
  const { text } = await keys.create('nordwind', 'crm');
  const [, , , ...secret] = text.split('_');
  const page = await temporary.store.list({ orgId: 'nordwind', kind: 'apiKey', limit: 10 });
  expect(page.items).toHaveLength(1);
  expect(JSON.stringify(page)).not.toContain(secret.join('_'));
});

test.each(['teams', 'partner-center', 'org-fabrikam', 'org-'])(
  'the source %s is the bot’s own: a program’s opportunities would take the ids of deals made here',
  async (source) => {
    await expect(keys.create('nordwind', source)).rejects.toThrow(`The source ${source} is taken`);
    expect(await keys.list('nordwind')).toEqual([]);
  },
);

test.each(['teams-crm', 'partner-center-2', 'organisation'])('the source %s is free', async (source) => {
  expect((await keys.create('nordwind', source)).document.source).toBe(source);
});

test('each key is another', async () => {
  const texts = await Promise.all(Array.from({ length: 50 }, async () => (await keys.create('nordwind', 'crm')).text));
  expect(new Set(texts).size).toBe(50);
  for (const text of texts) expect(await keys.verify(text)).toBeDefined();
});

describe('nothing else opens anything', () => {
  test.each<[string, (text: string) => string]>([
    ['nothing', () => ''],
    ['its beginning', (text) => text.slice(0, -1)],
    ['more than it', (text) => `${text}A`],
    [
      'another first character of the secret',
      (text) => text.replace(/(csk_nordwind_[0-9a-f]{16}_)(.)/, (_, a, b) => a + (b === 'A' ? 'B' : 'A')),
    ],
    ['another organisation', (text) => text.replace('nordwind', 'fabrikam')],
    ['another key id', (text) => text.replace(/_[0-9a-f]{16}_/, '_0123456789abcdef_')],
    ['spaces around it', (text) => ` ${text} `],
    ['a line more', (text) => `${text}\n`],
    ['its hash', (text) => text.replace(/[\w-]{43}$/, 'A'.repeat(43))],
    ['another kind of document', () => `csk_nordwind_organisation_${'A'.repeat(43)}`],
  ])('%s', async (_what, change) => {
    const { text } = await keys.create('nordwind', 'crm');
    expect(await keys.verify(change(text))).toBeUndefined();
    expect(await keys.verify(text)).toBeDefined();
  });
});

test('a text that is no key costs no read, any other exactly one', async () => {
  const { text, document } = await keys.create('nordwind', 'crm');
  let reads = 0;
  const counting = Object.assign(Object.create(temporary.store), {
    get: (orgId: string, id: string) => {
      reads += 1;
      return temporary.store.get(orgId, id);
    },
  });
  const counted = createApiKeys(counting, clock);
  await counted.verify('nonsense');
  expect(reads).toBe(0);
  await counted.verify(text);
  await counted.verify(text.replace(document.id.slice(4), '0123456789abcdef'));
  expect(reads).toBe(2);
});

test('a revoked key ends at once, on every instance, and keeps its time', async () => {
  const elsewhere = createApiKeys(temporary.reopen(), clock);
  const { text, document } = await keys.create('nordwind', 'crm');
  expect(await elsewhere.verify(text)).toBeDefined();
  expect(await keys.revoke('nordwind', document.id)).toMatchObject({
    status: 'revoked',
    revokedAt: '2026-11-22T09:00:00.000Z',
  });
  expect(await elsewhere.verify(text)).toBeUndefined();
  clock.move(1000);
  expect((await keys.revoke('nordwind', document.id.slice('key-'.length)))?.revokedAt).toBe('2026-11-22T09:00:00.000Z');
  expect(await keys.revoke('nordwind', 'key-unknown')).toBeUndefined();
});

test('the list has the keys of one organisation, oldest first, revoked ones too', async () => {
  const { document: first } = await keys.create('nordwind', 'erp');
  clock.move(1000);
  const { document: second } = await keys.create('nordwind', 'crm', { kind: 'organisation', orgId: 'fabrikam' });
  await keys.create('fabrikam', 'crm');
  await keys.revoke('nordwind', first.id);
  expect((await keys.list('nordwind')).map(({ id, status }) => [id, status])).toEqual([
    [first.id, 'revoked'],
    [second.id, 'active'],
  ]);
  expect(await keys.get('nordwind', second.id)).toMatchObject({ sender: { kind: 'organisation', orgId: 'fabrikam' } });
});

test.each(['', 'CRM', '-crm', 'c r m', 'x'.repeat(41)])('the source %p is refused', async (source) => {
  await expect(keys.create('nordwind', source)).rejects.toThrow('The source must be');
  expect(await keys.list('nordwind')).toEqual([]);
});
