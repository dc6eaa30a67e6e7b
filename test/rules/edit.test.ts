import { describe, expect, test } from '@jest/globals';
import { Deal, type TeamMember } from '../../src/deals/deal.ts';
import type { Solution } from '../../src/deals/opportunity.ts';
import { type Details, detailsOf, type Edit } from '../../src/rules/edit.ts';
import { day, monday, seller } from '../fixtures/opportunity.ts';
import { accepted, ada, admin, ask, closedStages, codes, done, outsiders } from './deals.ts';

const deal = accepted();
const base = detailsOf(deal);

function details(changes: Partial<Details>, seen: Details = base): Edit {
  return { kind: 'edit', section: 'details', base: seen, values: { ...seen, ...changes } };
}

function team(values: TeamMember[], seen: TeamMember[] = deal.team): Edit {
  return { kind: 'edit', section: 'team', base: seen, values };
}

const had: Solution[] = deal.opportunity.solutions;

function solutions(values: Solution[], seen: Solution[] = had): Edit {
  return { kind: 'edit', section: 'solutions', base: seen, values };
}

describe('E1: what can be edited', () => {
  test.each<[string, Edit, Partial<Deal>]>([
    ['name', details({ name: ' Pilot ' }), { name: 'Pilot' }],
    ['value', details({ amount: '1.5', currency: 'EUR' }), { value: { amount: '1.5', currency: 'EUR' } }],
    ['close date', details({ closeDate: '2027-01-31' }), { closeDate: '2027-01-31' }],
    ['CRM id', details({ crmId: 'CRM-7' }), { crmId: 'CRM-7' }],
    ['campaign id', details({ campaignId: 'spring' }), { campaignId: 'spring' }],
    ['team', team([ada, { name: ' Ben ', phone: '' }]), { team: [ada, { name: 'Ben' }] }],
    ['solutions', solutions([{ name: ' Fabric ', kind: 'own' }]), { solutions: [{ name: 'Fabric', kind: 'own' }] }],
  ])('%s', (_what, command, after) => {
    const edited = done(ask(deal, command));
    expect(edited).toMatchObject(after);
    expect(edited.history.at(-1)).toMatchObject({ what: 'edited', by: { personId: 'person-ada' }, from: 'teams' });
    expect(Object.keys(edited.history.at(-1)?.changes ?? {})).toEqual(Object.keys(after));
    // What is saved can be read again.
    expect(Deal.safeParse(JSON.parse(JSON.stringify(edited))).success).toBe(true);
  });

  test('what is emptied is gone', () => {
    const with_ = { ...deal, crmId: 'CRM-7', campaignId: 'spring' };
    const edited = done(ask(with_, details({ crmId: '', campaignId: ' ' }, detailsOf(with_))));
    expect([edited.crmId, edited.campaignId]).toEqual([undefined, undefined]);
  });

  test('what stays the same, but for white space, is no change', () => {
    for (const command of [
      details({ name: ` ${base.name} ` }),
      team([{ ...ada, email: ` ${ada.email}` }]),
      solutions(had),
    ]) {
      expect(ask(deal, command)).toMatchObject({ ok: true, changed: false });
    }
  });

  test('customer, sender and dates of the system stay', () => {
    const edited = done(ask(deal, details({ name: 'x', amount: '1', closeDate: '2027-01-01' })));
    expect([edited.opportunity, edited.respondBy, edited.parties, edited.direction]).toEqual([
      deal.opportunity,
      deal.respondBy,
      deal.parties,
      deal.direction,
    ]);
  });
});

