import { type DealFilterFault, dealFilterInputs } from '../cards/index.ts';
import type { DealFilterInputs } from '../cards/verbs.ts';
import { Status, statuses } from '../src/deals/deal.ts';
import { DealFilters, dealTypes } from '../src/deals/filters.ts';
import { Amount, Country, Currency, Day } from '../src/deals/opportunity.ts';

/** Filters as they were typed into the form, or all that is wrong with them. Empty fields do not filter. */
export function readDealFilters(inputs: DealFilterInputs): { filters: DealFilters } | { errors: DealFilterFault[] } {
  const errors: DealFilterFault[] = [];
  const typed = Object.fromEntries(
    Object.entries(inputs).map(([field, value]) => [field, value.trim()]),
  ) as unknown as DealFilterInputs;
  const check = (field: keyof DealFilterInputs, code: DealFilterFault['code'], isGood: boolean) => {
    if (typed[field] !== '' && !isGood) errors.push({ field, code });
  };
  const { status, type, min, max, from, to } = typed;
  // What no name is compared by stays out of the buttons that carry the filter.
  const customer = typed.customer
    .replaceAll(/[^\p{L}\p{N}\p{M} .,&'’+/@-]+/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
  const countries = typed.countries
    .toUpperCase()
    .split(/[\s,;]+/)
    .filter((code) => code !== '');
  const currency = typed.currency.toUpperCase();
  check('customer', 'tooLong', customer.length <= 100);
  check('status', 'typeInvalid', Status.safeParse(status).success);
  check(
    'type',
    'typeInvalid',
    dealTypes.some((known) => known === type),
  );
  check(
    'countries',
    'countryInvalid',
    countries.length <= 20 && countries.every((code) => Country.safeParse(code).success),
  );
  check('min', 'amountInvalid', Amount.safeParse(min).success);
  check('max', 'amountInvalid', Amount.safeParse(max).success);
  if (min + max !== '' && !Currency.safeParse(currency).success)
    errors.push({ field: 'currency', code: 'currencyInvalid' });
  check('from', 'dateInvalid', Day.safeParse(from).success);
  check('to', 'dateInvalid', Day.safeParse(to).success);
  if (errors.length > 0) return { errors };
  const given = (value: string) => (value === '' ? undefined : value);
  return {
    filters: DealFilters.parse(
      withoutAbsent({
        customer: given(customer),
        status: given(status),
        type: given(type),
        countries: countries.length === 0 ? undefined : countries,
        value: min + max === '' ? undefined : withoutAbsent({ currency, from: given(min), to: given(max) }),
        closes: from + to === '' ? undefined : withoutAbsent({ from: given(from), to: given(to) }),
      }),
    ),
  };
}

function withoutAbsent<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** The words that begin a part of the line, in every language at once: people mix them. */
const beginnings = {
  customer: ['customer', 'kunde'],
  status: ['status', 'stage', 'stand'],
  type: ['type', 'typ', 'art'],
  countries: ['country', 'countries', 'land', 'länder', 'laender'],
  from: ['min', 'minimum', 'mindestens', 'from', 'ab', 'after', 'nach', 'since', 'seit'],
  to: ['max', 'maximum', 'höchstens', 'hoechstens', 'bis', 'before', 'vor', 'until'],
} satisfies Record<string, readonly string[]>;
type Part = keyof typeof beginnings;
const parts = Object.keys(beginnings) as Part[];

const statusWords: Record<Status, readonly string[]> = {
  received: ['received', 'open', 'new', 'erhalten', 'offen', 'neu'],
  accepted: ['accepted', 'angenommen'],
  won: ['won', 'gewonnen'],
  lost: ['lost', 'verloren'],
  declined: ['declined', 'abgelehnt'],
  expired: ['expired', 'abgelaufen'],
};

const typeWords: Record<(typeof dealTypes)[number], readonly string[]> = {
  cosell: ['co-sell', 'cosell', 'microsoft'],
  p2p: ['p2p', 'partner'],
  private: ['private', 'privat'],
};

/** A word of the line; what stands between quotation marks is one, and begins nothing. */
interface Word {
  text: string;
  quoted: boolean;
}

/**
 * Filters from a typed line: `contoso status accepted type co-sell country DE min 50000 EUR after 2026-01-01`. What stands before the
 * first known word is the customer. What is not understood is given back, so that nobody believes in a filter that is not there.
 */
export function dealFiltersOfLine(line: string): { filters: DealFilters } | { unclear: string } {
  const words: Word[] = [...line.matchAll(/["„“”]([^"„“”]*)["„“”]|\S+/g)].map(([text, quoted]) => ({
    text: quoted?.trim() ?? text,
    quoted: quoted !== undefined,
  }));
  const inputs = dealFilterInputs({});
  const customer: string[] = [];
  let isCustomer = true;
  for (let at = 0; at < words.length; at += 1) {
    const { text } = words[at] as Word;
    const part = partOf(words[at] as Word);
    if (part === 'customer') {
      isCustomer = true;
      continue;
    }
    const rest = words.slice(at + 1).map((word) => word.text);
    const used = part === undefined ? 0 : take(part, rest, inputs);
    if (used === 0) {
      // `nach` and the like may well be part of a name.
      if (!isCustomer || (part !== undefined && part !== 'from' && part !== 'to')) return unclear(text, ...rest);
      customer.push(text);
      continue;
    }
    at += used;
    isCustomer = false;
  }
  inputs.customer = customer.join(' ');
  const read = readDealFilters(inputs);
  if ('filters' in read) return read;
  const [{ field }] = read.errors as [DealFilterFault];
  return unclear(inputs[field]);
}

function partOf({ text, quoted }: Word): Part | undefined {
  const said = text.toLowerCase();
  return quoted ? undefined : parts.find((part) => (beginnings[part] as string[]).includes(said));
}

/** The first words of what was not understood. */
function unclear(...words: string[]): { unclear: string } {
  return { unclear: words.slice(0, 3).join(' ').slice(0, 60) };
}

/** Reads what stands behind a word into its input, and says how many words that took; 0: it is not understood. */
function take(part: Part, words: readonly string[], inputs: DealFilterInputs): number {
  const [first = '', second = ''] = words;
  const said = first.toLowerCase();
  if (part === 'status') {
    const status = statuses.find((one) => statusWords[one].includes(said));
    inputs.status = status ?? '';
    return status === undefined ? 0 : 1;
  }
  if (part === 'type') {
    const type = dealTypes.find((one) => typeWords[one].includes(said));
    inputs.type = type ?? '';
    return type === undefined ? 0 : 1;
  }
  if (part === 'countries') {
    // `DE, AT` typed with spaces goes on after a comma.
    let used = 1;
    while (words[used - 1]?.endsWith(',') && words[used] !== undefined) used += 1;
    inputs.countries = words.slice(0, used).join('');
    return first === '' ? 0 : used;
  }
  const day = dayOf(first);
  if (day !== undefined) {
    inputs[part === 'from' ? 'from' : 'to'] = day;
    return 1;
  }
  const money = moneyOf(first, second);
  // One currency for both bounds: two cannot be compared.
  if (money === undefined || ![money.currency, ''].includes(inputs.currency)) return 0;
  inputs[part === 'from' ? 'min' : 'max'] = money.amount;
  inputs.currency = money.currency;
  return money.words;
}

/** `50000 EUR`, `EUR 50000`, `50000EUR` or `50k EUR`. */
function moneyOf(first: string, second: string): { amount: string; currency: string; words: number } | undefined {
  const together = /^(\d[\d.]*k?)([a-z]{3})$/i.exec(first);
  const [amount = '', currency = ''] =
    together !== null ? together.slice(1) : /^[a-z]{3}$/i.test(first) ? [second, first] : [first, second];
  const thousands = /^(\d+)k$/i.exec(amount)?.[1];
  const money = { amount: thousands === undefined ? amount : `${thousands}000`, currency: currency.toUpperCase() };
  return Amount.safeParse(money.amount).success && Currency.safeParse(money.currency).success
    ? { ...money, words: together === null ? 2 : 1 }
    : undefined;
}

/** `2026-12-31`, or as it is written in German: `31.12.2026`. */
function dayOf(text: string): string | undefined {
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  const day = german === null ? text : `${german[3]}-${german[2]?.padStart(2, '0')}-${german[1]?.padStart(2, '0')}`;
  return Day.safeParse(day).success ? day : undefined;
}
