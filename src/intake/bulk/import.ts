import type { Clock } from '../../clock.ts';
import { contentHash } from '../../deals/content-hash.ts';
import { type Deal, dealId } from '../../deals/deal.ts';
import type { Desk } from '../../deals/desk.ts';
import { statusAt } from '../../deals/filters.ts';
import type { Solution } from '../../deals/opportunity.ts';
import type { Directory } from '../../directory/port.ts';
import type { Organisation } from '../../organisations/organisation.ts';
import { dealIdOf, type ReferralLinks } from '../../partner-center/links.ts';
import type { PersonActor } from '../../rules/actor.ts';
import { changesBetween, newDeal } from './changes.ts';
import { headingOf } from './columns.ts';
import { type Known, solutionIdIn } from './lists.ts';
import { type Circumstances, type Plan, planChange, planCreate } from './plan.ts';
import { type Problem, problem, problemOf } from './problems.ts';
import { type BulkRow, type ReadRow, rowsOf } from './rows.ts';

export interface BulkParts {
  desk: Desk;
  directory: Pick<Directory, 'get'>;
  clock: Clock;
  organisation: Organisation;
  /** On whose behalf everything is done (V1). */
  actor: PersonActor;
  personId: Known['personId'];
  /** By these, deals are found by their ids in Partner Center. */
  links: Pick<ReferralLinks, 'linked'>;
  /** Who fed deals here: by their ids for them, too. */
  sources: readonly string[];
}

interface BulkOptions {
  /** Only says what would be done. */
  isDryRun?: boolean;
  /** Of the file, where it is neither UTF-8 nor UTF-16 with a byte order mark: a WHATWG name, as `windows-1252`. */
  encoding?: string;
  /** Told of each row in the order of the file. */
  onRow?(result: RowResult): void;
  /** Told now and then: the bytes of the file that have been read so far. */
  onProgress?(progress: BulkReport & { bytes: number }): void;
}

/** What became of a row, or would. */
export type RowResult = { line: number } & (
  | { kind: 'created' | 'changed'; dealId: string; what: string; remarks: Problem[] }
  | { kind: 'unchanged'; remarks: Problem[] }
  | { kind: 'wrong'; problems: Problem[] }
);

export interface BulkReport {
  /** Without the heading and empty ones. */
  rows: number;
  created: number;
  changed: number;
  unchanged: number;
  wrong: number;
  /** Headings that mean nothing here. */
  unused: string[];
}

/** Rows that are worked on together: on SQLite they share a commit. */
const rowsAtOnce = 50;

/**
 * Imports deals from a file in Partner Center's columns: each row through the rules, as its person would by clicks. A row of a deal
 * changes it, others create deals; rows that are wrong are told and left out whole. The same file again changes nothing.
 * Memory grows only by the ids of the deals in the file.
 * @throws {BulkRefused} before anything is done, and what the file system says.
 * @throws {StoreUnavailable} Some rows may have been done. The same file again completes it.
 */
export async function importDeals(
  parts: BulkParts,
  file: string,
  { isDryRun = false, encoding, onRow, onProgress }: BulkOptions = {},
): Promise<BulkReport> {
  const report: BulkReport = { rows: 0, created: 0, changed: 0, unchanged: 0, wrong: 0, unused: [] };
  /** The line of each deal. */
  const lines = new Map<string, number>();
  let bytes = 0;
  const blocks = rowsOf(file, encoding, report.unused, (more) => {
    bytes += more;
  });
  for await (const block of blocks) {
    for (let from = 0; from < block.length; from += rowsAtOnce) {
      const targets = await Promise.all(block.slice(from, from + rowsAtOnce).map((row) => targetOf(parts, row)));
      const results = await Promise.all(
        targets.map((target) =>
          target.kind === 'wrong' ? target : (twice(target, lines) ?? carryOut(parts, target, isDryRun)),
        ),
      );
      for (const result of results) {
        report.rows += 1;
        report[result.kind] += 1;
        onRow?.(result);
      }
      onProgress?.({ ...report, bytes });
    }
  }
  return report;
}

/** A row with the deal that it is about. Without a deal, it makes one of this id. */
interface RowTarget {
  kind: 'row';
  row: BulkRow;
  dealId: string;
  deal: Deal | undefined;
  /** Whether the row says which deal it is about. */
  isNamed: boolean;
}
type Target = RowTarget | { kind: 'wrong'; line: number; problems: Problem[] };

async function targetOf(parts: BulkParts, row: ReadRow): Promise<Target> {
  if ('problem' in row) return { kind: 'wrong', line: row.line, problems: [{ reason: row.problem }] };
  const { desk, organisation } = parts;
  const { dealId: name = '' } = row.cells;
  if (name === '') {
    const id = newDealId(row);
    return { kind: 'row', row, dealId: id, deal: await desk.deal(organisation.orgId, id), isNamed: false };
  }
  const deal = await dealCalled(name, parts);
  if (deal !== undefined) return { kind: 'row', row, dealId: deal.id, deal, isNamed: true };
  // V3: the same answer for another organisation's deal as for none.
  return {
    kind: 'wrong',
    line: row.line,
    problems: [problem('dealId', `${organisation.orgId} has no such deal`, 'V3')],
  };
}

