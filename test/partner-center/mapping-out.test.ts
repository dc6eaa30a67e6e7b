import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Deal, type DeclineReason, declineReasons, type Invitation } from '../../src/deals/deal.ts';
import { Amount, helps } from '../../src/deals/opportunity.ts';
import { ownFieldsOf } from '../../src/deals/partner-center.ts';
import { ReferralAnswer } from '../../src/partner-center/answer.ts';
import { createPartnerCenterClient, type PartnerCenterClient } from '../../src/partner-center/client.ts';
import {
  createBody,
  microsoftInvitation,
  nextPatch,
  partnerInvitation,
  reasonLabels,
  registrationPatch,
  sharingPatch,
} from '../../src/partner-center/mapping-out.ts';
import { ownFieldsIn } from '../../src/partner-center/own-fields.ts';
import { accept } from '../../src/rules/accept.ts';
import { lose, win } from '../../src/rules/close.ts';
import { decline } from '../../src/rules/decline.ts';
import type { Outcome } from '../../src/rules/outcome.ts';
import { type House, openHouse } from '../fakes/partner-center/caller.ts';
import { referralNames, sampleReferral, type WireReferral } from '../fakes/referrals.ts';
import { acceptance, day, monday, organisation, received, seller, settings } from '../fixtures/opportunity.ts';

const ada = seller({ phone: '+43 660 000 00 01' });

function dealOf(outcome: Outcome): Deal {
  if (!outcome.ok) throw new Error(outcome.refusals.map(({ code }) => code).join());
  return outcome.deal;
}

function accepted(changes: Parameters<typeof acceptance>[0] = {}): Deal {
  return dealOf(accept(received(), acceptance(changes), ada, monday, settings));
}

function declined(reason: DeclineReason, notes = 'Why'): Deal {
  return dealOf(decline(received(), { kind: 'decline', reason, notes }, ada, monday, settings));
}

function won(deal = accepted()): Deal {
  const final = { amount: '160000', currency: 'CHF', closeDate: '2026-11-20', notes: 'Signed today' };
  return dealOf(win(deal, { kind: 'win', ...final }, seller({ roles: ['referralsAdmin'], timeZone: 'UTC' }), monday));
}

function referral(
  edit: (wire: WireReferral) => void = () => undefined,
  name = 'inbound-from-microsoft',
): ReferralAnswer {
  const wire = sampleReferral(name);
  edit(wire);
  return ReferralAnswer.parse(wire);
}

function active(edit: (wire: WireReferral) => void = () => undefined): ReferralAnswer {
  return referral((wire) => {
    Object.assign(wire, { status: 'Active', substatus: 'Accepted' });
    edit(wire);
  });
}

/** A body as it is on the wire. */
function onWire(body: object): WireReferral {
  return JSON.parse(JSON.stringify(body));
}

