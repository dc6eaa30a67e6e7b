import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { day } from '../../fakes/house.ts';
import { cited, errorsOn, titlesOn, valueIn } from '../../fakes/story.ts';
import { type DialogStory, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

describe.each(shapes)('in a %s', (shape) => {
  test('W1 to W3: asks for the final value and date, shows everything, and needs a second confirmation', async () => {
    const { ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open(shape, ben, card, 'deal.won', id);
    expect(['amount', 'currency', 'closeDate'].map((field) => valueIn(form.card ?? {}, field))).toEqual([
      120_000,
      'CHF',
      '2027-03-31',
    ]);
    for (const key of ['won.final', 'won.why'] as const) expect(form.text).toContain(text('en', key));

    const review = await form.press('Next', { amount: '150000.5', closeDate: '2026-11-02', notes: 'Signed\ntoday' });
    expect((await story.deal(id)).status).toBe('accepted');
    expect(review.text).toContain(text('en', 'won.final'));
    for (const line of ['CHF 150,000.50', '2 Nov 2026', 'Signed\ntoday', 'Alpenmilch lakehouse']) {
      expect(review.text).toContain(line);
    }

    const done = await review.press('Mark as won');
    expect(done.text).toContain(text('en', 'won.done'));
    expect(await story.deal(id)).toMatchObject({
      status: 'won',
      value: { amount: '150000.5', currency: 'CHF' },
      closeDate: '2026-11-02',
      notes: [{ text: 'Signed\ntoday', by: { name: 'Ben Adler' } }],
      outcome: { status: 'won', by: { name: 'Ben Adler' }, from: 'teams' },
    });
    await story.settle();
    expect(story.teams.textOf(card)).toContain('Ben Adler marked this as won on');
  });

  test('in German', async () => {
    const { cem } = story;
    const { card, id } = await story.accepted(cem);
    const form = await story.open(shape, cem, card, 'deal.won', id);
    expect(form.text).toContain(text('de', 'won.why'));
    const wrong = await form.press(text('de', 'dialog.next'), { amount: '0' });
    expect(errorsOn(wrong.card ?? {})).toEqual({ amount: [cited(text('de', 'refusal.amountInvalid'), 'E3')] });
    const review = await wrong.press(text('de', 'dialog.next'), { amount: '1234.5' });
    expect(review.text).toContain('1.234,50 CHF');
    const done = await review.press(text('de', 'won.send'));
    expect(done.text).toContain(text('de', 'won.done'));
  });

  test('Back keeps what was typed, and Discard leads back to the deal unchanged', async () => {
    const { ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open(shape, ben, card, 'deal.won', id);
    const review = await form.press('Next', { amount: '5', notes: 'cheap' });
    expect(titlesOn(form.card ?? {})).not.toContain('Back');
    const again = await review.press('Back');
    expect([valueIn(again.card ?? {}, 'amount'), valueIn(again.card ?? {}, 'notes')]).toEqual([5, 'cheap']);
    const left = await again.press('Discard');
    expect(left.text).toContain(text('en', 'dialog.discarded'));
    if (shape === 'card') expect(left.text).toContain('Ben Adler accepted this on');
    expect((await story.deal(id)).status).toBe('accepted');
  });
});

describe('wrong input stands at its field, and what was typed stays', () => {
  test.each([
    ['A1', 'amount', 'amountMissing', ''],
    ['E3', 'amount', 'amountInvalid', '0'],
    ['E3', 'amount', 'amountInvalid', '1.234'],
    ['E3', 'amount', 'amountInvalid', 'a lot'],
    ['A1', 'currency', 'currencyMissing', ''],
    ['E3', 'currency', 'currencyInvalid', 'XXQ'],
    ['A1', 'closeDate', 'closeDateMissing', ''],
    ['E3', 'closeDate', 'closeDateInvalid', 'last week'],
    ['E3', 'closeDate', 'closeDatePast', '2026-11-01'],
    ['E3', 'notes', 'notesTooLong', 'n'.repeat(4001)],
  ] as const)('%s %s: %s', async (rule, field, code, typed) => {
    const { card, id } = await story.accepted();
    const form = await story.open('card', story.ben, card, 'deal.won', id);
    const good = { amount: '7', currency: 'EUR', closeDate: '2027-01-31', notes: 'my notes' };
    const wrong = await form.press('Next', { ...good, [field]: typed });
    expect(errorsOn(wrong.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
    for (const [id_, value] of Object.entries({ ...good, [field]: typed })) {
      expect(String(valueIn(wrong.card ?? {}, id_) ?? '')).toBe(value);
    }
  });
});

describe('registration', () => {
  test('G1: after Won the seller is asked to register, where a solution is eligible', async () => {
    const { card, id } = await story.accepted();
    await story.changeSolutions(id, [{ id: 'SOL-1', name: 'Lakehouse', kind: 'own', eligible: true }]);
    const form = await story.open('card', story.ben, card, 'deal.won', id);
    const done = await (await form.press('Next')).press('Mark as won');
    expect(done.text).toContain(text('en', 'won.doneRegister'));
    expect((await done.press('Register deal')).text).toContain(text('en', 'register.title'));
  });

  test('G3: warns where the deal is younger than 72 hours and could be registered', async () => {
    const { card, id } = await story.accepted();
    const without = await story.open('card', story.ben, card, 'deal.won', id);
    expect(without.text).not.toContain(text('en', 'won.young'));
    await story.changeSolutions(id, [{ id: 'SOL-1', name: 'Lakehouse', kind: 'own', eligible: true }]);
    const young = await story.open('card', story.ben, card, 'deal.won', id);
    expect(young.text).toContain(text('en', 'won.young'));
    story.clock.move(3 * day);
    const old = await story.open('card', story.ben, card, 'deal.won', id);
    expect(old.text).not.toContain(text('en', 'won.young'));
  });
});

describe('who and when', () => {
  test('W1, V1: not for a Referrals user outside the team; for an admin it is', async () => {
    const { ada, cem } = story;
    const { card, id } = await story.accepted();
    const refused = await story.open('card', cem, card, 'deal.won', id);
    expect(refused.text).toBe(cited(text('de', 'refusal.notOnTeam', { admins: ['Ada Keller'] }), 'V1'));
    const window = await story.open('window', cem, card, 'deal.won', id);
    expect(window.text).toBe(refused.text);
    const form = await story.open('card', ada, card, 'deal.won', id);
    await (await form.press('Next')).press('Mark as won');
    expect((await story.deal(id)).outcome).toMatchObject({ by: { name: 'Ada Keller' } });
  });

  test('L3: an opportunity has to be accepted first', async () => {
    const { card, id } = await story.posted();
    const refused = await story.open('card', story.ada, card, 'deal.won', id);
    expect(refused.text).toContain(text('en', 'refusal.notOpenYet'));
    expect((await story.deal(id)).status).toBe('received');
  });

  test('L6: nothing is won or lost twice; the slower one is shown who it was', async () => {
    const { ada, ben } = story;
    const { card, id } = await story.accepted();
    const lost = await (await story.open('card', ada, card, 'deal.lost', id)).press('Next', { reason: 'budget' });
    const won = await (await story.open('window', ben, card, 'deal.won', id)).press('Next');
    await lost.press('Mark as lost');
    const late = await won.press('Mark as won');
    expect(late.text).toBe(cited(text('en', 'refusal.archivedAs', { status: text('en', 'status.lost') }), 'L6'));
    expect((await story.deal(id)).status).toBe('lost');
  });

  test('the same press twice, at once and later, is one outcome and says the same', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.accepted();
    const review = await (await story.open('card', ben, card, 'deal.won', id)).press('Next');
    const seen = { message: card, card: review.card ?? {} };
    const press = () => teams.press(ben, seen, 'Mark as won');
    const heard = await Promise.all([press(), press(), press()]);
    for (const { text: said } of heard) expect(said).toContain(text('en', 'won.done'));
    const { history } = await story.deal(id);
    expect(history.filter(({ what }) => what === 'won')).toHaveLength(1);
    expect((await press()).text).toContain(text('en', 'won.done'));
    await story.move(day);
    const later = await press();
    expect(later.text).toContain(text('en', 'dialog.gone'));
    expect(later.text).toContain('Ben Adler marked this as won on');
  });
});
