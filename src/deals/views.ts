import { setImmediate as turnOfEvents } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { PersonActor } from '../rules/actor.ts';
import { isAdmin, maySeeDeal } from '../rules/permissions.ts';
import { documents } from '../store/documents.ts';
import { InvalidContinuation, type Store } from '../store/port.ts';
import { Deal, stageOf } from './deal.ts';
import { type DealFilters, type DealList, fits } from './filters.ts';
import { type Summary, type SummaryScope, summarized, summaryMost } from './summary.ts';

/** Documents that one page of a filtered list reads at the most: its time does not grow with the number of deals. */
export const mostRead = 300;
/** Documents that are asked for at a time, after the first few, where some of them will not fit. */
const chunk = 100;

interface DealPage {
  deals: Deal[];
  /** Absent on the last page. */
  next?: string;
}

interface DealQuery {
  list: DealList;
  /** Who looks: sees what they may see (V1), their own favourites and their own deals. */
  actor: PersonActor;
  filters: DealFilters;
  /** Deals on a page. */
  limit: number;
}

export interface FoundDeals {
  deals: Deal[];
  /** Absent: there is nothing more. `full`: the page is; else so much was read that the search paused. */
  next?: { cursor: string; full: boolean };
}

/** F1 to F3. */
export interface Views {
  /**
   * Opportunities that can still be answered, soonest respond-by first. One that is past respond-by is left out, whether its expiry
   * has been written yet or not (L5). @throws {InvalidContinuation}
   */
  open(orgId: string, limit: number, continuation?: string): Promise<DealPage>;
  /**
   * A page of a list, newest first, with what this person may see and what fits. Reads at most `mostRead` documents, so a page may
   * hold fewer deals than there are: then it says where to search further. @throws {InvalidContinuation}
   */
  find(query: DealQuery, cursor?: string): Promise<FoundDeals>;
  /** What a person, or the organisation as far as this person may see it, has. Bounded: see `Summary.leftOut`. */
  summary(actor: PersonActor, scope: SummaryScope): Promise<Summary>;
}

export function createViews(store: Store, clock: Clock): Views {
  const deals = documents(store, 'deal', Deal);

  /** Up to `summaryMost` of a list, and whether that was all. */
  async function first(query: Omit<Parameters<typeof deals.list>[0], 'limit' | 'continuation'>) {
    const found: Deal[] = [];
    let continuation: string | undefined;
    do {
      const page = await deals.list({ ...query, limit: 200, ...(continuation === undefined ? {} : { continuation }) });
      found.push(...page.items.map(({ document }) => document));
      continuation = page.continuation;
      // An embedded store answers at once: others have their turn between two pages.
      await turnOfEvents();
    } while (continuation !== undefined && found.length < summaryMost);
    return { deals: found, isAll: continuation === undefined };
  }

  return {
    async open(orgId, limit, continuation) {
      const page = await deals.list({
        orgId,
        status: 'received',
        orderBy: 'respondBy',
        limit,
        ...(continuation === undefined ? {} : { continuation }),
      });
      const waiting = page.items
        .map(({ document }) => document)
        .filter(({ respondBy }) => Date.parse(respondBy) > clock.now());
      return { deals: waiting, ...(page.continuation === undefined ? {} : { next: page.continuation }) };
    },

    async find({ list, actor, filters, limit }, cursor) {
      const { orgId } = actor;
      const isFitting = fits(filters, clock.now());
      const isWanted = (deal: Deal) => maySeeDeal(actor, deal) === undefined && isFitting(deal);
      // Where nothing is left out, a page is exactly what is asked for.
      const isWhole = isAdmin(actor) && Object.keys(filters).length === 0;
      const found: Deal[] = [];
      let { continuation, after } = readCursor(cursor);
      for (let read = 0; ; ) {
        const page = await deals.list({
          orgId,
          tag: tagOf(list, actor.personId, filters),
          orderBy: 'newest',
          // Often the first few are enough; else so many more that the search comes to its end soon.
          limit: isWhole ? limit : read === 0 ? 2 * limit : Math.min(chunk, mostRead - read),
          ...(continuation === undefined ? {} : { continuation }),
        });
        const place = after;
        const items = page.items.map(({ document }) => document).filter((deal) => comesAfter(place, deal));
        read += page.items.length;
        for (const [at, deal] of items.entries()) {
          if (!isWanted(deal)) continue;
          found.push(deal);
          if (found.length < limit) continue;
          if (items.slice(at + 1).some(isWanted)) {
            return { deals: found, next: { cursor: cursorOf(continuation, deal), full: true } };
          }
          break;
        }
        if (page.continuation === undefined) return { deals: found };
        if (found.length === limit || read >= mostRead) {
          return { deals: found, next: { cursor: page.continuation, full: found.length === limit } };
        }
        continuation = page.continuation;
        after = undefined;
      }
    },

    async summary(actor, scope) {
      const { orgId, personId } = actor;
      const byTime = { orgId, orderBy: 'respondBy' } as const;
      const [received, accepted, archived] = [
        await first({ ...byTime, status: 'received' }),
        await (scope === 'mine'
          ? first({ orgId, tag: `mine:${personId}`, orderBy: 'newest' })
          : first({ ...byTime, status: 'accepted' })),
        await first({ orgId, tag: 'archive', orderBy: 'newest' }),
      ];
      const all = [...received.deals, ...accepted.deals, ...archived.deals];
      const seen = new Map(all.filter((deal) => maySeeDeal(actor, deal) === undefined).map((deal) => [deal.id, deal]));
      return {
        ...summarized([...seen.values()], actor, scope, clock.now()),
        leftOut: [
          ...(received.isAll && accepted.isAll ? [] : ['active' as const]),
          ...(archived.isAll ? [] : ['archived' as const]),
        ],
      };
    },
  };
}

/** The narrowest list of the store that holds all of a view. */
function tagOf(list: DealList, personId: string, { status }: DealFilters): string {
  switch (list) {
    case 'allInbound':
      return 'inbound';
    case 'favourites':
    case 'mine':
      return `${list === 'mine' ? 'mine' : 'favourite'}:${personId}`;
    case 'everything':
      if (status === 'received') return 'inbound';
      // Not the expired ones: whose expiry is not written yet stand outside the archive.
      return status !== undefined && status !== 'expired' && stageOf(status) === 'archived' ? 'archive' : 'all';
    default:
      return list;
  }
}

/** Within a chunk: the deal after which to go on. */
interface After {
  createdAt: string;
  id: string;
}

/** As lists by `newest` are ordered: the latest first, ties by id downwards. */
function comesAfter(after: After | undefined, { createdAt = '', id }: Deal): boolean {
  if (after === undefined) return true;
  return createdAt < after.createdAt || (createdAt === after.createdAt && id < after.id);
}

/** A page that ends within a chunk goes on with the same chunk, behind its last deal. */
function cursorOf(continuation: string | undefined, { createdAt = '', id }: Deal): string {
  return [continuation ?? '', createdAt, id].join('!');
}

/** @throws {InvalidContinuation} when it is none of ours; what is the store's in it, the store checks. */
function readCursor(cursor: string | undefined): { continuation?: string | undefined; after?: After | undefined } {
  if (cursor === undefined) return {};
  const [, continuation, createdAt, id] = /^([^!]*)(?:!([^!]*)!(.+))?$/.exec(cursor) ?? [];
  const after = createdAt === undefined || id === undefined ? undefined : { createdAt, id };
  if (after === undefined && !continuation) throw new InvalidContinuation('The cursor was not given out by a list');
  return { continuation: continuation === '' ? undefined : continuation, after };
}
