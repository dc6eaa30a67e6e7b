import { describe, expect, test } from '@jest/globals';
import type { Deal } from '../../src/deals/deal.ts';
import { incomingOf, inviterClosedOf, partnerChangedOf } from '../../src/notices/invitation.ts';
import { settled, withNotices } from '../../src/rules/notices.ts';
import type { PartnerChanged } from '../../src/rules/partner-changed.ts';
import { receive } from '../../src/rules/receive.ts';
import { acceptance, day, monday, seller, settings } from '../fixtures/opportunity.ts';
import {
  ask,
  became,
  contact,
  creation,
  forMicrosoft,
  invitation,
  ownDeal,
  tailspin,
  waiting,
} from '../fixtures/own-deal.ts';

const fay = seller({ orgId: 'fabrikam', personId: 'person-fay', name: 'Fay Fabrikam', email: 'fay@fabrikam.example' });
const fabrikamHere = { kind: 'sender', name: 'Fabrikam Cloud Ltd', from: 'organisation' } as const;
const nordwindHere = { kind: 'sender', name: 'Nordwind Consulting GmbH', from: 'organisation' } as const;

/** Nordwind's deal with two invitations, and Fabrikam's deal that came of the first one. */
function engagement(changes = {}): { ours: Deal; theirs: Deal } {
  const one = became(ownDeal(changes), invitation());
  const ours = became(one, invitation({ invitationId: 'invitation-2', partner: tailspin, notes: 'For the network' }));
  const [first] = ours.invitations;
  if (first === undefined) throw new Error('no invitation');
  const incoming = incomingOf(ours, first, 'fabrikam', 'Nordwind Consulting GmbH');
  const { deal, notices } = receive(incoming, nordwindHere, monday, settings);
  return { ours, theirs: settled(withNotices(deal, notices), monday) };
}

function told(ours: Deal, theirs: Deal): Deal {
  return became(ours, partnerChangedOf(theirs, 'invitation-1'), fabrikamHere, monday + day);
}

const accepted = (theirs: Deal) => became(theirs, acceptance({ amount: '45000', closeDate: '2027-02-15' }), fay);

describe('L7: what the history keeps of an invitation', () => {
  test('whose it is and what of it is short: no notes, no people, no solutions', () => {
    const { ours, theirs } = engagement();
    expect(ours.history.at(-1)?.changes).toEqual({
      invitation: {
        after: {
          id: 'invitation-2',
          partner: tailspin.name,
          status: 'received',
          value: { amount: '40000', currency: 'CHF' },
          closeDate: '2027-02-28',
        },
      },
    });
    expect(told(ours, accepted(theirs)).history.at(-1)?.changes).toMatchObject({
      invitation: {
        before: { id: 'invitation-1', partner: 'Fabrikam Cloud Ltd', status: 'received' },
        after: { id: 'invitation-1', partner: 'Fabrikam Cloud Ltd', status: 'accepted' },
      },
    });
    expect(JSON.stringify(told(ours, accepted(theirs)).history)).not.toMatch(/solutions|partnerTeam|For the network/);
  });

  test('so that a deal grows by each change as by the one before, however many partners it has', () => {
    const invite = (deal: Deal, at: number) =>
      became(deal, invitation({ invitationId: `invitation-${at}`, notes: 'n'.repeat(4000), partner: partnerNo(at) }));
    let deal = ownDeal();
    for (let at = 0; at < 20; at += 1) deal = invite(deal, at);
    for (let sequence = 1; sequence <= 10; sequence += 1) {
      for (let at = 0; at < 20; at += 1) deal = became(deal, changeOf(at, sequence), fabrikamHere, monday);
    }
    expect(deal.history.length).toBeGreaterThan(220);
    // 20 invitations of some 5 KB, and 220 entries of some 600 bytes.
    expect(JSON.stringify(deal).length).toBeLessThan(300_000);
  });

  function partnerNo(at: number) {
    return { ...tailspin, id: `80000${at}`, name: `Partner ${at}`, orgId: undefined };
  }

  function changeOf(at: number, sequence: number): PartnerChanged {
    return {
      kind: 'partnerChanged',
      invitationId: `invitation-${at}`,
      sequence,
      status: 'accepted',
      at: undefined,
      reason: undefined,
      closeDate: '2027-03-01',
      value: { amount: String(1000 + sequence), currency: 'CHF' },
      solutions: [{ name: 'Managed Detection' }],
      partnerTeam: [{ name: 'Fay Fabrikam' }],
    };
  }
});

