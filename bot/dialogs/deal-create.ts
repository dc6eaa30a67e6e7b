import { z } from 'zod';
import { type FormField, text } from '../../cards/index.ts';
import { dealId, dealType, type TeamMember } from '../../src/deals/deal.ts';
import type { Solution } from '../../src/deals/opportunity.ts';
import { type Create, checkNewSolutions, checkOptionalContact } from '../../src/rules/create.ts';
import { checkMicrosoft, isHelp } from '../../src/rules/invite.ts';
import { maySee } from '../../src/rules/permissions.ts';
import { checkValues } from '../../src/rules/values.ts';
import { forbidden, isAboutPerson } from '../actions/action.ts';
import type { Turn } from '../turn.ts';
import {
  actOnCustomer,
  CustomerForm,
  checkCustomerForm,
  customerChoice,
  customerFields,
  customerOf,
  customerText,
  newCustomer,
  readCustomer,
} from './deal-create-customer.ts';
import { readLine } from './deal-create-line.ts';
import {
  actOnSolutions,
  noSolutions,
  readSolutions,
  SolutionsForm,
  solutionFields,
  solutionsIn,
} from './deal-create-solutions.ts';
import { actOnTeam, newTeam, readTeam, TeamForm, teamFields, teamIn } from './deal-create-team.ts';
import {
  checkInvitation,
  InvitationForm,
  invitationSteps,
  isBlank,
  newInvitation,
  requestOf,
  reviewOf,
} from './deal-partner-invitations.ts';
import { type FreeDialog, type Scene, typed } from './dialog.ts';
import {
  closeDateField,
  contactFields,
  contactText,
  currencyField,
  dayText,
  facts,
  helpChoices,
  helpText,
  moneyText,
  readContact,
} from './fields.ts';
import { memberText } from './members.ts';
import { choicesOf, remember, rememberPhone } from './offers.ts';
import { doneEnding } from './perform.ts';

/** C7: the choice of no help. */
const noHelp = 'none';

const detailIds = ['name', 'amount', 'currency', 'closeDate', 'notes', 'crmId', 'campaignId'] as const;

/** What a half-filled form of a new deal holds (C10). */
export const CreateForm = z.object({
  customer: CustomerForm,
  contact: z.object({ name: z.string(), phone: z.string(), email: z.string() }),
  consent: z.boolean(),
  values: z.object({
    name: z.string(),
    amount: z.string(),
    currency: z.string(),
    closeDate: z.string(),
    notes: z.string(),
    crmId: z.string(),
    campaignId: z.string(),
  }),
  /** Whether the details have been seen: their name is the customer's until then. */
  hasDetails: z.boolean(),
  team: TeamForm,
  solutions: SolutionsForm,
  help: z.string(),
  helpNotes: z.string(),
  /** Whether the step that asks for help also asks for the contact, which was left out before. */
  asksContact: z.boolean(),
  /** Whether partners are invited: those in the form stay, should they be wanted after all. */
  invites: z.boolean(),
  invitations: z.array(InvitationForm),
});
type CreateForm = z.infer<typeof CreateForm>;
type CreateScene = Scene<undefined>;

