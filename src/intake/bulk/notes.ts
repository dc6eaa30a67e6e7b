/**
 * What is new in a cell of notes: its lines without those that are on record already, in whichever note and order (E4). Empty: nothing
 * is. The same cell again, with the new note on record, has nothing new.
 */
export function newNote(cell: string, known: readonly string[]): string {
  const there = new Set(known.flatMap((note) => note.split('\n')).map(squeezed));
  return cell
    .split('\n')
    .filter((line) => squeezed(line) === '' || !there.has(squeezed(line)))
    .join('\n')
    .replaceAll(/\n\s*\n(\s*\n)+/g, '\n\n')
    .trim();
}

function squeezed(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}
