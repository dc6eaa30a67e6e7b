import { opportunityCard, text } from '../../cards/index.ts';
import { maySeeContact } from '../../src/rules/permissions.ts';
import { sentInPrivate } from '../private-answer.ts';
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
