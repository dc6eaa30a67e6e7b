import { decodeHTMLStrict } from 'entities/decode';
import { z } from 'zod';
import type { ZodOpenApiOverrideContext } from 'zod-openapi';
import { instant } from '../clock.ts';
import { Amount, Country, Currency, Instant } from '../deals/opportunity.ts';

/*
 * Partner Center's referral resource as it is on the wire (facts/partner-center.md 1.9). Whatever is only shown may be missing, null
 * or empty, and unknown fields and values pass. What we act on is checked: which deal it is and whose, how it stands, for which
 * customer, when, and money and country.
 */

/** On the wire null, "" and a missing field all say that nothing is known. */
function absentIfEmpty(value: unknown): unknown {
  return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
}

export function wire<S extends z.ZodType>(schema: S) {
  return z.preprocess(absentIfEmpty, schema.optional()).optional().meta({ override: orNull });
}

/** What is published of the schema says, too, that null is taken. */
function orNull({ jsonSchema }: ZodOpenApiOverrideContext): void {
  if (jsonSchema.type !== undefined) jsonSchema.type = [jsonSchema.type, 'null'].flat() as typeof jsonSchema.type;
}

export function listOf<S extends z.ZodType>(schema: S) {
  return z
    .preprocess((value) => value ?? [], z.array(schema))
    .prefault([])
    .meta({ override: orNull });
}

/** An object that may be missing: then nothing in it is known. */
export function partOf<S extends z.ZodRawShape>(shape: S) {
  return z
    .preprocess((value) => value ?? {}, z.looseObject(shape))
    .prefault({})
    .meta({ override: orNull });
}

/** Every field error is told at once, so a check of two fields together does not wait for all the others to be right. */
function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null;
}

const text = z.string().trim();

/** A name as it is meant: some arrive HTML-encoded. Decoded once only, so that nobody's `&amp;lt;` becomes a tag. */
export function decoded(name: string): string {
  return decodeHTMLStrict(name).trim();
}

export const guid = z
  .guid('must be a GUID')
  .transform((value) => value.toLowerCase())
  .meta({ example: '11111111-1111-4111-8111-111111111111' });

const dateText = 'must be an ISO 8601 date and time with a time zone, as 2026-01-05T09:12:44.1234567Z';

/** Partner Center writes seven digits of a second's fraction; documents keep milliseconds, UTC. */
export const moment = z.iso
  .datetime({ offset: true, message: dateText })
  .transform((value) => instant(Date.parse(value)))
  .pipe(Instant)
  .meta({ example: '2026-01-05T09:12:44.1234567Z' });

/** A JSON number as text: up to 12 digits before and 2 after the point come through unchanged, longer ones are refused (E3). */
const DealValue = z
  .preprocess((value) => decimalText(value), Amount)
  .meta({
    description: 'At most 12 digits before and 2 after the point',
    example: 120000,
    override: { type: ['number', 'string'] },
  });

/** `10000`, `"10000"` and `"10000.00"` are one amount and give one text. */
function decimalText(value: unknown): string {
  const written = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : 'not a number';
  const [, whole, fraction] = /^0*(\d+?)(?:\.(\d*?)0*)?$/.exec(written) ?? [];
  if (whole === undefined) return written;
  return fraction ? `${whole}.${fraction}` : whole;
}

export const Member = z.looseObject({
  firstName: wire(text),
  lastName: wire(text),
  title: wire(text),
  phoneNumber: wire(text),
  email: wire(text),
});

const CustomerProfile = z.looseObject(
  {
    name: text
      .refine((name) => decoded(name) !== '', 'must not be empty')
      .refine((name) => decoded(name).length <= 200, 'must have at most 200 characters'),
    size: wire(text),
    address: partOf({
      addressLine1: wire(text),
      addressLine2: wire(text),
      city: wire(text),
      state: wire(text),
      postalCode: wire(text),
      country: wire(Country),
      region: wire(text),
    }),
    team: listOf(Member),
    ids: listOf(z.looseObject({ profileType: wire(text), id: wire(text) })),
  },
  'must be the customer, as {"name": "Contoso"}',
);

const Details = partOf({
  notes: wire(text),
  // Zero stands for "not known yet": an opportunity is not lost for it.
  dealValue: z.preprocess((value) => (decimalText(value) === '0' ? undefined : value), wire(DealValue)).optional(),
  currency: wire(Currency),
  closingDateTime: wire(moment),
  requirements: partOf({ solutions: listOf(z.looseObject({ id: wire(text), name: wire(text) })) }),
}).refine(({ dealValue, currency }) => dealValue === undefined || currency !== undefined, {
  path: ['currency'],
  message: 'must be an ISO 4217 currency code, because there is a dealValue',
  when: isObject,
});

const InviteContext = partOf({
  notes: wire(text),
  assistanceRequestCode: wire(text),
  invitedBy: partOf({ organizationId: wire(text), organizationName: wire(text) }),
});

/** The substatus values of a closed referral, each of which ends a deal in its own way (facts/partner-center.md 1.10). */
const closedSubstatuses = ['Won', 'Lost', 'Declined', 'Expired'];

export const Referral = z
  .looseObject({
    id: guid,
    engagementId: wire(text),
    organizationId: guid.meta({ description: 'The organisation that owns this referral' }),
    organizationName: wire(text),
    name: wire(text),
    createdDateTime: moment,
    updatedDateTime: wire(moment),
    expirationDateTime: wire(moment),
    acceptedDateTime: wire(moment),
    closedDateTime: wire(moment),
    status: z.enum(['New', 'Active', 'Closed'], 'must be New, Active or Closed'),
    substatus: wire(text),
    direction: wire(text),
    customerProfile: CustomerProfile,
    details: Details,
    inviteContext: InviteContext,
  })
  .refine(({ status, substatus }) => status !== 'Closed' || closedSubstatuses.includes(substatus ?? ''), {
    path: ['substatus'],
    message: `must be one of ${closedSubstatuses.join(', ')}, because the status is Closed`,
    when: isObject,
  })
  .meta({
    id: 'Referral',
    description:
      "Partner Center's referral resource as its API gives it. Only the fields that this service reads are listed; others are ignored.",
  });
export type Referral = z.output<typeof Referral>;
