import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from '../src/organisations/organisation.ts';
import { listed } from './format.ts';
import { inertPart, unlisted } from './plain.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };

/** The texts of every language, as they stand in the locale files: ICU messages. */
export const catalogues: Record<Language, Readonly<Record<TextKey, string>>> = { en, de };

/** Every text there is. */
export type TextKey = keyof typeof en;

/** What the texts with parameters want; a test holds it against the locale files. */
export const textParameters = {
  'type.from': ['type', 'sender'],
  'facts.notes': ['sender'],
  'facts.more': ['count'],
  'left.days': ['count'],
  'left.by': ['at'],
  'answer.accepted.person': ['by', 'at'],
  'answer.accepted.partnerCenter': ['at'],
  'answer.accepted.api': ['sender', 'at'],
  'answer.accepted.other': ['at'],
  'answer.declined.person': ['by', 'at'],
  'answer.declined.partnerCenter': ['at'],
  'answer.declined.api': ['sender', 'at'],
  'answer.declined.other': ['at'],
  'answer.expired.partnerCenter': ['at'],
  'answer.expired.api': ['sender', 'at'],
  'answer.expired.other': ['at'],
  'answer.won.person': ['by', 'at'],
  'answer.won.other': ['at'],
  'answer.lost.person': ['by', 'at'],
  'answer.lost.other': ['at'],
  'sender.notTold': ['sender'],
  'answer.won.partnerCenter': ['at'],
  'answer.lost.partnerCenter': ['at'],
  'sync.refusedBecause': ['reason'],
  'sync.takeOverWarning': ['what'],
  'overruled.title': ['status'],
  'overruled.why': ['ours'],
  'center.importing': ['count'],
  'center.imported': ['count'],
  'center.unreadable': ['count'],
  'button.on': ['action', 'customer'],
  'accept.you': ['me'],
  'welcome.what': ['organisation'],
  'welcome.subscribe': ['scope'],
  'help.subscribe.line': ['scope'],
  'subscription.active': ['scope'],
  'subscription.ended': ['scope'],
  'subscription.by': ['by'],
  'subscription.endedBy': ['by'],
  'subscription.countries': ['countries'],
  'subscription.minimum': ['amount'],
  'subscription.solution': ['solution'],
  'answered.accepted': ['organisation'],
  'answered.declined': ['organisation'],
  'answered.expired': ['organisation'],
  'answered.at.accepted': ['at'],
  'answered.at.declined': ['at'],
  'answered.at.expired': ['at'],
  'summary.new': ['what'],
  'card.fallback': ['summary'],
  personUnknown: ['person'],
  rolesSet: ['person', 'roles'],
  adminsOnly: ['admins'],
  'refusal.noRole': ['admins'],
  'refusal.usersMayNotAnswer': ['admins'],
  'refusal.notOnTeam': ['admins'],
  'refusal.expiredAt': ['at'],
  'refusal.archivedAs': ['status'],
  'dialog.heading': ['title', 'at', 'of'],
  'close.soon': ['date'],
  'close.past': ['date'],
  'quiet.until': ['at'],
  'outcome.won': ['organisation'],
  'outcome.lost': ['organisation'],
  'dialog.saved': ['until'],
  'edit.changedBy': ['field', 'by', 'at'],
  'edit.became': ['before', 'after'],
  'edit.added': ['names'],
  'edit.removed': ['names'],
  'edit.altered': ['names'],
  'note.by': ['by', 'at'],
  'microsoft.done': ['until'],
  'dealCard.showAll': ['count'],
  'dealCard.teamOf': ['organisation'],
  'dealCard.duns': ['number'],
  'dealCard.allOf': ['what', 'customer'],
  'favourite.mark': ['customer'],
  'favourite.unmark': ['customer'],
  'history.partnerInvited': ['partner'],
  'history.partnerChanged': ['partner'],
  'history.partnerIs': ['partner', 'status'],
  'history.fromFile': ['who'],
  'history.change': ['field', 'before', 'after'],
  'list.closes': ['date'],
  'list.only.customer': ['customer'],
  'list.only.from': ['date'],
  'list.only.to': ['date'],
  'list.only.min': ['amount'],
  'list.only.max': ['amount'],
  'find.unclear': ['what'],
  'answered.won': ['organisation'],
  'answered.lost': ['organisation'],
  'answered.at.won': ['at'],
  'answered.at.lost': ['at'],
  'party.accepted': ['organisation'],
  'party.declined': ['organisation'],
  'party.expired': ['organisation'],
  'party.won': ['organisation'],
  'party.lost': ['organisation'],
  'party.reason': ['reason'],
  'summary.moreCurrencies': ['count'],
  'summary.expiring': ['count'],
  'summary.overdue': ['count'],
  'summary.shareOf': ['accepted', 'all'],
  'summary.unanswered': ['count'],
  'summary.days': ['count'],
  'summary.hours': ['count'],
  'summary.minutes': ['count'],
  'summary.seen': ['name'],
  'create.partnersHint': ['days'],
  'customer.dunsNumber': ['duns'],
  'partner.number': ['id'],
  'partner.done': ['count'],
  'drafts.kept': ['until'],
  'drafts.more': ['count'],
  'takesPart.sent': ['date'],
  'takesPart.waiting': ['left'],
  'takesPart.invited': ['left'],
  'takesPart.closes': ['date'],
  'takesPart.microsoftMay': ['at'],
  'notAsked.partner.notConnected': ['partner'],
  'notAsked.partner.failed': ['partner'],
} as const satisfies Partial<Record<TextKey, readonly string[]>>;

