import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Deal } from '../../src/deals/deal.ts';
import { personId } from '../../src/organisations/organisation.ts';
import type { Accept } from '../../src/rules/accept.ts';
import type { Create } from '../../src/rules/create.ts';
import type { PersonCommand } from '../../src/rules/decide.ts';
import { documents } from '../../src/store/documents.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { day, minute, opportunityBody } from '../fakes/house.ts';
import { type Story, startStory } from '../fakes/story.ts';
import type { Conversation, User } from '../fakes/teams.ts';
import { acceptance } from '../fixtures/opportunity.ts';
import { contact, creation, fabrikam, partnerRequest, tailspin } from '../fixtures/own-deal.ts';

let story: Story;
let fay: User;
/** Fabrikam's: subscribed. */
let theirs: Conversation;
let adas: Conversation;
let bens: Conversation;

async function begin(): Promise<void> {
  story = await startStory();
  const { teams, ada, ben } = story;
  fay = teams.stranger('Fay Fabrikam');
  await story.neighbour(fay);
  theirs = await story.chatWith(fay);
  await teams.message(fay, theirs, 'subscribe');
  adas = await story.chatWith(ada);
  bens = await story.chatWith(ben);
  await teams.message(ada, story.channel, 'subscribe');
}

const ofFay = () => story.actor(fay, { orgId: 'fabrikam' });

/** A deal of Nordwind's with Ben and Ada in its team, which invites Fabrikam and Tailspin. */
async function invited(changes: Partial<Create> = {}, on = story.bot): Promise<Deal> {
  const team = [story.ben, story.ada].map((user) => ({
    personId: personId(user.entraId),
    name: user.name,
    phone: '+43 1 000 00 02',
    email: user.email,
  }));
  const created = await on.desk.create(
    creation({
      contact,
      consent: true,
      team,
      invitations: [
        { ...partnerRequest({ partner: fabrikam, team: team.slice(0, 1) }), invitationId: 'invitation-1' },
        {
          ...partnerRequest({ partner: tailspin, amount: '77777', notes: 'For the network', team }),
          invitationId: 'invitation-2',
        },
      ],
      ...changes,
    }),
    story.actor(story.ben),
  );
  if (created.kind === 'refused') throw new Error(JSON.stringify(created.refusals));
  await story.settle();
  return created.deal;
}

/** Fabrikam's deals as the store has them. */
async function dealsOf(orgId: string): Promise<Deal[]> {
  const found: Deal[] = [];
  const store = [story.bot.store].find(({ out }) => !out) ?? survivor?.store;
  if (store === undefined) throw new Error('no store');
  for await (const { document } of documents(store, 'deal', Deal).all(orgId)) found.push(document);
  return found;
}
let survivor: Story['bot'] | undefined;

async function theirDeal(): Promise<Deal> {
  const [deal, ...others] = await dealsOf('fabrikam');
  if (deal === undefined || others.length > 0) throw new Error(`${others.length + (deal ? 1 : 0)} deals`);
  return deal;
}

async function perform(user: 'ours' | 'theirs', dealId: string, command: PersonCommand): Promise<Deal> {
  const by = user === 'ours' ? story.actor(story.ben) : ofFay();
  const decision = await (survivor ?? story.bot).desk.perform(by.orgId, dealId, { command, actor: by });
  if (decision.kind !== 'done') throw new Error(JSON.stringify(decision));
  await story.settle();
  return decision.deal;
}

function linesIn(where: Conversation, pattern: RegExp): string[] {
  return story.teams
    .messagesIn(where)
    .flatMap((message) => story.teams.textOf(message).split('\n'))
    .filter((line) => pattern.test(line));
}

afterEach(async () => {
  survivor = undefined;
  await story.stop();
});

