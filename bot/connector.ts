import type { Activity } from 'botbuilder';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../src/clock.ts';
import type { Address, SentMessage } from '../src/deals/address.ts';
import { MessengerError } from '../src/notices/messenger.ts';
import type { ConnectorClient, TeamsAdapter } from './adapter.ts';
import { messengerError } from './errors.ts';
import type { LimitKind, Limits } from './limits.ts';

/** What one message shows: a card or plain text, never both, which Teams would split in two (facts/teams.md 1.7). */
export type Content = ({ card: object } | { text: string }) & {
  /** The line of the notification. */
  summary?: string | undefined;
};

/** Somebody in a conversation, as its roster says. */
export interface Member {
  /** Empty: somebody without an Entra account. */
  entraId: string;
  /** Teams' id of the person with this bot (29:…). */
  teamsId: string;
  tenantId?: string;
  name: string;
  givenName?: string;
  surname?: string;
  email?: string;
  phone?: string;
  /** V3: a guest of the tenant, or somebody without an account. */
  guest: boolean;
}

/**
 * Teams' conversations, one request an operation. Every operation rejects with `MessengerError` and with nothing else; none is
 * repeated here, because a message whose sending was answered by an error may stand there all the same.
 */
export interface Connector {
  /** A new message: in a channel it starts a thread. */
  post(to: Address, content: Content): Promise<SentMessage>;
  /** A message in the thread of another; in a chat, which has no threads, after it. */
  reply(to: SentMessage, content: Content): Promise<SentMessage>;
  update(sent: SentMessage, content: Content): Promise<void>;
  /**
   * The personal chat with somebody who has the app, opened if need be. `near`: a conversation of the same tenant with this bot;
   * undefined: none is known, and Teams is asked at its public address.
   */
  personalChat(near: Address | undefined, person: { entraId: string; tenantId: string }): Promise<Address>;
  /** Somebody in a conversation, by Teams' id or Entra object id; undefined where they are not in it. */
  member(address: Address, teamsOrEntraId: string): Promise<Member | undefined>;
  /** Everybody in a conversation but the bot: of a channel its own members, not those of its team. */
  members(address: Address): AsyncGenerator<Member>;
}

interface ConnectorOptions {
  adapter: Pick<TeamsAdapter, 'connectorClient'>;
  appId: string;
  clock: Clock;
  limits: Limits;
  /** Hosts beside Microsoft's to which the bot's token and messages may go, `localhost` or `localhost:56150`. */
  allowedServiceHosts: readonly string[];
  log: Pick<Logger, 'debug'>;
  /** Resolves after some milliseconds; absent: by the system's timer. */
  wait?: (milliseconds: number) => Promise<void>;
}

/** How long an operation waits for Teams' limits by itself, in milliseconds. Longer waits are the caller's. */
const patience = 2000;

const membersPerPage = 200;

/** Where the public cloud can be asked before any activity has told of an address (facts/teams.md 3.1). */
const publicServiceUrl = 'https://smba.trafficmanager.net/teams/';

/** Where Teams' connectors are: the public cloud, GCC, GCC High and DoD (facts/teams.md 3.1). */
const microsoftHosts = [
  /^smba\.trafficmanager\.net$/,
  /\.botframework\.(com|us)$/,
  /\.teams\.microsoft\.(com|us)$/,
] as const;

