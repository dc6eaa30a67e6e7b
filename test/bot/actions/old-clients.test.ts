import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { cited, errorsOn, type Story, startStory, titlesOn } from '../../fakes/story.ts';

/** Older clients send Action.Submit as a message, and nothing can be shown to one person alone (facts/teams.md 1.5). */
let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

describe('on the posting in a channel', () => {
  test('Accept puts the form below it and leaves everybody’s card alone, until the answer is written', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.submit(ben, card, 'Accept');
    expect(card.edits).toBe(0);
    const form = teams.lastIn(card);
    expect(form.threadId).toBe(card.threadId);
    expect(teams.textOf(form)).toContain('You: Ben Adler');

    await teams.submit(ben, form, 'opportunity.accept.send', { amount: '0' });
    expect(errorsOn(teams.cardOf(form))).toEqual({ amount: [cited(text('en', 'refusal.amountInvalid'), 'E3')] });
    await teams.submit(ben, form, 'opportunity.accept.send', { amount: '99000' });
    expect(teams.textOf(form)).toContain('Ben Adler accepted this on');
    // V4: everybody in the channel reads it.
    expect(teams.textOf(form)).not.toContain('99,000');
    await story.settle();
    expect(teams.textOf(card)).toContain('Ben Adler accepted this on');
    expect(await story.deal(id)).toMatchObject({ status: 'accepted', value: { amount: '99000' } });
    expect(teams.messagesIn(card)).toHaveLength(2);
  });

  test('Decline puts the form below it, in German for a German reader', async () => {
    const { teams, cem } = story;
    const { card, id } = await story.posted();
    await teams.submit(cem, card, 'Decline');
    const form = teams.lastIn(card);
    expect(teams.textOf(form)).toContain('Verkaufschance ablehnen');
    await teams.submit(cem, form, 'opportunity.decline.send', { reason: 'budget' });
    expect(teams.textOf(form)).toContain('Cem Yilmaz hat am');
    expect((await story.deal(id)).status).toBe('declined');
  });

  test('Cancel on the form below turns it into the card', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.submit(ben, card, 'Accept');
    const form = teams.lastIn(card);
    await teams.submit(ben, form, 'Cancel', {}, { validate: true });
    expect(titlesOn(teams.cardOf(form))).toEqual(expect.arrayContaining(['Accept', 'Decline', 'Customer contact']));
    expect(card.edits).toBe(0);
  });

  test('too late: says below it who was faster', async () => {
    const { teams, ada, ben } = story;
    const { card } = await story.posted();
    const before = teams.cardOf(card);
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    await teams.submit(ada, { message: card, card: before }, 'Accept');
    expect(teams.textIn(card)).toContain('Ben Adler accepted this on 2 Nov 2026, 10:00 CET');
  });

  test('a refusal is said below it', async () => {
    const { teams, ada, cem } = story;
    await teams.message(ada, story.channel, 'help');
    const { card } = await story.posted();
    await story.grant(cem);
    await teams.submit(cem, card, 'Accept');
    expect(teams.textIn(card)).toBe(cited(text('de', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'));
  });
});

describe('V4: the customer’s contact', () => {
  test('goes to the person’s own chat, and the channel only hears that it did', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.submit(ben, card, 'Customer contact');
    expect(teams.textIn(card)).toBe(text('en', 'contactSent'));
    expect(teams.textIn(teams.personalChat(ben))).toContain('reto.muster@alpenmilch.example');
    for (const message of teams.messagesIn(story.channel)) expect(teams.textOf(message)).not.toContain('Reto');
  });

  test('whoever has not installed the app is told how to', async () => {
    const { teams, ben } = story;
    ben.hasApp = false;
    const { card } = await story.posted();
    await teams.submit(ben, card, 'Customer contact');
    expect(teams.textIn(card)).toBe(text('en', 'contactNotSent'));
  });

  test('whoever has blocked the bot since, too', async () => {
    const { teams, ben } = story;
    await story.chatWith(ben);
    ben.hasApp = false;
    const { card } = await story.posted();
    await teams.submit(ben, card, 'Customer contact');
    expect(teams.textIn(card)).toBe(text('en', 'contactNotSent'));
  });

  test('in one’s own chat it is shown there', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'subscribe');
    await story.posted();
    const card = teams.lastIn(chat);
    await teams.submit(ben, card, 'Customer contact');
    expect(card.edits).toBe(0);
    expect(teams.textIn(chat)).toContain('Reto Muster');
  });
});

