import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Clock, instant } from '../clock.ts';
import { SentMessage } from '../deals/address.ts';
import { Instant } from '../deals/opportunity.ts';
import { documentFields, documents } from '../store/documents.ts';
import type { Store } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';

/**
 * Why a connection ended: `revoked`: the consent was taken back, or the password changed; `accountGone`: the person left, or was
 * blocked; `expired`: it was not used for too long; `signInNeeded`: Entra wants to see the person again; `appRefused`: the app
 * registration is gone or not allowed; `byAdmin`.
 */
const disconnections = ['revoked', 'accountGone', 'expired', 'signInNeeded', 'appRefused', 'byAdmin'] as const;
export type Disconnection = (typeof disconnections)[number];

/** What the admins are told in Teams. `imported`: the first import is finished. */
const News = z.enum(['disconnected', 'forbidden', 'keyUnreadable', 'imported']);

/** How an organisation is connected to Partner Center: one document for each. The id is always `partnerCenterConnection`. */
export const Connection = z.object({
  ...documentFields('partnerCenterConnection'),
  status: z.enum(['connected', 'disconnected']),
  /** Of the status. */
  since: Instant,
  /** When disconnected. */
  reason: z.enum(disconnections).optional(),
  /** Entra's own code for it, `AADSTS50173`. */
  code: z.string().max(100).optional(),
  /** Whose consent it is. `name`: as they sign in. */
  account: z.object({ name: z.string(), homeAccountId: z.string(), tenantId: z.string() }),
  /** A new one for each consent: what happens to an earlier one's tokens changes nothing any more. */
  consentId: z.string(),
  /** The sign-in library's cache with the refresh token, sealed; empty when disconnected by an admin. */
  tokens: z.string(),
  /** Up to when changes have been read from Partner Center. */
  watermark: Instant.optional(),
  /** Whether the first import is finished. */
  imported: z.boolean(),
  /** The organisation's id in Partner Center, once it is known: which referrals are its own. */
  ownOrganisationId: z.string().optional(),
  /** When it is asked next for what changed; while somebody asks, until when nobody else may. */
  nextDueAt: Instant.optional(),
  /** Whether what failed while there was no connection has been taken up again. */
  resumed: z.boolean().default(false),
  /** What the first import has read so far, and the messages that say so. */
  importing: z.object({ read: z.number().int(), unreadable: z.number().int(), told: z.array(SentMessage) }).optional(),
  /** Something that stands in the way of the sync, as the admins were told: the account lacks its role, or its key is another. */
  trouble: z.enum(['forbidden', 'keyUnreadable']).optional(),
  /** What the admins are still to be told, and who has been. */
  news: z.object({ what: News, told: z.array(z.string()) }).optional(),
});
export type Connection = z.infer<typeof Connection>;

export interface Connections {
  get(orgId: string): Promise<Connection | undefined>;
  /** A new consent. Watermark and import are kept where it is for the same tenant, so that nothing is lost and nothing read twice. */
  connect(orgId: string, account: Connection['account'], sealedTokens: string): Promise<Connection>;
  /** Keeps renewed tokens, unless there is another consent by now. */
  keepTokens(orgId: string, consentId: string, sealedTokens: string): Promise<void>;
  /** Ends a consent. Resolves to the connection when this ended it, to undefined when it had ended, or another one began, before. */
  disconnect(
    orgId: string,
    consentId: string,
    why: { reason: Disconnection; code?: string | undefined },
  ): Promise<Connection | undefined>;
  /** Takes what is due of a connection upon oneself until an instant. Undefined: nothing is due, or somebody else has it. */
  claim(orgId: string, until: string): Promise<Connection | undefined>;
  /** Changes what the sync keeps of a connection. `edit`: the document as it shall be, or undefined to leave it. */
  amend(orgId: string, edit: (before: Connection) => Connection | undefined): Promise<Connection | undefined>;
}

/** Every organisation's connection has this id. */
export const connectionId = 'partnerCenterConnection';

export function createConnections(store: Store, clock: Clock): Connections {
  const connections = documents(store, 'partnerCenterConnection', Connection);

  /** `edit`: the document as it shall be, or undefined to leave it. Resolves to what was written, if anything was. */
  async function change(
    orgId: string,
    edit: (before: Connection) => Connection | undefined,
  ): Promise<Connection | undefined> {
    return inRounds(async () => {
      const stored = await connections.get(orgId, connectionId);
      const after = stored === undefined ? undefined : edit(stored.document);
      if (stored === undefined || after === undefined) return undefined;
      return (await connections.replace(after, stored.version)).document;
    });
  }

  return {
    async get(orgId) {
      return (await connections.get(orgId, connectionId))?.document;
    },
    connect: (orgId, account, sealedTokens) =>
      inRounds(async () => {
        const stored = await connections.get(orgId, connectionId);
        const before = stored?.document;
        const isSameTenant = before?.account.tenantId === account.tenantId;
        const connection: Connection = {
          id: connectionId,
          orgId,
          kind: 'partnerCenterConnection',
          schemaVersion: 1,
          changeId: '',
          status: 'connected',
          since: instant(clock.now()),
          account,
          consentId: randomUUID(),
          tokens: sealedTokens,
          imported: isSameTenant && before.imported,
          ...(isSameTenant ? pick(before) : {}),
          nextDueAt: instant(clock.now()),
          resumed: false,
        };
        if (stored === undefined) return (await connections.create(connection)).document;
        return (await connections.replace(connection, stored.version)).document;
      }),
    async keepTokens(orgId, consentId, sealedTokens) {
      await change(orgId, (before) =>
        before.consentId === consentId && before.status === 'connected'
          ? { ...before, tokens: sealedTokens }
          : undefined,
      );
    },
    disconnect: (orgId, consentId, { reason, code }) =>
      change(orgId, (before) =>
        before.consentId === consentId && before.status === 'connected'
          ? {
              ...before,
              status: 'disconnected',
              since: instant(clock.now()),
              reason,
              code,
              // What Entra refuses is of no use; a consent that an admin gave up must not be of any.
              tokens: reason === 'byAdmin' ? '' : before.tokens,
              // The admins are told, at once; of what one of them did they know.
              nextDueAt: reason === 'byAdmin' ? undefined : instant(clock.now()),
              news: reason === 'byAdmin' ? undefined : { what: 'disconnected', told: [] },
            }
          : undefined,
      ),
    amend: change,
    claim: (orgId, until) =>
      change(orgId, (before) =>
        before.nextDueAt !== undefined && before.nextDueAt <= instant(clock.now())
          ? { ...before, nextDueAt: until }
          : undefined,
      ),
  };
}

/** What holds for a tenant, whoever consents for it. */
function pick({ watermark, ownOrganisationId, importing }: Connection): Partial<Connection> {
  return {
    ...(watermark === undefined ? {} : { watermark }),
    ...(ownOrganisationId === undefined ? {} : { ownOrganisationId }),
    ...(importing === undefined ? {} : { importing }),
  };
}
