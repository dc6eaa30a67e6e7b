import { hundredths } from '../../deals/money.ts';
import { Amount } from '../../deals/opportunity.ts';
import { bareWord } from '../../directory/words.ts';

/*
 * The columns of Partner Center's own bulk file (facts/partner-center.md 4.5). Their headings are its own; those in `others` it has
 * in later versions of the file.
 */
const list = [
  { id: 'errors', heading: 'Errors' },
  { id: 'engagementId', heading: 'Engagement ID' },
  { id: 'dealId', heading: 'Referral ID', others: ['Deal ID'] },
  { id: 'name', heading: 'Deal Name' },
  { id: 'customerName', heading: 'Customer Name' },
  { id: 'addressLine1', heading: 'Customer Address Line 1' },
  { id: 'addressLine2', heading: 'Customer Address Line 2' },
  { id: 'city', heading: 'Customer City' },
  { id: 'state', heading: 'Customer State' },
  { id: 'postalCode', heading: 'Customer Postal code' },
  { id: 'country', heading: 'Customer Country', others: ['Customer Country/Region'] },
  { id: 'duns', heading: 'Customer D-U-N-S ID' },
  { id: 'contactFirstName', heading: 'Customer Contact First Name' },
  { id: 'contactLastName', heading: 'Customer Contact Last Name' },
  { id: 'contactPhone', heading: 'Customer Contact Phone number' },
  { id: 'contactEmail', heading: 'Customer Contact Email Address' },
  { id: 'status', heading: 'Partner Referral Status' },
  { id: 'substatus', heading: 'Partner Referral Substatus' },
  { id: 'microsoftStatus', heading: 'Microsoft Referral Status' },
  {
    id: 'reason',
    heading: 'Declined/Lost reason',
    others: ['Declined/Lost/Error reason', 'Decline/Lost/Error reason'],
  },
  { id: 'salesStage', heading: 'Sales Stage' },
  { id: 'amount', heading: 'Estimated Deal Value' },
  { id: 'currency', heading: 'Currency' },
  { id: 'closeDate', heading: 'Estimated Close Date' },
  { id: 'crmId', heading: 'CRM ID' },
  { id: 'campaignId', heading: 'Marketing Campaign ID' },
  { id: 'notes', heading: 'Notes' },
  { id: 'helpRequired', heading: 'Microsoft help required?' },
  { id: 'help', heading: 'What specific help from Microsoft?' },
  { id: 'shared', heading: 'Share with Microsoft sales team' },
  { id: 'helpNotes', heading: 'Notes to Microsoft' },
  { id: 'consent', heading: 'Consent to share Customer/Partner contact' },
] as const satisfies readonly { id: string; heading: string; others?: readonly string[] }[];

export type ColumnId = (typeof list)[number]['id'];

interface Column {
  id: ColumnId;
  heading: string;
  /** Other headings that mean the same. */
  others?: readonly string[];
}
export const columns: readonly Column[] = list;

/** Of each row there are as many as the deal has, at most 50: `Solution 1`, `Solution 2` … */
export const listHeadings = { solutions: 'Solution', team: 'Team member' } as const;
export type ListName = keyof typeof listHeadings;

/** What a column of a file holds: one value, or one of a list. Undefined: nothing that is used here. */
export type Meaning = { id: ColumnId } | { list: ListName; heading: string } | undefined;

export function headingOf(id: ColumnId): string {
  return columns.find((column) => column.id === id)?.heading ?? id;
}

/** The headings of a file whose deals have at most so many solutions and so many people. */
export function headingsFor(width: Record<ListName, number>): string[] {
  const numbered = (name: ListName) =>
    Array.from({ length: width[name] }, (_, at) => `${listHeadings[name]} ${at + 1}`);
  return [...columns.map(({ heading }) => heading), ...numbered('solutions'), ...numbered('team')];
}

/** What each heading stands for. Case, accents, spaces and punctuation do not count. */
export function meaningsOf(headings: readonly string[]): Meaning[] {
  const known = new Map(
    columns.flatMap(({ id, heading, others = [] }) => [heading, ...others].map((name) => [bareWord(name), id])),
  );
  return headings.map((heading) => {
    const id = known.get(bareWord(heading));
    if (id !== undefined) return { id };
    const [, name, number] = /^(solution|teammember)(\d{1,3})$/.exec(bareWord(heading)) ?? [];
    if (name === undefined) return undefined;
    const list = name === 'solution' ? 'solutions' : 'team';
    return { list, heading: `${listHeadings[list]} ${Number(number)}` };
  });
}

/** Whether two texts say the same in a column: a spreadsheet writes numbers and dates in its own way, and drops leading zeros. */
export function isSameCell(id: ColumnId, a: string, b: string): boolean {
  return a === b || reading(id, a) === reading(id, b);
}

function reading(id: ColumnId, text: string): unknown {
  switch (id) {
    case 'amount': {
      const amount = amountIn(text);
      return Amount.safeParse(amount).success ? hundredths(amount) : text;
    }
    case 'closeDate':
      return dayIn(text);
    case 'postalCode':
    case 'duns':
      return text.replace(/^0+/, '');
    case 'helpRequired':
    case 'shared':
    case 'consent':
      return truthIn(text) ?? text;
    case 'notes':
    case 'helpNotes':
      return text.replaceAll(/\s+/g, ' ');
    default:
      return isWord(id) ? text.toLowerCase() : text;
  }
}

/** Columns of words that somebody may write in capitals or not. */
function isWord(id: ColumnId): boolean {
  return ['country', 'currency', 'status', 'substatus', 'microsoftStatus', 'contactEmail'].includes(id);
}

/** An amount as the rules read it. Where lists are separated by semicolons, decimals stand after a comma. */
export function amountIn(text: string): string {
  return text.replace(/^(\d+),(\d{1,2})$/, '$1.$2');
}

/** `YYYY-MM-DD` of `MM/DD/YYYY`, which a spreadsheet writes without leading zeros. What is no such day stays as it is. */
export function dayIn(text: string): string {
  const [, month = '', day = '', year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? [];
  return year === undefined ? text : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** `MM/DD/YYYY` of `YYYY-MM-DD`. */
export function dayCell(day: string): string {
  const [year, month, date] = day.split('-');
  return date === undefined ? '' : `${month}/${date}/${year}`;
}

const truths = new Map([
  ['yes', true],
  ['y', true],
  ['true', true],
  ['1', true],
  ['no', false],
  ['n', false],
  ['false', false],
  ['0', false],
  ['', false],
]);

/** Nothing at all is no. Undefined: neither yes nor no. */
export function truthIn(text: string): boolean | undefined {
  return truths.get(text.toLowerCase());
}

/** Text of several lines as a cell holds it, and as the reader of the file gives it back: without what no CSV file can carry. */
export function manyLines(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\ufffd', '?')
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[^\P{Cc}\n]/gu, ' ')
    .replaceAll(/[^\S\n]+$/gm, '')
    .trim();
}

/** The same for text of one line. */
export function oneLine(text: string): string {
  return manyLines(text).replaceAll(/\s+/g, ' ');
}
