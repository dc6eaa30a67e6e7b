import type { Deal } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Language } from '../src/organisations/organisation.ts';
import { sharedPart } from '../src/rules/permissions.ts';
import { type Banner, type BannerData, bannerData, banners, type Tone } from './banner.ts';
import {
  countdownOf,
  customerOf,
  decisionOf,
  type Fact,
  from,
  isOpen,
  joined,
  kindOf,
  notesOf,
  placeOf,
  senderOf,
  solutionsOf,
  valueText,
} from './deal.ts';
import { day, moment } from './format.ts';
import { syncBanners, syncFacts } from './partner-center.ts';
import { plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { CardAction, Place } from './verbs.ts';

export type NextDialog = 'deal.register' | 'deal.won' | 'deal.lost';

export interface OpportunityInput {
  deal: Deal;
  reader: Reader;
  /** Milliseconds since the epoch. */
  now: number;
  /** Several people read it: it says no more than everybody may know (V4). Else its reader may see the deal. */
  shared?: boolean;
  /** Show the customer's contact: only after a check of the reader (V4). */
  contact?: boolean;
  banner?: Banner;
  /** The dialogs in which an answered deal may go on, for this reader. */
  dialogs?: readonly NextDialog[];
  /** The list that the card was opened from: it gets a way back. */
  place?: Place;
}

/** The card of a deal as it is now: one card a deal, for one reader who may see it or for all readers of a conversation. */
export function opportunityCard(input: OpportunityInput): Rendered {
  const { deal: whole, reader, now, banner, shared = false } = input;
  const deal = shared ? sharedPart(whole) : whole;
  const { language } = reader;
  const open = isOpen(deal, now);
  const sender = senderOf(deal);
  const active = open || deal.status === 'accepted';
  const place = placeOf(deal, language);
  const state = open ? undefined : stateOf(deal, reader);
  return render(
    'opportunity',
    language,
    {
      banners: [
        ...headBands(banner, state),
        ...inviterClosed(deal, sender, language),
        ...senderNotTold(deal, sender, language),
        ...partiesNotAsked(deal, language),
        ...syncBanners(whole, language, false),
      ],
      kicker: kindOf(deal, sender, language),
      customer: customerOf(deal),
      place: place === '' ? [] : [place],
      numbers: numbersOf(deal, reader),
      facts: [...factsOf(deal, active, language), ...(shared ? [] : syncFacts(deal, language))],
      notes: active ? notesOf(deal, sender, language) : [],
      contacts: input.contact === true && active ? contactsOf(deal, language) : [],
      countdown: open ? [countdownOf(deal, reader, now)] : [],
      next: open ? [] : [nextOf(input)],
      controls: controlsOf(input, open),
    },
    summaryOf(deal, reader, now, state?.title),
  );
}

/** After the answer: what was decided, in a coloured band with a word, never by the colour alone. */
export function stateOf(deal: Deal, reader: Reader): { title: string; decision: string | undefined; band: BannerData } {
  // Past its time and not yet written as expired.
  const status = deal.status === 'received' ? 'expired' : deal.status;
  const title = say(reader.language, `status.${status}`);
  const decision =
    deal.status === 'received'
      ? say(reader.language, 'answer.expired.other', { at: moment(deal.respondBy, reader) })
      : decisionOf(deal, reader);
  const tones: Record<typeof status, Tone> = {
    accepted: 'good',
    won: 'good',
    declined: 'neutral',
    lost: 'neutral',
    expired: 'warning',
  };
  return { title, decision, band: bannerData(tones[status], decision, title) };
}

/**
 * What just happened and how the deal stands: one band where both have the same colour, which would else stand there twice. Who was
 * faster is said once, too.
 */
export function headBands(banner: Banner | undefined, state: ReturnType<typeof stateOf> | undefined): BannerData[] {
  const [news] = banners(banner);
  if (news === undefined || state === undefined) return [news, state?.band].filter((band) => band !== undefined);
  const { title, decision, band } = state;
  const isSaid = decision !== undefined && banner?.text.startsWith(decision);
  const standing = isSaid ? { ...band, lines: band.lines.filter(({ text }) => text === title) } : band;
  if (news.style !== standing.style) return [news, standing];
  const [first, ...others] = standing.lines;
  return [{ ...news, lines: [...(first === undefined ? [] : [first]), ...news.lines, ...others] }];
}

/** W3: how the deal of the organisation ended that invited this one. */
function inviterClosed({ inviterOutcome }: Deal, sender: string, language: Language): BannerData[] {
  if (inviterOutcome === undefined) return [];
  return [bannerData('neutral', say(language, `outcome.${inviterOutcome.status}`, { organisation: sender }))];
}

/** N5 failed: people have to do what the program could not. */
export function senderNotTold({ notices }: Deal, sender: string, language: Language): BannerData[] {
  const isNotTold = notices.some(({ task, state }) => task.kind === 'tellSender' && state === 'failed');
  return isNotTold ? [bannerData('warning', say(language, 'sender.notTold', { sender }))] : [];
}

/** I7: an invitation that did not reach its partner on this service, for people to do. */
export function partiesNotAsked(deal: Deal, language: Language): BannerData[] {
  return deal.notices.flatMap(({ task, state }) => {
    if (state !== 'failed' || task.kind !== 'sendInvitation') return [];
    const invited = deal.invitations.find(({ id }) => id === task.invitationId);
    const partner = plain(invited?.partner.name ?? '', 80);
    return invited === undefined ? [] : [bannerData('warning', say(language, 'notAsked.partner.failed', { partner }))];
  });
}

function numbersOf(deal: Deal, reader: Reader): { columns: { label: string; text: string }[] }[] {
  const { language } = reader;
  const value = valueText(deal, reader);
  const closeDate = deal.closeDate ?? deal.opportunity.closeDate;
  const columns: { label: string; text: string }[] = [];
  if (value !== undefined) columns.push({ label: say(language, 'facts.value'), text: value });
  if (closeDate !== undefined) columns.push({ label: say(language, 'facts.closeDate'), text: day(closeDate, reader) });
  return columns.length === 0 ? [] : [{ columns }];
}

function factsOf(deal: Deal, active: boolean, language: Language): Fact[] {
  const facts: Fact[] = [];
  const name = deal.name ?? deal.opportunity.name;
  const { help } = deal.opportunity;
  const reason = deal.answer?.reason;
  if (reason !== undefined)
    facts.push({ label: say(language, 'facts.reason'), lines: [say(language, `reason.${reason}`)] });
  if (name !== undefined) facts.push({ label: say(language, 'facts.name'), lines: [plain(name, 200)] });
  if (active && help !== undefined)
    facts.push({ label: say(language, 'facts.help'), lines: [say(language, `help.${help}`)] });
  if (active) facts.push(...solutionsOf(deal, language));
  if (deal.team.length > 0) {
    facts.push({
      label: say(language, 'facts.team'),
      lines: [plain(deal.team.map((member) => member.name).join(', '), 400)],
    });
  }
  return facts;
}

interface ContactData {
  people: { name: string; title: string[]; ways: { label: string; text: string }[] }[];
}

export function contactsOf(deal: Deal, language: Language): ContactData[] {
  const people = deal.opportunity.customer.contacts.slice(0, 5).map(({ name, title, phone, email }) => {
    const ways: ContactData['people'][number]['ways'] = [];
    if (phone !== undefined) ways.push({ label: say(language, 'contact.phone'), text: plain(phone, 40) });
    if (email !== undefined) ways.push({ label: say(language, 'contact.email'), text: plain(email, 254) });
    return { name: plain(name, 120), title: title === undefined ? [] : [`, ${plain(title, 120)}`], ways };
  });
  return people.length === 0 ? [] : [{ people }];
}

function nextOf({ deal, reader: { language }, contact, shared }: OpportunityInput): string {
  if (deal.status !== 'accepted') return say(language, 'next.closed');
  if (shared === true) return say(language, 'next.acceptedShared');
  if (deal.opportunity.customer.contacts.length === 0) {
    return say(language, deal.direction === 'outbound' ? 'next.ownNoContact' : 'next.acceptedNoContact');
  }
  return say(language, contact === true ? 'next.acceptedContactShown' : 'next.accepted');
}

interface Controls {
  accept: CardAction[];
  decline: CardAction[];
  contact: CardAction[];
  hideContact: CardAction[];
  /** Everything on it, for those who may see that. */
  open: CardAction[];
  register: CardAction[];
  won: CardAction[];
  lost: CardAction[];
  back: CardAction[];
}

function controlsOf({ deal, contact, place, dialogs = [] }: OpportunityInput, open: boolean): Controls[] {
  const dealId = deal.id;
  const back = from(place);
  const hasContact = (open || deal.status === 'accepted') && deal.opportunity.customer.contacts.length > 0;
  const going = (dialog: NextDialog): CardAction[] =>
    dialogs.includes(dialog) ? [{ verb: 'dialog.open', dialog, dealId }] : [];
  const controls: Controls = {
    accept: open ? [{ verb: 'opportunity.accept', dealId, ...back }] : [],
    decline: open ? [{ verb: 'opportunity.decline', dealId, ...back }] : [],
    contact: hasContact && contact !== true ? [{ verb: 'opportunity.contact', dealId, ...back }] : [],
    hideContact: hasContact && contact === true ? [{ verb: 'opportunity.show', dealId, ...back }] : [],
    open: open || deal.status !== 'received' ? [{ verb: 'deal.open', dealId, ...back }] : [],
    register: going('deal.register'),
    won: going('deal.won'),
    lost: going('deal.lost'),
    back: place === undefined ? [] : [pageOf(place)],
  };
  // An ActionSet without actions would leave a gap.
  return Object.values(controls).some((actions) => actions.length > 0) ? [controls] : [];
}

/** The page of the list that a card was opened from. */
export function pageOf(place: Place): CardAction {
  const page = place.cursor === undefined ? {} : { cursor: place.cursor };
  if (place.list === 'inbound') return { verb: 'inbound.page', ...page };
  const filters = place.filters === undefined ? {} : { filters: place.filters };
  return { verb: 'view.page', list: place.list, ...page, ...filters };
}

function summaryOf(deal: Deal, reader: Reader, now: number, state: string | undefined): string {
  const { language } = reader;
  const parts = [
    state,
    customerOf(deal),
    placeOf(deal, language),
    valueText(deal, reader),
    state === undefined ? countdownOf(deal, reader, now).left : undefined,
  ];
  const what = joined(parts);
  return state === undefined ? say(language, 'summary.new', { what }) : what;
}
