import { draftsCard } from '../../cards/index.ts';
import type { Draft } from '../../src/drafts/draft.ts';
import { maySee, maySeeDeal } from '../../src/rules/permissions.ts';
import { forbidden } from '../actions/action.ts';
import { CreateForm } from '../dialogs/deal-create.ts';
import { customerOf } from '../dialogs/deal-create-customer.ts';
import { dialogs } from '../dialogs/index.ts';
import { privateAnswer } from '../private-answer.ts';
import type { Turn } from '../turn.ts';
import type { Command } from './command.ts';

/** How many drafts one card lists. */
const mostDrafts = 10;

/** C10: lists the person's own half-filled forms, in their own chat: what stands in them is nobody else's business. */
export const drafts: Command = {
  words: { en: ['drafts'], de: ['entwürfe', 'entwuerfe'] },
  async run(turn) {
    const { organisation, actor, house, reader } = turn;
    const refused = maySee(actor, organisation.orgId);
    if (refused !== undefined) return forbidden(turn, refused);
    const all = (await house.drafts.of(organisation.orgId, actor.personId)).filter(({ dialog }) => dialogs.has(dialog));
    const shown = await Promise.all(
      all.slice(0, mostDrafts).map(async (draft) => ({
        draftId: draft.id,
        title: dialogs.get(draft.dialog)?.title ?? 'dialog.next',
        about: await aboutOf(turn, draft),
        until: draft.nextDueAt,
        ...(draft.dealId === undefined ? {} : { dealId: draft.dealId }),
      })),
    );
    const card = draftsCard({ reader, drafts: shown, more: all.length - shown.length });
    return privateAnswer(turn, { shape: 'submit' }, card);
  },
};

/** The customer: of the deal, or as it is entered so far. */
async function aboutOf(turn: Turn, { dealId, data }: Draft): Promise<string> {
  if (dealId !== undefined) {
    const deal = await turn.house.desk.deal(turn.organisation.orgId, dealId);
    return deal === undefined || maySeeDeal(turn.actor, deal) !== undefined ? '' : deal.opportunity.customer.name;
  }
  const form = CreateForm.safeParse(data);
  return form.success ? (await customerOf(turn, form.data.customer)).name : '';
}
