import { z } from 'zod';
import { indexed, matches, typed } from '../directory/words.ts';
import { type Deal, dealType, Status } from './deal.ts';
import { hundredths } from './money.ts';
import { Amount, Country, Currency, Day, type Money } from './opportunity.ts';

/** F1, and two more: what one works on, and everything that one may see, which `find` looks through. */
export const dealLists = ['allInbound', 'outbound', 'favourites', 'archive', 'mine', 'everything'] as const;
export const DealList = z.enum(dealLists);
export type DealList = z.infer<typeof DealList>;

export const dealTypes = ['private', 'p2p', 'cosell'] as const;

/** F1: what a list of deals is narrowed down to. Everything that is there must fit. */
export const DealFilters = z.object({
  /** L5: what is past respond-by counts as expired, whether that has been written yet or not. */
  status: Status.optional(),
  type: z.enum(dealTypes).optional(),
  countries: z.array(Country).min(1).max(20).optional(),
  /** The beginnings of words of the customer's or the deal's name, or of the D-U-N-S number or CRM id; case and accents ignored. */
  customer: z
    .string()
    .regex(/^[\p{L}\p{N}\p{M} .,&'’+/@-]{1,100}$/u)
    .optional(),
  /** Both bounds belong to it. A value in another currency, or none, does not fit. */
  value: z.object({ currency: Currency, from: Amount.optional(), to: Amount.optional() }).optional(),
  /** The close date; both days belong to it. */
  closes: z.object({ from: Day.optional(), to: Day.optional() }).optional(),
});
export type DealFilters = z.infer<typeof DealFilters>;

/** The status as it is now: an opportunity past respond-by is expired (L5). `now`: milliseconds since the epoch. */
export function statusAt({ status, respondBy }: Pick<Deal, 'status' | 'respondBy'>, now: number): Status {
  return status === 'received' && now >= Date.parse(respondBy) ? 'expired' : status;
}

/** The own estimate once there is one, else the sender's. */
export function estimateOf(deal: Pick<Deal, 'value' | 'opportunity'>): Money | undefined {
  return deal.value ?? deal.opportunity.value;
}

export function closeDateOf(deal: Pick<Deal, 'closeDate' | 'opportunity'>): string | undefined {
  return deal.closeDate ?? deal.opportunity.closeDate;
}

/** Whether a deal is one of those that are looked for. Made once for many deals. */
export function fits(filters: DealFilters, now: number): (deal: Deal) => boolean {
  const { status, type, countries, value, closes } = filters;
  const customer = filters.customer === undefined ? undefined : typed(filters.customer);
  return (deal) => {
    if (status !== undefined && statusAt(deal, now) !== status) return false;
    if (type !== undefined && dealType(deal.parties) !== type) return false;
    if (countries !== undefined && !countries.includes(deal.opportunity.customer.address.country ?? '')) return false;
    if (value !== undefined && !isWithin(estimateOf(deal), value)) return false;
    if (closes !== undefined && !isBetween(closeDateOf(deal), closes)) return false;
    return customer === undefined || matches(customer, namesOf(deal));
  };
}

function isWithin(found: Money | undefined, { currency, from, to }: NonNullable<DealFilters['value']>): boolean {
  if (found === undefined || found.currency !== currency) return false;
  const amount = hundredths(found.amount);
  return (from === undefined || amount >= hundredths(from)) && (to === undefined || amount <= hundredths(to));
}

function isBetween(day: string | undefined, { from, to }: NonNullable<DealFilters['closes']>): boolean {
  return day !== undefined && (from === undefined || day >= from) && (to === undefined || day <= to);
}

function namesOf({ name, crmId, opportunity }: Deal) {
  const numbers = [opportunity.customer.duns, crmId].filter((number) => number !== undefined);
  return indexed([opportunity.customer.name, name ?? opportunity.name ?? ''].join(' '), numbers);
}
