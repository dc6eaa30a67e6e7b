import { z } from 'zod';

/** L1. */
export const statuses = ['received', 'accepted', 'won', 'lost', 'declined', 'expired'] as const;
export const Status = z.enum(statuses);
export type Status = z.infer<typeof Status>;
