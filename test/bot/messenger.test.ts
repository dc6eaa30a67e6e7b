import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createAdapter } from '../../bot/adapter.ts';
import { createConnector } from '../../bot/connector.ts';
import { createLimits } from '../../bot/limits.ts';
import { createMessenger } from '../../bot/messenger.ts';
import { answerCard, expiredCard, opportunityCard, reminderCard } from '../../cards/index.ts';
import type { Message, Messenger, Reader } from '../../src/notices/messenger.ts';
import { titlesOn } from '../fakes/story.ts';
import { type Conversation, startTeams, type Teams, type User } from '../fakes/teams.ts';
import { received } from '../fixtures/opportunity.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const clock = { now: () => now };
const log = { debug: () => {}, warn: () => {}, error: () => {} };
const reader: Reader = { language: 'de', timeZone: 'Europe/Berlin' };
const deal = received();
const opportunity: Message = { kind: 'opportunity', deal, shared: false };

let teams: Teams;
let messenger: Messenger;
let ann: User;
let channel: Conversation;

beforeEach(async () => {
  teams = await startTeams();
  ann = teams.user('Ann Archer');
  channel = teams.channel('Deals', [ann], { installed: true });
  const adapter = createAdapter({ appType: 'MultiTenant', appId: '', allowUnauthenticated: true, log });
  const connector = createConnector({
    adapter,
    appId: '',
    clock,
    limits: createLimits(clock),
    allowedServiceHosts: ['127.0.0.1'],
    log,
  });
  messenger = createMessenger(connector, { clock });
});

afterEach(() => teams.stop());

const messages: [string, Message, { card: object; summary: string }][] = [
  ['the deal as it is now', opportunity, opportunityCard({ deal, reader, now })],
  ['a reminder', { kind: 'reminder', deal, days: 3, personal: false }, reminderCard({ deal, reader, now, days: 3 })],
  ['that it expired', { kind: 'expired', deal }, expiredCard({ deal, reader })],
  [
    'what became of it',
    { kind: 'answer', deal, organisation: 'Fabrikam' },
    answerCard({ deal, reader, organisation: 'Fabrikam' }),
  ],
];

it.each(messages)('posts %s as its card, with the line of the notification', async (_what, message, rendered) => {
  const sent = await messenger.post(teams.addressOf(channel), message, reader);
  expect(sent.messageId).toBe(teams.lastIn(channel).id);
  // Over the wire, where undefined fields end.
  expect(teams.cardIn(channel)).toEqual(JSON.parse(JSON.stringify(rendered.card)));
  expect(teams.lastIn(channel).activity.summary).toBe(rendered.summary);
});

it('replies in the thread, and changes the card', async () => {
  const sent = await messenger.post(teams.addressOf(channel), opportunity, reader);
  const reply = await messenger.reply(sent, { kind: 'reminder', deal, days: 3, personal: false }, reader);
  expect(reply.threadId).toBe(sent.threadId);
  await messenger.update(sent, { kind: 'expired', deal }, reader);
  const [first, second] = teams.messagesIn(channel);
  expect([first?.edits, second?.edits]).toEqual([1, 0]);
});

it('finds the personal chat with somebody', async () => {
  const address = await messenger.personalChat(teams.addressOf(channel), ann);
  await messenger.post(address, { kind: 'reminder', deal, days: 1, personal: true }, reader);
  expect(titlesOn(teams.cardIn(teams.personalChat(ann)))).toEqual(['Anzeigen', 'Nicht ich']);
});

it('a message that is too big is not tried again', async () => {
  teams.failNext({ op: 'create', answer: 'MessageSizeTooBig' });
  const post = messenger.post(teams.addressOf(channel), opportunity, reader);
  await expect(post).rejects.toMatchObject({ name: 'MessengerError', kind: 'tooBig', isRetryable: false });
});
