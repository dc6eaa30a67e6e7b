import type { Address, SentMessage } from '../deals/address.ts';
import type { Deal } from '../deals/deal.ts';
import type { Language } from '../organisations/organisation.ts';

/** For whom a text is written: language, and the IANA time zone of its dates. */
export interface Reader {
  language: Language;
  timeZone: string;
  /** How one person writes dates, numbers and money, `de-CH`: always of the language. Absent: as the language's default. */
  locale?: string;
}

/** What can be sent, in the product's words. How it looks is decided by `cards/`. */
export type Message =
  /** N1, N4: the deal's card as it is now. `shared`: with no more on it than everybody may see (V4). */
  | { kind: 'opportunity'; deal: Deal; shared: boolean }
  /** N2. `days`: the reminder's step; `personal`: to one person, who can turn further ones off. */
  | { kind: 'reminder'; deal: Deal; days: number; personal: boolean }
  /** N3. */
  | { kind: 'expired'; deal: Deal }
  /** N5, to a sender on this service: what became of the opportunity that it sent to `organisation`. */
  | { kind: 'answer'; deal: Deal; organisation: string }
  /** I7, W3, C9: what another party of the deal has answered, or how its own deal ended. `party`: as in the task. */
  | { kind: 'partyAnswered'; deal: Deal; party: string }
  /** N6. */
  | { kind: 'closeReminder'; deal: Deal }
  /** N7. */
  | { kind: 'teamMember'; deal: Deal }
  /** N8. */
  | { kind: 'microsoftSilent'; deal: Deal }
  /** V3: that nothing is posted here any more, because guests are here. */
  | { kind: 'guests' }
  /** To an admin: how the connection with Partner Center stands. */
  | { kind: 'partnerCenter'; news: PartnerCenterNews };

export type PartnerCenterNews =
  /** `reason`: why, in the connection's words; `code`: Entra's own. */
  | { what: 'disconnected'; reason: string; code: string | undefined }
  | { what: 'forbidden' | 'keyUnreadable' }
  /** The first import: what has been read, and what could not be. */
  | { what: 'importing' | 'imported'; read: number; unreadable: number };

/** Sends and changes messages. Every operation rejects with `MessengerError` and with nothing else. */
export interface Messenger {
  /** A new message: in a channel it starts a thread. */
  post(to: Address, message: Message, reader: Reader): Promise<SentMessage>;
  /** A message in the thread of another; in a chat, which has no threads, after it. */
  reply(to: SentMessage, message: Message, reader: Reader): Promise<SentMessage>;
  /**
   * Resolves with a digest of what it shows now. `shown`: the one of the last time; where it would be the same, nothing is sent.
   */
  update(sent: SentMessage, message: Message, reader: Reader, shown?: string): Promise<string>;
  /** The personal chat with somebody, opened if need be. `near`: a conversation of the same tenant with this bot, if one is known. */
  personalChat(near: Address | undefined, person: { entraId: string; tenantId: string }): Promise<Address>;
}

/**
 * What a failed send means (facts/teams.md 3.3):
 * `throttled`, `transient`: try again; `conversationGone`: nothing can be sent there any more, end its subscription;
 * `messageGone`: the message was deleted; `tooBig`; `configuration`: the bot's registration or a policy, an admin must act;
 * `rejected`: Teams does not do it, and trying again does not help; `broken`: an error inside of Teams or of this program, or an answer
 * that cannot be read, which says nothing about what was asked for, and after which trying again may send twice.
 */
export type MessengerErrorKind =
  | 'throttled'
  | 'transient'
  | 'conversationGone'
  | 'messageGone'
  | 'tooBig'
  | 'configuration'
  | 'rejected'
  | 'broken';

export class MessengerError extends Error {
  override readonly name = 'MessengerError';
  readonly kind: MessengerErrorKind;
  /** Teams' own code, or the HTTP status, for the ledger: `BotNotInConversationRoster`, `503`. */
  readonly code: string;
  /** Milliseconds to wait, where Teams or its published limits say so. */
  readonly retryAfter: number | undefined;
  /** Teams may have carried the request out all the same: a message that is sent again may then stand there twice. */
  readonly isUnclear: boolean;

  constructor(kind: MessengerErrorKind, code: string, retryAfter?: number, cause?: unknown, isUnclear = false) {
    super(`${kind}: ${code}`, { cause });
    this.kind = kind;
    this.code = code;
    this.retryAfter = retryAfter;
    this.isUnclear = isUnclear;
  }

  get isRetryable(): boolean {
    return this.kind === 'throttled' || this.kind === 'transient';
  }
}
