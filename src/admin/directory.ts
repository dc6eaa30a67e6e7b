import { statSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { columns } from '../directory/columns.ts';
import { type DirectoryKind, directoryKinds, type Entries } from '../directory/entry.ts';
import { type ImportReport, importFile } from '../directory/import.ts';
import { type Directory, longestList } from '../directory/port.ts';
import { openDirectory } from '../store/open.ts';
import { StoreUnavailable } from '../store/port.ts';
import { AdminError, type AdminParts, inOffice, type Office, table } from './office.ts';
import { inWords, plainLine, progressOf, secondsSince, type Terminal } from './progress.ts';

/** Without a terminal, progress is told whenever so many rows more have been read. */
const rowsBetweenLines = 100_000;

/** `directory import|search`. */
export function directoryCommands(admin: Command, parts: AdminParts, terminal: Terminal = process.stderr): void {
  const directory = admin.command('directory').description('customers, partners and solutions that can be chosen');
  const kind = () => new Argument('<kind>', 'what the file or the search is about').choices(directoryKinds);
  directory
    .command('import')
    .description('import a file: rows of a known id are replaced, others added, and what is not in the file stays')
    .addArgument(kind())
    .argument('<file>', 'CSV with a heading (.csv), or JSON lines (.jsonl)')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .option('--encoding <name>', 'of the file, as windows-1252, where it is neither UTF-8 nor UTF-16')
    .addHelpText('after', importHelp)
    .action((what: DirectoryKind, file: string, options: { organisation?: string; encoding?: string }) =>
      inDirectory(parts, async (office, found) => {
        const { orgId } = await office.organisation(options.organisation);
        const begin = performance.now();
        const progress = progressOf(terminal, office.out, rowsBetweenLines);
        let size: number | undefined;
        const report = await importFile(found, orgId, what, file, {
          onProgress: ({ bytes, rows, wrong }) => {
            size ??= statSync(file).size;
            const text = `${inWords(rows)} rows read, ${inWords(wrong)} wrong`;
            progress.show({ done: bytes, of: size, counted: rows, text });
          },
          ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
        })
          .catch((error: unknown) => {
            if (!(error instanceof StoreUnavailable)) throw error;
            throw new AdminError(`${error.message}. Some rows may have been imported: import the file again`);
          })
          .finally(progress.end);
        for (const line of linesOf(report, orgId, what, secondsSince(begin))) office.out(line);
        if (report.wrong > 0) {
          throw new AdminError(
            `${inWords(report.wrong)} of ${inWords(report.rows)} rows are wrong and were not imported: correct them and import the file again`,
          );
        }
      }),
    );
  directory
    .command('search')
    .description('what somebody finds who types this text')
    .addArgument(kind())
    .argument('[text...]', 'beginnings of words; nothing: the first ones by name')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .option('--country <code>', 'two letters (ISO 3166)')
    .addHelpText('after', '\nExample:\n  npm run admin -- directory search customers cont ret --country IE')
    .action((what: DirectoryKind, text: string[], options: { organisation?: string; country?: string }) =>
      inDirectory(parts, async (office, found) => {
        const { orgId } = await office.organisation(options.organisation);
        const entries = await found.search(orgId, what, {
          text: text.join(' '),
          limit: longestList,
          ...(options.country === undefined ? {} : { country: options.country.toUpperCase() }),
        });
        if (entries.length === 0) office.out(`${orgId} has no such ${what}`);
        else for (const line of table(headings[what], entries.map(rowOf))) office.out(line);
      }),
    );
}

/** As `inOffice`, with the directory in the same store. */
async function inDirectory(
  parts: AdminParts,
  work: (office: Office, directory: Directory) => Promise<void>,
): Promise<void> {
  await inOffice(parts, async (office, store) => work(office, await openDirectory(store)));
}

function linesOf(report: ImportReport, orgId: string, kind: DirectoryKind, seconds: string): string[] {
  const { rows, added, changed, unchanged, wrong, wrongRows, unused } = report;
  return [
    ...wrongRows.map(({ line, problem }) => `line ${line}: ${plainLine(problem)}`),
    ...(wrong > wrongRows.length ? [`… and ${inWords(wrong - wrongRows.length)} more wrong rows`] : []),
    ...(unused.length > 0 ? [`Not used: ${unused.map(plainLine).join(', ')}`] : []),
    `${orgId}, ${kind}: ${inWords(rows)} rows in ${seconds} s: ${inWords(added)} added, ${inWords(changed)} changed, ` +
      `${inWords(unchanged)} unchanged, ${inWords(wrong)} wrong`,
  ];
}

const headings: Record<DirectoryKind, readonly string[]> = {
  customers: ['ID', 'NAME', 'D-U-N-S', 'ADDRESS'],
  partners: ['ID', 'NAME', 'COUNTRY', 'ORGANISATION'],
  solutions: ['ID', 'NAME', 'KIND', 'PUBLISHER', 'REGISTRATION'],
};

function rowOf(entry: Entries[DirectoryKind]): string[] {
  if ('address' in entry) {
    const { addressLine1, postalCode, city, state, country } = entry.address;
    const place = [postalCode, city].filter(Boolean).join(' ');
    const address = [addressLine1, place, state, country].filter(Boolean).join(', ');
    return [entry.id, entry.name, entry.duns ?? '', address];
  }
  if ('transacts' in entry) return [entry.id, entry.name, entry.country ?? '', entry.organisationId ?? ''];
  return [entry.id, entry.name, entry.kind, entry.publisher ?? '', entry.eligible ? 'eligible' : ''];
}

function importHelp(): string {
  const tables = directoryKinds.map((kind) => {
    const rows = columns[kind].map(({ field, what, headings: others, isNeeded }) => [
      `  ${field}${isNeeded ? ' *' : ''}`,
      what,
      others.join(', '),
    ]);
    return `\nColumns of ${kind} (* needed), and other headings that are understood:\n${table(['', '', ''], rows).slice(1).join('\n')}`;
  });
  return [
    ...tables,
    '\nCSV: comma, semicolon or tab, whichever the heading has; fields may be quoted; other columns are left out.',
    'JSON lines: an object a line with the same names; a customer may have its address in "address".',
    'Of several rows of one id the last counts. The same file again changes nothing.',
    '\nExample:\n  npm run admin -- directory import customers scripts/demo/directory/customers.csv --organisation nordwind',
  ].join('\n');
}
