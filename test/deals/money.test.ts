import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hundredths, sums } from '../../src/deals/money.ts';
import type { Money } from '../../src/deals/opportunity.ts';

test.each([
  ['0.01', 1n],
  ['1', 100n],
  ['1.5', 150n],
  ['007.05', 705n],
  ['999999999999.99', 99_999_999_999_999n],
])('%s is exact in hundredths', (amount, expected) => {
  expect(hundredths(amount)).toBe(expected);
});

test('sums are exact where floats are not, one for each currency, that of the most values first', () => {
  const eur = (amount: string) => ({ amount, currency: 'EUR' });
  expect(sums([eur('0.1'), eur('0.20'), { amount: '5', currency: 'CHF' }])).toEqual([
    { amount: '0.30', currency: 'EUR' },
    { amount: '5', currency: 'CHF' },
  ]);
  expect(sums(Array.from({ length: 1000 }, () => eur('999999999999.99')))).toEqual([eur('999999999999990')]);
  expect(sums([])).toEqual([]);
});

test('a sum is the sum of its hundredths, in whatever order', () => {
  const money = fc.record({
    amount: fc.bigInt(1n, 99_999_999_999_999n).map((n) => `${n / 100n}.${String(n % 100n).padStart(2, '0')}`),
    currency: fc.constantFrom('EUR', 'CHF', 'USD'),
  });
  fc.assert(
    fc.property(fc.array(money), (values) => {
      const total = (currency: string, of: readonly Money[] = values) =>
        of.filter((one) => one.currency === currency).reduce((all, one) => all + hundredths(one.amount), 0n);
      const summed = sums(values);
      for (const { currency } of values) expect(total(currency, summed)).toBe(total(currency));
      expect(sums(values.toReversed())).toEqual(summed);
    }),
  );
});
