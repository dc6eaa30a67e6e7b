import { describe, expect, test } from '@jest/globals';
import type { Deal } from '../../../src/deals/deal.ts';
import type { ColumnId } from '../../../src/intake/bulk/columns.ts';
import { type Circumstances, planChange, planCreate } from '../../../src/intake/bulk/plan.ts';
import { textOf } from '../../../src/intake/bulk/problems.ts';
import type { BulkRow } from '../../../src/intake/bulk/rows.ts';
import type { PersonActor } from '../../../src/rules/actor.ts';
import { acceptance, day, monday, organisation, received, seller } from '../../fixtures/opportunity.ts';
import { became, forMicrosoft, ownDeal } from '../../fixtures/own-deal.ts';

const admin = seller({ roles: ['referralsAdmin'] });

function circumstances(actor: PersonActor = admin, now = monday): Circumstances {
  return {
    organisation,
    actor,
    now,
    solution: (id) => (id.startsWith('SOL-') ? { id, name: `Solution ${id}`, kind: 'own' } : undefined),
    personId: () => undefined,
  };
}

type Cells = Partial<Record<ColumnId, string>>;

function row(cells: Cells, solutions: string[] = [], team: string[] = []): BulkRow {
  const listed = (heading: string, texts: string[]) =>
    texts.map((text, at) => ({ heading: `${heading} ${at + 1}`, text }));
  return { line: 2, cells, solutions: listed('Solution', solutions), team: listed('Team member', team) };
}

const standing = (status: string, substatus: string, more: Cells = {}): Cells => ({ status, substatus, ...more });
const won = { kind: 'win', amount: '1', currency: 'CHF', closeDate: '2027-03-31', notes: '' } as const;

const lives: Record<string, Deal> = {
  waiting: received(),
  own: ownDeal(),
  accepted: became(received(), acceptance({ name: 'Milk', amount: '1' }), admin),
  declined: became(received(), { kind: 'decline', reason: 'budget', notes: '' }, admin),
  expired: became(received(), { kind: 'expire' }, { kind: 'clock' }, monday + 14 * day),
  won: became(ownDeal(), won),
  lost: became(ownDeal(), { kind: 'lose', reason: 'budget', notes: '' }),
  cosell: became(ownDeal(), forMicrosoft()),
};

function change(life: string, of: BulkRow, at = circumstances()): string[] {
  const plan = planChange(lives[life] as Deal, of, at);
  return plan.kind === 'wrong'
    ? plan.problems.map(textOf)
    : plan.kind === 'change'
      ? plan.commands.map(({ kind }) => kind)
      : [];
}

describe('what a row makes of a deal', () => {
  test.each<[string, string, Cells, string[]]>([
    [
      'nothing, where it says the same',
      'own',
      { name: 'Alpenmilch lakehouse', amount: '120000.00', ...standing('Active', 'accepted') },
      [],
    ],
    ['nothing, where the file has no other column', 'waiting', {}, []],
    ['nothing, where only the status is said', 'own', { status: 'Active' }, []],
    ['nothing, where Partner Center calls it pending', 'waiting', standing('New', 'Pending'), []],
    ['L3 accepted', 'waiting', standing('Active', 'Accepted', { name: 'Milk' }), ['accept']],
    ['L3 declined', 'waiting', standing('Closed', 'Declined', { reason: '2' }), ['decline']],
    ['W1 won, with its value', 'own', standing('Closed', 'Won', { amount: '5' }), ['win']],
    ['W1 won, with its name', 'own', standing('Closed', 'Won', { amount: '5', name: 'Milk' }), ['edit', 'win']],
    ['W1 lost, with its value', 'own', standing('Closed', 'Lost', { reason: '1', amount: '5' }), ['edit', 'lose']],
    ['E4 another note', 'own', { notes: 'Our own notes\nmore' }, ['note']],
    ['E4 another note with the end', 'own', standing('Closed', 'Won', { notes: 'Our own notes\nmore' }), ['win']],
    ['nothing, however closed', 'won', standing('Closed', 'Won'), []],
    ['nothing, once Microsoft takes part', 'cosell', { helpRequired: 'Yes' }, []],
  ])('%s', (_what, life, cells, commands) => {
    expect(change(life, row(cells))).toEqual(commands);
  });

  test.each<[string, string[], string[], string[]]>([
    ['E1 other solutions', ['SOL-0009'], [], ['edit']],
    ['nothing for the same ones', ['SOL-0001-ABC'], [], []],
    ['nothing for a price, which is not kept', ['SOL-0001-ABC, EUR, 7, 1'], [], []],
    ['E1 another team', [], ['Ben, Adler, +43 1 000 00 02, ben@nordwind.example'], ['edit']],
    ['nothing for the same', [], ['Ada, Keller, +43 1 000 00 01, ada.keller@nordwind.example'], []],
  ])('%s', (_what, solutions, team, commands) => {
    expect(change('own', row({}, solutions, team))).toEqual(commands);
  });
});

