import { instant } from '../clock.ts';
import type { Deal } from '../deals/deal.ts';
import { doerOf, type PersonActor } from './actor.ts';
import { changed, whyNotAccepted } from './change.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { mayChange } from './permissions.ts';
import { type Refusal, refusal } from './refusal.ts';

export interface Note {
  kind: 'note';
  text: string;
  /** When the form was opened, ISO 8601 UTC: the same text by the same person since then is the same note, sent twice. */
  since?: string;
}

/** E4: adds a note, which keeps its author and time. None is ever overwritten. */
export function note(deal: Deal, { text, since }: Note, actor: PersonActor, now: number): Outcome {
  const forbidden = mayChange(actor, deal) ?? whyNotAccepted(deal);
  if (forbidden !== undefined) return refused(forbidden);
  const [wrong] = checkNote(text);
  if (wrong !== undefined) return refused(wrong);
  const typed = text.trim();
  const isThere = deal.notes.some(
    (one) => since !== undefined && one.at >= since && one.text === typed && one.by.personId === actor.personId,
  );
  if (isThere) return unchanged(deal);
  const after = { ...deal, notes: [...deal.notes, { text: typed, by: doerOf(actor), at: instant(now) }] };
  return changed(deal, after, 'noted', actor, now);
}

/** E3, E4: what is wrong with a note. */
export function checkNote(text: string): Refusal[] {
  const { length } = text.trim();
  if (length === 0) return [refusal('noteMissing', 'E4', 'note')];
  return length > 4000 ? [refusal('notesTooLong', 'E3', 'note')] : [];
}
