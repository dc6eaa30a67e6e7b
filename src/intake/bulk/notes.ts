/**
 * What is new in a cell of notes: its lines without the notes that are on record already, wherever they stand among them (E4). Empty:
 * nothing is. The same cell again, with the new note on record, has nothing new.
 */
export function newNote(cell: string, known: readonly string[]): string {
  let left = cell.split('\n').map((text) => ({ text, words: squeezed(text) }));
  const notes = known
    .map((note) => note.split('\n').map(squeezed).filter(Boolean))
    .filter((lines) => lines.length > 0)
    .sort((a, b) => b.length - a.length);
  for (;;) {
    const before = left;
    for (const note of notes) left = without(left, note);
    // What stood around a note that was taken out may be a note itself.
    if (left.length === before.length) break;
  }
  return left
    .map(({ text }) => text)
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

interface NoteLine {
  text: string;
  words: string;
}

function without(lines: readonly NoteLine[], note: readonly string[]): NoteLine[] {
  const filled = lines.flatMap(({ words }, at) => (words === '' ? [] : [at]));
  const begin = filled.findIndex((_, at) => note.every((words, of) => lines[filled[at + of] ?? -1]?.words === words));
  if (begin < 0) return [...lines];
  const [from, to] = [filled[begin] ?? 0, filled[begin + note.length - 1] ?? 0];
  return lines.filter((_, at) => at < from || at > to);
}

function squeezed(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}
