import { declineFormCard } from '../../cards/index.ts';
import { whyNotOpen } from '../../src/rules/open.ts';
import { mayAnswer } from '../../src/rules/permissions.ts';
import { type Action, closedAnswer, forbidden, notFound, Origin, parsed } from './action.ts';

/** Turns the card into the decline form, for the person who pressed. */
export const opportunityDecline: Action = {
  verb: 'opportunity.decline',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    const { dealId, place } = origin.data;
    const deal = await turn.house.desk.deal(turn.organisation.orgId, dealId);
    if (deal === undefined) return notFound(turn);
    const refused = mayAnswer(turn.actor, deal.orgId, turn.organisation.settings);
    if (refused !== undefined) return forbidden(turn, refused);
    const now = turn.house.clock.now();
    const closed = whyNotOpen(deal, now);
    if (closed !== undefined) return closedAnswer(turn, deal, closed, place);
    return {
      card: declineFormCard({
        deal,
        reader: turn.reader,
        now,
        values: { reason: '', notes: '' },
        errors: [],
        ...(place === undefined ? {} : { place }),
      }),
    };
  },
};
