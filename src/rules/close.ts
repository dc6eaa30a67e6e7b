import { instant } from '../clock.ts';
import { type Deal, DeclineReason } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import { doerOf, originOf, type PersonActor } from './actor.ts';
import { changed, whyNotAccepted } from './change.ts';
import { plannedForSender } from './notices.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { mayChange } from './permissions.ts';
import { type Refusal, refusal } from './refusal.ts';
import { checkCloseDate, checkMoney } from './values.ts';

/** W2: the final value and close date. */
export interface Win {
  kind: 'win';
  amount: string;
  currency: string;
  closeDate: string;
  notes: string;
}

/** W2, D1, D2. */
export interface Lose {
  kind: 'lose';
  reason: string;
  notes: string;
}

/** What is wrong with the form of a won deal; the form shows it before the second confirmation. */
export function checkWin(deal: Deal, command: Win, actor: PersonActor, now: number): Refusal[] {
  return [
    ...checkMoney(command.amount, command.currency, 'amount'),
    ...checkCloseDate(command.closeDate, actor.timeZone, now, deal.closeDate),
    ...checkNotes(command.notes),
  ];
}

/** What is wrong with the form of a lost deal (D1, D2). */
export function checkLose({ reason, notes }: Lose): Refusal[] {
  const refusals: Refusal[] = [];
  if (!DeclineReason.safeParse(reason).success) refusals.push(refusal('reasonMissing', 'D1', 'reason'));
  if (reason === 'other' && notes.trim() === '') refusals.push(refusal('notesNeeded', 'D2', 'notes'));
  return [...refusals, ...checkNotes(notes)];
}

/** W1, V1, L6: whether this person may close this deal now. */
export function whyNotCloseable(deal: Deal, actor: PersonActor): Refusal | undefined {
  return mayChange(actor, deal) ?? whyNotAccepted(deal);
}

/** W1 to W3: the deal is won. The same person's repeated click changes nothing. */
export function win(deal: Deal, command: Win, actor: PersonActor, now: number): Outcome {
  if (deal.outcome?.status === 'won' && deal.outcome.by.personId === actor.personId) return unchanged(deal);
  const forbidden = whyNotCloseable(deal, actor);
  if (forbidden !== undefined) return refused(forbidden);
  const [first, ...others] = checkWin(deal, command, actor, now);
  if (first !== undefined) return refused(first, ...others);
  const value = { amount: command.amount.trim(), currency: command.currency.trim() };
  return closed(
    { ...deal, value, closeDate: command.closeDate.trim() },
    deal,
    command.notes,
    { status: 'won' },
    actor,
    now,
  );
}

/** W1 to W3: the deal is lost. The same person's repeated click changes nothing. */
export function lose(deal: Deal, command: Lose, actor: PersonActor, now: number): Outcome {
  if (deal.outcome?.status === 'lost' && deal.outcome.by.personId === actor.personId) return unchanged(deal);
  const forbidden = whyNotCloseable(deal, actor);
  if (forbidden !== undefined) return refused(forbidden);
  const [first, ...others] = checkLose(command);
  if (first !== undefined) return refused(first, ...others);
  const reason = DeclineReason.parse(command.reason);
  return closed(deal, deal, command.notes, { status: 'lost', reason }, actor, now);
}

function closed(
  after: Deal,
  before: Deal,
  notes: string,
  how: { status: 'won' | 'lost'; reason?: DeclineReason },
  actor: PersonActor,
  now: number,
): Outcome {
  const by = doerOf(actor);
  const at = instant(now);
  const typed = notes.trim();
  const deal: Deal = {
    ...after,
    status: how.status,
    outcome: { ...how, by, at, from: originOf(actor) },
    notes: typed === '' ? after.notes : [...after.notes, { text: typed, by, at }],
  };
  return changed(before, deal, how.status, actor, now, [
    ...plannedForSender(deal, now),
    ...plannedForPartners(deal, now),
  ]);
}

/** W3: partners whose invitation is open or accepted are told. */
export function plannedForPartners({ invitations }: Deal, now: number): PlannedNotice[] {
  return invitations
    .filter(({ status }) => status === 'received' || status === 'accepted')
    .map(({ id }) => ({ task: { kind: 'tellPartner', invitationId: id }, dueAt: now }));
}

function checkNotes(notes: string): Refusal[] {
  return notes.trim().length > 4000 ? [refusal('notesTooLong', 'E3', 'notes')] : [];
}