export function createConnector(options: ConnectorOptions): Connector {
  const { adapter, appId, clock, limits, log } = options;
  const wait = options.wait ?? sleep;

  /** Waits for a place under Teams' limits. @throws {MessengerError} `limit`, with the time that is too long to wait here */
  async function room(kind: LimitKind, thread: string, tenantId: string): Promise<void> {
    let left = patience;
    for (;;) {
      const milliseconds = limits.reserve(kind, thread, tenantId);
      if (milliseconds === 0) return;
      if (milliseconds > left) throw new MessengerError('throttled', 'limit', milliseconds);
      left -= milliseconds;
      await wait(milliseconds);
    }
  }

  async function ask<T>(
    address: Pick<Address, 'serviceUrl' | 'tenantId' | 'scope'>,
    kind: LimitKind,
    thread: string,
    request: (conversations: ConnectorClient['conversations']) => Promise<T>,
  ): Promise<T> {
    if (!isAllowed(address.serviceUrl, options.allowedServiceHosts)) {
      throw new MessengerError('configuration', 'ServiceUrlNotAllowed');
    }
    await room(kind, thread, address.tenantId);
    try {
      const client = await adapter.connectorClient(appId, address.serviceUrl);
      return await request(client.conversations);
    } catch (error) {
      const failure = messengerError(error, clock.now());
      log.debug({ kind: failure.kind, code: failure.code, scope: address.scope }, 'teams did not take a request');
      throw failure;
    }
  }

  async function send(address: Address, threadId: string, content: Content): Promise<SentMessage> {
    const { id } = await ask(address, 'send', address.conversationId, (conversations) =>
      conversations.sendToConversation(threadId, activityOf(content, address, threadId)),
    );
    return { address, threadId, messageId: known(id) };
  }

  async function postToChannel(address: Address, content: Content): Promise<SentMessage> {
    const { id, activityId } = await ask(address, 'create', address.conversationId, (conversations) =>
      conversations.createConversation({
        isGroup: true,
        bot: address.bot,
        channelData: { channel: { id: address.conversationId } },
        activity: activityOf(content, address, address.conversationId) as Activity,
      } as Parameters<typeof conversations.createConversation>[0]),
    );
    const threadId = known(id);
    return { address, threadId, messageId: known(activityId || rootOf(threadId)) };
  }

  return {
    async post(to, content) {
      return to.scope === 'channel' ? postToChannel(to, content) : send(to, to.conversationId, content);
    },

    async reply({ address, threadId }, content) {
      // What tells of a channel, an installation for instance, stands in no thread.
      const threadless = address.scope === 'channel' && rootOf(threadId) === undefined;
      return threadless ? postToChannel(address, content) : send(address, threadId, content);
    },

    async update({ address, threadId, messageId }, content) {
      await ask(address, 'send', address.conversationId, (conversations) =>
        conversations.updateActivity(threadId, messageId, {
          ...activityOf(content, address, threadId),
          id: messageId,
        }),
      );
    },

    async personalChat(near, { entraId, tenantId }) {
      // Without an app id, as on the Playground, there is no such address.
      if (near === undefined && appId === '') throw new MessengerError('rejected', 'NoServiceUrl');
      const { serviceUrl, bot } = near ?? { serviceUrl: publicServiceUrl, bot: { id: `28:${appId}`, name: '' } };
      const there = { serviceUrl, tenantId, scope: 'personal' } as const;
      const { id } = await ask(there, 'create', `${tenantId}/${entraId}`, (conversations) =>
        conversations.createConversation({
          isGroup: false,
          bot,
          members: [{ id: entraId, name: '' }],
          tenantId,
          channelData: { tenant: { id: tenantId } },
        } as unknown as Parameters<typeof conversations.createConversation>[0]),
      );
      return { version: 1, ...there, conversationId: known(id), bot };
    },

    async member(address, teamsOrEntraId) {
      try {
        const entry = await ask(address, 'members', address.conversationId, (conversations) =>
          conversations.getConversationMember(address.conversationId, teamsOrEntraId),
        );
        return memberOf(entry);
      } catch (error) {
        if (error instanceof MessengerError && isNobody(error)) return undefined;
        throw error;
      }
    },

    async *members(address) {
      const seen = new Set<string>();
      let continuationToken: string | undefined;
      do {
        const page = await ask(address, 'members', address.conversationId, (conversations) =>
          conversations.getConversationPagedMembers(address.conversationId, {
            pageSize: membersPerPage,
            ...(continuationToken === undefined ? {} : { continuationToken }),
          } as Parameters<typeof conversations.getConversationPagedMembers>[1]),
        );
        yield* page.members.map(memberOf).filter((member) => member !== undefined);
        continuationToken = page.continuationToken || undefined;
        if (continuationToken === undefined) return;
        // A page that leads back to itself would be read for ever.
        if (seen.has(continuationToken)) throw new MessengerError('broken', 'UnreadableAnswer');
        seen.add(continuationToken);
      } while (continuationToken !== undefined);
    },
  };
}

/** What `addressOf` reads of an activity. `processActivity` has checked the ids and the service URL. */
interface Spoken {
  serviceUrl: string;
  conversation: { id: string; conversationType?: string; tenantId?: string; isGroup?: boolean };
  recipient: { id: string; name?: string };
  channelData?: unknown;
  replyToId?: string | undefined;
}

const text = z.string().min(1).optional().catch(undefined);
const ChannelData = z
  .looseObject({
    tenant: z.looseObject({ id: text }).optional().catch(undefined),
    team: z.looseObject({ id: text }).optional().catch(undefined),
    settings: z
      .looseObject({ selectedChannel: z.looseObject({ id: text }) })
      .optional()
      .catch(undefined),
  })
  .catch({});

