import { describe, expect, test } from '@jest/globals';
import type { Deal } from '../../src/deals/deal.ts';
import { mayChange, maySeeDeal } from '../../src/rules/permissions.ts';
import { seller } from '../fixtures/opportunity.ts';
import { accepted, admin, outsiders } from './deals.ts';

const outside = seller({ personId: 'person-cem' });

describe('V1: who sees a deal', () => {
  test.each<[string, Partial<Deal>, boolean]>([
    ['an inbound opportunity that is open', { status: 'received' }, true],
    ['one that was declined', { status: 'declined' }, true],
    ['one that expired', { status: 'expired' }, true],
    ['a deal that was accepted', { status: 'accepted' }, false],
    ['a deal that was won', { status: 'won' }, false],
    ['a deal that was lost', { status: 'lost' }, false],
    ['a deal of the own organisation', { status: 'accepted', direction: 'outbound' }, false],
    ['an archived one of the own organisation', { status: 'won', direction: 'outbound' }, false],
  ])('%s: by a Referrals user outside its team', (_what, changes, sees) => {
    const deal = accepted(changes);
    expect(maySeeDeal(outside, deal) === undefined).toBe(sees);
    expect(maySeeDeal(seller(), deal)).toBeUndefined();
    expect(maySeeDeal(admin, deal)).toBeUndefined();
  });

  test.each(outsiders)('%s changes nothing', (_who, actor, refused) => {
    const { rule, code } = mayChange(actor, accepted()) ?? {};
    expect(`${rule} ${code}`).toBe(refused);
  });
});
