import { dayIn } from '../src/clock.ts';
import type { Deal, HistoryEntry, Invitation, InvitationChange, TeamMember } from '../src/deals/deal.ts';
import { closeDateOf, statusAt } from '../src/deals/filters.ts';
import type { Money } from '../src/deals/opportunity.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Language } from '../src/organisations/organisation.ts';
import { canTakeOver } from '../src/rules/partner-center-steps.ts';
import type { Banner } from './banner.ts';
import {
  countdownOf,
  customerOf,
  type Fact,
  from,
  isOpen,
  joined,
  kindOf,
  notesOf,
  senderOf,
  solutionsOf,
  valueText,
} from './deal.ts';
import { country, day, moment, money, timeLeft } from './format.ts';
import { contactsOf, headBands, pageOf, partiesNotAsked, senderNotTold, stateOf } from './opportunity.ts';
import { syncBanners, syncFacts, syncStateOf } from './partner-center.ts';
import { inert, paragraphs, plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say, type TextKey } from './texts.ts';
import type { CardAction, Place } from './verbs.ts';

/** How much of a deal its card shows; the rest has cards of its own, or is counted. */
interface Room {
  /** Entries of the history below "Show all", after the first ten. */
  historyMore: number;
  notes: number;
  noteLength: number;
  /** People of the own team, and of who sent it. */
  people: number;
  /** People of Microsoft, and of each invited partner. */
  partnersPeople: number;
  /** The latest ones. */
  invitations: number;
}

const historyShown = 10;
const ample: Room = { historyMore: 20, notes: 3, noteLength: 500, people: 8, partnersPeople: 3, invitations: 10 };
/** Where the ample card would be more than Teams takes. */
const scarce: Room = { historyMore: 0, notes: 1, noteLength: 300, people: 3, partnersPeople: 1, invitations: 5 };
/** Characters of a card; Teams counts two bytes for each and takes about 100 KB (facts/teams.md 1.7). */
const mostCharacters = 40_000;

export interface DealCardInput {
  deal: Deal;
  reader: Reader;
  /** Milliseconds since the epoch. */
  now: number;
  /** The own organisation's name. */
  organisation: string;
  /** What this person may do now; nothing else is offered. */
  may: {
    /** Accept and decline. */
    answer: boolean;
    /** See the customer's contact (V4). */
    contact: boolean;
    /** Change the deal, and so decide what becomes of a change that Partner Center refuses. */
    change: boolean;
    /** The ids of the dialogs that they may open. */
    dialogs: readonly string[];
  };
  /** Whether this person has marked it (F2). */
  favourite: boolean;
  banner?: Banner;
  /** The card asks whether they are sure to give up what Partner Center refuses. */
  asksToTakeOver?: boolean;
  /** The list that the card was opened from. Without one, Close leads to the deal's short card. */
  place?: Place;
}

/** Everything on a deal, with what one person may do about it now: for their eyes only. */
export function dealCard(input: DealCardInput): Rendered {
  const whole = dealCardWithin(ample, input);
  return JSON.stringify(whole.card).length <= mostCharacters ? whole : dealCardWithin(scarce, input);
}

function dealCardWithin(room: Room, input: DealCardInput): Rendered {
  const { deal, reader, now, may, banner } = input;
  const { language } = reader;
  const open = isOpen(deal, now);
  const state = open ? undefined : stateOf(deal, reader);
  const sender = senderOf(deal);
  const kind = kindOf(deal, sender, language);
  const contacts = may.contact ? contactsOf(deal, language) : [];
  const notes = notesIn(deal, reader, room);
  return render(
    'deal-card',
    language,
    {
      banners: [
        ...headBands(banner, state),
        ...senderNotTold(deal, sender, language),
        ...partiesNotAsked(deal, language),
        ...syncBanners(deal, language, true),
      ],
      kicker: kind,
      customer: customerOf(deal),
      place: [addressOf(deal, language), ...dunsOf(deal, language)].filter((line) => line !== ''),
      countdown: open ? [countdownOf(deal, reader, now)] : [],
      numbers: numbersOf(deal, reader),
      facts: factsOf(deal, reader),
      parties: partiesOf(deal, reader, now, room),
      teams: teamsOf(input, room),
      written: notesOf(deal, sender, language),
      noted: notes.shown.length === 0 ? [] : [notes],
      history: historyOf(deal, reader, from(input.place), room),
      contacts: contacts.length === 0 ? [] : [{ contacts }],
      ...actionsOf(input, contacts.length > 0, room),
    },
    joined([state?.title ?? say(language, 'status.received'), customerOf(deal), valueText(deal, reader)]),
  );
}