describe('an answer', () => {
  test('accepted: what the seller typed, and status and substatus together', () => {
    const deal = accepted({ notes: 'They want a pilot', crmId: 'D365-1', campaignId: 'Spring' });
    expect(nextPatch(deal, referral())).toEqual([
      { op: 'replace', path: '/name', value: 'Alpenmilch lakehouse' },
      { op: 'replace', path: '/details/dealValue', value: '150000.50' },
      { op: 'replace', path: '/details/notes', value: 'They want a pilot' },
      { op: 'replace', path: '/externalReferenceId', value: 'D365-1' },
      { op: 'replace', path: '/campaignId', value: 'Spring' },
      {
        op: 'add',
        path: '/team/-',
        value: {
          firstName: 'Ada',
          lastName: 'Keller',
          phoneNumber: '+43 660 000 00 01',
          email: 'ada.keller@nordwind.example',
        },
      },
      { op: 'replace', path: '/status', value: 'Active' },
      { op: 'replace', path: '/substatus', value: 'Accepted' },
    ]);
  });

  test.each(declineReasons)('declined: %s is told by its label', (reason) => {
    expect(nextPatch(declined(reason), referral())).toEqual([
      { op: 'replace', path: '/details/notes', value: 'Why' },
      { op: 'replace', path: '/status', value: 'Closed' },
      { op: 'replace', path: '/substatus', value: 'Declined' },
      { op: 'replace', path: '/statusReason', value: reasonLabels[reason] },
    ]);
  });

  test("the labels are those of Partner Center's list", () => {
    expect(Object.keys(reasonLabels)).toEqual([...declineReasons]);
    expect(reasonLabels.timelineTooShort).toBe('Proposed time line was too short');
  });

  test.each(['received', 'expired'] as const)('%s is none of ours to tell', (status) => {
    expect(nextPatch({ ...received(), status }, referral())).toEqual([]);
  });

  test.each(['Declined', 'Expired', 'Won', 'Lost'])('a referral that is closed as %s is left alone', (substatus) => {
    const closed = referral((wire) => Object.assign(wire, { status: 'Closed', substatus }));
    for (const deal of [accepted(), declined('budget'), won()]) expect(nextPatch(deal, closed)).toEqual([]);
  });

  test('what was accepted in the portal is not declined any more', () => {
    expect(nextPatch(declined('budget'), active())).toEqual([]);
  });
});

describe('an accepted deal', () => {
  /** A referral that says what an accepted deal does. */
  function inStep(edit: (wire: WireReferral) => void = () => undefined): ReferralAnswer {
    return active((wire) => {
      wire.name = 'Alpenmilch lakehouse';
      Object.assign(wire.details, { dealValue: 150000.5, notes: null });
      wire.team = [{ firstName: 'Ada', lastName: 'Keller', phoneNumber: '+43', email: 'Ada.Keller@nordwind.example' }];
      edit(wire);
    });
  }

  test('in step needs nothing: no echo', () => {
    expect(nextPatch(accepted(), inStep())).toEqual([]);
  });

  test.each([
    ['the name', { name: 'Renamed' }, [{ op: 'replace', path: '/name', value: 'Renamed' }]],
    [
      'the value',
      { value: { amount: '7', currency: 'CHF' } },
      [{ op: 'replace', path: '/details/dealValue', value: '7' }],
    ],
    [
      'the currency',
      { value: { amount: '150000.50', currency: 'EUR' } },
      [{ op: 'replace', path: '/details/currency', value: 'EUR' }],
    ],
    [
      'the close date',
      { closeDate: '2027-05-01' },
      [{ op: 'replace', path: '/details/closingDateTime', value: '2027-05-01T00:00:00Z' }],
    ],
    ['the CRM id', { crmId: 'D-1' }, [{ op: 'replace', path: '/externalReferenceId', value: 'D-1' }]],
    ['the campaign', { campaignId: 'C-1' }, [{ op: 'replace', path: '/campaignId', value: 'C-1' }]],
    [
      'somebody new',
      {
        team: [
          { name: 'Ada Keller', email: 'ada.keller@nordwind.example' },
          { name: 'Cher', email: 'cher@nordwind.example' },
        ],
      },
      [{ op: 'add', path: '/team/-', value: { firstName: 'Cher', lastName: '', email: 'cher@nordwind.example' } }],
    ],
    ['somebody who left: Partner Center knows no way', { team: [] }, []],
  ])('%s', (_what, change, operations) => {
    expect(nextPatch({ ...accepted(), ...change }, inStep())).toEqual(operations);
  });

  test.each(['Milk & Sons', 'Milk &amp; Sons', '&lt;b&gt;'])('%s is in step once it was sent', (name) => {
    const deal = { ...accepted(), name };
    expect(
      nextPatch(
        deal,
        inStep((wire) => (wire.name = name)),
      ),
    ).toEqual([]);
    const encoded = name.replaceAll('&', '&amp;');
    expect(
      nextPatch(
        deal,
        inStep((wire) => (wire.name = encoded)),
      ),
    ).toEqual([]);
  });

  test('what was emptied is emptied there, if Teams did it', () => {
    const there = inStep((wire) => (wire.campaignId = 'C-1'));
    expect(nextPatch(accepted(), there)).toEqual([]);
    expect(nextPatch(accepted(), there, ['campaignId'])).toEqual([{ op: 'replace', path: '/campaignId', value: '' }]);
  });

  test('only the fields that Teams changed', () => {
    const deal = { ...accepted(), name: 'Renamed', closeDate: '2027-05-01' };
    expect(nextPatch(deal, inStep(), ['closeDate']).map(({ path }) => path)).toEqual(['/details/closingDateTime']);
  });

  const note = (text: string) => ({ text, by: { kind: 'person' as const }, at: '2026-11-02T09:12:44.000Z' });

  test('notes are added to what stands there, each once, whatever became of their line ends', () => {
    const deal = { ...accepted(), notes: [note('First\nline & more'), note('Second')] };
    const there = inStep((wire) => (wire.details.notes = 'From the portal'));
    const [operation] = nextPatch(deal, there);
    expect(operation).toEqual({
      op: 'replace',
      path: '/details/notes',
      value: 'From the portal\n\nFirst\nline & more\n\nSecond',
    });
    const back = inStep(
      (wire) => (wire.details.notes = 'From the portal\r\n\r\nFirst\r\nline &amp; more\r\n\r\nSecond'),
    );
    expect(nextPatch(deal, back)).toEqual([]);
  });

  test('notes that do not fit stay in Teams, and do not come again and again', () => {
    const deal = { ...accepted(), notes: [note('a'.repeat(3000)), note('b'.repeat(3000)), note('c')] };
    const [operation] = nextPatch(deal, inStep());
    expect(operation?.value).toBe(`${'a'.repeat(3000)}\n\nc`);
    expect(
      nextPatch(
        deal,
        inStep((wire) => (wire.details.notes = operation?.value)),
      ),
    ).toEqual([]);
  });
});

