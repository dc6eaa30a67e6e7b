/**
 * What the buttons of the cards ask for. A card carries ids and never state; what comes back is untrusted and parsed by the handler
 * in `bot/actions/` of the same name.
 */
import type { DealFilters, DealList } from '../src/deals/filters.ts';

/** Where Cancel leads and what a card is shown again as: the page of the list that it was opened from. `inbound`: what is open. */
export type Place =
  | { list: 'inbound'; cursor?: string | undefined }
  | { list: DealList; cursor?: string | undefined; filters?: DealFilters | undefined };

export type CardAction =
  /** The deal with everything on it, for one person's eyes. */
  | { verb: 'deal.open'; dealId: string; place?: Place }
  /** All notes or the whole history of a deal, page by page; the first page is 1. */
  | { verb: 'deal.record'; dealId: string; what: 'notes' | 'history'; page?: number; place?: Place }
  /** F2. The answer is the deal's card, or the list where `on` says so. */
  | { verb: 'favourite.set'; dealId: string; marked: boolean; on: 'deal' | 'list'; place?: Place }
  /** A page of a list of deals; without a cursor the first. */
  | { verb: 'view.page'; list: DealList; cursor?: string; filters?: DealFilters }
  /** Sends the form of the filters of a list. Inputs: see `DealFilterInputs`. */
  | { verb: 'view.filter'; list: DealList }
  | { verb: 'summary.show'; scope: 'mine' | 'organisation' }
  /** The deal's card as it is now; from a form it is Cancel. */
  | { verb: 'opportunity.show'; dealId: string; place?: Place }
  /** The same with the customer's contact, for those who may answer (V4). */
  | { verb: 'opportunity.contact'; dealId: string; place?: Place }
  /** Opens the form. */
  | { verb: 'opportunity.accept'; dealId: string; place?: Place }
  /** Sends the form. Inputs: see `AcceptInputs`. */
  | { verb: 'opportunity.accept.send'; dealId: string; place?: Place }
  | { verb: 'opportunity.decline'; dealId: string; place?: Place }
  | { verb: 'opportunity.decline.send'; dealId: string; place?: Place }
  | { verb: 'inbound.page'; cursor?: string }
  | { verb: 'subscription.start' }
  /** What is subscribed here; from the form of the filters it is Cancel. */
  | { verb: 'subscription.show' }
  | { verb: 'subscription.end' }
  /** Opens the form of the filters. */
  | { verb: 'subscription.filter' }
  | { verb: 'subscription.filter.send' }
  | { verb: 'language.set'; language: 'en' | 'de' }
  | { verb: 'help.show' }
  /** N2, N6: no more reminders to the person who presses, to answer this deal or of its close date, for some days; 0: for good. */
  | { verb: 'quiet.set'; dealId: string; of: 'answer' | 'close'; days: number }
  /** What Partner Center refused is sent once more. */
  | { verb: 'sync.again'; dealId: string; place?: Place }
  /** It is given up for what Partner Center says; without `sure` it is asked first. */
  | { verb: 'sync.take-over'; dealId: string; sure: boolean; place?: Place }
  /** Opens a dialog, about a deal or about none. */
  | { verb: 'dialog.open'; dialog: string; dealId?: string }
  | { verb: 'dialog.resume'; draftId: string }
  | ({ verb: 'dialog.next' | 'dialog.back' | 'dialog.save' } & InDialog)
  /** A button of the step itself. */
  | ({ verb: 'dialog.act'; what: string; item: string } & InDialog)
  | { verb: 'dialog.discard'; draftId: string };

/** Which state of which draft a form was made of. */
interface InDialog {
  draftId: string;
  step: string;
  sequence: number;
}

/** The ids of the inputs of the accept form; all come back as text. */
export interface AcceptInputs {
  name: string;
  amount: string;
  currency: string;
  closeDate: string;
  notes: string;
  crmId: string;
  campaignId: string;
  phone: string;
  /** Entra object ids, joined by commas, as the people picker gives them. */
  colleagues: string;
}

export interface DeclineInputs {
  reason: string;
  notes: string;
}

export interface FilterInputs {
  /** `cosell`, `p2p`, or empty for both. */
  type: string;
  /** Two-letter codes, joined by commas or spaces. */
  countries: string;
  amount: string;
  currency: string;
  solution: string;
}

/** The form of the filters of a list of deals; what is empty does not filter. */
export interface DealFilterInputs {
  customer: string;
  status: string;
  /** `private`, `p2p` or `cosell`. */
  type: string;
  /** Two-letter codes, joined by commas or spaces. */
  countries: string;
  min: string;
  max: string;
  /** Of both bounds. */
  currency: string;
  /** `YYYY-MM-DD`, the close date. */
  from: string;
  to: string;
}
