import { instant } from '../clock.ts';
import { type Deal, type HistoryEntry, solutionsOf } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import { type OwnField, ownFieldsOf, type PartnerCenterPart } from '../deals/partner-center.ts';
import { isSame } from '../deals/same.ts';
import type { Settings } from '../organisations/organisation.ts';
import { type Actor, doerOf } from './actor.ts';
import { plannedForNewMembers } from './change.ts';
import { plannedForPartners } from './close.ts';
import { plannedCloseReminders } from './close-reminders.ts';
import type { Heard } from './heard.ts';
import { plannedUpdates, plannedWhileReceived } from './notices.ts';
import { type Outcome, unchanged } from './outcome.ts';
import { cut, identity, isInStep, isTerminal, knowing, singleFields, solutionKeys } from './partner-center.ts';
import { revise } from './revise.ts';

export interface PartnerCenterChanged {
  kind: 'partnerCenterChanged';
  heard: Heard;
  /** Somebody gave up what Partner Center refuses: what is there stands, whatever was changed here. */
  takesOver?: boolean;
}

/**
 * What the referral says is taken into the deal. Partner Center is the record for the status, and an end there is final here, too, where
 * L3 and L6 say otherwise of the deal alone: then the answer that was given here came to nothing, and is told so. Of other fields, one
 * that was changed on one side only is the other's, too; of one that was changed on both, the later change stands, and the history says
 * what it replaced. What was read before, or is older, changes nothing.
 */
export function partnerCenterChanged(
  deal: Deal,
  { heard, takesOver = false }: PartnerCenterChanged,
  actor: Actor,
  now: number,
  settings: Settings,
): Outcome {
  const part: PartnerCenterPart = deal.partnerCenter ?? { invitations: {} };
  if (part.id !== undefined && part.id !== heard.id) return unchanged(deal);
  if (!takesOver && isKnown(part, heard)) return unchanged(deal);

  const course = courseOf(deal, heard, takesOver);
  const standing = course === 'follow' || course === 'overrule' ? standingAs(deal, heard, actor) : deal;
  // Nobody here has said anything of a deal that was answered there.
  const isTheirs = takesOver || isTerminal(heard.status) || (course === 'follow' && deal.status === 'received');
  const merged = mergesFields(standing, heard, course) ? mergeFields(standing, heard, isTheirs, actor, now) : standing;
  const revised = revisedWhileWaiting(merged, heard, actor, now, settings);
  const registered = registeredAs(revised, heard);
  const after = knowing(registered, heard, { before: deal, takesOver, isPending: course === 'pending' });
  if (isSame(after, deal)) return unchanged(deal);
  const isTold = course === 'overrule' && !takesOver && deal.status !== 'expired';
  return {
    ok: true,
    deal: isTold ? withOverruled(after, deal, now) : after,
    notices: [
      ...(looksDifferent(deal, after) ? plannedUpdates(after, now) : []),
      ...plannedOfStatus(deal, after, settings.timeZone, settings.reminderDays, now),
      ...plannedForNewMembers(deal, after, actor, now),
      ...(isTold ? [{ task: { kind: 'partyAnswered', party: 'partnerCenter' } as const, dueAt: now }] : []),
    ],
    changed: true,
  };
}

/** The own write that comes back, the same event once more, or an older one that comes late. */
function isKnown({ eTag, updatedAt, there }: PartnerCenterPart, heard: Heard): boolean {
  if (there === undefined) return false;
  if (eTag !== undefined && eTag === heard.eTag) return true;
  return updatedAt !== undefined && heard.updatedAt !== undefined && heard.updatedAt < updatedAt;
}

/**
 * `same`; `follow`: Partner Center goes on where the deal stands still; `pending`: the deal has gone on, and Partner Center has not heard
 * of it; `overrule`: both have gone on, and apart.
 */
type Course = 'same' | 'follow' | 'pending' | 'overrule';

function courseOf({ status: ours }: Deal, { status: theirs }: Heard, takesOver: boolean): Course {
  if (ours === theirs) return 'same';
  if (theirs === 'received') return takesOver ? 'overrule' : 'pending';
  if (ours === 'received') return 'follow';
  if (ours === 'accepted') return theirs === 'won' || theirs === 'lost' ? 'follow' : 'overrule';
  const isOnItsWay = theirs === 'accepted' && (ours === 'won' || ours === 'lost');
  return isOnItsWay && !takesOver ? 'pending' : 'overrule';
}

