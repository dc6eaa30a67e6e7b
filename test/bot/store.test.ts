import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { type CosmosEmulator, startCosmosEmulator } from '../fakes/cosmos.ts';
import { type Story, startStory, titlesOn } from '../fakes/story.ts';

let story: Story;

describe('requests to Cosmos DB', () => {
  let emulator: CosmosEmulator;

  beforeEach(async () => {
    emulator = await startCosmosEmulator();
    story = await startStory({ openStore: () => emulator.open({ timing: { retryDelayMs: 0 } }) });
  });
  afterEach(async () => {
    await story.stop();
    await emulator.close();
  });

  const kinds = () => emulator.requests.map(({ kind }) => kind);

  test('one accept is one read and one replace of the deal, and no query', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await story.bot.dispatcher.stop();
    emulator.requests.length = 0;
    const sent = await teams.press(ben, card, 'opportunity.accept.send');
    expect(sent.text).toContain(text('en', 'youAccepted'));
    expect(kinds()).toEqual(['read', 'replace']);
    for (const { path } of emulator.requests) expect(path).toContain(id);
  });

  test('one decline, too; and one opening of its form is one read', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'Cancel');
    await story.bot.dispatcher.stop();
    emulator.requests.length = 0;
    await teams.press(ben, card, 'Decline');
    expect(kinds()).toEqual(['read']);
    emulator.requests.length = 0;
    await teams.press(ben, card, 'opportunity.decline.send', { reason: 'budget' });
    expect(kinds()).toEqual(['read', 'replace']);
  });

  test('half a minute later, organisation and person are read anew, and still nothing is searched', async () => {
    const { teams, ben, clock } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await story.bot.dispatcher.stop();
    clock.move(30_001);
    emulator.requests.length = 0;
    await teams.press(ben, card, 'opportunity.accept.send');
    expect(new Set(kinds())).toEqual(new Set(['read', 'replace']));
    expect(kinds().filter((kind) => kind === 'replace')).toHaveLength(1);
  });

  test('an answer of the database that is lost is not a click that is lost, nor counted twice', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await story.bot.dispatcher.stop();
    emulator.fail('replace', { when: 'after', answer: 'reset' });
    const sent = await teams.press(ben, card, 'opportunity.accept.send');
    expect(sent.text).toContain(text('en', 'youAccepted'));
    expect((await story.deal(id)).history).toHaveLength(2);
  });

  test('the database is out: "try again in a minute", nothing changed, and then it works', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await story.bot.dispatcher.stop();
    emulator.fail('replace', ...Array.from({ length: 4 }, () => ({ when: 'before', answer: 503 }) as const));
    const busy = await teams.press(ben, card, 'opportunity.accept.send');
    expect([busy.status, busy.body.value]).toEqual([200, text('en', 'busy')]);
    expect((await story.deal(id)).status).toBe('received');
    await teams.press(ben, card, 'opportunity.accept.send');
    expect((await story.deal(id)).status).toBe('accepted');
  });
});

test('Teams does not say who presses: "try again in a minute", before Teams itself gives up', async () => {
  story = await startStory();
  const { teams, channel } = story;
  const { card } = await story.posted();
  const dora = teams.user('Dora Neu');
  channel.members.push(dora);
  teams.failNext({ op: 'member', answer: 'hang' });
  const before = performance.now();
  const busy = await teams.press(dora, card, 'Accept');
  expect([busy.status, busy.body.value]).toEqual([200, text('en', 'busy')]);
  expect(performance.now() - before).toBeLessThan(4500);
  await story.stop();
});

describe('the store is out', () => {
  beforeEach(async () => {
    story = await startStory();
  });
  afterEach(() => story.stop());

  test.each(['get', 'replace'] as const)(
    'during a click (%s): "try again in a minute", and nothing changed',
    async (broken) => {
      const { teams, cem, bot } = story;
      const { card, id } = await story.posted();
      await teams.press(cem, card, 'Accept');
      const form = teams.cardOf(card, cem);
      bot.store.before = (operation) => {
        if (operation === broken) throw new StoreUnavailable('out');
      };
      const busy = await teams.press(cem, card, 'opportunity.accept.send', { notes: 'kept in the form' });
      expect([busy.status, busy.body.value]).toEqual([200, text('de', 'busy')]);
      expect(teams.cardOf(card, cem)).toBe(form);
      bot.store.before = undefined;
      expect(await story.deal(id)).toMatchObject({ status: 'received', history: [{ what: 'received' }] });
      await story.settle();
      expect(card.edits).toBe(0);
    },
  );

  test('when nothing is known of who asks: the same, in the language of their Teams', async () => {
    const { teams, ben, cem, bot } = story;
    const { card } = await story.posted();
    bot.store.out = true;
    story.clock.move(60_000);
    for (const [user, language] of [
      [ben, 'en'],
      [cem, 'de'],
    ] as const) {
      const pressed = await teams.press(user, card, 'Accept');
      expect([pressed.status, pressed.body.value]).toEqual([200, text(language, 'busy')]);
      await teams.message(user, story.channel, 'inbound');
      expect(teams.textIn(story.channel)).toBe(text(language, 'busy'));
    }
    bot.store.out = false;
    await teams.press(ben, card, 'Accept');
    expect(titlesOn(teams.cardOf(card, ben))).toContain('Cancel');
  });

  test('during a command: the same, and nothing is half done', async () => {
    const { teams, ada, bot, channel } = story;
    await teams.message(ada, channel, 'help');
    bot.store.before = (operation) => {
      if (operation === 'create' || operation === 'replace') throw new StoreUnavailable('read only');
    };
    await teams.message(ada, channel, 'subscribe');
    expect(teams.textIn(channel)).toBe(text('en', 'busy'));
    bot.store.before = undefined;
    expect(await story.subscription(channel)).toBeUndefined();
  });

  test('only the phone number cannot be remembered: the acceptance counts and says so', async () => {
    const { teams, ben, bot } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    bot.store.before = (operation, document) => {
      if (operation === 'replace' && document?.kind === 'person') throw new StoreUnavailable('out');
    };
    const sent = await teams.press(ben, card, 'opportunity.accept.send', { phone: '+43 1 000 00 02' });
    expect(sent.text).toContain(text('en', 'youAccepted'));
    expect((await story.deal(id)).team).toMatchObject([{ phone: '+43 1 000 00 02' }]);
  });
});
