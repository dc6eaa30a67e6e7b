import autocannon from 'autocannon';
import { percentile } from './measure.ts';

/** Clients that ask at once, each its next request when the last one is answered: so many that a server need not wait for them. */
const connections = 64;

export interface Load {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Answers that were not right, and requests without one. */
  wrong: number;
  firstWrong: string | undefined;
}

/** Posts each of these bodies once, as fast as they are answered. */
export async function post(
  url: string,
  bodies: readonly string[],
  isRight: (status: number, body: string) => boolean,
  headers: Record<string, string> = {},
): Promise<Load> {
  const milliseconds: number[] = [];
  let next = 0;
  let right = 0;
  let firstWrong: string | undefined;
  let end = 0;
  const begin = performance.now();
  const load = autocannon({
    url,
    method: 'POST',
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    connections,
    amount: bodies.length,
    sampleInt: 50,
    requests: [
      {
        setupRequest(request) {
          const body = bodies[next] ?? '';
          next += 1;
          return { ...request, body };
        },
        onResponse(status, body) {
          if (isRight(status, body)) right += 1;
          else firstWrong ??= `${status} ${body.slice(0, 300)}`;
        },
      },
    ],
  });
  load.on('response', (_client: unknown, _status: number, _bytes: number, duration: number) => {
    milliseconds.push(duration);
    end = performance.now();
  });
  await load;
  return {
    perSecond: (milliseconds.length / (end - begin)) * 1000,
    p50: percentile(milliseconds, 0.5),
    p99: percentile(milliseconds, 0.99),
    wrong: bodies.length - right,
    firstWrong,
  };
}
