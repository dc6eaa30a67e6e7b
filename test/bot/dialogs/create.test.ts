import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { Deal, dealType } from '../../../src/deals/deal.ts';
import { documents } from '../../../src/store/documents.ts';
import { startBalancer } from '../../fakes/balancer.ts';
import { day } from '../../fakes/house.ts';
import { buttonsOf, inputsOf, type Json, visibleText } from '../../fakes/seen-card.ts';
import { cited, errorsOn, titlesOn, valueIn } from '../../fakes/story.ts';
import type { Conversation, Heard, Posted, User } from '../../fakes/teams.ts';
import { fillDirectory } from './directory.ts';
import { benPhone, type DialogStory, startDialogs } from './story.ts';

let story: DialogStory;

beforeEach(async () => {
  story = await startDialogs();
  await fillDirectory(story.directory);
});
afterEach(() => story.stop());

/** A form in somebody's own chat, opened by command. */
async function opened(user: User, line: string): Promise<{ card: Posted; chat: Conversation }> {
  const { teams } = story;
  const chat = teams.personalChat(user);
  await teams.message(user, chat, line);
  return { card: teams.lastIn(chat), chat };
}

/** Presses Next after typing. @throws {Error} the step is shown again, with errors */
async function next(user: User, card: Posted, typed: Record<string, string> = {}): Promise<Heard> {
  const heard = await story.teams.press(user, card, 'dialog.next', typed);
  const errors = errorsOn(heard.card ?? {});
  if (Object.keys(errors).length > 0) throw new Error(JSON.stringify(errors));
  return heard;
}

async function deals(orgId = 'nordwind'): Promise<Deal[]> {
  const found: Deal[] = [];
  for await (const { document } of documents(story.bot.store, 'deal', Deal).all(orgId)) found.push(document);
  return found;
}

const details = { name: 'Store rollout', amount: '50000', currency: 'EUR', closeDate: '2027-03-31' };
const contact = {
  contactName: 'Kari Example',
  contactPhone: '+49 40 000 00 01',
  contactEmail: 'kari@contoso.example',
  consent: 'true',
};

/** As far as a step, with good input; the form stands there then. */
async function walkedTo(step: string, user = story.ben): Promise<Posted> {
  const { card } = await opened(user, 'new deal');
  const steps: [string, Record<string, string>][] = [
    ['customer', { customer: 'cust-1' }],
    ['contact', {}],
    ['details', details],
    ['team', { phone: benPhone }],
    ['solutions', { solutions: 'SOL-0001-ABC' }],
    ['selling', {}],
    ['partners', {}],
  ];
  for (const [id, typed] of steps) {
    if (id === step) return card;
    await next(user, card, typed);
  }
  return card;
}

/** The draft that a form is of. @throws {Error} it is no form */
function draftIdOn(card: Json): unknown {
  const { draftId } = buttonData(card);
  if (draftId === undefined) throw new Error(`no form: ${visibleText(card)}`);
  return draftId;
}

/** What the drafts of somebody are about. */
async function draftsOf(user: User): Promise<string[]> {
  const { card } = await opened(user, 'drafts');
  return read(card, user)
    .split('\n')
    .filter((line) => line.startsWith('Contoso'));
}

const seen = (card: Posted, user = story.ben) => story.teams.cardOf(card, user);
const read = (card: Posted, user = story.ben) => visibleText(seen(card, user)).replaceAll('\u00a0', ' ');

