import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Deal } from '../../src/deals/deal.ts';
import { personId } from '../../src/organisations/organisation.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { day, minute } from '../fakes/house.ts';
import { type Story, startStory } from '../fakes/story.ts';
import type { Conversation, FaultAnswer, User } from '../fakes/teams.ts';
import { creation } from '../fixtures/own-deal.ts';

/** Nobody has written to the bot but Ada, who subscribes in the channel. */
let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

const chatOf = (user: User): Conversation => story.teams.personalChat(user);
const said = (user: User) => story.teams.messagesIn(chatOf(user)).map((message) => story.teams.textOf(message));
const reminder = /Still waiting for an answer|Wartet noch auf eine Antwort/;

/** How often the bot has asked Teams for the chat with somebody. */
function asked({ entraId }: User): number {
  return story.teams.requests.filter(({ op, body }) => {
    const { members = [] } = (body ?? {}) as { members?: { id: string }[] };
    return op === 'create' && members.some(({ id }) => id === entraId);
  }).length;
}

/** What the ledger says of the notices to somebody, in the order in which they were planned. */
async function ledger(id: string, user: User): Promise<string[]> {
  const { notices } = await story.deal(id);
  return notices
    .filter(({ task }) => 'personId' in task && task.personId === personId(user.entraId))
    .map(({ state, reason }) => (reason === undefined ? state : `${state}: ${reason}`));
}

/** Ada grants somebody a role in the channel, by mention. */
async function mention(user: User, role: string): Promise<void> {
  const { teams, ada, channel } = story;
  const bot = `<at>${teams.bot.name}</at>`;
  const person = `<at>${user.name}</at>`;
  await teams.post(ada, channel, {
    type: 'message',
    text: `${bot}&nbsp;roles ${person}&nbsp;${role}`,
    entities: [
      { type: 'mention', mentioned: teams.bot, text: bot },
      { type: 'mention', mentioned: { id: user.teamsId, name: user.name }, text: person },
    ],
  });
}

/** A deal that Ben makes, with these in its team. */
async function own(team: User[]): Promise<Deal> {
  const made = await story.bot.desk.create(
    creation({
      team: team.map((user) => ({
        personId: personId(user.entraId),
        name: user.name,
        phone: '+43 1',
        email: user.email,
      })),
      values: { ...creation().values, closeDate: '2026-12-02' },
    }),
    {
      kind: 'person',
      orgId: 'nordwind',
      personId: personId(story.ben.entraId),
      name: story.ben.name,
      roles: ['referralsUser'],
      guest: false,
      timeZone: 'Europe/Vienna',
    },
  );
  if (made.kind === 'refused') throw new Error(JSON.stringify(made.refusals));
  await story.settle();
  return made.deal;
}

