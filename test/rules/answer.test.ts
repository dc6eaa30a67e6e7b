import { describe, expect, test } from '@jest/globals';
import { type Deal, declineReasons, type Status } from '../../src/deals/deal.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import { decide, type Request } from '../../src/rules/decide.ts';
import type { Outcome } from '../../src/rules/outcome.ts';
import { maySeeContact } from '../../src/rules/permissions.ts';
import { acceptance, day, monday, organisation, received, seller, settings } from '../fixtures/opportunity.ts';

function ask(
  deal: Deal,
  command: Request['command'],
  actor: PersonActor = seller(),
  now = monday,
  with_ = organisation,
) {
  return decide(deal, { command, actor } as Request, now, with_);
}

function codes(outcome: Outcome): string[] {
  return outcome.ok
    ? []
    : outcome.refusals.map(({ code, rule, field }) => [rule, code, field].filter(Boolean).join(' '));
}

function done(outcome: Outcome): Deal {
  if (!outcome.ok) throw new Error(`refused: ${codes(outcome)}`);
  return outcome.deal;
}

const declining = { kind: 'decline', reason: 'budget', notes: '' } as const;

describe('L3, L5, L6: what a deal can become', () => {
  const commands = { accept: acceptance(), decline: declining };
  test.each<[string, Status, keyof typeof commands, string]>([
    ['L3', 'received', 'accept', ''],
    ['L3', 'received', 'decline', ''],
    ['A4', 'accepted', 'accept', 'A4 alreadyAccepted'],
    ['A4', 'accepted', 'decline', 'A4 alreadyAccepted'],
    ['L6', 'declined', 'accept', 'L6 alreadyDeclined'],
    ['L6', 'declined', 'decline', 'L6 alreadyDeclined'],
    ['L5', 'expired', 'accept', 'L5 expired'],
    ['L5', 'expired', 'decline', 'L5 expired'],
    ['L6', 'won', 'accept', 'L6 archived'],
    ['L6', 'won', 'decline', 'L6 archived'],
    ['L6', 'lost', 'accept', 'L6 archived'],
    ['L6', 'lost', 'decline', 'L6 archived'],
  ])('%s: %s, then %s gives "%s"', (_rule, status, command, refused) => {
    const deal = { ...received(), status };
    expect(codes(ask(deal, commands[command])).join()).toBe(refused);
  });

  test('L5: at respond-by an answer is too late though the expiry is not written; a millisecond before it is in time', () => {
    const deal = received();
    const respondBy = Date.parse(deal.respondBy);
    expect(codes(ask(deal, acceptance(), seller(), respondBy))).toEqual(['L5 expired']);
    expect(ask(deal, acceptance(), seller(), respondBy - 1).ok).toBe(true);
  });

  test('L5: the clock expires a deal at respond-by and not before', () => {
    const deal = received();
    const expire = (now: number) =>
      done(decide(deal, { command: { kind: 'expire' }, actor: { kind: 'clock' } }, now, organisation));
    expect(expire(Date.parse(deal.respondBy) - 1).status).toBe('received');
    expect(expire(Date.parse(deal.respondBy)).status).toBe('expired');
  });
});

