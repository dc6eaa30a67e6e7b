/** What is not documented of Partner Center, or goes wrong there, each with the choice that the fake makes unless told otherwise. */
export interface Switches {
  /** Of one page of a list. */
  pageSize: number;
  /** `sample`: as in Microsoft's own sample, by http and with a part of the path missing. */
  nextLink: 'sample' | 'whole';
  /** `offset`: what changes while a list is read moves the rest of it. */
  paging: 'key' | 'offset';
  /** The answer to a change that the transitions forbid. */
  refusedTransition: 400 | 409;
  putWithoutIfMatch: 400 | 412 | 428;
  /** How an error says that nobody is signed in: the list of codes, or the documentation's own example. */
  unauthenticatedCode: 'unauthenticated' | 'unAuthorized';
  /** How an error writes what is inside of it. */
  innerError: 'innerError' | 'innererror';
  /** Whether reading a pending referral by id makes it received. */
  readingReceives: boolean;
  /** Whether `expirationDateTime` is given. Without it a referral expires 14 days after its creation all the same. */
  fillsExpiration: 'always' | 'half' | 'never';
  /** `direction` as it was seen: wrong. */
  wrongDirection: boolean;
  /** Whether a list that does not ask for an engagement shows the other parties' referrals, too. */
  listShowsRelated: boolean;
  /** Whether `Prefer: return=representation` is heard. */
  honoursPrefer: boolean;
  /** How many calls an account may make in a while; more are answered by 429. `retryAfter`: in seconds. */
  throttle: { calls: number; perMilliseconds: number; retryAfter?: number } | undefined;
  /** Seconds between two questions of whoever waits for a consent. */
  deviceCodeInterval: number;
  /** How long an access token is good, in seconds. */
  tokenSeconds: number;
}

export function defaultSwitches(): Switches {
  return {
    pageSize: 100,
    nextLink: 'sample',
    paging: 'key',
    refusedTransition: 400,
    putWithoutIfMatch: 412,
    unauthenticatedCode: 'unauthenticated',
    innerError: 'innerError',
    readingReceives: false,
    fillsExpiration: 'half',
    wrongDirection: false,
    listShowsRelated: false,
    honoursPrefer: true,
    throttle: undefined,
    deviceCodeInterval: 0,
    tokenSeconds: 3600,
  };
}

/** How one request fails. `hang`: no answer ever; `reset`: the connection is cut; `applied…`: done, but the caller hears otherwise. */
export type FaultAnswer =
  | 'hang'
  | 'reset'
  | 'appliedThen503'
  | 'appliedThenReset'
  | { status: number; code?: string; message?: string; inner?: string; retryAfter?: number | string; body?: string };

/** What a request is for. */
export type Operation =
  | 'list'
  | 'get'
  | 'create'
  | 'patch'
  | 'replace'
  | 'registration'
  | 'deviceCode'
  | 'token'
  | 'certificate';

export interface Fault {
  /** Absent: any. */
  operation?: Operation;
  /** How many requests; 1 unless told. */
  times?: number;
  answer: FaultAnswer;
}
