import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { Draft } from '../../../src/drafts/draft.ts';
import { documents } from '../../../src/store/documents.ts';
import { startBalancer } from '../../fakes/balancer.ts';
import { day } from '../../fakes/house.ts';
import { buttonsOf, type Json } from '../../fakes/seen-card.ts';
import { cited, titlesOn, valueIn } from '../../fakes/story.ts';
import type { Posted } from '../../fakes/teams.ts';
import { type DialogStory, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());
afterEach(() => {
  story.bot.store.before = undefined;
});

/** Every draft that the store keeps. */
async function drafts(): Promise<Draft[]> {
  const found: Draft[] = [];
  for await (const { document } of documents(story.bot.store, 'draft', Draft).all('nordwind')) found.push(document);
  return found;
}

async function draftOf(dealId: string): Promise<Draft | undefined> {
  return (await drafts()).find((draft) => draft.dealId === dealId);
}

/** What Ben sees of a card: a form in the middle of marking a deal as won. */
async function halfWay(): Promise<{ card: Posted; id: string; review: Json; outcome: Json }> {
  const { card, id } = await story.accepted();
  const form = await story.open('card', story.ben, card, 'deal.won', id);
  const review = await form.press('Next', { amount: '77', notes: 'half way' });
  return { card, id, outcome: form.card ?? {}, review: review.card ?? {} };
}

/** A deal that can be registered. */
async function won(): Promise<{ card: Posted; id: string }> {
  const { card, id } = await story.accepted();
  await story.changeSolutions(id, [{ name: 'Lakehouse', kind: 'own', eligible: true }]);
  const { value, closeDate = '' } = await story.deal(id);
  await story.bot.desk.perform('nordwind', id, {
    command: { kind: 'win', amount: value?.amount ?? '', currency: value?.currency ?? '', closeDate, notes: '' },
    actor: story.actor(story.ada),
  });
  return { card, id };
}

