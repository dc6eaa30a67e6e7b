import type { Logger } from 'pino';
import { type Clock, instant } from '../clock.ts';
import type { Address } from '../deals/address.ts';
import type { Deal, Posting } from '../deals/deal.ts';
import type { Desk } from '../deals/desk.ts';
import type { Notice } from '../deals/notice.ts';
import type { ApiKey, Organisation, Person, Subscription } from '../organisations/organisation.ts';
import { partiesAskedIn } from '../rules/partner-center.ts';
import { notConnected } from '../rules/partner-center-steps.ts';
import { isForeign, maySeeDeal } from '../rules/permissions.ts';
import { StoreUnavailable } from '../store/port.ts';
import { incomingOf, invitedDealId, inviterClosedOf, partnerChangedOf } from './invitation.ts';
import { type Message, type Messenger, MessengerError } from './messenger.ts';
import { type PersonalChats, tenantRemoved } from './personal-chat.ts';
import { readerOf } from './reader.ts';
import type { Result } from './result.ts';
import { answerOf, type CallbackClient, type PartnerCenter, SenderError } from './sender.ts';

/** A notice that still fails after this many attempts, spread over about a day, is left to an admin. */
const attemptsAtMost = 18;

/**
 * Waits, in milliseconds, before a message is sent again of which Teams may have taken the one before: each repetition may stand there
 * once more, with live buttons, so there are no others. The second comes when a short outage is over.
 */
const unclearWaits = [5_000, 600_000];

interface CarrierParts {
  messenger: Messenger;
  callbacks: CallbackClient;
  /** Absent: no Partner Center is connected, which the card says. */
  partnerCenter?: PartnerCenter | undefined;
  organisation(orgId: string): Promise<Organisation | undefined>;
  subscription(orgId: string, subscriptionId: string): Promise<Subscription | undefined>;
  endSubscription(orgId: string, conversationId: string, reason: string): Promise<void>;
  /** V3: nobody there is a guest, as it was doubted at `doubtedAt`. */
  trustSubscription(orgId: string, conversationId: string, doubtedAt: string): Promise<void>;
  /** Whether guests or people of other tenants are in a conversation, as Teams says now. @throws {MessengerError} */
  hasOutsiders(address: Address, organisation: Organisation): Promise<boolean>;
  person(orgId: string, personId: string): Promise<Person | undefined>;
  personalChats: PersonalChats;
  apiKey(orgId: string, keyId: string): Promise<ApiKey | undefined>;
  /** Where another organisation's deals are changed: each in its own document (design.md). */
  desk: Pick<Desk, 'receive' | 'perform'>;
  clock: Clock;
  log: Logger;
}

/** Carries out one delivery through its port. Never rejects but by `StoreUnavailable`: what went wrong is in the result. */
export interface Carrier {
  carryOut(deal: Deal, notice: Notice): Promise<Result>;
}

