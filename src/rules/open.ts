import type { Deal } from '../deals/deal.ts';
import { type Refusal, refusal } from './refusal.ts';

/** L3, L5, L6: why this deal can no longer be answered or revised, if it cannot. At respond-by it is too late, written or not. */
export function whyNotOpen(deal: Deal, now: number): Refusal | undefined {
  switch (deal.status) {
    case 'received':
      return now < Date.parse(deal.respondBy) ? undefined : refusal('expired', 'L5');
    case 'accepted':
      return refusal('alreadyAccepted', 'A4');
    case 'declined':
      return refusal('alreadyDeclined', 'L6');
    case 'expired':
      return refusal('expired', 'L5');
    default:
      return refusal('archived', 'L6');
  }
}
