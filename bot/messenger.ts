import {
  answerCard,
  closeReminderCard,
  expiredCard,
  microsoftSilentCard,
  opportunityCard,
  partnerCenterCard,
  partyAnsweredCard,
  reminderCard,
  teamMemberCard,
  text,
} from '../cards/index.ts';
import type { Clock } from '../src/clock.ts';
import { contentHash } from '../src/deals/content-hash.ts';
import type { Message, Messenger, Reader } from '../src/notices/messenger.ts';
import type { Connector, Content } from './connector.ts';

/** The product's messages as cards, in Teams' conversations. Errors are the connector's. */
export function createMessenger(connector: Connector, { clock }: { clock: Clock }): Messenger {
  function contentOf(message: Message, reader: Reader): Content {
    const now = clock.now();
    switch (message.kind) {
      case 'opportunity':
        return opportunityCard({ deal: message.deal, shared: message.shared, reader, now });
      case 'reminder': {
        const { deal, days, personal } = message;
        return reminderCard({ deal, reader, now, days, personal });
      }
      case 'expired':
        return expiredCard({ deal: message.deal, reader });
      case 'answer':
        return answerCard({ deal: message.deal, reader, organisation: message.organisation });
      case 'partyAnswered':
        return partyAnsweredCard({ deal: message.deal, reader, party: message.party });
      case 'closeReminder':
        return closeReminderCard({ deal: message.deal, reader, now });
      case 'microsoftSilent':
        return microsoftSilentCard({ deal: message.deal, reader });
      case 'guests':
        return { text: text(reader.language, 'guestsHere') };
      case 'partnerCenter':
        return partnerCenterCard({ news: message.news, reader });
      case 'teamMember':
        return teamMemberCard({ deal: message.deal, reader });
    }
  }

  return {
    async post(to, message, reader) {
      return connector.post(to, contentOf(message, reader));
    },
    async reply(to, message, reader) {
      return connector.reply(to, contentOf(message, reader));
    },
    async update(sent, message, reader, shown) {
      const content = contentOf(message, reader);
      const digest = contentHash(content);
      if (digest !== shown) await connector.update(sent, content);
      return digest;
    },
    async personalChat(near, person) {
      return connector.personalChat(near, person);
    },
  };
}
