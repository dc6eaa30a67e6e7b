import { type Status, statuses } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import type { Language } from '../src/organisations/organisation.ts';
import type { Refusal } from '../src/rules/refusal.ts';
import { moment } from './format.ts';
import { catalogues, text } from './texts.ts';

/** What is known about a refusal besides its code. */
export interface RefusalAbout {
  /** Who answered. */
  by?: string | undefined;
  /** When they did: ISO 8601 UTC. */
  at?: string | undefined;
  /** The deal's. */
  status?: string | undefined;
  /** Names of admins who can help. */
  admins?: readonly string[] | undefined;
  /** ISO 8601 UTC. */
  respondBy?: string | undefined;
}

/**
 * Why something was refused, in short plain sentences: who, when, what can be done now, and at the end the id of the rule, as `(L5)`.
 * Ready for any place: names are inert.
 */
export function refusalText(refused: Refusal, reader: Reader, about: RefusalAbout = {}): string {
  return `${sentences(refused, reader, about)} (${refused.rule})`;
}

function sentences({ code }: Refusal, reader: Reader, about: RefusalAbout): string {
  const { language } = reader;
  const { by, status } = about;
  const at = about.at === undefined ? undefined : moment(about.at, reader);
  const respondBy = about.respondBy === undefined ? undefined : moment(about.respondBy, reader);
  // A few names are enough to find one who is there.
  const admins = (about.admins ?? []).slice(0, 3);
  switch (code) {
    case 'noRole':
    case 'usersMayNotAnswer':
    case 'notOnTeam':
      return text(language, `refusal.${code}`, { admins });
    case 'alreadyAccepted':
      if (at === undefined) return text(language, 'refusal.alreadyAccepted');
      return notTaken(
        by === undefined
          ? text(language, 'answer.accepted.other', { at })
          : text(language, 'answer.accepted.person', { by, at }),
        language,
      );
    case 'alreadyDeclined':
      if (at === undefined) return text(language, 'refusal.alreadyDeclined');
      return notTaken(
        by === undefined
          ? text(language, 'answer.declined.other', { at })
          : text(language, 'answer.declined.person', { by, at }),
        language,
      );
    case 'expired':
      if (respondBy === undefined) return text(language, 'refusal.expired');
      return text(language, 'refusal.expiredAt', { at: respondBy });
    case 'archived':
      return isStatus(status)
        ? text(language, 'refusal.archivedAs', { status: text(language, `status.${status}`) })
        : text(language, 'refusal.archived');
    default: {
      const key = `refusal.${code}`;
      return text(language, isPlainText(key) ? key : 'refusal.other');
    }
  }
}

/** Who was faster, and what that means for the one who reads it. */
function notTaken(who: string, language: Language): string {
  return `${who} ${text(language, 'refusal.notTaken')}`;
}

/** The codes of the rules grow; one that has no text yet is still an answer. */
function isPlainText(key: string): key is 'refusal.other' {
  return key in catalogues.en;
}

function isStatus(status: string | undefined): status is Status {
  return statuses.some((known) => known === status);
}
