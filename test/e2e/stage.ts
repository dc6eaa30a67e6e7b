import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ada, type Playground, startPlayground, tenantId } from '../../scripts/demo/playground.ts';
import { parseConfig } from '../../src/config.ts';
import type { Deal } from '../../src/deals/deal.ts';
import { directoryKinds } from '../../src/directory/entry.ts';
import { importFile } from '../../src/directory/import.ts';
import { type Running, start } from '../../src/main.ts';
import { createApiKeys } from '../../src/organisations/api-keys.ts';
import { personId, Settings } from '../../src/organisations/organisation.ts';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import { createPeople } from '../../src/organisations/people.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import type { Create } from '../../src/rules/create.ts';
import { openDirectory } from '../../src/store/open.ts';
import type { MovableClock } from '../fakes/clock.ts';
import { type Json, visibleText } from '../fakes/seen-card.ts';
import { openBrowser } from './browser.ts';
import { eventually } from './eventually.ts';
import { type Client, openClient } from './playground.ts';
import { freePort } from './ports.ts';

export const day = 86_400_000;

/** Ben Adler, a colleague of Ada Keller in `scripts/demo/playground.yml`, with the role of a Referrals user. */
export const ben = { id: 'user-2', entraId: 'a0000002-0000-4000-8000-000000000002' };

/** The real product, the real Playground and a real browser, for one story. */
export interface Stage {
  /** Opens the client as Ada Keller, a Referrals admin. */
  open(options?: { install?: boolean }): Promise<Client>;
  /** Posts an opportunity as its sender does, and returns the deal's id. */
  send(opportunity: object): Promise<string>;
  /** A private deal of Ada's own, with an eligible solution, as a form would have created it; returns its id. */
  own(customer: string, changes?: Partial<Create>): Promise<string>;
  /** Moves the bot's clock, and lets it do what is due by then. */
  move(milliseconds: number): Promise<void>;
  /** The deal as soon as it is posted somewhere. */
  posted(dealId: string): Promise<Deal>;
  /** Another person's press on the posted card, past the page, and the text of the card that they get. */
  pressAs(person: { id: string }, deal: Deal, verb: string, inputs?: object): Promise<string>;
  /** An instant, `milliseconds` from the bot's now. */
  in(milliseconds: number): string;
}

let browser: Browser | undefined;
afterAll(async () => browser?.close());

/** A test on a stage of its own. When it breaks, pictures of its pages stay in the folder for temporary files. */
export function story(name: string, tell: (stage: Stage) => Promise<void>): void {
  test(name, async () => {
    browser ??= await openBrowser();
    const ended: (() => Promise<unknown>)[] = [];
    const clients: Client[] = [];
    try {
      await tell(await setUp(browser, clients, ended));
    } catch (error) {
      for (const [index, { page }] of clients.entries()) {
        const path = join(tmpdir(), `cosell-e2e-${name.replaceAll(/\W+/g, '-')}-${index + 1}.png`);
        await page.setViewportSize({ width: 1400, height: 2000 });
        await page.screenshot({ path }).then(() => console.error(`What the page showed: ${path}`));
      }
      throw error;
    } finally {
      for (const end of ended.reverse()) await end();
    }
  });
}

async function setUp(browser: Browser, clients: Client[], ended: (() => Promise<unknown>)[]): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'cosell-e2e-'));
  ended.push(() => rm(folder, { recursive: true, force: true }));
  const clock = tickingClock();
  const bot = await startBot(folder, clock);
  ended.push(() => bot.stop());
  const playground = startPlayground({ port: await freePort(), botUrl: bot.url, folder });
  ended.push(() => playground.stop());
  const key = await staff(bot, clock);
  await playground.ready;
  const closes = new Date(clock.now() + 60 * day).toISOString().slice(0, 10);
  let made = 0;
  return {
    async open(options) {
      const client = await openClient(browser, playground.url, options);
      clients.push(client);
      ended.push(() => client.page.close());
      return client;
    },
    async send(opportunity) {
      const response = await fetch(`${bot.url}/api/opportunities`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
        body: JSON.stringify(opportunity),
      });
      const body = (await response.json()) as { id: string };
      if (response.status !== 201) throw new Error(JSON.stringify(body));
      return body.id;
    },
    async own(customer, changes = {}) {
      made += 1;
      const creation = await bot.desk.create({ ...ownDeal(customer, made, closes), ...changes }, adaAsActor);
      if (creation.kind === 'refused') throw new Error(JSON.stringify(creation.refusals));
      return creation.deal.id;
    },
    async move(milliseconds) {
      clock.move(milliseconds);
      await bot.dispatcher.round();
    },
    async posted(dealId) {
      let found: Deal | undefined;
      await eventually(async () => {
        found = await bot.desk.deal('nordwind', dealId);
        if (!found?.postings.length) throw new Error(`deal ${dealId} is not posted`);
      });
      return found as Deal;
    },
    pressAs: (person, deal, verb, inputs = {}) => invoke(playground, person, deal, verb, inputs),
    in: (milliseconds) => new Date(clock.now() + milliseconds).toISOString(),
  };
}

