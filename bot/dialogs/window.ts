import { z } from 'zod';
import { text } from '../../cards/index.ts';
import { contentTypes } from '../adapter.ts';
import type { Turn } from '../turn.ts';
import { dialogVerbs, saidBy } from './run.ts';

const Task = z.object({ data: z.looseObject({ verb: z.string().max(100) }) });

/**
 * A dialog in a window of Teams: the body that answers `task/fetch` and `task/submit` (facts/teams.md 2.1). The form is the same
 * card; what ends it closes the window with a line.
 */
export async function inWindow(turn: Turn, value: unknown): Promise<object> {
  const task = Task.safeParse(value);
  const press = task.success ? dialogVerbs[task.data.data.verb] : undefined;
  if (!task.success || press === undefined) return messageTask(text(turn.reader.language, 'oldCard'));
  const shown = await press(turn, task.data.data);
  if ('form' in shown) {
    const { form, title } = shown;
    const card = { contentType: contentTypes.card, content: forWindow(form.card) };
    return { task: { type: 'continue', value: { title, height: 'large', width: 'medium', card } } };
  }
  return messageTask(saidBy(shown));
}

function messageTask(value: string): object {
  return { task: { type: 'message', value } };
}

/** Only Action.Submit works inside a window, and nothing opens another one. */
function forWindow(node: unknown): unknown {
  if (Array.isArray(node)) return node.filter((one) => !opensWindow(one)).map(forWindow);
  if (typeof node !== 'object' || node === null) return node;
  const { type, verb: _, fallback: __, ...rest } = node as Record<string, unknown>;
  if (type === 'Action.Execute') return { type: 'Action.Submit', ...rest };
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, forWindow(value)]));
}

function opensWindow(node: unknown): boolean {
  const { data } = (node ?? {}) as { data?: { msteams?: { type?: unknown } } };
  return data?.msteams?.type === 'task/fetch';
}
