import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Clock, isTimeZone } from '../clock.ts';
import { documents } from '../store/documents.ts';
import { type Store, StoreConflict, type Versioned } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';
import { Organisation, Person, personId, Settings, Tenant, tenantPartition } from './organisation.ts';

/** How long what was read is believed: a change by another process is seen after that at the latest. */
const believedMilliseconds = 30_000;
/** A tenant that belongs to nobody is looked up again soon: it is probably just being set up. */
const unknownBelievedMilliseconds = 5_000;

/** Part of every API key's text, so it must hold nothing that the text is split by. */
export const OrganisationId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,38}$/, 'must be 1 to 39 small letters, digits and hyphens, and not begin with a hyphen')
  .refine((id) => id !== tenantPartition, `must not be ${tenantPartition}, which is taken`);

/** Entra writes GUIDs; the Playground writes nearly GUIDs. Kept in small letters. */
const EntraId = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[0-9a-z][0-9a-z-]{0,63}$/, 'must be an Entra id, as 00000000-0000-0000-0000-000000000000');

const NewOrganisation = z.object({
  id: OrganisationId,
  name: z.string().trim().min(1, 'must not be empty').max(200, 'must have at most 200 characters'),
  tenants: z.array(EntraId).min(1, 'must name at least one tenant'),
  partnerIds: z.array(z.string().trim().min(1).max(40)).default([]),
  settings: Settings.prefault({}),
  admins: z.array(EntraId).default([]),
});
/** `tenants`, `admins`: Entra tenant and object ids. */
export type NewOrganisation = z.input<typeof NewOrganisation>;

/**
 * Why an organisation could not be set up as asked: `invalid`: a value, which the message names; `exists`: with other data;
 * `unknown`: there is no such organisation; `tenantTaken`: it belongs to another one; `notItsTenant`; `lastTenant`: without a
 * tenant nobody could use the bot.
 */
class OrganisationError extends Error {
  override readonly name = 'OrganisationError';
  readonly code: 'invalid' | 'exists' | 'unknown' | 'tenantTaken' | 'notItsTenant' | 'lastTenant';

