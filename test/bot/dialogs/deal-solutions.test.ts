import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dealSolutions } from '../../../bot/dialogs/deal-solutions.ts';
import type { Turn } from '../../../bot/turn.ts';
import { text } from '../../../cards/index.ts';
import type { Solution } from '../../../src/deals/opportunity.ts';
import type { Draft } from '../../../src/drafts/draft.ts';
import { cited, errorsOn, valueIn } from '../../fakes/story.ts';
import { type DialogStory, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

async function names(id: string): Promise<string[]> {
  const { solutions, opportunity } = await story.deal(id);
  return (solutions ?? opportunity.solutions).map(({ name }) => name);
}

describe.each(shapes)('in a %s', (shape) => {
  test('E2, C6: solutions are added by name and kind, and removed', async () => {
    const { ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open(shape, ben, card, 'deal.solutions', id);
    expect(form.text).toContain('Lakehouse Accelerator');
    const two = await form.press('Add this solution', { solution: ' Microsoft Fabric ', solutionKind: 'microsoft' });
    expect(two.text).toContain('Microsoft Fabric\nMicrosoft');
    expect([valueIn(two.card ?? {}, 'solution'), valueIn(two.card ?? {}, 'solutionKind')]).toEqual(['', '']);
    const one = await two.press({ title: 'Remove', data: { item: '0' } });
    // Typed and not yet added: Apply takes it along.
    const done = await one.press('Apply changes', { solution: 'Security check', solutionKind: 'own' });
    expect(done.text).toContain(text('en', 'edit.done'));
    const { solutions, history } = await story.deal(id);
    expect(solutions).toEqual([
      { name: 'Microsoft Fabric', kind: 'microsoft' },
      { name: 'Security check', kind: 'own' },
    ]);
    expect(history.at(-1)).toMatchObject({ what: 'edited', changes: { solutions: { after: solutions } } });
  });

  test('E2: never below one', async () => {
    const { card, id } = await story.accepted();
    const form = await story.open(shape, story.ben, card, 'deal.solutions', id);
    const none = await form.press('Remove');
    const refused = await none.press('Apply changes');
    expect(errorsOn(refused.card ?? {})).toEqual({ '': [cited(text('en', 'refusal.solutionsMissing'), 'E2')] });
    expect(await names(id)).toEqual(['Lakehouse Accelerator']);
  });

  test.each([
    ['C6', 'solution', 'solutionNameMissing', 'Add this solution', { solution: ' ', solutionKind: 'own' }],
    ['E3', 'solution', 'nameTooLong', 'Apply changes', { solution: 's'.repeat(201), solutionKind: 'own' }],
    ['C6', 'solutionKind', 'choiceMissing', 'Add this solution', { solution: 'Fabric', solutionKind: '' }],
    ['C6', 'solutionKind', 'choiceMissing', 'Apply changes', { solution: 'Fabric', solutionKind: 'borrowed' }],
  ] as const)(
    '%s: wrong input stands at %s (%s), and what was typed stays',
    async (rule, field, code, button, typed) => {
      const { card, id } = await story.accepted();
      const form = await story.open(shape, story.ben, card, 'deal.solutions', id);
      const wrong = await form.press(button, typed);
      expect(errorsOn(wrong.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
      for (const [input, value] of Object.entries(typed)) expect(valueIn(wrong.card ?? {}, input)).toBe(value);
      expect(await names(id)).toEqual(['Lakehouse Accelerator']);
    },
  );

  test('E1: two editors; the second is shown what was added and removed, and loses nothing', async () => {
    const { card, id } = await story.accepted();
    const form = await story.open(shape, story.ben, card, 'deal.solutions', id);
    const mine = await form.press('Add this solution', { solution: 'Mine', solutionKind: 'own' });
    await story.changeSolutions(id, [{ name: 'Ada’s', kind: 'thirdParty' }]);
    const told = await mine.press('Apply changes');
    expect(told.text).toContain('Solutions: changed by Ada Keller on 2 Nov 2026, 10:00 CET');
    expect(told.text).toContain('Added: Ada’s\nRemoved: Lakehouse Accelerator');
    await told.press('Apply changes');
    expect(await names(id)).toEqual(['Ada’s', 'Mine']);
  });

  test('in German', async () => {
    const { cem } = story;
    const { card, id } = await story.accepted(cem);
    const form = await story.open(shape, cem, card, 'deal.solutions', id);
    const added = await form.press(text('de', 'solutions.addThis'), {
      solution: 'Prüfung',
      solutionKind: 'thirdParty',
    });
    expect(added.text).toContain(`Prüfung\n${text('de', 'solutions.kind.thirdParty')}`);
    const done = await added.press(text('de', 'dialog.apply'));
    expect(done.text).toContain(text('de', 'edit.done'));
  });
});

test('the same solution twice is one, and fifty are enough', async () => {
  const { card, id } = await story.accepted();
  const many = Array.from({ length: 50 }, (_, at) => ({ name: `Solution ${at}`, kind: 'own' as const }));
  await story.changeSolutions(id, many);
  const form = await story.open('card', story.ben, card, 'deal.solutions', id);
  const same = await form.press('Add this solution', { solution: 'Solution 7', solutionKind: 'own' });
  expect(same.text).toContain('49–50 / 50');
  const more = await same.press('Add this solution', { solution: 'One more', solutionKind: 'own' });
  expect(errorsOn(more.card ?? {})).toEqual({ '': [cited(text('en', 'refusal.tooManySolutions'), 'C6')] });
  expect(valueIn(more.card ?? {}, 'solution')).toBe('One more');
  const first = await more.press('Show the others');
  expect(first.text).toContain('1–8 / 50');
});

describe('with a directory', () => {
  const entries = [
    { id: 'FAB-1', name: 'Microsoft Fabric', kind: 'microsoft', eligible: true },
    { id: 'SEC-1', name: 'Security check', kind: 'own', eligible: false },
  ] as const;

  /** A step as it is asked, with a directory that finds by a part of the name. */
  async function asked(typed: string, there: Solution[] = []) {
    const { ada } = story;
    const search = async (_org: string, _kind: string, query: { text: string }) =>
      entries.filter(({ name }) => name.toLowerCase().includes(query.text.toLowerCase()));
    const turn = {
      house: { directory: { search }, recent: { list: async () => ({ solutions: [] }) } },
      organisation: { orgId: 'nordwind' },
      reader: { language: 'en', timeZone: 'UTC' },
      actor: story.actor(ada),
    } as unknown as Turn;
    const deal = await story.deal((await story.accepted()).id);
    const [step] = dealSolutions.steps;
    const data = { base: there, since: 0, values: there, from: 0, solution: typed, solutionKind: '' };
    return { step, data, scene: { turn, deal, draft: {} as Draft } };
  }

  async function buttons(typed: string, there?: Solution[]): Promise<string[]> {
    const { step, data, scene } = await asked(typed, there);
    const fields = (await step?.fields(data, scene)) ?? [];
    return fields.flatMap((field) =>
      'buttons' in field ? field.buttons.map(({ what, item = '' }) => `${what} ${item}`.trim()) : [],
    );
  }

  test('C6: offers what fits, the first ones before anything is typed, and nothing that is there already', async () => {
    expect(await buttons('')).toEqual(['find', 'add', 'addFound FAB-1', 'addFound SEC-1']);
    expect(await buttons('fab')).toEqual(['find', 'add', 'addFound FAB-1']);
    expect(await buttons('nothing like it')).toEqual(['find', 'add']);
    expect(await buttons('fab', [{ id: 'FAB-1', name: 'Microsoft Fabric' }])).toEqual(['remove 0', 'find', 'add']);
  });

  test('G1: what is added from it keeps its id, its kind, and whether it can be registered', async () => {
    const { step, data, scene } = await asked('fab');
    const acted = await step?.act?.({ what: 'addFound', item: 'FAB-1' }, data, scene);
    expect(acted?.data).toMatchObject({ values: [entries[0]], solution: '' });
    const forged = await step?.act?.({ what: 'addFound', item: 'SEC-1' }, data, scene);
    expect(forged?.data.values).toEqual([]);
  });
});
