import { helpCard } from '../../cards/index.ts';
import { isAdmin } from '../../src/rules/permissions.ts';
import type { Answer, Turn } from '../turn.ts';
import type { Action } from './action.ts';

/** The button of the welcome card. */
export const helpShow: Action = { verb: 'help.show', press: async (turn) => helpAnswer(turn) };

/** What can be typed here, in the reader's language. */
export function helpAnswer({ reader, address, actor }: Turn): Answer {
  return { card: helpCard({ reader, scope: address.scope, admin: isAdmin(actor) }) };
}
