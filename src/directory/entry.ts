import { z } from 'zod';
import { Country, solutionKinds } from '../deals/opportunity.ts';
import { type Indexed, indexed } from './words.ts';

/** What is looked up. Also the names of the data sets of a type-ahead (facts/teams.md 1.8). */
export const directoryKinds = ['customers', 'partners', 'solutions'] as const;
export type DirectoryKind = (typeof directoryKinds)[number];

const text = (longest: number) =>
  z.string().trim().min(1, 'must not be empty').max(longest, `must have at most ${longest} characters`);

/** By what cannot be compared, nothing could be found. */
const Name = text(200).regex(/[\p{L}\p{N}]/u, 'must have a letter or a digit');

/** What both stores take in an id. */
const Id = text(100).regex(/^[^/\\?#\p{Cc}]+$/u, 'must not have / \\ ? #');

/** A company that may be the customer of a deal (C1): several entities of one company differ in D-U-N-S number and address. */
export const Customer = z.object({
  id: Id,
  name: Name,
  address: z.object({
    addressLine1: text(200).optional(),
    city: text(200).optional(),
    state: text(200).optional(),
    postalCode: text(20).optional(),
    country: Country,
  }),
  duns: z
    .string()
    .regex(/^\d{9}$/, 'must be nine digits')
    .optional(),
});
export type Customer = z.infer<typeof Customer>;

/** A company that may be invited (I1). */
export const Partner = z.object({
  /** The partner (MPN) id. */
  id: Id,
  name: Name,
  country: Country.optional(),
  /** Whether it is in the co-sell ecosystem and transacts in Partner Center. Nobody else can be invited, nor is found. */
  transacts: z.boolean(),
  /** The organisation on this service that the partner is. */
  organisationId: text(100).optional(),
  /** Its business profile in Partner Center, which an invitation names; without one the partner id is named. */
  locationId: text(100).optional(),
});
export type Partner = z.infer<typeof Partner>;

/** Something that a deal is about (C6). */
export const Solution = z.object({
  id: Id,
  name: Name,
  kind: z.enum(solutionKinds),
  publisher: text(200).optional(),
  /** G1: whether a won deal with it can be registered. */
  eligible: z.boolean(),
});
export type Solution = z.infer<typeof Solution>;

export interface Entries {
  customers: Customer;
  partners: Partner;
  solutions: Solution;
}
export type Entry = Entries[DirectoryKind];

export const entrySchemas: { [K in DirectoryKind]: z.ZodType<Entries[K]> } = {
  customers: Customer,
  partners: Partner,
  solutions: Solution,
};

/** By what an entry is found, and within which country. */
type Findable = Indexed & { country: string | undefined };

/** Undefined: it is not found by a search, only by its id. */
export function findable(entry: Entry): Findable | undefined {
  if ('transacts' in entry) {
    return entry.transacts ? { ...indexed(entry.name, [entry.id]), country: entry.country } : undefined;
  }
  if ('address' in entry) {
    const { name, duns, address } = entry;
    return { ...indexed(name, duns === undefined ? [] : [duns]), country: address.country };
  }
  return { ...indexed(entry.name, [entry.id]), country: undefined };
}

/** Of several entries of one id, an import takes the last. */
export function lastOfEachId<T extends Entry>(batch: readonly T[]): T[] {
  return [...new Map(batch.map((entry) => [entry.id, entry])).values()];
}
