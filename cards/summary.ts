import { dayIn, dayMilliseconds } from '../src/clock.ts';
import type { Deal } from '../src/deals/deal.ts';
import { closeDateOf } from '../src/deals/filters.ts';
import type { Group, Summary, SummaryScope } from '../src/deals/summary.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Language } from '../src/organisations/organisation.ts';
import { countdownOf, customerOf, joined } from './deal.ts';
import { day, moment, money, percent } from './format.ts';
import { pageOf } from './opportunity.ts';
import { plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { CardAction } from './verbs.ts';

const namesShown = 3;
const currenciesShown = 3;
const barLength = 10;

export interface SummaryInput {
  summary: Summary;
  scope: SummaryScope;
  reader: Reader;
  /** Milliseconds since the epoch. */
  now: number;
  organisation: string;
  /** Whether only one person sees the card: deals are named there alone (V1, V4). */
  alone: boolean;
  /** Whose eyes it was counted with, where they may not see everything (V1). */
  seenBy?: string;
}

/** How the pipeline stands: what waits and what is accepted, what is due, and how the last 30 days went. */
export function summaryCard(input: SummaryInput): Rendered {
  const { summary, scope, reader, now, organisation, alone, seenBy } = input;
  const { language } = reader;
  const { expiring, overdue, answers } = summary;
  const title = say(language, `summary.title.${scope}`);
  return render(
    'summary',
    language,
    {
      title,
      about: joined([plain(organisation, 80), moment(new Date(now).toISOString(), reader)]),
      pipeline: [
        tileOf(say(language, 'summary.received'), summary.received, 'default', reader),
        tileOf(say(language, 'summary.accepted'), summary.accepted, 'accent', reader),
      ],
      due: [
        ...dueOf('attention', say(language, 'summary.overdue', { count: overdue.length }), overdue, alone, (deal) =>
          day(closeDateOf(deal) ?? '', reader),
        ),
        ...dueOf(
          'warning',
          say(language, 'summary.expiring', { count: expiring.length }),
          expiring,
          alone,
          (deal) => countdownOf(deal, reader, now).left,
        ),
        ...(overdue.length + expiring.length > 0
          ? []
          : [{ style: 'good', what: say(language, 'summary.allGood'), rows: [] }]),
      ],
      lately: [
        tileOf(say(language, 'summary.won'), summary.won, summary.won.count > 0 ? 'good' : 'default', reader),
        tileOf(say(language, 'summary.lost'), summary.lost, 'default', reader),
      ],
      ...answersOf(answers, reader),
      hints: [
        ...(seenBy === undefined ? [] : [say(language, 'summary.seen', { name: plain(seenBy, 80) })]),
        ...summary.leftOut.map((what) => say(language, `summary.leftOut.${what}`)),
      ],
      ...controlsOf(input),
    },
    `${title}: ${joined([
      `${say(language, 'summary.received')} ${summary.received.count}`,
      `${say(language, 'summary.accepted')} ${summary.accepted.count}`,
    ])}`,
  );
}

interface Tile {
  label: string;
  count: string;
  color: string;
  lines: string[];
}

/** A number with the exact sums below it. */
function tileOf(label: string, { count, sums }: Group, color: string, reader: Reader): Tile {
  const { language } = reader;
  const lines = sums.slice(0, currenciesShown).map((sum) => money(sum, reader));
  const more = sums.length - currenciesShown;
  if (more > 0) lines.push(say(language, 'summary.moreCurrencies', { count: more }));
  if (lines.length === 0) lines.push(count > 0 ? say(language, 'summary.noValue') : '–');
  return { label, count: String(count), color: count > 0 ? color : 'default', lines };
}

function dueOf(
  style: string,
  what: string,
  deals: readonly Deal[],
  alone: boolean,
  when: (deal: Deal) => string,
): { style: string; what: string; rows: { customer: string; when: string }[] }[] {
  if (deals.length === 0) return [];
  const rows = alone
    ? deals.slice(0, namesShown).map((deal) => ({ customer: customerOf(deal), when: ` · ${when(deal)}` }))
    : [];
  return [{ style, what, rows }];
}

/** How fast and how often opportunities were accepted; a bar of characters, with its numbers beside it. */
function answersOf({ accepted, declined, expired, medianMilliseconds }: Summary['answers'], reader: Reader) {
  const { language } = reader;
  const all = accepted + declined + expired;
  if (all === 0) return { speed: [], share: [], noAnswers: [say(language, 'summary.noAnswers')] };
  const filled = Math.round((accepted / all) * barLength);
  return {
    noAnswers: [],
    speed: medianMilliseconds === undefined ? [] : [{ time: duration(medianMilliseconds, language) }],
    share: [
      {
        percent: percent(accepted / all, reader),
        bar: `${'▰'.repeat(filled)}${'▱'.repeat(barLength - filled)}`,
        of: say(language, 'summary.shareOf', { accepted: String(accepted), all: String(all) }),
        unanswered: expired > 0 ? [say(language, 'summary.unanswered', { count: expired })] : [],
      },
    ],
  };
}

/** In days with one decimal, within two days in hours, within an hour in minutes. */
function duration(milliseconds: number, language: Language): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  if (minutes < 60) return say(language, 'summary.minutes', { count: minutes });
  const hours = Math.round(milliseconds / 3_600_000);
  if (hours < 48) return say(language, 'summary.hours', { count: hours });
  return say(language, 'summary.days', { count: Math.round(milliseconds / (dayMilliseconds / 10)) / 10 });
}

function controlsOf({ summary, scope, reader, now }: SummaryInput) {
  const yesterday = dayIn(reader.timeZone, now - dayMilliseconds);
  const other = scope === 'mine' ? 'organisation' : 'mine';
  return {
    showOpen: summary.received.count > 0 ? [{ verb: 'inbound.page' } satisfies CardAction] : [],
    showOverdue:
      summary.overdue.length > 0
        ? [
            pageOf({
              list: scope === 'mine' ? 'mine' : 'everything',
              filters: { status: 'accepted', closes: { to: yesterday } },
            }),
          ]
        : [],
    showOther: [
      {
        title: say(reader.language, other === 'mine' ? 'summary.showMine' : 'summary.showOrganisation'),
        data: { verb: 'summary.show', scope: other } satisfies CardAction,
      },
    ],
  };
}
