/** Finds its way in a card as JSON. */

export interface Element {
  type?: string;
  [member: string]: unknown;
}

/** Every object of a card, with those inside it, top down. */
export function everything(node: unknown): Element[] {
  if (Array.isArray(node)) return node.flatMap(everything);
  if (typeof node !== 'object' || node === null) return [];
  return [node as Element, ...Object.values(node).flatMap(everything)];
}

export function ofType(card: unknown, ...types: string[]): Element[] {
  return everything(card).filter(({ type }) => types.includes(type ?? ''));
}

/** What stands in TextBlocks and TextRuns, a line each. */
export function textOf(card: unknown): string {
  return ofType(card, 'TextBlock', 'RichTextBlock')
    .map((element) =>
      element.type === 'TextBlock'
        ? String(element.text)
        : (element.inlines as Element[]).map(({ text }) => String(text)).join(''),
    )
    .join('\n');
}

/** The input with this id. */
export function input(card: unknown, id: string): Element {
  const found = everything(card).find((element) => element.id === id && element.type?.startsWith('Input.'));
  if (found === undefined) throw new Error(`no input ${id}`);
  return found;
}

/** The buttons by their titles, without the fallbacks. */
export function buttons(card: unknown): Map<string, Element> {
  const actions = ofType(card, 'ActionSet').flatMap(({ actions: all }) => all as Element[]);
  return new Map(actions.map((action) => [String(action.title), action]));
}

/** The text right after the input with this id: where its error stands. */
export function textAfter(card: unknown, id: string): string {
  const list = everything(card)
    .flatMap((element) => [element.items, element.body])
    .filter((items): items is Element[] => Array.isArray(items))
    .find((items) => items.some((item) => item.id === id && item.type?.startsWith('Input.')));
  const at = list?.findIndex((item) => item.id === id) ?? -1;
  const rest = list?.slice(at + 1) ?? [];
  const end = rest.findIndex((item) => item.type !== 'TextBlock');
  return textOf(end < 0 ? rest : rest.slice(0, end));
}
