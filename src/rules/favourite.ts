import type { Deal } from '../deals/deal.ts';
import type { PersonActor } from './actor.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { maySeeDeal } from './permissions.ts';

export interface Favourite {
  kind: 'favourite';
  marked: boolean;
}

/** F2: marks or unmarks a deal for one person, in any state. No change of the deal (L6), so nothing is written into its history. */
export function favourite(deal: Deal, { marked }: Favourite, actor: PersonActor): Outcome {
  const refusedBy = maySeeDeal(actor, deal);
  if (refusedBy !== undefined) return refused(refusedBy);
  if (deal.favouriteOf.includes(actor.personId) === marked) return unchanged(deal);
  const others = deal.favouriteOf.filter((id) => id !== actor.personId);
  const favouriteOf = marked ? [...others, actor.personId] : others;
  return { ok: true, deal: { ...deal, favouriteOf }, notices: [], changed: true };
}
