import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { opportunityCard, text } from '../cards/index.ts';
import type { Deal } from '../src/deals/deal.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { type Server, startServer } from './child.ts';
import { acceptClick, dealsIn, foundNordwind, orgId, postingOf, receivedDeal, seed, sellers } from './house.ts';
import { type Load, post } from './load.ts';
import { type Findings, median, number, type Row } from './measure.ts';

const rounds = 7;
const clicksARound = 2500;
/** Clicks before the first round, so that both servers are compiled and the bot knows the sellers. */
const warmUp = 7500;
const postedRounds = 3;
const postedWarmUp = 2500;

/** Clicks on "Accept", each on another deal, against a bare bot that answers each with the same card. */
export async function clicks(folder: string): Promise<Findings> {
  const teams = await startConnector();
  try {
    const { bot, floor, ...alone } = await againstFloor(folder, teams.url);
    const ratio = median(bot.map((load, round) => load.perSecond / (floor[round]?.perSecond ?? 0)));
    const posted = await onPostedCards(folder, teams.url);
    return {
      rows: [
        { what: 'accept clicks', ...summed(bot), target: { name: 'of the bare bot', value: ratio, atLeast: 0.7 } },
        { what: '  a bare botbuilder bot', ...summed(floor) },
        { what: '  clicks while the posted copies are brought up to date', ...summed(posted.bot) },
      ],
      wrong: [...alone.wrong, ...posted.wrong],
    };
  } finally {
    teams.close();
  }
}

function summed(loads: readonly Load[]): Pick<Row, 'measured' | 'more'> {
  const middle = (of: (load: Load) => number) => number(median(loads.map(of)));
  return {
    measured: `${middle(({ perSecond }) => perSecond)} /s`,
    more: `p50 ${middle(({ p50 }) => p50)} ms, p99 ${middle(({ p99 }) => p99)} ms`,
  };
}

/** Rounds by turns, so that what else the machine does hits both alike. */
async function againstFloor(
  folder: string,
  serviceUrl: string,
): Promise<{ bot: Load[]; floor: Load[]; wrong: string[] }> {
  const card = join(folder, 'card.json');
  writeFileSync(card, JSON.stringify(acceptedCard(receivedDeal(0))));
  const house = await seeded(folder, 'clicks', warmUp + rounds * clicksARound, serviceUrl, () => []);
  const floorServer = await startServer('bench/clicks-floor.ts', join(folder, 'clicks-floor.log'), {}, [card]);

  const warm = house.take(warmUp);
  const first = [await click(house.server, warm), await click(floorServer, warm)];
  const bot: Load[] = [];
  const floor: Load[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bodies = house.take(clicksARound);
    bot.push(await click(house.server, bodies));
    floor.push(await click(floorServer, bodies));
  }
  await floorServer.stop();
  return { bot, floor, wrong: [...wrongOf([...first, ...bot, ...floor]), ...(await house.close())] };
}

/** The same while the dispatcher has a copy of each answered card to bring up to date, as fast as Teams' limits allow. */
async function onPostedCards(folder: string, serviceUrl: string): Promise<{ bot: Load[]; wrong: string[] }> {
  const count = postedWarmUp + postedRounds * clicksARound;
  const house = await seeded(folder, 'posted', count, serviceUrl, (index) => [postingOf(index, serviceUrl)]);
  const first = await click(house.server, house.take(postedWarmUp));
  const bot: Load[] = [];
  for (let round = 0; round < postedRounds; round += 1) {
    bot.push(await click(house.server, house.take(clicksARound)));
  }
  return { bot, wrong: [...wrongOf([first, ...bot]), ...(await house.close())] };
}

interface House {
  server: Server;
  /** The next clicks, each on another deal. */
  take(count: number): string[];
  /** Ends it, and says what is not as it should be: every deal must stand as accepted. */
  close(): Promise<string[]>;
}

async function seeded(
  folder: string,
  name: string,
  count: number,
  serviceUrl: string,
  postingsOf: (index: number) => Deal['postings'],
): Promise<House> {
  const file = join(folder, `${name}.db`);
  const bodies: string[] = [];
  const store = openSqliteStore({ file });
  await foundNordwind(store);
  await seed(store, count, (index) => {
    const deal = receivedDeal(index, postingsOf(index));
    bodies.push(acceptClick(deal, index, serviceUrl));
    return deal;
  });
  await store.close();
  const environment = { DEVELOPMENT: 'true', SQLITE_FILE: file };
  const server = await startServer('src/main.ts', join(folder, `${name}.log`), environment);
  return {
    server,
    take: (some) => bodies.splice(0, some),
    async close() {
      await server.stop();
      const accepted = await acceptedIn(file);
      return accepted === count ? [] : [`${name}: ${accepted} of ${count} deals stand as accepted in the store`];
    },
  };
}

function click({ url }: Server, bodies: readonly string[]): Promise<Load> {
  return post(`${url}/api/messages`, bodies, saysAccepted);
}

function wrongOf(loads: readonly Load[]): string[] {
  return loads
    .filter(({ wrong }) => wrong > 0)
    .map(({ wrong, firstWrong }) => `clicks: ${wrong} answers, the first: ${firstWrong}`);
}

/** The constant card: what the product answers to such a click. */
function acceptedCard(deal: Deal): object {
  const now = Date.now();
  const [seller] = sellers;
  const by = { kind: 'person', name: seller?.name } as const;
  const at = new Date(now).toISOString();
  return opportunityCard({
    deal: {
      ...deal,
      status: 'accepted',
      team: [{ name: by.name ?? '' }],
      answer: { status: 'accepted', by, at, from: 'teams' },
    },
    reader: { language: 'en', timeZone: 'Europe/Vienna' },
    now,
    banner: { tone: 'good', text: text('en', 'youAccepted') },
  }).card;
}

function saysAccepted(status: number, body: string): boolean {
  return status === 200 && body.startsWith(cardBegin) && body.includes(text('en', 'youAccepted'));
}
const cardBegin = '{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{';

async function acceptedIn(file: string): Promise<number> {
  const store = openSqliteStore({ file });
  let accepted = 0;
  for await (const _ of dealsIn(store).all(orgId, 'accepted')) accepted += 1;
  await store.close();
  return accepted;
}

/** Teams' side of the updates: takes them all. */
async function startConnector(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end('{"id":"1"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/teams/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
