import { createHash, randomUUID } from 'node:crypto';
import type { Address } from '../../src/deals/address.ts';
import { buttonsOf, complaintsAbout, isJson, type Json, valuesOf, visibleText } from './seen-card.ts';
import {
  type ConnectorRequest,
  type Conversation,
  digest,
  type Fault,
  type Posted,
  startConnectorServer,
  type User,
} from './teams-connector.ts';
import type { TokenIssuer } from './tokens.ts';

export type { Conversation, FaultAnswer, Posted, User } from './teams-connector.ts';

/** Where something is done: in a chat or channel, or on a message (in a channel: in its thread). */
export type Place = Conversation | Posted;

/** What the bot said to an activity. */
export interface Heard {
  /** HTTP; 0 where the client's own validation kept the press back. */
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the body
  body: any;
  /** What was posted to the bot, for `repeat`. */
  activity: Json;
  /** The card that the person sees now in place of the pressed one, when the answer is one. */
  card?: Json;
  /** What can be read in the answer: the card's text, or the message. */
  text: string;
  /** What the client's validation complained about, by input. */
  complaints: Record<string, string>;
}

/** Which button: its verb, its title, or both and some of its data where several are alike. */
export type Wanted = string | { verb?: string; title?: string; data?: Json };

interface PressOptions {
  /** Whether the client checks the inputs first, as a good one does. */
  validate?: boolean;
  /** The activity's id, where two presses must be the same one. */
  id?: string;
}

export interface TeamsOptions {
  /** Of the bot registration; empty: without authentication. */
  appId?: string;
  /** Signs what is posted to the bot. */
  tokens?: TokenIssuer;
  /** What the bot must show to the connector. */
  outboundToken?: string;
  /** Where the bot listens, without a path. Or later: `connect`. */
  botUrl?: string;
  /** Milliseconds since the epoch, for the activities' timestamps. */
  now?: () => number;
}

export interface Teams {
  readonly serviceUrl: string;
  readonly bot: { id: string; name: string };
  /** The tenant of everybody but strangers. */
  readonly tenantId: string;
  connect(botUrl: string): void;

  user(name: string, more?: Partial<User>): User;
  /** A guest of the tenant. */
  guest(name: string, more?: Partial<User>): User;
  /** Somebody of another tenant. */
  stranger(name: string, more?: Partial<User>): User;
  personalChat(user: User): Conversation;
  groupChat(name: string, members: User[], more?: { installed?: boolean }): Conversation;
  /** A channel in a team of its own, or beside another channel. Standard channels have the members of their team. */
  channel(name: string, members: User[], more?: { installed?: boolean; beside?: Conversation }): Conversation;
  /** The address that the bot makes of a conversation's activities. */
  addressOf(conversation: Conversation): Address;

  /** A typed line; where others can read it with the mention that it needs. */
  message(user: User, where: Place, text: string): Promise<Heard>;
  /** A press of Action.Execute on what this person sees of a message; or on `card`, an older state of it. */
  press(
    user: User,
    on: Posted | { message: Posted; card: Json },
    button: Wanted,
    typed?: Record<string, string>,
    options?: PressOptions,
  ): Promise<Heard>;
  /** The same from an old client: the button's Action.Submit fallback, which arrives as a message. */
  submit(
    user: User,
    on: Posted | { message: Posted; card: Json },
    button: Wanted,
    typed?: Record<string, string>,
    options?: PressOptions,
  ): Promise<Heard>;
  /** A press that no card offers: any verb and data. */
  forge(user: User, on: Place, verb: string, data?: Json): Promise<Heard>;
  install(where: Conversation, by: User): Promise<Heard[]>;
  uninstall(where: Conversation, by: User): Promise<Heard[]>;
  membersAdded(where: Conversation, joined: User[]): Promise<Heard>;
  membersRemoved(where: Conversation, left: User[]): Promise<Heard>;
  /** Teams sends again what was not answered in time (facts/teams.md 1.6). */
  repeat(heard: Heard): Promise<Heard>;
  /** Any activity: the given fields over those of a real one by this person at this place. */
  post(user: User, where: Place, fields: Json): Promise<Heard>;

