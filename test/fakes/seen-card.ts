/** An Adaptive Card, or a part of one, as JSON. Read loosely: the official parser checks cards elsewhere. */
export interface Json {
  [key: string]: unknown;
}

/** What people read of a card, one line a text: nothing hidden, no buttons, no markdown taken away. */
export function visibleText(card: Json): string {
  return linesOf(card).join('\n');
}

function linesOf(element: unknown): string[] {
  if (!isJson(element) || element.isVisible === false) return [];
  switch (element.type) {
    case 'TextBlock':
    case 'Badge':
      return [String(element.text ?? '')];
    case 'RichTextBlock':
      return [
        list(element.inlines)
          .map((inline) => (isJson(inline) ? String(inline.text ?? '') : String(inline)))
          .join(''),
      ];
    case 'FactSet':
      return list(element.facts).map((fact) => (isJson(fact) ? `${fact.title}: ${fact.value}` : ''));
    default: {
      const label = typeof element.label === 'string' ? [element.label] : [];
      return [...label, ...childrenOf(element).flatMap(linesOf)];
    }
  }
}

/** Where a card keeps its parts; buttons apart. */
function childrenOf(element: Json): unknown[] {
  return ['body', 'items', 'columns', 'rows', 'cells'].flatMap((field) => list(element[field]));
}

/** A button with the card that it stands on: a card shown by Action.ShowCard sends its own inputs and those around it. */
interface Button {
  title: string;
  action: Json;
  inputs: Json[];
}

/** Every button of a card, hidden ones too: something else may show them. */
export function buttonsOf(card: Json, around: Json[] = []): Button[] {
  const inputs = [...around, ...inputsOf(card)];
  return actionsIn(card).flatMap((action) =>
    action.type === 'Action.ShowCard' && isJson(action.card)
      ? buttonsOf(action.card, inputs)
      : [{ title: String(action.title ?? ''), action, inputs }],
  );
}

function actionsIn(element: Json): Json[] {
  const own = [...list(element.actions), element.selectAction, element.inlineAction].filter(isJson);
  return [...own, ...childrenOf(element).filter(isJson).flatMap(actionsIn)];
}

/** The inputs of a card, without those of cards that Action.ShowCard shows. */
export function inputsOf(card: Json): Json[] {
  const own = typeof card.type === 'string' && card.type.startsWith('Input.') ? [card] : [];
  return [...own, ...childrenOf(card).filter(isJson).flatMap(inputsOf)];
}

/** What the client sends for these inputs: everything as text. @throws {Error} something was typed where the card has no input */
export function valuesOf(inputs: readonly Json[], typed: Readonly<Record<string, string>>): Record<string, string> {
  const ids = inputs.map(({ id }) => String(id));
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`two inputs of the card have the id ${twice}`);
  const nowhere = Object.keys(typed).find((id) => !ids.includes(id));
  if (nowhere !== undefined) throw new Error(`the card has no input ${nowhere}, only ${ids.join(', ') || 'none'}`);
  return Object.fromEntries(inputs.map((input) => [String(input.id), typed[String(input.id)] ?? presetOf(input)]));
}

function presetOf({ type, value, valueOff }: Json): string {
  if (type === 'Input.Toggle') return String(value ?? valueOff ?? 'false');
  return String(value ?? '');
}

/** What the client's own validation says: the card's message by input, empty where everything is good. */
export function complaintsAbout(
  inputs: readonly Json[],
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const bad = inputs.filter((input) => !isGood(input, values[String(input.id)] ?? ''));
  return Object.fromEntries(bad.map(({ id, errorMessage }) => [String(id), String(errorMessage ?? 'not valid')]));
}

function isGood(input: Json, value: string): boolean {
  const { type, isRequired, min, max, regex, maxLength, valueOn } = input;
  if (type === 'Input.Toggle') return isRequired !== true || value === (valueOn ?? 'true');
  if (value === '') return isRequired !== true;
  switch (type) {
    case 'Input.Text':
      if (typeof maxLength === 'number' && value.length > maxLength) return false;
      return typeof regex !== 'string' || new RegExp(regex).test(value);
    case 'Input.Number': {
      const number = Number(value);
      return !Number.isNaN(number) && number >= Number(min ?? -Infinity) && number <= Number(max ?? Infinity);
    }
    case 'Input.Date':
      if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
      return value >= String(min ?? '') && (typeof max !== 'string' || value <= max);
    case 'Input.ChoiceSet': {
      // What is found by typing, or in the directory, is not among the choices of the card.
      if (isJson(input['choices.data'])) return true;
      const offered = list(input.choices)
        .filter(isJson)
        .map((choice) => choice.value);
      return (input.isMultiSelect === true ? value.split(',') : [value]).every((one) => offered.includes(one));
    }
    default:
      return true;
  }
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