/** C1 to C10: a deal of the organisation's own. */
export const dealCreate: FreeDialog<CreateForm> = {
  id: 'deal.create',
  title: 'create.title',
  schema: CreateForm,
  async begin({ line }, turn) {
    const refused = maySee(turn.actor, turn.organisation.orgId);
    if (refused !== undefined) return { answer: await forbidden(turn, refused) };
    const read = readLine(line);
    return {
      data: {
        customer: newCustomer(read.name),
        contact: { name: '', phone: '', email: '' },
        consent: false,
        values: { name: '', notes: '', crmId: '', campaignId: '', ...read.values },
        hasDetails: false,
        team: newTeam(turn),
        solutions: noSolutions,
        help: noHelp,
        helpNotes: '',
        asksContact: false,
        invites: false,
        invitations: [],
      },
    };
  },
  steps: [
    {
      id: 'customer',
      title: 'create.customer',
      read: (inputs, data) => ({ ...data, customer: readCustomer(inputs, data.customer) }),
      fields: ({ customer }, { turn }) => customerFields(turn, customer),
      check: ({ customer }, { turn }) => checkCustomerForm(turn, customer),
      act: (act, data) => ({ data: { ...data, customer: actOnCustomer(act, data.customer) } }),
    },
    {
      id: 'contact',
      title: 'contact.title',
      read: (inputs, data) => ({ ...data, contact: readContact(inputs), consent: inputs.consent === 'true' }),
      fields: (data, { turn }) => [
        { kind: 'hint', label: text(turn.reader.language, 'create.contactHint') },
        ...contactAndConsent(data, turn, false),
      ],
      check: ({ contact }) => checkOptionalContact(contact),
    },
    {
      id: 'details',
      title: 'edit.details',
      read: (inputs, data) => ({ ...data, values: typed(inputs, detailIds), hasDetails: true }),
      fields: detailFields,
      check: ({ values }, { turn }) => checkValues(values, turn.actor.timeZone, turn.house.clock.now()),
    },
    {
      id: 'team',
      title: 'facts.team',
      read: (inputs, data) => ({ ...data, team: readTeam(inputs, data.team) }),
      fields: ({ team }, { turn }) => teamFields(turn, team),
      check: async ({ team }, { turn }) => (await teamIn(turn, team)).refusals,
      act(act, data) {
        const { data: team, ...rest } = actOnTeam(act, data.team);
        return { data: { ...data, team }, ...rest };
      },
    },
    {
      id: 'solutions',
      title: 'facts.solutions',
      read: (inputs, data) => ({ ...data, solutions: readSolutions(inputs, data.solutions) }),
      fields: ({ solutions }, { turn }) => solutionFields(turn, solutions),
      async check(data, { turn }) {
        const { solutions, refusals } = await solutionsIn(turn, data.solutions);
        return refusals.length > 0 ? refusals : checkNewSolutions(solutions);
      },
      act(act, data) {
        const { data: solutions, ...rest } = actOnSolutions(act, data.solutions);
        return { data: { ...data, solutions }, ...rest };
      },
    },
    {
      id: 'selling',
      title: 'create.selling',
      read(inputs, data) {
        const { help = noHelp, helpNotes = '' } = inputs;
        const contact = 'contactName' in inputs ? readContact(inputs) : data.contact;
        const consent = 'consent' in inputs ? inputs.consent === 'true' : data.consent;
        const isLacking = isHelp(help) && (!consent || checkOptionalContact(contact).length > 0 || contact.name === '');
        return { ...data, help, helpNotes, contact, consent, asksContact: data.asksContact || isLacking };
      },
      fields: sellingFields,
      check: (data) => (isHelp(data.help) ? checkMicrosoft({ ...data, helpNotes: data.helpNotes }) : []),
    },
    {
      id: 'partners',
      title: 'create.partners',
      read(inputs, data) {
        const invites = inputs.invites === 'true';
        const isFirst = invites && data.invitations.length === 0;
        return { ...data, invites, invitations: isFirst ? [newInvitation(data.values)] : data.invitations };
      },
      fields: ({ invites }, { turn: { reader, organisation } }) => [
        {
          kind: 'hint',
          label: text(reader.language, 'create.partnersHint', { days: organisation.settings.answerDays }),
        },
        {
          kind: 'toggle',
          id: 'invites',
          label: text(reader.language, 'create.partners'),
          statement: text(reader.language, 'create.invites'),
          value: invites,
        },
      ],
    },
    ...invitationSteps<CreateForm, undefined>({
      beginning: ({ values }) => values,
      source: sourceOf,
      isWanted: ({ invites }) => invites,
      there: () => [],
    }),
    {
      id: 'review',
      title: 'dialog.review',
      next: 'create.send',
      fields: reviewFields,
      act({ what, item }, data) {
        if (what !== 'remove') return { data };
        const invitations = data.invitations.filter((_, at) => String(at) !== item);
        return { data: { ...data, invitations, invites: invitations.length > 0 } };
      },
    },
  ],
  finish,
};

