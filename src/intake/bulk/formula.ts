/**
 * A spreadsheet takes a cell that begins like this for a formula and carries it out (CSV injection); the wide forms too, after their
 * normalisation.
 */
const beginning = /^'*[=+\-@\t\r＝＋－＠]/;

/** The same cell as plain text for a spreadsheet: an apostrophe before it. One that has apostrophes already gets another one. */
export function inert(cell: string): string {
  return beginning.test(cell) ? `'${cell}` : cell;
}

/** What `inert` was given. A cell that was never inert stays as it is. */
export function original(cell: string): string {
  return cell.startsWith("'") && beginning.test(cell) ? cell.slice(1) : cell;
}
