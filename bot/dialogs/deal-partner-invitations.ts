/** Invitations of partners in a form, one a step: of a deal that is being created, and of one that is there already. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type FormField, text } from '../../cards/index.ts';
import type { Deal, TeamMember } from '../../src/deals/deal.ts';
import type { Solution } from '../../src/deals/opportunity.ts';
import type { Language } from '../../src/organisations/organisation.ts';
import { type Candidate, checkPartner, type PartnerRequest } from '../../src/rules/invite.ts';
import { type Refusal, refusal } from '../../src/rules/refusal.ts';
import type { Turn } from '../turn.ts';
import type { Act, Inputs, Scene, Step } from './dialog.ts';
import { closeDateField, currencyField, dayText, facts, helpChoices, helpText, moneyText } from './fields.ts';
import { memberText, memberValue } from './members.ts';
import {
  candidateOf,
  choiceOf,
  chosen,
  distinct,
  offered,
  partnerLine,
  solutionId,
  solutionLine,
  solutionOf,
  solutionValue,
  valuesIn,
  withValue,
} from './offers.ts';

/** I2: an invitation as the form has it. */
export const InvitationForm = z.object({
  /** The invitation's own: the same press twice is the same invitation. */
  id: z.string(),
  /** In the directory; empty until one is chosen. */
  partner: z.string(),
  name: z.string(),
  closeDate: z.string(),
  amount: z.string(),
  currency: z.string(),
  notes: z.string(),
  /** Values of the choices, joined by commas; absent: everybody of the deal. */
  team: z.string().optional(),
  solutions: z.string(),
  /** A solution to look for. */
  solution: z.string(),
  help: z.string(),
});
export type InvitationForm = z.infer<typeof InvitationForm>;

/** How many partners one form invites. */
const mostInvitations = 8;

const mostRows = 6;

/** What the invitations of a form begin with (I2). */
export interface Beginning {
  closeDate: string;
  currency: string;
}

/** The deal that partners are invited to, as far as its invitations are made of it. */
export interface Source {
  team: readonly TeamMember[];
  solutions: readonly Solution[];
}

export function newInvitation({ closeDate, currency }: Beginning): InvitationForm {
  return {
    id: `invitation-${randomUUID()}`,
    partner: '',
    name: '',
    closeDate,
    amount: '',
    currency,
    notes: '',
    solutions: '',
    solution: '',
    help: '',
  };
}

/** Nothing in it that was not there before anybody typed: an invitation that was opened and left again. */
export function isBlank({ partner, name, amount, notes, solutions, help }: InvitationForm): boolean {
  return [partner, name, amount, notes, solutions, help].every((part) => part.trim() === '');
}

/**
 * The steps of a form with invitations, one for each of them. `there`: those that the deal has already. One without anything in it,
 * other than the first, is left out.
 */
export function invitationSteps<Data extends { invitations: InvitationForm[] }, About>(of: {
  beginning(data: Data): Beginning;
  source(data: Data, scene: Scene<About>): Promise<Source> | Source;
  isWanted(data: Data, at: number): boolean;
  there(scene: Scene<About>): Deal['invitations'];
}): Step<Data, About>[] {
  return Array.from({ length: mostInvitations }, (_, at): Step<Data, About> => {
    const changed = (data: Data, form: InvitationForm): Data => ({
      ...data,
      invitations: data.invitations.map((one, index) => (index === at ? form : one)),
    });
    return {
      id: `invitation-${at + 1}`,
      title: 'partner.step',
      isWanted: (data) => data.invitations[at] !== undefined && of.isWanted(data, at),
      read(inputs, data) {
        const form = data.invitations[at];
        if (form === undefined) return data;
        const read = changed(data, readInvitation(inputs, form));
        const isLast = at === data.invitations.length - 1;
        if (inputs.another !== 'true' || !isLast || at + 1 >= mostInvitations)
          return withoutLastBlank(read, inputs, at);
        return { ...read, invitations: [...read.invitations, newInvitation(of.beginning(data))] };
      },
      async fields(data, scene) {
        const form = data.invitations[at];
        if (form === undefined) return [];
        const isMore = at < data.invitations.length - 1;
        const more = at + 1 < mostInvitations ? [anotherField(isMore, scene.turn.reader.language)] : [];
        return [...(await invitationFields(scene.turn, form, await of.source(data, scene))), ...more];
      },
      async check(data, scene) {
        const form = data.invitations[at];
        if (form === undefined || (at > 0 && isBlank(form))) return [];
        const { request, unknown } = await requestOf(scene.turn, form, await of.source(data, scene));
        const wrong = await checkInvitation(request, at, data.invitations, scene.turn, of.there(scene));
        // Neither the deal nor the directory has it.
        return [...wrong, ...(unknown ? [refusal('choiceMissing', 'I2', 'partnerSolutions')] : [])];
      },
      act(pressed, data) {
        const form = data.invitations[at];
        return { data: form === undefined ? data : changed(data, actOnInvitation(pressed, form)) };
      },
    };
  });
}

