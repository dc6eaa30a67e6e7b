import { z } from 'zod';
import { DealFilters, DealList } from '../src/deals/filters.ts';

const Cursor = z.string().max(1000).optional();

/** The list that a card was opened from, as a button carries it. */
export const Place = z.union([
  z.object({ list: z.literal('inbound'), cursor: Cursor }),
  z.object({ list: DealList, cursor: Cursor, filters: DealFilters.optional() }),
]);
