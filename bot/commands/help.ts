import { helpAnswer } from '../actions/help-show.ts';
import type { Command } from './command.ts';

export const help: Command = {
  words: { en: ['help', '?', 'hi', 'hello'], de: ['hilfe', 'hallo'] },
  run: async (turn) => helpAnswer(turn),
};
