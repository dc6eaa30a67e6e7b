import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { day, opportunityBody } from '../fakes/house.ts';
import { type Story, startStory, titlesOn } from '../fakes/story.ts';
import type { Conversation } from '../fakes/teams.ts';
import { gate } from '../fakes/troubled-store.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

describe('N1: a new opportunity', () => {
  test('is posted as a card with Accept and Decline, and nobody’s contact on it', async () => {
    const { teams } = story;
    const { card } = await story.posted();
    const shown = teams.textOf(card);
    const said = ['Alpenmilch AG', 'Zürich, Switzerland', 'Microsoft', 'Lakehouse Accelerator', 'CHF', '14 days left'];
    for (const part of said) expect(shown).toContain(part);
    expect(titlesOn(teams.cardOf(card))).toEqual(expect.arrayContaining(['Accept', 'Decline', 'Customer contact']));
    expect(shown).not.toContain('Reto Muster');
    expect(card.activity.summary).toContain('Alpenmilch AG');
  });

  test('goes to every conversation whose filters want it, once, each in its language', async () => {
    const { teams, ada } = story;
    const lines: Record<string, boolean> = {
      subscribe: true,
      'subscribe co-sell': true,
      'subscribe p2p': false,
      'subscribe country DE,CH': true,
      'subscribe country DE': false,
      'subscribe min 120000 CHF': true,
      'subscribe min 120000.01 CHF': false,
      'subscribe min 999999 EUR': true,
      'subscribe solution lakehouse': true,
      'subscribe solution sol-0001': true,
      'subscribe solution Fabric': false,
    };
    const channels: [string, Conversation][] = [];
    for (const line of Object.keys(lines)) {
      const channel = teams.channel(line, [ada], { installed: true });
      await teams.message(ada, channel, line);
      channels.push([line, channel]);
    }
    const group = teams.groupChat('Deal room', [ada], { installed: true });
    await teams.message(ada, group, 'subscribe');
    await teams.message(ada, group, 'language de');
    await story.send(opportunityBody());
    await story.settle();
    const cards = (where: Conversation) =>
      teams.messagesIn(where).filter((message) => teams.textOf(message).includes('Alpenmilch AG'));
    const got = channels.map(([line, channel]) => [line, cards(channel).length]);
    expect(Object.fromEntries(got)).toEqual(
      Object.fromEntries(Object.entries(lines).map(([line, wanted]) => [line, wanted ? 1 : 0])),
    );
    expect(cards(group).map((message) => teams.textOf(message))).toEqual([
      expect.stringContaining('Co-Sell-Verkaufschance von Microsoft'),
    ]);
  });

  test('starts a thread of its own in a channel', async () => {
    const first = await story.posted();
    const second = await story.posted();
    expect(first.card.threadId).not.toBe(second.card.threadId);
  });

  test('is not posted where the filter came too late, and is where somebody subscribed in time', async () => {
    const { teams, ada, channel } = story;
    await story.send(opportunityBody());
    await story.settle();
    await teams.message(ada, channel, 'subscribe');
    await story.settle();
    expect(teams.textIn(channel)).not.toContain('Alpenmilch AG');
  });
});

describe('N4: copies of the card', () => {
  test('all follow a change by the sender', async () => {
    const { teams, ada, channel } = story;
    const chat = await story.chatWith(ada);
    await teams.message(ada, chat, 'subscribe');
    const { card } = await story.posted();
    const revised = await story.send(
      opportunityBody({ notes: 'Now it is urgent.', respondBy: '2026-11-10T09:00:00Z' }),
    );
    expect(revised.status).toBe(200);
    await story.settle();
    for (const shown of [teams.textOf(card), teams.textIn(chat)]) {
      expect(shown).toContain('Now it is urgent.');
      expect(shown).toContain('8 days left');
    }
    expect(teams.messagesIn(channel).filter((message) => teams.textOf(message).includes('Alpenmilch'))).toHaveLength(1);
  });

  test('say every day how many days are left, and nothing more on the last', async () => {
    const { teams } = story;
    const { card } = await story.posted({ respondBy: '2026-11-06T09:00:00Z' });
    const days: (string | undefined)[] = [];
    for (let passed = 0; passed < 4; passed += 1) {
      days.push(/\d+ days left/.exec(teams.textOf(card))?.[0]);
      await story.move(day);
    }
    expect(days).toEqual(['4 days left', '3 days left', '2 days left', undefined]);
    expect(teams.textOf(card)).toContain('Expired');
    expect(card.edits).toBe(4);
  });

  test('a card that changed while it was on its way is brought up to date', async () => {
    const { teams, ada, ben, bot, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    const second = await story.another();
    const held = gate();
    // The first result that is written: that the card was posted.
    bot.store.before = (operation, document) =>
      operation === 'replace' && document !== undefined && 'postings' in document && listed(document.postings)
        ? held.pass()
        : undefined;
    const { body } = await story.send(opportunityBody());
    await held.reached;
    const card = teams.lastIn(channel);
    expect(titlesOn(teams.cardOf(card))).toContain('Accept');
    teams.connect(second.url);
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    held.open();
    await story.settle();
    expect(teams.textOf(card)).toContain('Ben Adler accepted this on');
    expect((await story.deal(body.id)).postings).toHaveLength(1);
  });
});

function listed(postings: unknown): boolean {
  return Array.isArray(postings) && postings.length > 0;
}
