import { declineFormCard, text } from '../../cards/index.ts';
import {
  type Action,
  closedAnswer,
  dealAnswer,
  forbidden,
  Input,
  isAboutPerson,
  notFound,
  Origin,
  parsed,
} from './action.ts';

const Data = Origin.extend({ reason: Input, notes: Input });

/** Declines with what was chosen (D1 to D3). An error stands at its field and what was typed stays. */
export const opportunityDeclineSend: Action = {
  verb: 'opportunity.decline.send',
  async press(turn, press) {
    const form = parsed(Data, press, turn);
    if ('answer' in form) return form.answer;
    const { dealId, place, ...values } = form.data;
    const decision = await turn.house.desk.perform(turn.organisation.orgId, dealId, {
      command: { kind: 'decline', ...values },
      actor: turn.actor,
    });
    if (decision.kind === 'notFound') return notFound(turn);
    const { deal } = decision;
    if (decision.kind === 'done') {
      if (decision.changed) turn.log.info({ dealId }, 'opportunity declined');
      return dealAnswer(turn, deal, place, {
        banner: { tone: 'good', text: text(turn.reader.language, 'youDeclined') },
      });
    }
    const [first] = decision.refusals;
    if (isAboutPerson(first)) return forbidden(turn, first);
    if (first.field === undefined) return closedAnswer(turn, deal, first, place);
    return {
      card: declineFormCard({
        deal,
        reader: turn.reader,
        now: turn.house.clock.now(),
        values,
        errors: [...decision.refusals],
        ...(place === undefined ? {} : { place }),
      }),
    };
  },
};
