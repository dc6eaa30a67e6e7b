import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { Deal } from '../../../src/deals/deal.ts';
import { createDesk, type Desk } from '../../../src/deals/desk.ts';
import { exportDeals } from '../../../src/intake/bulk/export.ts';
import { type BulkParts, type BulkReport, importDeals, type RowResult } from '../../../src/intake/bulk/import.ts';
import { textOf } from '../../../src/intake/bulk/problems.ts';
import { createReferralLinks } from '../../../src/partner-center/links.ts';
import { settled } from '../../../src/rules/notices.ts';
import { documents } from '../../../src/store/documents.ts';
import { openDirectory } from '../../../src/store/open.ts';
import { movableClock } from '../../fakes/clock.ts';
import { type TemporaryStore, temporaryStore } from '../../fakes/temporary-store.ts';
import { monday, opportunity, organisation, received, seller } from '../../fixtures/opportunity.ts';
import { became, creation, forMicrosoft, ownDeal } from '../../fixtures/own-deal.ts';

const clock = movableClock(monday);
const actor = seller({ roles: ['referralsAdmin'] });
let folder: string;
let file: string;
let temporary: TemporaryStore;
let parts: BulkParts;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'round-trip-'));
  file = join(folder, 'deals.csv');
  temporary = temporaryStore();
  const { store } = temporary;
  const desk = createDesk({ store, clock, organisationOf: async () => organisation, onDue: () => undefined });
  parts = {
    desk,
    directory: await openDirectory(store),
    clock,
    organisation,
    actor,
    personId: () => undefined,
    links: createReferralLinks(store, desk),
    sources: [],
  };
});
afterEach(async () => {
  await temporary.discard();
  rmSync(folder, { recursive: true });
});

const deals = () => documents(temporary.store, 'deal', Deal);

async function everything(): Promise<Deal[]> {
  const found: Deal[] = [];
  for await (const { document } of deals().all('nordwind')) found.push(document);
  return found;
}

async function imported(desk: Desk = parts.desk): Promise<{ report: BulkReport; told: string[] }> {
  const told: string[] = [];
  const report = await importDeals({ ...parts, desk }, file, {
    onRow: (result) => told.push(...linesOf(result)),
  });
  return { report, told };
}

function linesOf(result: RowResult): string[] {
  const said = result.kind === 'wrong' ? result.problems : result.remarks;
  return said.map((one) => `${result.line} ${textOf(one)}`);
}

/** What people, senders and other systems put into fields. */
const text = (maxLength: number) =>
  fc
    .oneof(
      fc.string({ unit: 'binary', maxLength }),
      fc
        .array(
          fc.constantFrom(
            '=1+1',
            '+',
            '-',
            '@',
            '\t',
            '\r',
            '\n',
            '\r\n',
            "'",
            '"',
            ',',
            ';',
            ' ',
            '  ',
            'a',
            '7',
            '\ufffd',
            '\ufeff',
            '\u2028',
            '\0',
            '**b**',
            '\u0024{x}',
            '&amp;',
            'Zürich',
            '😀',
          ),
          { maxLength: 12 },
        )
        .map((words) => words.join('')),
    )
    .map((words) => words.slice(0, maxLength));
const filled = (maxLength: number) => text(maxLength).filter((words) => words.trim() !== '');

