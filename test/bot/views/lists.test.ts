import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { cited, titlesOn } from '../../fakes/story.ts';
import type { Posted, User } from '../../fakes/teams.ts';
import { type DealsStory, dealsOn, startDeals } from './deals.ts';

let story: DealsStory;
/** By what they are. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  story = await startDeals();
  const { ada, ben, cem } = story;
  for (const user of [ada, ben, cem]) await story.chatWith(user);
  ids.open = await story.sent('Open AG');
  ids.bens = await story.sent('Bens AG');
  await story.accept(ben, ids.bens);
  ids.cems = await story.sent('Cems AG');
  await story.accept(cem, ids.cems);
  ids.declined = await story.sent('Declined AG');
  await story.perform(ben, ids.declined, { kind: 'decline', reason: 'budget', notes: '' });
  ids.own = await story.own(ben, 'Own GmbH');
  ids.adas = await story.own(ada, 'Adas GmbH');
  ids.won = await story.own(ada, 'Won GmbH');
  await story.perform(ada, ids.won, {
    kind: 'win',
    amount: '90000',
    currency: 'EUR',
    closeDate: '2026-11-30',
    notes: '',
  });
  await story.perform(ben, ids.open, { kind: 'favourite', marked: true });
  await story.perform(ben, ids.own, { kind: 'favourite', marked: true });
});
afterAll(() => story.stop());

function named(shown: string[]): string[] {
  return shown.map((id) => Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id);
}

async function typed(by: User, line: string): Promise<string[]> {
  const { message } = await story.type(by, line);
  return named(dealsOn(story.teams.cardOf(message, by)));
}

describe('F1: each list, newest first, for an admin', () => {
  test.each([
    ['outbound', ['won', 'adas', 'own']],
    ['ausgang', ['won', 'adas', 'own']],
    ['archive', ['won', 'declined']],
    ['archiv', ['won', 'declined']],
    ['mine', ['adas']],
    ['meine', ['adas']],
    ['favourites', []],
    ['find', ['won', 'adas', 'own', 'declined', 'cems']],
    ['finden', ['won', 'adas', 'own', 'declined', 'cems']],
  ])('%s', async (line, expected) => {
    expect(await typed(story.ada, line)).toEqual(expected);
  });
});

describe('V1: a Referrals user sees the opportunities and the deals whose team includes them', () => {
  test.each([
    ['outbound', ['own']],
    ['archive', ['declined']],
    ['mine', ['own', 'bens']],
    ['favourites', ['own', 'open']],
    ['favorites', ['own', 'open']],
    ['favoriten', ['own', 'open']],
    ['find', ['own', 'declined', 'bens', 'open']],
  ])('%s', async (line, expected) => {
    expect(await typed(story.ben, line)).toEqual(expected);
  });

  test('Inbound: everything that was sent, from the list of what is open', async () => {
    const { message } = await story.type(story.ben, 'inbound');
    const all = await story.press(story.ben, message, 'All inbound');
    expect(named(dealsOn(all.card ?? {}))).toEqual(['declined', 'bens', 'open']);
    expect(all.text).toContain('Inbound\nNordwind Consulting GmbH · Newest first');
  });

  test('without a role there is no list, but the name of somebody who can help', async () => {
    const dora = story.teams.user('Dora Neu', { locale: 'de-AT' });
    for (const line of ['outbound', 'favoriten', 'archive', 'mine', 'find x', 'summary']) {
      const { chat } = await story.type(dora, line);
      expect(story.teams.textIn(chat)).toBe(cited(text('de', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'));
    }
    const { message } = await story.type(story.ben, 'outbound');
    for (const [verb, data] of [
      ['view.page', { list: 'outbound' }],
      ['view.filter', { list: 'outbound' }],
      ['summary.show', { scope: 'organisation' }],
    ] as const) {
      const refused = await story.teams.forge(dora, message, verb, data);
      expect(refused.text).toBe(cited(text('de', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'));
    }
  });
});

describe('a row', () => {
  test('says who, what, where, which type, how much, until when, and how it stands', async () => {
    const { chat } = await story.type(story.ada, 'outbound');
    expect(story.teams.textIn(chat)).toContain(
      'Adas GmbH\nAdas GmbH rollout · Berlin, Germany\nPrivate · closes 31 Jan 2027\n€80,000\nAccepted',
    );
    const german = await story.type(story.cem, 'meine');
    expect(story.teams.textIn(german.chat)).toContain('Meine Deals\nNordwind Consulting GmbH');
    expect(story.teams.textIn(german.chat)).toContain(
      'Co-Sell · Abschluss 31. März 2027\n120.000\u00a0CHF\nAngenommen',
    );
  });

  test('L5: past respond-by it is expired, written or not; past its close date an accepted deal is overdue', async () => {
    const late = await startDeals();
    const id = await late.sent('Late AG');
    await late.accept(late.ada, await late.sent('Overdue AG'), { closeDate: '2026-11-10' });
    late.clock.move(20 * 86_400_000);
    const { message } = await late.type(late.ada, 'find');
    expect(late.teams.textOf(message)).toMatch(/Late AG.*Expired/s);
    expect(late.teams.textOf(message)).toMatch(/Overdue AG.*Overdue/s);
    expect((await late.deal(id)).status).toBe('received');
    const expired = await late.type(late.ada, 'find status expired');
    expect(dealsOn(late.teams.cardOf(expired.message))).toEqual([id]);
    await late.stop();
  });

  test('opens the deal, with a way back to the same page', async () => {
    const { ada, teams } = story;
    const { message } = await story.type(ada, 'find');
    await story.press(ada, message, 'Next page');
    const opened = await story.press(ada, message, 'Open deal', { dealId: ids.bens ?? '' });
    expect(opened.text).toContain('Bens AG');
    const back = await story.press(ada, message, 'Back to the list');
    expect(named(dealsOn(back.card ?? {}))).toEqual(['bens', 'open']);
    await story.press(ada, message, 'First page');
    expect(dealsOn(teams.cardOf(message, ada))).toHaveLength(5);
  });
});

test.each([
  ['outbound', 'list.empty.outbound'],
  ['favourites', 'list.empty.favourites'],
  ['archive', 'list.empty.archive'],
  ['mine', 'list.empty.mine'],
  ['find', 'list.empty.everything'],
] as const)('an empty list says what comes there: %s', async (line, key) => {
  const empty = await startDeals();
  const { message } = await empty.type(empty.ben, line);
  expect(empty.teams.textOf(message)).toContain(text('en', key));
  await empty.stop();
});

describe('where others read along', () => {
  test('nothing of a deal stands there; everybody sees their own list after a press', async () => {
    const { teams, channel, ben, ada, cem } = story;
    await teams.message(ada, channel, 'outbound');
    const door = teams.lastIn(channel);
    expect(teams.textOf(door)).toBe(`Outbound\nNordwind Consulting GmbH\n${text('en', 'list.door')}`);
    expect(named(dealsOn((await story.press(ben, door, 'Show')).card ?? {}))).toEqual(['own']);
    expect(named(dealsOn((await story.press(ada, door, 'Show')).card ?? {}))).toEqual(['won', 'adas', 'own']);
    expect((await story.press(cem, door, 'Show')).text).toContain(text('de', 'list.empty.outbound'));
    expect(door.edits).toBe(0);
    expect(teams.textOf(door)).not.toContain('GmbH rollout');
  });

  test('V3: nor is there a way in where guests are', async () => {
    const { teams, ben } = story;
    const group = teams.groupChat('With a guest', [ben, teams.guest('Gus Guest')], { installed: true });
    for (const line of ['outbound', 'favourites', 'archive', 'mine', 'find', 'summary']) {
      await teams.message(ben, group, line);
      expect(teams.textIn(group)).toBe(text('en', 'guestsHere'));
    }
  });

  test('from an older client it goes to the person’s own chat', async () => {
    const { teams, channel, ben } = story;
    await teams.message(ben, channel, 'outbound');
    const door: Posted = teams.lastIn(channel);
    await teams.submit(ben, door, 'Show');
    expect(teams.textIn(door)).toBe(text('en', 'sentInPrivate'));
    expect(door.edits).toBe(0);
    const list = teams.lastIn(teams.personalChat(ben));
    expect(named(dealsOn(teams.cardOf(list)))).toEqual(['own']);
    await teams.submit(ben, list, { title: 'Open deal', data: { dealId: ids.own ?? '' } });
    expect(teams.textOf(list)).toContain('Own GmbH rollout');
    await teams.submit(ben, list, 'Back to the list');
    expect(teams.textOf(list)).toContain('Outbound');
  });
});

describe('what comes back is not trusted', () => {
  test.each([
    [{ list: 'nowhere' }],
    [{ list: 7 }],
    [{}],
    [{ list: 'outbound', cursor: 'c'.repeat(1001) }],
    [{ list: 'outbound', filters: { status: 'mine' } }],
    [{ list: 'outbound', filters: { value: { currency: 'XXX', from: '1' } } }],
    [{ list: 'outbound', filters: { customer: '{{DATE}}' } }],
  ])('%j: the card is out of date', async (data) => {
    const { message } = await story.type(story.ben, 'outbound');
    const heard = await story.teams.forge(story.ben, message, 'view.page', data);
    expect([heard.status, heard.text]).toEqual([200, text('en', 'oldCard')]);
  });

  test.each([['eyJ4IjoxfQ'], ['!!'], ['x!y!z'], ['!2026!'], [''], ["' OR 1=1 --"], ['../../etc/passwd']])(
    'a forged cursor leads to the first page: %s',
    async (cursor) => {
      const { message } = await story.type(story.ada, 'outbound');
      const heard = await story.teams.forge(story.ada, message, 'view.page', { list: 'outbound', cursor });
      expect(named(dealsOn(heard.card ?? {}))).toEqual(['won', 'adas', 'own']);
      expect(titlesOn(heard.card ?? {})).not.toContain('First page');
    },
  );
});
