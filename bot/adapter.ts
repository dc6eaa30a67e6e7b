import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Activity,
  ActivityTypes,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  ConfigurationServiceClientCredentialFactory,
  INVOKE_RESPONSE_KEY,
  type InvokeResponse,
  type TurnContext,
} from 'botbuilder';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type Problem, problem } from '../src/http/problem.ts';
import { timeLeft } from '../src/request.ts';
import { TimeLimitError } from './errors.ts';

/** Makes the tokens that the bot shows to Teams. */
export type Credentials = NonNullable<ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[1]>;
type Authenticated = Awaited<ReturnType<ConfigurationBotFrameworkAuthentication['authenticateRequest']>>;
type Identity = Parameters<ConfigurationBotFrameworkAuthentication['createConnectorFactory']>[0];
type UserTokenClient = Awaited<ReturnType<ConfigurationBotFrameworkAuthentication['createUserTokenClient']>>;
type ClientFactory = ReturnType<ConfigurationBotFrameworkAuthentication['createConnectorFactory']>;
/** botbuilder's client of one connector (service URL). */
export type ConnectorClient = Awaited<ReturnType<ClientFactory['create']>>;
export type Logic = (context: TurnContext) => Promise<void>;

/** botbuilder takes all of these or none as soon as one is set: the public cloud's, as it has them built in (facts/teams.md 4.3). */
const publicCloud = {
  ToChannelFromBotLoginUrl: 'https://login.microsoftonline.com/botframework.com',
  ToChannelFromBotOAuthScope: 'https://api.botframework.com',
  ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
  ToBotFromEmulatorOpenIdMetadataUrl:
    'https://login.microsoftonline.com/botframework.com/v2.0/.well-known/openid-configuration',
  OAuthUrl: 'https://token.botframework.com',
  CallerId: 'urn:botframework:azure',
};

/** Milliseconds that Teams' connector, and the token before it, may take where nobody waits for less (`hurried`). */
const defaultTimeout = 10_000;

export interface AdapterOptions {
  appType: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant';
  /** Of the bot registration. Empty: no authentication in either direction, only with `allowUnauthenticated`. */
  appId: string;
  appPassword?: string | undefined;
  appTenantId?: string | undefined;
  /** Where the keys of Teams' tokens are described; absent: Bot Framework's. */
  openIdMetadataUrl?: string | undefined;
  /** Absent: made of the options above. */
  credentials?: Credentials | undefined;
  /** Whether an empty app id is meant: on a development machine. */
  allowUnauthenticated: boolean;
  /** Milliseconds for one request to Teams, and for the check of a token; absent: 10 s. */
  timeout?: number | undefined;
  log: Pick<Logger, 'warn' | 'error'>;
}

/** Why an activity was not taken: its token, or the keys to check the token with. */
class InboundRefusal extends Error {
  override readonly name = 'InboundRefusal';
  /** 401: the token is not good; 503: it could not be checked. */
  readonly status: 401 | 503;

  constructor(status: 401 | 503, cause: unknown) {
    super(cause instanceof Error ? cause.message : 'the token was refused', { cause });
    this.status = status;
  }
}

/** botbuilder's authentication, whose clients ask once and not for ever. They are kept: botbuilder makes two for every activity. */
class OnceAskingAuthentication extends ConfigurationBotFrameworkAuthentication {
  readonly #timeout: number;
  readonly #connectorClients = new LRUCache<string, Promise<ConnectorClient>>({ max: 100 });
  readonly #userTokenClients = new LRUCache<string, Promise<UserTokenClient>>({ max: 10 });

  constructor(timeout: number, ...options: ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>) {
    super(...options);
    this.#timeout = timeout;
  }

  override createConnectorFactory(identity: Identity): ClientFactory {
    return this.#keeping(identity, super.createConnectorFactory(identity));
  }

