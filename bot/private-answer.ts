import { type Rendered, text } from '../cards/index.ts';
import { MessengerError } from '../src/notices/messenger.ts';
import type { Press } from './actions/action.ts';
import type { Answer, Turn } from './turn.ts';

/** Whether nobody but who pressed reads the answer: an older client shows it to everybody in the conversation (facts/teams.md 1.5). */
export function isReadAlone({ activity, address }: Turn): boolean {
  return activity.type === 'invoke' || address.scope === 'personal';
}

/**
 * A card for the eyes of who pressed alone (V1, V4). Teams shows it to them in place of the pressed card; where an older client would
 * show it to everybody in the conversation, it goes to their own chat.
 */
export async function privateAnswer(turn: Turn, { shape }: Pick<Press, 'shape'>, card: Rendered): Promise<Answer> {
  if (shape === 'execute' || turn.address.scope === 'personal') return { card };
  return { text: text(turn.reader.language, (await sentInPrivate(turn, card)) ? 'sentInPrivate' : 'contactNotSent') };
}

/** Sends a card to the own chat with the person. Resolves with false where the bot cannot write to them. */
export async function sentInPrivate(turn: Turn, { card, summary }: Rendered): Promise<boolean> {
  const { connector, people } = turn.house;
  const { person } = turn;
  try {
    const chat = person.personalChat ?? (await connector.personalChat(turn.address, person));
    if (person.personalChat === undefined) await people.setPersonalChat(person.orgId, person.entraId, chat);
    await connector.post(chat, { card, summary });
    return true;
  } catch (error) {
    // The app is not installed for this person, or they blocked it.
    if (error instanceof MessengerError && error.kind === 'conversationGone') return false;
    throw error;
  }
}
