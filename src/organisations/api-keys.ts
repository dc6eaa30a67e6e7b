import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Clock, instant } from '../clock.ts';
import { documents } from '../store/documents.ts';
import type { Store } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';
import { ApiKey } from './organisation.ts';

/** `csk_<organisation>_<key id>_<secret>`: the text itself says which one document to read. */
const keyText = /^csk_([a-z0-9][a-z0-9-]{0,38})_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** Whose deals the bot makes itself: created in Teams, read in Partner Center, and `org-<id>`, invited by an organisation. */
const ownSource = /^(teams|partner-center|org-.*)$/;

export interface ApiKeys {
  /**
   * Makes a key for a program that feeds opportunities. `text` is the key: it is shown once and cannot be read again.
   * `source`: 1 to 40 small letters, digits and hyphens, and none that the bot itself makes deals of. `sender`: how its sender is told of answers.
   * @throws {InvalidSource}
   */
  create(orgId: string, source: string, sender?: ApiKey['sender']): Promise<{ text: string; document: ApiKey }>;
  /** The active key of this text, or undefined. Reads the store each time, so that a revoked key ends at once. */
  verify(text: string): Promise<ApiKey | undefined>;
  /** By the document's id, `key-<key id>`, or by the key id alone. */
  get(orgId: string, id: string): Promise<ApiKey | undefined>;
  list(orgId: string): Promise<ApiKey[]>;
  /** The revoked key; one that was revoked before keeps its time. Undefined when there is none. `id` as for `get`. */
  revoke(orgId: string, id: string): Promise<ApiKey | undefined>;
}

class InvalidSource extends Error {
  override readonly name = 'InvalidSource';
}

export function createApiKeys(store: Store, clock: Clock): ApiKeys {
  const keys = documents(store, 'apiKey', ApiKey);

  return {
    async create(orgId, source, sender) {
      if (!ApiKey.shape.source.safeParse(source).success) {
        throw new InvalidSource(
          'The source must be 1 to 40 small letters, digits and hyphens, and not begin with a hyphen',
        );
      }
      if (ownSource.test(source)) {
        throw new InvalidSource(
          `The source ${source} is taken: teams, partner-center and org-… are the bot's own. Choose another, as crm`,
        );
      }
      const keyId = randomBytes(8).toString('hex');
      const secret = randomBytes(32).toString('base64url');
      const { document } = await keys.create({
        id: documentId(keyId),
        orgId,
        kind: 'apiKey',
        schemaVersion: 1,
        changeId: '',
        status: 'active',
        source,
        secretHash: hashOf(secret).toString('base64url'),
        createdAt: instant(clock.now()),
        ...(sender === undefined ? {} : { sender }),
      });
      return { text: `csk_${orgId}_${keyId}_${secret}`, document };
    },
    async verify(text) {
      const [, orgId, keyId, secret] = keyText.exec(text) ?? [];
      if (orgId === undefined || keyId === undefined || secret === undefined) return undefined;
      const key = (await keys.get(orgId, documentId(keyId)))?.document;
      // An unknown key is compared too, so that the time does not tell which keys there are.
      const expected = key === undefined ? Buffer.alloc(32) : Buffer.from(key.secretHash, 'base64url');
      const isRight = timingSafeEqual(hashOf(secret), expected);
      return isRight && key?.status === 'active' ? key : undefined;
    },
    async get(orgId, id) {
      return (await keys.get(orgId, documentId(id)))?.document;
    },
    async list(orgId) {
      const found: ApiKey[] = [];
      for await (const { document } of keys.all(orgId)) found.push(document);
      return found.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    },
    revoke: (orgId, id) =>
      inRounds(async () => {
        const stored = await keys.get(orgId, documentId(id));
        if (stored === undefined || stored.document.status === 'revoked') return stored?.document;
        const revoked: ApiKey = { ...stored.document, status: 'revoked', revokedAt: instant(clock.now()) };
        return (await keys.replace(revoked, stored.version)).document;
      }),
  };
}

function documentId(id: string): string {
  return id.startsWith('key-') ? id : `key-${id}`;
}

/** A secret is 32 random bytes: nothing that slows guessing down is needed. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
