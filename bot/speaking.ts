import { languageCard } from '../cards/index.ts';
import { readerIn } from '../src/notices/reader.ts';
import type { Language } from '../src/organisations/organisation.ts';
import { maySee } from '../src/rules/permissions.ts';
import { subscribe } from './subscribing.ts';
import type { Answer, Turn } from './turn.ts';

/**
 * Chooses a language: in a subscribed channel or group chat that of its opportunities, elsewhere one's own. The answer is in the
 * language chosen.
 */
export async function setLanguage(turn: Turn, language: Language): Promise<Answer> {
  const { people, subscriptions } = turn.house;
  const { orgId } = turn.organisation;
  const reader = readerIn(language, turn.reader.timeZone, turn.person.locale);
  const subscription = await subscriptions.get(orgId, turn.address.conversationId);
  if (subscription?.status === 'active' && maySee(turn.actor, orgId) === undefined) {
    const answer = await subscribe({ ...turn, reader }, { language });
    if (turn.address.scope !== 'personal') return answer;
  }
  await people.setLanguage(orgId, turn.person.entraId, language);
  return { card: languageCard({ reader, confirmed: true }) };
}
