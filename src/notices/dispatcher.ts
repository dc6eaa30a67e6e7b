import type { Logger } from 'pino';
import { type Clock, instant } from '../clock.ts';
import { Deal } from '../deals/deal.ts';
import type { Notice } from '../deals/notice.ts';
import { type Drafts, isDraftId } from '../drafts/draft.ts';
import { settled, stillHolds } from '../rules/notices.ts';
import { documents } from '../store/documents.ts';
import { type Store, StoreConflict, StoreUnavailable, type Versioned } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';
import { advance, isDelivery } from './advance.ts';
import type { Carrier } from './carrier.ts';
import { type Result, recorded, withoutShown } from './result.ts';
import type { World } from './world.ts';

/** How long a claim keeps others away. Longer than a send can take; renewed with each result. */
const leaseMilliseconds = 60_000;
const dealsAtOnce = 8;
const dealsARound = 100;
/** How long this instance leaves alone what it could not work on: the longest overdue come first, and must not stand in the way. */
const asideMilliseconds = 60_000;
/** A round in which nothing is finished for so long hangs. */
const hangingMilliseconds = 120_000;

interface DispatcherParts {
  store: Store;
  clock: Clock;
  world: World;
  carrier: Carrier;
  /** C10: drafts are due when their time is over. */
  drafts: Pick<Drafts, 'discardOld'>;
  /** Connections with Partner Center are due when they are to be polled. Absent: it is not used. */
  connections: Connections | undefined;
  log: Logger;
  /** This instance, unlike any other. */
  owner: string;
}

/** Whose documents are due beside the deals'. */
interface Connections {
  isConnection(documentId: string): boolean;
  /** Takes up what is due, in the background. False: somebody else has it. */
  workOn(orgId: string): Promise<boolean>;
}

export interface Dispatcher {
  /** Carries out all that is due now and resolves with the number of deals that it worked on. */
  round(): Promise<number>;
  /** Looks for due notices every `interval` milliseconds, and at once when woken. */
  start(interval: number): void;
  wake(): void;
  /** Finishes what it is sending, writes the results, and stops. */
  stop(): Promise<void>;
  /** Whether it was started, its last round reached the store, and the present one goes on. */
  isHealthy(): boolean;
}