describe('C1 to C10: a deal from the command to the card', () => {
  test('private, with a customer of the directory', async () => {
    const { teams, ben } = story;
    const { card } = await opened(ben, 'new deal');
    expect(read(card)).toContain('Create a deal');
    // C1: two of one name in one town are told apart by address and D-U-N-S number.
    await teams.press(ben, card, 'Find', { customerName: 'contoso ret', country: 'DE' });
    expect(read(card)).toContain('Am Kai 3, 20457 Hamburg, Germany\nD-U-N-S 480000001');
    expect(read(card)).toContain('Elbchaussee 9, 22763 Hamburg, Germany\nD-U-N-S 480000002');
    expect(read(card)).not.toContain('Dublin');
    const choose = buttonsOf(seen(card)).filter(({ action }) => action.title === 'Choose');
    expect(choose.map(({ action }) => action.tooltip)).toEqual([
      'Choose: Contoso Retail, Am Kai 3, 20457 Hamburg, Germany · D-U-N-S 480000001',
      'Choose: Contoso Retail, Elbchaussee 9, 22763 Hamburg, Germany · D-U-N-S 480000002',
    ]);
    await teams.press(ben, card, { title: 'Choose', data: { item: 'cust-2' } });
    expect(read(card)).toContain('Elbchaussee 9');
    await next(ben, card);
    await next(ben, card);
    expect(valueIn(seen(card), 'name')).toBe('Contoso Retail');
    await next(ben, card, { ...details, notes: 'Wants it by spring', crmId: 'CRM-7', campaignId: 'SPRING' });
    // C5: the own person first.
    expect(read(card)).toContain('First contact: you');
    expect(valueIn(seen(card), 'ownEmail')).toBe(ben.email);
    await next(ben, card, { phone: benPhone });
    await next(ben, card, { solutions: 'SOL-0001-ABC,SOL%2C0003' });
    await next(ben, card);
    await next(ben, card);
    for (const line of [
      'This becomes a private deal: nobody outside your organisation sees it.',
      'Contoso Retail',
      'Elbchaussee 9, 22763 Hamburg, Germany',
      'D-U-N-S 480000002',
      'Store rollout',
      '€50,000',
      '31 Mar 2027',
      'Wants it by spring',
      'CRM-7',
      'SPRING',
      `Ben Adler, ${benPhone}, ${ben.email}`,
      'Lakehouse Accelerator (Our own)',
      'Azure Virtual Desktop (Microsoft)',
      'No help from Microsoft',
    ]) {
      expect(read(card)).toContain(line);
    }
    const done = await teams.press(ben, card, 'Create the deal');
    expect(done.text).toContain('Done: the deal is created.');
    const [deal, ...others] = await deals();
    expect(others).toEqual([]);
    expect(deal).toMatchObject({
      status: 'accepted',
      direction: 'outbound',
      name: 'Store rollout',
      value: { amount: '50000', currency: 'EUR' },
      closeDate: '2027-03-31',
      crmId: 'CRM-7',
      campaignId: 'SPRING',
      opportunity: { customer: { name: 'Contoso Retail', duns: '480000002', address: { city: 'Hamburg' } } },
      team: [{ name: 'Ben Adler', phone: benPhone, email: ben.email }],
      solutions: [
        { id: 'SOL-0001-ABC', kind: 'own', eligible: true },
        { id: 'SOL,0003', kind: 'microsoft' },
      ],
      notes: [{ text: 'Wants it by spring' }],
    });
    expect(deal && dealType(deal.parties)).toBe('private');
    expect((await story.person(ben))?.phone).toBe(benPhone);
    const { card: list } = await opened(ben, 'drafts');
    expect(read(list)).toContain('You have no half-filled forms.');
  });

  test('co-sell with two partners, in German, in an own chat and by hand', async () => {
    const { teams, cem, ada } = story;
    const { card } = await opened(cem, 'neuer Deal Hafen & Söhne 80 Tsd EUR 31.3.2027');
    expect(read(card, cem)).toContain('Deal anlegen');
    expect(read(card, cem)).toContain('Nichts gefunden. Prüfen Sie die Schreibweise');
    await teams.press(cem, card, 'Von Hand eingeben');
    expect(valueIn(seen(card, cem), 'customerName')).toBe('Hafen & Söhne');
    await next(cem, card, { addressLine1: 'Am Kai 3', city: 'Hamburg', postalCode: '20457', country: 'DE' });
    await next(cem, card, contact);
    expect(valueIn(seen(card, cem), 'amount')).toBe(80000);
    expect(valueIn(seen(card, cem), 'closeDate')).toBe('2027-03-31');
    await next(cem, card, { name: 'Hafenausbau' });
    await teams.message(ada, teams.personalChat(ada), 'help');
    await next(cem, card, { phone: '+49 40 1', colleagues: ada.entraId });
    await next(cem, card, { solution: 'Hafenlogistik', solutionKind: 'own' });
    await next(cem, card, { help: 'ProofOfConceptOrDemo', helpNotes: 'Eine Demo im Mai' });
    await next(cem, card, { invites: 'true' });
    expect(valueIn(seen(card, cem), 'partnerCloseDate')).toBe('2027-03-31');
    expect(valueIn(seen(card, cem), 'partnerCurrency')).toBe('EUR');
    const invitation = {
      partner: '7654321',
      partnerAmount: '30000',
      partnerNotes: 'Kennen das Werk',
      partnerHelp: 'GeneralOrOther',
      partnerSolutions: 'name:Hafenlogistik,SOL-0002-DEF',
      another: 'true',
    };
    await next(cem, card, invitation);
    await next(cem, card, { ...invitation, partner: '5550001', partnerAmount: '9000', another: 'false' });
    for (const line of [
      'Das wird ein Co-Sell-Deal mit Microsoft.',
      'Hafen & Söhne',
      'Kari Example',
      'Der Kunde ist einverstanden, dass Microsoft und die zu diesem Deal eingeladenen Partner diesen Kontakt erhalten',
      '80.000 €',
      'Cem Yilmaz, +49 40 1',
      'Ada Keller',
      'Eine Demo im Mai',
      'Nach dem Senden können Sie Datum, Wert, Team und Lösungen einer Einladung nicht mehr ändern.',
      'Fabrikam Cloud Ltd',
      '30.000 €',
      'Tailspin Partners',
      '9000 €',
    ]) {
      expect(read(card, cem).replaceAll('9.000 €', '9000 €')).toContain(line);
    }
    const done = await teams.press(cem, card, 'Deal anlegen');
    expect(done.text).toContain('Erledigt: Der Deal ist angelegt.');
    const [deal] = await deals();
    expect(deal).toMatchObject({
      contactConsent: true,
      microsoft: { help: 'ProofOfConceptOrDemo', notes: 'Eine Demo im Mai', status: 'waiting' },
      opportunity: { customer: { name: 'Hafen & Söhne', contacts: [{ name: 'Kari Example' }] } },
      team: [{ name: 'Cem Yilmaz' }, { name: 'Ada Keller' }],
      invitations: [
        {
          partner: { id: '7654321', name: 'Fabrikam Cloud Ltd' },
          value: { amount: '30000', currency: 'EUR' },
          solutions: [{ name: 'Hafenlogistik' }, { id: 'SOL-0002-DEF' }],
          team: [{ name: 'Cem Yilmaz' }, { name: 'Ada Keller' }],
        },
        { partner: { id: '5550001' }, value: { amount: '9000' } },
      ],
    });
    expect(deal && dealType(deal.parties)).toBe('cosell');
  });

  test('what is typed behind the command is filled in', async () => {
    const { ben } = story;
    const { card } = await opened(ben, 'new deal Contoso 50k EUR 2027-03-31');
    expect(read(card)).toContain('Am Kai 3, 20457 Hamburg, Germany\nD-U-N-S 480000001');
    await story.teams.press(ben, card, { title: 'Choose', data: { item: 'cust-3' } });
    await next(ben, card);
    await next(ben, card);
    const values = ['name', 'amount', 'currency', 'closeDate'].map((id) => valueIn(seen(card), id));
    expect(values).toEqual(['Contoso Retail Ireland', 50000, 'EUR', '2027-03-31']);
  });

  test('the same in a window of Teams', async () => {
    const { ben } = story;
    const { card } = await story.posted();
    let form = await story.open('window', ben, card, 'deal.create', 'none');
    expect(form.text).toContain('Customer');
    form = await form.press('dialog.next', { customer: 'cust-1' });
    form = await form.press('dialog.next');
    form = await form.press('dialog.next', details);
    form = await form.press('dialog.next', { phone: benPhone });
    form = await form.press('dialog.next', { solutions: 'SOL-0001-ABC' });
    form = await form.press('dialog.next');
    form = await form.press('dialog.next');
    form = await form.press('dialog.next');
    expect([form.card, form.text]).toEqual([undefined, 'Done: the deal is created.']);
    expect((await deals()).filter(({ direction }) => direction === 'outbound')).toHaveLength(1);
  });
});

