import { join } from 'node:path';
import { instant } from '../src/clock.ts';
import type { Deal } from '../src/deals/deal.ts';
import { openSqliteStore, type SqliteStore } from '../src/store/sqlite.ts';
import { dealsIn, orgId, receivedDeal, seed } from './house.ts';
import { type Findings, median, number } from './measure.ts';

const small = 2_000;
const large = 200_000;
const due = 100;
const rounds = 40;
const sweepsARound = 20;

/** The dispatcher's question: the 100 deals that are due, among few and among many. */
export async function sweep(folder: string): Promise<Findings> {
  const now = Date.now();
  const wrong: string[] = [];
  const few = await filled(join(folder, 'few.db'), small, now);
  const begin = performance.now();
  const many = await filled(join(folder, 'many.db'), large, now);
  const seeding = (performance.now() - begin) / 1000;

  async function find({ store }: Filled): Promise<number> {
    const from = performance.now();
    for (let count = 0; count < sweepsARound; count += 1) {
      const found = await store.dueBefore(instant(now), due);
      if (found.length !== due) wrong.push(`sweep: ${found.length} instead of ${due} due deals`);
    }
    return (performance.now() - from) / sweepsARound;
  }
  async function read({ store }: Filled): Promise<number> {
    const deals = dealsIn(store);
    const from = performance.now();
    for (const { id } of await store.dueBefore(instant(now), due)) await deals.get(orgId, id);
    return performance.now() - from;
  }

  const times = {
    fewFound: [] as number[],
    manyFound: [] as number[],
    fewRead: [] as number[],
    manyRead: [] as number[],
  };
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    times.fewFound.push(await find(few));
    times.manyFound.push(await find(many));
    times.fewRead.push(await read(few));
    times.manyRead.push(await read(many));
  }
  await few.store.close();
  await many.store.close();

  const [fewFound, manyFound] = [median(times.fewFound), median(times.manyFound)];
  const [fewRead, manyRead] = [median(times.fewRead), median(times.manyRead)];
  const ratio = median(times.manyFound.map((time, round) => time / (times.fewFound[round] ?? 0)));
  return {
    rows: [
      { what: `find ${due} due deals among ${number(small)}`, measured: `${number(fewFound)} ms`, more: few.size },
      {
        what: `find ${due} due deals among ${number(large)}`,
        measured: `${number(manyFound)} ms`,
        more: `${many.size}, filled in ${number(seeding)} s`,
        target: { name: 'of the small one', value: ratio, atMost: 1.5 },
      },
      { what: '  and read and check them', measured: `${number(manyRead)} ms`, more: `small: ${number(fewRead)} ms` },
    ],
    wrong,
  };
}

interface Filled {
  store: SqliteStore;
  /** `3 KB a deal`. */
  size: string;
}

async function filled(file: string, count: number, now: number): Promise<Filled> {
  const store = openSqliteStore({ file });
  const every = count / due;
  let bytes = 0;
  await seed(store, count, (index) => {
    const deal = placed(receivedDeal(index), index, every, now);
    if (index < 100) bytes += JSON.stringify(deal).length;
    return deal;
  });
  return { store, size: `${number(bytes / 100 / 1024)} KB a deal` };
}

/** One in `every` is due; of the others, every second one is answered and waits for nothing. */
function placed(deal: Deal, index: number, every: number, now: number): Deal {
  if (index % every === 0) return { ...deal, nextDueAt: instant(now - 1000 - index) };
  if (index % 2 === 0) return deal;
  const { nextDueAt: _, ...rest } = deal;
  return { ...rest, status: 'accepted', notices: deal.notices.map((notice) => ({ ...notice, state: 'dropped' })) };
}
