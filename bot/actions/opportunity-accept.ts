import { acceptFormCard } from '../../cards/index.ts';
import type { AcceptInputs } from '../../cards/verbs.ts';
import type { Deal } from '../../src/deals/deal.ts';
import { whyNotOpen } from '../../src/rules/open.ts';
import { mayAnswer } from '../../src/rules/permissions.ts';
import type { Turn } from '../turn.ts';
import { type Action, closedAnswer, forbidden, notFound, Origin, parsed } from './action.ts';

/** How many people of the organisation are offered beside the people picker, for clients without one. */
const offeredColleagues = 15;

/** Turns the card into the accept form, for the person who pressed, with what is known filled in (A1, A2). */
export const opportunityAccept: Action = {
  verb: 'opportunity.accept',
  async press(turn, press) {
    const origin = parsed(Origin, press, turn);
    if ('answer' in origin) return origin.answer;
    const { dealId, place } = origin.data;
    const deal = await turn.house.desk.deal(turn.organisation.orgId, dealId);
    if (deal === undefined) return notFound(turn);
    const refused = mayAnswer(turn.actor, deal.orgId, turn.organisation.settings);
    if (refused !== undefined) return forbidden(turn, refused);
    const closed = whyNotOpen(deal, turn.house.clock.now());
    if (closed !== undefined) return closedAnswer(turn, deal, closed, place);
    return {
      card: acceptFormCard({
        ...(await formParts(turn, deal)),
        values: proposal(turn, deal),
        errors: [],
        ...(place === undefined ? {} : { place }),
      }),
    };
  },
};

/** What the form needs beside the values and errors. */
export async function formParts(turn: Turn, deal: Deal) {
  const people = await turn.house.people.all(turn.organisation.orgId);
  const colleagues = people
    .filter(({ entraId, guest, name }) => entraId !== turn.person.entraId && !guest && name !== '')
    .slice(0, offeredColleagues)
    .map(({ entraId, name }) => ({ id: entraId, name }));
  return { deal, reader: turn.reader, now: turn.house.clock.now(), colleagues, me: turn.actor.name };
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
