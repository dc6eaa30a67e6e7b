import { describe, expect, test } from '@jest/globals';
import { type Deal, Deal as DealSchema, dealType } from '../../src/deals/deal.ts';
import { helps } from '../../src/deals/opportunity.ts';
import { type Create, create } from '../../src/rules/create.ts';
import { isHelp } from '../../src/rules/invite.ts';
import { plannedSync } from '../../src/rules/partner-center.ts';
import { monday, organisation, seller } from '../fixtures/opportunity.ts';
import {
  codes,
  contact,
  creation,
  fabrikam,
  noContact,
  ownDeal,
  partnerRequest,
  tailspin,
  waiting,
} from '../fixtures/own-deal.ts';

function refused(changes: Partial<Create>, actor = seller(), now = monday): string[] {
  return codes(create(creation(changes), actor, organisation, now));
}

const values = creation().values;
const customer = creation().customer;
const [ada] = creation().team;
const microsoft = { help: 'QuotesOrLicensing', helpNotes: 'A quote for 200 seats' };
const consented = { contact, consent: true };

describe('C1 to C8: what a new deal must hold', () => {
  test.each<[string, Partial<Create>, string[]]>([
    ['C1 a customer', { customer: { ...customer, name: ' ' } }, ['C1 customerMissing customerName']],
    [
      'E3 whose name can be kept',
      { customer: { ...customer, name: 'x'.repeat(201) } },
      ['E3 nameTooLong customerName'],
    ],
    ['C1 with an address', { customer: { ...customer, addressLine1: '' } }, ['C1 addressMissing addressLine1']],
    ['C1 with a city', { customer: { ...customer, city: '' } }, ['C1 cityMissing city']],
    ['C1 with a country', { customer: { ...customer, country: '' } }, ['C1 countryInvalid country']],
    ['C1 of ISO 3166', { customer: { ...customer, country: 'QQ' } }, ['C1 countryInvalid country']],
    ['C1 a D-U-N-S number of nine digits', { customer: { ...customer, duns: '12345678' } }, ['C1 dunsInvalid duns']],
    ['E3 a short state', { customer: { ...customer, state: 'x'.repeat(201) } }, ['E3 nameTooLong state']],
    [
      'E3 a postal code',
      { customer: { ...customer, postalCode: '1'.repeat(21) } },
      ['E3 postalCodeTooLong postalCode'],
    ],
    ['C2 no half contact: name', { contact: { ...contact, name: '' } }, ['C2 contactNameMissing contactName']],
    ['C2 no half contact: phone', { contact: { ...contact, phone: 'soon' } }, ['C2 contactPhoneMissing contactPhone']],
    ['C2 no half contact: email', { contact: { ...contact, email: 'reto' } }, ['C2 contactEmailInvalid contactEmail']],
    [
      'C2, C3 a contact and consent for Microsoft',
      { microsoft },
      [
        'C2 contactNameMissing contactName',
        'C2 contactPhoneMissing contactPhone',
        'C2 contactEmailInvalid contactEmail',
        'C3 consentMissing consent',
      ],
    ],
    ['C3 consent', { microsoft, contact, consent: false }, ['C3 consentMissing consent']],
    ['C7 help of the list', { microsoft: { ...microsoft, help: 'Other' }, ...consented }, ['C7 helpMissing help']],
    [
      'C8 what is wanted',
      { microsoft: { ...microsoft, helpNotes: ' ' }, ...consented },
      ['C8 helpNotesMissing helpNotes'],
    ],
    ['C4 a name', { values: { ...values, name: '' } }, ['A1 nameMissing name']],
    ['C4 a value', { values: { ...values, amount: '' } }, ['A1 amountMissing amount']],
    ['C4 greater than zero', { values: { ...values, amount: '0' } }, ['E3 amountInvalid amount']],
    ['C4 a currency', { values: { ...values, currency: '' } }, ['A1 currencyMissing currency']],
    ['C4 of ISO 4217', { values: { ...values, currency: 'QQQ' } }, ['E3 currencyInvalid currency']],
    ['C4 a close date', { values: { ...values, closeDate: '' } }, ['A1 closeDateMissing closeDate']],
    ['C4 not in the past', { values: { ...values, closeDate: '2026-11-01' } }, ['E3 closeDatePast closeDate']],
    ['E3 notes of at most 4,000', { values: { ...values, notes: 'x'.repeat(4001) } }, ['E3 notesTooLong notes']],
    [
      'C5 somebody complete',
      { team: [{ name: 'Ada Keller', email: 'ada@nordwind.example' }] },
      ['E2 teamIncomplete team'],
    ],
    ['C5 anybody at all', { team: [] }, ['E2 teamIncomplete team']],
    [
      'C5 at most 50',
      { team: Array.from({ length: 51 }, (_, at) => ({ ...ada, personId: `person-${at}`, name: `No ${at}` })) },
      ['C5 teamTooLarge team'],
    ],
    ['C6 a solution', { solutions: [] }, ['E2 solutionsMissing solutions']],
    ['C6 of a kind', { solutions: [{ name: 'Lakehouse' }] }, ['C6 choiceMissing solutions']],
    [
      'C6 at most 50',
      { solutions: Array.from({ length: 51 }, (_, at) => ({ name: `No ${at}`, kind: 'own' as const })) },
      ['C6 tooManySolutions solutions'],
    ],
    [
      'I1 no partner twice',
      {
        invitations: [
          { ...partnerRequest(), invitationId: 'one' },
          { ...partnerRequest(), invitationId: 'two' },
        ],
      },
      ['I1 partnerAlreadyInvited partner'],
    ],
    [
      'I2 whole invitations',
      { invitations: [{ ...partnerRequest({ amount: '', closeDate: '2026-11-01' }), invitationId: 'one' }] },
      ['E3 closeDatePast partnerCloseDate', 'A1 amountMissing partnerAmount'],
    ],
  ])('%s', (_rule, changes, wrong) => {
    expect(refused(changes)).toEqual(wrong);
  });

  test('everything that is wrong is said at once, in the order of the form', () => {
    const wrong = refused({
      customer: { ...customer, name: '' },
      values: { ...values, name: '' },
      team: [],
      solutions: [],
    });
    expect(wrong.map((line) => line.split(' ').at(-1))).toEqual(['customerName', 'name', 'team', 'solutions']);
  });
});

