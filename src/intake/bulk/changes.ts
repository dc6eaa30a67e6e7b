import type { Deal } from '../../deals/deal.ts';
import { dealType } from '../../deals/deal.ts';
import { cellsOf, type DealCells } from './cells.ts';
import { columns, listHeadings } from './columns.ts';

const longestValue = 60;

/** What became of a deal, column by column, in one line: `CRM ID: empty → "A-7"; Partner Referral Substatus: "Accepted" → "Won"`. */
export function changesBetween(before: Deal, after: Deal, now: number): string {
  const [one, other] = [cellsOf(before, now), cellsOf(after, now)];
  const cells = columns
    // The substatus says it.
    .filter(({ id }) => id !== 'status' && one.cells[id] !== other.cells[id])
    .map(({ id, heading }) => `${heading}: ${shown(one.cells[id])} → ${shown(other.cells[id])}`);
  return [...cells, ...listChanges(one, other)].join('; ');
}

/** A new deal in one line. */
export function newDeal({ name = '', opportunity, parties }: Deal): string {
  const type = { private: 'private', p2p: 'partner to partner', cosell: 'co-sell' }[dealType(parties)];
  return `${shown(name)} for ${shown(opportunity.customer.name)}, ${type}`;
}

function listChanges(before: DealCells, after: DealCells): string[] {
  return (['solutions', 'team'] as const).flatMap((name) => {
    const added = after[name].filter((text) => !before[name].includes(text));
    const removed = before[name].filter((text) => !after[name].includes(text));
    return [
      ...added.map((text) => `${listHeadings[name]}: + ${shown(text)}`),
      ...removed.map((text) => `${listHeadings[name]}: − ${shown(text)}`),
    ];
  });
}

/** Long ones from their end, where notes are added. */
function shown(text: string): string {
  if (text === '') return 'empty';
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= longestValue ? `"${line}"` : `"…${line.slice(1 - longestValue)}"`;
}
