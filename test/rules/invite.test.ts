import { describe, expect, test } from '@jest/globals';
import { type Deal, dealType, statuses } from '../../src/deals/deal.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import type { InviteMicrosoft, PartnerRequest } from '../../src/rules/invite.ts';
import { pendingOf } from '../../src/rules/partner-center.ts';
import { day, monday, received, seller } from '../fixtures/opportunity.ts';
import {
  ask,
  became,
  codes,
  fabrikam,
  forMicrosoft,
  invitation,
  ownDeal,
  partnerRequest,
  tailspin,
  waiting,
} from '../fixtures/own-deal.ts';

const invited = (status: Deal['status'], partner = fabrikam): Deal => {
  const deal = became(ownDeal(), invitation({ partner }));
  return { ...deal, invitations: deal.invitations.map((one) => ({ ...one, status })) };
};

describe('I1: who can be invited', () => {
  test.each<[string, Deal, PartnerRequest['partner'], string[]]>([
    ['a partner that transacts', ownDeal(), tailspin, []],
    ['nobody whom the directory does not know', ownDeal(), undefined, ['I1 partnerUnknown partner']],
    [
      'nobody who does not transact',
      ownDeal(),
      { ...tailspin, transacts: false },
      ['I1 partnerDoesNotTransact partner'],
    ],
    ['not the own organisation', ownDeal(), { ...tailspin, orgId: 'nordwind' }, ['I1 partnerIsSelf partner']],
    ['not the own partner id', ownDeal(), { ...tailspin, id: '1234567' }, ['I1 partnerIsSelf partner']],
    ['nobody with an open invitation', invited('received'), fabrikam, ['I1 partnerAlreadyInvited partner']],
    ['nobody who has accepted', invited('accepted'), fabrikam, ['I1 partnerAlreadyInvited partner']],
    ['who has declined before', invited('declined'), fabrikam, []],
    ['whose invitation expired', invited('expired'), fabrikam, []],
    [
      'nobody by another of their partner ids',
      invited('received'),
      { ...fabrikam, id: '7654399' },
      ['I1 partnerAlreadyInvited partner'],
    ],
  ])('%s', (_who, deal, partner, wrong) => {
    expect(codes(ask(deal, invitation({ partner, invitationId: 'invitation-2' })))).toEqual(wrong);
  });

  test('an invitation by Partner Center ends with its time; one on this service when its partner tells of it', () => {
    const again = (partner: typeof fabrikam, now: number) =>
      codes(ask(invited('received', partner), invitation({ partner, invitationId: 'again' }), seller(), now));
    expect(again(tailspin, monday + 14 * day - 1)).toEqual(['I1 partnerAlreadyInvited partner']);
    expect(again(tailspin, monday + 14 * day)).toEqual([]);
    expect(again(fabrikam, monday + 14 * day)).toEqual(['I1 partnerAlreadyInvited partner']);
  });
});

describe('I2: what an invitation carries', () => {
  test.each<[string, Partial<PartnerRequest>, string[]]>([
    ['a close date', { closeDate: '' }, ['A1 closeDateMissing partnerCloseDate']],
    ['not in the past', { closeDate: '2026-11-01' }, ['E3 closeDatePast partnerCloseDate']],
    ['a value', { amount: '' }, ['A1 amountMissing partnerAmount']],
    ['greater than zero', { amount: '0' }, ['E3 amountInvalid partnerAmount']],
    ['a currency', { currency: '' }, ['A1 currencyMissing partnerCurrency']],
    ['why', { notes: ' ' }, ['I2 invitationNotesMissing partnerNotes']],
    ['at most 4,000 characters', { notes: 'x'.repeat(4001) }, ['E3 notesTooLong partnerNotes']],
    ['somebody of the own team', { team: [] }, ['E2 teamIncomplete partnerTeam']],
    ['whom one can call', { team: [{ name: 'Ada Keller' }] }, ['E2 teamIncomplete partnerTeam']],
    ['a solution', { solutions: [] }, ['E2 solutionsMissing partnerSolutions']],
    ['the help wanted', { help: '' }, ['I2 helpMissing partnerHelp']],
    ['of C7’s list', { help: 'Other' }, ['I2 helpMissing partnerHelp']],
  ])('%s', (_what, wrong, refused) => {
    expect(codes(ask(ownDeal(), invitation(wrong)))).toEqual(refused);
  });

  test('I4: several partners, each with its own invitation', () => {
    const one = became(ownDeal(), invitation());
    const two = became(one, invitation({ invitationId: 'invitation-2', partner: tailspin, amount: '9000' }));
    expect(two.invitations).toMatchObject([
      { id: 'invitation-1', partner: { id: fabrikam.id, orgId: 'fabrikam' }, value: { amount: '40000' } },
      { id: 'invitation-2', partner: { id: tailspin.id }, value: { amount: '9000' } },
    ]);
    expect(two.invitations[0]).toMatchObject({ status: 'received', respondBy: '2026-11-16T09:12:44.000Z' });
    // I1: who is not on this service is invited in Partner Center.
    expect(waiting(two).filter((id) => id.startsWith('sendInvitation'))).toEqual(['sendInvitation:invitation-1']);
    expect(pendingOf(two).invitationIds).toEqual(['invitation-2']);
  });

  test('the same press again is the same invitation, also when the deal was closed meanwhile', () => {
    const deal = became(ownDeal(), invitation());
    expect(ask(deal, invitation())).toEqual({ ok: true, deal, notices: [], changed: false });
    const won = { ...deal, status: 'won' as const };
    expect(ask(won, invitation())).toEqual({ ok: true, deal: won, notices: [], changed: false });
  });
});

