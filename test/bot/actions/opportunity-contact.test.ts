import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { cited, type Story, startStory, titlesOn } from '../../fakes/story.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story.stop());

const personal = ['Reto Muster', '+41 44 000 00 01', 'reto.muster@alpenmilch.example'];

/** What the bot has written anywhere, with every change of it. */
function everythingWritten(): string {
  return JSON.stringify(story.teams.requests.map(({ body }) => body));
}

describe('V4: the customer’s contact', () => {
  test('is shown to who may answer, and to nobody else in the channel', async () => {
    const { teams, ada, ben } = story;
    const { card } = await story.posted();
    const shown = await teams.press(ben, card, 'Customer contact');
    for (const detail of personal) expect(shown.text).toContain(detail);
    expect(shown.text).toContain(text('en', 'contact.private'));
    expect(teams.textOf(card)).not.toContain('Reto');
    expect(teams.textOf(card, ada)).not.toContain('Reto');
    for (const detail of personal) expect(everythingWritten()).not.toContain(detail);
  });

  test('can be hidden again, and the card still has its buttons', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Customer contact');
    expect(titlesOn(teams.cardOf(card, ben))).toEqual(expect.arrayContaining(['Accept', 'Decline', 'Hide contact']));
    await teams.press(ben, card, 'Hide contact');
    expect(teams.textOf(card, ben)).not.toContain('Reto');
  });

  test('in German for a German reader', async () => {
    const { teams, cem } = story;
    const { card } = await story.posted();
    const shown = await teams.press(cem, card, 'Customer contact');
    expect(shown.text).toContain('Kundenkontakt · Das sehen nur Sie.');
  });

  test('is in no message of a whole story: posted, reminded, accepted, updated', async () => {
    const { teams, ben } = story;
    await story.chatWith(ben);
    const { card } = await story.posted();
    await story.move(7 * 86_400_000);
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    await story.settle();
    await teams.message(ben, story.channel, 'inbound');
    expect(card.edits).toBeGreaterThan(0);
    for (const detail of personal) expect(everythingWritten()).not.toContain(detail);
  });
});

describe('V4, V1: who sees it', () => {
  test('after the answer the team and the admins, nobody else', async () => {
    const { teams, ada, ben, cem } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send');
    await story.settle();
    expect((await teams.press(ben, card, 'Customer contact')).text).toContain('Reto Muster');
    expect((await teams.press(ada, card, 'Customer contact')).text).toContain('Reto Muster');
    const refused = await teams.press(cem, card, 'Customer contact');
    expect(refused.text).toBe(cited(text('de', 'refusal.notOnTeam', { admins: ['Ada Keller'] }), 'V1'));
  });

  test('nobody without a role, and no user where only admins answer', async () => {
    const { teams, ada, ben, cem } = story;
    const { card } = await story.posted();
    await story.grant(cem);
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: false });
    const noRole = await teams.press(cem, card, 'Customer contact');
    expect(noRole.text).toBe(cited(text('de', 'refusal.noRole', { admins: ['Ada Keller'] }), 'V1'));
    const user = await teams.press(ben, card, 'Customer contact');
    expect(user.text).toBe(cited(text('en', 'refusal.usersMayNotAnswer', { admins: ['Ada Keller'] }), 'V1'));
    expect((await teams.press(ada, card, 'Customer contact')).text).toContain('Reto Muster');
  });

  test('nobody once it was declined: there is nothing to call for', async () => {
    const { teams, ada, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Decline');
    await teams.press(ben, card, 'opportunity.decline.send', { reason: 'budget' });
    const forged = await teams.forge(ada, card, 'opportunity.contact', { dealId: id });
    expect(forged.text).toContain('Ben Adler declined this');
    expect(forged.text).not.toContain('Reto');
  });
});
