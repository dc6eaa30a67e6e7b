import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseConfig, parseStoreConfig } from '../src/config.ts';

const registration = {
  MicrosoftAppId: '11111111-2222-4333-8444-555555555555',
  MicrosoftAppPassword: 'secret',
  MicrosoftAppTenantId: '21111111-2222-4333-8444-555555555555',
};

function problemsOf(environment: Record<string, string>): string[] {
  const parsed = parseConfig(environment);
  return parsed.ok ? [] : parsed.problems;
}

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

test('.env.example names every variable, and no other', () => {
  const documented = [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Za-z_]+)=$/gm)].map(([, name]) => name);
  const read = [...readFileSync('src/config.ts', 'utf8').matchAll(/^ {2}([A-Z][A-Za-z_]+): /gm)].map(
    ([, name]) => name,
  );
  expect(documented.toSorted()).toEqual([...read, 'PUBLIC_URL', 'TEAMS_APP_ID'].toSorted());
});
