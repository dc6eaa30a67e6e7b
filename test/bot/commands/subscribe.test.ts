import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { cited, type Story, startStory } from '../../fakes/story.ts';

let story: Story;

describe('N1: subscribing a conversation', () => {
  beforeEach(async () => {
    story = await startStory();
  });
  afterEach(() => story.stop());

  test('a channel: in the organisation’s language, told in the thread', async () => {
    const { teams, cem, channel } = story;
    await teams.message(cem, channel, 'abonnieren');
    expect(teams.textIn(channel)).toContain('Neue Verkaufschancen erscheinen in diesem Kanal');
    expect(await story.subscription(channel)).toMatchObject({
      status: 'active',
      language: 'en',
      filters: {},
      by: { name: 'Cem Yilmaz' },
    });
    const { card } = await story.posted();
    expect(teams.textOf(card)).toContain('Co-sell opportunity from Microsoft');
  });

  test('a group chat', async () => {
    const { teams, ada, ben } = story;
    const group = teams.groupChat('Deal room', [ada, ben], { installed: true });
    await teams.message(ben, group, 'subscribe');
    expect(teams.textIn(group)).toContain('New opportunities are posted in this chat');
    await story.posted();
    expect(teams.textIn(group)).toContain('Alpenmilch AG');
  });

  test('one’s own chat, in one’s own language', async () => {
    const { teams, cem } = story;
    const chat = await story.chatWith(cem);
    await teams.message(cem, chat, 'subscribe');
    expect(teams.textIn(chat)).toContain('Sie erhalten neue Verkaufschancen hier');
    await story.posted();
    expect(teams.textIn(chat)).toContain('Co-Sell-Verkaufschance von Microsoft');
  });

  test('again without filters keeps them; with others it changes them', async () => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe co-sell country CH');
    await teams.message(ada, channel, 'subscribe');
    expect((await story.subscription(channel))?.filters).toEqual({ type: 'cosell', countries: ['CH'] });
    await teams.message(ada, channel, 'subscribe p2p');
    expect((await story.subscription(channel))?.filters).toEqual({ type: 'p2p' });
  });

  test('V1: not without a role', async () => {
    const { teams, ada } = story;
    await story.chatWith(ada);
    const dora = teams.user('Dora Neu');
    await teams.message(dora, teams.personalChat(dora), 'subscribe');
    expect(teams.textIn(teams.personalChat(dora))).toBe(
      cited(text('en', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'),
    );
    expect(await story.subscription(teams.personalChat(dora))).toBeUndefined();
  });

  test.each([
    ['a guest', () => story.teams.guest('Gus Guest')],
    ['somebody of another tenant', () => story.teams.stranger('Sue Stranger')],
  ])('V3: not where %s would see the cards, however many others there are', async (_who, outsider) => {
    const { teams, ada, channel } = story;
    for (let number = 0; number < 250; number += 1) channel.members.push(teams.user(`Colleague ${number}`));
    channel.members.push(outsider());
    await teams.message(ada, channel, 'subscribe');
    expect(teams.textIn(channel)).toBe(text('en', 'guestsHere'));
    expect(await story.subscription(channel)).toBeUndefined();
  });
});

describe('filters in words', () => {
  beforeAll(async () => {
    story = await startStory();
  });
  afterAll(() => story.stop());

  test.each([
    ['subscribe co-sell', { type: 'cosell' }],
    ['subscribe Microsoft', { type: 'cosell' }],
    ['subscribe p2p', { type: 'p2p' }],
    ['abonnieren partner', { type: 'p2p' }],
    ['subscribe country ch', { countries: ['CH'] }],
    ['subscribe countries DE,AT', { countries: ['DE', 'AT'] }],
    ['subscribe country DE, AT, CH', { countries: ['DE', 'AT', 'CH'] }],
    ['abonnieren land DE,AT', { countries: ['DE', 'AT'] }],
    ['abonnieren länder DE;AT', { countries: ['DE', 'AT'] }],
    ['subscribe min 50000 EUR', { minimumValue: { amount: '50000', currency: 'EUR' } }],
    ['abonnieren mindestens 50000.50 chf', { minimumValue: { amount: '50000.50', currency: 'CHF' } }],
    ['abonnieren ab 1 USD', { minimumValue: { amount: '1', currency: 'USD' } }],
    ['subscribe solution Lakehouse Accelerator', { solution: 'Lakehouse Accelerator' }],
    ['abonnieren lösung „Daten Plattform“', { solution: 'Daten Plattform' }],
    [
      'subscribe co-sell country DE,AT min 50000 EUR solution lakehouse',
      {
        type: 'cosell',
        countries: ['DE', 'AT'],
        minimumValue: { amount: '50000', currency: 'EUR' },
        solution: 'lakehouse',
      },
    ],
    [
      'abonnieren co-sell land DE,AT mindestens 50000 EUR lösung lakehouse',
      {
        type: 'cosell',
        countries: ['DE', 'AT'],
        minimumValue: { amount: '50000', currency: 'EUR' },
        solution: 'lakehouse',
      },
    ],
  ])('"%s"', async (line, filters) => {
    const { teams, ada } = story;
    const channel = teams.channel(line, [ada], { installed: true });
    await teams.message(ada, channel, line);
    expect((await story.subscription(channel))?.filters).toEqual(filters);
  });

  test.each([
    'subscribe everything',
    'subscribe country',
    'subscribe country Austria',
    'subscribe country DE AT',
    'subscribe min 50000',
    'subscribe min a lot',
    'subscribe min 50000 EURO',
    'subscribe min 0 EUR',
    'subscribe solution',
    `subscribe solution ${'s'.repeat(101)}`,
  ])('"%s" is not understood, and nothing is subscribed', async (line) => {
    const { teams, ada } = story;
    const channel = teams.channel(line, [ada], { installed: true });
    await teams.message(ada, channel, line);
    expect(teams.textIn(channel)).toBe(text('en', 'filterUsage'));
    expect(await story.subscription(channel)).toBeUndefined();
  });
});