describe('wrong input stays, and its error stands at its field', () => {
  const t = (key: string) => text('en', key as 'busy');
  test.each<[string, Record<string, string>, Record<string, string[]>]>([
    ['customer', {}, { customerName: [cited(t('refusal.customerMissing'), 'C1')] }],
    ['customer', { customer: 'forged' }, { customerName: [cited(t('refusal.customerMissing'), 'C1')] }],
    [
      'contact',
      { contactName: 'Kari' },
      {
        contactPhone: [cited(t('refusal.contactPhoneMissing'), 'C2')],
        contactEmail: [cited(t('refusal.contactEmailInvalid'), 'C2')],
      },
    ],
    [
      'details',
      {},
      {
        amount: [cited(t('refusal.amountMissing'), 'A1')],
        currency: [cited(t('refusal.currencyMissing'), 'A1')],
        closeDate: [cited(t('refusal.closeDateMissing'), 'A1')],
      },
    ],
    ['details', { ...details, name: '' }, { name: [cited(t('refusal.nameMissing'), 'A1')] }],
    ['details', { ...details, name: 'x'.repeat(201) }, { name: [cited(t('refusal.nameTooLong'), 'E3')] }],
    ['details', { ...details, amount: '-5' }, { amount: [cited(t('refusal.amountInvalid'), 'E3')] }],
    ['details', { ...details, amount: '1.234' }, { amount: [cited(t('refusal.amountInvalid'), 'E3')] }],
    ['details', { ...details, currency: 'QQQ' }, { currency: [cited(t('refusal.currencyInvalid'), 'E3')] }],
    ['details', { ...details, closeDate: '2026-11-01' }, { closeDate: [cited(t('refusal.closeDatePast'), 'E3')] }],
    ['details', { ...details, closeDate: 'in spring' }, { closeDate: [cited(t('refusal.closeDateInvalid'), 'E3')] }],
    ['details', { ...details, notes: 'x'.repeat(4001) }, { notes: [cited(t('refusal.notesTooLong'), 'E3')] }],
    ['details', { ...details, crmId: 'x'.repeat(101) }, { crmId: [cited(t('refusal.crmIdTooLong'), 'E3')] }],
    [
      'details',
      { ...details, campaignId: 'x'.repeat(101) },
      { campaignId: [cited(t('refusal.campaignIdTooLong'), 'E3')] },
    ],
    ['team', {}, { '': [cited(t('refusal.teamIncomplete'), 'E2')] }],
    ['team', { phone: 'call me' }, { phone: [cited(t('refusal.phoneInvalid'), 'C5')] }],
    ['team', { phone: benPhone, ownEmail: 'ben' }, { ownEmail: [cited(t('refusal.contactEmailInvalid'), 'C5')] }],
    ['team', { phone: benPhone, colleagues: 'nobody' }, { colleagues: [cited(t('refusal.colleagueUnknown'), 'C5')] }],
    [
      'team',
      { phone: benPhone, contactPhone: '+49 40 1' },
      { contactName: [cited(t('refusal.contactNameMissing'), 'C5')] },
    ],
    ['solutions', {}, { solutions: [cited(t('refusal.solutionsMissing'), 'E2')] }],
    ['solutions', { solutions: 'forged' }, { solutions: [cited(t('refusal.choiceMissing'), 'C6')] }],
    ['solutions', { solution: 'Our new thing' }, { solutionKind: [cited(t('refusal.choiceMissing'), 'C6')] }],
    [
      'selling',
      { help: 'QuotesOrLicensing' },
      {
        helpNotes: [cited(t('refusal.helpNotesMissing'), 'C8')],
        contactName: [cited(t('refusal.contactNameMissing'), 'C2')],
        contactPhone: [cited(t('refusal.contactPhoneMissing'), 'C2')],
        contactEmail: [cited(t('refusal.contactEmailInvalid'), 'C2')],
        consent: [cited(t('refusal.consentMissing'), 'C3')],
      },
    ],
  ])('%s: %j', async (step, typed, errors) => {
    const { teams, ben } = story;
    const card = await walkedTo(step);
    const heard = await teams.press(ben, card, 'dialog.next', typed);
    expect(errorsOn(heard.card ?? {})).toEqual(errors);
    for (const [id, value] of Object.entries(typed)) {
      if (value !== 'forged' && id in Object.fromEntries(inputsOf(heard.card ?? {}).map((input) => [input.id, true]))) {
        expect(String(valueIn(heard.card ?? {}, id))).toBe(value);
      }
    }
    expect(heard.text).toContain(text('en', 'form.check'));
    expect(await deals()).toEqual([]);
  });

  test('in German', async () => {
    const { teams, cem } = story;
    const { card } = await opened(cem, 'neuer deal');
    const heard = await teams.press(cem, card, 'dialog.next');
    expect(errorsOn(heard.card ?? {})).toEqual({ customerName: [cited(text('de', 'refusal.customerMissing'), 'C1')] });
  });

  test.each<[Record<string, string>, string]>([
    [{ customerName: '' }, 'customerName'],
    [{ addressLine1: '' }, 'addressLine1'],
    [{ city: '' }, 'city'],
    [{ country: '' }, 'country'],
    [{ duns: '123' }, 'duns'],
    [{ state: 'x'.repeat(201) }, 'state'],
    [{ postalCode: '1'.repeat(21) }, 'postalCode'],
  ])('C1 by hand: %j', async (wrong, field) => {
    const { teams, ben } = story;
    const { card } = await opened(ben, 'new deal');
    await teams.press(ben, card, 'Enter by hand', { customerName: 'Hafen & Söhne' });
    const good = { customerName: 'Hafen & Söhne', addressLine1: 'Am Kai 3', city: 'Hamburg', country: 'DE' };
    const heard = await teams.press(ben, card, 'dialog.next', { ...good, ...wrong });
    expect(Object.keys(errorsOn(heard.card ?? {}))).toEqual([field]);
  });

  test('C1: a name that is typed and not chosen is looked up, and the list stands below the error', async () => {
    const { teams, ben } = story;
    const { card } = await opened(ben, 'new deal');
    const heard = await teams.press(ben, card, 'dialog.next', { customerName: 'Łodz Muller' });
    expect(errorsOn(heard.card ?? {})).toEqual({ customerName: [cited(text('en', 'refusal.customerMissing'), 'C1')] });
    expect(heard.text).toContain('Müller Łódź');
    await teams.press(ben, card, { title: 'Choose' });
    expect(read(card)).toContain('Poland');
  });

  test('C1: what the directory does not know of a customer is asked for', async () => {
    const { teams, ben } = story;
    const { card } = await opened(ben, 'new deal');
    const heard = await teams.press(ben, card, 'dialog.next', { customer: 'cust-4' });
    expect(Object.keys(errorsOn(heard.card ?? {}))).toEqual(['addressLine1', 'city']);
    await next(ben, card, { addressLine1: 'Rynek 1', city: 'Łódź' });
    expect(read(card)).toContain('Customer contact');
  });

  test.each<[Record<string, string>, string]>([
    [{ partner: '' }, 'partner'],
    [{ partner: 'forged' }, 'partner'],
    [{ partner: '5550002' }, 'partner'],
    [{ partner: '1234567' }, 'partner'],
    [{ partnerCloseDate: '2026-11-01' }, 'partnerCloseDate'],
    [{ partnerAmount: '0' }, 'partnerAmount'],
    [{ partnerCurrency: '' }, 'partnerCurrency'],
    [{ partnerNotes: ' ' }, 'partnerNotes'],
    [{ partnerHelp: '' }, 'partnerHelp'],
    [{ partnerTeam: '' }, 'partnerTeam'],
    [{ partnerSolutions: '' }, 'partnerSolutions'],
    [{ partnerSolutions: 'forged' }, 'partnerSolutions'],
  ])('I1, I2: %j', async (wrong, field) => {
    const { teams, ben } = story;
    const card = await walkedTo('partners');
    await next(ben, card, { invites: 'true' });
    const good = {
      partner: '5550001',
      partnerAmount: '9000',
      partnerNotes: 'For the network',
      partnerHelp: 'GeneralOrOther',
      partnerSolutions: 'SOL-0002-DEF',
    };
    const heard = await teams.press(ben, card, 'dialog.next', { ...good, ...wrong });
    // A chosen partner stands as a fact: its error comes below what is above it.
    const places = Object.keys(errorsOn(heard.card ?? {}));
    expect(places).toEqual([['5550002', '1234567'].includes(wrong.partner ?? '') ? '' : field]);
  });

  test('I1: nobody twice in one form', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('partners');
    await next(ben, card, { invites: 'true' });
    const good = {
      partner: '5550001',
      partnerAmount: '9000',
      partnerNotes: 'For the network',
      partnerHelp: 'GeneralOrOther',
      partnerSolutions: 'SOL-0002-DEF',
      another: 'true',
    };
    await next(ben, card, good);
    const heard = await teams.press(ben, card, 'dialog.next', { ...good, another: 'false' });
    expect(Object.values(errorsOn(heard.card ?? {}))).toEqual([
      [cited(text('en', 'refusal.partnerAlreadyInvited'), 'I1')],
    ]);
  });

  test('C2, C3: who asks for help gives the contact there, and goes on', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('selling');
    await teams.press(ben, card, 'dialog.next', { help: 'QuotesOrLicensing', helpNotes: '200 seats' });
    await next(ben, card, contact);
    await next(ben, card);
    expect(read(card)).toContain('This becomes a co-sell deal with Microsoft.');
    expect(read(card)).toContain('Microsoft may use this information to contact the customer directly.');
  });

  test('a day passes between the form and its end: the error stands in the step where it belongs', async () => {
    const { teams, ben } = story;
    const { card } = await opened(ben, 'new deal');
    for (const typed of [
      { customer: 'cust-1' },
      {},
      { ...details, closeDate: '2026-11-02' },
      { phone: benPhone },
      { solutions: 'SOL-0001-ABC' },
      {},
      {},
    ]) {
      await next(ben, card, typed);
    }
    await story.move(day);
    const heard = await teams.press(ben, card, 'dialog.next');
    expect(errorsOn(heard.card ?? {})).toEqual({ closeDate: [cited(text('en', 'refusal.closeDatePast'), 'E3')] });
    await next(ben, card, { closeDate: '2027-01-31' });
    for (let at = 0; at < 4; at += 1) await next(ben, card);
    await teams.press(ben, card, 'dialog.next');
    expect(await deals()).toMatchObject([{ closeDate: '2027-01-31' }]);
  });
});