describe('the end of a deal', () => {
  test('won: with its final value, date and notes, in one change', () => {
    const there = active((wire) => {
      wire.name = 'Alpenmilch lakehouse';
      wire.team = [{ firstName: 'Ada', lastName: 'Keller', email: 'ada.keller@nordwind.example' }];
    });
    expect(nextPatch(won(), there)).toEqual([
      { op: 'replace', path: '/details/dealValue', value: '160000' },
      { op: 'replace', path: '/details/closingDateTime', value: '2026-11-20T00:00:00Z' },
      { op: 'replace', path: '/details/notes', value: 'Signed today' },
      { op: 'replace', path: '/status', value: 'Closed' },
      { op: 'replace', path: '/substatus', value: 'Won' },
    ]);
  });

  test('lost: with the label of its reason', () => {
    const admin = seller({ roles: ['referralsAdmin'] });
    const deal = dealOf(lose(accepted(), { kind: 'lose', reason: 'otherVendor', notes: '' }, admin, monday));
    expect(nextPatch(deal, active()).slice(-3)).toEqual([
      { op: 'replace', path: '/status', value: 'Closed' },
      { op: 'replace', path: '/substatus', value: 'Lost' },
      { op: 'replace', path: '/statusReason', value: 'Customer chose another vendor' },
    ]);
  });
});