const adaAsActor: PersonActor = {
  kind: 'person',
  orgId: 'nordwind',
  personId: personId(ada),
  name: 'Ada Keller',
  email: 'ada.keller@nordwind.example',
  roles: ['referralsAdmin'],
  guest: false,
  timeZone: 'UTC',
};

function ownDeal(customer: string, made: number, closeDate: string): Create {
  const { name, email, personId } = adaAsActor;
  return {
    dealId: `own-${made}`,
    customer: {
      name: customer,
      addressLine1: '7 Liffey Street',
      city: 'Dublin',
      state: '',
      postalCode: 'D02 X285',
      country: 'IE',
      duns: '',
    },
    contact: { name: '', phone: '', email: '' },
    values: {
      name: `${customer} rollout`,
      amount: '50000',
      currency: 'EUR',
      closeDate,
      notes: '',
      crmId: '',
      campaignId: '',
    },
    team: [{ personId, name, phone: '+43 1 000 00 01', ...(email === undefined ? {} : { email }) }],
    solutions: [{ id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator', kind: 'own', eligible: true }],
    invitations: [],
  };
}

function startBot(folder: string, clock: MovableClock): Promise<Running> {
  const parsed = parseConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DEVELOPMENT: 'true',
    SQLITE_FILE: join(folder, 'e2e.db'),
    DISPATCH_SECONDS: '300',
  });
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return start(parsed.config, { clock, logTo: { write: () => undefined } });
}

/** Nordwind with Ada and Ben, the directory of the demo, and a key to feed it by. */
async function staff({ store }: Running, clock: MovableClock): Promise<string> {
  await createOrganisations(store, clock).create({
    id: 'nordwind',
    name: 'Nordwind Consulting GmbH',
    tenants: [tenantId],
    partnerIds: ['1234567'],
    settings: Settings.parse({}),
    admins: [ada],
  });
  await createPeople(store, clock).grant('nordwind', ben.entraId, ['referralsUser'], 'test');
  const directory = await openDirectory(store);
  for (const kind of directoryKinds) {
    const { pathname } = new URL(`../../scripts/demo/directory/${kind}.csv`, import.meta.url);
    await importFile(directory, 'nordwind', kind, pathname);
  }
  return (await createApiKeys(store, clock).create('nordwind', 'crm')).text;
}

/** Begins now, because the Playground stamps its messages with the real time, and goes on: limits on requests wait for it. */
function tickingClock(): MovableClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    move(milliseconds) {
      ahead += milliseconds;
    },
  };
}

/** The Playground's own address for presses: there, unlike on its page, others than Ada can press (facts/teams.md 5.3). */
async function invoke(
  { url }: Playground,
  person: { id: string },
  deal: Deal,
  verb: string,
  inputs: object,
): Promise<string> {
  const [posting] = deal.postings;
  const response = await fetch(`${url}/_conversation/v1/invoke`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: 'adaptiveCard/action',
      value: { action: { type: 'Action.Execute', verb, data: { verb, dealId: deal.id, ...inputs } } },
      from: { id: person.id },
      conversation: { id: posting?.threadId },
      replyToId: posting?.messageId,
    }),
  });
  const answer = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return typeof answer.value === 'string' ? answer.value : visibleText(answer.value as Json);
}