describe('C10: a draft', () => {
  test('is left with what was typed, right or wrong, and taken up again from its card', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open('card', ben, card, 'deal.won', id);
    const left = await form.press('Save and leave', { amount: 'a lot', notes: 'later' });
    expect(left.text).toContain(text('en', 'dialog.saved', { until: '2 Dec 2026, 10:00 CET' }));
    expect(left.text).toContain('Alpenmilch AG');
    expect(titlesOn(left.card ?? {})).toEqual(['Go on', 'Discard']);
    const again = await left.press('Go on');
    expect([valueIn(again.card ?? {}, 'amount'), valueIn(again.card ?? {}, 'notes')]).toEqual(['a lot', 'later']);
    expect(teams.violations).toEqual([]);
  });

  test.each(shapes)(
    'is taken up where the dialog is opened again, in a %s, after a restart, on any instance',
    async (shape) => {
      const { teams, ben } = story;
      const { id } = await halfWay();
      const other = await story.another();
      teams.connect(other.url);
      const chat = await story.chatWith(ben);
      const again = await story.open(shape, ben, teams.lastIn(chat), 'deal.won', id);
      expect(again.text).toContain(text('en', 'dialog.begun'));
      expect(again.text).toContain('step 2 of 2');
      expect(again.text).toContain('half way');
      teams.connect(story.bot.url);
      await story.end(other);
      await again.press('Discard');
    },
  );

  test.each<[string, string, () => Promise<{ card: Posted; id: string }>]>([
    ['deal.edit', 'crmId', () => story.accepted()],
    ['deal.team', 'contactName', () => story.accepted()],
    ['deal.solutions', 'solution', () => story.accepted()],
    ['deal.note', 'note', () => story.accepted()],
    ['deal.won', 'notes', () => story.accepted()],
    ['deal.lost', 'notes', () => story.accepted()],
    ['deal.microsoft', 'helpNotes', () => story.own()],
    ['deal.register', 'startsOn', won],
  ])('%s is left in a card, taken up in a window, left there, and taken up in a card', async (dialog, input, make) => {
    const { ben } = story;
    const { card, id } = await make();
    const form = await story.open('card', ben, card, dialog, id);
    await form.press('Save and leave', { [input]: '2026-11-30' });
    const window = await story.open('window', ben, card, dialog, id);
    expect(valueIn(window.card ?? {}, input)).toBe('2026-11-30');
    await window.press('Save and leave', { [input]: '2026-12-01' });
    const again = await story.open('card', ben, card, dialog, id);
    expect(valueIn(again.card ?? {}, input)).toBe('2026-12-01');
    const history = (await story.deal(id)).history.length;
    await again.press('Discard');
    expect((await story.deal(id)).history).toHaveLength(history);
    expect(await draftOf(id)).toBeUndefined();
  });

  test('that was only looked at is begun anew, with the deal as it is by then', async () => {
    const { ada, ben } = story;
    const { card, id } = await story.accepted();
    await story.open('card', ben, card, 'deal.edit', id);
    const other = await story.open('card', ada, card, 'deal.edit', id);
    await other.press('Apply changes', { name: 'Newer' });
    const again = await story.open('card', ben, card, 'deal.edit', id);
    expect(valueIn(again.card ?? {}, 'name')).toBe('Newer');
    const own = (await drafts()).filter((draft) => draft.dealId === id && draft.personId === story.actor(ben).personId);
    expect(own).toHaveLength(1);
  });

  test('is its owner’s alone', async () => {
    const { teams, ada } = story;
    const { card, id, review } = await halfWay();
    const pressed = await teams.press(ada, { message: card, card: review }, 'Mark as won');
    expect(pressed.text).toContain(text('en', 'dialog.gone'));
    const discarded = await teams.press(ada, { message: card, card: review }, 'Discard');
    expect(discarded.text).toContain(text('en', 'dialog.gone'));
    const own = await story.open('card', ada, card, 'deal.won', id);
    expect(own.text).not.toContain('half way');
    expect(valueIn(own.card ?? {}, 'amount')).toBe(120_000);
    expect((await story.deal(id)).status).toBe('accepted');
  });

  test('is forgotten after 30 days without a touch, not a moment before', async () => {
    const { ben } = story;
    const { card, id } = await halfWay();
    await story.move(29 * day);
    const touched = await story.open('card', ben, card, 'deal.won', id);
    await touched.press('Save and leave');
    await story.move(30 * day - 1);
    expect(await draftOf(id)).toBeDefined();
    await story.move(1);
    expect(await draftOf(id)).toBeUndefined();
    const anew = await story.open('card', ben, card, 'deal.won', id);
    expect(anew.text).not.toContain('half way');
  });

  test('a hundred old drafts keep no deal waiting', async () => {
    const { bot, clock } = story;
    const store = documents(bot.store, 'draft', Draft);
    const [pattern] = await drafts();
    const { id } = await story.accepted();
    const made = Array.from({ length: 120 }, (_, at) => ({ ...(pattern as Draft), id: `draft-old-${at}`, dealId: id }));
    for (const draft of made) await store.create({ ...draft, nextDueAt: new Date(clock.now() - day).toISOString() });
    await story.move(1000);
    expect((await drafts()).filter((draft) => draft.id.startsWith('draft-old-'))).toEqual([]);
  });

  test('a draft of another version of its dialog is begun anew', async () => {
    const { ben, bot } = story;
    const { card, id } = await halfWay();
    const draft = await draftOf(id);
    const stored = await bot.store.get('nordwind', draft?.id ?? '');
    await bot.store.replace({ ...stored?.document, data: { money: 7 } } as never, stored?.version ?? '');
    const gone = await story.teams.forge(ben, card, 'dialog.resume', { draftId: draft?.id, dealId: id });
    expect(gone.text).toContain(text('en', 'dialog.gone'));
    const anew = await story.open('card', ben, card, 'deal.won', id);
    expect(valueIn(anew.card ?? {}, 'amount')).toBe(120_000);
  });
});

