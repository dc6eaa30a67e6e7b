import { z } from 'zod';
import { country as countryName } from '../../cards/format.ts';
import { type FormField, text } from '../../cards/index.ts';
import { contentHash } from '../../src/deals/content-hash.ts';
import { Customer } from '../../src/directory/entry.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import type { Language } from '../../src/organisations/organisation.ts';
import { checkCustomer, type TypedCustomer } from '../../src/rules/create.ts';
import { type Refusal, refusal } from '../../src/rules/refusal.ts';
import type { Turn } from '../turn.ts';
import type { Act, Inputs } from './dialog.ts';
import { facts } from './fields.ts';
import { type Choice, choiceOf, chosen, customerLine, offered } from './offers.ts';

/** C1: the customer as the form has it. */
export const CustomerForm = z.object({
  by: z.enum(['search', 'hand']),
  /** In the directory; empty until one is chosen. */
  id: z.string(),
  name: z.string(),
  addressLine1: z.string(),
  city: z.string(),
  state: z.string(),
  postalCode: z.string(),
  country: z.string(),
  duns: z.string(),
});
export type CustomerForm = z.infer<typeof CustomerForm>;

const nowhere = { addressLine1: '', city: '', state: '', postalCode: '', duns: '' };

/** How many found companies stand below the form; who wants another one types more. */
const mostRows = 6;

/** A form to begin with; a name that was typed behind the command is looked up at once. */
export function newCustomer(name: string): CustomerForm {
  return { by: 'search', id: '', name, country: '', ...nowhere };
}

/** Inputs that are not shown stay as they are: which are, depends on what is chosen. */
export function readCustomer(inputs: Inputs, form: CustomerForm): CustomerForm {
  const read = (id: keyof typeof nowhere | 'country', before: string) => inputs[id] ?? before;
  const id = inputs.customer ?? form.id;
  const anew = id !== form.id;
  return {
    ...form,
    id,
    name: inputs.customerName ?? form.name,
    country: read('country', form.country),
    ...(anew
      ? nowhere
      : {
          addressLine1: read('addressLine1', form.addressLine1),
          city: read('city', form.city),
          state: read('state', form.state),
          postalCode: read('postalCode', form.postalCode),
          duns: read('duns', form.duns),
        }),
  };
}

export function actOnCustomer({ what, item }: Act, form: CustomerForm): CustomerForm {
  switch (what) {
    case 'pick':
      return { ...form, ...nowhere, by: 'search', id: item };
    case 'other':
      return { ...form, ...nowhere, by: 'search', id: '' };
    case 'byHand':
      return { ...form, by: 'hand', id: '' };
    case 'bySearch':
      return { ...form, by: 'search' };
    default:
      return form;
  }
}

/** C1: the customer that the form stands for. What the directory does not know of it is typed. */
export async function customerOf(turn: Turn, form: CustomerForm): Promise<TypedCustomer> {
  const entry = await entryOf(turn, form);
  return entry === undefined ? form : completed(entry, form);
}

/** C1: what is wrong with the form of the customer. */
export async function checkCustomerForm(turn: Turn, form: CustomerForm): Promise<Refusal[]> {
  const entry = await entryOf(turn, form);
  if (form.by === 'search' && entry === undefined) return [refusal('customerMissing', 'C1', 'customerName')];
  return checkCustomer(entry === undefined ? form : completed(entry, form));
}

export async function customerFields(turn: Turn, form: CustomerForm): Promise<FormField[]> {
  const { reader } = turn;
  const entry = await entryOf(turn, form);
  if (entry !== undefined) return entryFields(entry, form, reader);
  return form.by === 'hand' ? handFields(form, reader) : searchFields(turn, form);
}

/** As the next form offers it among the recent choices. One that was entered by hand gets an id of its own content. */
export async function customerChoice(turn: Turn, form: CustomerForm): Promise<Customer | undefined> {
  const entry = await entryOf(turn, form);
  if (entry !== undefined) return entry;
  const { name, addressLine1, city, state, postalCode, country, duns } = form;
  const parts = Object.entries({ addressLine1, city, state, postalCode }).map(([key, part]) => [key, part.trim()]);
  const address = { ...Object.fromEntries(parts.filter(([, part]) => part !== '')), country: country.trim() };
  const known = { name: name.trim(), address, ...(duns.trim() === '' ? {} : { duns: duns.trim() }) };
  const parsed = Customer.safeParse({ id: `hand-${contentHash(known).slice(0, 24)}`, ...known });
  return parsed.success ? parsed.data : undefined;
}

