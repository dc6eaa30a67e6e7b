import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { day } from '../../fakes/house.ts';
import { answersOn, type Story, startStory } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

test('lists what waits for an answer, the one to answer first on top, each with Accept and Decline', async () => {
  const { teams, ben } = story;
  await story.posted({ customer: { name: 'Late AG', address: {} }, respondBy: '2026-11-20T09:00:00Z' });
  await story.posted({ customer: { name: 'Soon AG', address: {} }, respondBy: '2026-11-06T09:00:00Z' });
  const chat = await story.chatWith(ben);
  await teams.message(ben, chat, 'inbound');
  const shown = teams.textIn(chat);
  expect(shown.indexOf('Soon AG')).toBeGreaterThan(0);
  expect(shown.indexOf('Late AG')).toBeGreaterThan(shown.indexOf('Soon AG'));
  expect(answersOn(teams.cardIn(chat))).toEqual(['Accept', 'Decline', 'Accept', 'Decline']);
});

test('"eingang" does the same, in German for a German reader', async () => {
  const { teams, cem } = story;
  await story.posted();
  await teams.message(cem, story.channel, 'eingang');
  expect(teams.textIn(story.channel)).toContain('Offene Verkaufschancen');
  expect(answersOn(teams.cardIn(story.channel))).toEqual(['Annehmen', 'Ablehnen']);
});

test('says so when nothing waits', async () => {
  const { teams, ben } = story;
  const chat = await story.chatWith(ben);
  await teams.message(ben, chat, 'inbound');
  expect(teams.textIn(chat)).toContain(text('en', 'inbound.empty'));
});

test('L5: what is past respond-by is not listed, though the expiry is not written yet', async () => {
  const { teams, ben, clock } = story;
  await story.posted();
  const chat = await story.chatWith(ben);
  clock.move(14 * day);
  await teams.message(ben, chat, 'inbound');
  expect(teams.textIn(chat)).toContain(text('en', 'inbound.empty'));
});

test('V1: is refused without a role, with the name of an admin', async () => {
  const { teams, ada } = story;
  await teams.message(ada, story.channel, 'help');
  const dora = teams.user('Dora Neu');
  await teams.message(dora, teams.personalChat(dora), 'inbound');
  expect(teams.textIn(teams.personalChat(dora))).toBe(text('en', 'refusal.noRole', { admins: ['Ada Keller'] }));
});

test('V3: lists nothing where a guest would read along', async () => {
  const { teams, ben, channel } = story;
  await story.posted();
  await teams.message(ben, channel, 'inbound');
  expect(teams.textIn(channel)).toContain('Alpenmilch AG');
  channel.members.push(teams.guest('Gus Guest'));
  await teams.message(ben, channel, 'inbound');
  expect(teams.textIn(channel)).toBe(text('en', 'guestsHere'));
});
