import { AsyncLocalStorage } from 'node:async_hooks';

/** The HTTP request that is being worked on. */
interface Current {
  requestId?: string;
  /** Until when somebody waits for the answer, on the clock of `performance.now()`. */
  until?: number;
}

const requests = new AsyncLocalStorage<Current>();

/** Runs the work of one HTTP request: whatever is logged in it can be joined to the request by its id. */
export function inRequest<T>(requestId: string, work: () => T): T {
  return requests.run({ requestId }, work);
}

/** Runs what a request only sets off, such as a round of the dispatcher, which works on everybody's deals. */
export function outsideRequests<T>(work: () => T): T {
  return requests.exit(work);
}

/** Runs work whose answer is waited for only so long: what it asks others, it gives up before (`timeLeft`). */
export function hurried<T>(milliseconds: number, work: () => T): T {
  return requests.run({ ...requests.getStore(), until: performance.now() + milliseconds }, work);
}

/** How long an answer may be waited for, in milliseconds: `most`, or less where somebody waits for the whole. */
export function timeLeft(most: number): number {
  const { until = Number.POSITIVE_INFINITY } = requests.getStore() ?? {};
  return Math.ceil(Math.max(1, Math.min(most, until - performance.now())));
}

/** For every log line: the id of the request that is being worked on; nothing outside of requests. */
export function requestOfLine(): { requestId?: string } {
  const { requestId } = requests.getStore() ?? {};
  return requestId === undefined ? {} : { requestId };
}
