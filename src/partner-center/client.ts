import { PartyReferral, pageOf, parsed, ReferralAnswer, type ReferralPage, referralsOf } from './answer.ts';
import { type Caller, type CallerParts, createCaller } from './call.ts';
import { PartnerCenterError } from './errors.ts';
import { filterText, type ReferralFilter } from './filter.ts';

/** Where the referrals API is. */
export const referralsApi = 'https://api.partner.microsoft.com';

/** RFC 6902, as far as Partner Center takes it. */
export interface PatchOperation {
  op: 'add' | 'replace';
  path: string;
  value: unknown;
}

interface ListOptions {
  filter?: ReferralFilter;
  orderBy?: 'createdDateTime asc' | 'createdDateTime desc' | 'updatedDateTime asc' | 'updatedDateTime desc';
  /** At most this many altogether. */
  top?: number;
}

/**
 * Partner Center's referrals as one account sees them. Every operation rejects with `PartnerCenterError`, or with what the tokens
 * reject with. A create or a change that ends in `unavailable` may have been done: read before it is tried again.
 */
export interface PartnerCenterClient {
  /** What changed at or after an instant (ISO 8601 UTC), the oldest change first, page by page: one page is in memory at a time. */
  listChangedSince(watermark: string): AsyncGenerator<ReferralPage>;
  list(options?: ListOptions): AsyncGenerator<ReferralPage>;
  get(id: string): Promise<ReferralAnswer>;
  /** The same of anybody's referral, of which nothing is acted on but how it stands. */
  party(id: string): Promise<PartyReferral>;
  /** The referrals of all parties to one engagement. */
  relatedReferrals(engagementId: string): Promise<PartyReferral[]>;
  /** Creates the own referral, or with an `engagementId` the invitation of another party. Answers with what was created. */
  create(body: object): Promise<PartyReferral>;
  /**
   * Changes a referral and answers with it as it is now. `eTag`: as it was read; with it a change by somebody else in between is
   * refused by `preconditionFailed`, without it there is no such check.
   */
  patch(id: string, operations: readonly PatchOperation[], eTag?: string): Promise<ReferralAnswer>;
}

const referralsPath = '/v1.0/engagements/referrals';

export function createPartnerCenterClient(parts: CallerParts): PartnerCenterClient {
  const call = createCaller(parts);

  async function* list({ filter = {}, orderBy, top }: ListOptions = {}): AsyncGenerator<ReferralPage> {
    const query = { $filter: filterText(filter), $orderby: orderBy, $top: top?.toString() };
    for await (const entries of pages(call, queryText(query))) yield referralsOf(entries);
  }

  async function get(id: string): Promise<ReferralAnswer> {
    const { body } = await call({ method: 'GET', path: pathOf(id), repeatable: true });
    return parsed(ReferralAnswer, body);
  }

  return {
    list,
    get,
    async party(id) {
      const { body } = await call({ method: 'GET', path: pathOf(id), repeatable: true });
      return parsed(PartyReferral, body);
    },
    listChangedSince: (watermark) => list({ filter: { updatedSince: watermark }, orderBy: 'updatedDateTime asc' }),

    async relatedReferrals(engagementId) {
      const found: PartyReferral[] = [];
      for await (const entries of pages(call, queryText({ $filter: filterText({ engagementId }) }))) {
        found.push(...entries.map((entry) => parsed(PartyReferral, entry)));
      }
      return found;
    },

    async create(body) {
      const reply = await call({ method: 'POST', path: referralsPath, body, repeatable: false });
      return parsed(PartyReferral, reply.body);
    },

    async patch(id, operations, eTag) {
      const reply = await call({
        method: 'PATCH',
        path: pathOf(id),
        body: operations,
        headers: { Prefer: 'return=representation', ...(eTag === undefined ? {} : { 'If-Match': eTag }) },
        // The second time, an eTag is stale if the first time did it, and what is replaced is the same.
        repeatable: eTag !== undefined || operations.every(({ op }) => op === 'replace'),
      });
      // 204: it did not honour `Prefer`.
      return reply.body === undefined ? get(id) : parsed(ReferralAnswer, reply.body);
    },
  };
}

/** The entries of a list, page by page. */
async function* pages(call: Caller, firstQuery: string): AsyncGenerator<unknown[]> {
  const seen = new Set<string>();
  let query: string | undefined = firstQuery;
  while (query !== undefined) {
    seen.add(query);
    const { body } = await call({ method: 'GET', path: referralsPath + query, repeatable: true });
    const { entries, nextLink } = pageOf(body);
    yield entries;
    query = nextLink === undefined ? undefined : queryOf(nextLink);
    // A page that leads back to an earlier one would be read for ever.
    if (query !== undefined && seen.has(query)) throw wrongLink('it leads back');
  }
}

/**
 * Of `@odata.nextLink` only the query is taken: Partner Center's own sample has `http://` and lacks a part of the path, and a token
 * must go nowhere but to the list that was asked for.
 */
function queryOf(nextLink: string): string {
  const url = URL.parse(nextLink, 'https://relative.invalid');
  if (url === null || url.search === '') throw wrongLink('it has no query');
  return url.search;
}

function wrongLink(why: string): PartnerCenterError {
  return new PartnerCenterError(
    'rejected',
    'unreadableAnswer',
    `Partner Center's answer cannot be read: nextLink: ${why}`,
  );
}

function pathOf(id: string): string {
  return `${referralsPath}/${encodeURIComponent(id)}`;
}

/** With spaces as `%20`: not every OData server reads `+`. */
function queryText(options: Record<string, string | undefined>): string {
  const given = Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}
