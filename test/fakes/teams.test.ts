import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cardAnswer, messageAnswer } from '../../bot/adapter.ts';
import type { Json } from './seen-card.ts';
import { type Conversation, type Posted, startTeams, type Teams, type User } from './teams.ts';

// The fake is as strict as the real thing only as long as somebody looks.

let teams: Teams;
let bot: Server;
let ann: User;
let bob: User;
let channel: Conversation;
let heard: Json[];
let answer: object | undefined;

beforeEach(async () => {
  heard = [];
  answer = undefined;
  bot = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    heard.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    res.writeHead(200, answer === undefined ? {} : { 'Content-Type': 'application/json' });
    res.end(answer && JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(bot, 'listening');
  const botUrl = `http://127.0.0.1:${(bot.address() as AddressInfo).port}`;
  teams = await startTeams({ botUrl, now: () => Date.parse('2026-11-22T12:00:00Z') });
  ann = teams.user('Ann Archer', { locale: 'de-DE' });
  bob = teams.user('Bob Baker');
  channel = teams.channel('Deals', [ann, bob], { installed: true });
});

afterEach(async () => {
  teams.violations.length = 0;
  await teams.stop();
  bot.closeAllConnections();
  bot.close();
});

/** What the bot asks of the connector, without botbuilder in between. */
async function ask(method: string, path: string, body?: object) {
  const response = await fetch(`${teams.serviceUrl}v3/conversations${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const attachment = (card: object) => ({ contentType: 'application/vnd.microsoft.card.adaptive', content: card });
const carrying = (...cards: object[]) => ({ type: 'message', attachments: cards.map(attachment) });
const base = { type: 'AdaptiveCard', version: '1.5' };

async function posted(card: object, where: Conversation = channel): Promise<Posted> {
  await ask('POST', '', { isGroup: true, channelData: { channel: { id: where.id } }, activity: carrying(card) });
  return teams.lastIn(where);
}

const execute = (title: string, verb: string, data: object = {}) => ({
  type: 'Action.Execute',
  title,
  verb,
  data,
  fallback: { type: 'Action.Submit', title, data: { ...data, verb } },
});

const form = {
  ...base,
  body: [
    { type: 'Input.Text', id: 'name', label: 'Name', isRequired: true, maxLength: 5, errorMessage: 'Give a name' },
    { type: 'Input.Date', id: 'day', value: '2026-12-01', min: '2026-11-22', errorMessage: 'Not before today' },
    { type: 'Input.ChoiceSet', id: 'kind', choices: [{ title: 'A', value: 'a' }], errorMessage: 'Choose' },
    { type: 'Input.Toggle', id: 'sure', title: 'Sure' },
  ],
  actions: [
    execute('Send', 'form.send', { dealId: '7' }),
    { ...execute('Cancel', 'form.cancel'), associatedInputs: 'none' },
  ],
};

describe('what the bot may send', () => {
  it.each([
    ['text beside a card', { ...carrying(base), text: 'Hello' }],
    ['two cards', carrying(base, base)],
    ['nothing', { type: 'message' }],
    ['another type', { type: 'typing' }],
    ['a card of a later version', carrying({ ...base, version: '1.6' })],
    ['something that is no card', carrying({})],
    ['another kind of attachment', { type: 'message', attachments: [{ contentType: 'image/png' }] }],
  ])('is not %s', async (_what, activity) => {
    const { status } = await ask('POST', `/${channel.id}/activities`, activity);
    expect(status).toBe(400);
    expect(teams.violations).toHaveLength(1);
    await expect(teams.stop()).rejects.toThrow("broke Teams' contract");
    teams = await startTeams();
  });

  it.each([
    ['GET', `/members-of-nothing`],
    ['GET', `/x/members`],
    ['PATCH', '/x/activities/1'],
  ])('is nothing that the contract does not know: %s %s', async (method, path) => {
    expect((await ask(method, path)).status).toBe(404);
    expect(teams.violations).toHaveLength(1);
  });

  it('is a card of less than 100 KB in UTF-16', async () => {
    const text = (length: number) => carrying({ ...base, body: [{ type: 'TextBlock', text: 'x'.repeat(length) }] });
    expect((await ask('POST', `/${channel.id}/activities`, text(51_000))).status).toBe(201);
    expect((await ask('POST', `/${channel.id}/activities`, text(51_300))).body.error.code).toBe('MessageSizeTooBig');
  });

  it('changes only what it wrote itself, in the thread where it stands', async () => {
    await teams.message(ann, channel, 'help');
    const id = heard[0]?.id;
    expect((await ask('PUT', `/${channel.id}/activities/${id}`, carrying(base))).status).toBe(400);
    const one = await posted(base);
    const other = await posted(base);
    const wrong = await ask('PUT', `/${encodeURIComponent(one.threadId)}/activities/${other.id}`, carrying(base));
    expect(wrong.body.error.code).toBe('ActivityNotFoundInConversation');
  });

  it('opens a personal chat only in the tenant of the person', async () => {
    const create = (tenantId: string) =>
      ask('POST', '', { bot: teams.bot, members: [{ id: ann.entraId }], channelData: { tenant: { id: tenantId } } });
    expect((await create('another')).body.error.code).toBe('ForbiddenOperationException');
    expect((await create(ann.tenantId)).body.id).toBe(teams.personalChat(ann).id);
  });
});

describe('what people do', () => {
  it('write with a mention where others read, without one in their own chat', async () => {
    await teams.message(ann, channel, 'help');
    await teams.message(ann, teams.personalChat(ann), 'help');
    const [inChannel, alone] = heard;
    const client = { type: 'clientInfo' };
    expect(inChannel).toMatchObject({
      type: 'message',
      text: '<at>Co-sell</at> help\n',
      locale: 'de-DE',
      timestamp: '2026-11-22T12:00:00.000Z',
      conversation: { id: `${channel.id};messageid=${inChannel?.id}`, conversationType: 'channel' },
      channelData: { channel: { id: channel.id }, team: channel.team, tenant: { id: teams.tenantId } },
    });
    expect(inChannel).toMatchObject({ entities: [{ type: 'mention', mentioned: { id: teams.bot.id } }, client] });
    expect(alone).toMatchObject({ text: 'help', conversation: { conversationType: 'personal' } });
    expect(alone).toMatchObject({ entities: [client] });
  });

  it('write in the thread of a message', async () => {
    const message = await posted(base);
    await teams.message(ann, message, 'help');
    expect(heard[0]).toMatchObject({ conversation: { id: message.threadId } });
  });

  it('press a button by its verb or title, with everything that stands in the form', async () => {
    const message = await posted(form);
    const pressed = await teams.press(ann, message, 'form.send', { name: 'Deal' });
    expect(pressed.status).toBe(200);
    expect(heard[0]).toMatchObject({
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: message.id,
      from: { aadObjectId: ann.entraId },
      conversation: { id: message.threadId },
      value: {
        trigger: 'manual',
        action: {
          type: 'Action.Execute',
          verb: 'form.send',
          data: { dealId: '7', name: 'Deal', day: '2026-12-01', kind: '', sure: 'false' },
        },
      },
    });
    await teams.press(ann, message, 'Cancel');
    expect(heard[1]).toMatchObject({ value: { action: { verb: 'form.cancel' } } });
    expect(JSON.stringify(heard[1]?.value)).toContain('"data":{}');
  });

  it('press on an old client, which sends a message', async () => {
    const message = await posted(form);
    await teams.submit(ann, message, 'Send', { name: 'Deal' });
    expect(heard[0]).toMatchObject({
      type: 'message',
      replyToId: message.id,
      value: { verb: 'form.send', dealId: '7', name: 'Deal' },
    });
    expect(heard[0]).not.toHaveProperty('text');
  });

  it.each([
    ['a button that is not there', 'form.other', {}],
    ['an input that is not there', 'form.send', { title: 'x' }],
  ])('cannot use %s', async (_what, button, typed) => {
    const message = await posted(form);
    await expect(teams.press(ann, message, button, typed)).rejects.toThrow();
    expect(heard).toEqual([]);
  });

  it('must say which of several alike they press', async () => {
    const actions = ['1', '2'].map((dealId) => execute('Accept', 'accept', { dealId }));
    const message = await posted({ ...base, actions });
    await expect(teams.press(ann, message, 'accept')).rejects.toThrow('2 buttons');
    await teams.press(ann, message, { verb: 'accept', data: { dealId: '2' } });
    expect(heard).toMatchObject([{ value: { action: { data: { dealId: '2' } } } }]);
  });

  it.each([
    [{}, { name: 'Give a name' }],
    [{ name: 'too long' }, { name: 'Give a name' }],
    [{ name: 'Deal', day: '2026-11-21' }, { day: 'Not before today' }],
    [{ name: 'Deal', day: 'soon' }, { day: 'Not before today' }],
    [{ name: 'Deal', kind: 'b' }, { kind: 'Choose' }],
  ])('are kept back by their client with %j, but not if they forge it', async (typed, complaints) => {
    const message = await posted(form);
    const kept = await teams.press(ann, message, 'Send', typed as Record<string, string>, { validate: true });
    expect([kept.status, kept.complaints]).toEqual([0, complaints]);
    expect(heard).toEqual([]);
    const forged = await teams.press(ann, message, 'Send', typed as Record<string, string>);
    expect([forged.status, forged.complaints]).toEqual([200, complaints]);
    expect(heard).toHaveLength(1);
  });

  it('are let through by their client when all is well', async () => {
    const message = await posted(form);
    const typed = { name: 'Deal', kind: 'a', day: '2026-11-22' };
    expect(await teams.press(ann, message, 'Send', typed, { validate: true })).toMatchObject({ status: 200 });
  });

  it('see the answer in place of the card, each for themselves, until the bot changes the message', async () => {
    const message = await posted({
      ...base,
      body: [{ type: 'TextBlock', text: 'Deal' }],
      actions: [execute('Accept', 'accept')],
    });
    answer = cardAnswer(form);
    expect(await teams.press(ann, message, 'Accept')).toMatchObject({ card: form });
    expect(teams.cardOf(message, ann)).toEqual(form);
    expect(teams.textOf(message, bob)).toBe('Deal');
    answer = messageAnswer('Not now');
    expect(await teams.press(ann, message, 'Send', { name: 'Deal' })).toMatchObject({ text: 'Not now' });
    expect(teams.cardOf(message, ann)).toEqual(form);
    await ask('PUT', `/${encodeURIComponent(message.threadId)}/activities/${message.id}`, carrying(base));
    expect(teams.cardOf(message, ann)).toEqual(base);
  });

  it('press on an old state of the card', async () => {
    const message = await posted(base);
    await teams.press(ann, { message, card: form }, 'Send');
    expect(heard[0]).toMatchObject({ replyToId: message.id, value: { action: { verb: 'form.send' } } });
  });

  it('send the same again when Teams did not hear of it', async () => {
    const first = await teams.message(ann, channel, 'help');
    await teams.repeat(first);
    expect(heard[1]).toEqual(heard[0]);
  });

  it('install the app to a team, which tells it by its General channel, and take it away', async () => {
    const other = teams.channel('Others', [ann]);
    const beside = teams.channel('More', [], { beside: other });
    await teams.install(other, ann);
    expect(heard).toMatchObject([
      { type: 'conversationUpdate', membersAdded: [{ id: teams.bot.id }], conversation: { id: other.team?.id } },
      {
        type: 'installationUpdate',
        action: 'add',
        conversation: { id: other.team?.id },
        channelData: { settings: { selectedChannel: { id: other.id } } },
      },
    ]);
    expect((await ask('POST', `/${beside.id}/activities`, carrying(base))).status).toBe(201);
    await teams.uninstall(other, ann);
    expect(heard[3]).toMatchObject({ type: 'installationUpdate', action: 'remove' });
    expect((await ask('POST', `/${beside.id}/activities`, carrying(base))).body.error.code).toBe(
      'BotNotInConversationRoster',
    );
  });

  it('join and leave', async () => {
    const guest = teams.guest('Gil Guest');
    await teams.membersAdded(channel, [guest]);
    expect(heard[0]).toMatchObject({ type: 'conversationUpdate', membersAdded: [{ id: guest.teamsId }] });
    expect((await ask('GET', `/${channel.id}/members/${guest.teamsId}`)).body.userRole).toBe('guest');
    await teams.membersRemoved(channel, [guest]);
    expect((await ask('GET', `/${channel.id}/members/${guest.teamsId}`)).status).toBe(404);
  });
});

describe('what can be read', () => {
  it('is every visible text, without buttons', async () => {
    const run = (text: string) => ({ type: 'TextRun', text });
    const message = await posted({
      ...base,
      body: [
        { type: 'TextBlock', text: 'Deal' },
        { type: 'TextBlock', text: 'hidden', isVisible: false },
        { type: 'RichTextBlock', inlines: [run('Contoso'), ' in ', run('Berlin')] },
        { type: 'FactSet', facts: [{ title: 'Value', value: '10 EUR' }] },
        { type: 'Container', isVisible: false, items: [{ type: 'TextBlock', text: 'hidden too' }] },
        {
          type: 'ColumnSet',
          columns: [{ type: 'Column', items: [{ type: 'Badge', text: 'New', fallback: 'drop' }] }],
        },
        { type: 'Table', rows: [{ type: 'TableRow', cells: [{ items: [{ type: 'TextBlock', text: 'cell' }] }] }] },
        { type: 'Input.Text', id: 'notes', label: 'Notes' },
      ],
      actions: [execute('Accept', 'accept')],
    });
    expect(teams.textOf(message).split('\n')).toEqual([
      'Deal',
      'Contoso in Berlin',
      'Value: 10 EUR',
      'New',
      'cell',
      'Notes',
    ]);
  });

  it('comes when the bot sends it', async () => {
    const waiting = teams.until(() => teams.messagesIn(channel).at(-1));
    await posted({ ...base, body: [{ type: 'TextBlock', text: 'At last' }] });
    expect(teams.textOf(await waiting)).toBe('At last');
  });
});

it('faults come in their order and are used up', async () => {
  teams.failNext({ op: 'send', times: 2, answer: 'ServiceError' });
  teams.failNext({ answer: { status: 429, retryAfter: 5 } });
  const send = () => ask('POST', `/${channel.id}/activities`, carrying(base));
  expect([(await send()).status, (await send()).status, (await send()).status, (await send()).status]).toEqual([
    500, 500, 429, 201,
  ]);
});

it('a fault of another operation is left for it', async () => {
  teams.failNext({ op: 'update', answer: 'ServiceError' });
  expect((await ask('POST', `/${channel.id}/activities`, carrying(base))).status).toBe(201);
});
