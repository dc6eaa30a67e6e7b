import { LRUCache } from 'lru-cache';
import { dayIn, dayMilliseconds, timeIn } from '../clock.ts';
import type { Deal } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';

/** N6: a week before the close date, on it, and weekly after it, at most four times. */
const steps = [-7, 0, 7, 14, 21, 28];

/** The hour of the day, in the time zone given, at which the team is reminded. */
const reminderHour = 9;

/**
 * N6: the reminders of an accepted deal's close date that are still to come. `timeZone`: IANA, whose morning it is.
 */
export function plannedCloseReminders(
  { closeDate }: Pick<Deal, 'closeDate'>,
  timeZone: string,
  now: number,
): PlannedNotice[] {
  if (closeDate === undefined) return [];
  const closing = morningOf(closeDate, timeZone);
  return steps
    .map((days) => ({ task: { kind: 'remindClose', days } as const, dueAt: closing + days * dayMilliseconds }))
    .filter(({ dueAt }) => dueAt > now);
}

const lastMornings = new LRUCache<string, number>({ max: 2000 });

/** The instant of nine o'clock on a day in a time zone; across a change of clocks within the hour. */
function morningOf(day: string, timeZone: string): number {
  const key = `${day} ${timeZone}`;
  const known = lastMornings.get(key);
  if (known !== undefined) return known;
  const morning = foundMorning(day, timeZone);
  lastMornings.set(key, morning);
  return morning;
}

function foundMorning(day: string, timeZone: string): number {
  const utc = Date.parse(`${day}T${String(reminderHour).padStart(2, '0')}:00:00.000Z`);
  const [hour = 0, minute = 0] = timeIn(timeZone, utc).split(':').map(Number);
  const there = dayIn(timeZone, utc);
  const days = there === day ? 0 : there > day ? 1 : -1;
  return utc - ((days * 24 + hour - reminderHour) * 60 + minute) * 60_000;
}