describe('A1, E3: what the accept form must hold', () => {
  test.each<[string, Partial<ReturnType<typeof acceptance>>, string]>([
    ['A1 a name', { name: '  ' }, 'A1 nameMissing name'],
    ['E3 at most 200 characters', { name: 'x'.repeat(201) }, 'E3 nameTooLong name'],
    ['A1 a value', { amount: '' }, 'A1 amountMissing amount'],
    ['E3 greater than zero', { amount: '0.00' }, 'E3 amountInvalid amount'],
    ['E3 not negative', { amount: '-5' }, 'E3 amountInvalid amount'],
    ['E3 two decimals', { amount: '1.234' }, 'E3 amountInvalid amount'],
    ['E3 12 digits', { amount: '1234567890123' }, 'E3 amountInvalid amount'],
    ['E3 a number', { amount: 'a lot' }, 'E3 amountInvalid amount'],
    ['A1 a currency', { currency: '' }, 'A1 currencyMissing currency'],
    ['E3 of ISO 4217', { currency: 'XXQ' }, 'E3 currencyInvalid currency'],
    ['A1 a close date', { closeDate: '' }, 'A1 closeDateMissing closeDate'],
    ['E3 a real day', { closeDate: '2027-02-30' }, 'E3 closeDateInvalid closeDate'],
    ['E3 not in the past', { closeDate: '2026-11-01' }, 'E3 closeDatePast closeDate'],
    ['E3 notes of at most 4,000', { notes: 'x'.repeat(4001) }, 'E3 notesTooLong notes'],
    ['E3 a short CRM id', { crmId: 'x'.repeat(101) }, 'E3 crmIdTooLong crmId'],
    ['E3 a short campaign id', { campaignId: 'x'.repeat(101) }, 'E3 campaignIdTooLong campaignId'],
    ['C5 a phone number', { phone: 'call me' }, 'C5 phoneInvalid phone'],
    ['A2 colleagues who are known', { unknownColleagues: ['nobody'] }, 'A2 colleagueUnknown colleagues'],
    [
      'C5 at most 50 in the team',
      { colleagues: Array.from({ length: 50 }, (_, at) => ({ name: `${at}` })) },
      'C5 tooManyColleagues colleagues',
    ],
  ])('%s', (_rule, wrong, refused) => {
    expect(codes(ask(received(), acceptance(wrong)))).toEqual([refused]);
  });

  test('everything that is wrong is said at once', () => {
    expect(codes(ask(received(), acceptance({ name: '', amount: '', closeDate: '' })))).toHaveLength(3);
  });

  test.each([
    ['the last minute of the day in Vienna', '2026-11-02', '2026-11-02T22:59:00.000Z', 'Europe/Vienna', true],
    ['the next day in Vienna, the same in UTC', '2026-11-02', '2026-11-02T23:01:00.000Z', 'Europe/Vienna', false],
    ['still the day before in Los Angeles', '2026-11-02', '2026-11-03T05:00:00.000Z', 'America/Los_Angeles', true],
  ])('E3: "today" is the seller\'s: %s', (_case, closeDate, now, timeZone, fine) => {
    expect(ask(received(), acceptance({ closeDate }), seller({ timeZone }), Date.parse(now)).ok).toBe(fine);
  });
});

describe('A2, A3, V2, L7: what accepting keeps', () => {
  const colleague = { personId: 'person-ben', name: 'Ben Adler' };
  const deal = done(
    ask(
      received(),
      acceptance({ notes: ' wants a pilot ', crmId: 'CRM-7', phone: '+43 660 1', colleagues: [colleague] }),
    ),
  );

  test('V2, A2: who accepts joins the team, with their phone, and brings colleagues', () => {
    expect(deal.team).toEqual([
      { personId: 'person-ada', name: 'Ada Keller', email: 'ada.keller@nordwind.example', phone: '+43 660 1' },
      colleague,
    ]);
  });

  test('E4: a note keeps its author and time', () => {
    expect(deal.notes).toEqual([
      {
        text: 'wants a pilot',
        by: { kind: 'person', personId: 'person-ada', name: 'Ada Keller' },
        at: '2026-11-02T09:12:44.000Z',
      },
    ]);
  });

  test('L7: the history says what, by whom, when, from where, and what changed', () => {
    expect(deal.history.at(-1)).toMatchObject({
      what: 'accepted',
      by: { kind: 'person', personId: 'person-ada' },
      at: '2026-11-02T09:12:44.000Z',
      from: 'teams',
      changes: {
        value: { before: { amount: '120000', currency: 'CHF' }, after: { amount: '150000.50', currency: 'CHF' } },
      },
    });
  });

  test('A4, N5: the sender is to be told', () => {
    const outcome = ask(received(), acceptance());
    expect(outcome.ok && outcome.notices.map(({ task }) => task.kind)).toContain('tellSender');
  });

  test("the same person's repeated click finds it done; another person is refused", () => {
    expect(ask(deal, acceptance())).toEqual({ ok: true, deal, notices: [], changed: false });
    expect(codes(ask(deal, acceptance(), seller({ personId: 'person-ben' })))).toEqual(['A4 alreadyAccepted']);
  });
});

