import type { TurnContext } from 'botbuilder';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { refusalText, text, welcomeCard } from '../cards/index.ts';
import type { Address, SentMessage } from '../src/deals/address.ts';
import type { Reader } from '../src/notices/messenger.ts';
import { MessengerError } from '../src/notices/messenger.ts';
import { languageOf } from '../src/organisations/language.ts';
import type { Organisation, Subscription } from '../src/organisations/organisation.ts';
import { hurried } from '../src/request.ts';
import { isForeign } from '../src/rules/permissions.ts';
import { StoreUnavailable } from '../src/store/port.ts';
import { actions } from './actions/index.ts';
import { Activity, tenantOf } from './activity.ts';
import { answerInvoke, cardAnswer, contentTypes, messageAnswer } from './adapter.ts';
import { commandOf } from './commands/index.ts';
import { addressOf, type Content } from './connector.ts';
import { inWindow } from './dialogs/window.ts';
import { identify } from './identify.ts';
import { searchAnswer } from './search.ts';
import type { Answer, House, Turn } from './turn.ts';

/** How long a message's id is remembered: Teams sends a message again when it did not hear of it in time (facts/teams.md 1.6). */
const repeatMilliseconds = 600_000;

const Execute = z.object({
  action: z.object({ verb: z.string().max(100).optional(), data: z.record(z.string(), z.unknown()).default({}) }),
});
const Submit = z.looseObject({ verb: z.string().max(100) });

/** One activity in, one handler out. What goes wrong is said to the person who asked, in their language; nothing is left half done. */
export function createApp(house: House): (context: TurnContext) => Promise<void> {
  const seen = new LRUCache<string, true>({ max: 10_000, ttl: repeatMilliseconds });
  const addresses = new LRUCache<string, string>({ max: 10_000 });

  return async (context) => {
    const parsed = Activity.safeParse(context.activity);
    if (!parsed.success) return onMalformed(house, context, parsed.error);
    const activity = parsed.data;
    const address = addressOf(context.activity);
    if (addresses.get(address.conversationId) !== address.serviceUrl) {
      // Teams may move a conversation to another address; only what is subscribed is written to later.
      await refreshAddress(house, activity, address);
      addresses.set(address.conversationId, address.serviceUrl);
    }
    switch (activity.type) {
      case 'message': {
        const key = `${activity.conversation.id} ${activity.id}`;
        if (activity.id !== undefined && seen.has(key)) return;
        seen.set(key, true);
        return onMessage(house, activity, address);
      }
      case 'invoke':
        return answerInvoke(context, await hurried(invokeMilliseconds, () => onInvoke(house, activity, address)));
      case 'installationUpdate':
        return onInstallation(house, activity, address);
      case 'conversationUpdate':
        return onConversationUpdate(house, activity, address);
      default:
        return;
    }
  };
}

/** Signed by Teams, and yet not what Teams sends: refused, where it waits for an answer in so many words. */
async function onMalformed(house: House, context: TurnContext, error: z.ZodError): Promise<void> {
  house.log.warn({ fields: error.issues.map(({ path }) => path.join('.')) }, 'activity not understood');
  if (context.activity.type !== 'invoke') return;
  const { name, locale } = context.activity as { name: unknown; locale: unknown };
  const language = languageOf(undefined, typeof locale === 'string' ? locale : undefined, 'en');
  answerInvoke(context, lineAnswer(name, text(language, 'unsupported')));
}

async function refreshAddress(house: House, activity: Activity, address: Address): Promise<void> {
  try {
    const organisation = await organisationOf(house, activity);
    if (organisation !== undefined) await house.subscriptions.refreshAddress(organisation.orgId, address);
  } catch (error) {
    house.log.warn({ err: error }, 'address of a conversation could not be refreshed');
  }
}

