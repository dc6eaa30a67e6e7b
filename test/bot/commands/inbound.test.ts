import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { day } from '../../fakes/house.ts';
import { answersOn, cited, type Story, startStory, titlesOn } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

test('lists what waits for an answer, the one to answer first on top, each with Accept and Decline', async () => {
  const { teams, ben } = story;
  await story.posted({ customer: { name: 'Late AG', address: {} }, respondBy: '2026-11-20T09:00:00Z' });
  await story.posted({ customer: { name: 'Soon AG', address: {} }, respondBy: '2026-11-06T09:00:00Z' });
  const chat = await story.chatWith(ben);
  await teams.message(ben, chat, 'inbound');
  const shown = teams.textIn(chat);
  expect(shown.indexOf('Soon AG')).toBeGreaterThan(0);
  expect(shown.indexOf('Late AG')).toBeGreaterThan(shown.indexOf('Soon AG'));
  expect(answersOn(teams.cardIn(chat))).toEqual(['Accept', 'Decline', 'Accept', 'Decline']);
});

test('"eingang" does the same, in German for a German reader', async () => {
  const { teams, cem } = story;
  await story.posted();
  await teams.message(cem, story.channel, 'eingang');
  expect(teams.textIn(story.channel)).toContain('Offene Verkaufschancen');
  expect(answersOn(teams.cardIn(story.channel))).toEqual(['Annehmen', 'Ablehnen']);
});

test('says so when nothing waits', async () => {
  const { teams, ben } = story;
  const chat = await story.chatWith(ben);
  await teams.message(ben, chat, 'inbound');
  expect(teams.textIn(chat)).toContain(text('en', 'inbound.empty'));
});

test('L5: what is past respond-by is not listed, though the expiry is not written yet', async () => {
  const { teams, ben, clock } = story;
  await story.posted();
  const chat = await story.chatWith(ben);
  clock.move(14 * day);
  await teams.message(ben, chat, 'inbound');
  expect(teams.textIn(chat)).toContain(text('en', 'inbound.empty'));
});

test('V1: is refused without a role, with the name of an admin', async () => {
  const { teams, ada } = story;
  await teams.message(ada, story.channel, 'help');
  const dora = teams.user('Dora Neu');
  await teams.message(dora, teams.personalChat(dora), 'inbound');
  expect(teams.textIn(teams.personalChat(dora))).toBe(
    cited(text('en', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'),
  );
});

test('V3: lists nothing where a guest would read along', async () => {
  const { teams, ben, channel } = story;
  await story.posted();
  await teams.message(ben, channel, 'inbound');
  expect(teams.textIn(channel)).toContain('Alpenmilch AG');
  channel.members.push(teams.guest('Gus Guest'));
  await teams.message(ben, channel, 'inbound');
  expect(teams.textIn(channel)).toBe(text('en', 'guestsHere'));
});

describe('F1: filters behind it', () => {
  beforeEach(async () => {
    await story.posted({ customer: { name: 'Swiss AG', address: { country: 'CH' } } });
    await story.posted({ customer: { name: 'Dallas Inc', address: { country: 'US' } } });
  });

  test('narrow down what was sent, in the own chat', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'inbound country US');
    expect(teams.textIn(chat)).toContain('Dallas Inc');
    expect(teams.textIn(chat)).not.toContain('Swiss AG');
    expect(titlesOn(teams.cardIn(chat))).toContain('♡ Favourite');
    await teams.message(ben, chat, 'eingang swiss status open');
    expect(teams.textIn(chat)).toContain('Swiss AG');
    expect(teams.textIn(chat)).not.toContain('Dallas Inc');
  });

  test('in a channel lead there, because others may see something else (V1)', async () => {
    const { teams, ben, channel } = story;
    await teams.message(ben, channel, 'inbound country US');
    expect(teams.textIn(channel)).not.toContain('Dallas Inc');
    const shown = await teams.press(ben, teams.lastIn(channel), 'Show');
    expect(shown.text).toContain('Dallas Inc');
    expect(shown.text).not.toContain('Swiss AG');
  });

  test('that are not understood are said', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'inbound country Atlantis');
    expect(teams.textIn(chat)).toContain(text('en', 'find.unclear', { what: 'ATLANTIS' }).slice(0, 10));
    expect(teams.textIn(chat)).not.toContain('Dallas Inc');
  });
});

describe('F2: hearts', () => {
  test('mark in place, in one’s own list', async () => {
    const { teams, ben } = story;
    const { id } = await story.posted();
    const chat = await story.chatWith(ben);
    await teams.message(ben, chat, 'inbound');
    const marked = await teams.press(ben, teams.lastIn(chat), '♡ Favourite');
    expect(marked.text).toContain('Open opportunities');
    expect(titlesOn(marked.card ?? {})).toContain('♥ Favourite');
    expect((await story.deal(id)).favouriteOf).toHaveLength(1);
  });

  test('stand on no list that several people see, only on each one’s own page of it', async () => {
    const { teams, ben, channel } = story;
    await story.posted();
    await teams.message(ben, channel, 'inbound');
    const list = teams.lastIn(channel);
    expect(titlesOn(teams.cardOf(list))).not.toContain('♡ Favourite');
    const page = await teams.forge(ben, list, 'inbound.page');
    expect(titlesOn(page.card ?? {})).toContain('♡ Favourite');
  });

  test('V4: Details and "Open deal" open everything, for who pressed alone', async () => {
    const { teams, ben, channel } = story;
    const { card } = await story.posted();
    await teams.message(ben, channel, 'inbound');
    const list = teams.lastIn(channel);
    for (const [on, title] of [
      [list, 'Details'],
      [card, 'Open deal'],
    ] as const) {
      const opened = await teams.press(ben, on, title);
      expect(opened.text).toContain('Who takes part');
      expect(titlesOn(opened.card ?? {})).toEqual(expect.arrayContaining(['Accept', 'Decline', '♡ Favourite']));
      expect(teams.textOf(on)).not.toContain('Who takes part');
    }
  });
});
