import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Deal } from '../../src/deals/deal.ts';
import { personId } from '../../src/organisations/organisation.ts';
import { plannedCloseReminders } from '../../src/rules/close-reminders.ts';
import type { Create } from '../../src/rules/create.ts';
import type { PersonCommand } from '../../src/rules/decide.ts';
import { detailsOf } from '../../src/rules/edit.ts';
import { day, minute } from '../fakes/house.ts';
import { type Story, startStory, titlesOn } from '../fakes/story.ts';
import type { Posted, User } from '../fakes/teams.ts';
import { creation } from '../fixtures/own-deal.ts';

describe('N6: when the team is reminded', () => {
  const days = (closeDate: string, timeZone: string, now: string) =>
    plannedCloseReminders({ closeDate }, timeZone, Date.parse(now)).map(({ task, dueAt }) =>
      task.kind === 'remindClose' ? `${task.days} ${new Date(dueAt).toISOString()}` : task.kind,
    );

  test('a week before the close date, on it, and weekly after it, four times; at nine where the seller is', () => {
    expect(days('2027-01-15', 'Europe/Vienna', '2026-11-02T09:00:00Z')).toEqual([
      '-7 2027-01-08T08:00:00.000Z',
      '0 2027-01-15T08:00:00.000Z',
      '7 2027-01-22T08:00:00.000Z',
      '14 2027-01-29T08:00:00.000Z',
      '21 2027-02-05T08:00:00.000Z',
      '28 2027-02-12T08:00:00.000Z',
    ]);
  });

  test.each([
    ['UTC', '2027-01-15T09:00:00.000Z'],
    ['America/Los_Angeles', '2027-01-15T17:00:00.000Z'],
    ['Pacific/Honolulu', '2027-01-15T19:00:00.000Z'],
    ['Pacific/Auckland', '2027-01-14T20:00:00.000Z'],
    ['Pacific/Kiritimati', '2027-01-14T19:00:00.000Z'],
    ['Asia/Kolkata', '2027-01-15T03:30:00.000Z'],
    ['Europe/London', '2027-01-15T09:00:00.000Z'],
  ])('in %s', (timeZone, at) => {
    expect(days('2027-01-15', timeZone, '2026-11-02T09:00:00Z')[1]).toBe(`0 ${at}`);
  });

  test('what is past already is left out', () => {
    expect(days('2026-11-03', 'UTC', '2026-11-03T09:00:00Z').map((line) => line.split(' ')[0])).toEqual([
      '7',
      '14',
      '21',
      '28',
    ]);
    expect(days('2026-11-03', 'UTC', '2026-12-24T09:00:00Z')).toEqual([]);
  });

  test('without a close date nobody is', () => {
    expect(plannedCloseReminders({ closeDate: undefined }, 'UTC', 0)).toEqual([]);
  });
});

