import { afterEach, describe, expect, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { thisMachineOnly } from '../fakes/partner-center/this-machine-only.ts';
import { type CenterStory, startCenterStory } from './story.ts';

thisMachineOnly();

let story: CenterStory;

afterEach(async () => {
  await story.stop();
  expect([...story.center.violations, ...story.center.outside]).toEqual([]);
});

const send = { verb: 'opportunity.accept.send' };

describe('in', () => {
  test('an opportunity of Partner Center is posted within a minute, once', async () => {
    story = await startCenterStory();
    const { teams, center, channel } = story;
    const referral = center.invite();
    await story.poll();
    await story.poll();
    const cards = teams.messagesIn(channel).filter((message) => teams.textOf(message).includes('Customer 1 & Sons'));
    expect(cards).toHaveLength(1);
    expect(await story.dealOf(referral)).toMatchObject({ status: 'received', partnerCenter: { id: referral.id } });
  });
});

describe('out', () => {
  test('an answer given in Teams is Partner Center’s', async () => {
    story = await startCenterStory();
    const { teams, center, channel, ben } = story;
    const { id } = center.invite();
    await story.poll();
    const card = teams.lastIn(channel);
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, send, { name: 'Pilot', notes: 'Two plants' });
    await story.settle();
    expect(story.referral(id)).toMatchObject({
      status: 'Active',
      substatus: 'Accepted',
      name: 'Pilot',
      details: { notes: 'Two plants' },
      team: [{ firstName: 'Ben', lastName: 'Adler' }],
    });
    expect(teams.textOf(card)).toContain(text('en', 'sync.inStep'));
    const before = await story.dealOf({ id });
    await story.poll();
    await story.poll();
    expect(await story.dealOf({ id })).toEqual(before);
  });
});
