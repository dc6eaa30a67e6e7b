import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { dayMilliseconds, instant, systemClock } from '../src/clock.ts';
import { type Deal, dealId, type Status } from '../src/deals/deal.ts';
import { type DealFilters, type DealList, dealLists } from '../src/deals/filters.ts';
import { summaryMost } from '../src/deals/summary.ts';
import { createViews, type Views } from '../src/deals/views.ts';
import { personId } from '../src/organisations/organisation.ts';
import type { PersonActor } from '../src/rules/actor.ts';
import { settled } from '../src/rules/notices.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { foundNordwind, orgId, sellers } from './house.ts';
import { type Findings, median, number, percentile, type Row } from './measure.ts';

const few = 1000;
const many = 1_000_000;
const onAPage = 5;
const rounds = 60;
/** F1: page one with a million deals takes at most this many times as long as with a thousand. */
const atMost = 2;

/** Page one of each view, with a thousand deals in the store and with a million, by turns. */
export async function benchViews(folder: string): Promise<Findings> {
  const small = await filled(join(folder, 'views-few.db'), few);
  const large = await filled(join(folder, 'views-many.db'), many);
  const rows: Row[] = [
    {
      what: `${number(many)} deals written at once`,
      measured: `${number(many / large.seconds)} /s`,
      more: `${number(large.seconds)} s`,
    },
  ];
  const wrong: string[] = [];
  for (const { what, read, mayBeEmpty } of pages()) {
    const [before, after]: [number[], number[]] = [[], []];
    for (let round = -10; round < rounds; round += 1) {
      for (const [store, times] of [
        [small, before],
        [large, after],
      ] as const) {
        const begin = performance.now();
        const found = await read(store.views);
        if (round >= 0) times.push(performance.now() - begin);
        if (found === 0 && mayBeEmpty !== true) wrong.push(`views: ${what} found nothing`);
      }
    }
    rows.push({
      what,
      measured: `${number(median(after))} ms`,
      more: `p95 ${number(percentile(after, 0.95))} ms; with ${number(few)} deals ${number(median(before))} ms`,
      target: { name: 'of the small one', value: median(after) / median(before), atMost },
    });
  }
  const times: number[] = [];
  for (let round = 0; round < rounds / 3; round += 1) {
    const begin = performance.now();
    await large.views.summary(actor('referralsAdmin'), 'organisation');
    times.push(performance.now() - begin);
  }
  rows.push({
    what: 'summary of the organisation',
    measured: `${number(median(times))} ms`,
    more: `of at most ${number(3 * summaryMost)} deals`,
  });
  await small.close();
  await large.close();
  return { rows, wrong: [...new Set(wrong)] };
}

interface PageOne {
  what: string;
  /** The number of deals that were found. */
  read(views: Views): Promise<number>;
  mayBeEmpty?: boolean;
}

function pages(): PageOne[] {
  const page =
    (list: DealList, actor: PersonActor, filters: DealFilters = {}) =>
    async (views: Views) =>
      (await views.find({ list, actor, filters, limit: onAPage })).deals.length;
  return [
    { what: 'inbound: what is open', read: async (views) => (await views.open(orgId, onAPage)).deals.length },
    ...dealLists.map((list) => ({ what: `${list}, an admin`, read: page(list, actor('referralsAdmin')) })),
    ...dealLists.map((list) => ({ what: `${list}, a Referrals user`, read: page(list, actor('referralsUser')) })),
    {
      what: 'find with a filter that one in ten fits',
      read: page('everything', actor('referralsAdmin'), { status: 'won', countries: ['DE', 'AT', 'CH'] }),
    },
    {
      what: 'find that finds nothing',
      read: page('everything', actor('referralsAdmin'), { customer: 'nobody' }),
      mayBeEmpty: true,
    },
  ];
}

function actor(role: PersonActor['roles'][number]): PersonActor {
  const [seller] = sellers;
  return {
    kind: 'person',
    orgId,
    personId: personId(seller?.entraId ?? ''),
    name: seller?.name ?? '',
    roles: [role],
    guest: false,
    timeZone: 'Europe/Vienna',
  };
}

