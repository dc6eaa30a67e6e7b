/** How a deal stands with Partner Center, and what admins are told of the connection. */
import type { Deal } from '../src/deals/deal.ts';
import type { PartnerCenterNews, Reader } from '../src/notices/messenger.ts';
import type { Language } from '../src/organisations/organisation.ts';
import { goesToPartnerCenter, isInStep, pendingOf } from '../src/rules/partner-center.ts';
import { notConnected } from '../src/rules/partner-center-steps.ts';
import { type BannerData, bannerData } from './banner.ts';
import { type Fact, joined } from './deal.ts';
import { messageCard } from './message.ts';
import { plain } from './plain.ts';
import type { Rendered } from './template.ts';
import { say } from './texts.ts';

type SyncState = 'inStep' | 'onItsWay' | 'refused' | 'notConnected';

/** Undefined where there is nothing to say: Partner Center does not know of the deal, or the deal waits for its answer. */
export function syncStateOf(deal: Deal): SyncState | undefined {
  if (!goesToPartnerCenter(deal) || deal.status === 'received') return undefined;
  if (isInStep(deal)) return deal.partnerCenter?.id === undefined ? undefined : 'inStep';
  const failed = deal.notices.find(
    ({ task, state }) => (task.kind === 'sync' || task.kind === 'takeOver') && state === 'failed',
  );
  if (failed === undefined) return 'onItsWay';
  return failed.reason === notConnected ? 'notConnected' : 'refused';
}

/** One line among the facts; what needs somebody stands in a banner. */
export function syncFacts(deal: Deal, language: Language): Fact[] {
  const state = syncStateOf(deal);
  return state === undefined
    ? []
    : [{ label: say(language, 'facts.partnerCenter'), lines: [say(language, `sync.${state}`)] }];
}

/**
 * What people have to know or do. `why`: whether the reader may see what Partner Center said, which may quote anything of the deal: not
 * in a channel.
 */
export function syncBanners(deal: Deal, language: Language, why: boolean): BannerData[] {
  const state = syncStateOf(deal);
  if (state === 'notConnected') return byHand(deal, language).map((text) => bannerData('warning', text));
  if (state !== 'refused') return [];
  const reason = deal.partnerCenter?.refusal?.text;
  const text =
    why && reason !== undefined
      ? say(language, 'sync.refusedBecause', { reason: plain(reason, 400) })
      : say(language, why ? 'sync.refusedUnknown' : 'sync.refusedOpen');
  return [bannerData('attention', text)];
}

/** What is to be done in Partner Center by hand while it is not connected. */
function byHand(deal: Deal, language: Language): string[] {
  const { referral, status, fields, microsoft, invitationIds, registration } = pendingOf(deal);
  const invited = deal.invitations.filter(({ id }) => invitationIds.includes(id));
  const isAnswer = status && deal.direction === 'inbound';
  const isEdit = !referral && !isAnswer && (status || fields.length > 0 || registration);
  return [
    ...(isAnswer ? [say(language, 'sender.partnerCenterNotConnected')] : []),
    ...(isEdit ? [say(language, 'sync.editByHand')] : []),
    ...(microsoft ? [say(language, 'notAsked.microsoft.notConnected')] : []),
    ...invited.map(({ partner }) =>
      say(language, 'notAsked.partner.notConnected', { partner: plain(partner.name, 80) }),
    ),
  ];
}

/** For the question whether to take over what is there: which of one's changes that gives up. */
export function takeOverWarning(deal: Deal, language: Language): string {
  const { status, fields } = pendingOf(deal);
  const names = [
    ...(status ? [say(language, `status.${deal.status}`)] : []),
    ...fields.map((field) => say(language, field === 'notes' ? 'history.noted' : `facts.${field}`)),
  ];
  return say(language, 'sync.takeOverWarning', { what: joined(names) });
}

/** To an admin. */
export function partnerCenterCard({ news, reader }: { news: PartnerCenterNews; reader: Reader }): Rendered {
  const { language } = reader;
  switch (news.what) {
    case 'importing':
    case 'imported': {
      const unreadable =
        news.unreadable === 0 ? '' : `\n\n${say(language, 'center.unreadable', { count: news.unreadable })}`;
      return messageCard({
        reader,
        title: say(language, `center.${news.what}.title`),
        text: say(language, `center.${news.what}`, { count: news.read }) + unreadable,
        tone: news.what === 'imported' ? 'good' : 'neutral',
      });
    }
    case 'disconnected': {
      const code = news.code === undefined ? '' : ` (${news.code})`;
      const reasons = ['revoked', 'accountGone', 'expired', 'appRefused'] as const;
      const reason = reasons.find((known) => known === news.reason) ?? 'signInNeeded';
      const why = say(language, `center.disconnected.${reason}`);
      return messageCard({
        reader,
        title: say(language, 'center.disconnected.title'),
        text: `${why}${code}\n\n${say(language, 'center.disconnected.next')}`,
        tone: 'attention',
      });
    }
    default:
      return messageCard({
        reader,
        title: say(language, 'center.trouble.title'),
        text: say(language, `center.${news.what}`),
        tone: 'attention',
      });
  }
}
