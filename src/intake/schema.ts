import { z } from 'zod';
import 'zod-openapi';
import { instant } from '../clock.ts';
import { mostMembers, Status } from '../deals/deal.ts';
import { Amount, Contact, Country, Currency, Day, helps, Instant, Opportunity } from '../deals/opportunity.ts';
import type { IncomingParts } from '../partner-center/mapping.ts';

/*
 * The project's own form of an opportunity, for programs that do not speak Partner Center's. Strict: a field that is not known is
 * refused, because a misspelt one would be lost without a word.
 */

const line = (description: string, example: string) => z.string().trim().min(1).max(200).meta({ description, example });

const moment = z.iso
  .datetime({ offset: true, message: 'must be an ISO 8601 date and time with a time zone, as 2026-11-22T09:30:00Z' })
  .transform((value) => instant(Date.parse(value)))
  .pipe(Instant);

const PostedAddress = z.strictObject({
  addressLine1: line('Street and number', 'Am Kai 3').optional(),
  addressLine2: line('Second line', 'Haus B').optional(),
  city: line('City', 'Hamburg').optional(),
  state: line('State or region', 'Hamburg').optional(),
  postalCode: z.string().trim().min(1).max(20).optional().meta({ description: 'Postal code', example: '20457' }),
  country: Country.optional().meta({
    description: 'ISO 3166, two capital letters',
    example: 'DE',
    pattern: '^[A-Z]{2}$',
  }),
});

const PostedContact = z.strictObject({
  name: line('First and last name', 'Kari Example'),
  title: line('Position', 'Head of IT').optional(),
  phone: Contact.shape.phone.meta({ description: 'Phone number', example: '+4940000001' }),
  email: Contact.shape.email.meta({ description: 'E-mail address', example: 'kari@customer.example' }),
});

const PostedCustomer = z.strictObject({
  name: line('The company', 'Hafen & Söhne KG'),
  size: z.string().trim().min(1).max(60).optional().meta({ description: 'Size class', example: '251to1000employees' }),
  address: PostedAddress.default({}).meta({ description: 'Where it is' }),
  duns: z
    .string()
    .regex(/^\d{9}$/, 'must be nine digits')
    .optional()
    .meta({ description: 'D-U-N-S number: nine digits', example: '480000001' }),
  contacts: z
    .array(PostedContact)
    .max(20)
    .default([])
    .meta({ description: 'Whom to call. Shown only to those who may answer' }),
});

export const PostedOpportunity = z
  .strictObject({
    externalId: z.string().trim().min(1).max(200).meta({
      description: 'Your own id of the opportunity: the same id again is the same opportunity',
      example: 'OPP-4711',
    }),
    name: line('Your name for the deal', 'Data estate modernisation').optional(),
    sender: z
      .strictObject({
        kind: z.enum(['microsoft', 'partner']).meta({ description: 'Microsoft, or a partner organisation' }),
        name: line('Who sends it', 'Fabrikam Cloud Ltd'),
      })
      .meta({ description: 'Who sends the opportunity: it makes the deal co-sell (microsoft) or partner to partner' }),
    customer: PostedCustomer,
    help: z
      .enum(helps.filter((help) => help !== 'Other'))
      .optional()
      .meta({ description: 'The help that is wanted', example: 'ProofOfConceptOrDemo' }),
    notes: z
      .string()
      .trim()
      .min(1)
      .max(4000)
      .optional()
      .meta({ description: 'What you want to tell the receiver', example: 'Can you lead the assessment?' }),
    value: z
      .strictObject({
        amount: Amount.meta({
          description: 'A decimal number as text, greater than zero: at most 12 digits before and 2 after the point',
          example: '45000.50',
        }),
        currency: Currency.meta({ description: 'ISO 4217', example: 'EUR', pattern: '^[A-Z]{3}$' }),
      })
      .optional()
      .meta({ description: 'Estimated value' }),
    closeDate: Day.optional().meta({ description: 'Estimated day of purchase', example: '2027-03-31' }),
    solutions: z
      .array(
        z.strictObject({
          id: z
            .string()
            .trim()
            .min(1)
            .max(100)
            .optional()
            .meta({ description: 'Catalogue id', example: 'SOL-0001-ABC' }),
          name: line('Name of the solution', 'Lakehouse Accelerator'),
        }),
      )
      .max(50)
      .default([])
      .meta({ description: 'What the customer asks for' }),
    respondBy: moment.optional().meta({
      description: 'When it expires if nobody answers. Without it: some days after receivedAt, as the receiver chose',
    }),
    receivedAt: moment.optional().meta({ description: 'When you sent it. Without it: when it first arrives' }),
  })
  .meta({ id: 'Opportunity', description: 'An opportunity for the organisation that the API key belongs to' });
