import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidContinuation, type ListQuery, type Page, type StoredDocument, type Versioned } from './port.ts';

/**
 * What a list by `respondBy` is ordered by. Kept beside each document and never absent: a database leaves out, or compares with
 * nothing, what has no value. A document without a time comes after all that have one (`~` sorts after every digit).
 */
export function listOrder(document: StoredDocument): string {
  return document.respondBy ?? '~';
}

/** What a list by `newest` is ordered by; a document without a time comes last. */
export function creationOrder(document: StoredDocument): string {
  return document.createdAt ?? '';
}

/** The last document of a page, and a fingerprint of the query that it belongs to. */
const Place = z.strictObject({ query: z.string(), order: z.string(), id: z.string() });

/**
 * The place after which the page that a query asks for begins. Undefined: at the beginning.
 * It is a place in the order and no count of documents, so a page neither skips nor repeats when others write meanwhile.
 * @throws {InvalidContinuation} when it cannot be read, or was given out by another query.
 */
export function placeAfter(query: ListQuery): { order: string; id: string } | undefined {
  if (query.continuation === undefined) return undefined;
  const place = Place.safeParse(parsed(query.continuation));
  if (!place.success || place.data.query !== fingerprint(query)) {
    throw new InvalidContinuation('The continuation was not given out by this query');
  }
  return place.data;
}

/** The page made of up to `limit + 1` documents in order: the one too many only tells that another page follows. */
export function pageOf(query: ListQuery, found: Versioned<StoredDocument>[]): Page<StoredDocument> {
  const items = found.slice(0, query.limit);
  const last = items.at(-1)?.document;
  if (last === undefined || found.length <= query.limit) return { items };
  const order = query.orderBy === 'newest' ? creationOrder(last) : listOrder(last);
  const place: z.infer<typeof Place> = { query: fingerprint(query), order, id: last.id };
  return { items, continuation: Buffer.from(JSON.stringify(place)).toString('base64url') };
}

function parsed(continuation: string): unknown {
  try {
    return JSON.parse(Buffer.from(continuation, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** The limit is left out: a reader may ask for a longer next page. */
function fingerprint({ orgId, kind, status, failedOnly = false, orderBy, tag }: ListQuery): string {
  return createHash('sha256')
    .update(JSON.stringify([orgId, kind, status ?? null, failedOnly, orderBy ?? null, tag ?? null]))
    .digest('base64url')
    .slice(0, 16);
}
