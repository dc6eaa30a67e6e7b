import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { personId } from '../../src/organisations/organisation.ts';
import { day, opportunityBody } from '../fakes/house.ts';
import { type Story, startStory } from '../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory({ environment: { LOG_LEVEL: 'trace' } });
});
afterEach(() => story.stop());

/** What must not be read in a log: people, what they wrote, how to reach them, whose deal it is, and secrets. */
const private_ = [
  /Ada|Keller|Ben Adler|Cem|Yilmaz|Dora|Gus|Sue|contoso\.example/,
  /Reto|Muster|\+41 44|alpenmilch/i,
  /pilot|our own|no capacity|Data estate/i,
  /\+43 1/,
  /csk_|Bearer|eyJ/,
];

test('what is done in a request can be joined to it, and who changed a role is an id', async () => {
  const { teams, ada, ben } = story;
  const { card, id } = await story.posted();
  story.log.length = 0;
  await teams.press(ben, card, 'Accept');
  await teams.press(ben, card, 'opportunity.accept.send');
  await teams.message(ada, story.channel, `roles ${ben.email} partner admin`);
  await story.settle();
  const lines = story.log.map((line) => JSON.parse(line));
  const requests = lines.filter(({ msg }) => msg === 'request').map(({ requestId }) => requestId);
  expect(new Set(requests).size).toBe(requests.length);
  const accepted = lines.find(({ msg }) => msg === 'opportunity accepted');
  expect(accepted).toMatchObject({ dealId: id, requestId: requests[1] });
  const changed = lines.find(({ msg }) => msg === 'roles changed');
  expect(changed).toMatchObject({ by: personId(ada.entraId), personId: personId(ben.entraId), requestId: requests[2] });
});

test('what a request only sets off is not said to be part of it', async () => {
  const { teams, ada, channel } = story;
  await teams.message(ada, channel, 'subscribe');
  teams.failNext({ op: 'create', answer: { status: 400, code: 'BadArgument' } });
  story.log.length = 0;
  await story.send({ ...opportunityBody(), externalId: 'opp-1' });
  await story.settle();
  const failed = story.log.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'notice failed');
  expect(failed).toMatchObject({ reason: 'BadArgument' });
  expect(failed).not.toHaveProperty('requestId');
});

test('a whole story leaves ids and reasons in the log, and nothing private', async () => {
  const { teams, ada, ben, cem, channel } = story;
  const dora = teams.user('Dora Neu');
  await teams.install(channel, ada);
  await story.chatWith(ben);
  const { card, id } = await story.posted({ name: 'Data estate' });
  await teams.press(cem, card, 'Customer contact');
  await teams.submit(ben, card, 'Customer contact');
  await story.move(7 * day);
  await teams.press(ben, card, 'Accept');
  await teams.press(ben, card, 'opportunity.accept.send', { amount: 'our own guess' });
  await teams.press(ben, card, 'opportunity.accept.send', {
    amount: '1',
    notes: 'our own notes',
    phone: '+43 1 000 00 02',
  });
  const { card: second } = await story.posted();
  await teams.press(cem, second, 'Decline');
  await teams.press(cem, second, 'opportunity.decline.send', { reason: 'other', notes: 'no capacity' });
  await teams.message(ada, channel, `roles ${ben.email} partner admin`);
  channel.members.push(dora, teams.guest('Gus Guest'), teams.stranger('Sue Stray'));
  for (const member of channel.members) await teams.message(member, channel, 'inbound our own words');
  await teams.post(ben, channel, { type: 'invoke', name: 'adaptiveCard/action', value: { action: 'our own words' } });
  await teams.post(ben, channel, { type: 'message', text: { en: 'our own words' } });
  teams.failNext({
    op: 'send',
    times: 3,
    answer: { status: 400, code: 'BadArgument', body: { message: 'Reto Muster' } },
  });
  await teams.message(ben, channel, 'help');
  story.bot.store.before = () => {
    throw new TypeError('cannot read properties of undefined');
  };
  await teams.message(ben, channel, 'subscribe');
  story.bot.store.before = undefined;
  await story.send({ customer: { name: 'Reto Muster' } });
  await story.send({}, 'csk_nordwind_0000000000000000_0000000000000000000000000000000000000000000');
  await story.settle();

  const written = story.log.join('\n');
  for (const line of story.log) expect(() => JSON.parse(line)).not.toThrow();
  for (const said of [id, 'opportunity accepted', 'opportunity declined', 'subscribed', 'roles granted']) {
    expect(written).toContain(said);
  }
  for (const pattern of private_) expect(written).not.toMatch(pattern);
});
