import type { Status } from '../../deals/deal.ts';
import type { Field, Refusal, RefusalCode } from '../../rules/refusal.ts';
import { type ColumnId, headingOf } from './columns.ts';

/** What is wrong with a row. */
export interface Problem {
  /** The heading that it stands under, where it is about one cell. */
  column?: string;
  reason: string;
  /** The id in spec.md, where a rule says so. */
  rule?: string;
}

export function problem(column: ColumnId | { heading: string }, reason: string, rule: string): Problem {
  return { column: typeof column === 'string' ? headingOf(column) : column.heading, reason, rule };
}

/** A refusal of the rules at the column that it is about. `status`: the deal's, where there is one. */
export function problemOf({ code, rule, field }: Refusal, status?: Status): Problem {
  const column = field === undefined ? undefined : columnOf(field, rule);
  const reason =
    code === 'archived' && status !== undefined ? `the deal is ${status}, and changes no more` : reasons[code];
  return { ...(column === undefined ? {} : { column }), reason: reason ?? `is refused: ${code}`, rule };
}

/** `Currency: must be an ISO 4217 code, as EUR (E3)`. */
export function textOf({ column, reason, rule }: Problem): string {
  return [column === undefined ? '' : `${column}: `, reason, rule === undefined ? '' : ` (${rule})`].join('');
}

const columnIds: Partial<Record<Field, ColumnId>> = {
  name: 'name',
  amount: 'amount',
  currency: 'currency',
  closeDate: 'closeDate',
  notes: 'notes',
  note: 'notes',
  crmId: 'crmId',
  campaignId: 'campaignId',
  reason: 'reason',
  customerName: 'customerName',
  addressLine1: 'addressLine1',
  city: 'city',
  state: 'state',
  postalCode: 'postalCode',
  country: 'country',
  duns: 'duns',
  contactName: 'contactFirstName',
  contactPhone: 'contactPhone',
  contactEmail: 'contactEmail',
  consent: 'consent',
  help: 'help',
  helpNotes: 'helpNotes',
};

/** C5 and E2 are about the own people, whose fields are called like the customer contact's. */
function columnOf(field: Field, rule: string): string | undefined {
  if (field === 'team' || field === 'phone' || field === 'colleagues' || rule === 'C5') return 'Team member 1';
  if (field === 'solutions' || field === 'solution' || field === 'solutionKind') return 'Solution 1';
  const id = columnIds[field];
  return id && headingOf(id);
}

/** In a form, the same codes have the texts of `cards/texts`. */
const reasons: Partial<Record<RefusalCode, string>> = {
  otherTenant: 'belongs to another organisation',
  guest: 'guests change nothing',
  noRole: 'needs a role',
  usersMayNotAnswer: 'in this organisation only admins accept and decline',
  notOnTeam: "only the deal's team and admins may do this",
  alreadyAccepted: 'the deal was accepted already',
  alreadyDeclined: 'the deal was declined already',
  expired: 'the time to answer is over',
  archived: 'the deal is closed, and changes no more',
  notOpenYet: 'must be accepted before anything else of it is changed: write Active and Accepted as its status',
  changedMeanwhile: 'was changed by somebody else just now: import the row again',
  nameMissing: 'is missing',
  nameTooLong: 'must have at most 200 characters',
  amountMissing: 'is missing',
  amountInvalid: 'must be a number greater than zero, with at most 12 digits before and 2 after the point, as 50000.50',
  currencyMissing: 'is missing',
  currencyInvalid: 'must be an ISO 4217 code, as EUR',
  closeDateMissing: 'is missing',
  closeDateInvalid: 'must be a day as MM/DD/YYYY',
  closeDatePast: 'must not be past',
  notesTooLong: 'must have at most 4,000 characters',
  notesNeeded: 'must say why, where the reason is 8',
  crmIdTooLong: 'must have at most 100 characters',
  campaignIdTooLong: 'must have at most 100 characters',
  phoneInvalid: 'has no phone number, as +44 20 7946 0000',
  reasonMissing: 'must be a number from 1 to 8',
  customerMissing: 'is missing',
  addressMissing: 'is missing',
  cityMissing: 'is missing',
  countryInvalid: 'must be two letters (ISO 3166), as DE',
  postalCodeTooLong: 'must have at most 20 characters',
  dunsInvalid: 'must be nine digits',
  contactNameMissing: 'is missing',
  contactPhoneMissing: 'must be a phone number, as +44 20 7946 0000',
  contactEmailInvalid: 'must be an e-mail address',
  consentMissing: 'must be Yes where Microsoft is asked for help',
  teamIncomplete: 'somebody must have a name, a phone number and an e-mail address',
  teamTooLarge: 'must be 50 people at the most',
  solutionsMissing: 'is missing',
  tooManySolutions: 'must be 50 solutions at the most',
  choiceMissing: 'must be a solution of the directory',
  helpMissing: 'must be a number from 1 to 6',
  helpNotesMissing: 'must say what is wanted of Microsoft',
  inboundInvites: 'only the organisation that started a deal invites others to it',
  microsoftAlreadyAsked: 'Microsoft takes part already',
};