/** The deal as the referral stands: its answer, its outcome and its history. */
function standingAs(deal: Deal, { status, at, reason, incoming }: Heard, actor: Actor): Deal {
  const by = doerOf(actor);
  const from = 'partner-center' as const;
  const entry: HistoryEntry = { what: historyOf(deal, status), by, at, from };
  const history = [...deal.history, { ...entry, changes: { status: { before: deal.status, after: status } } }];
  const { answer, outcome, ...rest } = deal;
  switch (status) {
    case 'received':
      return { ...rest, status, history, respondBy: incoming.opportunity.expiresAt ?? deal.respondBy };
    case 'accepted': {
      const accepted = answer?.status === 'accepted' ? answer : { status, by, at, from };
      return { ...rest, status, history, answer: accepted };
    }
    case 'declined':
    case 'expired':
      return { ...rest, status, history, answer: { status, by, at, from, reason } };
    case 'won':
    case 'lost':
      return {
        ...rest,
        status,
        history,
        ...(answer?.status === 'accepted' || deal.direction === 'outbound' ? { answer } : {}),
        outcome: { status, by, at, from, reason },
      };
  }
}

function historyOf(deal: Deal, status: Deal['status']): HistoryEntry['what'] {
  if (status === 'received') return 'takenOver';
  return deal.status === 'received' || (deal.status === 'accepted' && (status === 'won' || status === 'lost'))
    ? status
    : 'overruled';
}

/** Fields are the own organisation's once it has answered; of a deal that had ended before, nothing changes any more (L6). */
function mergesFields({ status }: Deal, heard: Heard, course: Course): boolean {
  if (heard.status === 'received' || status === 'received') return false;
  return !(isTerminal(status) && (course === 'same' || course === 'pending'));
}

/** `isFinal`: what is there stands, whatever was changed here: what ended there cannot be changed there any more. */
function mergeFields(deal: Deal, heard: Heard, isFinal: boolean, actor: Actor, now: number): Deal {
  const { there, brought } = deal.partnerCenter ?? {};
  const taken: Changes = {};
  const overwritten: Changes = {};
  const after: Record<string, unknown> = {};

  for (const field of singleFields) {
    const ours = deal[field];
    const theirs = cut(field, heard.fields[field]);
    // A deal is never left without what it must have (A1).
    if (theirs === undefined && (field === 'name' || field === 'value' || field === 'closeDate')) continue;
    if (isSame(ours, theirs)) continue;
    const isTheirs = there !== undefined && !isSame(cut(field, there.fields[field]), theirs);
    const isOurs = brought === undefined ? !isFinal : !isSame(brought.fields[field], ours);
    const theirsStands = isFinal || (isTheirs && (!isOurs || isLater(heard, deal, field)));
    if (theirsStands) {
      after[field] = theirs;
      (isOurs ? overwritten : taken)[field] = { before: ours, after: theirs };
    } else if (isTheirs) {
      overwritten[field] = { before: theirs, after: ours };
    }
  }

  const solutions = mergedSolutions(deal, heard, isFinal);
  if (solutions !== undefined) {
    after.solutions = solutions;
    taken.solutions = { before: solutionsOf(deal), after: solutions };
  }
  const team = mergedTeam(deal, heard);
  if (!isSame(team, deal.team)) {
    after.team = team;
    taken.team = { before: deal.team, after: team };
  }
  const note = newNote(deal, heard);
  const by = doerOf(actor);
  const at = heard.updatedAt ?? instant(now);
  const stamp = { by, at, from: 'partner-center' } as const;
  const history: HistoryEntry[] = [
    ...(Object.keys(taken).length > 0 ? [{ what: 'edited', ...stamp, changes: taken } as const] : []),
    ...(Object.keys(overwritten).length > 0 ? [{ what: 'merged', ...stamp, changes: overwritten } as const] : []),
    ...(note === undefined ? [] : [{ what: 'noted', ...stamp } as const]),
  ];
  if (history.length === 0) return deal;
  return {
    ...deal,
    ...after,
    notes: note === undefined ? deal.notes : [...deal.notes, { text: note, by, at }],
    history: [...deal.history, ...history],
  };
}

type Changes = NonNullable<HistoryEntry['changes']>;

/** Whether Partner Center's change of a field came after the last one here. */
function isLater({ updatedAt }: Heard, { history }: Deal, field: OwnField): boolean {
  const last = history.findLast(({ changes, from }) => changes?.[field] !== undefined && from !== 'partner-center');
  return last === undefined || updatedAt === undefined || updatedAt > last.at;
}

/** E1: the solutions as they are there, where they were changed there. Undefined: the deal's own stand. */
function mergedSolutions(deal: Deal, { fields, updatedAt }: Heard, isFinal: boolean): Deal['solutions'] | undefined {
  const { there, brought } = deal.partnerCenter ?? {};
  const keys = solutionKeys;
  const ours = solutionsOf(deal);
  // E2: never fewer than one.
  if (fields.solutions.length === 0 || isSame(keys(fields.solutions), keys([...ours]))) return undefined;
  const isTheirs = there !== undefined && !isSame(keys(there.fields.solutions), keys(fields.solutions));
  const isOurs = brought !== undefined && !isSame(keys(brought.fields.solutions), keys(ownFieldsOf(deal).solutions));
  const isLast = isLater({ updatedAt } as Heard, deal, 'solutions');
  if (!isFinal && !(isTheirs && (!isOurs || isLast))) return undefined;
  return fields.solutions
    .slice(0, 50)
    .map((theirs) => ours.find((own) => (own.id ?? own.name) === (theirs.id ?? theirs.name)) ?? theirs);
}

