import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { createDesk } from '../deals/desk.ts';
import { columns, listHeadings } from '../intake/bulk/columns.ts';
import { exportDeals } from '../intake/bulk/export.ts';
import { type BulkReport, importDeals, type RowResult } from '../intake/bulk/import.ts';
import { problemOf, textOf } from '../intake/bulk/problems.ts';
import type { Organisation } from '../organisations/organisation.ts';
import { createReferralLinks } from '../partner-center/links.ts';
import type { PersonActor } from '../rules/actor.ts';
import { isForeign, maySee } from '../rules/permissions.ts';
import { refusal } from '../rules/refusal.ts';
import { openDirectory } from '../store/open.ts';
import { type Store, StoreUnavailable } from '../store/port.ts';
import { AdminError, type AdminParts, inOffice, type Office } from './office.ts';
import { inWords, plainLine, progressOf, secondsSince, type Terminal } from './progress.ts';

/** Without a terminal, progress is told whenever so many deals more have been done. */
const dealsBetweenLines = 10_000;

interface ExportOptions {
  organisation?: string;
  as?: string;
  force?: true;
}

interface ImportOptions {
  organisation?: string;
  as: string;
  dryRun?: true;
  encoding?: string;
}

/** `deals export|import`: the file of Partner Center's bulk operations (facts/partner-center.md 4.5). */
export function dealCommands(admin: Command, parts: AdminParts, terminal: Terminal = process.stderr): void {
  const deals = admin
    .command('deals')
    .description("export deals to a file and import them from one, in the columns of Partner Center's bulk file");
  deals
    .command('export')
    .description('write all deals of an organisation to a CSV file')
    .argument('<file>', 'CSV')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .option('--as <person>', 'only what this person may see: Entra object id or e-mail address')
    .option('--force', 'replace a file that is there')
    .addHelpText('after', '\nExample:\n  npm run admin -- deals export deals.csv')
    .action((file: string, options: ExportOptions) =>
      inOffice(parts, async (office, store) => {
        if (options.force !== true && existsSync(file)) {
          throw new AdminError(`${file} is there already: name another file, or replace it by --force`);
        }
        const organisation = await office.organisation(options.organisation);
        const reader =
          options.as === undefined
            ? {}
            : { reader: { actor: await actorOf(office, organisation, options.as), settings: organisation.settings } };
        const begin = performance.now();
        const progress = progressOf(terminal, office.out, dealsBetweenLines);
        const count = await exportDeals(store, organisation.orgId, file, office.clock, {
          ...reader,
          onProgress: (read, of) =>
            progress.show({ done: read, of, counted: read, text: `${inWords(read)} deals read` }),
        }).finally(progress.end);
        office.out(`${organisation.orgId}: ${inWords(count)} deals in ${secondsSince(begin)} s, in ${file}`);
      }),
    );
  deals
    .command('import')
    .description("change and create deals as a CSV file says, each row by the rules of a person's clicks")
    .argument('<file>', 'CSV with a heading')
    .requiredOption('--as <person>', 'who does it: Entra object id, or e-mail address of somebody who has used the bot')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .option('--dry-run', 'only list what would be done')
    .option('--encoding <name>', 'of the file, as windows-1252, where it is neither UTF-8 nor UTF-16')
    .addHelpText('after', importHelp)
    .action((file: string, options: ImportOptions) =>
      inOffice(parts, (office, store) => importFrom(file, options, office, store, terminal)),
    );
}

async function importFrom(
  file: string,
  options: ImportOptions,
  office: Office,
  store: Store,
  terminal: Terminal,
): Promise<void> {
  const { out, clock, organisations } = office;
  const organisation = await office.organisation(options.organisation);
  const { orgId } = organisation;
  const actor = await actorOf(office, organisation, options.as);
  const size = sizeOf(file);
  const isDryRun = options.dryRun === true;
  const begin = performance.now();
  const progress = progressOf(terminal, out, dealsBetweenLines);
  const people = (await office.people.all(orgId)).filter(({ guest, email }) => !guest && email !== undefined);
  const ids = new Map(people.map(({ email = '', id }) => [email.toLowerCase(), id]));
  const desk = createDesk({
    store,
    clock,
    organisationOf: async (id) => (await organisations.get(id)) ?? organisation,
    // The bot looks for what is due by itself.
    onDue: () => undefined,
  });
  const report = await importDeals(
    {
      desk,
      directory: await openDirectory(store),
      clock,
      organisation,
      actor,
      personId: (email) => ids.get(email),
      links: createReferralLinks(store, desk),
      sources: [...new Set((await office.apiKeys.list(orgId)).map(({ source }) => source))],
    },
    file,
    {
      isDryRun,
      ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
      onRow: (result) => {
        for (const line of linesOf(result, isDryRun)) progress.say(line);
      },
      onProgress: ({ bytes, rows, wrong }) => {
        const text = `${inWords(rows)} rows read, ${inWords(wrong)} wrong`;
        progress.show({ done: bytes, of: size, counted: rows, text });
      },
    },
  )
    .catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
      throw new AdminError(`${error.message}. Some rows may have been done: import the file again`);
    })
    .finally(progress.end);
  if (report.unused.length > 0) out(`Not used: ${report.unused.map(plainLine).join(', ')}`);
  out(`${orgId}: ${summaryOf(report, isDryRun)}, in ${secondsSince(begin)} s`);
  if (report.wrong > 0) {
    const what = isDryRun ? 'would not be done' : 'were not done';
    throw new AdminError(
      `${inWords(report.wrong)} of ${inWords(report.rows)} rows are wrong and ${what}: correct them and import the file again`,
    );
  }
}

