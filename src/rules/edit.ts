import type { Deal, TeamMember } from '../deals/deal.ts';
import { Contact, Solution, solutionKinds } from '../deals/opportunity.ts';
import { isSame } from '../deals/same.ts';
import type { PersonActor } from './actor.ts';
import { changed, plannedForNewMembers, whyNotAccepted } from './change.ts';
import { plannedCloseReminders } from './close-reminders.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { mayChange } from './permissions.ts';
import { type Refusal, refusal } from './refusal.ts';
import { checkSolutions, checkTeam, checkValues, isPhone, type TypedContact } from './values.ts';

/** E1: one section at a time. `base`: the section as the person saw it when they began. */
export type Edit = { kind: 'edit' } & (
  | { section: 'details'; base: Details; values: Details }
  | { section: 'team'; base: TeamMember[]; values: TeamMember[] }
  | { section: 'solutions'; base: Solution[]; values: Solution[] }
);

/** E1's fields that are one value each, as they are typed. */
export interface Details {
  name: string;
  amount: string;
  currency: string;
  closeDate: string;
  crmId: string;
  campaignId: string;
}

/** The details of a deal as a form shows them. */
export function detailsOf(deal: Deal): Details {
  return {
    name: deal.name ?? '',
    amount: deal.value?.amount ?? '',
    currency: deal.value?.currency ?? '',
    closeDate: deal.closeDate ?? '',
    crmId: deal.crmId ?? '',
    campaignId: deal.campaignId ?? '',
  };
}

/** What of a deal a section is, in the form that `Edit` carries. */
export function sectionOf(deal: Deal, section: Edit['section']): Edit['base'] {
  if (section === 'details') return detailsOf(deal);
  return section === 'team' ? deal.team : [...(deal.solutions ?? deal.opportunity.solutions)];
}

/** E1, L6, V1: whether this person may edit this deal now. */
export function whyNotEditable(deal: Deal, actor: PersonActor): Refusal | undefined {
  return mayChange(actor, deal) ?? whyNotAccepted(deal);
}

/**
 * E1 to E3, V1: changes one section of an accepted deal. Refused with `changedMeanwhile` when somebody else has changed the section
 * since the person began: they are shown what, and keep what they typed.
 */
export function edit(deal: Deal, command: Edit, actor: PersonActor, now: number): Outcome {
  const forbidden = whyNotEditable(deal, actor);
  if (forbidden !== undefined) return refused(forbidden);
  const current = sectionOf(deal, command.section);
  if (isSame(current, trimmed(command.values))) return unchanged(deal);
  const [first, ...others] = checkEdit(deal, command, actor, now);
  if (first !== undefined) return refused(first, ...others);
  if (!isSame(current, command.base)) return refused(refusal('changedMeanwhile', 'E1'));

  if (command.section === 'team') {
    const after = { ...deal, team: trimmed(command.values) };
    return changed(deal, after, 'edited', actor, now, plannedForNewMembers(deal, after, actor, now));
  }
  if (command.section === 'solutions') {
    return changed(deal, { ...deal, solutions: trimmed(command.values) }, 'edited', actor, now);
  }
  const values = trimmed(command.values);
  const after: Deal = {
    ...deal,
    name: values.name,
    value: { amount: values.amount, currency: values.currency },
    closeDate: values.closeDate,
    crmId: values.crmId || undefined,
    campaignId: values.campaignId || undefined,
  };
  // A new close date begins its reminders anew (N6); the same one keeps them as they are.
  if (after.closeDate === deal.closeDate) return changed(deal, after, 'edited', actor, now);
  const notices = after.notices.filter(({ task }) => task.kind !== 'remindClose');
  const reminders = plannedCloseReminders(after, actor.timeZone, now);
  return changed(deal, { ...after, notices }, 'edited', actor, now, reminders);
}

/** E2, E3: everything that is wrong with one section, each at its field. */
export function checkEdit(deal: Deal, command: Edit, actor: PersonActor, now: number): Refusal[] {
  if (command.section === 'details') {
    return checkValues({ ...command.values, notes: '' }, actor.timeZone, now, deal.closeDate);
  }
  if (command.section === 'solutions') {
    return [...checkSolutions(command.values), ...(command.values.every(isSolution) ? [] : [noSolution])];
  }
  // Whoever is in the team already is left as they are, however Teams or a sender wrote their number.
  const typed = command.values.filter((member) => !deal.team.some((known) => isSame(known, member)));
  const wrong = typed.flatMap(({ name, phone = '', email = '' }) => checkMember({ name, phone, email }));
  return [...checkTeam(command.values), ...wrong.slice(0, 1)];
}

const noSolution = refusal('solutionNameMissing', 'C6', 'solution');

function isSolution(solution: Solution): boolean {
  return Solution.safeParse(solution).success;
}

/** C5: what is wrong with one person of the team. Only one of them needs all three, so a phone or an e-mail may be missing. */
export function checkMember({ name, phone, email }: TypedContact): Refusal[] {
  const refusals: Refusal[] = [];
  if (name.trim() === '') refusals.push(refusal('contactNameMissing', 'C5', 'contactName'));
  else if (name.trim().length > 200) refusals.push(refusal('nameTooLong', 'E3', 'contactName'));
  if (phone.trim() !== '' && !isPhone(phone)) refusals.push(refusal('phoneInvalid', 'C5', 'contactPhone'));
  if (!Contact.shape.email.safeParse(email.trim() || undefined).success) {
    refusals.push(refusal('contactEmailInvalid', 'C5', 'contactEmail'));
  }
  return refusals;
}

/** C6: what is wrong with a solution that is entered by hand. */
export function checkTypedSolution({ name, kind }: { name: string; kind: string }): Refusal[] {
  const refusals: Refusal[] = [];
  if (name.trim() === '') refusals.push(refusal('solutionNameMissing', 'C6', 'solution'));
  else if (name.trim().length > 200) refusals.push(refusal('nameTooLong', 'E3', 'solution'));
  if (!solutionKinds.some((known) => known === kind)) refusals.push(refusal('choiceMissing', 'C6', 'solutionKind'));
  return refusals;
}

/** Without the white space around what was typed, and without what was left empty in a list's entries. */
function trimmed<T extends Edit['values']>(values: T): T {
  if (Array.isArray(values)) {
    return values.map((entry) =>
      Object.fromEntries(
        Object.entries(entry)
          .map(([key, value]) => [key, typeof value === 'string' ? value.trim() : value] as const)
          .filter(([, value]) => value !== undefined && value !== ''),
      ),
    ) as unknown as T;
  }
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value.trim()])) as T;
}