/** Where an activity came from: the channel or chat as a whole, to be answered from now on by the service URL it came with. */
export function addressOf(activity: Spoken): Address {
  const { conversation, recipient, serviceUrl } = activity;
  const { tenant, team, settings } = ChannelData.parse(activity.channelData ?? {});
  const scope = scopeOf(conversation);
  // An installation to a team is told by its General channel; the one that was chosen for the bot stands beside it.
  const chosen = scope === 'channel' ? settings?.selectedChannel.id : undefined;
  return {
    version: 1,
    serviceUrl,
    // Empty belongs to no organisation: such a conversation is refused as a stranger's.
    tenantId: conversation.tenantId || tenant?.id || '',
    scope,
    conversationId: chosen ?? conversation.id.replace(/;.*$/s, ''),
    bot: { id: recipient.id, name: recipient.name ?? '' },
    ...(scope === 'channel' && team?.id !== undefined ? { teamId: team.id } : {}),
  };
}

function scopeOf({ conversationType, isGroup, id }: Spoken['conversation']): Address['scope'] {
  if (conversationType === 'personal' || conversationType === 'groupChat' || conversationType === 'channel') {
    return conversationType;
  }
  if (id.includes('@thread.tacv2') || rootOf(id) !== undefined) return 'channel';
  return isGroup ? 'groupChat' : 'personal';
}

/** Whether the bot's token may be sent there: https to Microsoft's hosts, or what was configured, http only on this machine. */
function isAllowed(serviceUrl: string, configured: readonly string[]): boolean {
  if (!URL.canParse(serviceUrl)) return false;
  const { protocol, host, hostname, username, password } = new URL(serviceUrl);
  if (username !== '' || password !== '') return false;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && local)) return false;
  if (configured.includes(host) || configured.includes(hostname)) return true;
  return microsoftHosts.some((allowed) => allowed.test(hostname)) && host === hostname;
}

function activityOf(content: Content, { bot }: Address, conversationId: string): Partial<Activity> {
  const { summary } = content;
  return {
    type: 'message',
    from: bot,
    conversation: { id: conversationId } as Activity['conversation'],
    ...(summary === undefined ? {} : { summary }),
    ...('card' in content
      ? { attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: content.card }] }
      : { text: content.text, textFormat: 'plain' }),
  };
}

/** The id of the message that started a channel's thread, of the thread's id `19:…;messageid=…`. */
function rootOf(threadId: string): string | undefined {
  return /;messageid=(.+)$/.exec(threadId)?.[1];
}

/** An id that an answer must have: without it the message stands there and can be neither changed nor answered. */
function known(id: string | undefined): string {
  if (!id) throw new MessengerError('broken', 'UnreadableAnswer');
  return id;
}

/** A 404 that is about the person, not about the conversation; the codes for that differ (facts/teams.md 5.4). */
function isNobody(error: MessengerError): boolean {
  const { statusCode } = (error.cause ?? {}) as { statusCode?: unknown };
  return statusCode === 404 && error.kind === 'rejected';
}

/** Teams writes `aadObjectId` here and `objectId` there; what else is missing or odd is left out. */
const RosterEntry = z.object({
  id: z.string().min(1),
  aadObjectId: text,
  objectId: text,
  tenantId: text,
  name: text,
  givenName: text,
  surname: text,
  email: text,
  phone: text,
  userPrincipalName: text,
  userRole: text,
});

/** Undefined for a bot. Who has no Entra account, as somebody anonymous in a meeting, is a guest with an empty `entraId`. */
function memberOf(entry: unknown): Member | undefined {
  const parsed = RosterEntry.safeParse(entry);
  if (!parsed.success) return undefined;
  const { id, aadObjectId, objectId, userPrincipalName, userRole, name, ...rest } = parsed.data;
  const entraId = aadObjectId ?? objectId;
  if (entraId === undefined && id.startsWith('28:')) return undefined;
  const { tenantId, givenName, surname, email, phone } = rest;
  return {
    entraId: entraId ?? '',
    teamsId: id,
    name: name ?? '',
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(givenName === undefined ? {} : { givenName }),
    ...(surname === undefined ? {} : { surname }),
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    guest:
      entraId === undefined ||
      userRole === 'guest' ||
      userRole === 'anonymous' ||
      /#EXT#/i.test(userPrincipalName ?? ''),
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
