import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import { createPeople } from '../../src/organisations/people.ts';
import { day, minute, opportunityBody } from '../fakes/house.ts';
import { answersOn, type Story, startStory } from '../fakes/story.ts';
import type { Conversation } from '../fakes/teams.ts';

/** Days after which the first reminder is due, of 14 (N2). */
const untilReminder = 7;

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

const postingsOf = async (id: string) => (await story.deal(id)).postings;
const cardsIn = (where: Conversation) =>
  story.teams.messagesIn(where).filter((message) => story.teams.textOf(message).includes('Alpenmilch')).length;

describe('V3, N4: a conversation whose subscription has ended', () => {
  test('because a guest came: neither reminders nor changes of the card, which is forgotten', async () => {
    const { teams, ada, ben, channel } = story;
    const { card, id } = await story.posted();
    const chat = await story.chatWith(ada);
    const before = teams.textOf(card);
    await teams.membersAdded(channel, [teams.guest('Gus Guest')]);
    const said = teams.messagesIn(channel).length;
    await story.move(untilReminder * day);
    expect(teams.messagesIn(channel)).toHaveLength(said);
    expect(await postingsOf(id)).toEqual([]);
    // Who may answer is reminded in their own chat, as before.
    expect(teams.textIn(chat)).toContain('Alpenmilch');
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    await story.settle();
    expect(teams.textOf(card)).toBe(before);
    expect(teams.messagesIn(channel)).toHaveLength(said);
  });

  test('because somebody unsubscribed: nothing new is said, but the card that stands there stays true', async () => {
    const { teams, ada, ben, channel } = story;
    const { card, id } = await story.posted();
    await teams.message(ada, channel, 'unsubscribe');
    const said = teams.messagesIn(channel).length;
    await story.move(untilReminder * day);
    expect(teams.messagesIn(channel)).toHaveLength(said);
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    await story.settle();
    expect(teams.textOf(card)).toContain('Ben Adler accepted this');
    expect(answersOn(teams.cardOf(card))).toEqual([]);
    expect(await postingsOf(id)).toHaveLength(1);
  });

  test('because somebody unsubscribed, and a guest joined since: the card is left alone', async () => {
    const { teams, ada, ben, channel } = story;
    const { card, id } = await story.posted();
    await teams.message(ada, channel, 'unsubscribe');
    channel.members.push(teams.guest('Gus Guest'));
    const before = teams.textOf(card);
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    await story.settle();
    expect(teams.textOf(card)).toBe(before);
    expect(await postingsOf(id)).toEqual([]);
  });
});

describe('V3: the tenant was taken from the organisation', () => {
  test('its channels and chats get nothing more, and their subscriptions say why', async () => {
    const { teams, ada, ben, bot, clock, channel } = story;
    const chat = await story.chatWith(ada);
    await teams.message(ada, chat, 'subscribe');
    const { card, id } = await story.posted();
    const organisations = createOrganisations(bot.store, clock);
    await organisations.addTenant('nordwind', '99999999-9999-4999-8999-999999999999');
    await organisations.removeTenant('nordwind', teams.tenantId);
    await story.move(minute);
    const before = [channel, chat].map(cardsIn);
    await story.send(opportunityBody({ externalId: 'after' }));
    await story.settle();
    await story.move(untilReminder * day);
    expect([channel, chat].map(cardsIn)).toEqual(before);
    for (const where of [channel, chat]) {
      expect(await story.subscription(where)).toMatchObject({ status: 'ended', endedReason: 'tenantRemoved' });
    }
    expect(await postingsOf(id)).toEqual([]);
    expect(teams.textOf(card)).toContain('Alpenmilch');
    expect((await story.person(ben))?.roles).toEqual(['referralsUser']);
  });
});

describe('V1: a personal chat whose owner’s role was taken away', () => {
  test('gets no opportunity, no change of a card, and no reminder; with a role again it does', async () => {
    const { teams, ben, bot, clock } = story;
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'subscribe');
    await story.posted();
    expect(cardsIn(chat)).toBe(1);
    const inChat = teams.lastIn(chat);
    const people = createPeople(bot.store, clock);
    await people.grant('nordwind', ben.entraId, [], 'test');
    await story.move(minute);
    const before = teams.textOf(inChat);
    await story.posted();
    await story.move(untilReminder * day);
    expect(cardsIn(chat)).toBe(1);
    expect(teams.textOf(inChat)).toBe(before);
    expect(await story.subscription(chat)).toMatchObject({ status: 'active' });

    await people.grant('nordwind', ben.entraId, ['referralsUser'], 'test');
    await story.move(minute);
    await story.posted();
    expect(cardsIn(chat)).toBeGreaterThan(1);
  });
});
