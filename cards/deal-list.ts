import { dayIn } from '../src/clock.ts';
import { type Deal, dealType, type Status, statuses } from '../src/deals/deal.ts';
import { closeDateOf, type DealFilters, type DealList, dealTypes, statusAt } from '../src/deals/filters.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Language } from '../src/organisations/organisation.ts';
import { type Banner, banners } from './banner.ts';
import { currencyChoices } from './currencies.ts';
import { countdownOf, customerOf, joined, placeOf, valueText } from './deal.ts';
import { checkBanner, shownInputs } from './form.ts';
import { country, day, listed, money } from './format.ts';
import { pageOf } from './opportunity.ts';
import { inert, plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { CardAction, DealFilterInputs, Place } from './verbs.ts';

/** More deals than this make a card that nobody scrolls through on a phone. */
export const dealListPageSize = 5;

/** What is wrong with a filter, at its field. */
export interface DealFilterFault {
  field: keyof DealFilterInputs;
  code: 'countryInvalid' | 'amountInvalid' | 'currencyInvalid' | 'dateInvalid' | 'typeInvalid' | 'tooLong';
}

export interface DealListInput {
  list: DealList;
  /** Newest first, at most `dealListPageSize`. */
  deals: readonly Deal[];
  reader: Reader;
  /** Milliseconds since the epoch. */
  now: number;
  organisation: string;
  /** The id of the person who reads, for the hearts. */
  me: string;
  filters: DealFilters;
  /** Where this page begins; absent for the first. */
  cursor?: string;
  /** Where to go on. `full`: with the next page; else with the search, which paused. */
  next?: { cursor: string; full: boolean };
  /** What the form holds, as it was typed, and what is wrong with it: then the form is open, and no deal is shown. */
  form?: { values: DealFilterInputs; faults: readonly DealFilterFault[] };
  /** Whether the form is open from the start. */
  asking?: boolean;
  banner?: Banner;
}

/** A page of a list of deals, for one person's eyes, with the form of its filters. */
export function dealListCard(input: DealListInput): Rendered {
  const { list, reader, filters, cursor, next, form } = input;
  const { language } = reader;
  const deals = input.deals.slice(0, dealListPageSize);
  const isFiltered = Object.keys(filters).length > 0;
  const place: Place = {
    list,
    ...(cursor === undefined ? {} : { cursor }),
    ...(isFiltered ? { filters } : {}),
  };
  const first: Place = { list, ...(isFiltered ? { filters } : {}) };
  const pages = {
    further: next?.full === false ? [pageOf({ ...first, cursor: next.cursor })] : [],
    next: next?.full === true ? [pageOf({ ...first, cursor: next.cursor })] : [],
    first: cursor === undefined ? [] : [pageOf(first)],
  };
  const title = say(language, `list.${list}`);
  return render(
    'deal-list',
    language,
    {
      banners: banners(input.banner, checkBanner(form?.faults ?? [], reader)),
      title,
      organisation: joined([
        plain(input.organisation, 80),
        deals.length > 1 ? say(language, 'list.newest') : undefined,
      ]),
      only: isFiltered ? [onlyThose(filters, reader)] : [],
      empty: deals.length > 0 || form !== undefined ? [] : [emptyText(input, isFiltered)],
      rows: deals.map((deal) => rowOf(deal, input, place)),
      paused: next === undefined || next.full ? [] : [say(language, 'list.paused')],
      pages: next === undefined && cursor === undefined ? [] : [pages],
      ask: say(language, isFiltered ? 'list.changeFilter' : 'list.filter'),
      clear: isFiltered ? [pageOf({ list })] : [],
      ...formOf(input),
    },
    `${title}: ${deals.map(customerOf).join(', ') || emptyText(input, isFiltered)}`,
  );
}

function emptyText({ list, cursor, next, reader: { language } }: DealListInput, isFiltered: boolean): string {
  if (cursor !== undefined) return say(language, 'inbound.emptyPage');
  return isFiltered || next !== undefined ? say(language, 'list.nothingFits') : say(language, `list.empty.${list}`);
}

function rowOf(deal: Deal, { reader, now, me }: DealListInput, place: Place) {
  const { language } = reader;
  const dealId = deal.id;
  const customer = inert(customerOf(deal), 80);
  const value = valueText(deal, reader);
  const name = deal.name ?? deal.opportunity.name;
  const closeDate = closeDateOf(deal);
  const open = say(language, 'button.openDeal');
  return {
    customer: customerOf(deal),
    about: [
      // Many deals are called by their customer.
      joined([
        name === undefined || name === deal.opportunity.customer.name ? undefined : plain(name, 80),
        placeOf(deal, language),
      ]),
      joined([
        say(language, `list.type.${dealType(deal.parties)}`),
        closeDate === undefined ? undefined : say(language, 'list.closes', { date: day(closeDate, reader) }),
      ]),
    ].filter((line) => line !== ''),
    value: value === undefined ? [] : [value],
    ...standing(deal, reader, now),
    open: { verb: 'deal.open', dealId, place } satisfies CardAction,
    openOn: say(language, 'button.on', { action: open, customer }),
    ...heartOf(deal, me, place, language),
  };
}

/** F2: the heart of a row, which marks or unmarks in place. `me`: the id of the person who reads. */
export function heartOf(deal: Deal, me: string, place: Place, language: Language) {
  const marked = deal.favouriteOf.includes(me);
  const customer = inert(customerOf(deal), 80);
  return {
    heart: say(language, marked ? 'favourite.on' : 'favourite.off'),
    heartOn: say(language, marked ? 'favourite.unmark' : 'favourite.mark', { customer }),
    mark: { verb: 'favourite.set', dealId: deal.id, marked: !marked, on: 'list', place } satisfies CardAction,
  };
}

/** How a deal stands, in a word and a colour: what waits says how long, what is late says so. */
function standing(deal: Deal, reader: Reader, now: number): { status: string; color: string } {
  const { language } = reader;
  const status = statusAt(deal, now);
  if (status === 'received') {
    const { left, color } = countdownOf(deal, reader, now);
    return { status: left, color };
  }
  if (status === 'accepted' && (closeDateOf(deal) ?? '~') < dayIn(reader.timeZone, now)) {
    return { status: say(language, 'list.overdue'), color: 'attention' };
  }
  const colors: Record<Status, string> = {
    received: 'default',
    accepted: 'good',
    won: 'good',
    lost: 'default',
    declined: 'default',
    expired: 'default',
  };
  return { status: say(language, `status.${status}`), color: colors[status] };
}

/** The filters in words: `“contoso” · Accepted · Germany · from €50,000`. */
function onlyThose({ customer, status, type, countries, value, closes }: DealFilters, reader: Reader): string {
  const { language } = reader;
  const amount = (bound: string | undefined) =>
    value === undefined || bound === undefined ? undefined : money({ amount: bound, currency: value.currency }, reader);
  const [min, max] = [amount(value?.from), amount(value?.to)];
  const names = countries?.map((code) => country(code, language));
  return joined([
    customer === undefined ? undefined : say(language, 'list.only.customer', { customer: plain(customer, 100) }),
    status === undefined ? undefined : say(language, `status.${status}`),
    type === undefined ? undefined : say(language, `list.type.${type}`),
    names === undefined ? undefined : listed(names, language, 'or'),
    min === undefined ? undefined : say(language, 'list.only.min', { amount: min }),
    max === undefined ? undefined : say(language, 'list.only.max', { amount: max }),
    closes?.from === undefined ? undefined : say(language, 'list.only.from', { date: day(closes.from, reader) }),
    closes?.to === undefined ? undefined : say(language, 'list.only.to', { date: day(closes.to, reader) }),
  ]);
}

const inputIds = ['customer', 'status', 'type', 'countries', 'min', 'max', 'currency', 'from', 'to'] as const;

function formOf({ list, reader: { language }, form, filters, asking }: DealListInput) {
  const values = shownInputs(form?.values ?? dealFilterInputs(filters));
  const faults = form?.faults ?? [];
  const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  const any = { title: say(language, 'list.any'), value: '' };
  return {
    asking: asking === true || faults.length > 0,
    values,
    statuses: [any, ...statuses.map((status) => ({ title: say(language, `status.${status}`), value: status }))],
    types: [any, ...dealTypes.map((type) => ({ title: say(language, `list.type.${type}`), value: type }))],
    currencies: currencyChoices(values.currency, inert(values.currency, 20)),
    // A date input shows nothing but a day: anything else that was typed stays in a text input.
    days: (['from', 'to'] as const).map((id) => {
      const value = values[id];
      const label = say(language, `list.${id}`);
      const day = value === '' || isDay(value);
      return {
        errors: textsAt(faults, id, language),
        day: day ? [{ id, label, value }] : [],
        text: day ? [] : [{ id, label, value }],
      };
    }),
    errors: Object.fromEntries(inputIds.map((id) => [id, textsAt(faults, id, language)])),
    send: { verb: 'view.filter', list } satisfies CardAction,
  };
}

function textsAt(faults: readonly DealFilterFault[], field: keyof DealFilterInputs, language: Language): string[] {
  return faults
    .filter((fault) => fault.field === field)
    .map(({ code }) =>
      code === 'dateInvalid' || code === 'tooLong' ? say(language, `list.${code}`) : say(language, `filters.${code}`),
    );
}

/** The filters as the form shows them. */
export function dealFilterInputs({ customer, status, type, countries, value, closes }: DealFilters): DealFilterInputs {
  return {
    customer: customer ?? '',
    status: status ?? '',
    type: type ?? '',
    countries: countries?.join(', ') ?? '',
    min: value?.from ?? '',
    max: value?.to ?? '',
    currency: value?.currency ?? '',
    from: closes?.from ?? '',
    to: closes?.to ?? '',
  };
}

/** In a conversation with others: everybody may see something else there, so nothing stands on the card but the way in (V1, V4). */
export function dealListDoorCard({
  list,
  filters,
  reader,
  organisation,
}: {
  list: DealList;
  filters: DealFilters;
  reader: Reader;
  organisation: string;
}): Rendered {
  const { language } = reader;
  const title = say(language, `list.${list}`);
  const isFiltered = Object.keys(filters).length > 0;
  return render(
    'deal-list-door',
    language,
    {
      title,
      organisation: plain(organisation, 80),
      only: isFiltered ? [onlyThose(filters, reader)] : [],
      show: pageOf({ list, ...(isFiltered ? { filters } : {}) }),
    },
    title,
  );
}
