import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Notice, Task } from '../../src/deals/notice.ts';
import { personId } from '../../src/organisations/organisation.ts';
import { day, opportunityBody } from '../fakes/house.ts';
import { type Story, startStory } from '../fakes/story.ts';
import type { Conversation, FaultAnswer } from '../fakes/teams.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory({ replacements: { connectorTimeout: 150 } });
  await story.teams.message(story.ada, story.channel, 'subscribe');
});
afterEach(() => story.stop());

/** The opportunity's cards that stand in a conversation. */
function cardsIn(where: Conversation): number {
  return story.teams.messagesIn(where).filter((message) => story.teams.textOf(message).includes('Alpenmilch')).length;
}

async function sent(): Promise<string> {
  const { body } = await story.send(opportunityBody());
  await story.settle();
  return body.id;
}

async function notice(id: string, kind: Task['kind']): Promise<Notice | undefined> {
  return (await story.deal(id)).notices.find(({ task }) => task.kind === kind);
}

describe('what can be tried again', () => {
  test.each<[string, FaultAnswer, string, number, number]>([
    ['429 with Retry-After', { status: 429, retryAfter: 90 }, 'Fault', 90_000, 90_000],
    ['429 without', { status: 429 }, 'Fault', 4_000, 6_000],
    ['412', 'PreconditionFailed', 'PreconditionFailed', 4_000, 6_000],
    ['502', { status: 502 }, 'Fault', 4_000, 6_000],
    ['503', { status: 503 }, 'Fault', 4_000, 6_000],
    ['504', { status: 504 }, 'Fault', 4_000, 6_000],
    ['no answer', 'hang', 'timeout', 4_000, 6_000],
    ['a connection that breaks', 'reset', 'ECONNRESET', 4_000, 6_000],
  ])('%s: the card is posted once, a little later', async (_what, answer, reason, soonest, latest) => {
    story.teams.failNext({ op: 'create', answer });
    const id = await sent();
    expect(cardsIn(story.channel)).toBe(0);
    expect(await notice(id, 'post')).toMatchObject({ state: 'waiting', attempts: 1, reason });
    await story.move(soonest - 1);
    expect(cardsIn(story.channel)).toBe(0);
    await story.move(latest - soonest + 1);
    expect(cardsIn(story.channel)).toBe(1);
    expect(await notice(id, 'post')).toMatchObject({ state: 'done', attempts: 2 });
    await story.move(day);
    expect(cardsIn(story.channel)).toBe(1);
  });

  test.each<FaultAnswer>(['appliedThen503', 'appliedThenReset'])(
    '%s: nobody knows that it stands there, so it may come once more, and not more often',
    async (answer) => {
      story.teams.failNext({ op: 'create', answer });
      const id = await sent();
      await story.move(6_000);
      await story.move(day);
      expect(cardsIn(story.channel)).toBe(2);
      expect((await story.deal(id)).postings).toHaveLength(1);
    },
  );

  test('a channel that fails does not keep the others waiting', async () => {
    const { teams, ada } = story;
    const other = teams.channel('Other', [ada], { installed: true });
    await teams.message(ada, other, 'subscribe');
    teams.failNext({ op: 'create', answer: { status: 503 } });
    await sent();
    expect(cardsIn(story.channel) + cardsIn(other)).toBe(1);
    await story.move(6_000);
    expect([cardsIn(story.channel), cardsIn(other)]).toEqual([1, 1]);
  });

  test('what fails over a whole day is left to an admin, with the reason', async () => {
    story.teams.failNext({ op: 'create', times: 1000, answer: { status: 429, code: 'Throttled' } });
    const start = story.clock.now();
    const id = await sent();
    let waiting = await notice(id, 'post');
    while (waiting?.state === 'waiting') {
      await story.move(Date.parse(waiting.dueAt) - story.clock.now());
      waiting = await notice(id, 'post');
    }
    expect(waiting).toMatchObject({ state: 'failed', reason: 'Throttled', attempts: 18 });
    expect(story.clock.now() - start).toBeGreaterThan(0.75 * day);
    expect(story.clock.now() - start).toBeLessThan(1.5 * day);
    expect((await story.deal(id)).failedDeliveries).toBe(1);
    expect(await story.subscription(story.channel)).toMatchObject({ status: 'active' });
  });

  test.each<[FaultAnswer, string]>([
    ['appliedThen503', 'ServiceUnavailable'],
    ['appliedThenReset', 'ECONNRESET'],
  ])(
    '%s, always: the card stands there three times at the most, and an admin sees that it may',
    async (answer, code) => {
      story.teams.failNext({ op: 'create', times: 1000, answer });
      const id = await sent();
      for (let hours = 0; hours < 24; hours += 1) await story.move(day / 24);
      expect(cardsIn(story.channel)).toBe(3);
      expect(await notice(id, 'post')).toMatchObject({ state: 'failed', reason: `maybe-sent: ${code}`, attempts: 3 });
      expect((await story.deal(id)).failedDeliveries).toBe(1);
    },
  );

  test('what was not sent for sure does not count as an unclear answer', async () => {
    story.teams.failNext({ op: 'create', times: 4, answer: { status: 429 } });
    const id = await sent();
    await story.move(10 * 60_000);
    story.teams.recover();
    story.teams.failNext({ op: 'create', times: 2, answer: { status: 503 } });
    for (let hours = 0; hours < 24; hours += 1) await story.move(day / 24);
    expect(cardsIn(story.channel)).toBe(1);
    expect(await notice(id, 'post')).toMatchObject({ state: 'done' });
  });

  test('an update is repeated more often: the same card twice is one card', async () => {
    const { teams, ben, channel } = story;
    const id = await sent();
    const card = teams.lastIn(channel);
    teams.failNext({ op: 'update', times: 5, answer: { status: 503 } });
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    await story.settle();
    for (let minutes = 0; minutes < 30; minutes += 1) await story.move(60_000);
    expect(teams.textOf(card)).toContain('Ben Adler accepted this');
    expect(await notice(id, 'update')).toMatchObject({ state: 'done', attempts: 6 });
  });

  test('an update that fails is made later, as the card is then', async () => {
    const { teams, ben } = story;
    const id = await sent();
    const card = teams.lastIn(story.channel);
    teams.failNext({ op: 'update', answer: { status: 503 } });
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    await story.settle();
    expect(teams.textOf(card)).not.toContain('Ben Adler');
    await story.move(6_000);
    expect(teams.textOf(card)).toContain('Ben Adler accepted this');
    expect(await notice(id, 'update')).toMatchObject({ state: 'done', attempts: 2 });
  });
});

