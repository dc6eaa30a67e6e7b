import type { z } from 'zod';
import { type DirectoryKind, type Entries, entrySchemas } from './entry.ts';
import { bareWord } from './words.ts';

/** A column of a directory's file. */
interface Column {
  /** Also the name in JSON lines. */
  field: string;
  /** Other headings that mean the same, the surest first. Case, accents, spaces and punctuation do not count. */
  headings: readonly string[];
  /** For the help text. */
  what: string;
  isNeeded?: true;
}

export const columns: Record<DirectoryKind, readonly Column[]> = {
  customers: [
    {
      field: 'id',
      headings: ['customerId', 'accountId', 'accountNumber', 'Kundennummer', 'Kunden-ID'],
      what: 'your own id; where it is missing, the D-U-N-S number is taken',
    },
    {
      field: 'name',
      headings: [
        'customerName',
        'companyName',
        'accountName',
        'company',
        'customer',
        'account',
        'Firma',
        'Firmenname',
        'Kunde',
      ],
      what: 'of the company',
      isNeeded: true,
    },
    {
      field: 'addressLine1',
      headings: ['streetAddress', 'street', 'address1', 'address', 'Straße', 'Strasse', 'Adresse', 'Anschrift'],
      what: 'street and number',
    },
    { field: 'city', headings: ['town', 'Ort', 'Stadt'], what: 'city' },
    {
      field: 'state',
      headings: ['stateProvince', 'province', 'region', 'Bundesland', 'Kanton'],
      what: 'state or region',
    },
    { field: 'postalCode', headings: ['postcode', 'zipCode', 'zip', 'PLZ', 'Postleitzahl'], what: 'postal code' },
    {
      field: 'country',
      headings: ['countryCode', 'countryRegion', 'Land', 'Ländercode', 'Länderkürzel'],
      what: 'two letters (ISO 3166), or its name in English or German',
      isNeeded: true,
    },
    {
      field: 'duns',
      headings: ['dunsNumber', 'dunsNo', 'DUNS-Nummer', 'DUNS-Nr.'],
      what: 'D-U-N-S number, nine digits',
    },
  ],
  partners: [
    { field: 'id', headings: ['partnerId', 'mpnId', 'mpn', 'Partnernummer'], what: 'partner (MPN) id', isNeeded: true },
    {
      field: 'name',
      headings: ['partnerName', 'companyName', 'company', 'partner', 'Firma', 'Firmenname'],
      what: 'of the company',
      isNeeded: true,
    },
    {
      field: 'country',
      headings: ['countryCode', 'countryRegion', 'Land', 'Ländercode'],
      what: 'two letters (ISO 3166), or its name in English or German',
    },
    {
      field: 'transacts',
      headings: ['transactsInPartnerCenter', 'coSell', 'coSellReady'],
      what: 'yes or no: in the co-sell ecosystem, transacting in Partner Center; others are not found',
      isNeeded: true,
    },
    {
      field: 'organisationId',
      headings: ['organizationId', 'organisation', 'organization'],
      what: 'the organisation on this service that the partner is, if it is one',
    },
    {
      field: 'locationId',
      headings: ['businessProfileLocation', 'businessProfileLocationId', 'location'],
      what: 'its business profile location in Partner Center, which an invitation there names',
    },
  ],
  solutions: [
    { field: 'id', headings: ['solutionId', 'Lösungsnummer'], what: 'solution id', isNeeded: true },
    {
      field: 'name',
      headings: ['solutionName', 'title', 'solution', 'Lösung', 'Titel'],
      what: 'of the solution',
      isNeeded: true,
    },
    {
      field: 'kind',
      headings: ['solutionType', 'type', 'Art', 'Typ'],
      what: 'own, microsoft or thirdParty',
      isNeeded: true,
    },
    { field: 'publisher', headings: ['publisherName', 'vendor', 'Herausgeber', 'Anbieter'], what: 'who makes it' },
    {
      field: 'eligible',
      headings: ['eligibleForRegistration', 'registrable', 'registrierbar'],
      what: 'yes or no: whether a won deal with it can be registered; no where it is missing',
    },
  ],
};

/** A row's values by field. */
export type Values = Record<string, string>;

type EntryResult<K extends DirectoryKind> = { ok: true; entry: Entries[K] } | { ok: false; problem: string };

