import { afterEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { type Deal, dealType } from '../../src/deals/deal.ts';
import type { Accept } from '../../src/rules/accept.ts';
import type { PersonCommand } from '../../src/rules/decide.ts';
import { detailsOf } from '../../src/rules/edit.ts';
import { isInStep } from '../../src/rules/partner-center.ts';
import { day, minute, opportunityBody } from '../fakes/house.ts';
import { usualOpportunity } from '../fakes/partner-center/opportunity.ts';
import { sampleReferral, type WireReferral } from '../fakes/referrals.ts';
import { titlesOn } from '../fakes/story.ts';
import { type Gate, gate } from '../fakes/troubled-store.ts';
import { acceptance } from '../fixtures/opportunity.ts';
import { contact, creation, forMicrosoft, invitation, tailspin } from '../fixtures/own-deal.ts';
import { actorOf, type CenterStory, startCenterStory } from './story.ts';

let story: CenterStory;

afterEach(async () => {
  await story.stop();
  expect([...story.center.violations, ...story.center.outside]).toEqual([]);
});

const send = { verb: 'opportunity.accept.send' };

function accepting(changes: Partial<Accept> = {}): Accept {
  return acceptance({ name: 'Pilot', amount: '150000', closeDate: '2027-04-30', ...changes });
}

const decline: PersonCommand = { kind: 'decline', reason: 'timelineTooShort', notes: 'Two weeks are not enough' };
const win: PersonCommand = { kind: 'win', amount: '140000', currency: 'CHF', closeDate: '2027-04-01', notes: '' };
const lose: PersonCommand = { kind: 'lose', reason: 'otherVendor', notes: '' };

function edit(deal: Deal, values: object): PersonCommand {
  const base = detailsOf(deal);
  return { kind: 'edit', section: 'details', base, values: { ...base, ...values } };
}

/** A referral that Ben has accepted in Teams, in step. */
async function accepted(): Promise<{ id: string; dealId: string }> {
  const { id } = story.center.invite();
  await story.poll();
  const { id: dealId } = await story.dealOf({ id });
  await story.does(story.ben, dealId, accepting());
  await story.settle();
  return { id, dealId };
}

/** Ada creates a deal, `own-1`, for which Microsoft's help is asked. */
async function askMicrosoft(): Promise<void> {
  const microsoft = { help: 'QuotesOrLicensing', helpNotes: 'A quote' };
  await story.bot.desk.create(creation({ dealId: 'own-1', contact, consent: true, microsoft }), actorOf(story.ada));
}

/** Calls that change something. */
function writes() {
  return story.center.requests.filter(({ operation }) => operation === 'patch' || operation === 'create');
}

async function expectBothSame(dealId: string, id: string): Promise<void> {
  const deal = await story.deal(dealId);
  const there = story.referral(id);
  const standing = { accepted: 'Accepted', won: 'Won', lost: 'Lost', declined: 'Declined', expired: 'Expired' };
  expect(there.substatus).toBe(standing[deal.status as keyof typeof standing]);
  expect(isInStep(deal)).toBe(true);
  if (deal.status === 'declined' || deal.status === 'expired') return;
  expect(deal).toMatchObject({
    ...(there.name === null ? {} : { name: there.name }),
    value: { amount: String(there.details.dealValue), currency: there.details.currency },
    closeDate: there.details.closingDateTime.slice(0, 10),
  });
}

describe('in: from Partner Center to Teams', () => {
  test('an opportunity is posted within a minute, once, with who sent it and until when it can be answered', async () => {
    story = await startCenterStory();
    const { teams, center } = story;
    const referral = center.invite();
    await story.poll();
    await story.poll();
    const cards = teams
      .messagesIn(story.channel)
      .filter((message) => teams.textOf(message).includes('Customer 1 & Sons'));
    expect(cards).toHaveLength(1);
    expect(await story.dealOf(referral)).toMatchObject({ status: 'received', partnerCenter: { id: referral.id } });
  });

  test('an event brings it at once, and twice the same, or in the wrong order, does no harm', async () => {
    story = await startCenterStory();
    const { teams, center } = story;
    story.listen();
    center.webhooks.switches.copies = 2;
    center.webhooks.switches.sending = 'hold';
    const { id } = center.invite();
    center.store.edit(id, (one) => {
      one.details.dealValue = 99000;
    });
    center.webhooks.release('lastFirst');
    await story.heard();
    expect(teams.textIn(story.channel)).toMatch(/CHF\s99,000/);
    const before = teams.messagesIn(story.channel).length;
    await story.poll();
    expect(teams.messagesIn(story.channel)).toHaveLength(before);
    expect(await story.dealOf({ id })).toMatchObject({ value: { amount: '99000' } });
  });

  test('an event that comes before the referral can be read is followed all the same', async () => {
    story = await startCenterStory();
    story.listen();
    const { center } = story;
    center.webhooks.switches.sending = 'hold';
    const { id } = center.invite();
    center.hidden.set(id, 2);
    center.webhooks.release();
    await story.heard();
    expect(await story.dealOf({ id })).toMatchObject({ status: 'received' });
  });

  test('an event that is lost is made good by the poll', async () => {
    story = await startCenterStory();
    story.listen();
    story.center.webhooks.switches.sending = 'lose';
    const referral = story.center.invite();
    await story.poll();
    expect(await story.dealOf(referral)).toMatchObject({ status: 'received' });
  });

  test('a change while it waits shows on the card that stands there (N4)', async () => {
    story = await startCenterStory();
    const { teams, center } = story;
    const { id } = center.invite();
    await story.poll();
    const card = teams.lastIn(story.channel);
    center.store.edit(id, (one) => {
      one.details.dealValue = 77000;
      one.details.closingDateTime = '2027-05-31T00:00:00Z';
    });
    await story.poll();
    expect(teams.textOf(card)).toMatch(/CHF\s77,000/);
    expect(await story.dealOf({ id })).toMatchObject({ closeDate: '2027-05-31' });
  });

  test.each([
    ['accept', undefined, 'accepted', 'Accepted in Partner Center on'],
    ['decline', 'Customer did not respond', 'declined', 'Declined in Partner Center on'],
  ] as const)(
    'answered in the portal by %s: the card says so, and nobody can answer it any more',
    async (answer, reason, status, said) => {
      story = await startCenterStory();
      const { teams, center, ben } = story;
      const { id } = center.invite();
      await story.poll();
      const card = teams.lastIn(story.channel);
      center.answerInPortal(id, answer, reason);
      await story.poll();
      expect(teams.textOf(card)).toContain(said);
      expect(await story.dealOf({ id })).toMatchObject({ status, answer: { from: 'partner-center' } });
      const late = await teams.forge(ben, card, 'opportunity.accept', { dealId: (await story.dealOf({ id })).id });
      // V1: who is not on the team of an accepted deal learns that it is taken, and no more.
      expect(late.text).toContain(status === 'accepted' ? 'Partner Center accepted this on' : said);
      expect(writes()).toEqual([]);
    },
  );

  test('expired there: the card and its thread say so (L5, N3), and nothing is sent back', async () => {
    story = await startCenterStory();
    const { teams, center } = story;
    const { id } = center.invite();
    await story.poll();
    const card = teams.lastIn(story.channel);
    center.store.close(center.store.get(id), 'Expired');
    await story.poll();
    expect(teams.textOf(card)).toContain('Expired in Partner Center on');
    expect(await story.dealOf({ id })).toMatchObject({ status: 'expired' });
    expect(teams.textIn(story.channel)).toContain(text('en', 'expired.title'));
    expect(writes()).toEqual([]);
  });

  test('L4: without an expiration date it is 14 days, and at that instant both sides say expired', async () => {
    story = await startCenterStory();
    story.center.switches.fillsExpiration = 'never';
    const { id } = story.center.invite();
    await story.poll();
    const deal = await story.dealOf({ id });
    await story.move(Date.parse(deal.respondBy) - story.clock.now());
    await story.poll();
    expect(await story.dealOf({ id })).toMatchObject({ status: 'expired' });
    expect(story.referral(id)).toMatchObject({ status: 'Closed', substatus: 'Expired' });
  });

  test('won there: the deal is won, by Partner Center’s word', async () => {
    story = await startCenterStory();
    const { id, dealId } = await accepted();
    story.center.store.close(story.center.store.get(id), 'Won');
    await story.poll();
    expect(await story.deal(dealId)).toMatchObject({ status: 'won', outcome: { from: 'partner-center' } });
    expect(story.teams.textIn(story.channel)).toContain('Marked as won in Partner Center on');
  });

  test('somebody who is added there and known here finds the deal among their own, and is told (N7)', async () => {
    story = await startCenterStory();
    const { teams, center, cem } = story;
    const chat = await story.chatWith(cem);
    const { id, dealId } = await accepted();
    center.store.edit(id, (one) => {
      one.team.push({ firstName: 'Cem', lastName: 'Yilmaz', email: cem.email, phoneNumber: '+43 1' });
    });
    await story.poll();
    expect((await story.deal(dealId)).team.map(({ name }) => name)).toEqual(['Ben Adler', 'Cem Yilmaz']);
    expect(teams.textIn(chat)).toContain('Customer 1 & Sons');
    await teams.message(cem, chat, 'meine');
    expect(teams.textIn(chat)).toContain('Customer 1 & Sons');
  });

  test('a note that is written there is added with its author, and none is overwritten (E4)', async () => {
    story = await startCenterStory();
    const { id, dealId } = await accepted();
    await story.does(story.ben, dealId, { kind: 'note', text: 'Called Reto' });
    await story.settle();
    story.center.store.edit(id, (one) => {
      one.details.notes = `${one.details.notes}\n\nBudget is approved`;
    });
    await story.poll();
    expect((await story.deal(dealId)).notes.map(({ text, by }) => [text, by.name])).toEqual([
      ['Called Reto', 'Ben Adler'],
      ['Budget is approved', 'Partner Center'],
    ]);
  });

  test('a referral that cannot be read does not hold up the others', async () => {
    story = await startCenterStory();
    const { center } = story;
    center.invite({ details: { ...center.invite().details, currency: 'XXXX' } });
    const good = center.invite();
    await story.poll();
    expect(await story.dealOf(good)).toMatchObject({ status: 'received' });
    expect(story.log.join('\n')).toContain('details.currency');
  });

  test('fed by the intake API as well, it is one deal', async () => {
    story = await startCenterStory();
    const wire = sampleReferral('inbound-from-microsoft');
    const first = await story.send(wire);
    expect(first.status).toBe(201);
    story.center.store.put({
      ...wire,
      organizationId: story.center.organisation.id,
      updatedDateTime: wire.createdDateTime,
    });
    await story.poll();
    const other = story.center.invite();
    await story.poll();
    const again = await story.send({ ...other, links: undefined });
    expect(again).toMatchObject({ status: 200, body: { id: (await story.dealOf(other)).id } });
  });
});

describe('fed by the intake API and polled in the same instant, it is one deal', () => {
  /** Whoever creates a deal next waits, until it is opened. */
  function holdNext(): Gate {
    const held = gate();
    const { store } = story.bot;
    store.before = (operation, document) => {
      if (operation !== 'create' || document?.kind !== 'deal') return;
      store.before = undefined;
      return held.pass();
    };
    return held;
  }

  async function expectOneDeal(id: string): Promise<void> {
    await story.settle();
    const { items } = await story.bot.store.list({ orgId: 'nordwind', kind: 'deal', limit: 10 });
    expect(items.map(({ document }) => document.id)).toEqual([id]);
    expect(await story.deal(id)).toMatchObject({ status: 'received', history: [{ what: 'received' }] });
    expect(
      story.teams.messagesIn(story.channel).filter((card) => titlesOn(story.teams.cardOf(card)).includes('Accept')),
    ).toHaveLength(1);
  }

  test('when the poll comes between the feed’s question and its write', async () => {
    story = await startCenterStory();
    const referral = story.center.invite();
    const held = holdNext();
    const feed = story.send({ ...referral, links: undefined });
    await held.reached;
    await story.poll();
    held.open();
    const { status, body } = await feed;
    expect(status).toBe(200);
    await expectOneDeal(body.id);
  });

  test('when the feed comes between the poll’s question and its write', async () => {
    story = await startCenterStory();
    const referral = story.center.invite();
    const held = holdNext();
    const polled = story.poll();
    await held.reached;
    const { status, body } = await story.send({ ...referral, links: undefined });
    held.open();
    await polled;
    expect(status).toBe(201);
    await expectOneDeal(body.id);
  });
});

describe('out: from Teams to Partner Center', () => {
  test('accepted: status, values, notes and the team, as if it had been done there', async () => {
    story = await startCenterStory();
    const { teams, center, ben } = story;
    const { id } = center.invite();
    await story.poll();
    const card = teams.lastIn(story.channel);
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, send, { name: 'Pilot', amount: '150000.5', notes: 'Two plants', crmId: 'D365-1' });
    await story.settle();
    expect(story.referral(id)).toMatchObject({
      status: 'Active',
      substatus: 'Accepted',
      name: 'Pilot',
      externalReferenceId: 'D365-1',
      details: { notes: 'Two plants' },
      team: [{ firstName: 'Ben', lastName: 'Adler' }],
    });
    expect((await teams.press(ben, card, 'Open deal')).text).toMatch(/Partner Center\W+In step/);
  });

  test('no echo: what was written here and comes back by poll and event changes nothing and is sent no more', async () => {
    story = await startCenterStory();
    story.listen();
    const { dealId } = await accepted();
    await story.heard();
    const before = await story.deal(dealId);
    const written = writes().length;
    await story.poll();
    await story.poll();
    expect(await story.deal(dealId)).toEqual(before);
    expect(writes()).toHaveLength(written);
  });

  test('D3: declined with its reason', async () => {
    story = await startCenterStory();
    const { id } = story.center.invite();
    await story.poll();
    const { id: dealId } = await story.dealOf({ id });
    await story.does(story.ben, dealId, decline);
    await story.settle();
    expect(story.referral(id)).toMatchObject({
      status: 'Closed',
      substatus: 'Declined',
      statusReason: 'Proposed time line was too short',
    });
  });

  test.each([
    ['won', win, 'Won', { details: { dealValue: 140000 } }],
    ['lost', lose, 'Lost', { statusReason: 'Customer chose another vendor' }],
  ] as const)('%s', async (_what, command, substatus, more) => {
    story = await startCenterStory();
    const { id, dealId } = await accepted();
    await story.does(story.ben, dealId, command);
    await story.settle();
    expect(story.referral(id)).toMatchObject({ status: 'Closed', substatus, ...more });
    await expectBothSame(dealId, id);
  });

  test('edited, noted, team and solutions changed: only what is different is sent', async () => {
    story = await startCenterStory();
    const { id, dealId } = await accepted();
    const deal = await story.deal(dealId);
    await story.does(story.ben, dealId, edit(deal, { closeDate: '2027-06-30', campaignId: 'Spring' }));
    await story.does(story.ben, dealId, { kind: 'note', text: 'Called Reto' });
    await story.does(story.ben, dealId, {
      kind: 'edit',
      section: 'solutions',
      base: [...deal.opportunity.solutions],
      values: [...deal.opportunity.solutions, { id: 'SOL-0002-DEF', name: 'Managed Detection', kind: 'thirdParty' }],
    });
    const sent = writes().length;
    await story.settle();
    expect(
      writes()
        .slice(sent)
        .map(({ body }) => (body as { path: string }[]).map(({ path }) => path)),
    ).toEqual([['/details/closingDateTime', '/details/notes', '/campaignId', '/details/requirements/solutions']]);
    expect(story.referral(id).details.requirements.solutions.map((one: WireReferral) => one.id)).toEqual([
      'SOL-0001-ABC',
      'SOL-0002-DEF',
    ]);
    await expectBothSame(dealId, id);
  });

  test('T4: a private deal goes nowhere; with help it is created with Microsoft’s referral in its engagement', async () => {
    story = await startCenterStory();
    const { ada, center } = story;
    const { bot } = story;
    await bot.desk.create(creation({ dealId: 'own-1' }), actorOf(ada));
    await story.poll();
    expect(writes()).toEqual([]);
    await story.does(ada, 'own-1', forMicrosoft());
    await story.settle();
    const deal = await story.deal('own-1');
    expect(dealType(deal.parties)).toBe('cosell');
    const { id = '', engagementId = '' } = deal.partnerCenter ?? {};
    expect(story.referral(id)).toMatchObject({
      name: 'Alpenmilch lakehouse',
      status: 'Active',
      type: 'Shared',
      mpnId: '1234567',
    });
    const [microsofts, ...others] = center.store.ofEngagement(engagementId).filter((one) => one.id !== id);
    expect(others).toEqual([]);
    expect(microsofts).toMatchObject({
      organizationId: 'msft',
      inviteContext: { notes: 'A quote for 200 seats', assistanceRequestCode: 'QuotesOrLicensing' },
    });
    await story.poll();
    await story.poll();
    expect(center.store.referrals.size).toBe(2);
  });

  test('T4: where the organisation chose so, a private deal is registered, shared with nobody', async () => {
    story = await startCenterStory({ settings: { registersPrivateDeals: true } });
    await story.bot.desk.create(creation({ dealId: 'own-1' }), actorOf(story.ada));
    await story.settle();
    const { partnerCenter } = await story.deal('own-1');
    expect(story.referral(partnerCenter?.id ?? '')).toMatchObject({
      type: 'Independent',
      consent: { consentToShareReferralWithMicrosoftSellers: false },
      customerProfile: { team: [] },
    });
  });

  test('C9: Microsoft’s answer comes back by poll alone, and the team is told', async () => {
    story = await startCenterStory();
    const { ada, center, teams } = story;
    const team = creation().team.map((member) => ({ ...member, personId: actorOf(ada).personId }));
    await story.bot.desk.create(
      creation({
        dealId: 'own-1',
        team,
        contact,
        consent: true,
        microsoft: { help: 'QuotesOrLicensing', helpNotes: 'A quote' },
      }),
      actorOf(ada),
    );
    await story.settle();
    const { partnerCenter } = await story.deal('own-1');
    center.answerAsMicrosoft(partnerCenter?.engagementId ?? '', 'accept');
    await story.move(16 * minute);
    expect(await story.deal('own-1')).toMatchObject({ microsoft: { status: 'accepted' } });
    expect(teams.textIn(story.adas)).toContain(text('en', 'microsoft.accepted'));
  });

  test('I8: whom to call at Microsoft stands on the deal’s card, also who comes later', async () => {
    story = await startCenterStory();
    const { ada, center, teams } = story;
    await askMicrosoft();
    await story.settle();
    const { partnerCenter } = await story.deal('own-1');
    const theirs = center.answerAsMicrosoft(partnerCenter?.engagementId ?? '', 'accept');
    await story.move(16 * minute);
    const mia = { name: 'Mia Seller', email: 'mia.seller@microsoft.example' };
    const accepted = await story.deal('own-1');
    expect(accepted.microsoft).toMatchObject({ status: 'accepted', team: [mia] });

    center.store.edit(theirs.id, (one) => {
      one.team.push({ firstName: 'Jon', lastName: 'O&#39;Neill', email: null, phoneNumber: '+1 425 000 0002' });
    });
    await story.move(6 * 60 * minute);
    const deal = await story.deal('own-1');
    expect(deal.microsoft?.team).toEqual([mia, { name: "Jon O'Neill", phone: '+1 425 000 0002' }]);
    expect(deal.history).toEqual(accepted.history);

    await teams.message(ada, story.adas, 'find alpenmilch');
    await teams.press(ada, teams.lastIn(story.adas), 'Open deal');
    expect(teams.textIn(story.adas, ada).replaceAll('\u00a0', ' ')).toContain(
      "Team of Microsoft\nMia Seller\nmia.seller@microsoft.example\nJon O'Neill · +1 425 000 0002",
    );
  });

  test('I8: an answer with nobody in it takes nobody away, one that says that Microsoft declined does', async () => {
    story = await startCenterStory();
    story.listen();
    const { center } = story;
    await askMicrosoft();
    await story.heard();
    const { partnerCenter } = await story.deal('own-1');
    const theirs = center.answerAsMicrosoft(partnerCenter?.engagementId ?? '', 'accept');
    await story.heard();
    center.store.edit(theirs.id, (one) => {
      one.team = null;
    });
    await story.heard();
    expect((await story.deal('own-1')).microsoft?.team).toMatchObject([{ name: 'Mia Seller' }]);
    center.answerAsMicrosoft(partnerCenter?.engagementId ?? '', 'decline');
    await story.heard();
    expect((await story.deal('own-1')).microsoft).toMatchObject({ status: 'declined' });
    expect((await story.deal('own-1')).microsoft).not.toHaveProperty('team');
  });

  test('… and at once by an event of the related referral', async () => {
    story = await startCenterStory();
    story.listen();
    const { center } = story;
    await askMicrosoft();
    await story.heard();
    const { partnerCenter } = await story.deal('own-1');
    center.answerAsMicrosoft(partnerCenter?.engagementId ?? '', 'decline');
    await story.heard();
    expect(await story.deal('own-1')).toMatchObject({ microsoft: { status: 'declined' } });
  });

  test('I1, I7: a partner that is not on this service is invited there, and its answer comes back', async () => {
    story = await startCenterStory();
    const { ada, center } = story;
    const partner = { ...tailspin, locationId: center.partner.locationId };
    await story.bot.desk.create(creation({ dealId: 'own-1' }), actorOf(ada));
    await story.does(ada, 'own-1', invitation({ partner }));
    await story.settle();
    const { partnerCenter } = await story.deal('own-1');
    const theirs = story.referral(partnerCenter?.invitations['invitation-1'] ?? '');
    expect(theirs).toMatchObject({
      organizationId: center.partner.id,
      details: { dealValue: 40000 },
      inviteContext: { notes: 'You know their plant in Basel' },
    });
    expect(JSON.stringify(theirs)).not.toMatch(/CRM-7|SPRING-1|Our own notes|120000/);
    // More people than a deal keeps.
    theirs.team = Array.from({ length: 60 }, (_, at) => ({ firstName: 'Tim', lastName: String(at + 1), email: null }));
    center.store.accept(theirs);
    await story.move(16 * minute);
    const [invited] = (await story.deal('own-1')).invitations;
    expect(invited).toMatchObject({ status: 'accepted' });
    expect(invited?.partnerTeam.map(({ name }) => name).slice(-2)).toEqual(['Tim 49', 'Tim 50']);
  });

  test('G1, G4: a registration is handed in after Won, and its status comes back', async () => {
    story = await startCenterStory();
    const { ada, center } = story;
    await askMicrosoft();
    await story.does(ada, 'own-1', { ...win, closeDate: '2027-03-31' } as PersonCommand);
    await story.does(ada, 'own-1', {
      kind: 'register',
      contractType: 'new',
      contractAmount: '140000',
      currency: 'CHF',
      solution: 'SOL-0001-ABC',
      solutionAmount: '40000',
      deployedOn: 'azure',
      tenant: 'customer',
      signedOn: '2026-11-02',
      startsOn: '2026-12-01',
      endsOn: '',
      perpetual: true,
      contact,
    });
    await story.settle();
    const id = (await story.deal('own-1')).partnerCenter?.id ?? '';
    expect(story.referral(id)).toMatchObject({ substatus: 'Won', registrations: [{ type: 'AzureIPCoSell' }] });
    center.store.edit(id, (one) => {
      one.registrations[0].status = 'ActionRequired';
    });
    await story.poll();
    expect(await story.deal('own-1')).toMatchObject({ registration: { status: 'actionRequired' } });
  });
});

