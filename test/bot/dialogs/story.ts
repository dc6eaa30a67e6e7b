import { createRequire } from 'node:module';
import type { Deal } from '../../../src/deals/deal.ts';
import type { Solution } from '../../../src/deals/opportunity.ts';
import { personId } from '../../../src/organisations/organisation.ts';
import type { Create } from '../../../src/rules/create.ts';
import type { HouseOptions } from '../../fakes/house.ts';
import { buttonsOf, inputsOf, isJson, type Json, valuesOf, visibleText } from '../../fakes/seen-card.ts';
import { type Story, startStory } from '../../fakes/story.ts';
import type { Heard, Posted, User, Wanted } from '../../fakes/teams.ts';

/** In place in a card, or in a window of Teams. */
export const shapes = ['card', 'window'] as const;
type Shape = (typeof shapes)[number];

/** A dialog that somebody has in front of them. */
export interface Form {
  /** The form, or the card that it has become; in a window undefined once it is closed. */
  card: Json | undefined;
  /** What can be read: of the form, or the line with which it has ended. */
  text: string;
  /** Presses a button after typing; what is not typed stays as it is. */
  press(button: Wanted, typed?: Record<string, string>): Promise<Form>;
}

export interface DialogStory extends Story {
  /** An opportunity that somebody (Ben) has accepted, with a phone number; its card in the channel. */
  accepted(by?: User): Promise<{ card: Posted; id: string }>;
  /** A private deal of Nordwind's own with one person (Ben) in its team, and a card in their own chat to press on. */
  own(changes?: Partial<Create>, by?: User): Promise<{ card: Posted; id: string }>;
  /** Opens a dialog about a deal. */
  open(shape: Shape, user: User, on: Posted, dialog: string, dealId: string): Promise<Form>;
  /** Presses a button of any card that opens a window. */
  openWindow(user: User, on: Posted, card: Json, title: string, typed?: Record<string, string>): Promise<Form>;
  /** What the desk has changed meanwhile: as that person, at once. */
  changeSolutions(id: string, solutions: Solution[]): Promise<Deal>;
}

export const benPhone = '+43 1 000 00 02';

export async function startDialogs(options: HouseOptions = {}): Promise<DialogStory> {
  const story = await startStory(options);
  const { teams, ada, ben } = story;
  let made = 0;

  function inCard(user: User, message: Posted, heard: Heard, before?: Json): Form {
    if (heard.card !== undefined) checkCard(heard.card);
    const card = heard.card ?? before;
    return {
      card,
      text: heard.text,
      async press(button, typed) {
        if (card === undefined) throw new Error(`nothing to press: ${heard.text}`);
        return inCard(user, message, await teams.press(user, { message, card }, button, typed), card);
      },
    };
  }

  function inWindow(user: User, message: Posted, { status, body }: Heard): Form {
    const task = body?.task;
    if (status !== 200 || task === undefined) throw new Error(`no dialog: ${status} ${JSON.stringify(body)}`);
    const card: Json | undefined = task.type === 'continue' ? task.value.card.content : undefined;
    if (card !== undefined) {
      checkWindow(task.value, card);
      checkCard(card);
    }
    return {
      card,
      text: card === undefined ? String(task.value) : visibleText(card),
      async press(button, typed = {}) {
        if (card === undefined) throw new Error(`the window is closed: ${task.value}`);
        const { action, inputs } = found(card, button);
        const values = action.associatedInputs === 'none' ? {} : valuesOf(inputs, typed);
        const data = { ...(isJson(action.data) ? action.data : {}), ...values };
        return inWindow(user, message, await task_('task/submit', user, message, data));
      },
    };
  }

  function task_(name: 'task/fetch' | 'task/submit', user: User, message: Posted, data: Json): Promise<Heard> {
    const value = { data, context: { theme: 'default' } };
    return teams.post(user, message, { type: 'invoke', name, replyToId: message.id, value });
  }

  return {
    ...story,
    async accepted(by = ben) {
      const { card, id } = await story.posted();
      await teams.press(by, card, 'opportunity.accept');
      await teams.press(by, card, 'opportunity.accept.send', { name: 'Alpenmilch lakehouse', phone: benPhone });
      await story.settle();
      return { card, id };
    },
    async own(changes = {}, by = ben) {
      const chat = await story.chatWith(by);
      made += 1;
      const command: Create = {
        dealId: `own-${made}`,
        customer: {
          name: 'Alpenmilch AG',
          addressLine1: 'Seestrasse 12',
          city: 'Zürich',
          state: '',
          postalCode: '8002',
          country: 'CH',
          duns: '',
        },
        contact: { name: 'Reto Muster', phone: '+41 44 000 00 01', email: 'reto.muster@alpenmilch.example' },
        consent: true,
        values: {
          name: 'Alpenmilch pilot',
          amount: '80000',
          currency: 'EUR',
          closeDate: '2027-01-31',
          notes: '',
          crmId: '',
          campaignId: '',
        },
        team: [{ personId: personId(by.entraId), name: by.name, email: by.email, phone: benPhone }],
        solutions: [{ name: 'Lakehouse Accelerator', kind: 'own' }],
        invitations: [],
        ...changes,
      };
      const created = await story.bot.desk.create(command, story.actor(by));
      if (created.kind === 'refused') throw new Error(JSON.stringify(created.refusals));
      return { card: teams.lastIn(chat), id: command.dealId };
    },
    async open(shape, user, on, dialog, dealId) {
      if (shape === 'card') return inCard(user, on, await teams.forge(user, on, 'dialog.open', { dialog, dealId }));
      const data = { msteams: { type: 'task/fetch' }, verb: 'dialog.open', dialog, dealId };
      return inWindow(user, on, await task_('task/fetch', user, on, data));
    },
    async openWindow(user, on, card, title, typed = {}) {
      const { action, inputs } = found(card, { title });
      const data = isJson(action.data) ? action.data : {};
      if (action.type !== 'Action.Submit' || !isJson(data.msteams) || data.msteams.type !== 'task/fetch') {
        throw new Error(`${title} opens no window`);
      }
      return inWindow(user, on, await task_('task/fetch', user, on, { ...data, ...valuesOf(inputs, typed) }));
    },
    async changeSolutions(id, solutions) {
      const deal = await story.deal(id);
      const base = [...(deal.solutions ?? deal.opportunity.solutions)];
      const decision = await story.bot.desk.perform('nordwind', id, {
        command: { kind: 'edit', section: 'solutions', base, values: solutions },
        actor: story.actor(ada),
      });
      if (decision.kind !== 'done') throw new Error(JSON.stringify(decision));
      return decision.deal;
    },
  };
}