/** A typed line, or the press of an older client, which arrives as a message with a value (facts/teams.md 1.5). */
async function onMessage(house: House, activity: Activity, address: Address): Promise<void> {
  const turn = await turnOf(house, activity, address);
  if ('stranger' in turn) return void (await say(house, activity, address, turn.stranger));
  const submit = Submit.safeParse(activity.value);
  let answer: Answer;
  try {
    answer = submit.success ? await submitted(turn, submit.data) : await typed(turn);
  } catch (error) {
    answer = { text: whatToSay(turn, error) };
  }
  try {
    await (submit.success ? showSubmitted(turn, submit.data, answer) : turn.reply(answer));
  } catch (error) {
    // What was asked for is done by now: to say that nothing was changed would be wrong.
    turn.log.warn({ err: error }, 'answer could not be sent');
  }
}

async function typed(turn: Turn): Promise<Answer> {
  const line = commandOf(withoutMention(turn.activity));
  return line === undefined
    ? { text: text(turn.reader.language, 'unknownCommand') }
    : line.command.run(turn, line.rest);
}

async function submitted(turn: Turn, data: { verb: string }): Promise<Answer> {
  const action = actions.get(data.verb);
  if (action === undefined) return { text: text(turn.reader.language, 'oldCard') };
  return action.press(turn, { data, shape: 'submit' });
}

/** Every form of the press gets its answer: a card in place of the pressed one where it was a form or a list, else a reply. */
async function showSubmitted(turn: Turn, data: { verb: string }, answer: Answer): Promise<void> {
  const pressed = turn.activity.replyToId;
  // The copy that everybody sees must not turn into one person's form: that goes below it.
  if ('text' in answer || pressed === undefined || (await isPosting(turn, data, pressed))) {
    return void (await turn.reply(answer));
  }
  await turn.house.connector.update(
    { address: turn.address, threadId: turn.activity.conversation.id, messageId: pressed },
    answer.card,
  );
}

async function isPosting(turn: Turn, data: Record<string, unknown>, messageId: string): Promise<boolean> {
  if (typeof data.dealId !== 'string') return false;
  const deal = await turn.house.desk.deal(turn.organisation.orgId, data.dealId);
  return deal?.postings.some((posting) => posting.messageId === messageId) ?? false;
}

/** Teams shows an error after 5 s in a dialog and asks again (facts/teams.md 1.6): what the answer waits for gets less. */
const invokeMilliseconds = 3000;

/** The body of an invoke's answer. It is always one that Teams can show (facts/teams.md 1.3). */
async function onInvoke(house: House, activity: Activity, address: Address): Promise<object> {
  const turn = await turnOf(house, activity, address);
  if ('stranger' in turn) return lineAnswer(activity.name, textOf(turn.stranger));
  if (activity.name === 'task/fetch' || activity.name === 'task/submit') {
    return inWindow(turn, activity.value).catch((error) => lineAnswer(activity.name, whatToSay(turn, error)));
  }
  if (activity.name === 'application/search') {
    return searchAnswer(turn, activity.value).catch((error) => lineAnswer(activity.name, whatToSay(turn, error)));
  }
  if (activity.name !== 'adaptiveCard/action') {
    return lineAnswer(activity.name, text(turn.reader.language, 'unsupported'));
  }
  const execute = Execute.safeParse(activity.value);
  const action = execute.success ? actions.get(execute.data.action.verb ?? '') : undefined;
  if (!execute.success || action === undefined) return messageAnswer(text(turn.reader.language, 'oldCard'));
  try {
    const answer = await action.press(turn, { data: execute.data.action.data, shape: 'execute' });
    return 'card' in answer ? cardAnswer(answer.card.card) : messageAnswer(answer.text);
  } catch (error) {
    return messageAnswer(whatToSay(turn, error));
  }
}

/** One line as the answer to any invoke: each kind has its own form, and Teams shows nothing but an error for another one. */
function lineAnswer(invoke: unknown, line: string): object {
  switch (invoke) {
    case 'task/fetch':
    case 'task/submit':
    case 'composeExtension/fetchTask':
    case 'composeExtension/submitAction':
      return { task: { type: 'message', value: line } };
    case 'composeExtension/query':
    case 'composeExtension/queryLink':
    case 'composeExtension/anonymousQueryLink':
      return { composeExtension: { type: 'message', text: line } };
    case 'application/search':
      return { statusCode: 200, type: contentTypes.search, value: { results: [] } };
    default:
      return messageAnswer(line);
  }
}

