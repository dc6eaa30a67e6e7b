import type { Clock } from '../clock.ts';
import type { Organisation } from '../organisations/organisation.ts';
import type { Actor, PersonActor } from '../rules/actor.ts';
import { type Create, create } from '../rules/create.ts';
import { decide, type Request } from '../rules/decide.ts';
import { crmTag, settled, withNotices } from '../rules/notices.ts';
import { plannedSync } from '../rules/partner-center.ts';
import { type Incoming, receive } from '../rules/receive.ts';
import type { Refusal } from '../rules/refusal.ts';
import { type Documents, documents } from '../store/documents.ts';
import { type Store, StoreConflict, StoreUnavailable, type Versioned } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';
import { Deal } from './deal.ts';

type Decision =
  | { kind: 'done'; deal: Deal; changed: boolean }
  | { kind: 'refused'; deal: Deal; refusals: [Refusal, ...Refusal[]] }
  | { kind: 'notFound' };

type Reception =
  | { kind: 'created' | 'unchanged' | 'revised'; deal: Deal }
  | { kind: 'refused'; deal: Deal; refusals: [Refusal, ...Refusal[]] };

type Creation = { kind: 'created' | 'unchanged'; deal: Deal } | { kind: 'refused'; refusals: [Refusal, ...Refusal[]] };

interface DeskParts {
  store: Store;
  clock: Clock;
  organisationOf(orgId: string): Promise<Organisation>;
  /** Called after a save that left something due now, so that the dispatcher need not wait for its next round. */
  onDue(): void;
}

/**
 * Where every change of a deal is made: load, ask the rules, save with the version that was read; if somebody was faster, load and
 * ask again (design.md). Rejects with `StoreUnavailable` when the store is out or the deal too contended; nothing is half done.
 */
export interface Desk {
  deal(orgId: string, dealId: string): Promise<Deal | undefined>;
  /** The newest deals with this CRM id, at most 50: nothing keeps people from giving it to several. */
  dealsOfCrm(orgId: string, crmId: string): Promise<Deal[]>;
  perform(orgId: string, dealId: string, request: Request): Promise<Decision>;
  /** C1 to C10: makes a deal of the organisation's own. The same command again is the same deal. */
  create(command: Create, actor: PersonActor): Promise<Creation>;
  /** Takes an opportunity in: the same source and external id are the same deal. */
  receive(incoming: Incoming, actor: Extract<Actor, { kind: 'sender' }>): Promise<Reception>;
}

export function createDesk({ store, clock, organisationOf, onDue }: DeskParts): Desk {
  const deals: Documents<Deal> = documents(store, 'deal', Deal);

  function wakeFor(deal: Deal): void {
    if (deal.nextDueAt !== undefined && Date.parse(deal.nextDueAt) <= clock.now()) onDue();
  }

  async function decideAndSave(stored: Versioned<Deal>, request: Request): Promise<Decision> {
    const now = clock.now();
    const outcome = decide(stored.document, request, now, await organisationOf(stored.document.orgId));
    if (!outcome.ok) return { kind: 'refused', deal: stored.document, refusals: outcome.refusals };
    if (!outcome.changed) return { kind: 'done', deal: outcome.deal, changed: false };
    const notices = [...outcome.notices, ...plannedSync(stored.document, outcome.deal, now)];
    const saved = await deals.replace(settled(withNotices(outcome.deal, notices), now), stored.version);
    wakeFor(saved.document);
    return { kind: 'done', deal: saved.document, changed: true };
  }

  async function perform(orgId: string, dealId: string, request: Request): Promise<Decision> {
    return inRounds(async () => {
      const stored = await deals.get(orgId, dealId);
      return stored === undefined ? { kind: 'notFound' } : decideAndSave(stored, request);
    });
  }

  return {
    perform,
    async deal(orgId, dealId) {
      return (await deals.get(orgId, dealId))?.document;
    },
    async dealsOfCrm(orgId, crmId) {
      const { items } = await deals.list({ orgId, tag: crmTag(crmId), orderBy: 'newest', limit: 50 });
      return items.map(({ document }) => document);
    },
    async create(command, actor) {
      const now = clock.now();
      const made = create(command, actor, await organisationOf(actor.orgId), now);
      if (!made.ok) return { kind: 'refused', refusals: made.refusals };
      try {
        const notices = [...made.notices, ...plannedSync(undefined, made.deal, now)];
        const created = await deals.create(settled(withNotices(made.deal, notices), now));
        wakeFor(created.document);
        return { kind: 'created', deal: created.document };
      } catch (error) {
        if (!(error instanceof StoreConflict)) throw error;
      }
      const deal = (await deals.get(actor.orgId, command.dealId))?.document;
      if (deal === undefined) throw new StoreUnavailable(`deal ${command.dealId} came and went`);
      return { kind: 'unchanged', deal };
    },
    async receive(incoming, actor) {
      const now = clock.now();
      const fresh = receive(incoming, actor, now, (await organisationOf(incoming.orgId)).settings);
      try {
        const created = await deals.create(settled(withNotices(fresh.deal, fresh.notices), now));
        wakeFor(created.document);
        return { kind: 'created', deal: created.document };
      } catch (error) {
        if (!(error instanceof StoreConflict)) throw error;
      }
      const decision = await perform(incoming.orgId, incoming.dealId, {
        command: { kind: 'revise', incoming },
        actor,
      });
      if (decision.kind === 'notFound') throw new StoreUnavailable(`deal ${incoming.dealId} came and went`);
      if (decision.kind === 'refused') return decision;
      return { kind: decision.changed ? 'revised' : 'unchanged', deal: decision.deal };
    },
  };
}