describe('C10, L2, L7: what a new deal is', () => {
  const deal = ownDeal({ contact, consent: true });

  test('L2, C10: accepted from its first moment, and the organisation’s own', () => {
    expect(deal).toMatchObject({ status: 'accepted', direction: 'outbound', route: { kind: 'none' } });
    expect(deal.opportunity.sender).toEqual({ kind: 'own', name: 'Nordwind Consulting GmbH' });
  });

  test('C1, C4 to C6: holds what was typed', () => {
    expect(deal).toMatchObject({
      name: 'Alpenmilch lakehouse',
      value: { amount: '120000', currency: 'CHF' },
      closeDate: '2027-03-31',
      crmId: 'CRM-7',
      campaignId: 'SPRING-1',
      opportunity: {
        customer: {
          name: 'Alpenmilch AG',
          duns: '480000001',
          address: { addressLine1: 'Seestrasse 12', city: 'Zürich', postalCode: '8002', country: 'CH' },
          contacts: [contact],
        },
      },
      solutions: [{ kind: 'own', eligible: true }],
      notes: [{ text: 'Our own notes', by: { name: 'Ada Keller' }, at: '2026-11-02T09:12:44.000Z' }],
    });
  });

  test('L7: its history says who created it, when and where', () => {
    expect(deal.history).toEqual([
      {
        what: 'created',
        by: { kind: 'person', personId: 'person-ada', name: 'Ada Keller' },
        at: '2026-11-02T09:12:44.000Z',
        from: 'teams',
      },
    ]);
  });

  test.each([
    ['with both', { contact, consent: true }, true],
    ['without consent', { contact, consent: false }, undefined],
    ['without a contact', { contact: noContact, consent: true }, undefined],
  ])('C3: the contact may be shared %s', (_case, given, may) => {
    expect(ownDeal(given).contactConsent).toBe(may);
  });

  test('L7: with Microsoft and a partner each invitation is a line of its own', () => {
    const invitations = [{ ...partnerRequest(), invitationId: 'one' }];
    expect(ownDeal({ microsoft, ...consented, invitations }).history.map(({ what }) => what)).toEqual([
      'created',
      'microsoftInvited',
      'partnerInvited',
    ]);
  });

  test('the store can read it back', () => {
    const full = ownDeal({ microsoft, ...consented, invitations: [{ ...partnerRequest(), invitationId: 'one' }] });
    const written = JSON.parse(JSON.stringify(full));
    expect(JSON.parse(JSON.stringify(DealSchema.parse(written)))).toEqual(written);
  });
});

