import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { cited, type Story, startStory } from '../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

describe('Teams sends the same again', () => {
  test('a message is answered once', async () => {
    const { teams, ben } = story;
    const chat = teams.personalChat(ben);
    const heard = await teams.message(ben, chat, 'help');
    const again = await teams.repeat(heard);
    expect(again.status).toBe(200);
    expect(teams.messagesIn(chat)).toHaveLength(1);
  });

  test('a message that is still being answered is answered once', async () => {
    const { teams, ben } = story;
    const chat = teams.personalChat(ben);
    const line = { type: 'message', id: 'm-1', text: 'help' };
    await Promise.all([1, 2, 3].map(() => teams.post(ben, chat, line)));
    expect(teams.messagesIn(chat)).toHaveLength(1);
  });

  test('the press of an old client opens one form', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    const heard = await teams.submit(ben, card, 'Accept');
    await teams.repeat(heard);
    expect(teams.messagesIn(card)).toHaveLength(2);
  });

  test('an invoke gets the same answer, and is done once', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    const heard = await teams.press(ben, card, 'opportunity.accept.send', { notes: 'once' });
    const again = await teams.repeat(heard);
    expect(again.text).toBe(heard.text);
    const { history, notes } = await story.deal(id);
    expect([history.length, notes.length]).toEqual([2, 1]);
  });
});

describe('what is asked of Teams and the store for a click', () => {
  test('the roster is asked about a person once a day', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    const asked = () => teams.requests.filter(({ op }) => op === 'member').length;
    const before = asked();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'Cancel');
    expect(asked()).toBe(before + 1);
    await story.move(86_400_000);
    await teams.press(ben, card, 'Accept');
    expect(asked()).toBe(before + 2);
  });

  test('V3: somebody who became a guest is refused a day later at the latest', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    ben.guest = true;
    await story.move(86_400_000);
    const refused = await teams.press(ben, card, 'Accept');
    expect(refused.body.value).toBe(cited(text('en', 'refusal.guest'), 'V3'));
  });

  test('the roster does not answer: try again in a minute, and nothing is believed', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    teams.failNext({ op: 'member', answer: { status: 503 } });
    const refused = await teams.press(ben, card, 'Accept');
    expect([refused.status, refused.body.value]).toEqual([200, text('en', 'busy')]);
    expect((await teams.press(ben, card, 'Accept')).text).toContain('Ben Adler');
    expect((await story.deal(id)).status).toBe('received');
  });
});

describe('the reader', () => {
  test('dates are in the reader’s time zone, and its name stands beside them', async () => {
    const { teams } = story;
    const nina = teams.user('Nina York', { timeZone: 'America/New_York' });
    await story.grant(nina, 'referralsUser');
    story.channel.members.push(nina);
    const { card, id } = await story.posted();
    const shown = await teams.forge(nina, card, 'opportunity.show', { dealId: id });
    expect(shown.text).toContain('Answer by Mon, 16 Nov 2026, 04:00 EST');
    expect(teams.textOf(card)).toContain('Answer by Mon, 16 Nov 2026, 10:00 CET');
  });

  test('a client that says nonsense about its time zone and locale is read to all the same', async () => {
    const { teams } = story;
    const odd = teams.user('Odd Client', { timeZone: 'Mars/Olympus', locale: '??' });
    await teams.message(odd, teams.personalChat(odd), 'help');
    expect(teams.textIn(teams.personalChat(odd))).toContain('What I can do');
  });
});

test.each([
  ['typing', {}],
  ['messageReaction', { reactionsAdded: [{ type: 'like' }] }],
  ['messageUpdate', { text: 'help' }],
  ['endOfConversation', {}],
  ['somethingNew', {}],
])('an activity of type %s is taken and nothing is said', async (type, fields) => {
  const { teams, ben, channel } = story;
  const heard = await teams.post(ben, channel, { type, ...fields });
  expect(heard.status).toBe(200);
  expect(teams.messagesIn(channel)).toEqual([]);
});