describe('I7, I8, W3: two organisations on this service', () => {
  beforeEach(begin);

  test('the partner’s channel gets the opportunity, and answers it as any other', async () => {
    const { teams } = story;
    await invited();
    const card = teams.lastIn(theirs);
    for (const line of ['Alpenmilch AG', 'CHF 40,000', 'You know their plant in Basel', 'Managed Detection']) {
      expect(teams.textOf(card).replaceAll('\u00a0', ' ')).toContain(line);
    }
    await teams.press(fay, card, 'Accept');
    await teams.press(fay, card, 'opportunity.accept.send', { amount: '45000', crmId: 'THEIRS-1', notes: 'just ours' });
    await story.settle();
    expect(await theirDeal()).toMatchObject({ status: 'accepted', team: [{ name: 'Fay Fabrikam' }] });

    const deal = await story.deal('deal-own-1');
    expect(deal.invitations[0]).toMatchObject({
      status: 'accepted',
      value: { amount: '45000', currency: 'CHF' },
      partnerTeam: [{ name: 'Fay Fabrikam', email: fay.email }],
    });
    // I8: the joint team stands on both.
    expect((await theirDeal()).opportunity.team).toMatchObject([{ name: 'Ben Adler', phone: '+43 1 000 00 02' }]);
    const answer = /Fabrikam Cloud Ltd accepted your invitation/;
    for (const where of [story.channel, adas, bens]) expect(linesIn(where, answer)).toHaveLength(1);
    for (const own of ['THEIRS-1', 'just ours']) expect(JSON.stringify(await dealsOf('nordwind'))).not.toContain(own);
  });

  test('I7, D3: a decline is told with its reason, in the reader’s language', async () => {
    const { teams, ben } = story;
    await teams.message(ben, bens, 'language Deutsch');
    await invited();
    const deal = await theirDeal();
    await perform('theirs', deal.id, { kind: 'decline', reason: 'timelineTooShort', notes: 'just ours' });
    expect(linesIn(story.channel, /declined your invitation/)).toEqual(['Fabrikam Cloud Ltd declined your invitation']);
    expect(linesIn(adas, /Reason/)).toEqual(['Reason: Proposed timeline was too short']);
    expect(linesIn(bens, /abgelehnt$/)).toEqual(['Fabrikam Cloud Ltd hat Ihre Einladung abgelehnt']);
    expect(JSON.stringify(story.teams.requests)).not.toContain('just ours');
  });

  test('I7: an invitation that nobody answers expires, and the inviter is told', async () => {
    await invited();
    await story.move(14 * day);
    expect((await theirDeal()).status).toBe('expired');
    expect((await story.deal('deal-own-1')).invitations[0]).toMatchObject({ status: 'expired' });
    expect(linesIn(story.channel, /did not answer your invitation in time/)).toHaveLength(1);
  });

  test('I3: the partner’s changes show on the inviter’s view, without another message', async () => {
    await invited();
    const { id } = await theirDeal();
    await perform('theirs', id, accepting());
    const before = story.teams.messagesIn(story.channel).length;
    const { opportunity } = await theirDeal();
    await perform('theirs', id, {
      kind: 'edit',
      section: 'solutions',
      base: [...opportunity.solutions],
      values: [{ name: 'Sentinel rollout', kind: 'own' }],
    });
    expect((await story.deal('deal-own-1')).invitations[0]?.solutions).toEqual([
      { name: 'Sentinel rollout', kind: 'own' },
    ]);
    expect(story.teams.messagesIn(story.channel)).toHaveLength(before);
  });

  test('W3: the inviter’s won deal is told below the partner’s card, and shows on its deal', async () => {
    const { teams } = story;
    await invited();
    const card = teams.lastIn(theirs);
    await perform('theirs', (await theirDeal()).id, accepting());
    await perform('ours', 'deal-own-1', winning());
    expect(linesIn(theirs, /Your own deal stays yours/)).toHaveLength(1);
    expect(await theirDeal()).toMatchObject({ status: 'accepted', inviterOutcome: { status: 'won' } });
    expect(teams.textOf(card)).toContain('Nordwind Consulting GmbH won this deal');
    expect(teams.messagesIn(theirs).indexOf(card)).toBeLessThan(teams.messagesIn(theirs).length - 1);
  });

  test('W3: the partner’s lost deal is told to the inviter', async () => {
    await invited();
    const { id } = await theirDeal();
    await perform('theirs', id, accepting());
    await perform('theirs', id, { kind: 'lose', reason: 'otherVendor', notes: 'just ours' });
    expect(linesIn(story.channel, /lost its part of this deal/)).toHaveLength(1);
    expect((await story.deal('deal-own-1')).invitations[0]).toMatchObject({ status: 'lost', reason: 'otherVendor' });
  });

  test('I1: a partner that is not on this service goes to Partner Center; without it the ledger says so', async () => {
    await invited();
    const { notices, failedDeliveries } = await story.deal('deal-own-1');
    expect(notices.find(({ id }) => id === 'sync')).toMatchObject({
      state: 'failed',
      reason: 'partner-center-not-connected',
    });
    expect(failedDeliveries).toBe(1);
    // And so does the card, with what is to be done.
    const chat = story.teams.lastIn(bens);
    const shown = await story.teams.forge(story.ben, chat, 'opportunity.show', { dealId: 'deal-own-1' });
    expect(shown.text).toContain('Partner Center is not connected: please invite Tailspin Partners there.');
  });
});

