import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { personId } from '../../../src/organisations/organisation.ts';
import { cited, titlesOn } from '../../fakes/story.ts';
import { type DealsStory, dealsOn, startDeals } from './deals.ts';

let story: DealsStory;

beforeAll(async () => {
  story = await startDeals();
});
afterAll(() => story.stop());

test('F2: each person marks for themselves, in place, and it is no change of the deal', async () => {
  const { ada, ben } = story;
  const id = await story.own(ben, 'Heart GmbH');
  const before = await story.deal(id);
  const { message } = await story.type(ben, 'find heart');
  const marked = await story.press(ben, message, '♡ Favourite');
  expect(titlesOn(marked.card ?? {})).toContain('♥ Favourite');
  expect(dealsOn(marked.card ?? {})).toEqual([id]);
  expect(await story.deal(id)).toMatchObject({
    favouriteOf: [personId(ben.entraId)],
    history: before.history,
    notices: before.notices,
  });
  const adas = await story.type(ada, 'find heart');
  expect(titlesOn(story.teams.cardOf(adas.message, ada))).toContain('♡ Favourite');

  await story.press(ben, message, '♥ Favourite');
  expect((await story.deal(id)).favouriteOf).toEqual([]);
});

test('F2: the heart on the deal’s own card, in the archive too (L6)', async () => {
  const { cem } = story;
  const id = await story.sent('Archiv AG');
  await story.perform(cem, id, { kind: 'decline', reason: 'budget', notes: '' });
  const { message } = await story.type(cem, 'archiv');
  await story.press(cem, message, 'Deal öffnen');
  const marked = await story.press(cem, message, '♡ Favorit');
  expect(marked.text).toContain('Abgelehnt');
  expect(titlesOn(marked.card ?? {})).toEqual(['♥ Favorit', 'Zurück zur Liste']);
  const favourites = await story.type(cem, 'favoriten');
  expect(dealsOn(story.teams.cardOf(favourites.message, cem))).toEqual([id]);
});

test('unmarked in the list of favourites it is gone from it', async () => {
  const { ada } = story;
  const ids = [await story.own(ada, 'One GmbH'), await story.own(ada, 'Two GmbH')];
  for (const id of ids) await story.perform(ada, id, { kind: 'favourite', marked: true });
  const { message } = await story.type(ada, 'favourites');
  const left = await story.teams.press(ada, message, { title: '♥ Favourite', data: { dealId: ids[1] } });
  expect(dealsOn(left.card ?? {})).toEqual([ids[0]]);
});

test('the same press twice, or of an old card, says how it is now', async () => {
  const { ben } = story;
  const id = await story.own(ben, 'Twice GmbH');
  const { message } = await story.type(ben, 'find twice');
  const old = story.teams.cardOf(message, ben);
  await story.press(ben, message, '♡ Favourite');
  const again = await story.teams.press(ben, { message, card: old }, '♡ Favourite');
  expect(titlesOn(again.card ?? {})).toContain('♥ Favourite');
  expect((await story.deal(id)).favouriteOf).toHaveLength(1);
});

test('two persons at the same moment: both marks stay', async () => {
  const { ada, ben } = story;
  const id = await story.sent('Both AG');
  const presses = await Promise.all(
    [ada, ben].map(async (by) => {
      const { message } = await story.type(by, 'find both');
      return story.press(by, message, '♡ Favourite');
    }),
  );
  for (const { card } of presses) expect(titlesOn(card ?? {})).toContain('♥ Favourite');
  expect((await story.deal(id)).favouriteOf).toHaveLength(2);
});

test('V1: what one may not see one cannot mark', async () => {
  const { ada, cem } = story;
  const id = await story.own(ada, 'Secret GmbH');
  const { message } = await story.type(cem, 'meine');
  const refused = await story.teams.forge(cem, message, 'favourite.set', { dealId: id, marked: true, on: 'deal' });
  expect(refused.text).toBe(cited(text('de', 'refusal.notOnTeam', { admins: ['Ada Keller'] }), 'V1'));
  expect((await story.deal(id)).favouriteOf).toEqual([]);
});
