import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createAdapter, type TeamsAdapter } from '../../bot/adapter.ts';
import { addressOf, type Connector, createConnector, type Member } from '../../bot/connector.ts';
import { createLimits } from '../../bot/limits.ts';
import type { Address, SentMessage } from '../../src/deals/address.ts';
import { MessengerError } from '../../src/notices/messenger.ts';
import { hurried } from '../../src/request.ts';
import { type Conversation, type FaultAnswer, startTeams, type Teams, type User } from '../fakes/teams.ts';
import { fakeCredentials } from '../fakes/tokens.ts';

const appId = '30000000-0000-4000-8000-000000000003';
const log = { debug: () => {}, warn: () => {}, error: () => {} };

let teams: Teams;
let connector: Connector;
let ann: User;
let bob: User;
let chat: Conversation;
let group: Conversation;
let channel: Conversation;
let now: number;
let waited: number[];

function connectorWith({
  timeout = 5000,
  hosts = ['127.0.0.1'],
  credentials = fakeCredentials(appId, 'secret'),
} = {}): Connector {
  const clock = { now: () => now };
  const adapter = createAdapter({
    appType: 'SingleTenant',
    appId,
    credentials,
    allowUnauthenticated: false,
    timeout,
    log,
  });
  return createConnector({
    adapter,
    appId,
    clock,
    limits: createLimits(clock),
    allowedServiceHosts: hosts,
    log,
    async wait(milliseconds) {
      waited.push(milliseconds);
      now += milliseconds;
    },
  });
}

beforeEach(async () => {
  now = Date.parse('2026-11-22T12:00:00Z');
  waited = [];
  teams = await startTeams({ appId, outboundToken: 'secret' });
  ann = teams.user('Ann Archer');
  bob = teams.user('Bob Baker');
  chat = teams.personalChat(ann);
  group = teams.groupChat('Deal room', [ann, bob], { installed: true });
  channel = teams.channel('Deals', [ann, bob], { installed: true });
  connector = connectorWith();
});

afterEach(async () => {
  await teams.stop();
});

function card(...lines: string[]): object {
  return { type: 'AdaptiveCard', version: '1.5', body: lines.map((text) => ({ type: 'TextBlock', text })) };
}

async function failure(work: Promise<unknown>): Promise<MessengerError> {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(MessengerError);
  return error as MessengerError;
}

const asked = () => teams.requests.map(({ op, status }) => `${op} ${status}`);

describe('post', () => {
  it.each(['chat', 'group'] as const)('sends a card to a %s', async (kind) => {
    const place = { chat, group }[kind];
    const sent = await connector.post(teams.addressOf(place), { card: card('New deal'), summary: 'A new deal' });
    const message = teams.lastIn(place);
    expect(sent).toEqual({ address: teams.addressOf(place), threadId: place.id, messageId: message.id });
    expect(teams.textOf(message)).toBe('New deal');
    expect(message.activity).toMatchObject({ type: 'message', summary: 'A new deal' });
    expect(message.activity).not.toHaveProperty('text');
  });

  it('starts a thread in a channel, whose id the next messages need', async () => {
    const sent = await connector.post(teams.addressOf(channel), { card: card('New deal'), summary: 'A new deal' });
    expect(sent.threadId).toBe(`${channel.id};messageid=${sent.messageId}`);
    expect(teams.textOf(teams.lastIn(channel))).toBe('New deal');
    expect(asked()).toEqual(['create 201']);
    expect(teams.requests[0]?.body).toMatchObject({
      isGroup: true,
      channelData: { channel: { id: channel.id } },
      activity: { summary: 'A new deal' },
    });
  });

  it('sends text as plain text: what stands in it is no markdown', async () => {
    await connector.post(teams.addressOf(chat), { text: '**not bold**' });
    expect(teams.lastIn(chat).activity).toMatchObject({ text: '**not bold**', textFormat: 'plain' });
    expect(teams.lastIn(chat).activity).not.toHaveProperty('attachments');
  });

  it('carries a card to Teams unchanged', async () => {
    const full = {
      ...card('Deal'),
      msteams: { width: 'Full', entities: [] },
      refresh: { userIds: ['29:1'] },
      'custom.field': { nested: [null, 1, true, { 'choices.data': { dataset: 'x' } }] },
    };
    await connector.post(teams.addressOf(chat), { card: full });
    expect(teams.cardIn(chat)).toEqual(full);
  });
});