describe('W3: a sender on this service, by its API key', () => {
  beforeEach(begin);

  test.each([
    ['won', 'Nordwind Consulting GmbH won the deal that you sent', 'Won on 2 Nov 2026'],
    ['lost', 'Nordwind Consulting GmbH lost the deal that you sent', 'Project budget is not adequate'],
  ] as const)('is told of %s, and not once more of the answer', async (how, line, detail) => {
    const key = await story.key({ kind: 'organisation', orgId: 'fabrikam' });
    const { body } = await story.send(opportunityBody(), key);
    await perform('ours', body.id, accepting());
    expect(linesIn(theirs, /accepted your opportunity/)).toHaveLength(1);
    await perform('ours', body.id, how === 'won' ? winning() : { kind: 'lose', reason: 'budget', notes: 'our own' });
    expect(linesIn(theirs, /accepted your opportunity/)).toHaveLength(1);
    const told = story.teams.textIn(theirs);
    for (const expected of [line, detail]) expect(told).toContain(expected);
    for (const own of ['our own', '99,000']) expect(told).not.toContain(own);
  });
});

describe('I9, V3: what reaches the other organisation', () => {
  beforeEach(begin);

  test('neither its documents nor its messages hold anything that is kept apart', async () => {
    const { teams } = story;
    const sentBefore = teams.requests.length;
    await invited();
    const { id } = await theirDeal();
    await perform('theirs', id, accepting({ crmId: 'THEIRS-1', notes: 'THEIRS alone' }));
    await perform('theirs', id, { kind: 'note', text: 'THEIRS too' });
    await perform('ours', 'deal-own-1', { kind: 'note', text: 'Our second note' });
    await perform('ours', 'deal-own-1', winning());

    const ours = [
      'CRM-7',
      'SPRING-1',
      'Our own notes',
      'Our second note',
      'Alpenmilch lakehouse',
      '120000',
      '120,000',
      '99000',
      '99,000',
      'Tailspin',
      'invitation-2',
      '77777',
      'For the network',
      personId(story.ben.entraId),
      story.ada.email,
    ];
    const nordwind = JSON.stringify(await dealsOf('nordwind'));
    const theirDocuments = JSON.stringify(await dealsOf('fabrikam'));
    const isTheirs = ({ path }: { path: string }) => decodeURIComponent(path).includes(theirs.id);
    const sent = teams.requests.slice(sentBefore);
    const theirMessages = JSON.stringify(sent.filter(isTheirs));
    expect(theirMessages).toContain('Alpenmilch AG');
    for (const one of ours) {
      expect(theirDocuments).not.toContain(one);
      expect(theirMessages).not.toContain(one);
    }
    const ourMessages = JSON.stringify(sent.filter((request) => !isTheirs(request)));
    for (const one of ['THEIRS', personId(fay.entraId)]) {
      expect(nordwind).not.toContain(one);
      expect(ourMessages).not.toContain(one);
    }
  });

  test('C3: the customer’s contact travels only with the customer’s consent', async () => {
    await invited({ consent: false });
    expect(JSON.stringify(await dealsOf('fabrikam'))).not.toContain('reto.muster');
    await story.stop();
    await begin();
    await invited();
    expect((await theirDeal()).opportunity.customer.contacts).toEqual([contact]);
  });

  test('T4: a private deal is nobody else’s', async () => {
    await invited({ invitations: [] });
    await story.move(30 * day);
    expect(await dealsOf('fabrikam')).toEqual([]);
    expect(linesIn(theirs, /Alpenmilch/)).toEqual([]);
    expect(linesIn(story.channel, /Alpenmilch/)).toEqual([]);
  });
});

