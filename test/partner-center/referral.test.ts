import { describe, expect, test } from '@jest/globals';
import { Referral } from '../../src/partner-center/referral.ts';
import { referralNames, sampleReferral, type WireReferral } from '../fakes/referrals.ts';

/** The pointers of what is wrong, in order. */
function wrongFields(referral: unknown): string[] {
  return (Referral.safeParse(referral).error?.issues ?? []).map(({ path }) => `/${path.join('/')}`).sort();
}

/** A sample with one field changed; `undefined` leaves the field out. */
function changed(path: string, value: unknown) {
  const referral = sampleReferral('inbound-from-microsoft');
  const parts = path.split('/');
  const last = parts.pop() ?? '';
  const parent = parts.reduce((node, part) => node[part], referral);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return referral;
}

test('there are the eight samples', () => {
  expect(referralNames).toHaveLength(8);
});

test.each(referralNames)('takes the sample %s as it is on the wire', (name) => {
  expect(wrongFields(sampleReferral(name))).toEqual([]);
});

describe('what is only shown may be missing, null, empty or unknown', () => {
  const shown = [
    'engagementId',
    'organizationName',
    'name',
    'updatedDateTime',
    'expirationDateTime',
    'acceptedDateTime',
    'closedDateTime',
    'substatus',
    'direction',
    'customerProfile/size',
    'customerProfile/address/addressLine1',
    'customerProfile/address/city',
    'customerProfile/address/state',
    'customerProfile/address/postalCode',
    'customerProfile/address/country',
    'customerProfile/address/region',
    'customerProfile/team/0/firstName',
    'customerProfile/team/0/email',
    'customerProfile/ids/0/id',
    'details/notes',
    'details/dealValue',
    'details/closingDateTime',
    'details/requirements/solutions/0/id',
    'details/requirements/solutions/0/name',
    'inviteContext/notes',
    'inviteContext/assistanceRequestCode',
    'inviteContext/invitedBy/organizationId',
    'inviteContext/invitedBy/organizationName',
  ];
  test.each(shown)('%s', (path) => {
    for (const nothing of [undefined, null, '', '  ']) expect(wrongFields(changed(path, nothing))).toEqual([]);
  });

  test.each([
    'customerProfile/address',
    'customerProfile/team',
    'customerProfile/ids',
    'details',
    'details/requirements',
    'details/requirements/solutions',
    'inviteContext',
    'inviteContext/invitedBy',
  ])('%s, with all that is in it', (path) => {
    for (const nothing of [undefined, null]) expect(wrongFields(changed(path, nothing))).toEqual([]);
  });

  test.each([
    ['qualification', 'SomethingNew'],
    ['substatus', 'Engaged'],
    ['salesStage', 40],
    ['direction', 'Sideways'],
    ['details/exception', { nested: [1, 2] }],
    ['inviteContext/assistanceRequestCode', 'BrandNewHelp'],
  ])('%s with a value of a later version', (path, value) => {
    expect(wrongFields(changed(path, value))).toEqual([]);
  });
});

describe('what we act on is checked', () => {
  test.each([
    ['id', [undefined, null, '', 'not-a-guid', 7]],
    ['organizationId', [undefined, null, 'msft']],
    [
      'createdDateTime',
      [undefined, null, '2026-11-02', '2026-11-02T09:12:44', 'yesterday', '0000-01-01T00:00:00+23:59'],
    ],
    ['expirationDateTime', ['2026-02-30T00:00:00Z', 5]],
    ['status', [undefined, null, 'None', 'active', 'Draft']],
    ['customerProfile', [undefined, null, 'Contoso']],
    ['customerProfile/name', [undefined, null, '', ' ', '&nbsp;', 'x'.repeat(201)]],
    ['customerProfile/address/country', ['CHE', 'ch', 'Schweiz', 41]],
    ['details/currency', ['EURO', 'XXQ', undefined, null]],
    ['details/dealValue', [-1, 1.005, 1e12, 1e21, 0.1 + 0.2, '12,50', '1e3', 'a lot', true, {}]],
    ['details/closingDateTime', ['2027-03-31']],
  ])('%s', (path, values) => {
    for (const value of values) expect([value, wrongFields(changed(path, value))]).toEqual([value, [`/${path}`]]);
  });

  test.each([
    ['Won', []],
    ['Lost', []],
    ['Declined', []],
    ['Expired', []],
    ['Error', ['/substatus']],
    [null, ['/substatus']],
  ])('a closed referral of substatus %s', (substatus, wrong) => {
    expect(wrongFields({ ...sampleReferral('closed-expired'), substatus })).toEqual(wrong);
  });

  test('everything that is wrong is told at once', () => {
    const referral: WireReferral = {
      ...changed('details/dealValue', 1.234),
      status: 'Closed',
      substatus: 'Engaged',
      id: 'x',
    };
    referral.details.currency = null;
    referral.details.notes = 7;
    expect(wrongFields(referral)).toEqual([
      '/details/currency',
      '/details/dealValue',
      '/details/notes',
      '/id',
      '/substatus',
    ]);
  });
});

test.each([
  [45000.5, '45000.5'],
  [120000, '120000'],
  [999999999999.99, '999999999999.99'],
  ['10000', '10000'],
  ['10000.00', '10000'],
  ['0010.50', '10.5'],
  [0.1, '0.1'],
])('a deal value of %p is kept as the text %s', (dealValue, amount) => {
  expect(Referral.parse(changed('details/dealValue', dealValue)).details.dealValue).toBe(amount);
});

test.each([0, '0', '0.00'])('a deal value of %p stands for none yet', (dealValue) => {
  expect(Referral.parse(changed('details/dealValue', dealValue)).details.dealValue).toBeUndefined();
});

test.each([
  ['2026-11-02T09:12:44.1234567Z', '2026-11-02T09:12:44.123Z'],
  ['2026-11-02T09:12:44Z', '2026-11-02T09:12:44.000Z'],
  ['2026-11-02T09:12:44.5485487+02:00', '2026-11-02T07:12:44.548Z'],
])('the moment %s is kept as %s', (written, kept) => {
  expect(Referral.parse(changed('createdDateTime', written)).createdDateTime).toBe(kept);
});
