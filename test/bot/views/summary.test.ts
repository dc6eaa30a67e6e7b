import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { day } from '../../fakes/house.ts';
import { titlesOn } from '../../fakes/story.ts';
import { type DealsStory, dealsOn, startDeals } from './deals.ts';

let story: DealsStory;

/** Ten days in: of each something, of several people. */
beforeEach(async () => {
  story = await startDeals();
  const { ada, ben, cem, clock } = story;
  for (const user of [ada, ben, cem]) await story.chatWith(user);
  const bens = await story.sent('Bens AG');
  const adas = await story.sent('Adas AG');
  const declined = await story.sent('Declined AG');
  clock.move(2 * 3_600_000);
  await story.accept(ben, bens, { amount: '100000.10', currency: 'CHF', closeDate: '2026-11-05' });
  clock.move(2 * 3_600_000);
  await story.accept(ada, adas, { amount: '0.20', currency: 'CHF' });
  clock.move(2 * 3_600_000);
  await story.perform(ada, declined, { kind: 'decline', reason: 'budget', notes: '' });
  await story.own(ben, 'Own GmbH');
  const won = await story.own(ada, 'Won GmbH');
  await story.perform(ada, won, { kind: 'win', amount: '90000', currency: 'EUR', closeDate: '2026-11-30', notes: '' });
  const lost = await story.own(ben, 'Lost GmbH');
  await story.perform(ben, lost, { kind: 'lose', reason: 'budget', notes: '' });
  clock.move(10 * day);
  await story.sent('Waiting AG', { respondBy: '2026-11-18T09:00:00Z' });
});
afterEach(() => story.stop());

test('one’s own: what waits for anybody, one’s deals, what is due, and how the last 30 days went', async () => {
  const { chat, message } = await story.type(story.ben, 'summary');
  expect(story.teams.textIn(chat)).toBe(
    [
      'Your pipeline',
      'Nordwind Consulting GmbH · 12 Nov 2026, 16:07 CET',
      'Waiting for an answer',
      '1',
      'CHF\u00a0120,000',
      'Accepted',
      '2',
      'CHF\u00a0100,000.10',
      '€80,000',
      'What is due',
      '1 deal is past its close date',
      'Bens AG · 5 Nov 2026',
      '1 opportunity expires within 7 days',
      'Waiting AG · 6 days left',
      'The last 30 days',
      'Won',
      '0',
      '–',
      'Lost',
      '1',
      '€80,000',
      'Share accepted ',
      '100% ▰▰▰▰▰▰▰▰▰▰ 1 of 1',
      'Time to answer',
      '2 hours · Half were answered sooner.',
      text('en', 'summary.fast'),
    ].join('\n'),
  );
  expect(titlesOn(story.teams.cardOf(message))).toEqual([
    'Open opportunities',
    'Overdue deals',
    'The whole organisation',
  ]);
  const overdue = await story.press(story.ben, message, 'Overdue deals');
  expect(overdue.text).toContain('Bens AG');
  expect(dealsOn(overdue.card ?? {})).toHaveLength(1);
});

test('in German; one who has answered nothing reads that', async () => {
  const { chat, message } = await story.type(story.cem, 'übersicht');
  const shown = story.teams.textIn(chat);
  expect(shown).toContain('Ihre Pipeline\nNordwind Consulting GmbH · 12. Nov. 2026, 16:07 MEZ');
  expect(shown).toContain('Wartet auf Antwort\n1\n120.000\u00a0CHF\nAngenommen\n0\n–');
  expect(shown).toContain('1 Verkaufschance läuft binnen 7 Tagen ab\nWaiting AG · Noch 6 Tage');
  expect(shown).toContain(text('de', 'summary.noAnswers'));
  expect(titlesOn(story.teams.cardOf(message))).toEqual(['Offene Verkaufschancen', 'Die ganze Organisation']);
});

test('the organisation’s, for an admin: everybody’s deals and answers', async () => {
  const { message } = await story.type(story.ada, 'summary');
  const { text: shown } = await story.press(story.ada, message, 'The whole organisation');
  expect(shown).toMatch(/^Pipeline\n/);
  expect(shown).toContain('Accepted\n3\nCHF\u00a0100,000.30\n€80,000');
  expect(shown).toContain('Won\n1\n€90,000\nLost\n1\n€80,000');
  // Two of three; after 2, 4 and 6 hours.
  expect(shown).toContain('67% ▰▰▰▰▰▰▰▱▱▱ 2 of 3\nTime to answer\n4 hours');
  expect(shown).not.toContain('may see');
  const mine = await story.press(story.ada, message, 'Only mine');
  expect(mine.text).toMatch(/^Your pipeline\n/);
  expect(mine.text).toContain('50% ▰▰▰▰▰▱▱▱▱▱ 1 of 2');
});

test('V1: the organisation’s, for a Referrals user: what they may see, and it says so', async () => {
  const { message } = await story.type(story.cem, 'summary');
  const { text: shown } = await story.press(story.cem, message, 'Die ganze Organisation');
  expect(shown).toContain('Angenommen\n0');
  expect(shown).toContain('Gewonnen\n0');
  expect(shown).toContain(text('de', 'summary.seen', { name: 'Cem Yilmaz' }));
});

test('V4: among others the organisation’s, in numbers, without the name of a deal', async () => {
  const { teams, channel, ada, ben } = story;
  await teams.message(ada, channel, 'summary');
  const card = teams.lastIn(channel);
  expect(teams.textOf(card)).toMatch(/^Pipeline\n/);
  expect(teams.textOf(card)).toContain('Accepted\n3\n');
  expect(teams.textOf(card)).toContain('1 deal is past its close date');
  expect(JSON.stringify(teams.cardOf(card))).not.toMatch(/Bens|Adas|Waiting AG|Own GmbH/);
  const own = await story.press(ben, card, 'Only mine');
  expect(own.text).toContain('Bens AG · 5 Nov 2026');
  expect(teams.textOf(card)).toMatch(/^Pipeline\n/);
});

test('from an older client one’s own goes to one’s own chat', async () => {
  const { teams, channel, ada, ben } = story;
  await teams.message(ada, channel, 'summary');
  const card = teams.lastIn(channel);
  await teams.submit(ben, card, 'Only mine');
  expect(teams.textIn(card)).toBe(text('en', 'sentInPrivate'));
  expect(card.edits).toBe(0);
  expect(teams.textIn(teams.personalChat(ben))).toMatch(/^Your pipeline\n/);
});

test('what is older than 30 days is no longer counted, and what expired unanswered lowers the share', async () => {
  await story.move(29 * day);
  const { message } = await story.type(story.ada, 'summary');
  const { text: shown } = await story.press(story.ada, message, 'The whole organisation');
  expect(shown).toContain('Won\n0\n–\nLost\n0\n–');
  expect(shown).toContain('0% ▱▱▱▱▱▱▱▱▱▱ 0 of 1\n1 expired without an answer');
  expect(shown).not.toContain('Time to answer');
});

test('with nothing at all it is friendly', async () => {
  const empty = await startDeals();
  const { message } = await empty.type(empty.ada, 'summary');
  expect(empty.teams.textOf(message)).toContain(text('en', 'summary.allGood'));
  await empty.stop();
});
