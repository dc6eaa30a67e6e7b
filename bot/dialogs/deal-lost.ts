import { z } from 'zod';
import { text } from '../../cards/index.ts';
import { type Deal, DeclineReason, declineReasons } from '../../src/deals/deal.ts';
import type { Language } from '../../src/organisations/organisation.ts';
import { checkLose, type Lose, whyNotCloseable } from '../../src/rules/close.ts';
import type { Turn } from '../turn.ts';
import { type DealDialog, type Ending, type Scene, typed } from './dialog.ts';
import { facts } from './fields.ts';
import { doneEnding, isOwnDeed, perform } from './perform.ts';

const Data = z.object({ reason: z.string(), notes: z.string() });
type Data = z.infer<typeof Data>;

/** W1 to W3, D1, D2: marks a deal as lost, with the reason, after a second confirmation. */
export const dealLost: DealDialog<Data> = {
  id: 'deal.lost',
  title: 'lost.title',
  schema: Data,
  whyNot: whyNotCloseable,
  begin: () => ({ data: { reason: '', notes: '' } }),
  check: (data) => checkLose(commandOf(data)),
  steps: [
    {
      id: 'outcome',
      title: 'lost.outcome',
      read: (inputs) => typed(inputs, ['reason', 'notes']),
      fields({ reason, notes }, { turn: { reader } }) {
        const { language } = reader;
        return [
          { kind: 'warning', label: text(language, 'won.final') },
          { kind: 'hint', label: text(language, 'won.why') },
          {
            kind: 'choice',
            id: 'reason',
            label: text(language, 'decline.reason'),
            value: reason,
            choices: declineReasons.map((value) => ({ title: reasonText(value, language), value })),
            expanded: true,
            required: true,
          },
          {
            kind: 'text',
            id: 'notes',
            label: text(language, 'lost.notes'),
            value: notes,
            hint: text(language, 'decline.notesHint'),
            multiline: true,
            maxLength: 4000,
          },
        ];
      },
    },
    {
      id: 'review',
      title: 'dialog.review',
      next: 'lost.send',
      fields({ reason, notes }, { turn: { reader }, deal }) {
        const { language } = reader;
        return [
          { kind: 'warning', label: text(language, 'won.final') },
          ...facts([
            [text(language, 'accept.name'), deal.name ?? ''],
            [text(language, 'decline.reason'), reasonText(reason, language)],
            [text(language, 'lost.notes'), notes],
          ]),
        ];
      },
    },
  ],
  ended,
  async finish(data, scene) {
    return perform(commandOf(data), scene, (deal) => ending(scene.turn, deal), ended);
  },
};

function commandOf(data: Data): Lose {
  return { kind: 'lose', ...data };
}

function reasonText(reason: string, language: Language): string {
  const known = DeclineReason.safeParse(reason);
  return known.success ? text(language, `reason.${known.data}`) : '';
}

function ended(scene: Scene): Promise<Ending> | undefined {
  const { outcome } = scene.deal;
  return outcome?.status === 'lost' && isOwnDeed(outcome, scene) ? ending(scene.turn, scene.deal) : undefined;
}

function ending(turn: Turn, deal: Deal): Promise<Ending> {
  return doneEnding(turn, deal, text(turn.reader.language, 'lost.done'));
}