describe('C10: drafts', () => {
  test('Back keeps what was typed, right or wrong', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('details');
    await teams.press(ben, card, 'Back', { ...details, amount: 'a lot' });
    expect(read(card)).toContain('Customer contact');
    await next(ben, card);
    expect(valueIn(seen(card), 'amount')).toBe('a lot');
    expect(valueIn(seen(card), 'name')).toBe('Store rollout');
  });

  test('left, listed, and gone on with from any client, after a restart, on another instance', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('team');
    await teams.press(ben, card, 'Save and leave', { phone: benPhone });
    const other = await story.another();
    teams.connect(other.url);
    await story.end(story.bot);
    const { card: list, chat } = await opened(ben, 'drafts');
    expect(read(list)).toContain('Contoso Retail');
    expect(read(list)).toContain('Create a deal');
    expect(titlesOn(seen(list))).toEqual(['Go on', 'Discard', 'Create a deal']);
    await teams.press(ben, list, 'Go on');
    expect(valueIn(seen(list), 'phone')).toBe(benPhone);
    await next(ben, list, {});
    await next(ben, list, { solutions: 'SOL-0001-ABC' });
    expect(teams.messagesIn(chat).length).toBeGreaterThan(0);
  });

  test('the same message again, on another instance, is the same draft', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    const again = async (heard: Heard) => {
      teams.connect((await story.another()).url);
      await teams.repeat(heard);
      teams.connect(story.bot.url);
      return teams.lastIn(chat);
    };
    const written = await teams.message(ben, chat, 'new deal Contoso');
    const first = teams.lastIn(chat);
    const second = await again(written);
    expect(second.id).not.toBe(first.id);
    expect(draftIdOn(seen(second))).toBe(draftIdOn(seen(first)));
    expect(await draftsOf(ben)).toEqual(['Contoso']);

    await next(ben, first, { customer: 'cust-1' });
    const touched = await again(written);
    expect(read(touched)).toContain(text('en', 'dialog.begun'));
    expect(read(touched)).toContain('Customer contact');
    for (const typed of [{}, details, { phone: benPhone }, { solutions: 'SOL-0001-ABC' }, {}, {}, {}]) {
      await next(ben, touched, typed);
    }
    expect(await deals()).toHaveLength(1);
    expect(read(await again(written))).toContain('Done: the deal is created.');
    expect(await draftsOf(ben)).toEqual([]);
    // A second deal for the same customer is another message.
    await teams.message(ben, chat, 'new deal Contoso');
    expect(await draftsOf(ben)).toEqual(['Contoso']);
  });

  test('the same message on two instances at the same moment is one draft', async () => {
    const { teams, ben } = story;
    const chat = await story.chatWith(ben);
    const balancer = await startBalancer([story.bot.url, (await story.another()).url]);
    teams.connect(balancer.url);
    const line = { type: 'message', id: '1793610000001', textFormat: 'plain', text: 'new deal Contoso' };
    const before = teams.messagesIn(chat).length;
    await Promise.all([teams.post(ben, chat, line), teams.post(ben, chat, line)]);
    const cards = teams.messagesIn(chat).slice(before);
    expect(cards).toHaveLength(2);
    expect(new Set(cards.map((card) => draftIdOn(seen(card)))).size).toBe(1);
    expect(await draftsOf(ben)).toEqual(['Contoso']);
    teams.connect(story.bot.url);
    await balancer.stop();
  });

  test('so is a press on the button that opens it, which Teams sends again', async () => {
    const { teams, ben } = story;
    const { card } = await opened(ben, 'drafts');
    const list = { message: card, card: seen(card) };
    const heard = await teams.press(ben, list, 'Create a deal');
    const again = await teams.repeat(heard);
    const another = await teams.press(ben, list, 'Create a deal');
    const [first, second, third] = [heard, again, another].map((one) => draftIdOn(one.card ?? {}));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test('discarded: nothing was created, and it is listed no more', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('team');
    await teams.press(ben, card, 'Save and leave');
    const { card: list } = await opened(ben, 'Entwürfe');
    const discarded = await teams.press(ben, list, 'Discard');
    expect(discarded.text).toContain('Discarded. Nothing was created or changed.');
    const { card: after } = await opened(ben, 'drafts');
    expect(read(after)).toContain('You have no half-filled forms.');
    expect(await deals()).toEqual([]);
  });

  test('forgotten after 30 days', async () => {
    const { ben } = story;
    await walkedTo('team');
    await story.move(31 * day);
    const { card } = await opened(ben, 'drafts');
    expect(read(card)).toContain('You have no half-filled forms.');
  });

  test('several at a time, the latest first; a long list is cut', async () => {
    const { ben } = story;
    for (let made = 1; made <= 12; made += 1) {
      await opened(ben, `new deal Customer ${made}`);
      await story.move(1000);
    }
    const { card } = await opened(ben, 'drafts');
    const lines = read(card).split('\n');
    expect(lines.filter((line) => line.startsWith('Customer '))).toHaveLength(10);
    expect(lines[1]).toBe('Customer 12');
    expect(read(card)).toContain('And 2 more, older ones.');
  });

  test('somebody else’s is nobody’s business', async () => {
    const { teams, ben, ada } = story;
    const { card } = await opened(ben, 'new deal Contoso');
    const data = (seen(card).body as Json[]).length > 0 ? buttonData(seen(card)) : {};
    const chat = await story.chatWith(ada);
    for (const verb of ['dialog.resume', 'dialog.next', 'dialog.discard']) {
      const heard = await teams.forge(ada, chat, verb, data);
      expect(heard.text).toContain('This form is finished or was discarded.');
    }
    const { card: list } = await opened(ada, 'drafts');
    expect(read(list, ada)).not.toContain('Contoso');
    await next(ben, card, { customer: 'cust-1' });
  });

  test('two clients on one draft: the older form is shown with what was typed into it, and overwrites nothing unseen', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('details');
    const phone = { message: card, card: seen(card) };
    await next(ben, card, details);
    const late = await teams.press(ben, phone, 'dialog.next', { ...details, name: 'Typed on the phone' });
    expect(late.text).toContain(text('en', 'dialog.elsewhere'));
    expect(valueIn(late.card ?? {}, 'name')).toBe('Typed on the phone');
    await teams.press(ben, { message: card, card: late.card ?? {} }, 'dialog.next');
    expect(read(card)).toContain('Team');
  });

  test('the last press twice creates one deal', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('review');
    const form = { message: card, card: seen(card) };
    const [one, two] = await Promise.all([
      teams.press(ben, form, 'Create the deal'),
      teams.press(ben, form, 'Create the deal'),
    ]);
    await teams.press(ben, form, 'Create the deal');
    expect(await deals()).toHaveLength(1);
    expect([one.text, two.text].join()).toContain('Done: the deal is created.');
  });

  test('an outage at the end loses nothing', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('review');
    const form = seen(card);
    story.bot.store.out = true;
    const heard = await teams.press(ben, card, 'Create the deal');
    expect(heard.text).toBe(text('en', 'busy'));
    story.bot.store.out = false;
    await teams.press(ben, { message: card, card: form }, 'Create the deal');
    expect(await deals()).toHaveLength(1);
  });
});

