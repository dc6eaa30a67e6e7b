import { z } from 'zod';
import { type FormField, text } from '../../cards/index.ts';
import { solutionsOf } from '../../src/deals/deal.ts';
import { Solution, solutionKinds } from '../../src/deals/opportunity.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import { checkEdit, checkTypedSolution, type Edit, whyNotEditable } from '../../src/rules/edit.ts';
import { type Refusal, refusal } from '../../src/rules/refusal.ts';
import { solutionKey } from '../../src/rules/register.ts';
import { type Listing, listChanges, meanwhileFields, mergedList } from './changed-meanwhile.ts';
import { type Act, type Acted, type DealDialog, type Scene, typed } from './dialog.ts';
import { offered, solutionOf } from './offers.ts';
import { moreButton, pageOf, pageSize } from './pages.ts';
import { doneEnding, perform } from './perform.ts';

const Data = z.object({
  base: z.array(Solution),
  since: z.number().int(),
  values: z.array(Solution),
  earlier: z.object({ base: z.array(Solution), since: z.number().int() }).optional(),
  /** Where the page of the list begins that is shown. */
  from: z.number().int(),
  /** Typed and not yet added. */
  solution: z.string(),
  solutionKind: z.string(),
});
type Data = z.infer<typeof Data>;

const solutions: Listing<Solution> = {
  section: 'solutions',
  label: 'facts.solutions',
  key: solutionKey,
  name: ({ name }) => name,
};

/** E1, E2, C6: what is sold with a deal. */
export const dealSolutions: DealDialog<Data> = {
  id: 'deal.solutions',
  title: 'solutions.title',
  schema: Data,
  whyNot: whyNotEditable,
  begin(_opening, _turn, deal) {
    const base = [...solutionsOf(deal)];
    return { data: { base, since: deal.history.length, values: base, from: 0, solution: '', solutionKind: '' } };
  },
  check: (data, { turn, deal }) => {
    const { values, refusals } = whole(data);
    return [...refusals, ...checkEdit(deal, commandOf(data.base, values), turn.actor, turn.house.clock.now())];
  },
  steps: [
    {
      id: 'solutions',
      title: 'facts.solutions',
      next: 'dialog.apply',
      read: (inputs, data) => ({ ...data, ...typed(inputs, ['solution', 'solutionKind']) }),
      async fields(data, { turn, deal }) {
        const { reader } = turn;
        const { earlier, base, since } = data;
        const history = deal.history.slice(earlier?.since ?? since, since);
        const changes = earlier === undefined ? [] : listChanges(solutions, earlier.base, base, history);
        return [
          ...meanwhileFields(changes, reader),
          { kind: 'hint', label: text(reader.language, 'solutions.hint'), errorsOf: ['solutions'] },
          ...solutionRows(data, reader),
          ...(await addingFields(data, turn)),
        ];
      },
      act,
    },
  ],
  async finish(data, scene) {
    const { turn } = scene;
    const { values } = whole(data);
    const done = await perform(commandOf(data.base, values), scene, (deal) =>
      doneEnding(turn, deal, text(turn.reader.language, 'edit.done')),
    );
    if ('answer' in done || !done.refusals.some(({ code }) => code === 'changedMeanwhile')) return done;
    const { deal, refusals } = done;
    const now = [...solutionsOf(deal)];
    return {
      refusals,
      data: {
        base: now,
        since: deal.history.length,
        values: mergedList(solutions, data.base, now, values),
        earlier: { base: data.base, since: data.since },
        from: 0,
        solution: '',
        solutionKind: '',
      },
    };
  },
};

function commandOf(base: Solution[], values: Solution[]): Edit {
  return { kind: 'edit', section: 'solutions', base, values };
}

/** The list with what was typed and not yet added by its button, and what is wrong with that. */
function whole({ values, solution, solutionKind }: Data): { values: Solution[]; refusals: Refusal[] } {
  if (solution.trim() === '') return { values, refusals: [] };
  const entry = { name: solution, kind: solutionKind };
  const refusals = checkTypedSolution(entry);
  return { values: refusals.length > 0 ? values : withSolution(values, Solution.parse(entry)), refusals };
}

