import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { Deal } from '../../src/deals/deal.ts';
import type { DealFilters, DealList } from '../../src/deals/filters.ts';
import { summaryMost } from '../../src/deals/summary.ts';
import { createViews, mostRead, type Views } from '../../src/deals/views.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import { settled } from '../../src/rules/notices.ts';
import { documents } from '../../src/store/documents.ts';
import { InvalidContinuation, type Store } from '../../src/store/port.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { movableClock } from '../fakes/clock.ts';
import { startCosmosEmulator } from '../fakes/cosmos.ts';
import { day, monday, received, seller } from '../fixtures/opportunity.ts';

const admin = seller({ personId: 'person-admin', roles: ['referralsAdmin'] });
const ada = seller();

interface Database {
  store: Store;
  close(): Promise<void>;
}

async function sqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'views-'));
  const store = openSqliteStore({ file: join(folder, 'test.db') });
  return {
    store,
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function cosmos(): Promise<Database> {
  const emulator = await startCosmosEmulator();
  const store = await emulator.open();
  return {
    store,
    close: async () => {
      await store.close();
      await emulator.close();
    },
  };
}

/** A deal of a given minute: the later, the newer. */
function made(minute: number, changes: Partial<Deal> = {}): Deal {
  const at = instant(monday + minute * 60_000);
  const id = changes.id ?? `deal-${String(minute).padStart(4, '0')}`;
  const base = received({ dealId: id });
  return settled({ ...base, history: [{ ...base.history[0], at } as Deal['history'][number]], ...changes, id }, monday);
}

const team = [{ personId: ada.personId, name: ada.name }];

describe.each([
  ['SQLite', sqlite],
  ['Cosmos DB', cosmos],
])('%s', (_name, open) => {
  let database: Database;
  let views: Views;
  /** Documents that were read in lists. */
  let read: number;
  const clock = movableClock(monday + day);

  beforeEach(async () => {
    database = await open();
    read = 0;
    const counted: Store = {
      ...database.store,
      list: async (query) => {
        const page = await database.store.list(query);
        read += page.items.length;
        return page;
      },
    };
    views = createViews(counted, clock);
  });
  afterEach(() => database.close());

  async function keep(...deals: Deal[]): Promise<void> {
    const kept = documents(database.store, 'deal', Deal);
    await Promise.all(deals.map((deal) => kept.create(deal)));
  }

  /** The minutes of all pages. */
  async function pages(
    list: DealList,
    actor: PersonActor = admin,
    filters: DealFilters = {},
    limit = 2,
  ): Promise<string[][]> {
    const all: string[][] = [];
    let cursor: string | undefined;
    do {
      const found = await views.find({ list, actor, filters, limit }, cursor);
      all.push(found.deals.map(({ id }) => id.replace(/^deal-0*/, '')));
      cursor = found.next?.cursor;
      expect(found.next === undefined || found.next.full || found.deals.length < limit).toBe(true);
    } while (cursor !== undefined);
    return all;
  }

  test('F1: each list has its deals, newest first', async () => {
    await keep(
      made(1),
      made(2, { status: 'accepted', team }),
      made(3, { direction: 'outbound', status: 'accepted' }),
      made(4, { status: 'declined' }),
      made(5, { direction: 'outbound', status: 'won', team, favouriteOf: [ada.personId, admin.personId] }),
      made(6, { favouriteOf: [ada.personId] }),
    );
    expect(await pages('allInbound')).toEqual([
      ['6', '4'],
      ['2', '1'],
    ]);
    expect(await pages('outbound')).toEqual([['5', '3']]);
    expect(await pages('archive')).toEqual([['5', '4']]);
    expect(await pages('favourites')).toEqual([['5']]);
    expect(await pages('favourites', ada)).toEqual([['6', '5']]);
    expect(await pages('mine', ada)).toEqual([['2']]);
    expect(await pages('everything', admin, {}, 4)).toEqual([
      ['6', '5', '4', '3'],
      ['2', '1'],
    ]);
  });

  test('V1: a Referrals user finds what they may see, page by page, each once', async () => {
    await keep(
      ...Array.from({ length: 9 }, (_, at) => made(at + 1, { status: 'accepted', ...(at % 2 === 0 ? { team } : {}) })),
    );
    expect(await pages('everything', ada)).toEqual([['9', '7'], ['5', '3'], ['1']]);
    expect(await pages('everything', ada, {}, 5)).toEqual([['9', '7', '5', '3', '1']]);
    expect(await pages('outbound', ada)).toEqual([[]]);
  });

  test('nobody of another organisation finds anything', async () => {
    await keep(made(1));
    expect(await pages('everything', seller({ orgId: 'fabrikam', roles: ['referralsAdmin'] }))).toEqual([[]]);
  });

  test('filters together with pages: each once, and no page more than there is', async () => {
    const chf = (amount: string) => ({ value: { amount, currency: 'CHF' } });
    await keep(...Array.from({ length: 12 }, (_, at) => made(at + 1, at % 3 === 0 ? chf('1') : chf('2'))));
    const filters: DealFilters = { value: { currency: 'CHF', to: '1' } };
    expect(await pages('everything', admin, filters)).toEqual([
      ['10', '7'],
      ['4', '1'],
    ]);
    expect(await pages('everything', admin, filters, 3)).toEqual([['10', '7', '4'], ['1']]);
  });

  test('of the same instant the ids decide, on a page’s edge too', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await keep(...ids.map((id) => made(1, { id })));
    expect(await pages('everything', admin, {})).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
    expect(await pages('everything', admin, { status: 'received' })).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
  });

  test('a page neither skips nor repeats when others write meanwhile', async () => {
    await keep(...[1, 2, 3, 4, 5].map((minute) => made(minute)));
    const query = { list: 'everything', actor: admin, filters: { status: 'received' }, limit: 2 } as const;
    const first = await views.find(query);
    await keep(made(6));
    const kept = documents(database.store, 'deal', Deal);
    const last = await kept.get('nordwind', 'deal-0004');
    if (last !== undefined) await kept.replace(settled({ ...last.document, status: 'declined' }, monday), last.version);
    const second = await views.find(query, first.next?.cursor);
    expect(second.deals.map(({ id }) => id)).toEqual(['deal-0003', 'deal-0002']);
  });

  test('a request reads no more than it may, and says where to go on', async () => {
    await keep(made(0, { name: 'Needle' }), ...Array.from({ length: mostRead + 40 }, (_, at) => made(at + 1)));
    const query = { list: 'everything', actor: admin, filters: { customer: 'needle' }, limit: 5 } as const;
    const paused = await views.find(query);
    expect([paused.deals, paused.next?.full]).toEqual([[], false]);
    expect(read).toBe(mostRead);
    const found = await views.find(query, paused.next?.cursor);
    expect(found.deals.map(({ id }) => id)).toEqual(['deal-0000']);
    expect(found.next).toBeUndefined();
  });

  test('page one without a filter reads one page', async () => {
    await keep(...Array.from({ length: 30 }, (_, at) => made(at + 1)));
    await views.find({ list: 'everything', actor: admin, filters: {}, limit: 5 });
    expect(read).toBe(5);
  });

  test.each([['nonsense'], ['!!'], ['a!b!c'], ['']])('a forged cursor is refused: "%s"', async (cursor) => {
    await keep(made(1));
    const query = { list: 'everything', actor: admin, filters: {}, limit: 5 } as const;
    await expect(views.find(query, cursor)).rejects.toThrow(InvalidContinuation);
  });

  test('a cursor of another list is refused', async () => {
    await keep(...[1, 2, 3].map((minute) => made(minute, { direction: 'outbound', status: 'accepted' })));
    const { next } = await views.find({ list: 'outbound', actor: admin, filters: {}, limit: 1 });
    const other = views.find({ list: 'archive', actor: admin, filters: {}, limit: 1 }, next?.cursor);
    await expect(other).rejects.toThrow(InvalidContinuation);
  });

  test('a summary reads a bounded number of deals and says what it left out', async () => {
    await keep(...Array.from({ length: summaryMost + 5 }, (_, at) => made(at, { status: 'declined' })), made(5000));
    const { leftOut, received: waiting } = await views.summary(admin, 'organisation');
    expect(leftOut).toEqual(['archived']);
    expect(waiting.count).toBe(1);
    expect(read).toBeLessThanOrEqual(summaryMost + 1);
  }, 60_000);
});