export function createCarrier(parts: CarrierParts): Carrier {
  const { messenger, callbacks, partnerCenter, clock, log } = parts;

  /**
   * V1, V3: why nothing may be sent to a subscribed conversation, or undefined. N4: where a person has unsubscribed nothing new is
   * said, but a card that stands there is still brought up to date, lest its buttons offer what is no longer so.
   */
  async function barred(subscription: Subscription, sends: 'message' | 'update'): Promise<Result | undefined> {
    const { orgId, status, endedReason, address, by, doubtedAt } = subscription;
    const gone = (reason: string): Result => ({
      state: 'dropped',
      reason,
      goneConversation: address.conversationId,
    });
    if (status === 'ended' && endedReason !== 'unsubscribed') return gone('subscription ended');
    if (status === 'ended' && sends === 'message') return { state: 'dropped', reason: 'subscription ended' };
    const organisation = await parts.organisation(orgId);
    if (organisation === undefined || isForeign(address.tenantId, organisation)) {
      await parts.endSubscription(orgId, address.conversationId, tenantRemoved);
      return gone(tenantRemoved);
    }
    if (address.scope === 'personal' && !maySeeAnything(await parts.person(orgId, by.personId))) return mayNotSee;
    // Nobody watches who joins where nothing is subscribed.
    if (status === 'active' && doubtedAt === undefined) return undefined;
    const outside = await hasOutsiders(address, organisation);
    if (outside && status === 'active') await endForGuests(subscription);
    if (outside) return gone('guests');
    if (doubtedAt !== undefined) await parts.trustSubscription(orgId, address.conversationId, doubtedAt);
    return undefined;
  }

  async function hasOutsiders(address: Address, organisation: Organisation): Promise<boolean> {
    try {
      return await parts.hasOutsiders(address, organisation);
    } catch (error) {
      if (!(error instanceof MessengerError)) throw error;
      // Nothing was sent yet, however unclear the answer to the question was.
      throw new MessengerError(error.kind, error.code, error.retryAfter, error);
    }
  }

  async function endForGuests(subscription: Subscription): Promise<void> {
    const { orgId, address } = subscription;
    await parts.endSubscription(orgId, address.conversationId, 'guests');
    try {
      await messenger.post(address, { kind: 'guests' }, subscription);
    } catch (error) {
      log.warn({ err: error }, 'end of a subscription could not be told');
    }
  }

  /** To the conversation of an active subscription. */
  async function toSubscription(
    orgId: string,
    subscriptionId: string,
    send: (subscription: Subscription) => Promise<Result>,
  ): Promise<Result> {
    const subscription = await parts.subscription(orgId, subscriptionId);
    if (subscription === undefined) return { state: 'dropped', reason: 'subscription ended' };
    return (await barred(subscription, 'message')) ?? send(subscription);
  }

  /** V1, V4: the card as its conversation may see it: in a personal chat its owner, elsewhere whoever is there. */
  async function cardIn({ orgId, address, by }: Subscription, deal: Deal): Promise<Message> {
    const owner = address.scope === 'personal' ? await parts.person(orgId, by.personId) : undefined;
    const isForOwner = owner !== undefined && maySeeDeal({ ...owner, personId: owner.id }, deal) === undefined;
    return { kind: 'opportunity', deal, shared: !isForOwner };
  }

  async function post(deal: Deal, subscription: Subscription): Promise<Result> {
    const { id, address, language, timeZone } = subscription;
    const sent = await messenger.post(address, await cardIn(subscription, deal), { language, timeZone });
    return {
      state: 'done',
      posted: { ...sent, id, language, timeZone, postedAt: instant(clock.now()) },
    };
  }

  /** Below a copy of the card, or in its place. */
  async function toPosting(
    deal: Deal,
    postingId: string,
    sends: 'message' | 'update',
    send: (posting: Posting, subscription: Subscription) => Promise<Result>,
  ): Promise<Result> {
    const posting = deal.postings.find(({ id }) => id === postingId);
    if (posting === undefined) return { state: 'dropped', reason: 'message deleted' };
    const subscription = await parts.subscription(deal.orgId, postingId);
    if (subscription === undefined) return { state: 'dropped', reason: 'subscription ended', gonePosting: postingId };
    const why = await barred(subscription, sends);
    if (why !== undefined) return why;
    // Teams may have moved the conversation to another address since: its subscription knows the present one.
    const { serviceUrl } = subscription.address;
    return send({ ...posting, address: { ...posting.address, serviceUrl } }, subscription);
  }

  /** In the thread of a copy of the card. */
  async function inThread(deal: Deal, postingId: string, message: Message): Promise<Result> {
    return toPosting(deal, postingId, 'message', async (posting) => {
      await messenger.reply(posting, message, posting);
      return { state: 'done' };
    });
  }

  async function toPerson(deal: Deal, personId: string, message: Message): Promise<Result> {
    const person = await parts.person(deal.orgId, personId);
    if (person === undefined || !maySeeAnything(person)) return mayNotSee;
    const organisation = await parts.organisation(deal.orgId);
    if (organisation === undefined) return { state: 'dropped', reason: tenantRemoved };
    const chat = await parts.personalChats.with(person, organisation);
    if ('refused' in chat) return { state: 'dropped', reason: chat.refused };
    await messenger.post(chat, message, readerOf(person, organisation.settings));
    return { state: 'done' };
  }

  /** To a subscription of another organisation: what the deal's own organisation, by its name, has done. */
  async function toOther(
    deal: Deal,
    orgId: string,
    subscriptionId: string,
    messageOf: (organisation: string) => Message,
  ): Promise<Result> {
    const organisation = await parts.organisation(deal.orgId);
    return toSubscription(orgId, subscriptionId, async (subscription) => {
      await messenger.post(subscription.address, messageOf(organisation?.name ?? deal.orgId), subscription);
      return { state: 'done' };
    });
  }

  /** Without Partner Center nothing is lost: the card says what is to be done there by hand, and once it is connected it is done. */
  async function byPartnerCenter(carry: (center: PartnerCenter) => Promise<Result>): Promise<Result> {
    return partnerCenter === undefined ? { state: 'failed', reason: notConnected } : carry(partnerCenter);
  }

  /** I7: the partner's opportunity, made by the desk that makes all; the same invitation again is the same deal. */
  async function sendInvitation(deal: Deal, invitationId: string): Promise<Result> {
    const invitation = deal.invitations.find(({ id }) => id === invitationId);
    const inviter = await parts.organisation(deal.orgId);
    if (invitation === undefined || inviter === undefined) return { state: 'dropped', reason: 'no invitation' };
    const { orgId } = invitation.partner;
    if (orgId === undefined || (await parts.organisation(orgId)) === undefined) {
      return { state: 'failed', reason: 'organisation-unknown' };
    }
    await parts.desk.receive(incomingOf(deal, invitation, orgId, inviter.name), {
      kind: 'sender',
      name: inviter.name,
      from: 'organisation',
    });
    return { state: 'done' };
  }

  /**
   * W3: how the deal ended, written into the deal of a partner that has one: an invitation that never went out is told of nothing.
   * Who was invited by Partner Center hears of it there.
   */
  async function tellPartner(deal: Deal, invitationId: string): Promise<Result> {
    const orgId = deal.invitations.find(({ id }) => id === invitationId)?.partner.orgId;
    const command = inviterClosedOf(deal);
    if (orgId === undefined || command === undefined) return { state: 'dropped', reason: 'not on this service' };
    const own = await parts.organisation(deal.orgId);
    const told = await parts.desk.perform(orgId, invitedDealId(deal, invitationId), {
      command,
      actor: { kind: 'sender', name: own?.name ?? deal.orgId, from: 'organisation' },
    });
    return told.kind === 'notFound' ? { state: 'dropped', reason: 'never received' } : { state: 'done' };
  }

  /** I3, I7: how this organisation's deal stands, written into the inviter's view of its invitation. */
  async function tellInviter(deal: Deal): Promise<Result> {
    if (deal.route.kind !== 'inviter') return { state: 'dropped', reason: 'no inviter' };
    const own = await parts.organisation(deal.orgId);
    const { orgId, dealId, invitationId } = deal.route;
    await parts.desk.perform(orgId, dealId, {
      command: partnerChangedOf(deal, invitationId),
      actor: { kind: 'sender', name: own?.name ?? deal.orgId, from: 'organisation' },
    });
    return { state: 'done' };
  }

  async function toSender(deal: Deal, notice: Notice): Promise<Result> {
    const answer = answerOf(deal);
    if (answer === undefined) return { state: 'dropped', reason: 'no answer' };
    if (deal.route.kind !== 'callback') return { state: 'done' };
    const key = await parts.apiKey(deal.orgId, deal.route.apiKeyId);
    if (key?.status !== 'active' || key.sender?.kind !== 'callback') {
      return { state: 'failed', reason: 'the api key was revoked' };
    }
    await callbacks.send(
      key.sender.url,
      key.sender.signingSecret,
      answer,
      `${deal.id}:${notice.id}:${notice.revision}`,
    );
    return { state: 'done' };
  }

  async function attempt(deal: Deal, notice: Notice): Promise<Result> {
    const { task } = notice;
    switch (task.kind) {
      case 'post':
        return toSubscription(deal.orgId, task.subscriptionId, (subscription) => post(deal, subscription));
      case 'update':
        return toPosting(deal, task.postingId, 'update', async (posting, subscription) => {
          const card = await cardIn(subscription, deal);
          return { state: 'done', shown: await messenger.update(posting, card, posting, posting.shown) };
        });
      case 'remindThread':
        return inThread(deal, task.postingId, { kind: 'reminder', deal, days: task.days, personal: false });
      case 'expiredThread':
        return inThread(deal, task.postingId, { kind: 'expired', deal });
      case 'remindPerson':
        return toPerson(deal, task.personId, { kind: 'reminder', deal, days: task.days, personal: true });
      case 'tellSenderHere':
        return toOther(deal, task.orgId, task.subscriptionId, (organisation) => ({
          kind: 'answer',
          deal,
          organisation,
        }));
      case 'tellSender':
        return toSender(deal, notice);
      case 'tellPartner':
        return tellPartner(deal, task.invitationId);
      case 'partyAnsweredHere':
        return toSubscription(deal.orgId, task.subscriptionId, async (subscription) => {
          await messenger.post(subscription.address, { kind: 'partyAnswered', deal, party: task.party }, subscription);
          return { state: 'done' };
        });
      case 'partyAnsweredThread':
        return inThread(deal, task.postingId, { kind: 'partyAnswered', deal, party: task.party });
      case 'partyAnsweredPerson':
        return toPerson(deal, task.personId, { kind: 'partyAnswered', deal, party: task.party });
      case 'sendInvitation':
        return sendInvitation(deal, task.invitationId);
      case 'tellInviter':
        return tellInviter(deal);
      case 'sync':
        return byPartnerCenter(async (center) => ({ state: 'done', brought: await center.bring(deal) }));
      case 'takeOver':
        return byPartnerCenter(async (center) => {
          await center.takeOver(deal);
          return { state: 'done' };
        });
      case 'hearParties':
        return byPartnerCenter(async (center) => {
          await center.hearParties(deal);
          const after = partiesAskedIn(deal);
          if (after === undefined) return { state: 'done' };
          return { state: 'waiting', after, counts: false, reason: 'no answer yet' };
        });
      case 'remindClosePerson':
        return toPerson(deal, task.personId, { kind: 'closeReminder', deal });
      case 'microsoftSilentPerson':
        return toPerson(deal, task.personId, { kind: 'microsoftSilent', deal });
      case 'tellTeamMember':
        return toPerson(deal, task.personId, { kind: 'teamMember', deal });
      default:
        return { state: 'done' };
    }
  }

  /** Nothing can be sent to this conversation any more: its subscription ends, a person's chat is forgotten; both keep the reason. */
  async function conversationGone(deal: Deal, { task }: Notice, code: string): Promise<Result> {
    if ('personId' in task) {
      const person = await parts.person(deal.orgId, task.personId);
      if (person === undefined) return { state: 'dropped', reason: code };
      await parts.personalChats.lost(person, code);
      // What was subscribed to there has ended, too.
      const chat = person.personalChat?.conversationId;
      if (chat !== undefined) await parts.endSubscription(deal.orgId, chat, code);
      return { state: 'dropped', reason: code };
    }
    if (task.kind === 'tellSenderHere') {
      const subscription = await parts.subscription(task.orgId, task.subscriptionId);
      if (subscription) await parts.endSubscription(task.orgId, subscription.address.conversationId, code);
      return { state: 'failed', reason: code };
    }
    const conversationId =
      task.kind === 'post' || task.kind === 'partyAnsweredHere'
        ? (await parts.subscription(deal.orgId, task.subscriptionId))?.address.conversationId
        : 'postingId' in task
          ? deal.postings.find(({ id }) => id === task.postingId)?.address.conversationId
          : undefined;
    if (conversationId === undefined) return { state: 'failed', reason: code };
    await parts.endSubscription(deal.orgId, conversationId, code);
    return { state: 'failed', reason: code, goneConversation: conversationId };
  }

  async function failedWith(error: unknown, deal: Deal, notice: Notice): Promise<Result> {
    if (error instanceof StoreUnavailable) throw error;
    if (error instanceof MessengerError) {
      if (error.kind === 'conversationGone') return conversationGone(deal, notice, error.code);
      if (error.kind === 'messageGone' && 'postingId' in notice.task) {
        return { state: 'dropped', reason: error.code, gonePosting: notice.task.postingId };
      }
    }
    // An update that is made twice is the same card.
    if (error instanceof MessengerError && error.isUnclear && notice.task.kind !== 'update') {
      const wait = unclearWaits[notice.unclear ?? 0];
      if (wait === undefined) return { state: 'failed', reason: `maybe-sent: ${error.code}` };
      const after = Math.max(varied(wait), error.retryAfter ?? 0);
      return { state: 'waiting', after, counts: true, unclear: true, reason: error.code };
    }
    if ((error instanceof MessengerError || error instanceof SenderError) && error.isRetryable) {
      // Waiting for Teams' published limits is not a failed attempt, nor for others who have not answered.
      const counts = error.code !== 'limit' && notice.task.kind !== 'hearParties';
      if (counts && notice.attempts + 1 >= attemptsAtMost) return { state: 'failed', reason: error.code };
      return { state: 'waiting', after: error.retryAfter ?? backoff(notice.attempts), counts, reason: error.code };
    }
    if (error instanceof SenderError && error.explanation !== undefined) {
      return { state: 'failed', reason: error.code, refusal: { code: error.code, text: error.explanation } };
    }
    if (error instanceof MessengerError || error instanceof SenderError) return { state: 'failed', reason: error.code };
    log.error({ dealId: deal.id, notice: notice.id, err: error }, 'notice broke');
    return { state: 'failed', reason: 'internal error' };
  }

  return {
    async carryOut(deal, notice) {
      try {
        return await attempt(deal, notice);
      } catch (error) {
        return failedWith(error, deal, notice);
      }
    },
  };
}

const mayNotSee: Result = { state: 'dropped', reason: 'may not see it' };

/** V1, V3: whoever may see nothing any more is told nothing. */
function maySeeAnything(person: Person | undefined): boolean {
  return person !== undefined && !person.guest && person.roles.length > 0;
}

/** 5 s, 10 s, 20 s … at most 4 h, ±20 %, in milliseconds. */
function backoff(attempts: number): number {
  return varied(Math.min(5_000 * 2 ** attempts, 4 * 3_600_000));
}

/** ±20 %, so that not everybody comes again at the same moment. */
function varied(milliseconds: number): number {
  return milliseconds * (0.8 + Math.random() * 0.4);
}
