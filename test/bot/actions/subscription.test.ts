import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { cited, errorsOn, type Story, startStory, titlesOn, valueIn } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

const send = 'subscription.filter.send';

describe('N1: the buttons of welcome and subscription', () => {
  test('Subscribe on the welcome card subscribes the channel', async () => {
    const { teams, ada, channel } = story;
    await teams.install(channel, ada);
    const welcome = teams.lastIn(channel);
    const pressed = await teams.press(ada, welcome, 'Subscribe');
    expect(pressed.text).toContain('New opportunities are posted in this channel');
    expect(pressed.text).toContain('Set by Ada Keller.');
    expect(await story.subscription(channel)).toMatchObject({ status: 'active', filters: {}, language: 'en' });
  });

  test('Unsubscribe ends it, and Subscribe again begins anew with the same filters', async () => {
    const { teams, ada, ben, channel } = story;
    await teams.message(ada, channel, 'subscribe co-sell');
    const card = teams.lastIn(channel);
    const ended = await teams.press(ben, card, 'Unsubscribe');
    expect(ended.text).toContain('New opportunities are no longer posted in this channel');
    expect(ended.text).toContain('Ended by Ben Adler.');
    expect(await story.subscription(channel)).toMatchObject({ status: 'ended', endedReason: 'unsubscribed' });
    await teams.press(ben, card, 'Subscribe again');
    expect(await story.subscription(channel)).toMatchObject({ status: 'active', filters: { type: 'cosell' } });
  });
});

describe('the form of the filters', () => {
  test('shows the present filters, and what is saved holds from then on', async () => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe p2p country DE,AT min 50000 EUR solution lakehouse');
    const card = teams.lastIn(channel);
    const form = await teams.press(ada, card, 'Change filter');
    const held = ['type', 'countries', 'amount', 'currency', 'solution'].map((id) => valueIn(form.card ?? {}, id));
    expect(held).toEqual(['p2p', 'DE, AT', '50000', 'EUR', 'lakehouse']);
    const typed = { type: 'cosell', countries: 'ch; de', amount: '0.5', currency: 'CHF', solution: 'Fabric' };
    const saved = await teams.press(ada, card, send, typed, { validate: true });
    expect(saved.text).toContain('Customer in Switzerland or Germany');
    expect((await story.subscription(channel))?.filters).toEqual({
      type: 'cosell',
      countries: ['CH', 'DE'],
      minimumValue: { amount: '0.5', currency: 'CHF' },
      solution: 'Fabric',
    });
    await teams.press(ada, card, 'Change filter');
    const empty = { type: '', countries: '', amount: '', currency: '', solution: '' };
    expect((await teams.press(ada, card, send, empty)).text).toContain('All of them, without a filter.');
    expect((await story.subscription(channel))?.filters).toEqual({});
  });

  test('is in German for a German reader', async () => {
    const { teams, cem } = story;
    const chat = await story.chatWith(cem);
    await teams.message(cem, chat, 'abonnieren');
    const form = await teams.press(cem, teams.lastIn(chat), 'Filter ändern');
    expect(form.text).toContain('Welche Verkaufschancen?');
    const wrong = await teams.press(cem, teams.lastIn(chat), send, { countries: 'Schweiz' });
    expect(errorsOn(wrong.card ?? {})).toEqual({ countries: [text('de', 'filters.countryInvalid')] });
  });

  test.each([
    ['type', 'typeInvalid', { type: 'everything' }],
    ['countries', 'countryInvalid', { countries: 'DE, Austria' }],
    ['amount', 'amountInvalid', { amount: 'a lot', currency: 'EUR' }],
    ['amount', 'amountInvalid', { amount: '0', currency: 'EUR' }],
    ['currency', 'currencyInvalid', { amount: '50000', currency: '' }],
    ['currency', 'currencyInvalid', { amount: '50000', currency: 'EURO' }],
    ['solution', 'solutionTooLong', { solution: 's'.repeat(101) }],
  ] as const)('refuses a wrong %s at its field (%s), and what was typed stays', async (field, code, typed) => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe co-sell');
    const card = teams.lastIn(channel);
    await teams.press(ada, card, 'Change filter');
    const sent = await teams.press(ada, card, send, typed);
    expect(errorsOn(sent.card ?? {})).toEqual({ [field]: [text('en', `filters.${code}`)] });
    for (const [id, value] of Object.entries(typed)) expect(valueIn(sent.card ?? {}, id)).toBe(value);
    expect((await story.subscription(channel))?.filters).toEqual({ type: 'cosell' });
  });

  test('Cancel shows what is subscribed, unchanged', async () => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe co-sell');
    const card = teams.lastIn(channel);
    await teams.press(ada, card, 'Change filter');
    const back = await teams.press(ada, card, 'Cancel', {}, { validate: true });
    expect(back.text).toContain('Co-sell: Microsoft takes part');
    expect(back.text).toContain('Set by Ada Keller.');
    expect(titlesOn(back.card ?? {})).toEqual(['Change filter', 'Unsubscribe']);
  });

  test('Cancel after somebody unsubscribed meanwhile offers to subscribe again', async () => {
    const { teams, ada, ben, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    const card = teams.lastIn(channel);
    await teams.press(ada, card, 'Change filter');
    await teams.message(ben, channel, 'unsubscribe');
    expect(titlesOn((await teams.press(ada, card, 'Cancel')).card ?? {})).toEqual(['Subscribe again']);
  });
});

test.each(['subscription.start', 'subscription.end', 'subscription.show', 'subscription.filter', send])(
  'V1: %s is refused without a role, with the name of an admin',
  async (verb) => {
    const { teams, ada, cem, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    const before = await story.subscription(channel);
    await story.grant(cem);
    const refused = await teams.forge(cem, teams.lastIn(channel), verb);
    expect(refused.text).toBe(cited(text('de', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'));
    expect(await story.subscription(channel)).toEqual(before);
  },
);
