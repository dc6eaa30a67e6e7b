import { type Banner, dealCard } from '../../cards/index.ts';
import type { Place } from '../../cards/verbs.ts';
import type { Deal } from '../../src/deals/deal.ts';
import { whyNotOpen } from '../../src/rules/open.ts';
import { mayAnswer, mayChange, maySeeContact, maySeeDeal } from '../../src/rules/permissions.ts';
import { dialogsFor } from '../dialogs/index.ts';
import { privateAnswer } from '../private-answer.ts';
import type { Answer, Turn } from '../turn.ts';
import { type Action, forbidden, notFound, Origin, type Press, parsed } from './action.ts';

/** Everything on a deal, with what this person may do about it now. */
export const dealOpen: Action = {
  verb: 'deal.open',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    const seen = await seenDeal(turn, origin.data.dealId);
    return 'answer' in seen ? seen.answer : wholeDealAnswer(turn, press, seen.deal, { place: origin.data.place });
  },
};

/** A deal that this person may see (V1), or what to tell them. */
export async function seenDeal(turn: Turn, dealId: string): Promise<{ deal: Deal } | { answer: Answer }> {
  const deal = await turn.house.desk.deal(turn.organisation.orgId, dealId);
  if (deal === undefined) return { answer: notFound(turn) };
  const refused = maySeeDeal(turn.actor, deal);
  return refused === undefined ? { deal } : { answer: await forbidden(turn, refused) };
}

/** The full card of a deal that this person may see: for their eyes only. */
export async function wholeDealAnswer(
  turn: Turn,
  press: Pick<Press, 'shape'>,
  deal: Deal,
  {
    place,
    banner,
    asksToTakeOver = false,
  }: { place?: Place | undefined; banner?: Banner; asksToTakeOver?: boolean } = {},
): Promise<Answer> {
  const { actor, reader, organisation } = turn;
  const { settings } = organisation;
  const now = turn.house.clock.now();
  const card = dealCard({
    deal,
    reader,
    now,
    organisation: organisation.name,
    may: {
      answer: whyNotOpen(deal, now) === undefined && mayAnswer(actor, deal.orgId, settings) === undefined,
      contact: maySeeContact(actor, deal, settings) === undefined,
      change: mayChange(actor, deal) === undefined,
      dialogs: dialogsFor(deal, actor, settings),
    },
    favourite: deal.favouriteOf.includes(actor.personId),
    asksToTakeOver,
    ...(place === undefined ? {} : { place }),
    ...(banner === undefined ? {} : { banner }),
  });
  return privateAnswer(turn, press, card);
}
