import { z } from 'zod';

/** Currencies and countries that `Intl` knows, worked out once. */
const currencies = new Set(Intl.supportedValuesOf('currency'));
const countryNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const countries = new Set(
  letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => countryNames.of(code) !== undefined),
);

/** A decimal amount greater than zero, at most 12 digits before and 2 after the point (E3). Never a float. */
export const Amount = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,2})?$/, 'must be a decimal number with at most 12 digits before and 2 after the point')
  // What is no number at all has been told so, and is not told twice.
  .refine((text) => !/^0+(\.0+)?$/.test(text), 'must be greater than zero');

/** ISO 4217. */
export const Currency = z.string().refine((code) => currencies.has(code), 'must be an ISO 4217 currency code');

/** ISO 3166, two letters. */
export const Country = z.string().refine((code) => countries.has(code), 'must be a two-letter ISO 3166 country code');

/** A calendar day, `YYYY-MM-DD`. */
export const Day = z.iso.date();

/** ISO 8601 UTC with milliseconds, as `instant` writes it. */
export const Instant = z.iso.datetime({ precision: 3 });

export const Money = z.object({ amount: Amount, currency: Currency });
export type Money = z.infer<typeof Money>;

/** The help that is asked for (C7), in Partner Center's words. `Other` stands for a value that this program does not know. */
export const helps = [
  'WorkloadSpecificValueProposition',
  'CustomerTechnicalArchitecture',
  'ProofOfConceptOrDemo',
  'QuotesOrLicensing',
  'PostSalesCustomerSuccess',
  'GeneralOrOther',
  'Other',
] as const;
export const Help = z.enum(helps);
export type Help = z.infer<typeof Help>;

const line = z.string().trim().min(1).max(200);

/** Where a customer is. Only what the sender knows. */
const Address = z.object({
  addressLine1: line.optional(),
  addressLine2: line.optional(),
  city: line.optional(),
  state: line.optional(),
  postalCode: z.string().trim().min(1).max(20).optional(),
  country: Country.optional(),
});

/** The customer's contact person: personal details, shown only after a check of the reader (V4). */
export const Contact = z.object({
  name: line,
  title: line.optional(),
  phone: z.string().trim().min(3).max(40).optional(),
  /** Also with letters beyond ASCII, as in internationalised domains. */
  email: z.email({ pattern: z.regexes.unicodeEmail }).max(254).optional(),
});
export type Contact = z.infer<typeof Contact>;

/** Of a customer. */
export const mostContacts = 20;

export const Customer = z.object({
  name: line,
  /** Partner Center's size class, `251to1000employees`, or whatever it sends. */
  size: z.string().trim().min(1).max(60).optional(),
  address: Address,
  /** D-U-N-S: nine digits. */
  duns: z
    .string()
    .regex(/^\d{9}$/, 'must be nine digits')
    .optional(),
  contacts: z.array(Contact).max(mostContacts),
});
export type Customer = z.infer<typeof Customer>;

/** C6. The kind is known for solutions of the directory; a sender may name any. */
export const solutionKinds = ['own', 'microsoft', 'thirdParty'] as const;
export const Solution = z.object({
  id: z.string().trim().min(1).max(100).optional(),
  name: line,
  kind: z.enum(solutionKinds).optional(),
  /** G1: whether a won deal with it can be registered. */
  eligible: z.boolean().optional(),
});
export type Solution = z.infer<typeof Solution>;

/** What a sender tells of an opportunity: the part of a deal that intake may write while the deal is received. */
export const Opportunity = z.object({
  engagementId: z.string().max(100).optional(),
  /** The sender's name for the deal; often missing. */
  name: line.optional(),
  /** `own`: a deal that the organisation created itself. */
  sender: z.object({ kind: z.enum(['microsoft', 'partner', 'own']), name: line }),
  customer: Customer,
  help: Help.optional(),
  /** What the sender wrote to this organisation. */
  notes: z.string().trim().min(1).max(4000).optional(),
  value: Money.optional(),
  closeDate: Day.optional(),
  solutions: z.array(Solution).max(50),
  /** I8: the people of the inviting organisation who work on it. */
  team: z
    .array(
      z.object({
        personId: z.string().optional(),
        name: line,
        phone: z.string().max(40).optional(),
        email: z.string().max(254).optional(),
      }),
    )
    .max(50)
    .optional(),
  /** When the sender sent it. */
  receivedAt: Instant,
  /** The sender's own expiration date, where given (L4). */
  expiresAt: Instant.optional(),
});
export type Opportunity = z.infer<typeof Opportunity>;