describe('reply', () => {
  it('stays in the thread of a channel', async () => {
    const sent = await connector.post(teams.addressOf(channel), { card: card('New deal') });
    await connector.post(teams.addressOf(channel), { card: card('Another deal') });
    const reply = await connector.reply(sent, { text: 'Three days left' });
    expect(reply.threadId).toBe(sent.threadId);
    expect(teams.messagesIn(teams.messagesIn(channel)[0] as never).map((message) => teams.textOf(message))).toEqual([
      'New deal',
      'Three days left',
    ]);
  });

  it('follows in a chat, which has no threads', async () => {
    const sent = await connector.post(teams.addressOf(chat), { card: card('New deal') });
    const reply = await connector.reply(sent, { text: 'Three days left' });
    expect(reply.threadId).toBe(chat.id);
    expect(teams.textIn(chat)).toBe('Three days left');
  });

  it('starts a thread where a channel speaks outside of any', async () => {
    const spoken: SentMessage = { address: teams.addressOf(channel), threadId: channel.id, messageId: '' };
    const sent = await connector.reply(spoken, { text: 'Hello' });
    expect(sent.threadId).toBe(`${channel.id};messageid=${sent.messageId}`);
  });
});

describe('update', () => {
  it.each(['chat', 'group', 'channel'] as const)('in a %s', async (kind) => {
    const place = { chat, group, channel }[kind];
    const sent = await connector.post(teams.addressOf(place), { card: card('New deal') });
    await connector.update(sent, { card: card('Taken by Ann'), summary: 'Taken' });
    expect(teams.messagesIn(place).map((message) => teams.textOf(message))).toEqual(['Taken by Ann']);
    expect(teams.lastIn(place).edits).toBe(1);
  });

  it('of a deleted message is messageGone', async () => {
    const sent = await connector.post(teams.addressOf(channel), { card: card('New deal') });
    teams.lastIn(channel).deleted = true;
    const gone = { kind: 'messageGone', code: 'ActivityNotFoundInConversation', isRetryable: false };
    expect(await failure(connector.update(sent, { card: card('Taken') }))).toMatchObject(gone);
  });
});

describe('personalChat', () => {
  it('opens the chat with somebody by their Entra object id', async () => {
    const address = await connector.personalChat(teams.addressOf(channel), bob);
    expect(address).toEqual(teams.addressOf(teams.personalChat(bob)));
    await connector.post(address, { text: 'For you' });
    expect(teams.textIn(teams.personalChat(bob))).toBe('For you');
  });

  it('is asked for at Teams’ public address where no conversation is known yet', async () => {
    const hostsAsked: string[] = [];
    const credentials = fakeCredentials(appId, 'secret');
    const adapter = createAdapter({ appType: 'SingleTenant', appId, credentials, allowUnauthenticated: false, log });
    const elsewhere = createConnector({
      adapter: {
        connectorClient(id, serviceUrl) {
          hostsAsked.push(serviceUrl);
          return adapter.connectorClient(id, teams.serviceUrl);
        },
      },
      appId,
      clock: { now: () => now },
      limits: createLimits({ now: () => now }),
      allowedServiceHosts: [],
      log,
    });
    const address = await elsewhere.personalChat(undefined, bob);
    expect(hostsAsked).toEqual(['https://smba.trafficmanager.net/teams/']);
    expect(address).toMatchObject({
      ...teams.addressOf(teams.personalChat(bob)),
      serviceUrl: 'https://smba.trafficmanager.net/teams/',
      bot: { id: teams.bot.id },
    });
  });

  it('is refused where the app is not installed for them', async () => {
    bob.hasApp = false;
    const error = await failure(connector.personalChat(teams.addressOf(channel), bob));
    expect(error).toMatchObject({ kind: 'conversationGone', code: 'ForbiddenOperationException' });
  });
});

