import type { Documents } from '../store/documents.ts';
import type { Deal } from './deal.ts';

/** All deals that a query finds, read page by page as they are asked for. */
export async function* everyDeal(
  deals: Pick<Documents<Deal>, 'list'>,
  query: Omit<Parameters<Documents<Deal>['list']>[0], 'limit' | 'continuation'>,
): AsyncGenerator<Deal> {
  let continuation: string | undefined;
  do {
    const page = await deals.list({ ...query, limit: 100, ...(continuation === undefined ? {} : { continuation }) });
    for (const { document } of page.items) yield document;
    continuation = page.continuation;
  } while (continuation !== undefined);
}
