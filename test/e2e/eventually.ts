import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds for what others do: the bot, the Playground, the page. */
export const patience = 20_000;

/** Asks again until it holds; what was wrong at last is the error. */
export async function eventually(holds: () => Promise<void> | void): Promise<void> {
  const until = Date.now() + patience;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await pause(50);
  }
}
