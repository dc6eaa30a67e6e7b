import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { opportunityBody } from '../fakes/house.ts';
import { cited, type Story, startStory } from '../fakes/story.ts';
import type { Conversation, Posted, User } from '../fakes/teams.ts';

const verbs = [
  'opportunity.show',
  'opportunity.contact',
  'opportunity.accept',
  'opportunity.accept.send',
  'opportunity.decline',
  'opportunity.decline.send',
];
const answering = verbs.filter((verb) => verb !== 'opportunity.show');
/** What the forms would bring: good enough to be taken if nothing else stood in the way. */
const inputs = { name: 'Pilot', amount: '1', currency: 'EUR', closeDate: '2027-01-31', reason: 'budget', notes: 'x' };

let story: Story;
let card: Posted;
let id: string;

beforeAll(async () => {
  story = await startStory();
  ({ card, id } = await story.posted());
});
afterAll(() => story.stop());

/** Whatever was tried: the deal is as it was, and nothing is on its way. */
async function unchanged(): Promise<void> {
  const { status, history, notices } = await story.deal(id);
  expect({ status, history: history.length }).toEqual({ status: 'received', history: 1 });
  expect(notices.filter(({ task }) => task.kind === 'update' || task.kind === 'tellSender')).toEqual([]);
}

describe('V1: roles', () => {
  test.each(verbs)('%s without a role is refused, with the name of an admin', async (verb) => {
    const { teams, channel } = story;
    const dora = teams.user('Dora Neu', { locale: 'de-AT' });
    channel.members.push(dora);
    const refused = await teams.forge(dora, card, verb, { dealId: id, ...inputs });
    expect(refused.body.value).toBe(cited(text('de', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'));
    await unchanged();
  });

  test.each(answering)('%s by a Referrals user is refused where only admins answer', async (verb) => {
    const { teams, ben } = story;
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: false });
    const refused = await teams.forge(ben, card, verb, { dealId: id, ...inputs });
    expect(refused.body.value).toBe(cited(text('en', 'refusal.usersMayNotAnswer', { admins: ['Ada Keller'] }), 'V1'));
    await unchanged();
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: true });
  });
});

describe('V3: people from outside', () => {
  let group: Conversation;

  beforeAll(() => {
    const { teams, ada, ben } = story;
    group = teams.groupChat('Joint room', [ada, ben], { installed: true });
  });

  test.each([
    ['a guest', 'refusal.guest', () => story.teams.guest('Gus Guest')],
    [
      'a stranger of another tenant in a shared channel',
      'refusal.otherTenant',
      () => story.teams.stranger('Sue Stray'),
    ],
    ['somebody whom the roster does not know', 'refusal.otherTenant', () => story.teams.user('Nemo Nobody')],
  ] as const)('%s sees nothing and does nothing', async (_who, key, make) => {
    const { teams, channel } = story;
    const outsider = make();
    if (outsider.name !== 'Nemo Nobody') {
      channel.members.push(outsider);
      group.members.push(outsider);
    }
    for (const verb of [...verbs, 'inbound.page', 'subscription.start', 'subscription.end', 'help.show']) {
      const refused = await teams.forge(outsider, card, verb, { dealId: id, ...inputs });
      expect([refused.status, refused.body.value]).toEqual([200, cited(text('en', key), 'V3')]);
    }
    for (const line of ['inbound', 'subscribe', 'unsubscribe', 'roles', 'help']) {
      await teams.message(outsider, channel, line);
      expect(teams.textIn(channel)).toBe(cited(text('en', key), 'V3'));
      await teams.message(outsider, group, line);
      expect(teams.textIn(group)).toBe(cited(text('en', key), 'V3'));
    }
    expect(await story.subscription(channel)).toMatchObject({ status: 'active' });
    await unchanged();
    remove(outsider, channel);
    remove(outsider, group);
  });

  test('a tenant that belongs to nobody is told that the bot is not set up there', async () => {
    const { teams } = story;
    const sue = teams.stranger('Sue Foreign', { locale: 'de-DE' });
    const chat = teams.personalChat(sue);
    await teams.message(sue, chat, 'inbound');
    expect(teams.textIn(chat)).toBe(text('de', 'unknownTenant'));
    const pressed = await teams.forge(sue, chat, 'opportunity.accept.send', { dealId: id, ...inputs });
    expect(pressed.body.value).toBe(text('de', 'unknownTenant'));
    await unchanged();
  });

  test('another organisation on this service does not see the deal, whoever knows its id', async () => {
    const { teams } = story;
    const fay = teams.stranger('Fay Fabrikam');
    await story.neighbour(fay);
    story.clock.move(30_000);
    const chat = teams.personalChat(fay);
    for (const verb of verbs) {
      const refused = await teams.forge(fay, chat, verb, { dealId: id, ...inputs });
      expect(refused.body.value).toBe(text('en', 'notFound'));
    }
    await teams.message(fay, chat, 'inbound');
    expect(teams.textIn(chat)).toContain(text('en', 'inbound.empty'));
    await unchanged();
  });

  test('and its own deal is not found from here', async () => {
    const { teams, ben } = story;
    const sent = await story.send(opportunityBody({ externalId: 'theirs' }), await story.key(undefined, 'fabrikam'));
    for (const verb of verbs) {
      const refused = await teams.forge(ben, card, verb, { dealId: sent.body.id, ...inputs });
      expect(refused.body.value).toBe(text('en', 'notFound'));
    }
    expect((await story.deal(sent.body.id, 'fabrikam')).status).toBe('received');
  });
});

