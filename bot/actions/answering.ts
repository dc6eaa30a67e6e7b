/** What accepting and declining have in common: who may, while it is open, and what the desk made of it. */
import { text } from '../../cards/index.ts';
import type { Place } from '../../cards/verbs.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { Accept } from '../../src/rules/accept.ts';
import type { Decline } from '../../src/rules/decline.ts';
import { whyNotOpen } from '../../src/rules/open.ts';
import { mayAnswer } from '../../src/rules/permissions.ts';
import type { Refusal } from '../../src/rules/refusal.ts';
import type { Answer, Turn } from '../turn.ts';
import { closedAnswer, forbidden, isAboutPerson, notFound, type Origin, shownAnswer } from './action.ts';

/** Makes the form of an opportunity: with what was typed, and what is wrong with it. */
export type AnswerForm = (deal: Deal, place: { place?: Place }, errors: Refusal[]) => Answer | Promise<Answer>;

/** The form of an answer, with what is wrong with it, for somebody who may give it (V1) while the opportunity is open (L5). */
export async function answerForm(
  turn: Turn,
  { dealId, place }: Origin,
  form: AnswerForm,
  errors: Refusal[] = [],
): Promise<Answer> {
  const deal = await turn.house.desk.deal(turn.organisation.orgId, dealId);
  if (deal === undefined) return notFound(turn);
  const refused = mayAnswer(turn.actor, deal.orgId, turn.organisation.settings);
  if (refused !== undefined) return forbidden(turn, refused);
  const closed = whyNotOpen(deal, turn.house.clock.now());
  if (closed !== undefined) return closedAnswer(turn, deal, closed, place);
  return form(deal, place === undefined ? {} : { place }, errors);
}

/**
 * Gives an answer to the desk, and says what became of it: an error stands at its field and what was typed stays; who was slower sees
 * who was faster (A4). `done`: after it was carried out, once.
 */
export async function answered(
  turn: Turn,
  { dealId, place }: Origin,
  command: Accept | Decline,
  form: AnswerForm,
  done?: () => Promise<void>,
): Promise<Answer> {
  const { desk } = turn.house;
  const decision = await desk.perform(turn.organisation.orgId, dealId, { command, actor: turn.actor });
  if (decision.kind === 'notFound') return notFound(turn);
  const { deal } = decision;
  if (decision.kind === 'done') {
    const isAccept = command.kind === 'accept';
    if (decision.changed) {
      turn.log.info({ dealId }, isAccept ? 'opportunity accepted' : 'opportunity declined');
      await done?.();
    }
    const said = text(turn.reader.language, isAccept ? 'youAccepted' : 'youDeclined');
    return shownAnswer(turn, deal, place, { banner: { tone: 'good', text: said } });
  }
  const [first] = decision.refusals;
  if (isAboutPerson(first)) return forbidden(turn, first);
  if (first.field === undefined) return closedAnswer(turn, deal, first, place);
  return form(deal, place === undefined ? {} : { place }, [...decision.refusals]);
}
