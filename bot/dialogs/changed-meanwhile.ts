/**
 * Two editors of one section: the second is shown what the first has changed, who it was and when, and goes on with the new state
 * and with everything that they have typed.
 */
import { moment } from '../../cards/format.ts';
import { type FormField, type TextKey, text } from '../../cards/index.ts';
import type { HistoryEntry } from '../../src/deals/deal.ts';
import { isSame } from '../../src/deals/same.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import type { Details } from '../../src/rules/edit.ts';
import { dayText, moneyText } from './fields.ts';

/** What somebody had seen before it was changed, and how long the history was then. */
export interface Earlier<Section> {
  base: Section;
  since: number;
}

/** One difference between what somebody saw and what is there now. */
interface Change {
  label: TextKey;
  /** By and when, ISO 8601 UTC; undefined where the history does not say. */
  by: string | undefined;
  at: string | undefined;
  lines(reader: Reader): string[];
}

/** `history`: what was written since. */
export function detailsChanges(before: Details, after: Details, history: readonly HistoryEntry[]): Change[] {
  const became = (from: string, to: string, reader: Reader) => {
    const nothing = text(reader.language, 'edit.nothing');
    return [text(reader.language, 'edit.became', { before: from || nothing, after: to || nothing })];
  };
  const plainChange = (key: 'name' | 'crmId' | 'campaignId', label: TextKey): Change[] =>
    before[key] === after[key]
      ? []
      : [{ label, ...authorOf(key, history), lines: (reader) => became(before[key], after[key], reader) }];
  const value = (of: Details, reader: Reader) => moneyText(of.amount, of.currency, reader);
  return [
    ...plainChange('name', 'accept.name'),
    ...(before.amount === after.amount && before.currency === after.currency
      ? []
      : [
          {
            label: 'accept.amount' as const,
            ...authorOf('value', history),
            lines: (reader: Reader) => became(value(before, reader), value(after, reader), reader),
          },
        ]),
    ...(before.closeDate === after.closeDate
      ? []
      : [
          {
            label: 'accept.closeDate' as const,
            ...authorOf('closeDate', history),
            lines: (reader: Reader) =>
              became(dayText(before.closeDate, reader), dayText(after.closeDate, reader), reader),
          },
        ]),
    ...plainChange('crmId', 'accept.crmId'),
    ...plainChange('campaignId', 'accept.campaignId'),
  ];
}

/** The new state, with what this person typed over what they saw. An amount and its currency belong together. */
export function mergedDetails(base: Details, now: Details, typed: Details): Details {
  const one = (key: keyof Details) => (typed[key] === base[key] ? now[key] : typed[key]);
  const isValueTyped = typed.amount !== base.amount || typed.currency !== base.currency;
  return {
    name: one('name'),
    amount: isValueTyped ? typed.amount : now.amount,
    currency: isValueTyped ? typed.currency : now.currency,
    closeDate: one('closeDate'),
    crmId: one('crmId'),
    campaignId: one('campaignId'),
  };
}

/** How the entries of a list are told apart, and named. */
export interface Listing<Entry> {
  section: 'team' | 'solutions';
  label: TextKey;
  key(entry: Entry): string;
  name(entry: Entry): string;
}

/** As `detailsChanges`, of a list: who or what was added, removed and changed. */
export function listChanges<Entry>(
  { section, label, key, name }: Listing<Entry>,
  before: readonly Entry[],
  after: readonly Entry[],
  history: readonly HistoryEntry[],
): Change[] {
  const [had, has] = [byKey(before, key), byKey(after, key)];
  const differences = {
    'edit.added': after.filter((entry) => !had.has(key(entry))),
    'edit.removed': before.filter((entry) => !has.has(key(entry))),
    'edit.altered': after.filter((entry) => had.has(key(entry)) && !isSame(had.get(key(entry)), entry)),
  };
  const found = Object.entries(differences).filter(([, entries]) => entries.length > 0);
  if (found.length === 0) return [];
  const lines = ({ language }: Reader) =>
    found.map(([how, entries]) => text(language, how as 'edit.added', { names: entries.map(name).join(', ') }));
  return [{ label, ...authorOf(section, history), lines }];
}

/** The new list, with what this person added, removed and changed in the one that they saw. */
export function mergedList<Entry>(
  { key }: Pick<Listing<Entry>, 'key'>,
  base: readonly Entry[],
  now: readonly Entry[],
  mine: readonly Entry[],
): Entry[] {
  const [had, has, own] = [byKey(base, key), byKey(now, key), byKey(mine, key)];
  const isMine = (entry: Entry) => !isSame(had.get(key(entry)), entry);
  const stayed = now.flatMap((entry) => {
    const changed = own.get(key(entry));
    if (changed !== undefined) return [isMine(changed) ? changed : entry];
    return had.has(key(entry)) ? [] : [entry];
  });
  return [...stayed, ...mine.filter((entry) => !has.has(key(entry)) && isMine(entry))];
}

/** What stands above a form whose section was changed meanwhile. */
export function meanwhileFields(changes: readonly Change[], reader: Reader): FormField[] {
  if (changes.length === 0) return [];
  const { language } = reader;
  return [
    { kind: 'heading', label: text(language, 'edit.meanwhile') },
    ...changes.map(({ label, by, at, lines }): FormField => {
      const field = text(language, label as 'accept.name');
      const author = by ?? text(language, 'edit.somebody');
      const title =
        at === undefined ? field : text(language, 'edit.changedBy', { field, by: author, at: moment(at, reader) });
      return { kind: 'fact', label: title, value: lines(reader).join('\n') };
    }),
    { kind: 'hint', label: text(language, 'edit.kept') },
  ];
}

function authorOf(field: string, history: readonly HistoryEntry[]): Pick<Change, 'by' | 'at'> {
  const entry = history.findLast(({ changes = {} }) => field in changes);
  return { by: entry?.by.name, at: entry?.at };
}

function byKey<Entry>(entries: readonly Entry[], key: (entry: Entry) => string): Map<string, Entry> {
  return new Map(entries.map((entry) => [key(entry), entry]));
}