/** An outage, or a fault of ours: logged, and for the person who asked "try again in a minute". */
function whatToSay(turn: Turn, error: unknown): string {
  if (error instanceof StoreUnavailable || error instanceof MessengerError) {
    turn.log.warn({ err: error }, 'turn could not be finished');
  } else turn.log.error({ err: error }, 'turn broke');
  return text(turn.reader.language, 'busy');
}

interface Stranger {
  stranger: Answer;
}

/** Who asks and where, or what to tell somebody who may not be here (V3). */
async function turnOf(house: House, activity: Activity, address: Address): Promise<Turn | Stranger> {
  const log = house.log.child({ activityId: activity.id });
  try {
    const who = await identify(house, activity, address);
    if (who.kind === 'unknownTenant') {
      return { stranger: { text: text(who.reader.language, 'unknownTenant') } };
    }
    if (who.kind === 'refused') return { stranger: { text: refusalText(who.refusal, who.reader) } };
    const { organisation, person, actor, reader } = who;
    const reply = (answer: Answer) => house.connector.reply(spokenAt(activity, address), contentOf(answer));
    return { house, activity, organisation, person, actor, reader, address, reply, log };
  } catch (error) {
    log.warn({ err: error }, 'sender of an activity could not be identified');
    return { stranger: { text: text(localeLanguage(activity), 'busy') } };
  }
}

function localeLanguage({ locale }: Activity): Reader['language'] {
  return languageOf(undefined, locale, 'en');
}

function contentOf(answer: Answer): Content {
  return 'card' in answer ? answer.card : { text: answer.text };
}

function textOf(answer: Answer): string {
  return 'card' in answer ? answer.card.summary : answer.text;
}

/** The message that was written or pressed: a reply to it stays in its thread. */
function spokenAt(activity: Activity, address: Address): SentMessage {
  return { address, threadId: activity.conversation.id, messageId: activity.id ?? '' };
}

async function say(house: House, activity: Activity, address: Address, answer: Answer): Promise<void> {
  try {
    await house.connector.reply(spokenAt(activity, address), contentOf(answer));
  } catch (error) {
    house.log.warn({ activityId: activity.id, err: error }, 'reply could not be sent');
  }
}

/** The line without the mention of the bot, which stands in front of everything that is written to it in a channel. */
function withoutMention({ text: line = '', entities = [], recipient }: Activity): string {
  return entities
    .filter(({ type, mentioned }) => type === 'mention' && mentioned?.id === recipient?.id)
    .reduce((rest, mention) => (mention.text === undefined ? rest : rest.replaceAll(mention.text, ' ')), line)
    .replaceAll('&nbsp;', ' ')
    .trim();
}

/** Installed: says who it is and offers to subscribe. Removed: ends what it was subscribed to. */
async function onInstallation(house: House, activity: Activity, address: Address): Promise<void> {
  if (activity.action?.startsWith('remove')) return onRemoved(house, activity, address, 'removed');
  if (activity.action !== 'add') return;
  const tenantId = tenantOf(activity);
  const organisation = tenantId === undefined ? undefined : await house.organisations.byTenant(tenantId);
  if (organisation !== undefined && address.scope === 'personal') {
    // Learns the person and their own chat, for reminders; a stranger is greeted too, and refused when they ask for something.
    await turnOf(house, activity, address);
  }
  const reader: Reader = {
    language: languageOf(undefined, activity.locale, organisation?.settings.defaultLanguage ?? 'en'),
    timeZone: organisation?.settings.timeZone ?? 'UTC',
  };
  const card = welcomeCard({
    reader,
    scope: address.scope,
    ...(organisation === undefined ? {} : { organisation: organisation.name }),
  });
  try {
    await house.connector.post(address, card);
  } catch (error) {
    house.log.warn({ err: error }, 'welcome could not be sent');
  }
}