describe('who has never written to the bot', () => {
  test('N2: is reminded in their own chat, which is opened once and remembered', async () => {
    const { teams, ben } = story;
    const { id } = await story.posted();
    await story.move(7 * day);
    expect(said(ben)).toEqual([expect.stringMatching(reminder)]);
    expect((await story.person(ben))?.personalChat).toEqual(teams.addressOf(chatOf(ben)));
    await story.move(4 * day);
    expect(said(ben)).toHaveLength(2);
    expect(asked(ben)).toBe(1);
    await teams.press(ben, teams.lastIn(chatOf(ben)), 'Show');
    await teams.press(ben, teams.lastIn(chatOf(ben)), 'Accept');
    await teams.press(ben, teams.lastIn(chatOf(ben)), 'opportunity.accept.send');
    expect((await story.deal(id)).status).toBe('accepted');
  });

  test('V1: also who was given a role by mention', async () => {
    const { teams, channel } = story;
    const dora = teams.user('Dora Neu');
    channel.members.push(dora);
    await story.posted();
    await mention(dora, 'referrals user');
    await story.move(7 * day);
    expect(said(dora)).toEqual([expect.stringMatching(reminder)]);
  });

  test('V1: also who was given a role by an id alone; from then on their name is known', async () => {
    const { teams } = story;
    const dora = teams.user('Dora Neu');
    await story.grant(dora, 'referralsUser');
    await story.posted();
    await story.move(7 * day);
    expect(said(dora)).toEqual([expect.stringMatching(reminder)]);
    expect(await story.person(dora)).toMatchObject({ name: 'Dora Neu', email: dora.email, teamsId: dora.teamsId });
  });

  test('N6, N7: hears that they are on a team, and of its close date', async () => {
    const { ada, ben, cem } = story;
    await story.chatWith(ada);
    await own([ben, cem]);
    expect([ben, cem].map((one) => said(one).length)).toEqual([0, 1]);
    expect(said(cem)[0]).toContain('You were added to this deal’s team');
    for (let passed = 0; passed < 23; passed += 1) await story.move(day);
    expect([ben, cem].map((one) => said(one).at(-1))).toEqual([
      expect.stringContaining('This deal closes on 2 Dec 2026'),
      expect.stringContaining('This deal closes on 2 Dec 2026'),
    ]);
  });

  test('no chat can be opened where no conversation of the organisation is known, and the ledger says so', async () => {
    const deal = await own([story.ben, story.cem]);
    expect(await ledger(deal.id, story.cem)).toEqual(['dropped: no personal chat: NoServiceUrl']);
  });
});

describe('V1, V3: who must not be written to', () => {
  test('a guest with a role is not: the roster of the chat tells, and nothing is said in it', async () => {
    const { teams } = story;
    const gus = teams.guest('Gus Gast', { hasApp: true });
    await story.grant(gus, 'referralsUser');
    const { id } = await story.posted();
    await story.move(7 * day);
    expect(said(gus)).toEqual([]);
    expect(await ledger(id, gus)).toEqual(['dropped: no personal chat: guest']);
    expect(await story.person(gus)).toMatchObject({ guest: true });
    await story.move(4 * day);
    expect(asked(gus)).toBe(1);
  });

  test('somebody of the team without a role is not even asked for', async () => {
    const { ada, ben, cem } = story;
    await story.chatWith(ada);
    await story.grant(cem);
    const { id } = await own([ben, cem]);
    expect(await ledger(id, cem)).toEqual(['dropped: may not see it']);
    expect(asked(cem)).toBe(0);
  });

  test('nor somebody of a tenant that is not the organisation’s any more', async () => {
    const { bot, ada, cem, teams } = story;
    await story.chatWith(ada);
    await bot.organisations.addTenant('nordwind', '30000000-0000-4000-8000-000000000003');
    await bot.organisations.removeTenant('nordwind', teams.tenantId);
    const { id } = await own([story.ben, cem]);
    expect(await ledger(id, cem)).toEqual(['dropped: tenantRemoved']);
    expect(asked(cem)).toBe(0);
  });
});

