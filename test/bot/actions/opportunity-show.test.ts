import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Story, startStory, titlesOn } from '../../fakes/story.ts';
import type { User } from '../../fakes/teams.ts';
import { creation } from '../../fixtures/own-deal.ts';

let story: Story;

beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story.stop());

test('Show on a reminder shows the card as it is now, with what was decided since', async () => {
  const { teams, ada, ben, cem } = story;
  const { card } = await story.posted();
  await story.move(7 * 86_400_000);
  const reminder = teams.lastIn(card);
  const open = await teams.press(cem, reminder, 'Show');
  expect(open.text).toContain('Noch 7 Tage');
  expect(titlesOn(open.card ?? {})).toEqual(expect.arrayContaining(['Annehmen', 'Ablehnen', 'Kundenkontakt']));
  await teams.press(ben, card, 'Accept');
  await teams.press(ben, card, 'opportunity.accept.send');
  const answered = await teams.press(ada, reminder, 'Show');
  expect(answered.text).toContain('Ben Adler accepted this on 9 Nov 2026, 10:00 CET');
});

test('the contact is not in it', async () => {
  const { teams, ben } = story;
  const { card, id } = await story.posted();
  const shown = await teams.forge(ben, card, 'opportunity.show', { dealId: id });
  expect(shown.text).toContain('Alpenmilch AG');
  expect(JSON.stringify(shown.body)).not.toContain('Reto Muster');
});

describe('V1: who may not see a deal', () => {
  test.each([
    ['opportunity.show', {}],
    ['opportunity.accept', {}],
    ['opportunity.decline', {}],
    ['opportunity.accept.send', { name: 'Mine', amount: '1', currency: 'EUR', closeDate: '2027-03-31' }],
    ['opportunity.decline.send', { reason: 'budget' }],
  ])('%s: is told who accepted it and when (A4), and nothing else of it', async (verb, typed) => {
    const { teams, ben, cem } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send', { name: 'Hush', amount: '777777', currency: 'CHF' });
    const told = await teams.forge(cem, card, verb, { dealId: id, ...typed });
    expect(told.card).toBeUndefined();
    expect(told.text).toBe(
      'Ben Adler hat am 9. Nov. 2026, 10:00 MEZ angenommen. Diese Verkaufschance kann nicht mehr beantwortet werden. (A4)',
    );
  });

  test('is told no more of one that was won', async () => {
    const { teams, ben, cem } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    const lost = { kind: 'lose', reason: 'budget', notes: '' } as const;
    expect((await story.bot.desk.perform('nordwind', id, { command: lost, actor: story.actor(ben) })).kind).toBe(
      'done',
    );
    const told = await teams.forge(cem, card, 'opportunity.accept', { dealId: id });
    expect(told.text).toMatch(
      /^Ben Adler hat am .* angenommen\. Diese Verkaufschance kann nicht mehr beantwortet werden\. \(A4\)$/,
    );
  });

  test.each(['opportunity.show', 'opportunity.accept', 'opportunity.decline.send'])(
    'T4, %s: of another’s private deal nothing is told',
    async (verb) => {
      const { teams, ben, cem, bot } = story;
      const dealId = `private-${verb}`;
      expect((await bot.desk.create(creation({ dealId, invitations: [] }), story.actor(ben))).kind).not.toBe('refused');
      const chat = await story.chatWith(cem);
      const told = await teams.forge(cem, teams.lastIn(chat), verb, { dealId, reason: 'budget' });
      expect(told.card).toBeUndefined();
      expect(told.text).toMatch(/^Das können nur das Team dieses Deals und Admins\./);
    },
  );
});

test('dates and money are written as each reader’s own locale has them, in the channel’s card as its language has them', async () => {
  const { teams, ben, cem } = story;
  const { card, id } = await story.posted();
  const asIn = async (user: User, locale: string) => {
    Object.assign(user, { locale });
    return (await teams.forge(user, card, 'opportunity.show', { dealId: id })).text;
  };
  expect(await asIn(cem, 'de-CH')).toMatch(/CHF\s120['’]000/);
  expect(await asIn(ben, 'en-US')).toContain('Mar 31, 2027');
  expect(JSON.stringify(teams.cardOf(card))).toContain('31 Mar 2027');
});
