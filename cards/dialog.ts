import type { Deal } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Field, Refusal } from '../src/rules/refusal.ts';
import { type Banner, banners } from './banner.ts';
import { leadOf } from './deal.ts';
import { checkBanner } from './form.ts';
import { inert, paragraphs, plain, visible } from './plain.ts';
import { refusalText } from './refusals.ts';
import { type Rendered, render } from './template.ts';
import { say, type TextKey } from './texts.ts';
import type { CardAction } from './verbs.ts';

/** A button of a step, beside a row or by itself. `what` and `item` come back to the step's `act`. */
interface StepButton {
  title: string;
  /** Names what it acts on, where several buttons have the same title. May come from outside. */
  tooltip?: string;
  what: string;
  item?: string;
}

interface Choices {
  id: string;
  label: string;
  /** With `many`: several, joined by commas. */
  value: string;
  choices: readonly { title: string; value: string }[];
  required?: boolean;
  many?: boolean;
}

/**
 * A line of a form. Labels, hints, titles and placeholders are texts of ours; values, facts and rows may come from outside and are
 * shown as plain text. Nothing is required by the client: Back and Save must work with a half-filled step, so the server checks.
 * `id` is the input's; its errors are those of the refusals whose field is the same, or `errorsOf`.
 */
export type FormField = { hint?: string; errorsOf?: readonly Field[]; separator?: boolean } & (
  | { kind: 'heading' | 'hint' | 'warning'; label: string }
  /** The value in paragraphs, one for each of its lines. */
  | { kind: 'fact'; label: string; value: string }
  | {
      kind: 'text';
      id: string;
      label: string;
      value: string;
      required?: boolean;
      multiline?: boolean;
      maxLength?: number;
      style?: 'text' | 'tel' | 'email';
      placeholder?: string;
    }
  | { kind: 'amount'; id: string; label: string; value: string; required?: boolean }
  /** `earliest`: `YYYY-MM-DD`, the first day that can be chosen. */
  | { kind: 'date'; id: string; label: string; value: string; required?: boolean; earliest?: string }
  /** `placeholder`: what stands there while nothing is chosen; absent: that something is to be chosen. */
  | ({ kind: 'choice'; expanded?: boolean; placeholder?: string } & Choices)
  /** Type-ahead where the client has it (facts/teams.md 1.8); `choices` are there for every client. */
  | ({ kind: 'search'; dataset: string; placeholder?: string } & Choices)
  /**
   * The people picker (facts/teams.md 1.9): gives Entra object ids. `everybody`: of the whole organisation, not of this conversation
   * alone. `choices` are there for clients without one.
   */
  | ({ kind: 'people'; placeholder?: string; everybody: boolean } & Choices)
  /** `statement`: what is said by ticking it. */
  | { kind: 'toggle'; id: string; label: string; statement: string; value: boolean }
  /** The value in a line for each of its lines. */
  | { kind: 'row'; label: string; value: string; buttons: readonly StepButton[] }
  | { kind: 'button'; buttons: readonly StepButton[] }
);

export interface DialogInput {
  reader: Reader;
  title: TextKey;
  /** What it is about, if there is a deal already. */
  deal?: Deal | undefined;
  step: { id: string; title: TextKey; at: number; of: number };
  draft: { id: string; sequence: number };
  fields: readonly FormField[];
  errors: readonly Refusal[];
  banner?: Banner | undefined;
  /** The text of the button that goes on. */
  next: TextKey;
}

/** Where a press belongs. The deal is named too, so that a press on a form that is gone leads back to its card. */
type InDeal<T> = T & { dealId?: string };

/** One step of a dialog. */
export function dialogCard({ reader, title, deal, step, draft, fields, errors, banner, next }: DialogInput): Rendered {
  const { language } = reader;
  const about = deal === undefined ? {} : { dealId: deal.id };
  const data = { draftId: draft.id, step: step.id, sequence: draft.sequence, ...about };
  const name = say(language, title as 'dialog.next');
  const stepTitle = say(language, step.title as 'dialog.next');
  const heading = say(language, 'dialog.heading', { title: stepTitle, at: String(step.at), of: String(step.of) });
  const placed = placesIn(fields);
  return render(
    'dialog',
    language,
    {
      banners: banners(banner, checkBanner(errors, reader)),
      title: name,
      headings: step.of > 1 ? [heading] : [],
      leads: deal === undefined ? [] : [{ lead: leadOf(deal, reader) }],
      errors: {
        form: errors
          .filter(({ field }) => field === undefined || !placed.has(field))
          .map((one) => refusalText(one, reader)),
      },
      fields: fields.map((field) => ({
        ...lineOf(field, data, say(language, 'dialog.choose')),
        separator: field.separator ?? false,
        hints: field.hint === undefined ? [] : [field.hint],
        errors: errors
          .filter((error) => error.field !== undefined && placesOf(field).includes(error.field))
          .map((one) => refusalText(one, reader)),
      })),
      next: {
        title: say(language, next as 'dialog.next'),
        data: { verb: 'dialog.next', ...data } satisfies InDeal<CardAction>,
      },
      back: step.at > 1 ? [{ verb: 'dialog.back', ...data } satisfies InDeal<CardAction>] : [],
      save: { verb: 'dialog.save', ...data } satisfies InDeal<CardAction>,
      discard: { verb: 'dialog.discard', draftId: draft.id, ...about } satisfies InDeal<CardAction>,
      // Only Action.Submit opens a Teams dialog (facts/teams.md 2.1).
      window: step.at > 1 ? [] : [{ msteams: { type: 'task/fetch' }, verb: 'dialog.resume', ...data }],
    },
    name,
  );
}