describe('who wins when both sides changed', () => {
  test('fields: each side’s own change goes to the other, of one changed on both the later stands and the history says so', async () => {
    story = await startCenterStory();
    const { id, dealId } = await accepted();
    story.center.store.edit(id, (one) => {
      one.details.dealValue = 90000;
      one.name = 'Named there first';
    });
    story.clock.move(1000);
    await story.does(
      story.ben,
      dealId,
      edit(await story.deal(dealId), { name: 'Named here later', closeDate: '2027-07-31' }),
    );
    await story.settle();
    await story.poll();
    const deal = await story.deal(dealId);
    expect(deal).toMatchObject({ name: 'Named here later', value: { amount: '90000' }, closeDate: '2027-07-31' });
    await expectBothSame(dealId, id);
    expect(deal.history.find(({ what }) => what === 'merged')).toMatchObject({
      changes: { name: { before: 'Named there first', after: 'Named here later' } },
    });
  });

  test('… and the other way round', async () => {
    story = await startCenterStory();
    const { id, dealId } = await accepted();
    story.center.faults.push({ operation: 'patch', times: 4, answer: { status: 503 } });
    await story.does(story.ben, dealId, edit(await story.deal(dealId), { name: 'Named here first' }));
    await story.settle();
    story.center.faults.length = 0;
    story.clock.move(1000);
    story.center.store.edit(id, (one) => {
      one.name = 'Named there later';
    });
    await story.move(day);
    expect(await story.deal(dealId)).toMatchObject({ name: 'Named there later' });
    await expectBothSame(dealId, id);
  });

  test.each([
    [
      'an expiry',
      (id: string) => story.center.store.close(story.center.store.get(id), 'Expired'),
      accepting(),
      'expired',
    ],
    [
      'a refusal in the portal',
      (id: string) => story.center.answerInPortal(id, 'decline', 'Others'),
      accepting(),
      'declined',
    ],
    ['an acceptance in the portal', (id: string) => story.center.answerInPortal(id, 'accept'), decline, 'accepted'],
  ] as const)(
    'L3, L6: an answer in Teams at the same time as %s ends as Partner Center has it, and the seller is told',
    async (_what, there, here, status) => {
      story = await startCenterStory();
      const { teams, center, ben } = story;
      const chat = await story.chatWith(ben);
      const { id } = center.invite();
      await story.poll();
      const card = teams.lastIn(story.channel);
      const { id: dealId } = await story.dealOf({ id });
      there(id);
      const answered = await story.does(ben, dealId, here);
      expect(answered.status).not.toBe(status);
      await story.settle();
      expect(await story.deal(dealId)).toMatchObject({ status });
      await expectBothSame(dealId, id);
      const title = text('en', 'overruled.title', { status: text('en', `status.${status}`) });
      expect(teams.textIn(chat)).toContain(title);
      expect(teams.textOf(card)).toContain(text('en', `status.${status}`));
    },
  );

  test('412: somebody was faster; it is read again and asked again', async () => {
    story = await startCenterStory();
    const { id, dealId } = await accepted();
    story.center.faults.push({ operation: 'patch', answer: { status: 412, code: 'preconditionFailed' } });
    await story.does(story.ben, dealId, edit(await story.deal(dealId), { name: 'After all' }));
    await story.settle();
    expect(story.referral(id).name).toBe('After all');
    await expectBothSame(dealId, id);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['429', { status: 429, retryAfter: 20 }],
    ['503', { status: 503, retryAfter: 90 }],
    ['done, but the answer is lost', 'appliedThen503'],
    ['done, but the connection is cut', 'appliedThenReset'],
  ] as const)(
    '%s: it is tried again until both sides are the same, and nothing is done twice',
    async (_what, answer) => {
      story = await startCenterStory();
      const { center } = story;
      center.faults.push({ operation: 'create', times: 2, answer }, { operation: 'patch', times: 2, answer });
      await askMicrosoft();
      await story.settle();
      for (let hour = 0; hour < 10; hour++) await story.move(minute * 60);
      const deal = await story.deal('own-1');
      expect(isInStep(deal)).toBe(true);
      expect([...center.store.referrals.values()].map(({ organizationId }) => organizationId).sort()).toEqual(
        [center.organisation.id, 'msft'].sort(),
      );
      await expectBothSame('own-1', deal.partnerCenter?.id ?? '');
    },
  );

  test('refused: the card says why to those of the team, “Try again” sends it again', async () => {
    story = await startCenterStory();
    const { teams, ben } = story;
    const { id, dealId } = await accepted();
    const card = teams.lastIn(story.channel);
    const refusal = { status: 400, code: 'invalidRequest', message: 'closingDateTime is too far ahead' };
    story.center.faults.push({ operation: 'patch', answer: refusal });
    await story.does(ben, dealId, edit(await story.deal(dealId), { closeDate: '2031-01-01' }));
    await story.settle();
    expect(teams.textOf(card)).toContain(text('en', 'sync.refusedOpen'));
    expect(teams.textOf(card)).not.toContain('too far ahead');
    const opened = await teams.press(ben, card, 'Open deal');
    expect(opened.text).toContain('Refused by Partner Center, because: closingDateTime is too far ahead');
    await teams.press(ben, { message: card, card: opened.card ?? {} }, 'Try again');
    await story.settle();
    expect(story.referral(id).details.closingDateTime).toContain('2031-01-01');
    await expectBothSame(dealId, id);
    expect(teams.textOf(card)).not.toContain(text('en', 'sync.refusedOpen'));
    expect((await teams.press(ben, card, 'Open deal')).text).toMatch(/Partner Center\W+In step/);
  });

  test('refused: taking over is asked for twice, and then what is there stands', async () => {
    story = await startCenterStory();
    const { teams, ben } = story;
    const { id, dealId } = await accepted();
    const card = teams.lastIn(story.channel);
    story.center.faults.push({
      operation: 'patch',
      times: 99,
      answer: { status: 400, code: 'invalidRequest', message: 'No' },
    });
    await story.does(ben, dealId, edit(await story.deal(dealId), { name: 'Refused name' }));
    await story.settle();
    const opened = await teams.press(ben, card, 'Open deal');
    const asked = await teams.press(ben, { message: card, card: opened.card ?? {} }, 'Take over from Partner Center');
    expect(asked.text).toContain('This cannot be undone.');
    expect(await story.deal(dealId)).toMatchObject({ name: 'Refused name' });
    expect(titlesOn(asked.card ?? {})).toEqual(expect.arrayContaining(['Yes, take it over', 'No, keep mine']));
    await teams.press(ben, { message: card, card: asked.card ?? {} }, 'Yes, take it over');
    await story.settle();
    expect(await story.deal(dealId)).toMatchObject({ name: 'Pilot' });
    await expectBothSame(dealId, id);
  });

  test('V1: nobody outside the team sends again or takes over', async () => {
    story = await startCenterStory();
    const { teams, ben, cem } = story;
    const { dealId } = await accepted();
    const card = teams.lastIn(story.channel);
    story.center.faults.push({ operation: 'patch', answer: { status: 400, code: 'invalidRequest', message: 'No' } });
    await story.does(ben, dealId, edit(await story.deal(dealId), { name: 'Refused name' }));
    await story.settle();
    for (const [verb, data] of [
      ['sync.again', {}],
      ['sync.take-over', { sure: true }],
      ['sync.take-over', { sure: false }],
    ] as const) {
      const heard = await teams.forge(cem, card, verb, { dealId, ...data });
      expect(heard.text).not.toContain('Refused name');
    }
    expect(isInStep(await story.deal(dealId))).toBe(false);
  });

  test('an accept that Partner Center will not take can be taken back: it waits for an answer again', async () => {
    story = await startCenterStory();
    const { teams, center, ben } = story;
    const { id } = center.invite();
    await story.poll();
    const card = teams.lastIn(story.channel);
    const { id: dealId } = await story.dealOf({ id });
    center.faults.push({
      operation: 'patch',
      times: 99,
      answer: { status: 400, code: 'invalidRequest', message: 'No' },
    });
    await story.does(ben, dealId, accepting());
    await story.settle();
    await story.does(ben, dealId, { kind: 'takeOver' });
    await story.settle();
    expect(await story.deal(dealId)).toMatchObject({ status: 'received' });
    expect(titlesOn(teams.cardOf(card))).toContain('Accept');
  });

  test('the consent is taken back: the admins are told, what is done meanwhile waits, and nothing is lost', async () => {
    story = await startCenterStory();
    const { teams, center, ben } = story;
    await story.grant(story.cem, 'referralsAdmin');
    const { id, dealId } = await accepted();
    const card = teams.lastIn(story.channel);
    center.entra.end(center.accounts.admin, 'revoked');
    center.entra.expireTokens();
    await story.poll();
    expect(teams.textIn(story.adas)).toContain(text('en', 'center.disconnected.title'));
    // Cem has never written to the bot, which knows of no other language than the organisation’s.
    expect(teams.textIn(teams.personalChat(story.cem))).toContain(text('en', 'center.disconnected.title'));
    const told = teams.messagesIn(story.adas).length;
    await story.does(ben, dealId, edit(await story.deal(dealId), { name: 'While it was away' }));
    const meanwhile = center.invite();
    await story.poll();
    expect(teams.messagesIn(story.adas)).toHaveLength(told);
    expect(teams.textOf(card)).toContain(text('en', 'sync.editByHand'));
    await story.connect();
    await story.poll();
    expect(story.referral(id).name).toBe('While it was away');
    expect(await story.dealOf(meanwhile)).toMatchObject({ status: 'received' });
    await expectBothSame(dealId, id);
  });

  test('the account has no role: the admins are told once, and it goes on when it has one', async () => {
    story = await startCenterStory({ connected: false });
    const { teams, center } = story;
    await story.connect(center.accounts.nobody);
    expect(teams.textIn(story.adas)).toContain(text('en', 'center.trouble.title'));
    const told = teams.messagesIn(story.adas).length;
    await story.move(11 * minute);
    expect(teams.messagesIn(story.adas)).toHaveLength(told);
    center.accounts.nobody.role = 'admin';
    const referral = center.invite();
    await story.move(11 * minute);
    expect(await story.dealOf(referral)).toMatchObject({ status: 'received' });
  });

  test('nothing that identifies anybody is logged, nor a token', async () => {
    story = await startCenterStory();
    await accepted();
    story.center.faults.push({ operation: 'list', answer: { status: 400, message: 'Customer 1 is wrong' } });
    await story.poll();
    const log = story.log.join('\n');
    for (const secret of [...story.center.entra.secrets, 'Customer 1', 'Reto', 'Ben Adler', 'nordwind.example']) {
      expect(log).not.toContain(secret);
    }
  });
});