describe('two clients on one draft', () => {
  test('the second is shown that it was changed, keeps what it typed, and sends again', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.accepted();
    const phone = await story.open('card', ben, card, 'deal.won', id);
    const desk = await story.open('window', ben, card, 'deal.won', id);
    await phone.press('Save and leave', { notes: 'from the phone' });
    const told = await desk.press('Next', { notes: 'from the desk' });
    expect(told.text).toContain(text('en', 'dialog.elsewhere'));
    expect(valueIn(told.card ?? {}, 'notes')).toBe('from the desk');
    expect((await draftOf(id))?.data).toMatchObject({ notes: 'from the phone' });
    const review = await told.press('Next');
    expect(review.text).toContain('from the desk');
    // And the phone again, with the form that it still has: nothing is won by it.
    const late = await teams.press(ben, { message: card, card: phone.card ?? {} }, 'Next', { notes: 'phone again' });
    expect(late.text).toContain(text('en', 'dialog.elsewhere'));
    expect(late.text).toContain('step 1 of 2');
    expect(valueIn(late.card ?? {}, 'notes')).toBe('phone again');
  });

  test('at the same moment, on two instances: one goes on, the other is told', async () => {
    const { teams, ben } = story;
    const other = await story.another();
    const balancer = await startBalancer([story.bot.url, other.url]);
    teams.connect(balancer.url);
    const { card, id } = await story.accepted();
    const form = await story.open('card', ben, card, 'deal.won', id);
    const seen = { message: card, card: form.card ?? {} };
    const heard = await Promise.all(['one', 'two', 'three'].map((notes) => teams.press(ben, seen, 'Next', { notes })));
    const went = heard.filter((one) => one.text.includes('step 2 of 2'));
    const told = heard.filter((one) => one.text.includes(text('en', 'dialog.elsewhere')));
    expect([went.length, told.length]).toEqual([1, 2]);
    for (const one of told) expect(['one', 'two', 'three']).toContain(valueIn(one.card ?? {}, 'notes'));
    teams.connect(story.bot.url);
    await balancer.stop();
    await story.end(other);
  });

  test('the same press that Teams sends again is answered alike, and is no second client', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open('card', ben, card, 'deal.won', id);
    const first = await teams.press(ben, { message: card, card: form.card ?? {} }, 'Next', { notes: 'once' });
    const again = await teams.repeat(first);
    expect(again.text).toBe(first.text);
    expect(again.card).toEqual(first.card);
    const wrong = await teams.press(ben, { message: card, card: form.card ?? {} }, 'Next', { amount: '0' });
    expect(wrong.text).toContain(text('en', 'dialog.elsewhere'));
    expect(id).toBe((await draftOf(id))?.dealId);
  });

  test.each([
    ['deal.won', 'Next', { amount: '0' }],
    ['deal.team', 'Add this person', { contactPhone: 'call me' }],
    ['deal.solutions', 'Apply changes', { solution: 'No kind' }],
  ])('a refused press of %s that Teams sends again says the same errors', async (dialog, button, typed) => {
    const { teams, ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open('card', ben, card, dialog, id);
    const first = await teams.press(ben, { message: card, card: form.card ?? {} }, button, typed as never);
    const again = await teams.repeat(first);
    expect(again.card).toEqual(first.card);
    expect(again.text).toContain(text('en', 'form.check'));
  });

  test('E1: what is refused because it was changed meanwhile is not sent by Teams’ repetition', async () => {
    const { teams, ada, ben } = story;
    const { card, id } = await story.accepted();
    const mine = await story.open('card', ben, card, 'deal.edit', id);
    const hers = await story.open('card', ada, card, 'deal.edit', id);
    await hers.press('Apply changes', { amount: '130000' });
    const seen = { message: card, card: mine.card ?? {} };
    const told = await teams.press(ben, seen, 'Apply changes', { name: 'Ben’s' });
    const again = await teams.repeat(told);
    expect(again.card).toEqual(told.card);
    expect(await story.deal(id)).toMatchObject({ name: 'Alpenmilch lakehouse', value: { amount: '130000' } });
  });
});

