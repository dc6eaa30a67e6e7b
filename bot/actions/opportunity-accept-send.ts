import { acceptFormCard, text } from '../../cards/index.ts';
import type { AcceptInputs } from '../../cards/verbs.ts';
import { pickedPeople } from '../dialogs/picked-people.ts';
import type { Turn } from '../turn.ts';
import {
  type Action,
  closedAnswer,
  dealAnswer,
  forbidden,
  Input,
  isAboutPerson,
  notFound,
  Origin,
  parsed,
} from './action.ts';
import { formParts } from './opportunity-accept.ts';

const Data = Origin.extend({
  name: Input,
  amount: Input,
  currency: Input,
  closeDate: Input,
  notes: Input,
  crmId: Input,
  campaignId: Input,
  phone: Input,
  colleagues: Input,
});

/** Accepts with what was typed (A1 to A4). An error stands at its field and what was typed stays. */
export const opportunityAcceptSend: Action = {
  verb: 'opportunity.accept.send',
  async press(turn, press) {
    const form = parsed(Data, press, turn);
    if ('answer' in form) return form.answer;
    const { dealId, place, ...values } = form.data;
    const picked = await pickedPeople(turn, values.colleagues);
    const decision = await turn.house.desk.perform(turn.organisation.orgId, dealId, {
      command: { kind: 'accept', ...values, colleagues: picked.members, unknownColleagues: picked.unknown },
      actor: turn.actor,
    });
    if (decision.kind === 'notFound') return notFound(turn);
    const { deal } = decision;
    if (decision.kind === 'done') {
      if (decision.changed) {
        turn.log.info({ dealId }, 'opportunity accepted');
        await rememberPhone(turn, values);
      }
      return dealAnswer(turn, deal, place, {
        banner: { tone: 'good', text: text(turn.reader.language, 'youAccepted') },
      });
    }
    const [first] = decision.refusals;
    if (isAboutPerson(first)) return forbidden(turn, first);
    if (first.field === undefined) return closedAnswer(turn, deal, first, place);
    return {
      card: acceptFormCard({
        ...(await formParts(turn, deal)),
        values,
        errors: [...decision.refusals],
        ...(place === undefined ? {} : { place }),
      }),
    };
  },
};

async function rememberPhone(turn: Turn, { phone }: AcceptInputs): Promise<void> {
  const given = phone.trim();
  if (given === '' || given === turn.person.phone) return;
  try {
    await turn.house.people.setPhone(turn.organisation.orgId, turn.person.entraId, given);
  } catch (error) {
    // The opportunity is accepted by now, with the number: it is only not offered the next time.
    turn.log.warn({ err: error }, 'phone number could not be remembered');
  }
}