/** Texts that also say something when nothing is known to put into them. */
export const textsForNobody = [
  'personUnknown',
  'rolesSet',
  'adminsOnly',
  'refusal.noRole',
  'refusal.usersMayNotAnswer',
  'refusal.notOnTeam',
] as const satisfies (keyof typeof textParameters)[];

/** A list is written as alternatives: `Ada, Ben or Cem`; an empty one selects the text for nobody. */
type Value = string | number | readonly string[];
type Known<K extends keyof typeof textParameters> = Record<(typeof textParameters)[K][number], Value>;
type Parameters<K extends TextKey> = K extends (typeof textsForNobody)[number]
  ? [parameters?: Partial<Known<K>>]
  : K extends keyof typeof textParameters
    ? [parameters: Known<K>]
    : [parameters?: Record<string, never>];

const formats = new Map<string, IntlMessageFormat>();

function format(language: Language, key: TextKey): IntlMessageFormat {
  const id = `${language}.${key}`;
  const known = formats.get(id);
  if (known !== undefined) return known;
  const made = new IntlMessageFormat(catalogues[language][key], language);
  formats.set(id, made);
  return made;
}

/**
 * A text as it is to stand in a TextRun. Text from outside among the parameters has gone through `plain` before.
 */
export function say<K extends TextKey>(language: Language, key: K, ...[parameters]: Parameters<K>): string {
  const wanted: readonly string[] | undefined = (textParameters as Partial<Record<TextKey, readonly string[]>>)[key];
  if (wanted === undefined) return catalogues[language][key];
  const given: Partial<Record<string, Value>> = parameters ?? {};
  const values: Record<string, string | number> = {};
  for (const name of wanted) {
    const value = given[name] ?? 'none';
    values[name] = typeof value !== 'object' ? value : value.length === 0 ? 'none' : listed(value, language, 'or');
  }
  return String(format(language, key).format(values));
}

/**
 * A text in the reader's language, ready for any place: what stands in the parameters may come from outside and is made inert.
 * A list is written as alternatives (`Ada or Ben`).
 */
export function text<K extends TextKey>(language: Language, key: K, ...[parameters]: Parameters<K>): string {
  const safe = Object.fromEntries(
    Object.entries<Value>(parameters ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? inertPart(value)
        : typeof value === 'number'
          ? value
          : value.map((item) => inertPart(item)),
    ]),
  );
  return unlisted(say(language, key, ...([safe] as unknown as Parameters<K>)));
}
