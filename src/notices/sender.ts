import type { Deal } from '../deals/deal.ts';

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

/** Partner Center, as far as an answer to a referral needs it. */
export interface PartnerCenter {
  /** Resolves when the referral stands as the deal does. @throws {SenderError} */
  answer(deal: Deal): Promise<void>;
  /** Hands a request for Microsoft's help in (C7). @throws {SenderError} */
  inviteMicrosoft(deal: Deal): Promise<void>;
  /** Invites a partner that is no organisation on this service (I1). @throws {SenderError} */
  invitePartner(deal: Deal, invitationId: string): Promise<void>;
  /** Hands a registration in (G1). @throws {SenderError} */
  register(deal: Deal): Promise<void>;
}

/** Why a sender could not be told. */
export class SenderError extends Error {
  override readonly name = 'SenderError';
  readonly code: string;
  readonly isRetryable: boolean;
  /** Milliseconds, where the receiver said so. */
  readonly retryAfter: number | undefined;

  constructor(code: string, isRetryable: boolean, retryAfter?: number) {
    super(code);
    this.code = code;
    this.isRetryable = isRetryable;
    this.retryAfter = retryAfter;
  }
}
