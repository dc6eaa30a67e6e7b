import type { FilterError } from '../cards/index.ts';
import type { FilterInputs } from '../cards/verbs.ts';
import { Amount, Country, Currency } from '../src/deals/opportunity.ts';
import type { Filters } from '../src/organisations/organisation.ts';

/** Filters as they were typed, or all that is wrong with them. Empty fields do not filter. */
export function readFilters(typed: FilterInputs): { filters: Filters } | { errors: FilterError[] } {
  const errors: FilterError[] = [];
  const type = typed.type.trim();
  if (type !== '' && type !== 'cosell' && type !== 'p2p') errors.push({ field: 'type', code: 'typeInvalid' });
  const countries = typed.countries
    .toUpperCase()
    .split(/[\s,;]+/)
    .filter((code) => code !== '');
  if (countries.length > 50 || !countries.every((code) => Country.safeParse(code).success)) {
    errors.push({ field: 'countries', code: 'countryInvalid' });
  }
  const amount = typed.amount.trim();
  const currency = typed.currency.trim().toUpperCase();
  if (amount !== '' && !Amount.safeParse(amount).success) errors.push({ field: 'amount', code: 'amountInvalid' });
  if (amount !== '' && !Currency.safeParse(currency).success)
    errors.push({ field: 'currency', code: 'currencyInvalid' });
  const solution = typed.solution.trim();
  if (solution.length > 100) errors.push({ field: 'solution', code: 'solutionTooLong' });
  if (errors.length > 0) return { errors };
  return {
    filters: {
      ...(type === 'cosell' || type === 'p2p' ? { type } : {}),
      ...(countries.length === 0 ? {} : { countries }),
      ...(amount === '' ? {} : { minimumValue: { amount, currency } }),
      ...(solution === '' ? {} : { solution }),
    },
  };
}

/** The words before a filter in a typed line, in every language at once: people mix them. */
const words = {
  cosell: ['co-sell', 'cosell', 'microsoft'],
  p2p: ['p2p', 'partner'],
  countries: ['country', 'countries', 'land', 'länder'],
  amount: ['min', 'minimum', 'mindestens', 'ab'],
  solution: ['solution', 'lösung', 'loesung'],
};

/**
 * Filters from a typed line: `co-sell country DE,AT min 50000 EUR solution lakehouse`. Undefined when a word is not understood, so
 * that nobody believes in a filter that is not there.
 */
export function filtersFromLine(line: string): FilterInputs | undefined {
  const inputs: FilterInputs = { type: '', countries: '', amount: '', currency: '', solution: '' };
  const tokens = line.split(/\s+/).filter((token) => token !== '');
  for (let at = 0; at < tokens.length; at += 1) {
    const word = tokens[at]?.toLowerCase() ?? '';
    if (words.cosell.includes(word)) inputs.type = 'cosell';
    else if (words.p2p.includes(word)) inputs.type = 'p2p';
    else if (words.countries.includes(word)) {
      at += 1;
      inputs.countries = tokens[at] ?? '';
      // `DE, AT` typed with spaces goes on after a comma.
      while (inputs.countries.endsWith(',') && tokens[at + 1] !== undefined) {
        at += 1;
        inputs.countries += tokens[at];
      }
      if (inputs.countries === '') return undefined;
    } else if (words.amount.includes(word)) {
      inputs.amount = tokens[at + 1] ?? '';
      inputs.currency = tokens[at + 2] ?? '';
      at += 2;
      if (inputs.currency === '') return undefined;
    } else if (words.solution.includes(word)) {
      inputs.solution = tokens
        .slice(at + 1)
        .join(' ')
        .replace(/^["„“](.*)["“”]$/, '$1');
      return inputs.solution === '' ? undefined : inputs;
    } else return undefined;
  }
  return inputs;
}
