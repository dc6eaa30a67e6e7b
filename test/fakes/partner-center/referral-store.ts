import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';
import { dayMilliseconds } from '../../../src/clock.ts';
import type { WireReferral } from '../referrals.ts';
import type { Switches } from './switches.ts';

/** Who can own a referral: the organisation that is connected, Microsoft, and other partners. */
export interface Organisation {
  /** A GUID, or `msft`. */
  id: string;
  name: string;
  mpnId: string;
  /** Of its business profile: what an invitation names. */
  locationId: string;
}

export const microsoft: Organisation = { id: 'msft', name: 'Microsoft', mpnId: '', locationId: 'msft' };

/** Somebody who calls the API. */
export interface Account {
  /** The name that they sign in with. */
  username: string;
  name: string;
  objectId: string;
  tenantId: string;
  organisationId: string;
  /** `user` sees only what their team includes them in; `none` nothing. */
  role: 'admin' | 'user' | 'none';
  /** Whether they may register webhooks, which takes other roles. */
  mayRegisterWebhooks: boolean;
}

/** What the API answers in place of what it was asked for (facts/partner-center.md 1.8). */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  /** A more specific code. */
  readonly inner: string | undefined;

  constructor(status: number, code: string, message: string, inner?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.inner = inner;
  }
}

export interface Change {
  referral: WireReferral;
  kind: 'created' | 'updated';
}

/** The transitions of facts/partner-center.md 1.10. */
const transitions: Record<string, string[]> = {
  New: ['New', 'Active', 'Closed'],
  Active: ['Active', 'Closed'],
  Closed: ['Closed'],
};
const substatuses: Record<string, string[]> = {
  New: ['Pending', 'Received'],
  Active: ['Accepted'],
  Closed: ['Won', 'Lost', 'Declined', 'Expired'],
};

/** What a patch may touch. Beyond the documented ones: those that are expected (facts/partner-center.md 7, 10). */
const patchable = [
  /^\/(name|status|substatus|statusReason|externalReferenceId|campaignId|qualification|type|favorite|salesStage)$/,
  /^\/details\/(notes|dealValue|currency|closingDateTime)$/,
  /^\/details\/requirements\/solutions(\/-|\/\d+)?$/,
  /^\/(consent\/\w+|team|team\/-|customerProfile\/team\/-|target\/-|tags)$/,
  /^\/registrations\/(-|\d+\/.+)$/,
];

const answerDays = 14;

interface ReferralStoreParts {
  clock: Clock;
  switches: Switches;
  organisations: Map<string, Organisation>;
  /** Hears of each change once it is made, whoever made it. */
  onChange(change: Change): void;
}

export interface ReferralStore {
  readonly referrals: Map<string, WireReferral>;
  /** Grows with each change: what was worked out before is out of date. */
  readonly version: number;
  /** @throws {Refused} */
  get(id: string): WireReferral;
  ofEngagement(engagementId: string): WireReferral[];
  /** L4, as the service itself does it: whoever has not answered in time has not answered. */
  expireDue(): WireReferral[];
  close(referral: WireReferral, substatus: string, reason?: string | null): WireReferral;
  accept(referral: WireReferral): WireReferral;
  /** A change by somebody in the portal. `change` works on a copy. */
  edit(id: string, change: (referral: WireReferral) => void): WireReferral;
  /** A referral that somebody sends to an organisation, New and Pending. `content`: what differs from the usual. */
  send(from: Organisation, to: Organisation, content?: WireReferral): WireReferral;
  /** A deal of an organisation's own, created in the portal or by the API: born accepted. */
  createOwn(owner: Organisation, content: WireReferral): WireReferral;
  /** A referral with every oddity that it has, as it is. */
  put(referral: WireReferral): WireReferral;
  /** POST by an account of `owner`. @throws {Refused} */
  create(owner: Organisation, body: unknown): WireReferral;
  /** PATCH. @throws {Refused} */
  patch(id: string, operations: unknown, ifMatch: string | undefined): WireReferral;
  /** PUT. @throws {Refused} */
  replace(id: string, body: unknown, ifMatch: string | undefined): WireReferral;
}

