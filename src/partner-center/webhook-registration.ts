import { z } from 'zod';
import { parsed } from './answer.ts';
import { type CallerParts, createCaller, type Reply } from './call.ts';
import { fieldOf, PartnerCenterError } from './errors.ts';

/** Where webhooks are registered: another host, and another token, than the referrals'. */
export const webhooksApi = 'https://api.partnercenter.microsoft.com';

/** What the bot wants to hear of (facts/partner-center.md 2.1). `test-created` is for `validate`. */
export const wantedEvents = [
  'referral-created',
  'referral-updated',
  'related-referral-created',
  'related-referral-updated',
  'test-created',
] as const;

export interface Registration {
  url: string;
  events: string[];
  /** Whether the signature comes in a header of its own: many gateways do not let a strange `Authorization` pass. */
  signatureHeader: boolean;
}

export interface Validation {
  /** Partner Center's word, as `completed`. */
  status: string;
  /** One for each time that it was tried. `code`: what our side answered, as Partner Center writes it. */
  results: { code: string; message: string; at: string | undefined }[];
}

/**
 * The webhook of a Partner Center tenant. There is one registration for a tenant: `replace` takes it away from whoever had it. Every
 * operation rejects with `PartnerCenterError`, or with what the tokens reject with.
 */
export interface WebhookRegistration {
  /** Undefined when nothing is registered. */
  status(): Promise<Registration | undefined>;
  /** Rejects with the status 409 when something is registered already, ours or another tool's. */
  register(url: string): Promise<Registration>;
  replace(url: string): Promise<Registration>;
  /** Has Partner Center send a test event, and waits for what came of it: at most half a minute. Twice a minute at most. */
  validate(): Promise<Validation>;
}

const registrationPath = '/webhooks/v1/registration';
const validationPath = `${registrationPath}/validationEvents`;

/** How often and how long after one another it is asked what came of a test event. */
const questions = 10;
const betweenQuestions = 3000;

const text = z.string().trim();

export function createWebhookRegistration(parts: CallerParts): WebhookRegistration {
  const call = createCaller(parts);

  async function body(url: string): Promise<object> {
    const { body } = await call({ method: 'GET', path: `${registrationPath}/events`, repeatable: true });
    const supported = parsed(z.array(text), body).map((name) => name.toLowerCase());
    const events = wantedEvents.filter((name) => supported.includes(name));
    if (!events.some((name) => name.startsWith('referral-'))) {
      const message = 'Partner Center offers this account no events of referrals';
      throw new PartnerCenterError('rejected', 'noReferralEvents', message);
    }
    return { WebhookUrl: url, WebhookEvents: events, SignatureTokenToMsSignatureHeader: true };
  }

  return {
    async status() {
      try {
        return registrationOf(await call({ method: 'GET', path: registrationPath, repeatable: true }));
      } catch (error) {
        if (error instanceof PartnerCenterError && error.kind === 'notFound') return undefined;
        throw error;
      }
    },
    async register(url) {
      const wanted = await body(url);
      return registrationOf(await call({ method: 'POST', path: registrationPath, body: wanted, repeatable: false }));
    },
    async replace(url) {
      const wanted = await body(url);
      return registrationOf(await call({ method: 'PUT', path: registrationPath, body: wanted, repeatable: true }));
    },
    async validate() {
      const sent = await call({ method: 'POST', path: validationPath, repeatable: false });
      const id = parsed(text.min(1), fieldOf(sent.body, 'correlationid'));
      const path = `${validationPath}/${encodeURIComponent(id)}`;
      let found: Validation = { status: 'unknown', results: [] };
      for (let asked = 0; asked < questions && found.results.length === 0; asked++) {
        if (asked > 0) await parts.wait(betweenQuestions);
        found = validationOf(await call({ method: 'GET', path, repeatable: true }));
      }
      return found;
    },
  };
}

/** Swagger and samples write the same names in different cases. */
function registrationOf({ body }: Reply): Registration {
  return {
    url: parsed(text, fieldOf(body, 'webhookurl')),
    events: parsed(z.array(text), fieldOf(body, 'webhookevents') ?? []),
    signatureHeader: fieldOf(body, 'signaturetokentomssignatureheader') === true,
  };
}

function validationOf({ body }: Reply): Validation {
  const results = parsed(z.array(z.unknown()), fieldOf(body, 'results') ?? []);
  return {
    status: words(fieldOf(body, 'status')) ?? 'unknown',
    results: results.map((result) => ({
      code: words(fieldOf(result, 'responsecode')) ?? '',
      message: words(fieldOf(result, 'responsemessage')) ?? '',
      at: words(fieldOf(result, 'datetimeutc')),
    })),
  };
}

function words(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}