  constructor(code: OrganisationError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface Organisations {
  /**
   * Sets up an organisation with its tenants and first admins (V1). The same again changes nothing, and completes what a crash left
   * half done. @throws {OrganisationError}
   */
  create(organisation: NewOrganisation): Promise<Organisation>;
  /** At most 30 s old. */
  get(orgId: string): Promise<Organisation | undefined>;
  list(): Promise<Organisation[]>;
  /** Changes the given settings and leaves the others. @throws {OrganisationError} */
  setSettings(orgId: string, settings: z.input<typeof Settings>): Promise<Organisation>;
  /** @throws {OrganisationError} */
  setProfile(orgId: string, profile: { name?: string; partnerIds?: string[] }): Promise<Organisation>;
  /** V3: an organisation may own several tenants, a tenant belongs to one. @throws {OrganisationError} */
  addTenant(orgId: string, tenantId: string): Promise<Organisation>;
  /** Also takes back a tenant that an `organisation create` claimed which was never finished. @throws {OrganisationError} */
  removeTenant(orgId: string, tenantId: string): Promise<void>;
  /** V3: the organisation that an Entra tenant belongs to. At most 30 s old; 5 s where it belongs to none. */
  byTenant(tenantId: string): Promise<Organisation | undefined>;
}

export function createOrganisations(store: Store, clock: Clock): Organisations {
  const organisations = documents(store, 'organisation', Organisation);
  const tenants = documents(store, 'tenant', Tenant);
  const people = documents(store, 'person', Person);
  const timing = { max: 10_000, ttl: believedMilliseconds, perf: clock, ttlResolution: 0 };
  const known = new LRUCache<string, Organisation>(timing);
  const owners = new LRUCache<string, { orgId: string | undefined }>(timing);

  async function read(orgId: string): Promise<Versioned<Organisation> | undefined> {
    const stored = await organisations.get(orgId, 'organisation');
    if (stored === undefined) known.delete(orgId);
    else known.set(orgId, stored.document);
    return stored;
  }

  async function get(orgId: string): Promise<Organisation | undefined> {
    return known.get(orgId) ?? (await read(orgId))?.document;
  }

  async function change(orgId: string, edit: (before: Organisation) => Organisation): Promise<Organisation> {
    return inRounds(async () => {
      const stored = await read(orgId);
      if (stored === undefined) throw unknown(orgId);
      const { document } = await organisations.replace(edit(stored.document), stored.version);
      known.set(orgId, document);
      return document;
    });
  }

  /** The first of two steps: a claimed tenant counts only once its organisation names it, too. */
  async function claim(orgId: string, tenantId: string): Promise<void> {
    owners.delete(tenantId);
    const tenant: Tenant = {
      id: tenantId,
      orgId: tenantPartition,
      kind: 'tenant',
      schemaVersion: 1,
      changeId: '',
      organisationId: orgId,
    };
    try {
      await tenants.create(tenant);
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
      const owner = (await tenants.get(tenantPartition, tenantId))?.document.organisationId;
      if (owner !== orgId) {
        throw new OrganisationError('tenantTaken', `The tenant ${tenantId} belongs to the organisation ${owner}`);
      }
    }
  }

  async function makeAdmin(orgId: string, entraId: string, tenantId: string): Promise<void> {
    await inRounds(async () => {
      const stored = await people.get(orgId, personId(entraId));
      if (stored === undefined) {
        await people.create({
          id: personId(entraId),
          orgId,
          kind: 'person',
          schemaVersion: 1,
          changeId: '',
          entraId,
          tenantId,
          name: '',
          roles: ['referralsAdmin'],
          guest: false,
        });
      } else if (!stored.document.roles.includes('referralsAdmin')) {
        await people.replace(
          { ...stored.document, roles: [...stored.document.roles, 'referralsAdmin'] },
          stored.version,
        );
      }
    });
  }

  async function ownerOf(tenantId: string): Promise<string | undefined> {
    const cached = owners.get(tenantId);
    if (cached !== undefined) return cached.orgId;
    const orgId = (await tenants.get(tenantPartition, tenantId))?.document.organisationId;
    owners.set(tenantId, { orgId }, orgId === undefined ? { ttl: unknownBelievedMilliseconds } : {});
    return orgId;
  }

  return {
    get,
    async create(input) {
      const wanted = checked(NewOrganisation, input);
      const [first = ''] = wanted.tenants;
      const organisation: Organisation = {
        id: 'organisation',
        orgId: wanted.id,
        kind: 'organisation',
        schemaVersion: 1,
        changeId: '',
        name: wanted.name,
        tenants: [...new Set(wanted.tenants)],
        partnerIds: [...new Set(wanted.partnerIds)],
        settings: inOrder(wanted.settings),
      };
      const existing = (await read(wanted.id))?.document;
      if (existing !== undefined && !isSame(existing, organisation)) {
        throw new OrganisationError('exists', `The organisation ${wanted.id} exists already, with other data`);
      }
      // The organisation's own document comes last: once it is there, everything is.
      for (const tenantId of organisation.tenants) await claim(wanted.id, tenantId);
      for (const entraId of new Set(wanted.admins)) await makeAdmin(wanted.id, entraId, first);
      if (existing !== undefined) return existing;
      try {
        const { document } = await organisations.create(organisation);
        known.set(wanted.id, document);
        return document;
      } catch (error) {
        if (!(error instanceof StoreConflict)) throw error;
        throw new OrganisationError(
          'exists',
          `The organisation ${wanted.id} is being created by somebody else just now`,
        );
      }
    },
    async list() {
      const ids = new Set<string>();
      for await (const { document } of tenants.all(tenantPartition)) ids.add(document.organisationId);
      const found = await Promise.all([...ids].sort().map((id) => read(id)));
      return found.filter((stored) => stored !== undefined).map(({ document }) => document);
    },
    setSettings: (orgId, settings) =>
      change(orgId, (before) => {
        const given = Object.entries(settings).filter(([, value]) => value !== undefined);
        const merged = checked(Settings, { ...before.settings, ...Object.fromEntries(given) });
        return { ...before, settings: inOrder(merged) };
      }),
    setProfile(orgId, profile) {
      return change(orgId, (before) => {
        const { name = before.name, partnerIds = before.partnerIds } = profile;
        const wanted = checked(NewOrganisation.pick({ name: true, partnerIds: true }), { name, partnerIds });
        return { ...before, name: wanted.name, partnerIds: [...new Set(wanted.partnerIds)] };
      });
    },
    async addTenant(orgId, tenant) {
      const tenantId = checked(EntraId, tenant);
      if ((await read(orgId)) === undefined) throw unknown(orgId);
      await claim(orgId, tenantId);
      return change(orgId, (before) => ({ ...before, tenants: [...new Set([...before.tenants, tenantId])] }));
    },
    async removeTenant(orgId, tenant) {
      const tenantId = checked(EntraId, tenant);
      const claimed = await tenants.get(tenantPartition, tenantId);
      const organisation = (await read(orgId))?.document;
      const isItsOwn = claimed?.document.organisationId === orgId || organisation?.tenants.includes(tenantId);
      if (!isItsOwn) {
        throw new OrganisationError(
          'notItsTenant',
          `The tenant ${tenantId} does not belong to the organisation ${orgId}`,
        );
      }
      if (organisation?.tenants.includes(tenantId)) {
        await change(orgId, (before) => {
          const left = before.tenants.filter((id) => id !== tenantId);
          if (left.length > 0) return { ...before, tenants: left };
          throw new OrganisationError(
            'lastTenant',
            `The tenant ${tenantId} is the only one of the organisation ${orgId}`,
          );
        });
      }
      if (claimed?.document.organisationId === orgId) await tenants.remove(claimed);
      owners.delete(tenantId);
    },
    async byTenant(tenant) {
      const tenantId = tenant.toLowerCase();
      const orgId = await ownerOf(tenantId);
      if (orgId === undefined) return undefined;
      const organisation = await get(orgId);
      if (organisation?.tenants.includes(tenantId)) return organisation;
      // What is remembered may be older than the tenant.
      const fresh = (await read(orgId))?.document;
      return fresh?.tenants.includes(tenantId) ? fresh : undefined;
    },
  };
}

/** The longest reminder first, each once. @throws {OrganisationError} */
function inOrder(settings: Settings): Settings {
  if (!isTimeZone(settings.timeZone)) {
    throw new OrganisationError('invalid', 'timeZone: must be an IANA time zone, as Europe/Zurich');
  }
  return { ...settings, reminderDays: [...new Set(settings.reminderDays)].sort((a, b) => b - a) };
}

function checked<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new OrganisationError('invalid', problems.join('; '));
}

function isSame(a: Organisation, b: Organisation): boolean {
  const content = ({ name, tenants, partnerIds, settings }: Organisation) =>
    JSON.stringify([name, [...tenants].sort(), [...partnerIds].sort(), Object.entries(settings).sort()]);
  return content(a) === content(b);
}

function unknown(orgId: string): OrganisationError {
  return new OrganisationError('unknown', `There is no organisation ${orgId}`);
}