describe('the conversation is gone', () => {
  const gone = [
    'BotNotInConversationRoster',
    'ConversationBlockedByUser',
    'MessageWritesBlocked',
    'ForbiddenOperationException',
    'ConversationNotFound',
  ] as const;

  test.each(gone)('%s: its subscription ends and keeps the reason, the ledger too', async (code) => {
    const { teams } = story;
    teams.failNext({ op: 'create', answer: code });
    const id = await sent();
    expect(await story.subscription(story.channel)).toMatchObject({ status: 'ended', endedReason: code });
    expect(await notice(id, 'post')).toMatchObject({ state: 'failed', reason: code, attempts: 1 });
    const asked = teams.requests.length;
    await story.move(day);
    await story.send(opportunityBody({ externalId: 'another' }));
    await story.settle();
    expect(teams.requests).toHaveLength(asked);
  });

  test.each(gone)(
    '%s on a change of the card: the copy is forgotten, and nothing is sent there again',
    async (code) => {
      const { teams, ben } = story;
      const id = await sent();
      const card = teams.lastIn(story.channel);
      teams.failNext({ op: 'update', answer: code });
      await teams.press(ben, card, 'Decline');
      await teams.press(ben, card, 'opportunity.decline.send', { reason: 'budget' });
      await story.settle();
      expect(await story.subscription(story.channel)).toMatchObject({ status: 'ended', endedReason: code });
      const { postings, failedDeliveries } = await story.deal(id);
      expect({ postings, failedDeliveries }).toEqual({ postings: [], failedDeliveries: 1 });
    },
  );

  test('a reminder cannot be sent to a person: their chat is forgotten, the channel goes on', async () => {
    const { teams, ben } = story;
    await story.chatWith(ben);
    const id = await sent();
    ben.hasApp = false;
    await story.move(7 * day);
    const { notices } = await story.deal(id);
    expect(notices.find((one) => one.id === `remindPerson:7:${personId(ben.entraId)}`)).toMatchObject({
      state: 'dropped',
      reason: 'MessageWritesBlocked',
    });
    expect((await story.person(ben))?.personalChat).toBeUndefined();
    expect(await story.subscription(story.channel)).toMatchObject({ status: 'active' });
    expect(teams.textIn(teams.lastIn(story.channel))).toContain('Still waiting for an answer');
  });
});