/** Every referral of every party, and what Partner Center makes of what is asked. */
export function createReferralStore({ clock, switches, organisations, onChange }: ReferralStoreParts): ReferralStore {
  const referrals = new Map<string, WireReferral>();
  /** The ids of each engagement. */
  const engagements = new Map<string, Set<string>>();
  let stamps = 0;
  let version = 0;

  /** An instant as Partner Center writes it: seven digits, no two the same. */
  function now(): string {
    stamps += 1;
    const millisecond = new Date(clock.now()).toISOString().slice(0, -1);
    return `${millisecond}${String(stamps % 10_000).padStart(4, '0')}Z`;
  }

  function eTag(): string {
    const stamp = stamps.toString(16).padStart(8, '0');
    return `"${stamp}-0000-0100-0000-${randomUUID().slice(-12)}"`;
  }

  function written(referral: WireReferral, kind: Change['kind']): WireReferral {
    const at = now();
    referral.updatedDateTime = at;
    if (kind === 'created') referral.createdDateTime = at;
    referral.eTag = eTag();
    return kept(referral, kind);
  }

  function kept(referral: WireReferral, kind: Change['kind']): WireReferral {
    const ids = engagements.get(referral.engagementId) ?? new Set();
    engagements.set(referral.engagementId, ids.add(referral.id));
    referrals.set(referral.id, referral);
    version += 1;
    onChange({ referral, kind });
    return referral;
  }

  function get(id: string): WireReferral {
    const found = referrals.get(id.toLowerCase());
    if (found === undefined) throw new Refused(404, 'itemNotFound', `There is no referral ${id}`);
    return found;
  }

  function ofEngagement(engagementId: string): WireReferral[] {
    return [...(engagements.get(engagementId) ?? [])].map(get);
  }

  function expireDue(): WireReferral[] {
    const present = clock.now();
    const due = [...referrals.values()].filter((one) => one.status === 'New' && present >= expiryOf(one));
    return due.map((one) => close(one, 'Expired'));
  }

  function close(referral: WireReferral, substatus: string, reason: string | null = null): WireReferral {
    Object.assign(referral, { status: 'Closed', substatus, statusReason: reason, closedDateTime: now() });
    return written(referral, 'updated');
  }

  function accept(referral: WireReferral): WireReferral {
    Object.assign(referral, { status: 'Active', substatus: 'Accepted', acceptedDateTime: now() });
    return written(referral, 'updated');
  }

  function edit(id: string, change: (referral: WireReferral) => void): WireReferral {
    const referral = structuredClone(get(id));
    change(referral);
    return written(referral, 'updated');
  }

  function send(from: Organisation, to: Organisation, content: WireReferral = {}): WireReferral {
    const expires =
      switches.fillsExpiration === 'always' || (switches.fillsExpiration === 'half' && referrals.size % 2 === 0);
    const referral: WireReferral = {
      ...blank(to),
      status: 'New',
      substatus: 'Pending',
      direction: switches.wrongDirection ? 'Outgoing' : 'Incoming',
      type: 'Shared',
      inviteContext: {
        notes: null,
        assistanceRequestCode: 'Unknown',
        invitedMpnId: to.mpnId,
        invitedBy: { organizationId: from.id, organizationName: from.name },
      },
      expirationDateTime: expires ? new Date(clock.now() + answerDays * dayMilliseconds).toISOString() : null,
      ...structuredClone(content),
    };
    return written(referral, 'created');
  }

  function createOwn(owner: Organisation, content: WireReferral): WireReferral {
    const referral: WireReferral = {
      ...blank(owner),
      ...structuredClone(content),
      organizationId: owner.id,
      organizationName: owner.name,
      status: 'Active',
      substatus: 'Accepted',
      direction: switches.wrongDirection ? 'Incoming' : 'Outgoing',
      inviteContext: {
        notes: null,
        assistanceRequestCode: 'Unknown',
        invitedMpnId: owner.mpnId,
        invitedBy: { organizationId: owner.id, organizationName: owner.name },
      },
    };
    referral.acceptedDateTime = now();
    return written(referral, 'created');
  }

  function put(referral: WireReferral): WireReferral {
    return kept(referral, 'created');
  }

  function create(owner: Organisation, body: unknown): WireReferral {
    if (!isObject(body)) throw invalid('The body must be a referral');
    for (const required of ['type', 'customerProfile', 'consent', 'details']) {
      if (!isObject(body[required]) && typeof body[required] !== 'string') throw invalid(`${required} is required`);
    }
    const { customerProfile, consent, details, type } = body as WireReferral;
    if (!['Shared', 'Independent'].includes(type)) throw invalid('type must be Shared or Independent');
    if (!/^[A-Z]{2}$/.test(customerProfile.address?.country ?? '')) {
      throw invalid('customerProfile.address.country must be a two-letter ISO 3166 code');
    }
    if (typeof details.dealValue !== 'number') throw invalid('details.dealValue must be a number');
    const content = known(body);
    const target = (Array.isArray(body.target) ? body.target : []).find(
      (one: WireReferral) => one.type === 'BusinessProfileLocation',
    );
    if (target === undefined) {
      if (body.engagementId !== undefined) throw invalid('an invitation needs a target');
      return createOwn(owner, content);
    }

    const invited = [...organisations.values()].find(({ locationId }) => locationId === target.id);
    if (invited === undefined) throw invalid(`There is no business profile ${target.id}`);
    const engagement = ofEngagement(String(body.engagementId));
    const own = engagement.find((one) => one.organizationId === owner.id);
    if (own === undefined) throw new Refused(404, 'itemNotFound', `There is no engagement ${body.engagementId}`);
    if (own.status === 'Closed') throw transitionRefused('the deal is closed');
    if (own.type !== 'Shared' || type !== 'Shared') throw invalid('only a Shared referral has other parties');
    if (engagement.some((one) => one.organizationId === invited.id)) {
      throw new Refused(409, 'invalidRequest', `${invited.name} takes part already`);
    }
    if (invited === microsoft) {
      if (consent.consentToShareReferralWithMicrosoftSellers !== true) throw invalid('Microsoft may not see this deal');
      const { inviteContext } = body as WireReferral;
      if (!inviteContext?.assistanceRequestCode) throw invalid('inviteContext.assistanceRequestCode is required');
      if (!(customerProfile.team?.length > 0)) throw invalid('a customer contact is required when help is asked for');
    }
    return send(owner, invited, {
      ...content,
      engagementId: own.engagementId,
      direction: 'Outgoing',
      inviteContext: {
        ...(body as WireReferral).inviteContext,
        invitedBy: { organizationId: owner.id, organizationName: owner.name },
      },
    });
  }

  function patch(id: string, operations: unknown, ifMatch: string | undefined): WireReferral {
    const before = get(id);
    checkMatch(before, ifMatch);
    if (!Array.isArray(operations) || operations.length === 0) throw invalid('The body must be a JSON Patch');
    const after = structuredClone(before);
    for (const operation of operations) apply(after, operation);
    const isOnlyRegistration = operations.every(({ path }) => path.startsWith('/registrations/'));
    if (before.status === 'Closed' && !isOnlyRegistration) throw transitionRefused('a closed referral is final');
    if (before.status !== 'Closed' || before.substatus !== 'Won') {
      if (isOnlyRegistration) throw invalid('only a won referral can be registered');
    }
    return moved(before, after);
  }

  function replace(id: string, body: unknown, ifMatch: string | undefined): WireReferral {
    const before = get(id);
    if (ifMatch === undefined) {
      throw new Refused(switches.putWithoutIfMatch, 'preconditionFailed', 'If-Match is required');
    }
    checkMatch(before, ifMatch);
    if (!isObject(body)) throw invalid('The body must be a referral');
    if ('links' in body) throw invalid('links must be removed');
    if (before.status === 'Closed') throw transitionRefused('a closed referral is final');
    return moved(before, {
      ...structuredClone(before),
      ...known(body),
      status: body.status,
      substatus: body.substatus,
    });
  }

  function checkMatch(referral: WireReferral, ifMatch: string | undefined): void {
    if (ifMatch === undefined || ifMatch === referral.eTag) return;
    throw new Refused(412, 'preconditionFailed', 'The referral was changed meanwhile', 'resourceModified');
  }

  function transitionRefused(why: string): Refused {
    return new Refused(switches.refusedTransition, 'invalidRequest', `The change is not allowed: ${why}`);
  }

  function apply(referral: WireReferral, operation: WireReferral): void {
    const { op, path, value } = operation ?? {};
    if (op !== 'add' && op !== 'replace') throw invalid(`the operation ${op} is not supported`);
    if (typeof path !== 'string' || !patchable.some((allowed) => allowed.test(path))) {
      throw invalid(`${path} cannot be changed`);
    }
    if (path === '/registrations/-') {
      referral.registrations.push({ ...value, id: randomUUID(), status: 'ReviewPending', statusReason: null });
      referral.registrationStatus = 'ReviewPending';
      return;
    }
    const parts = path.slice(1).split('/');
    const last = parts.pop() ?? '';
    // biome-ignore lint/suspicious/noExplicitAny: it walks through whatever a referral holds.
    let parent: any = referral;
    for (const part of parts) {
      if (!isObject(parent[part]) && !Array.isArray(parent[part])) throw invalid(`${path} leads nowhere`);
      parent = parent[part];
    }
    if (Array.isArray(parent) && last === '-') {
      if (op !== 'add') throw invalid(`${path} can only be added to`);
      parent.push(value);
      if (path === '/team/-' && parent.length > 50) throw invalid('at most 50 team members');
      return;
    }
    if (last === 'dealValue') {
      const number = typeof value === 'string' ? Number(value) : Number.NaN;
      if (!(number > 0)) throw invalid('dealValue must be given as text, as "10000"');
      parent.dealValue = number;
      return;
    }
    parent[last] = value;
  }

  /** Whether a referral may go from here to there, and what the service itself writes then. @throws {Refused} */
  function moved(before: WireReferral, after: WireReferral): WireReferral {
    const { status, substatus } = after;
    const isMove = status !== before.status || substatus !== before.substatus;
    if (isMove) {
      if (!transitions[before.status]?.includes(status) || !substatuses[status]?.includes(substatus)) {
        const from = `${before.status}/${before.substatus}`;
        throw transitionRefused(`${from} cannot become ${status}/${substatus}`);
      }
      if (substatus === 'Expired') throw transitionRefused('only time expires a referral');
      if (status === 'Active') after.acceptedDateTime = now();
      if (status === 'Closed') after.closedDateTime = now();
    }
    return written(after, 'updated');
  }

  return {
    referrals,
    get version() {
      return version;
    },
    get,
    ofEngagement,
    expireDue,
    close,
    accept,
    edit,
    send,
    createOwn,
    put,
    create,
    patch,
    replace,
  };
}

