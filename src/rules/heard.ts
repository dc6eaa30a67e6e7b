import type { Deal, DeclineReason, Registration } from '../deals/deal.ts';
import type { OwnFields } from '../deals/partner-center.ts';
import type { Incoming } from './receive.ts';

/** A referral as Partner Center has it now, in the words of a deal. */
export interface Heard {
  id: string;
  engagementId: string | undefined;
  eTag: string | undefined;
  /** ISO 8601 UTC with milliseconds, cut. */
  updatedAt: string | undefined;
  status: Deal['status'];
  /** Since when it stands so. */
  at: string;
  /** D3, W2: why it was declined or lost. */
  reason: DeclineReason | undefined;
  fields: OwnFields;
  /** Which of its people are known here: person ids by e-mail address in small letters. */
  people: ReadonlyMap<string, string>;
  /** T1: who takes part in a deal of the organisation's own, as far as its referral says. */
  parties: Deal['parties'];
  /** As intake would take it, while it waits for an answer. */
  incoming: Pick<Incoming, 'opportunity' | 'contentHash' | 'standing'>;
  /** G4. */
  registration: Registration['status'] | undefined;
}