describe('races', () => {
  beforeEach(begin);

  test.each(['the invitation', 'the win'] as const)('inviting against winning, %s first', async (first) => {
    const created = await invited({ invitations: [] });
    const invite = () =>
      story.bot.desk.perform('nordwind', created.id, {
        command: { kind: 'invitePartner', invitationId: 'late', ...partnerRequest({ partner: fabrikam }) },
        actor: story.actor(story.ada),
      });
    const win = () =>
      story.bot.desk.perform('nordwind', created.id, { command: winning(), actor: story.actor(story.ben) });
    const [one, other] = first === 'the invitation' ? [invite, win] : [win, invite];
    const decisions = await Promise.all([one(), other()]);
    await story.settle();
    const deal = await story.deal(created.id);
    expect(deal.status).toBe('won');
    const wasInvited = deal.invitations.length > 0;
    expect(decisions.filter(({ kind }) => kind === 'refused')).toHaveLength(wasInvited ? 0 : 1);
    // An invitation that never went out is told of nothing. The card of one that did says the end, and where the card stood before the
    // end, a message below it does, too.
    const partners = (await dealsOf('fabrikam')).length;
    expect(linesIn(theirs, /Nordwind Consulting GmbH won this deal/).length > 0).toBe(partners > 0);
    expect(linesIn(theirs, /Your own deal stays yours/).length).toBeLessThanOrEqual(partners);
  });

  test('accepting against the end of the time: at that instant it is too late, and both sides say so', async () => {
    await invited();
    const { id, respondBy } = await theirDeal();
    story.clock.move(Date.parse(respondBy) - story.clock.now());
    const [decision] = await Promise.all([
      story.bot.desk.perform('fabrikam', id, { command: accepting(), actor: ofFay() }),
      story.settle(),
    ]);
    await story.settle();
    expect(decision).toMatchObject({ kind: 'refused', refusals: [{ code: 'expired', rule: 'L5' }] });
    expect((await theirDeal()).status).toBe('expired');
    expect((await story.deal('deal-own-1')).invitations[0]?.status).toBe('expired');
  });

  test('accepting a moment before: both sides say accepted', async () => {
    await invited();
    const { id, respondBy } = await theirDeal();
    story.clock.move(Date.parse(respondBy) - story.clock.now() - 1);
    await story.bot.desk.perform('fabrikam', id, { command: accepting(), actor: ofFay() });
    await story.move(minute);
    expect((await theirDeal()).status).toBe('accepted');
    expect((await story.deal('deal-own-1')).invitations[0]?.status).toBe('accepted');
    expect(linesIn(story.channel, /did not answer/)).toEqual([]);
  });

  test('two people invite the same partner at the same moment: one invitation', async () => {
    const created = await invited({ invitations: [] });
    const invite = (user: User, invitationId: string) =>
      story.bot.desk.perform('nordwind', created.id, {
        command: { kind: 'invitePartner', invitationId, ...partnerRequest({ partner: fabrikam }) },
        actor: story.actor(user),
      });
    const decisions = await Promise.all([invite(story.ada, 'one'), invite(story.ben, 'two')]);
    await story.settle();
    expect(decisions.map(({ kind }) => kind).sort()).toEqual(['done', 'refused']);
    expect(await dealsOf('fabrikam')).toHaveLength(1);
  });
});

