import { text } from '../../cards/index.ts';
import { inboundAnswer } from '../actions/inbound-page.ts';
import type { Command } from './command.ts';

/** Lists the opportunities that wait for an answer; not where guests or people of other tenants would read along (V3). */
export const inbound: Command = {
  words: { en: ['inbound'], de: ['eingang'] },
  async run(turn) {
    if (await turn.house.outsiders.in(turn.address, turn.organisation)) {
      return { text: text(turn.reader.language, 'guestsHere') };
    }
    return inboundAnswer(turn);
  },
};
