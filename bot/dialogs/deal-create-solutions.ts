/** Solutions in a form: chosen from the directory, several at a time, or entered by hand. */
import { z } from 'zod';
import { type FormField, text } from '../../cards/index.ts';
import { Solution, solutionKinds } from '../../src/deals/opportunity.ts';
import { checkTypedSolution } from '../../src/rules/edit.ts';
import { type Refusal, refusal } from '../../src/rules/refusal.ts';
import type { Turn } from '../turn.ts';
import type { Act, Acted, Inputs } from './dialog.ts';
import { facts } from './fields.ts';
import {
  type Choice,
  choiceOf,
  chosen,
  distinct,
  offered,
  solutionId,
  solutionLine,
  solutionOf,
  solutionValue,
  valuesIn,
  withValue,
} from './offers.ts';

/** C6: the solutions as the form has them. */
export const SolutionsForm = z.object({
  /** Chosen: values of the choices, joined by commas. */
  chosen: z.string(),
  /** Entered by hand. */
  added: z.array(Solution),
  /** Typed and not yet added. */
  name: z.string(),
  kind: z.string(),
});
export type SolutionsForm = z.infer<typeof SolutionsForm>;

export const noSolutions: SolutionsForm = { chosen: '', added: [], name: '', kind: '' };

const mostRows = 6;

export function readSolutions(inputs: Inputs, form: SolutionsForm): SolutionsForm {
  const { solutions = '', solution = '', solutionKind = '' } = inputs;
  return { ...form, chosen: solutions, name: solution, kind: solutionKind };
}

export function actOnSolutions({ what, item }: Act, form: SolutionsForm): Acted<SolutionsForm> {
  switch (what) {
    case 'choose':
      return { data: { ...form, chosen: withValue(form.chosen, item), name: '' } };
    case 'add': {
      const refusals = checkTypedSolution(form);
      if (refusals.length > 0) return { data: form, refusals };
      return { data: { ...form, added: added(form), name: '', kind: '' } };
    }
    case 'remove':
      return { data: { ...form, added: form.added.filter((_, at) => String(at) !== item) } };
    default:
      return { data: form };
  }
}

/** Everything that was chosen and entered, also what was typed and not yet added by its button; and what of it is wrong. */
export async function solutionsIn(
  turn: Turn,
  form: SolutionsForm,
): Promise<{ solutions: Solution[]; refusals: Refusal[] }> {
  const isPending = form.name.trim() !== '';
  const wrong = isPending ? checkTypedSolution(form) : [];
  const entries = await entriesOf(turn, form.chosen);
  const unknown = entries.some((entry) => entry === undefined) ? [refusal('choiceMissing', 'C6', 'solutions')] : [];
  const solutions = [
    ...entries.flatMap((entry) => (entry === undefined ? [] : [solutionOf(entry)])),
    ...(isPending && wrong.length === 0 ? added(form) : form.added),
  ];
  return { solutions, refusals: [...wrong, ...unknown] };
}

export async function solutionFields(turn: Turn, form: SolutionsForm): Promise<FormField[]> {
  const { reader } = turn;
  const { language } = reader;
  const present = (await entriesOf(turn, form.chosen)).filter((entry) => entry !== undefined);
  const lately = await offered(turn, 'solutions', '');
  const found = form.name.trim() === '' ? [] : await offered(turn, 'solutions', form.name);
  const lines = [...present, ...lately, ...found].map((entry) => choiceOf('solutions', entry, reader));
  const choose = text(language, 'solutions.addFound');
  const remove = text(language, 'dialog.remove');
  const on = (action: string, name: string) => text(language, 'button.on', { action, customer: name });
  return [
    { kind: 'hint', label: text(language, 'create.solutionsHint') },
    {
      kind: 'search',
      id: 'solutions',
      label: text(language, 'facts.solutions'),
      value: form.chosen,
      dataset: 'solutions',
      choices: distinct(lines),
      placeholder: text(language, 'dialog.typeName'),
      many: true,
    },
    ...facts([[text(language, 'solutions.chosen'), present.map(({ name }) => name).join('\n')]]),
    ...form.added.map(({ name, kind }, at): FormField => {
      const buttons = [{ title: remove, tooltip: on(remove, name), what: 'remove', item: String(at) }];
      return {
        kind: 'row',
        label: name,
        value: kind === undefined ? '' : text(language, `solutions.kind.${kind}`),
        buttons,
      };
    }),
    { kind: 'heading', label: text(language, 'solutions.add'), separator: true },
    { kind: 'text', id: 'solution', label: text(language, 'solutions.name'), value: form.name },
    {
      kind: 'choice',
      id: 'solutionKind',
      label: text(language, 'solutions.kind'),
      value: form.kind,
      choices: solutionKinds.map((kind): Choice => ({ title: text(language, `solutions.kind.${kind}`), value: kind })),
      hint: text(language, 'solutions.kindHint'),
    },
    {
      kind: 'button',
      buttons: [
        { title: text(language, 'dialog.find'), what: 'find' },
        { title: text(language, 'solutions.addThis'), what: 'add' },
      ],
    },
    ...(form.name.trim() !== '' && found.length === 0
      ? [{ kind: 'hint' as const, label: text(language, 'solutions.noneFound') }]
      : []),
    ...found.slice(0, mostRows).map((entry): FormField => {
      const buttons = [{ title: choose, tooltip: on(choose, entry.name), what: 'choose', item: solutionValue(entry) }];
      return { kind: 'row', label: entry.name, value: solutionLine(entry, reader), buttons };
    }),
  ];
}

function added({ added: before, name, kind }: SolutionsForm): Solution[] {
  const solution = Solution.parse({ name, kind });
  return before.some((one) => one.name === solution.name) ? before : [...before, solution];
}

async function entriesOf(turn: Turn, joined: string) {
  return Promise.all(
    valuesIn(joined)
      .slice(0, 60)
      .map((value) => chosen(turn, 'solutions', solutionId(value))),
  );
}