describe('forged and garbage data', () => {
  test.each(verbs)('%s of a deal that there is not, or of a document that is no deal', async (verb) => {
    const { teams, ben } = story;
    for (const dealId of ['deal-0123456789012345678901234567', 'organisation', `person-${ben.entraId}`]) {
      const refused = await teams.forge(ben, card, verb, { dealId, ...inputs });
      expect([refused.status, refused.body.value]).toEqual([200, text('en', 'notFound')]);
    }
  });

  test.each([
    ['no deal id', { dealId: undefined }],
    ['a number', { dealId: 7 }],
    ['an object', { dealId: { $ne: null } }],
    ['empty', { dealId: '' }],
    ['too long', { dealId: 'd'.repeat(101) }],
    ['place of no list', { place: { list: 'nowhere' } }],
    ['place is text', { place: 'inbound' }],
    ['too long a cursor', { place: { list: 'inbound', cursor: 'c'.repeat(1001) } }],
  ])('%s: every verb says that the card is out of date', async (_what, garbage) => {
    for (const verb of verbs) {
      const heard = await story.teams.forge(story.ben, card, verb, { dealId: id, ...inputs, ...garbage });
      expect([heard.status, heard.body.value]).toEqual([200, text('en', 'oldCard')]);
    }
    await unchanged();
  });

  test.each([{ amount: ['1'] }, { name: { en: 'Pilot' } }, { notes: true }, { colleagues: null }])(
    'inputs of a kind that no client sends: %j',
    async (garbage) => {
      const heard = await story.teams.forge(story.ben, card, 'opportunity.accept.send', {
        dealId: id,
        ...inputs,
        ...garbage,
      });
      expect(heard.body.value).toBe(text('en', 'oldCard'));
      await unchanged();
    },
  );
});

describe('invokes that are not ours', () => {
  let ben: User;
  beforeEach(() => {
    ben = story.ben;
  });

  const invoke = (by: User, fields: object) => story.teams.post(by, card, { type: 'invoke', ...fields });
  const message = (value: string) => ({ statusCode: 200, type: 'application/vnd.microsoft.activity.message', value });

  test.each([
    ['an unknown verb', { action: { type: 'Action.Execute', verb: 'opportunity.delete', data: {} } }],
    ['no verb', { action: { type: 'Action.Execute', data: {} } }],
    ['a verb that is an object’s own', { action: { type: 'Action.Execute', verb: 'constructor', data: {} } }],
    ['no action', {}],
    ['no value', undefined],
    ['an action that is a list', { action: [] }],
    ['data that is text', { action: { verb: 'opportunity.show', data: 'deal' } }],
    ['data that is null', { action: { verb: 'opportunity.show', data: null } }],
  ])('a press with %s: the card is out of date', async (_what, value) => {
    const heard = await invoke(ben, { name: 'adaptiveCard/action', value });
    expect([heard.status, heard.body]).toEqual([200, message(text('en', 'oldCard'))]);
  });

  test.each([
    ['task/fetch', (line: string) => ({ task: { type: 'message', value: line } })],
    ['task/submit', (line: string) => ({ task: { type: 'message', value: line } })],
    ['composeExtension/query', (line: string) => ({ composeExtension: { type: 'message', text: line } })],
    ['composeExtension/queryLink', (line: string) => ({ composeExtension: { type: 'message', text: line } })],
    ['composeExtension/fetchTask', (line: string) => ({ task: { type: 'message', value: line } })],
    ['message/submitAction', message],
    ['fileConsent/invoke', message],
    ['', message],
  ])('%s: HTTP 200 with the body that this kind wants, for everybody', async (name, bodyOf) => {
    const heard = await invoke(ben, { name, value: { commandId: 'x' } });
    expect(heard.status).toBe(200);
    // Where this version has dialogs, it is a card that it did not make.
    expect([bodyOf(text('en', 'unsupported')), bodyOf(text('en', 'oldCard'))]).toContainEqual(heard.body);
    const gus = story.teams.guest('Gus Guest');
    story.channel.members.push(gus);
    const refused = await invoke(gus, { name, value: { commandId: 'x' } });
    expect([refused.status, refused.body]).toEqual([200, bodyOf(cited(text('en', 'refusal.guest'), 'V3'))]);
    remove(gus, story.channel);
  });

  test('application/search finds nothing, in the form that Teams wants', async () => {
    const heard = await invoke(ben, { name: 'application/search', value: { queryText: '', dataset: 'x' } });
    const found = { statusCode: 200, type: 'application/vnd.microsoft.search.searchResponse', value: { results: [] } };
    expect([heard.status, heard.body]).toEqual([200, found]);
  });

  test.each([{ name: 7 }, { locale: ['de'] }, { from: { id: '29:x', aadObjectId: 5 } }, { channelData: 'none' }])(
    'one that is not of Teams’ form: %j',
    async (fields) => {
      const heard = await invoke(ben, { name: 'adaptiveCard/action', ...fields });
      expect(heard.status).toBe(200);
      expect(heard.body).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.activity.message' });
      await unchanged();
    },
  );
});

function remove(user: User, { members }: Conversation): void {
  members.splice(members.indexOf(user), 1);
}
