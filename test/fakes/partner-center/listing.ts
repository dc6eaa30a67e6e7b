import type { WireReferral } from '../referrals.ts';
import type { Reply } from './http.ts';
import { comparable, filterOf, ODataError, type Order, orderOf } from './odata.ts';
import type { Account, ReferralStore } from './referral-store.ts';
import type { Switches } from './switches.ts';

/** What a list was asked for; a skip token holds it. */
interface Asked {
  filter: string;
  orderBy: string;
  select: string[];
  top?: number;
  after?: string | undefined;
  offset?: number;
}

const listOptions = ['$filter', '$orderby', '$select', '$top', '$count', '$skiptoken'];

function askedIn(query: URLSearchParams): Asked {
  const unknown = [...query.keys()].find((name) => !listOptions.includes(name));
  if (unknown !== undefined) throw new ODataError(`${unknown} is not supported`);
  const top = query.get('$top');
  if (top !== null && !/^[1-9]\d{0,5}$/.test(top)) throw new ODataError('$top must be a number');
  return {
    filter: query.get('$filter') ?? '',
    orderBy: query.get('$orderby') ?? 'createdDateTime desc',
    select: query.get('$select')?.split(',') ?? [],
    ...(top === null ? {} : { top: Number(top) }),
  };
}

/** A referral with what it is ordered by. */
interface Entry {
  key: string;
  one: WireReferral;
}

/** Where the first stands that comes after a key. */
function placeAfter(entries: readonly Entry[], key: string, { descending }: Order): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = entries[middle]?.key ?? '';
    if (descending ? there < key : there > key) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** By time, ties by id. */
function keyOf(referral: WireReferral, { field }: Order): string {
  return `${comparable(referral[field])} ${referral.id}`;
}

function selected(referral: WireReferral, fields: string[]): WireReferral {
  if (fields.length === 0) return referral;
  return Object.fromEntries(Object.entries(referral).filter(([key]) => fields.includes(key)));
}

interface ListingParts {
  store: Pick<ReferralStore, 'referrals' | 'version'>;
  switches: Switches;
  isOwnOf(account: Account, referral: WireReferral): boolean;
  /** Those of other parties to the same engagements, too. */
  maySee(account: Account, referral: WireReferral): boolean;
  onWire(referral: WireReferral): WireReferral;
}

/** Answers lists of referrals, page by page (facts/partner-center.md 1.4). Throws `ODataError` at what is not supported. */
export function createListing({ store, switches, isOwnOf, maySee, onWire }: ListingParts) {
  /** What was worked out for the last page: a long list is not sorted anew for each. */
  let sorted: { key: string; entries: Entry[] } | undefined;

  function entriesFor(reader: Account, filter: string, order: Order): Entry[] {
    const key = JSON.stringify([reader.username, reader.role, filter, order, store.version, switches.listShowsRelated]);
    if (sorted?.key === key) return sorted.entries;
    const isVisible = switches.listShowsRelated || filter.includes('engagementId') ? maySee : isOwnOf;
    const matches = filter === '' ? () => true : filterOf(filter);
    const entries = [...store.referrals.values()]
      .filter((one) => matches(one) && isVisible(reader, one))
      .map((one) => ({ key: keyOf(one, order), one }))
      .sort((a, b) => (a.key < b.key ? -1 : 1) * (order.descending ? -1 : 1));
    sorted = { key, entries };
    return entries;
  }

  function list(reader: Account, query: URLSearchParams): Reply {
    const skip = query.get('$skiptoken');
    const asked: Asked = skip === null ? askedIn(query) : JSON.parse(Buffer.from(skip, 'base64url').toString());
    const order = orderOf(asked.orderBy);
    const entries = entriesFor(reader, asked.filter, order);
    const from = asked.after === undefined ? (asked.offset ?? 0) : placeAfter(entries, asked.after, order);
    const size = Math.min(switches.pageSize, asked.top ?? Number.POSITIVE_INFINITY);
    const shown = entries.slice(from, from + size);
    const last = shown.at(-1);
    const left = asked.top === undefined ? undefined : asked.top - shown.length;
    const hasMore = last !== undefined && from + size < entries.length && left !== 0;
    const next: Asked = {
      ...asked,
      ...(left === undefined ? {} : { top: left }),
      ...(switches.paging === 'offset' ? { offset: from + size } : { after: last?.key }),
    };
    const token = Buffer.from(JSON.stringify(next)).toString('base64url');
    const base =
      switches.nextLink === 'sample'
        ? 'http://api.partner.microsoft.com/v1.0/referrals'
        : 'https://api.partner.microsoft.com/v1.0/engagements/referrals';
    return {
      status: 200,
      body: {
        '@odata.context': 'http://api.partner.microsoft.com/v1.0/$metadata#Referrals',
        '@odata.count': shown.length,
        value: shown.map(({ one }) => selected(onWire(one), asked.select)),
        ...(hasMore ? { '@odata.nextLink': `${base}?$skiptoken=${token}` } : {}),
      },
    };
  }

  return list;
}
