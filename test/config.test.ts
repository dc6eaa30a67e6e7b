import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseConfig, parsePartnerCenterConfig, parseStoreConfig } from '../src/config.ts';

const registration = {
  MicrosoftAppId: '11111111-2222-4333-8444-555555555555',
  MicrosoftAppPassword: 'secret',
  MicrosoftAppTenantId: '21111111-2222-4333-8444-555555555555',
};

function problemsOf(environment: Record<string, string>): string[] {
  const parsed = parseConfig(environment);
  return parsed.ok ? [] : parsed.problems;
}

const matching = (pattern: RegExp) => expect.stringMatching(pattern);

describe('production', () => {
  test('a single-tenant registration starts with the defaults', () => {
    const parsed = parseConfig(registration);
    expect(parsed).toMatchObject({
      ok: true,
      config: {
        port: 3978,
        development: false,
        bot: { type: 'SingleTenant' },
        store: { kind: 'sqlite' },
        dispatchInterval: 5000,
      },
    });
  });

  test('without a registration it does not start, and says how a development machine does', () => {
    expect(problemsOf({})).toEqual([expect.stringMatching(/^MicrosoftAppId: .*DEVELOPMENT=true/)]);
    expect(problemsOf({ MicrosoftAppId: '  ' })).toHaveLength(1);
    expect(problemsOf({ DEVELOPMENT: 'true' })).toEqual([]);
  });

  test.each([
    ['SingleTenant', ['MicrosoftAppPassword', 'MicrosoftAppTenantId']],
    ['UserAssignedMSI', ['MicrosoftAppTenantId']],
    ['MultiTenant', ['MicrosoftAppPassword']],
  ])('%s needs what it needs', (MicrosoftAppType, missing) => {
    const problems = problemsOf({ MicrosoftAppType, MicrosoftAppId: registration.MicrosoftAppId });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(missing);
    expect(problemsOf({ ...registration, MicrosoftAppType })).toEqual([]);
  });

  test('all that is wrong is listed at once, by name, with what would be right', () => {
    expect(
      problemsOf({ PORT: 'eighty', STORE: 'oracle', DEVELOPMENT: 'yes', LOG_LEVEL: 'loud', MicrosoftAppId: 'x' }),
    ).toEqual([
      'PORT: must be a port number',
      'LOG_LEVEL: must be fatal, error, warn, info, debug, trace or silent',
      'DEVELOPMENT: must be true or false',
      'MicrosoftAppId: must be the GUID of the bot registration',
      'STORE: must be sqlite or cosmos',
    ]);
  });

  test('what is missing is listed together with what cannot be read, and nothing twice', () => {
    expect(problemsOf({ ...registration, PORT: 'abc', STORE: 'cosmos' })).toEqual([
      'PORT: must be a port number',
      'COSMOS_ENDPOINT: is needed for STORE=cosmos',
    ]);
    expect(problemsOf({ PORT: 'abc' }).map((problem) => problem.split(':')[0])).toEqual(['PORT', 'MicrosoftAppId']);
    expect(problemsOf({ ...registration, STORE: 'cosmos', COSMOS_ENDPOINT: 'here' })).toHaveLength(1);
    expect(problemsOf({ ...registration, MicrosoftAppTenantId: 'x', MicrosoftAppPassword: '' })).toHaveLength(2);
    expect(parseStoreConfig({ PORT: 'abc', STORE: 'cosmos' })).toMatchObject({
      problems: [/PORT/, /COSMOS/].map(matching),
    });
  });

  test('Cosmos DB needs its endpoint; the key is optional', () => {
    expect(problemsOf({ ...registration, STORE: 'cosmos' })).toEqual(['COSMOS_ENDPOINT: is needed for STORE=cosmos']);
    expect(parseStoreConfig({ STORE: 'cosmos', COSMOS_ENDPOINT: 'https://x.documents.azure.com' })).toEqual({
      ok: true,
      config: {
        kind: 'cosmos',
        endpoint: 'https://x.documents.azure.com',
        key: undefined,
        database: 'cosell',
        container: 'cosell',
      },
    });
  });
});

