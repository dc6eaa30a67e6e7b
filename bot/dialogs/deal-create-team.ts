import { z } from 'zod';
import { type FormField, text } from '../../cards/index.ts';
import { TeamMember } from '../../src/deals/deal.ts';
import { checkMember } from '../../src/rules/edit.ts';
import { type Field, type Refusal, refusal } from '../../src/rules/refusal.ts';
import { checkTeam, isEmptyContact } from '../../src/rules/values.ts';
import type { Turn } from '../turn.ts';
import type { Act, Acted, Inputs } from './dialog.ts';
import { contactFields, readContact } from './fields.ts';
import { memberOf, memberValue, nobody, recentField, waysText } from './members.ts';
import { recentContacts } from './offers.ts';
import { offeredPeople, pickedPeople, picksEverybody } from './picked-people.ts';

/** C5: the team as the form has it. */
export const TeamForm = z.object({
  /** Of the person who creates the deal. */
  phone: z.string(),
  email: z.string(),
  /** Picked people: Entra object ids, joined by commas. */
  colleagues: z.string(),
  /** Recent contacts: values of the choices, joined by commas. */
  recent: z.string(),
  /** Entered by hand. */
  added: z.array(TeamMember),
  /** Typed and not yet added. */
  adding: z.object({ name: z.string(), phone: z.string(), email: z.string() }),
});
export type TeamForm = z.infer<typeof TeamForm>;

/** With the own person as the first contact, as Teams knows them. */
export function newTeam({ actor }: Turn): TeamForm {
  return { phone: actor.phone ?? '', email: actor.email ?? '', colleagues: '', recent: '', added: [], adding: nobody };
}

export function readTeam(inputs: Inputs, form: TeamForm): TeamForm {
  const { phone = '', ownEmail = '', colleagues = '', recent = '' } = inputs;
  return { ...form, phone, email: ownEmail, colleagues, recent, adding: readContact(inputs) };
}

export function actOnTeam({ what, item }: Act, form: TeamForm): Acted<TeamForm> {
  switch (what) {
    case 'add': {
      const refusals = checkMember(form.adding);
      if (refusals.length > 0) return { data: form, refusals };
      return { data: { ...form, added: [...form.added, memberOf(form.adding)], adding: nobody } };
    }
    case 'remove':
      return { data: { ...form, added: form.added.filter((_, at) => String(at) !== item) } };
    default:
      return { data: form };
  }
}

/** C5: everybody whom the form names, the own person first, also who was typed and not yet added; and what is wrong with them. */
export async function teamIn(turn: Turn, form: TeamForm): Promise<{ team: TeamMember[]; refusals: Refusal[] }> {
  const { actor } = turn;
  const picked = await pickedPeople(turn, form.colleagues);
  const recent = await recentContacts(turn);
  const wanted = form.recent.split(',');
  const isTyped = !isEmptyContact(form.adding);
  const wrong = isTyped ? checkMember(form.adding) : [];
  const own = memberOf({ name: actor.name, phone: form.phone, email: form.email }, actor.personId);
  const everybody = [
    own,
    ...picked.members,
    ...recent.filter((member) => wanted.includes(memberValue(member))),
    ...form.added,
    ...(isTyped && wrong.length === 0 ? [memberOf(form.adding)] : []),
  ];
  const team = everybody.filter(
    (member, at) => everybody.findIndex((one) => memberValue(one) === memberValue(member)) === at,
  );
  return {
    team,
    refusals: [
      ...checkMember({ name: actor.name, phone: form.phone, email: form.email }).map(atOwn),
      ...(picked.unknown.length > 0 ? [refusal('colleagueUnknown', 'C5', 'colleagues')] : []),
      ...wrong,
      ...checkTeam(team),
    ],
  };
}

export async function teamFields(turn: Turn, form: TeamForm): Promise<FormField[]> {
  const { reader, actor } = turn;
  const { language } = reader;
  const recent = (await recentContacts(turn)).filter((member) => member.personId !== actor.personId);
  const remove = text(language, 'dialog.remove');
  return [
    { kind: 'hint', label: text(language, 'members.hint'), errorsOf: ['team'] },
    { kind: 'fact', label: text(language, 'create.firstContact'), value: actor.name },
    {
      kind: 'text',
      id: 'phone',
      label: text(language, 'accept.phone'),
      value: form.phone,
      style: 'tel',
      maxLength: 40,
    },
    {
      kind: 'text',
      id: 'ownEmail',
      label: text(language, 'create.ownEmail'),
      value: form.email,
      style: 'email',
      maxLength: 254,
    },
    { kind: 'heading', label: text(language, 'members.add'), separator: true },
    {
      kind: 'people',
      id: 'colleagues',
      label: text(language, 'members.colleagues'),
      value: form.colleagues,
      choices: await offeredPeople(turn, [{ personId: actor.personId, name: actor.name }]),
      placeholder: text(language, 'accept.colleaguesHint'),
      many: true,
      everybody: picksEverybody(turn),
    },
    ...recentField(recent, form.recent, language),
    ...form.added.map((member, at): FormField => {
      const tooltip = text(language, 'button.on', { action: remove, customer: member.name });
      const buttons = [{ title: remove, tooltip, what: 'remove', item: String(at) }];
      return { kind: 'row', label: member.name, value: waysText(member, language), buttons };
    }),
    { kind: 'heading', label: text(language, 'members.byHand') },
    ...contactFields(form.adding, reader, false),
    { kind: 'button', buttons: [{ title: text(language, 'members.addByHand'), what: 'add' }] },
  ];
}

/** The own person's numbers have inputs of their own. */
function atOwn(refused: Refusal): Refusal {
  const fields: Partial<Record<Field, Field>> = { contactPhone: 'phone', contactEmail: 'ownEmail' };
  const field = refused.field === undefined ? undefined : fields[refused.field];
  return field === undefined ? refused : { ...refused, field };
}
