import { type Rendered, text } from '../cards/index.ts';
import type { Press } from './actions/action.ts';
import { sentInPrivate } from './actions/opportunity-contact.ts';
import type { Answer, Turn } from './turn.ts';

/**
 * A card for the eyes of who pressed alone (V1, V4). Teams shows it to them in place of the pressed card; where an older client would
 * show it to everybody in the conversation, it goes to their own chat.
 */
export async function privateAnswer(turn: Turn, { shape }: Pick<Press, 'shape'>, card: Rendered): Promise<Answer> {
  if (shape === 'execute' || turn.address.scope === 'personal') return { card };
  return { text: text(turn.reader.language, (await sentInPrivate(turn, card)) ? 'sentInPrivate' : 'contactNotSent') };
}