/** I1: also against the invitations that are `there` already and those before it in its form. */
export async function checkInvitation(
  request: PartnerRequest,
  at: number,
  forms: readonly InvitationForm[],
  turn: Turn,
  there: Deal['invitations'],
): Promise<Refusal[]> {
  const now = turn.house.clock.now();
  const earlier = await Promise.all(
    forms.slice(0, at).map((form) => requestOf(turn, form, { team: [], solutions: [] })),
  );
  const respondBy = new Date(now + 1).toISOString();
  const chosenBefore = earlier.flatMap(({ request: { partner } }) =>
    partner === undefined ? [] : [{ partner, status: 'received' as const, respondBy }],
  );
  // What this form has sent already is no other invitation.
  const own = new Set(forms.map(({ id }) => id));
  const invited = [...there.filter(({ id }) => !own.has(id)), ...chosenBefore];
  const { orgId, partnerIds } = turn.organisation;
  return checkPartner(request, invited, { orgId, partnerIds }, turn.actor.timeZone, now);
}

/** The next invitation goes when it is not wanted after all and nothing was typed into it. */
function withoutLastBlank<Data extends { invitations: InvitationForm[] }>(
  data: Data,
  inputs: Inputs,
  at: number,
): Data {
  const next = data.invitations[at + 1];
  const isUnwanted = inputs.another === 'false' && at + 2 === data.invitations.length;
  if (!isUnwanted || next === undefined || !isBlank(next)) return data;
  return { ...data, invitations: data.invitations.slice(0, -1) };
}

function readInvitation(inputs: Inputs, form: InvitationForm): InvitationForm {
  const read = (id: string) => inputs[id] ?? '';
  return {
    ...form,
    partner: inputs.partner ?? form.partner,
    name: inputs.partnerName ?? form.name,
    closeDate: read('partnerCloseDate'),
    amount: read('partnerAmount'),
    currency: read('partnerCurrency'),
    notes: read('partnerNotes'),
    team: read('partnerTeam'),
    solutions: read('partnerSolutions'),
    solution: read('partnerSolution'),
    help: read('partnerHelp'),
  };
}

function actOnInvitation({ what, item }: Act, form: InvitationForm): InvitationForm {
  switch (what) {
    case 'pick':
      return { ...form, partner: item };
    case 'other':
      return { ...form, partner: '' };
    case 'choose':
      return { ...form, solutions: withValue(form.solutions, item), solution: '' };
    default:
      return form;
  }
}

/** I2: what the form asks for, with the partner and the solutions as the directory has them now. */
export async function requestOf(
  turn: Turn,
  form: InvitationForm,
  source: Source,
): Promise<{ request: PartnerRequest; unknown: boolean }> {
  const { closeDate, amount, currency, notes, help } = form;
  const wanted = form.team?.split(',');
  const solutions = await solutionsIn(turn, form.solutions, source);
  return {
    request: {
      partner: await candidateOf(turn, form.partner),
      closeDate,
      amount,
      currency,
      notes,
      help,
      team: source.team.filter((member) => wanted?.includes(memberValue(member)) ?? true),
      solutions: solutions.filter((one) => one !== undefined),
    },
    unknown: solutions.includes(undefined),
  };
}

