import type { Connection, Disconnection } from '../partner-center/connection.ts';
import type { PartnerCenterError } from '../partner-center/errors.ts';
import type { Validation } from '../partner-center/webhook-registration.ts';

/** What a command needs of the account: who lacks it is told which roles have it (facts/partner-center.md 1.2, 2.1). */
export type Need = 'referrals' | 'webhook';

const roles: Record<Need, string> = {
  referrals:
    'The account may not read referrals: give it the role Referrals admin in Partner Center (a Referrals user sees only the referrals ' +
    'that it is on the team of)',
  webhook:
    'The account may not register webhooks: Partner Center names the roles Admin agent, Sales agent, Helpdesk agent and Billing admin ' +
    'for it. Without a webhook the bot finds changes by polling',
};

export const endings: Record<Disconnection, string> = {
  revoked: 'the consent was taken back, or the password was changed',
  accountGone: 'the account is gone or blocked',
  expired: 'the consent was not used for too long',
  signInNeeded: 'Entra wants the account to sign in again',
  appRefused: 'the app registration is gone, or not allowed',
  byAdmin: 'an admin ended it',
};

/** What the bot found in the way of the sync, while the connection stands. */
export const troubles: Record<NonNullable<Connection['trouble']>, string> = {
  forbidden: 'the account may not read referrals, it needs the role Referrals admin in Partner Center',
  keyUnreadable: "the bot's PARTNER_CENTER_KEY is not the one that the connection was made with",
};

/** What to do about what Entra says of a consent, by its number. */
const refusedConsents: Record<string, string> = {
  AADSTS700016: 'the tenant does not know the app registration: check PARTNER_CENTER_CLIENT_ID and give admin consent',
  AADSTS50194: 'the app registration is for one tenant only: let it take accounts of any organisational directory',
  AADSTS7000218: 'the app registration is no public client: set "Allow public client flows" to Yes',
  AADSTS65001: 'an admin of the tenant must consent to the permissions of the app registration first',
  AADSTS90094: 'an admin of the tenant must consent to the permissions of the app registration first',
  AADSTS500011: "the app registration lacks a permission for Partner Center's API",
  AADSTS70011: "the app registration lacks a permission for Partner Center's API",
  AADSTS53003: 'conditional access of the tenant does not allow it: device codes may be blocked',
};

/** A failure in one line: what happened, what to do about it, and by what Microsoft's support finds it. */
export function inPlainWords(error: PartnerCenterError, need: Need): string {
  const { code, requestId } = error;
  const marks = [/\s/.test(code) ? undefined : code, requestId === undefined ? undefined : `request ${requestId}`];
  const shown = code.startsWith('consent') ? [numberIn(error)] : marks;
  const inBrackets = shown.filter((mark) => mark !== undefined).join(', ');
  return `${whatHappened(error, need)}${inBrackets === '' ? '' : ` (${inBrackets})`}`;
}

function whatHappened(error: PartnerCenterError, need: Need): string {
  switch (error.kind) {
    case 'unauthenticated':
      return signInWords(error);
    case 'forbidden':
      // Conditional access of the tenant, not a role.
      if (/insufficient_?claims/i.test(error.code)) {
        return 'Conditional access wants more of this account: connect it again, or let the policy leave it out';
      }
      return roles[need];
    case 'notFound':
      return need === 'webhook' ? nothingRegistered : 'Partner Center has no such referral';
    case 'preconditionFailed':
      return 'Somebody else was faster: run it again';
    case 'throttled':
      return `Partner Center wants to hear less of the bot: run it again in ${waitWords(error.retryAfter)}`;
    case 'unavailable':
      if (error.code.startsWith('entra-')) return 'Entra does not answer as it should: run it again later';
      return error.code === 'network'
        ? 'Partner Center could not be reached from this machine: check its way to the internet'
        : `Partner Center does not answer as it should: run it again in ${waitWords(error.retryAfter)}`;
    case 'rejected':
      if (error.code === 'noReferralEvents') return `${error.message}: the bot finds changes by polling`;
      if (error.status === 409) {
        return 'Something was registered meanwhile: "partner-center webhook status" shows what';
      }
      return `Partner Center refused it: ${error.message}`;
  }
}

