import { type Deal, declineReasons } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import { type Language, languages } from '../src/organisations/organisation.ts';
import type { Refusal } from '../src/rules/refusal.ts';
import { type Banner, banners } from './banner.ts';
import { customerOf, from, leadOf } from './deal.ts';
import { cancelOf, checkBanner, errorsAt, shownInputs } from './form.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { CardAction, DeclineInputs, Place } from './verbs.ts';

export interface DeclineFormInput {
  deal: Deal;
  reader: Reader;
  /** Milliseconds since the epoch. */
  now: number;
  values: DeclineInputs;
  errors: readonly Refusal[];
  banner?: Banner;
  place?: Place;
}

const reasons = Object.fromEntries(
  languages.map((language) => [
    language,
    declineReasons.map((reason) => ({ title: say(language, `reason.${reason}`), value: reason })),
  ]),
) as Record<Language, { title: string; value: string }[]>;

/** The form of D1 and D2. */
export function declineFormCard(input: DeclineFormInput): Rendered {
  const { deal, reader, values, place } = input;
  const { language } = reader;
  const send: CardAction = { verb: 'opportunity.decline.send', dealId: deal.id, ...from(place) };
  return render(
    'decline-form',
    language,
    {
      banners: banners(input.banner, checkBanner(input.errors, reader)),
      lead: leadOf(deal, reader),
      errors: errorsAt(['reason', 'notes'], input.errors, reader),
      values: shownInputs(values),
      reasons: reasons[language],
      send,
      cancel: cancelOf(deal.id, place),
    },
    `${say(language, 'decline.title')}: ${customerOf(deal)}`,
  );
}
