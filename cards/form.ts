/** What the forms have in common. */

import type { Reader } from '../src/notices/messenger.ts';
import type { Field, Refusal } from '../src/rules/refusal.ts';
import type { Banner } from './banner.ts';
import { pageOf } from './opportunity.ts';
import { visible } from './plain.ts';
import { refusalText } from './refusals.ts';
import { say } from './texts.ts';
import type { CardAction, Place } from './verbs.ts';

/**
 * The errors of a form, each at its field; `form` for those that belong to no field of it. Every field of the form is named, with
 * an empty list where nothing is wrong: the template asks for all of them.
 */
export function errorsAt<F extends Field>(
  fields: readonly F[],
  errors: readonly Refusal[],
  reader: Reader,
): Record<F | 'form', string[]> {
  const at = { form: [] as string[], ...Object.fromEntries(fields.map((field) => [field, [] as string[]])) } as Record<
    F | 'form',
    string[]
  >;
  for (const error of errors) {
    const field = fields.find((name) => name === error.field) ?? 'form';
    at[field].push(refusalText(error, reader));
  }
  return at;
}

/** What was typed, for the inputs: as it was, without what nobody can see. */
export function shownInputs<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).map(([id, typed]) => [id, visible(String(typed))])) as T;
}

/** Says on top of a form that was sent in vain that something is wrong: on a phone the field may be out of sight. */
export function checkBanner(errors: readonly unknown[], reader: Reader): Banner | undefined {
  return errors.length === 0 ? undefined : { tone: 'attention', text: say(reader.language, 'form.check') };
}

/** Cancel leads back to the list that the form was opened from, else to the deal's card. */
export function cancelOf(dealId: string, place: Place | undefined): CardAction {
  return place === undefined ? { verb: 'opportunity.show', dealId } : pageOf(place);
}