/**
 * V1, V3: the person for whom it is done, as their own click would find them. @throws {AdminError} somebody unknown, of another tenant, a
 * guest, or without a role
 */
async function actorOf(office: Office, { orgId, tenants, settings }: Organisation, as: string): Promise<PersonActor> {
  const person = await office.people.get(orgId, await office.entraId(orgId, as));
  if (person === undefined)
    throw new AdminError(`${orgId} knows nobody called ${as}: "people list" shows whom it knows`);
  const { id: personId, name, email, phone, roles, guest } = person;
  const actor: PersonActor = {
    kind: 'person',
    orgId,
    personId,
    name,
    email,
    phone,
    roles,
    guest,
    timeZone: person.timeZone ?? settings.timeZone,
    from: 'bulk',
  };
  const forbidden = isForeign(person.tenantId, { tenants }) ? refusal('otherTenant', 'V3') : maySee(actor, orgId);
  if (forbidden !== undefined) throw new AdminError(`--as ${as}: ${textOf(problemOf(forbidden))}`);
  // A deal keeps by whom it was changed (L7), and a team has nobody without a name.
  if (name === '')
    throw new AdminError(`--as ${as}: has a role, but has not used the bot yet, so that their name is not known`);
  return actor;
}

/** In bytes. @throws {AdminError} */
function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new AdminError(`There is no file ${file}`);
  if (found.isDirectory()) throw new AdminError(`${file} is a folder`);
  return found.size;
}

function linesOf(result: RowResult, isDryRun: boolean): string[] {
  const { line } = result;
  const lines: string[] = [];
  if (result.kind === 'wrong') lines.push(result.problems.map(textOf).join('; '));
  else {
    if (result.kind === 'created')
      lines.push(`${isDryRun ? 'would create' : 'created'} ${result.dealId}: ${result.what}`);
    if (result.kind === 'changed')
      lines.push(`${isDryRun ? 'would change' : 'changed'} ${result.dealId}: ${result.what}`);
    lines.push(...result.remarks.map((remark) => `(${textOf(remark)})`));
  }
  return lines.map((text) => `line ${line}: ${plainLine(text)}`);
}

function summaryOf({ rows, created, changed, unchanged, wrong }: BulkReport, isDryRun: boolean): string {
  const [create, change] = isDryRun ? ['to create', 'to change'] : ['created', 'changed'];
  return (
    `${isDryRun ? 'dry run, nothing was done: ' : ''}${inWords(rows)} rows: ${inWords(created)} ${create}, ` +
    `${inWords(changed)} ${change}, ${inWords(unchanged)} unchanged, ${inWords(wrong)} wrong`
  );
}

const importHelp = [
  '\nColumns, in any order:',
  ...columns.map(({ heading }) => `  ${heading}`),
  `  ${listHeadings.solutions} 1, 2 …: the solution's id; currency, price and quantity behind it are not kept`,
  `  ${listHeadings.team} 1, 2 …: first name, last name, phone, email`,
  '\nA column that is missing changes nothing, and an empty cell empties its field. Where no solution is named, or nobody of the team,',
  'those of the deal stay.',
  "Referral ID: Partner Center's, or that of the deal here where Partner Center does not have it.",
  'A row without one creates a deal, once: it is known again by its customer, Deal Name and CRM ID.',
  'Status and substatus: New Received, Active Accepted, Closed Won, Closed Lost, Closed Declined. Lost and Declined need a reason:',
  '1 budget, 2 no response, 3 other vendor, 4 requirement not met, 5 not a customer, 6 too short, 7 abuse, 8 other (with notes).',
  'Estimated Close Date: MM/DD/YYYY.',
  'Notes: what is not on record yet is added as a note, written below those of the export. Where these were taken away, a line that one',
  'of them has, too, may be missing in the new note: --dry-run shows its end.',
  'Microsoft help required: Yes needs the number of the help (1 to 6), Notes to Microsoft, the contact and consent.',
  "An apostrophe before = + - @ is the export's, against formulas in spreadsheets, and is taken away.",
  'What somebody has changed since the file was written is changed back by its row: see by --dry-run what would be done.',
  '\nExample:\n  npm run admin -- deals import deals.csv --as ada@contoso.com --dry-run',
].join('\n');
