import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { createApiKeys } from '../src/organisations/api-keys.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { startServer } from './child.ts';
import { foundNordwind, opportunityOf, orgId } from './house.ts';
import { post } from './load.ts';
import { type Findings, median, number } from './measure.ts';

const rounds = 3;
const postsARound = 2000;
const warmUp = 1000;

/** New opportunities over HTTP, each acknowledged when it is stored. */
export async function intake(folder: string): Promise<Findings> {
  const file = join(folder, 'intake.db');
  const store = openSqliteStore({ file });
  await foundNordwind(store);
  const { text: key } = await createApiKeys(store, systemClock).create(orgId, 'crm');
  await store.close();
  const bodies = Array.from({ length: warmUp + rounds * postsARound }, (_, index) => body(index));

  const server = await startServer('src/main.ts', join(folder, 'intake.log'), {
    DEVELOPMENT: 'true',
    SQLITE_FILE: file,
    INTAKE_PER_SECOND: '1000000',
  });
  const send = (part: readonly string[]) =>
    post(`${server.url}/api/opportunities`, part, (status) => status === 201, { Authorization: `Bearer ${key}` });
  const loads = [await send(bodies.slice(0, warmUp))];
  for (let from = warmUp; from < bodies.length; from += postsARound) {
    loads.push(await send(bodies.slice(from, from + postsARound)));
  }
  await server.stop();

  const [, ...warm] = loads;
  const p50 = number(median(warm.map((load) => load.p50)));
  const p99 = number(median(warm.map((load) => load.p99)));
  return {
    rows: [
      {
        what: 'new opportunities by the API',
        measured: `${number(median(warm.map(({ perSecond }) => perSecond)))} /s`,
        more: `p50 ${p50} ms, p99 ${p99} ms`,
      },
    ],
    wrong: loads
      .filter(({ wrong }) => wrong > 0)
      .map(({ wrong, firstWrong }) => `intake: ${wrong} answers, the first: ${firstWrong}`),
  };
}

/** The opportunity in the project's own form, which has neither the engagement's id nor an expiry. */
function body(index: number): string {
  const { engagementId: _, ...opportunity } = opportunityOf(index);
  return JSON.stringify({ externalId: `new-${index}`, ...opportunity });
}
