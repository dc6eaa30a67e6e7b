import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { dialogCard, draftCard, messageCard, placesIn, type Rendered, text } from '../../cards/index.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { Draft } from '../../src/drafts/draft.ts';
import { maySeeDeal } from '../../src/rules/permissions.ts';
import type { Refusal } from '../../src/rules/refusal.ts';
import type { Versioned } from '../../src/store/port.ts';
import { inRounds } from '../../src/store/rounds.ts';
import { type Action, Input, notFound, type Press } from '../actions/action.ts';
import { held } from '../held.ts';
import { privateAnswer } from '../private-answer.ts';
import type { Answer, Turn } from '../turn.ts';
import type { Act, DealDialog, DialogAbout, Ending, Opening, Scene, Step } from './dialog.ts';
import { dialogs } from './index.ts';
import { dealEnding, refusedEnding } from './perform.ts';

// biome-ignore lint/suspicious/noExplicitAny: each dialog knows its own data, the runner none
type Data = any;
// biome-ignore lint/suspicious/noExplicitAny: likewise whether there is a deal
type AnyScene = Scene<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
type AnyStep = Step<any, any>;
type AnyDialog = DialogAbout<Data, Data> & {
  whyNot?: DealDialog<Data>['whyNot'] | undefined;
  ended?: DealDialog<Data>['ended'] | undefined;
};

/** A form that goes on. */
interface Form {
  form: Rendered;
  /** Of the dialog, in the reader's language. */
  title: string;
}

/** What a press on a dialog gives, wherever the form stands. */
type Shown = Form | Ending;

type Verb = (turn: Turn, data: unknown) => Promise<Shown>;

/** A draft with what it belongs to. */
interface Place {
  dialog: AnyDialog;
  draft: Versioned<Draft>;
  /** Undefined for a dialog about none. */
  deal: Deal | undefined;
}

/** Opens a dialog from a command, which everybody in the conversation can read: there the form goes to the person's own chat. */
export async function openDialog(turn: Turn, id: string, opening: Opening & { dealId?: string }): Promise<Answer> {
  return inPlace(turn, 'submit', await open(turn, id, opening));
}

async function open(
  turn: Turn,
  id: string,
  { line, dealId }: Opening & { dealId?: string | undefined },
): Promise<Shown> {
  const dialog: AnyDialog | undefined = dialogs.get(id);
  if (dialog === undefined) return { answer: { text: text(turn.reader.language, 'oldCard') } };
  const about = await dealFor(turn, dialog, dealId);
  if ('answer' in about) return about;
  const begun = await dialog.begin({ line }, turn, about.deal);
  if ('answer' in begun) return begun;
  const [first] = wantedSteps(dialog, begun.data);
  if (first === undefined) throw new Error(`dialog ${id} has no step`);
  const { draft, resumed } = await turn.house.drafts.begin({
    orgId: turn.organisation.orgId,
    personId: turn.actor.personId,
    dialog: id,
    dealId: about.deal?.id,
    step: first.id,
    data: begun.data,
    opening: openingOf(turn),
  });
  if (draft.document.finished !== undefined) return finished(turn, draft.document);
  if (!resumed) return shown(turn, { dialog, draft, deal: about.deal }, first);
  if (dialog.schema.safeParse(draft.document.data).success) {
    return shown(turn, { dialog, draft, deal: about.deal }, stepOf(dialog, draft.document), { banner: 'dialog.begun' });
  }
  const anew = await turn.house.drafts.save(draft, { step: first.id, data: begun.data });
  return shown(turn, { dialog, draft: anew, deal: about.deal }, first);
}

/** Teams sends what it was not told of in time again, perhaps to another instance. What has no id cannot be known again. */
function openingOf({ activity: { conversation, id = '' } }: Turn): string {
  return id === '' ? randomUUID() : `${conversation.id} ${id}`;
}

/** The deal that a dialog is about, when this person may work on it with this dialog now. */
async function dealFor(
  turn: Turn,
  dialog: AnyDialog,
  dealId: string | undefined,
): Promise<{ deal: Deal | undefined } | Ending> {
  if (dialog.whyNot === undefined) return { deal: undefined };
  const deal = dealId === undefined ? undefined : await turn.house.desk.deal(turn.organisation.orgId, dealId);
  if (deal === undefined) return { answer: notFound(turn) };
  const refused = dialog.whyNot(deal, turn.actor, turn.organisation.settings);
  return refused === undefined ? { deal } : refusedEnding(turn, deal, refused);
}

