import { unsubscribe as unsubscribeHere } from '../subscribing.ts';
import type { Command } from './command.ts';

export const unsubscribe: Command = {
  words: { en: ['unsubscribe'], de: ['abbestellen'] },
  run: (turn) => unsubscribeHere(turn),
};
