import { text } from '../../cards/index.ts';
import { inboundAnswer } from '../actions/inbound-page.ts';
import type { Command } from './command.ts';
import { listed } from './views.ts';

/**
 * Lists the opportunities that wait for an answer; with filters behind it everything that was sent and fits (F1). Not where guests or
 * people of other tenants would read along (V3).
 */
export const inbound: Command = {
  words: { en: ['inbound'], de: ['eingang'] },
  async run(turn, rest) {
    if (rest !== '') return listed(turn, 'allInbound', rest);
    if (await turn.house.outsiders.in(turn.address, turn.organisation)) {
      return { text: text(turn.reader.language, 'guestsHere') };
    }
    return inboundAnswer(turn, undefined);
  },
};
