import type { Deal, TeamMember } from '../../deals/deal.ts';
import type { Solution } from '../../deals/opportunity.ts';
import { checkMember } from '../../rules/edit.ts';
import { memberCell, solutionCell } from './cells.ts';
import { type Problem, problem, problemOf } from './problems.ts';
import type { BulkRow, ListedCell } from './rows.ts';

/** What is looked up for a row. */
export interface Known {
  /** A solution of the directory. */
  solution(id: string): Solution | undefined;
  /** The id of somebody of the organisation, by their e-mail address, in small letters. */
  personId(email: string): string | undefined;
}

/** A list as the row wants it, or what is wrong with its cells. */
interface Listed<T> {
  items: T[];
  problems: Problem[];
}

/** The id of a solution in its cell: what stands before the first comma. Partner Center has currency, price and quantity behind it. */
export function solutionIdIn({ text }: ListedCell): string {
  return text.split(',')[0]?.trim() ?? '';
}

/**
 * C6, E1: the solutions that a row names. Those of the deal stay as they are and in their order, also one that the directory does not
 * have. A row without any says nothing of them: a deal is never without one (E2).
 */
export function solutionsIn(
  { solutions: cells }: BulkRow,
  current: readonly Solution[],
  known: Known,
): Listed<Solution> {
  if (cells.length === 0) return { items: [...current], problems: [] };
  const { items, problems } = listed(cells, current, solutionCell, (cell) => {
    const id = solutionIdIn(cell);
    const found = current.find((one) => one.id === id) ?? known.solution(id);
    return found ?? [problem(cell, 'is no solution of the directory: "directory import solutions" adds some', 'C6')];
  });
  return { items: inOrder(items, (item) => current.indexOf(item)), problems };
}

/**
 * C5, E1: the people that a row names. Those of the deal are known again by their e-mail address and keep who they are; others are
 * looked up by it (V1). Who accepted the deal stays in the team without being named (V2). A row without any says nothing of them.
 */
export function teamIn(
  { team: cells }: BulkRow,
  deal: Pick<Deal, 'team' | 'answer'>,
  known: Known,
): Listed<TeamMember> {
  const { team, answer } = deal;
  if (cells.length === 0) return { items: [...team], problems: [] };
  const { items, problems } = listed(cells, team, memberCell, (cell) => {
    const typed = memberIn(cell.text);
    if (typed === undefined) return [problem(cell, 'must be first name, last name, phone, email', 'C5')];
    const wrong = checkMember(typed).map((refusal) => ({ ...problemOf(refusal), column: cell.heading }));
    return wrong.length > 0 ? wrong : withIdentity(typed, team, known);
  });
  const acceptor = team.find(({ personId }) => personId !== undefined && personId === acceptorOf(answer));
  const isNamed = acceptor === undefined || items.some(({ personId }) => personId === acceptor.personId);
  const place = (item: TeamMember) => {
    const own = team.indexOf(item);
    // Several people may share an address.
    return own >= 0 ? own : team.findIndex((one) => isSameAddress(one, item));
  };
  return { items: inOrder(isNamed ? items : [...items, acceptor], place), problems };
}

function acceptorOf(answer: Deal['answer']): string | undefined {
  return answer?.status === 'accepted' ? answer.by.personId : undefined;
}

function listed<T>(
  cells: readonly ListedCell[],
  current: readonly T[],
  cellOf: (item: T) => string,
  read: (cell: ListedCell) => T | Problem[],
): Listed<T> {
  // A deal may have the same twice.
  const left = [...current];
  const found = cells.map((cell) => {
    const place = left.findIndex((item) => cellOf(item) === cell.text);
    return place < 0 ? read(cell) : (left.splice(place, 1)[0] as T);
  });
  const problems = found.flatMap((each) => (Array.isArray(each) ? each : []));
  const items = found.filter((each): each is T => !Array.isArray(each));
  return { items: [...new Set(items)], problems };
}

/** Those that are there already in their own order, then the others: the order of the columns is no change. `place`: -1 for others. */
function inOrder<T>(items: readonly T[], place: (item: T) => number): T[] {
  return [
    ...items.filter((item) => place(item) >= 0).toSorted((a, b) => place(a) - place(b)),
    ...items.filter((item) => place(item) < 0),
  ];
}

interface TypedMember {
  name: string;
  phone: string;
  email: string;
}

/** `first name, last name, phone, email`; a name may have more commas. */
function memberIn(text: string): TypedMember | undefined {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length < 4) return undefined;
  const [phone = '', email = ''] = parts.slice(-2);
  return { name: parts.slice(0, -2).filter(Boolean).join(' '), phone, email };
}

function withIdentity({ name, phone, email }: TypedMember, team: readonly TeamMember[], known: Known): TeamMember {
  const before = team.find((member) => isSameAddress(member, { email }));
  const personId = before?.personId ?? (email === '' ? undefined : known.personId(email.toLowerCase()));
  return {
    ...(personId === undefined ? {} : { personId }),
    name,
    ...(phone === '' ? {} : { phone }),
    ...(email === '' ? {} : { email }),
  };
}

function isSameAddress(a: Pick<TeamMember, 'email'>, b: Pick<TeamMember, 'email'>): boolean {
  return Boolean(a.email) && a.email?.toLowerCase() === b.email?.toLowerCase();
}
