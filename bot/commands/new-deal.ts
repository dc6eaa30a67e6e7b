import { openDialog } from '../dialogs/run.ts';
import type { Command } from './command.ts';

/** `new deal`, or with what can be read behind it: `new deal Contoso 50k EUR 2027-03-31`. */
export const newDeal: Command = {
  words: { en: ['new'], de: ['neu', 'neuer', 'neues'] },
  run: (turn, rest) => openDialog(turn, 'deal.create', { line: rest.replace(/^deal\b */i, '') }),
};