/** C10: creates the deal, whose id follows from the draft, so that a press that comes twice creates one. */
async function finish(data: CreateForm, scene: CreateScene) {
  const { turn } = scene;
  const command = await commandOf(data, scene);
  const creation = await turn.house.desk.create(command, turn.actor);
  if (creation.kind === 'refused') {
    const [first] = creation.refusals;
    if (isAboutPerson(first)) return { answer: await forbidden(turn, first), kept: true };
    return { refusals: [...creation.refusals], data: await wrongInvitationFirst(data, scene) };
  }
  const { deal, kind } = creation;
  if (kind === 'created') {
    turn.log.info({ dealId: deal.id, type: dealType(deal.parties) }, 'deal created');
    await rememberPhone(turn, data.team.phone);
    await rememberChoices(data, command, turn);
  }
  return doneEnding(turn, deal, text(turn.reader.language, 'create.done'));
}

async function commandOf(data: CreateForm, scene: CreateScene): Promise<Create> {
  const { turn, draft } = scene;
  const source = await sourceOf(data, scene);
  return {
    dealId: dealId('teams', draft.id),
    customer: await customerOf(turn, data.customer),
    contact: data.contact,
    consent: data.consent,
    values: data.values,
    team: source.team,
    solutions: source.solutions,
    microsoft: isHelp(data.help) ? { help: data.help, helpNotes: data.helpNotes } : undefined,
    invitations: await Promise.all(
      wantedIn(data).map(async ({ form }) => ({
        ...(await requestOf(turn, form, source)).request,
        invitationId: form.id,
      })),
    ),
  };
}

/** The invitations that are to be sent, each with its place in the form. */
function wantedIn({ invites, invitations }: CreateForm): { form: InvitationForm; at: number }[] {
  return invites ? invitations.map((form, at) => ({ form, at })).filter(({ form }) => !isBlank(form)) : [];
}

async function sourceOf(
  data: CreateForm,
  { turn }: CreateScene,
): Promise<{ team: TeamMember[]; solutions: Solution[] }> {
  const { team } = await teamIn(turn, data.team);
  const { solutions } = await solutionsIn(turn, data.solutions);
  return { team, solutions };
}

/** The form shows the first invitation that has what is wrong. */
async function wrongInvitationFirst(data: CreateForm, scene: CreateScene): Promise<CreateForm> {
  const source = await sourceOf(data, scene);
  const { invitations } = data;
  for (const { form, at } of wantedIn(data)) {
    const { request } = await requestOf(scene.turn, form, source);
    if ((await checkInvitation(request, at, invitations, scene.turn, [])).length === 0) continue;
    return { ...data, invitations: [form, ...invitations.filter((one) => one !== form)] };
  }
  return data;
}

function contactAndConsent({ contact, consent }: CreateForm, { reader }: Turn, required: boolean): FormField[] {
  const { language } = reader;
  return [
    ...contactFields(contact, reader, required),
    {
      kind: 'toggle',
      id: 'consent',
      label: text(language, 'microsoft.consent'),
      statement: text(language, 'create.consentYes'),
      value: consent,
      hint: text(language, 'microsoft.consentHint'),
    },
  ];
}

async function detailFields({ values, customer, hasDetails }: CreateForm, { turn }: CreateScene): Promise<FormField[]> {
  const { reader, house } = turn;
  const { language } = reader;
  const line = (id: 'crmId' | 'campaignId'): FormField => {
    return { kind: 'text', id, label: text(language, `accept.${id}`), value: values[id], maxLength: 100 };
  };
  // Most deals are called by their customer: it spares typing on a phone.
  const name = hasDetails ? values.name : (await customerOf(turn, customer)).name.slice(0, 200);
  return [
    { kind: 'text', id: 'name', label: text(language, 'accept.name'), value: name, required: true },
    { kind: 'amount', id: 'amount', label: text(language, 'accept.amount'), value: values.amount, required: true },
    currencyField(values.currency, reader),
    closeDateField(text(language, 'accept.closeDate'), values.closeDate, reader, house.clock.now()),
    {
      kind: 'text',
      id: 'notes',
      label: text(language, 'accept.notes'),
      value: values.notes,
      hint: text(language, 'accept.notesHint'),
      multiline: true,
      maxLength: 4000,
    },
    line('crmId'),
    line('campaignId'),
  ];
}

