import type { Doer, Origin } from '../deals/deal.ts';
import type { Role } from '../organisations/organisation.ts';

/** A person of an organisation, as Teams and the store know them at this moment. */
export interface PersonActor {
  kind: 'person';
  orgId: string;
  personId: string;
  name: string;
  email?: string | undefined;
  phone?: string | undefined;
  roles: readonly Role[];
  guest: boolean;
  /** IANA: "today" is theirs. */
  timeZone: string;
  /** L7: absent where they press and type themselves, in Teams. */
  from?: 'bulk';
}

/** Who asks for a change. The sender speaks through intake or Partner Center, the clock through the dispatcher. */
export type Actor =
  | PersonActor
  | { kind: 'sender'; name: string; from: 'api' | 'partner-center' | 'organisation' }
  | { kind: 'clock' };

export function doerOf(actor: Actor): Doer {
  if (actor.kind === 'person') return { kind: 'person', personId: actor.personId, name: actor.name };
  return actor.kind === 'sender' ? { kind: 'sender', name: actor.name } : { kind: 'clock' };
}

export function originOf(actor: Actor): Origin {
  if (actor.kind === 'person') return actor.from ?? 'teams';
  return actor.kind === 'sender' ? actor.from : 'clock';
}
