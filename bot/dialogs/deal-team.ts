import { z } from 'zod';
import { type FormField, text } from '../../cards/index.ts';
import { TeamMember } from '../../src/deals/deal.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import { checkEdit, checkMember, type Edit, whyNotEditable } from '../../src/rules/edit.ts';
import { isAdmin, isOnTeam } from '../../src/rules/permissions.ts';
import { type Refusal, refusal } from '../../src/rules/refusal.ts';
import { isEmptyContact, type TypedContact } from '../../src/rules/values.ts';
import { type Listing, listChanges, meanwhileFields, mergedList } from './changed-meanwhile.ts';
import { type Act, type Acted, type DealDialog, type Scene, typed } from './dialog.ts';
import { contactFields, readContact } from './fields.ts';
import { memberOf, memberValue, nobody, recentField, waysText } from './members.ts';
import { recentContacts, remember } from './offers.ts';
import { moreButton, pageOf, pageSize } from './pages.ts';
import { doneEnding, perform } from './perform.ts';
import { offeredPeople, pickedPeople, picksEverybody } from './picked-people.ts';

const Typed = z.object({ name: z.string(), phone: z.string(), email: z.string() });

const Data = z.object({
  base: z.array(TeamMember),
  since: z.number().int(),
  values: z.array(TeamMember),
  earlier: z.object({ base: z.array(TeamMember), since: z.number().int() }).optional(),
  /** Where the page of the list begins that is shown. */
  from: z.number().int(),
  /** Picked and not yet added: Entra object ids, joined by commas. */
  colleagues: z.string(),
  /** Ticked among the recent contacts and not yet added: values of the choices, joined by commas. */
  recent: z.string().optional(),
  adding: Typed,
  /** Whose name and numbers are being changed: their place in `values`, with what was typed. */
  changing: Typed.extend({ at: z.number().int() }).optional(),
});
type Data = z.infer<typeof Data>;

const team: Listing<TeamMember> = {
  section: 'team',
  label: 'facts.team',
  key: ({ personId, name, email = '' }) => personId ?? `${name} ${email}`,
  name: ({ name }) => name,
};

/** E1, E2, C5: who works on a deal. */
export const dealTeam: DealDialog<Data> = {
  id: 'deal.team',
  title: 'members.title',
  schema: Data,
  whyNot: whyNotEditable,
  begin: (_opening, _turn, deal) => ({
    data: {
      base: deal.team,
      since: deal.history.length,
      values: deal.team,
      from: 0,
      colleagues: '',
      adding: nobody,
    },
  }),
  steps: [
    {
      id: 'team',
      title: 'facts.team',
      next: 'dialog.apply',
      read: (inputs, data) =>
        data.changing === undefined
          ? { ...data, ...typed(inputs, ['colleagues', 'recent']), adding: readContact(inputs) }
          : {
              ...data,
              changing: { ...changedContact(data, data.changing, readContact(inputs)), at: data.changing.at },
            },
      async fields(data, { turn, deal }) {
        const { reader } = turn;
        if (data.changing !== undefined) return changingFields(data, data.changing, reader);
        const { earlier, base, since, values } = data;
        const changes =
          earlier === undefined ? [] : listChanges(team, earlier.base, base, deal.history.slice(earlier.since, since));
        const isLeaving = isOnTeam(deal, turn.actor.personId) && !isOnTeam({ team: values }, turn.actor.personId);
        return [
          ...meanwhileFields(changes, reader),
          { kind: 'hint', label: text(reader.language, 'members.hint'), errorsOf: ['team'] },
          ...(isLeaving && !isAdmin(turn.actor)
            ? [{ kind: 'warning' as const, label: text(reader.language, 'members.leaving') }]
            : []),
          ...memberRows(data, reader),
          ...(await addingFields(data, turn)),
        ];
      },
      check: async (data, scene) => (await whole(data, scene)).refusals,
      act,
    },
  ],
  async finish(data, scene) {
    const { turn } = scene;
    const { values } = await whole(data, scene);
    const done = await perform(commandOf(data.base, values), scene, (deal) =>
      doneEnding(turn, deal, text(turn.reader.language, 'edit.done'), 'members.left'),
    );
    if ('answer' in done) await remember(turn, { contacts: newcomers(data.base, values, turn) });
    if ('answer' in done || !done.refusals.some(({ code }) => code === 'changedMeanwhile')) return done;
    const { deal, refusals } = done;
    return {
      refusals,
      data: {
        ...data,
        base: deal.team,
        since: deal.history.length,
        values: mergedList(team, data.base, deal.team, values),
        earlier: { base: data.base, since: data.since },
        from: 0,
        colleagues: '',
        recent: '',
        adding: nobody,
        changing: undefined,
      },
    };
  },
};

