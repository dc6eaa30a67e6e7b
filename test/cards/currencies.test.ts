import { expect, test } from '@jest/globals';
import { currencyChoices } from '../../cards/currencies.ts';
import { Currency } from '../../src/deals/opportunity.ts';

const values = (present: string) => currencyChoices(present).map(({ value }) => value);

test('C4: every ISO 4217 currency can be chosen, once, the common ones first', () => {
  const offered = values('');
  expect(offered.slice(0, 5)).toEqual(['EUR', 'USD', 'GBP', 'CHF', 'AED']);
  expect([...offered].sort()).toEqual(Intl.supportedValuesOf('currency').sort());
  expect(offered.filter((code) => !Currency.safeParse(code).success)).toEqual([]);
});

test('what the form holds is among them, whatever it is', () => {
  expect(values('ISK')).toEqual(values(''));
  expect(values('Thaler')).toEqual(['Thaler', ...values('')]);
});
