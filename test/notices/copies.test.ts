import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { personId } from '../../src/organisations/organisation.ts';
import type { PersonCommand } from '../../src/rules/decide.ts';
import { type DealsStory, startDeals } from '../bot/views/deals.ts';
import { day } from '../fakes/house.ts';
import { cited, titlesOn } from '../fakes/story.ts';
import type { Posted, User } from '../fakes/teams.ts';

let story: DealsStory;

beforeEach(async () => {
  story = await startDeals();
});
afterEach(() => story.stop());

const details = { name: 'Secret lakehouse', amount: '99000', currency: 'EUR', closeDate: '2027-04-15' };
const phone = '+43 1 000 00 02';
const ofTheDeal = /Secret|99,000|120,000|15 Apr|31 Mar|"Team"|CRM-7|About milk|Lakehouse Accelerator|Customer wants/;

/** The same opportunity in the channel and in everybody's own chat, accepted by Ben. */
async function accepted(): Promise<{ id: string; channel: Posted; of(user: User): Posted }> {
  const { teams, ada, ben, cem } = story;
  for (const user of [ada, ben, cem]) await teams.message(user, await story.chatWith(user), 'subscribe');
  const { card, id } = await story.posted();
  await teams.press(ben, card, 'Accept');
  await teams.press(ben, card, 'opportunity.accept.send', { ...details, crmId: 'CRM-7', notes: 'About milk.', phone });
  await story.settle();
  return { id, channel: card, of: (user) => teams.lastIn(teams.personalChat(user)) };
}

async function perform(user: User, id: string, command: PersonCommand): Promise<void> {
  await story.perform(user, id, command);
  await story.settle();
}

async function rename(id: string, name: string): Promise<void> {
  const { ben, bot } = story;
  const base = { ...details, crmId: 'CRM-7', campaignId: '' };
  const { name: was = '' } = await story.deal(id);
  const command = {
    kind: 'edit',
    section: 'details',
    base: { ...base, name: was },
    values: { ...base, name },
  } as const;
  await bot.desk.perform('nordwind', id, { command, actor: story.actor(ben) });
}

describe('V1, V4: the copy that several people read', () => {
  test('of an accepted deal says whose customer, what help, and who took it when, and nothing of the deal itself', async () => {
    const { teams, ben, cem } = story;
    const { id, channel } = await accepted();
    const lines = [
      'Accepted',
      'Ben Adler accepted this on 2 Nov 2026, 10:00 CET.',
      'Co-sell opportunity from Microsoft',
      'Alpenmilch AG',
      'Zürich, Switzerland',
      'Help wanted',
      'Proof of concept or demo',
      text('en', 'next.acceptedShared'),
    ];
    expect(teams.textOf(channel)).toBe(lines.join('\n'));
    expect(JSON.stringify(channel.activity)).not.toMatch(ofTheDeal);
    expect(titlesOn(teams.cardOf(channel))).toEqual(['Customer contact', 'Open deal']);
    expect((await story.press(ben, channel, 'Open deal')).text).toContain('Secret lakehouse');
    const refused = await story.press(cem, channel, 'Open deal');
    expect(refused.text).toBe(cited(text('de', 'refusal.notOnTeam', { admins: ['Ada Keller'] }), 'V1'));

    await perform(ben, id, { kind: 'win', ...details, amount: '101000', notes: 'sold' });
    expect(teams.textOf(channel)).toContain('Won\nBen Adler marked this as won on');
    expect(JSON.stringify(channel.activity)).not.toMatch(ofTheDeal);
    expect(JSON.stringify(channel.activity)).not.toMatch(/101,000|sold/);
  });

  test('of an opportunity that nobody took says all of it, and why: everybody may see that', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Decline');
    await teams.press(ben, card, 'opportunity.decline.send', { reason: 'budget' });
    await story.settle();
    expect(teams.textOf(card)).toContain('Reason\nProject budget is not adequate');
    expect(teams.textOf(card)).toContain('CHF\u00a0120,000');
  });
});

test('T4: a deal of one’s own is shown to the person who asks for it, and not in the channel', async () => {
  const { teams, ben } = story;
  const { card } = await story.posted();
  const id = await story.own(ben, 'Contoso');
  const value = { verb: 'opportunity.show', dealId: id };
  await teams.post(ben, card, { type: 'message', replyToId: card.id, value });
  expect(teams.textIn(card)).toBe(text('en', 'sentInPrivate'));
  expect(teams.textIn(teams.personalChat(ben))).toContain('Contoso rollout');
});

describe('V1: the copy in somebody’s own chat', () => {
  test('says what they may see: an admin and the team the deal, a Referrals user no more than the channel', async () => {
    const { teams, ada, ben, cem } = story;
    const { id, of } = await accepted();
    for (const user of [ada, ben]) {
      expect(teams.textOf(of(user))).toContain('Secret lakehouse');
      expect(teams.textOf(of(user))).toContain('€99,000');
    }
    expect(teams.textOf(of(cem))).toContain('Ben Adler hat am 2. Nov. 2026, 10:00 MEZ angenommen.');
    expect(JSON.stringify(of(cem).activity)).not.toMatch(/Secret|99,000/);

    const copy = of(cem);
    const { team } = await story.deal(id);
    const withCem = [...team, { personId: personId(cem.entraId), name: cem.name, email: cem.email }];
    await perform(ada, id, { kind: 'edit', section: 'team', base: team, values: withCem });
    expect(teams.textOf(copy)).toContain('Secret lakehouse');
  });
});

describe('N4: a copy is brought up to date when what it shows has changed', () => {
  test('and left alone when it has not', async () => {
    const { teams, ada, ben } = story;
    const { id, channel, of } = await accepted();
    const copy = of(ada);
    const before = [channel.edits, copy.edits];
    await rename(id, 'Another name');
    await story.settle();
    expect(teams.textOf(copy)).toContain('Another name');
    expect([channel.edits, copy.edits]).toEqual([before[0], (before[1] ?? 0) + 1]);
    await perform(ben, id, { kind: 'note', text: 'Called them.' });
    expect([channel.edits, copy.edits]).toEqual([before[0], (before[1] ?? 0) + 1]);
    await perform(ben, id, { kind: 'lose', reason: 'budget', notes: '' });
    expect(teams.textOf(channel)).toContain('Ben Adler marked this as lost on');
  });

  test('also when it may or may not have been changed to something else meanwhile', async () => {
    const { teams, ada } = story;
    const { id, of } = await accepted();
    const copy = of(ada);
    // Ada's and Ben's.
    teams.failNext({ op: 'update', times: 2, answer: 'appliedThen503' });
    await rename(id, 'Another name');
    await story.settle();
    expect(teams.textOf(copy)).toContain('Another name');
    await rename(id, details.name);
    await story.move(day / 24);
    expect(teams.textOf(copy)).toContain(details.name);
  });
});

test.each(['dialog.resume', 'dialog.discard', 'dialog.next'])(
  'T4: nor where %s of a form that is over ends there',
  async (verb) => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    const dealId = await story.own(ben, 'Contoso');
    const value = { verb, draftId: 'draft-that-is-gone', dealId, step: 'note', sequence: 1 };
    await teams.post(ben, card, { type: 'message', replyToId: card.id, value });
    expect(teams.textIn(teams.personalChat(ben))).toContain('Contoso');
    for (const message of teams.messagesIn(story.channel)) expect(teams.textOf(message)).not.toContain('Contoso');
  },
);