describe('Partner Center', () => {
  const connected = {
    PARTNER_CENTER_CLIENT_ID: '60000001-0000-4000-8000-000000000001',
    PARTNER_CENTER_KEY: randomBytes(32).toString('base64'),
  };
  const key = /^PARTNER_CENTER_KEY: .*32 bytes in base64/;
  const webhookUrl = /^PARTNER_CENTER_WEBHOOK_URL: must be https:\/\/<host>\/api\/partner-center\/webhook/;

  test('is not used where no app registration is named', () => {
    const { PARTNER_CENTER_KEY } = connected;
    for (const environment of [{}, { PARTNER_CENTER_KEY }, { PARTNER_CENTER_CLIENT_ID: ' ' }]) {
      expect(parsePartnerCenterConfig(environment)).toEqual({ ok: true, config: undefined });
      expect(parseConfig({ ...registration, ...environment })).toMatchObject({
        ok: true,
        config: { partnerCenter: undefined },
      });
    }
  });

  test('is asked once a minute, and needs no webhook', () => {
    const partnerCenter = {
      clientId: connected.PARTNER_CENTER_CLIENT_ID,
      key: connected.PARTNER_CENTER_KEY,
      pollInterval: 60_000,
      webhookUrl: undefined,
    };
    expect(parseConfig({ ...registration, ...connected })).toMatchObject({ ok: true, config: { partnerCenter } });
    expect(parsePartnerCenterConfig(connected)).toEqual({ ok: true, config: partnerCenter });
  });

  test('is asked as often, and calls at the address, that are configured', () => {
    const more = {
      PARTNER_CENTER_POLL_SECONDS: '5',
      PARTNER_CENTER_WEBHOOK_URL: 'https://bot.nordwind.example/api/partner-center/webhook',
    };
    expect(parsePartnerCenterConfig({ ...connected, ...more })).toMatchObject({
      config: { pollInterval: 5000, webhookUrl: more.PARTNER_CENTER_WEBHOOK_URL },
    });
  });

  test.each([
    ['the key is missing', { PARTNER_CENTER_KEY: '' }, key],
    ['the key is too short', { PARTNER_CENTER_KEY: randomBytes(16).toString('base64') }, key],
    ['the key is hexadecimal', { PARTNER_CENTER_KEY: randomBytes(32).toString('hex') }, key],
    ['the id is none', { PARTNER_CENTER_CLIENT_ID: 'nordwind' }, /^PARTNER_CENTER_CLIENT_ID: must be the GUID/],
    ['it is asked too often', { PARTNER_CENTER_POLL_SECONDS: '4' }, /^PARTNER_CENTER_POLL_SECONDS: .*at least 5$/],
    [
      'it is asked too seldom',
      { PARTNER_CENTER_POLL_SECONDS: '3601' },
      /^PARTNER_CENTER_POLL_SECONDS: .*at most 3600$/,
    ],
    ['an interval is no number', { PARTNER_CENTER_POLL_SECONDS: 'often' }, /^PARTNER_CENTER_POLL_SECONDS: .*seconds$/],
    ['an address is none', { PARTNER_CENTER_WEBHOOK_URL: 'bot.nordwind.example' }, webhookUrl],
    ['an address is not https', { PARTNER_CENTER_WEBHOOK_URL: 'http://bot.nordwind.example/' }, webhookUrl],
    ['an address is a file', { PARTNER_CENTER_WEBHOOK_URL: 'file:///api/partner-center/webhook' }, webhookUrl],
  ])('what would be right is said where %s, without the key', (_what, change, why) => {
    const environment: Record<string, string> = { ...connected, ...change };
    const problems = problemsOf({ ...registration, ...environment });
    expect(problems).toEqual([expect.stringMatching(why)]);
    expect(parsePartnerCenterConfig(environment)).toEqual({ ok: false, problems });
    if (environment.PARTNER_CENTER_KEY) expect(problems.join()).not.toContain(environment.PARTNER_CENTER_KEY);
  });

  test('a development machine may be called by http', () => {
    const here = { PARTNER_CENTER_WEBHOOK_URL: 'http://127.0.0.1:3978/api/partner-center/webhook' };
    expect(problemsOf({ DEVELOPMENT: 'true', ...connected, ...here })).toEqual([]);
  });

  test('its problems are listed together with all others', () => {
    const { PARTNER_CENTER_CLIENT_ID } = connected;
    const names = problemsOf({ PARTNER_CENTER_CLIENT_ID, STORE: 'cosmos' }).map((problem) => problem.split(':')[0]);
    expect(names).toEqual(['MicrosoftAppId', 'COSMOS_ENDPOINT', 'PARTNER_CENTER_KEY']);
  });
});

test('.env.example names every variable, and no other', () => {
  const documented = [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Za-z_]+)=$/gm)].map(([, name]) => name);
  const read = [...readFileSync('src/config.ts', 'utf8').matchAll(/^ {2}([A-Z][A-Za-z_]+): /gm)].map(
    ([, name]) => name,
  );
  expect(documented.toSorted()).toEqual([...read, 'PUBLIC_URL', 'TEAMS_APP_ID'].toSorted());
});