/** When a referral expires that nobody answers, in milliseconds since the epoch. */
export function expiryOf({ expirationDateTime, createdDateTime }: WireReferral): number {
  if (expirationDateTime !== null) return Date.parse(expirationDateTime);
  return Date.parse(createdDateTime) + answerDays * dayMilliseconds;
}

/** Lead or opportunity: a lead from the marketplace is never given out (facts/partner-center.md 1.10). */
export function isMarketplaceLead({ type, qualification }: WireReferral): boolean {
  return type === 'Independent' && qualification === 'Direct';
}

/** Of a body, what its writer may decide. */
function known(body: Record<string, unknown>): WireReferral {
  const fields = [
    'name',
    'externalReferenceId',
    'campaignId',
    'statusReason',
    'qualification',
    'type',
    'target',
    'mpnId',
    'consent',
    'team',
    'tags',
  ];
  const given = Object.fromEntries(
    fields.filter((field) => body[field] !== undefined).map((field) => [field, structuredClone(body[field])]),
  );
  const customer = body.customerProfile as WireReferral;
  const details = body.details as WireReferral;
  const empty = blank(microsoft);
  return {
    ...given,
    customerProfile: {
      ...empty.customerProfile,
      ...structuredClone(customer),
      address: { ...empty.customerProfile.address, ...customer?.address },
    },
    details: {
      ...empty.details,
      ...structuredClone(details),
      requirements: { ...empty.details.requirements, ...details?.requirements },
    },
  };
}