/** `Seestrasse 12, 8002 Zürich, Switzerland`: what the sender said of it. */
function addressOf({ opportunity }: Deal, language: Language): string {
  const { addressLine1, city, postalCode, country: code } = opportunity.customer.address;
  const town = [postalCode, city].filter((part) => part !== undefined).join(' ');
  const parts = [addressLine1 ?? '', town].map((part) => plain(part, 100));
  return [...parts, code === undefined ? '' : country(code, language)].filter((part) => part !== '').join(', ');
}

function dunsOf({ opportunity }: Deal, language: Language): string[] {
  const { duns } = opportunity.customer;
  return duns === undefined ? [] : [say(language, 'dealCard.duns', { number: plain(duns, 9) })];
}

interface NumbersRow {
  columns: { label: string; text: string }[];
}

function numbersOf(deal: Deal, reader: Reader): NumbersRow[] {
  const { language } = reader;
  const closeDate = closeDateOf(deal);
  const row = (...columns: [label: TextKey, text: string | undefined][]): NumbersRow => ({
    columns: columns.flatMap(([label, text]) =>
      text === undefined ? [] : [{ label: say(language, label as 'facts.value'), text }],
    ),
  });
  return [
    row(
      ['facts.value', valueText(deal, reader)],
      ['facts.closeDate', closeDate === undefined ? undefined : day(closeDate, reader)],
    ),
    row(
      ['facts.crmId', deal.crmId === undefined ? undefined : plain(deal.crmId, 100)],
      ['facts.campaignId', deal.campaignId === undefined ? undefined : plain(deal.campaignId, 100)],
    ),
  ].filter(({ columns }) => columns.length > 0);
}

function factsOf(deal: Deal, reader: Reader): Fact[] {
  const { language } = reader;
  const name = deal.name ?? deal.opportunity.name;
  const reason = deal.outcome?.reason ?? deal.answer?.reason;
  const { help } = deal.opportunity;
  const fact = (label: TextKey, ...lines: string[]): Fact => ({ label: say(language, label as 'facts.name'), lines });
  return [
    ...(reason === undefined ? [] : [fact('facts.reason', say(language, `reason.${reason}`))]),
    ...(name === undefined ? [] : [fact('facts.name', plain(name, 200))]),
    ...(help === undefined ? [] : [fact('facts.help', say(language, `help.${help}`))]),
    ...solutionsOf(deal, language),
    ...registrationOf(deal, reader).map((line) => fact('facts.registration', line)),
    ...syncFacts(deal, language),
  ];
}

/** G4. */
function registrationOf({ registration }: Deal, reader: Reader): string[] {
  if (registration === undefined) return [];
  const { status, contractValue, solution, at } = registration;
  return [
    joined([
      say(reader.language, `registered.${status}`),
      money(contractValue, reader),
      plain(solution.name, 120),
      moment(at, reader),
    ]),
  ];
}

interface Party {
  name: string;
  about: string[];
  value: string[];
  /** What still waits is in bold letters: warning's own colour is hard to read on white. */
  standing: { text: string; weight: 'default' | 'bolder'; color: 'default' | 'good' | 'attention' }[];
  /** What is to be known about it: a line of ours, or what was written. */
  hints: string[];
}

