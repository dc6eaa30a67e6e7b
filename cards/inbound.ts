import type { Deal } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import { countdownOf, customerOf, joined, placeOf, senderOf, valueText } from './deal.ts';
import { heartOf } from './deal-list.ts';
import { inert, plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { CardAction, Place } from './verbs.ts';

/** More deals than this make a card that nobody scrolls through on a phone. */
export const inboundPageSize = 5;

interface InboundInput {
  /** Soonest respond-by first, at most `inboundPageSize`. */
  deals: readonly Deal[];
  reader: Reader;
  /** Milliseconds since the epoch. */
  now: number;
  organisation: string;
  /** The id of the person who reads, for the hearts; absent where others read along. */
  me?: string;
  /** Where this page begins; absent for the first. */
  cursor?: string;
  /** Where the next one begins, if there is one. */
  next?: string;
}

/** A page of the open opportunities, each with Accept and Decline. */
export function inboundCard(input: InboundInput): Rendered {
  const { reader, cursor, next } = input;
  const { language } = reader;
  const deals = input.deals.slice(0, inboundPageSize);
  const first = cursor === undefined;
  const place: Place = cursor === undefined ? { list: 'inbound' } : { list: 'inbound', cursor };
  const pages = {
    all: { verb: 'view.page', list: 'allInbound' } satisfies CardAction,
    next: next === undefined ? [] : [{ verb: 'inbound.page', cursor: next } satisfies CardAction],
    first: first ? [] : [{ verb: 'inbound.page' } satisfies CardAction],
  };
  return render(
    'inbound',
    language,
    {
      organisation: [plain(input.organisation, 80), ...(deals.length > 1 ? [say(language, 'inbound.order')] : [])].join(
        ' · ',
      ),
      empty: deals.length > 0 ? [] : emptyTexts(first).map((key) => say(language, key)),
      rows: deals.map((deal) => rowOf(deal, input, place)),
      pages,
    },
    `${say(language, 'inbound.title')}: ${deals.map(customerOf).join(', ') || say(language, 'inbound.empty')}`,
  );
}

function emptyTexts(first: boolean): ('inbound.empty' | 'inbound.emptyNext' | 'inbound.emptyPage')[] {
  return first ? ['inbound.empty', 'inbound.emptyNext'] : ['inbound.emptyPage'];
}

function rowOf(deal: Deal, { reader, now, me }: InboundInput, place: Place) {
  const { language } = reader;
  const customer = customerOf(deal);
  const name = inert(customer, 80);
  const { left, color } = countdownOf(deal, reader, now);
  const value = valueText(deal, reader);
  const on = (key: 'button.accept' | 'button.decline' | 'button.details') =>
    say(language, 'button.on', { action: say(language, key), customer: name });
  return {
    customer,
    about: joined([placeOf(deal, language), senderOf(deal)]),
    value: value === undefined ? [] : [value],
    left,
    color,
    accept: { verb: 'opportunity.accept', dealId: deal.id, place } satisfies CardAction,
    decline: { verb: 'opportunity.decline', dealId: deal.id, place } satisfies CardAction,
    details: { verb: 'deal.open', dealId: deal.id, place } satisfies CardAction,
    acceptOn: on('button.accept'),
    declineOn: on('button.decline'),
    detailsOn: on('button.details'),
    hearts: me === undefined ? [] : [heartOf(deal, me, place, language)],
  };
}
