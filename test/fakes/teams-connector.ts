import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJson, type Json } from './seen-card.ts';

/** Somebody in Teams. */
export interface User {
  name: string;
  givenName: string;
  surname: string;
  entraId: string;
  /** 29:… */
  teamsId: string;
  tenantId: string;
  email: string;
  userPrincipalName: string;
  guest: boolean;
  locale: string;
  timeZone: string;
  /** Whether the app is installed for them: only then can the bot open a personal chat. */
  hasApp: boolean;
}

/** A chat or a channel. */
export interface Conversation {
  kind: 'personal' | 'groupChat' | 'channel';
  id: string;
  name: string;
  tenantId: string;
  members: User[];
  /** Shared by all channels of a team. */
  app: { installed: boolean };
  team?: { id: string; name: string };
}

/** A message that was posted, as it stands now. */
export interface Posted {
  id: string;
  conversation: Conversation;
  /** In a channel with `;messageid=`. */
  threadId: string;
  from: 'bot' | User;
  activity: Json;
  /** How often it was changed. */
  edits: number;
  /** By somebody of the conversation. */
  deleted: boolean;
  /** What single people see in place of it since they pressed something on it. */
  views: Map<User, Json>;
}

type Op = 'send' | 'update' | 'create' | 'member' | 'members';

/** One request of the bot to the connector. */
export interface ConnectorRequest {
  op: Op;
  method: string;
  path: string;
  authorization: string | undefined;
  body: unknown;
  /** Undefined while it hangs, and when the connection was cut. */
  status: number | undefined;
}

/** The refusals of facts/teams.md 3.3, with their status. */
const refusals = {
  BadArgument: 400,
  BotNotRegistered: 401,
  BotDisabledByAdmin: 403,
  BotNotInConversationRoster: 403,
  ConversationBlockedByUser: 403,
  MessageWritesBlocked: 403,
  ForbiddenOperationException: 403,
  NotEnoughPermissions: 403,
  InvalidBotApiHost: 403,
  ConversationNotFound: 404,
  ActivityNotFoundInConversation: 404,
  PreconditionFailed: 412,
  MessageSizeTooBig: 413,
  ServiceError: 500,
} as const;
type Refusal = keyof typeof refusals;

/**
 * How a request fails. `hang`: no answer ever; `reset`: the connection is cut before anything is done; `appliedThen503`,
 * `appliedThenReset`: done, but the bot hears otherwise.
 */
export type FaultAnswer =
  | Refusal
  | 'hang'
  | 'reset'
  | 'appliedThen503'
  | 'appliedThenReset'
  | { status: number; code?: string; retryAfter?: number | string; location?: string; body?: unknown };

export interface Fault {
  /** Absent: any request. */
  op?: Op;
  /** How many requests; 1 unless told. */
  times?: number;
  answer: FaultAnswer;
}

interface ConnectorServer {
  /** With a path and a slash at the end, like Teams' own. */
  serviceUrl: string;
  conversations: Map<string, Conversation>;
  users: User[];
  messages: Posted[];
  requests: ConnectorRequest[];
  /** What the bot did against the documented contract; each was answered with 400 as well. */
  violations: string[];
  faults: Fault[];
  /** Emits `change` after every request and everything that people do. */
  changes: EventEmitter;
  nextMessageId(): string;
  personalChatOf(user: User): Conversation;
  stop(): Promise<void>;
}

/** Messages may have 100 KB in UTF-16 (facts/teams.md 1.7). */
const messageBytes = 100 * 1024;
const membersPerPageAtMost = 500;

class Refused extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(code: string, status: number, message: string = code) {
    super(message);
    this.status = status;
    this.body = bodyOf(code, message);
  }
}

function bodyOf(code: string, message: string): unknown {
  if (code === 'MessageWritesBlocked') {
    const details = { subCode: code, details: 'Thread is not writable', errorCode: null, errorSubCode: null };
    return { errorCode: 209, message: JSON.stringify(details, null, 2) };
  }
  if (code === 'Unauthorized') return { message: 'Authorization has been denied for this request.' };
  return { error: { code, message } };
}

/**
 * Teams' connector over HTTP: the conversations that there are, strict about what the bot may send to them (facts/teams.md 1.7, 3.1,
 * 3.3). `token`: what the bot must show; absent: anything.
 */
