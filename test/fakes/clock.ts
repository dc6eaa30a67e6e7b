import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until a test moves it. */
export interface MovableClock extends Clock {
  move(milliseconds: number): void;
}

/** `start`: milliseconds since the epoch. */
export function movableClock(start: number): MovableClock {
  let now = start;
  return {
    now: () => now,
    move(milliseconds) {
      now += milliseconds;
    },
  };
}
