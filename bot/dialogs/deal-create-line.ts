import { Amount, Currency, Day } from '../../src/deals/opportunity.ts';

/** What can be read from a line such as `Contoso 50k EUR 2027-03-31`; what is not understood is the customer's name. */
interface ReadLine {
  name: string;
  values: { amount: string; currency: string; closeDate: string };
}

const symbols: Record<string, string> = { '€': 'EUR', $: 'USD', '£': 'GBP', '¥': 'JPY' };

/** How many zeros a word after a number stands for. */
const zeros: Record<string, number> = { k: 3, tsd: 3, m: 6, mn: 6, mio: 6 };

/**
 * Reads the line as people type it, in English and German: `50k EUR`, `EUR 50,000`, `€50k`, `1.5m USD`, `1,5 Mio EUR`; a day as
 * `2027-03-31` or `31.3.2027`. A number without a currency is an amount only with a `k`: companies have numbers in their names.
 */
export function readLine(line: string): ReadLine {
  let rest = ` ${line.replace(/\s+/g, ' ').trim().slice(0, 500)} `;
  const values = { amount: '', currency: '', closeDate: '' };

  rest = rest.replace(/ (\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}) /, (all, written: string) => {
    const day = dayOf(written);
    if (day === undefined) return all;
    values.closeDate = day;
    return ' ';
  });

  const number = String.raw`(\d[\d.,'’]*) ?(k|tsd|mio|mn|m)?\.?`;
  const money = '([A-Z]{3}|[€$£¥])';
  const patterns: [RegExp, amount: number, zeros: number, currency: number | undefined][] = [
    [new RegExp(` ${number} ?${money} `, 'i'), 1, 2, 3],
    [new RegExp(` ${money} ?${number} `, 'i'), 2, 3, 1],
    [/ (\d[\d.,'’]*)(k) /, 1, 2, undefined],
  ];
  for (const [pattern, at, by, unit] of patterns) {
    const match = pattern.exec(rest);
    if (match === null) continue;
    const amount = amountOf(match[at] ?? '', match[by] ?? '');
    const currency = unit === undefined ? '' : currencyOf(match[unit] ?? '');
    if (amount === undefined || currency === undefined) continue;
    Object.assign(values, { amount, currency });
    rest = rest.replace(match[0], ' ');
    break;
  }
  return { name: rest.replace(/\s+/g, ' ').trim().slice(0, 200), values };
}

function currencyOf(written: string): string | undefined {
  const code = symbols[written] ?? written.toUpperCase();
  return Currency.safeParse(code).success ? code : undefined;
}

function dayOf(written: string): string | undefined {
  const [day = '', month = '', year = ''] = written.split('.');
  const iso = written.includes('-') ? written : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return Day.safeParse(iso).success ? iso : undefined;
}

/** `50`, `k` is 50000; `1,5`, `Mio` is 1500000; `50.000` and `50,000` are fifty thousand. Never through a float. */
function amountOf(written: string, word: string): string | undefined {
  const digits = written.replace(/['’]/g, '').replace(/[.,]$/, '');
  // A group of three digits at the end is one of thousands.
  const groups = /^\d{1,3}([.,]\d{3})+$/.test(digits);
  const [whole = '', fraction = '', ...more] = groups ? [digits.replace(/[.,]/g, '')] : parted(digits);
  if (more.length > 0) return undefined;
  const places = zeros[word.toLowerCase()] ?? 0;
  const shifted = fraction.padEnd(places, '0');
  const cents = shifted.slice(places).replace(/0+$/, '');
  const amount = `${`${whole}${shifted.slice(0, places)}`.replace(/^0+(?=\d)/, '')}${cents === '' ? '' : `.${cents}`}`;
  return Amount.safeParse(amount).success ? amount : undefined;
}

/** Before and after the last separator; those before it are of thousands. */
function parted(digits: string): string[] {
  const at = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  if (at < 0) return [digits];
  return [digits.slice(0, at).replace(/[.,]/g, ''), digits.slice(at + 1)];
}