/** An instance that ends for good at its n-th write from now on, which does not get through. */
async function withCrashAt(write: number, work: () => Promise<unknown>): Promise<boolean> {
  const { store } = story.bot;
  let writes = 0;
  store.before = (operation) => {
    if (operation !== 'create' && operation !== 'replace') return;
    writes += 1;
    if (writes < write) return;
    store.out = true;
    throw new StoreUnavailable('crashed');
  };
  await work().catch(() => undefined);
  store.before = undefined;
  return store.out;
}

/** The other instance takes over when the lease of the first one has ended. */
async function takenOver(): Promise<void> {
  story.clock.move(2 * minute);
  await story.settle();
}

describe('a crash at any write', () => {
  beforeEach(async () => {
    await begin();
    survivor = await story.another();
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'while an invitation goes out, at write %i: it arrives once',
    async (write) => {
      const crashed = await withCrashAt(write, async () => {
        await invited({}, story.bot);
        await story.settle();
      });
      if (crashed && (await dealsOf('nordwind')).length === 0) return;
      await takenOver();
      await theirDeal();
      const copies = linesIn(theirs, /^Alpenmilch AG/).length;
      expect(copies).toBeGreaterThanOrEqual(1);
      // A crash between sending and writing repeats that one message, and nothing else is repeated.
      expect(copies).toBeLessThanOrEqual(crashed ? 2 : 1);
    },
  );

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('while an answer comes back, at write %i: it is told', async (write) => {
    await invited();
    const { id } = await theirDeal();
    const crashed = await withCrashAt(write, async () => {
      await story.bot.desk.perform('fabrikam', id, { command: accepting(), actor: ofFay() });
      await story.settle();
    });
    if (crashed && (await theirDeal()).status === 'received') return;
    await takenOver();
    expect((await dealsOf('nordwind'))[0]?.invitations[0]?.status).toBe('accepted');
    const told = [story.channel, adas, bens].map((where) => linesIn(where, /accepted your invitation/).length);
    for (const times of told) expect(times).toBeGreaterThanOrEqual(1);
    expect(told.reduce((sum, times) => sum + times, 0)).toBeLessThanOrEqual(crashed ? 4 : 3);
  });

  test.each([1, 2, 3, 4, 5, 6, 7])('while a win is told, at write %i: it is told', async (write) => {
    await invited();
    await perform('theirs', (await theirDeal()).id, accepting());
    const crashed = await withCrashAt(write, async () => {
      await story.bot.desk.perform('nordwind', 'deal-own-1', { command: winning(), actor: story.actor(story.ben) });
      await story.settle();
    });
    if (crashed && (await dealsOf('nordwind'))[0]?.status === 'accepted') return;
    await takenOver();
    expect((await theirDeal()).inviterOutcome?.status).toBe('won');
    const told = linesIn(theirs, /Your own deal stays yours/).length;
    expect(told).toBeGreaterThanOrEqual(1);
    expect(told).toBeLessThanOrEqual(crashed ? 2 : 1);
  });
});

function accepting(changes: Partial<Accept> = {}): Accept {
  return acceptance({ name: 'Their part', amount: '45000', closeDate: '2027-02-28', ...changes });
}

function winning(): PersonCommand {
  return { kind: 'win', amount: '99000', currency: 'CHF', closeDate: '2027-03-01', notes: '' };
}