const Open = z.object({ dialog: z.string().max(100), dealId: z.string().max(100).optional() });
const Where = z.object({ draftId: z.string().max(100), dealId: z.string().max(100).optional() });
const State = z.object({ step: z.string().max(100), sequence: z.number().int() });
const Button = z.object({ what: z.string().max(100).default(''), item: z.string().max(300).default('') });

/** Refuses what no card of this version sends. */
function reading<T>(schema: z.ZodType<T>, go: (turn: Turn, form: T, data: unknown) => Promise<Shown>): Verb {
  return async (turn, data) => {
    const form = schema.safeParse(data);
    if (!form.success) return { answer: { text: text(turn.reader.language, 'oldCard') } };
    return go(turn, form.data, data);
  };
}

/** How a press found the draft. */
interface Found extends Place {
  step: AnyStep;
  /** With what was typed. */
  data: Data;
  scene: AnyScene;
  /** Writes what was typed, where the form stands now, and what is wrong; unless this very press has done so before. */
  save(step: AnyStep, data: Data, refused?: readonly Refusal[]): Promise<Place>;
}

/**
 * A press inside a dialog: what was typed is kept, whatever is pressed. A form that was made of another state of the draft is shown
 * as it was typed, with a warning, so that neither overwrites the other unseen; the same press sent twice is answered twice alike.
 */
function inside(go: (turn: Turn, found: Found, act: Act) => Promise<Shown>, readsOnlyIfSent = false): Verb {
  return reading(z.object({ ...Where.shape, ...State.shape, ...Button.shape }), (turn, form, sent) =>
    inRounds(async () => {
      const press = digest(sent);
      const place = await placeOf(turn, form, press);
      if ('answer' in place) return place;
      const { dialog, draft, deal } = place;
      const { document } = draft;
      const { values: inputs, refusals: tooLong } = held(inputsOf(sent));
      const isSent = Object.keys(inputs).length > 0;
      const step = wantedSteps(dialog, document.data).find(({ id }) => id === form.step) ?? stepOf(dialog, document);
      const read = (from: Data): Data =>
        (isSent || !readsOnlyIfSent) && step.id === form.step ? (step.read?.(inputs, from) ?? from) : from;
      const scene = { turn, draft: document, deal };
      if (form.sequence === document.sequence) {
        const save = async (to: AnyStep, data: Data, refused?: readonly Refusal[]) => ({
          ...place,
          draft: await turn.house.drafts.save(draft, { step: to.id, data, press, ...asRefused(refused) }),
        });
        const data = read(document.data);
        if (tooLong.length === 0) return go(turn, { ...place, step, data, scene, save }, form);
        return shown(turn, await save(step, data, tooLong), step, { refusals: tooLong });
      }
      if (press === document.press) {
        // Teams sent it again, or a thumb pressed twice: there is nothing new to be kept.
        if (document.step !== form.step || document.refused !== undefined) {
          return shown(turn, place, stepOf(dialog, document), { refusals: (document.refused ?? []) as Refusal[] });
        }
        return go(
          turn,
          { ...place, step, data: document.data, scene, save: async () => place },
          { what: '', item: '' },
        );
      }
      const typed = { ...place, draft: { ...draft, document: { ...document, data: read(document.data) } } };
      return shown(turn, typed, step, { refusals: tooLong, banner: 'dialog.elsewhere' });
    }),
  );
}

function asRefused(refusals: readonly Refusal[] = []): { refused?: Refusal[] } {
  return refusals.length === 0 ? {} : { refused: [...refusals] };
}

/** On to the next step, or to the end. */
const next = inside(async (turn, found) => {
  const { dialog, step, data, scene, save } = found;
  const refusals = await wrongIn(dialog, step, data, scene);
  if (refusals.length > 0) return shown(turn, await save(step, data, refusals), step, { refusals });
  const later = dialog.steps.slice(dialog.steps.indexOf(step) + 1);
  const following = later.find((one) => isWanted(one, data));
  if (following !== undefined) return shown(turn, await save(following, data), following);

  const kept = await save(step, data);
  const finish = await dialog.finish(data, { ...scene, draft: kept.draft.document });
  if ('answer' in finish) {
    const end = { said: saidBy(finish), dealId: finish.dealId };
    if (finish.kept !== true) await turn.house.drafts.finish(kept.draft, end);
    return finish;
  }
  const left = finish.data ?? data;
  const at = (await stepWith(dialog, finish.refusals, left, scene)) ?? step;
  const { press } = kept.draft.document;
  const change = { step: at.id, data: left, ...(press === undefined ? {} : { press }), ...asRefused(finish.refusals) };
  const draft = await turn.house.drafts.save(kept.draft, change);
  return shown(turn, { ...kept, draft }, at, { refusals: finish.refusals });
});

