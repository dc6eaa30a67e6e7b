import { z } from 'zod';

const Account = z.object({
  id: z.string().max(500),
  name: z.string().max(500).optional(),
  aadObjectId: z.string().max(100).optional(),
});

/**
 * What the bot reads of an activity, and nothing else. Everything in it came over the wire: even where Teams signed the request, a
 * person wrote the text and a client the card's data.
 */
export const Activity = z.object({
  type: z.string(),
  id: z.string().max(500).optional(),
  name: z.string().max(200).optional(),
  action: z.string().max(100).optional(),
  text: z.string().optional(),
  value: z.unknown().optional(),
  locale: z.string().max(50).optional(),
  localTimezone: z.string().max(100).optional(),
  replyToId: z.string().max(500).optional(),
  from: Account.optional(),
  recipient: Account.optional(),
  membersAdded: z.array(Account).optional(),
  membersRemoved: z.array(Account).optional(),
  entities: z
    .array(z.looseObject({ type: z.string(), mentioned: Account.optional(), text: z.string().optional() }))
    .optional(),
  conversation: z.object({
    id: z.string().max(1000),
    conversationType: z.string().max(50).optional(),
    tenantId: z.string().max(100).optional(),
  }),
  channelData: z
    .looseObject({
      eventType: z.string().optional(),
      tenant: z.looseObject({ id: z.string().max(100) }).optional(),
      team: z.looseObject({ id: z.string().max(500).optional() }).optional(),
      channel: z.looseObject({ id: z.string().max(500).optional() }).optional(),
    })
    .optional(),
});
export type Activity = z.infer<typeof Activity>;

/** Teams says the tenant in one of two places. */
export function tenantOf(activity: Activity): string | undefined {
  return activity.conversation.tenantId ?? activity.channelData?.tenant?.id;
}
