import { text } from '../../cards/index.ts';
import { summaryAnswer } from '../actions/summary-show.ts';
import type { Command } from './command.ts';

/** How the pipeline stands: in one's own chat one's own, among others the organisation's in numbers, without a deal's name (V4). */
export const summary: Command = {
  words: { en: ['summary'], de: ['übersicht', 'uebersicht'] },
  async run(turn) {
    if (await turn.house.outsiders.in(turn.address, turn.organisation)) {
      return { text: text(turn.reader.language, 'guestsHere') };
    }
    const alone = turn.address.scope === 'personal';
    return summaryAnswer(turn, alone ? 'mine' : 'organisation', alone);
  },
};