function sellingFields(data: CreateForm, { turn }: CreateScene): FormField[] {
  const { language } = turn.reader;
  return [
    { kind: 'hint', label: text(language, 'microsoft.days') },
    {
      kind: 'choice',
      id: 'help',
      label: text(language, 'microsoft.help'),
      value: data.help,
      choices: [{ title: text(language, 'create.noHelp'), value: noHelp }, ...helpChoices(language)],
      expanded: true,
    },
    {
      kind: 'text',
      id: 'helpNotes',
      label: text(language, 'microsoft.notes'),
      value: data.helpNotes,
      hint: text(language, 'create.helpNotesHint'),
      multiline: true,
      maxLength: 4000,
    },
    ...(data.asksContact && isHelp(data.help)
      ? [
          { kind: 'heading' as const, label: text(language, 'microsoft.contact'), separator: true },
          ...contactAndConsent(data, turn, true),
        ]
      : []),
  ];
}

async function reviewFields(data: CreateForm, scene: CreateScene): Promise<FormField[]> {
  const { turn } = scene;
  const { reader } = turn;
  const { language } = reader;
  const { contact, consent, values, help, helpNotes } = data;
  const source = await sourceOf(data, scene);
  const invitations = wantedIn(data);
  const type = dealType({ microsoft: isHelp(help), partners: invitations.length });
  const hasContact = contactText(contact) !== '';
  const kinds = source.solutions.map(({ name, kind }) =>
    kind === undefined ? name : `${name} (${text(language, `solutions.kind.${kind}`)})`,
  );
  const parts = await Promise.all(invitations.map(({ form, at }) => reviewOf(turn, form, at, source)));
  return [
    { kind: 'heading', label: text(language, `create.becomes.${type}`) },
    ...facts([
      [text(language, 'create.customer'), await customerText(turn, data.customer)],
      [text(language, 'contact.title'), contactText(contact)],
      [text(language, 'microsoft.consent'), hasContact && consent ? text(language, 'create.consentYes') : ''],
      [text(language, 'accept.name'), values.name],
      [text(language, 'accept.amount'), moneyText(values.amount, values.currency, reader)],
      [text(language, 'accept.closeDate'), dayText(values.closeDate, reader)],
      [text(language, 'accept.notes'), values.notes],
      [text(language, 'accept.crmId'), values.crmId],
      [text(language, 'accept.campaignId'), values.campaignId],
      [text(language, 'facts.team'), source.team.map(memberText).join('\n')],
      [text(language, 'facts.solutions'), kinds.join('\n')],
      [text(language, 'microsoft.help'), isHelp(help) ? helpText(help, language) : text(language, 'create.noHelp')],
      [text(language, 'microsoft.notes'), isHelp(help) ? helpNotes : ''],
    ]),
    ...(isHelp(help) ? [{ kind: 'hint' as const, label: text(language, 'microsoft.consentHint') }] : []),
    ...(parts.length === 0
      ? []
      : [
          { kind: 'heading' as const, label: text(language, 'create.partners'), separator: true },
          { kind: 'warning' as const, label: text(language, 'partner.final') },
        ]),
    ...parts.flat(),
  ];
}

/** C5: what this deal is made of is offered first in the next one. */
async function rememberChoices({ customer }: CreateForm, { team, solutions, invitations }: Create, turn: Turn) {
  const entry = await customerChoice(turn, customer);
  await remember(turn, {
    ...(entry === undefined ? {} : { customers: [entry] }),
    contacts: team.filter(({ personId }) => personId !== turn.actor.personId),
    ...(await choicesOf(turn, solutions, invitations)),
  });
}
