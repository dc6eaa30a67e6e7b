import { describe, expect, test } from '@jest/globals';
import { dealFiltersOfLine, readDealFilters } from '../../../bot/deal-filters.ts';
import { dealFilterInputs } from '../../../cards/index.ts';

describe('typed behind "find"', () => {
  test.each<[line: string, filters: object]>([
    ['', {}],
    ['contoso', { customer: 'contoso' }],
    ['Contoso Retail', { customer: 'Contoso Retail' }],
    ['status accepted', { status: 'accepted' }],
    ['STATUS Offen', { status: 'received' }],
    ['stand gewonnen', { status: 'won' }],
    ['type co-sell', { type: 'cosell' }],
    ['art privat', { type: 'private' }],
    ['type p2p', { type: 'p2p' }],
    ['country de', { countries: ['DE'] }],
    ['land DE,AT', { countries: ['DE', 'AT'] }],
    ['countries DE, AT, CH', { countries: ['DE', 'AT', 'CH'] }],
    ['min 50000 EUR', { value: { currency: 'EUR', from: '50000' } }],
    ['mindestens 50000.50 eur', { value: { currency: 'EUR', from: '50000.50' } }],
    ['max 50k EUR', { value: { currency: 'EUR', to: '50000' } }],
    ['höchstens EUR 100', { value: { currency: 'EUR', to: '100' } }],
    ['min 100EUR max 200EUR', { value: { currency: 'EUR', from: '100', to: '200' } }],
    ['after 2026-01-01', { closes: { from: '2026-01-01' } }],
    ['nach 1.2.2026 vor 31.12.2026', { closes: { from: '2026-02-01', to: '2026-12-31' } }],
    ['ab 2026-01-01 bis 100 CHF', { closes: { from: '2026-01-01' }, value: { currency: 'CHF', to: '100' } }],
    ['status won customer "Land"', { status: 'won', customer: 'Land' }],
    ['status won kunde Contoso AG land DE', { status: 'won', customer: 'Contoso AG', countries: ['DE'] }],
    ['"Land Rover" country GB', { customer: 'Land Rover', countries: ['GB'] }],
    ['„Ab jetzt“', { customer: 'Ab jetzt' }],
    ['Nach Hause AG', { customer: 'Nach Hause AG' }],
    ["O'Brien & Söhne", { customer: "O'Brien & Söhne" }],
    ['<at>x</at> [y](z)', { customer: 'at x /at y z' }],
    [
      'contoso status accepted type co-sell country DE min 50000 EUR after 2026-01-01 before 2026-12-31',
      {
        customer: 'contoso',
        status: 'accepted',
        type: 'cosell',
        countries: ['DE'],
        value: { currency: 'EUR', from: '50000' },
        closes: { from: '2026-01-01', to: '2026-12-31' },
      },
    ],
  ])('%s', (line, filters) => {
    expect(dealFiltersOfLine(line)).toEqual({ filters });
  });

  test.each([
    ['status', 'status'],
    ['status green', 'status green'],
    ['contoso type', 'type'],
    ['type cosell2 x', 'type cosell2 x'],
    ['status won really', 'really'],
    ['country', 'country'],
    ['country Germany', 'Germany'],
    ['status won min 5', 'min 5'],
    ['status won min five EUR', 'min five EUR'],
    ['status won min 5 XXX', 'min 5 XXX'],
    ['status won min 50.000 EUR', 'min 50.000 EUR'],
    ['status won min 0 EUR', 'min 0 EUR'],
    ['min 5 EUR max 9 USD', 'max 9 USD'],
    ['status won after 2026-02-30', 'after 2026-02-30'],
    ['country DE AT', 'AT'],
    ['x'.repeat(101), 'x'.repeat(60)],
  ])('%s: says what it did not understand', (line, unclear) => {
    expect(dealFiltersOfLine(line)).toEqual({ unclear });
  });
});

describe('the form', () => {
  const empty = dealFilterInputs({});

  test('nothing typed filters nothing', () => {
    expect(readDealFilters(empty)).toEqual({ filters: {} });
    expect(readDealFilters({ ...empty, customer: '  ', currency: 'EUR' })).toEqual({ filters: {} });
  });

  test('what is typed is read and shown again as it was', () => {
    const inputs = {
      customer: 'contoso',
      status: 'won',
      type: 'p2p',
      countries: 'DE, AT',
      min: '1',
      max: '2',
      currency: 'EUR',
      from: '2026-01-01',
      to: '2026-12-31',
    };
    const read = readDealFilters(inputs);
    expect(read).toMatchObject({ filters: { status: 'won', countries: ['DE', 'AT'] } });
    expect(dealFilterInputs('filters' in read ? read.filters : {})).toEqual(inputs);
  });

  test.each<[string, object, string[]]>([
    ['customer', { customer: 'x'.repeat(101) }, ['tooLong']],
    ['status', { status: 'green' }, ['typeInvalid']],
    ['type', { type: 'green' }, ['typeInvalid']],
    ['countries', { countries: 'Germany' }, ['countryInvalid']],
    ['countries', { countries: 'DE XX' }, ['countryInvalid']],
    ['countries', { countries: Array.from({ length: 21 }, () => 'DE').join() }, ['countryInvalid']],
    ['min', { min: 'lots', currency: 'EUR' }, ['amountInvalid']],
    ['max', { max: '0', currency: 'EUR' }, ['amountInvalid']],
    ['currency', { min: '5' }, ['currencyInvalid']],
    ['currency', { max: '5', currency: 'XXX' }, ['currencyInvalid']],
    ['from', { from: '1.1.2026' }, ['dateInvalid']],
    ['to', { to: '2026-02-30' }, ['dateInvalid']],
  ])('%s %j is refused at its field', (field, typed, codes) => {
    expect(readDealFilters({ ...empty, ...typed })).toEqual({ errors: codes.map((code) => ({ field, code })) });
  });

  test('everything that is wrong is told at once', () => {
    const read = readDealFilters({ ...empty, status: 'x', min: 'x', from: 'x' });
    expect('errors' in read && read.errors.map(({ field }) => field)).toEqual(['status', 'min', 'currency', 'from']);
  });
});
