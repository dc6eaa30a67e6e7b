import { z } from 'zod';
import { text } from '../../cards/index.ts';
import { checkEdit, type Details, detailsOf, type Edit, whyNotEditable } from '../../src/rules/edit.ts';
import { detailsChanges, type Earlier, meanwhileFields, mergedDetails } from './changed-meanwhile.ts';
import { type DealDialog, typed } from './dialog.ts';
import { closeDateField, currencyField } from './fields.ts';
import { doneEnding, perform } from './perform.ts';

const Values = z.object({
  name: z.string(),
  amount: z.string(),
  currency: z.string(),
  closeDate: z.string(),
  crmId: z.string(),
  campaignId: z.string(),
});

const Data = z.object({
  /** As the person saw the deal when they began, and how long its history was. */
  base: Values,
  since: z.number().int(),
  values: Values,
  /** What they had seen before somebody else changed it. */
  earlier: z.object({ base: Values, since: z.number().int() }).optional(),
});
type Data = z.infer<typeof Data>;

/** E1, E3: the details of a deal, one value each. */
export const dealEdit: DealDialog<Data> = {
  id: 'deal.edit',
  title: 'edit.title',
  schema: Data,
  whyNot: whyNotEditable,
  begin(_opening, _turn, deal) {
    const base = detailsOf(deal);
    return { data: { base, since: deal.history.length, values: base } };
  },
  check: (data, { turn, deal }) => checkEdit(deal, commandOf(data), turn.actor, turn.house.clock.now()),
  steps: [
    {
      id: 'details',
      title: 'edit.details',
      next: 'dialog.apply',
      read: (inputs, data) => ({
        ...data,
        values: typed(inputs, ['name', 'amount', 'currency', 'closeDate', 'crmId', 'campaignId']),
      }),
      fields({ values, base, since, earlier }, { turn: { reader, house }, deal }) {
        const { language } = reader;
        return [
          ...meanwhileFields(changesSince(earlier, base, deal.history.slice(0, since)), reader),
          { kind: 'text', id: 'name', label: text(language, 'accept.name'), value: values.name, required: true },
          {
            kind: 'amount',
            id: 'amount',
            label: text(language, 'accept.amount'),
            value: values.amount,
            required: true,
          },
          currencyField(values.currency, reader),
          closeDateField(text(language, 'accept.closeDate'), values.closeDate, reader, house.clock.now()),
          { kind: 'text', id: 'crmId', label: text(language, 'accept.crmId'), value: values.crmId, maxLength: 100 },
          {
            kind: 'text',
            id: 'campaignId',
            label: text(language, 'accept.campaignId'),
            value: values.campaignId,
            maxLength: 100,
          },
        ];
      },
    },
  ],
  async finish(data, scene) {
    const { turn } = scene;
    const done = await perform(commandOf(data), scene, (deal) =>
      doneEnding(turn, deal, text(turn.reader.language, 'edit.done')),
    );
    if ('answer' in done || !done.refusals.some(({ code }) => code === 'changedMeanwhile')) return done;
    const { deal, refusals } = done;
    const now = detailsOf(deal);
    return {
      refusals,
      data: {
        base: now,
        since: deal.history.length,
        values: mergedDetails(data.base, now, data.values),
        earlier: { base: data.base, since: data.since },
      },
    };
  },
};

function commandOf({ base, values }: Data): Edit {
  return { kind: 'edit', section: 'details', base, values };
}

function changesSince(
  earlier: Earlier<Details> | undefined,
  base: Details,
  history: Parameters<typeof detailsChanges>[2],
) {
  return earlier === undefined ? [] : detailsChanges(earlier.base, base, history.slice(earlier.since));
}
