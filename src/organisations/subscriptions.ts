import { createHash } from 'node:crypto';
import { type Clock, instant } from '../clock.ts';
import type { Address } from '../deals/address.ts';
import { type Deal, dealType } from '../deals/deal.ts';
import { hundredths } from '../deals/money.ts';
import { fold } from '../directory/words.ts';
import { documents } from '../store/documents.ts';
import type { Store } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';
import { type Filters, type Language, Subscription } from './organisation.ts';

export interface Subscriptions {
  /** Subscribes a conversation, or changes its subscription; one that had ended is active again (N1). */
  start(subscription: {
    orgId: string;
    address: Address;
    filters: Filters;
    language: Language;
    /** IANA. */
    timeZone: string;
    by: Subscription['by'];
  }): Promise<Subscription>;
  /** Undefined when the conversation has none. One that has ended already keeps its reason. */
  end(orgId: string, conversationId: string, reason: string): Promise<Subscription | undefined>;
  /** V3: somebody joined of whom Teams could not tell: who is there is to be asked before anything is sent. */
  doubt(orgId: string, conversationId: string): Promise<Subscription | undefined>;
  /** Only guests were feared and none is there. Nothing where it has been doubted again since: `doubtedAt` is what was answered. */
  trust(orgId: string, conversationId: string, doubtedAt: string): Promise<Subscription | undefined>;
  get(orgId: string, conversationId: string): Promise<Subscription | undefined>;
  /** By the document's id. */
  byId(orgId: string, subscriptionId: string): Promise<Subscription | undefined>;
  active(orgId: string): Promise<Subscription[]>;
  /** Ended ones too. */
  all(orgId: string): Promise<Subscription[]>;
  /** Takes over a new service address from an activity of the conversation. Writes only if it is different. */
  refreshAddress(orgId: string, address: Address): Promise<void>;
}

export function createSubscriptions(store: Store, clock: Clock): Subscriptions {
  const subscriptions = documents(store, 'subscription', Subscription);

  async function byId(orgId: string, id: string): Promise<Subscription | undefined> {
    return (await subscriptions.get(orgId, id))?.document;
  }

  /** Writes what `edit` makes of a subscription. Undefined from it: leave it as it is. */
  async function change(
    orgId: string,
    id: string,
    edit: (before: Subscription | undefined) => Subscription | undefined,
  ): Promise<Subscription | undefined> {
    return inRounds(async () => {
      const stored = await subscriptions.get(orgId, id);
      const after = edit(stored?.document);
      if (after === undefined) return stored?.document;
      const saved =
        stored === undefined ? await subscriptions.create(after) : await subscriptions.replace(after, stored.version);
      return saved.document;
    });
  }

  async function listed(orgId: string, status?: Subscription['status']): Promise<Subscription[]> {
    const found: Subscription[] = [];
    for await (const { document } of subscriptions.all(orgId, status)) found.push(document);
    return found;
  }

  return {
    byId,
    async start({ orgId, ...wanted }) {
      const id = subscriptionId(wanted.address.conversationId);
      const started: Subscription = {
        id,
        orgId,
        kind: 'subscription',
        schemaVersion: 1,
        changeId: '',
        status: 'active',
        at: instant(clock.now()),
        ...wanted,
      };
      return (await change(orgId, id, () => started)) ?? started;
    },
    end: (orgId, conversationId, reason) =>
      change(orgId, subscriptionId(conversationId), (before) =>
        before?.status === 'active'
          ? { ...before, status: 'ended', endedReason: reason, endedAt: instant(clock.now()) }
          : undefined,
      ),
    doubt: (orgId, conversationId) =>
      change(orgId, subscriptionId(conversationId), (before) =>
        before?.status === 'active' ? { ...before, doubtedAt: instant(clock.now()) } : undefined,
      ),
    trust: (orgId, conversationId, answered) =>
      change(orgId, subscriptionId(conversationId), (before) => {
        if (before?.doubtedAt !== answered) return undefined;
        const { doubtedAt: _, ...trusted } = before;
        return trusted;
      }),
    get: (orgId, conversationId) => byId(orgId, subscriptionId(conversationId)),
    active: (orgId) => listed(orgId, 'active'),
    all: (orgId) => listed(orgId),
    async refreshAddress(orgId, address) {
      await change(orgId, subscriptionId(address.conversationId), (before) =>
        before === undefined || before.address.serviceUrl === address.serviceUrl
          ? undefined
          : { ...before, address: { ...before.address, serviceUrl: address.serviceUrl } },
      );
    },
  };
}

/** The subscription of a conversation, threads of a channel together. Hashed: conversation ids hold what no store takes in an id. */
export function subscriptionId(conversationId: string): string {
  const [channel = ''] = conversationId.split(';');
  return `sub-${createHash('sha256').update(channel).digest('base64url').slice(0, 27)}`;
}

/**
 * N1: whether a subscription with these filters gets this deal. What the sender has left out is never a reason to hold a deal back:
 * nobody should miss an opportunity because a field was empty.
 */
export function wants(filters: Filters, deal: Pick<Deal, 'parties' | 'opportunity'>): boolean {
  const { customer, value, solutions } = deal.opportunity;
  if (filters.type !== undefined && filters.type !== dealType(deal.parties)) return false;
  const { country } = customer.address;
  if (filters.countries !== undefined && country !== undefined && !filters.countries.includes(country)) return false;
  const { minimumValue } = filters;
  if (minimumValue !== undefined && value !== undefined && value.currency === minimumValue.currency) {
    if (hundredths(value.amount) < hundredths(minimumValue.amount)) return false;
  }
  if (filters.solution === undefined || solutions.length === 0) return true;
  const part = fold(filters.solution.trim());
  return solutions.some(({ id, name }) => fold(name).includes(part) || (id !== undefined && fold(id).includes(part)));
}