export async function startConnectorServer({ token }: { token?: string | undefined } = {}): Promise<ConnectorServer> {
  const conversations = new Map<string, Conversation>();
  const users: User[] = [];
  const messages: Posted[] = [];
  const requests: ConnectorRequest[] = [];
  const violations: string[] = [];
  const faults: Fault[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  let lastId = 1_764_000_000_000;

  function nextMessageId(): string {
    lastId += 1234;
    return String(lastId);
  }

  function personalChatOf(user: User): Conversation {
    const id = `a:1${digest(`chat ${user.teamsId}`, 80)}`;
    const { tenantId } = user;
    const fresh: Conversation = {
      kind: 'personal',
      id,
      name: '',
      tenantId,
      members: [user],
      app: {
        get installed() {
          return user.hasApp;
        },
        set installed(installed) {
          user.hasApp = installed;
        },
      },
    };
    const chat = conversations.get(id) ?? fresh;
    conversations.set(id, chat);
    return chat;
  }

  function violation(text: string): Refused {
    violations.push(text);
    return new Refused('BadArgument', 400, text);
  }

  /** The conversation of a path, where the bot may do something. */
  function entered(threadId: string): Conversation {
    const conversation = conversations.get(threadId.split(';')[0] ?? '');
    if (conversation === undefined) throw new Refused('ConversationNotFound', 404);
    if (!conversation.app.installed) {
      throw conversation.kind === 'personal'
        ? new Refused('MessageWritesBlocked', 403)
        : new Refused('BotNotInConversationRoster', 403);
    }
    const root = /;messageid=(.*)$/.exec(threadId)?.[1];
    if (root !== undefined && conversation.kind !== 'channel') throw violation('only channels have threads');
    if (root !== undefined && !messages.some(({ id, conversation: its }) => id === root && its === conversation)) {
      throw new Refused('ConversationNotFound', 404);
    }
    return conversation;
  }

  function checked(body: unknown): Json {
    if (!isJson(body)) throw violation('a message must be an object');
    if (body.type !== 'message') throw violation(`a message must have the type message, not ${body.type}`);
    const attachments = Array.isArray(body.attachments) ? body.attachments : [];
    const text = typeof body.text === 'string' ? body.text : '';
    if (text !== '' && attachments.length > 0) throw violation('text beside an attachment is split into two messages');
    if (text === '' && attachments.length === 0) throw violation('a message must have a text or an attachment');
    if (attachments.length > 1) throw violation('more than one attachment is split into messages');
    for (const { contentType, content } of attachments) {
      if (contentType !== 'application/vnd.microsoft.card.adaptive')
        throw violation(`attachment of type ${contentType}`);
      if (content?.type !== 'AdaptiveCard') throw violation('the attachment is no Adaptive Card');
      if (!(Number(content.version) <= 1.5)) throw violation(`Adaptive Cards ${content.version} are not for Teams`);
    }
    if (JSON.stringify(body).length * 2 > messageBytes) throw new Refused('MessageSizeTooBig', 413);
    return body;
  }

  function posted(conversation: Conversation, threadId: string, activity: Json): Posted {
    const id = nextMessageId();
    const inThread = conversation.kind !== 'channel' || threadId.includes(';messageid=');
    const message: Posted = {
      id,
      conversation,
      threadId: inThread ? threadId : `${threadId};messageid=${id}`,
      from: 'bot',
      activity,
      edits: 0,
      deleted: false,
      views: new Map(),
    };
    messages.push(message);
    return message;
  }

  function standing(conversation: Conversation, threadId: string, id: string): Posted {
    const message = messages.find((one) => one.id === id && one.conversation === conversation);
    const elsewhere = threadId.includes(';') && message?.threadId !== threadId;
    if (message === undefined || message.deleted || elsewhere) throw new Refused('ActivityNotFoundInConversation', 404);
    if (message.from !== 'bot') throw violation('a bot changes its own messages only');
    return message;
  }

  function created(body: unknown): { id: string; activityId?: string } {
    if (!isJson(body)) throw violation('a conversation must be an object');
    const channelData = isJson(body.channelData) ? body.channelData : {};
    if (body.isGroup === true) {
      const id = isJson(channelData.channel) ? channelData.channel.id : undefined;
      if (typeof id !== 'string' || id.includes(';')) throw violation('a thread needs channelData.channel.id');
      const channel = entered(id);
      if (channel.kind !== 'channel') throw violation('bots cannot make group chats');
      const { threadId, id: activityId } = posted(channel, channel.id, checked(body.activity));
      return { id: threadId, activityId };
    }
    const members = Array.isArray(body.members) ? body.members : [];
    if (members.length !== 1) throw violation('a personal chat has one member');
    if (!isJson(body.bot) || typeof body.bot.id !== 'string') throw violation('a personal chat needs the bot');
    const user = users.find(({ entraId, teamsId }) => entraId === members[0].id || teamsId === members[0].id);
    const tenant = isJson(channelData.tenant) ? channelData.tenant.id : undefined;
    if (typeof tenant !== 'string') throw violation('a personal chat needs channelData.tenant.id');
    if (user === undefined || !user.hasApp || user.tenantId !== tenant) {
      throw new Refused('ForbiddenOperationException', 403);
    }
    return { id: personalChatOf(user).id };
  }

  function page(conversation: Conversation, query: URLSearchParams): Json {
    const size = Math.min(Number(query.get('pageSize') ?? 200), membersPerPageAtMost);
    const start = Number(query.get('continuationToken')?.replace('page-', '') ?? 0);
    const more = start + size < conversation.members.length;
    return {
      members: conversation.members.slice(start, start + size).map(rosterEntry),
      ...(more ? { continuationToken: `page-${start + size}` } : {}),
    };
  }

  /** The answer to a request: its status and body. */
  function answer(op: Op, parts: string[], query: URLSearchParams, body: unknown): [number, unknown] {
    const [threadId = '', , id = ''] = parts;
    switch (op) {
      case 'create':
        return [201, created(body)];
      case 'send': {
        const conversation = entered(threadId);
        return [201, { id: posted(conversation, threadId, checked(body)).id }];
      }
      case 'update': {
        const message = standing(entered(threadId), threadId, id);
        message.activity = checked(body);
        message.edits += 1;
        message.views.clear();
        return [200, { id }];
      }
      case 'members':
        return [200, page(entered(threadId), query)];
      case 'member': {
        const member = entered(threadId).members.find(({ teamsId, entraId }) => teamsId === id || entraId === id);
        if (member === undefined) throw new Refused('MemberNotFoundInConversation', 404);
        return [200, rosterEntry(member)];
      }
    }
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '', 'http://connector');
    const body = await bodyIn(req);
    const parts = url.pathname
      .replace(/^\/emea\/v3\/conversations\/?/, '')
      .split('/')
      .filter(Boolean)
      .map(decodeURIComponent);
    const op = opOf(req.method ?? '', url.pathname, parts);
    if (op === undefined) {
      violations.push(`${req.method} ${url.pathname} is not in the contract`);
      return end(res, 404, { error: { code: 'NotFound', message: 'no such resource' } });
    }
    const { authorization } = req.headers;
    const record: ConnectorRequest = {
      op,
      method: req.method ?? '',
      path: decodeURIComponent(url.pathname.slice('/emea'.length)),
      authorization,
      body,
      status: undefined,
    };
    requests.push(record);
    const say = (status: number, said: unknown, headers?: Record<string, string>) => {
      record.status = status;
      end(res, status, said, headers);
      changes.emit('change');
    };
    if (token !== undefined && authorization !== `Bearer ${token}`) return say(401, bodyOf('Unauthorized', ''));

    const fault = faults.find((one) => (one.op ?? op) === op);
    if (fault !== undefined) {
      fault.times = (fault.times ?? 1) - 1;
      if (fault.times <= 0) faults.splice(faults.indexOf(fault), 1);
      const wanted = fault.answer;
      if (typeof wanted === 'object') {
        const { status, code = 'Fault', retryAfter, location } = wanted;
        const headers = {
          ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
          ...(location === undefined ? {} : { Location: location }),
        };
        return say(status, 'body' in wanted ? wanted.body : bodyOf(code, code), headers);
      }
      if (wanted === 'appliedThen503' || wanted === 'appliedThenReset') answer(op, parts, url.searchParams, body);
      if (wanted === 'appliedThen503') return say(503, { error: { code: 'ServiceUnavailable', message: 'later' } });
      if (wanted === 'reset' || wanted === 'appliedThenReset') {
        req.socket.destroy();
        return void changes.emit('change');
      }
      if (wanted === 'hang') return void changes.emit('change');
      return say(refusals[wanted], bodyOf(wanted, wanted));
    }
    try {
      const [status, said] = answer(op, parts, url.searchParams, body);
      say(status, said);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say(error.status, error.body);
    }
  }

  const server = createServer((req, res) => {
    handle(req, res).catch((error) => {
      violations.push(`the fake broke: ${error.stack}`);
      end(res, 500, { error: { code: 'ServiceError', message: 'the fake broke' } });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    serviceUrl: `http://127.0.0.1:${port}/emea/`,
    conversations,
    users,
    messages,
    requests,
    violations,
    faults,
    changes,
    nextMessageId,
    personalChatOf,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function opOf(method: string, path: string, parts: readonly string[]): Op | undefined {
  if (!path.startsWith('/emea/v3/conversations')) return undefined;
  const [, collection, id] = parts;
  if (parts.length === 0) return method === 'POST' ? 'create' : undefined;
  if (collection === 'activities' && parts.length === 2) return method === 'POST' ? 'send' : undefined;
  if (collection === 'activities' && id !== undefined && parts.length === 3) {
    const ops: Record<string, Op> = { POST: 'send', PUT: 'update' };
    return ops[method];
  }
  if (method !== 'GET') return undefined;
  if (collection === 'pagedmembers' && parts.length === 2) return 'members';
  // The roster without pages is deprecated (facts/teams.md 3.4).
  return collection === 'members' && parts.length === 3 ? 'member' : undefined;
}

function rosterEntry(user: User): Json {
  const { teamsId, entraId, name, givenName, surname, email, userPrincipalName, tenantId, guest } = user;
  return {
    id: teamsId,
    aadObjectId: entraId,
    name,
    givenName,
    surname,
    email,
    userPrincipalName,
    tenantId,
    userRole: guest ? 'guest' : 'user',
  };
}

async function bodyIn(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function end(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, {
    ...headers,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
  });
  res.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
}

/** Text that looks like the ids of Teams and is the same in every run. */
export function digest(of: string, length: number): string {
  return createHash('sha512').update(of).digest('base64url').slice(0, length);
}