/** Whoever was added there joins, whoever was taken away there leaves (E2: not the last one), and nobody else does. */
function mergedTeam(deal: Deal, { fields, people }: Heard): Deal['team'] {
  const before = new Set((deal.partnerCenter?.there?.fields.team ?? []).map(identity));
  const there = new Set(fields.team.map(identity));
  const here = new Set(deal.team.map(identity));
  const stayed = deal.team.filter((member) => there.has(identity(member)) || !before.has(identity(member)));
  const joined = fields.team
    .filter((member) => !here.has(identity(member)) && !before.has(identity(member)))
    .map((member) => {
      const personId = people.get(member.email?.toLowerCase() ?? '');
      return personId === undefined ? member : { ...member, personId };
    });
  const team = [...stayed, ...joined].slice(0, 50);
  return team.length === 0 ? deal.team : team;
}

/** E4: what was written there since it was read last, without what came from here. Nothing is taken away. */
function newNote(deal: Deal, { fields }: Heard): string | undefined {
  const before = deal.partnerCenter?.there?.fields.notes ?? '';
  const text = fields.notes ?? '';
  if (text === '' || squeezed(text) === squeezed(before)) return undefined;
  const known = [before, deal.opportunity.notes ?? '', ...deal.notes.map((note) => note.text)].filter(
    (one) => one.trim() !== '',
  );
  // The longest first: one note may be a part of another.
  const rest = known
    .sort((a, b) => b.length - a.length)
    .reduce((left, one) => left.replace(squeezed(one), ' '), squeezed(text))
    .trim();
  if (rest === '') return undefined;
  // With its own line breaks, where only something was added to what stood there.
  const added = text.startsWith(before) ? text.slice(before.length).trim() : '';
  return (squeezed(added) === rest ? added : rest).slice(0, 4000);
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** While nobody has answered on either side, the opportunity follows the sender. */
function revisedWhileWaiting(
  deal: Deal,
  { status, incoming }: Heard,
  actor: Actor,
  now: number,
  settings: Settings,
): Deal {
  if (deal.status !== 'received' || status !== 'received') return deal;
  const outcome = revise(deal, incoming, actor, now, settings);
  return outcome.ok ? outcome.deal : deal;
}

/** G4: how the registration stands. It is no change of the deal. */
function registeredAs(deal: Deal, { registration: status }: Heard): Deal {
  const { registration, partnerCenter } = deal;
  if (registration === undefined || status === undefined || registration.status === status) return deal;
  // What was handed in again has not been looked at yet.
  if (registration.at !== partnerCenter?.brought?.registrationAt) return deal;
  return { ...deal, registration: { ...registration, status } };
}

function withOverruled(deal: Deal, before: Deal, now: number): Deal {
  const by = before.outcome?.by ?? before.answer?.by;
  const overruled = { status: before.status, personId: by?.personId, at: instant(now) };
  return deal.partnerCenter === undefined ? deal : { ...deal, partnerCenter: { ...deal.partnerCenter, overruled } };
}

/** N4: whether the card shows anything of it. */
function looksDifferent(before: Deal, after: Deal): boolean {
  return (
    before.history.length !== after.history.length ||
    isInStep(before) !== isInStep(after) ||
    before.registration?.status !== after.registration?.status ||
    before.partnerCenter?.refusal !== after.partnerCenter?.refusal
  );
}

/** N2, N3, N6, W3: what follows from the new status, and from another close date. */
function plannedOfStatus(
  before: Deal,
  after: Deal,
  timeZone: string,
  reminderDays: readonly number[],
  now: number,
): PlannedNotice[] {
  if (after.status === 'received') {
    const isRevised = before.status === 'received' && before.respondBy === after.respondBy;
    return isRevised ? [] : plannedWhileReceived(after.respondBy, reminderDays, now);
  }
  if (after.status === 'accepted') {
    const isNew = before.status !== 'accepted' || before.closeDate !== after.closeDate;
    return isNew ? plannedCloseReminders(after, timeZone, now) : [];
  }
  if (before.status === after.status) return [];
  if (after.status === 'expired') {
    return after.postings.map(({ id }) => ({ task: { kind: 'expiredThread', postingId: id } as const, dueAt: now }));
  }
  return after.status === 'won' || after.status === 'lost' ? plannedForPartners(after, now) : [];
}
