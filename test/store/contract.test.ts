import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { instant } from '../../src/clock.ts';
import { documentFields, documents } from '../../src/store/documents.ts';
import {
  DocumentTooNew,
  InvalidContinuation,
  type ListQuery,
  type Store,
  StoreConflict,
  type StoredDocument,
  type Versioned,
} from '../../src/store/port.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { startCosmosEmulator } from '../fakes/cosmos.ts';

/** One database, of which any number of stores may be open at once. */
interface Database {
  open(): Promise<Store>;
  close(): Promise<void>;
}

async function startSqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  return {
    open: async () => openSqliteStore({ file: join(folder, 'new folder', 'cosell.db') }),
    close: async () => rmSync(folder, { recursive: true }),
  };
}

type Deal = StoredDocument & { name?: string; count?: number; owner?: string };

/** A deal with the few fields a test is about. Each call gives a new change id, as every write must have. */
function deal(fields: Partial<Deal> = {}): Deal {
  return { orgId: 'contoso', id: randomUUID(), kind: 'deal', schemaVersion: 1, changeId: randomUUID(), ...fields };
}

const at = (minute: number) => instant(Date.UTC(2026, 2, 1, 12, minute));

async function existing(store: Store, orgId: string, id: string): Promise<Versioned<Deal>> {
  const found = await store.get(orgId, id);
  if (found === undefined) throw new Error(`No document ${id}`);
  return found as Versioned<Deal>;
}

/** The ids of a whole list, page by page. */
async function pages(store: Store, query: ListQuery): Promise<string[][]> {
  const ids: string[][] = [];
  let continuation: string | undefined;
  do {
    const page = await store.list({ ...query, ...(continuation === undefined ? {} : { continuation }) });
    ids.push(page.items.map(({ document }) => document.id));
    continuation = page.continuation;
  } while (continuation !== undefined);
  return ids;
}

