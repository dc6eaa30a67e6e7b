import { z } from 'zod';
import { sealingKey } from './partner-center/sealed.ts';

/** Empty variables count as unset, as in `.env.example`. */
const text = z.string().trim().min(1);
const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
const port = z.coerce
  .number('must be a port number')
  .int()
  .min(0, 'must be a port number')
  .max(65535, 'must be a port number');

const webhookUrlText = 'must be https://<host>/api/partner-center/webhook, as Partner Center reaches this bot';

const Environment = z.object({
  PORT: port.default(3978),
  HOST: text.default('0.0.0.0'),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
  DEVELOPMENT: flag.default(false),
  MicrosoftAppType: z
    .enum(['SingleTenant', 'UserAssignedMSI', 'MultiTenant'], 'must be SingleTenant, UserAssignedMSI or MultiTenant')
    .default('SingleTenant'),
  MicrosoftAppId: z.guid('must be the GUID of the bot registration').optional(),
  MicrosoftAppPassword: text.optional(),
  MicrosoftAppTenantId: z.guid('must be the GUID of the Entra tenant').optional(),
  STORE: z.enum(['sqlite', 'cosmos'], 'must be sqlite or cosmos').default('sqlite'),
  SQLITE_FILE: text.default('./data/cosell.db'),
  COSMOS_ENDPOINT: z.url('must be the URL of the Cosmos DB account').optional(),
  COSMOS_KEY: text.optional(),
  COSMOS_DATABASE: text.default('cosell'),
  COSMOS_CONTAINER: text.default('cosell'),
  DISPATCH_SECONDS: z.coerce
    .number('must be seconds')
    .min(0.1, 'must be at least 0.1')
    .max(300, 'must be at most 300')
    .default(5),
  INTAKE_PER_SECOND: z.coerce.number('must be a number').min(0.1, 'must be at least 0.1').default(50),
  PARTNER_CENTER_CLIENT_ID: z.guid('must be the GUID of the app registration for Partner Center').optional(),
  PARTNER_CENTER_KEY: text
    .refine((key) => sealingKey(key) !== undefined, 'must be 32 bytes in base64, as "openssl rand -base64 32" prints')
    .optional(),
  PARTNER_CENTER_POLL_SECONDS: z.coerce
    .number('must be seconds')
    .min(5, 'must be at least 5')
    .max(3600, 'must be at most 3600')
    .default(60),
  PARTNER_CENTER_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: webhookUrlText }).optional(),
});

export interface Config {
  port: number;
  host: string;
  logLevel: Environment['LOG_LEVEL'];
  /** A developer's machine: no bot registration needed, http callbacks and a local connector allowed. */
  development: boolean;
  bot: {
    type: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant';
    /** Empty only on a development machine. */
    appId: string;
    password: string | undefined;
    tenantId: string | undefined;
  };
  store:
    | { kind: 'sqlite'; file: string }
    | { kind: 'cosmos'; endpoint: string; key: string | undefined; database: string; container: string };
  /** How often the dispatcher looks for due notices of other instances and of timers, in milliseconds. */
  dispatchInterval: number;
  /** What one API key may send, in requests a second. */
  intakePerSecond: number;
  /** Undefined: Partner Center is not used. */
  partnerCenter:
    | undefined
    | {
        /** The app registration through which accounts are connected. */
        clientId: string;
        /** What the connections' tokens are sealed with: always good for `sealingKey`. */
        key: string;
        /** How often it is asked for what changed, in milliseconds. */
        pollInterval: number;
        /** Under which Partner Center reaches this bot. Undefined: there is polling only. */
        webhookUrl: string | undefined;
      };
}

export type Parsed<T> = { ok: true; config: T } | { ok: false; problems: string[] };

