import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type AdapterOptions,
  answerInvoke,
  cardAnswer,
  createAdapter,
  type Logic,
  messageAnswer,
  processActivity,
} from '../../bot/adapter.ts';
import { type Conversation, startTeams, type Teams, type User } from '../fakes/teams.ts';
import { fakeCredentials, startTokenIssuer, type TokenIssuer, type TokenWish } from '../fakes/tokens.ts';

const appId = '30000000-0000-4000-8000-000000000003';

let issuer: TokenIssuer;
let teams: Teams;
let ann: User;
let chat: Conversation;
let server: Server | undefined;
const log = { warn: jest.fn(), error: jest.fn() };
const logic = jest.fn<Logic>();

/** Starts a bot of nothing but the adapter and `logic`. */
async function startBot(more: Partial<AdapterOptions> = {}): Promise<string> {
  const adapter = createAdapter({
    appType: 'SingleTenant',
    appId,
    credentials: fakeCredentials(appId),
    openIdMetadataUrl: issuer.metadataUrl,
    allowUnauthenticated: false,
    log,
    ...more,
  });
  server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    await processActivity(
      adapter,
      Object.assign(req, { body: text === '' ? undefined : JSON.parse(text) }),
      res,
      logic,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  teams.connect(url);
  return url;
}

async function post(url: string, body: unknown, authorization?: string) {
  const response = await fetch(`${url}/api/messages`, {
    method: 'POST',
    headers: authorization === undefined ? {} : { Authorization: authorization },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, type: response.headers.get('content-type'), headers: response.headers };
}

/** An activity as Teams sends it, once the fake has posted it in vain. */
function activity(fields: object = {}): Record<string, unknown> {
  return {
    type: 'message',
    id: '1',
    channelId: 'msteams',
    serviceUrl: teams.serviceUrl,
    from: { id: ann.teamsId, aadObjectId: ann.entraId },
    recipient: teams.bot,
    conversation: { id: chat.id, conversationType: 'personal', tenantId: teams.tenantId },
    text: 'hello',
    timestamp: '2026-11-22T12:00:00.000Z',
    ...fields,
  };
}

beforeAll(async () => {
  issuer = await startTokenIssuer();
});
afterAll(() => issuer.stop());

beforeEach(async () => {
  // botbuilder writes every token that it refuses to the console.
  jest.spyOn(console, 'error').mockImplementation(() => {});
  logic.mockReset();
  logic.mockImplementation(async () => {});
  log.warn.mockClear();
  log.error.mockClear();
  teams = await startTeams({ appId, tokens: issuer });
  ann = teams.user('Ann Archer');
  chat = teams.personalChat(ann);
});

afterEach(async () => {
  jest.restoreAllMocks();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await teams.stop();
});

describe('the token that comes with an activity (facts/teams.md 4.3)', () => {
  it('is good when Teams made it for this bot', async () => {
    await startBot();
    const heard = await teams.message(ann, chat, 'hello');
    expect(heard.status).toBe(200);
    expect(logic).toHaveBeenCalledTimes(1);
    expect(logic.mock.calls[0]?.[0]).toBeDefined();
  });

  it.each<[string, Partial<TokenWish>]>([
    ['forged', { foreignKey: true }],
    ['not signed', { unsigned: true }],
    ['expired', { expired: true }],
    ['made for another bot', { wrongAudience: true }],
    ['made by somebody else', { wrongIssuer: true }],
    ['made for another service URL', { serviceUrl: 'https://smba.trafficmanager.net/elsewhere/' }],
  ])('is refused when it is %s', async (_what, wish) => {
    const url = await startBot();
    const token = await issuer.token({ appId, serviceUrl: teams.serviceUrl, ...wish });
    const { status, text, type, headers } = await post(url, activity(), `Bearer ${token}`);
    expect(status).toBe(401);
    expect(type).toBe('application/problem+json');
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(JSON.parse(text)).toEqual({
      type: 'urn:cosell:problem:bad-token',
      title: 'The token is missing or not good',
      status: 401,
    });
    expect(logic).not.toHaveBeenCalled();
    expect(log.warn).toHaveBeenCalledWith(expect.objectContaining({ status: 401 }), 'activity refused');
  });

  it.each([undefined, '', 'Bearer', 'Bearer not-a-token', 'Basic YTpi', 'Bearer a.b.c d'])(
    'is refused when the header is %j',
    async (header) => {
      const url = await startBot();
      const { status, text } = await post(url, activity(), header);
      expect(status).toBe(401);
      expect(text).not.toMatch(/ at |node_modules/);
      expect(logic).not.toHaveBeenCalled();
    },
  );

  it('is refused for a channel that its key is not endorsed for', async () => {
    const other = await startTokenIssuer({ endorsements: ['webchat'] });
    const url = await startBot({ openIdMetadataUrl: other.metadataUrl });
    const token = await other.token({ appId, serviceUrl: teams.serviceUrl });
    expect((await post(url, activity(), `Bearer ${token}`)).status).toBe(401);
    expect(logic).not.toHaveBeenCalled();
    await other.stop();
  });

  it('that cannot be checked is not a bad token: Teams may ask again', async () => {
    const broken = await startTokenIssuer();
    broken.breakDown();
    const url = await startBot({ openIdMetadataUrl: broken.metadataUrl });
    const token = await broken.token({ appId, serviceUrl: teams.serviceUrl });
    const { status, text } = await post(url, activity(), `Bearer ${token}`);
    expect([status, JSON.parse(text).detail]).toEqual([503, 'The token could not be checked']);
    await broken.stop();
    // Neither is one whose keys nobody serves any more.
    expect((await post(url, activity(), `Bearer ${token}`)).status).toBe(503);
    expect(logic).not.toHaveBeenCalled();
  });

  it('that is never checked to its end is given up', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const openIdMetadataUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    const url = await startBot({ openIdMetadataUrl, timeout: 40 });
    const token = await issuer.token({ appId, serviceUrl: teams.serviceUrl });
    expect((await post(url, activity(), `Bearer ${token}`)).status).toBe(503);
    silent.closeAllConnections();
    silent.close();
  });
});

describe('what is no activity', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['a list', [], ''],
    ['a text', 'hello', ''],
    ['null', null, ''],
    ['an activity without type', { type: undefined }, 'type'],
    ['an empty type', { type: '' }, 'type'],
    ['a type that is no text', { type: {} }, 'type'],
    ['no channel', { channelId: undefined }, 'channelId'],
    ['another channel, where tokens are checked otherwise', { channelId: 'AseChannel' }, 'channelId'],
    ['no conversation', { conversation: undefined }, 'conversation'],
    ['a conversation without id', { conversation: {} }, 'conversation.id'],
    ['nobody who sent it', { from: undefined }, 'from'],
    ['no bot', { recipient: undefined }, 'recipient'],
    ['no service URL', { serviceUrl: undefined }, 'serviceUrl'],
    ['a service URL that is none', { serviceUrl: 'hello' }, 'serviceUrl'],
    ['a service URL of another kind', { serviceUrl: 'file:///etc/passwd' }, 'serviceUrl'],
  ])('%s gets 400 with the reason, before anything else is done', async (_what, given, field) => {
    const url = await startBot();
    const whole = typeof given === 'object' && given !== null && !Array.isArray(given) ? activity(given) : given;
    const { status, text, type } = await post(url, whole);
    expect([status, type]).toEqual([400, 'application/problem+json']);
    const problem = JSON.parse(text);
    expect(problem).toMatchObject({ detail: 'This is no activity of Teams', status: 400 });
    expect(problem.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      field === '' ? '' : `/${field.replaceAll('.', '/')}`,
    ]);
    expect(logic).not.toHaveBeenCalled();
    expect(log.warn).not.toHaveBeenCalled();
  });

  it('all that is wrong is said at once', async () => {
    const url = await startBot();
    const { text } = await post(url, {});
    const pointers = JSON.parse(text).errors.map((error: { pointer: string }) => error.pointer);
    expect(pointers).toEqual(['/type', '/channelId', '/serviceUrl', '/conversation', '/from', '/recipient']);
  });

  it('a date that is none is left out, and the others are dates', async () => {
    await startBot();
    let seen: unknown[] = [];
    logic.mockImplementation(async ({ activity: { timestamp, localTimestamp } }) => {
      seen = [timestamp, localTimestamp];
    });
    await teams.post(ann, chat, { type: 'message', timestamp: '2026-11-22T12:00:00Z', localTimestamp: 'yesterday' });
    expect(seen).toEqual([new Date('2026-11-22T12:00:00Z'), undefined]);
  });
});

