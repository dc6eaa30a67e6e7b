import { z } from 'zod';
import { type DealListInput, dealFilterInputs, dealListCard, dealListPageSize } from '../../cards/index.ts';
import type { DealFilterInputs } from '../../cards/verbs.ts';
import { DealFilters, DealList } from '../../src/deals/filters.ts';
import type { FoundDeals } from '../../src/deals/views.ts';
import { maySee } from '../../src/rules/permissions.ts';
import { InvalidContinuation } from '../../src/store/port.ts';
import { readDealFilters } from '../deal-filters.ts';
import { held, squeezed } from '../held.ts';
import { privateAnswer } from '../private-answer.ts';
import type { Answer, Turn } from '../turn.ts';
import { type Action, forbidden, Input, type Press, parsed } from './action.ts';

/** Which page of which list. */
interface ViewPlace {
  list: DealList;
  cursor?: string | undefined;
  filters?: DealFilters | undefined;
}

const Page = z.object({
  list: DealList,
  cursor: z.string().max(1000).optional(),
  filters: DealFilters.optional(),
});

/** F1: a page of a list of deals. */
export const viewPage: Action = {
  verb: 'view.page',
  async press(turn, press) {
    const page = parsed(Page, press, turn);
    return 'answer' in page ? page.answer : viewAnswer(turn, press, page.data);
  },
};

const inputs = Object.fromEntries(Object.keys(dealFilterInputs({})).map((id) => [id, Input])) as Record<
  keyof DealFilterInputs,
  typeof Input
>;

/** The form of the filters. An error stands at its field and what was typed stays. */
export const viewFilter: Action = {
  verb: 'view.filter',
  async press(turn, press) {
    const form = parsed(z.object({ list: DealList, ...inputs }), press, turn);
    if ('answer' in form) return form.answer;
    const refused = maySee(turn.actor, turn.organisation.orgId);
    if (refused !== undefined) return forbidden(turn, refused);
    const { list, ...typed } = form.data;
    // What had to be cut is too long for its field, too.
    const { values } = held(squeezed(typed));
    const read = readDealFilters(values);
    if ('filters' in read) return viewAnswer(turn, press, { list, filters: read.filters });
    return privateAnswer(
      turn,
      press,
      dealListCard({ ...about(turn), list, filters: {}, deals: [], form: { values, faults: read.errors } }),
    );
  },
};

/**
 * A page of a list, for the person who asks alone: others may see something else in it (V1). A forged or outdated cursor leads to the
 * first page.
 */
export async function viewAnswer(
  turn: Turn,
  press: Pick<Press, 'shape'>,
  { list, cursor, filters = {} }: ViewPlace,
  more: Pick<DealListInput, 'asking'> = {},
): Promise<Answer> {
  const { actor, organisation, house } = turn;
  const refused = maySee(actor, organisation.orgId);
  if (refused !== undefined) return forbidden(turn, refused);
  let found: FoundDeals;
  try {
    found = await house.views.find({ list, actor, filters, limit: dealListPageSize }, cursor);
  } catch (error) {
    if (error instanceof InvalidContinuation && cursor !== undefined) return viewAnswer(turn, press, { list, filters });
    throw error;
  }
  const card = dealListCard({
    ...about(turn),
    list,
    filters,
    deals: found.deals,
    ...(cursor === undefined ? {} : { cursor }),
    ...(found.next === undefined ? {} : { next: found.next }),
    ...more,
  });
  return privateAnswer(turn, press, card);
}

function about({ reader, house, organisation, actor }: Turn) {
  return { reader, now: house.clock.now(), organisation: organisation.name, me: actor.personId };
}
