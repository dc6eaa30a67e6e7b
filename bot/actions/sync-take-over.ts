import { z } from 'zod';
import { takeOverWarning, text } from '../../cards/index.ts';
import { mayChange } from '../../src/rules/permissions.ts';
import { type Action, forbidden, notFound, Origin, parsed } from './action.ts';
import { seenDeal, wholeDealAnswer } from './deal-open.ts';

const Data = Origin.extend({ sure: z.boolean() });

/** What Partner Center refused is given up for what it says. That cannot be undone, so it is asked for twice. */
export const syncTakeOver: Action = {
  verb: 'sync.take-over',
  async press(turn, press) {
    const form = parsed(Data, press, turn);
    if ('answer' in form) return form.answer;
    const { dealId, place, sure } = form.data;
    if (!sure) {
      const seen = await seenDeal(turn, dealId);
      if ('answer' in seen) return seen.answer;
      const refused = mayChange(turn.actor, seen.deal);
      if (refused !== undefined) return forbidden(turn, refused);
      const warning = takeOverWarning(seen.deal, turn.reader.language);
      const banner = { tone: 'warning', text: warning } as const;
      return wholeDealAnswer(turn, press, seen.deal, { place, banner, asksToTakeOver: true });
    }
    const decision = await turn.house.desk.perform(turn.organisation.orgId, dealId, {
      command: { kind: 'takeOver' },
      actor: turn.actor,
    });
    if (decision.kind === 'notFound') return notFound(turn);
    if (decision.kind === 'refused') return forbidden(turn, decision.refusals[0]);
    const said = text(turn.reader.language, decision.changed ? 'sync.takenOver' : 'sync.nothingToSend');
    return wholeDealAnswer(turn, press, decision.deal, { place, banner: { tone: 'neutral', text: said } });
  },
};
