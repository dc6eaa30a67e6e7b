import { z } from 'zod';
import { dealRecordCard } from '../../cards/index.ts';
import { privateAnswer } from '../private-answer.ts';
import { type Action, Origin, parsed } from './action.ts';
import { seenDeal } from './deal-open.ts';

const Data = Origin.extend({
  what: z.enum(['notes', 'history']),
  page: z.number().int().min(1).max(10_000).default(1),
});

/** All notes of a deal (E4), or its whole history (L7), page by page. */
export const dealRecord: Action = {
  verb: 'deal.record',
  async press(turn, press) {
    const asked = parsed(Data, press, turn);
    if ('answer' in asked) return asked.answer;
    const { dealId, what, page, place } = asked.data;
    const seen = await seenDeal(turn, dealId);
    if ('answer' in seen) return seen.answer;
    const { deal } = seen;
    const more = place === undefined ? {} : { place };
    return privateAnswer(turn, press, dealRecordCard({ deal, reader: turn.reader, what, page, ...more }));
  },
};