describe('D1 to D3: declining', () => {
  test.each([...declineReasons])('D1: "%s" is a reason', (reason) => {
    const deal = done(ask(received(), { kind: 'decline', reason, notes: 'why' }));
    expect([deal.status, deal.answer?.reason]).toEqual(['declined', reason]);
  });

  test.each([
    ['D1 a reason', { reason: '', notes: '' }, ['D1 reasonMissing reason']],
    ['D1 of the list', { reason: 'tired', notes: '' }, ['D1 reasonMissing reason']],
    ['D2 notes for "other"', { reason: 'other', notes: '  ' }, ['D2 notesNeeded notes']],
    ['E3 notes of at most 4,000', { reason: 'budget', notes: 'x'.repeat(4001) }, ['E3 notesTooLong notes']],
  ])('%s', (_rule, form, refused) => {
    expect(codes(ask(received(), { kind: 'decline', ...form }))).toEqual(refused);
  });

  test("D3: the sender is told, and the same person's repeated click changes nothing", () => {
    const outcome = ask(received(), declining);
    expect(outcome.ok && outcome.notices.map(({ task }) => task.kind)).toContain('tellSender');
    const deal = done(outcome);
    expect(ask(deal, declining)).toEqual({ ok: true, deal, notices: [], changed: false });
  });
});

describe('V1 to V4: who may do what', () => {
  const usersMayNot = { ...settings, usersMayAnswer: false };
  test.each([
    ['V1 partner admin', { roles: ['partnerAdmin'] as const }, settings, ''],
    ['V1 referrals admin', { roles: ['referralsAdmin'] as const }, settings, ''],
    ['V1 referrals user', { roles: ['referralsUser'] as const }, settings, ''],
    [
      'V1 referrals user where the setting is off',
      { roles: ['referralsUser'] as const },
      usersMayNot,
      'V1 usersMayNotAnswer',
    ],
    ['V1 admin where the setting is off', { roles: ['referralsAdmin'] as const }, usersMayNot, ''],
    ['V1 nobody without a role', { roles: [] }, settings, 'V1 noRole'],
    ['V3 no guest, whatever role', { guest: true, roles: ['referralsAdmin'] as const }, settings, 'V3 guest'],
    ['V3 nobody of another organisation', { orgId: 'fabrikam' }, settings, 'V3 otherTenant'],
  ])('%s', (_rule, who, with_, refused) => {
    for (const command of [acceptance(), declining]) {
      const house = { ...organisation, settings: with_ };
      expect(codes(ask(received(), command, seller(who as Partial<PersonActor>), monday, house)).join()).toBe(refused);
    }
  });

  test.each([
    ['V4 received: who may answer', received(), {}, undefined],
    ['V4 received: nobody else', received(), { roles: [] }, 'noRole'],
    ['V1 accepted: the team', done(ask(received(), acceptance())), {}, undefined],
    [
      'V1 accepted: an admin',
      done(ask(received(), acceptance())),
      { personId: 'person-x', roles: ['referralsAdmin'] },
      undefined,
    ],
    ['V1 accepted: no other user', done(ask(received(), acceptance())), { personId: 'person-x' }, 'notOnTeam'],
    ['V3 accepted: no guest', done(ask(received(), acceptance())), { guest: true }, 'guest'],
  ])("the customer's contact, %s", (_rule, deal, who, code) => {
    expect(maySeeContact(seller(who as Partial<PersonActor>), deal, settings)?.code).toBe(code);
  });
});

test('a refused command changes nothing of what it was given', () => {
  const deal = received();
  const before = structuredClone(deal);
  ask(deal, acceptance({ amount: '-1' }), seller(), monday + day);
  expect(deal).toEqual(before);
});
