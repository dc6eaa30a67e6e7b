import { dayIn, dayMilliseconds, instant } from '../clock.ts';
import type { Deal } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import type { PersonActor } from './actor.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { isOnTeam, maySee } from './permissions.ts';

/** N6: "not now" and "not me" on a personal reminder. */
export interface Quiet {
  kind: 'quiet';
  /** Milliseconds since the epoch; absent: for good. */
  until?: number;
}

/**
 * Keeps one person's reminders of this deal away: for good, or until they are reminded then. No change of the deal itself, and none at
 * all of one that nobody is reminded of.
 */
export function quiet(deal: Deal, { until }: Quiet, actor: PersonActor): Outcome {
  const forbidden = maySee(actor, deal.orgId);
  if (forbidden !== undefined) return refused(forbidden);
  const { personId } = actor;
  if (deal.status !== 'accepted' || !isOnTeam(deal, personId)) return unchanged(deal);
  const others = deal.quiet.filter((one) => one.personId !== personId);
  const mine = { personId, ...(until === undefined ? {} : { until: instant(until) }) };
  const notices = until === undefined ? [] : plannedAfterSnooze(deal, actor, until);
  return { ok: true, deal: { ...deal, quiet: [...others, mine] }, notices, changed: true };
}

/** "Remind me in 3 days" is a reminder in three days, whenever the team's next one is. */
function plannedAfterSnooze({ closeDate }: Deal, { personId, timeZone }: PersonActor, until: number): PlannedNotice[] {
  if (closeDate === undefined) return [];
  const days = (Date.parse(dayIn(timeZone, until)) - Date.parse(closeDate)) / dayMilliseconds;
  return [{ task: { kind: 'remindClosePerson', personId, days }, dueAt: until }];
}

/** Whether a person does not want to be reminded of this deal now. `now`: milliseconds since the epoch. */
export function isQuietFor(deal: Deal, personId: string, now: number): boolean {
  return deal.quiet.some(
    (one) => one.personId === personId && (one.until === undefined || Date.parse(one.until) > now),
  );
}