function commandOf(base: TeamMember[], values: TeamMember[]): Edit {
  return { kind: 'edit', section: 'team', base, values };
}

/** The list with what was typed and picked and not yet added by its button, and everything that is wrong with it. */
async function whole(data: Data, { turn, deal }: Scene): Promise<{ values: TeamMember[]; refusals: Refusal[] }> {
  const { values, changing, adding, colleagues } = data;
  const now = turn.house.clock.now();
  if (changing !== undefined) {
    const wrong = checkMember(changing);
    if (wrong.length > 0) return { values, refusals: wrong };
    const after = withChange(values, changing);
    return { values: after, refusals: checkEdit(deal, commandOf([], after), turn.actor, now) };
  }
  const picked = await pickedPeople(turn, colleagues);
  const recent = await ticked(turn, data);
  const wrong = isEmptyContact(adding) ? [] : checkMember(adding);
  if (picked.unknown.length > 0) wrong.push(refusal('colleagueUnknown', 'C5', 'colleagues'));
  if (wrong.length > 0) return { values, refusals: wrong };
  const after = withMembers(values, [
    ...picked.members,
    ...recent,
    ...(isEmptyContact(adding) ? [] : [memberOf(adding)]),
  ]);
  return { values: after, refusals: checkEdit(deal, commandOf([], after), turn.actor, now) };
}

async function act({ what, item }: Act, data: Data, { turn }: Scene): Promise<Acted<Data>> {
  const { values, adding, changing } = data;
  const at = Number(item);
  const member = values[at];
  switch (what) {
    case 'remove':
      return { data: { ...data, values: values.filter((_, index) => String(index) !== item) } };
    case 'change': {
      if (member === undefined) return { data };
      const { name, phone = '', email = '' } = member;
      return { data: { ...data, changing: { at, name, phone, email } } };
    }
    case 'keep': {
      if (changing === undefined) return { data };
      const refusals = checkMember(changing);
      if (refusals.length > 0) return { data, refusals };
      return { data: { ...data, values: withChange(values, changing), changing: undefined } };
    }
    case 'leave':
      return { data: { ...data, changing: undefined } };
    case 'addColleagues': {
      const { members, unknown } = await pickedPeople(turn, data.colleagues);
      const refusals = unknown.length === 0 ? [] : [refusal('colleagueUnknown', 'C5', 'colleagues')];
      const left = { colleagues: unknown.join(','), recent: '' };
      return added(data, [...members, ...(await ticked(turn, data))], left, refusals);
    }
    case 'addByHand': {
      const refusals = checkMember(adding);
      return refusals.length > 0 ? { data, refusals } : added(data, [memberOf(adding)], { adding: nobody });
    }
    case 'more':
      return { data: { ...data, from: at } };
    default:
      return { data };
  }
}

/** With the page that shows the last one. `left`: what is in the inputs once they are added. */
function added(data: Data, members: readonly TeamMember[], left: Partial<Data>, refusals: Refusal[] = []): Acted<Data> {
  const values = withMembers(data.values, members);
  if (values.length > 50) return { data, refusals: [refusal('teamTooLarge', 'C5', 'team')] };
  const from = members.length === 0 ? data.from : Math.floor((values.length - 1) / pageSize) * pageSize;
  return { data: { ...data, ...left, values, from }, refusals };
}

