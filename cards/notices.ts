/** The short cards that come after the first one: in its thread, to people, to the sender. */
import { dayIn } from '../src/clock.ts';
import type { Deal } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import { sharedPart } from '../src/rules/permissions.ts';
import { bannerData } from './banner.ts';
import { countdownOf, customerOf, decisionOf, type Fact, leadOf, senderOf } from './deal.ts';
import { day, moment } from './format.ts';
import { plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say, type TextKey } from './texts.ts';
import type { CardAction } from './verbs.ts';

/**
 * N2. It stays as it was sent, so it offers to open the opportunity and no answer that may be out of date by then. `days`: the reminder's step before respond-by; how long is really left is said as of `now` (milliseconds since the epoch).
 */
export function reminderCard({
  deal,
  reader,
  now,
  days,
  personal = false,
}: {
  deal: Deal;
  reader: Reader;
  now: number;
  days: number;
  /** For one person alone, who may want no more of them. */
  personal?: boolean;
}): Rendered {
  const { language } = reader;
  const countdown = countdownOf(deal, reader, now);
  const title = say(language, days <= 1 ? 'reminder.last' : 'reminder.title');
  return render(
    'reminder',
    language,
    {
      title,
      color: countdown.color,
      lead: leadOf(deal, reader),
      countdown: [countdown],
      show: { verb: 'opportunity.show', dealId: deal.id } satisfies CardAction,
      notMe: personal ? [{ verb: 'quiet.set', dealId: deal.id, of: 'answer', days: 0 } satisfies CardAction] : [],
    },
    `${countdown.left}: ${customerOf(deal)}`,
  );
}

/** N3: for the card's thread. */
export function expiredCard({ deal, reader }: { deal: Deal; reader: Reader }): Rendered {
  const { language } = reader;
  return render(
    'expired',
    language,
    {
      lead: leadOf(deal, reader),
      what: decisionOf(deal, reader) ?? say(language, 'answer.expired.other', { at: moment(deal.respondBy, reader) }),
      show: { verb: 'opportunity.show', dealId: deal.id } satisfies CardAction,
    },
    `${say(language, 'expired.title')}: ${customerOf(deal)}`,
  );
}

/**
 * N5, to the organisation that sent the opportunity: what became of it. Tells nothing that the sender did not write but the answer,
 * its time and its reason (D3, I9): no names of people, no notes, not the own estimate.
 */
export function answerCard({
  deal,
  reader,
  organisation,
}: {
  deal: Deal;
  reader: Reader;
  /** The organisation that answered. */
  organisation: string;
}): Rendered {
  const { language } = reader;
  // W3: how it ended goes before how it was answered.
  const told = deal.outcome ?? deal.answer;
  const status = told?.status ?? 'expired';
  const reason = told?.reason;
  const title = say(language, `answered.${status}`, { organisation: plain(organisation, 80) });
  const at = say(language, `answered.at.${status}`, { at: moment(told?.at ?? deal.respondBy, reader) });
  const tones = { accepted: 'good', won: 'good', declined: 'neutral', lost: 'neutral', expired: 'warning' } as const;
  const next = {
    accepted: 'accepted',
    won: 'closed',
    lost: 'closed',
    declined: 'declined',
    expired: 'declined',
  } as const;
  const facts: Fact[] =
    reason === undefined ? [] : [{ label: say(language, 'facts.reason'), lines: [say(language, `reason.${reason}`)] }];
  const { value: _, ...sent } = deal;
  return render(
    'answer',
    language,
    {
      banners: [bannerData(tones[status], at, title)],
      lead: leadOf(sent as Deal, reader),
      facts,
      next: [say(language, `answered.next.${next[status]}`)],
    },
    `${title}: ${customerOf(deal)}`,
  );
}