describe('Back, Discard and the end', () => {
  test('Back keeps what was typed, right or wrong', async () => {
    const { ben } = story;
    const { card, id } = await story.own();
    const form = await story.open('card', ben, card, 'deal.microsoft', id);
    const second = await form.press('Next', { help: 'QuotesOrLicensing', helpNotes: 'Prices' });
    const first = await second.press('Back', { contactPhone: 'call me' });
    expect(valueIn(first.card ?? {}, 'helpNotes')).toBe('Prices');
    const again = await first.press('Next');
    expect(valueIn(again.card ?? {}, 'contactPhone')).toBe('call me');
  });

  test('Discard leads back to the deal’s card; an old form of it leads there too', async () => {
    const { teams, ben } = story;
    const { card, id, review } = await halfWay();
    const left = await teams.press(ben, { message: card, card: review }, 'Discard');
    expect(left.text).toContain(text('en', 'dialog.discarded'));
    expect(left.text).toContain('Ben Adler accepted this on');
    expect(await draftOf(id)).toBeUndefined();
    const late = await teams.press(ben, { message: card, card: review }, 'Mark as won');
    expect(late.text).toContain(text('en', 'dialog.gone'));
    expect(late.text).toContain('Ben Adler accepted this on');
    expect((await story.deal(id)).status).toBe('accepted');
  });

  test('a form of a draft that was discarded is not taken for one of the next draft', async () => {
    const { teams, ben } = story;
    const { card, id, outcome, review } = await halfWay();
    await teams.press(ben, { message: card, card: review }, 'Discard');
    const next = await story.open('card', ben, card, 'deal.won', id);
    await next.press('Save and leave', { notes: 'new draft' });
    const old = await teams.press(ben, { message: card, card: outcome }, 'Next', { notes: 'old form' });
    expect(old.text).toContain(text('en', 'dialog.elsewhere'));
    expect((await draftOf(id))?.data).toMatchObject({ notes: 'new draft' });
  });
});

describe('windows', () => {
  test('the first step offers one, which takes along what was typed into the card', async () => {
    const { ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open('card', ben, card, 'deal.won', id);
    const window = await story.openWindow(ben, card, form.card ?? {}, 'Open in a window', {
      notes: 'typed in the card',
    });
    expect(valueIn(window.card ?? {}, 'notes')).toBe('typed in the card');
    expect(titlesOn(window.card ?? {})).not.toContain('Open in a window');
    const review = await window.press('Next');
    expect(titlesOn(review.card ?? {})).toEqual(['Mark as won', 'Back', 'Save and leave', 'Discard']);
    const done = await review.press('Mark as won');
    expect([done.card, done.text]).toEqual([undefined, text('en', 'won.done')]);
    // The card behind the window still shows the form: it leads to the deal.
    const behind = await form.press('Next');
    expect(behind.text).toContain('Ben Adler marked this as won on');
  });

  test('a client that sends no inputs with it loses nothing that was kept', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open('card', ben, card, 'deal.won', id);
    const left = await form.press('Save and leave', { notes: 'kept' });
    const again = await left.press('Go on');
    const opener = buttonsOf(again.card ?? {}).find(({ title }) => title === 'Open in a window');
    const heard = await teams.post(ben, card, {
      type: 'invoke',
      name: 'task/fetch',
      value: { data: opener?.action.data },
    });
    expect(valueIn(heard.body.task.value.card.content, 'notes')).toBe('kept');
  });

  test('Save and leave, and Discard, close it with a line', async () => {
    const { ben } = story;
    const { card, id } = await story.accepted();
    const left = await (await story.open('window', ben, card, 'deal.won', id)).press('Save and leave');
    expect([left.card, left.text]).toEqual([undefined, expect.stringContaining('You can go on until')]);
    const discarded = await (await story.open('window', ben, card, 'deal.won', id)).press('Discard');
    expect([discarded.card, discarded.text]).toEqual([undefined, text('en', 'dialog.discarded')]);
  });

  test.each([
    ['nothing', undefined],
    ['an unknown verb', { data: { verb: 'deal.delete' } }],
    ['a verb of the cards', { data: { verb: 'opportunity.accept', dealId: 'x' } }],
    ['an unknown dialog', { data: { verb: 'dialog.open', dialog: 'deal.delete' } }],
    ['no draft', { data: { verb: 'dialog.next' } }],
  ])('%s is answered with a line', async (_what, value) => {
    const { teams, ben, channel } = story;
    const heard = await teams.post(ben, channel, { type: 'invoke', name: 'task/fetch', value });
    expect([heard.status, heard.body]).toEqual([200, { task: { type: 'message', value: text('en', 'oldCard') } }]);
  });

  test('an outage is said in the window, and what was typed can be sent again', async () => {
    const { ben, bot } = story;
    const { card, id } = await story.accepted();
    const form = await story.open('window', ben, card, 'deal.won', id);
    bot.store.before = () => {
      throw new Error('down');
    };
    expect((await form.press('Next')).text).toBe(text('en', 'busy'));
    bot.store.before = undefined;
    expect((await form.press('Next', { notes: 'again' })).text).toContain('again');
  });
});

