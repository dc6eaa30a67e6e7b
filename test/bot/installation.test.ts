import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { minute, opportunityBody } from '../fakes/house.ts';
import { type Story, startStory, titlesOn } from '../fakes/story.ts';
import type { FaultAnswer } from '../fakes/teams.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

describe('installed', () => {
  test('to a team: says once who it is, in the chosen channel, and offers to subscribe', async () => {
    const { teams, ada } = story;
    const channel = teams.channel('Deals', [ada]);
    await teams.install(channel, ada);
    expect(teams.messagesIn(channel)).toHaveLength(1);
    expect(teams.textIn(channel)).toContain('to Nordwind Consulting GmbH into Teams');
    expect(titlesOn(teams.cardIn(channel))).toEqual(expect.arrayContaining(['Subscribe', 'Help']));
    await teams.press(ada, teams.lastIn(channel), 'Subscribe');
    expect(await story.subscription(channel)).toMatchObject({ status: 'active' });
  });

  test('to a group chat, in German for a German', async () => {
    const { teams, cem } = story;
    const group = teams.groupChat('Runde', [cem]);
    await teams.install(group, cem);
    expect(teams.textIn(group)).toContain('Hallo, ich bin Co-sell');
    expect(teams.textIn(group)).toContain('Soll ich neue Verkaufschancen in diesem Chat posten?');
  });

  test('for a person: their chat is known from then on, without a word from them', async () => {
    const { teams, ben } = story;
    const chat = teams.personalChat(ben);
    await teams.install(chat, ben);
    expect(teams.textIn(chat)).toContain('Hello, I am Co-sell');
    expect((await story.person(ben))?.personalChat).toMatchObject({ scope: 'personal', conversationId: chat.id });
  });

  test('where no organisation is set up: says so, and offers nothing that would not work', async () => {
    const { teams } = story;
    const sue = teams.stranger('Sue Foreign');
    await teams.install(teams.personalChat(sue), sue);
    expect(teams.textIn(teams.personalChat(sue))).toContain(text('en', 'welcome.unknownTenant'));
    expect(titlesOn(teams.cardIn(teams.personalChat(sue)))).toEqual([]);
  });

  test('in a new version: says nothing', async () => {
    const { teams, ada, channel } = story;
    const heard = await teams.post(ada, channel, { type: 'installationUpdate', action: 'add-upgrade' });
    expect(heard.status).toBe(200);
    expect(teams.messagesIn(channel)).toEqual([]);
  });

  test('and Teams does not take the welcome: the bot goes on', async () => {
    const { teams, ada } = story;
    const channel = teams.channel('Deals', [ada]);
    teams.failNext({ op: 'create', answer: 'NotEnoughPermissions' });
    const heard = await teams.install(channel, ada);
    expect(heard.map(({ status }) => status)).toEqual([200, 200]);
    await teams.message(ada, channel, 'subscribe');
    expect(await story.subscription(channel)).toMatchObject({ status: 'active' });
  });
});

describe('removed', () => {
  test('from a team: the subscriptions of all its channels end, others stay', async () => {
    const { teams, ada, channel } = story;
    const beside = teams.channel('Beside', [], { beside: channel });
    const elsewhere = teams.channel('Elsewhere', [ada], { installed: true });
    for (const one of [channel, beside, elsewhere]) await teams.message(ada, one, 'subscribe');
    await teams.uninstall(beside, ada);
    const ended = { status: 'ended', endedReason: 'removed' };
    expect(await story.subscription(channel)).toMatchObject(ended);
    expect(await story.subscription(beside)).toMatchObject(ended);
    expect(await story.subscription(elsewhere)).toMatchObject({ status: 'active' });
    await story.send(opportunityBody());
    await story.settle();
    expect(teams.textIn(elsewhere)).toContain('Alpenmilch AG');
    expect(teams.textIn(channel)).not.toContain('Alpenmilch AG');
  });

  test('from a group chat', async () => {
    const { teams, ada, ben } = story;
    const group = teams.groupChat('Deal room', [ada, ben], { installed: true });
    await teams.message(ada, group, 'subscribe');
    await teams.uninstall(group, ada);
    expect(await story.subscription(group)).toMatchObject({ status: 'ended', endedReason: 'removed' });
  });

  test('by a person: the chat is forgotten, and its subscription ends', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'subscribe');
    await teams.uninstall(chat, ben);
    expect((await story.person(ben))?.personalChat).toBeUndefined();
    expect(await story.subscription(chat)).toMatchObject({ status: 'ended', endedReason: 'removed' });
    await teams.install(chat, ben);
    expect((await story.person(ben))?.personalChat).toBeDefined();
    expect(await story.subscription(chat)).toMatchObject({ status: 'ended' });
  });

  test.each(['channelDeleted', 'teamDeleted', 'teamArchived'])('%s ends the subscription', async (eventType) => {
    const { teams, ada, channel } = story;
    const beside = teams.channel('Beside', [], { beside: channel });
    await teams.message(ada, channel, 'subscribe');
    await teams.message(ada, beside, 'subscribe');
    await teams.post(ada, channel, { type: 'conversationUpdate', channelData: { eventType } });
    expect(await story.subscription(channel)).toMatchObject({ status: 'ended', endedReason: eventType });
    expect(await story.subscription(beside)).toMatchObject({
      status: eventType === 'channelDeleted' ? 'active' : 'ended',
    });
  });
});

