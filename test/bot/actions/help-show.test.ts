import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Story, startStory } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

test('Help on the welcome card shows what can be typed, to admins also what only they can', async () => {
  const { teams, ada, cem, channel } = story;
  await teams.install(channel, ada);
  const welcome = teams.lastIn(channel);
  const forAdmin = await teams.press(ada, welcome, 'Help');
  expect(forAdmin.text).toContain('Here, mention me first: “@Co-sell inbound”.');
  expect(forAdmin.text).toContain('roles ann@contoso.com referrals user');
  const forUser = await teams.press(cem, welcome, 'Help');
  expect(forUser.text).toContain('abonnieren co-sell land DE,AT');
  expect(forUser.text).not.toContain('rollen');
});
