import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { cited, errorsOn, titlesOn, valueIn } from '../../fakes/story.ts';
import { type DialogStory, type Form, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

const fields = ['name', 'amount', 'currency', 'closeDate', 'crmId', 'campaignId'];

function values({ card }: Form): string[] {
  return fields.map((field) => String(valueIn(card ?? {}, field) ?? ''));
}

describe.each(shapes)('in a %s', (shape) => {
  test('E1: the details are pre-filled, changed, and written down', async () => {
    const { ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open(shape, ben, card, 'deal.edit', id);
    expect(values(form)).toEqual(['Alpenmilch lakehouse', '120000', 'CHF', '2027-03-31', '', '']);
    const done = await form.press('Apply changes', {
      name: ' Alpenmilch pilot ',
      amount: '90000',
      currency: 'EUR',
      closeDate: '2027-01-31',
      crmId: 'CRM-7',
      campaignId: 'spring',
    });
    expect(done.text).toContain(text('en', 'edit.done'));
    if (shape === 'card') expect(titlesOn(done.card ?? {})).toEqual(expect.arrayContaining(['Mark won', 'Mark lost']));
    const deal = await story.deal(id);
    expect(deal).toMatchObject({
      name: 'Alpenmilch pilot',
      value: { amount: '90000', currency: 'EUR' },
      closeDate: '2027-01-31',
      crmId: 'CRM-7',
      campaignId: 'spring',
    });
    expect(deal.history.at(-1)).toMatchObject({
      what: 'edited',
      by: { name: 'Ben Adler' },
      changes: { name: { before: 'Alpenmilch lakehouse', after: 'Alpenmilch pilot' } },
    });
    await story.settle();
    // V4: nothing of it stands on the card that everybody reads.
    expect(story.teams.textOf(card)).not.toMatch(/90,000|pilot|CRM-7/);
  });

  test.each([
    ['A1', 'name', 'nameMissing', ' '],
    ['E3', 'name', 'nameTooLong', 'n'.repeat(201)],
    ['A1', 'amount', 'amountMissing', ''],
    ['E3', 'amount', 'amountInvalid', '1234567890123'],
    ['E3', 'amount', 'amountInvalid', '1.999'],
    ['A1', 'currency', 'currencyMissing', ''],
    ['E3', 'currency', 'currencyInvalid', 'XXQ'],
    ['A1', 'closeDate', 'closeDateMissing', ''],
    ['E3', 'closeDate', 'closeDateInvalid', '2027-02-30'],
    ['E3', 'closeDate', 'closeDatePast', '2026-11-01'],
    ['E3', 'crmId', 'crmIdTooLong', 'c'.repeat(101)],
    ['E3', 'campaignId', 'campaignIdTooLong', 'c'.repeat(101)],
  ] as const)('%s: wrong input stands at %s (%s), and what was typed stays', async (rule, field, code, typed) => {
    const { card, id } = await story.accepted();
    const form = await story.open(shape, story.ben, card, 'deal.edit', id);
    const good = { name: 'Pilot', amount: '7', currency: 'EUR', closeDate: '2027-01-31', crmId: 'C', campaignId: 'M' };
    const wrong = await form.press('Apply changes', { ...good, [field]: typed });
    expect(errorsOn(wrong.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
    expect(wrong.text).toContain(text('en', 'form.check'));
    expect(values(wrong)).toEqual(Object.values({ ...good, [field]: typed }));
    expect((await story.deal(id)).name).toBe('Alpenmilch lakehouse');
  });

  test('in German', async () => {
    const { cem } = story;
    const { card, id } = await story.accepted(cem);
    const form = await story.open(shape, cem, card, 'deal.edit', id);
    const wrong = await form.press(text('de', 'dialog.apply'), { name: '' });
    expect(errorsOn(wrong.card ?? {})).toEqual({ name: [cited(text('de', 'refusal.nameMissing'), 'A1')] });
    const done = await wrong.press(text('de', 'dialog.apply'), { name: 'Alpenmilch Pilot' });
    expect(done.text).toContain(text('de', 'edit.done'));
    expect((await story.deal(id)).name).toBe('Alpenmilch Pilot');
  });

  test('E1: of two editors the second is shown what changed, who it was and when, and loses nothing', async () => {
    const { ada, ben } = story;
    const { card, id } = await story.accepted();
    const first = await story.open('card', ada, card, 'deal.edit', id);
    const second = await story.open(shape, ben, card, 'deal.edit', id);
    await first.press('Apply changes', { amount: '130000', closeDate: '2027-04-30', crmId: 'CRM-1' });

    const told = await second.press('Apply changes', { name: 'Ben’s name', closeDate: '2027-02-28' });
    expect(told.text).toContain(text('en', 'refusal.changedMeanwhile'));
    expect(told.text).toContain(
      'Value: changed by Ada Keller on 2 Nov 2026, 10:00 CET\nCHF 120,000 became CHF 130,000',
    );
    expect(told.text).toContain('Close date: changed by Ada Keller');
    expect(told.text).toContain('31 Mar 2027 became 30 Apr 2027');
    expect(told.text).toContain('nothing became CRM-1');
    // Typed by Ben, or else as it is by now.
    expect(values(told)).toEqual(['Ben’s name', '130000', 'CHF', '2027-02-28', 'CRM-1', '']);
    expect((await story.deal(id)).name).toBe('Alpenmilch lakehouse');

    const done = await told.press('Apply changes');
    expect(done.text).toContain(text('en', 'edit.done'));
    expect(await story.deal(id)).toMatchObject({
      name: 'Ben’s name',
      value: { amount: '130000', currency: 'CHF' },
      closeDate: '2027-02-28',
      crmId: 'CRM-1',
    });
  });

  test('L6: an edit that comes after Won changes nothing, and is told', async () => {
    const { ada, ben } = story;
    const { card, id } = await story.accepted();
    const editing = await story.open(shape, ben, card, 'deal.edit', id);
    const review = await (await story.open('card', ada, card, 'deal.won', id)).press('Next');
    await review.press('Mark as won');
    const late = await editing.press('Apply changes', { name: 'Too late' });
    expect(late.text).toContain(text('en', 'refusal.archivedAs', { status: text('en', 'status.won') }));
    expect(await story.deal(id)).toMatchObject({ status: 'won', name: 'Alpenmilch lakehouse' });
    // The draft is of no use any more.
    const gone = await editing.press('Apply changes', { name: 'Too late' });
    expect(gone.text).toContain(text('en', 'dialog.gone'));
  });
});

test('E1: what two editors type is in conflict, or is not; nobody’s change is undone unseen', async () => {
  const { ada, ben } = story;
  const { card, id } = await story.accepted();
  const first = await story.open('card', ada, card, 'deal.edit', id);
  const second = await story.open('card', ben, card, 'deal.edit', id);
  await first.press('Apply changes', { amount: '130000', currency: 'EUR' });
  const told = await second.press('Apply changes', { amount: '110000' });
  // An amount belongs to its currency: Ben meant francs.
  expect(values(told).slice(1, 3)).toEqual(['110000', 'CHF']);
  const third = await story.open('card', ada, card, 'deal.edit', id);
  await third.press('Apply changes', { campaignId: 'spring' });
  const toldAgain = await told.press('Apply changes');
  expect(toldAgain.text).toContain('Campaign id: changed by Ada Keller');
  expect(toldAgain.text).not.toContain('Value: changed by');
  await toldAgain.press('Apply changes');
  expect(await story.deal(id)).toMatchObject({ value: { amount: '110000', currency: 'CHF' }, campaignId: 'spring' });
});

test('edit against Won at the same moment: one comes first, and the deal says so', async () => {
  const { ada, ben } = story;
  for (let round = 0; round < 4; round += 1) {
    const { card, id } = await story.accepted();
    const editing = await story.open('card', ben, card, 'deal.edit', id);
    const review = await (await story.open('card', ada, card, 'deal.won', id)).press('Next');
    const [edited, won] = await Promise.all([
      editing.press('Apply changes', { name: 'Edited' }),
      review.press('Mark as won'),
    ]);
    const { history, name, status } = await story.deal(id);
    expect(status).toBe('won');
    expect(won.text).toContain(text('en', 'won.done'));
    const steps = history.map(({ what }) => what).slice(2);
    if (edited.text.includes(text('en', 'edit.done'))) {
      expect([steps, name]).toEqual([['edited', 'won'], 'Edited']);
    } else {
      expect(edited.text).toContain(text('en', 'refusal.archivedAs', { status: text('en', 'status.won') }));
      expect([steps, name]).toEqual([['won'], 'Alpenmilch lakehouse']);
    }
  }
});

test('V1: who has left the team meanwhile is told, keeps the draft, and changes nothing', async () => {
  const { ada, ben } = story;
  const { card, id } = await story.accepted();
  const form = await story.open('card', ben, card, 'deal.edit', id);
  const { team } = await story.deal(id);
  const others = [{ name: 'Uma Berg', phone: '+43 1 2345678', email: 'uma@contoso.example' }];
  await story.bot.desk.perform('nordwind', id, {
    command: { kind: 'edit', section: 'team', base: team, values: others },
    actor: story.actor(ada),
  });
  const refused = await form.press('Apply changes', { name: 'Ben’s' });
  expect(refused.text).toBe(cited(text('en', 'refusal.notOnTeam', { admins: ['Ada Keller'] }), 'V1'));
  expect((await story.deal(id)).name).toBe('Alpenmilch lakehouse');
});
