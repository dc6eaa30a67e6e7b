import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { day, opportunityBody } from '../fakes/house.ts';
import { cited, type Story, startStory, titlesOn } from '../fakes/story.ts';
import type { Place, Posted } from '../fakes/teams.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

/** What was said below a card, or in a chat. */
function below(card: Posted): string[] {
  return story.teams.messagesIn(card).slice(1).map(firstLine);
}

function remindersIn(where: Place): string[] {
  return story.teams
    .messagesIn(where)
    .map(firstLine)
    .filter((line) => /waiting|Wartet|wartet/.test(line));
}

function firstLine(message: Posted): string {
  return story.teams.textOf(message).split('\n')[0] ?? '';
}

describe('N2: reminders while it waits', () => {
  test('7, 3 and 1 days before respond-by, in the card’s thread', async () => {
    const { card } = await story.posted();
    const said: number[] = [];
    for (let passed = 1; passed < 14; passed += 1) {
      await story.move(day);
      said.push(below(card).length);
    }
    expect(said).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3]);
    expect(below(card).at(-1)).toBe('Last reminder: still waiting for an answer');
  });

  test('on the days that the organisation chose', async () => {
    await story.bot.organisations.setSettings('nordwind', { answerDays: 5, reminderDays: [4, 2] });
    const { card } = await story.posted();
    const said: number[] = [];
    for (let passed = 1; passed < 5; passed += 1) {
      await story.move(day);
      said.push(below(card).length);
    }
    expect(said).toEqual([1, 1, 2, 2]);
  });

  test('also to those who may answer in their own chat, in their language; not to others', async () => {
    const { teams, ada, ben, cem } = story;
    const dora = teams.user('Dora Neu');
    for (const one of [ada, ben, cem, dora]) await story.chatWith(one);
    await story.posted();
    await story.move(7 * day);
    const got = [ada, ben, cem, dora].map((one) => remindersIn(teams.personalChat(one)));
    const english = 'Still waiting for an answer';
    expect(got).toEqual([[english], [english], ['Wartet noch auf eine Antwort'], []]);
  });

  test('V1: only to admins where only they answer', async () => {
    const { teams, ada, ben } = story;
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: false });
    for (const one of [ada, ben]) await story.chatWith(one);
    await story.posted();
    await story.move(7 * day);
    expect([ada, ben].map((one) => remindersIn(teams.personalChat(one)).length)).toEqual([1, 0]);
  });

  test('once to somebody whose own chat has the card', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'subscribe');
    await story.posted();
    await story.move(7 * day);
    expect(remindersIn(chat)).toHaveLength(1);
  });

  test('leads to the answer by its Show button', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    const { card, id } = await story.posted();
    await story.move(7 * day);
    const reminder = teams.lastIn(chat);
    await teams.press(ben, reminder, 'Show');
    await teams.press(ben, reminder, 'Accept');
    await teams.press(ben, reminder, 'opportunity.accept.send');
    await story.settle();
    expect((await story.deal(id)).status).toBe('accepted');
    expect(teams.textOf(card)).toContain('Ben Adler accepted this');
  });

  test('none after an answer', async () => {
    const { teams, ben } = story;
    await story.chatWith(ben);
    const { card } = await story.posted();
    await teams.press(ben, card, 'Decline');
    await teams.press(ben, card, 'opportunity.decline.send', { reason: 'budget' });
    for (let passed = 1; passed <= 15; passed += 1) await story.move(day);
    expect(below(card)).toEqual([]);
    expect(remindersIn(teams.personalChat(ben))).toEqual([]);
  });

  test('none for a step that was past when the opportunity came', async () => {
    const { card } = await story.posted({ respondBy: '2026-11-04T09:00:00Z' });
    expect(below(card)).toEqual([]);
    await story.move(day);
    expect(below(card)).toHaveLength(1);
  });

  test('none for a step that a later one has overtaken: the dispatcher was down for days', async () => {
    const { teams, ben } = story;
    await story.chatWith(ben);
    const { card } = await story.posted();
    story.clock.move(12 * day);
    await story.settle();
    expect(below(card)).toHaveLength(1);
    expect(remindersIn(teams.personalChat(ben))).toHaveLength(1);
  });

  test('nor for one that was on its way when Teams, or the dispatcher, broke down for days', async () => {
    const { teams, ben } = story;
    await story.chatWith(ben);
    const { card } = await story.posted();
    teams.failNext({ op: 'send', times: 100, answer: { status: 429, retryAfter: 5 * 86_400 } });
    await story.move(7 * day);
    teams.recover();
    expect(below(card)).toEqual([]);
    await story.move(5 * day);
    expect(below(card)).toHaveLength(1);
    expect(remindersIn(teams.personalChat(ben))).toHaveLength(1);
  });

  test('a respond-by that the sender moved moves the reminders', async () => {
    const { card } = await story.posted();
    await story.move(6 * day);
    await story.send(opportunityBody({ respondBy: '2026-11-30T09:00:00Z' }));
    await story.settle();
    await story.move(day);
    expect(below(card)).toEqual([]);
    await story.move(14 * day);
    expect(below(card)).toHaveLength(1);
  });
});

