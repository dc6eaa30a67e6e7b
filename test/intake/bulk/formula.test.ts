import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inert, original } from '../../../src/intake/bulk/formula.ts';
import { anyText, hostileText } from './hostile.ts';

describe('a formula', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+41 44 000 00 01', "'+41 44 000 00 01"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', "'\r=1"],
    ['＝1', "'＝1"],
    ["'=1", "''=1"],
    ["''=1", "'''=1"],
    ['=cmd|" /C calc"!A0', '\'=cmd|" /C calc"!A0'],
    ["'n Mercedes", "'n Mercedes"],
    ['a=1', 'a=1'],
    ['', ''],
  ])('%j stands in the file as %j', (cell, written) => {
    expect(inert(cell)).toBe(written);
    expect(original(written)).toBe(cell);
  });

  test('is never one in the file, and always the same after it', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hostileText), (cell) => {
        expect(inert(cell)).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
        expect(original(inert(cell))).toBe(cell);
      }),
    );
  });
});