describe('the answer to an invoke', () => {
  const card = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: 'Taken' }] };

  it.each([
    ['a card', cardAnswer(card), { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card }],
    [
      'a text',
      messageAnswer('Not now'),
      { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Not now' },
    ],
    ['an error inside, which HTTP does not tell', { statusCode: 400 }, { statusCode: 400 }],
  ])('%s goes back with HTTP 200', async (_what, body, expected) => {
    await startBot();
    logic.mockImplementation(async (context) => answerInvoke(context, body));
    const heard = await teams.forge(ann, chat, 'opportunity.accept');
    expect([heard.status, heard.body]).toEqual([200, expected]);
  });

  it('is there when the bot broke, and tells nothing of how', async () => {
    await startBot();
    logic.mockRejectedValue(new Error('secret'));
    const heard = await teams.forge(ann, chat, 'opportunity.accept');
    expect(heard.status).toBe(200);
    expect(heard.body).toEqual({
      statusCode: 500,
      type: 'application/vnd.microsoft.error',
      value: { code: 'ServiceError', message: 'The bot failed.' },
    });
    expect(log.error).toHaveBeenCalledWith(expect.objectContaining({ err: new Error('secret') }), 'turn broke');
  });

  it('stays what it is when the bot breaks after answering', async () => {
    await startBot();
    logic.mockImplementation(async (context) => {
      answerInvoke(context, messageAnswer('Done'));
      throw new Error('afterwards');
    });
    expect((await teams.forge(ann, chat, 'opportunity.accept')).text).toBe('Done');
  });
});

