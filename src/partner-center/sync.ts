import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, instant } from '../clock.ts';
import { Deal } from '../deals/deal.ts';
import type { Desk } from '../deals/desk.ts';
import { everyDeal } from '../deals/every-deal.ts';
import type { Messenger, PartnerCenterNews } from '../notices/messenger.ts';
import { MessengerError } from '../notices/messenger.ts';
import type { PersonalChats } from '../notices/personal-chat.ts';
import { readerOf } from '../notices/reader.ts';
import { type PartnerCenter, SenderError } from '../notices/sender.ts';
import type { Organisation, Person } from '../organisations/organisation.ts';
import { referralOf } from '../rules/partner-center.ts';
import { notConnected } from '../rules/partner-center-steps.ts';
import { documents } from '../store/documents.ts';
import { type Store, StoreUnavailable } from '../store/port.ts';
import type { ReferralAnswer, ReferralPage } from './answer.ts';
import { bring, heardOf, hearParties } from './bring.ts';
import { createPartnerCenterClient, type PartnerCenterClient, referralsApi } from './client.ts';
import { type Connection, type Connections, connectionId } from './connection.ts';
import { PartnerCenterError } from './errors.ts';
import { type PeopleByEmail, partnerCenterActor } from './heard.ts';
import type { ReferralLinks } from './links.ts';
import type { SignIn } from './sign-in.ts';
import { type TakenIn, takeIn } from './take-in.ts';
import type { WebhookEvent } from './webhook.ts';

/** How long one instance has a connection for itself, in milliseconds; each page that it reads renews it. */
const leaseMilliseconds = 5 * 60_000;

/** How far before the watermark is read again: what was written there while it was read comes late. In milliseconds. */
const overlap = 5 * 60_000;

/** Until it is tried again where an admin has to do something first, in milliseconds. */
const troubleInterval = 10 * 60_000;

/** Between two opportunities that were there before the organisation connected, in milliseconds: gently. */
const betweenAnnouncements = 3000;

/** How often the message on the progress of the first import is changed, in milliseconds. */
const progressInterval = 5000;

/** An event may come before what it tells of can be read: how often it is tried, and how long after one another in milliseconds. */
const earlyReads = 4;
const betweenEarlyReads = 500;

/** How many referrals events make the bot read at once. More wait; what waits is only ever one read a referral. */
const readsAtOnce = 8;
const waitingAtMost = 5000;

export interface SyncParts {
  store: Store;
  desk: Desk;
  connections: Connections;
  links: ReferralLinks;
  signIn: Pick<SignIn, 'tokens'>;
  organisation(orgId: string): Promise<Organisation | undefined>;
  organisations(): Promise<Organisation[]>;
  people: { all(orgId: string): Promise<Person[]>; admins(orgId: string): Promise<Person[]> };
  messenger: Pick<Messenger, 'post' | 'update'>;
  personalChats: Pick<PersonalChats, 'with'>;
  /** Between two polls of an organisation, in milliseconds. */
  pollInterval: number;
  fetch?: typeof globalThis.fetch | undefined;
  clock: Clock;
  /** Resolves after some milliseconds. */
  wait(milliseconds: number): Promise<void>;
  log: Logger;
}

/** Keeps deals and referrals in step, both ways. */
export interface Sync extends PartnerCenter {
  /** Whether a due document is a connection, which the dispatcher hands over. */
  isConnection(documentId: string): boolean;
  /** Takes up what is due of an organisation's connection, in the background. False: somebody else has it. */
  workOn(orgId: string): Promise<boolean>;
  /** Reads what an event tells of, in the background. `orgId` absent: whichever organisation it is. Never throws. */
  onEvent(event: WebhookEvent, orgId: string | undefined): void;
  /** Resolves when nothing is under way in the background. */
  idle(): Promise<void>;
  /** Takes up nothing more, and resolves when what is under way has come to a place where it can be taken up again. */
  stop(): Promise<void>;
}