describe('old clients', () => {
  test('V4: a form never stands where others read it: it goes to the own chat', async () => {
    const { teams, ben, channel } = story;
    const { card, id } = await story.own();
    await story.chatWith(ben);
    const before = teams.messagesIn(channel).length;
    await teams.post(ben, channel, {
      type: 'message',
      value: { verb: 'dialog.open', dialog: 'deal.microsoft', dealId: id },
    });
    const said = teams.messagesIn(channel).slice(before);
    expect(said.map((message) => teams.textOf(message))).toEqual([text('en', 'sentInPrivate')]);
    const chat = teams.personalChat(ben);
    const form = teams.lastIn(chat);
    expect(teams.textOf(form)).toContain(text('en', 'microsoft.days'));
    await teams.submit(ben, form, 'Next', { help: 'QuotesOrLicensing', helpNotes: 'Prices' });
    expect(teams.textOf(form)).toContain('step 2 of 3');
    await teams.submit(ben, form, 'Next', { consent: 'true' });
    await teams.submit(ben, form, 'Invite Microsoft');
    expect(teams.textOf(form)).toContain('Done: Microsoft is invited');
    expect(card).toBeDefined();
  });

  test('who cannot be written to is told how', async () => {
    const { teams, channel } = story;
    const eve = teams.user('Eve Novak', { hasApp: false });
    channel.members.push(eve);
    await story.grant(eve, 'referralsAdmin');
    const { id } = await story.accepted();
    await teams.post(eve, channel, {
      type: 'message',
      value: { verb: 'dialog.open', dialog: 'deal.note', dealId: id },
    });
    expect(teams.textIn(channel)).toBe(text('en', 'contactNotSent'));
  });
});

describe('V1, V3: at every press', () => {
  test('a guest and a stranger see nothing', async () => {
    const { teams, channel } = story;
    const { card, id } = await story.accepted();
    for (const outsider of [teams.guest('Gus Guest'), teams.stranger('Sue Stray')]) {
      channel.members.push(outsider);
      for (const shape of shapes) {
        const refused = await story.open(shape, outsider, card, 'deal.note', id);
        expect(refused.text).toBe(cited(text('en', outsider.guest ? 'refusal.guest' : 'refusal.otherTenant'), 'V3'));
      }
      channel.members.pop();
    }
  });

  test('a deal of nobody is not found', async () => {
    const { card } = await story.accepted();
    for (const shape of shapes) {
      const refused = await story.open(shape, story.ada, card, 'deal.note', 'deal-of-nobody');
      expect(refused.text).toBe(text('en', 'notFound'));
    }
  });

  test('a forged step goes by the rules all the same', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open('card', ben, card, 'deal.won', id);
    const next = buttonsOf(form.card ?? {}).find(({ title }) => title === 'Next');
    const data = { ...(next?.action.data as Json), step: 'outcome', amount: '0' };
    const wrong = await teams.forge(ben, card, 'dialog.next', data);
    const { sequence } = (await draftOf(id)) as Draft;
    const heard = await teams.forge(ben, card, 'dialog.next', { ...data, step: 'review', sequence });
    expect(wrong.text).toContain(text('en', 'form.check'));
    expect(heard.text).toContain('step 1 of 2');
    expect(heard.text).toContain(text('en', 'refusal.amountInvalid'));
    expect((await story.deal(id)).status).toBe('accepted');
  });
});