describe('I7, I9: what the invited partner receives', () => {
  const { ours, theirs } = engagement();

  test('an opportunity from the inviter, with the invitation’s details and the customer', () => {
    expect(theirs).toMatchObject({
      orgId: 'fabrikam',
      status: 'received',
      direction: 'inbound',
      parties: { microsoft: false, partners: 1 },
      respondBy: '2026-11-16T09:12:44.000Z',
      route: { kind: 'inviter', orgId: 'nordwind', dealId: 'deal-own-1', invitationId: 'invitation-1' },
      opportunity: {
        sender: { kind: 'partner', name: 'Nordwind Consulting GmbH' },
        customer: { name: 'Alpenmilch AG', duns: '480000001', address: { city: 'Zürich' }, contacts: [] },
        help: 'ProofOfConceptOrDemo',
        notes: 'You know their plant in Basel',
        value: { amount: '40000', currency: 'CHF' },
        closeDate: '2027-02-28',
        solutions: [{ name: 'Managed Detection' }],
        team: [{ name: 'Ada Keller', phone: '+43 1 000 00 01', email: 'ada.keller@nordwind.example' }],
      },
    });
    expect(waiting(theirs)).toContain('announce');
  });

  test('nothing of the inviter’s own: CRM id, campaign id, notes, total value, deal name, other invitations, ids of people', () => {
    const everything = JSON.stringify(theirs);
    for (const own of ['CRM-7', 'SPRING-1', 'Our own notes', '120000', 'Alpenmilch lakehouse', 'person-ada']) {
      expect(JSON.stringify(ours)).toContain(own);
      expect(everything).not.toContain(own);
    }
    for (const others of ['Tailspin', 'invitation-2', 'For the network']) expect(everything).not.toContain(others);
  });

  test.each([
    ['C3: not the customer’s contact without consent', false, 0],
    ['C3: the customer’s contact with consent', true, 1],
  ])('%s', (_rule, consent, contacts) => {
    expect(engagement({ contact, consent }).theirs.opportunity.customer.contacts).toHaveLength(contacts);
  });

  test('C3: not a contact without consent, though Microsoft got another one with consent', () => {
    const other = { name: 'Vera Beispiel', phone: '+41 44 000 00 77', email: 'vera@alpenmilch.example' };
    const asked = became(ownDeal({ contact, consent: false }), forMicrosoft({ contact: other }));
    expect(asked.opportunity.customer.contacts).toHaveLength(2);
    const deal = became(asked, invitation());
    const [sent] = deal.invitations;
    const emails =
      sent && incomingOf(deal, sent, 'fabrikam', 'Nordwind').opportunity.customer.contacts.map(({ email }) => email);
    expect(emails).toEqual([other.email]);
  });

  test('the same invitation sent again is the same deal, with the same content', () => {
    const [first] = ours.invitations;
    const again = first && incomingOf(ours, first, 'fabrikam', 'Nordwind Consulting GmbH');
    expect(again?.dealId).toBe(theirs.id);
    expect(again?.contentHash).toBe(theirs.contentHash);
  });
});