describe('the roster', () => {
  async function all(address: Address): Promise<Member[]> {
    const members: Member[] = [];
    for await (const member of connector.members(address)) members.push(member);
    return members;
  }

  it.each(['teamsId', 'entraId'] as const)('finds a person by %s', async (id) => {
    expect(await connector.member(teams.addressOf(channel), ann[id])).toEqual({
      entraId: ann.entraId,
      teamsId: ann.teamsId,
      tenantId: teams.tenantId,
      name: 'Ann Archer',
      givenName: 'Ann',
      surname: 'Archer',
      email: 'ann.archer@contoso.example',
      guest: false,
    });
  });

  it('says undefined for somebody who is not there', async () => {
    const carl = teams.user('Carl Cole');
    expect(await connector.member(teams.addressOf(channel), carl.entraId)).toBeUndefined();
    teams.failNext({ op: 'member', answer: { status: 404, code: 'NobodyByThisName' } });
    expect(await connector.member(teams.addressOf(channel), ann.entraId)).toBeUndefined();
  });

  it.each(['ConversationNotFound', 'BotNotInConversationRoster'] as const)(
    '%s is no absence of the person',
    async (answer) => {
      teams.failNext({ op: 'member', answer });
      const error = await failure(connector.member(teams.addressOf(channel), ann.entraId));
      expect(error).toMatchObject({ kind: 'conversationGone', code: answer });
    },
  );

  it('knows guests and people of other tenants', async () => {
    const guest = teams.guest('Gil Guest');
    const stranger = teams.stranger('Sam Strange');
    const room = teams.groupChat('Mixed', [ann, guest, stranger], { installed: true });
    const members = await all(teams.addressOf(room));
    expect(members.map(({ name, guest, tenantId }) => [name, guest, tenantId === teams.tenantId])).toEqual([
      ['Ann Archer', false, true],
      ['Gil Guest', true, true],
      ['Sam Strange', false, false],
    ]);
  });

  it.each([
    ['the role', { userRole: 'guest' }],
    ['the user principal name', { userPrincipalName: 'gil_partner.example#ext#@contoso.onmicrosoft.com' }],
    ['no account', { userRole: 'anonymous' }],
  ])('a guest is known by %s', async (_how, fields) => {
    const body = { id: '29:1', aadObjectId: 'x', name: 'Gil', ...fields };
    teams.failNext({ op: 'member', answer: { status: 200, body } });
    expect(await connector.member(teams.addressOf(chat), 'x')).toMatchObject({ guest: true });
  });

  it('takes what other clients leave out, write elsewhere or write oddly', async () => {
    const body = { id: 'user-id-0', objectId: 'x', name: null, email: 7, phone: '', userRole: 'user' };
    teams.failNext({ op: 'member', answer: { status: 200, body } });
    const member = { entraId: 'x', teamsId: 'user-id-0', name: '', guest: false };
    expect(await connector.member(teams.addressOf(chat), 'user-id-0')).toEqual(member);
    teams.failNext({ op: 'member', answer: { status: 200, body: { id: '28:bot', name: 'A bot' } } });
    expect(await connector.member(teams.addressOf(chat), '28:bot')).toBeUndefined();
  });

  it('reads page after page', async () => {
    const people = Array.from({ length: 450 }, (_, number) => teams.user(`Person ${number}`));
    const hall = teams.groupChat('Everybody', people, { installed: true });
    expect((await all(teams.addressOf(hall))).map(({ entraId }) => entraId)).toEqual(people.map((one) => one.entraId));
    expect(asked()).toEqual(['members 200', 'members 200', 'members 200']);
  });

  it('gives up on pages that lead back to themselves', async () => {
    teams.failNext({ op: 'members', times: 9, answer: { status: 200, body: { members: [], continuationToken: 'x' } } });
    expect(await failure(all(teams.addressOf(group)))).toMatchObject({ kind: 'broken' });
    expect(asked()).toHaveLength(2);
  });
});

/** Each operation on a message that stands there, for the faults that all of them share. */
const operations: Record<string, (sent: SentMessage) => Promise<unknown>> = {
  send: (sent) => connector.reply(sent, { text: 'Reminder' }),
  create: () => connector.post(teams.addressOf(channel), { text: 'New deal' }),
  update: (sent) => connector.update(sent, { text: 'Taken' }),
  member: (sent) => connector.member(sent.address, ann.entraId),
  members: (sent) => connector.members(sent.address).next(),
};
type Op = 'send' | 'create' | 'update' | 'member' | 'members';
const ops = Object.keys(operations) as Op[];

async function withFault(op: Op, answer: FaultAnswer): Promise<MessengerError> {
  const sent = await connector.post(teams.addressOf(channel), { text: 'A deal' });
  (teams.requests as unknown[]).length = 0;
  teams.failNext({ op, times: 9, answer });
  const error = await failure(operations[op]?.(sent) ?? Promise.resolve());
  teams.recover();
  return error;
}