describe('I5, I6, T1 to T3, L6: to which deals', () => {
  const microsoft = became(ownDeal(), forMicrosoft());
  const p2p = became(ownDeal(), invitation());
  const inbound = { ...received(), status: 'accepted' as const, team: ownDeal().team };

  test.each<[string, Deal, 'microsoft' | 'partner', string]>([
    ['private: Microsoft', ownDeal(), 'microsoft', 'cosell'],
    ['private: partners', ownDeal(), 'partner', 'p2p'],
    ['co-sell of our own: partners', microsoft, 'partner', 'cosell'],
    ['P2P: Microsoft', p2p, 'microsoft', 'cosell'],
    ['P2P: other partners', p2p, 'partner', 'p2p'],
    ['co-sell: Microsoft is there', microsoft, 'microsoft', 'I5 microsoftAlreadyAsked'],
    ['co-sell that Microsoft sent: partners', inbound, 'partner', 'I6 inboundInvites'],
    ['co-sell that Microsoft sent: Microsoft', inbound, 'microsoft', 'I6 inboundInvites'],
    [
      'P2P that a partner sent: partners',
      { ...inbound, parties: { microsoft: false, partners: 1 } },
      'partner',
      'I6 inboundInvites',
    ],
    [
      'P2P that a partner sent: Microsoft',
      { ...inbound, parties: { microsoft: false, partners: 1 } },
      'microsoft',
      'I6 inboundInvites',
    ],
  ])('%s', (_case, deal, who, result) => {
    const command = who === 'microsoft' ? forMicrosoft() : invitation({ invitationId: 'new', partner: tailspin });
    const outcome = ask(deal, command);
    expect(outcome.ok ? dealType(outcome.deal.parties) : codes(outcome).join()).toBe(result);
  });

  test.each([...statuses])('T3, L6: %s', (status) => {
    const deal = { ...ownDeal(), status };
    const wrong = ['received', 'accepted'].includes(status) ? [] : ['L6 archived'];
    expect(codes(ask(deal, invitation()))).toEqual(wrong);
    expect(codes(ask(deal, forMicrosoft()))).toEqual(wrong);
  });

  test.each<[string, Partial<PersonActor>, string[]]>([
    ['V1 the team', {}, []],
    ['V1 an admin', { personId: 'person-x', roles: ['partnerAdmin'] }, []],
    ['V1 no other user', { personId: 'person-x' }, ['V1 notOnTeam']],
    ['V1 nobody without a role', { roles: [] }, ['V1 noRole']],
    ['V3 no guest', { guest: true }, ['V3 guest']],
    ['V3 nobody else', { orgId: 'fabrikam' }, ['V3 otherTenant']],
  ])('%s', (_rule, who, wrong) => {
    expect(codes(ask(ownDeal(), invitation(), seller(who)))).toEqual(wrong);
    expect(codes(ask(ownDeal(), forMicrosoft(), seller(who)))).toEqual(wrong);
  });
});

describe('C2, C3, C7 to C9: asking Microsoft later', () => {
  test.each<[string, Partial<InviteMicrosoft>, string[]]>([
    [
      'C2 a contact',
      { contact: { name: '', phone: '+41 44 1', email: 'a@b.example' } },
      ['C2 contactNameMissing contactName'],
    ],
    ['C3 with consent', { consent: false }, ['C3 consentMissing consent']],
    ['C7 for a help of the list', { help: 'none' }, ['C7 helpMissing help']],
    ['C8 that says what is wanted', { helpNotes: '' }, ['C8 helpNotesMissing helpNotes']],
    ['E3 in at most 4,000 characters', { helpNotes: 'x'.repeat(4001) }, ['E3 notesTooLong helpNotes']],
  ])('%s', (_rule, wrong, refused) => {
    expect(codes(ask(ownDeal(), forMicrosoft(wrong)))).toEqual(refused);
  });

  test('the deal keeps the request, the contact and the consent, and writes it down', () => {
    const deal = became(ownDeal(), forMicrosoft());
    expect(deal).toMatchObject({
      contactConsent: true,
      microsoft: { help: 'QuotesOrLicensing', status: 'waiting', answerBy: '2026-11-16T09:12:44.000Z' },
      opportunity: { customer: { contacts: [{ name: 'Reto Muster' }] } },
    });
    expect(deal.history.at(-1)).toMatchObject({ what: 'microsoftInvited', changes: { microsoft: {} } });
    expect(waiting(deal)).toContain('microsoftSilent');
    expect(pendingOf(deal).microsoft).toBe(true);
  });
});

test('I3: nothing of the rules changes a sent invitation but what its partner tells', () => {
  const deal = became(ownDeal(), invitation());
  const values = { name: 'Other', amount: '1', currency: 'EUR', closeDate: '2027-12-31', crmId: '', campaignId: '' };
  const base = {
    name: deal.name ?? '',
    amount: '120000',
    currency: 'CHF',
    closeDate: '2027-03-31',
    crmId: 'CRM-7',
    campaignId: 'SPRING-1',
  };
  const edited = became(deal, { kind: 'edit', section: 'details', base, values });
  expect(edited.closeDate).toBe('2027-12-31');
  expect(edited.invitations).toEqual(deal.invitations);
  expect(partnerRequest().closeDate).toBe(edited.invitations[0]?.closeDate);
});
