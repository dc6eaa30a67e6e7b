import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { type Story, startStory } from '../../fakes/story.ts';

let story: Story;

beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story.stop());

test.each(['help', 'HELP', '/help', '?', 'hi', 'hilfe', 'Hallo'])('"%s" shows what can be typed', async (line) => {
  const { teams, ben } = story;
  await teams.message(ben, teams.personalChat(ben), line);
  expect(teams.textIn(teams.personalChat(ben))).toContain('What I can do');
});

test('in German for a German reader, in the thread of the channel where it was asked', async () => {
  const { teams, cem, channel } = story;
  await teams.message(cem, channel, 'hilfe');
  const answer = teams.lastIn(channel);
  expect(teams.textOf(answer)).toContain('Was ich kann');
  expect(answer.threadId).toContain(';messageid=');
});

test('whoever has no role is helped, too', async () => {
  const { teams } = story;
  const dora = teams.user('Dora Neu');
  await teams.message(dora, teams.personalChat(dora), 'help');
  expect(teams.textIn(teams.personalChat(dora))).toContain('What I can do');
});

test.each(['', 'what is for lunch?', 'helpme', 'subscribed'])(
  '"%s" is answered with what can be typed',
  async (line) => {
    const { teams, ben, cem } = story;
    await teams.message(ben, teams.personalChat(ben), line);
    expect(teams.textIn(teams.personalChat(ben))).toBe(text('en', 'unknownCommand'));
    await teams.message(cem, story.channel, line);
    expect(teams.textIn(story.channel)).toBe(text('de', 'unknownCommand'));
  },
);
