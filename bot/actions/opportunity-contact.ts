import { opportunityCard, type Rendered, text } from '../../cards/index.ts';
import { MessengerError } from '../../src/notices/messenger.ts';
import { maySeeContact } from '../../src/rules/permissions.ts';
import type { Turn } from '../turn.ts';
import { type Action, dealAnswer, forbidden, notFound, Origin, parsed } from './action.ts';

/**
 * The customer's contact, to call before one decides (V4). The card changes for the person who pressed alone; where an older client
 * cannot do that, the contact goes to their own chat.
 */
export const opportunityContact: Action = {
  verb: 'opportunity.contact',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    const deal = await turn.house.desk.deal(turn.organisation.orgId, origin.data.dealId);
    if (deal === undefined) return notFound(turn);
    const refused = maySeeContact(turn.actor, deal, turn.organisation.settings);
    if (refused !== undefined) return forbidden(turn, refused);
    if (press.shape === 'execute' || turn.address.scope === 'personal') {
      return dealAnswer(turn, deal, origin.data.place, { contact: true });
    }
    const card = opportunityCard({ deal, reader: turn.reader, now: turn.house.clock.now(), contact: true });
    return {
      text: text(turn.reader.language, (await sentInPrivate(turn, card)) ? 'contactSent' : 'contactNotSent'),
    };
  },
};

/** Sends a card to the own chat with the person. Resolves with false where the bot cannot write to them. */
export async function sentInPrivate(turn: Turn, { card, summary }: Rendered): Promise<boolean> {
  const { connector, people } = turn.house;
  const { person } = turn;
  try {
    const chat = person.personalChat ?? (await connector.personalChat(turn.address, person));
    await connector.post(chat, { card, summary });
    if (person.personalChat === undefined) await people.setPersonalChat(person.orgId, person.entraId, chat);
    return true;
  } catch (error) {
    // The app is not installed for this person, or they blocked it.
    if (error instanceof MessengerError && error.kind === 'conversationGone') return false;
    throw error;
  }
}