describe('what a row cannot make of a deal', () => {
  test.each<[string, string, Cells, string[]]>([
    [
      'L3',
      'waiting',
      standing('Closed', 'Won'),
      ['must be accepted before anything else of it is changed: write Active and Accepted as its status (L3)'],
    ],
    [
      'L3',
      'waiting',
      standing('New', 'Received', { crmId: '7' }),
      ['must be accepted before anything else of it is changed: write Active and Accepted as its status (L3)'],
    ],
    ['L3', 'own', standing('New', 'Received'), ['Partner Referral Substatus: an accepted deal does not go back (L3)']],
    [
      'L5',
      'waiting',
      standing('Closed', 'Expired'),
      ['Partner Referral Substatus: a deal expires by itself, when its time is over (L5)'],
    ],
    ['L5', 'expired', standing('Active', 'Accepted'), ['the time to answer is over (L5)']],
    ['A4', 'accepted', standing('Closed', 'Declined', { reason: '1' }), ['the deal was accepted already (A4)']],
    ['L6', 'declined', standing('Active', 'Accepted'), ['the deal was declined already (L6)']],
    ['L6', 'won', standing('Active', 'Accepted'), ['the deal is won, and changes no more (L6)']],
    [
      'L6',
      'won',
      standing('New', 'Received'),
      ['Partner Referral Substatus: the deal is won, and changes no more (L6)'],
    ],
    ['L6', 'won', standing('Closed', 'Lost', { reason: '1' }), ['the deal is won, and changes no more (L6)']],
    ['L6', 'lost', { amount: '7', notes: 'more' }, ['the deal is lost, and changes no more (L6)']],
    [
      'L6',
      'lost',
      standing('Closed', 'Lost', { reason: '2' }),
      ['Declined/Lost reason: the deal is lost, and changes no more (L6)'],
    ],
    ['L6', 'declined', { notes: 'more' }, ['the deal is declined, and changes no more (L6)']],
    ['L6', 'expired', { crmId: '7' }, ['the deal is expired, and changes no more (L6)']],
    ['D1', 'waiting', standing('Closed', 'Declined'), ['Declined/Lost reason: must be a number from 1 to 8 (D1)']],
    [
      'D1',
      'own',
      standing('Closed', 'Lost', { reason: '9' }),
      ['Declined/Lost reason: must be a number from 1 to 8 (D1)'],
    ],
    ['D2', 'own', standing('Closed', 'Lost', { reason: '8' }), ['Notes: must say why, where the reason is 8 (D2)']],
    [
      'L1',
      'own',
      standing('Closed', ''),
      ['Partner Referral Substatus: must say how it was closed: Won, Lost or Declined (L1)'],
    ],
    ['L1', 'own', standing('Open', ''), ['Partner Referral Status: must be New, Active or Closed (L1)']],
    [
      'L1',
      'own',
      standing('Active', 'Engaged'),
      ['Partner Referral Substatus: must be Received, Accepted, Won, Lost, Declined or Expired (L1)'],
    ],
    [
      'L1',
      'own',
      standing('Active', 'Won'),
      ['Partner Referral Status: must be Closed where the substatus is Won (L1)'],
    ],
    [
      'A1, E3',
      'own',
      { name: '', amount: '', currency: 'QQQ', closeDate: '02/30/2027' },
      [
        'Deal Name: is missing (A1)',
        'Estimated Deal Value: is missing (A1)',
        'Currency: must be an ISO 4217 code, as EUR (E3)',
        'Estimated Close Date: must be a day as MM/DD/YYYY (E3)',
      ],
    ],
    [
      'E3',
      'own',
      { amount: '-5' },
      [
        'Estimated Deal Value: must be a number greater than zero, with at most 12 digits before and 2 after the point, as 50000.50 (E3)',
      ],
    ],
    ['E3', 'own', { closeDate: '11/01/2026' }, ['Estimated Close Date: must not be past (E3)']],
    ['E3', 'own', { crmId: 'x'.repeat(101) }, ['CRM ID: must have at most 100 characters (E3)']],
    ['E3', 'own', { notes: 'x'.repeat(4001) }, ['Notes: must have at most 4,000 characters (E3)']],
    ['A1', 'waiting', standing('Active', 'Accepted'), ['Deal Name: is missing (A1)']],
    [
      'C2, C3, C7, C8',
      'own',
      { helpRequired: 'Yes', help: '7' },
      [
        'What specific help from Microsoft?: must be a number from 1 to 6 (C7)',
        'Notes to Microsoft: must say what is wanted of Microsoft (C8)',
        'Customer Contact First Name: is missing (C2)',
        'Customer Contact Phone number: must be a phone number, as +44 20 7946 0000 (C2)',
        'Customer Contact Email Address: must be an e-mail address (C2)',
        'Consent to share Customer/Partner contact: must be Yes where Microsoft is asked for help (C3)',
      ],
    ],
    [
      'C3, C7',
      'own',
      { helpRequired: 'maybe', consent: '?' },
      [
        'Microsoft help required?: must be Yes or No (C7)',
        'Consent to share Customer/Partner contact: must be Yes or No (C3)',
      ],
    ],
  ])('%s: %s, %j', (_rules, life, cells, problems) => {
    const now = life === 'expired' ? monday + 14 * day : monday;
    expect(change(life, row(cells), circumstances(admin, now))).toEqual(problems);
  });

  test.each<[string, string[], string[], string[]]>([
    [
      'C6',
      ['S-9, EUR'],
      [],
      ['Solution 1: is no solution of the directory: "directory import solutions" adds some (C6)'],
    ],
    ['C5', [], ['Ben Adler'], ['Team member 1: must be first name, last name, phone, email (C5)']],
    [
      'C5',
      [],
      ['Ada, Keller, +43 1 000 00 01, ada.keller@nordwind.example', 'Ben, Adler, soon, ben'],
      ['Team member 2: has no phone number, as +44 20 7946 0000 (C5)', 'Team member 2: must be an e-mail address (C5)'],
    ],
    [
      'E2',
      [],
      ['Ada, Keller, , ada.keller@nordwind.example'],
      ['Team member 1: somebody must have a name, a phone number and an e-mail address (E2)'],
    ],
    [
      'C5',
      [],
      Array.from({ length: 51 }, (_, at) => `P, ${at}, +43 1 000 00 01, p${at}@nordwind.example`),
      ['Team member 1: must be 50 people at the most (C5)'],
    ],
    [
      'C6',
      Array.from({ length: 51 }, (_, at) => `SOL-${at}`),
      [],
      ['Solution 1: must be 50 solutions at the most (C6)'],
    ],
  ])('%s: %j %j', (_rule, solutions, team, problems) => {
    expect(change('own', row({}, solutions, team))).toEqual(problems);
  });

  test('I6: Microsoft is not asked for help with what came from somebody else', () => {
    const inbound = { ...(lives.accepted as Deal), parties: { microsoft: false, partners: 1 } };
    const plan = planChange(inbound, row({ helpRequired: 'Yes' }), circumstances());
    expect(plan.kind === 'wrong' && plan.problems.map(textOf)).toEqual([
      'only the organisation that started a deal invites others to it (I6)',
    ]);
  });

  test.each<[string, string, Partial<PersonActor>, Cells, string[]]>([
    ['V1', 'own', { personId: 'person-x' }, {}, ["only the deal's team and admins may do this (V1)"]],
    ['V1', 'waiting', { roles: [] }, {}, ['needs a role (V1)']],
    ['V3', 'waiting', { orgId: 'fabrikam' }, {}, ['belongs to another organisation (V3)']],
    ['V1', 'waiting', {}, standing('Active', 'Accepted', { name: 'Milk' }), ['accept']],
  ])('%s: %s by %j', (_rule, life, changes, cells, result) => {
    expect(change(life, row(cells), circumstances(seller(changes)))).toEqual(result);
  });
});

