import { z } from 'zod';
import { Address } from '../deals/address.ts';
import { Country, Instant, Money } from '../deals/opportunity.ts';
import { documentFields } from '../store/documents.ts';

export const languages = ['en', 'de'] as const;
export const Language = z.enum(languages);
export type Language = z.infer<typeof Language>;

/** V1. */
export const roles = ['partnerAdmin', 'referralsAdmin', 'referralsUser'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** What an organisation may choose. */
export const Settings = z.object({
  /** L4: days to answer where the sender gives no date. */
  answerDays: z.number().int().min(1).max(90).default(14),
  /** N2: days before respond-by. */
  reminderDays: z.array(z.number().int().min(1).max(90)).max(10).default([7, 3, 1]),
  /** V1: whether Referrals users may accept and decline. */
  usersMayAnswer: z.boolean().default(true),
  /** T4: whether private deals are registered in Partner Center, shared with nobody there. */
  registersPrivateDeals: z.boolean().default(false),
  defaultLanguage: Language.default('en'),
  /** IANA; for channels until somebody subscribes from a time zone of their own. */
  timeZone: z.string().default('UTC'),
});
export type Settings = z.infer<typeof Settings>;

/** A partner company (spec.md, "Words"). The document's id is always `organisation`. */
export const Organisation = z.object({
  ...documentFields('organisation'),
  name: z.string().min(1).max(200),
  tenants: z.array(z.string()),
  /** Partner (MPN) ids. */
  partnerIds: z.array(z.string()),
  settings: Settings,
});
export type Organisation = z.infer<typeof Organisation>;

/** Which organisation an Entra tenant belongs to. All of them stand in the partition `tenants`, the tenant id is the id. */
export const Tenant = z.object({ ...documentFields('tenant'), organisationId: z.string() });
export type Tenant = z.infer<typeof Tenant>;
export const tenantPartition = 'tenants';

/** Somebody whom Teams told us of. The id is `person-<Entra object id>`. */
export const Person = z.object({
  ...documentFields('person'),
  entraId: z.string(),
  tenantId: z.string(),
  name: z.string(),
  email: z.string().optional(),
  phone: z.string().optional(),
  /** Teams' own id for the person with this bot (29:…). */
  teamsId: z.string().optional(),
  /** As Teams says, `de-AT`. */
  locale: z.string().optional(),
  timeZone: z.string().optional(),
  /** Chosen by command; goes before the locale. */
  language: Language.optional(),
  roles: z.array(Role),
  guest: z.boolean(),
  /** The personal chat, once there is one. */
  personalChat: Address.optional(),
  /** When it last turned out that the bot cannot write to them, and why: Teams' code, or what `PersonalChats` says. */
  chatRefused: z.object({ code: z.string(), at: Instant }).optional(),
  /** When the roster was last asked about them. Absent: known only by a granted role. */
  rosterAt: Instant.optional(),
});
export type Person = z.infer<typeof Person>;

export function personId(entraId: string): string {
  return `person-${entraId.toLowerCase()}`;
}

/** What a channel, group chat or personal chat wants to see. Absent: everything. */
export const Filters = z.object({
  type: z.enum(['cosell', 'p2p']).optional(),
  countries: z.array(Country).max(50).optional(),
  /** Compared with values of the same currency; a value in another currency, or none, is never held back. */
  minimumValue: Money.optional(),
  /** A part of a solution's name or id, case ignored. */
  solution: z.string().min(1).max(100).optional(),
});
export type Filters = z.infer<typeof Filters>;

/** A conversation that gets the organisation's opportunities. The id is made of the conversation's. */
export const Subscription = z.object({
  ...documentFields('subscription'),
  status: z.enum(['active', 'ended']),
  address: Address,
  filters: Filters,
  language: Language,
  timeZone: z.string(),
  by: z.object({ personId: z.string(), name: z.string() }),
  at: Instant,
  /** Why it ended: `unsubscribed`, `removed`, `guests`, `tenantRemoved`, or the messenger's code of a permanent error. */
  endedReason: z.string().optional(),
  endedAt: Instant.optional(),
  /** Since when it is not known whether who joined is a guest (V3): Teams is asked about all before anything is sent. */
  doubtedAt: Instant.optional(),
});
export type Subscription = z.infer<typeof Subscription>;

/** Lets a program feed opportunities. The id is `key-<keyId>`; the secret is kept as a SHA-256 hash. */
export const ApiKey = z.object({
  ...documentFields('apiKey'),
  status: z.enum(['active', 'revoked']),
  /** Who feeds by it; part of the identity of each opportunity. */
  source: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  secretHash: z.string(),
  createdAt: Instant,
  revokedAt: Instant.optional(),
  /** How this sender is told of answers; absent for one that asks by GET. */
  sender: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('organisation'), orgId: z.string() }),
      /** Signed with HMAC-SHA256 by this secret. */
      z.object({ kind: z.literal('callback'), url: z.url(), signingSecret: z.string() }),
    ])
    .optional(),
});
export type ApiKey = z.infer<typeof ApiKey>;
