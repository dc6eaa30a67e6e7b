import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  amountIn,
  dayCell,
  dayIn,
  isSameCell,
  manyLines,
  meaningsOf,
  oneLine,
} from '../../../src/intake/bulk/columns.ts';
import { anyText, hostileText } from './hostile.ts';

describe('what a cell says', () => {
  test.each([
    ['amount', '150000.50', '150000.5', true],
    ['amount', '150000.5', '150000,50', true],
    ['amount', '1500', '1500.00', true],
    ['amount', '1500', '1,500', false],
    ['amount', '1500', '15000', false],
    ['amount', '0', '00', false],
    ['closeDate', '01/30/2027', '1/30/2027', true],
    ['closeDate', '01/30/2027', '30/1/2027', false],
    ['closeDate', '01/30/2027', '2027-01-30', true],
    ['duns', '081466849', '81466849', true],
    ['postalCode', '01067', '1067', true],
    ['country', 'CH', 'ch', true],
    ['substatus', 'Won', 'WON', true],
    ['consent', 'No', '', true],
    ['consent', 'Yes', 'TRUE', true],
    ['helpRequired', 'No', 'maybe', false],
    ['crmId', 'a-1', 'A-1', false],
    ['name', 'Milk', 'milk', false],
    ['notes', 'a\n\nb', 'a\n b', true],
  ] as const)('%s: %j and %j are the same: %p', (id, one, other, isSame) => {
    expect(isSameCell(id, one, other)).toBe(isSame);
    expect(isSameCell(id, other, one)).toBe(isSame);
  });

  test.each([
    ['1/30/2027', '2027-01-30'],
    ['12/31/2027', '2027-12-31'],
    ['2/30/2027', '2027-02-30'],
    ['31.12.2027', '31.12.2027'],
    ['1/30/27', '1/30/27'],
    ['', ''],
  ])('the day %j is %j, right or wrong', (cell, day) => {
    expect(dayIn(cell)).toBe(day);
  });

  test.each([
    ['2027-01-30', '01/30/2027'],
    ['', ''],
  ])('the day %j stands in the file as %j', (day, cell) => {
    expect(dayCell(day)).toBe(cell);
  });

  test.each([
    ['12,5', '12.5'],
    ['12,345', '12,345'],
    ['1.234,50', '1.234,50'],
    ['12.50', '12.50'],
  ])('the amount %j is %j, right or wrong', (cell, amount) => {
    expect(amountIn(cell)).toBe(amount);
  });

  test('is what can be written and read again', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hostileText), (text) => {
        expect(manyLines(manyLines(text))).toBe(manyLines(text));
        expect(oneLine(oneLine(text))).toBe(oneLine(text));
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\ufffd\ud800-\udfff]/u);
      }),
    );
  });

  test('is found by its heading, also by that of a later file', () => {
    expect(
      meaningsOf([
        'referral id',
        'Customer DUNS ID',
        'Declined/Lost/Error reason',
        'solution 12',
        'Team Member 2',
        'CLA Number',
      ]),
    ).toEqual([
      { id: 'dealId' },
      { id: 'duns' },
      { id: 'reason' },
      { list: 'solutions', heading: 'Solution 12' },
      { list: 'team', heading: 'Team member 2' },
      undefined,
    ]);
  });
});
