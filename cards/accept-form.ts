import { dayIn } from '../src/clock.ts';
import type { Deal } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Refusal } from '../src/rules/refusal.ts';
import { type Banner, banners } from './banner.ts';
import { currencyChoices } from './currencies.ts';
import { customerOf, from, leadOf } from './deal.ts';
import { cancelOf, checkBanner, errorsAt, shownInputs } from './form.ts';
import { inert, plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { AcceptInputs, CardAction, Place } from './verbs.ts';

export interface AcceptFormInput {
  deal: Deal;
  reader: Reader;
  /** Milliseconds since the epoch. */
  now: number;
  /** What the fields hold: pre-filled (A1), or as it was typed before. */
  values: AcceptInputs;
  errors: readonly Refusal[];
  banner?: Banner;
  /** Offered besides what the people picker finds; those who are chosen already must be among them. `id`: Entra object id. */
  colleagues: readonly { id: string; name: string }[];
  /** Who accepts (A2). */
  me: string;
  place?: Place;
}

const fields = [
  'name',
  'amount',
  'currency',
  'closeDate',
  'notes',
  'phone',
  'colleagues',
  'crmId',
  'campaignId',
] as const;

/** The form of A1 to A3. What was typed is never lost, even where an input of its kind could not hold it. */
export function acceptFormCard(input: AcceptFormInput): Rendered {
  const { deal, reader, now, values, place } = input;
  const { language } = reader;
  const errors = errorsAt(fields, input.errors, reader);
  const rare = ['colleagues', 'crmId', 'campaignId'] as const;
  const send: CardAction = { verb: 'opportunity.accept.send', dealId: deal.id, ...from(place) };
  return render(
    'accept-form',
    language,
    {
      banners: banners(input.banner, checkBanner(input.errors, reader)),
      lead: leadOf(deal, reader),
      errors,
      values: shownInputs(values),
      amount: amountInput(values.amount),
      day: dayInput(values.closeDate, dayIn(reader.timeZone, now)),
      currencies: currencyChoices(values.currency, inert(values.currency, 20)),
      colleagues: input.colleagues.map(({ id, name }) => ({ title: inert(name, 80), value: id })),
      me: say(language, 'accept.you', { me: plain(input.me, 80) }),
      open: rare.some((field) => errors[field].length > 0 || values[field] !== ''),
      send,
      cancel: cancelOf(deal.id, place),
    },
    `${say(language, 'accept.title')}: ${customerOf(deal)}`,
  );
}

/** Which of the three inputs of `parts/amount.json` can hold what was typed: a number input shows nothing but a number. */
function amountInput(typed: string): { number: number[]; empty: string[]; text: string[] } {
  if (typed === '') return { number: [], empty: [''], text: [] };
  const isNumber = /^(0|[1-9]\d{0,11})(\.\d{1,3})?$/.test(typed);
  return isNumber ? { number: [Number(typed)], empty: [], text: [] } : { number: [], empty: [], text: [typed] };
}

/** Likewise for the close date. A day that is past already gets no lower bound, or the client would not show it. */
function dayInput(
  typed: string,
  earliest: string,
): { from: { min: string; value: string }[]; any: string[]; text: string[] } {
  const isDay = typed === '' || (/^\d{4}-\d{2}-\d{2}$/.test(typed) && !Number.isNaN(Date.parse(typed)));
  if (!isDay) return { from: [], any: [], text: [typed] };
  if (typed !== '' && typed < earliest) return { from: [], any: [typed], text: [] };
  return { from: [{ min: earliest, value: typed }], any: [], text: [] };
}