/** By its id here, or by the id that it has in Partner Center or where else it came from. */
async function dealCalled(name: string, { desk, organisation, links, sources }: BulkParts): Promise<Deal | undefined> {
  if (!isId(name)) return undefined;
  const { orgId } = organisation;
  const known = await desk.deal(orgId, name);
  if (known !== undefined) return known;
  // Partner Center's ids are kept in small letters.
  const referralId = name.toLowerCase();
  const ids = [
    dealIdOf(referralId),
    await links.linked(orgId, referralId),
    ...sources.flatMap((source) => [dealId(source, referralId), dealId(source, name)]),
  ];
  for (const id of new Set(ids)) {
    const deal = id === undefined ? undefined : await desk.deal(orgId, id);
    if (deal !== undefined) return deal;
  }
  return undefined;
}

/** What every store takes in an id. */
function isId(text: string): boolean {
  return /^[^/\\?#\p{Cc}]{1,100}$/u.test(text);
}

/**
 * A row without an id is known again by its customer, its deal name and its CRM id, so that neither the same file nor one in which a
 * mistake was corrected creates a deal twice.
 */
function newDealId({ cells }: BulkRow): string {
  const { customerName, addressLine1, city, postalCode, country, duns, name, crmId } = cells;
  const content = {
    customerName,
    addressLine1,
    city,
    // Spreadsheets take leading zeros away.
    postalCode: postalCode?.replace(/^0+/, ''),
    country,
    duns: duns?.replace(/^0+/, ''),
    name,
    crmId,
  };
  const said = Object.entries(content).filter(([, text]) => text !== undefined && text !== '');
  return dealId('bulk', contentHash(Object.fromEntries(said.map(([id, text]) => [id, text?.toLowerCase()]))));
}

/** Of several rows of one deal the first counts: after the others, the same file again would not be the same any more. */
function twice({ row, dealId: id, isNamed }: RowTarget, lines: Map<string, number>): RowResult | undefined {
  const line = lines.get(id);
  if (line === undefined) {
    lines.set(id, row.line);
    return undefined;
  }
  const problems: Problem[] = isNamed
    ? [{ column: headingOf('dealId'), reason: `the same deal stands in line ${line}` }]
    : [{ reason: `has the customer, the deal name and the CRM id of line ${line}` }];
  return { kind: 'wrong', line: row.line, problems };
}

async function carryOut(
  parts: BulkParts,
  { row, dealId: id, deal, isNamed }: RowTarget,
  isDryRun: boolean,
): Promise<RowResult> {
  const { line } = row;
  const at = await circumstances(parts, row);
  const plan = deal === undefined ? planCreate(id, row, at) : planChange(deal, row, at);
  if (deal !== undefined && !isNamed) return { line, kind: 'unchanged', remarks: createdBefore(plan, id) };
  if (plan.kind === 'wrong') return { line, ...plan };
  const { remarks } = plan;
  if (plan.kind === 'create') {
    const creation = isDryRun ? undefined : await parts.desk.create(plan.command, parts.actor);
    if (creation?.kind === 'refused')
      return { line, kind: 'wrong', problems: creation.refusals.map((one) => problemOf(one)) };
    if (creation?.kind === 'unchanged') return { line, kind: 'unchanged', remarks };
    return { line, kind: 'created', dealId: id, what: newDeal(plan.after), remarks };
  }
  if (deal === undefined || plan.commands.length === 0) return { line, kind: 'unchanged', remarks };
  const after = isDryRun ? plan.after : await performed(parts, deal, plan.commands);
  if (Array.isArray(after)) return { line, kind: 'wrong', problems: after };
  return { line, kind: 'changed', dealId: id, what: changesBetween(deal, after, at.now), remarks };
}

/** The deal afterwards, or why not: somebody else has changed it since it was read. */
async function performed(
  { desk, actor, clock }: BulkParts,
  deal: Deal,
  commands: Extract<Plan, { kind: 'change' }>['commands'],
): Promise<Deal | Problem[]> {
  let after = deal;
  for (const [at, command] of commands.entries()) {
    const decision = await desk.perform(deal.orgId, deal.id, { command, actor });
    if (decision.kind === 'notFound') return [problem('dealId', 'the deal is gone', 'V3')];
    if (decision.kind === 'refused') {
      const status = statusAt(decision.deal, clock.now());
      const problems = decision.refusals.map((refusal) => problemOf(refusal, status));
      return at === 0 ? problems : [...problems, { reason: 'a part of the row was done before that' }];
    }
    after = decision.deal;
  }
  return after;
}

/** The people of the deal have worked on it since, and what they did is not to be undone by the file that it was made of. */
function createdBefore(plan: Plan, id: string): Problem[] {
  if (plan.kind === 'change' && plan.commands.length === 0) return plan.remarks;
  const heading = headingOf('dealId');
  return [
    { column: heading, reason: `this row made ${id}, which is otherwise by now: to change it, write its id here` },
  ];
}

async function circumstances(parts: BulkParts, row: BulkRow): Promise<Circumstances> {
  const { organisation, actor, clock, directory, personId } = parts;
  const ids = new Set(row.solutions.map(solutionIdIn).filter(isId));
  const entries = await Promise.all([...ids].map((id) => directory.get(organisation.orgId, 'solutions', id)));
  const solutions = new Map<string, Solution>();
  for (const entry of entries) {
    if (entry === undefined) continue;
    // C6: as a deal keeps it.
    const { id, name, kind, eligible } = entry;
    solutions.set(id, { id, name, kind, eligible });
  }
  return { organisation, actor, now: clock.now(), solution: (id) => solutions.get(id), personId };
}