const anyMember = fc.record({ name: filled(200), phone: text(40), email: text(60) }, { requiredKeys: ['name'] });
const anySolution = fc.record({ id: filled(100), name: filled(200) }, { requiredKeys: ['name'] });
const anyDeal = fc
  .record({
    name: fc.option(text(200), { nil: undefined }),
    customer: filled(200),
    city: filled(200),
    postalCode: filled(20),
    contact: fc.record({
      name: filled(200),
      phone: fc.constantFrom(undefined, '+41 44 000 00 01', '=1+1', "'+41"),
      email: fc.constantFrom(undefined, '=a@b.example', 'Reto@Alpenmilch.example'),
    }),
    senderNotes: filled(400),
    notes: fc.array(filled(400), { maxLength: 3 }),
    crmId: text(100),
    amount: fc.constantFrom('1', '0.50', '999999999999.99', '100.00'),
    closeDate: fc.constantFrom('2024-02-29', '2027-12-31'),
    team: fc.array(anyMember, { maxLength: 3 }),
    solutions: fc.array(anySolution, { maxLength: 3 }),
    life: fc.constantFrom('received', 'accepted', 'won', 'lost', 'declined', 'expired'),
  })
  .map((one): Deal => {
    const deal = received({
      opportunity: opportunity({
        customer: {
          name: one.customer.trim(),
          address: { city: one.city.trim(), postalCode: one.postalCode.trim() },
          contacts: [{ ...one.contact, name: one.contact.name.trim() }],
        },
        notes: one.senderNotes.trim(),
        value: { amount: one.amount, currency: 'EUR' },
        closeDate: one.closeDate,
      }),
    });
    const by = { kind: 'person', personId: 'person-ada', name: 'Ada' } as const;
    return {
      ...deal,
      name: one.name,
      crmId: one.crmId,
      team: one.team,
      solutions: one.solutions.map(({ id, name }) => ({ id: id?.trim(), name: name.trim() })),
      notes: one.notes.map((words) => ({ text: words, by, at: deal.respondBy })),
      status: one.life as Deal['status'],
      ...(one.life === 'lost'
        ? { outcome: { status: 'lost', by, at: deal.respondBy, from: 'teams', reason: 'abuse' } }
        : {}),
    };
  });

test('whatever is exported is found unchanged, and is no formula in a spreadsheet', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyDeal, { minLength: 1, maxLength: 5 }), async (some) => {
      for await (const stored of deals().all('nordwind')) await deals().remove(stored);
      for (const [at, deal] of some.entries()) await deals().create(settled({ ...deal, id: `deal-${at}` }, monday));
      await exportDeals(temporary.store, 'nordwind', file, clock);
      for (const cells of parse(readFileSync(file), { bom: true }) as string[][]) {
        for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
      }
      const before = await everything();
      const { report, told } = await imported();
      expect(told).toEqual([]);
      expect(report).toMatchObject({ rows: some.length, unchanged: some.length, unused: [] });
      expect(await everything()).toEqual(before);
    }),
    { numRuns: 150 },
  );
});

test('a deal with more notes than a cell holds is found unchanged', async () => {
  const long = Array.from({ length: 30 }, (_, at) => `${at} ${'lorem ipsum\n\n'.repeat(300)}`.slice(0, 4000));
  const by = { kind: 'person', personId: 'person-ada', name: 'Ada' } as const;
  await deals().create({ ...ownDeal(), notes: long.map((words) => ({ text: words, by, at: ownDeal().respondBy })) });
  await exportDeals(temporary.store, 'nordwind', file, clock);

  const [, row = []] = parse(readFileSync(file), { bom: true }) as string[][];
  expect(Math.max(...row.map((cell) => cell.length))).toBeLessThan(32_767);
  // The latest ones are in it.
  expect(row.join()).toContain('29 lorem');
  expect((await imported()).report).toMatchObject({ unchanged: 1 });
});

test('a team of which two share an address is found unchanged, in its order', async () => {
  const email = 'sales@nordwind.example';
  await deals().create({ ...received(), team: [{ name: 'Ben', email }, { name: 'Cem' }, { name: 'Ada', email }] });
  await exportDeals(temporary.store, 'nordwind', file, clock);
  expect((await imported()).report).toMatchObject({ unchanged: 1 });
});

test('what rows changed is found unchanged when it is exported', async () => {
  await deals().create(ownDeal());
  await deals().create(became(ownDeal(creation({ dealId: 'deal-own-2' })), forMicrosoft()));
  await deals().create(received());
  await exportDeals(temporary.store, 'nordwind', file, clock);
  const rows = parse(readFileSync(file), { bom: true, columns: true }) as Record<string, string>[];
  expect(rows.map((row) => row['Partner Referral Substatus'])).toEqual(['Received', 'Accepted', 'Accepted']);
  expect((await imported()).report).toMatchObject({ rows: 3, unchanged: 3 });
});