/** The field that each heading stands for; undefined for one that is not used. Of two for one field, the surer one is used. */
export function fieldsOf(kind: DirectoryKind, headings: readonly string[]): (string | undefined)[] {
  const given = headings.map(bareWord);
  const fields: (string | undefined)[] = headings.map(() => undefined);
  for (const { field, headings: names } of columns[kind]) {
    const found = [field, ...names].map((name) => given.indexOf(bareWord(name))).find((at) => at >= 0);
    if (found !== undefined) fields[found] = field;
  }
  return fields;
}

/** The needed fields that are not among the given ones. */
export function missingFields(kind: DirectoryKind, fields: readonly (string | undefined)[]): string[] {
  const missing = columns[kind].filter(({ field, isNeeded }) => isNeeded && !fields.includes(field));
  const needsId = kind === 'customers' && !fields.includes('id') && !fields.includes('duns');
  return [...(needsId ? ['id or duns'] : []), ...missing.map(({ field }) => field)];
}

/** Makes an entry of a row's values, or says of each value that is wrong what would be right, in one line. */
export function entryOf<K extends DirectoryKind>(kind: K, values: Values): EntryResult<K> {
  const parsed = entrySchemas[kind].safeParse(drafts[kind](tidied(values)), { error: whatWouldBeRight });
  return parsed.success
    ? { ok: true, entry: parsed.data }
    : { ok: false, problem: parsed.error.issues.map(problemOf).join('; ') };
}

/** What the schema then judges. */
const drafts: Record<DirectoryKind, (values: Partial<Values>) => object> = {
  customers({ id, name, duns: number, country, ...address }) {
    const duns = number?.replaceAll(/[\s-]/g, '');
    return { id: id ?? duns, name, address: { ...address, country: countryOf(country) }, ...(duns && { duns }) };
  },
  partners: ({ country, transacts, ...values }) => ({
    ...values,
    ...(country && { country: countryOf(country) }),
    transacts: truthOf(transacts),
  }),
  solutions: ({ kind, eligible, ...values }) => ({
    ...values,
    kind: kind && (solutionKinds.get(bareWord(kind)) ?? kind),
    eligible: truthOf(eligible) ?? false,
  }),
};

/** Without empty values, and each in one line. */
function tidied(values: Values): Values {
  const tidy: Values = {};
  for (const [field, value] of Object.entries(values)) {
    const text = /\s/.test(value) ? value.replaceAll(/\s+/g, ' ').trim() : value;
    if (text !== '') tidy[field] = text;
  }
  return tidy;
}

const solutionKinds = new Map([
  ['own', 'own'],
  ['eigene', 'own'],
  ['microsoft', 'microsoft'],
  ['thirdparty', 'thirdParty'],
  ['drittanbieter', 'thirdParty'],
]);

const truths = new Map(
  ['yes', 'y', 'true', '1', 'ja', 'j']
    .map((word): [string, boolean] => [word, true])
    .concat(['no', 'n', 'false', '0', 'nein'].map((word) => [word, false])),
);

/** Something else stays as it is, and is then found to be wrong. */
function truthOf(text: string | undefined): boolean | string | undefined {
  return text && (truths.get(text.toLowerCase()) ?? text);
}

const countryCodes = countryTexts();

/** Something that is no country stays as it is, and is then found to be wrong. */
function countryOf(text: string | undefined): string | undefined {
  return text && (countryCodes.get(bareWord(text)) ?? text);
}

/** The code of each country by its plain name and by its code, also by `UK` and other codes that it once had. */
function countryTexts(): Map<string, string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const names = ['en', 'de'].map((language) => new Intl.DisplayNames(language, { type: 'region', fallback: 'none' }));
  const codeOf = new Map<string, string>();
  for (const code of codes) {
    const today = new Intl.Locale(`und-${code}`).region ?? code;
    const texts = names.map((each) => each.of(today)).filter((name) => name !== undefined);
    if (texts.length > 0) for (const text of [code, ...texts]) codeOf.set(bareWord(text), today);
  }
  return codeOf;
}

/** Where the schema itself does not say it. */
function whatWouldBeRight(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_type') return issue.expected === 'boolean' ? 'must be yes or no' : 'must be text';
  return issue.code === 'invalid_value' ? `must be one of ${issue.values.join(', ')}` : undefined;
}

function problemOf({ path, message }: z.core.$ZodIssue): string {
  return `${String(path.at(-1))}: ${message}`;
}