/** Who sent it, Microsoft's part (C9), and each invitation as its partner's deal stands (I3). */
function partiesOf(deal: Deal, reader: Reader, now: number, room: Room): Party[] {
  const { language } = reader;
  const { sender, receivedAt } = deal.opportunity;
  const sentOn = dayIn(reader.timeZone, Date.parse(receivedAt));
  const outcomes = deal.inviterOutcome === undefined ? [] : [deal.inviterOutcome];
  const parties: Party[] = [];
  if (sender.kind !== 'own') {
    parties.push({
      name: plain(sender.name, 80),
      // W3: how the deal of an inviter ended.
      about: outcomes.map(({ status }) => say(language, `outcome.${status}`, { organisation: plain(sender.name, 80) })),
      value: [],
      standing: [
        { text: say(language, 'takesPart.sent', { date: day(sentOn, reader) }), weight: 'default', color: 'default' },
      ],
      hints: [],
    });
  }
  if (deal.microsoft !== undefined) parties.push(microsoftOf(deal.microsoft, reader, now));
  const shown = deal.invitations.slice(-room.invitations).map((invitation) => invitedOf(invitation, reader, now));
  const more = deal.invitations.length - shown.length;
  shown.at(-1)?.hints.push(...(more > 0 ? [say(language, 'facts.more', { count: more })] : []));
  return [...parties, ...shown];
}

function microsoftOf(part: NonNullable<Deal['microsoft']>, reader: Reader, now: number): Party {
  const { language } = reader;
  // Its time may have passed before that has been written.
  const status = part.status === 'waiting' && now >= Date.parse(part.answerBy) ? 'silent' : part.status;
  const colors = { waiting: 'default', accepted: 'good', declined: 'default', silent: 'attention' } as const;
  const hints = {
    waiting: [say(language, 'takesPart.microsoftMay', { at: moment(part.answerBy, reader) })],
    silent: [say(language, 'microsoft.silentNext')],
    accepted: [],
    declined: [],
  };
  return {
    name: 'Microsoft',
    about: [say(language, `help.${part.help}`), ...paragraphs(part.notes, 300, 3)],
    value: [],
    standing: [
      {
        text:
          status === 'waiting'
            ? say(language, 'takesPart.waiting', { left: leftUntil(part.answerBy, language, now) })
            : say(language, `takesPart.${status}`),
        weight: status === 'waiting' ? 'bolder' : 'default',
        color: colors[status],
      },
    ],
    hints: hints[status],
  };
}

function invitedOf(invitation: Invitation, reader: Reader, now: number): Party {
  const { language } = reader;
  const { partner, closeDate, value, respondBy, solutions, help, reason } = invitation;
  const status = statusAt(invitation, now);
  const colors = {
    received: 'default',
    accepted: 'good',
    won: 'good',
    lost: 'default',
    declined: 'default',
    expired: 'attention',
  } as const;
  return {
    name: plain(partner.name, 80),
    about: [
      joined([say(language, `help.${help}`), say(language, 'takesPart.closes', { date: day(closeDate, reader) })]),
      plain(solutions.map(({ name }) => name).join(', '), 120),
      ...(reason === undefined ? [] : [say(language, `reason.${reason}`)]),
    ],
    value: [money(value, reader)],
    standing: [
      {
        text:
          status === 'received'
            ? say(language, 'takesPart.invited', { left: leftUntil(respondBy, language, now) })
            : say(language, `status.${status}`),
        weight: status === 'received' ? 'bolder' : 'default',
        color: colors[status],
      },
    ],
    hints: [],
  };
}

function leftUntil(at: string, language: Language, now: number): string {
  const left = timeLeft(at, now);
  return left.unit === 'days' ? say(language, 'left.days', { count: left.count }) : say(language, `left.${left.unit}`);
}

interface Team {
  label: string;
  /** `phone` begins with a separator. */
  people: { name: string; phone: string[]; email: string[] }[];
  /** How many more there are. */
  more: string[];
}

