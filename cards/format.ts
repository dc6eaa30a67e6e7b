import { LRUCache } from 'lru-cache';
import type { Money } from '../src/deals/opportunity.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Language } from '../src/organisations/organisation.ts';

/** English is written as the world outside the United States reads it: 3 Nov 2026, 10:32. */
const locales: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

/** How dates, numbers and money are written for a reader. Names of countries, and lists, go by the language alone. */
function localeOf({ language, locale }: Reader): string {
  return locale ?? locales[language];
}

/** A formatter costs far more to make than to use. Only so many are kept, because locales and time zones come from outside. */
function kept<T extends object>(make: (...parts: string[]) => T): (...parts: string[]) => T {
  const made = new LRUCache<string, T>({ max: 500 });
  return (...parts) => {
    const key = parts.join(' ');
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(...parts);
    made.set(key, fresh);
    return fresh;
  };
}

const amounts = kept(
  (locale, currency, digits) =>
    new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: currency as string,
      minimumFractionDigits: Number(digits),
      maximumFractionDigits: Number(digits),
    }),
);

/** The amount exactly as it is, never through a float: `€80,000`, `45.000,50 €`. */
export function money({ amount, currency }: Money, reader: Reader): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  const cents = fraction.replace(/0+$/, '') === '' ? '' : fraction.padEnd(2, '0');
  const exact = (cents === '' ? whole : `${whole}.${cents}`) as `${number}`;
  return amounts(localeOf(reader), currency, String(cents.length)).format(exact);
}

const days = kept(
  (locale) => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }),
);

/** A calendar day (`YYYY-MM-DD`): `15 Jan 2027`. The same in every time zone. */
export function day(date: string, reader: Reader): string {
  return days(localeOf(reader)).format(Date.parse(`${date}T00:00:00Z`));
}

const moments = kept((locale, timeZone, weekday) => {
  const options: Intl.DateTimeFormatOptions = {
    ...(weekday === 'weekday' ? { weekday: 'short' } : {}),
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: timeZone as string,
  };
  return new Intl.DateTimeFormat(locale, options);
});

const zones = kept(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, { timeZone: timeZone as string, timeZoneName: 'short', minute: 'numeric' }),
);

function zoneName(locale: string, timeZone: string, at: number): string {
  const parts = zones(locale, timeZone).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

/** British English calls New York GMT-5, and American English Vienna GMT+1; people there say EST and CET. */
function familiarZoneName(reader: Reader, at: number): string {
  const { language, timeZone } = reader;
  const name = zoneName(localeOf(reader), timeZone, at);
  if (language !== 'en' || !name.startsWith('GMT') || name.length === 3) return name;
  for (const locale of ['en-GB', 'en-US', 'en-AU', 'en-IN']) {
    const other = zoneName(locale, timeZone, at);
    if (!other.startsWith('GMT')) return other;
  }
  return name;
}

const lastMinutes = new LRUCache<string, string>({ max: 2000 });

/**
 * An instant (ISO 8601 UTC) in the reader's time zone with the zone's name: `3 Nov 2026, 10:32 CET`.
 * `weekday` puts the day of the week before it.
 */
export function moment(at: string, reader: Reader, weekday?: 'weekday'): string {
  // The same few instants are written again and again: respond-by of an open opportunity on every copy of its card.
  const key = `${at} ${localeOf(reader)} ${reader.timeZone} ${weekday}`;
  const known = lastMinutes.get(key);
  if (known !== undefined) return known;
  const time = Date.parse(at);
  const text = moments(localeOf(reader), reader.timeZone, weekday ?? '').format(time);
  const named = `${text} ${familiarZoneName(reader, time)}`;
  lastMinutes.set(key, named);
  return named;
}

const shares = kept((locale) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }));

/** A part of the whole, `0.6`, in whole per cent: `60%`, `60 %`. */
export function percent(part: number, reader: Reader): string {
  return shares(localeOf(reader)).format(part);
}

const regions = kept((locale) => new Intl.DisplayNames(locale as string, { type: 'region' }));

const countries = new Map<string, string>();

/** `Switzerland` for `CH`. */
export function country(code: string, language: Language): string {
  const key = `${language} ${code}`;
  const known = countries.get(key);
  if (known !== undefined) return known;
  const name = regions(locales[language]).of(code) ?? code;
  // Two letters each: there are not many.
  countries.set(key, name);
  return name;
}

const lists = kept(
  (locale, type) => new Intl.ListFormat(locale as string, { type: type as Intl.ListFormatType, style: 'long' }),
);

/** `Ada, Ben and Cem`, or with `or`. */
export function listed(items: readonly string[], language: Language, word: 'and' | 'or'): string {
  return lists(locales[language], word === 'and' ? 'conjunction' : 'disjunction').format(items);
}

/**
 * How long is left of an answer time. Days are counted up, so that a card says 7 when the reminder for 7 days comes. The last day is
 * not counted in hours: a posted card is brought up to date once a day, and the exact time stands beside it.
 */
type TimeLeft = { unit: 'days'; count: number } | { unit: 'lastDay' | 'none' };

export function timeLeft(respondBy: string, now: number): TimeLeft {
  const left = Date.parse(respondBy) - now;
  if (left <= 0) return { unit: 'none' };
  return left > 86_400_000 ? { unit: 'days', count: Math.ceil(left / 86_400_000) } : { unit: 'lastDay' };
}
