import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { day, opportunityBody } from '../../fakes/house.ts';
import { buttonsOf } from '../../fakes/seen-card.ts';
import { type Story, startStory, titlesOn } from '../../fakes/story.ts';
import type { Conversation, Heard, Posted } from '../../fakes/teams.ts';

let story: Story;
let chat: Conversation;
let list: Posted;
const ids: string[] = [];

/** Twelve opportunities that run out one day after the other. */
beforeAll(async () => {
  story = await startStory();
  for (let number = 1; number <= 12; number += 1) {
    const respondBy = new Date(story.clock.now() + (2 + number) * day).toISOString();
    const customer = { name: `Customer ${number}`, address: { country: 'CH' } };
    const { body } = await story.send(opportunityBody({ externalId: `opp-${number}`, customer, respondBy }));
    ids[number] = body.id;
  }
  chat = await story.chatWith(story.ben);
  await story.teams.message(story.ben, chat, 'inbound');
  list = story.teams.lastIn(chat);
});
afterAll(() => story.stop());

function customersIn(shown: string): number[] {
  return [...shown.matchAll(/Customer (\d+)/g)].map(([, number]) => Number(number));
}

/** From the first page on, whatever was shown before. */
async function page(number: number): Promise<Heard> {
  let heard = await story.teams.forge(story.ben, list, 'inbound.page');
  list.views.set(story.ben, heard.card ?? {});
  for (let at = 1; at < number; at += 1) heard = await story.teams.press(story.ben, list, 'Next page');
  return heard;
}

/** The buttons that lead to other pages. */
function pagesOn(): string[] {
  return titlesOn(story.teams.cardOf(list, story.ben)).filter((title) => /^(Next|First) page$/.test(title));
}

describe('page by page, soonest respond-by first', () => {
  test('five on a page, each once, with a way on and a way back', async () => {
    expect(customersIn((await page(1)).text)).toEqual([1, 2, 3, 4, 5]);
    expect(pagesOn()).toEqual(['Next page']);
    expect(customersIn((await page(2)).text)).toEqual([6, 7, 8, 9, 10]);
    expect(pagesOn()).toEqual(['Next page', 'First page']);
    expect(customersIn((await page(3)).text)).toEqual([11, 12]);
    expect(pagesOn()).toEqual(['First page']);
    expect(customersIn((await story.teams.press(story.ben, list, 'First page')).text)).toEqual([1, 2, 3, 4, 5]);
  });

  test('Accept, Cancel leads back to the same page', async () => {
    await page(2);
    await story.teams.press(story.ben, list, { title: 'Accept', data: { dealId: ids[7] } });
    const back = await story.teams.press(story.ben, list, 'Cancel');
    expect(customersIn(back.text)).toEqual([6, 7, 8, 9, 10]);
  });

  test('Details shows the card with a way back to the list', async () => {
    await page(2);
    const shown = await story.teams.press(story.ben, list, { title: 'Details', data: { dealId: ids[8] } });
    expect(shown.text).toContain('Customer 8');
    expect(customersIn((await story.teams.press(story.ben, list, 'Back to the list')).text)).toContain(8);
  });

  test('what was declined from the list is not in it any more', async () => {
    await page(3);
    await story.teams.press(story.ben, list, { title: 'Decline', data: { dealId: ids[12] } });
    const declined = await story.teams.press(story.ben, list, 'opportunity.decline.send', { reason: 'budget' });
    expect(declined.text).toContain('Ben Adler declined this');
    expect(customersIn((await story.teams.press(story.ben, list, 'Back to the list')).text)).toEqual([11]);
  });
});

describe('untrusted cursors', () => {
  test.each([
    ['forged', 'eyJ4IjoxfQ'],
    ['no text of ours', '../../../etc/passwd'],
  ])('%s: leads to the first page', async (_name, cursor) => {
    const heard = await story.teams.forge(story.ben, list, 'inbound.page', { cursor });
    expect(customersIn(heard.text)).toEqual([1, 2, 3, 4, 5]);
    const buttons = buttonsOf(heard.card ?? {}).map(({ title }) => title);
    expect(buttons).not.toContain('First page');
  });

  test.each([[{ cursor: 'c'.repeat(1001) }], [{ cursor: 7 }], [{ cursor: { $gt: '' } }]])(
    'garbage: says that the card is out of date (%j)',
    async (data) => {
      const heard = await story.teams.forge(story.ben, list, 'inbound.page', data);
      expect(heard.text).toBe(text('en', 'oldCard'));
    },
  );
});
