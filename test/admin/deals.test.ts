import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { runAdmin } from '../../src/admin/build.ts';
import { dealCommands } from '../../src/admin/deals.ts';
import type { Terminal } from '../../src/admin/progress.ts';
import { Deal, dealId } from '../../src/deals/deal.ts';
import { createApiKeys } from '../../src/organisations/api-keys.ts';
import type { Role } from '../../src/organisations/organisation.ts';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import { createPeople } from '../../src/organisations/people.ts';
import { createReferralLinks, dealIdOf, partnerCenterSource } from '../../src/partner-center/links.ts';
import { documents } from '../../src/store/documents.ts';
import { openDirectory } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import type { SqliteStore } from '../../src/store/sqlite.ts';
import { type MovableClock, movableClock } from '../fakes/clock.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';
import { day, monday, received, seller } from '../fixtures/opportunity.ts';
import { became, creation, forMicrosoft, ownDeal } from '../fixtures/own-deal.ts';

const tenant = '11111111-1111-4111-8111-111111111111';
const entraIds = {
  ada: 'aaaaaaaa-1111-4111-8111-111111111111',
  ben: 'bbbbbbbb-1111-4111-8111-111111111111',
  cem: 'cccccccc-1111-4111-8111-111111111111',
};
const ada = 'ada.keller@nordwind.example';

let folder: string;
let temporary: TemporaryStore;
let clock: MovableClock;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deals-'));
  temporary = temporaryStore();
  clock = movableClock(monday);
  const organisations = createOrganisations(temporary.store, clock);
  await organisations.create({ id: 'nordwind', name: 'Nordwind Consulting GmbH', tenants: [tenant] });
  await person('ada', 'Ada Keller', ['referralsAdmin']);
  await person('ben', 'Ben Adler', ['referralsUser']);
});
afterEach(async () => {
  await temporary.discard();
  rmSync(folder, { recursive: true });
});

async function person(
  key: keyof typeof entraIds,
  name: string,
  roles: Role[],
  facts: { tenantId?: string; guest?: boolean } = {},
): Promise<void> {
  const people = createPeople(temporary.store, clock);
  const email = `${name.toLowerCase().replace(' ', '.')}@nordwind.example`;
  await people.learn('nordwind', { entraId: entraIds[key], tenantId: tenant, name, email, ...facts });
  await people.grant('nordwind', entraIds[key], roles, 'test');
}

const deals = () => documents(temporary.store, 'deal', Deal);

async function keep(...some: Deal[]): Promise<void> {
  for (const deal of some) await deals().create(deal);
}

async function deal(id: string): Promise<Deal> {
  const stored = await deals().get('nordwind', id);
  if (stored === undefined) throw new Error(`there is no deal ${id}`);
  return stored.document;
}

/** All of them, with what only a write can change. */
async function everything(): Promise<Deal[]> {
  const found: Deal[] = [];
  for await (const { document } of deals().all('nordwind')) found.push(document);
  return found;
}

async function solution(id: string, name: string): Promise<void> {
  const directory = await openDirectory(temporary.store);
  await directory.importEntries('nordwind', 'solutions', [{ id, name, kind: 'own', eligible: true }]);
}

interface Ran {
  code: number;
  out: string[];
  complaints: string[];
}

async function admin(...args: string[]): Promise<Ran> {
  const out: string[] = [];
  const complaints: string[] = [];
  const parts = { openStore: async () => temporary.reopen(), clock, out: (text: string) => void out.push(text) };
  const code = await runAdmin(['deals', ...args], parts, (text) => void complaints.push(text));
  return { code, out, complaints };
}

const at = (name: string) => join(folder, name);

type Row = Record<string, string>;

async function exported(...options: string[]): Promise<Row[]> {
  const { code, complaints } = await admin('export', at('out.csv'), '--force', ...options);
  expect([complaints, code]).toEqual([[], 0]);
  return parse(readFileSync(at('out.csv')), { bom: true, columns: true });
}

/** Writes rows as a spreadsheet does, and imports them as Ada. */
async function imported(rows: readonly Row[], ...options: string[]): Promise<Ran> {
  writeFileSync(at('in.csv'), stringify([...rows], { header: true }));
  return admin('import', at('in.csv'), '--as', ada, ...options);
}

/** What is told of the rows, without the summary. */
const told = ({ out }: Ran) => out.slice(0, -1);
const summary = ({ out }: Ran) => out.at(-1)?.replace(/, in \d+\.\d s$/, '');

const newRow: Row = {
  'Deal Name': 'UK spring deal',
  'Customer Name': 'Contoso Corporation',
  'Customer Address Line 1': 'One Contoso Way',
  'Customer City': 'Reading',
  'Customer Country': 'GB',
  'Partner Referral Status': 'Active',
  'Partner Referral Substatus': 'Accepted',
  'Estimated Deal Value': '12563',
  Currency: 'GBP',
  'Estimated Close Date': '1/30/2027',
  'Microsoft help required?': 'No',
  'Consent to share Customer/Partner contact': 'Yes',
  'Solution 1': 'SOL-1234-PQRS, USD, 10, 100',
  'Team member 1': 'Ben, Adler, +44 20 7946 0000, Ben.Adler@nordwind.example',
};

