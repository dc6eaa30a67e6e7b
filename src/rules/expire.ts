import { instant } from '../clock.ts';
import type { Deal } from '../deals/deal.ts';
import { plannedForSender, plannedUpdates } from './notices.ts';
import { type Outcome, unchanged } from './outcome.ts';

/** L5, N3: at respond-by an unanswered deal becomes expired; its copies are updated, the channels and the sender are told. */
export function expire(deal: Deal, now: number): Outcome {
  if (deal.status !== 'received' || now < Date.parse(deal.respondBy)) return unchanged(deal);
  const stamp = { by: { kind: 'clock' }, at: instant(now), from: 'clock' } as const;
  const expired: Deal = {
    ...deal,
    status: 'expired',
    answer: { status: 'expired', ...stamp },
    history: [...deal.history, { what: 'expired', ...stamp }],
  };
  return {
    ok: true,
    deal: expired,
    notices: [
      ...plannedUpdates(expired, now),
      ...deal.postings.map(({ id }) => ({ task: { kind: 'expiredThread', postingId: id } as const, dueAt: now })),
      ...plannedForSender(expired, now),
    ],
    changed: true,
  };
}
