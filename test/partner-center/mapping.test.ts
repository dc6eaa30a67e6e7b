import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contentHash } from '../../src/deals/content-hash.ts';
import { TeamMember } from '../../src/deals/deal.ts';
import { Opportunity } from '../../src/deals/opportunity.ts';
import { teamOf, toIncomingParts } from '../../src/partner-center/mapping.ts';
import { Member, Referral } from '../../src/partner-center/referral.ts';
import { referralNames, sampleReferral, type WireReferral } from '../fakes/referrals.ts';

function parts(referral: WireReferral) {
  return toIncomingParts(Referral.parse(referral));
}

function opportunity(edit: (referral: WireReferral) => void, name = 'inbound-from-microsoft') {
  const referral = sampleReferral(name);
  edit(referral);
  return parts(referral).opportunity;
}

test('a referral of Microsoft becomes an opportunity', () => {
  expect(parts(sampleReferral('inbound-from-microsoft'))).toEqual({
    externalId: '10000001-0000-4000-8000-000000000001',
    direction: 'inbound',
    standing: { status: 'received', at: '2026-11-02T09:12:44.123Z' },
    opportunity: {
      engagementId: '20000001-0000-4000-8000-000000000001',
      sender: { kind: 'microsoft', name: 'Microsoft' },
      customer: {
        name: 'Alpenmilch AG',
        size: '251to1000employees',
        address: { addressLine1: 'Seestrasse 12', city: 'Zürich', postalCode: '8002', country: 'CH' },
        duns: '480000001',
        contacts: [{ name: 'Reto Muster', phone: '+41440000001', email: 'reto.muster@alpenmilch.example' }],
      },
      help: 'ProofOfConceptOrDemo',
      notes: 'Customer wants a pilot before summer. Can you lead the assessment?',
      value: { amount: '120000', currency: 'CHF' },
      closeDate: '2027-03-31',
      solutions: [{ id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator' }],
      receivedAt: '2026-11-02T09:12:44.123Z',
      expiresAt: '2026-11-16T09:12:44.123Z',
    },
  });
});

test('the odd sample: HTML in the name, empty size, region for state, a fraction of a euro, no expiry', () => {
  const { customer, value, expiresAt, name } = parts(sampleReferral('inbound-no-expiry-no-name')).opportunity;
  expect(customer).toMatchObject({ name: 'Hafen & Söhne KG', address: { state: 'Hamburg' } });
  expect(customer.size).toBeUndefined();
  expect(value).toEqual({ amount: '45000.5', currency: 'EUR' });
  expect(expiresAt).toBeUndefined();
  expect(name).toBeUndefined();
});

test('hostile text is kept as it was sent: whoever shows it escapes it', () => {
  const { customer, notes, solutions } = parts(sampleReferral('inbound-hostile-text')).opportunity;
  expect(customer.name).toBe('[Free gift](https://evil.example) **ACME** <at>everyone</at> $' + '{name}');
  expect(notes).toBe('{{DATE(2020-01-01T00:00:00Z)}} javascript:alert(1)');
  expect(solutions).toEqual([{ id: 'SOL-0009-XYZ', name: '`rm -rf` # heading' }]);
});

test.each([
  ['&amp;', '&'],
  ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
  ['M&uuml;ller &#38; S&#xF6;hne', 'Müller & Söhne'],
  // Only what ends with a semicolon is an entity: this is a company's own name.
  ['Smith&notes', 'Smith&notes'],
])('a name is decoded once: %s', (sent, kept) => {
  expect(opportunity((referral) => (referral.customerProfile.name = `A ${sent}`)).customer.name).toBe(`A ${kept}`);
});

describe('who sent it', () => {
  const own = '30000001-0000-4000-8000-000000000001';
  const partner = '30000002-0000-4000-8000-000000000002';
  test.each([
    ['msft', 'Incoming', 'inbound', 'microsoft', 'Microsoft'],
    ['MSFT', 'Incoming', 'inbound', 'microsoft', 'Microsoft'],
    [partner, 'Incoming', 'inbound', 'partner', 'Fabrikam'],
    [own, 'Outgoing', 'outbound', 'own', 'Nordwind Consulting GmbH'],
    [own.toUpperCase(), 'Incoming', 'outbound', 'own', 'Nordwind Consulting GmbH'],
    [null, 'Incoming', 'inbound', 'microsoft', 'Microsoft'],
    [null, 'Outgoing', 'outbound', 'own', 'Nordwind Consulting GmbH'],
    [null, null, 'inbound', 'microsoft', 'Microsoft'],
  ])('invited by %s, direction %s: %s, %s, %s', (organizationId, direction, expected, kind, name) => {
    const referral = sampleReferral('inbound-from-microsoft');
    const organizationName = organizationId === partner ? 'Fabrikam' : null;
    referral.inviteContext.invitedBy = { organizationId, organizationName };
    referral.direction = direction;
    expect(parts(referral)).toMatchObject({ direction: expected, opportunity: { sender: { kind, name } } });
  });

  test('a partner without a name is called by its id', () => {
    const { sender } = opportunity((referral) => {
      referral.inviteContext.invitedBy = { organizationId: partner, organizationName: '' };
    });
    expect(sender).toEqual({ kind: 'partner', name: partner });
  });
});

describe('how it stands (L1)', () => {
  const times = {
    createdDateTime: '2026-11-01T00:00:00Z',
    updatedDateTime: '2026-11-09T00:00:00Z',
    acceptedDateTime: '2026-11-02T00:00:00Z',
    closedDateTime: '2026-11-03T00:00:00Z',
  };
  test.each([
    ['New', 'Pending', 'received', '2026-11-01'],
    ['New', 'Received', 'received', '2026-11-01'],
    ['New', null, 'received', '2026-11-01'],
    ['Active', 'Accepted', 'accepted', '2026-11-02'],
    ['Active', 'Engaged', 'accepted', '2026-11-02'],
    ['Closed', 'Won', 'won', '2026-11-03'],
    ['Closed', 'Lost', 'lost', '2026-11-03'],
    ['Closed', 'Declined', 'declined', '2026-11-03'],
    ['Closed', 'Expired', 'expired', '2026-11-03'],
  ])('%s/%s is %s', (status, substatus, expected, day) => {
    const referral = { ...sampleReferral('inbound-from-microsoft'), ...times, status, substatus };
    expect(parts(referral).standing).toEqual({ status: expected, at: `${day}T00:00:00.000Z` });
  });

  test('without the time of an answer, the last change says when', () => {
    const referral = { ...sampleReferral('closed-expired'), ...times, closedDateTime: null };
    expect(parts(referral).standing.at).toBe('2026-11-09T00:00:00.000Z');
  });

  test('L2: an own deal needs no answer, whatever Partner Center calls it', () => {
    const referral = { ...sampleReferral('outbound-private'), status: 'New', substatus: 'Pending' };
    expect(parts(referral).standing.status).toBe('accepted');
  });
});

describe('what is shown', () => {
  test.each([
    ['GeneralOrOther', 'GeneralOrOther'],
    ['Unknown', undefined],
    [null, undefined],
    ['BrandNewHelp', 'Other'],
  ])('the help %s is %s', (code, help) => {
    expect(opportunity((referral) => (referral.inviteContext.assistanceRequestCode = code)).help).toBe(help);
  });

  test.each([
    ['invitation', null, 'invitation'],
    [null, 'deal', 'deal'],
    ['invitation', 'deal', 'invitation\n\ndeal'],
    [null, null, undefined],
  ])('the notes %s and %s are %s', (invitation, details, notes) => {
    const found = opportunity((referral) => {
      referral.inviteContext.notes = invitation;
      referral.details.notes = details;
    });
    expect(found.notes).toBe(notes);
  });

  test.each([
    [[{ profileType: 'Duns', id: '000000000' }], undefined],
    [[{ profileType: 'Duns', id: '12345678' }], undefined],
    [[{ profileType: 'External', id: '480000001' }], undefined],
    [
      [
        { profileType: 'Duns', id: null },
        { profileType: 'Duns', id: '480000001' },
      ],
      '480000001',
    ],
  ])('the D-U-N-S number of %j is %s', (ids, duns) => {
    expect(opportunity((referral) => (referral.customerProfile.ids = ids)).customer.duns).toBe(duns);
  });

  test.each([
    [{ firstName: 'Kari', lastName: null, email: 'not known' }, { name: 'Kari' }],
    [
      { firstName: null, lastName: null, email: 'kari@example.com' },
      { name: 'kari@example.com', email: 'kari@example.com' },
    ],
    [
      { phoneNumber: '+47 1234', title: 'CIO' },
      { name: '+47 1234', phone: '+47 1234', title: 'CIO' },
    ],
    [
      { firstName: 'Jörg', email: 'jörg@müller.example' },
      { name: 'Jörg', email: 'jörg@müller.example' },
    ],
  ])('the contact %j', (member, contact) => {
    expect(opportunity((referral) => (referral.customerProfile.team = [member, {}])).customer.contacts).toEqual([
      contact,
    ]);
  });

  test('a solution has a name, or its id for one; one without both is left out', () => {
    const solutions = [
      { id: 'BigData', name: null },
      { id: null, name: 'Fabric' },
      { id: null, name: null },
    ];
    expect(opportunity((referral) => (referral.details.requirements.solutions = solutions)).solutions).toEqual([
      { id: 'BigData', name: 'BigData' },
      { name: 'Fabric' },
    ]);
  });

  test('the close date is the day in UTC', () => {
    const late = '2027-03-31T23:30:00-05:00';
    expect(opportunity((referral) => (referral.details.closingDateTime = late)).closeDate).toBe('2027-04-01');
  });

  test('what is too long is cut, not refused, and no character is cut in half', () => {
    const found = opportunity((referral) => {
      referral.name = `${'x'.repeat(198)}😀 and more`;
      referral.inviteContext.notes = 'n'.repeat(4000);
      referral.details.notes = 'more';
      referral.details.requirements.solutions = Array.from({ length: 60 }, (_, at) => ({
        id: `S${at}`,
        name: `S${at}`,
      }));
    });
    expect(found.name).toBe(`${'x'.repeat(198)}…`);
    expect(found.notes).toBe(`${'n'.repeat(3999)}…`);
    expect(found.solutions).toHaveLength(50);
  });
});

describe('the content hash', () => {
  const hash = (referral: WireReferral) => contentHash(parts(referral));

  test.each(referralNames)('does not depend on what is not kept, nor on the order of fields: %s', (name) => {
    const again = sampleReferral(name);
    again.eTag = '"another"';
    if (again.status === 'New') again.updatedDateTime = '2026-11-20T00:00:00Z';
    again.links = null;
    again.customerProfile = Object.fromEntries(Object.entries(again.customerProfile).reverse());
    expect(hash(again)).toBe(hash(sampleReferral(name)));
  });

  test('a change of what is kept changes it', () => {
    const changed = sampleReferral('inbound-from-microsoft');
    changed.details.dealValue = 120000.01;
    expect(hash(changed)).not.toBe(hash(sampleReferral('inbound-from-microsoft')));
  });

  test('the same amount, written in another way, is the same', () => {
    const changed = sampleReferral('inbound-from-microsoft');
    changed.details.dealValue = '120000.00';
    expect(hash(changed)).toBe(hash(sampleReferral('inbound-from-microsoft')));
  });
});

test('any referral that the schema takes becomes an opportunity that can be kept', () => {
  const paths = fieldPaths(sampleReferral('inbound-from-microsoft'));
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.constantFrom(
      '&amp;',
      '&nbsp;',
      '\u0000',
      'x'.repeat(5000),
      '😀'.repeat(2100),
      [],
      {},
      1e300,
      '0001-01-01T00:00:00Z',
    ),
  );
  let taken = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...referralNames),
      fc.array(fc.tuple(fc.constantFrom(...paths), odd), { minLength: 1, maxLength: 4 }),
      (name, changes) => {
        const referral = sampleReferral(name);
        for (const [path, value] of changes) put(referral, path, value);
        const parsed = Referral.safeParse(referral);
        if (!parsed.success) return;
        taken += 1;
        const { opportunity, standing } = toIncomingParts(parsed.data);
        expect(Opportunity.parse(JSON.parse(JSON.stringify(opportunity)))).toEqual(
          JSON.parse(JSON.stringify(opportunity)),
        );
        expect(Number.isNaN(Date.parse(standing.at))).toBe(false);
      },
    ),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(200);
}, 60_000);

