import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { Deal } from '../../src/deals/deal.ts';
import { createApiKeys } from '../../src/organisations/api-keys.ts';
import { retryFailed } from '../../src/rules/retry.ts';
import { documents } from '../../src/store/documents.ts';
import { day, opportunityBody } from '../fakes/house.ts';
import { type Receiver, startReceiver } from '../fakes/receiver.ts';
import { sampleReferral } from '../fakes/referrals.ts';
import { type Story, startStory } from '../fakes/story.ts';
import type { Conversation, Posted, User } from '../fakes/teams.ts';

let story: Story;

async function acceptedBy(user: User, card: Posted): Promise<void> {
  await story.teams.press(user, card, 'Accept');
  await story.teams.press(user, card, 'opportunity.accept.send', { notes: 'our own notes', name: 'Our own name' });
  await story.settle();
}

async function declinedBy(user: User, card: Posted): Promise<void> {
  await story.teams.press(user, card, 'Decline');
  await story.teams.press(user, card, 'opportunity.decline.send', { reason: 'budget', notes: 'our own notes' });
  await story.settle();
}

/** Posts an opportunity by a key, and gives its card. */
async function postedBy(key: string, body: object): Promise<{ card: Posted; id: string }> {
  await story.teams.message(story.ada, story.channel, 'subscribe');
  const sent = await story.send(body, key);
  await story.settle();
  return { card: story.teams.lastIn(story.channel), id: sent.body.id };
}

async function ledgerOf(id: string) {
  const { notices } = await story.deal(id);
  return notices.find(({ id: one }) => one === 'tellSender');
}

afterEach(() => story.stop());

describe('N5, D3: a sender that is an organisation on this service', () => {
  let theirs: Conversation;
  let key: string;

  beforeEach(async () => {
    story = await startStory();
    const fay = story.teams.stranger('Fay Fabrikam');
    await story.neighbour(fay);
    theirs = await story.chatWith(fay);
    await story.teams.message(fay, theirs, 'subscribe');
    key = await story.key({ kind: 'organisation', orgId: 'fabrikam' });
  });

  test('gets a card: which organisation accepted, and no names, notes or values of theirs', async () => {
    const { card } = await postedBy(key, opportunityBody());
    await acceptedBy(story.ben, card);
    const told = story.teams.textIn(theirs);
    expect(told).toContain('Nordwind Consulting GmbH accepted your opportunity');
    expect(told).toContain('Alpenmilch AG');
    expect(told).toContain('2 Nov 2026, 10:00 CET');
    for (const own of ['Ben', 'our own notes', 'Our own name']) expect(told).not.toContain(own);
  });

  test('is told the reason of a decline', async () => {
    const { card } = await postedBy(key, opportunityBody());
    await declinedBy(story.ben, card);
    const told = story.teams.textIn(theirs);
    expect(told).toContain('Nordwind Consulting GmbH declined your opportunity');
    expect(told).toContain('Project budget is not adequate');
    for (const own of ['Ben', 'our own notes']) expect(told).not.toContain(own);
  });

  test('is told that nobody answered', async () => {
    await postedBy(key, opportunityBody());
    await story.move(14 * day);
    expect(story.teams.textIn(theirs)).toContain('did not answer your opportunity in time');
  });

  test('has removed the bot meanwhile: its subscription ends, with the reason', async () => {
    const { card, id } = await postedBy(key, opportunityBody());
    theirs.app.installed = false;
    await acceptedBy(story.ben, card);
    expect(await story.subscription(theirs, 'fabrikam')).toMatchObject({
      status: 'ended',
      endedReason: 'MessageWritesBlocked',
    });
    const failed = (await story.deal(id)).notices.filter(({ state }) => state === 'failed');
    expect(failed).toMatchObject([{ task: { kind: 'tellSenderHere' }, reason: 'MessageWritesBlocked' }]);
  });
});