const back = inside(async (turn, { dialog, step, data, save }) => {
  const steps = wantedSteps(dialog, data);
  const before = steps[steps.findIndex(({ id }) => id === step.id) - 1] ?? step;
  return shown(turn, await save(before, data), before);
});

/** A button of the step itself. */
const act = inside(async (turn, { step, data, scene, save }, pressed) => {
  const acted = pressed.what === '' ? undefined : await step.act?.(pressed, data, scene);
  const refusals = acted?.refusals ?? [];
  return shown(turn, await save(step, acted?.data ?? data, refusals), step, { refusals });
});

/** C10: leaves the form; it stays as a draft. */
const leave = inside(async (turn, { dialog, step, data, deal, save }) => {
  const { document } = (await save(step, data)).draft;
  const card = draftCard({
    reader: turn.reader,
    draftId: document.id,
    title: dialog.title,
    deal,
    until: document.nextDueAt,
  });
  return { answer: { card } };
});

/** From the form itself: takes along what was typed into it, where the client sends that. */
const resumeTyped = inside(async (turn, { step, data, save }) => shown(turn, await save(step, data), step), true);

/** Shows a draft again, at the step where it was left. */
const resume = reading(Where, async (turn, form, data) => {
  if (State.safeParse(data).success) return resumeTyped(turn, data);
  const place = await placeOf(turn, form);
  return 'answer' in place ? place : shown(turn, place, stepOf(place.dialog, place.draft.document));
});

/** Forgets the draft; back to the deal, where there is one. */
const discard = reading(Where, async (turn, form) => {
  const { language } = turn.reader;
  const draft = await turn.house.drafts.get(turn.organisation.orgId, turn.actor.personId, form.draftId);
  if (draft === undefined || draft.document.finished !== undefined) return gone(turn, form.dealId);
  await turn.house.drafts.discard(draft);
  const said = text(language, 'dialog.discarded');
  const deal = await visibleDeal(turn, draft.document.dealId);
  if (deal === undefined) return { answer: { card: messageCard({ reader: turn.reader, text: said }) }, said };
  return dealEnding(turn, deal, 'neutral', said);
});

/** What can be pressed on a dialog, by verb; the same in a card and in a window. */
export const dialogVerbs: Readonly<Record<string, Verb>> = {
  'dialog.open': reading(Open, (turn, { dialog, dealId }) => open(turn, dialog, { line: '', dealId })),
  'dialog.resume': resume,
  'dialog.next': next,
  'dialog.back': back,
  'dialog.act': act,
  'dialog.save': leave,
  'dialog.discard': discard,
};

function action(verb: string): Action {
  return {
    verb,
    async press(turn, { data, shape }) {
      const press = dialogVerbs[verb] as Verb;
      return inPlace(turn, shape, await press(turn, data));
    },
  };
}

export const dialogOpen = action('dialog.open');
export const dialogResume = action('dialog.resume');
export const dialogNext = action('dialog.next');
export const dialogBack = action('dialog.back');
export const dialogAct = action('dialog.act');
export const dialogSave = action('dialog.save');
export const dialogDiscard = action('dialog.discard');

/** An older client shows its answer to everybody: there a form, which may hold a customer's contact (V4), goes to the own chat. */
async function inPlace(turn: Turn, shape: Press['shape'], result: Shown): Promise<Answer> {
  return 'answer' in result ? result.answer : privateAnswer(turn, { shape }, result.form);
}

/** The draft with its dialog and deal; or the end, where it is over or may not go on. `press`: which one asks. */
async function placeOf(
  turn: Turn,
  { draftId, dealId }: { draftId: string; dealId?: string | undefined },
  press?: string,
): Promise<Place | Ending> {
  const { drafts, desk } = turn.house;
  const draft = await drafts.get(turn.organisation.orgId, turn.actor.personId, draftId);
  if (draft?.document.finished !== undefined) {
    const isAgain = press !== undefined && press === draft.document.press;
    return isAgain ? finished(turn, draft.document) : gone(turn, dealId);
  }
  const dialog: AnyDialog | undefined = draft === undefined ? undefined : dialogs.get(draft.document.dialog);
  const data = draft === undefined ? undefined : dialog?.schema.safeParse(draft.document.data);
  if (draft === undefined || dialog === undefined || data?.success !== true) return gone(turn, dealId);
  const parsed = { ...draft, document: { ...draft.document, data: data.data } };
  const about = draft.document.dealId;
  if (dialog.whyNot === undefined || about === undefined) return { dialog, draft: parsed, deal: undefined };

  const deal = await desk.deal(turn.organisation.orgId, about);
  const ended = await (deal === undefined ? undefined : dialog.ended?.({ turn, draft: parsed.document, deal }));
  const ending = ended ?? (await dealFor(turn, dialog, about));
  if (!('answer' in ending)) return { dialog, draft: parsed, deal: ending.deal };
  // Done by a press that is not at its end yet, or died: the same one, sent again, is still to be answered alike.
  if (ended !== undefined) await drafts.finish(draft, { said: saidBy(ended), dealId: ended.dealId });
  else if (ending.kept !== true) await drafts.discard(draft);
  return ending;
}

