import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newNote } from '../../../src/intake/bulk/notes.ts';

describe('E4: a new note', () => {
  test.each([
    ['is what was added below', 'Old\n\nNew', ['Old'], 'New'],
    ['is what was added directly below', 'Old\nNew', ['Old'], 'New'],
    ['is what was added above', 'New\nOld', ['Old'], 'New'],
    ['is what was added between', 'Old\nNew\nOlder', ['Old', 'Older'], 'New'],
    ['keeps its own lines', 'Old\n\nNew,\n\nand newer', ['Old'], 'New,\n\nand newer'],
    ['is the whole cell where nothing of it is known', 'New', ['Old'], 'New'],
    ['is the whole line that was written on', 'Old and new', ['Old'], 'Old and new'],
    ['is not there in other white space', ' Old \n\n\n older', ['Old\nolder'], ''],
    ['is not there where notes were taken away', 'Old', ['Older', 'Old', 'Oldest'], ''],
    ['is not there in an empty cell', '', ['Old'], ''],
    ['may be an old one again', 'Old\n\nOld', ['Old'], 'Old'],
    ['may repeat a line', 'Called\nNobody there\n\nCalled\nThey sign', ['Called\nNobody there'], 'Called\nThey sign'],
    ['may repeat a line from above', 'Called\nThey sign\n\nCalled', ['Called'], 'Called\nThey sign'],
    ['may repeat a line where others have written since', 'Old\n\nOld\nNew', ['Old', 'Since'], 'Old\nNew'],
    ['is a whole paragraph where one of its lines was changed', 'One\nTwo!\n\nOld', ['Old', 'One\nTwo'], 'One\nTwo!'],
    ['is not what is left of an old one', 'Older\n\nNew', ['Old\nOlder'], 'New'],
    ['does not repeat a note that stands nowhere else', 'Old\nNew', ['Old', 'Older'], 'New'],
  ])('%s', (_what, cell, known, added) => {
    expect(newNote(cell, known)).toBe(added);
    expect(newNote(cell, [...known, added])).toBe('');
  });

  const line = fc.constantFrom('a', 'b', 'c', '', 'a b');
  const note = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n').trim());
  const filled = note.filter((text) => text !== '');

  test('is whatever was added below or above what the export wrote, line by line', () => {
    const words = (text: string) => text.split(/\s*\n\s*/);
    fc.assert(
      fc.property(filled, fc.array(filled, { maxLength: 4 }), (added, known) => {
        expect(words(newNote([...known, added].join('\n\n'), known))).toEqual(words(added));
        expect(words(newNote([added, ...known].join('\n\n'), known)).toSorted()).toEqual(words(added).toSorted());
      }),
      { numRuns: 2000 },
    );
  });

  test('is added once, whatever is known', () => {
    fc.assert(
      fc.property(note, fc.array(note, { maxLength: 4 }), (cell, known) => {
        expect(newNote(cell, [...known, newNote(cell, known)])).toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});
