import type { Reader } from '../src/notices/messenger.ts';
import { moment } from './format.ts';
import { inert, plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say, type TextKey } from './texts.ts';
import type { CardAction } from './verbs.ts';

export interface DraftLine {
  draftId: string;
  /** Of its dialog. */
  title: TextKey;
  /** The customer; empty where there is none yet. May come from outside. */
  about: string;
  /** When it is forgotten: ISO 8601 UTC. */
  until: string;
  /** The deal that it is about, if there is one already. */
  dealId?: string;
}

/** C10: somebody's half-filled forms, the latest touched first. `more`: how many older ones are not listed. */
export function draftsCard({
  reader,
  drafts,
  more,
}: {
  reader: Reader;
  drafts: readonly DraftLine[];
  more: number;
}): Rendered {
  const { language } = reader;
  const title = say(language, 'drafts.title');
  return render(
    'drafts',
    language,
    {
      title,
      empty: drafts.length === 0 ? [say(language, 'drafts.empty')] : [],
      drafts: drafts.map(({ draftId, title: of, about, until, dealId }) => {
        const name = say(language, of as 'dialog.next');
        const where = dealId === undefined ? { draftId } : { draftId, dealId };
        const on = (action: 'dialog.resume' | 'dialog.discard') =>
          say(language, 'button.on', { action: say(language, action), customer: inert(about || name, 120) });
        return {
          name: about === '' ? name : plain(about, 120),
          what: about === '' ? [] : [`${name} · `],
          kept: say(language, 'drafts.kept', { until: moment(until, reader) }),
          resume: { verb: 'dialog.resume', ...where } satisfies CardAction & { dealId?: string },
          resumeOf: on('dialog.resume'),
          discard: { verb: 'dialog.discard', ...where } satisfies CardAction & { dealId?: string },
          discardOf: on('dialog.discard'),
        };
      }),
      more: more > 0 ? [say(language, 'drafts.more', { count: more })] : [],
      create: { verb: 'dialog.open', dialog: 'deal.create' } satisfies CardAction,
    },
    drafts.length === 0 ? say(language, 'drafts.empty') : `${title}: ${drafts.length + more}`,
  );
}
