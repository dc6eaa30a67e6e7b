import { instant } from '../clock.ts';
import type { Deal, HistoryEntry, TeamMember } from '../deals/deal.ts';
import type { Settings } from '../organisations/organisation.ts';
import { doerOf, originOf, type PersonActor } from './actor.ts';
import { changesOf, plannedForNewMembers } from './change.ts';
import { plannedCloseReminders } from './close-reminders.ts';
import { plannedForSender, plannedUpdates } from './notices.ts';
import { whyNotOpen } from './open.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { mayAnswer } from './permissions.ts';
import { refusal } from './refusal.ts';
import { checkValues, isPhone, type TypedValues } from './values.ts';

export interface Accept extends TypedValues {
  kind: 'accept';
  /** The accepting person's own phone number, if they gave one. */
  phone: string;
  /** Others of the own organisation who will work on the deal (A2). */
  colleagues: TeamMember[];
  /** Picked ids that neither the organisation nor Teams knows. */
  unknownColleagues: string[];
}

/**
 * A1 to A4, V1, V2: an opportunity becomes an accepted deal, and who accepts joins its team. The same person's repeated click finds
 * the deal accepted by themselves and changes nothing.
 */
export function accept(deal: Deal, command: Accept, actor: PersonActor, now: number, settings: Settings): Outcome {
  const forbidden = mayAnswer(actor, deal.orgId, settings);
  if (forbidden !== undefined) return refused(forbidden);
  if (deal.status === 'accepted' && deal.answer?.by.personId === actor.personId) return unchanged(deal);
  const closed = whyNotOpen(deal, now);
  if (closed !== undefined) return refused(closed);

  const wrong = checkValues(command, actor.timeZone, now);
  const phone = command.phone.trim();
  if (phone !== '' && !isPhone(phone)) wrong.push(refusal('phoneInvalid', 'C5', 'phone'));
  if (command.unknownColleagues.length > 0) wrong.push(refusal('colleagueUnknown', 'A2', 'colleagues'));
  if (command.colleagues.length > 49) wrong.push(refusal('tooManyColleagues', 'C5', 'colleagues'));
  const [first, ...others] = wrong;
  if (first !== undefined) return refused(first, ...others);

  const by = doerOf(actor);
  const at = instant(now);
  const notes = command.notes.trim();
  const mine: TeamMember = {
    personId: actor.personId,
    name: actor.name,
    email: actor.email,
    phone: phone === '' ? actor.phone : phone,
  };
  const accepted: Deal = {
    ...deal,
    status: 'accepted',
    name: command.name.trim(),
    value: { amount: command.amount.trim(), currency: command.currency.trim() },
    closeDate: command.closeDate.trim(),
    crmId: command.crmId.trim() || undefined,
    campaignId: command.campaignId.trim() || undefined,
    team: [mine, ...command.colleagues.filter(({ personId }) => personId !== actor.personId)],
    notes: notes === '' ? deal.notes : [...deal.notes, { text: notes, by, at }],
    answer: { status: 'accepted', by, at, from: originOf(actor) },
  };
  const entry: HistoryEntry = { what: 'accepted', by, at, from: originOf(actor), changes: changesOf(deal, accepted) };
  const changed: Deal = { ...accepted, history: [...deal.history, entry] };
  return {
    ok: true,
    deal: changed,
    notices: [
      ...plannedUpdates(changed, now),
      ...plannedForSender(changed, now),
      ...plannedForNewMembers(deal, changed, actor, now),
      ...plannedCloseReminders(changed, actor.timeZone, now),
    ],
    changed: true,
  };
}