describe('an export', () => {
  test("has Partner Center's columns, a row for each deal, and opens in a spreadsheet", async () => {
    await keep(
      ownDeal(),
      became(received(), { kind: 'decline', reason: 'budget', notes: '' }, seller({ roles: ['referralsAdmin'] })),
    );
    const ran = await admin('export', at('deals.csv'));

    expect(ran.out).toEqual([expect.stringMatching(/^nordwind: 2 deals in \d+\.\d s, in .*deals\.csv$/)]);
    const text = readFileSync(at('deals.csv'), 'utf8');
    expect(text.startsWith('\ufeffErrors,Engagement ID,Referral ID,Deal Name,Customer Name,')).toBe(true);
    expect(text.split('\r\n')).toHaveLength(4);
    expect(statSync(at('deals.csv')).mode & 0o777).toBe(0o600);
    const [declined, own] = await exported();
    expect(declined).toMatchObject({
      'Referral ID': 'deal-1',
      'Partner Referral Status': 'Closed',
      'Partner Referral Substatus': 'Declined',
      'Declined/Lost reason': '1',
      'Customer Contact First Name': 'Reto',
      'Customer Contact Last Name': 'Muster',
      'Customer Contact Phone number': "'+41 44 000 00 01",
      Notes: 'Customer wants a pilot before summer.',
    });
    expect(own).toMatchObject({
      'Referral ID': 'deal-own-1',
      'Deal Name': 'Alpenmilch lakehouse',
      'Customer D-U-N-S ID': '480000001',
      'Partner Referral Status': 'Active',
      'Estimated Deal Value': '120000',
      Currency: 'CHF',
      'Estimated Close Date': '03/31/2027',
      'CRM ID': 'CRM-7',
      Notes: 'Our own notes',
      'Microsoft help required?': 'No',
      'Solution 1': 'SOL-0001-ABC',
      'Team member 1': 'Ada, Keller, +43 1 000 00 01, ada.keller@nordwind.example',
    });
  });

  test('says what was asked of Microsoft, and how Microsoft stands', async () => {
    await keep(became(ownDeal(), forMicrosoft()));

    expect((await exported())[0]).toMatchObject({
      'Microsoft help required?': 'Yes',
      'What specific help from Microsoft?': '4',
      'Notes to Microsoft': 'A quote for 200 seats',
      'Microsoft Referral Status': 'Pending',
      'Consent to share Customer/Partner contact': 'Yes',
    });
  });

  test('has as many columns as the deal with the most solutions and people', async () => {
    const [first] = creation().team;
    const [one] = creation().solutions;
    const many = creation({
      dealId: 'deal-own-2',
      team: Array.from({ length: 3 }, (_, number) => ({ ...first, name: `Person ${number}` })),
      solutions: Array.from({ length: 12 }, (_, number) => ({
        ...one,
        name: 'S',
        id: `S-${number}`,
        kind: 'own' as const,
      })),
    });
    await keep(ownDeal(), ownDeal(many));
    const rows = await exported();

    expect(Object.keys(rows[0] ?? {}).slice(-4)).toEqual([
      'Solution 12',
      'Team member 1',
      'Team member 2',
      'Team member 3',
    ]);
    expect(rows.map((row) => [row['Solution 12'], row['Team member 3']])).toEqual([
      ['', ''],
      ['S-11', 'Person, 2, +43 1 000 00 01, ada.keller@nordwind.example'],
    ]);
  });

  test('L5: an opportunity that is past its time is expired, whether that has been written yet or not', async () => {
    await keep(received());
    clock.move(14 * day);
    expect((await exported())[0]).toMatchObject({ 'Partner Referral Substatus': 'Expired' });
  });

  test('V1, V4: is what a person may see, where one is named', async () => {
    await keep(ownDeal(), received());
    await createOrganisations(temporary.store, clock).setSettings('nordwind', { usersMayAnswer: false });

    expect(await exported('--as', entraIds.ben)).toEqual([
      expect.objectContaining({ 'Referral ID': 'deal-1', 'Customer Contact Email Address': '' }),
    ]);
    expect(await exported('--as', ada)).toHaveLength(2);
  });

  test('replaces no file unless told to, and leaves none behind that is not whole', async () => {
    writeFileSync(at('deals.csv'), 'mine');
    expect((await admin('export', at('deals.csv'))).complaints).toEqual([
      expect.stringMatching(/is there already: .*--force$/),
    ]);
    expect(readFileSync(at('deals.csv'), 'utf8')).toBe('mine');

    await temporary.store.create({ ...ownDeal(), schemaVersion: 2 });
    expect((await admin('export', at('deals.csv'), '--force')).complaints).toEqual([
      'deal deal-own-1 has schema version 2',
    ]);
    expect(readFileSync(at('deals.csv'), 'utf8')).toBe('mine');
    expect(existsSync(at('deals.csv.part'))).toBe(false);
  });

  test('of another organisation has nothing of this one', async () => {
    await createOrganisations(temporary.store, clock).create({
      id: 'fabrikam',
      name: 'Fabrikam',
      tenants: [`${tenant.slice(0, -1)}2`],
    });
    await keep(ownDeal());
    expect(await exported('-o', 'fabrikam')).toEqual([]);
  });
});

