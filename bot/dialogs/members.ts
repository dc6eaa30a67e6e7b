/** Members of a team, as forms show and read them. */
import { type FormField, text } from '../../cards/index.ts';
import type { TeamMember } from '../../src/deals/deal.ts';
import type { Language } from '../../src/organisations/organisation.ts';
import type { TypedContact } from '../../src/rules/values.ts';

/** Nothing typed yet. */
export const nobody: TypedContact = { name: '', phone: '', email: '' };

/** The value of a choice among people. Several are joined by commas, so there is none in it. */
export function memberValue({ personId, name, email = '' }: TeamMember): string {
  return personId ?? encodeURIComponent(`${name} ${email}`);
}

/** `Ada Keller, +43 1 000 00 02, ada@…`. */
export function memberText({ name, phone, email }: TeamMember): string {
  return [name, phone, email].filter((part) => part !== undefined && part !== '').join(', ');
}

/** How somebody is reached, a line each, also where a line is missing. */
export function waysText({ phone, email }: TeamMember, language: Language): string {
  return [phone || text(language, 'members.noPhone'), email || text(language, 'members.noEmail')].join('\n');
}

/** Somebody who was typed. `personId`: of whom Teams knows. */
export function memberOf({ name, phone, email }: TypedContact, personId?: string): TeamMember {
  return {
    ...(personId === undefined ? {} : { personId }),
    name: name.trim(),
    ...(phone.trim() === '' ? {} : { phone: phone.trim() }),
    ...(email.trim() === '' ? {} : { email: email.trim() }),
  };
}

/** C5: ticks for the people of earlier deals; no field where there are none. `value`: values of the choices, joined by commas. */
export function recentField(recent: readonly TeamMember[], value: string, language: Language): FormField[] {
  if (recent.length === 0) return [];
  const choices = recent.map((member) => ({ title: memberText(member), value: memberValue(member) }));
  const label = text(language, 'create.recentContacts');
  return [{ kind: 'choice', id: 'recent', label, value, choices, many: true, expanded: true }];
}