/** C5: who was ticked among the people of earlier deals. */
async function ticked(turn: Scene['turn'], { recent = '' }: Data): Promise<TeamMember[]> {
  const wanted = recent.split(',');
  return recent === '' ? [] : (await recentContacts(turn)).filter((member) => wanted.includes(memberValue(member)));
}

/** Whom this person has brought to the deal: offered first the next time. */
function newcomers(base: readonly TeamMember[], values: readonly TeamMember[], { actor }: Scene['turn']): TeamMember[] {
  const before = new Set(base.map(team.key));
  return values.filter((member) => !before.has(team.key(member)) && member.personId !== actor.personId);
}

function withMembers(values: readonly TeamMember[], members: readonly TeamMember[]): TeamMember[] {
  const there = new Set(values.map(team.key));
  return [...values, ...members.filter((member) => !there.has(team.key(member)))];
}

function withChange(values: readonly TeamMember[], changing: TypedContact & { at: number }): TeamMember[] {
  return values.map((member, at) => (at === changing.at ? memberOf(changing, member.personId) : member));
}

/** Somebody whom Teams knows keeps their name. */
function changedContact(
  { values }: Data,
  { at, name }: TypedContact & { at: number },
  typedNow: TypedContact,
): TypedContact {
  return values[at]?.personId === undefined ? typedNow : { ...typedNow, name };
}

function memberRows({ values, from }: Data, { language }: Reader): FormField[] {
  const button = (what: 'change' | 'remove', at: number, name: string) => {
    const title = text(language, `dialog.${what}`);
    return { title, tooltip: text(language, 'button.on', { action: title, customer: name }), what, item: String(at) };
  };
  const page = pageOf(values, from);
  return [
    ...page.entries.map(({ entry: member, at }): FormField => {
      const { name } = member;
      const buttons = [button('change', at, name), button('remove', at, name)];
      return { kind: 'row', label: name, value: waysText(member, language), buttons };
    }),
    ...moreButton(page, text(language, 'dialog.more')),
  ];
}

async function addingFields(
  { values, colleagues, recent = '', adding }: Data,
  turn: Scene['turn'],
): Promise<FormField[]> {
  const { reader } = turn;
  const { language } = reader;
  const there = new Set(values.map(memberValue));
  const contacts = (await recentContacts(turn)).filter((member) => !there.has(memberValue(member)));
  return [
    { kind: 'heading', label: text(language, 'members.add'), separator: true },
    {
      kind: 'people',
      id: 'colleagues',
      label: text(language, 'members.colleagues'),
      value: colleagues,
      choices: await offeredPeople(turn, values),
      placeholder: text(language, 'accept.colleaguesHint'),
      many: true,
      everybody: picksEverybody(turn),
    },
    ...recentField(contacts, recent, language),
    { kind: 'button', buttons: [{ title: text(language, 'members.addColleagues'), what: 'addColleagues' }] },
    { kind: 'heading', label: text(language, 'members.byHand') },
    ...contactFields(adding, reader, false),
    { kind: 'button', buttons: [{ title: text(language, 'members.addByHand'), what: 'addByHand' }] },
  ];
}

function changingFields({ values }: Data, changing: NonNullable<Data['changing']>, reader: Reader): FormField[] {
  const { language } = reader;
  const isKnown = values[changing.at]?.personId !== undefined;
  return [
    { kind: 'heading', label: text(language, 'members.change') },
    ...(isKnown ? [{ kind: 'row' as const, label: changing.name, value: '', buttons: [] }] : []),
    ...contactFields(changing, reader, false).slice(isKnown ? 1 : 0),
    {
      kind: 'button',
      errorsOf: ['team'],
      buttons: [
        { title: text(language, 'members.keep'), what: 'keep' },
        { title: text(language, 'members.leave'), what: 'leave' },
      ],
    },
  ];
}
