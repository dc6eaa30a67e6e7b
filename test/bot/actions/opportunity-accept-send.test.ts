import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import type { Json } from '../../fakes/seen-card.ts';
import { cited, errorsOn, type Story, startStory, titlesOn, valueIn } from '../../fakes/story.ts';
import type { Posted, User } from '../../fakes/teams.ts';

let story: Story;

const send = 'opportunity.accept.send';

describe('A1 to A4, V2: accepting', () => {
  beforeEach(async () => {
    story = await startStory();
  });
  afterEach(() => story.stop());

  test('makes the deal the team’s own, with what was typed and who typed it', async () => {
    const { teams, ada, ben } = story;
    const { card, id } = await story.posted();
    await teams.message(ada, story.channel, 'help');
    await teams.press(ben, card, 'Accept');
    const typed = {
      name: ' Alpenmilch lakehouse ',
      amount: '150000.5',
      currency: 'EUR',
      closeDate: '2027-01-31',
      notes: 'A pilot\nbefore summer',
      phone: '+43 1 000 00 02',
      colleagues: ada.entraId.toUpperCase(),
      crmId: 'CRM-7',
      campaignId: 'spring',
    };
    const sent = await teams.press(ben, card, send, typed, { validate: true });
    expect(sent.complaints).toEqual({});
    expect(sent.text).toContain(text('en', 'youAccepted'));
    expect(sent.text).toContain('Ben Adler accepted this on 2 Nov 2026, 10:00 CET');

    const deal = await story.deal(id);
    expect(deal).toMatchObject({
      status: 'accepted',
      name: 'Alpenmilch lakehouse',
      value: { amount: '150000.5', currency: 'EUR' },
      closeDate: '2027-01-31',
      crmId: 'CRM-7',
      campaignId: 'spring',
      team: [
        { name: 'Ben Adler', email: ben.email, phone: '+43 1 000 00 02' },
        { name: 'Ada Keller', email: ada.email },
      ],
      notes: [{ text: 'A pilot\nbefore summer', by: { name: 'Ben Adler' }, at: '2026-11-02T09:00:00.000Z' }],
      answer: { status: 'accepted', by: { name: 'Ben Adler' }, from: 'teams' },
    });
    expect(deal.history.at(-1)).toMatchObject({
      what: 'accepted',
      from: 'teams',
      changes: { value: { before: { currency: 'CHF' }, after: { currency: 'EUR' } } },
    });
  });

  test.each([
    ['longer than a team takes', 'Ben '.repeat(60), 'Ben Ben '],
    ['empty', '', 'ben.adler@contoso.example'],
  ])('by somebody whose name in Teams is %s: the deal can still be read', async (_what, name, shown) => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    ben.name = name;
    await teams.press(ben, card, 'Accept');
    expect((await teams.press(ben, card, send)).text).toContain(text('en', 'youAccepted'));
    await story.settle();
    expect((await story.deal(id)).team[0]?.name).toContain(shown);
  });

  test('shows in every copy of the card who accepted, and no way to answer any more', async () => {
    const { teams, ada, ben, cem } = story;
    const chat = await story.chatWith(cem);
    await teams.message(cem, chat, 'abonnieren');
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, send);
    await story.settle();
    for (const seen of [teams.cardOf(card), teams.cardOf(card, ben), teams.cardOf(card, ada)]) {
      expect(titlesOn(seen)).toEqual(['Customer contact', 'Open deal']);
    }
    expect(teams.textOf(card)).toContain('Ben Adler accepted this on');
    expect(teams.textIn(chat)).toContain('Ben Adler hat am');
  });

  test('in German for a German reader', async () => {
    const { teams, cem } = story;
    const { card } = await story.posted();
    await teams.press(cem, card, 'Accept');
    const wrong = await teams.press(cem, card, send, { name: ' ' });
    expect(errorsOn(wrong.card ?? {})).toEqual({ name: [cited(text('de', 'refusal.nameMissing'), 'A1')] });
    const sent = await teams.press(cem, card, send, { name: 'Alpenmilch' });
    expect(sent.text).toContain(text('de', 'youAccepted'));
    expect(sent.text).toContain('Cem Yilmaz hat am 2. Nov. 2026, 10:00 MEZ angenommen.');
  });

  test('pressed again by the same person changes nothing, and says the same', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    const form = teams.cardOf(card, ben);
    const first = await teams.press(ben, { message: card, card: form }, send, { notes: 'once' });
    const { notes, history } = await story.deal(id);
    const again = await teams.press(ben, { message: card, card: form }, send, { notes: 'twice' });
    expect(again.text).toBe(first.text);
    expect(await story.deal(id)).toMatchObject({ notes, history });
  });

  test('A2: the phone number is offered the next time', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, send, { phone: '+43 1 000 00 02' });
    const { card: next } = await story.posted();
    await teams.press(ben, next, 'Accept');
    expect(valueIn(teams.cardOf(next, ben), 'phone')).toBe('+43 1 000 00 02');
  });

  test('E3: "today" is the seller’s own: on Hawaii it is still yesterday', async () => {
    const { teams, ben } = story;
    const lani = teams.user('Lani Kahale', { timeZone: 'Pacific/Honolulu' });
    await story.grant(lani, 'referralsUser');
    story.channel.members.push(lani);
    const { card, id } = await story.posted();
    await teams.press(ben, card, 'Accept');
    const past = await teams.press(ben, card, send, { closeDate: '2026-11-01' });
    expect(errorsOn(past.card ?? {})).toEqual({ closeDate: [cited(text('en', 'refusal.closeDatePast'), 'E3')] });
    await teams.press(lani, card, 'Accept');
    await teams.press(lani, card, send, { closeDate: '2026-11-01' });
    expect(await story.deal(id)).toMatchObject({ status: 'accepted', closeDate: '2026-11-01' });
  });

  test('takes a number where a client sends one', async () => {
    const { teams, ben } = story;
    const { card, id } = await story.posted();
    const inputs = { name: 'Pilot', amount: 150000.5, currency: 'CHF', closeDate: '2027-03-31' };
    await teams.forge(ben, card, send, { dealId: id, ...inputs });
    expect((await story.deal(id)).value).toEqual({ amount: '150000.5', currency: 'CHF' });
  });

  test('the client itself keeps an empty form back', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Accept');
    const nothing = { name: '', amount: '', currency: '', closeDate: '' };
    const kept = await teams.press(ben, card, send, nothing, { validate: true });
    expect(Object.keys(kept.complaints).sort()).toEqual(['amount', 'closeDate', 'currency', 'name']);
    expect(kept.complaints.name).toBe(text('en', 'refusal.nameMissing'));
  });
});

