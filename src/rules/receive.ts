import { dayMilliseconds, instant } from '../clock.ts';
import type { Deal, HistoryEntry, SenderRoute, Status } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import type { Opportunity } from '../deals/opportunity.ts';
import type { Settings } from '../organisations/organisation.ts';
import { type Actor, doerOf, originOf } from './actor.ts';
import type { Heard } from './heard.ts';
import { plannedForSender, plannedWhileReceived } from './notices.ts';
import { cut, knowing } from './partner-center.ts';

/** What intake hands over: an opportunity with its identity, and how it stands where it comes from. */
export interface Incoming {
  orgId: string;
  dealId: string;
  source: string;
  externalId: string;
  contentHash: string;
  route: SenderRoute;
  direction: Deal['direction'];
  opportunity: Opportunity;
  /** Other than received: it was answered or closed before it reached us. `at`: ISO 8601 UTC with milliseconds. */
  standing: { status: Status; at: string };
  /** What Partner Center itself said of it, where it was read there. */
  heard?: Heard;
  /** N1: false where it is not news, as of what was there before the organisation connected. */
  isNews?: boolean;
}

/** L4: the sender's expiration date where given, else the answer time after it was sent. */
export function respondByOf(opportunity: Opportunity, settings: Settings): string {
  return opportunity.expiresAt ?? instant(Date.parse(opportunity.receivedAt) + settings.answerDays * dayMilliseconds);
}

/**
 * L2, L4: a new deal. One that still waits is announced (N1); one whose time is over is born expired (L5), and its sender is told;
 * one that was answered elsewhere is only kept.
 */
export function receive(
  incoming: Incoming,
  actor: Actor,
  now: number,
  settings: Settings,
): { deal: Deal; notices: PlannedNotice[] } {
  const { opportunity, standing } = incoming;
  const respondBy = respondByOf(opportunity, settings);
  const waits = standing.status === 'received';
  const late = waits && now >= Date.parse(respondBy);
  const status: Status = late ? 'expired' : standing.status;
  const stamp = { by: doerOf(actor), at: instant(now), from: originOf(actor) };
  const history: HistoryEntry[] = [{ what: incoming.direction === 'inbound' ? 'received' : 'created', ...stamp }];
  if (late) history.push({ what: 'expired', by: { kind: 'clock' }, at: respondBy, from: 'clock' });
  else if (!waits) history.push({ ...stamp, what: standing.status as HistoryEntry['what'], at: standing.at });

  const answer: Deal['answer'] = late
    ? { status: 'expired', by: { kind: 'clock' }, at: respondBy, from: 'clock' }
    : status === 'accepted' || status === 'declined' || status === 'expired'
      ? { status, by: stamp.by, at: standing.at, from: stamp.from }
      : undefined;
  const microsoft = opportunity.sender.kind === 'microsoft';
  const bare: Deal = {
    kind: 'deal',
    schemaVersion: 1,
    changeId: '',
    id: incoming.dealId,
    orgId: incoming.orgId,
    status,
    direction: incoming.direction,
    parties: {
      microsoft,
      partners: incoming.direction === 'inbound' && !microsoft ? 1 : 0,
    },
    source: incoming.source,
    externalId: incoming.externalId,
    contentHash: incoming.contentHash,
    route: incoming.route,
    opportunity,
    respondBy,
    name: opportunity.name,
    value: opportunity.value,
    closeDate: opportunity.closeDate,
    team: [],
    notes: [],
    answer,
    history,
    postings: [],
    notices: [],
    invitations: [],
    favouriteOf: [],
    quiet: [],
    failedDeliveries: 0,
  };
  const deal = incoming.heard === undefined ? bare : asThere(bare, incoming.heard, stamp);
  if (late) return { deal, notices: plannedForSender(deal, now) };
  if (!waits) return { deal, notices: [] };
  return {
    deal,
    notices: [
      ...(incoming.isNews === false ? [] : [{ task: { kind: 'announce' } as const, dueAt: now }]),
      ...plannedWhileReceived(respondBy, settings.reminderDays, now),
    ],
  };
}

/** What a referral says beside the opportunity: who works on it, the own numbers, and how it ended. */
function asThere(deal: Deal, heard: Heard, { by, from }: Pick<HistoryEntry, 'by' | 'from'>): Deal {
  const { fields, people, parties, status, at, reason } = heard;
  const { answer } = deal;
  const team = fields.team.slice(0, 50).map((member) => {
    const personId = people.get(member.email?.toLowerCase() ?? '');
    return personId === undefined ? member : { ...member, personId };
  });
  const there: Deal = {
    ...deal,
    ...(deal.direction === 'outbound' ? { parties } : {}),
    team,
    crmId: cut('crmId', fields.crmId),
    campaignId: cut('campaignId', fields.campaignId),
    ...(answer === undefined || reason === undefined ? {} : { answer: { ...answer, reason } }),
    ...(status === 'won' || status === 'lost' ? { outcome: { status, by, at, from, reason } } : {}),
  };
  return knowing(there, heard);
}
