import { z } from 'zod';
import { text } from '../../cards/index.ts';
import { type Deal, dealType, solutionsOf } from '../../src/deals/deal.ts';
import { type InvitePartner, whyNoInvitation } from '../../src/rules/invite.ts';
import { refusal } from '../../src/rules/refusal.ts';
import {
  type Beginning,
  InvitationForm,
  invitationSteps,
  isBlank,
  newInvitation,
  requestOf,
  reviewOf,
  type Source,
} from './deal-partner-invitations.ts';
import type { DealDialog, Ending, Finish, Scene } from './dialog.ts';
import { choicesOf, remember } from './offers.ts';
import { doneEnding, perform } from './perform.ts';

const PartnerForm = z.object({
  /** I2: what each invitation begins with. */
  beginning: z.object({ closeDate: z.string(), currency: z.string() }),
  invitations: z.array(InvitationForm),
});
type PartnerForm = z.infer<typeof PartnerForm>;

/** I1 to I9: invites partners to a deal of the own organisation, each with an invitation of its own. */
export const dealPartner: DealDialog<PartnerForm> = {
  id: 'deal.partner',
  title: 'partner.title',
  schema: PartnerForm,
  whyNot: whyNoInvitation,
  begin(_opening, _turn, deal) {
    const beginning = beginningOf(deal);
    return { data: { beginning, invitations: [newInvitation(beginning)] } };
  },
  steps: [
    ...invitationSteps<PartnerForm, Deal>({
      beginning: ({ beginning }) => beginning,
      source: (_data, { deal }) => sourceOf(deal),
      isWanted: () => true,
      there: ({ deal }) => deal.invitations,
    }),
    {
      id: 'review',
      title: 'dialog.review',
      next: 'partner.send',
      fields: async (data, { turn, deal }) => {
        const { language } = turn.reader;
        const parts = await Promise.all(
          data.invitations.map((form, at) => (isBlank(form) ? [] : reviewOf(turn, form, at, sourceOf(deal)))),
        );
        const type = dealType({ ...deal.parties, partners: deal.parties.partners + 1 });
        return [
          { kind: 'heading', label: text(language, `create.becomes.${type}`), errorsOf: ['partner'] },
          { kind: 'warning', label: text(language, 'partner.final') },
          ...parts.flat(),
        ];
      },
      check: ({ invitations }) => (invitations.every(isBlank) ? [refusal('partnerUnknown', 'I1', 'partner')] : []),
      act: ({ what, item }, data) => (what === 'remove' ? { data: without(data, item) } : { data }),
    },
  ],
  ended,
  finish,
};

/** There is always one to go back to. */
function without(data: PartnerForm, item: string): PartnerForm {
  const left = data.invitations.filter((_, at) => String(at) !== item);
  return { ...data, invitations: left.length === 0 ? [newInvitation(data.beginning)] : left };
}

function beginningOf({ closeDate = '', value }: Deal): Beginning {
  return { closeDate, currency: value?.currency ?? '' };
}

function sourceOf(deal: Deal): Source {
  return { team: deal.team, solutions: solutionsOf(deal) };
}

/** One after the other, each a change of its own: what was sent stays sent when a later one is refused. */
async function finish(data: PartnerForm, scene: Scene): Promise<Finish<PartnerForm>> {
  const { turn } = scene;
  const [form, ...rest] = data.invitations.filter((one) => !isBlank(one));
  if (form === undefined) return ending(scene);
  const { request } = await requestOf(turn, form, sourceOf(scene.deal));
  const command: InvitePartner = { kind: 'invitePartner', ...request, invitationId: form.id };
  const performed = await perform(command, scene, (deal) => ending({ ...scene, deal }));
  if (!('answer' in performed)) return { refusals: performed.refusals, data };
  const deal = await turn.house.desk.deal(scene.deal.orgId, scene.deal.id);
  const isSent = deal?.invitations.some(({ id }) => id === form.id) === true;
  if (isSent) await remember(turn, await choicesOf(turn, [], [request]));
  if (!isSent || rest.length === 0) return performed;
  return finish({ ...data, invitations: rest }, { ...scene, deal });
}

/** A press that came twice, or a crash before the draft was forgotten: everything of this form is in the deal already. */
function ended(scene: Scene): Promise<Ending> | undefined {
  const wanted = wantedIn(scene);
  const sent = new Set(scene.deal.invitations.map(({ id }) => id));
  return wanted.length > 0 && wanted.every(({ id }) => sent.has(id)) ? ending(scene) : undefined;
}

/** The invitations of the draft that are to be sent. */
function wantedIn({ draft }: Scene): InvitationForm[] {
  const form = PartnerForm.safeParse(draft.data);
  return form.success ? form.data.invitations.filter((one) => !isBlank(one)) : [];
}

function ending(scene: Scene): Promise<Ending> {
  const { turn, deal } = scene;
  return doneEnding(turn, deal, text(turn.reader.language, 'partner.done', { count: wantedIn(scene).length }));
}