/** N6: the close date is near, here or past, as of `now` (milliseconds since the epoch) where the reader is. */
export function closeReminderCard({ deal, reader, now }: { deal: Deal; reader: Reader; now: number }): Rendered {
  const { language } = reader;
  const { closeDate = '' } = deal;
  const here = dayIn(reader.timeZone, now);
  const when = closeDate > here ? 'soon' : closeDate === here ? 'today' : 'past';
  const date = closeDate === '' ? '' : day(closeDate, reader);
  const title = when === 'today' ? say(language, 'close.today') : say(language, `close.${when}`, { date });
  return dealNotice(
    deal,
    reader,
    title,
    when === 'past' ? 'attention' : 'default',
    [say(language, 'close.ask')],
    [
      { title: 'won.send', data: { verb: 'dialog.open', dialog: 'deal.won', dealId: deal.id } },
      { title: 'lost.send', data: { verb: 'dialog.open', dialog: 'deal.lost', dealId: deal.id } },
      { title: 'close.move', data: { verb: 'dialog.open', dialog: 'deal.edit', dealId: deal.id } },
      { title: 'quiet.snooze', data: { verb: 'quiet.set', dealId: deal.id, of: 'close', days: 3 } },
      { title: 'quiet.notMe', data: { verb: 'quiet.set', dealId: deal.id, of: 'close', days: 0 } },
    ],
  );
}

/** N7: somebody was added to the team. It stays as it was sent, so it only offers to show the deal as it is then. */
export function teamMemberCard({ deal, reader }: { deal: Deal; reader: Reader }): Rendered {
  return dealNotice(deal, reader, say(reader.language, 'team.added'), 'default', []);
}

/** N8: Microsoft's time has passed. */
export function microsoftSilentCard({ deal, reader }: { deal: Deal; reader: Reader }): Rendered {
  const { language } = reader;
  return dealNotice(deal, reader, say(language, 'microsoft.silent'), 'attention', [
    say(language, 'microsoft.silentNext'),
  ]);
}

/**
 * I7, W3, C9: what another party of the deal has answered, or how its own deal ended. `party`: an invitation's id, `microsoft`, or
 * `inviter`, `partnerCenter`. Everybody in a channel may read it (V4): of the deal itself only what is shared, and no names of people.
 */
export function partyAnsweredCard({ deal, reader, party }: { deal: Deal; reader: Reader; party: string }): Rendered {
  const { title, isGood, lines } = answerOfParty(deal, party, reader);
  return dealNotice(sharedPart(deal), reader, title, isGood ? 'good' : 'default', lines);
}

function answerOfParty(deal: Deal, party: string, reader: Reader): { title: string; isGood: boolean; lines: string[] } {
  const { language } = reader;
  if (party === 'inviter') {
    const isGood = deal.inviterOutcome?.status === 'won';
    const organisation = senderOf(deal);
    const title = say(language, isGood ? 'outcome.won' : 'outcome.lost', { organisation });
    return { title, isGood, lines: [say(language, 'outcome.next')] };
  }
  if (party === 'partnerCenter') {
    const ours = say(language, `status.${deal.partnerCenter?.overruled?.status ?? deal.status}`);
    const title = say(language, 'overruled.title', { status: say(language, `status.${deal.status}`) });
    return { title, isGood: false, lines: [say(language, 'overruled.why', { ours })] };
  }
  if (party === 'microsoft') {
    const isGood = deal.microsoft?.status === 'accepted';
    const title = say(language, isGood ? 'microsoft.accepted' : 'microsoft.declined');
    return { title, isGood, lines: isGood ? [] : [say(language, 'microsoft.declinedNext')] };
  }
  const invitation = deal.invitations.find(({ id }) => id === party);
  const status = invitation === undefined || invitation.status === 'received' ? 'expired' : invitation.status;
  const title = say(language, `party.${status}`, { organisation: plain(invitation?.partner.name ?? '', 80) });
  const at = invitation?.answeredAt;
  const reason = invitation?.reason;
  return {
    title,
    isGood: status === 'accepted' || status === 'won',
    lines: [
      ...(at === undefined ? [] : [say(language, `answered.at.${status}`, { at: moment(at, reader) })]),
      ...(reason === undefined ? [] : [say(language, 'party.reason', { reason: say(language, `reason.${reason}`) })]),
      ...(status === 'declined' || status === 'expired' ? [say(language, 'party.another')] : []),
    ],
  };
}

/** `more`: buttons beside the one that shows the deal. */
function dealNotice(
  deal: Deal,
  reader: Reader,
  title: string,
  color: string,
  lines: string[],
  more: { title: TextKey; data: CardAction }[] = [],
): Rendered {
  const { language } = reader;
  return render(
    'deal-notice',
    language,
    {
      title,
      color,
      lead: leadOf(deal, reader),
      lines,
      show: { verb: 'opportunity.show', dealId: deal.id } satisfies CardAction,
      more: more.map(({ title: key, data }) => ({ title: say(language, key as 'won.send'), data })),
    },
    `${title}: ${customerOf(deal)}`,
  );
}