describe('the first connection', () => {
  test('imports what is there, and posts only what waits, the one with the least time first, gently', async () => {
    story = await startCenterStory({ connected: false });
    const { teams, center } = story;
    center.switches.pageSize = 3;
    const old = center.invite();
    center.answerInPortal(old.id, 'accept');
    const gone = center.invite();
    center.store.close(center.store.get(gone.id), 'Declined', 'Others');
    const own = center.store.createOwn(center.organisation, {
      ...usualOpportunity(7, center.organisation, center.organisation),
      name: 'Ours',
    });
    const waiting = [3, 1, 2].map((days) => {
      const expirationDateTime = new Date(story.clock.now() + days * day).toISOString();
      const { customerProfile } = center.invite();
      return center.invite({ expirationDateTime, customerProfile: { ...customerProfile, name: `In ${days} days` } });
    });
    const before = teams.messagesIn(story.channel).length;
    await story.connect();
    expect(await story.dealOf(old)).toMatchObject({ status: 'accepted' });
    expect(await story.dealOf(gone)).toMatchObject({ status: 'declined', answer: { reason: 'other' } });
    expect(await story.dealOf(own)).toMatchObject({ direction: 'outbound', status: 'accepted' });
    expect(teams.messagesIn(story.channel).length - before).toBeLessThanOrEqual(1);
    expect(teams.textIn(story.adas)).toContain(text('en', 'center.imported.title'));
    await story.move(minute);
    const posted = teams
      .messagesIn(story.channel)
      .map((message) => /In \d days/.exec(teams.textOf(message))?.[0])
      .filter((name) => name !== undefined);
    expect(posted).toEqual(['In 1 days', 'In 2 days', 'In 3 days']);
    expect(waiting).toHaveLength(3);
    expect(teams.messagesIn(story.adas).filter((one) => teams.textOf(one).includes('imported'))).toHaveLength(1);
  });

  test('ended in the middle, another instance goes on, and nothing is posted twice', async () => {
    story = await startCenterStory({ connected: false });
    const { teams, center } = story;
    center.switches.pageSize = 2;
    for (let at = 0; at < 9; at++) center.invite();
    const second = await story.another();
    center.faults.push({ operation: 'list', times: 1, answer: { status: 500 } });
    await story.connect();
    await story.end(story.bot);
    await story.move(10 * minute);
    await second.sync?.idle();
    const cards = teams.messagesIn(story.channel).filter((one) => teams.textOf(one).includes('Customer'));
    expect(new Set(cards.map((one) => /Customer \d+/.exec(teams.textOf(one))?.[0])).size).toBe(9);
    expect(cards).toHaveLength(9);
  });
});

describe('without a connection', () => {
  test('the intake API feeds referrals as before, and what is answered goes out once there is one', async () => {
    story = await startCenterStory({ connected: false });
    const { center, ben } = story;
    const referral = center.invite();
    const { body } = await story.send({ ...referral, links: undefined });
    await story.settle();
    await story.does(ben, body.id, accepting());
    await story.settle();
    expect(await story.deal(body.id)).toMatchObject({ failedDeliveries: 1 });
    await story.connect();
    await story.poll();
    expect(story.referral(referral.id)).toMatchObject({ status: 'Active', name: 'Pilot' });
    expect(await story.deal(body.id)).toMatchObject({ failedDeliveries: 0 });
  });

  test('an opportunity of another source is none of Partner Center’s business', async () => {
    story = await startCenterStory();
    const { body } = await story.send(opportunityBody());
    await story.settle();
    await story.does(story.ben, body.id, accepting());
    await story.settle();
    expect(writes()).toEqual([]);
    expect(story.teams.textIn(story.channel)).not.toContain('Partner Center');
  });
});
