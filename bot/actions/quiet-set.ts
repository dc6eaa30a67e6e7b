import { z } from 'zod';
import { messageCard, moment, text } from '../../cards/index.ts';
import { dayMilliseconds, instant } from '../../src/clock.ts';
import { type Action, forbidden, notFound, Origin, parsed } from './action.ts';

/** "Remind me in 3 days" and "Not me" on a personal reminder (N6). */
export const quietSet: Action = {
  verb: 'quiet.set',
  async press(turn, press) {
    const form = parsed(Origin.extend({ days: z.number().int().min(0).max(90) }), press, turn);
    if ('answer' in form) return form.answer;
    const { dealId, days } = form.data;
    const until = turn.house.clock.now() + days * dayMilliseconds;
    const decision = await turn.house.desk.perform(turn.organisation.orgId, dealId, {
      command: { kind: 'quiet', ...(days === 0 ? {} : { until }) },
      actor: turn.actor,
    });
    if (decision.kind === 'notFound') return notFound(turn);
    if (decision.kind === 'refused') return forbidden(turn, decision.refusals[0]);
    const { language } = turn.reader;
    const said =
      days === 0
        ? text(language, 'quiet.done')
        : text(language, 'quiet.until', { at: moment(instant(until), turn.reader) });
    return { card: messageCard({ reader: turn.reader, text: said }) };
  },
};
