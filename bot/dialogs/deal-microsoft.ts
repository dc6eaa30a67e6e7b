import { z } from 'zod';
import { moment } from '../../cards/format.ts';
import { text } from '../../cards/index.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import { checkMicrosoft, type InviteMicrosoft, whyNoInvitation } from '../../src/rules/invite.ts';
import { type Refusal, refusal } from '../../src/rules/refusal.ts';
import type { Turn } from '../turn.ts';
import { type DealDialog, type Ending, type Scene, typed } from './dialog.ts';
import { contactFields, contactText, facts, helpChoices, helpText, readContact } from './fields.ts';
import { doneEnding, isOwnDeed, perform } from './perform.ts';

const Data = z.object({
  help: z.string(),
  helpNotes: z.string(),
  contact: z.object({ name: z.string(), phone: z.string(), email: z.string() }),
  consent: z.boolean(),
});
type Data = z.infer<typeof Data>;

/** C2, C3, C7 to C9, I5: asks for Microsoft's help with a deal of the own organisation. */
export const dealMicrosoft: DealDialog<Data> = {
  id: 'deal.microsoft',
  title: 'microsoft.title',
  schema: Data,
  whyNot: whyNotMicrosoft,
  begin(_opening, _turn, { opportunity }) {
    const [contact] = opportunity.customer.contacts;
    const { name = '', phone = '', email = '' } = contact ?? {};
    return { data: { help: '', helpNotes: '', contact: { name, phone, email }, consent: false } };
  },
  check: (data) => checkMicrosoft(commandOf(data)),
  steps: [
    {
      id: 'help',
      title: 'microsoft.help',
      read: (inputs, data) => ({ ...data, ...typed(inputs, ['help', 'helpNotes']) }),
      fields({ help, helpNotes }, { turn: { reader } }) {
        const { language } = reader;
        return [
          { kind: 'hint', label: text(language, 'microsoft.days') },
          {
            kind: 'choice',
            id: 'help',
            label: text(language, 'facts.help'),
            value: help,
            choices: helpChoices(language),
            required: true,
          },
          {
            kind: 'text',
            id: 'helpNotes',
            label: text(language, 'microsoft.notes'),
            value: helpNotes,
            required: true,
            multiline: true,
            maxLength: 4000,
          },
        ];
      },
    },
    {
      id: 'contact',
      title: 'microsoft.contact',
      read: (inputs, data) => ({ ...data, contact: readContact(inputs), consent: inputs.consent === 'true' }),
      fields({ contact, consent }, { turn: { reader } }) {
        const { language } = reader;
        return [
          ...contactFields(contact, reader, true),
          {
            kind: 'toggle',
            id: 'consent',
            label: text(language, 'microsoft.consent'),
            statement: text(language, 'microsoft.consentYes'),
            value: consent,
            hint: text(language, 'microsoft.consentHint'),
          },
        ];
      },
    },
    {
      id: 'review',
      title: 'dialog.review',
      next: 'microsoft.send',
      fields({ help, helpNotes, contact, consent }, { turn: { reader } }) {
        const { language } = reader;
        return [
          { kind: 'warning', label: text(language, 'microsoft.final') },
          { kind: 'hint', label: text(language, 'microsoft.days') },
          ...facts([
            [text(language, 'facts.help'), helpText(help, language)],
            [text(language, 'microsoft.notes'), helpNotes],
            [text(language, 'contact.title'), contactText(contact)],
            [text(language, 'microsoft.consent'), consent ? text(language, 'microsoft.consentYes') : ''],
          ]),
          { kind: 'hint', label: text(language, 'microsoft.consentHint') },
        ];
      },
    },
  ],
  ended,
  async finish(data, scene) {
    return perform(commandOf(data), scene, (deal) => ending(scene.turn, deal), ended);
  },
};

/** I5, I6, V1, L6: Microsoft is invited once, to a deal that the own organisation has started. */
function whyNotMicrosoft(deal: Deal, actor: PersonActor): Refusal | undefined {
  const refused = whyNoInvitation(deal, actor);
  if (refused !== undefined) return refused;
  return deal.parties.microsoft ? refusal('microsoftAlreadyAsked', 'I5') : undefined;
}

function commandOf(data: Data): InviteMicrosoft {
  return { kind: 'inviteMicrosoft', ...data };
}

function ended(scene: Scene): Promise<Ending> | undefined {
  const entry = scene.deal.history.findLast(({ what }) => what === 'microsoftInvited');
  return isOwnDeed(entry, scene) ? ending(scene.turn, scene.deal) : undefined;
}

function ending(turn: Turn, deal: Deal): Promise<Ending> {
  const { language } = turn.reader;
  const until = deal.microsoft === undefined ? '' : moment(deal.microsoft.answerBy, turn.reader);
  return doneEnding(turn, deal, text(language, 'microsoft.done', { until }));
}