describe('N2: “Not me” on a personal reminder', () => {
  test('stops the reminders of this opportunity to whoever presses it, and nobody else’s', async () => {
    const { teams, ben, cem } = story;
    for (const one of [ben, cem]) await story.chatWith(one);
    const { card } = await story.posted();
    await story.move(7 * day);
    const pressed = await teams.press(cem, teams.lastIn(teams.personalChat(cem)), 'Nicht ich');
    expect(pressed.text).toContain('Ich erinnere Sie nicht mehr daran, diese Verkaufschance zu beantworten.');
    await story.move(4 * day);
    await story.move(2 * day);
    expect([ben, cem].map((one) => remindersIn(teams.personalChat(one)).length)).toEqual([3, 1]);
    expect(below(card)).toHaveLength(3);
  });

  test('but not those of the next one', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    await story.posted();
    await story.move(7 * day);
    await teams.press(ben, teams.lastIn(chat), 'Not me');
    await story.posted();
    await story.move(7 * day);
    expect(teams.textIn(chat)).toContain('Still waiting for an answer');
  });

  test('is not offered in the thread that everybody reads', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    const { card } = await story.posted();
    await story.move(7 * day);
    expect([chat, card].map((where) => titlesOn(teams.cardIn(where)))).toEqual([['Show', 'Not me'], ['Show']]);
  });

  test('is offered to somebody whose own chat has the card, too', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'subscribe');
    await story.posted();
    await story.move(7 * day);
    await teams.press(ben, teams.lastIn(chat), 'Not me');
    await story.move(4 * day);
    expect(remindersIn(chat)).toHaveLength(1);
  });

  test('on an older client the answer stands in place of the reminder', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    await story.posted();
    await story.move(7 * day);
    await teams.submit(ben, teams.lastIn(chat), 'Not me');
    expect(teams.textIn(chat)).toContain('I will not remind you again to answer this opportunity.');
    await story.move(4 * day);
    expect(remindersIn(chat)).toEqual([]);
  });

  test('V2, N6: who said so and accepts all the same is reminded of the close date; an old “Not me” does not change that', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    const { card, id } = await story.posted({ closeDate: '2026-12-02' });
    await story.move(7 * day);
    const reminder = teams.lastIn(chat);
    const asSent = teams.cardOf(reminder);
    await teams.press(ben, reminder, 'Not me');
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send', { name: 'Alpenmilch', phone: '+43 1 000' });
    await teams.press(ben, { message: reminder, card: asSent }, 'Not me');
    expect((await story.deal(id)).status).toBe('accepted');
    for (let passed = 0; passed < 17; passed += 1) await story.move(day);
    expect(teams.textIn(chat)).toContain('This deal closes on 2 Dec 2026');
  });

  test('V1: who may not answer any more is told so', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    const { id } = await story.posted();
    await story.move(7 * day);
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: false });
    const pressed = await teams.press(ben, teams.lastIn(chat), 'Not me');
    expect(pressed.text).toBe(cited(text('en', 'refusal.usersMayNotAnswer', { admins: ['Ada Keller'] }), 'V1'));
    expect((await story.deal(id)).quiet).toEqual([]);
  });
});

describe('N3, L5: nobody answers', () => {
  test('at respond-by the deal expires, every channel is told in the thread, and the card shows it', async () => {
    const { teams, cem } = story;
    const chat = await story.chatWith(cem);
    await teams.message(cem, chat, 'abonnieren');
    const { card, id } = await story.posted();
    await story.move(13 * day);
    await story.move(day - 1);
    expect((await story.deal(id)).status).toBe('received');
    await story.move(1);
    expect(await story.deal(id)).toMatchObject({ status: 'expired', answer: { by: { kind: 'clock' } } });
    expect(below(card).at(-1)).toBe('This opportunity expired');
    expect(teams.textOf(card)).toContain('Nobody answered by 16 Nov 2026, 10:00 CET.');
    expect(firstLine(teams.lastIn(chat))).toBe('Diese Verkaufschance ist abgelaufen');
  });

  test('the dispatcher was down over the whole time: only the expiry is told', async () => {
    const { teams, channel } = story;
    const { card, id } = await story.posted();
    const before = teams.messagesIn(channel).length;
    await story.move(30 * day);
    expect((await story.deal(id)).status).toBe('expired');
    expect(below(card)).toEqual(['This opportunity expired']);
    expect(teams.messagesIn(channel)).toHaveLength(before + 1);
  });

  test('it came and went before it could be posted: it is not posted any more', async () => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    teams.failNext({ op: 'create', times: 1, answer: { status: 429, retryAfter: 20 * 86_400 } });
    await story.send(opportunityBody());
    await story.settle();
    await story.move(20 * day);
    expect(
      teams
        .messagesIn(channel)
        .map((message) => teams.textOf(message))
        .join(),
    ).not.toContain('Alpenmilch');
  });
});
