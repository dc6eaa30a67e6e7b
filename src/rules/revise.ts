import { instant } from '../clock.ts';
import type { Deal, HistoryEntry } from '../deals/deal.ts';
import type { Settings } from '../organisations/organisation.ts';
import { type Actor, doerOf, originOf } from './actor.ts';
import { plannedUpdates, plannedWhileReceived } from './notices.ts';
import { whyNotOpen } from './open.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { type Incoming, respondByOf } from './receive.ts';

/**
 * The sender sends an opportunity again. The same content changes nothing, in any state. While the deal is received a change is taken
 * over, its copies are updated and its timers set anew (N4); an answer that was given elsewhere is taken over too, where L3 allows it.
 * Anything else is refused (L3, L6).
 */
export function revise(
  deal: Deal,
  incoming: Pick<Incoming, 'opportunity' | 'contentHash' | 'standing'>,
  actor: Actor,
  now: number,
  settings: Settings,
): Outcome {
  if (incoming.contentHash === deal.contentHash) return unchanged(deal);
  const closed = whyNotOpen(deal, now);
  if (closed !== undefined) {
    return refused(
      closed.code === 'alreadyAccepted'
        ? { code: 'accepted', rule: 'E1' }
        : { ...closed, rule: closed.code === 'expired' ? 'L5' : 'L6' },
    );
  }
  const stamp = { by: doerOf(actor), at: instant(now), from: originOf(actor) };
  const { opportunity, standing } = incoming;
  if (standing.status === 'won' || standing.status === 'lost') return refused({ code: 'archived', rule: 'L3' });
  if (standing.status !== 'received') {
    const answered: Deal = {
      ...deal,
      status: standing.status,
      contentHash: incoming.contentHash,
      name: opportunity.name ?? deal.name,
      value: opportunity.value ?? deal.value,
      closeDate: opportunity.closeDate ?? deal.closeDate,
      answer: { status: standing.status, by: stamp.by, at: standing.at, from: stamp.from },
      history: [...deal.history, { what: standing.status, ...stamp }],
    };
    return { ok: true, deal: answered, notices: plannedUpdates(answered, now), changed: true };
  }

  const respondBy = respondByOf(opportunity, settings);
  const revised: Deal = {
    ...deal,
    contentHash: incoming.contentHash,
    opportunity,
    respondBy,
    parties: {
      microsoft: opportunity.sender.kind === 'microsoft',
      partners: opportunity.sender.kind === 'partner' ? 1 : 0,
    },
    name: opportunity.name,
    value: opportunity.value,
    closeDate: opportunity.closeDate,
    history: [...deal.history, { what: 'revised', ...stamp, changes: changesBetween(deal, opportunity, respondBy) }],
    notices: respondBy === deal.respondBy ? deal.notices : deal.notices.filter(({ task }) => !isTimer(task.kind)),
  };
  const timers = respondBy === deal.respondBy ? [] : plannedWhileReceived(respondBy, settings.reminderDays, now);
  return { ok: true, deal: revised, notices: [...plannedUpdates(revised, now), ...timers], changed: true };
}

function isTimer(kind: string): boolean {
  return kind === 'remind' || kind === 'countdown' || kind === 'expire';
}

/** L7: every field of the opportunity that is different now, before and after. */
function changesBetween(deal: Deal, after: Incoming['opportunity'], respondBy: string): HistoryEntry['changes'] {
  const before = deal.opportunity;
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof typeof before>;
  const changed = [...fields]
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => [field, { before: before[field], after: after[field] }] as const);
  return Object.fromEntries([
    ...changed,
    ...(respondBy === deal.respondBy ? [] : [['respondBy', { before: deal.respondBy, after: respondBy }] as const]),
  ]);
}