/** The press that finished it, sent again: it is answered alike. */
async function finished(turn: Turn, { dealId, finished: said = '' }: Draft): Promise<Ending> {
  const deal = await visibleDeal(turn, dealId);
  return deal === undefined ? { answer: { text: said } } : dealEnding(turn, deal, 'good', said);
}

/** The line of an end. */
export function saidBy({ answer, said }: Ending): string {
  return said ?? ('card' in answer ? answer.card.summary : answer.text);
}

/** Finished or discarded before: the deal as it is now is the best answer. */
async function gone(turn: Turn, dealId: string | undefined): Promise<Ending> {
  const said = text(turn.reader.language, 'dialog.gone');
  const deal = await visibleDeal(turn, dealId);
  if (deal === undefined) return { answer: { text: said } };
  return dealEnding(turn, deal, 'warning', said);
}

async function visibleDeal(turn: Turn, dealId: string | undefined): Promise<Deal | undefined> {
  const deal = dealId === undefined ? undefined : await turn.house.desk.deal(turn.organisation.orgId, dealId);
  return deal === undefined || maySeeDeal(turn.actor, deal) !== undefined ? undefined : deal;
}

/** What the dialog's and the step's own check say about the fields of this step. */
async function wrongIn(dialog: AnyDialog, step: AnyStep, data: Data, scene: AnyScene): Promise<Refusal[]> {
  const places = placesIn(await step.fields(data, scene));
  const all = dialog.check?.(data, scene) ?? [];
  const own = (await step.check?.(data, scene)) ?? [];
  return [...own, ...all.filter(({ field }) => field !== undefined && places.has(field))];
}

/** The first step that has one of the refused fields. */
async function stepWith(
  dialog: AnyDialog,
  refusals: readonly Refusal[],
  data: Data,
  scene: AnyScene,
): Promise<AnyStep | undefined> {
  for (const step of wantedSteps(dialog, data)) {
    const places = placesIn(await step.fields(data, scene));
    if (refusals.some(({ field }) => field !== undefined && places.has(field))) return step;
  }
  return undefined;
}

async function shown(
  turn: Turn,
  { dialog, draft: { document }, deal }: Place,
  step: AnyStep,
  { refusals = [], banner }: { refusals?: readonly Refusal[]; banner?: 'dialog.elsewhere' | 'dialog.begun' } = {},
): Promise<Form> {
  const { reader } = turn;
  const { data, id, sequence } = document;
  const steps = wantedSteps(dialog, data);
  const form = dialogCard({
    reader,
    title: dialog.title,
    deal,
    step: { id: step.id, title: step.title, at: steps.indexOf(step) + 1, of: steps.length },
    draft: { id, sequence },
    fields: await step.fields(data, { turn, draft: document, deal }),
    errors: refusals,
    next: step.next ?? 'dialog.next',
    banner: banner === undefined ? undefined : { tone: 'warning', text: text(reader.language, banner) },
  });
  return { form, title: text(reader.language, dialog.title as 'dialog.next') };
}

function wantedSteps(dialog: AnyDialog, data: Data): AnyStep[] {
  return dialog.steps.filter((step) => isWanted(step, data));
}

function isWanted(step: AnyStep, data: Data): boolean {
  return step.isWanted?.(data) ?? true;
}

/** Where the draft stands. A step that is not asked any more leads back to the beginning. */
function stepOf(dialog: AnyDialog, { step, data }: Draft): AnyStep {
  const steps = wantedSteps(dialog, data);
  const found = steps.find(({ id }) => id === step) ?? steps[0];
  if (found === undefined) throw new Error(`dialog ${dialog.id} has no step`);
  return found;
}

const notInputs = new Set(['verb', 'msteams', 'draftId', 'dealId', 'dialog', 'step', 'sequence', 'what', 'item']);

function inputsOf(data: unknown): Record<string, string> {
  const sent = z.record(z.string(), z.unknown()).catch({}).parse(data);
  const inputs = Object.entries(sent).flatMap(([id, value]) => {
    if (notInputs.has(id)) return [];
    const input = Input.safeParse(typeof value === 'boolean' ? String(value) : value);
    return input.success ? [[id, input.data] as const] : [];
  });
  return Object.fromEntries(inputs);
}

function digest(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('base64url');
}
