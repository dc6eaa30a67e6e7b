import { personId } from '../../src/organisations/organisation.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import { type House, type HouseOptions, opportunityBody, startHouse } from './house.ts';
import { buttonsOf, inputsOf, isJson, type Json } from './seen-card.ts';
import type { Conversation, Posted, User } from './teams.ts';

/** A house with Nordwind's people in it: what most stories begin with. */
export interface Story extends House {
  /** Referrals admin. */
  ada: User;
  /** Referrals user. */
  ben: User;
  /** Referrals user, whose Teams is in German. */
  cem: User;
  /** All three are in it, and the app. */
  channel: Conversation;
  /** Sends an opportunity to the subscribed channel, and gives its card there and its id. */
  posted(changes?: object): Promise<{ card: Posted; id: string }>;
  /** Somebody writes to the bot in their own chat, which the bot knows from then on. */
  chatWith(user: User): Promise<Conversation>;
  /** As whom the desk knows somebody of Nordwind's. */
  actor(user: User, changes?: Partial<PersonActor>): PersonActor;
}

export async function startStory(options: HouseOptions = {}): Promise<Story> {
  const house = await startHouse(options);
  const { teams } = house;
  const ada = teams.user('Ada Keller');
  const ben = teams.user('Ben Adler');
  const cem = teams.user('Cem Yilmaz', { locale: 'de-DE' });
  await house.grant(ada, 'referralsAdmin');
  await house.grant(ben, 'referralsUser');
  await house.grant(cem, 'referralsUser');
  const channel = teams.channel('Referrals', [ada, ben, cem], { installed: true });
  let sent = 0;

  return {
    ...house,
    ada,
    ben,
    cem,
    channel,
    async posted(changes = {}) {
      if ((await house.subscription(channel)) === undefined) await teams.message(ada, channel, 'subscribe');
      sent += 1;
      const { body } = await house.send(opportunityBody({ externalId: `opp-${sent}`, ...changes }));
      await house.settle();
      const { id, postings } = await house.deal(body.id);
      const copy = postings.find(({ address }) => address.conversationId === channel.id);
      const card = teams.messagesIn(channel).find((message) => message.id === copy?.messageId);
      if (card === undefined) throw new Error('the opportunity was not posted in the channel');
      return { card, id };
    },
    async chatWith(user) {
      const chat = teams.personalChat(user);
      await teams.message(user, chat, 'help');
      return chat;
    },
    actor: (user, changes = {}) => ({
      kind: 'person',
      orgId: 'nordwind',
      personId: personId(user.entraId),
      name: user.name,
      email: user.email,
      roles: user === ada ? ['referralsAdmin'] : ['referralsUser'],
      guest: false,
      timeZone: user.timeZone,
      ...changes,
    }),
  };
}

/** The buttons of a card by their titles, in order. */
export function titlesOn(card: Json): string[] {
  return buttonsOf(card).map(({ title }) => title);
}

/** Those of them by which an opportunity is answered: none where it is too late. */
export function answersOn(card: Json): string[] {
  return titlesOn(card).filter((title) => ['Accept', 'Decline', 'Annehmen', 'Ablehnen'].includes(title));
}

/** What an input of a card holds. */
export function valueIn(card: Json, id: string): unknown {
  return inputsOf(card).find((input) => input.id === id)?.value;
}

/** A refusal as people read it: it names its rule (spec.md). */
export function cited(sentence: string, rule: string): string {
  return `${sentence} (${rule})`;
}

/** The errors of a form, by the input that they stand below. */
export function errorsOn(card: Json): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  let above = '';
  for (const element of elementsIn(card)) {
    if (String(element.type).startsWith('Input.')) above = String(element.id);
    if (element.type !== 'TextBlock' || element.color !== 'attention') continue;
    errors[above] = [...(errors[above] ?? []), String(element.text)];
  }
  return errors;
}

/** Every element of a card that is shown, in reading order. */
function elementsIn(element: Json): Json[] {
  const parts = ['body', 'items', 'columns'].flatMap((field) => {
    const list = element[field];
    return Array.isArray(list) ? list.filter(isJson) : [];
  });
  return element.isVisible === false ? [] : [element, ...parts.flatMap(elementsIn)];
}
