import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { Deal } from '../../deals/deal.ts';
import type { Settings } from '../../organisations/organisation.ts';
import type { PersonActor } from '../../rules/actor.ts';
import { maySeeContact, maySeeDeal } from '../../rules/permissions.ts';
import { documentFields, documents } from '../../store/documents.ts';
import { DocumentTooNew, type Store } from '../../store/port.ts';
import { cellsOf, type DealCells } from './cells.ts';
import { columns, headingsFor, type ListName } from './columns.ts';
import { inert } from './formula.ts';

interface ExportOptions {
  /** Only what this person may see (V1, V4). Absent: everything. */
  reader?: { actor: PersonActor; settings: Settings };
  /** Told after each deal: how many have been read, of how many. */
  onProgress?(read: number, of: number): void;
}

/** What tells how many columns the file needs. */
const Width = z.object({
  ...documentFields('deal'),
  opportunity: z.object({ solutions: z.array(z.unknown()) }),
  solutions: z.array(z.unknown()).optional(),
  team: z.array(z.unknown()),
});
type Width = Record<ListName, number>;

/**
 * Writes the organisation's deals in Partner Center's columns, by id, as CSV that spreadsheets open: UTF-8 with a byte order mark,
 * commas, CR LF. Deals are read page by page, no faster than they are written: memory does not grow with their number. The file is
 * there when it is whole, and replaces another one.
 * Resolves to how many deals are in it. @throws what the file system says, {StoreUnavailable}, {DocumentTooNew}
 */
export async function exportDeals(
  store: Store,
  orgId: string,
  file: string,
  clock: Clock,
  options: ExportOptions = {},
): Promise<number> {
  const unfinished = `${file}.part`;
  const { onLeftOut } = store;
  // Lists leave out what a later version of the program wrote. A file in which deals are missing would not be what it says.
  store.onLeftOut = ({ kind, id, schemaVersion }) => {
    throw new DocumentTooNew(`${kind} ${id} has schema version ${schemaVersion}`);
  };
  try {
    for (;;) {
      const written = await write(store, orgId, unfinished, clock, options);
      if (written === 'outgrown') continue;
      await rename(unfinished, file);
      return written;
    }
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    store.onLeftOut = onLeftOut;
  }
}

/** `outgrown`: a deal got more solutions or people than there are columns, after the columns had been counted. */
async function write(
  store: Store,
  orgId: string,
  file: string,
  clock: Clock,
  { reader, onProgress }: ExportOptions,
): Promise<number | 'outgrown'> {
  const { deals, width } = await counted(store, orgId);
  let written = 0;
  let isOutgrown = false;

  async function* rows(): AsyncGenerator<string[]> {
    yield headingsFor(width);
    let read = 0;
    for await (const { document: deal } of documents(store, 'deal', Deal).all(orgId)) {
      read += 1;
      onProgress?.(read, Math.max(read, deals));
      if (reader !== undefined && maySeeDeal(reader.actor, deal) !== undefined) continue;
      const hasContact = reader === undefined || maySeeContact(reader.actor, deal, reader.settings) === undefined;
      const cells = cellsOf(deal, clock.now(), hasContact);
      isOutgrown ||= cells.solutions.length > width.solutions || cells.team.length > width.team;
      if (isOutgrown) return;
      written += 1;
      yield rowOf(cells, width);
    }
  }

  await pipeline(
    rows,
    // With a record delimiter of its own, it leaves line breaks in cells alone.
    stringify({ bom: true, record_delimiter: 'windows', quote_record_delimiter: true }),
    // Customers' contacts are in it.
    createWriteStream(file, { mode: 0o600 }),
  );
  return isOutgrown ? 'outgrown' : written;
}

async function counted(store: Store, orgId: string): Promise<{ deals: number; width: Width }> {
  // One of each, as in Partner Center's own file.
  const width: Width = { solutions: 1, team: 1 };
  let deals = 0;
  for await (const { document } of documents(store, 'deal', Width).all(orgId)) {
    deals += 1;
    width.solutions = Math.max(width.solutions, (document.solutions ?? document.opportunity.solutions).length);
    width.team = Math.max(width.team, document.team.length);
  }
  return { deals, width };
}

function rowOf({ cells, solutions, team }: DealCells, width: Width): string[] {
  const padded = (list: readonly string[], length: number) => Array.from({ length }, (_, at) => list[at] ?? '');
  return [
    ...columns.map(({ id }) => cells[id]),
    ...padded(solutions, width.solutions),
    ...padded(team, width.team),
  ].map(inert);
}
