import { remember, rememberPhone } from '../dialogs/offers.ts';
import { pickedPeople } from '../dialogs/picked-people.ts';
import { held } from '../held.ts';
import { type Action, Input, Origin, parsed } from './action.ts';
import { answered, answerForm } from './answering.ts';
import { acceptForm } from './opportunity-accept.ts';

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
    const { dealId, place, ...typed } = form.data;
    const { values, refusals } = held(typed);
    if (refusals.length > 0) return answerForm(turn, { dealId, place }, acceptForm(turn, values), refusals);
    const picked = await pickedPeople(turn, values.colleagues);
    const command = {
      kind: 'accept',
      ...values,
      colleagues: picked.members,
      unknownColleagues: picked.unknown,
    } as const;
    return answered(turn, { dealId, place }, command, acceptForm(turn, values), async () => {
      await rememberPhone(turn, values.phone);
      if (picked.members.length > 0) await remember(turn, { contacts: picked.members });
    });
  },
};