describe('N6: in their own chats', () => {
  let story: Story;

  beforeEach(async () => {
    story = await startStory();
    for (const user of [story.ada, story.ben, story.cem]) await story.chatWith(user);
  });
  afterEach(() => story.stop());

  /** Ben's deal that closes in 30 days, with Cem in its team. */
  async function own(changes: Partial<Create> = {}): Promise<Deal> {
    const team = [story.ben, story.cem].map((user) => ({
      personId: personId(user.entraId),
      name: user.name,
      phone: '+43 1 000',
      email: user.email,
    }));
    const values = { ...creation().values, closeDate: '2026-12-02' };
    const made = await story.bot.desk.create(creation({ team, values, ...changes }), story.actor(story.ben));
    if (made.kind === 'refused') throw new Error(JSON.stringify(made.refusals));
    await story.settle();
    return made.deal;
  }

  async function perform(user: User, command: PersonCommand): Promise<void> {
    const decision = await story.bot.desk.perform('nordwind', 'deal-own-1', { command, actor: story.actor(user) });
    if (decision.kind !== 'done') throw new Error(JSON.stringify(decision));
    await story.settle();
  }

  function reminders(user: User): Posted[] {
    return story.teams
      .messagesIn(story.teams.personalChat(user))
      .filter((message) => /closes on|close date|Abschlussdatum|abgeschlossen/.test(first(message)));
  }

  const first = (message: Posted) => story.teams.textOf(message).split('\n')[0] ?? '';
  const said = (user: User) => reminders(user).map(first);

  /** Day by day, so that each reminder comes on its day. */
  async function pass(days: number): Promise<void> {
    for (let passed = 0; passed < days; passed += 1) await story.move(day);
  }

  test('the team is reminded, each in their language, and nobody else', async () => {
    await own();
    await pass(59);
    expect(said(story.ben)).toEqual([
      'This deal closes on 2 Dec 2026',
      'This deal’s close date is today',
      ...Array(4).fill('This deal’s close date was 2 Dec 2026'),
    ]);
    expect(said(story.cem)).toEqual([
      'Dieser Deal soll am 2. Dez. 2026 abgeschlossen werden',
      'Heute ist das Abschlussdatum dieses Deals',
      ...Array(4).fill('Das Abschlussdatum dieses Deals war der 2. Dez. 2026'),
    ]);
    expect(said(story.ada)).toEqual([]);
    await pass(60);
    expect(reminders(story.ben)).toHaveLength(6);
  });

  test('an accepted opportunity is reminded of, too', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted({ closeDate: '2026-12-02' });
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send', { name: 'Alpenmilch', phone: '+43 1 000' });
    await pass(23);
    expect(said(ben)).toEqual(['This deal closes on 2 Dec 2026']);
  });

  test('it offers to report the outcome and to move the date', async () => {
    await own();
    await pass(23);
    const [card] = reminders(story.ben);
    expect(card && titlesOn(story.teams.cardOf(card))).toEqual([
      'Show',
      'Mark as won',
      'Mark as lost',
      'Move the date',
      'Remind me in 3 days',
      'Not me',
    ]);
    const opened = card && (await story.teams.press(story.ben, card, 'Move the date'));
    expect(opened?.text).toContain('Edit the deal');
  });

  test('no more once the deal is closed', async () => {
    await own();
    await pass(23);
    await perform(story.ben, { kind: 'lose', reason: 'budget', notes: '' });
    await pass(40);
    expect(reminders(story.ben)).toHaveLength(1);
  });

  test('a new close date begins them anew', async () => {
    const deal = await own();
    await pass(23);
    const base = detailsOf(deal);
    await perform(story.ben, { kind: 'edit', section: 'details', base, values: { ...base, closeDate: '2027-01-31' } });
    await pass(30);
    expect(said(story.ben)).toEqual(['This deal closes on 2 Dec 2026']);
    await pass(37);
    expect(said(story.ben).slice(1, 3)).toEqual(['This deal closes on 31 Jan 2027', 'This deal’s close date is today']);
  });

  test('after an outage of some weeks only the last one comes', async () => {
    await own();
    await story.move(52 * day);
    expect(reminders(story.ben)).toHaveLength(1);
  });

  test('“Remind me in 3 days” does, and keeps the others away until then', async () => {
    const { teams, ben, cem } = story;
    await own();
    await pass(30);
    const last = reminders(ben).at(-1) as Posted;
    const snoozed = await teams.press(ben, last, 'Remind me in 3 days');
    expect(snoozed.text).toContain('I will not remind you of this deal before 5 Dec 2026');
    await story.move(3 * day - minute);
    expect(reminders(ben)).toHaveLength(2);
    await story.move(minute);
    expect(said(ben)).toHaveLength(3);
    expect(said(ben)[2]).toBe('This deal’s close date was 2 Dec 2026');
    await pass(5);
    expect([reminders(ben).length, reminders(cem).length]).toEqual([4, 3]);
  });

  test('“Not me” ends them for this person alone', async () => {
    const { teams, ben, cem } = story;
    await own();
    await pass(23);
    const [card] = reminders(cem);
    const done = card && (await teams.press(cem, card, 'Nicht ich'));
    expect(done?.text).toContain('Ich erinnere Sie nicht mehr an diesen Deal.');
    await pass(40);
    expect([reminders(ben).length, reminders(cem).length]).toEqual([6, 1]);
    const { quiet, history } = await story.deal('deal-own-1');
    expect(quiet).toEqual([{ personId: personId(cem.entraId), of: 'close' }]);
    // It is no change of the deal.
    expect(history).toHaveLength(1);
  });

  test('who has left the team is not reminded', async () => {
    const { ben, cem } = story;
    const { team } = await own();
    await perform(ben, { kind: 'edit', section: 'team', base: team, values: team.slice(0, 1) });
    await pass(30);
    expect([reminders(ben).length, reminders(cem).length]).toEqual([2, 0]);
  });

  test('V1: nor who has no role any more', async () => {
    await own();
    await story.grant(story.cem);
    await pass(1);
    await pass(30);
    expect(reminders(story.cem)).toEqual([]);
  });

  test('L6: a press on an old reminder does nothing to a closed deal', async () => {
    await own();
    await pass(23);
    const [card] = reminders(story.ben);
    await perform(story.ben, { kind: 'lose', reason: 'budget', notes: '' });
    const before = await story.deal('deal-own-1');
    await (card && story.teams.press(story.ben, card, 'Not me'));
    expect(await story.deal('deal-own-1')).toEqual(before);
  });
});