/** Solutions of the deal, or of the directory. */
async function solutionsIn(turn: Turn, joined: string, { solutions }: Source): Promise<(Solution | undefined)[]> {
  return Promise.all(
    valuesIn(joined)
      .slice(0, 60)
      .map(async (value) => {
        const ofDeal = solutions.find((one) => solutionValue(one) === value);
        if (ofDeal !== undefined) return ofDeal;
        const entry = await chosen(turn, 'solutions', solutionId(value));
        return entry === undefined ? undefined : solutionOf(entry);
      }),
  );
}

async function invitationFields(turn: Turn, form: InvitationForm, source: Source): Promise<FormField[]> {
  const { reader, house } = turn;
  const { language } = reader;
  const candidate = await candidateOf(turn, form.partner);
  const closeDate = closeDateField(text(language, 'accept.closeDate'), form.closeDate, reader, house.clock.now());
  return [
    ...(candidate === undefined ? await partnerFields(turn, form) : pickedFields(candidate, language)),
    { ...closeDate, id: 'partnerCloseDate', separator: true } as FormField,
    {
      kind: 'amount',
      id: 'partnerAmount',
      label: text(language, 'partner.amount'),
      value: form.amount,
      required: true,
    },
    { ...currencyField(form.currency, reader), id: 'partnerCurrency' } as FormField,
    {
      kind: 'text',
      id: 'partnerNotes',
      label: text(language, 'partner.notes'),
      value: form.notes,
      required: true,
      multiline: true,
      maxLength: 4000,
    },
    {
      kind: 'choice',
      id: 'partnerHelp',
      label: text(language, 'facts.help'),
      value: form.help,
      choices: helpChoices(language),
      required: true,
    },
    {
      kind: 'choice',
      id: 'partnerTeam',
      label: text(language, 'partner.team'),
      value: form.team ?? source.team.map(memberValue).join(','),
      choices: source.team.map((member) => ({ title: memberText(member), value: memberValue(member) })),
      required: true,
      many: true,
      expanded: true,
    },
    ...(await solutionFields(turn, form, source)),
  ];
}

function pickedFields({ name }: Candidate, language: Language): FormField[] {
  return [
    ...facts([[text(language, 'partner.partner'), name]]).map((fact) => ({ ...fact, errorsOf: ['partner' as const] })),
    { kind: 'button', buttons: [{ title: text(language, 'partner.other'), what: 'other' }] },
  ];
}

async function partnerFields(turn: Turn, { name }: InvitationForm): Promise<FormField[]> {
  const { reader } = turn;
  const { language } = reader;
  const isShown = name.trim() !== '';
  const lately = await offered(turn, 'partners', '');
  const list = isShown ? await offered(turn, 'partners', name) : [];
  const pick = text(language, 'dialog.choose');
  const lines = [...lately, ...list].map((entry) => choiceOf('partners', entry, reader));
  return [
    {
      kind: 'search',
      id: 'partner',
      label: text(language, 'partner.partner'),
      value: '',
      dataset: 'partners',
      choices: distinct(lines),
      placeholder: text(language, 'dialog.typeName'),
      required: true,
    },
    { kind: 'text', id: 'partnerName', label: text(language, 'partner.findByName'), value: name },
    {
      kind: 'button',
      buttons: [
        {
          title: text(language, 'dialog.find'),
          tooltip: text(language, 'button.on', {
            action: text(language, 'dialog.find'),
            customer: text(language, 'partner.partner'),
          }),
          what: 'find',
        },
      ],
    },
    ...(isShown && list.length === 0 ? [{ kind: 'hint' as const, label: text(language, 'partner.noneFound') }] : []),
    ...list.slice(0, mostRows).map((entry): FormField => {
      const tooltip = text(language, 'button.on', { action: pick, customer: entry.name });
      const buttons = [{ title: pick, tooltip, what: 'pick', item: entry.id }];
      return { kind: 'row', label: entry.name, value: partnerLine(entry, reader), buttons };
    }),
    ...(list.length > mostRows ? [{ kind: 'hint' as const, label: text(language, 'dialog.typeMore') }] : []),
  ];
}

