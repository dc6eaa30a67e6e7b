import { dayIn, dayMilliseconds } from '../clock.ts';
import type { PersonActor } from '../rules/actor.ts';
import { isOnTeam } from '../rules/permissions.ts';
import type { Deal } from './deal.ts';
import { closeDateOf, estimateOf, statusAt } from './filters.ts';
import { sums } from './money.ts';
import type { Money } from './opportunity.ts';

/** `mine`: one person's deals and answers, with the opportunities that wait for anybody. */
export type SummaryScope = 'mine' | 'organisation';

/** How many deals of each list (waiting, accepted, archived) a summary reads at the most. */
export const summaryMost = 1000;

/** "Lately", and "soon". */
const summaryDays = { back: 30, ahead: 7 } as const;

/** Some deals, counted; values summed exactly, one sum for each currency. */
export interface Group {
  count: number;
  sums: Money[];
}

export interface Summary {
  /** Wait for an answer. */
  received: Group;
  accepted: Group;
  /** Closed within the last 30 days. */
  won: Group;
  lost: Group;
  /** Waiting, with respond-by within 7 days; the soonest first. */
  expiring: Deal[];
  /** Accepted, with a close date before the person's today; the longest overdue first. */
  overdue: Deal[];
  /** Opportunities whose answer time ended within the last 30 days, by an answer or without one. */
  answers: {
    accepted: number;
    declined: number;
    /** Nobody answered; 0 in one person's summary. */
    expired: number;
    /** From the sender's sending to the answer, in milliseconds; absent without an answer. */
    medianMilliseconds?: number;
  };
  /** What is too many to be counted: `active` the deals after the first 1,000, `archived` those before the newest 1,000. */
  leftOut: ('active' | 'archived')[];
}

/** What is said of these deals, all of which the person may see. `now`: milliseconds since the epoch. */
export function summarized(
  deals: readonly Deal[],
  actor: PersonActor,
  scope: SummaryScope,
  now: number,
): Omit<Summary, 'leftOut'> {
  const since = now - summaryDays.back * dayMilliseconds;
  const isRecent = (at: string | undefined) => at !== undefined && Date.parse(at) > since;
  const isTheirs = (deal: Deal) => scope === 'organisation' || isOnTeam(deal, actor.personId);
  const of = (status: Deal['status']) => deals.filter((deal) => statusAt(deal, now) === status);

  const received = of('received').toSorted(by(({ respondBy }) => respondBy));
  const accepted = of('accepted').filter(isTheirs);
  const closed = (status: 'won' | 'lost') => of(status).filter((deal) => isTheirs(deal) && isRecent(closedAt(deal)));
  const today = dayIn(actor.timeZone, now);
  const ends = now + summaryDays.ahead * dayMilliseconds;

  const answered = deals.filter(
    ({ direction, answer }) =>
      direction === 'inbound' &&
      isRecent(answer?.at) &&
      (scope === 'organisation' || answer?.by.personId === actor.personId),
  );
  const answers = (status: NonNullable<Deal['answer']>['status']) =>
    answered.filter(({ answer }) => answer?.status === status);
  const median = medianOf(
    [...answers('accepted'), ...answers('declined')].map(
      ({ answer, opportunity }) => Date.parse(answer?.at ?? '') - Date.parse(opportunity.receivedAt),
    ),
  );
  return {
    received: group(received),
    accepted: group(accepted),
    won: group(closed('won')),
    lost: group(closed('lost')),
    expiring: received.filter(({ respondBy }) => Date.parse(respondBy) <= ends),
    overdue: accepted
      .filter((deal) => (closeDateOf(deal) ?? today) < today)
      .toSorted(by((deal) => closeDateOf(deal) ?? '')),
    answers: {
      accepted: answers('accepted').length,
      declined: answers('declined').length,
      expired: scope === 'organisation' ? answers('expired').length : 0,
      ...(median === undefined ? {} : { medianMilliseconds: Math.max(0, median) }),
    },
  };
}

function group(deals: readonly Deal[]): Group {
  const values = deals.map(estimateOf).filter((value) => value !== undefined);
  return { count: deals.length, sums: sums(values) };
}

/** When a deal was won or lost; one that came closed from elsewhere has it in its history alone. */
function closedAt({ outcome, status, history }: Deal): string | undefined {
  return outcome?.at ?? history.findLast(({ what }) => what === status)?.at;
}

function by(key: (deal: Deal) => string): (a: Deal, b: Deal) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

/** Of an even number of values, the mean of the two in the middle. */
function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
