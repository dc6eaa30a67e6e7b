import { setTimeout as pause } from 'node:timers/promises';
import { StoreConflict, StoreUnavailable } from './port.ts';

/** How often a change is tried against faster ones before it is said that there are too many. */
const rounds = 8;

/** Repeats a read and conditional write until nobody else was faster, with a short random pause between. */
export async function inRounds<T>(round: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await round();
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
      if (tried === rounds) throw new StoreUnavailable('too many changes at once', { cause: error });
      await pause(Math.random() * 10 * tried);
    }
  }
}