describe.each([
  ['SQLite', startSqlite],
  ['Cosmos DB', startCosmosEmulator as () => Promise<Database>],
])('%s', (_name, start) => {
  let database: Database;
  const opened: Store[] = [];
  let store: Store;

  async function open(): Promise<Store> {
    const another = await database.open();
    opened.push(another);
    return another;
  }

  beforeEach(async () => {
    database = await start();
    store = await open();
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await database.close();
  });

  describe('one document', () => {
    test('is read as it was written, and has the version that its write gave', async () => {
      const written = deal({ name: 'Förderband "№ 1" 🏭', respondBy: at(1), nextDueAt: at(2), failedDeliveries: 1 });
      const version = await store.create(written);

      expect(await store.get('contoso', written.id)).toEqual({ document: written, version });
    });

    test('is undefined when it is not there, or is of another organisation', async () => {
      const { id } = deal();
      await store.create(deal({ id, orgId: 'fabrikam' }));

      expect(await store.get('contoso', id)).toBeUndefined();
    });

    test('is replaced under the version that was read, and gets another', async () => {
      const first = deal({ name: 'first', status: 'pending', respondBy: at(1), nextDueAt: at(1), failedDeliveries: 2 });
      const second = deal({ id: first.id, name: 'second' });
      const version = await store.create(first);
      const next = await store.replace(second, version);

      expect(next).not.toBe(version);
      expect(await store.get('contoso', first.id)).toEqual({ document: second, version: next });
      expect(await store.dueBefore(at(9), 10)).toEqual([]);
    });

    test('is not replaced under an older version', async () => {
      const first = deal();
      const version = await store.create(first);
      const second = deal({ id: first.id, name: 'second' });
      await store.replace(second, version);

      await expect(store.replace(deal({ id: first.id, name: 'third' }), version)).rejects.toThrow(StoreConflict);
      expect((await store.get('contoso', first.id))?.document).toEqual(second);
    });

    test('is not replaced when it is not there, nor under a version of another store', async () => {
      const present = deal();
      await store.create(present);

      await expect(store.replace(deal(), '1')).rejects.toThrow(StoreConflict);
      await expect(store.replace(deal({ id: present.id }), '"0000-11ee"')).rejects.toThrow(StoreConflict);
    });

    test('is removed under the version that was read only', async () => {
      const first = deal();
      const old = await store.create(first);
      const version = await store.replace(deal({ id: first.id }), old);

      await expect(store.remove('contoso', first.id, old)).rejects.toThrow(StoreConflict);
      await store.remove('contoso', first.id, version);
      expect(await store.get('contoso', first.id)).toBeUndefined();
      await expect(store.remove('contoso', first.id, version)).rejects.toThrow(StoreConflict);
    });

    test('created anew after its removal is not replaced under a version of its former life', async () => {
      const first = deal();
      const old = await store.create(first);
      await store.remove('contoso', first.id, old);
      await store.create(deal({ id: first.id }));

      await expect(store.replace(deal({ id: first.id }), old)).rejects.toThrow(StoreConflict);
    });

    test.each(['a/b', 'a\\b', 'a?b', 'a#b', ''])('cannot have the id "%s"', async (id) => {
      await expect(store.create(deal({ id }))).rejects.toThrow();
      expect(await store.get('contoso', id)).toBeUndefined();
    });
  });

  describe('many at once', () => {
    test('of 20 creates of one id exactly one wins, and another organisation may have the id too', async () => {
      const second = await open();
      const { id } = deal();
      const rivals = Array.from({ length: 20 }, () => deal({ id }));
      const [foreign, ...outcomes] = await Promise.allSettled([
        store.create(deal({ id, orgId: 'fabrikam' })),
        ...rivals.map((rival, i) => (i % 2 === 0 ? store : second).create(rival)),
      ]);

      expect(foreign?.status).toBe('fulfilled');
      const winners = rivals.filter((_, i) => outcomes[i]?.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(outcomes.filter((o) => o.status === 'rejected' && o.reason instanceof StoreConflict)).toHaveLength(19);
      expect((await store.get('contoso', id))?.document).toEqual(winners[0]);
    });

    test('no update is lost when 10 writers of 2 stores count in one document', async () => {
      const second = await open();
      const counter = deal({ count: 0 });
      await store.create(counter);

      async function countTo(mine: Store, times: number): Promise<void> {
        for (let done = 0; done < times; ) {
          const { document, version } = await existing(mine, 'contoso', counter.id);
          const counted = { ...document, count: (document.count ?? 0) + 1, changeId: randomUUID() };
          const won = await mine.replace(counted, version).then(
            () => true,
            (error) => {
              if (error instanceof StoreConflict) return false;
              throw error;
            },
          );
          if (won) done += 1;
        }
      }
      await Promise.all(Array.from({ length: 10 }, (_, i) => countTo(i % 2 === 0 ? store : second, 5)));

      expect((await existing(store, 'contoso', counter.id)).document.count).toBe(50);
    });

    test('each due document is claimed exactly once, though 4 workers race for all of them', async () => {
      const due = Array.from({ length: 12 }, (_, i) => deal({ orgId: `org-${i % 3}`, nextDueAt: at(i) }));
      for (const each of due) await store.create(each);
      const claims: string[] = [];

      async function work(owner: string, mine: Store): Promise<void> {
        for (;;) {
          const found = await mine.dueBefore(at(30), 5);
          if (found.length === 0) return;
          for (const { orgId, id } of found) {
            const { document, version } = await existing(mine, orgId, id);
            if ((document.nextDueAt ?? '~') > at(30)) continue;
            const leased = { ...document, owner, nextDueAt: at(45), changeId: randomUUID() };
            await mine.replace(leased, version).then(
              () => claims.push(id),
              (error) => expect(error).toBeInstanceOf(StoreConflict),
            );
          }
        }
      }
      const second = await open();
      await Promise.all(['a', 'b', 'c', 'd'].map((owner, i) => work(owner, i % 2 === 0 ? store : second)));

      expect(claims.toSorted()).toEqual(due.map(({ id }) => id).toSorted());
    });
  });

  describe('a list', () => {
    test('goes by respondBy, ties by id, documents without a time last, page by page and each once', async () => {
      const order: [id: string, respondBy?: string][] = [
        ['z', at(1)],
        ['b', at(2)],
        ['c', at(2)],
        ['d', at(2)],
        ['a', at(3)],
        ['e'],
        ['f'],
      ];
      for (const [id, respondBy] of order.toReversed()) await store.create(deal({ id, respondBy }));
      const query: ListQuery = { orgId: 'contoso', kind: 'deal', orderBy: 'respondBy', limit: 3 };

      expect(await pages(store, query)).toEqual([['z', 'b', 'c'], ['d', 'a', 'e'], ['f']]);
      expect(await pages(store, { ...query, limit: 7 })).toEqual([['z', 'b', 'c', 'd', 'a', 'e', 'f']]);
    });

    test('goes by id when no order is asked for', async () => {
      for (const id of ['b', 'd', 'a', 'c']) await store.create(deal({ id, respondBy: at(id === 'a' ? 9 : 1) }));

      expect(await pages(store, { orgId: 'contoso', kind: 'deal', limit: 2 })).toEqual([
        ['a', 'b'],
        ['c', 'd'],
      ]);
    });

    test('has the documents of its organisation, kind, status and failures only', async () => {
      await store.create(deal({ id: 'failed', status: 'pending', failedDeliveries: 2 }));
      await store.create(deal({ id: 'unfailed', status: 'pending', failedDeliveries: 0 }));
      await store.create(deal({ id: 'won', status: 'won', failedDeliveries: 1 }));
      await store.create(deal({ id: 'bare' }));
      await store.create(deal({ id: 'draft', kind: 'draft', status: 'pending', failedDeliveries: 1 }));
      await store.create(deal({ id: 'foreign', orgId: 'fabrikam', status: 'pending', failedDeliveries: 1 }));
      const query: ListQuery = { orgId: 'contoso', kind: 'deal', limit: 10 };

      expect(await pages(store, query)).toEqual([['bare', 'failed', 'unfailed', 'won']]);
      expect(await pages(store, { ...query, status: 'pending' })).toEqual([['failed', 'unfailed']]);
      expect(await pages(store, { ...query, failedOnly: true })).toEqual([['failed', 'won']]);
      expect(await pages(store, { ...query, status: 'pending', failedOnly: true, orderBy: 'respondBy' })).toEqual([
        ['failed'],
      ]);
      expect(await pages(store, { ...query, kind: 'person' })).toEqual([[]]);
    });

    test('gives documents with the versions that a write needs', async () => {
      const version = await store.create(deal({ id: 'a', name: 'first' }));
      const { items } = await store.list({ orgId: 'contoso', kind: 'deal', limit: 1 });

      expect(items).toEqual([{ document: expect.objectContaining({ id: 'a', name: 'first' }), version }]);
      expect(Object.keys(items[0]?.document ?? {}).toSorted()).toEqual(Object.keys(deal({ name: '' })).toSorted());
    });

    describe('of one tag', () => {
      const query: ListQuery = { orgId: 'contoso', kind: 'deal', tag: 'outbound', orderBy: 'newest', limit: 10 };

      test('goes by createdAt, latest first, ties by id downwards, page by page and each once', async () => {
        const order: [id: string, createdAt: string][] = [
          ['a', at(9)],
          ['d', at(5)],
          ['c', at(5)],
          ['b', at(5)],
          ['z', at(1)],
        ];
        for (const [id, createdAt] of order.toReversed()) {
          await store.create(deal({ id, createdAt, tags: ['all', 'outbound'] }));
        }

        expect(await pages(store, { ...query, limit: 2 })).toEqual([['a', 'd'], ['c', 'b'], ['z']]);
        expect(await pages(store, { ...query, limit: 3, tag: 'all' })).toEqual([
          ['a', 'd', 'c'],
          ['b', 'z'],
        ]);
        expect(await pages(store, { ...query, limit: 5 })).toEqual([['a', 'd', 'c', 'b', 'z']]);
      });

      test('has the documents of its organisation, kind, tag and status only', async () => {
        const tagged = (id: string, fields: Partial<Deal> = {}) =>
          store.create(deal({ id, createdAt: at(1), tags: ['outbound'], ...fields }));
        await tagged('ours', { status: 'won' });
        await tagged('open', { status: 'accepted' });
        await tagged('other-tag', { tags: ['outbound2', 'out', 'favourite:outbound'] });
        await tagged('no-tag', { tags: [] });
        await tagged('draft', { kind: 'draft' });
        await tagged('foreign', { orgId: 'fabrikam' });
        await store.create(deal({ id: 'bare', createdAt: at(1) }));

        expect(await pages(store, query)).toEqual([['ours', 'open']]);
        expect(await pages(store, { ...query, status: 'accepted' })).toEqual([['open']]);
        expect(await pages(store, { ...query, kind: 'draft' })).toEqual([['draft']]);
        expect(await pages(store, { ...query, orgId: 'fabrikam' })).toEqual([['foreign']]);
        expect(await pages(store, { ...query, tag: 'nobody' })).toEqual([[]]);
      });

      test('follows the tags: those that are added, kept, taken away, and removed with the document', async () => {
        const first = deal({ id: 'a', createdAt: at(1), tags: ['all', 'mine:ada'] });
        const of = (tag: string) => pages(store, { ...query, tag });
        let version = await store.create(first);
        expect([await of('all'), await of('mine:ada'), await of('archive')]).toEqual([[['a']], [['a']], [[]]]);

        version = await store.replace({ ...first, changeId: randomUUID(), tags: ['archive', 'all'] }, version);
        expect([await of('all'), await of('mine:ada'), await of('archive')]).toEqual([[['a']], [[]], [['a']]]);

        version = await store.replace({ ...first, changeId: randomUUID(), tags: [] }, version);
        expect([await of('all'), await of('archive')]).toEqual([[[]], [[]]]);

        version = await store.replace({ ...first, changeId: randomUUID(), tags: ['all'] }, version);
        expect(await of('all')).toEqual([['a']]);
        await store.remove('contoso', 'a', version);
        expect(await of('all')).toEqual([[]]);
      });

      test('a tag that is named twice counts once, and a conflicting write changes none', async () => {
        const first = deal({ id: 'a', createdAt: at(1), tags: ['all', 'all'] });
        const old = await store.create(first);
        expect(await pages(store, { ...query, tag: 'all', limit: 1 })).toEqual([['a']]);

        await store.replace({ ...first, changeId: randomUUID() }, old);
        const stale = { ...first, changeId: randomUUID(), tags: ['archive'] };
        await expect(store.replace(stale, old)).rejects.toThrow(StoreConflict);
        await expect(store.create({ ...stale, changeId: randomUUID() })).rejects.toThrow(StoreConflict);
        expect(await pages(store, { ...query, tag: 'archive' })).toEqual([[]]);
        expect(await pages(store, { ...query, tag: 'all' })).toEqual([['a']]);
      });

      test('a later page neither skips nor repeats when newer documents come and the place itself goes', async () => {
        const versions = new Map<string, string>();
        for (const [id, minute] of Object.entries({ a: 1, b: 2, c: 3, d: 4 })) {
          versions.set(id, await store.create(deal({ id, createdAt: at(minute), tags: ['outbound'] })));
        }
        const first = await store.list({ ...query, limit: 2 });
        expect(first.items.map(({ document }) => document.id)).toEqual(['d', 'c']);
        await store.create(deal({ id: 'e', createdAt: at(5), tags: ['outbound'] }));
        await store.remove('contoso', 'c', versions.get('c') ?? '');

        const second = await store.list({ ...query, limit: 2, continuation: first.continuation ?? '' });
        expect(second.items.map(({ document }) => document.id)).toEqual(['b', 'a']);
        expect(second.continuation).toBeUndefined();
      });

      test('refuses a continuation of another tag or order, and a list by newest without a tag', async () => {
        for (const id of ['a', 'b']) await store.create(deal({ id, createdAt: at(1), tags: ['outbound', 'archive'] }));
        const { continuation = '' } = await store.list({ ...query, limit: 1 });
        const { tag: _, orderBy: __, ...byId } = query;

        await expect(store.list({ ...query, tag: 'archive', continuation })).rejects.toThrow(InvalidContinuation);
        await expect(store.list({ ...byId, continuation })).rejects.toThrow(InvalidContinuation);
        await expect(store.list({ ...byId, orderBy: 'newest' })).rejects.toThrow(RangeError);
      });

      test('documents and versions come as a write needs them, with their tags', async () => {
        const written = deal({ id: 'a', createdAt: at(1), tags: ['outbound'] });
        const version = await store.create(written);

        expect((await store.list(query)).items).toEqual([{ document: written, version }]);
      });
    });

    test('neither skips nor repeats when documents before the place come and go', async () => {
      for (const id of ['b', 'c', 'd', 'e']) await store.create(deal({ id }));
      const query: ListQuery = { orgId: 'contoso', kind: 'deal', limit: 2 };
      const first = await store.list(query);
      await store.create(deal({ id: 'a' }));
      await store.remove('contoso', 'c', first.items[1]?.version ?? '');

      const second = await store.list({ ...query, continuation: first.continuation ?? '' });
      expect(second.items.map(({ document }) => document.id)).toEqual(['d', 'e']);
      expect(second.continuation).toBeUndefined();
    });

    describe('refuses a continuation', () => {
      const query: ListQuery = { orgId: 'contoso', kind: 'deal', status: 'pending', orderBy: 'respondBy', limit: 1 };

      async function continuation(): Promise<string> {
        for (const id of ['a', 'b']) await store.create(deal({ id, status: 'pending', respondBy: at(1) }));
        const given = (await store.list(query)).continuation;
        if (given === undefined) throw new Error('A second page was expected');
        return given;
      }

      test.each<[what: string, change: Partial<ListQuery>]>([
        ['another organisation', { orgId: 'fabrikam' }],
        ['another kind', { kind: 'draft' }],
        ['another status', { status: 'won' }],
        ['the failed ones', { failedOnly: true }],
      ])('of a list of %s', async (_what, change) => {
        const given = await continuation();

        await expect(store.list({ ...query, ...change, continuation: given })).rejects.toThrow(InvalidContinuation);
      });

      test('of a list in another order', async () => {
        const { orderBy, ...byId } = query;

        await expect(store.list({ ...byId, continuation: await continuation() })).rejects.toThrow(InvalidContinuation);
      });

      test('that was made up', async () => {
        const place = JSON.parse(Buffer.from(await continuation(), 'base64url').toString());
        const forged = [{ ...place, id: 7 }, { ...place, more: 1 }, { ...place, query: '' }, null]
          .map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'))
          .concat('', 'no continuation', "' OR 1=1 --");

        for (const each of forged) {
          await expect(store.list({ ...query, continuation: each })).rejects.toThrow(InvalidContinuation);
        }
      });
    });
  });

  describe('due documents', () => {
    test('are those of all organisations up to now, the longest overdue first, up to the limit', async () => {
      await store.create(deal({ orgId: 'fabrikam', id: 'second', nextDueAt: at(2) }));
      await store.create(deal({ orgId: 'contoso', id: 'third', nextDueAt: at(3) }));
      await store.create(deal({ orgId: 'adatum', id: 'first', nextDueAt: at(1), kind: 'draft' }));
      await store.create(deal({ orgId: 'contoso', id: 'later', nextDueAt: at(4) }));
      await store.create(deal({ orgId: 'contoso', id: 'never' }));
      const first = { orgId: 'adatum', id: 'first', nextDueAt: at(1) };
      const second = { orgId: 'fabrikam', id: 'second', nextDueAt: at(2) };
      const third = { orgId: 'contoso', id: 'third', nextDueAt: at(3) };

      expect(await store.dueBefore(at(3), 10)).toEqual([first, second, third]);
      expect(await store.dueBefore(at(3), 2)).toEqual([first, second]);
      expect(await store.dueBefore(at(0), 10)).toEqual([]);
    });
  });

  describe('through documents()', () => {
    const Draft = z.object({ ...documentFields('draft'), text: z.string() });
    const drafts = () => documents(store, 'draft', Draft);

    test('a document of another kind is undefined', async () => {
      const present = deal();
      await store.create(present);

      expect(await drafts().get('contoso', present.id)).toBeUndefined();
    });

    test('a document of a later schema version is refused, and stays as it is', async () => {
      const later = { ...deal({ kind: 'draft' }), schemaVersion: 2, wording: 'new' };
      const version = await store.create(later);

      await expect(drafts().get('contoso', later.id)).rejects.toThrow(DocumentTooNew);
      const replacement = {
        ...deal({ kind: 'draft', id: later.id }),
        kind: 'draft',
        schemaVersion: 1,
        text: '',
      } as const;
      await expect(drafts().create(replacement)).rejects.toThrow(StoreConflict);
      expect(await store.get('contoso', later.id)).toEqual({ document: later, version });
    });

    test('a document of a later schema version does not take the list that it stands in with it', async () => {
      const [a, b] = await Promise.all(
        ['a', 'b'].map(async (id) => {
          const present = { ...deal({ kind: 'draft', id }), text: '' };
          await store.create(present);
          return present;
        }),
      );
      const later = { ...deal({ kind: 'draft', id: 'aa' }), schemaVersion: 2, wording: 'new' };
      await store.create(later);
      const leftOut: unknown[] = [];
      store.onLeftOut = ({ id }) => leftOut.push(id);

      const first = await drafts().list({ orgId: 'contoso', limit: 2 });
      expect(first.items.map(({ document }) => document.id)).toEqual([a?.id]);
      const { continuation = '' } = first;
      const second = await drafts().list({ orgId: 'contoso', limit: 2, continuation });
      expect(second.items.map(({ document }) => document.id)).toEqual([b?.id]);
      const all = [];
      for await (const { document } of drafts().all('contoso')) all.push(document.id);
      expect(all).toEqual([a?.id, b?.id]);
      expect(leftOut).toEqual(['aa', 'aa']);
    });

    test('what could not be read again is not written, and what stood there stays', async () => {
      const present = { ...deal({ kind: 'draft' }), kind: 'draft', schemaVersion: 1, text: 'good' } as const;
      const { version } = await drafts().create(present);
      const bad = { ...present, text: 7 } as unknown as typeof present;

      await expect(drafts().replace(bad, version)).rejects.toThrow(z.ZodError);
      await expect(drafts().create({ ...bad, id: 'another' })).rejects.toThrow(z.ZodError);
      expect(await drafts().get('contoso', present.id)).toMatchObject({ document: { text: 'good' }, version });
      expect(await store.get('contoso', 'another')).toBeUndefined();
    });

    test('all documents of a kind come, over more than one page', async () => {
      await Promise.all(
        Array.from({ length: 205 }, () => store.create({ ...deal({ kind: 'draft' }), text: '' } as Deal)),
      );
      let count = 0;
      for await (const { document } of drafts().all('contoso')) count += document.kind === 'draft' ? 1 : 0;

      expect(count).toBe(205);
    });
  });

  test('documents and versions outlive the store that wrote them', async () => {
    const first = deal({ nextDueAt: at(1) });
    const version = await store.create(first);
    await store.close();
    const reopened = await open();

    expect(await reopened.get('contoso', first.id)).toEqual({ document: first, version });
    expect(await reopened.dueBefore(at(1), 1)).toHaveLength(1);
    await reopened.replace(deal({ id: first.id }), version);
  });

  test('answers a ping', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });
});
