/** Lines that several dialogs have. */
import { currencyChoices } from '../../cards/currencies.ts';
import { day, money } from '../../cards/format.ts';
import { type FormField, text } from '../../cards/index.ts';
import { inert } from '../../cards/plain.ts';
import { dayIn } from '../../src/clock.ts';
import { Day, Help, helps, Money } from '../../src/deals/opportunity.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import type { Language } from '../../src/organisations/organisation.ts';
import { isHelp } from '../../src/rules/invite.ts';
import type { TypedContact } from '../../src/rules/values.ts';
import { type Inputs, typed } from './dialog.ts';
import type { Choice } from './offers.ts';

export function currencyField(value: string, { language }: Reader): FormField {
  return {
    kind: 'choice',
    id: 'currency',
    label: text(language, 'accept.currency'),
    value,
    choices: currencyChoices(value, inert(value, 20)),
    required: true,
  };
}

/** A close date, from the reader's today on; one that is past already stays as it is. */
export function closeDateField(label: string, value: string, reader: Reader, now: number): FormField {
  return { kind: 'date', id: 'closeDate', label, value, required: true, earliest: dayIn(reader.timeZone, now) };
}

/** The ids are the fields at which `checkContact` refuses. */
export function contactFields(
  { name, phone, email }: TypedContact,
  { language }: Reader,
  required: boolean,
): FormField[] {
  return [
    { kind: 'text', id: 'contactName', label: text(language, 'dialog.contactName'), value: name, required },
    {
      kind: 'text',
      id: 'contactPhone',
      label: text(language, 'dialog.contactPhone'),
      value: phone,
      required,
      style: 'tel',
      maxLength: 40,
    },
    {
      kind: 'text',
      id: 'contactEmail',
      label: text(language, 'dialog.contactEmail'),
      value: email,
      required,
      style: 'email',
      maxLength: 254,
    },
  ];
}

export function readContact(inputs: Inputs): TypedContact {
  const { contactName, contactPhone, contactEmail } = typed(inputs, ['contactName', 'contactPhone', 'contactEmail']);
  return { name: contactName, phone: contactPhone, email: contactEmail };
}

/** C7's list, without "no help". */
export function helpChoices(language: Language): Choice[] {
  return helps.filter(isHelp).map((value) => ({ title: helpText(value, language), value }));
}

export function helpText(help: string, language: Language): string {
  const one = Help.safeParse(help);
  return one.success ? text(language, `help.${one.data}`) : '';
}

/** Facts for a review; what was left empty is left out. */
export function facts(lines: readonly (readonly [label: string, value: string])[]): FormField[] {
  return lines
    .filter(([, value]) => value.trim() !== '')
    .map(([label, value]) => ({ kind: 'fact' as const, label, value }));
}

/** As it is written for people, or as it was typed where it is no amount of money. */
export function moneyText(amount: string, currency: string, reader: Reader): string {
  const value = Money.safeParse({ amount: amount.trim(), currency: currency.trim() });
  return value.success ? money(value.data, reader) : `${amount} ${currency}`.trim();
}

export function dayText(typedDay: string, reader: Reader): string {
  const date = Day.safeParse(typedDay.trim());
  return date.success ? day(date.data, reader) : typedDay;
}

export function contactText({ name, phone, email }: TypedContact): string {
  return [name, phone, email].filter((part) => part.trim() !== '').join('\n');
}