/** What people write into the cells of a row, right or wrong. */
const written: Record<string, readonly string[]> = {
  'Deal Name': ['Milk', '', "'=1"],
  'Partner Referral Status': ['New', 'Active', 'Closed', ''],
  'Partner Referral Substatus': ['Received', 'Accepted', 'Won', 'Lost', 'Declined', ''],
  'Declined/Lost reason': ['1', '8', ''],
  'Estimated Deal Value': ['5', '5,50', '0'],
  Currency: ['eur', 'CHF'],
  'Estimated Close Date': ['1/2/2028', '01/02/2020'],
  'CRM ID': ['', '7', "''=7"],
  Notes: [
    'New',
    'Old\nNew',
    'New\n\nOur own notes',
    'Our own notes\n\nOur own notes\nNew',
    'Customer wants a pilot before summer.\nYes',
    '',
  ],
  'Microsoft help required?': ['Yes', 'No'],
  'What specific help from Microsoft?': ['1', ''],
  'Notes to Microsoft': ['Help us', ''],
  'Consent to share Customer/Partner contact': ['Yes', 'No'],
  'Customer Contact First Name': ['Reto'],
  'Customer Contact Last Name': ['Muster'],
  'Customer Contact Phone number': ['+41 44 000 00 01'],
  'Customer Contact Email Address': ['reto@alpenmilch.example'],
  'Solution 1': ['SOL-0001-ABC', 'SOL-7, EUR, 5, 1', ''],
  'Solution 2': ['SOL-7', ''],
  'Team member 1': ['Ben, Adler, +43 1 000 00 02, ben@nordwind.example', ''],
  'Team member 2': ['Ada, Keller, +43 1 000 00 09, ADA.KELLER@nordwind.example', 'Cem, , , ', ''],
};
const anyChanges = fc.record(
  Object.fromEntries(Object.entries(written).map(([heading, cells]) => [heading, fc.constantFrom(...cells)])),
  { requiredKeys: [] },
);

test('the same file again changes nothing', async () => {
  const directory = await openDirectory(temporary.store);
  await directory.importEntries('nordwind', 'solutions', [
    { id: 'SOL-7', name: 'Seven', kind: 'own', eligible: false },
  ]);
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(received(), ownDeal()), anyChanges, async (deal, changes) => {
      for await (const stored of deals().all('nordwind')) await deals().remove(stored);
      await deals().create(deal);
      await exportDeals(temporary.store, 'nordwind', file, clock);
      const [row] = parse(readFileSync(file), { bom: true, columns: true }) as Record<string, string>[];
      writeFileSync(file, stringify([{ ...row, ...changes }], { header: true }));
      const { report } = await imported();
      const before = await everything();
      seen.add(
        report.changed > 0
          ? `${before[0]?.status} ${before[0]?.parties.microsoft}`
          : report.wrong > 0
            ? 'wrong'
            : 'same',
      );
      // A row that was wrong may still be; one that was done is.
      const again = await imported();
      expect({ ...again.report, told: again.told }).toMatchObject({
        created: 0,
        changed: 0,
        wrong: report.wrong,
        told: again.report.wrong === report.wrong ? again.told : [],
      });
      expect(await everything()).toEqual(before);
    }),
    { numRuns: 600 },
  );
  // The property says nothing where no row is ever done.
  expect([...seen]).toEqual(expect.arrayContaining(['accepted true', 'accepted false', 'wrong']));
});

describe('somebody who is faster', () => {
  /** Ben renames the deal between the reading of a row and its first command. */
  function disturbed(): Desk {
    let isDone = false;
    return {
      ...parts.desk,
      async perform(orgId, id, request) {
        if (!isDone) {
          isDone = true;
          const base = {
            name: 'Alpenmilch lakehouse',
            amount: '120000',
            currency: 'CHF',
            closeDate: '2027-03-31',
            crmId: 'CRM-7',
            campaignId: 'SPRING-1',
          };
          const ben = seller({ personId: 'person-ben', name: 'Ben', roles: ['referralsAdmin'] });
          await parts.desk.perform(orgId, id, {
            command: { kind: 'edit', section: 'details', base, values: { ...base, name: 'By Ben' } },
            actor: ben,
          });
        }
        return parts.desk.perform(orgId, id, request);
      },
    };
  }

  test('loses nothing by a row (E1)', async () => {
    await deals().create(ownDeal());
    await exportDeals(temporary.store, 'nordwind', file, clock);
    rewrite('CRM-7', 'CRM-8');
    const { told, report } = await imported(disturbed());

    expect(told).toEqual(['2 was changed by somebody else just now: import the row again (E1)']);
    expect(report.wrong).toBe(1);
    expect((await everything())[0]).toMatchObject({ name: 'By Ben', crmId: 'CRM-7' });
  });

  function rewrite(from: string, to: string): void {
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  }
});