describe('a row of a deal', () => {
  test('changes it, once', async () => {
    await keep(ownDeal());
    await solution('SOL-0002-DEF', 'Managed Detection');
    const [row = {}] = await exported();
    const changed = {
      ...row,
      'Deal Name': 'Alpenmilch lakehouse, phase 2',
      'Estimated Deal Value': '150000.5',
      'Estimated Close Date': '4/1/2027',
      'CRM ID': '',
      Notes: `${row.Notes}\n\nThey signed the letter of intent.\nNext: the pilot.`,
      'Solution 2': 'SOL-0002-DEF, CHF, 10, 3',
      'Team member 2': 'Ben, Adler, +44 20 7946 0000, Ben.Adler@nordwind.example',
    };
    clock.move(day);
    const ran = await imported([changed]);

    expect(ran.complaints).toEqual([]);
    expect(told(ran)).toEqual([
      'line 2: changed deal-own-1: Deal Name: "Alpenmilch lakehouse" → "Alpenmilch lakehouse, phase 2"; Estimated Deal Value: "120000" → "150000.5"; ' +
        'Estimated Close Date: "03/31/2027" → "04/01/2027"; CRM ID: "CRM-7" → empty; ' +
        'Notes: "Our own notes" → "…wn notes They signed the letter of intent. Next: the pilot."; ' +
        'Solution: + "SOL-0002-DEF"; Team member: + "Ben, Adler, +44 20 7946 0000, Ben.Adler@nordwind.example"',
    ]);
    expect(summary(ran)).toBe('nordwind: 1 rows: 0 created, 1 changed, 0 unchanged, 0 wrong');
    const after = await deal('deal-own-1');
    expect(after).toMatchObject({
      name: 'Alpenmilch lakehouse, phase 2',
      value: { amount: '150000.5', currency: 'CHF' },
      closeDate: '2027-04-01',
      status: 'accepted',
    });
    expect(after.crmId).toBeUndefined();
    expect(after.notes).toEqual([
      expect.objectContaining({ text: 'Our own notes' }),
      {
        text: 'They signed the letter of intent.\nNext: the pilot.',
        by: { kind: 'person', personId: `person-${entraIds.ada}`, name: 'Ada Keller' },
        at: '2026-11-03T09:12:44.000Z',
      },
    ]);
    expect(after.solutions).toEqual([
      ...creation().solutions,
      { id: 'SOL-0002-DEF', name: 'Managed Detection', kind: 'own', eligible: true },
    ]);
    // By the e-mail address, so that it becomes one of Ben's deals (V1), and Ben is told (N7).
    expect(after.team[1]).toEqual({
      personId: `person-${entraIds.ben}`,
      name: 'Ben Adler',
      phone: '+44 20 7946 0000',
      email: 'Ben.Adler@nordwind.example',
    });
    expect(after.notices.map(({ id }) => id)).toContain(`tellTeamMember:person-${entraIds.ben}`);

    const before = await everything();
    expect(summary(await imported([changed]))).toBe('nordwind: 1 rows: 0 created, 0 changed, 1 unchanged, 0 wrong');
    expect(summary(await imported(await exported()))).toMatch(/1 unchanged, 0 wrong$/);
    expect(await everything()).toEqual(before);
  });

  test('L7: stands in the history as what came from a file, by whom it was done for', async () => {
    await keep(ownDeal(), received());
    const rows = await exported();
    const changed = rows.map((row) => ({
      ...row,
      'Deal Name': 'Another name',
      'Partner Referral Status': 'Active',
      'Partner Referral Substatus': 'Accepted',
    }));
    const { complaints } = await imported(changed);
    expect(complaints).toEqual([]);
    const by = { kind: 'person', personId: `person-${entraIds.ada}`, name: 'Ada Keller' };
    const entries = (await everything()).map(({ history }) => history.at(-1));
    expect(entries).toHaveLength(2);
    for (const what of ['edited', 'accepted']) {
      expect(entries).toContainEqual(expect.objectContaining({ what, by, from: 'bulk' }));
    }
  });

  test('accepts an opportunity, with what the sender said where it says nothing else (A1, V2)', async () => {
    await keep(received());
    const [row = {}] = await exported();
    const accepting = {
      ...row,
      'Deal Name': 'Milk',
      'Partner Referral Status': 'Active',
      'Partner Referral Substatus': 'Accepted',
    };
    await imported([accepting]);
    const after = await deal('deal-1');

    expect(after).toMatchObject({
      status: 'accepted',
      name: 'Milk',
      value: { amount: '120000', currency: 'CHF' },
      closeDate: '2027-03-31',
      notes: [],
      answer: { by: { personId: `person-${entraIds.ada}` } },
    });
    expect(after.team.map(({ name }) => name)).toEqual(['Ada Keller']);
    expect(after.notices.map(({ id }) => id)).toContain('tellSender');
    // Nobody is named in the row, and Ada stays on the team all the same.
    expect(summary(await imported([accepting]))).toMatch(/1 unchanged, 0 wrong$/);
    expect(await deal('deal-1')).toEqual(after);
  });

  test('accepts an opportunity for a team that is named', async () => {
    await keep(received());
    const [row = {}] = await exported();
    const accepting = {
      ...row,
      'Deal Name': 'Milk',
      'Partner Referral Status': 'Active',
      'Partner Referral Substatus': 'Accepted',
      Notes: 'Ben knows them.',
      'Team member 1': 'Ben, Adler, +44 20 7946 0000, ben.adler@nordwind.example',
    };
    await imported([accepting]);
    const after = await deal('deal-1');

    expect(after.team.map(({ name, personId }) => [name, personId])).toEqual([
      ['Ada Keller', `person-${entraIds.ada}`],
      ['Ben Adler', `person-${entraIds.ben}`],
    ]);
    expect(after.notes.map(({ text }) => text)).toEqual(['Ben knows them.']);
    expect(summary(await imported([accepting]))).toMatch(/1 unchanged, 0 wrong$/);
    expect(await deal('deal-1')).toEqual(after);
  });

  test.each([
    ['Won', '', {}],
    ['Lost', '3', { reason: 'otherVendor' }],
  ])('marks a deal as %s, with everything else that it says', async (substatus, reason, more) => {
    await keep(ownDeal());
    const [row = {}] = await exported();
    const closing = {
      ...row,
      'Partner Referral Status': 'Closed',
      'Partner Referral Substatus': substatus,
      'Declined/Lost reason': reason,
      'Estimated Deal Value': '99000',
      'Marketing Campaign ID': 'AUTUMN',
    };
    await imported([closing]);
    const after = await deal('deal-own-1');

    expect(after).toMatchObject({
      status: substatus.toLowerCase(),
      outcome: more,
      value: { amount: '99000', currency: 'CHF' },
      campaignId: 'AUTUMN',
    });
    expect(summary(await imported([closing]))).toMatch(/1 unchanged, 0 wrong$/);
    expect(await deal('deal-own-1')).toEqual(after);
  });

  test('declines an opportunity and tells the sender why (D1 to D3)', async () => {
    await keep(received());
    const [row = {}] = await exported();
    const declining = {
      ...row,
      'Partner Referral Status': 'Closed',
      'Partner Referral Substatus': 'Declined',
      'Declined/Lost reason': '8',
      Notes: 'We have no people for it.',
    };
    await imported([declining]);
    const after = await deal('deal-1');

    expect(after).toMatchObject({
      status: 'declined',
      answer: { reason: 'other' },
      notes: [{ text: 'We have no people for it.' }],
    });
    expect(summary(await imported([declining]))).toMatch(/1 unchanged, 0 wrong$/);
    expect(await deal('deal-1')).toEqual(after);
  });

  test('asks Microsoft for help (C2, C3, C7 to C9, I5)', async () => {
    await keep(ownDeal());
    const [row = {}] = await exported();
    const asking = {
      ...row,
      'Customer Contact First Name': 'Reto',
      'Customer Contact Last Name': 'Muster',
      'Customer Contact Phone number': "'+41 44 000 00 01",
      'Customer Contact Email Address': 'reto@alpenmilch.example',
      'Microsoft help required?': 'Yes',
      'What specific help from Microsoft?': '3',
      'Notes to Microsoft': 'A pilot.\n\nIn March.',
      'Consent to share Customer/Partner contact': 'Yes',
    };
    expect((await imported([asking])).complaints).toEqual([]);
    const after = await deal('deal-own-1');

    expect(after).toMatchObject({
      parties: { microsoft: true },
      contactConsent: true,
      microsoft: { help: 'ProofOfConceptOrDemo', notes: 'A pilot.\n\nIn March.', status: 'waiting' },
      opportunity: { customer: { contacts: [{ name: 'Reto Muster', phone: '+41 44 000 00 01' }] } },
    });
    const again = await imported([asking]);
    expect(told(again)).toEqual([]);
    expect(await deal('deal-own-1')).toEqual(after);
  });

  test("has Partner Center's own id where Partner Center has the deal", async () => {
    const [read, fed, own] = [1, 2, 3].map((number) => `0b5e3a9c-1111-4111-8111-11111111111${number}`) as [
      string,
      string,
      string,
    ];
    await createApiKeys(temporary.store, clock).create('nordwind', 'portal', undefined);
    const route = { kind: 'partner-center' } as const;
    await keep(
      received({ dealId: dealIdOf(read), source: partnerCenterSource, externalId: read, route }),
      received({ dealId: dealId('portal', fed), source: 'portal', externalId: fed, route }),
      { ...ownDeal(), partnerCenter: { id: own, engagementId: 'f7eaae47', invitations: {} } },
    );
    const desk = { deal: async () => undefined };
    await createReferralLinks(temporary.store, desk).claim('nordwind', own, 'deal-own-1');

    const rows = await exported();
    expect(rows.map((row) => row['Referral ID']).sort()).toEqual([read, fed, own]);
    expect(rows.map((row) => row['Engagement ID'])).toContain('f7eaae47');
    expect(summary(await imported(rows))).toMatch(/3 rows: 0 created, 0 changed, 3 unchanged, 0 wrong$/);
    await imported([{ 'Referral ID': own.toUpperCase(), 'CRM ID': 'CRM-8' }]);
    expect((await deal('deal-own-1')).crmId).toBe('CRM-8');
    // The same deal under its id here and its id there.
    const twice = await imported([{ 'Referral ID': own }, { 'Referral ID': 'deal-own-1' }]);
    expect(told(twice)).toEqual(['line 3: Referral ID: the same deal stands in line 2']);
  });

  test('says what it says in vain', async () => {
    await keep(became(ownDeal(), forMicrosoft()));
    const [row = {}] = await exported();
    const ran = await imported([
      {
        ...row,
        'Engagement ID': 'f7eaae47-0b84-4ac4-b4ea-5b2587d42cee',
        'Customer City': 'Genf',
        'Customer Contact Last Name': 'Meier',
        'Microsoft Referral Status': 'Accepted',
        'Declined/Lost reason': '3',
        'Sales Stage': '40',
        'Microsoft help required?': 'No',
        'What specific help from Microsoft?': '1',
        'CLA Number': '7',
      },
    ]);

    expect(ran.code).toBe(0);
    expect(ran.out.slice(0, -1)).toEqual([
      'line 2: (Customer City: stays as it is: the customer of a deal is not changed (E1))',
      'line 2: (Customer Contact Last Name: stays as it is: the customer of a deal is not changed (E1))',
      'line 2: (Engagement ID: stays as it is: it is only shown)',
      'line 2: (Microsoft Referral Status: stays as it is: it is only shown)',
      'line 2: (Sales Stage: is not kept here)',
      'line 2: (Declined/Lost reason: is only for what is lost or declined (D1))',
      'line 2: (Microsoft help required?: stays Yes: Microsoft takes part (T2))',
      'line 2: (What specific help from Microsoft?: stays as it is: Microsoft takes part (C7))',
      'Not used: CLA Number',
    ]);
    expect(summary(ran)).toMatch(/1 unchanged, 0 wrong$/);
  });
});

