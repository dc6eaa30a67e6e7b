import type { Logger } from 'pino';
import type { Rendered } from '../cards/index.ts';
import type { Clock } from '../src/clock.ts';
import type { Address, SentMessage } from '../src/deals/address.ts';
import type { Desk } from '../src/deals/desk.ts';
import type { Views } from '../src/deals/views.ts';
import type { Directory } from '../src/directory/port.ts';
import type { Recent } from '../src/directory/recent.ts';
import type { Drafts } from '../src/drafts/draft.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Organisation, Person } from '../src/organisations/organisation.ts';
import type { Organisations } from '../src/organisations/organisations.ts';
import type { People } from '../src/organisations/people.ts';
import type { Subscriptions } from '../src/organisations/subscriptions.ts';
import type { PersonActor } from '../src/rules/actor.ts';
import type { Activity } from './activity.ts';
import type { Connector } from './connector.ts';
import type { Outsiders } from './outsiders.ts';

/** What the handlers work with: made once by `main`. */
export interface House {
  desk: Desk;
  drafts: Drafts;
  directory: Directory;
  recent: Recent;
  views: Views;
  organisations: Organisations;
  people: People;
  subscriptions: Subscriptions;
  connector: Connector;
  outsiders: Outsiders;
  clock: Clock;
  log: Logger;
}

/** What a handler gives back: a card, or a short text where a card would say no more. */
export type Answer = { card: Rendered } | { text: string };

/** One activity of somebody who may be here (V3), with all that a handler needs to know of them. */
export interface Turn {
  house: House;
  activity: Activity;
  organisation: Organisation;
  person: Person;
  actor: PersonActor;
  reader: Reader;
  address: Address;
  log: Logger;
  /** Sends an answer into the conversation: in a channel into the thread of what was written. */
  reply(answer: Answer): Promise<SentMessage>;
}
