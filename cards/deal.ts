/** What several cards say of a deal. Every text from outside is `plain` already: it stands in TextRuns only. */
import { type Deal, dealType } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Language } from '../src/organisations/organisation.ts';
import { country, moment, money, timeLeft } from './format.ts';
import { paragraphs, plain } from './plain.ts';
import { say } from './texts.ts';
import type { Place } from './verbs.ts';

export function customerOf(deal: Deal): string {
  return plain(deal.opportunity.customer.name, 120);
}

/** `Zürich, Switzerland`; empty where the sender said nothing of it. */
export function placeOf(deal: Deal, language: Language): string {
  const { city, country: code } = deal.opportunity.customer.address;
  const parts = [city === undefined ? '' : plain(city, 80), code === undefined ? '' : country(code, language)];
  return parts.filter((part) => part !== '').join(', ');
}

export function senderOf(deal: Deal): string {
  return plain(deal.opportunity.sender.name, 80);
}

/** `Co-sell opportunity from Microsoft`. */
export function kindOf(deal: Deal, sender: string, language: Language): string {
  const type = dealType(deal.parties);
  if (deal.direction === 'inbound') return say(language, 'type.from', { type: say(language, `type.${type}`), sender });
  // What one has made oneself is no opportunity that came from somebody.
  return say(language, type === 'private' ? 'type.private' : `type.own.${type}`);
}

/** The own estimate once there is one, else the sender's. */
export function valueText(deal: Deal, reader: Reader): string | undefined {
  const value = deal.value ?? deal.opportunity.value;
  return value === undefined ? undefined : money(value, reader);
}

/** Two lines that say which opportunity a form or a notice is about. */
interface Lead {
  customer: string;
  /** Begins with a separator; empty where the place is not known. */
  place: string[];
  about: string;
}

export function leadOf(deal: Deal, reader: Reader): Lead {
  const { language } = reader;
  const { help } = deal.opportunity;
  const place = placeOf(deal, language);
  const about = [
    kindOf(deal, senderOf(deal), language),
    help === undefined ? undefined : say(language, `help.${help}`),
    valueText(deal, reader),
  ];
  return {
    customer: customerOf(deal),
    place: place === '' ? [] : [` · ${place}`],
    about: joined(about),
  };
}

/** The parts that there are, on one line. */
export function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

interface Countdown {
  /** `6 days left`. */
  left: string;
  color: 'default' | 'attention';
  /** `Answer by Mon, 16 Nov 2026, 10:12 CET`. */
  by: string;
}

/** How long is left. Only the last day is coloured: yellow on white is hard to read. */
export function countdownOf(deal: Deal, reader: Reader, now: number): Countdown {
  const left = timeLeft(deal.respondBy, now);
  return {
    left:
      left.unit === 'days'
        ? say(reader.language, 'left.days', { count: left.count })
        : say(reader.language, `left.${left.unit}`),
    color: left.unit === 'days' ? 'default' : 'attention',
    by: say(reader.language, 'left.by', { at: moment(deal.respondBy, reader, 'weekday') }),
  };
}

/** Received and still in time. At respond-by it is too late, whether the expiry has been written or not (L5). */
export function isOpen(deal: Deal, now: number): boolean {
  return deal.status === 'received' && now < Date.parse(deal.respondBy);
}

/** A label and the lines below it, as `parts/facts.json` and `parts/notes.json` want them. */
export interface Fact {
  label: string;
  lines: string[];
}

const mostSolutions = 6;

export function solutionsOf(deal: Deal, language: Language): Fact[] {
  const names = (deal.solutions ?? deal.opportunity.solutions).map(({ name }) => plain(name, 120));
  if (names.length === 0) return [];
  const more = names.length - mostSolutions;
  const lines = more <= 0 ? names : [...names.slice(0, mostSolutions), say(language, 'facts.more', { count: more })];
  return [{ label: say(language, 'facts.solutions'), lines }];
}

export function notesOf(deal: Deal, sender: string, language: Language): Fact[] {
  const { notes } = deal.opportunity;
  const lines = notes === undefined ? [] : paragraphs(notes);
  return lines.length === 0 ? [] : [{ label: say(language, 'facts.notes', { sender }), lines }];
}

/** Who decided, when and where, in one sentence; nothing where nobody did. */
export function decisionOf(deal: Deal, reader: Reader): string | undefined {
  const { language } = reader;
  const closing = closingOf(deal);
  if (closing !== undefined) {
    const at = moment(closing.at, reader);
    const { name } = closing.by;
    if (closing.from === 'partner-center') return say(language, `answer.${closing.what}.partnerCenter`, { at });
    if (name === undefined) return say(language, `answer.${closing.what}.other`, { at });
    return say(language, `answer.${closing.what}.person`, { by: plain(name, 80), at });
  }
  if (deal.answer === undefined) return undefined;
  const { status, by, from } = deal.answer;
  const at = moment(deal.answer.at, reader);
  if (from === 'partner-center') return say(language, `answer.${status}.partnerCenter`, { at });
  if (from === 'api') {
    return say(language, `answer.${status}.api`, {
      sender: by.name === undefined ? senderOf(deal) : plain(by.name, 80),
      at,
    });
  }
  // When its time ended, not when that was written down.
  if (status === 'expired') return say(language, 'answer.expired.other', { at: moment(deal.respondBy, reader) });
  if (by.kind !== 'person' || by.name === undefined) return say(language, `answer.${status}.other`, { at });
  return say(language, `answer.${status}.person`, { by: plain(by.name, 80), at });
}

function closingOf(deal: Deal) {
  if (deal.status !== 'won' && deal.status !== 'lost') return undefined;
  const what = deal.status;
  const entry = deal.outcome ?? deal.history.findLast((line) => line.what === what);
  return entry === undefined ? undefined : { what, by: entry.by, at: entry.at, from: entry.from };
}

/** The place, where there is one: a button's data has no empty members. */
export function from(place: Place | undefined): { place?: Place } {
  return place === undefined ? {} : { place };
}