/** Every property that a referral has on the wire, with nothing in it (facts/partner-center.md 1.13). */
function blank(owner: Organisation): WireReferral {
  const id = randomUUID();
  return {
    id,
    engagementId: randomUUID(),
    organizationId: owner.id,
    organizationName: owner.name,
    name: null,
    externalReferenceId: null,
    campaignId: null,
    createdDateTime: '',
    updatedDateTime: '',
    expirationDateTime: null,
    acceptedDateTime: null,
    closedDateTime: null,
    status: 'New',
    substatus: 'Pending',
    statusReason: null,
    qualification: 'SalesQualified',
    type: 'Shared',
    direction: 'Incoming',
    eTag: '',
    favorite: false,
    isSpam: false,
    quality: 'Unknown',
    dealSensitivity: 'None',
    salesStage: null,
    mpnId: owner.mpnId,
    tags: [],
    lastModifiedVia: null,
    lastRunId: null,
    createdVia: null,
    referralSource: null,
    callToAction: null,
    referralProgram: null,
    registrationStatus: 'None',
    registrations: [],
    target: [],
    customerProfile: {
      name: '',
      size: '',
      isMatchingComplete: false,
      address: {
        addressLine1: null,
        addressLine2: null,
        city: null,
        state: null,
        postalCode: null,
        country: null,
        region: null,
      },
      team: [],
      ids: [],
    },
    consent: {
      consentToToShareInfoWithOthers: true,
      consentToContact: true,
      consentToShareReferralWithMicrosoftSellers: true,
    },
    details: {
      notes: null,
      dealValue: null,
      currency: null,
      closingDateTime: null,
      customerRequestedContact: null,
      customerAction: null,
      incentiveLevel: null,
      requirements: {
        industries: [],
        products: [],
        services: [],
        offers: [],
        salesPlays: [],
        solutions: [],
        additionalRequirements: { iot: null, attributes: [] },
      },
    },
    team: [],
    trackingInfo: {
      microsoftMsxId: null,
      microsoftUSFedOpportunityId: null,
      microsoftUSFedLeadId: null,
      migratedPSCDealId: null,
      migratedPSCPartnerDealId: null,
    },
  };
}

function invalid(message: string): Refused {
  return new Refused(400, 'invalidRequest', message);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
