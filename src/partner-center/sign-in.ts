import type { KeyObject } from 'node:crypto';
import {
  AuthError,
  type AuthenticationResult,
  InteractionRequiredAuthError,
  LogLevel,
  type NetworkRequestOptions,
  type NetworkResponse,
  PublicClientApplication,
  ServerError,
} from '@azure/msal-node';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { StoreUnavailable } from '../store/port.ts';
import type { AccessTokens } from './call.ts';
import type { Connection, Connections, Disconnection } from './connection.ts';
import { PartnerCenterError } from './errors.ts';
import { sealed, unsealed } from './sealed.ts';

/** Where accounts sign in: Entra's public cloud. */
const entra = 'https://login.microsoftonline.com';

/** Whoever signs in says by it which tenant it is. */
const anyTenant = 'organizations';

/** A token is renewed this long before its end, in milliseconds. */
const margin = 5 * 60_000;

/** How long it is believed that the consent is still the same, in milliseconds. */
const believedMilliseconds = 60_000;

/** Until Entra has answered, in milliseconds. */
const timeoutMilliseconds = 30_000;

export interface SignInParts {
  connections: Connections;
  /** Seals what Entra gave; `sealingKey` of `PARTNER_CENTER_KEY`. */
  key: KeyObject;
  /** The app registration's id: a public client, allowed to use device codes, with Partner Center's delegated permissions. */
  clientId: string;
  /** Absent: Entra's. `http` only to this machine, where a fake stands in for Entra. */
  authority?: string | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  clock: Clock;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Hears once of each connection that ended by itself, from the instance that ended it. */
  onDisconnected?: ((connection: Connection) => void) | undefined;
}

/** What the person must do who gives the consent. */
export interface ConsentPrompt {
  /** Where to go. */
  url: string;
  /** What to type there. */
  code: string;
  /** Until when, in seconds from now. */
  expiresInSeconds: number;
}

/**
 * The one-time consent of a person (app and user: facts/partner-center.md 1.2) and the tokens that follow from it, which Microsoft's
 * own library gets and renews.
 */
export interface SignIn {
  /**
   * Shows the prompt, waits until the person has consented and keeps the consent. `resource`: the API that is asked for first.
   * @throws {PartnerCenterError} `unauthenticated` with the code `consentDeclined`, `consentExpired`, `consentCancelled` or
   * `consentRefused`; `unavailable`
   */
  connect(
    orgId: string,
    resource: string,
    show: (prompt: ConsentPrompt) => void,
    signal?: AbortSignal,
  ): Promise<Connection>;
  /**
   * `resource`: the API they are for, `https://api.partner.microsoft.com`. Keeps the token at hand: to be asked for once for each
   * organisation and API.
   */
  tokens(orgId: string, resource: string): AccessTokens;
}

/** The v2 endpoint's scope for everything that the app registration may do with an API. Not documented for this one. */
function scopeOf(resource: string): string {
  return `${resource}/.default`;
}

