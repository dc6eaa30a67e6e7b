import { z } from 'zod';
import { moment } from '../../cards/format.ts';
import { type FormField, text } from '../../cards/index.ts';
import type { Deal } from '../../src/deals/deal.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import { whyNotEditable } from '../../src/rules/edit.ts';
import { checkNote } from '../../src/rules/note.ts';
import { type DealDialog, typed } from './dialog.ts';
import { doneEnding, perform } from './perform.ts';

const Data = z.object({ note: z.string() });
type Data = z.infer<typeof Data>;

/** How many of the notes that are there already are shown beside the new one. */
const latest = 3;

/** E4: adds a note to the record. */
export const dealNote: DealDialog<Data> = {
  id: 'deal.note',
  title: 'note.title',
  schema: Data,
  whyNot: whyNotEditable,
  begin: () => ({ data: { note: '' } }),
  check: ({ note }) => checkNote(note),
  steps: [
    {
      id: 'note',
      title: 'note.text',
      next: 'note.send',
      read: (inputs) => typed(inputs, ['note']),
      fields: ({ note }, { turn: { reader }, deal }) => [
        {
          kind: 'text',
          id: 'note',
          label: text(reader.language, 'note.text'),
          value: note,
          hint: text(reader.language, 'note.hint'),
          required: true,
          multiline: true,
          maxLength: 4000,
        },
        ...latestNotes(deal, reader),
      ],
    },
  ],
  async finish({ note }, scene) {
    const { turn, draft } = scene;
    const command = { kind: 'note' as const, text: note, since: draft.createdAt };
    return perform(command, scene, (deal) => doneEnding(turn, deal, text(turn.reader.language, 'note.done')));
  },
};

function latestNotes({ notes }: Deal, reader: Reader): FormField[] {
  if (notes.length === 0) return [];
  const { language } = reader;
  const lines = notes.slice(-latest).reverse();
  return [
    { kind: 'heading', label: text(language, 'note.latest'), separator: true },
    ...lines.map((one): FormField => {
      const at = moment(one.at, reader);
      const { name } = one.by;
      return {
        kind: 'fact',
        label: name === undefined ? at : text(language, 'note.by', { by: name, at }),
        value: one.text,
      };
    }),
  ];
}