/** For a review and for the list of drafts. */
export async function customerText(turn: Turn, form: CustomerForm): Promise<string> {
  const { name, addressLine1, postalCode, city, state, country, duns } = await customerOf(turn, form);
  const { language } = turn.reader;
  const town = [postalCode, city].filter((part) => part.trim() !== '').join(' ');
  const where = [addressLine1, town, state, country === '' ? '' : countryName(country, language)];
  return [
    name,
    where.filter((part) => part.trim() !== '').join(', '),
    duns === '' ? '' : text(language, 'customer.dunsNumber', { duns }),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

async function entryOf(turn: Turn, { by, id }: CustomerForm): Promise<Customer | undefined> {
  return by === 'hand' ? undefined : chosen(turn, 'customers', id);
}

function completed({ name, address, duns = '' }: Customer, typed: CustomerForm): TypedCustomer {
  return {
    name,
    addressLine1: address.addressLine1 ?? typed.addressLine1,
    city: address.city ?? typed.city,
    state: address.state ?? '',
    postalCode: address.postalCode ?? '',
    country: address.country,
    duns,
  };
}

/** The chosen company, with inputs for what its entry lacks. */
function entryFields(entry: Customer, form: CustomerForm, reader: Reader): FormField[] {
  const { language } = reader;
  const { addressLine1, city } = entry.address;
  return [
    ...facts([[text(language, 'create.customer'), `${entry.name}\n${customerLine(entry, reader, '\n')}`]]),
    ...(addressLine1 === undefined ? [lineField('addressLine1', 'customer.address', form.addressLine1, language)] : []),
    ...(city === undefined ? [lineField('city', 'customer.city', form.city, language)] : []),
    { kind: 'button', buttons: [{ title: text(language, 'customer.other'), what: 'other' }] },
  ];
}

/** What was found stands below as soon as a name is typed: Find only asks for it. */
async function searchFields(turn: Turn, { id, name, country }: CustomerForm): Promise<FormField[]> {
  const { reader } = turn;
  const { language } = reader;
  const lately = await offered(turn, 'customers', '', country);
  const found = name.trim() === '' ? [] : await offered(turn, 'customers', name, country);
  const pick = text(language, 'dialog.choose');
  return [
    countryField(country, language, false),
    {
      kind: 'search',
      id: 'customer',
      label: text(language, 'create.customer'),
      value: id,
      dataset: 'customers',
      choices: distinct([...lately, ...found].map((entry) => choiceOf('customers', entry, reader))),
      placeholder: text(language, 'dialog.typeName'),
    },
    { kind: 'text', id: 'customerName', label: text(language, 'customer.findByName'), value: name },
    {
      kind: 'button',
      buttons: [
        { title: text(language, 'dialog.find'), what: 'find' },
        { title: text(language, 'customer.byHand'), what: 'byHand' },
      ],
    },
    ...(name.trim() !== '' && found.length === 0
      ? [{ kind: 'hint' as const, label: text(language, 'customer.noneFound') }]
      : []),
    ...found.slice(0, mostRows).map((entry): FormField => {
      const customer = `${entry.name}, ${customerLine(entry, reader)}`;
      const tooltip = text(language, 'button.on', { action: pick, customer });
      const buttons = [{ title: pick, tooltip, what: 'pick', item: entry.id }];
      return { kind: 'row', label: entry.name, value: customerLine(entry, reader, '\n'), buttons };
    }),
    ...(found.length > mostRows ? [{ kind: 'hint' as const, label: text(language, 'dialog.typeMore') }] : []),
  ];
}

function handFields(form: CustomerForm, { language }: Reader): FormField[] {
  const { name, addressLine1, postalCode, city, state, country, duns } = form;
  return [
    lineField('customerName', 'customer.name', name, language),
    lineField('addressLine1', 'customer.address', addressLine1, language),
    {
      kind: 'text',
      id: 'postalCode',
      label: text(language, 'customer.postalCode'),
      value: postalCode,
      maxLength: 20,
    },
    lineField('city', 'customer.city', city, language),
    { kind: 'text', id: 'state', label: text(language, 'customer.state'), value: state },
    countryField(country, language, true),
    {
      kind: 'text',
      id: 'duns',
      label: text(language, 'customer.duns'),
      value: duns,
      hint: text(language, 'customer.dunsHint'),
      maxLength: 9,
    },
    { kind: 'button', buttons: [{ title: text(language, 'customer.bySearch'), what: 'bySearch' }] },
  ];
}

type LineKey = 'customer.name' | 'customer.address' | 'customer.city';

function lineField(id: string, label: LineKey, value: string, language: Language): FormField {
  return { kind: 'text', id, label: text(language, label), value, required: true };
}

function countryField(value: string, language: Language, required: boolean): FormField {
  const any = { title: text(language, 'customer.anyCountry'), value: '' };
  const choices = required ? countryChoices(language) : [any, ...countryChoices(language)];
  const label = text(language, 'customer.country');
  const placeholder = required ? {} : { placeholder: any.title };
  return { kind: 'choice', id: 'country', label, value, choices, required, ...placeholder };
}

const countries = new Map<Language, Choice[]>();

/** Codes that `Intl` names and that are no countries. */
const noCountries = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);

/** Every country by its name in the reader's language. */
function countryChoices(language: Language): Choice[] {
  const known = countries.get(language);
  if (known !== undefined) return known;
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
  const made = letters
    .flatMap((first) => letters.map((second) => first + second))
    // What was renamed, `DD` for instance, becomes another code.
    .filter((code) => new Intl.Locale(`und-${code}`).region === code && !noCountries.has(code))
    .flatMap((code) => {
      const title = names.of(code);
      return title === undefined ? [] : [{ title, value: code }];
    })
    .sort((a, b) => a.title.localeCompare(b.title, language));
  countries.set(language, made);
  return made;
}

function distinct(choices: readonly Choice[]): Choice[] {
  return [...new Map(choices.map((choice) => [choice.value, choice])).values()];
}
