import { text } from '../../cards/index.ts';
import { type Action, forbidden, notFound, Origin, parsed } from './action.ts';
import { wholeDealAnswer } from './deal-open.ts';

/** What Partner Center refused, or was not connected for, is sent once more. */
export const syncAgain: Action = {
  verb: 'sync.again',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    const { dealId, place } = origin.data;
    const decision = await turn.house.desk.perform(turn.organisation.orgId, dealId, {
      command: { kind: 'syncAgain' },
      actor: turn.actor,
    });
    if (decision.kind === 'notFound') return notFound(turn);
    if (decision.kind === 'refused') return forbidden(turn, decision.refusals[0]);
    const said = text(turn.reader.language, decision.changed ? 'sync.sentAgain' : 'sync.nothingToSend');
    return wholeDealAnswer(turn, press, decision.deal, { place, banner: { tone: 'neutral', text: said } });
  },
};