function fieldPaths(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) => fieldPaths(one, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

/** Puts a value where it fits; where the path leads nowhere any more, it changes nothing. */
function put(node: WireReferral, [first = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) node[first] = value;
  else if (typeof node[first] === 'object' && node[first] !== null) put(node[first], rest, value);
}

describe('I8: the people of another party', () => {
  test.each([
    [{ firstName: 'Mia', lastName: 'O&#39;Neill', phoneNumber: '', email: null }, { name: "Mia O'Neill" }],
    [{ email: 'mia@example.com' }, { name: 'mia@example.com', email: 'mia@example.com' }],
    [{ phoneNumber: '+1 425' }, { name: '+1 425', phone: '+1 425' }],
  ])('%j', (member, expected) => {
    expect(teamOf([Member.parse(member), Member.parse({ title: 'Specialist' })])).toEqual([expected]);
  });

  test('are cut to what a deal keeps, in number and in length', () => {
    const long = {
      firstName: '\u{1F600}'.repeat(300),
      phoneNumber: '1'.repeat(300),
      email: `${'m'.repeat(300)}@x.example`,
    };
    const team = teamOf(Array.from({ length: 60 }, () => Member.parse(long)));
    expect(team).toHaveLength(50);
    for (const member of team) expect(TeamMember.parse(member)).toEqual(member);
    expect(team[0]?.name).toMatch(/^(\u{1F600})+…$/u);
  });
});
