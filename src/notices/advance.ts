import type { Deal } from '../deals/deal.ts';
import type { Notice, PlannedNotice } from '../deals/notice.ts';
import type { Person } from '../organisations/organisation.ts';
import { expire } from '../rules/expire.ts';
import { microsoftSilent } from '../rules/microsoft-answered.ts';
import { plannedCountdown, plannedUpdates, stillHolds, withNotices } from '../rules/notices.ts';
import { isQuietFor } from '../rules/quiet.ts';
import { whyOutOfReach } from './personal-chat.ts';
import type { World } from './world.ts';

/** Whether carrying this notice out sends something. The others only change the deal, mostly into deliveries. */
export function isDelivery(deal: Deal, { task }: Notice): boolean {
  switch (task.kind) {
    case 'announce':
    case 'countdown':
    case 'remind':
    case 'expire':
    case 'microsoftSilent':
    case 'remindClose':
    case 'partyAnswered':
      return false;
    case 'tellSender':
      return deal.route.kind === 'callback';
    default:
      return true;
  }
}

/** Carries out every due notice that sends nothing: each becomes a delivery for each of its receivers. */
export async function advance(deal: Deal, now: number, world: World): Promise<Deal> {
  let current = deal;
  for (;;) {
    const notice = current.notices.find(
      (one) =>
        one.state === 'waiting' &&
        Date.parse(one.dueAt) <= now &&
        !isDelivery(current, one) &&
        stillHolds(current, one, now),
    );
    if (notice === undefined) return current;
    const done = {
      ...current,
      notices: current.notices.map((one) => (one === notice ? { ...one, state: 'done' as const } : one)),
    };
    current = await expanded(done, notice, now, world);
  }
}

async function expanded(deal: Deal, { task }: Notice, now: number, world: World): Promise<Deal> {
  switch (task.kind) {
    case 'announce': {
      const subscribers = await world.subscribersOf(deal);
      return withNotices(
        deal,
        subscribers.map(({ id }) => due({ kind: 'post', subscriptionId: id }, now)),
      );
    }
    case 'countdown':
      return withNotices(deal, [...plannedUpdates(deal, now), ...plannedCountdown(deal.respondBy, now)]);
    case 'remind': {
      const { days } = task;
      const people = await world.answerersOf(deal);
      const chats = new Set(people.map(({ personalChat }) => personalChat?.conversationId));
      // Where the card stands in somebody's own chat one reminder is enough: theirs, which they can turn off.
      const shared = deal.postings.filter(({ address }) => !chats.has(address.conversationId));
      const awake = people.filter(({ id }) => !isQuietFor(deal, id, 'answer', now));
      const planned = withNotices(deal, [
        ...shared.map(({ id }) => due({ kind: 'remindThread', postingId: id, days }, now)),
        ...awake.map(({ id }) => due({ kind: 'remindPerson', personId: id, days }, now)),
      ]);
      return withoutUnreachable(planned, days, awake, now);
    }
    case 'expire': {
      const outcome = expire(deal, now);
      return outcome.ok ? withNotices(outcome.deal, outcome.notices) : deal;
    }
    case 'tellSender': {
      if (deal.route.kind !== 'organisation') return deal;
      const { orgId } = deal.route;
      const subscriptions = await world.subscriptionsOf(orgId);
      return withNotices(
        deal,
        subscriptions.map(({ id }) => due({ kind: 'tellSenderHere', orgId, subscriptionId: id }, now)),
      );
    }
    case 'microsoftSilent': {
      const outcome = microsoftSilent(deal, now);
      return outcome.ok ? withNotices(outcome.deal, outcome.notices) : deal;
    }
    case 'remindClose': {
      const { days } = task;
      const people = await world.teamOf(deal);
      const awake = people.filter(({ id }) => !isQuietFor(deal, id, 'close', now));
      return withNotices(
        deal,
        awake.map(({ id }) => due({ kind: 'remindClosePerson', personId: id, days }, now)),
      );
    }
    case 'partyAnswered': {
      const { party } = task;
      const chats = new Set(deal.postings.map(({ address }) => address.conversationId));
      const isInvited = deal.invitations.some(({ id }) => id === party);
      // The card of an own deal stands nowhere: its channels hear of an invitation that they would want to hear of (N1).
      const channels = isInvited && deal.postings.length === 0 ? await world.subscribersOf(deal) : [];
      for (const { address } of channels) chats.add(address.conversationId);
      const people = await world.concerned(deal, party);
      return withNotices(deal, [
        ...deal.postings.map(({ id }) => due({ kind: 'partyAnsweredThread', party, postingId: id }, now)),
        ...channels.map(({ id }) => due({ kind: 'partyAnsweredHere', party, subscriptionId: id }, now)),
        // Whose own chat is among them is told there, once.
        ...people
          .filter(({ personalChat }) => personalChat === undefined || !chats.has(personalChat.conversationId))
          .map(({ id }) => due({ kind: 'partyAnsweredPerson', party, personId: id }, now)),
      ]);
    }
    default:
      return deal;
  }
}

function due(task: PlannedNotice['task'], now: number): PlannedNotice {
  return { task, dueAt: now };
}

/** Nobody tries to remind people whom the bot is known not to reach: there may be many, and each try is a write of the deal. */
function withoutUnreachable(deal: Deal, days: number, people: readonly Person[], now: number): Deal {
  const reasons = new Map(people.map((person) => [person.id, whyOutOfReach(person, now)]));
  return {
    ...deal,
    notices: deal.notices.map((notice) => {
      const { task, state } = notice;
      if (task.kind !== 'remindPerson' || task.days !== days || state !== 'waiting') return notice;
      const reason = reasons.get(task.personId);
      return reason === undefined ? notice : { ...notice, state: 'dropped', reason };
    }),
  };
}
