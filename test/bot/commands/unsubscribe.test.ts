import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { opportunityBody } from '../../fakes/house.ts';
import { cited, type Story, startStory } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

test('ends the subscription: what comes later is not posted, what stands is still brought up to date', async () => {
  const { teams, ada, ben, channel } = story;
  const { card } = await story.posted();
  await teams.message(ben, channel, 'unsubscribe');
  expect(teams.textIn(channel)).toContain('New opportunities are no longer posted in this channel');
  expect(await story.subscription(channel)).toMatchObject({ status: 'ended', endedReason: 'unsubscribed' });
  const before = teams.messagesIn(channel).length;
  await story.send(opportunityBody({ externalId: 'later' }));
  await story.settle();
  expect(teams.messagesIn(channel)).toHaveLength(before);
  await teams.press(ada, card, 'Decline');
  await teams.press(ada, card, 'opportunity.decline.send', { reason: 'budget' });
  await story.settle();
  expect(teams.textOf(card)).toContain('Ada Keller declined this');
});

test('"abbestellen" does the same, and says so where nothing is subscribed', async () => {
  const { teams, cem, channel } = story;
  await teams.message(cem, channel, 'abbestellen');
  expect(teams.textIn(channel)).toBe(text('de', 'notSubscribed'));
  await teams.message(cem, channel, 'abonnieren');
  await teams.message(cem, channel, 'abbestellen');
  expect(teams.textIn(channel)).toContain('Neue Verkaufschancen erscheinen nicht mehr in diesem Kanal');
  await teams.message(cem, channel, 'abbestellen');
  expect(teams.textIn(channel)).toBe(text('de', 'notSubscribed'));
});

test('V1: not without a role', async () => {
  const { teams, ada, channel } = story;
  await teams.message(ada, channel, 'subscribe');
  const dora = teams.user('Dora Neu');
  channel.members.push(dora);
  await teams.message(dora, channel, 'unsubscribe');
  expect(teams.textIn(channel)).toBe(cited(text('en', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'));
  expect(await story.subscription(channel)).toMatchObject({ status: 'active' });
});