describe('a row without an id', () => {
  beforeEach(() => solution('SOL-1234-PQRS', 'Contoso Accelerator'));

  test('creates a deal, once', async () => {
    const ran = await imported([newRow]);

    expect(ran.complaints).toEqual([]);
    const [created, ...others] = await everything();
    expect(others).toEqual([]);
    expect(told(ran)).toEqual([`line 2: created ${created?.id}: "UK spring deal" for "Contoso Corporation", private`]);
    expect(created).toMatchObject({
      status: 'accepted',
      direction: 'outbound',
      parties: { microsoft: false, partners: 0 },
      value: { amount: '12563', currency: 'GBP' },
      closeDate: '2027-01-30',
      solutions: [{ id: 'SOL-1234-PQRS', name: 'Contoso Accelerator', kind: 'own', eligible: true }],
      team: [{ personId: `person-${entraIds.ben}`, name: 'Ben Adler' }],
      history: [{ what: 'created', by: { personId: `person-${entraIds.ada}` }, from: 'bulk' }],
    });
    expect(summary(await imported([newRow]))).toBe('nordwind: 1 rows: 0 created, 0 changed, 1 unchanged, 0 wrong');
    expect(await everything()).toEqual([created]);
  });

  test('creates a co-sell deal with Microsoft, and not without consent (C2, C3, C7, C8)', async () => {
    const asking = {
      ...newRow,
      'Customer Contact First Name': 'John',
      'Customer Contact Last Name': 'Customer',
      'Customer Contact Phone number': '9999999999',
      'Customer Contact Email Address': 'john.customer@contoso.example',
      'Microsoft help required?': 'Yes',
      'What specific help from Microsoft?': '1',
      'Notes to Microsoft': 'Need help with a POC',
    };
    const refused = await imported([{ ...asking, 'Consent to share Customer/Partner contact': 'No' }]);
    expect(told(refused)).toEqual([
      'line 2: Consent to share Customer/Partner contact: must be Yes where Microsoft is asked for help (C3)',
    ]);
    await imported([asking]);
    expect(await everything()).toEqual([
      expect.objectContaining({
        parties: { microsoft: true, partners: 0 },
        microsoft: expect.objectContaining({ help: 'WorkloadSpecificValueProposition', notes: 'Need help with a POC' }),
      }),
    ]);
  });

  test('does not undo what people have done to its deal since, and creates no second one', async () => {
    await imported([newRow]);
    const [{ id = '' } = {}] = await everything();
    await imported([{ 'Referral ID': id, 'Estimated Deal Value': '20000' }]);
    const before = await everything();
    const ran = await imported([newRow]);

    expect(told(ran)).toEqual([
      `line 2: (Referral ID: this row made ${id}, which is otherwise by now: to change it, write its id here)`,
    ]);
    expect(await everything()).toEqual(before);
  });

  test('is known again when a spreadsheet has rewritten it', async () => {
    await imported([{ ...newRow, 'Customer D-U-N-S ID': '081466849' }]);
    const [created] = await everything();
    expect(created?.opportunity.customer.duns).toBe('081466849');
    const ran = await imported([
      { ...newRow, 'Customer D-U-N-S ID': '81466849', 'Estimated Close Date': '01/30/2027' },
    ]);
    expect(summary(ran)).toMatch(/0 created, 0 changed, 1 unchanged, 0 wrong$/);
    expect(await everything()).toEqual([created]);
  });

  test('of which there are two creates one', async () => {
    const ran = await imported([newRow, { ...newRow, 'Estimated Deal Value': '5' }]);
    expect(told(ran).at(-1)).toBe('line 3: has the customer, the deal name and the CRM id of line 2');
    expect(await everything()).toHaveLength(1);
  });
});

