import { refusalText, type TextKey, type Tone, text } from '../../cards/index.ts';
import type { Deal, Doer } from '../../src/deals/deal.ts';
import type { PersonCommand } from '../../src/rules/decide.ts';
import { maySeeDeal } from '../../src/rules/permissions.ts';
import type { Refusal } from '../../src/rules/refusal.ts';
import { closedAnswer, forbidden, isAboutPerson, notFound, shownAnswer } from '../actions/action.ts';
import type { Turn } from '../turn.ts';
import type { Ending, Scene } from './dialog.ts';

/** What the desk made of a command: the end of the dialog, or refusals to show at their fields with the deal as it is now. */
type Performed = Ending | { refusals: Refusal[]; deal: Deal };

/**
 * Gives a command to the desk.
 * `done`: the end when it is carried out; `ended`: the dialog's, asked when the rules refuse what this draft has done already.
 */
export async function perform(
  command: PersonCommand,
  scene: Scene,
  done: (deal: Deal) => Promise<Ending>,
  ended?: (scene: Scene) => Promise<Ending> | undefined,
): Promise<Performed> {
  const { turn, deal: before } = scene;
  const decision = await turn.house.desk.perform(turn.organisation.orgId, before.id, { command, actor: turn.actor });
  if (decision.kind === 'notFound') return { answer: notFound(turn) };
  const { deal } = decision;
  if (decision.kind === 'done') {
    if (decision.changed) turn.log.info({ dealId: deal.id, command: command.kind }, 'deal changed');
    return done(deal);
  }
  const again = ended?.({ ...scene, deal });
  if (again !== undefined) return again;
  const [first] = decision.refusals;
  const isAboutForm = first.field !== undefined || first.code === 'changedMeanwhile';
  return isAboutForm ? { refusals: [...decision.refusals], deal } : refusedEnding(turn, deal, first);
}

/** Who may not is told who can help, and keeps the draft; what the deal does not allow is said on its card. */
export async function refusedEnding(turn: Turn, deal: Deal, refused: Refusal): Promise<Ending> {
  if (isAboutPerson(refused)) return { answer: await forbidden(turn, refused), kept: true };
  const said = refusalText(refused, turn.reader, { status: deal.status });
  // V1: what is on the card is for those who may see the deal.
  if (maySeeDeal(turn.actor, deal) !== undefined) return { answer: { text: said } };
  return { answer: await closedAnswer(turn, deal, refused, undefined), said };
}

/** Back to the deal: its card as it is now, with one line above it. Where others read along, it goes to the own chat (T4). */
export async function dealEnding(turn: Turn, deal: Deal, tone: Tone, said: string): Promise<Ending> {
  const answer = await shownAnswer(turn, deal, undefined, { banner: { tone, text: said } });
  return { answer, said, dealId: deal.id };
}

/** The deal's card with one good line above it. `other`: the line where this person may not see the deal any more. */
export async function doneEnding(turn: Turn, deal: Deal, said: string, other: TextKey = 'edit.done'): Promise<Ending> {
  if (maySeeDeal(turn.actor, deal) !== undefined) {
    return { answer: { text: text(turn.reader.language, other as 'edit.done') } };
  }
  return dealEnding(turn, deal, 'good', said);
}

/** Whether this draft's owner did it since they opened it. `at`: ISO 8601 UTC. */
export function isOwnDeed(deed: { by: Doer; at: string } | undefined, { turn, draft }: Scene): boolean {
  return deed !== undefined && deed.by.personId === turn.actor.personId && deed.at >= draft.createdAt;
}
