import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { type Story, startStory } from '../../fakes/story.ts';
import type { Conversation, User } from '../../fakes/teams.ts';

let story: Story;
let chat: Conversation;

beforeEach(async () => {
  story = await startStory();
  chat = await story.chatWith(story.ada);
});
afterEach(() => story.stop());

const said = () => story.teams.textIn(chat);

/** A line in the channel that mentions the bot and then somebody, as Teams sends it. */
async function mentioning(by: User, command: string, whom: User, rest: string): Promise<void> {
  const { teams, channel } = story;
  const bot = `<at>${teams.bot.name}</at>`;
  const person = `<at>${whom.name}</at>`;
  await teams.post(by, channel, {
    type: 'message',
    text: `${bot}&nbsp;${command} ${person}&nbsp;${rest}`,
    entities: [
      { type: 'mention', mentioned: teams.bot, text: bot },
      { type: 'mention', mentioned: { id: whom.teamsId, name: whom.name }, text: person },
    ],
  });
}

describe('V1: roles are seen and granted by admins', () => {
  test('"roles" lists who has which', async () => {
    const { teams, ada, cem } = story;
    await story.chatWith(cem);
    await teams.message(ada, chat, 'roles');
    expect(said()).toContain('Ada Keller · ada.keller@contoso.example');
    expect(said()).toContain('Referrals admin');
    expect(said()).toContain('Cem Yilmaz · cem.yilmaz@contoso.example');
    await teams.message(ada, chat, 'sprache de');
    await teams.message(ada, chat, 'rollen');
    expect(said()).toContain('Wer was darf');
    expect(said()).toContain('Referrals-Benutzer');
  });

  test.each([
    ['referrals user', ['referralsUser']],
    ['user', ['referralsUser']],
    ['Referrals Benutzer', ['referralsUser']],
    ['admin', ['referralsAdmin']],
    ['referrals admin', ['referralsAdmin']],
    ['partner admin', ['partnerAdmin']],
    ['MPN Partneradmin', ['partnerAdmin']],
    ['none', []],
    ['keine', []],
  ])('by e-mail: "%s"', async (words, roles) => {
    const { teams, ada, ben } = story;
    await story.chatWith(ben);
    await teams.message(ada, chat, `roles ${ben.email.toUpperCase()} ${words}`);
    expect(said()).toContain(text('en', 'rolesSet'));
    expect((await story.person(ben))?.roles).toEqual(roles);
  });

  test('by e-mail, for somebody who never wrote to the bot but is here', async () => {
    const { teams, ada, channel } = story;
    const dora = teams.user('Dora Neu');
    channel.members.push(dora);
    await teams.message(ada, channel, `roles ${dora.email} referrals user`);
    expect(await story.person(dora)).toMatchObject({ name: 'Dora Neu', roles: ['referralsUser'] });
  });

  test.each([
    ['roles', 'partner admin'],
    ['rollen', 'partner admin'],
  ])('by mention: "%s @Dora %s"', async (command, rest) => {
    const { teams, ada, channel } = story;
    const dora = teams.user('Dora Neu');
    channel.members.push(dora);
    await mentioning(ada, command, dora, rest);
    expect(teams.textIn(channel)).toContain('Dora Neu · dora.neu@contoso.example');
    expect((await story.person(dora))?.roles).toEqual(['partnerAdmin']);
  });

  test('who got a role may use it at once', async () => {
    const { teams, ada } = story;
    const dora = teams.user('Dora Neu');
    const hers = await story.chatWith(dora);
    await teams.message(ada, chat, `roles ${dora.email} referrals user`);
    await teams.message(dora, hers, 'inbound');
    expect(teams.textIn(hers)).toContain('Open opportunities');
  });
});

describe('what is refused', () => {
  test('a user may neither list nor grant', async () => {
    const { teams, ben, cem } = story;
    const his = await story.chatWith(ben);
    await teams.message(ben, his, 'roles');
    expect(teams.textIn(his)).toContain('Only admins can do this.');
    await teams.message(ben, his, `roles ${ben.email} admin`);
    expect((await story.person(ben))?.roles).toEqual(['referralsUser']);
    const hers = await story.chatWith(cem);
    await teams.message(cem, hers, 'rollen');
    expect(teams.textIn(hers)).toContain('Das können nur Admins.');
  });

  test('the last admin keeps the role', async () => {
    const { teams, ada } = story;
    for (const words of ['none', 'referrals user']) {
      await teams.message(ada, chat, `roles ${ada.email} ${words}`);
      expect(said()).toBe(text('en', 'lastAdmin'));
    }
    expect((await story.person(ada))?.roles).toEqual(['referralsAdmin']);
  });

  test('somebody whom nobody knows', async () => {
    await story.teams.message(story.ada, chat, 'roles nobody@contoso.example referrals user');
    expect(said()).toBe(text('en', 'personUnknown'));
  });

  test.each(['roles ben', 'roles ben.adler@contoso.example', 'roles ben.adler@contoso.example king', 'roles user'])(
    'what is not understood: "%s"',
    async (line) => {
      const { teams, ada, ben } = story;
      await story.chatWith(ben);
      await teams.message(ada, chat, line);
      expect(said()).toBe(text('en', 'rolesUsage'));
      expect((await story.person(ben))?.roles).toEqual(['referralsUser']);
    },
  );

  test('V3: where guests or strangers would read along, nothing is listed and nobody is given a role', async () => {
    const { teams, ada, ben, channel } = story;
    for (const outsider of [teams.guest('Gus Guest'), teams.stranger('Sue Stranger')]) {
      channel.members.push(outsider);
      for (const line of ['roles', `roles ${ben.email} admin`]) {
        await teams.message(ada, channel, line);
        expect(teams.textIn(channel)).toBe(text('en', 'guestsRoles'));
      }
      channel.members.pop();
    }
    expect((await story.person(ben))?.roles).toEqual(['referralsUser']);
    await teams.message(ada, channel, 'roles');
    expect(teams.textIn(channel)).toContain('Ada Keller · ada.keller@contoso.example');
  });

  test('V3: a guest or a stranger, by mention or by e-mail, known or not', async () => {
    const { teams, ada, channel } = story;
    for (const outsider of [teams.guest('Gus Guest'), teams.stranger('Sue Stranger')]) {
      channel.members.push(outsider);
      await mentioning(ada, 'roles', outsider, 'referrals user');
      expect(teams.textIn(channel)).toBe(text('en', 'guestsRoles'));
      await teams.message(outsider, channel, 'help');
      await teams.message(ada, chat, `roles ${outsider.email} referrals user`);
      expect(said()).toBe(text('en', 'personUnknown'));
      expect((await story.person(outsider))?.roles ?? []).toEqual([]);
    }
  });
});