/** The environment, parsed once. All that is wrong is listed at once: the variable's name and what would be right. */
export function parseConfig(environment: Record<string, string | undefined>): Parsed<Config> {
  const { env, problems, isWrong } = readEnvironment(environment);
  if (env.MicrosoftAppId === undefined) {
    // An empty app id switches authentication off in botbuilder: it must be said in so many words (facts/teams.md 0.11).
    if (!env.DEVELOPMENT && !isWrong('DEVELOPMENT') && !isWrong('MicrosoftAppId')) {
      problems.push(
        'MicrosoftAppId: must be the GUID of the bot registration; on a development machine, DEVELOPMENT=true starts without one',
      );
    }
  } else if (!isWrong('MicrosoftAppType')) {
    if (env.MicrosoftAppType !== 'UserAssignedMSI' && env.MicrosoftAppPassword === undefined) {
      problems.push(`MicrosoftAppPassword: is needed for MicrosoftAppType ${env.MicrosoftAppType}`);
    }
    if (
      env.MicrosoftAppType !== 'MultiTenant' &&
      env.MicrosoftAppTenantId === undefined &&
      !isWrong('MicrosoftAppTenantId')
    ) {
      problems.push(`MicrosoftAppTenantId: is needed for MicrosoftAppType ${env.MicrosoftAppType}`);
    }
  }
  const store = storeOf(env);
  if (store === undefined && !isWrong('COSMOS_ENDPOINT')) problems.push(endpointNeeded);
  const partnerCenter = partnerCenterOf(env, isWrong);
  if (!partnerCenter.ok) problems.push(...partnerCenter.problems);
  if (problems.length > 0 || store === undefined || !partnerCenter.ok) return { ok: false, problems };
  return {
    ok: true,
    config: {
      port: env.PORT,
      host: env.HOST,
      logLevel: env.LOG_LEVEL,
      development: env.DEVELOPMENT,
      bot: {
        type: env.MicrosoftAppType,
        appId: env.MicrosoftAppId ?? '',
        password: env.MicrosoftAppPassword,
        tenantId: env.MicrosoftAppTenantId,
      },
      store,
      dispatchInterval: env.DISPATCH_SECONDS * 1000,
      intakePerSecond: env.INTAKE_PER_SECOND,
      partnerCenter: partnerCenter.config,
    },
  };
}

/** Only what a program needs that works on the store and not in Teams: `npm run admin`. */
export function parseStoreConfig(environment: Record<string, string | undefined>): Parsed<Config['store']> {
  const { env, problems, isWrong } = readEnvironment(environment);
  const store = storeOf(env);
  if (store === undefined && !isWrong('COSMOS_ENDPOINT')) problems.push(endpointNeeded);
  return problems.length > 0 || store === undefined ? { ok: false, problems } : { ok: true, config: store };
}

/** Only what a program needs that connects Partner Center: `npm run admin`. Undefined: Partner Center is not used. */
export function parsePartnerCenterConfig(
  environment: Record<string, string | undefined>,
): Parsed<Config['partnerCenter']> {
  const { env, problems, isWrong } = readEnvironment(environment);
  const partnerCenter = partnerCenterOf(env, isWrong);
  if (!partnerCenter.ok) problems.push(...partnerCenter.problems);
  return problems.length > 0 ? { ok: false, problems } : partnerCenter;
}

type Environment = z.infer<typeof Environment>;
type IsWrong = (name: keyof Environment) => boolean;

const endpointNeeded = 'COSMOS_ENDPOINT: is needed for STORE=cosmos';

/** What could be read, with what is wrong of the rest: the variables that are wrong count as unset, so that the others are judged too. */
function readEnvironment(environment: Record<string, string | undefined>): {
  env: Environment;
  problems: string[];
  isWrong: IsWrong;
} {
  const set = Object.entries(environment).filter(([, value]) => value?.trim());
  const parsed = Environment.safeParse(Object.fromEntries(set));
  if (parsed.success) return { env: parsed.data, problems: [], isWrong: () => false };
  const { issues } = parsed.error;
  const wrong = new Set(issues.map(({ path }) => String(path[0])));
  return {
    env: Environment.parse(Object.fromEntries(set.filter(([name]) => !wrong.has(name)))),
    problems: issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    isWrong: (name) => wrong.has(name),
  };
}

function storeOf(env: Environment): Config['store'] | undefined {
  if (env.STORE === 'sqlite') return { kind: 'sqlite', file: env.SQLITE_FILE };
  if (env.COSMOS_ENDPOINT === undefined) return undefined;
  return {
    kind: 'cosmos',
    endpoint: env.COSMOS_ENDPOINT,
    key: env.COSMOS_KEY,
    database: env.COSMOS_DATABASE,
    container: env.COSMOS_CONTAINER,
  };
}

function partnerCenterOf(env: Environment, isWrong: IsWrong): Parsed<Config['partnerCenter']> {
  const { PARTNER_CENTER_CLIENT_ID: clientId, PARTNER_CENTER_KEY: key, PARTNER_CENTER_WEBHOOK_URL: webhookUrl } = env;
  if (clientId === undefined) return { ok: true, config: undefined };
  const problems: string[] = [];
  if (key === undefined && !isWrong('PARTNER_CENTER_KEY')) {
    problems.push('PARTNER_CENTER_KEY: is needed with PARTNER_CENTER_CLIENT_ID: 32 bytes in base64');
  }
  // A development machine's own Partner Center is a fake.
  if (webhookUrl !== undefined && !webhookUrl.startsWith('https:') && !env.DEVELOPMENT && !isWrong('DEVELOPMENT')) {
    problems.push(`PARTNER_CENTER_WEBHOOK_URL: ${webhookUrlText}`);
  }
  if (problems.length > 0 || key === undefined) return { ok: false, problems };
  return { ok: true, config: { clientId, key, pollInterval: env.PARTNER_CENTER_POLL_SECONDS * 1000, webhookUrl } };
}