describe('Teams refuses the chat', () => {
  test('the app is not installed: the ledger says so, nobody asks again for a day, and the others are reminded', async () => {
    const { ben, cem } = story;
    ben.hasApp = false;
    const first = await story.posted();
    await story.move(minute);
    const second = await story.posted();
    await story.move(7 * day - minute);
    await story.move(minute);
    const refused = 'dropped: no personal chat: ForbiddenOperationException';
    expect(await ledger(first.id, ben)).toEqual([refused]);
    expect(await ledger(second.id, ben)).toEqual([refused]);
    expect(asked(ben)).toBe(1);
    expect(said(cem)).toHaveLength(2);
    expect(await story.deal(first.id)).toMatchObject({ failedDeliveries: 0 });
    await story.move(4 * day - minute);
    await story.move(minute);
    expect(asked(ben)).toBe(2);
  });

  test('who installs it on the same day is reminded from then on', async () => {
    const { teams, ben } = story;
    ben.hasApp = false;
    await story.bot.organisations.setSettings('nordwind', { answerDays: 5, reminderDays: [2, 1] });
    await story.posted();
    await story.move(3 * day);
    await teams.install(chatOf(ben), ben);
    const before = said(ben).length;
    await story.move(day - 1);
    await story.move(1);
    expect(said(ben).slice(before)).toEqual([expect.stringMatching(/Last reminder/)]);
  });

  test('who has blocked the bot, or removed it, is left alone for a day, however much is due', async () => {
    const { ben } = story;
    await story.chatWith(ben);
    const first = await story.posted();
    await story.move(minute);
    const second = await story.posted();
    ben.hasApp = false;
    await story.move(7 * day - minute);
    await story.move(minute);
    expect(await ledger(first.id, ben)).toEqual(['dropped: MessageWritesBlocked']);
    expect(await ledger(second.id, ben)).toEqual(['dropped: no personal chat: MessageWritesBlocked']);
    expect(asked(ben)).toBe(0);
    await story.move(4 * day - minute);
    await story.move(minute);
    expect(asked(ben)).toBe(1);
  });

  test('and what they have subscribed to in their own chat ends with it, with the reason', async () => {
    const { teams, ben } = story;
    await story.posted();
    await teams.message(ben, await story.chatWith(ben), 'subscribe');
    ben.hasApp = false;
    await story.move(7 * day);
    expect(await story.subscription(chatOf(ben))).toMatchObject({
      status: 'ended',
      endedReason: 'MessageWritesBlocked',
    });
  });

  test.each<[string, FaultAnswer]>([
    ['busy', { status: 429, retryAfter: 30 }],
    ['out, and it is not known whether there is a chat by now', 'appliedThen503'],
    ['not heard of any more', 'appliedThenReset'],
  ])('for the moment, %s: it is opened later and the reminder comes once', async (_what, answer) => {
    const { teams, ben } = story;
    await story.grant(story.ada, 'partnerAdmin');
    await story.grant(story.cem);
    await story.chatWith(story.ada);
    const { id } = await story.posted();
    teams.failNext({ op: 'create', answer });
    await story.move(7 * day);
    expect(said(ben)).toEqual([]);
    await story.move(minute);
    expect(said(ben)).toHaveLength(1);
    expect(await ledger(id, ben)).toEqual(['done']);
  });
});

test('a dispatcher that dies between opening the chat and sending loses nothing: another one opens the same chat', async () => {
  const { teams, ben } = story;
  const { id } = await story.posted();
  await story.bot.dispatcher.stop();
  const dying = await story.another();
  await story.settle();
  dying.store.before = (operation, document) => {
    const isBens = document?.id === personId(ben.entraId);
    if (operation !== 'replace' || !isBens) return;
    dying.store.out = true;
    throw new StoreUnavailable('killed');
  };
  await story.move(7 * day);
  expect([asked(ben), said(ben).length]).toEqual([1, 0]);
  await story.another();
  await story.move(minute);
  expect([asked(ben), said(ben).length]).toEqual([2, 1]);
  expect((await story.person(ben))?.personalChat).toEqual(teams.addressOf(chatOf(ben)));
  expect(await ledger(id, ben)).toEqual(['done']);
});

test('an error inside of Teams says nothing about the person: that notice fails, where an admin sees it, and the next one is sent', async () => {
  const { teams, ada, ben } = story;
  await story.chatWith(ada);
  const { id } = await story.posted();
  teams.failNext({ op: 'create', answer: { status: 500 } });
  await story.move(7 * day);
  expect(await ledger(id, ben)).toEqual([expect.stringMatching(/^failed: /)]);
  expect((await story.deal(id)).failedDeliveries).toBe(1);
  expect((await story.person(ben))?.chatRefused).toBeUndefined();
  await story.move(4 * day);
  expect(said(ben)).toHaveLength(1);
});

test('V4: what an older client gets in the own chat makes that chat known', async () => {
  const { teams, ben } = story;
  const { card } = await story.posted();
  await teams.submit(ben, card, 'Customer contact');
  expect(said(ben)).toEqual([expect.stringContaining('reto.muster@alpenmilch.example')]);
  await story.move(7 * day);
  expect(said(ben)).toHaveLength(2);
  expect(asked(ben)).toBe(1);
});