describe('on cards that one person asked for', () => {
  test('the list turns its pages, opens a form and comes back in place', async () => {
    const { teams, ben } = story;
    const { id } = await story.posted();
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'inbound');
    const list = teams.lastIn(chat);
    await teams.submit(ben, list, 'Accept');
    expect(teams.textOf(list)).toContain('Accept this opportunity');
    await teams.submit(ben, list, 'Cancel');
    expect(teams.textOf(list)).toContain('Open opportunities');
    await teams.submit(ben, list, 'Details');
    expect(teams.textOf(list)).toContain('Lakehouse Accelerator');
    await teams.submit(ben, list, 'Back to the list');
    await teams.submit(ben, list, 'Decline');
    await teams.submit(ben, list, 'opportunity.decline.send', { reason: 'budget' });
    expect((await story.deal(id)).status).toBe('declined');
    expect(teams.lastIn(chat)).toBe(list);
  });

  test('welcome, subscription, its filters and language change in place', async () => {
    const { teams, ada } = story;
    const chat = teams.personalChat(ada);
    await teams.install(chat, ada);
    const card = teams.lastIn(chat);
    await teams.submit(ada, card, 'Subscribe');
    expect(teams.textOf(card)).toContain('You get new opportunities here');
    await teams.submit(ada, card, 'Change filter');
    await teams.submit(ada, card, 'subscription.filter.send', { countries: 'Mars' });
    expect(errorsOn(teams.cardOf(card))).toEqual({ countries: [text('en', 'filters.countryInvalid')] });
    await teams.submit(ada, card, 'Cancel');
    expect(teams.textOf(card)).toContain('All of them, without a filter.');
    await teams.submit(ada, card, 'Unsubscribe');
    expect(teams.textOf(card)).toContain('You no longer get new opportunities here');

    await teams.message(ada, chat, 'language');
    const languages = teams.lastIn(chat);
    await teams.submit(ada, languages, 'Deutsch');
    expect(teams.textOf(languages)).toContain(text('de', 'language.confirmed'));
  });
});

describe('what goes wrong', () => {
  test('a verb that this version does not know, or a deal that there is not, is said in words', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    const submit = (value: object) => teams.post(ben, card, { type: 'message', replyToId: card.id, value });
    await submit({ verb: 'opportunity.delete' });
    expect(teams.textIn(card)).toBe(text('en', 'oldCard'));
    await submit({ verb: 'opportunity.accept', dealId: 'deal-nowhere' });
    expect(teams.textIn(card)).toBe(text('en', 'notFound'));
    await submit({ verb: 'opportunity.accept', dealId: { $ne: '' } });
    expect(teams.textIn(card)).toBe(text('en', 'oldCard'));
    expect(card.edits).toBe(0);
  });

  test('an answer that cannot be shown is never called "nothing was changed"', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.submit(ben, card, 'Accept');
    const form = teams.lastIn(card);
    teams.failNext({ op: 'update', answer: { status: 503 } });
    await teams.submit(ben, form, 'opportunity.accept.send');
    expect((await story.deal(id)).status).toBe('accepted');
    for (const message of teams.messagesIn(card)) expect(teams.textOf(message)).not.toBe(text('en', 'busy'));
    await teams.submit(ben, form, 'opportunity.accept.send');
    expect(teams.textOf(form)).toContain(text('en', 'youAccepted'));
  });
});
