import { z } from 'zod';
import { summaryCard } from '../../cards/index.ts';
import type { SummaryScope } from '../../src/deals/summary.ts';
import { isAdmin, maySee } from '../../src/rules/permissions.ts';
import { privateAnswer } from '../private-answer.ts';
import type { Answer, Turn } from '../turn.ts';
import { type Action, forbidden, parsed } from './action.ts';

/** "Only mine" and "The whole organisation" on a summary. */
export const summaryShow: Action = {
  verb: 'summary.show',
  async press(turn, press) {
    const form = parsed(z.object({ scope: z.enum(['mine', 'organisation']) }), press, turn);
    if ('answer' in form) return form.answer;
    const answer = await summaryAnswer(turn, form.data.scope, true);
    return 'card' in answer ? privateAnswer(turn, press, answer.card) : answer;
  },
};

/** How the pipeline stands, as far as this person may see it. `alone`: nobody else sees the card, so that deals can be named. */
export async function summaryAnswer(turn: Turn, scope: SummaryScope, alone: boolean): Promise<Answer> {
  const { actor, organisation, reader, house } = turn;
  const refused = maySee(actor, organisation.orgId);
  if (refused !== undefined) return forbidden(turn, refused);
  const isPart = scope === 'organisation' && !isAdmin(actor);
  return {
    card: summaryCard({
      summary: await house.views.summary(actor, scope),
      scope,
      reader,
      now: house.clock.now(),
      organisation: organisation.name,
      alone,
      ...(isPart ? { seenBy: actor.name } : {}),
    }),
  };
}
