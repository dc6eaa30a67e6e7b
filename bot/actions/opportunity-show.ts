import { maySee } from '../../src/rules/permissions.ts';
import { type Action, dealAnswer, forbidden, notFound, Origin, parsed } from './action.ts';

/** The deal's card as it is now; from a form it is Cancel. */
export const opportunityShow: Action = {
  verb: 'opportunity.show',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    const refused = maySee(turn.actor, turn.organisation.orgId);
    if (refused !== undefined) return forbidden(turn, refused);
    const deal = await turn.house.desk.deal(turn.organisation.orgId, origin.data.dealId);
    return deal === undefined ? notFound(turn) : dealAnswer(turn, deal, origin.data.place);
  },
};