it('a message is taken although the bot broke: sent again it would break again', async () => {
  await startBot();
  logic.mockRejectedValue(new Error('secret'));
  const heard = await teams.message(ann, chat, 'hello');
  expect([heard.status, heard.body]).toEqual([200, undefined]);
  expect(log.error).toHaveBeenCalledTimes(1);
});

it('what breaks outside of the turn is 500 without a word of why', async () => {
  const credentials = fakeCredentials(appId);
  credentials.createCredentials = async () => {
    throw new Error('secret');
  };
  await startBot({ credentials });
  const heard = await teams.message(ann, chat, 'hello');
  expect(heard.body).toEqual({
    type: 'urn:cosell:problem:internal',
    title: 'Something went wrong here',
    status: 500,
  });
  expect(log.error).toHaveBeenCalledTimes(1);
});

describe("what the bot sends by botbuilder's own context", () => {
  async function failureOfSending(): Promise<unknown> {
    let failure: unknown;
    logic.mockImplementation(async (context) => {
      await context.sendActivity('hello').catch((error) => {
        failure = error;
      });
    });
    await teams.message(ann, chat, 'hello');
    return failure;
  }

  it('is asked once as well', async () => {
    await startBot();
    teams.failNext({ op: 'send', times: 9, answer: { status: 503 } });
    expect(await failureOfSending()).toMatchObject({ statusCode: 503 });
    expect(teams.requests.map(({ status }) => status)).toEqual([503]);
  });

  it('ends when Teams never answers', async () => {
    await startBot({ timeout: 300 });
    teams.failNext({ op: 'send', answer: 'hang' });
    expect(await failureOfSending()).toMatchObject({ name: 'TimeLimitError' });
  });
});

describe('the settings of a bot', () => {
  const registered = { appId, allowUnauthenticated: false, log } as const;
  const tenant = { appTenantId: '40000000-0000-4000-8000-000000000004' };

  it.each<[string, Partial<AdapterOptions> & { appType: AdapterOptions['appType'] }, string]>([
    ['no app id', { appType: 'MultiTenant', appId: '', appPassword: 'x' }, 'no app id'],
    ['no app id, for one tenant', { appType: 'SingleTenant', appId: '', appPassword: 'x', ...tenant }, 'no app id'],
    ['no password', { appType: 'MultiTenant' }, 'app password'],
    ['no password, for one tenant', { appType: 'SingleTenant', ...tenant }, 'app password'],
    ['no tenant', { appType: 'SingleTenant', appPassword: 'x' }, 'MicrosoftAppTenantId'],
    ['no tenant, for a managed identity', { appType: 'UserAssignedMSI' }, 'MicrosoftAppTenantId'],
    [
      'a password for a managed identity',
      { appType: 'UserAssignedMSI', appPassword: 'x', ...tenant },
      'must not be set',
    ],
  ])('with %s it does not start', (_what, options, message) => {
    expect(() => createAdapter({ ...registered, ...options })).toThrow(message);
  });

  it.each<[AdapterOptions['appType'], Partial<AdapterOptions>]>([
    ['SingleTenant', { appPassword: 'x', ...tenant }],
    ['MultiTenant', { appPassword: 'x' }],
    ['UserAssignedMSI', tenant],
  ])('%s refuses what comes without a token', async (appType, options) => {
    const url = await startBot({ credentials: undefined, appType, ...options });
    expect((await post(url, activity())).status).toBe(401);
    expect(logic).not.toHaveBeenCalled();
  });

  it('without an app id it takes everything, where that was said in so many words', async () => {
    const url = await startBot({
      appId: '',
      credentials: undefined,
      openIdMetadataUrl: undefined,
      allowUnauthenticated: true,
    });
    expect((await post(url, activity())).status).toBe(200);
    expect(logic).toHaveBeenCalledTimes(1);
  });

  it('an app id keeps authentication on, even where it may be off', async () => {
    const url = await startBot({ allowUnauthenticated: true });
    expect((await post(url, activity())).status).toBe(401);
  });
});