function found(card: Json, wanted: Wanted): { action: Json; inputs: Json[] } {
  const { verb, title, data = {} } = typeof wanted === 'string' ? { verb: undefined, title: undefined } : wanted;
  const matching = buttonsOf(card).filter(({ action }) => {
    const its = isJson(action.data) ? action.data : {};
    const isNamed =
      typeof wanted === 'string'
        ? [its.verb, action.title].includes(wanted)
        : (verb ?? its.verb) === its.verb && (title ?? action.title) === action.title;
    return isNamed && Object.entries(data).every(([key, value]) => its[key] === value);
  });
  const [button, ...others] = matching;
  if (button === undefined || others.length > 0) throw new Error(`${matching.length} are ${JSON.stringify(wanted)}`);
  return button;
}

// The package's own files are ESM that Node does not take for it; the bundle works everywhere.
const { AdaptiveCard, SerializationContext, Versions } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
);

/** What Teams wants of a card: nothing that the official parser warns of, nothing left unfilled, small, and with labels. */
function checkCard(card: Json): void {
  const events = (version: unknown): string[] => {
    const context = new SerializationContext(version);
    new AdaptiveCard().parse(structuredClone(card), context);
    return Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
  };
  const newer = events(Versions.v1_5).filter((message) => !message.includes('"choices.data"'));
  const shown = JSON.stringify(card, (key, value) => (key === 'value' ? undefined : value));
  const problems = [
    ...events(Versions.latest),
    ...newer,
    ...(shown.includes('${') ? ['something is not filled in'] : []),
    ...(/undefined|\[object|NaN|Invalid Date/.test(shown) ? ['something is missing'] : []),
    ...(JSON.stringify(card).length > 28_000 ? ['the card is too big'] : []),
    ...inputsOf(card).flatMap(({ id, label }) => (/\S/.test(String(label ?? '')) ? [] : [`${id} has no label`])),
  ];
  if (problems.length > 0) throw new Error(`${problems.join('; ')}: ${JSON.stringify(card)}`);
}

/** What Teams wants of a dialog (facts/teams.md 2.1). */
function checkWindow({ title, height, width, card }: Json, content: Json): void {
  if (typeof title !== 'string' || title === '') throw new Error('the window has no title');
  for (const size of [height, width]) {
    if (!['small', 'medium', 'large'].includes(String(size))) throw new Error(`a window is not ${size}`);
  }
  if (!isJson(card) || card.contentType !== 'application/vnd.microsoft.card.adaptive') throw new Error('no card');
  for (const { action } of buttonsOf(content)) {
    if (action.type !== 'Action.Submit') throw new Error(`${action.type} does nothing in a window`);
    if (isJson(action.data) && action.data.msteams !== undefined) throw new Error('a window opens no other');
  }
}
