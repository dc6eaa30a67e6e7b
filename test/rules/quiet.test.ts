import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { type Deal, Deal as DealDocument } from '../../src/deals/deal.ts';
import { stillHolds, withNotices } from '../../src/rules/notices.ts';
import type { Quiet } from '../../src/rules/quiet.ts';
import { day, monday, organisation, received, seller } from '../fixtures/opportunity.ts';
import { accepted, admin, ask, closedStages, codes, done } from './deals.ts';

const answer: Quiet = { kind: 'quiet', of: 'answer' };
const close: Quiet = { kind: 'quiet', of: 'close' };
const until = monday + 3 * day;

/** Whether a reminder that is due now would be sent to Ada. */
function reminds(
  deal: Deal,
  kind: 'remindPerson' | 'remindClosePerson',
  now = monday,
  personId = 'person-ada',
): boolean {
  const planned = withNotices(deal, [{ task: { kind, personId, days: 7 }, dueAt: now }]);
  const notice = planned.notices.find(({ id }) => id === `${kind}:7:${personId}`);
  return notice !== undefined && stillHolds(planned, notice, now);
}

describe('N2: who leaves the answer to others', () => {
  test('is not reminded to answer any more, which is no change of the deal', () => {
    const before = received();
    const deal = done(ask(before, answer));
    expect([reminds(before, 'remindPerson'), reminds(deal, 'remindPerson')]).toEqual([true, false]);
    expect(reminds(deal, 'remindPerson', monday, 'person-uma')).toBe(true);
    expect(deal.history).toEqual(before.history);
  });

  test('is still reminded of the close date, once on the team', () => {
    const { quiet } = done(ask(received(), answer));
    expect(reminds(accepted({ quiet }), 'remindClosePerson')).toBe(true);
  });

  test('a reminder that was on its way to them is dropped', () => {
    const task = { kind: 'remindPerson', personId: 'person-ada', days: 7 } as const;
    const waiting = withNotices(received(), [{ task, dueAt: monday }]);
    const { notices } = done(ask(waiting, answer));
    expect(notices.find(({ id }) => id === 'remindPerson:7:person-ada')?.state).toBe('dropped');
  });

  test.each([
    ['V1 a Referrals user', seller(), organisation, []],
    ['V1 a Referrals user where only admins answer', seller(), usersMayNotAnswer(), ['V1 usersMayNotAnswer']],
    ['V1 an admin where only admins answer', admin, usersMayNotAnswer(), []],
    ['V1 nobody without a role', seller({ roles: [] }), organisation, ['V1 noRole']],
    ['V3 no guest', seller({ guest: true }), organisation, ['V3 guest']],
    ['V3 nobody of another organisation', seller({ orgId: 'fabrikam' }), organisation, ['V3 otherTenant']],
  ])('%s', (_who, actor, house, refused) => {
    expect(codes(ask(received(), answer, actor, monday, house))).toEqual(refused);
  });

  test.each<[string, Deal['status']]>([
    ['it is accepted', 'accepted'],
    ['it is declined', 'declined'],
    ['it has expired', 'expired'],
  ])('once %s an old reminder does nothing', (_what, status) => {
    expect(ask(accepted({ status }), answer)).toMatchObject({ ok: true, changed: false });
  });
});

describe('N6: who is not to be reminded of the close date', () => {
  test('is not, for good or until then; the answer is another matter', () => {
    const good = done(ask(accepted(), close));
    const snoozed = done(ask(accepted(), { ...close, until }));
    expect([monday, until].map((now) => reminds(good, 'remindClosePerson', now))).toEqual([false, false]);
    expect([until - 1, until].map((now) => reminds(snoozed, 'remindClosePerson', now))).toEqual([false, true]);
    expect(reminds({ ...received(), quiet: good.quiet }, 'remindPerson')).toBe(true);
  });

  test('keeps one wish of each kind for each person, the last one', () => {
    const first = done(ask(received(), answer));
    const snoozed = done(ask(accepted({ quiet: first.quiet }), { ...close, until }));
    expect(done(ask(snoozed, close)).quiet).toEqual([
      { personId: 'person-ada', of: 'answer' },
      { personId: 'person-ada', of: 'close' },
    ]);
    expect(snoozed.quiet[1]).toEqual({ personId: 'person-ada', of: 'close', until: instant(until) });
  });

  test('nobody outside the team is reminded, so nothing changes for them', () => {
    expect(ask(accepted(), close, admin)).toMatchObject({ ok: true, changed: false });
  });

  test.each(closedStages)('%s: nor in a deal that is %s', (_rule, status) => {
    expect(ask(accepted({ status }), close)).toMatchObject({ ok: true, changed: false });
  });

  test('what earlier documents say is about the close date', () => {
    const earlier = { ...accepted(), quiet: [{ personId: 'person-ada' }] };
    expect(DealDocument.parse(earlier).quiet).toEqual([{ personId: 'person-ada', of: 'close' }]);
  });
});

function usersMayNotAnswer() {
  return { ...organisation, settings: { ...organisation.settings, usersMayAnswer: false } };
}
