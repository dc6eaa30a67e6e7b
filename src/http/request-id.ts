import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage<string>();

/** Runs the work of one HTTP request: whatever is logged in it can be joined to the request by its id. */
export function inRequest<T>(requestId: string, work: () => T): T {
  return requests.run(requestId, work);
}

/** Runs what a request only sets off, such as a round of the dispatcher, which works on everybody's deals. */
export function outsideRequests<T>(work: () => T): T {
  return requests.exit(work);
}

/** For every log line: the id of the request that is being worked on; nothing outside of requests. */
export function requestOfLine(): { requestId?: string } {
  const requestId = requests.getStore();
  return requestId === undefined ? {} : { requestId };
}
