import { dayIn } from '../clock.ts';
import { isComplete, type TeamMember } from '../deals/deal.ts';
import { Amount, Contact, Currency, Day, type Solution } from '../deals/opportunity.ts';
import { type Field, type Refusal, refusal } from './refusal.ts';

/** What somebody typed into the fields of a deal, untouched. */
export interface TypedValues {
  name: string;
  amount: string;
  currency: string;
  closeDate: string;
  notes: string;
  crmId: string;
  campaignId: string;
}

/**
 * A1, E3: all that is wrong with what was typed, each at its field. `timeZone` is the person's: the close date must not be before
 * their today, unless it is `closeDateBefore`, left as it was. An accepted deal has a name, a value and a close date; the rest is
 * optional.
 */
export function checkValues(typed: TypedValues, timeZone: string, now: number, closeDateBefore?: string): Refusal[] {
  const refusals: Refusal[] = [];
  if (typed.name.trim() === '') refusals.push(refusal('nameMissing', 'A1', 'name'));
  else if (typed.name.trim().length > 200) refusals.push(refusal('nameTooLong', 'E3', 'name'));
  refusals.push(...checkMoney(typed.amount, typed.currency, 'amount'));
  refusals.push(...checkCloseDate(typed.closeDate, timeZone, now, closeDateBefore));
  if (typed.notes.trim().length > 4000) refusals.push(refusal('notesTooLong', 'E3', 'notes'));
  if (typed.crmId.trim().length > 100) refusals.push(refusal('crmIdTooLong', 'E3', 'crmId'));
  if (typed.campaignId.trim().length > 100) refusals.push(refusal('campaignIdTooLong', 'E3', 'campaignId'));
  return refusals;
}

/** E3: an amount and its currency. The amount's refusals stand at `field`. */
export function checkMoney(amount: string, currency: string, field: Field): Refusal[] {
  const refusals: Refusal[] = [];
  if (amount.trim() === '') refusals.push(refusal('amountMissing', 'A1', field));
  else if (!Amount.safeParse(amount.trim()).success) refusals.push(refusal('amountInvalid', 'E3', field));
  if (currency.trim() === '') refusals.push(refusal('currencyMissing', 'A1', 'currency'));
  else if (!Currency.safeParse(currency.trim()).success) refusals.push(refusal('currencyInvalid', 'E3', 'currency'));
  return refusals;
}

/** E3: a close date that is not before the person's today, or is the one that was there before. */
export function checkCloseDate(closeDate: string, timeZone: string, now: number, before?: string): Refusal[] {
  const day = closeDate.trim();
  if (day === '') return [refusal('closeDateMissing', 'A1', 'closeDate')];
  if (!Day.safeParse(day).success) return [refusal('closeDateInvalid', 'E3', 'closeDate')];
  return day !== before && day < dayIn(timeZone, now) ? [refusal('closeDatePast', 'E3', 'closeDate')] : [];
}

/** C5, E2: the team has at least one complete contact, and at most 50. */
export function checkTeam(team: readonly TeamMember[]): Refusal[] {
  if (team.length > 50) return [refusal('teamTooLarge', 'C5', 'team')];
  return team.some(isComplete) ? [] : [refusal('teamIncomplete', 'E2', 'team')];
}

/** C6, E2: at least one solution, and at most 50. */
export function checkSolutions(solutions: readonly Solution[]): Refusal[] {
  if (solutions.length > 50) return [refusal('tooManySolutions', 'C6', 'solutions')];
  return solutions.length > 0 ? [] : [refusal('solutionsMissing', 'E2', 'solutions')];
}

/** C2: a customer's contact with name, phone and email, all three. */
export function checkContact(contact: TypedContact): Refusal[] {
  const refusals: Refusal[] = [];
  if (contact.name.trim() === '') refusals.push(refusal('contactNameMissing', 'C2', 'contactName'));
  // A longer one could not be read again.
  else if (contact.name.trim().length > 200) refusals.push(refusal('nameTooLong', 'E3', 'contactName'));
  if (!isPhone(contact.phone)) refusals.push(refusal('contactPhoneMissing', 'C2', 'contactPhone'));
  if (!Contact.shape.email.unwrap().safeParse(contact.email.trim()).success) {
    refusals.push(refusal('contactEmailInvalid', 'C2', 'contactEmail'));
  }
  return refusals;
}

export interface TypedContact {
  name: string;
  phone: string;
  email: string;
}

export function isEmptyContact({ name, phone, email }: TypedContact): boolean {
  return [name, phone, email].every((field) => field.trim() === '');
}

export function isPhone(typed: string): boolean {
  return /^(?=(?:\D*\d){3})[+(]?[\d\s()./-]{3,38}$/.test(typed.trim());
}
