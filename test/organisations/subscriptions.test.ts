import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Deal } from '../../src/deals/deal.ts';
import type { Filters } from '../../src/organisations/organisation.ts';
import {
  createSubscriptions,
  type Subscriptions,
  subscriptionId,
  wants,
} from '../../src/organisations/subscriptions.ts';
import { type MovableClock, movableClock } from '../fakes/clock.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';
import { opportunity } from '../fixtures/opportunity.ts';

const address = {
  version: 1 as const,
  serviceUrl: 'https://smba.example/emea/',
  tenantId: '11111111-1111-4111-8111-111111111111',
  scope: 'channel' as const,
  conversationId: '19:deals@thread.tacv2',
  bot: { id: '28:bot', name: 'Co-sell' },
};
const wanted = {
  orgId: 'nordwind',
  address,
  filters: {},
  language: 'de' as const,
  timeZone: 'Europe/Vienna',
  by: { personId: 'person-1', name: 'Ada Keller' },
};

let temporary: TemporaryStore;
let clock: MovableClock;
let subscriptions: Subscriptions;

beforeEach(() => {
  temporary = temporaryStore();
  clock = movableClock(Date.parse('2026-11-22T09:00:00Z'));
  subscriptions = createSubscriptions(temporary.store, clock);
});
afterEach(() => temporary.discard());

describe('a subscription', () => {
  test('starts for a conversation and is found by it', async () => {
    const started = await subscriptions.start(wanted);
    expect(started).toMatchObject({ ...wanted, status: 'active', at: '2026-11-22T09:00:00.000Z' });
    expect(await subscriptions.get('nordwind', '19:deals@thread.tacv2')).toEqual(started);
    expect(await subscriptions.byId('nordwind', started.id)).toEqual(started);
    expect(await subscriptions.active('nordwind')).toEqual([started]);
    expect(await subscriptions.active('fabrikam')).toEqual([]);
  });

  test('is the same for every thread of a channel', () => {
    expect(subscriptionId('19:deals@thread.tacv2;messageid=1700000000000')).toBe(
      subscriptionId('19:deals@thread.tacv2'),
    );
    expect(subscriptionId('19:other@thread.tacv2')).not.toBe(subscriptionId('19:deals@thread.tacv2'));
  });

  test('started again is changed: one conversation has one', async () => {
    await subscriptions.start(wanted);
    clock.move(60_000);
    await subscriptions.start({ ...wanted, filters: { type: 'cosell' }, language: 'en' });
    expect(await subscriptions.all('nordwind')).toMatchObject([
      { filters: { type: 'cosell' }, language: 'en', at: '2026-11-22T09:01:00.000Z' },
    ]);
  });

  test('ends with its reason, and the first reason stays', async () => {
    await subscriptions.start(wanted);
    await subscriptions.end('nordwind', address.conversationId, 'removed');
    clock.move(60_000);
    const ended = await subscriptions.end('nordwind', address.conversationId, 'unsubscribed');
    expect(ended).toMatchObject({ status: 'ended', endedReason: 'removed', endedAt: '2026-11-22T09:00:00.000Z' });
    expect(await subscriptions.active('nordwind')).toEqual([]);
    expect(await subscriptions.end('nordwind', '19:unknown', 'removed')).toBeUndefined();
  });

  test('that had ended is active again, without the old reason', async () => {
    await subscriptions.start(wanted);
    await subscriptions.end('nordwind', address.conversationId, 'removed');
    await subscriptions.start({ ...wanted, address: { ...address, serviceUrl: 'https://smba.example/de/' } });
    const again = await subscriptions.get('nordwind', address.conversationId);
    expect(again).toMatchObject({ status: 'active', address: { serviceUrl: 'https://smba.example/de/' } });
    expect([again?.endedReason, again?.endedAt]).toEqual([undefined, undefined]);
  });

  test('gets a new service address, written only when it is new', async () => {
    const started = await subscriptions.start(wanted);
    await subscriptions.refreshAddress('nordwind', address);
    expect(await subscriptions.byId('nordwind', started.id)).toEqual(started);
    await subscriptions.refreshAddress('nordwind', { ...address, serviceUrl: 'https://smba.example/de/' });
    expect((await subscriptions.byId('nordwind', started.id))?.address.serviceUrl).toBe('https://smba.example/de/');
    await subscriptions.refreshAddress('nordwind', { ...address, conversationId: '19:unknown' });
    expect(await subscriptions.all('nordwind')).toHaveLength(1);
  });

  test('changes of two instances at once leave one of them, whole', async () => {
    const elsewhere = createSubscriptions(temporary.reopen(), clock);
    await Promise.all([
      subscriptions.start({ ...wanted, filters: { type: 'p2p' }, language: 'en' }),
      elsewhere.start({ ...wanted, filters: { type: 'cosell' }, language: 'de' }),
    ]);
    const [only, ...others] = await subscriptions.all('nordwind');
    expect(others).toEqual([]);
    expect(only?.language).toBe(only?.filters.type === 'p2p' ? 'en' : 'de');
  });
});

describe('N1: what a subscription wants', () => {
  const cosell = { parties: { microsoft: true, partners: 0 }, opportunity: opportunity() };
  const p2p = { parties: { microsoft: false, partners: 1 }, opportunity: opportunity() };
  const of = (changes: Parameters<typeof opportunity>[0]) => ({ ...cosell, opportunity: opportunity(changes) });
  const eur = (amount: string) => ({ value: { amount, currency: 'EUR' } });
  const from = (amount: string, currency = 'EUR'): Filters => ({ minimumValue: { amount, currency } });

  test.each<[string, Filters, Pick<Deal, 'parties' | 'opportunity'>, boolean]>([
    ['everything', {}, p2p, true],
    ['co-sell: co-sell', { type: 'cosell' }, cosell, true],
    ['co-sell: P2P', { type: 'cosell' }, p2p, false],
    ['P2P: P2P', { type: 'p2p' }, p2p, true],
    ['P2P: co-sell', { type: 'p2p' }, cosell, false],
    ['a country of the list', { countries: ['DE', 'CH'] }, cosell, true],
    ['another country', { countries: ['DE', 'AT'] }, cosell, false],
    [
      'a country that is not known',
      { countries: ['DE'] },
      of({ customer: { name: 'A', address: {}, contacts: [] } }),
      true,
    ],
    ['exactly the minimum', from('45000.50'), of(eur('45000.5')), true],
    ['a cent less', from('45000.50'), of(eur('45000.49')), false],
    ['more digits, not more letters', from('9'), of(eur('10')), true],
    ['twelve digits and cents', from('999999999999.99'), of(eur('999999999999.98')), false],
    ['another currency', from('1000000', 'USD'), of(eur('1')), true],
    ['no value', from('1000000'), of({ value: undefined }), true],
    ['a part of a solution', { solution: 'house acc' }, cosell, true],
    ['a part of its id', { solution: 'sol-0001' }, cosell, true],
    ['another solution', { solution: 'Detection' }, cosell, false],
    ['accents and ß', { solution: 'strasse DÜSSELDORF' }, of({ solutions: [{ name: 'Straße Dusseldorf' }] }), true],
    ['no solution named', { solution: 'Detection' }, of({ solutions: [] }), true],
    ['all of several', { type: 'cosell', countries: ['CH'], solution: 'lake' }, cosell, true],
    ['not one of several', { type: 'cosell', countries: ['AT'], solution: 'lake' }, cosell, false],
  ])('%s', (_what, filters, deal, expected) => {
    expect(wants(filters, deal)).toBe(expected);
  });
});
