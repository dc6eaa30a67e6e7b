/** What co-sell deals are usually in; the most common first, then by code. */
export const commonCurrencies = [
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

const choices = commonCurrencies.map((code) => ({ title: code, value: code }));

/** The choices of a currency input; the present value is always among them, first if it is not a common one. */
export function currencyChoices(present: string, title = present): { title: string; value: string }[] {
  return present === '' || commonCurrencies.includes(present) ? choices : [{ title, value: present }, ...choices];
}
