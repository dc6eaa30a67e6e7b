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
    ['is not there twice', 'Old\nOld', ['Old'], ''],
  ])('%s', (_what, cell, known, added) => {
    expect(newNote(cell, known)).toBe(added);
    expect(newNote(cell, [...known, added])).toBe('');
  });

  const line = fc.constantFrom('a', 'b', 'c', '', 'a b');
  const note = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n').trim());

  test('is added once, whatever is known', () => {
    fc.assert(
      fc.property(note, fc.array(note, { maxLength: 4 }), (cell, known) => {
        expect(newNote(cell, [...known, newNote(cell, known)])).toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});
