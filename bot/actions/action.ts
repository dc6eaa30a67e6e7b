import { z } from 'zod';
import {
  type NextDialog,
  type OpportunityInput,
  opportunityCard,
  type Rendered,
  refusalText,
  text,
} from '../../cards/index.ts';
import type { Place } from '../../cards/verbs.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import { whyNotCloseable } from '../../src/rules/close.ts';
import { isAdmin, maySeeDeal } from '../../src/rules/permissions.ts';
import { type Refusal, refusal } from '../../src/rules/refusal.ts';
import { whyNotRegistrable } from '../../src/rules/register.ts';
import { Place as PlaceData } from '../place.ts';
import { isReadAlone, privateAnswer } from '../private-answer.ts';
import type { Answer, Turn } from '../turn.ts';

/** What came with a press: the button's data with the inputs, and how the client sent it. */
export interface Press {
  data: unknown;
  /** `submit`: an older client, which cannot show a card to one person alone. */
  shape: 'execute' | 'submit';
}

/** What a button asks for: one file a verb. */
export interface Action {
  verb: string;
  press(turn: Turn, press: Press): Promise<Answer>;
}

export const Origin = z.object({
  dealId: z.string().min(1).max(100),
  place: PlaceData.optional(),
});
export type Origin = z.infer<typeof Origin>;

/** An input as clients send it: text of any length (`held`), sometimes a number, absent when it was left empty. */
export const Input = z.union([z.string(), z.number().transform(String)]).default('');

/** The button's data, or the answer for a card that this version did not make. */
export function parsed<T>(schema: z.ZodType<T>, press: Press, turn: Turn): { data: T } | { answer: Answer } {
  const result = schema.safeParse(press.data);
  return result.success ? { data: result.data } : { answer: { text: text(turn.reader.language, 'oldCard') } };
}

/** The deal's card as it is now, with one line above it and what this person may do next; where others read along, what everybody may see of it (V4). */
export function dealAnswer(turn: Turn, deal: Deal, place: Place | undefined, more: More = {}): Answer {
  const seen = isReadAlone(turn) ? { dialogs: nextDialogs(turn.actor, deal) } : { shared: true };
  return { card: cardOf(turn, deal, place, { ...seen, ...more }) };
}

/** W1, G1: what this person may do next with an answered deal. */
function nextDialogs(actor: PersonActor, deal: Deal): NextDialog[] {
  if (whyNotRegistrable(deal, actor) === undefined) return ['deal.register'];
  return whyNotCloseable(deal, actor) === undefined ? ['deal.won', 'deal.lost'] : [];
}

type More = Pick<OpportunityInput, 'shared' | 'contact' | 'banner' | 'dialogs'>;

function cardOf(turn: Turn, deal: Deal, place: Place | undefined, more: More): Rendered {
  const now = turn.house.clock.now();
  return opportunityCard({ deal, reader: turn.reader, now, ...more, ...(place === undefined ? {} : { place }) });
}

export function notFound(turn: Turn): Answer {
  return { text: text(turn.reader.language, 'notFound') };
}

/** A refusal about the person: they see who can help. */
export async function forbidden(turn: Turn, refused: Refusal): Promise<Answer> {
  const admins = await adminNames(turn);
  return { text: refusalText(refused, turn.reader, { admins }) };
}

/** The same for whoever asks (V1): who may not see the deal is told who answered it and when (A4), and nothing else of it. */
export async function shownAnswer(turn: Turn, deal: Deal, place: Place | undefined, more: More = {}): Promise<Answer> {
  const hidden = maySeeDeal(turn.actor, deal);
  if (hidden === undefined) {
    // T4: nothing of one's own deals stands where others read along.
    const isForOneself = deal.direction === 'outbound' && !isReadAlone(turn);
    return isForOneself
      ? privateAnswer(turn, { shape: 'submit' }, cardOf(turn, deal, place, more))
      : dealAnswer(turn, deal, place, more);
  }
  // What nobody has sent to the organisation has no answer to tell, nor is its being there anybody's business (T4).
  if (hidden.code !== 'notOnTeam' || deal.direction === 'outbound') return forbidden(turn, hidden);
  return { text: refusalText(refusal('alreadyAccepted', 'A4'), turn.reader, aboutDeal(deal)) };
}

/** A refusal about the deal: the card as it is now, with who was faster and when. */
export function closedAnswer(turn: Turn, deal: Deal, refused: Refusal, place: Place | undefined): Promise<Answer> {
  return shownAnswer(turn, deal, place, {
    banner: { tone: 'attention', text: refusalText(refused, turn.reader, aboutDeal(deal)) },
  });
}

function aboutDeal(deal: Deal): NonNullable<Parameters<typeof refusalText>[2]> {
  return {
    respondBy: deal.respondBy,
    status: deal.status,
    ...(deal.answer?.by.name === undefined ? {} : { by: deal.answer.by.name }),
    ...(deal.answer === undefined ? {} : { at: deal.answer.at }),
  };
}

/** Who can help: the names of the organisation's admins. */
export async function adminNames(turn: Turn): Promise<string[]> {
  const people = await turn.house.people.admins(turn.organisation.orgId);
  return people.filter((person) => isAdmin(person) && person.name !== '').map(({ name }) => name);
}

const personCodes = new Set(['otherTenant', 'guest', 'noRole', 'usersMayNotAnswer', 'notOnTeam']);

/** Whether a refusal is about who asks, not about the deal or a field. */
export function isAboutPerson({ code }: Refusal): boolean {
  return personCodes.has(code);
}
