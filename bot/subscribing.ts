import { subscriptionCard, text } from '../cards/index.ts';
import type { Filters, Language } from '../src/organisations/organisation.ts';
import { maySee } from '../src/rules/permissions.ts';
import { forbidden } from './actions/action.ts';
import type { Answer, Turn } from './turn.ts';

/**
 * Subscribes the conversation of the turn, or changes its subscription (N1, V3). Refused where guests or people of other tenants
 * would see the cards. `filters` and `language` absent: as they were, else everything in the organisation's language.
 */
export async function subscribe(turn: Turn, change: { filters?: Filters; language?: Language } = {}): Promise<Answer> {
  const { subscriptions } = turn.house;
  const { orgId, settings } = turn.organisation;
  const refused = maySee(turn.actor, orgId);
  if (refused !== undefined) return forbidden(turn, refused);
  if (await turn.house.outsiders.in(turn.address, turn.organisation)) {
    return { text: text(turn.reader.language, 'guestsHere') };
  }
  const before = await subscriptions.get(orgId, turn.address.conversationId);
  const inPrivate = turn.address.scope === 'personal';
  const subscription = await subscriptions.start({
    orgId,
    address: turn.address,
    filters: change.filters ?? before?.filters ?? {},
    // A channel reads in the organisation's language until somebody chooses another; one's own chat in one's own.
    language: change.language ?? (inPrivate ? turn.reader.language : (before?.language ?? settings.defaultLanguage)),
    timeZone: before?.timeZone ?? turn.reader.timeZone,
    by: { personId: turn.actor.personId, name: turn.actor.name },
  });
  turn.log.info({ subscriptionId: subscription.id, scope: turn.address.scope }, 'subscribed');
  return {
    card: subscriptionCard({
      reader: turn.reader,
      filters: subscription.filters,
      state: 'active',
      scope: turn.address.scope,
      by: turn.actor.name,
    }),
  };
}

/** What the conversation is subscribed to, and what can be changed about it. */
export async function subscriptionAnswer(turn: Turn): Promise<Answer> {
  const { orgId } = turn.organisation;
  const refused = maySee(turn.actor, orgId);
  if (refused !== undefined) return forbidden(turn, refused);
  const subscription = await turn.house.subscriptions.get(orgId, turn.address.conversationId);
  if (subscription === undefined) return { text: text(turn.reader.language, 'notSubscribed') };
  const { filters, status, by } = subscription;
  return {
    card: subscriptionCard({
      reader: turn.reader,
      filters,
      state: status,
      scope: turn.address.scope,
      // Who ended it is not known.
      ...(status === 'active' ? { by: by.name } : {}),
    }),
  };
}

/** Ends the conversation's subscription, and says so where there was none. */
export async function unsubscribe(turn: Turn): Promise<Answer> {
  const { subscriptions } = turn.house;
  const { orgId } = turn.organisation;
  const refused = maySee(turn.actor, orgId);
  if (refused !== undefined) return forbidden(turn, refused);
  const before = await subscriptions.get(orgId, turn.address.conversationId);
  if (before?.status !== 'active') return { text: text(turn.reader.language, 'notSubscribed') };
  await subscriptions.end(orgId, turn.address.conversationId, 'unsubscribed');
  return {
    card: subscriptionCard({
      reader: turn.reader,
      filters: before.filters,
      state: 'ended',
      scope: turn.address.scope,
      by: turn.actor.name,
    }),
  };
}