async function act({ what, item }: Act, data: Data, { turn }: Scene): Promise<Acted<Data>> {
  const { values, solution, solutionKind } = data;
  switch (what) {
    case 'remove':
      return { data: { ...data, values: values.filter((_, at) => String(at) !== item) } };
    case 'add': {
      const refusals = checkTypedSolution({ name: solution, kind: solutionKind });
      return refusals.length > 0
        ? { data, refusals }
        : added(data, Solution.parse({ name: solution, kind: solutionKind }));
    }
    case 'addFound': {
      const found = (await solutionsLike(turn, solution)).find((one) => solutionKey(one) === item);
      return found === undefined ? { data } : added(data, found);
    }
    case 'more':
      return { data: { ...data, from: Number(item) } };
    // `find`: what was typed is searched for whenever the form is shown.
    default:
      return { data };
  }
}

/** With the page that shows the last one. */
function added(data: Data, solution: Solution): Acted<Data> {
  const values = withSolution(data.values, solution);
  if (values.length > 50) return { data, refusals: [refusal('tooManySolutions', 'C6', 'solutions')] };
  const from = Math.floor((values.length - 1) / pageSize) * pageSize;
  return { data: { ...data, values, from, solution: '', solutionKind: '' } };
}

function withSolution(values: Solution[], solution: Solution): Solution[] {
  return values.some((one) => solutionKey(one) === solutionKey(solution)) ? values : [...values, solution];
}

/**
 * C6: solutions of the directory that fit what was typed, the best first; without a text those that were chosen lately. Without a
 * directory there are none, and a solution is entered by its name and kind.
 */
async function solutionsLike(turn: Scene['turn'], typedText: string): Promise<Solution[]> {
  return (await offered(turn, 'solutions', typedText.trim())).map(solutionOf);
}

function kindText(kind: Solution['kind'], { language }: Reader): string {
  return kind === undefined ? '' : text(language, `solutions.kind.${kind}`);
}

function solutionRows({ values, from }: Data, reader: Reader): FormField[] {
  const { language } = reader;
  const title = text(language, 'dialog.remove');
  const page = pageOf(values, from);
  return [
    ...page.entries.map(({ entry: { name, kind }, at }): FormField => {
      const tooltip = text(language, 'button.on', { action: title, customer: name });
      const buttons = [{ title, tooltip, what: 'remove', item: String(at) }];
      return { kind: 'row', label: name, value: kindText(kind, reader), buttons };
    }),
    ...moreButton(page, text(language, 'dialog.more')),
  ];
}

async function addingFields({ values, solution, solutionKind }: Data, turn: Scene['turn']): Promise<FormField[]> {
  const { reader } = turn;
  const { language } = reader;
  const there = new Set(values.map(solutionKey));
  const offers = await solutionsLike(turn, solution);
  const found = offers.filter((one) => !there.has(solutionKey(one)));
  // With nothing found there is something to search only if there is a directory at all.
  const canFind = offers.length > 0 || (solution.trim() !== '' && (await solutionsLike(turn, '')).length > 0);
  const title = text(language, 'solutions.addFound');
  return [
    { kind: 'heading', label: text(language, 'solutions.add'), separator: true },
    { kind: 'text', id: 'solution', label: text(language, 'solutions.name'), value: solution },
    {
      kind: 'choice',
      id: 'solutionKind',
      label: text(language, 'solutions.kind'),
      value: solutionKind,
      choices: solutionKinds.map((kind) => ({ title: kindText(kind, reader), value: kind })),
      hint: text(language, 'solutions.kindHint'),
    },
    {
      kind: 'button',
      buttons: [
        ...(canFind ? [{ title: text(language, 'dialog.find'), what: 'find' }] : []),
        { title: text(language, 'solutions.addThis'), what: 'add' },
      ],
    },
    ...(found.length === 0 ? [] : [{ kind: 'heading' as const, label: text(language, 'solutions.found') }]),
    ...found.slice(0, pageSize).map((one): FormField => {
      const tooltip = text(language, 'button.on', { action: title, customer: one.name });
      const buttons = [{ title, tooltip, what: 'addFound', item: solutionKey(one) }];
      return { kind: 'row', label: one.name, value: kindText(one.kind, reader), buttons };
    }),
  ];
}
