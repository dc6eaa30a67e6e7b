import type { z } from 'zod';
import type { FormField, TextKey } from '../../cards/index.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { Draft } from '../../src/drafts/draft.ts';
import type { Settings } from '../../src/organisations/organisation.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import type { Refusal } from '../../src/rules/refusal.ts';
import type { Answer, Turn } from '../turn.ts';

/** What was typed, by the ids of the inputs. Clients leave empty inputs out: use `typed`. */
export type Inputs = Readonly<Record<string, string>>;

/** Where a step is asked: who presses, on which draft, and the deal that it is about as it is now. */
export interface Scene<About = Deal> {
  turn: Turn;
  draft: Draft;
  deal: About;
}

/** A button of the step other than Next. `item`: what it stands beside. Both come over the wire. */
export interface Act {
  what: string;
  item: string;
}

/** One step of a dialog: what it shows, what it reads, and the rules that check it. */
export interface Step<Data, About = Deal> {
  id: string;
  /** Its heading, shown with "step 2 of 6". */
  title: TextKey;
  /** Whether this step is asked at all, with what is known by now. Absent: always. */
  isWanted?(data: Data): boolean;
  /** The fields, filled with what is known. Errors are added by the runner, each at its field. */
  fields(data: Data, scene: Scene<About>): Promise<FormField[]> | FormField[];
  /** The data with what was typed, untouched: nothing is lost, right or wrong. Absent: the step has no inputs. */
  read?(inputs: Inputs, data: Data): Data;
  /** What is wrong with this step beside what the dialog's own `check` says. */
  check?(data: Data, scene: Scene<About>): Promise<Refusal[]> | Refusal[];
  /** Carries out a button of the step other than Next. */
  act?(act: Act, data: Data, scene: Scene<About>): Promise<Acted<Data>> | Acted<Data>;
  /** The button that goes on; absent: Next. */
  next?: TextKey;
}

export interface Acted<Data> {
  data: Data;
  refusals?: Refusal[];
}

/** What a dialog is opened with beside the deal: what was typed behind its command. */
export interface Opening {
  line: string;
}

/** The end of a dialog. */
export interface Ending {
  answer: Answer;
  /** The line that says it where no card can stay: in a window. Absent: the card's own summary. */
  said?: string;
  /** The deal that it leads to: of one that was created there is none before. */
  dealId?: string;
  /** The draft stays: what stands in the way may change. */
  kept?: boolean;
}

/** What the end of a dialog gives: its answer; or what is wrong, and the data to go on with. */
export type Finish<Data> = Ending | { refusals: Refusal[]; data?: Data };

/** What every dialog has. */
export interface DialogAbout<Data, About> {
  id: string;
  title: TextKey;
  /** What a draft of it holds. A draft of an earlier version that does not fit is begun anew. */
  schema: z.ZodType<Data>;
  /** What it begins with, or why it cannot be opened. */
  begin(opening: Opening, turn: Turn, deal: About): Promise<{ data: Data } | Ending> | { data: Data } | Ending;
  steps: readonly Step<Data, About>[];
  /** Everything that is wrong, by the rules that `finish` goes by: each step shows what is wrong with its own fields. */
  check?(data: Data, scene: Scene<About>): Refusal[];
  /** Carries it out. The same draft twice must do it once. */
  finish(data: Data, scene: Scene<About>): Promise<Finish<Data>>;
}

/** A dialog about a deal. */
export interface DealDialog<Data> extends DialogAbout<Data, Deal> {
  /** Why this person cannot open it on this deal now, if they cannot. Asked again at every press. */
  whyNot(deal: Deal, actor: PersonActor, settings: Settings): Refusal | undefined;
  /** The end, where this draft has been carried out already: a press comes twice, or a crash came before the draft was forgotten. */
  ended?(scene: Scene): Promise<Ending> | undefined;
}

/** A dialog about no deal. */
export interface FreeDialog<Data> extends DialogAbout<Data, undefined> {
  whyNot?: undefined;
  ended?: undefined;
}

/**
 * A form of one or more steps: one file each. It does not know whether it runs in a card or in a Teams dialog, and keeps nothing
 * between two presses but its draft.
 */
export type Dialog<Data> = DealDialog<Data> | FreeDialog<Data>;

/** These inputs as they came; those that are missing are empty. */
export function typed<Id extends string>(inputs: Inputs, ids: readonly Id[]): Record<Id, string> {
  return Object.fromEntries(ids.map((id) => [id, inputs[id] ?? ''])) as Record<Id, string>;
}
