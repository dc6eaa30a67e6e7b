import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { type Story, startStory } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

test('a button of the language card chooses one’s own language, whatever the client says', async () => {
  const { teams, ben } = story;
  const chat = await story.chatWith(ben);
  await teams.message(ben, chat, 'language');
  const chosen = await teams.press(ben, teams.lastIn(chat), 'Deutsch');
  expect(chosen.text).toContain(text('de', 'language.confirmed'));
  await teams.message(ben, chat, 'help');
  expect(teams.textIn(chat)).toContain('Was ich kann');
});

test('a language that there is not is refused', async () => {
  const { teams, ben } = story;
  const chat = await story.chatWith(ben);
  const forged = await teams.forge(ben, teams.lastIn(chat), 'language.set', { language: 'xx' });
  expect(forged.text).toBe(text('en', 'oldCard'));
  expect((await story.person(ben))?.language).toBeUndefined();
});