describe('wrong input', () => {
  let card: Posted;
  let id: string;
  let form: Json;
  let gus: User;
  let sam: User;

  beforeAll(async () => {
    story = await startStory();
    ({ card, id } = await story.posted());
    form = (await story.teams.press(story.ben, card, 'Accept')).card ?? {};
    gus = story.teams.guest('Gus Guest');
    sam = story.teams.stranger('Sam Stranger');
    story.channel.members.push(gus, sam);
  });
  afterAll(() => story.stop());

  const unknownId = 'a0000000-0000-4000-8000-00000000dead';

  test.each([
    ['A1', 'name', 'nameMissing', '  '],
    ['E3', 'name', 'nameTooLong', 'n'.repeat(201)],
    ['A1', 'amount', 'amountMissing', ''],
    ['E3', 'amount', 'amountInvalid', '0'],
    ['E3', 'amount', 'amountInvalid', '-5'],
    ['E3', 'amount', 'amountInvalid', '12.345'],
    ['E3', 'amount', 'amountInvalid', '1234567890123'],
    ['E3', 'amount', 'amountInvalid', 'a lot'],
    ['A1', 'currency', 'currencyMissing', ''],
    ['E3', 'currency', 'currencyInvalid', 'XXXX'],
    ['A1', 'closeDate', 'closeDateMissing', ''],
    ['E3', 'closeDate', 'closeDateInvalid', 'next spring'],
    ['E3', 'closeDate', 'closeDateInvalid', '2027-02-30'],
    ['E3', 'closeDate', 'closeDatePast', '2026-11-01'],
    ['E3', 'notes', 'notesTooLong', 'n'.repeat(4001)],
    ['C5', 'phone', 'phoneInvalid', 'call me'],
    ['A2', 'colleagues', 'colleagueUnknown', unknownId],
    ['A2', 'colleagues', 'colleagueUnknown', 'a guest'],
    ['A2', 'colleagues', 'colleagueUnknown', 'a stranger'],
    ['E3', 'crmId', 'crmIdTooLong', 'c'.repeat(101)],
    ['E3', 'campaignId', 'campaignIdTooLong', 'c'.repeat(101)],
  ] as const)('%s: %s is refused at its field (%s), and what was typed stays', async (rule, field, code, typed) => {
    const wrong = typed === 'a guest' ? gus.entraId : typed === 'a stranger' ? sam.entraId : typed;
    const good = { name: 'Pilot', notes: 'my notes', crmId: 'CRM-7' };
    const sent = await story.teams.press(story.ben, { message: card, card: form }, send, {
      ...good,
      [field]: wrong,
    });
    expect(errorsOn(sent.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
    expect(sent.text).toContain(text('en', 'form.check'));
    for (const [input, value] of Object.entries({ ...good, [field]: wrong })) {
      expect(String(valueIn(sent.card ?? {}, input) ?? '')).toBe(value);
    }
    expect((await story.deal(id)).status).toBe('received');
  });

  test('everything that is wrong is said at once', async () => {
    const wrong = { name: '', amount: '0', currency: '', closeDate: '2026-11-01', phone: 'x' };
    const sent = await story.teams.press(story.ben, { message: card, card: form }, send, wrong);
    expect(Object.keys(errorsOn(sent.card ?? {})).sort()).toEqual(Object.keys(wrong).sort());
  });
});