/**
 * Finds deals with something due, claims each by a conditional write, asks the rules once more, carries the notices out and writes
 * each result (design.md). Any number of instances may run; a crash between sending and writing repeats one message, nothing else.
 */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { store, clock, world, carrier, drafts, connections, log, owner } = parts;
  const deals = documents(store, 'deal', Deal);
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<number> = Promise.resolve(0);
  /** A round was asked for and has not begun. */
  let waiting = false;
  let stopping = false;
  let started = false;
  let healthy = true;
  /** When the round that is under way began, or last sent or finished something. Undefined between rounds. */
  let progressAt: number | undefined;
  /** Until when documents are left alone, by organisation and id. */
  const aside = new Map<string, number>();

  function dueDelivery(deal: Deal, now: number): Notice | undefined {
    return deal.notices
      .filter((notice) => notice.state === 'waiting' && isDelivery(deal, notice) && Date.parse(notice.dueAt) <= now)
      .sort((a, b) => a.dueAt.localeCompare(b.dueAt))
      .find((notice) => stillHolds(deal, notice, now));
  }

  /** The deal as it is saved by this dispatcher: leased while there is more to send, else free. */
  function held(deal: Deal, now: number): Deal {
    const { lease: _, ...free } = deal;
    const more = !stopping && dueDelivery(deal, now) !== undefined;
    return settled(more ? { ...free, lease: { owner, until: instant(now + leaseMilliseconds) } } : free, now);
  }

  async function claim(orgId: string, id: string): Promise<Versioned<Deal> | undefined> {
    const stored = await deals.get(orgId, id);
    const now = clock.now();
    if (stored?.document.nextDueAt === undefined || Date.parse(stored.document.nextDueAt) > now) return undefined;
    // A lease that ran out: whoever held it may have sent what they could not write down.
    const known = stored.document.lease === undefined ? stored.document : withoutShown(stored.document);
    // What needs no sending is done in the claim's own write.
    const advanced = await advance(known, now, world);
    try {
      return await deals.replace(held(advanced, now), stored.version);
    } catch (error) {
      if (error instanceof StoreConflict) return undefined;
      throw error;
    }
  }

  /** Writes a result into the deal as it is by now, whatever happened to it meanwhile. */
  async function record(sentFrom: Versioned<Deal>, notice: Notice, result: Result): Promise<Versioned<Deal>> {
    let stored: Versioned<Deal> | undefined = sentFrom;
    return inRounds(async () => {
      const current: Versioned<Deal> | undefined =
        stored ?? (await deals.get(sentFrom.document.orgId, sentFrom.document.id));
      stored = undefined;
      if (current === undefined) throw new StoreUnavailable(`deal ${sentFrom.document.id} is gone`);
      const now = clock.now();
      // Where our lease ran out and somebody took over, the rest is theirs to send, and what the copies show by now is not known.
      const isOurs = current.document.lease?.owner === owner;
      const known: Result = isOurs ? result : { ...result, shown: undefined };
      const next = await advance(recorded(current.document, notice, known, sentFrom.document, now), now, world);
      return deals.replace(isOurs ? held(next, now) : settled(next, now), current.version);
    });
  }

  async function workOn(orgId: string, id: string): Promise<boolean> {
    if (isDraftId(id)) return drafts.discardOld(orgId, id);
    if (connections?.isConnection(id)) return connections.workOn(orgId);
    let current = await claim(orgId, id);
    if (current === undefined) return false;
    for (;;) {
      const { document } = current;
      // Without a lease of our own nothing may be sent: it is done, or somebody else's turn.
      if (document.lease?.owner !== owner) return true;
      const notice = dueDelivery(document, clock.now());
      if (notice === undefined) return true;
      const result = await carrier.carryOut(document, notice);
      if (result.state === 'failed') {
        log.error({ dealId: id, notice: notice.id, reason: result.reason }, 'notice failed');
      }
      current = await record(current, notice, result);
      progressAt = clock.now();
    }
  }

  async function carryOutDue(): Promise<number> {
    let worked = 0;
    for (;;) {
      const now = clock.now();
      progressAt = now;
      for (const [place, until] of aside) if (until <= now) aside.delete(place);
      const all = await store.dueBefore(instant(now), dealsARound + aside.size);
      const due = all.filter(({ orgId, id }) => !aside.has(`${orgId}/${id}`));
      let done = 0;
      let putAside = 0;
      let next = 0;
      const worker = async () => {
        while (next < due.length && !stopping) {
          const reference = due[next];
          next += 1;
          if (reference === undefined) return;
          try {
            if (await workOn(reference.orgId, reference.id)) done += 1;
          } catch (error) {
            // One deal must not keep the others waiting: its lease ends, and it is tried again.
            if (!(error instanceof StoreUnavailable)) {
              aside.set(`${reference.orgId}/${reference.id}`, clock.now() + asideMilliseconds);
              putAside += 1;
            }
            log.error({ dealId: reference.id, err: error }, 'deal could not be worked on');
          }
          progressAt = clock.now();
        }
      };
      await Promise.all(Array.from({ length: Math.min(dealsAtOnce, due.length) }, worker));
      worked += done;
      if (done + putAside === 0 || stopping) return worked;
    }
  }

  /** One round after the other: what is asked for during a round comes after it. */
  function round(): Promise<number> {
    const next = last.then(carryOutDue, carryOutDue).finally(() => {
      progressAt = undefined;
    });
    last = next;
    return next;
  }

  function wake(): void {
    if (!started || stopping || waiting) return;
    waiting = true;
    last
      .catch(() => undefined)
      .then(() => {
        waiting = false;
        return round();
      })
      .then(
        () => {
          healthy = true;
        },
        (error) => {
          healthy = false;
          log.error({ err: error }, 'dispatcher cannot reach the store');
        },
      );
  }

  return {
    round,
    start(interval) {
      started = true;
      timer = setInterval(wake, interval);
      wake();
    },
    wake,
    async stop() {
      stopping = true;
      clearInterval(timer);
      await last.catch(() => undefined);
    },
    isHealthy() {
      const hangs = progressAt !== undefined && clock.now() - progressAt > hangingMilliseconds;
      return started && !stopping && healthy && !hangs;
    },
  };
}