describe('E3: what is wrong, at its field', () => {
  test.each<[string, Partial<Details>, string]>([
    ['a name', { name: '  ' }, 'A1 nameMissing name'],
    ['at most 200 characters', { name: 'x'.repeat(201) }, 'E3 nameTooLong name'],
    ['a value', { amount: '' }, 'A1 amountMissing amount'],
    ['greater than zero', { amount: '0.00' }, 'E3 amountInvalid amount'],
    ['two decimals', { amount: '1.234' }, 'E3 amountInvalid amount'],
    ['12 digits', { amount: '1234567890123' }, 'E3 amountInvalid amount'],
    ['a currency', { currency: '' }, 'A1 currencyMissing currency'],
    ['of ISO 4217', { currency: 'XXQ' }, 'E3 currencyInvalid currency'],
    ['a close date', { closeDate: '' }, 'A1 closeDateMissing closeDate'],
    ['a real day', { closeDate: '2027-02-30' }, 'E3 closeDateInvalid closeDate'],
    ['not in the past', { closeDate: '2026-11-01' }, 'E3 closeDatePast closeDate'],
    ['a short CRM id', { crmId: 'x'.repeat(101) }, 'E3 crmIdTooLong crmId'],
    ['a short campaign id', { campaignId: 'x'.repeat(101) }, 'E3 campaignIdTooLong campaignId'],
  ])('details: %s', (_what, wrong, refused) => {
    expect(codes(ask(deal, details(wrong)))).toEqual([refused]);
  });

  test('a close date that is past and stays is not in the way', () => {
    const late = monday + 200 * day;
    expect(codes(ask(deal, details({ name: 'Late' }), seller(), late))).toEqual([]);
    expect(codes(ask(deal, details({ closeDate: '2027-04-01' }), seller(), late))).toEqual([
      'E3 closeDatePast closeDate',
    ]);
  });

  const incomplete = 'E2 teamIncomplete team';
  test.each<[string, TeamMember[], string[]]>([
    ['E2 nobody', [], [incomplete]],
    ['E2 without a phone', [{ name: 'Ben', email: 'ben@x.example' }], [incomplete]],
    ['E2 without an e-mail', [{ name: 'Ben', phone: '+43 1 234' }], [incomplete]],
    [
      'E2 without a name',
      [{ name: ' ', phone: '+43 1 234', email: 'b@x.example' }],
      [incomplete, 'C5 contactNameMissing contactName'],
    ],
    ['C5 one complete contact is enough', [ada, { name: 'Ben' }], []],
    ['C5 a phone is a phone', [ada, { name: 'Ben', phone: 'call me' }], ['C5 phoneInvalid contactPhone']],
    ['C5 an e-mail is one', [ada, { name: 'Ben', email: 'ben' }], ['C5 contactEmailInvalid contactEmail']],
    ['E3 a name of 200', [ada, { name: 'x'.repeat(201) }], ['E3 nameTooLong contactName']],
    ['C5 at most 50', [ada, ...Array.from({ length: 50 }, (_, at) => ({ name: `${at}` }))], ['C5 teamTooLarge team']],
  ])('team: %s', (_what, values, refused) => {
    expect(codes(ask(deal, team(values)))).toEqual(refused);
  });

  test('C5: whoever is in the team stays, however their number was written', () => {
    const odd = accepted({ team: [ada, { name: 'Ben', phone: 'ext. 12', email: 'ben' }] });
    expect(codes(ask(odd, team([...odd.team, { name: 'Cem' }], odd.team)))).toEqual([]);
  });

  test.each<[string, Solution[], string]>([
    ['E2 none', [], 'E2 solutionsMissing solutions'],
    ['C6 without a name', [{ name: ' ', kind: 'own' }], 'C6 solutionNameMissing solution'],
    ['C6 too long a name', [{ name: 'x'.repeat(201) }], 'C6 solutionNameMissing solution'],
    ['C6 of a strange kind', [{ name: 'x', kind: 'borrowed' as 'own' }], 'C6 solutionNameMissing solution'],
    ['C6 at most 50', Array.from({ length: 51 }, (_, at) => ({ name: `${at}` })), 'C6 tooManySolutions solutions'],
  ])('solutions: %s', (_what, values, refused) => {
    expect(codes(ask(deal, solutions(values)))).toEqual([refused]);
  });
});

describe('who and when', () => {
  const commands = {
    details: details({ name: 'x' }),
    team: team([ada, { name: 'Ben' }]),
    solutions: solutions([{ name: 'x' }]),
  };

  test.each(outsiders)('%s', (_who, actor, refused) => {
    for (const command of Object.values(commands)) expect(codes(ask(deal, command, actor))).toEqual([refused]);
  });

  test.each(closedStages)('%s: %s', (_rule, status, refused) => {
    for (const command of Object.values(commands)) {
      expect(codes(ask({ ...deal, status }, command, admin))).toEqual([refused]);
    }
  });

  test('V1: an admin edits without being in the team', () => {
    for (const command of Object.values(commands)) expect(ask(deal, command, admin).ok).toBe(true);
  });
});

