import { z } from 'zod';
import { type Action, forbidden, notFound, Origin, parsed } from './action.ts';
import { wholeDealAnswer } from './deal-open.ts';
import { inboundAnswer } from './inbound-page.ts';
import { viewAnswer } from './view-page.ts';

const Data = Origin.extend({ marked: z.boolean(), on: z.enum(['deal', 'list']) });

/** F2: the heart on a deal's card and on the rows of lists, which are shown again as they are now. */
export const favouriteSet: Action = {
  verb: 'favourite.set',
  async press(turn, press) {
    const form = parsed(Data, press, turn);
    if ('answer' in form) return form.answer;
    const { dealId, marked, on, place } = form.data;
    const decision = await turn.house.desk.perform(turn.organisation.orgId, dealId, {
      command: { kind: 'favourite', marked },
      actor: turn.actor,
    });
    if (decision.kind === 'notFound') return notFound(turn);
    if (decision.kind === 'refused') return forbidden(turn, decision.refusals[0]);
    if (on === 'list' && place?.list === 'inbound') return inboundAnswer(turn, press, place.cursor);
    if (on === 'list' && place !== undefined && place.list !== 'inbound') return viewAnswer(turn, press, place);
    return wholeDealAnswer(turn, press, decision.deal, { place });
  },
};
