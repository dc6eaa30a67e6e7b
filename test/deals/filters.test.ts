import { describe, expect, test } from '@jest/globals';
import type { Deal } from '../../src/deals/deal.ts';
import { type DealFilters, fits, DealFilters as Schema, statusAt } from '../../src/deals/filters.ts';
import { day, monday, opportunity, received } from '../fixtures/opportunity.ts';

/** CHF 120,000, Zürich, closes on 31 March 2027, by Microsoft. */
const deal: Deal = { ...received(), name: 'Lakehouse pilot', crmId: 'CRM-4711' };

test.each<[DealFilters, boolean]>([
  [{}, true],
  [{ status: 'received' }, true],
  [{ status: 'expired' }, false],
  [{ type: 'cosell' }, true],
  [{ type: 'private' }, false],
  [{ countries: ['CH'] }, true],
  [{ countries: ['DE', 'CH'] }, true],
  [{ countries: ['DE'] }, false],
  [{ customer: 'alpen' }, true],
  [{ customer: 'ag ALPENMILCH' }, true],
  [{ customer: 'milch' }, false],
  [{ customer: 'pilot' }, true],
  [{ customer: 'alpenmilch lakehouse' }, true],
  [{ customer: 'crm-4711' }, true],
  [{ customer: 'contoso' }, false],
  [{ value: { currency: 'CHF', from: '120000' } }, true],
  [{ value: { currency: 'CHF', from: '120000.01' } }, false],
  [{ value: { currency: 'CHF', to: '120000.00' } }, true],
  [{ value: { currency: 'CHF', to: '119999.99' } }, false],
  [{ value: { currency: 'EUR', from: '1' } }, false],
  [{ closes: { from: '2027-03-31' } }, true],
  [{ closes: { from: '2027-04-01' } }, false],
  [{ closes: { to: '2027-03-31' } }, true],
  [{ closes: { to: '2027-03-30' } }, false],
  [{ status: 'received', type: 'cosell', countries: ['CH'], closes: { from: '2027-01-01', to: '2027-12-31' } }, true],
  [{ status: 'received', type: 'p2p' }, false],
])('%j fits: %s', (filters, expected) => {
  expect(fits(filters, monday)(deal)).toBe(expected);
});

test('L5: at respond-by it counts as expired, written or not', () => {
  const end = Date.parse(deal.respondBy);
  expect([statusAt(deal, end - 1), statusAt(deal, end)]).toEqual(['received', 'expired']);
  expect(fits({ status: 'received' }, end)(deal)).toBe(false);
  expect(fits({ status: 'expired' }, end)(deal)).toBe(true);
  expect(statusAt({ ...deal, status: 'accepted' }, end + day)).toBe('accepted');
});

test('the own value and close date go before the sender’s', () => {
  const own = { ...deal, value: { amount: '1', currency: 'EUR' }, closeDate: '2028-01-01' };
  expect(fits({ value: { currency: 'EUR', to: '1' }, closes: { from: '2028-01-01' } }, monday)(own)).toBe(true);
});

test('what is not known does not fit', () => {
  const { value: _, closeDate: __, ...bare } = opportunity({ customer: { name: 'X', address: {}, contacts: [] } });
  const unknown = received({ opportunity: bare });
  for (const filters of [{ value: { currency: 'EUR' } }, { closes: { to: '2999-01-01' } }, { countries: ['CH'] }]) {
    expect(fits(filters, monday)(unknown)).toBe(false);
  }
});

describe('what a button carries is not trusted', () => {
  test.each([
    [{ status: 'green' }],
    [{ type: 'any' }],
    [{ countries: [] }],
    [{ countries: ['Germany'] }],
    [{ countries: Array.from({ length: 21 }, () => 'DE') }],
    [{ customer: '' }],
    [{ customer: 'x'.repeat(101) }],
    [{ customer: '<at>all</at>' }],
    [{ value: { from: '1' } }],
    [{ value: { currency: 'EUR', from: '-1' } }],
    [{ closes: { from: '1.1.2026' } }],
  ])('%j', (filters) => {
    expect(Schema.safeParse(filters).success).toBe(false);
  });
});