/** The own people, and those of the others who take part (I8). */
function teamsOf({ deal, reader: { language }, organisation }: DealCardInput, room: Room): Team[] {
  const teams: [name: string, team: readonly TeamMember[], most: number][] = [
    [organisation, deal.team, room.people],
    [deal.opportunity.sender.name, deal.opportunity.team ?? [], room.people],
    ['Microsoft', deal.microsoft?.team ?? [], room.partnersPeople],
    ...deal.invitations
      .slice(-room.invitations)
      .map(({ partner, partnerTeam }): (typeof teams)[number] => [partner.name, partnerTeam, room.partnersPeople]),
  ];
  return teams
    .filter(([, team]) => team.length > 0)
    .map(([name, team, most]) => ({
      label: say(language, 'dealCard.teamOf', { organisation: plain(name, 80) }),
      people: team.slice(0, most).map(({ name: who, email = '', phone = '' }) => ({
        name: plain(who, 80),
        phone: phone === '' ? [] : [` · ${unbroken(plain(phone, 40))}`],
        email: email === '' ? [] : [plain(email, 100)],
      })),
      more: team.length > most ? [say(language, 'facts.more', { count: team.length - most })] : [],
    }));
}

/** A number that stays on one line. */
function unbroken(phone: string): string {
  return phone.replaceAll(' ', '\u00a0');
}

interface NoteData {
  by: string;
  at: string;
  lines: string[];
}

/** E4: the newest notes; whole ones, and older ones, on a card of their own. */
function notesIn({ notes }: Deal, reader: Reader, room: Room): { shown: NoteData[] } {
  const shown = notes.slice(-room.notes).toReversed();
  return { shown: shown.map((note) => noteData(note, reader, room.noteLength, noteLines)) };
}

const noteLines = 8;

function hasMoreNotes({ notes }: Deal, room: Room): boolean {
  const isCut = (text: string) => text.trim().length > room.noteLength || text.trim().split('\n').length > noteLines;
  return notes.length > room.notes || notes.slice(-room.notes).some(({ text }) => isCut(text));
}

/** A note of at most so many characters and paragraphs. */
export function noteData(
  { text, by, at }: Deal['notes'][number],
  reader: Reader,
  most: number,
  lines: number,
): NoteData {
  const shown = paragraphs(text, most, lines);
  return { by: whoDid(by, reader.language), at: ` · ${moment(at, reader)}`, lines: shown.length === 0 ? ['…'] : shown };
}

function whoDid({ kind, name }: HistoryEntry['by'], language: Language): string {
  return kind === 'clock' || name === undefined ? say(language, 'history.byItself') : plain(name, 80);
}

interface HistoryLine {
  what: string;
  /** Begins with a separator. */
  who: string;
  at: string;
}

interface HistoryData {
  shown: HistoryLine[];
  /** Below a button; what is older still has a card of its own. */
  more: { button: string; lines: HistoryLine[]; whole: CardAction[] }[];
  /** In view where nothing stands below a button. */
  whole: CardAction[];
}

function historyOf(deal: Deal, reader: Reader, place: { place?: Place }, { historyMore }: Room): HistoryData[] {
  const lines = historyLines(deal, reader);
  if (lines.length === 0) return [];
  const rest = lines.slice(historyShown, historyShown + historyMore);
  const button = say(reader.language, 'dealCard.showAll', { count: lines.length });
  const isAll = lines.length <= historyShown + historyMore;
  const whole: CardAction[] = isAll ? [] : [{ verb: 'deal.record', dealId: deal.id, what: 'history', ...place }];
  return [
    {
      shown: lines.slice(0, historyShown),
      more: rest.length === 0 ? [] : [{ button, lines: rest, whole }],
      whole: rest.length === 0 ? whole : [],
    },
  ];
}

/** L7: what, who, when; the latest first. */
export function historyLines({ history }: Deal, reader: Reader): HistoryLine[] {
  return history.toReversed().map((entry) => ({
    what: whatHappened(entry, reader),
    who: ` · ${whoAndWhence(entry, reader.language)}`,
    at: ` · ${moment(entry.at, reader)}`,
  }));
}

