import { z } from 'zod';
import { inert } from '../cards/plain.ts';
import { directoryKinds } from '../src/directory/entry.ts';
import { longestList } from '../src/directory/port.ts';
import { maySee } from '../src/rules/permissions.ts';
import { contentTypes } from './adapter.ts';
import { choiceOf, offered } from './dialogs/offers.ts';
import type { Turn } from './turn.ts';

/** `application/search` (facts/teams.md 1.8). Whether Teams sends an empty text when the list is opened is not known: it may. */
const Search = z.object({
  queryText: z.string().max(1000).nullish(),
  queryOptions: z
    .object({ skip: z.number().int().min(0).catch(0), top: z.number().int().min(1).catch(longestList) })
    .partial()
    .nullish(),
  dataset: z.enum(directoryKinds),
  /** The other inputs of the form. */
  data: z
    .looseObject({ country: z.string().max(100).optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/**
 * What a type-ahead shows for what was typed so far. Nothing for who may not see (V1, V3), nor for a data set that this version does
 * not know: the person can go on typing by hand.
 */
export async function searchAnswer(turn: Turn, value: unknown): Promise<object> {
  const query = Search.safeParse(value);
  if (!query.success || maySee(turn.actor, turn.organisation.orgId) !== undefined) return results([]);
  const { dataset, queryText, queryOptions, data } = query.data;
  // A list is never longer than its first page.
  if ((queryOptions?.skip ?? 0) > 0) return results([]);
  const found = await offered(turn, dataset, queryText ?? '', dataset === 'customers' ? data?.country : undefined);
  const most = Math.min(queryOptions?.top ?? longestList, longestList);
  return results(
    found.slice(0, most).map((entry) => {
      const { title, value: id } = choiceOf(dataset, entry, turn.reader);
      return { title: inert(title, 120), value: id };
    }),
  );
}

function results(list: { title: string; value: string }[]): object {
  return { statusCode: 200, type: contentTypes.search, value: { results: list } };
}