async function onConversationUpdate(house: House, activity: Activity, address: Address): Promise<void> {
  const { eventType } = activity.channelData ?? {};
  const bot = activity.recipient?.id;
  if (activity.membersRemoved?.some(({ id }) => id === bot)) return onRemoved(house, activity, address, 'removed');
  if (eventType === 'channelDeleted' || eventType === 'teamDeleted' || eventType === 'teamArchived') {
    return onRemoved(house, activity, address, eventType);
  }
  const joined = (activity.membersAdded ?? []).filter(({ id }) => id !== bot);
  if (joined.length > 0 && address.scope !== 'personal') await onJoined(house, activity, address, joined);
}

/**
 * A guest who joins would read what is posted here (V3): the subscriptions end, and the conversation is told why. Where Teams cannot
 * tell who joined, who is there is asked again before anything is sent.
 */
async function onJoined(
  house: House,
  activity: Activity,
  address: Address,
  joined: readonly { id: string }[],
): Promise<void> {
  const affected = await subscriptionsAt(house, activity, address);
  const organisation = await organisationOf(house, activity);
  if (affected.length === 0 || organisation === undefined) return;
  const who = await whoJoined(house, address, joined, organisation);
  if (who === 'outsiders') {
    // All of them end before anybody is told: a message that cannot be sent must not keep the next one open to guests.
    for (const { address: subscribed } of affected) {
      await house.subscriptions.end(organisation.orgId, subscribed.conversationId, 'guests');
    }
    for (const { address: subscribed, language } of affected) {
      await house.connector.post(subscribed, { text: text(language, 'guestsHere') }).catch((error) => {
        house.log.warn({ err: error }, 'end of a subscription could not be told');
      });
    }
  }
  if (who === 'unknown') {
    for (const { address: subscribed } of affected) {
      await house.subscriptions.doubt(organisation.orgId, subscribed.conversationId);
    }
  }
}

/** Other bots read nothing, and who has left again is nobody any more. `unknown`: Teams could not tell of all of them. */
async function whoJoined(
  house: House,
  address: Address,
  joined: readonly { id: string }[],
  organisation: Organisation,
): Promise<'colleagues' | 'outsiders' | 'unknown'> {
  let who: 'colleagues' | 'unknown' = 'colleagues';
  for (const { id } of joined.filter((one) => !isBot(one.id))) {
    try {
      const member = await house.connector.member(address, id);
      if (member !== undefined && (member.guest || isForeign(member.tenantId, organisation))) return 'outsiders';
    } catch (error) {
      house.log.warn({ err: error }, 'who joined could not be looked up');
      who = 'unknown';
    }
  }
  return who;
}

/** By the prefix of Teams' ids. */
function isBot(teamsId: string): boolean {
  return teamsId.startsWith('28:');
}

async function organisationOf(house: House, activity: Activity) {
  const tenantId = tenantOf(activity);
  return tenantId === undefined ? undefined : house.organisations.byTenant(tenantId);
}

/** The active subscriptions that an event is about: of the conversation, or of all channels of the team. */
async function subscriptionsAt(house: House, activity: Activity, address: Address): Promise<Subscription[]> {
  const organisation = await organisationOf(house, activity);
  if (organisation === undefined) return [];
  const team = activity.channelData?.eventType === 'channelDeleted' ? undefined : activity.channelData?.team?.id;
  const active = await house.subscriptions.active(organisation.orgId);
  return active.filter(
    (subscription) =>
      subscription.address.conversationId === address.conversationId ||
      (team !== undefined && subscription.address.teamId === team),
  );
}

async function onRemoved(house: House, activity: Activity, address: Address, reason: string): Promise<void> {
  for (const { orgId, address: subscribed } of await subscriptionsAt(house, activity, address)) {
    await house.subscriptions.end(orgId, subscribed.conversationId, reason);
    house.log.info({ reason }, 'subscription ended');
  }
  const organisation = await organisationOf(house, activity);
  if (address.scope === 'personal' && organisation !== undefined && activity.from?.aadObjectId !== undefined) {
    await house.people.losePersonalChat(organisation.orgId, activity.from.aadObjectId, reason);
  }
}