describe('I3, I7, I8, W3: what comes back', () => {
  test('I7: accepted, with date, value, solutions and people; the inviter is told', () => {
    const { ours, theirs } = engagement();
    const deal = told(ours, accepted(theirs));
    expect(deal.invitations[0]).toMatchObject({
      status: 'accepted',
      answeredAt: '2026-11-02T09:12:44.000Z',
      closeDate: '2027-02-15',
      value: { amount: '45000', currency: 'CHF' },
      partnerTeam: [{ name: 'Fay Fabrikam', email: 'fay@fabrikam.example' }],
      // What the inviter wrote stays as it was.
      notes: 'You know their plant in Basel',
      team: [{ personId: 'person-ada' }],
    });
    expect(waiting(deal)).toContain('partyAnswered:invitation-1');
    expect(deal.history.at(-1)).toMatchObject({
      what: 'partnerChanged',
      by: { kind: 'sender', name: 'Fabrikam Cloud Ltd' },
      from: 'organisation',
    });
  });

  test('I7, D3: declined, with the reason', () => {
    const { ours, theirs } = engagement();
    const deal = told(ours, became(theirs, { kind: 'decline', reason: 'budget', notes: 'secret' }, fay));
    expect(deal.invitations[0]).toMatchObject({ status: 'declined', reason: 'budget' });
    expect(JSON.stringify(deal)).not.toContain('secret');
  });

  test('I7: expired after 14 days', () => {
    const { ours, theirs } = engagement();
    const expired = became(theirs, { kind: 'expire' }, { kind: 'clock' }, monday + 14 * day);
    expect(waiting(expired)).toContain('tellInviter');
    expect(told(ours, expired).invitations[0]?.status).toBe('expired');
  });

  test('I3: a later change shows, and nobody is told of it by a message', () => {
    const { ours, theirs } = engagement();
    const answered = accepted(theirs);
    const first = { ...told(ours, answered), notices: [] };
    const base = [...answered.opportunity.solutions];
    const values = [{ name: 'Sentinel rollout', kind: 'own' as const }];
    const changed = became(answered, { kind: 'edit', section: 'solutions', base, values }, fay);
    expect(waiting(changed)).toContain('tellInviter');
    const deal = told(first, changed);
    expect(deal.invitations[0]?.solutions).toEqual(values);
    expect(waiting(deal)).toEqual([]);
  });

  test('W3: won and lost are told, with the time', () => {
    const { ours, theirs } = engagement();
    const first = { ...told(ours, accepted(theirs)), notices: [] };
    const lost = became(accepted(theirs), { kind: 'lose', reason: 'otherVendor', notes: '' }, fay, monday + day);
    const deal = told(first, lost);
    expect(deal.invitations[0]).toMatchObject({
      status: 'lost',
      reason: 'otherVendor',
      answeredAt: '2026-11-03T09:12:44.000Z',
    });
    expect(waiting(deal)).toContain('partyAnswered:invitation-1');
  });

  test.each<[string, (command: PartnerChanged) => PartnerChanged]>([
    ['the same again', (command) => command],
    ['an older one that came late', (command) => ({ ...command, sequence: command.sequence - 1, status: 'received' })],
    ['of an invitation that is not there', (command) => ({ ...command, invitationId: 'invitation-9' })],
  ])('%s changes nothing', (_what, change) => {
    const { ours, theirs } = engagement();
    const command = partnerChangedOf(accepted(theirs), 'invitation-1');
    const deal = became(ours, command, fabrikamHere);
    expect(ask(deal, change(command), fabrikamHere)).toMatchObject({ ok: true, deal, changed: false });
  });

  test.each(['won', 'lost'] as const)('L6: a %s deal keeps the view that it had', (status) => {
    const { ours, theirs } = engagement();
    const deal = { ...ours, status };
    expect(told(deal, accepted(theirs))).toBe(deal);
  });
});

describe('W3, I9: the inviter’s outcome', () => {
  const win = { kind: 'win', amount: '99000', currency: 'CHF', closeDate: '2027-03-01', notes: 'our own' } as const;
  const closed = () => {
    const { ours, theirs } = engagement();
    return { won: became(ours, win, seller(), monday + day), theirs };
  };

  test('the partners are told that it was won and when, and nothing else', () => {
    const { won, theirs } = closed();
    expect(waiting(won)).toEqual(expect.arrayContaining(['tellPartner:invitation-1', 'tellPartner:invitation-2']));
    expect(inviterClosedOf(won)).toEqual({ kind: 'inviterClosed', status: 'won', at: '2026-11-03T09:12:44.000Z' });
    const deal = became(theirs, inviterClosedOf(won) as never, nordwindHere, monday + day);
    expect(deal).toMatchObject({ status: 'received', inviterOutcome: { status: 'won' } });
    expect(waiting(deal)).toContain('partyAnswered:inviter');
    expect(deal.history.at(-1)).toMatchObject({ what: 'partnerChanged', changes: { inviterOutcome: {} } });
    for (const own of ['99000', 'our own']) expect(JSON.stringify(deal)).not.toContain(own);
  });

  test('once: the same again changes nothing, and a closed deal is left alone (L6)', () => {
    const { won, theirs } = closed();
    const command = inviterClosedOf(won) as never;
    const deal = became(theirs, command, nordwindHere);
    expect(ask(deal, command, nordwindHere)).toMatchObject({ changed: false });
    expect(ask({ ...theirs, status: 'declined' }, command, nordwindHere)).toMatchObject({ changed: false });
  });

  test('who is nobody’s partner is told nothing', () => {
    const { won } = closed();
    expect(ask(ownDeal({ dealId: 'another' }), inviterClosedOf(won) as never, nordwindHere)).toMatchObject({
      changed: false,
    });
    expect(creation().invitations).toEqual([]);
  });

  test('who has declined is told nothing', () => {
    const { ours, theirs } = engagement();
    const declined = told(ours, became(theirs, { kind: 'decline', reason: 'budget', notes: '' }, fay));
    expect(waiting(became(declined, win, seller(), monday + day))).not.toContain('tellPartner:invitation-1');
  });
});