describe('a dry run', () => {
  test('lists what would be done and does nothing', async () => {
    await keep(ownDeal(), received());
    await solution('SOL-1234-PQRS', 'Contoso Accelerator');
    const [waiting = {}, own = {}] = await exported();
    const rows = [
      own,
      {
        ...waiting,
        'Deal Name': 'Milk',
        'Partner Referral Status': 'Active',
        'Partner Referral Substatus': 'Accepted',
      },
      { ...newRow, 'Referral ID': '' },
      { ...newRow, 'Referral ID': 'deal-none' },
    ];
    const before = await everything();
    const ran = await imported(rows, '--dry-run');

    expect(told(ran)).toEqual([
      'line 3: would change deal-1: Deal Name: empty → "Milk"; Partner Referral Substatus: "Received" → "Accepted"; ' +
        'Team member: + "Ada, Keller, , ada.keller@nordwind.example"',
      expect.stringMatching(
        /^line 4: would create deal-[\w-]{27}: "UK spring deal" for "Contoso Corporation", private$/,
      ),
      'line 5: Referral ID: nordwind has no such deal (V3)',
    ]);
    expect(summary(ran)).toBe(
      'nordwind: dry run, nothing was done: 4 rows: 1 to create, 1 to change, 1 unchanged, 1 wrong',
    );
    expect([ran.code, ran.complaints]).toEqual([
      1,
      ['1 of 4 rows are wrong and would not be done: correct them and import the file again'],
    ]);
    expect(await everything()).toEqual(before);

    const done = await imported(rows);
    expect(
      told(done).map((line) => line.replace('would change', 'changed').replace('would create', 'created')),
    ).toEqual(told(done));
    expect(summary(done)).toBe('nordwind: 4 rows: 1 created, 1 changed, 1 unchanged, 1 wrong');
  });
});