describe('N5: a sender that is told by HTTP', () => {
  const signingSecret = 'a secret of the sender';
  let receiver: Receiver;
  let key: string;

  beforeEach(async () => {
    story = await startStory();
    receiver = await startReceiver();
    key = await story.key({ kind: 'callback', url: receiver.url, signingSecret });
  });
  afterEach(() => receiver.stop());

  test('gets the answer as JSON, signed over time and body, without names and notes', async () => {
    const { card, id } = await postedBy(key, opportunityBody());
    await declinedBy(story.ben, card);
    expect(receiver.received).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
    const answer = { id, externalId: 'opp-1', status: 'declined', at: '2026-11-02T09:00:00.000Z', reason: 'budget' };
    expect(JSON.parse(body)).toEqual(answer);
    const seconds = story.clock.now() / 1000;
    const hmac = createHmac('sha256', signingSecret).update(`${seconds}.${body}`).digest('hex');
    expect(headers['x-cosell-signature']).toBe(`t=${seconds},v1=${hmac}`);
    expect(await ledgerOf(id)).toMatchObject({ state: 'done', attempts: 1 });
  });

  test('is told of an expiry, once', async () => {
    const { id } = await postedBy(key, opportunityBody());
    await story.move(14 * day);
    await story.move(day);
    expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([{ id, status: 'expired' }]);
  });

  test('that is out gets it again later, under the same delivery id, with a fresh signature', async () => {
    receiver.answers.push({ status: 503 }, { status: 500 }, { status: 429, headers: { 'Retry-After': '120' } });
    const { card, id } = await postedBy(key, opportunityBody());
    await acceptedBy(story.ben, card);
    expect(await ledgerOf(id)).toMatchObject({ state: 'waiting', attempts: 1, reason: 'callback-503' });
    await story.move(7_000);
    await story.move(13_000);
    expect(receiver.received).toHaveLength(3);
    await story.move(119_000);
    expect(receiver.received).toHaveLength(3);
    await story.move(1_000);
    expect(receiver.received).toHaveLength(4);
    expect(await ledgerOf(id)).toMatchObject({ state: 'done', attempts: 4 });
    expect(new Set(receiver.received.map(({ headers }) => headers['x-cosell-delivery'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-cosell-signature'])).size).toBe(4);
    expect(story.teams.textOf(card)).not.toContain('could not be told');
  });

  test.each([
    ['refuses it', 410],
    ['would lead it elsewhere', 302],
  ])('that %s: the ledger says why, and the card says who has to be told', async (_what, status) => {
    receiver.answers.push({ status, headers: { Location: receiver.url } });
    const { card, id } = await postedBy(key, opportunityBody());
    await acceptedBy(story.ben, card);
    await story.move(day);
    expect(receiver.received).toHaveLength(1);
    expect(await story.deal(id)).toMatchObject({ failedDeliveries: 1 });
    expect(await ledgerOf(id)).toMatchObject({ state: 'failed', reason: `callback-${status}` });
    expect(story.teams.textOf(card)).toContain(text('en', 'sender.notTold', { sender: 'Microsoft' }));
  });

  test('that could not be told, and then was on an admin’s demand: the card says no more that somebody has to', async () => {
    receiver.answers.push({ status: 410 });
    const { card, id } = await postedBy(key, opportunityBody());
    await acceptedBy(story.ben, card);
    const notTold = text('en', 'sender.notTold', { sender: 'Microsoft' });
    expect(story.teams.textOf(card)).toContain(notTold);
    const deals = documents(story.bot.store, 'deal', Deal);
    const stored = await deals.get('nordwind', id);
    if (stored === undefined) throw new Error('the deal is gone');
    await deals.replace(retryFailed(stored.document, undefined, story.clock.now()), stored.version);
    await story.settle();
    expect(receiver.received).toHaveLength(2);
    expect(story.teams.textOf(card)).not.toContain(notTold);
    expect(story.teams.textOf(card)).toContain('Ben Adler accepted this');
  });

  test('whose key was revoked is not called any more', async () => {
    const { card, id } = await postedBy(key, opportunityBody());
    await createApiKeys(story.bot.store, story.clock).revoke('nordwind', key.split('_')[2] ?? '');
    await acceptedBy(story.ben, card);
    expect(receiver.received).toEqual([]);
    expect(await ledgerOf(id)).toMatchObject({ state: 'failed', reason: 'the api key was revoked' });
  });
});

describe('N5: a referral of Partner Center', () => {
  test('without a connection: the card says that the same answer is to be given there', async () => {
    story = await startStory();
    const { card, id } = await postedBy(await story.key(), sampleReferral('inbound-from-microsoft'));
    await acceptedBy(story.ben, card);
    const { notices } = await story.deal(id);
    expect(notices.find((notice) => notice.id === 'sync')).toMatchObject({
      state: 'failed',
      reason: 'partner-center-not-connected',
    });
    expect(story.teams.textOf(card)).toContain(text('en', 'sender.partnerCenterNotConnected'));
  });
});

test('a sender that asks for the answer itself is not told', async () => {
  story = await startStory();
  const { card, id } = await story.posted();
  await acceptedBy(story.ben, card);
  expect(await ledgerOf(id)).toBeUndefined();
});