describe('E1: two editors', () => {
  test.each<[string, Edit, Edit]>([
    ['details', details({ name: 'first' }), details({ crmId: 'second' })],
    ['team', team([ada, { name: 'Ben' }]), team([ada, { name: 'Cem' }])],
    ['solutions', solutions([{ name: 'first' }]), solutions([{ name: 'second' }])],
  ])('%s: the second is refused, until they have seen what is there', (_section, first, second) => {
    const changed = done(ask(deal, first, admin));
    expect(codes(ask(changed, second))).toEqual(['E1 changedMeanwhile']);
    expect(ask(changed, { ...second, base: first.values } as Edit).ok).toBe(true);
  });

  test('of different sections are not in each other’s way', () => {
    const changed = done(ask(deal, details({ name: 'first' }), admin));
    expect(ask(changed, team([ada, { name: 'Ben' }])).ok).toBe(true);
  });

  test('who wanted the very same is done', () => {
    const changed = done(ask(deal, details({ name: 'same' }), admin));
    expect(ask(changed, details({ name: 'same' }))).toMatchObject({ ok: true, changed: false });
  });

  test('in which order a document’s members stand makes no difference', () => {
    const turned = { email: ada.email, phone: ada.phone, name: ada.name, personId: ada.personId } as TeamMember;
    expect(ask(deal, team([ada, { name: 'Ben' }], [turned])).ok).toBe(true);
    expect(ask(deal, team([turned]))).toMatchObject({ ok: true, changed: false });
  });
});

describe('what follows', () => {
  test('N4: every copy of the card is brought up to date', () => {
    const posting = { id: 'p', version: 1 } as unknown as Deal['postings'][number];
    const outcome = ask({ ...deal, postings: [posting] }, details({ name: 'x' }));
    expect(outcome.ok && outcome.notices.map(({ task }) => task)).toContainEqual({ kind: 'update', postingId: 'p' });
  });

  test('N6: a new close date begins its reminders anew, the same one keeps them', () => {
    const moved = ask(deal, details({ closeDate: '2027-01-31' }));
    const days = (outcome: typeof moved) =>
      outcome.ok ? outcome.notices.flatMap(({ task }) => (task.kind === 'remindClose' ? [task.days] : [])) : [];
    expect(days(moved)).toEqual([-7, 0, 7, 14, 21, 28]);
    expect(days(ask(deal, details({ name: 'x' })))).toEqual([]);
  });

  test.each([
    ['Europe/Vienna', '2027-07-04T07:00:00.000Z'],
    ['America/Los_Angeles', '2027-07-04T16:00:00.000Z'],
    ['Pacific/Kiritimati', '2027-07-03T19:00:00.000Z'],
    ['Asia/Kathmandu', '2027-07-04T03:15:00.000Z'],
    ['America/St_Johns', '2027-07-04T11:30:00.000Z'],
  ])('N6: the reminder of the day comes at nine in the morning of %s', (timeZone, at) => {
    const outcome = ask(deal, details({ closeDate: '2027-07-04' }), seller({ timeZone }));
    const onTheDay = outcome.ok && outcome.notices.find(({ task }) => task.kind === 'remindClose' && task.days === 0);
    expect(onTheDay).toMatchObject({ dueAt: Date.parse(at) });
  });

  test('N7: who is added by somebody else is told, once; nobody is told of what they did themselves', () => {
    const added = [ada, { personId: 'person-ben', name: 'Ben' }, { name: 'Typed' }];
    const told = (actor = seller()) => {
      const outcome = ask({ ...deal, team: [ada] }, team(added, [ada]), actor);
      return outcome.ok
        ? outcome.notices.flatMap(({ task }) => (task.kind === 'tellTeamMember' ? [task.personId] : []))
        : [];
    };
    expect(told()).toEqual(['person-ben']);
    expect(told({ ...admin, personId: 'person-ben' })).toEqual([]);
    const again = ask({ ...deal, team: added }, team([...added, { name: 'One more' }], added));
    expect(again.ok && again.notices.filter(({ task }) => task.kind === 'tellTeamMember')).toEqual([]);
  });
});
