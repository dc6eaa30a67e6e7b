import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import type { Deal } from '../src/deals/deal.ts';
import { createDesk } from '../src/deals/desk.ts';
import { exportDeals } from '../src/intake/bulk/export.ts';
import { type BulkParts, importDeals } from '../src/intake/bulk/import.ts';
import { personId } from '../src/organisations/organisation.ts';
import { createOrganisations } from '../src/organisations/organisations.ts';
import { createReferralLinks } from '../src/partner-center/links.ts';
import type { Accept } from '../src/rules/accept.ts';
import type { PersonActor } from '../src/rules/actor.ts';
import { decide } from '../src/rules/decide.ts';
import { settled, withNotices } from '../src/rules/notices.ts';
import { openDirectory } from '../src/store/open.ts';
import type { Store } from '../src/store/port.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { foundNordwind, orgId, receivedDeal, seed, sellers, settings } from './house.ts';
import { type Findings, number, usedMegabytes } from './measure.ts';

const few = 20_000;
const many = 100_000;
/** Memory with all deals exported is at most this many times what it was with the first ones. */
const atMost = 1.1;

/** An organisation's deals into a file and back, on SQLite: how fast, and how much memory it takes. */
export async function bulk(folder: string): Promise<Findings> {
  const wrong: string[] = [];
  const file = join(folder, 'deals.csv');
  const store = openSqliteStore({ file: join(folder, 'bulk.db') });
  await foundNordwind(store);
  await seed(store, many, dealOf);

  const heap = new Map<number, number>();
  const begin = performance.now();
  let measuring = 0;
  const exported = await exportDeals(store, orgId, file, systemClock, {
    onProgress(read) {
      if (read !== few && read !== many) return;
      const before = performance.now();
      heap.set(read, usedMegabytes());
      measuring += performance.now() - before;
    },
  });
  const rate = (exported * 1000) / (performance.now() - begin - measuring);
  if (exported !== many) wrong.push(`bulk: ${exported} of ${many} deals exported`);
  const [early = 0, late = 0] = [heap.get(few), heap.get(many)];

  const same = await measuredImport(store, file);
  if (same.report.unchanged !== many)
    wrong.push(`bulk: ${same.report.unchanged} of ${many} exported deals were unchanged`);
  // One row in ten says something new.
  let at = 0;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replaceAll(/,CHF,/g, (cell) => (at++ % 10 === 0 ? ',EUR,' : cell)),
  );
  const other = await measuredImport(store, file);
  const accepted = other.report.changed;
  if (accepted === 0) wrong.push('bulk: no row changed its deal');
  await store.close();
  return {
    rows: [
      {
        what: `export ${number(many)} deals to CSV`,
        measured: `${number(rate)} rows/s`,
        more: `${number(statSync(file).size / 1e6)} MB`,
      },
      {
        what: '  heap while exporting, collected',
        measured: `${number(late)} MB`,
        more: `after ${number(few)} deals ${number(early)} MB`,
        target: { name: 'of the first', value: late / early, atMost },
      },
      { what: '  and the same file imported, all unchanged', measured: `${number(same.rate)} rows/s` },
      {
        what: '  and with other currencies',
        measured: `${number(other.rate)} rows/s`,
        more: `${number(accepted)} changed, ${number(other.report.wrong)} refused`,
      },
    ],
    wrong,
  };
}

async function measuredImport(store: Store, file: string) {
  const organisation = await createOrganisations(store, systemClock).get(orgId);
  if (organisation === undefined) throw new Error('the organisation is gone');
  const desk = createDesk({
    store,
    clock: systemClock,
    organisationOf: async () => organisation,
    onDue: () => undefined,
  });
  const parts: BulkParts = {
    desk,
    directory: await openDirectory(store),
    clock: systemClock,
    organisation,
    actor,
    personId: () => undefined,
    links: createReferralLinks(store, desk),
    sources: ['crm'],
  };
  const begin = performance.now();
  const report = await importDeals(parts, file);
  return { report, rate: (report.rows * 1000) / (performance.now() - begin) };
}

const [seller] = sellers;
const actor: PersonActor = {
  kind: 'person',
  orgId,
  personId: personId(seller?.entraId ?? ''),
  name: seller?.name ?? '',
  email: seller?.email,
  phone: seller?.phone,
  roles: ['referralsAdmin'],
  guest: false,
  timeZone: 'Europe/Vienna',
};

/** Every other one is accepted. */
function dealOf(index: number): Deal {
  const deal = receivedDeal(index);
  if (index % 2 === 0) return deal;
  const { name = '', value, closeDate = '' } = deal.opportunity;
  const command: Accept = {
    kind: 'accept',
    name,
    amount: value?.amount ?? '',
    currency: value?.currency ?? '',
    closeDate,
    notes: 'They want a pilot before summer; I call them on Monday.',
    crmId: `CRM-${index}`,
    campaignId: '',
    phone: '',
    colleagues: [],
    unknownColleagues: [],
  };
  const now = Date.now();
  const outcome = decide(deal, { command, actor }, now, { settings, partnerIds: [] });
  if (!outcome.ok) throw new Error(outcome.refusals.map(({ code }) => code).join());
  return settled(withNotices(outcome.deal, outcome.notices), now);
}
