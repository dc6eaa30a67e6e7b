import { randomUUID } from 'node:crypto';
import { dayMilliseconds, instant, systemClock } from '../src/clock.ts';
import type { Address } from '../src/deals/address.ts';
import { Deal, dealId, type Posting } from '../src/deals/deal.ts';
import type { Opportunity } from '../src/deals/opportunity.ts';
import { Settings } from '../src/organisations/organisation.ts';
import { createOrganisations } from '../src/organisations/organisations.ts';
import { createPeople } from '../src/organisations/people.ts';
import { settled, withNotices } from '../src/rules/notices.ts';
import { receive } from '../src/rules/receive.ts';
import { type Documents, documents } from '../src/store/documents.ts';
import type { Store } from '../src/store/port.ts';

export const orgId = 'nordwind';
/** The one that the fake Teams has, too. */
const tenantId = '10000000-0000-4000-8000-000000000001';
export const settings = Settings.parse({ timeZone: 'Europe/Vienna' });
const source = 'crm';
const bot = { id: '28:co-sell', name: 'Co-sell' };
/** Documents that are committed together while the store is filled. */
const batch = 1000;

interface Seller {
  entraId: string;
  teamsId: string;
  name: string;
  email: string;
  phone: string;
}

export const sellers: readonly Seller[] = Array.from({ length: 20 }, (_, number) => ({
  entraId: `a0000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  teamsId: `29:1${String(number).padStart(60, 'x')}`,
  name: `Seller ${number}`,
  email: `seller.${number}@nordwind.example`,
  phone: `+43 1 000 ${String(number).padStart(4, '0')}`,
}));

/** An organisation with sellers whom Teams' roster has told of just now: nobody is asked about them while they press. */
export async function foundNordwind(store: Store): Promise<void> {
  await createOrganisations(store, systemClock).create({
    id: orgId,
    name: 'Nordwind Consulting GmbH',
    tenants: [tenantId],
    partnerIds: ['1234567'],
    settings,
    admins: [],
  });
  const people = createPeople(store, systemClock);
  for (const seller of sellers) {
    await people.grant(orgId, seller.entraId, ['referralsUser'], 'bench');
    await people.learn(orgId, {
      ...seller,
      tenantId,
      locale: 'en-US',
      timeZone: 'Europe/Vienna',
      rosterAt: instant(Date.now()),
    });
    await people.setPhone(orgId, seller.entraId, seller.phone);
  }
}

const cities = ['Zürich', 'Wien', 'Hamburg', 'Milano', 'Lyon'];
const countries = ['CH', 'AT', 'DE', 'IT', 'FR'];

/** What a sender tells, as long as senders write; each a little different. */
export function opportunityOf(number: number): Opportunity {
  return {
    engagementId: randomUUID(),
    name: `Data estate modernisation ${number}`,
    sender: { kind: 'microsoft', name: 'Microsoft' },
    customer: {
      name: `Alpenmilch ${number} AG`,
      size: '251to1000employees',
      address: {
        addressLine1: `Seestrasse ${number}`,
        city: cities[number % cities.length],
        postalCode: '8002',
        country: countries[number % countries.length],
      },
      duns: String(480_000_000 + number),
      contacts: [
        { name: 'Reto Muster', title: 'Head of Data', phone: '+41 44 000 00 01', email: 'reto@alpenmilch.example' },
        { name: 'Lea Brunner', title: 'Procurement', email: 'lea.brunner@alpenmilch.example' },
      ],
    },
    help: 'ProofOfConceptOrDemo',
    notes:
      'The customer wants one view of its milk deliveries, from farm to shop, and a pilot before summer. Their data stands in an ' +
      'old warehouse on their own machines, and a part of it in spreadsheets of the dairies.\nThey had a workshop with us in May ' +
      'and liked what they saw of the lakehouse.\nCan you lead the assessment, and say what a first step would cost?',
    value: { amount: String(50_000 + number), currency: 'CHF' },
    closeDate: new Date(Date.now() + 120 * dayMilliseconds).toISOString().slice(0, 10),
    solutions: [
      { id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator' },
      { id: 'SOL-0002-DEF', name: 'Data Governance Quickstart' },
    ],
    receivedAt: instant(Date.now() - 3_600_000 - (number % 10_000) * 1000),
  };
}

/** A deal as it stands an hour after it came: announced, and waiting for its answer. */
export function receivedDeal(number: number, postings: Posting[] = []): Deal {
  const opportunity = opportunityOf(number);
  const now = Date.parse(opportunity.receivedAt);
  const { deal, notices } = receive(
    {
      orgId,
      dealId: dealId(source, `opp-${number}`),
      source,
      externalId: `opp-${number}`,
      contentHash: String(number).padStart(43, '0'),
      route: { kind: 'none' },
      direction: 'inbound',
      opportunity,
      standing: { status: 'received', at: opportunity.receivedAt },
    },
    { kind: 'sender', name: 'Microsoft', from: 'api' },
    now,
    settings,
  );
  const posts = postings.map(({ id }) => ({ task: { kind: 'post', subscriptionId: id } as const, dueAt: now }));
  const waiting = withNotices({ ...deal, postings }, [...notices, ...posts]);
  const carriedOut = waiting.notices.map((notice) =>
    notice.task.kind === 'announce' || notice.task.kind === 'post'
      ? { ...notice, state: 'done' as const, attempts: 1, triedAt: notice.dueAt }
      : notice,
  );
  return settled({ ...waiting, notices: carriedOut }, now);
}

/** The place of a deal's card: one of some channels. */
export function postingOf(number: number, serviceUrl: string): Posting {
  const channel = `19:${String(number % 100).padStart(32, 'c')}@thread.tacv2`;
  const address: Address = {
    version: 1,
    serviceUrl,
    tenantId,
    scope: 'channel',
    conversationId: channel,
    bot,
    teamId: `19:${'t'.repeat(32)}@thread.tacv2`,
  };
  const messageId = String(1_760_000_000_000 + number);
  return {
    id: `sub-${String(number % 100).padStart(27, '0')}`,
    address,
    threadId: `${channel};messageid=${messageId}`,
    messageId,
    language: 'en',
    timeZone: 'Europe/Vienna',
    postedAt: instant(Date.now() - 3_600_000),
  };
}

/** Fills the store with `count` deals, many at a time, which costs one commit each time. */
export async function seed(store: Store, count: number, dealOf: (number: number) => Deal): Promise<void> {
  const deals = dealsIn(store);
  for (let from = 0; from < count; from += batch) {
    const size = Math.min(batch, count - from);
    await Promise.all(Array.from({ length: size }, (_, index) => deals.create(dealOf(from + index))));
  }
}

export function dealsIn(store: Store): Documents<Deal> {
  return documents(store, 'deal', Deal);
}

/** Teams' invoke for the press of "Accept" on the filled in form. */
export function acceptClick(deal: Deal, number: number, serviceUrl: string): string {
  const seller = sellers[number % sellers.length] as Seller;
  const { threadId, messageId } = deal.postings[0] ?? postingOf(number, serviceUrl);
  const time = new Date().toISOString();
  return JSON.stringify({
    type: 'invoke',
    name: 'adaptiveCard/action',
    id: `f:${randomUUID()}`,
    timestamp: time,
    localTimestamp: time,
    localTimezone: 'Europe/Vienna',
    locale: 'en-US',
    serviceUrl,
    channelId: 'msteams',
    from: { id: seller.teamsId, name: seller.name, aadObjectId: seller.entraId },
    conversation: { id: threadId, conversationType: 'channel', tenantId, isGroup: true },
    recipient: bot,
    replyToId: messageId,
    entities: [{ type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Windows', timezone: 'Europe/Vienna' }],
    channelData: {
      team: { id: `19:${'t'.repeat(32)}@thread.tacv2`, name: 'Co-sell team' },
      channel: { id: threadId.replace(/;.*/, '') },
      tenant: { id: tenantId },
      source: { name: 'message' },
      legacy: { replyToId: messageId },
    },
    value: {
      action: {
        type: 'Action.Execute',
        title: 'Accept',
        verb: 'opportunity.accept.send',
        data: {
          dealId: deal.id,
          name: deal.opportunity.name,
          amount: '150000.50',
          currency: 'CHF',
          closeDate: deal.closeDate,
          notes: 'They want a pilot before summer; I call them on Monday.',
          crmId: `CRM-${number}`,
          campaignId: '',
          phone: seller.phone,
          colleagues: '',
        },
      },
      trigger: 'manual',
    },
  });
}