describe('C7, T1: the type follows from who takes part', () => {
  const invited = (partner = fabrikam, id = 'one') => ({ ...partnerRequest({ partner }), invitationId: id });
  test.each<[string, Partial<Create>, ReturnType<typeof dealType>]>([
    ['nobody', {}, 'private'],
    ['a partner', { invitations: [invited()] }, 'p2p'],
    ['two partners', { invitations: [invited(), invited(tailspin, 'two')] }, 'p2p'],
    ['Microsoft', { microsoft, ...consented }, 'cosell'],
    ['both', { microsoft, ...consented, invitations: [invited()] }, 'cosell'],
  ])('%s', (_who, changes, type) => {
    expect(dealType(ownDeal(changes).parties)).toBe(type);
  });

  test.each(helps.filter(isHelp))('C7: %s makes it co-sell', (help) => {
    expect(dealType(ownDeal({ microsoft: { ...microsoft, help }, ...consented }).parties)).toBe('cosell');
  });

  test('T4: nothing about a private deal leaves the organisation', () => {
    const outside = (deal: Deal) =>
      waiting(deal).filter((id) => !id.startsWith('remindClose') && !id.startsWith('tellTeamMember'));
    expect(outside(ownDeal())).toEqual([]);
    expect(plannedSync(undefined, ownDeal(), monday)).toEqual([]);
    const asksMicrosoft = ownDeal({ microsoft, ...consented });
    expect(outside(asksMicrosoft)).toEqual(['microsoftSilent']);
    expect(plannedSync(undefined, asksMicrosoft, monday)).toHaveLength(1);
    expect(outside(ownDeal({ invitations: [invited()] }))).toEqual(['sendInvitation:one']);
  });

  test('C9: Microsoft has 14 days', () => {
    expect(ownDeal({ microsoft, ...consented }).microsoft).toEqual({
      help: 'QuotesOrLicensing',
      notes: 'A quote for 200 seats',
      askedAt: '2026-11-02T09:12:44.000Z',
      answerBy: '2026-11-16T09:12:44.000Z',
      status: 'waiting',
    });
  });
});

describe('V1, V3, N7: who creates, and who is told', () => {
  test.each([
    ['V1 a Referrals user', {}, []],
    ['V1 nobody without a role', { roles: [] }, ['V1 noRole']],
    ['V3 no guest', { guest: true }, ['V3 guest']],
    ['V3 nobody of another organisation', { orgId: 'fabrikam' }, ['V3 otherTenant']],
  ])('%s', (_rule, who, wrong) => {
    expect(refused({}, seller(who))).toEqual(wrong);
  });

  test('N7: whoever was added is told once; not who did it, nor who is no person of Teams', () => {
    const ben = { personId: 'person-ben', name: 'Ben Adler' };
    const team = [ada, ben, { name: 'Outside Helper' }] as Create['team'];
    expect(waiting(ownDeal({ team })).filter((id) => id.startsWith('tellTeamMember'))).toEqual([
      'tellTeamMember:person-ben',
    ]);
  });

  test('C4, E3: “today” is the seller’s', () => {
    const late = Date.parse('2026-11-02T23:30:00.000Z');
    const today = { values: { ...values, closeDate: '2026-11-02' } };
    expect(refused(today, seller({ timeZone: 'America/New_York' }), late)).toEqual([]);
    expect(refused(today, seller({ timeZone: 'Europe/Vienna' }), late)).toEqual(['E3 closeDatePast closeDate']);
  });
});
