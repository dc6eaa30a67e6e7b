import { isDeepStrictEqual } from 'node:util';
import { type Deal, declineReasons, type Status, solutionsOf, stageOf, statuses } from '../../deals/deal.ts';
import { closeDateOf, estimateOf, statusAt } from '../../deals/filters.ts';
import { helps } from '../../deals/opportunity.ts';
import type { Organisation } from '../../organisations/organisation.ts';
import type { PersonActor } from '../../rules/actor.ts';
import { type Create, create } from '../../rules/create.ts';
import { decide, type PersonCommand } from '../../rules/decide.ts';
import { type Details, detailsOf } from '../../rules/edit.ts';
import { maySeeContact, maySeeDeal } from '../../rules/permissions.ts';
import { cellsOf, notesOf, standings } from './cells.ts';
import { amountIn, type ColumnId, dayIn, headingOf, isSameCell, truthIn } from './columns.ts';
import { type Known, solutionsIn, teamIn } from './lists.ts';
import { newNote } from './notes.ts';
import { type Problem, problem, problemOf, textOf } from './problems.ts';
import type { BulkRow } from './rows.ts';

/** Who imports, when, and what is looked up. */
export interface Circumstances extends Known {
  organisation: Organisation;
  actor: PersonActor;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What a row comes to by the rules. `remarks`: what it says in vain. */
export type Plan =
  | { kind: 'create'; command: Create; after: Deal; remarks: Problem[] }
  /** Without a command, the deal says all that the row says. */
  | { kind: 'change'; commands: PersonCommand[]; after: Deal; remarks: Problem[] }
  | { kind: 'wrong'; problems: Problem[] };

/** The next thing that a row wants of a deal; undefined: nothing more. */
type Step = (deal: Deal) => PersonCommand | undefined;

/**
 * What is to be done so that a deal says what its row says, each step by the same rules as a click: it is accepted first and closed
 * last. A column that the file does not have changes nothing, and an empty cell is an empty field. All that is wrong is said at once,
 * and then nothing of the row is done.
 */
export function planChange(deal: Deal, row: BulkRow, at: Circumstances): Plan {
  const { actor, organisation, now } = at;
  const hidden = maySeeDeal(actor, deal);
  if (hidden !== undefined) return { kind: 'wrong', problems: [problemOf(hidden)] };
  const status = statusAt(deal, now);
  const wanted = standingIn(row);
  const problems = [
    ...(typeof wanted === 'object' ? [wanted] : whyNotBecome(wanted, status)),
    ...whyNotReason(row, wanted, deal, now),
    ...wrongTruths(row),
    ...solutionsIn(row, solutionsOf(deal), at).problems,
    ...teamIn(row, deal, at).problems,
  ];
  if (problems.length > 0 || typeof wanted === 'object') return { kind: 'wrong', problems };

  const commands: PersonCommand[] = [];
  let after = deal;
  for (const step of stepsOf(row, wanted, at)) {
    const command = step(after);
    if (command === undefined) continue;
    const outcome = decide(after, { command, actor }, now, organisation);
    if (outcome.ok) {
      after = outcome.deal;
      commands.push(command);
      continue;
    }
    problems.push(...outcome.refusals.map((refusal) => problemOf(refusal, statusAt(after, now))));
    // Whatever else the row says would be refused because of this alone.
    if (command.kind === 'accept') break;
  }
  if (problems.length > 0) return { kind: 'wrong', problems: distinct(problems) };
  const hasContact = maySeeContact(actor, deal, organisation.settings) === undefined;
  return { kind: 'change', commands, after, remarks: remarksOn(row, after, now, hasContact) };
}

/** C1 to C8: the deal that a row makes, all of whose columns are empty that Partner Center fills in. */
export function planCreate(dealId: string, row: BulkRow, at: Circumstances): Plan {
  const cell = (id: ColumnId) => row.cells[id] ?? '';
  const solutions = solutionsIn(row, [], at);
  const team = teamIn(row, { team: [] }, at);
  const wantsHelp = truthIn(cell('helpRequired')) === true;
  const command: Create = {
    dealId,
    customer: {
      name: cell('customerName'),
      addressLine1: cell('addressLine1'),
      city: cell('city'),
      state: cell('state'),
      postalCode: cell('postalCode'),
      country: cell('country'),
      duns: dunsIn(cell('duns')),
    },
    contact: contactIn(row),
    consent: truthIn(cell('consent')) === true,
    values: { ...detailsIn(row, noDetails), notes: cell('notes') },
    team: team.items,
    solutions: solutions.items,
    microsoft: wantsHelp ? { help: helpIn(row), helpNotes: cell('helpNotes') } : undefined,
    invitations: [],
  };
  const made = create(command, at.actor, at.organisation, at.now);
  // Of a list with a wrong cell, the rest says nothing.
  const told = [...(solutions.problems.length > 0 ? ['solutions'] : []), ...(team.problems.length > 0 ? ['team'] : [])];
  const refusals = made.ok ? [] : made.refusals.filter(({ field = '' }) => !told.includes(field));
  const problems = [
    ...whyNotNew(row),
    ...wrongTruths(row),
    ...refusals.map((refusal) => problemOf(refusal)),
    ...solutions.problems,
    ...team.problems,
  ];
  if (!made.ok || problems.length > 0) return { kind: 'wrong', problems };
  return { kind: 'create', command, after: made.deal, remarks: remarksOnNew(row, wantsHelp) };
}

function stepsOf(row: BulkRow, wanted: Status | undefined, at: Circumstances): Step[] {
  const { now, actor } = at;
  const noteIn = (deal: Deal) => newNote(row.cells.notes ?? '', notesOf(deal));
  const isToBecome = (deal: Deal, ...some: Status[]) =>
    wanted !== undefined && some.includes(wanted) && statusAt(deal, now) !== wanted;
  const details = (deal: Deal) => detailsIn(row, ownDetails(deal), cellsOf(deal, now).cells);

  function accepting(deal: Deal): PersonCommand | undefined {
    if (!isToBecome(deal, 'accepted')) return undefined;
    const team = teamIn(row, deal, at).items;
    const isActor = ({ personId, email }: (typeof team)[number]) =>
      personId === actor.personId || (email !== undefined && email.toLowerCase() === actor.email?.toLowerCase());
    return {
      kind: 'accept',
      ...details(deal),
      notes: noteIn(deal),
      phone: team.find(isActor)?.phone ?? '',
      colleagues: team.filter((member) => !isActor(member)),
      unknownColleagues: [],
    };
  }

  function editing(deal: Deal): PersonCommand | undefined {
    const own = ownDetails(deal);
    const values = details(deal);
    // W2: the final value and close date come with the end itself.
    const { amount, currency, closeDate } = own;
    const isLeftToTheEnd =
      isToBecome(deal, 'won') && isDeepStrictEqual({ ...values, amount, currency, closeDate }, own);
    if (isLeftToTheEnd || isDeepStrictEqual(values, own)) return undefined;
    return { kind: 'edit', section: 'details', base: detailsOf(deal), values };
  }

  function editingSolutions(deal: Deal): PersonCommand | undefined {
    const base = [...solutionsOf(deal)];
    const values = solutionsIn(row, base, at).items;
    return isDeepStrictEqual(values, base) ? undefined : { kind: 'edit', section: 'solutions', base, values };
  }

  function editingTeam(deal: Deal): PersonCommand | undefined {
    const values = teamIn(row, deal, at).items;
    return isDeepStrictEqual(values, deal.team)
      ? undefined
      : { kind: 'edit', section: 'team', base: deal.team, values };
  }

  /** I5: the deal becomes co-sell. */
  function invitingMicrosoft(deal: Deal): PersonCommand | undefined {
    if (deal.parties.microsoft || truthIn(row.cells.helpRequired ?? '') !== true) return undefined;
    const [contact] = deal.opportunity.customer.contacts;
    const typed = contactIn(row);
    const { name = '', phone = '', email = '' } = contact ?? {};
    return {
      kind: 'inviteMicrosoft',
      help: helpIn(row),
      helpNotes: row.cells.helpNotes ?? '',
      contact: typed.name + typed.phone + typed.email === '' ? { name, phone, email } : typed,
      consent: truthIn(row.cells.consent ?? '') === true,
    };
  }

  function closing(deal: Deal): PersonCommand | undefined {
    const notes = noteIn(deal);
    if (isToBecome(deal, 'won')) {
      const { amount, currency, closeDate } = details(deal);
      return { kind: 'win', amount, currency, closeDate, notes };
    }
    if (!isToBecome(deal, 'lost', 'declined')) return undefined;
    return { kind: wanted === 'lost' ? 'lose' : 'decline', reason: reasonIn(row), notes };
  }

  function noting(deal: Deal): PersonCommand | undefined {
    const text = noteIn(deal);
    return text === '' ? undefined : { kind: 'note', text };
  }

  return [accepting, editing, editingSolutions, editingTeam, invitingMicrosoft, closing, noting];
}

/** L1: how the deal is to stand. Undefined: the row says nothing of it. */
function standingIn({ cells }: BulkRow): Status | undefined | Problem {
  const status = cells.status?.toLowerCase() ?? '';
  const substatus = cells.substatus?.toLowerCase() ?? '';
  if (substatus === '') {
    if (status === '') return undefined;
    if (status === 'closed') return problem('substatus', 'must say how it was closed: Won, Lost or Declined', 'L1');
    const [found] = statuses.filter((one) => standings[one][0].toLowerCase() === status);
    return found ?? problem('status', 'must be New, Active or Closed', 'L1');
  }
  // Partner Center tells one that nobody has opened yet from one that somebody has.
  const found = statuses.find((one) => one === (substatus === 'pending' ? 'received' : substatus));
  if (found === undefined) {
    return problem('substatus', 'must be Received, Accepted, Won, Lost, Declined or Expired', 'L1');
  }
  const [right, name] = standings[found];
  if (status === '' || status === right.toLowerCase()) return found;
  return problem('status', `must be ${right} where the substatus is ${name}`, 'L1');
}

/** L3: what no person can make of a deal. Everything else the rules say. */
function whyNotBecome(wanted: Status | undefined, status: Status): Problem[] {
  if (wanted === undefined || wanted === status || !['received', 'expired'].includes(wanted)) return [];
  if (stageOf(status) === 'archived') return [problem('substatus', `the deal is ${status}, and changes no more`, 'L6')];
  return [
    wanted === 'expired'
      ? problem('substatus', 'a deal expires by itself, when its time is over', 'L5')
      : problem('substatus', 'an accepted deal does not go back', 'L3'),
  ];
}

/** L6: why a deal was declined or lost stays. */
function whyNotReason(row: BulkRow, wanted: Status | undefined | Problem, deal: Deal, now: number): Problem[] {
  const status = statusAt(deal, now);
  const { reason = '' } = row.cells;
  const isGiven = (status === 'lost' || status === 'declined') && (wanted === undefined || wanted === status);
  if (!isGiven || isSameCell('reason', reason, cellsOf(deal, now).cells.reason) || reason === '') return [];
  return [problem('reason', `the deal is ${status}, and changes no more`, 'L6')];
}

/** L2. */
function whyNotNew({
  cells: { status = '', substatus = '', helpRequired = '', help = '', helpNotes = '' },
}: BulkRow): Problem[] {
  const isAccepted =
    ['', 'new', 'active'].includes(status.toLowerCase()) && ['', 'accepted'].includes(substatus.toLowerCase());
  const isUnsaid = helpRequired === '' && help + helpNotes !== '';
  return [
    ...(isAccepted ? [] : [problem('substatus', 'a new deal is created accepted: write Active and Accepted', 'L2')]),
    ...(isUnsaid ? [problem('helpRequired', 'must be Yes or No', 'C7')] : []),
  ];
}

function wrongTruths({ cells }: BulkRow): Problem[] {
  const rules = { helpRequired: 'C7', shared: 'C7', consent: 'C3' } as const;
  return Object.entries(rules).flatMap(([id, rule]) =>
    truthIn(cells[id as ColumnId] ?? '') === undefined ? [problem(id as ColumnId, 'must be Yes or No', rule)] : [],
  );
}

const noDetails: Details = { name: '', amount: '', currency: '', closeDate: '', crmId: '', campaignId: '' };

/** A1: what a row does not say is as the sender had it, until there is something of one's own. */
function ownDetails(deal: Deal): Details {
  const value = estimateOf(deal);
  return {
    ...detailsOf(deal),
    name: deal.name ?? deal.opportunity.name ?? '',
    amount: value?.amount ?? '',
    currency: value?.currency ?? '',
    closeDate: closeDateOf(deal) ?? '',
  };
}

/** `shown`: the cells of the deal. One that says the same in other digits changes nothing. */
function detailsIn(row: BulkRow, own: Details, shown?: Record<ColumnId, string>): Details {
  const said = (id: keyof Details, read: (text: string) => string = (text) => text) => {
    const cell = row.cells[id];
    return cell === undefined || (shown !== undefined && isSameCell(id, cell, shown[id])) ? own[id] : read(cell);
  };
  return {
    name: said('name'),
    amount: said('amount', amountIn),
    currency: said('currency', (text) => text.toUpperCase()),
    closeDate: said('closeDate', dayIn),
    crmId: said('crmId'),
    campaignId: said('campaignId'),
  };
}

/** C2: empty fields throughout where there is none. */
function contactIn({ cells }: BulkRow): Create['contact'] {
  const { contactFirstName = '', contactLastName = '', contactPhone = '', contactEmail = '' } = cells;
  return { name: `${contactFirstName} ${contactLastName}`.trim(), phone: contactPhone, email: contactEmail };
}

/** D1: by its number. What is no number of the list is refused by the rules. */
function reasonIn({ cells: { reason = '' } }: BulkRow): string {
  return (/^[1-8]$/.test(reason) && declineReasons[Number(reason) - 1]) || reason;
}

/** C7: by its number (facts/partner-center.md 1.11). */
function helpIn({ cells: { help = '' } }: BulkRow): string {
  return (/^[1-6]$/.test(help) && helps[Number(help) - 1]) || help;
}

/** Nine digits, whose leading zeros a spreadsheet has taken away. */
function dunsIn(text: string): string {
  return /^\d{7,8}$/.test(text) ? text.padStart(9, '0') : text;
}

const customerColumns: ColumnId[] = [
  'customerName',
  'addressLine1',
  'addressLine2',
  'city',
  'state',
  'postalCode',
  'country',
  'duns',
  'contactFirstName',
  'contactLastName',
  'contactPhone',
  'contactEmail',
];

/** What a row says otherwise of what no row changes. `deal`: as it is after the row. */
function remarksOn(row: BulkRow, deal: Deal, now: number, hasContact: boolean): Problem[] {
  const shown = cellsOf(deal, now, hasContact).cells;
  const others = (id: ColumnId) => {
    const cell = row.cells[id] ?? '';
    return cell !== '' && !isSameCell(id, cell, shown[id]);
  };
  const remarks: Problem[] = customerColumns
    .filter(others)
    .map((id) => problem(id, 'stays as it is: the customer of a deal is not changed', 'E1'));
  for (const id of ['engagementId', 'microsoftStatus'] as const) {
    if (others(id)) remarks.push({ column: headingOf(id), reason: 'stays as it is: it is only shown' });
  }
  if (others('salesStage')) remarks.push({ column: headingOf('salesStage'), reason: 'is not kept here' });
  if (others('reason')) remarks.push(problem('reason', 'is only for what is lost or declined', 'D1'));
  if (others('helpRequired')) remarks.push(problem('helpRequired', 'stays Yes: Microsoft takes part', 'T2'));
  if (others('shared') && !deal.parties.microsoft) remarks.push(notShared);
  const reason = deal.parties.microsoft
    ? 'stays as it is: Microsoft takes part'
    : 'is only for deals for which Microsoft is asked for help';
  for (const id of ['help', 'helpNotes', 'consent'] as const) {
    if (others(id)) remarks.push(problem(id, reason, id === 'consent' ? 'C3' : 'C7'));
  }
  return remarks;
}

const notShared = problem('shared', 'a deal is shared by asking Microsoft for help', 'C7');

function remarksOnNew({ cells }: BulkRow, wantsHelp: boolean): Problem[] {
  const unused: ColumnId[] = ['engagementId', 'addressLine2', 'microsoftStatus', 'reason', 'salesStage'];
  const isShared = truthIn(cells.shared ?? '') === true;
  return [
    ...[...unused, ...(wantsHelp ? [] : (['help', 'helpNotes'] as const))]
      .filter((id) => (cells[id] ?? '') !== '')
      .map((id) => ({ column: headingOf(id), reason: 'is not used for a new deal' })),
    ...(isShared && !wantsHelp ? [notShared] : []),
  ];
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((one) => [textOf(one), one])).values()];
}