function whoAndWhence({ by, from }: HistoryEntry, language: Language): string {
  if (from === 'partner-center') return 'Partner Center';
  const who = whoDid(by, language);
  return from === 'bulk' ? say(language, 'history.fromFile', { who }) : who;
}

function whatHappened({ what, changes }: HistoryEntry, reader: Reader): string {
  const { language } = reader;
  switch (what) {
    case 'edited':
    case 'merged':
      return joinedChanges(say(language, `history.${what}`), changes, reader);
    case 'microsoftAnswered': {
      const status = (changes?.microsoft?.after as Deal['microsoft'])?.status;
      return status === undefined || status === 'waiting'
        ? say(language, 'history.microsoftAnswered')
        : say(language, `history.microsoftAnswered.${status}`);
    }
    case 'partnerInvited':
    case 'partnerChanged': {
      const { before, after } = changedInvitation(changes);
      const partner = plain(after?.partner ?? '', 80);
      if (what === 'partnerInvited') return say(language, 'history.partnerInvited', { partner });
      return before === undefined || after?.status === undefined || before.status === after.status
        ? say(language, 'history.partnerChanged', { partner })
        : say(language, 'history.partnerIs', { partner, status: say(language, `status.${after.status}`) });
    }
    default:
      return say(language, `history.${what}`);
  }
}

interface ChangedInvitation {
  before?: InvitationChange;
  after?: InvitationChange;
}

function changedInvitation(changes: HistoryEntry['changes']): ChangedInvitation {
  return (changes?.invitation ?? earlierForm(changes)) as ChangedInvitation;
}

/** Entries of earlier versions hold all invitations. */
function earlierForm(changes: HistoryEntry['changes']): ChangedInvitation {
  const before = (changes?.invitations?.before ?? []) as Invitation[];
  const after = ((changes?.invitations?.after ?? []) as Invitation[]).find(
    (one) => JSON.stringify(one) !== JSON.stringify(before.find(({ id }) => id === one.id)),
  );
  const earlier = before.find(({ id }) => id === after?.id);
  const short = ({ id, partner, status }: Invitation): InvitationChange => ({ id, partner: partner.name, status });
  return {
    ...(earlier === undefined ? {} : { before: short(earlier) }),
    ...(after === undefined ? {} : { after: short(after) }),
  };
}

const fieldNames: Record<string, TextKey> = {
  name: 'facts.name',
  value: 'facts.value',
  closeDate: 'facts.closeDate',
  crmId: 'facts.crmId',
  campaignId: 'facts.campaignId',
  team: 'facts.team',
  solutions: 'facts.solutions',
};

/** `Edited: Value €50,000 → €60,000, Team`. Long texts are named only. */
function joinedChanges(what: string, changes: HistoryEntry['changes'], reader: Reader): string {
  const { language } = reader;
  const said = Object.entries(changes ?? {}).flatMap(([name, { before, after }]) => {
    const key = fieldNames[name];
    if (key === undefined) return [];
    const field = say(language, key as 'facts.name');
    const [old, now] = [shortValue(name, before, reader), shortValue(name, after, reader)];
    if (old === undefined || now === undefined) return [field];
    return [say(language, 'history.change', { field, before: old, after: now })];
  });
  return said.length === 0 ? what : `${what}: ${said.join(', ')}`;
}

function shortValue(name: string, value: unknown, reader: Reader): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (name === 'value') return money(value as Money, reader);
  return name === 'closeDate' ? day(String(value), reader) : undefined;
}