describe('wrong rows', () => {
  test('are told with line, column, reason and rule, and left out whole, while the others are done', async () => {
    await keep(ownDeal());
    const [row = {}] = await exported();
    const ran = await imported([
      { ...row, 'Referral ID': '', 'Deal Name': '', 'Estimated Close Date': '31.12.2027', Currency: 'XYZ' },
      { ...row, 'CRM ID': 'CRM-8' },
      { ...row, 'CRM ID': 'CRM-9' },
    ]);

    expect(ran.out.slice(0, -1)).toEqual([
      'line 2: Deal Name: is missing (A1); Currency: must be an ISO 4217 code, as EUR (E3); ' +
        'Estimated Close Date: must be a day as MM/DD/YYYY (E3); ' +
        'Solution 1: is no solution of the directory: "directory import solutions" adds some (C6)',
      'line 3: changed deal-own-1: CRM ID: "CRM-7" → "CRM-8"',
      'line 4: Referral ID: the same deal stands in line 3',
    ]);
    expect(ran.complaints).toEqual(['2 of 3 rows are wrong and were not done: correct them and import the file again']);
  });

  test("V3: another organisation's deal is not there, and stays as it is", async () => {
    await createOrganisations(temporary.store, clock).create({
      id: 'fabrikam',
      name: 'Fabrikam',
      tenants: [`${tenant.slice(0, -1)}2`],
    });
    await keep({ ...ownDeal(creation({ dealId: 'deal-theirs' })), orgId: 'fabrikam' });
    const ran = await imported([{ 'Referral ID': 'deal-theirs', 'Deal Name': 'Ours' }], '-o', 'nordwind');

    expect(told(ran)).toEqual(['line 2: Referral ID: nordwind has no such deal (V3)']);
    expect((await deals().get('fabrikam', 'deal-theirs'))?.document.name).toBe('Alpenmilch lakehouse');
  });

  test('E4: a note is never taken away by a row', async () => {
    await keep(ownDeal());
    const [row = {}] = await exported();
    expect(summary(await imported([{ ...row, Notes: '' }]))).toMatch(/1 unchanged, 0 wrong$/);
    expect((await deal('deal-own-1')).notes).toHaveLength(1);
  });

  test('are those of a person who may not do it (V1)', async () => {
    await keep(
      ownDeal(),
      became(ownDeal(creation({ dealId: 'deal-own-2' })), {
        kind: 'win',
        amount: '1',
        currency: 'CHF',
        closeDate: '2027-03-31',
        notes: '',
      }),
    );
    const rows = await exported();
    writeFileSync(
      at('in.csv'),
      stringify(
        rows.map((row) => ({ ...row, 'CRM ID': 'CRM-8' })),
        { header: true },
      ),
    );
    const ran = await admin('import', at('in.csv'), '--as', entraIds.ben);
    expect(told(ran)).toEqual([
      "line 2: only the deal's team and admins may do this (V1)",
      "line 3: only the deal's team and admins may do this (V1)",
    ]);
  });
});