describe('what a row without an id creates', () => {
  const cells: Cells = {
    name: 'Spring deal',
    customerName: 'Contoso',
    addressLine1: 'One Way',
    city: 'Reading',
    country: 'gb',
    amount: '12563,50',
    currency: 'gbp',
    closeDate: '1/30/2027',
  };
  const team = ['Ada, Keller, +43 1 000 00 01, ada.keller@nordwind.example'];
  const plan = (changes: Cells, solutions = ['SOL-1'], people = team) =>
    planCreate('deal-new', row({ ...cells, ...changes }, solutions, people), circumstances());
  const problems = (...of: Parameters<typeof plan>) => {
    const made = plan(...of);
    return made.kind === 'wrong' ? made.problems.map(textOf) : [];
  };

  test('L2, T1: a private deal, accepted', () => {
    expect(plan({})).toMatchObject({
      kind: 'create',
      after: { status: 'accepted', parties: { microsoft: false }, value: { amount: '12563.50', currency: 'GBP' } },
      remarks: [],
    });
  });

  test.each<[string, Cells, string[]]>([
    ['L2', standing('New', 'Accepted'), []],
    ['L2', standing('Active', ''), []],
    [
      'L2',
      standing('Closed', 'Won'),
      ['Partner Referral Substatus: a new deal is created accepted: write Active and Accepted (L2)'],
    ],
    [
      'L2',
      standing('New', 'Pending'),
      ['Partner Referral Substatus: a new deal is created accepted: write Active and Accepted (L2)'],
    ],
    [
      'C1',
      { customerName: '', addressLine1: '', city: '', country: 'Great Britain', duns: '12' },
      [
        'Customer Name: is missing (C1)',
        'Customer Address Line 1: is missing (C1)',
        'Customer City: is missing (C1)',
        'Customer Country: must be two letters (ISO 3166), as DE (C1)',
        'Customer D-U-N-S ID: must be nine digits (C1)',
      ],
    ],
    [
      'C2',
      { contactFirstName: 'John' },
      [
        'Customer Contact Phone number: must be a phone number, as +44 20 7946 0000 (C2)',
        'Customer Contact Email Address: must be an e-mail address (C2)',
      ],
    ],
    [
      'C4',
      { name: '', amount: '0', currency: '', closeDate: '' },
      [
        'Deal Name: is missing (A1)',
        'Estimated Deal Value: must be a number greater than zero, with at most 12 digits before and 2 after the point, as 50000.50 (E3)',
        'Currency: is missing (A1)',
        'Estimated Close Date: is missing (A1)',
      ],
    ],
    ['C7', { help: '3' }, ['Microsoft help required?: must be Yes or No (C7)']],
    ['C7', { helpRequired: 'perhaps' }, ['Microsoft help required?: must be Yes or No (C7)']],
  ])('%s: %j', (_rule, changes, wrong) => {
    expect(problems(changes)).toEqual(wrong);
  });

  test('C5, C6: with at least one solution and one person', () => {
    expect(problems({}, [], [])).toEqual([
      'Team member 1: somebody must have a name, a phone number and an e-mail address (E2)',
      'Solution 1: is missing (E2)',
    ]);
    expect(problems({}, ['S-1'], ['Ada'])).toEqual([
      'Solution 1: is no solution of the directory: "directory import solutions" adds some (C6)',
      'Team member 1: must be first name, last name, phone, email (C5)',
    ]);
  });

  test('with what it says in vain', () => {
    const made = plan({
      addressLine2: 'Floor 3',
      helpRequired: 'No',
      help: '3',
      shared: 'Yes',
      salesStage: '40',
      reason: '1',
    });
    expect(made.kind === 'create' && made.remarks.map(textOf)).toEqual([
      'Customer Address Line 2: is not used for a new deal',
      'Declined/Lost reason: is not used for a new deal',
      'Sales Stage: is not used for a new deal',
      'What specific help from Microsoft?: is not used for a new deal',
      'Share with Microsoft sales team: a deal is shared by asking Microsoft for help (C7)',
    ]);
  });
});
