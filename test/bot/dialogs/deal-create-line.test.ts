import { describe, expect, test } from '@jest/globals';
import { readLine } from '../../../bot/dialogs/deal-create-line.ts';

function read(line: string): string[] {
  const { name, values } = readLine(line);
  return [name, values.amount, values.currency, values.closeDate];
}

describe('what can be read from the line behind the command', () => {
  test.each<[string, string[]]>([
    ['Contoso 50k EUR 2027-03-31', ['Contoso', '50000', 'EUR', '2027-03-31']],
    ['Contoso', ['Contoso', '', '', '']],
    ['', ['', '', '', '']],
    ['Contoso Retail GmbH 50000 eur', ['Contoso Retail GmbH', '50000', 'EUR', '']],
    ['50k EUR Contoso', ['Contoso', '50000', 'EUR', '']],
    ['Contoso EUR 50,000', ['Contoso', '50000', 'EUR', '']],
    ['Contoso 50.000 EUR', ['Contoso', '50000', 'EUR', '']],
    ["Contoso 1'250'000 CHF", ['Contoso', '1250000', 'CHF', '']],
    ['Contoso 1.5m USD', ['Contoso', '1500000', 'USD', '']],
    ['Contoso 1,5 Mio EUR', ['Contoso', '1500000', 'EUR', '']],
    ['Contoso 1,5 Mio. EUR', ['Contoso', '1500000', 'EUR', '']],
    ['Contoso 80 Tsd EUR', ['Contoso', '80000', 'EUR', '']],
    ['Contoso €50k', ['Contoso', '50000', 'EUR', '']],
    ['Contoso 50k€ 31.3.2027', ['Contoso', '50000', 'EUR', '2027-03-31']],
    ['Contoso $1,234.56', ['Contoso', '1234.56', 'USD', '']],
    ['Contoso 1.234,56 EUR', ['Contoso', '1234.56', 'EUR', '']],
    ['Contoso 50k', ['Contoso', '50000', '', '']],
    ['Contoso 31.12.2027 20 GBP', ['Contoso', '20', 'GBP', '2027-12-31']],
    // Companies have numbers and short words in their names.
    ['Studio 2000 GmbH', ['Studio 2000 GmbH', '', '', '']],
    ['3M', ['3M', '', '', '']],
    ['3M 50k EUR', ['3M', '50000', 'EUR', '']],
    ['4711 Köln AG 12 EUR', ['4711 Köln AG', '12', 'EUR', '']],
    ['Contoso 2027-02-30', ['Contoso 2027-02-30', '', '', '']],
    ['Contoso 0 EUR', ['Contoso 0 EUR', '', '', '']],
    ['Contoso 50k QQQ', ['Contoso QQQ', '50000', '', '']],
    ['<at>Ada</at> & Söhne', ['<at>Ada</at> & Söhne', '', '', '']],
  ])('%s', (line, expected) => {
    expect(read(line)).toEqual(expected);
  });

  test('an endless line is cut, not chewed', () => {
    const began = performance.now();
    expect(readLine(`${'9'.repeat(20_000)} ${'1.'.repeat(20_000)} EUR`).name.length).toBeLessThanOrEqual(200);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