describe('against the fake', () => {
  let house: House;
  let client: PartnerCenterClient;

  beforeEach(async () => {
    house = await openHouse(monday + day);
    client = createPartnerCenterClient(house.parts());
  });
  afterEach(async () => expect(await house.end()).toEqual([]));

  /** Brings a referral into step with a deal as the sync does. Resolves to how many changes it took. */
  async function bringIntoStep(deal: Deal, id: string): Promise<number> {
    for (let patches = 0; patches < 5; patches++) {
      const current = await client.get(id);
      const operations = nextPatch(deal, current);
      if (operations.length === 0) return patches;
      await client.patch(id, operations, current.eTag);
    }
    throw new Error('it never comes into step');
  }

  test('accepted and won before Partner Center heard of it takes two changes', async () => {
    const { id } = house.fake.invite();
    expect(await bringIntoStep(won(), id)).toBe(2);
    expect(await client.get(id)).toMatchObject({
      status: 'Closed',
      substatus: 'Won',
      details: { dealValue: '160000' },
    });
  });

  test('a private deal, sent only where a setting says so, is shared with nobody', async () => {
    const deal = own();
    const { id } = await client.create(createBody(deal, '1234567'));
    const wire = house.fake.store.get(id);
    expect(wire).toMatchObject({
      type: 'Independent',
      mpnId: '1234567',
      status: 'Active',
      consent: {
        consentToToShareInfoWithOthers: false,
        consentToContact: false,
        consentToShareReferralWithMicrosoftSellers: false,
      },
      customerProfile: { name: 'Alpenmilch AG', team: [] },
      details: { dealValue: 150000.5, currency: 'CHF', closingDateTime: '2027-03-31T00:00:00Z' },
      target: [{ type: 'SolutionProfile', id: 'SOL-0001-ABC' }],
    });
    expect(wire.details.requirements.additionalRequirements.attributes).toEqual([
      { type: 'CustomerMarketplaceIntent', id: 'HaveNotDecided' },
    ]);
    expect(await bringIntoStep(deal, id)).toBe(0);
  });

  test('co-sell: the own referral, then the invitation with the help and its notes', async () => {
    const deal = own({ parties: { microsoft: true, partners: 0 }, contactConsent: true });
    const { engagementId = '' } = await client.create(createBody(deal));
    const theirs = await client.create(microsoftInvitation(deal, microsoft, engagementId));
    expect(house.fake.store.get(theirs.id)).toMatchObject({
      engagementId,
      organizationId: 'msft',
      status: 'New',
      inviteContext: { notes: 'A proof of concept in June', assistanceRequestCode: 'ProofOfConceptOrDemo' },
      customerProfile: { team: [{ firstName: 'Reto', lastName: 'Muster', email: 'reto.muster@alpenmilch.example' }] },
    });
  });

  test('a private deal for which help is asked later is shared first', async () => {
    const { id, engagementId = '' } = await client.create(createBody(own()));
    const deal = own({ parties: { microsoft: true, partners: 0 }, contactConsent: true });
    const operations = sharingPatch(deal, await client.get(id));
    expect(operations.map(({ path }) => path)).toEqual([
      '/type',
      '/consent/consentToShareReferralWithMicrosoftSellers',
      '/customerProfile/team/-',
    ]);
    expect(sharingPatch(deal, await client.patch(id, operations))).toEqual([]);
    expect(await client.create(microsoftInvitation(deal, microsoft, engagementId))).toMatchObject({ status: 'New' });
  });

  test('P2P: the partner gets its own part, and nothing of the rest', async () => {
    const deal = own({
      parties: { microsoft: false, partners: 1 },
      crmId: 'SECRET-CRM',
      campaignId: 'SECRET-CAMPAIGN',
      notes: [{ text: 'SECRET-NOTES', by: { kind: 'person' }, at: '2026-11-02T09:12:44.000Z' }],
    });
    const { engagementId = '' } = await client.create(createBody(deal));
    const { partner } = house.fake;
    const theirs = await client.create(partnerInvitation(deal, invitation, engagementId, partner.locationId));
    const wire = house.fake.store.get(theirs.id);
    expect(wire).toMatchObject({
      organizationId: partner.id,
      details: { dealValue: 40000, currency: 'EUR', closingDateTime: '2027-02-01T00:00:00Z' },
      inviteContext: {
        notes: 'Please bring the data part',
        assistanceRequestCode: 'GeneralOrOther',
        invitedMpnId: '7654321',
      },
      team: [{ firstName: 'Ben', lastName: 'Adler' }],
      consent: { consentToShareReferralWithMicrosoftSellers: false },
    });
    expect(JSON.stringify(wire)).not.toMatch(/SECRET|150000/);
  });

  test('a registration is handed in once, and changed while action is required', async () => {
    const { id } = house.fake.invite();
    const deal = { ...won(), registration };
    await bringIntoStep(deal, id);
    const first = await client.patch(id, registrationPatch(deal, await client.get(id)));
    expect(registrationPatch(deal, first)).toEqual([]);
    expect(house.fake.store.get(id).registrations).toMatchObject([
      {
        type: 'AzureIPCoSell',
        status: 'ReviewPending',
        contract: { currency: 'CHF', value: 99999999999.99, term: 'Perpetual', startDateTime: '2026-12-01T00:00:00Z' },
        solutionDetails: [
          { id: 'SOL-0001-ABC', value: 90000, isDeployedOnAzure: true, primaryDeploymentOn: 'Customer' },
        ],
      },
    ]);
    house.fake.store.edit(id, (one) => {
      one.registrations[0].status = 'ActionRequired';
    });
    const ended = { ...deal, registration: { ...registration, endsOn: '2028-11-30' } };
    await client.patch(id, registrationPatch(ended, await client.get(id)));
    expect(house.fake.store.get(id).registrations).toMatchObject([
      { contract: { value: '99999999999.99', term: 'Finite', endDateTime: '2028-11-30T00:00:00Z' } },
    ]);
  });

  test('there and back keeps every field that is ours, and comes to rest', async () => {
    const words = fc
      .stringMatching(/^[A-Za-z&<>"';äöüß€{}]{1,12}( [A-Za-z&ß']{1,12}){0,3}$/)
      .filter((text) => !/&\w+;/.test(text));
    const amount = fc
      .tuple(fc.integer({ min: 0, max: 999_999_999_999 }), fc.constantFrom('', '.5', '.50', '.07', '.99'))
      .map(([whole, fraction]) => `${whole}${fraction}`)
      .filter((text) => Amount.safeParse(text).success);
    const edited = fc.record({
      name: words,
      amount,
      currency: fc.constantFrom('CHF', 'EUR', 'JPY'),
      closeDate: fc.constantFrom('2027-01-31', '2028-02-29', '2026-12-24'),
      notes: fc.array(words, { maxLength: 3 }),
      crmId: fc.option(words, { nil: undefined }),
      team: fc.uniqueArray(fc.tuple(words, fc.nat(999)), { maxLength: 3, selector: ([, number]) => number }),
    });
    const { id } = house.fake.invite();
    await fc.assert(
      fc.asyncProperty(edited, async ({ name, amount, currency, closeDate, notes, crmId, team }) => {
        house.fake.store.edit(id, (one) => {
          one.team = [];
          one.details.notes = null;
        });
        const before = accepted();
        const deal: Deal = {
          ...before,
          name,
          value: { amount, currency },
          closeDate,
          crmId: crmId ?? 'none',
          notes: notes.map((text) => ({ text, by: { kind: 'person', name: 'Ada' }, at: '2026-11-02T09:12:44.000Z' })),
          team: team.map(([member, number]) => ({
            name: member,
            email: `p${number}@nordwind.example`,
            phone: '+43 1',
          })),
        };
        expect(await bringIntoStep(deal, id)).toBeLessThanOrEqual(1);
        const { notes: notesThere = '', value, ...there } = ownFieldsIn(await client.get(id));
        const { notes: _, value: __, ...ours } = ownFieldsOf({ ...deal, campaignId: there.campaignId });
        expect(there).toEqual(ours);
        expect(`${Number(value?.amount)} ${value?.currency}`).toBe(`${Number(amount)} ${currency}`);
        for (const text of notes) expect(notesThere).toContain(text);
      }),
      { numRuns: 60 },
    );
  });

  test.each(referralNames)('the sample %s can be accepted, if it waits', async (name) => {
    const { id, status } = house.fake.store.put(sampleReferral(name));
    const patches = await bringIntoStep(accepted(), id);
    expect(patches).toBe(status === 'Closed' ? 0 : 1);
  });
});

test('amounts keep every digit in a body', () => {
  const body = createBody(own({ value: { amount: '999999999999.99', currency: 'EUR' } }));
  expect(JSON.stringify(body)).toContain('"dealValue":999999999999.99,');
  expect(onWire(body).details.dealValue).toBe(999999999999.99);
});

test('no contact of the customer leaves without consent', () => {
  const deal = own({ parties: { microsoft: true, partners: 0 }, contactConsent: false });
  for (const body of [
    createBody(deal),
    microsoftInvitation(deal, microsoft, 'e'),
    partnerInvitation(deal, invitation, 'e', 'l'),
  ]) {
    expect(JSON.stringify(body)).not.toContain('Muster');
    expect(onWire(body).consent.consentToContact).toBe(false);
  }
});

test('C3: of several contacts only those leave that the customer consented to', () => {
  const bare = own({ parties: { microsoft: true, partners: 0 }, contactConsent: true });
  const [consented] = bare.opportunity.customer.contacts;
  if (consented === undefined) throw new Error('no contact');
  const contacts = [{ name: 'Silent Partner', email: 'silent@alpenmilch.example' }, consented];
  const customer = { ...bare.opportunity.customer, contacts };
  const deal = { ...bare, consentedContacts: [consented.email ?? ''], opportunity: { ...bare.opportunity, customer } };
  for (const body of [
    createBody(deal),
    microsoftInvitation(deal, microsoft, 'e'),
    partnerInvitation(deal, invitation, 'e', 'l'),
  ]) {
    expect(JSON.stringify(body)).toContain(consented.email);
    expect(JSON.stringify(body)).not.toContain('silent@alpenmilch.example');
  }
});

test('every kind of help is one that Partner Center knows', () => {
  expect(helps).toContain(microsoft.help);
});

/** A deal that the organisation created. */
function own(changes: Partial<Deal> = {}): Deal {
  const deal = accepted();
  return {
    ...deal,
    direction: 'outbound',
    parties: { microsoft: false, partners: 0 },
    opportunity: { ...deal.opportunity, sender: { kind: 'own', name: organisation.name } },
    ...changes,
  };
}

const microsoft = {
  help: 'ProofOfConceptOrDemo',
  notes: 'A proof of concept in June',
  askedAt: '2026-11-02T09:12:44.000Z',
  answerBy: '2026-11-16T09:12:44.000Z',
  status: 'waiting',
} as const;

const invitation: Invitation = {
  id: 'invitation-1',
  partner: { id: '7654321', name: 'Fabrikam Cloud Ltd' },
  closeDate: '2027-02-01',
  value: { amount: '40000', currency: 'EUR' },
  notes: 'Please bring the data part',
  team: [{ name: 'Ben Adler', email: 'ben.adler@nordwind.example', phone: '+43 1' }],
  solutions: [{ id: 'SOL-0002-DEF', name: 'Data part' }],
  help: 'GeneralOrOther',
  sentAt: '2026-11-02T09:12:44.000Z',
  respondBy: '2026-11-16T09:12:44.000Z',
  status: 'received',
  partnerTeam: [],
  sequence: 0,
};

const registration: NonNullable<Deal['registration']> = {
  status: 'submitted',
  contractType: 'new',
  contractValue: { amount: '99999999999.99', currency: 'CHF' },
  solution: { id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator' },
  solutionValue: { amount: '90000', currency: 'CHF' },
  deployedOn: 'azure',
  tenant: 'customer',
  signedOn: '2026-11-20',
  startsOn: '2026-12-01',
  contact: { name: 'Ada Keller', email: 'ada.keller@nordwind.example', phone: '+43 660 000 00 01' },
  by: { kind: 'person' },
  at: '2026-11-20T09:12:44.000Z',
};
