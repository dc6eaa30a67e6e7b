import { z } from 'zod';
import { text } from '../../cards/index.ts';
import type { Deal } from '../../src/deals/deal.ts';
import { checkWin, type Win, whyNotCloseable } from '../../src/rules/close.ts';
import { asksForRegistration, isRegistrable, isYoung } from '../../src/rules/register.ts';
import type { Turn } from '../turn.ts';
import { type DealDialog, type Ending, type Scene, typed } from './dialog.ts';
import { closeDateField, currencyField, dayText, facts, moneyText } from './fields.ts';
import { doneEnding, isOwnDeed, perform } from './perform.ts';

const Data = z.object({ amount: z.string(), currency: z.string(), closeDate: z.string(), notes: z.string() });
type Data = z.infer<typeof Data>;

/** W1 to W3: marks a deal as won, with the final value and close date, after a second confirmation. */
export const dealWon: DealDialog<Data> = {
  id: 'deal.won',
  title: 'won.title',
  schema: Data,
  whyNot: whyNotCloseable,
  begin: (_opening, _turn, { value, closeDate }) => ({
    data: { amount: value?.amount ?? '', currency: value?.currency ?? '', closeDate: closeDate ?? '', notes: '' },
  }),
  check: (data, { turn, deal }) => checkWin(deal, commandOf(data), turn.actor, turn.house.clock.now()),
  steps: [
    {
      id: 'outcome',
      title: 'won.outcome',
      read: (inputs) => typed(inputs, ['amount', 'currency', 'closeDate', 'notes']),
      fields({ amount, currency, closeDate, notes }, { turn: { reader, house }, deal }) {
        const { language } = reader;
        const now = house.clock.now();
        return [
          { kind: 'warning', label: text(language, 'won.final') },
          { kind: 'hint', label: text(language, 'won.why') },
          // G3
          ...(isRegistrable(deal) && isYoung(deal, now)
            ? [{ kind: 'warning' as const, label: text(language, 'won.young') }]
            : []),
          { kind: 'amount', id: 'amount', label: text(language, 'won.amount'), value: amount, required: true },
          currencyField(currency, reader),
          closeDateField(text(language, 'won.closeDate'), closeDate, reader, now),
          {
            kind: 'text',
            id: 'notes',
            label: text(language, 'won.notes'),
            value: notes,
            multiline: true,
            maxLength: 4000,
          },
        ];
      },
    },
    {
      id: 'review',
      title: 'dialog.review',
      next: 'won.send',
      fields({ amount, currency, closeDate, notes }, { turn: { reader }, deal }) {
        const { language } = reader;
        return [
          { kind: 'warning', label: text(language, 'won.final') },
          ...facts([
            [text(language, 'accept.name'), deal.name ?? ''],
            [text(language, 'won.amount'), moneyText(amount, currency, reader)],
            [text(language, 'won.closeDate'), dayText(closeDate, reader)],
            [text(language, 'won.notes'), notes],
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

function commandOf(data: Data): Win {
  return { kind: 'win', ...data };
}

function ended(scene: Scene): Promise<Ending> | undefined {
  const { outcome } = scene.deal;
  return outcome?.status === 'won' && isOwnDeed(outcome, scene) ? ending(scene.turn, scene.deal) : undefined;
}

function ending(turn: Turn, deal: Deal): Promise<Ending> {
  // G1
  return doneEnding(
    turn,
    deal,
    text(turn.reader.language, asksForRegistration(deal) ? 'won.doneRegister' : 'won.done'),
  );
}
