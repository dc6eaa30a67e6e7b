import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { type Story, startStory, titlesOn } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

test.each([
  ['language', 'Which language shall I use?'],
  ['language klingon', 'Which language shall I use?'],
])('"%s" offers the languages', async (line, asked) => {
  const { teams, ben } = story;
  const chat = await story.chatWith(ben);
  await teams.message(ben, chat, line);
  expect(teams.textIn(chat)).toContain(asked);
  expect(titlesOn(teams.cardIn(chat))).toEqual(['English', 'Deutsch']);
});

test.each(['language de', 'language German', 'sprache deutsch'])('"%s" speaks German from then on', async (line) => {
  const { teams, ben } = story;
  const chat = await story.chatWith(ben);
  await teams.message(ben, chat, line);
  expect(teams.textIn(chat)).toContain(text('de', 'language.confirmed'));
  await teams.message(ben, story.channel, 'help');
  expect(teams.textIn(story.channel)).toContain('Was ich kann');
});

test.each(['sprache en', 'sprache englisch', 'language english'])('"%s" speaks English again', async (line) => {
  const { teams, cem } = story;
  const chat = await story.chatWith(cem);
  await teams.message(cem, chat, line);
  expect(teams.textIn(chat)).toContain(text('en', 'language.confirmed'));
});

test('in a subscribed channel it is the language of the opportunities there, not one’s own', async () => {
  const { teams, ada, ben, channel } = story;
  await teams.message(ada, channel, 'subscribe co-sell');
  await teams.message(ben, channel, 'language de');
  expect(teams.textIn(channel)).toContain('Neue Verkaufschancen erscheinen in diesem Kanal');
  expect(await story.subscription(channel)).toMatchObject({ language: 'de', filters: { type: 'cosell' } });
  const { card } = await story.posted();
  expect(teams.textOf(card)).toContain('Co-Sell-Verkaufschance von Microsoft');
  await teams.message(ben, teams.personalChat(ben), 'help');
  expect(teams.textIn(teams.personalChat(ben))).toContain('What I can do');
});

test('in one’s own subscribed chat it is both', async () => {
  const { teams, ben } = story;
  const chat = await story.chatWith(ben);
  await teams.message(ben, chat, 'subscribe');
  await teams.message(ben, chat, 'language de');
  expect(teams.textIn(chat)).toContain(text('de', 'language.confirmed'));
  expect(await story.subscription(chat)).toMatchObject({ language: 'de' });
  expect(await story.person(ben)).toMatchObject({ language: 'de' });
});

test('a channel that is not subscribed has no language: one’s own is chosen', async () => {
  const { teams, ben, channel } = story;
  await teams.message(ben, channel, 'language de');
  expect(teams.textIn(channel)).toContain(text('de', 'language.confirmed'));
  expect(await story.person(ben)).toMatchObject({ language: 'de' });
});

test('whoever has no role chooses their own, and leaves the channel as it is', async () => {
  const { teams, ada, channel } = story;
  await teams.message(ada, channel, 'subscribe');
  const dora = teams.user('Dora Neu');
  channel.members.push(dora);
  await teams.message(dora, channel, 'language de');
  expect(await story.subscription(channel)).toMatchObject({ language: 'en' });
  expect(await story.person(dora)).toMatchObject({ language: 'de' });
});

test('the organisation’s default goes before a client in neither language', async () => {
  await story.bot.organisations.setSettings('nordwind', { defaultLanguage: 'de' });
  const { teams } = story;
  const jean = teams.user('Jean Petit', { locale: 'fr-FR' });
  await teams.message(jean, teams.personalChat(jean), 'help');
  expect(teams.textIn(teams.personalChat(jean))).toContain('Was ich kann');
});
