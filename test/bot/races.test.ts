import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { type Store, StoreConflict } from '../../src/store/port.ts';
import { type Balancer, startBalancer } from '../fakes/balancer.ts';
import { type CosmosEmulator, startCosmosEmulator } from '../fakes/cosmos.ts';
import { day, type Instance } from '../fakes/house.ts';
import { type Story, startStory } from '../fakes/story.ts';
import type { Heard, Posted, User } from '../fakes/teams.ts';
import { gate } from '../fakes/troubled-store.ts';

const accept = 'opportunity.accept.send';
const decline = 'opportunity.decline.send';

let story: Story;
let second: Instance;
let balancer: Balancer;
let card: Posted;
let id: string;

/** Two instances on one store behind a load balancer, and an opportunity in the channel. */
async function setUp(openStore?: () => Promise<Store>): Promise<void> {
  story = await startStory(openStore === undefined ? {} : { openStore });
  second = await story.another();
  balancer = await startBalancer([story.bot.url, second.url]);
  story.teams.connect(balancer.url);
  ({ card, id } = await story.posted());
}

async function tearDown(): Promise<void> {
  await balancer.stop();
  await story.stop();
}

/** Sends the accept form of somebody who has it open. */
async function acceptBy(user: User): Promise<Heard> {
  return story.teams.press(user, card, accept, { name: `Deal of ${user.name}` });
}

async function sellers(count: number): Promise<User[]> {
  const users = Array.from({ length: count }, (_, number) => story.teams.user(`Seller ${number}`));
  for (const user of users) {
    story.channel.members.push(user);
    await story.grant(user, 'referralsUser');
    await story.teams.press(user, card, 'Accept');
  }
  return users;
}

/** Exactly one answer was ever written, and its sender will be told once. */
async function answeredOnce(): Promise<string> {
  const { history, status, team } = await story.deal(id);
  expect(history.map(({ what }) => what)).toEqual(['received', status]);
  expect(team.length).toBeLessThanOrEqual(1);
  return status;
}

let emulator: CosmosEmulator | undefined;

describe.each([
  ['SQLite', async () => setUp()],
  [
    'Cosmos DB',
    async () => {
      const started = await startCosmosEmulator();
      emulator = started;
      await setUp(() => started.open());
    },
  ],
])('two instances on one %s', (_store, begin) => {
  beforeEach(begin);
  afterEach(async () => {
    await tearDown();
    await emulator?.close();
    emulator = undefined;
  });

  test('A4: of ten who accept at the same moment one wins, and the others see who and when', async () => {
    const users = await sellers(10);
    const heard = await Promise.all(users.map(acceptBy));
    const won = heard.filter(({ text: said }) => said.includes(text('en', 'youAccepted')));
    expect(won).toHaveLength(1);
    const { answer, name } = await story.deal(id);
    expect(name).toBe(`Deal of ${answer?.by.name}`);
    for (const { text: said } of heard) {
      expect(said).toContain(`${answer?.by.name} accepted this on 2 Nov 2026, 10:00 CET`);
    }
    expect(await answeredOnce()).toBe('accepted');
    await story.settle();
    expect(story.teams.textOf(card)).toContain(`${answer?.by.name} accepted this`);
    expect(card.edits).toBe(1);
  });

  test('the same click five times at once counts once, and gets the same answer', async () => {
    const { teams, ben } = story;
    const form = (await teams.press(ben, card, 'Accept')).card ?? {};
    const click = () => teams.press(ben, { message: card, card: form }, accept, { notes: 'once' }, { id: 'f:click' });
    const heard = await Promise.all([click(), click(), click(), click(), click()]);
    expect(new Set(heard.map(({ text: said }) => said)).size).toBe(1);
    expect(heard[0]?.text).toContain(text('en', 'youAccepted'));
    expect((await story.deal(id)).notes).toHaveLength(1);
    await answeredOnce();
  });

  test('accept against decline: one of them', async () => {
    const { teams, ada, ben } = story;
    await teams.press(ben, card, 'Accept');
    await teams.press(ada, card, 'Decline');
    const [accepted, declined] = await Promise.all([
      acceptBy(ben),
      teams.press(ada, card, decline, { reason: 'budget' }),
    ]);
    const status = await answeredOnce();
    const sentence = status === 'accepted' ? 'Ben Adler accepted this on' : 'Ada Keller declined this on';
    expect(accepted.text).toContain(sentence);
    expect(declined.text).toContain(sentence);
  });
});

describe('accept, decline and expiry', () => {
  beforeEach(() => setUp());
  afterEach(tearDown);

  test('L5: a millisecond before respond-by the answer counts, and nothing expires after it', async () => {
    const { teams, ada, ben, clock } = story;
    await teams.press(ben, card, 'Accept');
    await teams.press(ada, card, 'Decline');
    clock.move(14 * day - 1);
    await Promise.all([acceptBy(ben), teams.press(ada, card, decline, { reason: 'budget' })]);
    const status = await answeredOnce();
    await story.move(1);
    await story.move(day);
    expect(await answeredOnce()).toBe(status);
    expect(teams.textOf(card)).not.toContain('Expired');
  });

  test('L5: at respond-by neither counts, before the expiry is written or while it is', async () => {
    const { teams, ada, ben, clock } = story;
    await teams.press(ben, card, 'Accept');
    await teams.press(ada, card, 'Decline');
    clock.move(14 * day);
    const [accepted, declined] = await Promise.all([
      acceptBy(ben),
      teams.press(ada, card, decline, { reason: 'budget' }),
      story.settle(),
    ]);
    for (const heard of [accepted, declined]) {
      expect(heard.text).toContain('The time to answer ended on 16 Nov 2026, 10:00 CET');
    }
    expect(await answeredOnce()).toBe('expired');
  });

  test('an accept that was decided in time but is written after the expiry is refused as expired', async () => {
    const { teams, ben, clock, bot } = story;
    teams.connect(bot.url);
    await teams.press(ben, card, 'Accept');
    clock.move(14 * day - 1);
    const held = gate();
    bot.store.before = (operation) => (operation === 'replace' ? held.pass() : undefined);
    const sending = acceptBy(ben);
    await held.reached;
    clock.move(1);
    await second.dispatcher.round();
    held.open();
    expect((await sending).text).toContain('The time to answer ended');
    expect(await answeredOnce()).toBe('expired');
  });

  test('an accept that is written first keeps an expiry of the same moment away', async () => {
    const { teams, ben, clock, bot } = story;
    teams.connect(bot.url);
    await teams.press(ben, card, 'Accept');
    clock.move(14 * day - 1);
    const held = gate();
    second.store.before = (operation) => (operation === 'replace' ? held.pass() : undefined);
    clock.move(1);
    const expiring = second.dispatcher.round();
    await held.reached;
    clock.move(-1);
    await acceptBy(ben);
    held.open();
    await expiring;
    clock.move(1);
    await story.settle();
    expect(await answeredOnce()).toBe('accepted');
  });

  test('a store that is too contended says "try again", and the click can be repeated', async () => {
    const { teams, ben, bot } = story;
    teams.connect(bot.url);
    await teams.press(ben, card, 'Accept');
    const form = teams.cardOf(card, ben);
    bot.store.before = (operation) => {
      if (operation === 'replace') throw new StoreConflict('somebody was faster');
    };
    const busy = await acceptBy(ben);
    expect([busy.status, busy.body.value]).toEqual([200, text('en', 'busy')]);
    expect((await story.deal(id)).status).toBe('received');
    bot.store.before = undefined;
    await teams.press(ben, { message: card, card: form }, accept);
    expect(await answeredOnce()).toBe('accepted');
  });
});