async function solutionFields(turn: Turn, form: InvitationForm, source: Source): Promise<FormField[]> {
  const { reader } = turn;
  const { language } = reader;
  const isShown = form.solution.trim() !== '';
  const present = await solutionsIn(turn, form.solutions, source);
  const lately = await offered(turn, 'solutions', '');
  const found = isShown ? await offered(turn, 'solutions', form.solution) : [];
  const ofDeal = [...source.solutions, ...present.filter((one) => one !== undefined)];
  const choose = text(language, 'solutions.addFound');
  return [
    {
      kind: 'search',
      id: 'partnerSolutions',
      label: text(language, 'partner.solutions'),
      value: form.solutions,
      dataset: 'solutions',
      choices: distinct([
        ...ofDeal.map((one) => ({ title: one.name, value: solutionValue(one) })),
        ...[...lately, ...found].map((entry) => choiceOf('solutions', entry, reader)),
      ]),
      placeholder: text(language, 'dialog.typeName'),
      required: true,
      many: true,
    },
    ...facts([[text(language, 'solutions.chosen'), present.map((one) => one?.name ?? '').join('\n')]]),
    { kind: 'text', id: 'partnerSolution', label: text(language, 'partner.findSolution'), value: form.solution },
    {
      kind: 'button',
      buttons: [
        {
          title: text(language, 'dialog.find'),
          tooltip: text(language, 'button.on', {
            action: text(language, 'dialog.find'),
            customer: text(language, 'facts.solutions'),
          }),
          what: 'findSolution',
        },
      ],
    },
    ...(isShown && found.length === 0 ? [{ kind: 'hint' as const, label: text(language, 'solutions.noneFound') }] : []),
    ...found.slice(0, mostRows).map((entry): FormField => {
      const tooltip = text(language, 'button.on', { action: choose, customer: entry.name });
      const buttons = [{ title: choose, tooltip, what: 'choose', item: solutionValue(entry) }];
      return { kind: 'row', label: entry.name, value: solutionLine(entry, reader), buttons };
    }),
  ];
}

function anotherField(value: boolean, language: Language): FormField {
  return {
    kind: 'toggle',
    id: 'another',
    label: text(language, 'partner.more'),
    statement: text(language, 'partner.another'),
    value,
    separator: true,
  };
}

/** An invitation on a review, with a button that takes it away. */
export async function reviewOf(turn: Turn, form: InvitationForm, at: number, source: Source): Promise<FormField[]> {
  const { reader } = turn;
  const { language } = reader;
  const { request } = await requestOf(turn, form, source);
  const { partner, amount, currency, closeDate, notes, help, team, solutions } = request;
  const name = partner?.name ?? form.name;
  const remove = text(language, 'dialog.remove');
  const tooltip = text(language, 'button.on', { action: remove, customer: name });
  return [
    {
      kind: 'row',
      label: name,
      value: `${moneyText(amount, currency, reader)} · ${dayText(closeDate, reader)}`,
      buttons: [{ title: remove, tooltip, what: 'remove', item: String(at) }],
      separator: true,
    },
    ...facts([
      [text(language, 'partner.notes'), notes],
      [text(language, 'facts.help'), helpText(help, language)],
      [text(language, 'partner.team'), team.map(memberText).join('\n')],
      [text(language, 'partner.solutions'), solutions.map((one) => one.name).join('\n')],
    ]),
  ];
}
