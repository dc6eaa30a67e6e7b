import type { Money } from './opportunity.ts';

/** An amount in hundredths of its currency, exact: amounts are decimal text with at most two decimals (E3). */
export function hundredths(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'));
}

/** The amount as decimal text again: `150000.50` of 15000050n. */
function decimal(inHundredths: bigint): string {
  const text = String(inHundredths).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}`.replace(/\.00$/, '');
}

/** The exact sums, one for each currency, that of the most values first, then by the currency's code. */
export function sums(values: readonly Money[]): Money[] {
  const totals = new Map<string, { total: bigint; count: number }>();
  for (const { amount, currency } of values) {
    const { total, count } = totals.get(currency) ?? { total: 0n, count: 0 };
    totals.set(currency, { total: total + hundredths(amount), count: count + 1 });
  }
  return [...totals]
    .sort(([a, { count: manyA }], [b, { count: manyB }]) => manyB - manyA || (a < b ? -1 : 1))
    .map(([currency, { total }]) => ({ amount: decimal(total), currency }));
}
