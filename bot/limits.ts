import type { Clock } from '../src/clock.ts';

/** What Teams counts apart: messages (and their changes), new conversations, and questions about members. */
export type LimitKind = 'send' | 'create' | 'members';

/** At most `requests` in any `milliseconds`. */
interface Window {
  requests: number;
  milliseconds: number;
}

/** Per bot and conversation (facts/teams.md 3.4). */
const conversationWindows: Readonly<Record<LimitKind, readonly Window[]>> = {
  send: windows(7, 8, 60, 1800),
  create: windows(7, 8, 60, 1800),
  members: windows(14, 16, 120, 3600),
};

/** Per app and tenant, everything together (facts/teams.md 3.4). */
const tenantWindows: readonly Window[] = [{ requests: 50, milliseconds: 1000 }];

function windows(second: number, twoSeconds: number, halfMinute: number, hour: number): readonly Window[] {
  return [
    { requests: second, milliseconds: 1000 },
    { requests: twoSeconds, milliseconds: 2000 },
    { requests: halfMinute, milliseconds: 30_000 },
    { requests: hour, milliseconds: 3_600_000 },
  ];
}

/**
 * Keeps Teams' published limits before they are hit. Counts the requests of this process; what several instances send together is
 * still answered by Teams with 429.
 */
export interface Limits {
  /**
   * Counts one request and says 0, or counts nothing and says how many milliseconds to wait before asking again. `thread`: the
   * channel or chat, without `;messageid=`: Teams counts by conversation, not by the threads of a channel.
   */
  reserve(kind: LimitKind, thread: string, tenantId: string): number;
}

/** `most`: how many conversations are remembered; beyond it those longest silent are forgotten, and Teams' 429 has to do. */
export function createLimits(clock: Clock, most = 10_000): Limits {
  const conversations = new Map<string, number[]>();
  const tenants = new Map<string, number[]>();

  /** The times of a key, moved to the end of the map: the longest silent ones stand first. */
  function timesOf(map: Map<string, number[]>, key: string): number[] {
    const times = map.get(key) ?? [];
    map.delete(key);
    map.set(key, times);
    return times;
  }

  function forget(map: Map<string, number[]>, longest: number, now: number): void {
    for (const [key, times] of map) {
      if (map.size <= most && now - (times.at(-1) ?? 0) < longest) return;
      map.delete(key);
    }
  }

  return {
    reserve(kind, thread, tenantId) {
      const now = clock.now();
      const ofConversation = timesOf(conversations, `${kind} ${thread}`);
      const ofTenant = timesOf(tenants, tenantId);
      const wait = Math.max(
        waitFor(ofConversation, conversationWindows[kind], now),
        waitFor(ofTenant, tenantWindows, now),
      );
      if (wait === 0) {
        count(ofConversation, conversationWindows[kind], now);
        count(ofTenant, tenantWindows, now);
      }
      forget(conversations, 3_600_000, now);
      forget(tenants, 1000, now);
      return wait;
    },
  };
}

/** A window is full while the request that would fall out of it next is still inside. */
function waitFor(times: readonly number[], limits: readonly Window[], now: number): number {
  let wait = 0;
  for (const { requests, milliseconds } of limits) {
    const oldest = times[times.length - requests];
    // A clock that was set back must not lock a conversation for longer than the window.
    if (oldest !== undefined) wait = Math.max(wait, Math.min(oldest + milliseconds - now, milliseconds));
  }
  return wait;
}

/** No window looks further back than at its number of requests. */
function count(times: number[], limits: readonly Window[], now: number): void {
  times.push(now);
  if (times.length > Math.max(...limits.map(({ requests }) => requests))) times.shift();
}
