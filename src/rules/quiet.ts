import { dayIn, dayMilliseconds, instant } from '../clock.ts';
import type { Deal } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import type { Settings } from '../organisations/organisation.ts';
import type { PersonActor } from './actor.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { isOnTeam, mayAnswer, maySee } from './permissions.ts';

/** "Not now" and "not me" on a personal reminder. */
export type Quiet =
  /** N2: no more reminders to answer it. There is no "not now": the next step before respond-by is that, and expiry does not wait. */
  | { kind: 'quiet'; of: 'answer' }
  /** N6. `until`: milliseconds since the epoch; absent: for good. */
  | { kind: 'quiet'; of: 'close'; until?: number };

type Reminders = Quiet['of'];

/**
 * Keeps one person's reminders of this deal away, to answer it or of its close date, each for itself: who leaves the answer to others
 * and is then put on the team hears of the close date. No change of the deal itself, and none at all where nobody is reminded so.
 */
export function quiet(deal: Deal, command: Quiet, actor: PersonActor, settings: Settings): Outcome {
  const { of } = command;
  const { personId } = actor;
  const forbidden = of === 'answer' ? mayAnswer(actor, deal.orgId, settings) : maySee(actor, deal.orgId);
  if (forbidden !== undefined) return refused(forbidden);
  const isReminded =
    of === 'answer' ? deal.status === 'received' : deal.status === 'accepted' && isOnTeam(deal, personId);
  if (!isReminded) return unchanged(deal);
  const until = of === 'close' ? command.until : undefined;
  const others = deal.quiet.filter((one) => one.personId !== personId || one.of !== of);
  const mine = { personId, of, ...(until === undefined ? {} : { until: instant(until) }) };
  const notices = until === undefined ? [] : plannedAfterSnooze(deal, actor, until);
  return { ok: true, deal: { ...deal, quiet: [...others, mine] }, notices, changed: true };
}

/** "Remind me in 3 days" is a reminder in three days, whenever the team's next one is. */
function plannedAfterSnooze({ closeDate }: Deal, { personId, timeZone }: PersonActor, until: number): PlannedNotice[] {
  if (closeDate === undefined) return [];
  const days = (Date.parse(dayIn(timeZone, until)) - Date.parse(closeDate)) / dayMilliseconds;
  return [{ task: { kind: 'remindClosePerson', personId, days }, dueAt: until }];
}

/** Whether a person does not want to be reminded of this deal so now. `now`: milliseconds since the epoch. */
export function isQuietFor(deal: Deal, personId: string, of: Reminders, now: number): boolean {
  return deal.quiet.some(
    (one) => one.personId === personId && one.of === of && (one.until === undefined || Date.parse(one.until) > now),
  );
}