export function createSignIn(parts: SignInParts): SignIn {
  const { connections, key, clientId, clock, log } = parts;
  const authority = new URL(parts.authority ?? entra);
  const isHere = authority.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(authority.hostname);
  if (authority.protocol !== 'https:' && !isHere) throw new TypeError('The authority must begin with https://');

  function authorityOf(tenant: string): string {
    // The library takes https only; `send` asks by http where the authority is on this machine.
    return `https://${authority.host}/${tenant}`;
  }

  async function send<T>(
    method: 'GET' | 'POST',
    address: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    const url = new URL(address);
    if (isHere && url.host === authority.host) url.protocol = 'http:';
    const response = await (parts.fetch ?? globalThis.fetch)(url, {
      method,
      headers: options.headers ?? {},
      ...(options.body === undefined ? {} : { body: options.body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    const body = (await response.json()) as T;
    // Here the library would go on without a code.
    if (!response.ok && url.pathname.endsWith('/devicecode')) {
      const { error, error_description: text } = body as { error?: string; error_description?: string };
      throw new ServerError(error ?? '', '', text ?? '');
    }
    return { headers: Object.fromEntries(response.headers), body, status: response.status };
  }

  /** A library object for one use. `cache`: what an earlier one kept, if anything. */
  function application(tenant: string, cache = '') {
    let kept: string | undefined;
    const app = new PublicClientApplication({
      auth: {
        clientId,
        authority: authorityOf(tenant),
        // Entra's own clouds are known to the library; of another authority nothing is asked.
        ...(isHere ? { knownAuthorities: [authority.host], authorityMetadata: metadataOf(authorityOf(tenant)) } : {}),
      },
      cache: {
        cachePlugin: {
          async beforeCacheAccess(context) {
            context.tokenCache.deserialize(kept ?? cache);
          },
          async afterCacheAccess(context) {
            if (context.cacheHasChanged) kept = context.tokenCache.serialize();
          },
        },
      },
      system: {
        networkClient: {
          sendGetRequestAsync: (url, options) => send('GET', url, options),
          sendPostRequestAsync: (url, options) => send('POST', url, options),
        },
        // Whatever it has to say is in its errors.
        loggerOptions: { logLevel: LogLevel.Error, piiLoggingEnabled: false, loggerCallback: () => undefined },
        disableInternalRetries: true,
      },
    });
    return { app, changedCache: () => kept };
  }

  async function disconnected(connection: Connection, reason: Disconnection, code: string | undefined): Promise<void> {
    const ended = await connections.disconnect(connection.orgId, connection.consentId, { reason, code });
    if (ended === undefined) return;
    log.warn({ orgId: ended.orgId, reason, code }, 'partner center disconnected');
    parts.onDisconnected?.(ended);
  }

  async function renewed(orgId: string, resource: string, notThis: (token: string) => boolean) {
    const connection = await connections.get(orgId);
    if (connection === undefined) throw signInNeeded('notConnected');
    if (connection.status === 'disconnected') throw signInNeeded(connection.reason ?? 'signInNeeded');
    const cache = unsealed(key, connection.tokens, contextOf(orgId));
    // Not written down as disconnected: with the right key it is not.
    if (cache === undefined) throw signInNeeded('keyUnreadable');
    const { app, changedCache } = application(connection.account.tenantId, cache);
    try {
      const account = await app.getTokenCache().getAccountByHomeId(connection.account.homeAccountId);
      if (account === null) throw new InteractionRequiredAuthError('no_account', '');
      const request = { account, scopes: [scopeOf(resource)] };
      let result: AuthenticationResult = await app.acquireTokenSilent(request);
      if (notThis(result.accessToken)) result = await app.acquireTokenSilent({ ...request, forceRefresh: true });
      return { result, consentId: connection.consentId };
    } catch (error) {
      const why = whyEnded(error);
      if (why === undefined) throw unavailable(error);
      await disconnected(connection, why.reason, why.code);
      throw signInNeeded(why.reason);
    } finally {
      await keep(connection, changedCache());
    }
  }

  /** Entra takes the earlier refresh token, too: when the new one cannot be kept, nothing is lost. */
  async function keep({ orgId, consentId }: Connection, cache: string | undefined): Promise<void> {
    if (cache === undefined) return;
    try {
      await connections.keepTokens(orgId, consentId, sealed(key, cache, contextOf(orgId)));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      log.warn({ orgId }, 'renewed partner center tokens could not be kept');
    }
  }

  return {
    async connect(orgId, resource, show, signal) {
      const { app, changedCache } = application(anyTenant);
      const request: Parameters<typeof app.acquireTokenByDeviceCode>[0] = {
        scopes: [scopeOf(resource)],
        deviceCodeCallback: ({ verificationUri, userCode, expiresIn }) =>
          show({ url: verificationUri, code: userCode, expiresInSeconds: expiresIn }),
      };
      // The library looks at it between two questions.
      if (signal?.aborted) request.cancel = true;
      signal?.addEventListener('abort', () => (request.cancel = true), { once: true });
      let result: AuthenticationResult | null;
      try {
        result = await app.acquireTokenByDeviceCode(request);
      } catch (error) {
        throw whyNoConsent(error);
      }
      const account = result?.account;
      const cache = changedCache();
      if (!account || cache === undefined) throw signInNeeded('consentRefused');
      const { username, homeAccountId, tenantId } = account;
      const connection = await connections.connect(
        orgId,
        { name: username, homeAccountId, tenantId },
        sealed(key, cache, contextOf(orgId)),
      );
      log.info({ orgId, tenantId }, 'partner center connected');
      return connection;
    },

    tokens(orgId, resource) {
      let held: { token: string; until: number; consentId: string; believedUntil: number } | undefined;
      let underway: Promise<string> | undefined;

      /** The token at hand, while it is good and its consent stands. */
      async function atHand(refused: string | undefined): Promise<string | undefined> {
        if (held === undefined || held.token === refused || clock.now() >= held.until) return undefined;
        if (clock.now() < held.believedUntil) return held.token;
        const connection = await connections.get(orgId);
        if (connection?.status !== 'connected' || connection.consentId !== held.consentId) return undefined;
        held.believedUntil = clock.now() + believedMilliseconds;
        return held.token;
      }

      async function renew(refused: string | undefined): Promise<string> {
        const old = held?.token;
        const { result, consentId } = await renewed(orgId, resource, (token) => token === refused || token === old);
        // The library counts by the system's clock: what is left is the same on every clock.
        const left = (result.expiresOn?.getTime() ?? 0) - Date.now();
        const now = clock.now();
        held = {
          token: result.accessToken,
          until: now + left - margin,
          consentId,
          believedUntil: now + believedMilliseconds,
        };
        return held.token;
      }

      return {
        async get(refused) {
          const token = await atHand(refused);
          if (token !== undefined) return token;
          underway ??= renew(refused).finally(() => {
            underway = undefined;
          });
          return underway;
        },
      };
    },
  };
}

/** What sealed tokens are bound to. */
function contextOf(orgId: string): string {
  return `partnerCenterConnection/${orgId}`;
}

/** The endpoints of an authority that are laid out as Entra's. */
function metadataOf(authority: string): string {
  return JSON.stringify({
    issuer: `${authority}/v2.0`,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
  });
}

function signInNeeded(code: string): PartnerCenterError {
  return new PartnerCenterError('unauthenticated', code, 'Partner Center has to be connected again');
}

function unavailable(error: unknown): PartnerCenterError {
  const code = error instanceof AuthError ? error.errorCode : 'network';
  return new PartnerCenterError('unavailable', `entra-${code}`, 'Entra does not answer as it should');
}

/** Entra's numbers, each with what it means for a consent. */
const reasonsByNumber: Record<number, Disconnection> = {
  50034: 'accountGone',
  50057: 'accountGone',
  50020: 'accountGone',
  70008: 'expired',
  700082: 'expired',
  50089: 'expired',
  50173: 'revoked',
  65001: 'revoked',
  700016: 'appRefused',
  7000218: 'appRefused',
  7000112: 'appRefused',
};

/** Why Entra gives no token any more, or undefined where it may do so later. */
function whyEnded(error: unknown): { reason: Disconnection; code: string } | undefined {
  if (!(error instanceof AuthError)) return undefined;
  const { errorCode, subError } = error;
  const isFinal =
    error instanceof InteractionRequiredAuthError ||
    ['invalid_grant', 'invalid_client', 'unauthorized_client'].includes(errorCode);
  if (!isFinal) return undefined;
  const number = numberIn(error);
  const code = number === undefined ? errorCode : `AADSTS${number}`;
  const known = reasonsByNumber[Number(number)];
  if (known !== undefined) return { reason: known, code };
  if (errorCode.includes('client')) return { reason: 'appRefused', code };
  return { reason: errorCode === 'invalid_grant' && !subError ? 'revoked' : 'signInNeeded', code };
}

/** Entra's own number of what went wrong, as `50173`. */
function numberIn({ errorMessage }: AuthError): string | undefined {
  return /AADSTS(\d{4,8})/.exec(errorMessage)?.[1];
}

/** How the library or Entra says that nothing comes of a consent. */
const consentEnds: [pattern: RegExp, code: string][] = [
  [/authorization_declined|access_denied/, 'consentDeclined'],
  [/expired_token|device_code_expired|code_expired/, 'consentExpired'],
  [/polling_cancelled/, 'consentCancelled'],
  [/invalid_|unauthorized_client|interaction_required|consent_required/, 'consentRefused'],
];

function whyNoConsent(error: unknown): PartnerCenterError {
  if (!(error instanceof AuthError)) return unavailable(error);
  // The library puts Entra's code into the message here.
  const said = `${error.errorCode} ${error.errorMessage}`;
  const code = consentEnds.find(([pattern]) => pattern.test(said))?.[1];
  if (code === undefined) return unavailable(error);
  const number = numberIn(error);
  const message = 'Nobody consented to the connection with Partner Center';
  return new PartnerCenterError(
    'unauthenticated',
    code,
    number === undefined ? message : `${message}: AADSTS${number}`,
  );
}
