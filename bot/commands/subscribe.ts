import { text } from '../../cards/index.ts';
import { filtersFromLine, readFilters } from '../filters.ts';
import { subscribe as subscribeHere } from '../subscribing.ts';
import type { Command } from './command.ts';

/** `subscribe`, or with filters: `subscribe co-sell country DE,AT min 50000 EUR solution lakehouse`. */
export const subscribe: Command = {
  words: { en: ['subscribe'], de: ['abonnieren'] },
  async run(turn, rest) {
    if (rest === '') return subscribeHere(turn);
    const inputs = filtersFromLine(rest);
    const read = inputs === undefined ? undefined : readFilters(inputs);
    if (read === undefined || 'errors' in read) return { text: text(turn.reader.language, 'filterUsage') };
    return subscribeHere(turn, { filters: read.filters });
  },
};