describe.each(ops)('%s', (op) => {
  // botbuilder by itself asks four times (facts/teams.md 3.5): a message that stands there already would stand there twice.
  it.each([412, 429, 500, 502, 503, 504])('asks exactly once when Teams says %i', async (status) => {
    const error = await withFault(op, { status, code: 'Whatever' });
    const kind = status === 429 ? 'throttled' : status === 500 ? 'broken' : 'transient';
    expect(error).toMatchObject({ kind, code: 'Whatever', retryAfter: undefined });
    expect(asked()).toEqual([`${op} ${status}`]);
  });

  it('hands on how long Teams wants it to wait, and asks once', async () => {
    const error = await withFault(op, { status: 429, code: 'Throttled', retryAfter: 3 });
    expect(error).toMatchObject({ kind: 'throttled', code: 'Throttled', retryAfter: 3000 });
    expect(asked()).toEqual([`${op} 429`]);
  });

  it('does not follow a redirect', async () => {
    // A request there would be against the contract, and `stop` would say so.
    const error = await withFault(op, { status: 307, location: `${teams.serviceUrl}elsewhere` });
    expect(error).toMatchObject({ kind: 'broken' });
    expect(asked()).toEqual([`${op} 307`]);
  });

  it('ends when Teams never answers', async () => {
    const sent = await connector.post(teams.addressOf(channel), { text: 'A deal' });
    connector = connectorWith({ timeout: 40 });
    teams.failNext({ op, answer: 'hang' });
    const error = await failure(operations[op]?.(sent) ?? Promise.resolve());
    expect(error).toMatchObject({ kind: 'transient', code: 'timeout' });
  });

  it('ends earlier where somebody waits for it', async () => {
    const sent = await connector.post(teams.addressOf(channel), { text: 'A deal' });
    teams.failNext({ op, answer: 'hang' });
    const error = await hurried(40, () => failure(operations[op]?.(sent) ?? Promise.resolve()));
    expect(error).toMatchObject({ kind: 'transient', code: 'timeout' });
  });

  it('is transient when the connection is cut', async () => {
    expect(await withFault(op, 'reset')).toMatchObject({ kind: 'transient', code: 'ECONNRESET' });
    expect(asked()).toEqual([`${op} undefined`]);
  });
});

describe('refusals', () => {
  it.each([
    ['BadArgument', 'rejected'],
    ['BotNotRegistered', 'configuration'],
    ['BotDisabledByAdmin', 'configuration'],
    ['BotNotInConversationRoster', 'conversationGone'],
    ['ConversationBlockedByUser', 'conversationGone'],
    ['MessageWritesBlocked', 'conversationGone'],
    ['ForbiddenOperationException', 'conversationGone'],
    ['NotEnoughPermissions', 'configuration'],
    ['InvalidBotApiHost', 'configuration'],
    ['ConversationNotFound', 'conversationGone'],
    ['ActivityNotFoundInConversation', 'messageGone'],
    ['MessageSizeTooBig', 'tooBig'],
    ['ServiceError', 'broken'],
  ] as const)('%s is %s on every way to say something', async (answer, kind) => {
    for (const op of ['send', 'create', 'update'] as const) {
      expect(await withFault(op, answer)).toMatchObject({ kind, code: answer, isRetryable: false });
    }
  });

  it('a gateway that says 502 in HTML, or JSON that is none, is transient all the same', async () => {
    expect(await withFault('send', { status: 502, body: '<html>' })).toMatchObject({
      kind: 'transient',
      code: 'PARSE_ERROR',
    });
  });

  it('a message that was sent and answered by 503 is not sent again here', async () => {
    teams.failNext({ op: 'send', answer: 'appliedThen503' });
    const error = await failure(connector.post(teams.addressOf(chat), { text: 'Once' }));
    expect(error.kind).toBe('transient');
    expect(teams.messagesIn(chat)).toHaveLength(1);
  });

  it('an answer without an id is an error that is not repeated', async () => {
    teams.failNext({ op: 'send', answer: { status: 200, body: {} } });
    const error = await failure(connector.post(teams.addressOf(chat), { text: 'Lost' }));
    expect(error).toMatchObject({ kind: 'broken', code: 'UnreadableAnswer' });
  });

  it('a card above 100 KB is too big', async () => {
    const error = await failure(connector.post(teams.addressOf(chat), { card: card('x'.repeat(52_000)) }));
    expect(error).toMatchObject({ kind: 'tooBig', code: 'MessageSizeTooBig' });
  });

  it('a chat whose person took the app away, and a team that did, are gone', async () => {
    ann.hasApp = false;
    channel.app.installed = false;
    const personal = await failure(connector.post(teams.addressOf(chat), { text: 'Hello?' }));
    expect(personal).toMatchObject({ kind: 'conversationGone', code: 'MessageWritesBlocked' });
    const team = await failure(connector.post(teams.addressOf(channel), { text: 'Hello?' }));
    expect(team).toMatchObject({ kind: 'conversationGone', code: 'BotNotInConversationRoster' });
  });

  it('a token that Entra refuses is a matter of configuration, and nothing is sent', async () => {
    const refused = () =>
      Object.assign(new Error('AADSTS7000215'), { name: 'ServerError', errorCode: 'invalid_client' });
    connector = connectorWith({ credentials: fakeCredentials(appId, '', refused) });
    const error = await failure(connector.post(teams.addressOf(chat), { text: 'Hello?' }));
    expect(error).toMatchObject({ kind: 'configuration', code: 'invalid_client' });
    expect(teams.requests).toEqual([]);
  });

  it('a token that Teams does not take is a matter of configuration', async () => {
    connector = connectorWith({ credentials: fakeCredentials(appId, 'another') });
    const error = await failure(connector.post(teams.addressOf(chat), { text: 'Hello?' }));
    expect(error).toMatchObject({ kind: 'configuration', code: '401' });
  });

  it('a token that never comes ends like an answer that never comes', async () => {
    const credentials = fakeCredentials(appId);
    credentials.createCredentials = async () => ({ signRequest: () => new Promise(() => {}) });
    connector = connectorWith({ credentials, timeout: 40 });
    const error = await failure(connector.post(teams.addressOf(chat), { text: 'Hello?' }));
    expect(error).toMatchObject({ kind: 'transient', code: 'timeout' });
  });
});

