/** A line of a cell. `isKnown`: it stands for one that is on record. */
interface CellLine {
  text: string;
  /** In single spaces. Empty: a blank line. */
  words: string;
  isKnown: boolean;
}

/**
 * What is new in a cell of notes (E4). Empty: nothing is.
 *
 * Each note on record is known once, wherever it stands in the cell; so is each of its lines, in a paragraph that has no other ones. A
 * new note may repeat lines that are on record, as long as the cell still has the notes that they are of.
 *
 * The same cell again, with the new note on record, has nothing new: no line is taken for known more often than it is on record, and
 * where no line stands in the cell more often than that, nothing is new.
 */
export function newNote(cell: string, known: readonly string[]): string {
  const lines = cell.split('\n').map((text) => ({ text, words: squeezed(text), isKnown: false }));
  const notes = known.map(linesOf).filter((note) => note.length > 0);
  const onRecord = counted(notes.flat());
  if (areWithin(lines, onRecord)) return '';
  // The usual case: what the export wrote is all there, and something beside it.
  if (markKnown(lines, notes.flat())) onRecord.clear();
  else {
    for (const note of notes.toSorted((a, b) => b.length - a.length)) {
      if (markKnown(lines, note)) take(note, onRecord);
    }
  }
  for (const paragraph of paragraphsOf(lines)) {
    if (!areWithin(paragraph, onRecord)) continue;
    take(
      paragraph.map(({ words }) => words),
      onRecord,
    );
    for (const line of paragraph) line.isKnown = true;
  }
  return lines
    .map(({ text, isKnown }) => (isKnown ? '' : text))
    .join('\n')
    .replaceAll(/\n\s*\n(\s*\n)+/g, '\n\n')
    .trim();
}

/** Marks the first place where the note stands, in whatever blank lines; rather one between blank lines. Whether there is one. */
function markKnown(lines: CellLine[], note: readonly string[]): boolean {
  const isBlank = (at: number) => (lines[at]?.words ?? '') === '' || lines[at]?.isKnown === true;
  let found: number[] | undefined;
  for (let from = 0; from < lines.length; from += 1) {
    const place = placeOf(lines, note, from);
    if (place === undefined) continue;
    const isAlone = isBlank(from - 1) && isBlank((place.at(-1) ?? from) + 1);
    found = isAlone ? place : (found ?? place);
    if (isAlone) break;
  }
  for (const at of found ?? []) (lines[at] as CellLine).isKnown = true;
  return found !== undefined;
}

/** Where the note's lines stand, if it begins in this line. */
function placeOf(lines: readonly CellLine[], note: readonly string[], from: number): number[] | undefined {
  const place: number[] = [];
  for (let at = from; at < lines.length && place.length < note.length; at += 1) {
    const { words, isKnown } = lines[at] as CellLine;
    if (words === '' && place.length > 0) continue;
    if (isKnown || words !== note[place.length]) return undefined;
    place.push(at);
  }
  return place.length > 0 && place.length === note.length ? place : undefined;
}

/** What is not known, from blank line to blank line. */
function paragraphsOf(lines: readonly CellLine[]): CellLine[][] {
  const paragraphs: CellLine[][] = [[]];
  for (const line of lines) {
    if (line.isKnown || line.words === '') paragraphs.push([]);
    else paragraphs.at(-1)?.push(line);
  }
  return paragraphs.filter(({ length }) => length > 0);
}

/** Whether each line is on record as often as it stands here. */
function areWithin(lines: readonly CellLine[], onRecord: ReadonlyMap<string, number>): boolean {
  const here = counted(lines.map(({ words }) => words).filter((words) => words !== ''));
  return [...here].every(([words, count]) => count <= (onRecord.get(words) ?? 0));
}

function take(lines: readonly string[], onRecord: Map<string, number>): void {
  for (const words of lines) onRecord.set(words, (onRecord.get(words) ?? 0) - 1);
}

function counted(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const words of lines) counts.set(words, (counts.get(words) ?? 0) + 1);
  return counts;
}

function linesOf(note: string): string[] {
  return note.split('\n').map(squeezed).filter(Boolean);
}

function squeezed(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}