export const nothingRegistered = 'Nothing is registered: "partner-center webhook register" does it';

const connectAgain = '"partner-center connect" connects it again';

function signInWords(error: PartnerCenterError): string {
  const { code } = error;
  if (Object.hasOwn(endings, code))
    return `The connection has ended: ${endings[code as Disconnection]}. ${connectAgain}`;
  switch (code) {
    case 'notConnected':
      return 'It is not connected to Partner Center: "partner-center connect" does it';
    case 'keyUnreadable':
      return `PARTNER_CENTER_KEY is not the one that the connection was made with: set that one, or ${connectAgain}`;
    case 'consentDeclined':
      return 'Nothing was connected: the consent was declined';
    case 'consentExpired':
      return 'Nothing was connected: nobody consented in time. Run it again for a new code';
    case 'consentCancelled':
      return 'Nothing was connected: it was cancelled';
    case 'consentRefused':
      return `Nothing was connected: ${refusedConsents[numberIn(error) ?? ''] ?? 'Entra refused the consent'}`;
    default:
      return `Partner Center does not take the account's sign-in: ${connectAgain}`;
  }
}

/** Entra's own number, which the sign-in puts into the message. */
function numberIn({ message }: PartnerCenterError): string | undefined {
  return /AADSTS\d+/.exec(message)?.[0];
}

/** `milliseconds`: as Partner Center said, if it did. */
function waitWords(milliseconds = 60_000): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}

/** What our side's answer to a test event means, in one line. `arrived`: whether the webhook works. */
export function whatCameOf({ status, results }: Validation): { arrived: boolean; line: string } {
  const last = results.at(-1);
  if (last === undefined) {
    const line = `Partner Center has not said yet what came of the test event (${status || 'unknown'}): run it again in a minute`;
    return { arrived: false, line };
  }
  const answered = statusOf(last.code);
  if (answered >= 200 && answered < 300) return { arrived: true, line: 'The test event arrived, and the bot took it' };
  const tried = results.length === 1 ? '' : ` after ${results.length} attempts`;
  const marks = [last.code, last.message].filter((mark) => mark !== '').join(' ') || 'no answer';
  return { arrived: false, line: `The test event was not taken${tried}: ${whyNotTaken(answered)} (${marks})` };
}

/** .NET's names of statuses, one of which stands in Microsoft's own sample: `OK`. */
const statusNames: Record<string, number> = {
  ok: 200,
  created: 201,
  accepted: 202,
  nocontent: 204,
  badrequest: 400,
  unauthorized: 401,
  forbidden: 403,
  notfound: 404,
  methodnotallowed: 405,
  requestentitytoolarge: 413,
  internalservererror: 500,
  badgateway: 502,
  serviceunavailable: 503,
  gatewaytimeout: 504,
};

/** 0: none. */
function statusOf(code: string): number {
  return /^\d+$/.test(code.trim()) ? Number(code) : (statusNames[code.trim().toLowerCase()] ?? 0);
}

function whyNotTaken(status: number): string {
  if (status === 0) return 'the address was not reached: check its name, its certificate and the firewall';
  if (status < 400) return 'the address leads to another one';
  if (status === 401) return 'its signature did not fit: something on the way changes the body or drops headers';
  if (status === 403) return 'something before the bot keeps it out';
  if (status === 404 || status === 405) return 'there is no bot at that address';
  if (status < 500) return 'the bot did not take it for an event, its log says why';
  if (status === 503) return 'the bot, or the signing certificate, was not to be had: run it again in a minute';
  return 'the bot, or something before it, failed: its log says why';
}
