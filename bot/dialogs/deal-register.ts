import { z } from 'zod';
import { type FormField, type TextKey, text } from '../../cards/index.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import {
  checkRegistration,
  eligibleSolutions,
  isYoung,
  type Register,
  solutionKey,
  whyNotRegistrable,
} from '../../src/rules/register.ts';
import type { Turn } from '../turn.ts';
import { type DealDialog, type Ending, type Scene, typed } from './dialog.ts';
import { contactFields, contactText, currencyField, dayText, facts, moneyText, readContact } from './fields.ts';
import { doneEnding, isOwnDeed, perform } from './perform.ts';

const Data = z.object({
  contractType: z.string(),
  contractAmount: z.string(),
  currency: z.string(),
  signedOn: z.string(),
  startsOn: z.string(),
  endsOn: z.string(),
  perpetual: z.boolean(),
  solution: z.string(),
  solutionAmount: z.string(),
  deployedOn: z.string(),
  tenant: z.string(),
  contact: z.object({ name: z.string(), phone: z.string(), email: z.string() }),
});
type Data = z.infer<typeof Data>;

/** G1 to G4: registers a won deal, or corrects a registration that needs it. */
export const dealRegister: DealDialog<Data> = {
  id: 'deal.register',
  title: 'register.title',
  schema: Data,
  whyNot: whyNotRegistrable,
  begin: (_opening, turn, deal) => ({ data: proposal(turn, deal) }),
  check: (data, { deal }) => checkRegistration(deal, commandOf(data)),
  steps: [
    {
      id: 'contract',
      title: 'register.contract',
      read: (inputs, data) => ({
        ...data,
        ...typed(inputs, ['contractType', 'contractAmount', 'currency', 'signedOn', 'startsOn', 'endsOn']),
        perpetual: inputs.perpetual === 'true',
      }),
      fields(data, { turn: { reader, house }, deal }) {
        const { language } = reader;
        const day = (id: 'signedOn' | 'startsOn' | 'endsOn', required: boolean): FormField => {
          return { kind: 'date', id, label: text(language, `register.${id}`), value: data[id], required };
        };
        return [
          ...hints(deal, house.clock.now(), reader),
          choice('contractType', data.contractType, ['new', 'renewal'], reader),
          {
            kind: 'amount',
            id: 'contractAmount',
            label: text(language, 'register.contractAmount'),
            value: data.contractAmount,
            required: true,
          },
          currencyField(data.currency, reader),
          day('signedOn', true),
          day('startsOn', true),
          day('endsOn', false),
          {
            kind: 'toggle',
            id: 'perpetual',
            label: text(language, 'register.perpetual'),
            statement: text(language, 'register.perpetualYes'),
            value: data.perpetual,
          },
        ];
      },
    },
    {
      id: 'deployment',
      title: 'register.deployment',
      read: (inputs, data) => ({
        ...data,
        ...typed(inputs, ['solution', 'solutionAmount', 'deployedOn', 'tenant']),
      }),
      fields: (data, { turn: { reader }, deal }) => [
        {
          kind: 'choice',
          id: 'solution',
          label: text(reader.language, 'register.whichSolution'),
          value: data.solution,
          choices: eligibleSolutions(deal).map((one) => ({ title: one.name, value: solutionKey(one) })),
          required: true,
        },
        {
          kind: 'amount',
          id: 'solutionAmount',
          label: text(reader.language, 'register.solutionAmount'),
          value: data.solutionAmount,
          required: true,
          hint: data.currency,
        },
        choice('deployedOn', data.deployedOn, ['azure', 'other'], reader),
        choice('tenant', data.tenant, ['customer', 'partner'], reader),
      ],
    },
    {
      id: 'contact',
      title: 'register.contact',
      read: (inputs, data) => ({ ...data, contact: readContact(inputs) }),
      fields: ({ contact }, { turn: { reader } }) => contactFields(contact, reader, true),
    },
    {
      id: 'review',
      title: 'dialog.review',
      next: 'register.send',
      fields(data, { turn: { reader, house }, deal }) {
        const { language } = reader;
        const solution = eligibleSolutions(deal).find((one) => solutionKey(one) === data.solution);
        const end = data.perpetual ? text(language, 'register.perpetualYes') : dayText(data.endsOn, reader);
        return [
          ...hints(deal, house.clock.now(), reader),
          ...facts([
            [text(language, 'register.contractType'), chosen('contractType', data.contractType, reader)],
            [text(language, 'register.contractAmount'), moneyText(data.contractAmount, data.currency, reader)],
            [text(language, 'register.signedOn'), dayText(data.signedOn, reader)],
            [text(language, 'register.startsOn'), dayText(data.startsOn, reader)],
            [text(language, 'register.endsOn'), end],
            [text(language, 'register.whichSolution'), solution?.name ?? ''],
            [text(language, 'register.solutionAmount'), moneyText(data.solutionAmount, data.currency, reader)],
            [text(language, 'register.deployedOn'), chosen('deployedOn', data.deployedOn, reader)],
            [text(language, 'register.tenant'), chosen('tenant', data.tenant, reader)],
            [text(language, 'register.contact'), contactText(data.contact)],
          ]),
        ];
      },
    },
  ],
  ended,
  async finish(data, scene) {
    return perform(commandOf(data), scene, (deal) => ending(scene.turn, deal), ended);
  },
};

