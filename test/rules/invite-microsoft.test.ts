import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { Deal, dealType } from '../../src/deals/deal.ts';
import { helps } from '../../src/deals/opportunity.ts';
import type { InviteMicrosoft } from '../../src/rules/invite.ts';
import { microsoftSilent } from '../../src/rules/microsoft-answered.ts';
import { plannedSync } from '../../src/rules/partner-center.ts';
import { day, monday } from '../fixtures/opportunity.ts';
import { accepted, admin, ask, closedStages, codes, done, outsiders, own } from './deals.ts';

const contact = { name: 'Reto Muster', phone: '+41 44 000 00 01', email: 'reto.muster@alpenmilch.example' };
const asking: InviteMicrosoft = {
  kind: 'inviteMicrosoft',
  help: 'ProofOfConceptOrDemo',
  helpNotes: ' A pilot ',
  contact,
  consent: true,
};

describe('C7, I5: asking Microsoft for help', () => {
  test.each<[string, Deal, string]>([
    ['private', own(), 'cosell'],
    ['P2P', own({ parties: { microsoft: false, partners: 1 } }), 'cosell'],
  ])('%s becomes co-sell (T1, T2)', (_type, deal, type) => {
    const asked = done(ask(deal, asking));
    expect(dealType(asked.parties)).toBe(type);
    expect(asked).toMatchObject({
      contactConsent: true,
      microsoft: {
        help: 'ProofOfConceptOrDemo',
        notes: 'A pilot',
        status: 'waiting',
        askedAt: instant(monday),
        answerBy: instant(monday + 14 * day),
      },
    });
    expect(asked.history.at(-1)).toMatchObject({ what: 'microsoftInvited', by: { name: 'Ada Keller' } });
    expect(Deal.safeParse(JSON.parse(JSON.stringify(asked))).success).toBe(true);
  });

  test.each(helps.filter((help) => help !== 'Other'))('C7: with the choice %s', (help) => {
    expect(done(ask(own(), { ...asking, help })).microsoft?.help).toBe(help);
  });

  const typed = (changes: Partial<typeof contact>) => ({ contact: { ...contact, ...changes } });
  test.each<[string, Partial<InviteMicrosoft>, string]>([
    ['C7 a choice of help', { help: '' }, 'C7 helpMissing help'],
    ['C7 of the list', { help: 'Other' }, 'C7 helpMissing help'],
    ['C8 what is wanted', { helpNotes: ' ' }, 'C8 helpNotesMissing helpNotes'],
    ['E3 in 4,000 characters', { helpNotes: 'x'.repeat(4001) }, 'E3 notesTooLong helpNotes'],
    ['C2 a contact’s name', typed({ name: ' ' }), 'C2 contactNameMissing contactName'],
    ['E3 a name of 200', typed({ name: 'x'.repeat(201) }), 'E3 nameTooLong contactName'],
    ['C2 a contact’s phone', typed({ phone: '' }), 'C2 contactPhoneMissing contactPhone'],
    ['C2 a contact’s e-mail', typed({ email: 'reto' }), 'C2 contactEmailInvalid contactEmail'],
    ['C3 the customer’s consent', { consent: false }, 'C3 consentMissing consent'],
  ])('needs %s', (_rule, wrong, refused) => {
    expect(codes(ask(own(), { ...asking, ...wrong }))).toEqual([refused]);
  });

  test('C2: of more contacts than a deal holds the last one is given up, the one who may be shared stays', () => {
    const contacts = Array.from({ length: 20 }, (_, at) => ({ ...contact, email: `contact-${at}@alpenmilch.example` }));
    const before = own();
    const customer = { ...before.opportunity.customer, contacts };
    const asked = done(ask({ ...before, opportunity: { ...before.opportunity, customer } }, asking));
    expect(asked.opportunity.customer.contacts).toEqual([contact, ...contacts.slice(0, 19)]);
    expect(Deal.safeParse(JSON.parse(JSON.stringify(asked))).success).toBe(true);
  });

  test('C2: the contact stands first on the deal, once', () => {
    const deal = own();
    expect(deal.opportunity.customer.contacts).toHaveLength(1);
    const same = done(ask(deal, { ...asking, contact: { ...contact, phone: '+41 44 000 00 99' } }));
    expect(same.opportunity.customer.contacts).toEqual([{ ...contact, phone: '+41 44 000 00 99' }]);
    const other = done(ask(deal, { ...asking, contact: { ...contact, email: 'lea@alpenmilch.example' } }));
    expect(other.opportunity.customer.contacts.map(({ email }) => email)).toEqual([
      'lea@alpenmilch.example',
      contact.email,
    ]);
  });

  test.each<[string, Deal, string]>([
    ['I6 not to an inbound deal', accepted(), 'I6 inboundInvites'],
    ['I5 not twice', done(ask(own(), asking)), 'I5 microsoftAlreadyAsked'],
  ])('%s', (_rule, deal, refused) => {
    expect(codes(ask(deal, asking))).toEqual([refused]);
  });

  test.each(outsiders)('%s', (_who, actor, refused) => {
    expect(codes(ask(own(), asking, actor))).toEqual([refused]);
  });

  test.each(closedStages.filter(([, status]) => status !== 'received'))('%s: %s', (_rule, status, refused) => {
    expect(codes(ask(own({ status }), asking, admin))).toEqual([refused]);
  });
});

describe('C9, N8: Microsoft’s 14 days', () => {
  const asked = done(ask(own(), asking));

  test('are planned with the invitation, and the request is on its way at once', () => {
    const outcome = ask(own(), asking);
    expect(outcome.ok && outcome.notices).toEqual(
      expect.arrayContaining([{ task: { kind: 'microsoftSilent' }, dueAt: monday + 14 * day }]),
    );
    expect(plannedSync(own(), asked, monday)).toEqual([{ task: { kind: 'sync' }, dueAt: monday }]);
  });

  test('pass without an answer: the deal goes on, and its team is told', () => {
    const early = microsoftSilent(asked, monday + 14 * day - 1);
    expect(early).toMatchObject({ ok: true, changed: false });
    const silent = microsoftSilent(asked, monday + 14 * day);
    expect(silent).toMatchObject({ ok: true, deal: { status: 'accepted', microsoft: { status: 'silent' } } });
    expect(silent.ok && silent.notices.map(({ task }) => task)).toContainEqual({
      kind: 'microsoftSilentPerson',
      personId: 'person-ada',
    });
  });
});
