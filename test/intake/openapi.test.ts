import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { Problem } from '../../src/http/problem.ts';
import { openApi } from '../../src/intake/openapi.ts';
import {
  exampleMicrosoftAnswer,
  exampleMicrosoftState,
  exampleOpportunity,
  exampleReferral,
  exampleState,
  MicrosoftAnswer,
  MicrosoftState,
  OpportunityState,
  PostedOpportunity,
} from '../../src/intake/schema.ts';
import { Referral } from '../../src/partner-center/referral.ts';
import { referralNames, sampleReferral } from '../fakes/referrals.ts';
import { type Answered, ada, type IntakeHouse, opportunity, startIntake } from './house.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document, walked through.
type Node = any;

/** As a client gets it. */
const document: Node = JSON.parse(JSON.stringify(openApi()));
const operations: [string, string, Node][] = Object.entries<Node>(document.paths).flatMap(([path, item]) =>
  Object.entries<Node>(item).map(([method, operation]): [string, string, Node] => [
    method.toUpperCase(),
    path,
    operation,
  ]),
);

function every(node: Node, visit: (node: Node, pointer: string) => void, pointer = ''): void {
  if (typeof node !== 'object' || node === null) return;
  visit(node, pointer);
  for (const [key, value] of Object.entries(node)) every(value, visit, `${pointer}/${key}`);
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ $id: 'https://cosell.example/openapi', components: document.components });

/** A schema of the document, as any client compiles it. */
function compiled(schema: Node): ValidateFunction {
  const absolute = JSON.stringify(schema).replaceAll('"#/components', '"https://cosell.example/openapi#/components');
  return ajv.compile(JSON.parse(absolute));
}

const requestBody: Node = document.paths['/api/opportunities'].post.requestBody.content['application/json'];

describe('the document', () => {
  test('is OpenAPI 3.1 with the parts that every reader needs', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    expect(document.components.securitySchemes).toMatchObject({ apiKey: { type: 'http', scheme: 'bearer' } });
    expect(operations.map(([method, path]) => `${method} ${path}`)).toEqual([
      'GET /api/opportunities',
      'POST /api/opportunities',
      'GET /api/opportunities/{id}',
      'POST /api/opportunities/{id}/microsoft',
      'GET /api/openapi.json',
    ]);
  });

  test('refers only to what is in it', () => {
    const references: string[] = [];
    every(document, ({ $ref }) => {
      if (typeof $ref === 'string') references.push($ref);
    });
    expect(references.length).toBeGreaterThan(5);
    for (const reference of references) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<Node>((node, key) => node?.[key], document);
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
  });

  test('names every operation once, and says what each of its answers means', () => {
    const ids = operations.map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(operations.length);
    for (const [, path, { summary, responses, parameters = [] }] of operations) {
      expect(summary).toEqual(expect.any(String));
      for (const response of Object.values<Node>(responses)) expect(response.description).toEqual(expect.any(String));
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const ofPath = parameters.filter((parameter: Node) => parameter.in === 'path');
      expect(ofPath.map(({ name }: Node) => name)).toEqual(inPath);
    }
  });

  test('describes every field of the own form, and its schemas compile', () => {
    every(document.components.schemas.Opportunity, ({ properties = {} }, pointer) => {
      for (const [name, field] of Object.entries<Node>(properties)) {
        const isContainer = field.properties !== undefined;
        expect([`${pointer}/${name}`, isContainer || typeof field.description === 'string']).toEqual([
          `${pointer}/${name}`,
          true,
        ]);
      }
    });
    for (const schema of Object.values(document.components.schemas)) compiled(schema);
  });
});

describe('its examples', () => {
  test.each([
    ['opportunity', exampleOpportunity, PostedOpportunity],
    ['referral', exampleReferral, Referral],
    ['state', exampleState, OpportunityState],
    ['answer of Microsoft', exampleMicrosoftAnswer, MicrosoftAnswer],
    ['state of Microsoft’s part', exampleMicrosoftState, MicrosoftState],
  ] as const)('%s parses by the schema of the service', (_name, example, schema) => {
    expect(schema.safeParse(example).error?.issues).toBeUndefined();
  });

  test('the problem parses by the schema of the service', () => {
    expect(Problem.safeParse(document.components.schemas.Problem.example).success).toBe(true);
  });

  test('the examples of the request are these, and fit the published schema', () => {
    const examples = Object.values<Node>(requestBody.examples).map(({ value }) => value);
    expect(examples).toEqual([exampleOpportunity, exampleReferral]);
    const fits = compiled(requestBody.schema);
    for (const example of examples) {
      fits(example);
      expect(fits.errors).toBeNull();
    }
  });

  test('so do all samples of Partner Center', () => {
    const fits = compiled(requestBody.schema);
    for (const name of referralNames) {
      fits(sampleReferral(name));
      expect([name, fits.errors]).toEqual([name, null]);
    }
  });

  test('what the service refuses does not fit', () => {
    const fits = compiled(requestBody.schema);
    expect(fits({ ...exampleOpportunity, unknown: 1 })).toBe(false);
    expect(fits({ ...exampleReferral, status: 'Draft' })).toBe(false);
    expect(fits({})).toBe(false);
  });
});

describe('what the service answers', () => {
  let house: IntakeHouse;
  beforeAll(async () => {
    house = await startIntake();
  });
  afterAll(() => house.stop());

  function expectDescribed(operation: Node, { status, headers, body }: Answered): void {
    const described = operation.responses[status];
    expect(Object.keys(operation.responses)).toContain(String(status));
    const fits = compiled(described.content[headers.get('content-type') ?? ''].schema);
    fits(body);
    expect(fits.errors).toBeNull();
    for (const header of Object.keys(described.headers ?? {}))
      expect([header, headers.has(header)]).toEqual([header, true]);
  }

  test('is what the document says', async () => {
    const post = document.paths['/api/opportunities'].post;
    const get = document.paths['/api/opportunities/{id}'].get;
    const created = await house.send(opportunity());
    expectDescribed(post, created);
    expectDescribed(post, await house.send(opportunity()));
    expectDescribed(post, await house.send({}));
    expectDescribed(post, await house.send(opportunity(), 'nobody'));
    expectDescribed(get, await house.ask(created.body.id));
    expectDescribed(get, await house.ask('deal-1'));
    expectDescribed(get, await house.ask('deal-1', 'nobody'));
    const decline = { kind: 'decline', reason: 'budget', notes: '' } as const;
    await house.desk.perform('nordwind', created.body.id, { command: decline, actor: ada });
    expectDescribed(post, await house.send(opportunity({ notes: 'again' })));
    const declined = await house.ask(created.body.id);
    expect(declined.body.answer.reason).toBe('budget');
    expectDescribed(get, declined);
  });

  test('the document is there for everybody', async () => {
    const answered = await house.call('/api/openapi.json', {});
    expect([answered.status, answered.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(answered.body).toEqual(document);
  });
});