describe('V3: somebody joins a conversation that is subscribed', () => {
  test('a colleague: nothing changes', async () => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    const before = teams.messagesIn(channel).length;
    await teams.membersAdded(channel, [teams.user('Dora Neu')]);
    expect(await story.subscription(channel)).toMatchObject({ status: 'active' });
    expect(teams.messagesIn(channel)).toHaveLength(before);
  });

  test.each([
    ['a guest', () => story.teams.guest('Gus Guest')],
    ['somebody of another tenant', () => story.teams.stranger('Sue Stray')],
  ])('%s, among others: it ends in every channel of the team, and they are told why', async (_who, outsider) => {
    const { teams, ada, channel } = story;
    const beside = teams.channel('Beside', [], { beside: channel });
    await teams.message(ada, channel, 'subscribe');
    await teams.message(ada, beside, 'language de');
    await teams.message(ada, beside, 'subscribe');
    await teams.membersAdded(channel, [teams.user('Dora Neu'), outsider()]);
    for (const one of [channel, beside]) {
      expect(await story.subscription(one)).toMatchObject({ status: 'ended', endedReason: 'guests' });
      expect(teams.textIn(one)).toBe(text('en', 'guestsHere'));
    }
    await teams.message(ada, channel, 'subscribe');
    expect(await story.subscription(channel)).toMatchObject({ status: 'ended' });
  });

  test('a guest in a group chat', async () => {
    const { teams, ada, ben } = story;
    const group = teams.groupChat('Deal room', [ada, ben], { installed: true });
    await teams.message(ada, group, 'subscribe');
    await teams.membersAdded(group, [teams.guest('Gus Guest')]);
    expect(await story.subscription(group)).toMatchObject({ status: 'ended', endedReason: 'guests' });
  });

  test('a guest, and Teams does not take the word about it: all of them end nevertheless', async () => {
    const { teams, ada, channel } = story;
    const beside = teams.channel('Beside', [], { beside: channel });
    await teams.message(ada, channel, 'subscribe');
    await teams.message(ada, beside, 'subscribe');
    teams.failNext({ op: 'create', times: 2, answer: { status: 503 } });
    await teams.membersAdded(channel, [teams.guest('Gus Guest')]);
    for (const one of [channel, beside]) {
      expect(await story.subscription(one)).toMatchObject({ status: 'ended', endedReason: 'guests' });
    }
  });

  test.each<[string, FaultAnswer]>([
    ['503', { status: 503 }],
    ['429', { status: 429 }],
    ['a connection that breaks', 'reset'],
  ])('a guest, of whom Teams could not tell just then (%s): nothing is sent before it can', async (_what, answer) => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    const said = teams.messagesIn(channel).length;
    teams.failNext({ op: 'member', answer });
    await teams.membersAdded(channel, [teams.guest('Gus Guest')]);
    teams.failNext({ op: 'members', times: 3, answer });
    await story.send(opportunityBody());
    await story.settle();
    expect(teams.messagesIn(channel)).toHaveLength(said);
    for (let minutes = 0; minutes < 10; minutes += 1) await story.move(minute);
    expect(await story.subscription(channel)).toMatchObject({ status: 'ended', endedReason: 'guests' });
    expect(teams.messagesIn(channel)).toHaveLength(said + 1);
    expect(teams.textIn(channel)).toBe(text('en', 'guestsHere'));
  });

  test('a colleague, of whom Teams could not tell just then: what comes is posted once Teams can', async () => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    teams.failNext({ op: 'member', answer: { status: 503 } });
    await teams.membersAdded(channel, [teams.user('Dora Neu')]);
    expect((await story.subscription(channel))?.doubtedAt).toBeDefined();
    teams.failNext({ op: 'members', times: 4, answer: { status: 503 } });
    await story.send(opportunityBody());
    await story.settle();
    for (let minutes = 0; minutes < 10; minutes += 1) await story.move(minute);
    expect(teams.textIn(channel)).toContain('Alpenmilch AG');
    expect((await story.subscription(channel))?.doubtedAt).toBeUndefined();
  });

  test('another bot, or somebody who has left at once: nothing changes', async () => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    const gone = { id: '29:nobody', name: 'Nobody' };
    const bot = { id: '28:another-bot', name: 'Other' };
    teams.failNext({ op: 'members', answer: { status: 503 } });
    await teams.post(ada, channel, { type: 'conversationUpdate', membersAdded: [bot, gone] });
    const subscription = await story.subscription(channel);
    expect(subscription).toMatchObject({ status: 'active' });
    expect(subscription?.doubtedAt).toBeUndefined();
  });

  test('when the guest has left again, it can be subscribed anew', async () => {
    const { teams, ada, channel } = story;
    const gus = teams.guest('Gus Guest');
    await teams.membersAdded(channel, [gus]);
    await teams.message(ada, channel, 'subscribe');
    expect(await story.subscription(channel)).toBeUndefined();
    await teams.membersRemoved(channel, [gus]);
    await teams.message(ada, channel, 'subscribe');
    expect(await story.subscription(channel)).toMatchObject({ status: 'active' });
  });
});

test('a conversation that Teams has moved is written to at its new address', async () => {
  const { teams, ada, channel } = story;
  await teams.message(ada, channel, 'subscribe');
  const moved = teams.serviceUrl.replace('127.0.0.1', 'localhost');
  await teams.post(ada, channel, { type: 'message', id: 'moved', text: 'help', serviceUrl: moved });
  expect((await story.subscription(channel))?.address.serviceUrl).toBe(moved);
});
