import type { Deal } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import { leadOf } from './deal.ts';
import { moment } from './format.ts';
import { type Rendered, render } from './template.ts';
import { say, type TextKey } from './texts.ts';
import type { CardAction } from './verbs.ts';

/** A form that was left half filled (C10). `until`: when it is forgotten, ISO 8601 UTC. */
export function draftCard({
  reader,
  draftId,
  title,
  deal,
  until,
}: {
  reader: Reader;
  draftId: string;
  title: TextKey;
  /** What it is about, if there is a deal already. */
  deal?: Deal | undefined;
  until: string;
}): Rendered {
  const { language } = reader;
  const name = say(language, title as 'dialog.next');
  const saved = say(language, 'dialog.saved', { until: moment(until, reader) });
  const about = deal === undefined ? {} : { dealId: deal.id };
  return render(
    'draft',
    language,
    {
      title: name,
      leads: deal === undefined ? [] : [{ lead: leadOf(deal, reader) }],
      saved,
      resume: { verb: 'dialog.resume', draftId, ...about } satisfies CardAction & { dealId?: string },
      discard: { verb: 'dialog.discard', draftId, ...about } satisfies CardAction & { dealId?: string },
    },
    `${name}: ${saved}`,
  );
}