describe('what only an admin can mend', () => {
  test.each([
    ['BotDisabledByAdmin', 'BotDisabledByAdmin'],
    ['NotEnoughPermissions', 'NotEnoughPermissions'],
    ['InvalidBotApiHost', 'InvalidBotApiHost'],
    ['BotNotRegistered', 'BotNotRegistered'],
    ['MessageSizeTooBig', 'MessageSizeTooBig'],
    ['BadArgument', 'BadArgument'],
    ['ServiceError', 'ServiceError'],
  ] as const)('%s: is not tried again, the ledger keeps the reason, the subscription stays', async (answer, reason) => {
    story.teams.failNext({ op: 'create', answer });
    const id = await sent();
    await story.move(day);
    expect(await notice(id, 'post')).toMatchObject({ state: 'failed', reason, attempts: 1 });
    expect((await story.deal(id)).failedDeliveries).toBe(1);
    expect(cardsIn(story.channel)).toBe(0);
    expect(await story.subscription(story.channel)).toMatchObject({ status: 'active' });
  });
});

test('somebody deleted the message: that copy is forgotten, the subscription stays', async () => {
  const { teams, ada } = story;
  const other = teams.channel('Other', [ada], { installed: true });
  await teams.message(ada, other, 'subscribe');
  const id = await sent();
  teams.lastIn(story.channel).deleted = true;
  await teams.press(ada, teams.lastIn(other), 'Decline');
  await teams.press(ada, teams.lastIn(other), 'opportunity.decline.send', { reason: 'budget' });
  await story.settle();
  const { postings, notices } = await story.deal(id);
  expect(postings.map(({ address }) => address.conversationId)).toEqual([other.id]);
  expect(notices).toContainEqual(
    expect.objectContaining({ state: 'dropped', reason: 'ActivityNotFoundInConversation' }),
  );
  expect(teams.textIn(other)).toContain('Ada Keller declined this');
  expect(await story.subscription(story.channel)).toMatchObject({ status: 'active' });
});

describe('Teams’ published limits for one conversation', () => {
  test('65 opportunities at once: at most 7 cards in a second, 8 in two, 60 in thirty, and waiting is no failure', async () => {
    const { teams, ada, channel } = await unhurried();
    await teams.message(ada, channel, 'subscribe');
    const ids: string[] = [];
    for (let number = 0; number < 65; number += 1) {
      const { body } = await story.send(opportunityBody({ externalId: `opp-${number}` }));
      ids.push(body.id);
    }
    await story.settle();
    const posted = [cardsIn(channel)];
    for (let halfSeconds = 1; halfSeconds <= 70; halfSeconds += 1) {
      await story.move(500);
      posted.push(cardsIn(channel));
    }
    expect(mostWithin(posted, 2)).toBe(7);
    expect(mostWithin(posted, 4)).toBe(8);
    expect(mostWithin(posted, 60)).toBe(60);
    expect(posted.at(-1)).toBe(65);
    for (const id of ids) expect(await notice(id, 'post')).toMatchObject({ state: 'done', attempts: 1 });
  }, 20_000);
});

/** A house whose clock does not move by itself while somebody waits for a place under the limits. */
async function unhurried(): Promise<Story> {
  await story.stop();
  story = await startStory({ replacements: { wait: async () => {} } });
  return story;
}

/** The most that came within so many half seconds; `counts`: how many there were after each. */
function mostWithin(counts: readonly number[], halfSeconds: number): number {
  return Math.max(...counts.map((count, at) => count - (counts[at - halfSeconds] ?? 0)));
}
