import type { Deal } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import { customerOf, from } from './deal.ts';
import { historyLines, noteData } from './deal-card.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { CardAction, Place } from './verbs.ts';

/** A page must not grow beyond what Teams takes: notes are long, lines of the history short. */
const aPage = { notes: 4, history: 40 } as const;
/** Characters and paragraphs. */
const wholeNote = [4000, 100] as const;

/** E4, L7: all notes, whole, or the whole history of a deal, the latest first. `page`: from 1; one that is not there is the last. */
export function dealRecordCard({
  deal,
  reader,
  what,
  page,
  place,
}: {
  deal: Deal;
  reader: Reader;
  what: 'notes' | 'history';
  page: number;
  place?: Place;
}): Rendered {
  const { language } = reader;
  const all = what === 'notes' ? deal.notes.length : deal.history.length;
  const last = Math.max(1, Math.ceil(all / aPage[what]));
  const shown = Math.min(page, last);
  const cut = <T>(list: readonly T[]): T[] => list.slice((shown - 1) * aPage[what], shown * aPage[what]);
  const to = (other: number): CardAction => ({
    verb: 'deal.record',
    dealId: deal.id,
    what,
    page: other,
    ...from(place),
  });
  const title = say(language, what === 'notes' ? 'dealCard.notes' : 'dealCard.history');
  return render(
    'deal-record',
    language,
    {
      title,
      customer: customerOf(deal),
      shown: what === 'notes' ? cut(deal.notes.toReversed()).map((note) => noteData(note, reader, ...wholeNote)) : [],
      history: what === 'history' ? cut(historyLines(deal, reader)) : [],
      next: shown < last ? [to(shown + 1)] : [],
      first: shown > 1 ? [to(1)] : [],
      back: { verb: 'deal.open', dealId: deal.id, ...from(place) } satisfies CardAction,
    },
    say(language, 'dealCard.allOf', { what: title, customer: customerOf(deal) }),
  );
}