describe('the person on whose behalf it is done', () => {
  beforeEach(async () => {
    await keep(ownDeal());
    writeFileSync(at('in.csv'), 'Referral ID,CRM ID\ndeal-own-1,CRM-8\n');
  });

  test.each([
    ['is named', [], /required option '--as <person>' not specified/],
    ['is known', ['--as', entraIds.cem], /nordwind knows nobody called cccccccc-/],
    ['is known by that address', ['--as', 'cem@nordwind.example'], /Nobody with the address cem@nordwind.example/],
  ])('%s', async (_what, options, complaint) => {
    const ran = await admin('import', at('in.csv'), ...options);
    expect([ran.code, ran.out, ran.complaints]).toEqual([1, [], [expect.stringMatching(complaint)]]);
  });

  test('V1 has a role', async () => {
    await person('cem', 'Cem Yilmaz', []);
    expect((await admin('import', at('in.csv'), '--as', entraIds.cem)).complaints).toEqual([
      `--as ${entraIds.cem}: needs a role (V1)`,
    ]);
  });

  test('V3 is no guest', async () => {
    await person('cem', 'Cem Yilmaz', ['referralsAdmin'], { guest: true });
    expect((await admin('import', at('in.csv'), '--as', entraIds.cem)).complaints).toEqual([
      `--as ${entraIds.cem}: guests change nothing (V3)`,
    ]);
  });

  test('V3 is of one of its tenants', async () => {
    await person('cem', 'Cem Yilmaz', ['referralsAdmin'], { tenantId: entraIds.cem });
    expect((await admin('import', at('in.csv'), '--as', entraIds.cem)).complaints).toEqual([
      `--as ${entraIds.cem}: belongs to another organisation (V3)`,
    ]);
  });

  test('L7 has a name, because a deal keeps who changed it', async () => {
    await createPeople(temporary.store, clock).grant('nordwind', entraIds.cem, ['referralsAdmin'], 'test');
    expect((await admin('import', at('in.csv'), '--as', entraIds.cem)).complaints).toEqual([
      expect.stringMatching(/has a role, but has not used the bot yet/),
    ]);
  });
});

