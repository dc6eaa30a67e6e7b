import { z } from 'zod';
import { Instant } from './opportunity.ts';

/**
 * Something that must happen because of a change: saved inside the deal with it, carried out later by whoever claims it
 * (design.md). `expand`-like tasks (announce, remind, tellSender) become one delivery for each receiver when they are
 * due, so that a crash repeats one message at the most.
 */
export const Task = z.discriminatedUnion('kind', [
  /** N1: find the subscriptions that want this opportunity. */
  z.object({ kind: z.literal('announce') }),
  /** N1: post the card to one of them. */
  z.object({ kind: z.literal('post'), subscriptionId: z.string() }),
  /** N4: bring one posted copy of the card up to date. */
  z.object({ kind: z.literal('update'), postingId: z.string() }),
  /** The card says how long is left: bring the copies up to date once a day. */
  z.object({ kind: z.literal('countdown') }),
  /** N2: find who is to be reminded. `days` before respond-by. */
  z.object({ kind: z.literal('remind'), days: z.number() }),
  z.object({ kind: z.literal('remindThread'), postingId: z.string(), days: z.number() }),
  z.object({ kind: z.literal('remindPerson'), personId: z.string(), days: z.number() }),
  /** L5: the answer time ends. */
  z.object({ kind: z.literal('expire') }),
  /** N3: tell a channel that the opportunity expired. */
  z.object({ kind: z.literal('expiredThread'), postingId: z.string() }),
  /** N5: tell the sender. */
  z.object({ kind: z.literal('tellSender') }),
  /** N5, where the sender is an organisation on this service: a card to one of its subscriptions. */
  z.object({ kind: z.literal('tellSenderHere'), orgId: z.string(), subscriptionId: z.string() }),
  /** I7: make the partner's opportunity out of an invitation. */
  z.object({ kind: z.literal('sendInvitation'), invitationId: z.string() }),
  /** I3, I7, W3: tell the inviter how this organisation's deal stands. */
  z.object({ kind: z.literal('tellInviter') }),
  /** W3: tell an invited partner how the inviter's deal ended. */
  z.object({ kind: z.literal('tellPartner'), invitationId: z.string() }),
  /**
   * I7, W3, C9: find whom of the own organisation to tell of another party's answer or outcome. `party`: an invitation's id,
   * `microsoft`, `inviter`, or `partnerCenter`, where an answer given here was overruled.
   */
  z.object({ kind: z.literal('partyAnswered'), party: z.string() }),
  z.object({ kind: z.literal('partyAnsweredHere'), party: z.string(), subscriptionId: z.string() }),
  z.object({ kind: z.literal('partyAnsweredThread'), party: z.string(), postingId: z.string() }),
  z.object({ kind: z.literal('partyAnsweredPerson'), party: z.string(), personId: z.string() }),
  /** C9, N8: Microsoft's time ends. */
  z.object({ kind: z.literal('microsoftSilent') }),
  /** N8: tell somebody of the team that it has ended. */
  z.object({ kind: z.literal('microsoftSilentPerson'), personId: z.string() }),
  /** N6: find who is to be reminded of the close date. `days` after it: -7, 0, 7 … */
  z.object({ kind: z.literal('remindClose'), days: z.number() }),
  z.object({ kind: z.literal('remindClosePerson'), personId: z.string(), days: z.number() }),
  /** N7: somebody was added to the team by somebody else. */
  z.object({ kind: z.literal('tellTeamMember'), personId: z.string() }),
  /** Bring the referral in Partner Center to where the deal stands. */
  z.object({ kind: z.literal('sync') }),
  /** Give up what Partner Center refuses, for what it says. */
  z.object({ kind: z.literal('takeOver') }),
  /** Ask Partner Center how the referrals of the parties that were invited there stand. */
  z.object({ kind: z.literal('hearParties') }),
]);
export type Task = z.infer<typeof Task>;

const noticeStates = ['waiting', 'done', 'dropped', 'failed'] as const;

/** One line of the deal's ledger: what is to be carried out or was, with its state and reason. */
export const Notice = z.object({
  /** Says what it is for, so that the same notice is never planned twice: `remind:3`, `update:<posting>`. */
  id: z.string(),
  task: Task,
  state: z.enum(noticeStates),
  dueAt: Instant,
  attempts: z.number().int(),
  /** How many of them ended without a clear answer: the message may stand there. */
  unclear: z.number().int().optional(),
  /** Counts how often the notice was asked for: a result is written only to the request that it was carried out for. */
  revision: z.number().int(),
  /** When it was last tried. */
  triedAt: Instant.optional(),
  /** Why it failed, waits again or was dropped: a code, for the ledger. */
  reason: z.string().optional(),
});
export type Notice = z.infer<typeof Notice>;

/** A notice as a rule asks for it. */
export interface PlannedNotice {
  task: Task;
  /** Milliseconds since the epoch. */
  dueAt: number;
}
