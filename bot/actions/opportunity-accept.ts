import { acceptFormCard } from '../../cards/index.ts';
import type { AcceptInputs } from '../../cards/verbs.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { Turn } from '../turn.ts';
import { type Action, Origin, parsed } from './action.ts';
import { type AnswerForm, answerForm } from './answering.ts';

/** How many people of the organisation are offered beside the people picker, for clients without one. */
const offeredColleagues = 15;

/** Turns the card into the accept form, for the person who pressed, with what is known filled in (A1, A2). */
export const opportunityAccept: Action = {
  verb: 'opportunity.accept',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    return answerForm(turn, origin.data, acceptForm(turn));
  },
};

/** The accept form with these values, or with what is known of the opportunity. */
export function acceptForm(turn: Turn, values?: AcceptInputs): AnswerForm {
  return async (deal, place, errors) => ({
    card: acceptFormCard({
      deal,
      reader: turn.reader,
      now: turn.house.clock.now(),
      colleagues: await colleaguesOf(turn),
      me: turn.actor.name,
      values: values ?? proposal(turn, deal),
      errors,
      ...place,
    }),
  });
}

async function colleaguesOf(turn: Turn): Promise<{ id: string; name: string }[]> {
  const people = await turn.house.people.colleagues(turn.organisation.orgId);
  return people
    .filter(({ entraId }) => entraId !== turn.person.entraId)
    .slice(0, offeredColleagues)
    .map(({ entraId, name }) => ({ id: entraId, name }));
}

function proposal(turn: Turn, deal: Deal): AcceptInputs {
  return {
    name: deal.name ?? proposedName(deal),
    amount: deal.value?.amount ?? '',
    currency: deal.value?.currency ?? '',
    closeDate: deal.closeDate ?? '',
    notes: '',
    crmId: '',
    campaignId: '',
    phone: turn.person.phone ?? '',
    colleagues: '',
  };
}

/** Senders often give no name: the customer with the first solution says what it is about, and spares typing on a phone. */
function proposedName({ opportunity }: Deal): string {
  const [solution] = opportunity.solutions;
  const name = opportunity.customer.name;
  return (solution === undefined ? name : `${name} – ${solution.name}`).slice(0, 200);
}