describe('where and who', () => {
  test('by a button, in a channel for the eyes of who pressed alone', async () => {
    const { teams, ben, ada, channel } = story;
    await teams.message(ada, channel, 'help');
    const card = teams.lastIn(channel);
    const heard = await teams.press(ben, card, 'Create a deal');
    expect(heard.text).toContain('Customer');
    expect(teams.textOf(card)).not.toContain('step 1');
    expect(teams.textOf(card, ada)).not.toContain('step 1');
    // An older client would show it to everybody.
    const chat = await story.chatWith(ben);
    await teams.submit(ben, { message: card, card: teams.cardOf(card) }, 'Create a deal');
    expect(teams.textIn(channel)).toContain(text('en', 'sentInPrivate'));
    expect(teams.textIn(chat)).toContain('Create a deal');
  });

  test('names from outside are plain text on every step', async () => {
    const { teams, ben } = story;
    const evil = `<at>everyone</at> [x](https://evil.example) **x** $\{name}`;
    await story.directory.importEntries('nordwind', 'customers', [
      { id: 'evil', name: evil, address: { addressLine1: evil, city: evil, country: 'DE' } },
    ]);
    await story.directory.importEntries('nordwind', 'solutions', [
      { id: 'evil', name: evil, kind: 'own', publisher: evil, eligible: true },
    ]);
    const { card } = await opened(ben, `new deal ${evil}`);
    const shown = [seen(card)];
    for (const typed of [
      { customer: 'evil' },
      {},
      { ...details, name: evil },
      { phone: benPhone },
      { solutions: 'evil' },
      {},
      {},
    ]) {
      shown.push((await next(ben, card, typed)).card ?? {});
    }
    await teams.press(ben, card, 'Save and leave');
    const { card: list } = await opened(ben, 'drafts');
    for (const one of [...shown, seen(list)]) {
      const texts = JSON.stringify(one, (key, value) => (key === 'value' ? undefined : value));
      expect(texts).not.toMatch(/<at>|\$\{name\}/);
      for (const { text: line } of blocksIn(one)) expect(String(line)).not.toContain('evil.example');
    }
  });

  test('V4: in a channel the form goes to the own chat; what is typed there is nobody else’s business', async () => {
    const { teams, ben, channel } = story;
    const chat = await story.chatWith(ben);
    await teams.message(ben, channel, 'new deal Contoso');
    expect(teams.textIn(channel)).toContain(text('en', 'sentInPrivate'));
    expect(teams.textIn(chat)).toContain('Create a deal');
    await teams.message(ben, channel, 'drafts');
    expect(teams.textIn(chat)).toContain('Your drafts');
    expect(JSON.stringify(teams.messagesIn(channel).map((message) => teams.textOf(message)))).not.toContain('Contoso');
  });

  test('V1: nobody without a role', async () => {
    const { teams } = story;
    const dora = teams.user('Dora Neu');
    const chat = teams.personalChat(dora);
    for (const line of ['new deal Contoso', 'drafts']) {
      await teams.message(dora, chat, line);
      expect(teams.textIn(chat)).toContain('You have no role for opportunities yet.');
    }
  });

  test('V1: a role that is taken away while the form is open', async () => {
    const { teams, ben } = story;
    const card = await walkedTo('review');
    await story.grant(ben);
    await story.move(31_000);
    const heard = await teams.press(ben, card, 'Create the deal');
    expect(heard.text).toContain('You have no role for opportunities yet.');
    expect(await deals()).toEqual([]);
  });

  test('the own phone number, customers, solutions and contacts of the last deal come first in the next one', async () => {
    const { teams, ben } = story;
    const { card } = await opened(ben, 'new deal');
    await teams.press(ben, card, 'Enter by hand');
    await next(ben, card, { customerName: 'Zebra AG', addressLine1: 'Ring 1', city: 'Wien', country: 'AT' });
    await next(ben, card);
    await next(ben, card, details);
    const helper = { contactName: 'Outside Helper', contactPhone: '+43 1 9', contactEmail: 'help@out.example' };
    await next(ben, card, { phone: benPhone, ...helper });
    await next(ben, card, { solutions: 'SOL-0002-DEF' });
    for (let at = 0; at < 2; at += 1) await next(ben, card);
    await teams.press(ben, card, 'dialog.next');

    const { card: again } = await opened(ben, 'new deal');
    const [zebra] = choicesIn(seen(again), 'customer');
    expect(zebra?.title).toContain('Zebra AG · Ring 1, Wien, Austria');
    await next(ben, again, { customer: String(zebra?.value) });
    await next(ben, again);
    await next(ben, again, details);
    expect(valueIn(seen(again), 'phone')).toBe(benPhone);
    const [recent] = choicesIn(seen(again), 'recent');
    expect(recent?.title).toBe('Outside Helper, +43 1 9, help＠out.example'.replace('＠', '@'));
    await next(ben, again, { recent: String(recent?.value) });
    expect(choicesIn(seen(again), 'solutions')[0]?.title).toContain('Managed Detection');
  });
});

/** Every TextBlock of a card: they read markdown. */
function blocksIn(card: unknown): Json[] {
  if (Array.isArray(card)) return card.flatMap(blocksIn);
  if (typeof card !== 'object' || card === null) return [];
  const inner = Object.values(card).flatMap(blocksIn);
  return (card as Json).type === 'TextBlock' ? [card as Json, ...inner] : inner;
}

function choicesIn(card: Json, id: string): { title: string; value: string }[] {
  const input = inputsOf(card).find((one) => one.id === id);
  return (input?.choices ?? []) as { title: string; value: string }[];
}

function buttonData(card: Json): Json {
  const found = JSON.stringify(card).match(/"draftId":"([^"]+)","step":"(\w+)","sequence":(\d+)/);
  return found === null ? {} : { draftId: found[1], step: found[2], sequence: Number(found[3]) };
}
