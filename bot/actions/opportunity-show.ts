import { type Action, notFound, Origin, parsed, shownAnswer } from './action.ts';

/** The deal's card as it is now, for those who may see it (V1); from a form it is Cancel. */
export const opportunityShow: Action = {
  verb: 'opportunity.show',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    const deal = await turn.house.desk.deal(turn.organisation.orgId, origin.data.dealId);
    return deal === undefined ? notFound(turn) : shownAnswer(turn, deal, origin.data.place);
  },
};