describe('Teams limits', () => {
  it('waits by itself where the wait is short', async () => {
    for (let sent = 0; sent < 8; sent += 1) await connector.post(teams.addressOf(chat), { text: `${sent}` });
    expect(waited).toEqual([1000]);
    expect(teams.messagesIn(chat)).toHaveLength(8);
  });

  it('says how long to wait where it is long, and sends nothing', async () => {
    let error: MessengerError | undefined;
    let sent = 0;
    for (; error === undefined; sent += 1) {
      error = await connector.post(teams.addressOf(chat), { text: `${sent}` }).then(
        () => undefined,
        (reason) => reason,
      );
    }
    expect(error).toMatchObject({ kind: 'throttled', code: 'limit', isRetryable: true });
    expect(error.retryAfter).toBeGreaterThan(2000);
    expect(teams.requests).toHaveLength(60);
    now += error.retryAfter ?? 0;
    await connector.post(teams.addressOf(chat), { text: 'again' });
    expect(teams.textIn(chat)).toBe('again');
  });

  it('counts the threads of a channel together, as Teams does', async () => {
    const sent = await connector.post(teams.addressOf(channel), { text: 'A deal' });
    const other = await connector.post(teams.addressOf(channel), { text: 'Another' });
    for (const one of [sent, other, sent, other, sent, other, sent]) await connector.reply(one, { text: 'Reminder' });
    expect(waited).toEqual([]);
    await connector.update(other, { text: 'Taken' });
    expect(waited).toEqual([1000]);
  });
});

