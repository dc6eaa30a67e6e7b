import type { Deal } from '../deals/deal.ts';
import type { Person, Subscription } from '../organisations/organisation.ts';

/** What the dispatcher must know of the rest of the house to find the receivers of a notice. */
export interface World {
  /** The active subscriptions of an organisation that want this deal (N1). */
  subscribersOf(deal: Deal): Promise<Subscription[]>;
  /** All active subscriptions of an organisation. */
  subscriptionsOf(orgId: string): Promise<Subscription[]>;
  /** Everybody who may answer this deal (N2). */
  answerersOf(deal: Deal): Promise<Person[]>;
  /** Everybody of the deal's team whom the organisation knows (N6). */
  teamOf(deal: Deal): Promise<Person[]>;
  /** Who is told of another party's answer: the team, and whose own answer came to nothing by it. `party`: as in the task. */
  concerned(deal: Deal, party: string): Promise<Person[]>;
}
