import { z } from 'zod';
import { createDocument, type ZodOpenApiOverrideContext, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { Problem, type ProblemKind, problem } from '../http/problem.ts';
import { Referral } from '../partner-center/referral.ts';
import {
  exampleMicrosoftAnswer,
  exampleMicrosoftState,
  exampleOpportunity,
  exampleReferral,
  exampleState,
  FoundDeals,
  MicrosoftAnswer,
  MicrosoftState,
  OpportunityState,
  PostedOpportunity,
} from './schema.ts';

const PostedBody = z.union([PostedOpportunity, Referral]).meta({
  description:
    'A body with `@odata.context`, `engagementId` or `customerProfile` is read as a referral, any other as an opportunity',
  // Only one of them fits any body.
  override: ({ jsonSchema }: ZodOpenApiOverrideContext) => {
    jsonSchema.oneOf = jsonSchema.anyOf ?? [];
    delete jsonSchema.anyOf;
  },
});

const state = {
  'application/json': { schema: OpportunityState, examples: { declined: { value: exampleState } } },
};

function problems(...kinds: ProblemKind[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(kinds, (kind) => problem(kind).status);
  return Object.fromEntries(
    [...byStatus].map(([status, [kind = 'internal', ...others]]) => [
      String(status) as '400',
      {
        description: [kind, ...others].map((one) => problem(one).title).join('; or: '),
        content: { 'application/problem+json': { schema: Problem } },
        ...headersOf(kind),
      },
    ]),
  );
}

function headersOf(kind: ProblemKind) {
  if (kind === 'unauthorized') return { headers: { 'WWW-Authenticate': header('Bearer') } };
  if (kind !== 'too-many-requests' && kind !== 'unavailable') return {};
  return { headers: { 'Retry-After': header('Seconds') } };
}

function header(description: string) {
  return { description, schema: { type: 'string' as const } };
}

let made: ReturnType<typeof createDocument> | undefined;

/** The API's description, OpenAPI 3.1, made from the schemas that the API parses with. Made once. */
export function openApi(): ReturnType<typeof createDocument> {
  made ??= createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Opportunities',
      version: '1.0.0',
      description:
        'Sends opportunities to an organisation, and asks what became of them. The same source and external id are the same opportunity: sending it again is safe.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: [{ apiKey: [] }],
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, as `npm run admin -- api-key create` shows it once',
        },
      },
    },
    paths: {
      '/api/opportunities': {
        get: {
          operationId: 'findDeals',
          summary: 'Your own deals by CRM id, with the id that the other operations need',
          description: 'Not for API keys by which another organisation sends: they find nothing.',
          requestParams: {
            query: z.object({ crmId: z.string().min(1).max(100).meta({ description: 'As it was entered in Teams' }) }),
          },
          responses: {
            '200': { description: 'The deals', content: { 'application/json': { schema: FoundDeals } } },
            ...problems('bad-request', 'unauthorized', 'too-many-requests', 'unavailable'),
          },
        },
        post: {
          operationId: 'sendOpportunity',
          summary: 'Send an opportunity, or a change of it',
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: PostedBody,
                examples: {
                  opportunity: { summary: 'The own form', value: exampleOpportunity },
                  referral: { summary: "Partner Center's referral", value: exampleReferral },
                },
              },
            },
          },
          responses: {
            '200': { description: 'It was there already: unchanged, or changed as sent', content: state },
            '201': {
              description: 'It is new, and stored',
              headers: { Location: header('Where to ask how it stands') },
              content: state,
            },
            ...problems(
              'not-json',
              'unauthorized',
              'refused',
              'too-large',
              'not-json-type',
              'wrong-fields',
              'too-many-requests',
              'unavailable',
            ),
          },
        },
      },
      '/api/opportunities/{id}': {
        get: {
          operationId: 'showOpportunity',
          summary: 'How an opportunity stands that this source sent',
          requestParams: {
            path: z.object({ id: z.string().meta({ description: 'As the answer to sending it said' }) }),
          },
          responses: {
            '200': { description: 'How it stands', content: state },
            ...problems('unauthorized', 'not-found', 'too-many-requests', 'unavailable'),
          },
        },
      },
      '/api/opportunities/{id}/microsoft': {
        post: {
          operationId: 'answerForMicrosoft',
          summary: 'Tell what Microsoft answered to a deal of your own organisation',
          description:
            'For those whom no connection to Partner Center tells. The same answer again is safe, and may bring other people in its `team`. A deal that has not asked Microsoft for help is refused with the rule C7. Not for API keys by which another organisation sends: they find no deal.',
          requestParams: {
            path: z.object({ id: z.string().meta({ description: 'Of a deal that asked Microsoft for help' }) }),
          },
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: MicrosoftAnswer,
                examples: { accepted: { value: exampleMicrosoftAnswer } },
              },
            },
          },
          responses: {
            '200': {
              description: 'It is written down, and the team is told',
              content: {
                'application/json': {
                  schema: MicrosoftState,
                  examples: { accepted: { value: exampleMicrosoftState } },
                },
              },
            },
            ...problems(
              'not-json',
              'unauthorized',
              'not-found',
              'refused',
              'not-asked',
              'too-large',
              'not-json-type',
              'wrong-fields',
              'too-many-requests',
              'unavailable',
            ),
          },
        },
      },
      '/api/openapi.json': {
        get: {
          operationId: 'describe',
          summary: 'This description',
          security: [],
          responses: {
            '200': { description: 'OpenAPI 3.1', content: { 'application/json': { schema: z.looseObject({}) } } },
          },
        },
      },
    },
  });
  return made;
}
