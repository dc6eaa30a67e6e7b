import { join } from 'node:path';
import { startServer } from './child.ts';
import { type Findings, median, number } from './measure.ts';

const starts = 5;

/** From the start of the process to "ready" at /readyz, and that it ends in order. */
export async function start(folder: string): Promise<Findings> {
  const times: number[] = [];
  for (let count = 0; count < starts; count += 1) {
    const server = await startServer('src/main.ts', join(folder, 'start.log'), {
      DEVELOPMENT: 'true',
      SQLITE_FILE: join(folder, 'start.db'),
    });
    times.push(server.readyAfter);
    await server.stop();
  }
  const middle = median(times);
  return {
    rows: [
      {
        what: 'from start to ready',
        measured: `${number(middle)} ms`,
        more: `slowest of ${starts}: ${number(Math.max(...times))} ms`,
        target: { name: 'takes', value: middle / 1000, atMost: 1.5, unit: ' s' },
      },
    ],
    wrong: [],
  };
}
