import type { Deal } from '../deals/deal.ts';
import type { Brought } from '../deals/partner-center.ts';
import type { Heard } from '../rules/heard.ts';

/** What a sender is told of its opportunity (N5, D3). No names of people, no notes. */
export interface Answer {
  id: string;
  externalId: string;
  status: 'accepted' | 'declined' | 'expired' | 'won' | 'lost';
  /** ISO 8601 UTC. */
  at: string;
  /** D1's code, when declined or lost. */
  reason?: string;
}

/** The answer as it may leave the organisation, or undefined while there is none. */
export function answerOf(deal: Deal): Answer | undefined {
  const told = deal.outcome ?? deal.answer;
  if (told === undefined) return undefined;
  const { status, at, reason } = told;
  return { id: deal.id, externalId: deal.externalId, status, at, ...(reason === undefined ? {} : { reason }) };
}

/** Tells a program of the answer by HTTP. */
export interface CallbackClient {
  /** Resolves when the receiver said 2xx. @throws {SenderError} */
  send(url: string, signingSecret: string, answer: Answer, noticeId: string): Promise<void>;
}

/** What came of bringing a deal to Partner Center. */
export interface BroughtThere {
  /** The own referral as it is now. */
  heard: Heard;
  /** What the deal said when it was brought: what it says otherwise by now is still on its way. */
  brought: Brought;
  microsoftId?: string | undefined;
  /** The referrals of invited partners, by the invitation's id. */
  invitations: Record<string, string>;
}

/** Partner Center, as far as a deal's notices need it. Every operation rejects with `SenderError`, or with what the store says. */
export interface PartnerCenter {
  /** Brings the referral to where the deal stands: creates it, changes it, asks Microsoft, invites partners, hands a registration in. */
  bring(deal: Deal): Promise<BroughtThere>;
  /** Gives up what the deal says otherwise for what Partner Center says. */
  takeOver(deal: Deal): Promise<void>;
  /** Writes into the deal how the referrals of those stand that were invited there (C9, I7). */
  hearParties(deal: Deal): Promise<void>;
}

/** Why a sender could not be told. */
export class SenderError extends Error {
  override readonly name = 'SenderError';
  readonly code: string;
  readonly isRetryable: boolean;
  /** Milliseconds, where the receiver said so. */
  readonly retryAfter: number | undefined;
  /** In the receiver's own words, for those who may see the deal: it may quote what was sent. */
  readonly explanation: string | undefined;

  constructor(code: string, isRetryable: boolean, retryAfter?: number, explanation?: string) {
    super(code);
    this.code = code;
    this.isRetryable = isRetryable;
    this.retryAfter = retryAfter;
    this.explanation = explanation;
  }
}
