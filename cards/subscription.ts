import type { Reader } from '../src/notices/messenger.ts';
import type { Filters } from '../src/organisations/organisation.ts';
import { type Banner, banners } from './banner.ts';
import { currencyChoices } from './currencies.ts';
import { shownInputs } from './form.ts';
import { country, listed, money } from './format.ts';
import { inert, plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { CardAction, FilterInputs } from './verbs.ts';
import type { Scope } from './welcome.ts';

interface SubscriptionInput {
  reader: Reader;
  filters: Filters;
  state: 'active' | 'ended';
  scope: Scope;
  /** Who subscribed or ended it. */
  by?: string;
}

/** What a conversation is subscribed to, in words. */
export function subscriptionCard({ reader, filters, state, scope, by }: SubscriptionInput): Rendered {
  const { language } = reader;
  const active = state === 'active';
  const title = say(language, `subscription.${state}`, { scope });
  const lines = filterLines(filters, reader);
  return render(
    'subscription',
    language,
    {
      title,
      filter: active
        ? [{ intro: say(language, lines.length > 0 ? 'subscription.only' : 'subscription.all'), lines }]
        : [],
      by:
        by === undefined
          ? []
          : [say(language, active ? 'subscription.by' : 'subscription.endedBy', { by: plain(by, 80) })],
      change: active ? [{ verb: 'subscription.filter' } satisfies CardAction] : [],
      end: active ? [{ verb: 'subscription.end' } satisfies CardAction] : [],
      again: active ? [] : [{ verb: 'subscription.start' } satisfies CardAction],
    },
    title,
  );
}

function filterLines({ type, countries, minimumValue, solution }: Filters, reader: Reader): string[] {
  const { language } = reader;
  const lines: string[] = [];
  if (type !== undefined) lines.push(say(language, `subscription.type.${type}`));
  if (countries !== undefined && countries.length > 0) {
    const names = countries.map((code) => country(code, language));
    lines.push(say(language, 'subscription.countries', { countries: listed(names, language, 'or') }));
  }
  if (minimumValue !== undefined) {
    lines.push(say(language, 'subscription.minimum', { amount: money(minimumValue, reader) }));
  }
  if (solution !== undefined) lines.push(say(language, 'subscription.solution', { solution: plain(solution, 100) }));
  return lines;
}

/** What is wrong with a filter, at its field. */
export interface FilterError {
  field: keyof FilterInputs;
  code: 'countryInvalid' | 'amountInvalid' | 'currencyInvalid' | 'solutionTooLong' | 'typeInvalid';
}

interface FiltersFormInput {
  reader: Reader;
  /** What the fields hold, as it was typed. */
  values: FilterInputs;
  errors: readonly FilterError[];
  banner?: Banner;
}

/** The form of a subscription's filters. */
export function filtersFormCard({ reader, values, errors, banner }: FiltersFormInput): Rendered {
  const { language } = reader;
  const at = (field: keyof FilterInputs) =>
    errors.filter((error) => error.field === field).map(({ code }) => say(language, `filters.${code}`));
  return render(
    'filters-form',
    language,
    {
      banners: banners(banner),
      values: shownInputs(values),
      errors: {
        type: at('type'),
        countries: at('countries'),
        amount: at('amount'),
        currency: at('currency'),
        solution: at('solution'),
      },
      currencies: currencyChoices(values.currency, inert(values.currency, 20)),
      send: { verb: 'subscription.filter.send' } satisfies CardAction,
      cancel: { verb: 'subscription.show' } satisfies CardAction,
    },
    say(language, 'filters.title'),
  );
}
