import { held } from '../held.ts';
import { type Action, Input, Origin, parsed } from './action.ts';
import { answered, answerForm } from './answering.ts';
import { declineForm } from './opportunity-decline.ts';

const Data = Origin.extend({ reason: Input, notes: Input });

/** Declines with what was chosen (D1 to D3). An error stands at its field and what was typed stays. */
export const opportunityDeclineSend: Action = {
  verb: 'opportunity.decline.send',
  async press(turn, press) {
    const form = parsed(Data, press, turn);
    if ('answer' in form) return form.answer;
    const { dealId, place, ...typed } = form.data;
    const { values, refusals } = held(typed);
    if (refusals.length > 0) return answerForm(turn, { dealId, place }, declineForm(turn, values), refusals);
    return answered(turn, { dealId, place }, { kind: 'decline', ...values }, declineForm(turn, values));
  },
};
