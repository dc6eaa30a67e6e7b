import { createHmac } from 'node:crypto';
import { type Clock, dayMilliseconds } from '../clock.ts';
import { type Answer, type CallbackClient, SenderError } from './sender.ts';

/** How long a receiver may take. */
const timeoutMilliseconds = 10_000;

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

interface CallbackSettings {
  clock: Clock;
  /** On a development machine: http to the machine itself is allowed, too. */
  allowHttp?: boolean;
  timeoutMilliseconds?: number;
}

/**
 * What is wrong with the address of a callback, or undefined: https, and on a development machine http to the machine itself. Names
 * and passwords do not belong into an address, the signature tells the receiver who calls.
 */
export function whyNotCallable(address: string, allowHttp: boolean): string | undefined {
  const url = URL.parse(address);
  if (url === null) return 'must be a URL';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or a password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && allowHttp && loopbackHosts.includes(url.hostname)) return undefined;
  return allowHttp ? 'must begin with https://, or with http://localhost' : 'must begin with https://';
}

/** The value of `X-Cosell-Signature`: HMAC-SHA256 over time and body, so that a receiver can refuse what is old. */
function signatureOf(signingSecret: string, body: string, unixSeconds: number): string {
  const hmac = createHmac('sha256', signingSecret).update(`${unixSeconds}.${body}`).digest('hex');
  return `t=${unixSeconds},v1=${hmac}`;
}

/**
 * N5 by HTTP: POSTs the answer as JSON, signed. A receiver may get it more than once and knows a repetition by `X-Cosell-Delivery`,
 * the notice's id. 2xx is success; 429, 5xx and whatever happens to a connection can be tried again; the rest is final.
 */
export function createCallbackClient(settings: CallbackSettings): CallbackClient {
  const { clock, allowHttp = false } = settings;
  return {
    async send(url, signingSecret, answer, noticeId) {
      if (whyNotCallable(url, allowHttp) !== undefined) throw new SenderError('callback-address', false);
      const response = await post(url, signingSecret, answer, noticeId);
      // Nothing in it matters, and it must not hold the connection.
      await response.body?.cancel().catch(() => undefined);
      if (response.ok) return;
      const isRetryable = response.status === 429 || response.status >= 500;
      throw new SenderError(
        `callback-${response.status}`,
        isRetryable,
        isRetryable ? retryAfterOf(response) : undefined,
      );
    },
  };

  async function post(url: string, signingSecret: string, answer: Answer, noticeId: string): Promise<Response> {
    const body = JSON.stringify(answer);
    const signal = AbortSignal.timeout(settings.timeoutMilliseconds ?? timeoutMilliseconds);
    try {
      return await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'User-Agent': 'cosell-bot',
          'X-Cosell-Signature': signatureOf(signingSecret, body, Math.floor(clock.now() / 1000)),
          'X-Cosell-Delivery': noticeId,
        },
        body,
        // A redirect would carry a signed answer to an address that nobody entered.
        redirect: 'manual',
        signal,
      });
    } catch {
      throw new SenderError(signal.aborted ? 'callback-timeout' : 'callback-network', true);
    }
  }

  /** `Retry-After`, which is in seconds or a date, in milliseconds: at most a day. */
  function retryAfterOf(response: Response): number | undefined {
    const header = response.headers.get('retry-after')?.trim();
    if (header === undefined || header === '') return undefined;
    const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - clock.now();
    return milliseconds >= 0 ? Math.min(milliseconds, dayMilliseconds) : undefined;
  }
}