  override async authenticateRequest(activity: Activity, header: string): Promise<Authenticated> {
    const authenticated = await super.authenticateRequest(activity, header);
    const { connectorFactory, claimsIdentity } = authenticated;
    if (connectorFactory === undefined) return authenticated;
    return { ...authenticated, connectorFactory: this.#keeping(claimsIdentity, connectorFactory) };
  }

  override createUserTokenClient(identity: Identity): Promise<UserTokenClient> {
    return kept(this.#userTokenClients, appOf(identity), () => super.createUserTokenClient(identity));
  }

  #keeping(identity: Identity, factory: ClientFactory): ClientFactory {
    const asking = onceAsking(factory, this.#timeout);
    return {
      create: (serviceUrl: string, audience?: string) =>
        kept(this.#connectorClients, JSON.stringify([appOf(identity), audience, serviceUrl]), () =>
          asking.create(serviceUrl, audience),
        ),
    };
  }
}

/** The claims that botbuilder takes the app id of a client's credentials from. */
function appOf(identity: Identity): string {
  return JSON.stringify(['ver', 'aud', 'appid', 'azp'].map((claim) => identity.getClaimValue(claim)));
}

function kept<T>(cache: LRUCache<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}

/** What the adapter adds to botbuilder's: clients for messages outside a turn, and authentication apart from the turn. */
export class TeamsAdapter extends CloudAdapter {
  readonly #clients = new LRUCache<string, Promise<ConnectorClient>>({ max: 100 });
  readonly #timeout: number;
  readonly #log: AdapterOptions['log'];

  constructor(authentication: ConfigurationBotFrameworkAuthentication, { timeout, log }: AdapterOptions) {
    super(authentication);
    this.#timeout = timeout ?? defaultTimeout;
    this.#log = log;
    this.onTurnError = async (context, error) => {
      log.error({ err: error, activityId: context.activity.id }, 'turn broke');
      const unanswered = context.turnState.get(INVOKE_RESPONSE_KEY) === undefined;
      // Without an answer botbuilder says 501, and Teams "Unable to reach app" (facts/teams.md 1.3).
      if (context.activity.type === ActivityTypes.Invoke && unanswered) answerInvoke(context, errorAnswer());
    };
  }

  /** The client of a connector, for the app of this id. Each request is made once and has a time limit. */
  connectorClient(appId: string, serviceUrl: string): Promise<ConnectorClient> {
    const known = this.#clients.get(serviceUrl);
    if (known !== undefined) return known;
    const identity = this.createClaimsIdentity(appId);
    const client = this.botFrameworkAuthentication.createConnectorFactory(identity).create(serviceUrl);
    this.#clients.set(serviceUrl, client);
    client.catch(() => this.#clients.delete(serviceUrl));
    return client;
  }

  /** Checks the token that came with an activity. @throws {InboundRefusal} */
  async authenticate(activity: Activity, authorization: string): Promise<Authenticated> {
    try {
      return await within(this.#timeout, this.botFrameworkAuthentication.authenticateRequest(activity, authorization));
    } catch (error) {
      const refusal = new InboundRefusal(isOutage(error) ? 503 : 401, error);
      this.#log.warn({ err: refusal, status: refusal.status }, 'activity refused');
      throw refusal;
    }
  }

  /** Runs one turn. Its own errors are logged and become its answer, so that Teams does not send the activity again. */
  async run(authenticated: Authenticated, activity: Activity, logic: Logic): Promise<InvokeResponse | undefined> {
    try {
      return await this.processActivity(authenticated, activity, logic);
    } catch (error) {
      this.#log.error({ err: error, activityId: activity.id }, 'activity could not be processed');
      throw error;
    }
  }
}

/**
 * The adapter between Teams and the bot, for a bot registration of any of the three types.
 * @throws {Error} an app id is missing without `allowUnauthenticated`, or the app type's other settings are
 */
export function createAdapter(options: AdapterOptions): TeamsAdapter {
  const { appId, appPassword, appTenantId, appType, openIdMetadataUrl } = options;
  if (appId === '' && !options.allowUnauthenticated) {
    // An empty app id switches authentication off in botbuilder (facts/teams.md 0.11).
    throw new Error('the bot has no app id, and running without authentication was not allowed');
  }
  if (appId !== '' && options.credentials === undefined && appType !== 'UserAssignedMSI' && !appPassword) {
    throw new Error(`a bot of type ${appType} needs its app password`);
  }
  const registration =
    appId === ''
      ? { MicrosoftAppId: '' }
      : {
          MicrosoftAppId: appId,
          MicrosoftAppType: appType,
          ...(appPassword === undefined ? {} : { MicrosoftAppPassword: appPassword }),
          ...(appTenantId === undefined ? {} : { MicrosoftAppTenantId: appTenantId }),
        };
  const authentication = new OnceAskingAuthentication(
    options.timeout ?? defaultTimeout,
    {
      ...registration,
      ...(openIdMetadataUrl === undefined
        ? {}
        : { ...publicCloud, ToBotFromChannelOpenIdMetadataUrl: openIdMetadataUrl }),
    },
    options.credentials ?? new ConfigurationServiceClientCredentialFactory(registration),
  );
  return new TeamsAdapter(authentication, options);
}

/** Content types of invoke answers: Teams shows nothing but an error for any other spelling (facts/teams.md 1.3). */
export const contentTypes = {
  card: 'application/vnd.microsoft.card.adaptive',
  message: 'application/vnd.microsoft.activity.message',
  error: 'application/vnd.microsoft.error',
  search: 'application/vnd.microsoft.search.searchResponse',
} as const;

/** The body of an invoke's answer that shows this card in place of the pressed one, to the person who pressed. */
export function cardAnswer(card: object): object {
  return { statusCode: 200, type: contentTypes.card, value: card };
}

/** The body of an invoke's answer that shows a short text. */
export function messageAnswer(text: string): object {
  return { statusCode: 200, type: contentTypes.message, value: text };
}

function errorAnswer(): object {
  return { statusCode: 500, type: contentTypes.error, value: { code: 'ServiceError', message: 'The bot failed.' } };
}

/** Answers an invoke. HTTP always says 200: what became of it stands in the body (facts/teams.md 1.3). */
export function answerInvoke(context: TurnContext, body: object): void {
  // Where botbuilder itself would leave it, without the copies that it makes of what is sent.
  context.turnState.set(INVOKE_RESPONSE_KEY, { type: ActivityTypes.InvokeResponse, value: { status: 200, body } });
}

/** What every activity of Teams has. `msteams` alone: other channels have other rules for tokens and no tenants. */
const InboundActivity = z.looseObject({
  type: z.string().min(1),
  channelId: z.literal('msteams'),
  serviceUrl: z.url({ protocol: /^https?$/ }),
  conversation: z.looseObject({ id: z.string().min(1) }),
  from: z.looseObject({ id: z.string().min(1) }),
  recipient: z.looseObject({ id: z.string().min(1) }),
});

/**
 * One activity over HTTP, from the parsed body to the response: 400 for what is no activity, 401 for a token that is not good, 503
 * when it could not be checked, 200 with the invoke's answer. Problems are RFC 9457 JSON. Never rejects.
 */
export async function processActivity(
  adapter: TeamsAdapter,
  req: IncomingMessage & { body?: unknown },
  res: ServerResponse,
  logic: Logic,
): Promise<void> {
  const parsed = InboundActivity.safeParse(req.body);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({
      pointer: path.map((name) => `/${String(name)}`).join(''),
      detail: message,
    }));
    return refuse(res, problem('bad-request', { detail: 'This is no activity of Teams', errors }));
  }
  const activity = withDates(parsed.data) as unknown as Activity;
  try {
    const authenticated = await adapter.authenticate(activity, req.headers.authorization ?? '');
    const answer = await adapter.run(authenticated, activity, logic);
    end(res, answer?.status ?? 200, 'application/json', answer?.body);
  } catch (error) {
    if (!(error instanceof InboundRefusal)) return refuse(res, problem('internal'));
    if (error.status === 503) return refuse(res, problem('unavailable', { detail: 'The token could not be checked' }));
    res.setHeader('WWW-Authenticate', 'Bearer');
    refuse(res, problem('bad-token'));
  }
}

/** botbuilder's own types promise dates here, and it makes them only on a way that also writes stack traces to the console. */
function withDates(activity: Record<string, unknown>): Record<string, unknown> {
  const dated = { ...activity };
  for (const field of ['timestamp', 'localTimestamp', 'expiration']) {
    const written = dated[field];
    if (written === undefined) continue;
    const date = new Date(String(written));
    if (Number.isNaN(date.getTime())) delete dated[field];
    else dated[field] = date;
  }
  return dated;
}

function refuse(res: ServerResponse, refused: Problem): void {
  end(res, refused.status, 'application/problem+json', refused);
}

function end(res: ServerResponse, status: number, contentType: string, body: unknown): void {
  res.statusCode = status;
  if (body === undefined) return void res.end();
  res.setHeader('Content-Type', contentType);
  res.end(JSON.stringify(body));
}

/** Whether the keys could not be fetched, which says nothing about the token. */
function isOutage(error: unknown): boolean {
  if (error instanceof TimeLimitError) return true;
  const { name, statusCode } = error as { name?: unknown; statusCode?: unknown };
  return name === 'FetchError' || statusCode === 500;
}

/** Where botbuilder keeps the pipeline of a client's requests: private in its types, and the only way to what is changed here. */
interface Piped {
  client: {
    pipeline: {
      removePolicy(policy: { name: string }): unknown[];
      addPolicy(policy: { name: string; sendRequest: Policy }, options: { beforePolicies: string[] }): void;
    };
  };
}
type Policy = (request: { abortSignal?: AbortSignal }, next: (request: object) => Promise<unknown>) => Promise<unknown>;

function onceAsking(factory: ClientFactory, timeout: number): ClientFactory {
  return {
    async create(serviceUrl: string, audience?: string) {
      const client = await factory.create(serviceUrl, audience);
      const { pipeline } = (client as unknown as Piped).client;
      // botbuilder asks four times on 5xx, also on a POST that was carried out: a message sent twice (facts/teams.md 3.5).
      const retries = pipeline.removePolicy({ name: 'defaultRetryPolicy' });
      // A redirect would lead to a host that nobody has allowed.
      pipeline.removePolicy({ name: 'redirectPolicy' });
      if (retries.length === 0) throw new Error('botbuilder has changed: its retries cannot be turned off');
      pipeline.addPolicy(
        { name: 'timeLimit', sendRequest: timeLimit(timeout) },
        // Outside of the fetching of the token, which can hang too.
        { beforePolicies: ['ServiceClientContext_Credentials_SignRequest'] },
      );
      return client;
    },
  };
}

function timeLimit(milliseconds: number): Policy {
  return async (request, next) => {
    const giveUp = new AbortController();
    request.abortSignal = giveUp.signal;
    try {
      return await within(timeLeft(milliseconds), next(request));
    } catch (error) {
      giveUp.abort();
      throw error;
    }
  };
}

/** Rejects with `TimeLimitError` when the work is not done in time; the work itself is left to its end. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
