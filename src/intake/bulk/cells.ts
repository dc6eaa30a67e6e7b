import {
  type Deal,
  type DeclineReason,
  declineReasons,
  type Status,
  solutionsOf,
  type TeamMember,
} from '../../deals/deal.ts';
import { closeDateOf, estimateOf, statusAt } from '../../deals/filters.ts';
import { helps, type Solution } from '../../deals/opportunity.ts';
import { referralOf } from '../../rules/partner-center.ts';
import { type ColumnId, dayCell, type ListName, manyLines, oneLine } from './columns.ts';

/** A deal as a row of the file, in plain text. */
export interface DealCells extends Record<ListName, string[]> {
  cells: Record<ColumnId, string>;
}

/** L1 in Partner Center's words: status and substatus (facts/partner-center.md 1.10). */
export const standings: Record<Status, readonly [status: string, substatus: string]> = {
  received: ['New', 'Received'],
  accepted: ['Active', 'Accepted'],
  won: ['Closed', 'Won'],
  lost: ['Closed', 'Lost'],
  declined: ['Closed', 'Declined'],
  expired: ['Closed', 'Expired'],
};

const microsoftStandings: Record<NonNullable<Deal['microsoft']>['status'], string> = {
  waiting: 'Pending',
  accepted: 'Accepted',
  declined: 'Declined',
  silent: 'Expired',
};

/** What a cell of a spreadsheet can hold is 32,767 characters. */
const longestCell = 32_000;

/**
 * The row of a deal. What the file has no column for is not in it: the names of solutions that have an id, their kind, who a person
 * is in the own tenant.
 * `now`: milliseconds since the epoch (L5). `hasContact`: whether the customer's contact is shown (V4).
 */
export function cellsOf(deal: Deal, now: number, hasContact = true): DealCells {
  const { opportunity, microsoft } = deal;
  const { customer } = opportunity;
  const { address } = customer;
  const [contact] = hasContact ? customer.contacts : [];
  const [firstName, lastName] = namesOf(contact?.name ?? '');
  const current = statusAt(deal, now);
  const [status, substatus] = standings[current];
  const value = estimateOf(deal);
  const texts: Record<Exclude<ColumnId, 'notes' | 'helpNotes'>, string | undefined> = {
    errors: '',
    engagementId: deal.partnerCenter?.engagementId ?? opportunity.engagementId,
    // As both sides know it: the file may go to Partner Center, too.
    dealId: referralOf(deal) ?? deal.id,
    name: deal.name ?? opportunity.name,
    customerName: customer.name,
    addressLine1: address.addressLine1,
    addressLine2: address.addressLine2,
    city: address.city,
    state: address.state,
    postalCode: address.postalCode,
    country: address.country,
    duns: customer.duns,
    contactFirstName: firstName,
    contactLastName: lastName,
    contactPhone: contact?.phone,
    contactEmail: contact?.email,
    status,
    substatus,
    microsoftStatus: microsoft && microsoftStandings[microsoft.status],
    reason: numberOf(deal.outcome?.reason ?? deal.answer?.reason),
    // Deals have none here.
    salesStage: '',
    amount: value?.amount,
    currency: value?.currency,
    closeDate: dayCell(closeDateOf(deal) ?? ''),
    crmId: deal.crmId,
    campaignId: deal.campaignId,
    helpRequired: yesNo(deal.parties.microsoft),
    help: microsoft && numberOfHelp(microsoft.help),
    shared: yesNo(deal.parties.microsoft),
    consent: yesNo(deal.contactConsent === true),
  };
  const cells = Object.fromEntries(Object.entries(texts).map(([id, text = '']) => [id, oneLine(text)]));
  return {
    cells: {
      ...(cells as typeof texts),
      notes: notesCell(deal),
      helpNotes: manyLines(microsoft?.notes ?? ''),
    } as DealCells['cells'],
    solutions: solutionsOf(deal).map(solutionCell),
    team: deal.team.map(memberCell),
  };
}

/** Its id; its name where it has none. Partner Center has price and quantity behind the id, which are not kept here. Never empty. */
export function solutionCell({ id, name }: Solution): string {
  return oneLine(id ?? name) || '?';
}

/** `first name, last name, phone, email`. */
export function memberCell({ name, phone = '', email = '' }: TeamMember): string {
  return oneLine([...namesOf(name), phone, email].join(', '));
}

/** What is on record as text (E4), the sender's own notes first. */
export function notesOf({ opportunity, notes }: Pick<Deal, 'opportunity' | 'notes'>): string[] {
  const texts = [opportunity.notes ?? '', ...notes.map(({ text }) => text)];
  return texts.map(manyLines).filter((text) => text !== '');
}

/** Each note a paragraph, in the order of time. The oldest ones are left out where there are more than a cell holds. */
function notesCell(deal: Deal): string {
  let together = '';
  for (const text of notesOf(deal).toReversed()) {
    const longer = together === '' ? text : `${text}\n\n${together}`;
    if (longer.length > longestCell) break;
    together = longer;
  }
  return together;
}

/** The last word is taken for the last name, as in what is sent to Partner Center. */
function namesOf(name: string): [first: string, last: string] {
  const [, first, last] = /^(.+)\s(\S+)$/s.exec(oneLine(name)) ?? [];
  return first === undefined || last === undefined ? [oneLine(name), ''] : [first, last];
}

/** D1: 1 to 8, in the order of the list. */
function numberOf(reason: DeclineReason | undefined): string {
  return reason === undefined ? '' : String(declineReasons.indexOf(reason) + 1);
}

/** C7: 1 to 6 (facts/partner-center.md 1.11). Something that the list does not have stays empty. */
function numberOfHelp(help: (typeof helps)[number]): string {
  return help === 'Other' ? '' : String(helps.indexOf(help) + 1);
}

function yesNo(truth: boolean): string {
  return truth ? 'Yes' : 'No';
}