describe('a file', () => {
  beforeEach(() => keep(ownDeal()));

  const crmId = async () => (await deal('deal-own-1')).crmId;

  test.each([
    ['with a byte order mark', '\ufeffReferral ID,CRM ID\r\ndeal-own-1,CRM-8\r\n'],
    ['with semicolons', 'Referral ID;CRM ID;Estimated Deal Value\ndeal-own-1;CRM-8;120000,00\n'],
    ['with tabs', 'referral id\tcrm_id\ndeal-own-1\tCRM-8'],
    ['with empty rows and columns', 'Referral ID,CRM ID,,\n,,,\ndeal-own-1,CRM-8,,\n\ndeal-own-1-gone'],
    ['in UTF-16', Buffer.from('\ufeffReferral ID\tCRM ID\r\ndeal-own-1\tCRM-8\r\n', 'utf16le')],
  ])('%s is read', async (_what, content) => {
    writeFileSync(at('in.csv'), content);
    await admin('import', at('in.csv'), '--as', ada);
    expect(await crmId()).toBe('CRM-8');
  });

  test('in another encoding is read when that is named', async () => {
    writeFileSync(at('in.csv'), Buffer.from('Referral ID;Deal Name\ndeal-own-1;Käse\n', 'latin1'));
    expect(told(await admin('import', at('in.csv'), '--as', ada))).toEqual([
      'line 2: has bytes that are not UTF-8: save the file as UTF-8, or name its encoding',
    ]);
    await admin('import', at('in.csv'), '--as', ada, '--encoding', 'windows-1252');
    expect((await deal('deal-own-1')).name).toBe('Käse');
  });

  test('has quotation marks in wrong places in one row only', async () => {
    writeFileSync(
      at('in.csv'),
      'Referral ID,CRM ID,Notes\nx,"5" disk,a\ny,3" disk,b\ndeal-own-1,CRM-8,"a\n\nb"\nz,"open,c\n',
    );
    const ran = await admin('import', at('in.csv'), '--as', ada);
    expect(told(ran)).toEqual([
      'line 2: has a quotation mark in the wrong place',
      'line 3: has a quotation mark in the wrong place',
      'line 4: changed deal-own-1: CRM ID: "CRM-7" → "CRM-8"; Notes: "Our own notes" → "Our own notes a b"',
      'line 7: has a quotation mark that is not closed',
    ]);
    expect((await deal('deal-own-1')).notes.at(-1)?.text).toBe('a\n\nb');
  });

  test.each([
    ['that is not there', undefined, /^There is no file .*in\.csv$/],
    ['that is empty', '', /^The file is empty$/],
    [
      'of something else',
      'id,name,country\n1,Contoso,IE\n',
      /neither Referral ID nor Deal Name and Customer Name\. It has: id \| name \| country$/,
    ],
    ['with a column twice', 'Referral ID,CRM ID,crm id\n', /has two columns for one thing: crmId$/],
  ])('%s is refused', async (_what, content, complaint) => {
    if (content !== undefined) writeFileSync(at('in.csv'), content);
    const ran = await admin('import', at('in.csv'), '--as', ada);
    expect([ran.code, ran.out, ran.complaints]).toEqual([1, [], [expect.stringMatching(complaint)]]);
  });

  test('an outage says that the file is to be imported again', async () => {
    await solution('SOL-0002-DEF', 'Managed Detection');
    writeFileSync(at('in.csv'), 'Referral ID,CRM ID\ndeal-own-1,CRM-8\n');
    const other = new DatabaseSync((temporary.store as SqliteStore).connection.location() ?? '');
    other.exec('BEGIN IMMEDIATE');
    const { complaints } = await admin('import', at('in.csv'), '--as', ada);
    other.close();
    expect(complaints).toEqual([
      'The database does not answer: database is locked. Some rows may have been done: import the file again',
    ]);
  }, 20_000);
});

test('the help names the columns', async () => {
  const { out } = await admin('import', '--help');
  expect(out.join('\n')).toMatch(
    /Errors.*Partner Referral Substatus.*Team member 1, 2 …: first name, last name, phone, email/s,
  );
});

describe('progress', () => {
  async function on(terminal: Terminal, ...args: string[]): Promise<string[]> {
    const out: string[] = [];
    const parts = {
      openStore: async (): Promise<Store> => temporary.reopen(),
      clock,
      out: (text: string) => void out.push(text),
    };
    const program = new Command().exitOverride();
    dealCommands(program, parts, terminal);
    await program.parseAsync(['deals', ...args], { from: 'user' }).catch(() => undefined);
    return out;
  }

  function screen(): PassThrough & { isTTY?: boolean; columns?: number } {
    return Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
  }

  test('is a bar on a terminal, which is gone at the end', async () => {
    await keep(ownDeal());
    const exporting = screen();
    expect(await on(exporting, 'export', at('deals.csv'))).toHaveLength(1);
    expect(String(exporting.read())).toMatch(/█+ 100 % +1 deals read/);

    const importing = screen();
    expect(await on(importing, 'import', at('deals.csv'), '--as', ada)).toHaveLength(1);
    expect(String(importing.read())).toMatch(/[█░]+ +\d+ % +1 rows read, 0 wrong/);
  });

  test('is a line for each 10,000 rows elsewhere', async () => {
    writeFileSync(at('in.csv'), `Referral ID,CRM ID\n${'deal-none,\n'.repeat(12_000)}`);
    const out = await on(new PassThrough(), 'import', at('in.csv'), '--as', ada);
    expect(out.filter((line) => !line.startsWith('line '))).toEqual([
      '10,000 rows read, 10,000 wrong',
      expect.stringMatching(/^nordwind: 12,000 rows: 0 created, 0 changed, 0 unchanged, 12,000 wrong, in /),
    ]);
  });
});