  /** The next requests of the bot fail. */
  failNext(fault: Fault): void;
  /** Nothing fails any more. */
  recover(): void;
  readonly requests: readonly ConnectorRequest[];
  /** What the bot did against the contract. `stop` rejects when there is any left. */
  readonly violations: string[];

  /** The bot's messages that stand in a conversation or thread, oldest first. */
  messagesIn(where: Place): Posted[];
  /** The last of them. @throws {Error} there is none */
  lastIn(where: Place): Posted;
  /** What somebody sees of a message; without a person: who has pressed nothing on it. @throws {Error} it has no card */
  cardOf(message: Posted, user?: User): Json;
  cardIn(where: Place, user?: User): Json;
  textOf(message: Posted, user?: User): string;
  textIn(where: Place, user?: User): string;
  /** Resolves with the first truthy value that `check` has after a request of the bot. Rejects after five seconds. */
  until<T>(check: () => T): Promise<NonNullable<T>>;
  stop(): Promise<void>;
}

const homeTenant = '10000000-0000-4000-8000-000000000001';
const foreignTenant = '20000000-0000-4000-8000-000000000002';

/** A Teams that tests can look at and break: a real HTTP connector for the bot, and the people who use the bot over HTTP. */
export async function startTeams(options: TeamsOptions = {}): Promise<Teams> {
  const { appId = '', tokens, now = Date.now } = options;
  const connector = await startConnectorServer({ token: options.outboundToken });
  const { serviceUrl, conversations, users, messages, changes, nextMessageId } = connector;
  const bot = { id: `28:${appId || 'co-sell'}`, name: 'Co-sell' };
  let botUrl = options.botUrl;

  function user(name: string, more: Partial<User> = {}): User {
    const [givenName = name, ...rest] = name.split(' ');
    const number = users.length + 1;
    const local = name.toLowerCase().replace(/[^a-z]+/g, '.');
    const made: User = {
      name,
      givenName,
      surname: rest.join(' '),
      entraId: `a0000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      teamsId: `29:1${digest(`user ${number}`, 60)}`,
      tenantId: homeTenant,
      email: `${local}@contoso.example`,
      userPrincipalName: `${local}@contoso.example`,
      guest: false,
      locale: 'en-GB',
      timeZone: 'Europe/Berlin',
      hasApp: true,
      ...more,
    };
    users.push(made);
    return made;
  }

  function place(where: Place): { conversation: Conversation; threadId: string } {
    return 'kind' in where ? { conversation: where, threadId: where.id } : where;
  }

  function activityOf(from: User, where: Place, fields: Json): Json {
    const { conversation, threadId } = place(where);
    const { kind, tenantId, name, team } = conversation;
    const time = new Date(now()).toISOString();
    const channel =
      team === undefined ? {} : { team: { id: team.id, name: team.name }, channel: { id: conversation.id } };
    const { channelData, ...more } = fields;
    return {
      id: `f:${randomUUID()}`,
      timestamp: time,
      localTimestamp: time,
      localTimezone: from.timeZone,
      locale: from.locale,
      serviceUrl,
      channelId: 'msteams',
      from: { id: from.teamsId, name: from.name, aadObjectId: from.entraId },
      conversation: {
        id: threadId,
        conversationType: kind,
        tenantId,
        ...(kind === 'personal' ? {} : { isGroup: true }),
        ...(kind === 'groupChat' && name !== '' ? { name } : {}),
      },
      recipient: bot,
      entities: [
        { type: 'clientInfo', locale: from.locale, country: 'US', platform: 'Windows', timezone: from.timeZone },
      ],
      channelData: { ...channel, tenant: { id: tenantId }, ...(isJson(channelData) ? channelData : {}) },
      ...more,
    };
  }

  async function deliver(activity: Json): Promise<Heard> {
    if (botUrl === undefined) throw new Error('no bot is connected: teams.connect(url)');
    const token = await tokens?.token({ appId, serviceUrl });
    const response = await fetch(`${botUrl}/api/messages`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(activity),
    });
    const said = await response.text();
    const body = response.headers.get('content-type')?.includes('json') ? JSON.parse(said) : said || undefined;
    changes.emit('change');
    const card = body?.type === 'application/vnd.microsoft.card.adaptive' ? (body.value as Json) : undefined;
    const text = card === undefined ? (typeof body?.value === 'string' ? body.value : '') : visibleText(card);
    return { status: response.status, body, activity, text, complaints: {}, ...(card === undefined ? {} : { card }) };
  }

  /** The button that is meant, and what the client sends with it. */
  function pressed(
    card: Json,
    type: 'Action.Execute' | 'Action.Submit',
    wanted: Wanted,
    typed: Record<string, string>,
  ) {
    const { verb, title, data = {} } = typeof wanted === 'string' ? { verb: undefined, title: undefined } : wanted;
    const matching = buttonsOf(card).filter(({ action }) => {
      const its = isJson(action.data) ? action.data : {};
      const named =
        typeof wanted === 'string'
          ? [action.verb, its.verb, action.title].includes(wanted)
          : (verb ?? action.verb ?? its.verb) === (action.verb ?? its.verb) && (title ?? action.title) === action.title;
      return named && Object.entries(data).every(([key, value]) => JSON.stringify(its[key]) === JSON.stringify(value));
    });
    const [button, ...others] = matching;
    if (button === undefined || others.length > 0) {
      const all = buttonsOf(card).map(({ action }) => `${action.title} (${action.verb ?? action.type})`);
      throw new Error(`${matching.length} buttons are ${JSON.stringify(wanted)}, of: ${all.join(', ') || 'none'}`);
    }
    const { fallback } = button.action;
    const action = type === 'Action.Submit' && isJson(fallback) ? fallback : button.action;
    if (action.type !== type) throw new Error(`the button is an ${action.type}, not an ${type}`);
    const inputs = action.associatedInputs === 'none' ? [] : button.inputs;
    const values = valuesOf(inputs, typed);
    return { action, values, complaints: complaintsAbout(inputs, values) };
  }

  function cardOf(message: Posted, viewer?: User): Json {
    const [attachment] = Array.isArray(message.activity.attachments) ? message.activity.attachments : [];
    const card = (viewer && message.views.get(viewer)) ?? attachment?.content;
    if (!isJson(card)) throw new Error('the message has no card');
    return card;
  }

  function kept(complaints: Record<string, string>): Heard {
    return { status: 0, body: undefined, activity: {}, text: '', complaints };
  }

  function looked(on: Posted | { message: Posted; card: Json }, viewer: User): { message: Posted; card: Json } {
    return 'message' in on ? on : { message: on, card: cardOf(on, viewer) };
  }

  const teams: Teams = {
    serviceUrl,
    bot,
    tenantId: homeTenant,
    requests: connector.requests,
    violations: connector.violations,
    connect(url) {
      botUrl = url;
    },

    user,
    guest(name, more) {
      const local = name.toLowerCase().replace(/[^a-z]+/g, '.');
      const userPrincipalName = `${local}_partner.example#EXT#@contoso.onmicrosoft.com`;
      return user(name, { guest: true, email: `${local}@partner.example`, userPrincipalName, hasApp: false, ...more });
    },
    stranger(name, more) {
      const mail = `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@fabrikam.example`;
      return user(name, { tenantId: foreignTenant, email: mail, userPrincipalName: mail, ...more });
    },
    personalChat: connector.personalChatOf,
    groupChat(name, members, { installed = false } = {}) {
      const id = `19:${hex(`group ${conversations.size}`)}@thread.v2`;
      const chat: Conversation = {
        kind: 'groupChat',
        id,
        name,
        tenantId: homeTenant,
        members: [...members],
        app: { installed },
      };
      conversations.set(id, chat);
      return chat;
    },
    channel(name, members, { installed = false, beside } = {}) {
      const number = conversations.size;
      const id = `19:${hex(`channel ${number}`)}@thread.tacv2`;
      // A team has the id of its General channel.
      const team = beside?.team ?? { id: `19:${hex(`team ${number}`)}@thread.tacv2`, name: `${name} team` };
      const app = beside?.app ?? { installed };
      const its = beside?.members ?? [...members];
      const general: Conversation = {
        kind: 'channel',
        id: team.id,
        name: 'General',
        tenantId: homeTenant,
        members: its,
        app,
        team,
      };
      const channel: Conversation = { ...general, id, name };
      if (beside === undefined) conversations.set(team.id, general);
      conversations.set(id, channel);
      return channel;
    },
    addressOf({ kind, id, tenantId, team }) {
      return {
        version: 1,
        serviceUrl,
        tenantId,
        scope: kind,
        conversationId: id,
        bot,
        ...(team === undefined ? {} : { teamId: team.id }),
      };
    },

    async message(from, where, text) {
      const { conversation, threadId } = place(where);
      const id = nextMessageId();
      const starts = conversation.kind === 'channel' && !threadId.includes(';');
      const mention = `<at>${bot.name}</at>`;
      const alone = conversation.kind === 'personal';
      const activity = activityOf(from, where, {
        type: 'message',
        id,
        textFormat: 'plain',
        text: alone ? text : `${mention} ${text}\n`,
        attachments: [{ contentType: 'text/html', content: `<div><div>${text}</div></div>` }],
      });
      const thread = starts ? `${threadId};messageid=${id}` : threadId;
      if (isJson(activity.conversation)) activity.conversation.id = thread;
      if (!alone && Array.isArray(activity.entities)) {
        activity.entities.unshift({ type: 'mention', mentioned: bot, text: mention });
      }
      messages.push({
        id,
        conversation,
        threadId: thread,
        from,
        activity,
        edits: 0,
        deleted: false,
        views: new Map(),
      });
      return deliver(activity);
    },

    async press(by, on, button, typed = {}, { validate = false, id } = {}) {
      const { message, card } = looked(on, by);
      const { action, values, complaints } = pressed(card, 'Action.Execute', button, typed);
      if (validate && Object.keys(complaints).length > 0) return kept(complaints);
      const { type, id: actionId, title, verb, data } = action;
      const heard = await deliver(
        activityOf(by, message, {
          type: 'invoke',
          name: 'adaptiveCard/action',
          replyToId: message.id,
          channelData: { source: { name: 'message' } },
          value: {
            action: { type, id: actionId, title, verb, data: { ...(isJson(data) ? data : {}), ...values } },
            trigger: 'manual',
          },
          ...(id === undefined ? {} : { id }),
        }),
      );
      if (heard.status === 200 && heard.card !== undefined) message.views.set(by, heard.card);
      return { ...heard, complaints };
    },

    async submit(by, on, button, typed = {}, { validate = false, id } = {}) {
      const { message, card } = looked(on, by);
      const { action, values, complaints } = pressed(card, 'Action.Submit', button, typed);
      if (validate && Object.keys(complaints).length > 0) return kept(complaints);
      const heard = await deliver(
        activityOf(by, message, {
          type: 'message',
          replyToId: message.id,
          channelData: { source: { name: 'message' } },
          value: { ...(isJson(action.data) ? action.data : {}), ...values },
          ...(id === undefined ? {} : { id }),
        }),
      );
      return { ...heard, complaints };
    },

    async forge(by, on, verb, data = {}) {
      return deliver(
        activityOf(by, on, {
          type: 'invoke',
          name: 'adaptiveCard/action',
          ...('kind' in on ? {} : { replyToId: on.id }),
          value: { action: { type: 'Action.Execute', verb, data }, trigger: 'manual' },
        }),
      );
    },

    async install(where, by) {
      where.app.installed = true;
      return bothEvents(where, by, 'add', { membersAdded: [{ id: bot.id }] }, 'teamMemberAdded');
    },
    async uninstall(where, by) {
      where.app.installed = false;
      return bothEvents(where, by, 'remove', { membersRemoved: [{ id: bot.id }] }, 'teamMemberRemoved');
    },
    async membersAdded(where, joined) {
      where.members.push(...joined.filter((one) => !where.members.includes(one)));
      return membersChanged(where, joined, 'membersAdded', 'teamMemberAdded');
    },
    async membersRemoved(where, left) {
      where.members.splice(0, where.members.length, ...where.members.filter((one) => !left.includes(one)));
      return membersChanged(where, left, 'membersRemoved', 'teamMemberRemoved');
    },
    async repeat({ activity }) {
      return deliver(activity);
    },
    async post(by, where, fields) {
      return deliver(activityOf(by, where, fields));
    },

    failNext(fault) {
      connector.faults.push({ ...fault });
    },
    recover() {
      connector.faults.length = 0;
    },

    messagesIn(where) {
      const { conversation, threadId } = place(where);
      return messages.filter(
        (message) =>
          message.from === 'bot' &&
          !message.deleted &&
          message.conversation === conversation &&
          (!threadId.includes(';') || message.threadId === threadId),
      );
    },
    lastIn(where) {
      const last = teams.messagesIn(where).at(-1);
      if (last === undefined) throw new Error(`the bot has written nothing in ${place(where).conversation.name}`);
      return last;
    },
    cardOf,
    cardIn: (where, viewer) => cardOf(teams.lastIn(where), viewer),
    textOf(message, viewer) {
      const { text } = message.activity;
      return typeof text === 'string' && text !== '' ? text : visibleText(cardOf(message, viewer));
    },
    textIn: (where, viewer) => teams.textOf(teams.lastIn(where), viewer),
    until(check) {
      return new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer);
          changes.off('change', look);
        };
        const look = () => {
          try {
            const value = check();
            if (!value) return;
            done();
            resolve(value);
          } catch (error) {
            done();
            reject(error);
          }
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`waited five seconds for ${check}`));
        }, 5000);
        changes.on('change', look);
        look();
      });
    },
    async stop() {
      await connector.stop();
      if (connector.violations.length > 0) {
        throw new Error(`the bot broke Teams' contract: ${connector.violations.join('; ')}`);
      }
    },
  };

  /** Teams tells of an installation twice: as that, and as a new member. A team tells it by its General channel. */
  async function bothEvents(
    where: Conversation,
    by: User,
    action: string,
    change: Json,
    eventType: string,
  ): Promise<Heard[]> {
    const { team } = where;
    const at = (team && conversations.get(team.id)) ?? where;
    const selected = team === undefined ? {} : { settings: { selectedChannel: { id: where.id } } };
    const joined = team === undefined ? {} : { eventType };
    return [
      await deliver(
        activityOf(by, at, { type: 'conversationUpdate', ...change, channelData: { ...selected, ...joined } }),
      ),
      await deliver(activityOf(by, at, { type: 'installationUpdate', action, channelData: selected })),
    ];
  }

  async function membersChanged(where: Conversation, people: User[], field: string, eventType: string): Promise<Heard> {
    const [first] = people;
    if (first === undefined) throw new Error('nobody joined or left');
    const { team } = where;
    const accounts = people.map(({ teamsId, entraId }) => ({ id: teamsId, aadObjectId: entraId }));
    return deliver(
      activityOf(first, (team && conversations.get(team.id)) ?? where, {
        type: 'conversationUpdate',
        [field]: accounts,
        ...(team === undefined ? {} : { channelData: { eventType } }),
      }),
    );
  }

  return teams;
}

function hex(of: string): string {
  return createHash('md5').update(of).digest('hex');
}