describe('hosts', () => {
  const forbidden = [
    'http://smba.trafficmanager.net/emea/',
    'https://smba.trafficmanager.net.evil.example/emea/',
    'https://evil.example/smba.trafficmanager.net/',
    'https://smba.trafficmanager.net@evil.example/',
    'https://smba.trafficmanager.net:8443/emea/',
    'https://user:password@smba.trafficmanager.net/emea/',
    'https://evilbotframework.com/',
    'https://teams.microsoft.com.evil.example/',
    'https://169.254.169.254/metadata/',
    'http://localhost:56150/_connector',
    'ftp://smba.trafficmanager.net/',
    'not a url',
  ];
  it.each(forbidden)('%s gets neither the token nor the message', async (serviceUrl) => {
    const connectorClient = jest.fn<never>();
    const clock = { now: () => now };
    const limits = createLimits(clock);
    const closed = createConnector({
      adapter: { connectorClient },
      appId,
      clock,
      limits,
      allowedServiceHosts: ['example.org'],
      log,
    });
    const address = { ...teams.addressOf(chat), serviceUrl };
    const error = await failure(closed.post(address, { text: 'secret' }));
    expect(error).toMatchObject({ kind: 'configuration', code: 'ServiceUrlNotAllowed' });
    expect(await failure(closed.member(address, 'x'))).toMatchObject({ code: 'ServiceUrlNotAllowed' });
    expect(connectorClient).not.toHaveBeenCalled();
  });

  it.each([
    'https://smba.trafficmanager.net/emea/',
    'https://smba.infra.gcc.teams.microsoft.com/teams',
    'https://smba.infra.gov.teams.microsoft.us/teams',
    'https://smba.infra.dod.teams.microsoft.us/teams',
    'https://europe.api.botframework.com/',
    'https://bots.example.org/',
    'http://localhost:56150/_connector',
  ])('%s is one of those that may', async (serviceUrl) => {
    const connectorClient = jest.fn<TeamsAdapter['connectorClient']>(async () => {
      throw new Error('far enough');
    });
    const clock = { now: () => now };
    const open = createConnector({
      adapter: { connectorClient },
      appId,
      clock,
      limits: createLimits(clock),
      allowedServiceHosts: ['bots.example.org', 'localhost:56150'],
      log,
    });
    await failure(open.post({ ...teams.addressOf(chat), serviceUrl }, { text: 'hello' }));
    expect(connectorClient).toHaveBeenCalledWith(appId, serviceUrl);
  });

  it('a host on this machine that was not configured hears nothing', async () => {
    const heard = jest.fn();
    const other = createServer(heard).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const serviceUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    connector = connectorWith({ hosts: [new URL(teams.serviceUrl).host] });
    await failure(connector.post({ ...teams.addressOf(chat), serviceUrl }, { text: 'hello' }));
    await connector.post(teams.addressOf(chat), { text: 'hello' });
    expect(heard).not.toHaveBeenCalled();
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('addressOf', () => {
  const activity = {
    serviceUrl: 'https://smba.trafficmanager.net/emea/',
    recipient: { id: '28:bot', name: 'Co-sell' },
    channelData: { tenant: { id: 'tenant' } },
  };
  const common = {
    version: 1,
    serviceUrl: activity.serviceUrl,
    tenantId: 'tenant',
    bot: { id: '28:bot', name: 'Co-sell' },
  };

  it.each([
    ['personal', { id: 'a:1', conversationType: 'personal', tenantId: 'tenant' }, 'personal', 'a:1'],
    ['group', { id: '19:x@thread.v2', conversationType: 'groupChat' }, 'groupChat', '19:x@thread.v2'],
    ['channel', { id: '19:x@thread.tacv2', conversationType: 'channel' }, 'channel', '19:x@thread.tacv2'],
    ['thread', { id: '19:x@thread.tacv2;messageid=1', conversationType: 'channel' }, 'channel', '19:x@thread.tacv2'],
    ['thread without type', { id: '19:x@thread.tacv2;messageid=1' }, 'channel', '19:x@thread.tacv2'],
    ['group without type', { id: '19:x@thread.v2', isGroup: true }, 'groupChat', '19:x@thread.v2'],
    ['chat without type', { id: 'a:1' }, 'personal', 'a:1'],
  ])('of a %s', (_kind, conversation, scope, conversationId) => {
    expect(addressOf({ ...activity, conversation })).toEqual({ ...common, scope, conversationId });
  });

  it('remembers the team of a channel', () => {
    const conversation = { id: '19:x@thread.tacv2', conversationType: 'channel' };
    const channelData = { tenant: { id: 'tenant' }, team: { id: '19:team@thread.tacv2' } };
    expect(addressOf({ ...activity, conversation, channelData })).toMatchObject({ teamId: '19:team@thread.tacv2' });
  });

  it('is the chosen channel when an installation speaks for the team', () => {
    const conversation = { id: '19:team@thread.tacv2', conversationType: 'channel' };
    const channelData = { settings: { selectedChannel: { id: '19:x@thread.tacv2' } } };
    expect(addressOf({ ...activity, conversation, channelData })).toMatchObject({
      conversationId: '19:x@thread.tacv2',
    });
  });

  it.each([undefined, null, 'text', { tenant: 'text' }, { tenant: { id: 7 }, team: null, settings: {} }])(
    'belongs to no tenant when channelData is %j and the conversation names none',
    (channelData) => {
      const conversation = { id: 'a:1', conversationType: 'personal' };
      expect(addressOf({ ...activity, conversation, channelData })).toMatchObject({ tenantId: '' });
    },
  );
});
