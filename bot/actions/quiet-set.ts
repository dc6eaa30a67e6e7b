import { z } from 'zod';
import { messageCard, moment, text } from '../../cards/index.ts';
import { dayMilliseconds, instant } from '../../src/clock.ts';
import type { Quiet } from '../../src/rules/quiet.ts';
import { type Action, forbidden, notFound, Origin, parsed } from './action.ts';

const QuietForm = Origin.extend({
  /** Reminders that were sent earlier do not say it. */
  of: z.enum(['answer', 'close']).default('close'),
  days: z.number().int().min(0).max(90),
});

/** "Not me" on a personal reminder (N2, N6), and "Remind me in 3 days" (N6). */
export const quietSet: Action = {
  verb: 'quiet.set',
  async press(turn, press) {
    const form = parsed(QuietForm, press, turn);
    if ('answer' in form) return form.answer;
    const { dealId, of, days } = form.data;
    const until = of === 'answer' || days === 0 ? undefined : turn.house.clock.now() + days * dayMilliseconds;
    const command: Quiet =
      of === 'answer' ? { kind: 'quiet', of } : { kind: 'quiet', of, ...(until === undefined ? {} : { until }) };
    const decision = await turn.house.desk.perform(turn.organisation.orgId, dealId, { command, actor: turn.actor });
    if (decision.kind === 'notFound') return notFound(turn);
    if (decision.kind === 'refused') return forbidden(turn, decision.refusals[0]);
    const { language } = turn.reader;
    const said =
      until === undefined
        ? text(language, of === 'answer' ? 'quiet.answerDone' : 'quiet.done')
        : text(language, 'quiet.until', { at: moment(instant(until), turn.reader) });
    return { card: messageCard({ reader: turn.reader, text: said }) };
  },
};
