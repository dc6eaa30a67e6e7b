import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { personId } from '../../src/organisations/organisation.ts';
import type { Create } from '../../src/rules/create.ts';
import type { PersonCommand } from '../../src/rules/decide.ts';
import { day } from '../fakes/house.ts';
import { type Story, startStory, titlesOn } from '../fakes/story.ts';
import type { Posted, User } from '../fakes/teams.ts';
import { contact, creation } from '../fixtures/own-deal.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
  for (const user of [story.ada, story.ben, story.cem]) await story.chatWith(user);
});
afterEach(() => story.stop());

function member(user: User) {
  return { personId: personId(user.entraId), name: user.name, phone: '+43 1 000', email: user.email };
}

async function own(members: User[], changes: Partial<Create> = {}): Promise<void> {
  const made = await story.bot.desk.create(creation({ team: members.map(member), ...changes }), story.actor(story.ben));
  if (made.kind === 'refused') throw new Error(JSON.stringify(made.refusals));
  await story.settle();
}

async function perform(user: User, command: PersonCommand): Promise<void> {
  const decision = await story.bot.desk.perform('nordwind', 'deal-own-1', { command, actor: story.actor(user) });
  if (decision.kind !== 'done') throw new Error(JSON.stringify(decision));
  await story.settle();
}

function heard(user: User, pattern: RegExp): Posted[] {
  const messages = story.teams.messagesIn(story.teams.personalChat(user));
  return messages.filter((message) => pattern.test(story.teams.textOf(message)));
}

const added = /You were added to this deal’s team|in das Team dieses Deals aufgenommen/;

describe('N7: somebody was added to a team', () => {
  test('they are told, once, with a notice that shows the deal, in their language; not who did it', async () => {
    await own([story.ben, story.cem]);
    expect(heard(story.ben, added)).toEqual([]);
    const [told, ...again] = heard(story.cem, added);
    expect(again).toEqual([]);
    const text = told === undefined ? '' : story.teams.textOf(told);
    expect(text).toContain('Sie wurden in das Team dieses Deals aufgenommen.');
    expect(text).toContain('Alpenmilch AG');
    // Nobody brings it up to date: it holds no button that may be out of date.
    expect(told === undefined ? [] : titlesOn(story.teams.cardOf(told))).toEqual(['Anzeigen']);
    await perform(story.ben, { kind: 'note', text: 'Called them' });
    await story.move(day);
    expect(heard(story.cem, added)).toHaveLength(1);
  });

  test('also later, by an edit', async () => {
    await own([story.ben]);
    const { team } = await story.deal('deal-own-1');
    const values = [...team, member(story.cem), member(story.ada)];
    await perform(story.ada, { kind: 'edit', section: 'team', base: team, values });
    // Ada added herself.
    expect([story.ada, story.ben, story.cem].map((user) => heard(user, added).length)).toEqual([0, 0, 1]);
  });

  test('also a colleague who was named when an opportunity was accepted', async () => {
    const { teams, ben, ada } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send', { name: 'Alpenmilch', colleagues: ada.entraId });
    await story.settle();
    expect([ada, ben].map((user) => heard(user, added).length)).toEqual([1, 0]);
  });

  test('not who was taken off again before it was sent, nor who has no role', async () => {
    const dora = story.teams.user('Dora Neu');
    await story.chatWith(dora);
    const made = await story.bot.desk.create(
      creation({ team: [story.ben, story.cem, dora].map(member) }),
      story.actor(story.ben),
    );
    if (made.kind === 'refused') throw new Error('refused');
    const { team } = made.deal;
    await perform(story.ben, { kind: 'edit', section: 'team', base: team, values: team.slice(0, 1) });
    expect(heard(story.cem, added)).toEqual([]);
    await perform(story.ben, { kind: 'edit', section: 'team', base: team.slice(0, 1), values: team });
    expect([dora, story.cem].map((user) => heard(user, added).length)).toEqual([0, 1]);
  });
});

describe('N8, C9: Microsoft’s fourteen days', () => {
  const silent = /Microsoft has not answered within 14 days|Microsoft hat innerhalb von 14 Tagen nicht geantwortet/;
  const microsoft = { help: 'QuotesOrLicensing', helpNotes: 'A quote for 200 seats' };
  const asked = { contact, consent: true, microsoft };
  const answer = (status: 'accepted' | 'declined') =>
    story.bot.desk.perform('nordwind', 'deal-own-1', {
      command: { kind: 'microsoftAnswered', status },
      actor: { kind: 'sender', name: 'Microsoft', from: 'api' },
    });

  test('the team is told when they have passed, once, in their language; nobody else', async () => {
    await own([story.ben, story.cem], asked);
    await story.move(14 * day - 1);
    expect([story.ben, story.cem].map((user) => heard(user, silent).length)).toEqual([0, 0]);
    await story.move(1);
    await story.move(day);
    expect([story.ada, story.ben, story.cem].map((user) => heard(user, silent).length)).toEqual([0, 1, 1]);
    expect(heard(story.cem, /Eine Antwort kann noch kommen/)).toHaveLength(1);
    expect(await story.deal('deal-own-1')).toMatchObject({ status: 'accepted', microsoft: { status: 'silent' } });
  });

  test.each([
    ['accepted', 'Microsoft takes part in this deal', 'Microsoft nimmt an diesem Deal teil'],
    ['declined', 'Microsoft does not take part in this deal', 'Microsoft nimmt an diesem Deal nicht teil'],
  ] as const)('the team is told that Microsoft %s, and not of a silence', async (status, english, german) => {
    await own([story.ben, story.cem], asked);
    await answer(status);
    await story.settle();
    expect(heard(story.ben, new RegExp(`^${english}`))).toHaveLength(1);
    expect(heard(story.cem, new RegExp(`^${german}`))).toHaveLength(1);
    await story.move(15 * day);
    expect(heard(story.ben, silent)).toEqual([]);
  });

  test('a closed deal is not spoken of any more', async () => {
    await own([story.ben], asked);
    await perform(story.ben, { kind: 'lose', reason: 'budget', notes: '' });
    await story.move(15 * day);
    expect(heard(story.ben, silent)).toEqual([]);
  });
});