function commandOf(data: Data): Register {
  return { kind: 'register', ...data };
}

/** G4: what was handed in before; else what the deal and the person tell. */
function proposal({ actor }: Turn, deal: Deal): Data {
  const { registration, value } = deal;
  const [only, ...others] = eligibleSolutions(deal);
  if (registration === undefined) {
    return {
      contractType: '',
      contractAmount: value?.amount ?? '',
      currency: value?.currency ?? '',
      signedOn: '',
      startsOn: '',
      endsOn: '',
      perpetual: false,
      solution: only !== undefined && others.length === 0 ? solutionKey(only) : '',
      solutionAmount: '',
      deployedOn: '',
      tenant: '',
      contact: { name: actor.name, phone: actor.phone ?? '', email: actor.email ?? '' },
    };
  }
  return {
    contractType: registration.contractType,
    contractAmount: registration.contractValue.amount,
    currency: registration.contractValue.currency,
    signedOn: registration.signedOn,
    startsOn: registration.startsOn,
    endsOn: registration.endsOn ?? '',
    perpetual: registration.endsOn === undefined,
    solution: solutionKey(registration.solution),
    solutionAmount: registration.solutionValue.amount,
    deployedOn: registration.deployedOn,
    tenant: registration.tenant,
    contact: registration.contact,
  };
}

/** G3, G4. */
function hints(deal: Deal, now: number, { language }: Reader): FormField[] {
  const again = deal.registration?.status === 'actionRequired';
  const keys: TextKey[] = [
    ...(again ? ['register.again' as const] : []),
    ...(isYoung(deal, now) ? ['register.young' as const] : []),
  ];
  return keys.map((key) => ({ kind: 'warning', label: text(language, key as 'register.young') }));
}

type Chosen = 'contractType' | 'deployedOn' | 'tenant';

function choice(id: Chosen, value: string, values: readonly string[], reader: Reader): FormField {
  return {
    kind: 'choice',
    id,
    label: text(reader.language, `register.${id}`),
    value,
    choices: values.map((one) => ({ title: chosen(id, one, reader), value: one })),
    required: true,
    expanded: true,
  };
}

const known: Readonly<Record<string, TextKey>> = {
  'contractType new': 'register.contractType.new',
  'contractType renewal': 'register.contractType.renewal',
  'deployedOn azure': 'register.deployedOn.azure',
  'deployedOn other': 'register.deployedOn.other',
  'tenant customer': 'register.tenant.customer',
  'tenant partner': 'register.tenant.partner',
};

function chosen(id: Chosen, value: string, { language }: Reader): string {
  const key = known[`${id} ${value}`];
  return key === undefined ? '' : text(language, key as 'register.tenant');
}

function ended(scene: Scene): Promise<Ending> | undefined {
  const { registration } = scene.deal;
  const isHandedIn = registration?.status === 'submitted' && isOwnDeed(registration, scene);
  return isHandedIn ? ending(scene.turn, scene.deal) : undefined;
}

function ending(turn: Turn, deal: Deal): Promise<Ending> {
  return doneEnding(turn, deal, text(turn.reader.language, 'register.done'));
}