const insertDocument = `
  INSERT INTO documents (org_id, id, kind, version, status, list_order, next_due_at, failed_deliveries, body)
  VALUES (?, ?, 'deal', 1, ?, ?, ?, 0, ?)`;
const insertTag = `INSERT INTO document_tags (org_id, kind, tag, created_at, id) VALUES (?, 'deal', ?, ?, ?)`;

/**
 * A store with so many deals. They are written past the store, in one transaction, with the indexes made afterwards: the same rows
 * in a tenth of the time.
 */
async function filled(file: string, count: number) {
  const store = openSqliteStore({ file });
  await foundNordwind(store);
  await store.close();
  const begin = performance.now();
  const raw = new DatabaseSync(file);
  raw.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000');
  const indexes = raw.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").all();
  for (const { name } of indexes) raw.exec(`DROP INDEX ${name}`);
  const document = raw.prepare(insertDocument);
  const tag = raw.prepare(insertTag);
  raw.exec('BEGIN');
  const write = (statement: typeof document, ...values: SQLInputValue[]) => void statement.run(...values);
  const newest = Date.now();
  for (let index = 0; index < count; index += 1) {
    const deal = smallDeal(index, newest - (count - index) * 1000);
    const { id, status, respondBy, nextDueAt = null, tags = [], createdAt = '' } = deal;
    write(document, orgId, id, status, respondBy, nextDueAt, JSON.stringify(deal));
    for (const each of tags) write(tag, orgId, each, createdAt, id);
  }
  raw.exec('COMMIT');
  for (const { sql } of indexes) raw.exec(String(sql));
  raw.close();
  const seconds = (performance.now() - begin) / 1000;
  const reopened = openSqliteStore({ file });
  return { views: createViews(reopened, systemClock), close: () => reopened.close(), seconds };
}

const standings: readonly Status[] = [
  'received',
  'accepted',
  'accepted',
  'received',
  'won',
  'accepted',
  'declined',
  'lost',
  'accepted',
  'expired',
];
const countries = ['DE', 'AT', 'CH', 'FR', 'IE'];

/** As little as a deal can be; the seller of these tests marks one in fifty. */
function smallDeal(index: number, createdAt: number): Deal {
  const at = instant(createdAt);
  const status = standings[index % standings.length] as Status;
  const opportunity = status === 'received' || status === 'declined' || status === 'expired';
  const direction = opportunity || index % 4 < 2 ? 'inbound' : 'outbound';
  const seller = sellers[Math.floor(index / 10) % sellers.length];
  const by = { kind: 'sender' as const, name: 'Microsoft' };
  return settled(
    {
      kind: 'deal',
      schemaVersion: 1,
      changeId: String(index),
      id: dealId('bench', String(index)),
      orgId,
      status,
      direction,
      parties: { microsoft: index % 2 === 0, partners: 0 },
      source: 'bench',
      externalId: String(index),
      contentHash: '',
      route: { kind: 'none' },
      opportunity: {
        sender: { kind: 'microsoft', name: 'Microsoft' },
        customer: {
          name: `Alpenmilch ${index} AG`,
          address: { city: 'Zürich', country: countries[Math.floor(index / 10) % countries.length] },
          contacts: [],
        },
        value: { amount: String(50_000 + (index % 1000)), currency: 'EUR' },
        closeDate: instant(createdAt + 90 * dayMilliseconds).slice(0, 10),
        solutions: [{ name: 'Lakehouse Accelerator' }],
        receivedAt: at,
      },
      respondBy: instant(createdAt + 14 * dayMilliseconds + many * 1000),
      team: opportunity ? [] : [{ personId: personId(seller?.entraId ?? ''), name: seller?.name ?? '' }],
      notes: [],
      invitations: [],
      favouriteOf: index % 50 === 0 ? [personId(sellers[0]?.entraId ?? '')] : [],
      quiet: [],
      history: [{ what: direction === 'inbound' ? 'received' : 'created', by, at, from: 'api' }],
      postings: [],
      notices: [],
      failedDeliveries: 0,
    },
    createdAt,
  );
}
