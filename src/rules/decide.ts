import type { Deal } from '../deals/deal.ts';
import type { Organisation } from '../organisations/organisation.ts';
import { type Accept, accept } from './accept.ts';
import type { Actor, PersonActor } from './actor.ts';
import { type Lose, lose, type Win, win } from './close.ts';
import { type Decline, decline } from './decline.ts';
import { type Edit, edit } from './edit.ts';
import { expire } from './expire.ts';
import { type Favourite, favourite } from './favourite.ts';
import { type InviteMicrosoft, type InvitePartner, inviteMicrosoft, invitePartner } from './invite.ts';
import { type InviterClosed, inviterClosed } from './inviter-closed.ts';
import { type MicrosoftAnswered, microsoftAnswered } from './microsoft-answered.ts';
import { type Note, note } from './note.ts';
import type { Outcome } from './outcome.ts';
import { type PartnerCenterChanged, partnerCenterChanged } from './partner-center-changed.ts';
import {
  type Announce,
  announce,
  type LinkReferral,
  linkReferral,
  type Resume,
  resume,
  type SyncAgain,
  syncAgain,
  type TakeOver,
  takeOver,
} from './partner-center-steps.ts';
import { type PartnerChanged, partnerChanged } from './partner-changed.ts';
import { type Quiet, quiet } from './quiet.ts';
import type { Incoming } from './receive.ts';
import { type Register, register } from './register.ts';
import { revise } from './revise.ts';

/** What a person may ask for. */
export type PersonCommand =
  | Accept
  | Decline
  | Edit
  | Note
  | InviteMicrosoft
  | InvitePartner
  | Win
  | Lose
  | Register
  | Favourite
  | Quiet
  | SyncAgain
  | TakeOver;

/** What the other side tells: the sender, Microsoft, the organisation of an invited partner or of the inviter. */
type OutsideCommand =
  | { kind: 'revise'; incoming: Incoming }
  | MicrosoftAnswered
  | PartnerChanged
  | PartnerCenterChanged
  | LinkReferral
  | Announce
  | Resume
  | InviterClosed;

/** A command with the actor that may give it. */
export type Request =
  | { command: PersonCommand; actor: PersonActor }
  | { command: OutsideCommand; actor: Extract<Actor, { kind: 'sender' }> }
  | { command: { kind: 'expire' }; actor: Extract<Actor, { kind: 'clock' }> };

/**
 * What becomes of a deal (design.md, "The way of a click"). Pure: no clock, no I/O.
 * `now`: milliseconds since the epoch; `organisation`: the deal's.
 */
export function decide(
  deal: Deal,
  { command, actor }: Request,
  now: number,
  { settings, partnerIds }: Pick<Organisation, 'settings' | 'partnerIds'>,
): Outcome {
  const person = actor as PersonActor;
  switch (command.kind) {
    case 'accept':
      return accept(deal, command, person, now, settings);
    case 'decline':
      return decline(deal, command, person, now, settings);
    case 'edit':
      return edit(deal, command, person, now);
    case 'note':
      return note(deal, command, person, now);
    case 'inviteMicrosoft':
      return inviteMicrosoft(deal, command, person, now);
    case 'invitePartner':
      return invitePartner(deal, command, person, now, settings, partnerIds);
    case 'win':
      return win(deal, command, person, now);
    case 'lose':
      return lose(deal, command, person, now);
    case 'register':
      return register(deal, command, person, now);
    case 'favourite':
      return favourite(deal, command, person);
    case 'quiet':
      return quiet(deal, command, person, settings);
    case 'revise':
      return revise(deal, command.incoming, actor, now, settings);
    case 'microsoftAnswered':
      return microsoftAnswered(deal, command, actor, now);
    case 'partnerChanged':
      return partnerChanged(deal, command, actor, now);
    case 'partnerCenterChanged':
      return partnerCenterChanged(deal, command, actor, now, settings);
    case 'linkReferral':
      return linkReferral(deal, command);
    case 'announce':
      return announce(deal, command, now);
    case 'resume':
      return resume(deal, now);
    case 'syncAgain':
      return syncAgain(deal, person, now);
    case 'takeOver':
      return takeOver(deal, person, now);
    case 'inviterClosed':
      return inviterClosed(deal, command, actor, now);
    case 'expire':
      return expire(deal, now);
  }
}
