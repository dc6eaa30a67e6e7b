import { declineFormCard } from '../../cards/index.ts';
import type { DeclineInputs } from '../../cards/verbs.ts';
import type { Turn } from '../turn.ts';
import { type Action, Origin, parsed } from './action.ts';
import { type AnswerForm, answerForm } from './answering.ts';

/** Turns the card into the decline form, for the person who pressed. */
export const opportunityDecline: Action = {
  verb: 'opportunity.decline',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    return answerForm(turn, origin.data, declineForm(turn, { reason: '', notes: '' }));
  },
};

/** The decline form with these values. */
export function declineForm(turn: Turn, values: DeclineInputs): AnswerForm {
  const { reader, house } = turn;
  return (deal, place, errors) => ({
    card: declineFormCard({ deal, reader, now: house.clock.now(), values, errors, ...place }),
  });
}
