import { dealListDoorCard, messageCard, text } from '../../cards/index.ts';
import type { DealList } from '../../src/deals/filters.ts';
import { maySee } from '../../src/rules/permissions.ts';
import { forbidden } from '../actions/action.ts';
import { viewAnswer } from '../actions/view-page.ts';
import { dealFiltersOfLine } from '../deal-filters.ts';
import type { Answer, Turn } from '../turn.ts';
import type { Command } from './command.ts';

/** F1: a list by its name; behind it the same filters as behind `find`. */
function view(list: DealList, words: Command['words']): Command {
  return { words, run: (turn, rest) => listed(turn, list, rest) };
}

export const outbound = view('outbound', { en: ['outbound'], de: ['ausgang'] });
export const favourites = view('favourites', { en: ['favourites', 'favorites'], de: ['favoriten'] });
export const archive = view('archive', { en: ['archive'], de: ['archiv'] });
export const mine = view('mine', { en: ['mine'], de: ['meine'] });

/**
 * `find contoso status accepted type co-sell country DE min 50000 EUR after 2026-01-01 before 2026-12-31`; alone it asks with a form.
 */
export const find: Command = {
  words: { en: ['find'], de: ['finden', 'suchen'] },
  run: (turn, rest) => listed(turn, 'everything', rest),
};

/** The list in one's own chat; among others the way to it, because each of them may see something else (V1, V4). */
export async function listed(turn: Turn, list: DealList, rest: string): Promise<Answer> {
  const { reader, organisation, address } = turn;
  if (await turn.house.outsiders.in(address, organisation)) return { text: text(reader.language, 'guestsHere') };
  const refused = maySee(turn.actor, organisation.orgId);
  if (refused !== undefined) return forbidden(turn, refused);
  const read = dealFiltersOfLine(rest);
  if ('unclear' in read) return notUnderstood(turn, read.unclear);
  const { filters } = read;
  if (address.scope !== 'personal') {
    return { card: dealListDoorCard({ list, filters, reader, organisation: organisation.name }) };
  }
  return viewAnswer(
    turn,
    { shape: 'execute' },
    { list, filters },
    list === 'everything' && rest === '' ? { asking: true } : {},
  );
}

/** What can be typed, with an example. */
function notUnderstood({ reader }: Turn, what: string): Answer {
  const { language } = reader;
  return {
    card: messageCard({
      reader,
      tone: 'warning',
      title: text(language, 'find.unclear', { what }),
      text: [text(language, 'find.usage'), text(language, 'find.example')].join('\n'),
    }),
  };
}