/** Where errors can stand: what refusals at other fields are about is not asked here. */
export function placesIn(fields: readonly FormField[]): ReadonlySet<string> {
  return new Set(fields.flatMap(placesOf));
}

function placesOf(field: FormField): readonly string[] {
  return [...('id' in field ? [field.id] : []), ...(field.errorsOf ?? [])];
}

/** A field as the template wants it: every member that its kind names is there. */
function lineOf(field: FormField, data: object, choose: string): object {
  const buttons = (list: readonly StepButton[]) =>
    list.map(({ title, tooltip, what, item = '' }) => ({
      title,
      tooltip: inert(tooltip ?? title, 120),
      data: { verb: 'dialog.act', ...data, what, item },
    }));
  const none = { lines: [], actions: [] };
  switch (field.kind) {
    case 'heading':
    case 'hint':
    case 'warning':
      return { ...none, kind: field.kind, label: field.label };
    case 'fact': {
      const lines = paragraphs(field.value, 4000, 80);
      return { ...none, kind: 'fact', label: plain(field.label, 200), lines: lines.length === 0 ? ['–'] : lines };
    }
    case 'row': {
      const below = paragraphs(field.value, 400, 3);
      return {
        ...none,
        kind: 'row',
        label: plain(field.label, 200) || '–',
        below: below.length === 0 ? ['–'] : below,
        actions: buttons(field.buttons),
      };
    }
    case 'button':
      return { ...none, kind: 'button', actions: buttons(field.buttons) };
    case 'toggle':
      return {
        ...none,
        kind: 'toggle',
        id: field.id,
        label: field.label,
        statement: field.statement,
        value: String(field.value),
      };
    case 'text':
      return { ...none, ...textLine(field) };
    case 'amount':
      return { ...none, ...amountLine(field) };
    case 'date':
      return { ...none, ...dateLine(field) };
    default:
      return { ...none, ...choiceLine(field, choose) };
  }
}

/** What must be filled in is marked. */
function labelOf(field: { label: string; required?: boolean }): string {
  return field.required === true ? `${field.label} *` : field.label;
}

function textLine(field: Extract<FormField, { kind: 'text' }>): object {
  return {
    kind: 'text',
    id: field.id,
    label: labelOf(field),
    value: visible(field.value),
    style: field.style ?? 'text',
    placeholder: field.placeholder ?? '',
    multiline: field.multiline ?? false,
    maxLength: field.maxLength ?? 200,
  };
}

/** A number input shows nothing but a number: anything else that was typed stays in a text input. */
function amountLine(field: Extract<FormField, { kind: 'amount' }>): object {
  const common = { id: field.id, label: labelOf(field) };
  if (field.value === '') return { kind: 'emptyAmount', ...common };
  const isNumber = /^(0|[1-9]\d{0,11})(\.\d{1,3})?$/.test(field.value);
  return isNumber
    ? { kind: 'amount', ...common, value: Number(field.value) }
    : textLine({ ...field, kind: 'text', maxLength: 100 });
}

/** Likewise for a day. One that is before the earliest gets no bound, or the client would not show it. */
function dateLine(field: Extract<FormField, { kind: 'date' }>): object {
  const { value, earliest } = field;
  const isDay = value === '' || (/^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)));
  if (!isDay) return textLine({ ...field, kind: 'text', maxLength: 100 });
  const isBounded = earliest !== undefined && (value === '' || value >= earliest);
  return {
    kind: isBounded ? 'dateFrom' : 'date',
    id: field.id,
    label: labelOf(field),
    value,
    earliest: earliest ?? '',
  };
}

function choiceLine(field: Extract<FormField, { kind: 'choice' | 'search' | 'people' }>, choose: string): object {
  return {
    kind: field.kind,
    id: field.id,
    label: labelOf(field),
    value: visible(field.value),
    many: field.many ?? false,
    style: field.kind === 'choice' && field.expanded === true ? 'expanded' : 'compact',
    placeholder: field.placeholder ?? (field.kind === 'choice' ? choose : ''),
    dataset: datasetOf(field),
    choices: field.choices.map(({ title, value }) => ({ title: inert(title, 120), value })),
  };
}

function datasetOf(field: Extract<FormField, { kind: 'choice' | 'search' | 'people' }>): string {
  if (field.kind === 'search') return field.dataset;
  if (field.kind === 'choice') return '';
  return field.everybody ? 'graph.microsoft.com/users' : 'graph.microsoft.com/users?scope=currentContext';
}
