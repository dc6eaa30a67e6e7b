import { describe, expect, test } from '@jest/globals';
import { country, day, listed, moment, money, percent, timeLeft } from '../../cards/format.ts';
import { dayIn } from '../../src/clock.ts';
import { readerIn } from '../../src/notices/reader.ts';

const nbsp = '\u00a0';

describe('money is written exactly', () => {
  test.each([
    ['120000', 'CHF', `CHF${nbsp}120,000`, `120.000${nbsp}CHF`],
    ['45000.5', 'EUR', '€45,000.50', `45.000,50${nbsp}€`],
    ['45000.00', 'EUR', '€45,000', `45.000${nbsp}€`],
    ['999999999999.99', 'USD', 'US$999,999,999,999.99', `999.999.999.999,99${nbsp}$`],
    ['0.01', 'EUR', '€0.01', `0,01${nbsp}€`],
    ['1500', 'JPY', 'JP¥1,500', `1.500${nbsp}¥`],
  ])('%s %s', (amount, currency, en, de) => {
    expect(money({ amount, currency }, { language: 'en', timeZone: 'UTC' })).toBe(en);
    expect(money({ amount, currency }, { language: 'de', timeZone: 'UTC' })).toBe(de);
  });
});

describe('times', () => {
  const at = '2026-11-03T09:32:00.000Z';

  test.each([
    ['en', 'Europe/Vienna', '3 Nov 2026, 10:32 CET'],
    ['de', 'Europe/Vienna', '3. Nov. 2026, 10:32 MEZ'],
    ['en', 'Europe/London', '3 Nov 2026, 09:32 GMT'],
    ['en', 'America/New_York', '3 Nov 2026, 04:32 EST'],
    ['en', 'Asia/Kolkata', '3 Nov 2026, 15:02 IST'],
    ['en', 'Asia/Tokyo', '3 Nov 2026, 18:32 GMT+9'],
    ['de', 'Asia/Tokyo', '3. Nov. 2026, 18:32 GMT+9'],
    ['en', 'UTC', '3 Nov 2026, 09:32 UTC'],
  ] as const)('%s in %s: %s', (language, timeZone, text) => {
    expect(moment(at, { language, timeZone })).toBe(text);
  });

  test('respond-by says the day of the week, and follows daylight saving time', () => {
    const reader = { language: 'en', timeZone: 'Europe/Vienna' } as const;
    expect(moment('2026-10-25T00:30:00.000Z', reader, 'weekday')).toBe('Sun, 25 Oct 2026, 02:30 CEST');
    expect(moment('2026-10-25T01:30:00.000Z', reader, 'weekday')).toBe('Sun, 25 Oct 2026, 02:30 CET');
  });

  test('a calendar day is the same everywhere; today is not', () => {
    expect(day('2027-01-15', { language: 'en', timeZone: 'UTC' })).toBe('15 Jan 2027');
    expect(day('2027-03-31', { language: 'de', timeZone: 'UTC' })).toBe('31. März 2027');
    expect(dayIn('Pacific/Auckland', Date.parse('2026-11-03T12:00:00Z'))).toBe('2026-11-04');
    expect(dayIn('America/Los_Angeles', Date.parse('2026-11-03T07:00:00Z'))).toBe('2026-11-02');
  });
});

describe('how long is left', () => {
  const respondBy = '2026-11-16T09:00:00.000Z';
  const hour = 3_600_000;

  test.each([
    [14 * 24 * hour, 'days', 14],
    [13.2 * 24 * hour, 'days', 14],
    [7 * 24 * hour, 'days', 7],
    [24 * hour + 1, 'days', 2],
    [24 * hour, 'lastDay', undefined],
    [1, 'lastDay', undefined],
    [0, 'none', undefined],
    [-hour, 'none', undefined],
  ] as const)('%d ms before respond-by: %s %p', (left, unit, count) => {
    expect(timeLeft(respondBy, Date.parse(respondBy) - left)).toEqual({ unit, count });
  });
});

test('countries and lists in the reader’s language', () => {
  expect(country('CH', 'en')).toBe('Switzerland');
  expect(country('CH', 'de')).toBe('Schweiz');
  expect(listed(['Ada', 'Ben', 'Cem'], 'en', 'or')).toBe('Ada, Ben or Cem');
  expect(listed(['Ada', 'Ben'], 'de', 'and')).toBe('Ada und Ben');
});

describe('a person’s own locale', () => {
  test('is how money, days, times and shares are written', () => {
    const swiss = readerIn('de', 'Europe/Zurich', 'de-CH');
    const american = readerIn('en', 'Europe/Vienna', 'en-US');
    expect(money({ amount: '120000', currency: 'CHF' }, swiss)).toMatch(/^CHF\s120['’]000$/);
    expect(day('2027-03-31', american)).toBe('Mar 31, 2027');
    expect(moment('2026-11-03T09:32:00.000Z', american)).toMatch(/^Nov 3, 2026, 10:32\sAM CET$/);
    expect(percent(0.6, swiss)).toBe('60%');
  });

  test.each(['fr-CH', 'en-US', 'de', 'de-ZZ', '??', 'de-'.repeat(15), undefined])('%s is none for German', (said) => {
    expect(readerIn('de', 'UTC', said)).toEqual({ language: 'de', timeZone: 'UTC' });
  });

  test('scripts, calendars and numerals that it asks for are left out', () => {
    expect(readerIn('en', 'UTC', 'en-Latn-us-u-ca-buddhist-nu-thai').locale).toBe('en-US');
  });
});