export function createSync(parts: SyncParts): Sync {
  const { store, desk, connections, links, messenger, clock, log } = parts;
  const deals = documents(store, 'deal', Deal);
  const clients = new Map<string, PartnerCenterClient>();
  const underway = new Set<Promise<void>>();
  let stopping = false;

  function clientOf(orgId: string): PartnerCenterClient {
    let client = clients.get(orgId);
    if (client === undefined) {
      const { fetch, wait } = parts;
      client = createPartnerCenterClient({
        baseUrl: referralsApi,
        tokens: parts.signIn.tokens(orgId, referralsApi),
        fetch,
        clock,
        wait,
        log,
      });
      clients.set(orgId, client);
    }
    return client;
  }

  async function peopleOf(orgId: string): Promise<PeopleByEmail> {
    const known = (await parts.people.all(orgId)).filter(({ guest, email }) => !guest && email !== undefined);
    return new Map(known.map(({ email, id }) => [email?.toLowerCase() ?? '', id]));
  }

  function inBackground(work: () => Promise<void>): void {
    const promise: Promise<void> = work()
      .catch((error) => log.error({ err: error }, 'partner center sync broke'))
      .finally(() => underway.delete(promise));
    underway.add(promise);
  }

  // ---- Out: what the dispatcher asks for ----

  /** What goes wrong with Partner Center, in the words of a delivery. */
  async function carried<T>({ orgId }: Pick<Deal, 'orgId'>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PartnerCenterError)) throw error;
      const { kind, code, message, retryAfter } = error;
      switch (kind) {
        case 'unauthenticated': {
          // A token that is refused now and then is no end of the consent.
          const isConnected = (await connections.get(orgId))?.status === 'connected';
          throw new SenderError(isConnected ? `partner-center-${code}` : notConnected, isConnected);
        }
        case 'throttled':
        case 'unavailable':
        case 'preconditionFailed':
          throw new SenderError(`partner-center-${code}`, true, retryAfter);
        default:
          throw new SenderError(`partner-center-${code}`, false, undefined, message);
      }
    }
  }

  // ---- In: what has changed there ----

  /** One referral that was read. One that breaks does not hold up the others; an outage of the store holds up all. */
  async function taken(
    orgId: string,
    referral: ReferralAnswer,
    people: PeopleByEmail,
    isNews: boolean,
  ): Promise<TakenIn | undefined> {
    try {
      return await takeIn(orgId, referral, people, isNews, { desk, links, deals });
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      log.error({ orgId, referralId: referral.id, err: error }, 'referral could not be taken in');
      return undefined;
    }
  }

  /** Which of the organisations in a list is the own one: the one whose partner id it is, else whose referrals most of them are. */
  function ownIn(page: ReferralPage, partnerIds: readonly string[]): string | undefined {
    const own = page.referrals.find(({ mpnId }) => typeof mpnId === 'string' && partnerIds.includes(mpnId));
    if (own !== undefined) return own.organizationId;
    const counts = new Map<string, number>();
    for (const { organizationId } of page.referrals) counts.set(organizationId, (counts.get(organizationId) ?? 0) + 1);
    return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
  }

  /** The own deals of engagements in which somebody else's referral has changed. */
  async function hearEngagement(connection: Connection, engagementId: string): Promise<void> {
    const { orgId, ownOrganisationId } = connection;
    const client = clientOf(orgId);
    const parties = await client.relatedReferrals(engagementId);
    const own = parties.find(({ organizationId }) => isOwn(organizationId, ownOrganisationId));
    if (own === undefined) return;
    const known = await taken(orgId, await client.get(own.id), await peopleOf(orgId), true);
    if (known !== undefined) await hearParties(known.deal, { client, desk });
  }

  async function takePage(connection: Connection, page: ReferralPage, people: PeopleByEmail): Promise<void> {
    const { orgId, imported, ownOrganisationId } = connection;
    const own = page.referrals.filter(({ organizationId }) => isOwn(organizationId, ownOrganisationId));
    await Promise.all(own.map((referral) => taken(orgId, referral, people, imported)));
    const others = page.referrals.filter((referral) => !own.includes(referral));
    const engagements = new Set([...others, ...page.microsofts].flatMap(({ engagementId }) => engagementId ?? []));
    if (imported) for (const engagementId of engagements) await hearEngagement(connection, engagementId);
    for (const { id, problems } of page.unreadable)
      log.warn({ orgId, referralId: id, problems }, 'referral cannot be read');
  }

  /** Everything that has changed since it was read last. While the first import runs, it says how far it is. */
  async function poll(begun: Connection, organisation: Organisation): Promise<void> {
    const { orgId, consentId, watermark } = begun;
    const client = clientOf(orgId);
    const people = await peopleOf(orgId);
    const since = watermark === undefined ? new Date(0) : new Date(Date.parse(watermark) - overlap);
    let connection = begun;
    let toldAt = 0;
    for await (const page of client.listChangedSince(since.toISOString())) {
      const own = connection.ownOrganisationId ?? ownIn(page, organisation.partnerIds);
      await takePage({ ...connection, ...(own === undefined ? {} : { ownOrganisationId: own }) }, page, people);
      const amended = await connections.amend(orgId, (before) => {
        if (before.consentId !== consentId || before.status !== 'connected') return undefined;
        const importing = before.importing ?? { read: 0, unreadable: 0, told: [] };
        // Never ahead of the own clock: what is written until then there would not be read.
        const now = instant(clock.now());
        const upTo = page.updatedUpTo !== undefined && page.updatedUpTo > now ? now : page.updatedUpTo;
        const isForward = upTo !== undefined && upTo > (before.watermark ?? '');
        return {
          ...before,
          nextDueAt: instant(clock.now() + leaseMilliseconds),
          ...(own === undefined ? {} : { ownOrganisationId: own }),
          ...(isForward ? { watermark: upTo } : {}),
          ...(before.imported
            ? {}
            : {
                importing: {
                  ...importing,
                  read: importing.read + page.referrals.length + page.unreadable.length,
                  unreadable: importing.unreadable + page.unreadable.length,
                },
              }),
        };
      });
      // Somebody else has connected, or it was disconnected: what is to be done is another's now.
      if (amended === undefined || stopping) return;
      connection = amended;
      if (!connection.imported && clock.now() - toldAt >= progressInterval) {
        toldAt = clock.now();
        connection = await tellProgress(connection, 'importing', organisation);
      }
    }
    if (!connection.imported) await finishImport(connection, organisation);
  }

  /** N1: what waits for an answer is posted, the one first that has the least time left, and not all at once. */
  async function finishImport(connection: Connection, organisation: Organisation): Promise<void> {
    const { orgId, consentId } = connection;
    let at = clock.now();
    for await (const deal of everyDeal(deals, { orgId, status: 'received', orderBy: 'respondBy' })) {
      if (referralOf(deal) === undefined) continue;
      const decision = await desk.perform(orgId, deal.id, {
        command: { kind: 'announce', at },
        actor: partnerCenterActor,
      });
      if (decision.kind === 'done' && decision.changed) at += betweenAnnouncements;
    }
    await tellProgress(connection, 'imported', organisation);
    await connections.amend(orgId, (before) => {
      if (before.consentId !== consentId) return undefined;
      const { importing, ...rest } = before;
      const isTold = (importing?.told.length ?? 0) > 0;
      return { ...rest, imported: true, importing, ...(isTold ? {} : { news: { what: 'imported', told: [] } }) };
    });
    log.info({ orgId, read: connection.importing?.read }, 'partner center imported');
  }

  /** The same message of each admin, kept up to date. What cannot be sent is no reason to stop. */
  async function tellProgress(
    connection: Connection,
    what: 'importing' | 'imported',
    organisation: Organisation,
  ): Promise<Connection> {
    const { orgId } = connection;
    const { read = 0, unreadable = 0, told = [] } = connection.importing ?? {};
    const message = { kind: 'partnerCenter', news: { what, read, unreadable } } as const;
    const sent: typeof told = [];
    for (const admin of await parts.people.admins(orgId)) {
      const reader = readerOf(admin, organisation.settings);
      try {
        const chat = await parts.personalChats.with(admin, organisation);
        if ('refused' in chat) continue;
        const before = told.find(({ address }) => address.conversationId === chat.conversationId);
        if (before === undefined) sent.push(await messenger.post(chat, message, reader));
        else await messenger.update(before, message, reader);
      } catch (error) {
        if (!(error instanceof MessengerError)) throw error;
        log.warn({ orgId, code: error.code }, 'progress of the import could not be told');
      }
    }
    if (sent.length === 0) return connection;
    const amended = await connections.amend(orgId, (before) => ({
      ...before,
      importing: { read, unreadable, told: [...(before.importing?.told ?? []), ...sent] },
    }));
    return amended ?? connection;
  }

  /** Tells each admin once. Resolves to whether somebody could not be told yet. */
  async function tellNews(
    { orgId, news, reason, code, importing }: Connection,
    organisation: Organisation,
  ): Promise<boolean> {
    if (news === undefined) return false;
    const message: PartnerCenterNews =
      news.what === 'disconnected'
        ? { what: news.what, reason: reason ?? 'signInNeeded', code }
        : news.what === 'imported'
          ? { what: news.what, read: importing?.read ?? 0, unreadable: importing?.unreadable ?? 0 }
          : { what: news.what };
    const told = new Set(news.told);
    let isOpen = false;
    for (const admin of await parts.people.admins(orgId)) {
      if (told.has(admin.id)) continue;
      try {
        const chat = await parts.personalChats.with(admin, organisation);
        if ('refused' in chat) continue;
        await messenger.post(chat, { kind: 'partnerCenter', news: message }, readerOf(admin, organisation.settings));
      } catch (error) {
        if (!(error instanceof MessengerError)) throw error;
        log.warn({ orgId, what: news.what, code: error.code }, 'an admin could not be told');
        if (error.isRetryable) {
          isOpen = true;
          continue;
        }
      }
      told.add(admin.id);
      await connections.amend(orgId, (before) =>
        before.news?.what === news.what ? { ...before, news: { ...before.news, told: [...told] } } : undefined,
      );
    }
    if (!isOpen) {
      await connections.amend(orgId, (before) => {
        const { news: told, ...rest } = before;
        return told?.what === news.what ? rest : undefined;
      });
    }
    return isOpen;
  }

  /** Takes up what failed while there was no connection, or while Partner Center did not answer. */
  async function resume(orgId: string): Promise<void> {
    for await (const { id } of everyDeal(deals, { orgId, failedOnly: true })) {
      await desk.perform(orgId, id, { command: { kind: 'resume' }, actor: partnerCenterActor });
    }
    await connections.amend(orgId, (before) => ({ ...before, resumed: true }));
  }

  /** What stands in the way goes to the admins, once. Resolves to when it is tried again, in milliseconds from now. */
  async function afterFailure(orgId: string, error: PartnerCenterError): Promise<number> {
    const { kind, code, status, requestId, retryAfter } = error;
    log.error({ orgId, kind, code, status, requestId }, 'partner center could not be read');
    const trouble = kind === 'forbidden' ? 'forbidden' : code === 'keyUnreadable' ? 'keyUnreadable' : undefined;
    // What is given up meanwhile is taken up again when it answers.
    await connections.amend(orgId, (before) => (before.resumed ? { ...before, resumed: false } : undefined));
    if (trouble === undefined) return Math.max(retryAfter ?? 0, parts.pollInterval);
    await connections.amend(orgId, (before) =>
      before.trouble === trouble ? undefined : { ...before, trouble, news: { what: trouble, told: [] } },
    );
    return troubleInterval;
  }

  /** Everything that is due of a connection that was claimed. */
  async function carryOn(orgId: string): Promise<void> {
    const organisation = await parts.organisation(orgId);
    const connection = await connections.get(orgId);
    if (organisation === undefined || connection === undefined) return;
    let next = parts.pollInterval;
    if (connection.status === 'connected') {
      try {
        await poll(connection, organisation);
        if (!connection.resumed) await resume(orgId);
        await connections.amend(orgId, ({ trouble, ...before }) => (trouble === undefined ? undefined : before));
      } catch (error) {
        if (!(error instanceof PartnerCenterError)) throw error;
        next = await afterFailure(orgId, error);
      }
    }
    const now = await connections.get(orgId);
    const isOpen = now === undefined ? false : await tellNews(now, organisation);
    await connections.amend(orgId, (before) => {
      // A consent that was given, or ended, meanwhile is taken up at once.
      if (before.consentId !== connection.consentId || before.status !== connection.status) {
        return { ...before, nextDueAt: instant(clock.now()) };
      }
      const { nextDueAt: _, ...rest } = before;
      const isDue = before.status === 'connected' || isOpen;
      return isDue ? { ...rest, nextDueAt: instant(clock.now() + (isOpen ? parts.pollInterval : next)) } : rest;
    });
  }

  // ---- Events: read at once what the poll would read soon ----

  const waiting = new Map<string, { orgId: string | undefined; referralId: string }>();
  let reading = 0;

  async function organisationsOf(orgId: string | undefined): Promise<Connection[]> {
    const ids = orgId === undefined ? (await parts.organisations()).map((one) => one.orgId) : [orgId];
    const found = await Promise.all(ids.map((id) => connections.get(id)));
    // Until the first import is finished, it brings everything.
    return found.filter((one) => one?.status === 'connected' && one.imported) as Connection[];
  }

  async function readFor(connection: Connection, referralId: string): Promise<void> {
    const { orgId, ownOrganisationId } = connection;
    const client = clientOf(orgId);
    for (let read = 1; ; read++) {
      try {
        const party = await client.party(referralId);
        if (isOwn(party.organizationId, ownOrganisationId)) {
          const known = await taken(orgId, await client.get(referralId), await peopleOf(orgId), true);
          if (known?.deal.partnerCenter?.microsoftId !== undefined) await hearParties(known.deal, { client, desk });
        } else if (party.engagementId !== undefined) await hearEngagement(connection, party.engagementId);
        return;
      } catch (error) {
        const isEarly = error instanceof PartnerCenterError && error.kind === 'notFound';
        if (!isEarly || read === earlyReads) throw error;
        await parts.wait(betweenEarlyReads * read);
      }
    }
  }

  async function readWaiting(): Promise<void> {
    for (;;) {
      const [first] = waiting;
      if (first === undefined || stopping) return;
      const [key, { orgId, referralId }] = first;
      waiting.delete(key);
      for (const connection of await organisationsOf(orgId)) {
        await readFor(connection, referralId).catch((error) => {
          // The poll reads it all the same.
          const { kind = 'broken', code } = error as Partial<PartnerCenterError>;
          log.warn({ orgId: connection.orgId, referralId, kind, code }, 'event could not be followed');
        });
      }
    }
  }

  return {
    bring: (deal) =>
      carried(deal, async () => {
        const organisation = await parts.organisation(deal.orgId);
        if (organisation === undefined) throw new SenderError('organisation-unknown', false);
        const people = await peopleOf(deal.orgId);
        return bring(deal, { client: clientOf(deal.orgId), desk, links, organisation, people });
      }),
    takeOver: (deal) =>
      carried(deal, async () => {
        const id = referralOf(deal);
        if (id === undefined) return;
        const referral = await clientOf(deal.orgId).get(id);
        await heardOf(deal, referral, desk, await peopleOf(deal.orgId), true);
      }),
    hearParties: (deal) => carried(deal, () => hearParties(deal, { client: clientOf(deal.orgId), desk })),
    isConnection: (documentId) => documentId === connectionId,
    async workOn(orgId) {
      if (stopping) return false;
      const claimed = await connections.claim(orgId, instant(clock.now() + leaseMilliseconds));
      if (claimed === undefined) return false;
      inBackground(() => carryOn(orgId));
      return true;
    },
    onEvent({ referralId }, orgId) {
      if (referralId === undefined || stopping) return;
      // Several events of one referral are one read, which comes after the last of them.
      waiting.set(`${orgId ?? ''} ${referralId}`, { orgId, referralId });
      if (waiting.size > waitingAtMost) {
        const [oldest] = waiting.keys();
        if (oldest !== undefined) waiting.delete(oldest);
      }
      if (reading >= readsAtOnce) return;
      reading += 1;
      inBackground(() =>
        readWaiting().finally(() => {
          reading -= 1;
        }),
      );
    },
    async idle() {
      while (underway.size > 0) await Promise.all(underway);
    },
    async stop() {
      stopping = true;
      await Promise.all(underway);
    },
  };
}

/** Before the own organisation is known, nothing of anybody else's has been read but Microsoft's. */
function isOwn(organizationId: string | undefined, own: string | undefined): boolean {
  return own === undefined ? organizationId?.toLowerCase() !== 'msft' : organizationId === own;
}

/** Waits on the system's clock. */
export function systemWait(milliseconds: number): Promise<void> {
  return pause(milliseconds);
}
