import { z } from 'zod';

/**
 * Where a message can be sent, in our own form: a later SDK must be able to read what this one stored (facts/teams.md 4.4).
 * The messenger alone knows what it means.
 */
export const Address = z.object({
  version: z.literal(1),
  serviceUrl: z.url(),
  tenantId: z.string(),
  scope: z.enum(['personal', 'groupChat', 'channel']),
  /** Without `;messageid=`: the channel or chat, not a thread of it. */
  conversationId: z.string().min(1).max(500),
  bot: z.object({ id: z.string(), name: z.string() }),
  /** Of a channel: its team, whose removal ends the subscriptions of all its channels. */
  teamId: z.string().optional(),
});
export type Address = z.infer<typeof Address>;

/** A message that stands somewhere: enough to reply to it and to change it. */
export const SentMessage = z.object({
  address: Address,
  /** The conversation of its thread: in a channel with `;messageid=`. */
  threadId: z.string(),
  messageId: z.string(),
});
export type SentMessage = z.infer<typeof SentMessage>;