export type PostedOpportunity = z.output<typeof PostedOpportunity>;

/** For the documentation; a test parses it. */
export const exampleOpportunity = {
  externalId: 'OPP-4711',
  name: 'Data estate modernisation',
  sender: { kind: 'partner', name: 'Fabrikam Cloud Ltd' },
  customer: {
    name: 'Hafen & Söhne KG',
    address: { addressLine1: 'Am Kai 3', city: 'Hamburg', postalCode: '20457', country: 'DE' },
    contacts: [{ name: 'Kari Example', phone: '+4940000001', email: 'kari@customer.example' }],
  },
  help: 'ProofOfConceptOrDemo',
  notes: 'Can you lead the assessment?',
  value: { amount: '45000.50', currency: 'EUR' },
  closeDate: '2027-03-31',
  solutions: [{ id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator' }],
  respondBy: '2026-12-06T09:00:00Z',
} satisfies z.input<typeof PostedOpportunity>;

/** For the documentation; a test parses it. What a referral holds beside this is ignored. */
export const exampleReferral = {
  '@odata.context': 'https://api.partner.microsoft.com/v1.0/$metadata#Referrals/$entity',
  id: '11111111-1111-4111-8111-111111111111',
  engagementId: '22222222-2222-4222-8222-222222222222',
  organizationId: '33333333-3333-4333-8333-333333333333',
  organizationName: 'Example Partner Ltd',
  name: null,
  createdDateTime: '2026-01-05T09:12:44.1234567Z',
  expirationDateTime: '2026-01-19T09:12:44.1234567Z',
  status: 'New',
  substatus: 'Pending',
  direction: 'Incoming',
  customerProfile: {
    name: 'Example Customer &amp; Sons',
    address: { city: 'Oslo', postalCode: '0150', country: 'NO' },
    team: [],
    ids: [],
  },
  details: {
    notes: null,
    dealValue: 120000,
    currency: 'USD',
    closingDateTime: '2026-06-30T00:00:00Z',
    requirements: { solutions: [{ id: 'SOL-0001-ABC', name: 'Example Fabric Accelerator' }] },
  },
  inviteContext: {
    notes: 'Can you lead the assessment?',
    assistanceRequestCode: 'ProofOfConceptOrDemo',
    invitedBy: { organizationId: 'msft', organizationName: 'Microsoft' },
  },
};

/** A body is Partner Center's referral when it has one of the fields that only a referral has; else it is the own form. */
export function isReferral(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return ['@odata.context', 'engagementId', 'customerProfile'].some((field) => Object.hasOwn(body, field));
}

/** A posted opportunity as a deal's content. `receivedAt`: for one that does not say when it was sent; ISO 8601 UTC, milliseconds. */
export function toPostedParts(posted: PostedOpportunity, receivedAt: string): IncomingParts {
  const { externalId, respondBy, ...content } = posted;
  const opportunity = Opportunity.parse({
    ...content,
    expiresAt: respondBy,
    receivedAt: posted.receivedAt ?? receivedAt,
  });
  return {
    externalId,
    direction: 'inbound',
    opportunity,
    standing: { status: 'received', at: opportunity.receivedAt },
  };
}

/** What the sender is told of its opportunity. */
export const OpportunityState = z
  .strictObject({
    id: z.string().meta({ description: "This service's id of it", example: 'deal-wqQx0ZqjvQ3N0kJ2nUo1b3m4XyA' }),
    externalId: z.string().meta({ description: 'Your id of it', example: 'OPP-4711' }),
    status: Status.meta({ description: 'received: it waits for an answer' }),
    type: z.enum(['private', 'p2p', 'cosell']).meta({ description: 'It follows from who takes part' }),
    respondBy: z.iso.datetime().meta({ description: 'When it expires, or would have expired, without an answer' }),
    answer: z
      .strictObject({
        id: z.string(),
        externalId: z.string(),
        status: z.enum(['accepted', 'declined', 'expired', 'won', 'lost']),
        at: z.iso.datetime(),
        reason: z.string().optional().meta({ description: 'Why it was declined or lost', example: 'budget' }),
      })
      .optional()
      .meta({ description: 'Once there is one' }),
  })
  .meta({ id: 'OpportunityState', description: 'How an opportunity stands' });

/** C9: Microsoft's answer to a request for help. */
export const MicrosoftAnswer = z
  .strictObject({
    status: z.enum(['accepted', 'declined']).meta({ description: 'Whether Microsoft takes part in the deal' }),
    team: z
      .array(
        z.strictObject({
          name: line('First and last name', 'Mia Example'),
          phone: Contact.shape.phone.meta({ description: 'Phone number', example: '+14250000001' }),
          email: Contact.shape.email.meta({ description: 'E-mail address', example: 'mia@microsoft.example' }),
        }),
      )
      .max(mostMembers)
      .optional()
      .meta({
        description:
          'Its sellers, whom to call. Shown to those who may see the deal, while Microsoft takes part. Without it, those who were told before stay',
      }),
  })
  .meta({ id: 'MicrosoftAnswer', description: "Microsoft's answer to a deal of your own organisation" });

/** How Microsoft's part of a deal stands. */
export const MicrosoftState = z
  .strictObject({
    id: z.string().meta({ description: "This service's id of the deal", example: 'deal-wqQx0ZqjvQ3N0kJ2nUo1b3m4XyA' }),
    status: z.enum(['waiting', 'accepted', 'declined', 'silent']).meta({
      description: 'silent: the time to answer has passed; an answer may still come',
    }),
    askedAt: z.iso.datetime().meta({ description: 'When Microsoft was asked for help' }),
    answerBy: z.iso.datetime().meta({ description: 'Until when Microsoft was to answer' }),
    answeredAt: z.iso.datetime().optional().meta({ description: 'Once there is an answer' }),
  })
  .meta({ id: 'MicrosoftState', description: "How Microsoft's part of a deal stands" });

/** The organisation's deals of one CRM id. */
export const FoundDeals = z
  .strictObject({
    deals: z.array(
      z.strictObject({
        id: z.string().meta({ description: "This service's id of the deal" }),
        name: z.string().optional(),
        status: Status,
        direction: z.enum(['inbound', 'outbound']).meta({ description: 'outbound: your organisation created it' }),
        type: z.enum(['private', 'p2p', 'cosell']),
        microsoft: MicrosoftState.optional().meta({ description: 'Once Microsoft was asked for help' }),
      }),
    ),
  })
  .meta({ id: 'FoundDeals', description: 'Deals of your own organisation, the newest first, at most 50' });

/** For the documentation; a test parses it. */
export const exampleMicrosoftAnswer = {
  status: 'accepted',
  team: [{ name: 'Mia Example', phone: '+14250000001', email: 'mia@microsoft.example' }],
} satisfies z.input<typeof MicrosoftAnswer>;

/** For the documentation; a test parses it. */
export const exampleMicrosoftState = {
  id: 'deal-wqQx0ZqjvQ3N0kJ2nUo1b3m4XyA',
  status: 'accepted',
  askedAt: '2026-11-22T09:00:00.000Z',
  answerBy: '2026-12-06T09:00:00.000Z',
  answeredAt: '2026-11-24T14:05:00.000Z',
} satisfies z.input<typeof MicrosoftState>;

/** For the documentation; a test parses it. */
export const exampleState = {
  id: 'deal-wqQx0ZqjvQ3N0kJ2nUo1b3m4XyA',
  externalId: 'OPP-4711',
  status: 'declined',
  type: 'p2p',
  respondBy: '2026-12-06T09:00:00.000Z',
  answer: {
    id: 'deal-wqQx0ZqjvQ3N0kJ2nUo1b3m4XyA',
    externalId: 'OPP-4711',
    status: 'declined',
    at: '2026-11-24T14:05:00.000Z',
    reason: 'budget',
  },
} satisfies z.input<typeof OpportunityState>;
