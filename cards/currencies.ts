/** What co-sell deals are usually in; the most common first, then by code. */
const commonCurrencies = [
  'EUR',
  'USD',
  'GBP',
  'CHF',
  'AED',
  'AUD',
  'BRL',
  'CAD',
  'CNY',
  'CZK',
  'DKK',
  'HKD',
  'HUF',
  'IDR',
  'ILS',
  'INR',
  'JPY',
  'KRW',
  'MXN',
  'MYR',
  'NOK',
  'NZD',
  'PLN',
  'RON',
  'SAR',
  'SEK',
  'SGD',
  'THB',
  'TRY',
  'TWD',
  'ZAR',
];

/** Every ISO 4217 currency that a deal may be in (C4). */
const currencies = [...new Set([...commonCurrencies, ...Intl.supportedValuesOf('currency')])];

const choices = currencies.map((code) => ({ title: code, value: code }));

/** The choices of a currency input; the present value is always among them, first if it is no currency. */
export function currencyChoices(present: string, title = present): { title: string; value: string }[] {
  return present === '' || currencies.includes(present) ? choices : [{ title, value: present }, ...choices];
}
