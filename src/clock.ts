import { LRUCache } from 'lru-cache';

/** The time, as a port: tests move their own. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** An instant as documents keep it: ISO 8601, UTC, with milliseconds, so that text order is time order. */
export function instant(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString();
}

/** A formatter costs a hundred times more to make than to use. Only so many are kept, because the names come from outside. */
function kept(locale: string, options: Intl.DateTimeFormatOptions): (timeZone: string) => Intl.DateTimeFormat {
  const formatters = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });
  return (timeZone) => {
    const known = formatters.get(timeZone);
    if (known !== undefined) return known;
    const made = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    formatters.set(timeZone, made);
    return made;
  };
}

const calendarOf = kept('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });
const clockOf = kept('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Days begin, and clocks are changed, at a full quarter of an hour of UTC everywhere, since 2012. */
const quarterHour = 900_000;

const lastDays = new LRUCache<string, string>({ max: 2000 });

/** The calendar day (`YYYY-MM-DD`) that it is at an instant in an IANA time zone. @throws {RangeError} there is no such zone */
export function dayIn(timeZone: string, epochMilliseconds: number): string {
  // Today is asked for with every click.
  const key = `${timeZone} ${Math.floor(epochMilliseconds / quarterHour)}`;
  const known = lastDays.get(key);
  if (known !== undefined) return known;
  const day = calendarOf(timeZone).format(epochMilliseconds);
  lastDays.set(key, day);
  return day;
}

/** The time of day (`HH:MM`) that it is at an instant in an IANA time zone. @throws {RangeError} there is no such zone */
export function timeIn(timeZone: string, epochMilliseconds: number): string {
  return clockOf(timeZone).format(epochMilliseconds);
}

/** Whether `Intl` knows this IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    calendarOf(name);
    return true;
  } catch {
    return false;
  }
}

export const dayMilliseconds = 86_400_000;
