import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLimits, type LimitKind } from '../../bot/limits.ts';

let now: number;
const clock = { now: () => now };

beforeEach(() => {
  now = Date.parse('2026-11-22T12:00:00Z');
});

/** Published for one bot and one conversation, and for one app and one tenant (facts/teams.md 3.4). */
const published: Record<LimitKind, [requests: number, milliseconds: number][]> = {
  send: [
    [7, 1000],
    [8, 2000],
    [60, 30_000],
    [1800, 3_600_000],
  ],
  create: [
    [7, 1000],
    [8, 2000],
    [60, 30_000],
    [1800, 3_600_000],
  ],
  members: [
    [14, 1000],
    [16, 2000],
    [120, 30_000],
    [3600, 3_600_000],
  ],
};
const perTenant = [50, 1000] as const;

describe.each(Object.entries(published) as [LimitKind, [number, number][]][])('%s', (kind, windows) => {
  it('lets through what the shortest window allows, then says how long to wait', () => {
    const [[requests]] = windows as [[number, number]];
    const limits = createLimits(clock);
    const waits = Array.from({ length: requests }, () => limits.reserve(kind, 'thread', 'tenant'));
    expect(waits).toEqual(waits.map(() => 0));
    now += 400;
    expect(limits.reserve(kind, 'thread', 'tenant')).toBe(600);
  });

  it.each(windows)(
    'lets %i through in %i ms, and the next one when the window has moved on',
    (requests, milliseconds) => {
      const limits = createLimits(clock);
      const start = now;
      let passed = 0;
      for (;;) {
        const wait = limits.reserve(kind, 'thread', 'tenant');
        if (wait === 0) passed += 1;
        else if (now + wait < start + milliseconds) now += wait;
        else {
          expect(passed).toBe(requests);
          now += wait - 1;
          expect(limits.reserve(kind, 'thread', 'tenant')).toBeGreaterThan(0);
          now += 1;
          expect(limits.reserve(kind, 'thread', 'tenant')).toBe(0);
          return;
        }
      }
    },
  );
});

it('counts conversations and kinds apart', () => {
  const limits = createLimits(clock);
  for (let sent = 0; sent < 7; sent += 1) limits.reserve('send', 'one', 'tenant');
  expect(limits.reserve('send', 'one', 'tenant')).toBeGreaterThan(0);
  expect(limits.reserve('send', 'other', 'tenant')).toBe(0);
  expect(limits.reserve('create', 'one', 'tenant')).toBe(0);
});

it('counts a tenant together, and tenants apart', () => {
  const limits = createLimits(clock);
  const waits = Array.from({ length: 51 }, (_, thread) => limits.reserve('send', `thread ${thread}`, 'tenant'));
  expect(waits.filter((wait) => wait > 0)).toEqual([1000]);
  expect(limits.reserve('send', 'thread 60', 'other tenant')).toBe(0);
});

it('counts nothing when it says to wait', () => {
  const limits = createLimits(clock);
  for (let sent = 0; sent < 7; sent += 1) limits.reserve('send', 'thread', 'tenant');
  for (let asked = 0; asked < 100; asked += 1) expect(limits.reserve('send', 'thread', 'tenant')).toBe(1000);
  now += 2000;
  expect(limits.reserve('send', 'thread', 'tenant')).toBe(0);
  expect(limits.reserve('send', 'other thread', 'tenant')).toBe(0);
});

it('a clock that was set back locks nothing for longer than the window', () => {
  const limits = createLimits(clock);
  for (let sent = 0; sent < 7; sent += 1) limits.reserve('send', 'thread', 'tenant');
  now -= 86_400_000;
  expect(limits.reserve('send', 'thread', 'tenant')).toBe(1000);
});

it('remembers a bounded number of conversations, the latest ones', () => {
  const limits = createLimits(clock, 2);
  const fill = (thread: string) => Array.from({ length: 8 }, () => limits.reserve('send', thread, 'tenant')).at(-1);
  expect(['one', 'two', 'three'].map(fill)).toEqual([1000, 1000, 1000]);
  expect(limits.reserve('send', 'three', 'tenant')).toBe(1000);
  expect(limits.reserve('send', 'two', 'tenant')).toBe(1000);
  expect(limits.reserve('send', 'one', 'tenant')).toBe(0);
});

it('no window is ever exceeded, whoever asks for what and when', () => {
  const step = fc.record({
    kind: fc.constantFrom<LimitKind[]>('send', 'create', 'members'),
    thread: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    tenant: fc.constantFrom('t1', 't2'),
    times: fc.integer({ min: 1, max: 30 }),
    pause: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 3000 }), fc.constant(31_000)),
    obeys: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const limits = createLimits(clock);
      const passed: { kind: LimitKind; thread: string; tenant: string; at: number }[] = [];
      for (const { kind, thread, tenant, times, pause, obeys } of steps) {
        now += pause;
        for (let time = 0; time < times; time += 1) {
          const wait = limits.reserve(kind, thread, tenant);
          expect(wait).toBeGreaterThanOrEqual(0);
          if (wait === 0) passed.push({ kind, thread, tenant, at: now });
          else if (obeys) now += wait;
        }
      }
      const most = (these: typeof passed, milliseconds: number) =>
        Math.max(0, ...these.map(({ at }) => these.filter((one) => one.at >= at && one.at < at + milliseconds).length));
      for (const tenant of ['t1', 't2']) {
        const its = passed.filter((one) => one.tenant === tenant);
        expect(most(its, perTenant[1])).toBeLessThanOrEqual(perTenant[0]);
      }
      for (const key of new Set(passed.map(({ kind, thread }) => `${kind} ${thread}`))) {
        const its = passed.filter(({ kind, thread }) => `${kind} ${thread}` === key);
        for (const [requests, milliseconds] of published[its[0]?.kind ?? 'send']) {
          expect(most(its, milliseconds)).toBeLessThanOrEqual(requests);
        }
      }
    }),
    { numRuns: 60 },
  );
});
