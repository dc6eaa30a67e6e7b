import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';
import type { Account } from './referral-store.ts';
import type { Switches } from './switches.ts';

/** A consent that somebody is asked for. */
export interface PendingConsent {
  userCode: string;
  deviceCode: string;
  scope: string;
  clientId: string;
  expiresAt: number;
  answer: 'none' | 'declined' | Account;
}

interface AccessToken {
  account: Account;
  /** The API that it is for. */
  audience: string;
  expiresAt: number;
}

/** Why Entra gives nothing more for a consent: its number, and what it says. */
const ends = {
  revoked: { number: 50173, suberror: undefined, text: 'The provided grant has expired due to it being revoked' },
  accountDisabled: { number: 50057, suberror: undefined, text: 'The user account is disabled' },
  expired: { number: 700082, suberror: undefined, text: 'The refresh token has expired due to inactivity' },
  badToken: { number: 50199, suberror: 'bad_token', text: 'For security reasons, user confirmation is required' },
  mfaNeeded: { number: 50076, suberror: 'basic_action', text: 'You must use multi-factor authentication' },
} as const;
export type ConsentEnd = keyof typeof ends;

interface Answer {
  status: number;
  body: unknown;
}

export interface Entra {
  pending: PendingConsent[];
  /** Where somebody signs in and types the code. */
  approve(userCode: string, account: Account): void;
  decline(userCode: string): void;
  /** Ends every consent of an account. Access tokens that were given live on until they expire. */
  end(account: Account, how: ConsentEnd): void;
  /** Ends every access token at once, so that the next call gets 401. */
  expireTokens(): void;
  /** Who shows this token to an API, or undefined when it is no good there. */
  accountOf(token: string, audience: string): Account | undefined;
  deviceCode(form: URLSearchParams, origin: string): Answer;
  token(tenant: string, form: URLSearchParams): Answer;
  /** A token without a consent, for tests of what comes after it. */
  accessToken(account: Account, audience: string): string;
  /** Every token that was ever given, of either kind. */
  secrets: string[];
}

const deviceCodeSeconds = 900;

/** Entra, as far as a consent by device code and what follows from it need it. */
export function createEntra({
  clock,
  switches,
  clientId,
}: {
  clock: Clock;
  switches: Switches;
  clientId: string;
}): Entra {
  const pending: PendingConsent[] = [];
  const refreshTokens = new Map<string, { account: Account; end?: ConsentEnd }>();
  const accessTokens = new Map<string, AccessToken>();
  const secrets: string[] = [];

  function secret(kind: string): string {
    const text = `${kind}.${randomBytes(32).toString('base64url')}`;
    secrets.push(text);
    return text;
  }

  function find(userCode: string): PendingConsent {
    const found = pending.find((one) => one.userCode === userCode);
    if (found === undefined) throw new Error(`nobody asked for the code ${userCode}`);
    return found;
  }

  function failed(error: string, number: number, text: string, suberror?: string): Answer {
    return {
      status: 400,
      body: {
        error,
        error_description: `AADSTS${number}: ${text}. Trace ID: ${randomUUID()}`,
        error_codes: [number],
        timestamp: new Date(clock.now()).toISOString(),
        trace_id: randomUUID(),
        correlation_id: randomUUID(),
        ...(suberror === undefined ? {} : { suberror }),
      },
    };
  }

  function accessToken(account: Account, audience: string): string {
    const token = secret('at');
    accessTokens.set(token, { account, audience, expiresAt: clock.now() + switches.tokenSeconds * 1000 });
    return token;
  }

  function given(account: Account, scope: string): Answer {
    const asked = scope.split(' ').filter((one) => one.startsWith('https://'));
    const audiences = new Set(asked.map((one) => new URL(one).origin));
    const [audience, ...others] = audiences;
    if (audience === undefined || others.length > 0) {
      return failed('invalid_scope', 70011, 'Scopes of one API must be asked for at a time');
    }
    const access = accessToken(account, audience);
    const refresh = secret('rt');
    refreshTokens.set(refresh, { account });
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        scope: `${audience}/user_impersonation ${audience}/.default`,
        expires_in: switches.tokenSeconds,
        ext_expires_in: switches.tokenSeconds,
        access_token: access,
        refresh_token: refresh,
        id_token: idToken(account),
        client_info: encoded({ uid: account.objectId, utid: account.tenantId }),
      },
    };
  }

  function idToken(account: Account): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      aud: clientId,
      iss: `https://login.microsoftonline.com/${account.tenantId}/v2.0`,
      iat: now,
      nbf: now,
      exp: now + 3600,
      name: account.name,
      oid: account.objectId,
      preferred_username: account.username,
      sub: `sub-${account.objectId}`,
      tid: account.tenantId,
      ver: '2.0',
    };
    return `${encoded({ typ: 'JWT', alg: 'none' })}.${encoded(claims)}.none`;
  }

  return {
    pending,
    secrets,
    accessToken,
    approve(userCode, account) {
      find(userCode).answer = account;
    },
    decline(userCode) {
      find(userCode).answer = 'declined';
    },
    end(account, how) {
      for (const one of refreshTokens.values()) if (one.account === account) one.end = how;
    },
    expireTokens() {
      accessTokens.clear();
    },
    accountOf(token, audience) {
      const found = accessTokens.get(token);
      if (found === undefined || found.audience !== audience || clock.now() >= found.expiresAt) return undefined;
      return found.account;
    },
    deviceCode(form, origin) {
      if (form.get('client_id') !== clientId) {
        return failed('unauthorized_client', 700016, 'Application was not found in the directory');
      }
      const consent: PendingConsent = {
        userCode: randomBytes(5).toString('hex').toUpperCase().slice(0, 9),
        deviceCode: secret('dc'),
        scope: form.get('scope') ?? '',
        clientId,
        expiresAt: clock.now() + deviceCodeSeconds * 1000,
        answer: 'none',
      };
      pending.push(consent);
      const address = `${origin}/`;
      return {
        status: 200,
        body: {
          user_code: consent.userCode,
          device_code: consent.deviceCode,
          verification_uri: address,
          expires_in: deviceCodeSeconds,
          interval: switches.deviceCodeInterval,
          message: `To sign in, open ${address} and enter the code ${consent.userCode}`,
        },
      };
    },
    token(tenant, form) {
      if (form.get('client_id') !== clientId) {
        return failed('unauthorized_client', 700016, 'Application was not found in the directory');
      }
      if (form.get('grant_type') === 'refresh_token') {
        const found = refreshTokens.get(form.get('refresh_token') ?? '');
        if (found === undefined) return failed('invalid_grant', 9002313, 'The refresh token is malformed');
        if (tenant !== found.account.tenantId && tenant !== 'organizations') {
          return failed('invalid_grant', 50034, 'The user account does not exist in the directory');
        }
        if (found.end === undefined) return given(found.account, form.get('scope') ?? '');
        const { number, text, suberror } = ends[found.end];
        return failed(suberror === 'basic_action' ? 'interaction_required' : 'invalid_grant', number, text, suberror);
      }
      const consent = pending.find(({ deviceCode }) => deviceCode === form.get('device_code'));
      if (consent === undefined) return failed('invalid_grant', 70000, 'The device code is not known');
      if (clock.now() >= consent.expiresAt) return failed('expired_token', 70020, 'The device code has expired');
      if (consent.answer === 'none') return failed('authorization_pending', 70016, 'Pending end-user authorization');
      pending.splice(pending.indexOf(consent), 1);
      if (consent.answer === 'declined') return failed('authorization_declined', 70018, 'The user declined');
      return given(consent.answer, consent.scope);
    },
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