/** The dialogs about a deal, in the order in which they are offered, the first few at once. */
const dialogButtons: [id: string, title: TextKey, style?: 'positive' | 'destructive'][] = [
  ['deal.register', 'do.register', 'positive'],
  ['deal.note', 'do.note'],
  ['deal.edit', 'do.edit'],
  ['deal.won', 'do.won'],
  ['deal.lost', 'do.lost'],
  ['deal.team', 'do.team'],
  ['deal.solutions', 'do.solutions'],
  ['deal.microsoft', 'do.microsoft'],
  ['deal.partner', 'do.partner'],
];
const dialogsAtOnce = 4;

/** What may be done about a change that Partner Center refuses; giving it up is asked for twice. */
function syncButtons({ deal, may, asksToTakeOver = false }: DealCardInput): SyncButton[] {
  const state = syncStateOf(deal);
  if (!may.change || (state !== 'refused' && state !== 'notConnected')) return [];
  if (asksToTakeOver) {
    return [
      ['do.takeOverSure', { verb: 'sync.take-over', sure: true }, 'destructive'],
      ['do.takeOverNot', { verb: 'deal.open' }, 'default'],
    ];
  }
  const again: SyncButton = ['do.syncAgain', { verb: 'sync.again' }, 'positive'];
  const isOffered = state === 'refused' && canTakeOver(deal);
  return isOffered ? [again, ['do.takeOver', { verb: 'sync.take-over', sure: false }, 'default']] : [again];
}

type SyncButton = [title: TextKey, data: SyncAction, style: DealButton['style']];
type SyncAction = { verb: 'sync.again' } | { verb: 'sync.take-over'; sure: boolean } | { verb: 'deal.open' };

interface DealButton {
  title: string;
  tooltip: string;
  style: 'default' | 'positive' | 'destructive';
  data: CardAction;
}

/** What may be done now: the first few in view, the rest below "More". */
function actionsOf(input: DealCardInput, hasContact: boolean, room: Room) {
  const { deal, reader, may, favourite, place } = input;
  const { language } = reader;
  const dealId = deal.id;
  const back = from(place);
  const customer = inert(customerOf(deal), 80);
  const button = (key: TextKey, data: CardAction, style: DealButton['style'] = 'default'): DealButton => {
    const title = say(language, key as 'do.edit');
    return { title, tooltip: say(language, 'button.on', { action: title, customer }), style, data };
  };
  const dialogs = dialogButtons
    .filter(([id]) => may.dialogs.includes(id))
    .map(([dialog, key, style]) => button(key, { verb: 'dialog.open', dialog, dealId }, style));
  const answer = may.answer
    ? [
        button('button.accept', { verb: 'opportunity.accept', dealId, ...back }, 'positive'),
        button('button.decline', { verb: 'opportunity.decline', dealId, ...back }, 'destructive'),
      ]
    : [];
  const heart: DealButton = {
    title: say(language, favourite ? 'favourite.on' : 'favourite.off'),
    tooltip: say(language, favourite ? 'favourite.unmark' : 'favourite.mark', { customer }),
    style: 'default',
    data: { verb: 'favourite.set', dealId, marked: !favourite, on: 'deal', ...back },
  };
  const sync = syncButtons(input).map(([key, data, style]) => button(key, { ...data, dealId, ...back }, style));
  const shown = Math.max(dialogsAtOnce - sync.length, 0);
  const atOnce = [...answer, ...sync, ...dialogs.slice(0, shown)];
  const rest = dialogs.slice(shown);
  // Teams shows at most six buttons in a row.
  const contact = hasContact ? [{}] : [];
  const notes: CardAction[] = hasMoreNotes(deal, room) ? [{ verb: 'deal.record', dealId, what: 'notes', ...back }] : [];
  return {
    allNotes: notes,
    primary: [
      {
        buttons: atOnce,
        contact: rest.length > 0 ? [] : contact,
        heart: [heart],
        more: rest.length > 0 ? [{}] : [],
      },
    ],
    rest: rest.length > 0 ? [{ buttons: rest, contact }] : [],
    leave: {
      back: place === undefined ? [] : [pageOf(place)],
      close: place === undefined ? [{ verb: 'opportunity.show', dealId } satisfies CardAction] : [],
    },
  };
}
