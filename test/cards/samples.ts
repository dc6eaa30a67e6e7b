/**
 * Every card in every state, with the same data at the same time: the tests hold them against the rules of cards, and
 * `npm run cards` draws them.
 */

import type { z } from 'zod';
import {
  type AcceptInputs,
  acceptFormCard,
  answerCard,
  closeReminderCard,
  type DealCardInput,
  type DealListInput,
  type DialogInput,
  type DraftLine,
  dealCard,
  dealListCard,
  dealListDoorCard,
  dealRecordCard,
  declineFormCard,
  dialogCard,
  draftCard,
  draftsCard,
  expiredCard,
  type FilterInputs,
  type FormField,
  filtersFormCard,
  helpCard,
  inboundCard,
  languageCard,
  messageCard,
  microsoftSilentCard,
  opportunityCard,
  partnerCenterCard,
  partyAnsweredCard,
  type Rendered,
  refusalText,
  reminderCard,
  rolesCard,
  type SummaryInput,
  subscriptionCard,
  summaryCard,
  type TextKey,
  takeOverWarning,
  teamMemberCard,
  text,
  welcomeCard,
} from '../../cards/index.ts';
import { Deal, type Doer } from '../../src/deals/deal.ts';
import type { Opportunity } from '../../src/deals/opportunity.ts';
import type { Reader } from '../../src/notices/messenger.ts';
import { broughtOf } from '../../src/rules/partner-center.ts';
import { refusal } from '../../src/rules/refusal.ts';

/** Tuesday, 3 November 2026, 10:32 in Vienna. */
export const now = Date.parse('2026-11-03T09:32:00.000Z');
export const readers: Record<Reader['language'], Reader> = {
  en: { language: 'en', timeZone: 'Europe/Vienna' },
  de: { language: 'de', timeZone: 'Europe/Vienna' },
};

const ada: Doer = { kind: 'person', personId: 'person-a0000001-0000-4000-8000-000000000001', name: 'Ada Keller' };

const alpenmilch: Opportunity = {
  engagementId: '20000001-0000-4000-8000-000000000001',
  sender: { kind: 'microsoft', name: 'Microsoft' },
  customer: {
    name: 'Alpenmilch AG',
    size: '251to1000employees',
    address: { addressLine1: 'Seestrasse 12', city: 'Zürich', postalCode: '8002', country: 'CH' },
    duns: '480000001',
    contacts: [
      {
        name: 'Reto Muster',
        title: 'Head of Data',
        phone: '+41 44 000 00 01',
        email: 'reto.muster@alpenmilch.example',
      },
      { name: 'Lea Brunner', email: 'lea.brunner@alpenmilch.example' },
    ],
  },
  help: 'ProofOfConceptOrDemo',
  notes: 'Customer wants a pilot before summer. Can you lead the assessment?',
  value: { amount: '120000', currency: 'CHF' },
  closeDate: '2027-03-31',
  solutions: [{ id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator' }],
  receivedAt: '2026-11-02T09:12:44.123Z',
  expiresAt: '2026-11-16T09:12:44.123Z',
};

const contoso: Opportunity = {
  name: 'Contoso store rollout',
  sender: { kind: 'partner', name: 'Fabrikam Cloud Ltd' },
  customer: { name: 'Contoso Retail', address: { city: 'Dublin', country: 'IE' }, contacts: [] },
  help: 'GeneralOrOther',
  notes:
    'We need your security practice for phase two.\n\nPhase one went live in May: 40 stores.\nThe rest follows in spring.',
  value: { amount: '80000', currency: 'EUR' },
  closeDate: '2027-01-15',
  solutions: [{ name: 'Managed Detection and Response' }, { name: 'Lakehouse Accelerator' }],
  receivedAt: '2026-11-02T09:12:44.123Z',
};

const hafen: Opportunity = {
  sender: { kind: 'microsoft', name: 'Microsoft' },
  customer: { name: 'Hafen & Söhne KG', address: { city: 'Hamburg', country: 'DE' }, contacts: [] },
  help: 'QuotesOrLicensing',
  value: { amount: '45000.5', currency: 'EUR' },
  closeDate: '2026-12-20',
  solutions: [],
  receivedAt: '2026-11-02T09:12:44.123Z',
};

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: that is what is tried
/** What a sender may try: markdown, mentions, expressions, entities, invisible and turning characters. */
export const hostileText =
  '[Free gift](https://evil.example) **ACME** <at>everyone</at> ${name} {{DATE(2020-01-01T00:00:00Z)}} _x_ `rm -rf` ' +
  '&lt;at&gt;all&lt;/at&gt; <b>bold</b> javascript:alert(1) \u202egnp.exe\u202c a\u200bb\u0000\u0007';

/** `inbound-hostile-text.json`, with every other field of a sender made hostile too. */
const hostileOpportunity: Opportunity = {
  name: hostileText.slice(0, 200),
  sender: { kind: 'partner', name: hostileText.slice(0, 200) },
  customer: {
    name: '[Free gift](https://evil.example) **ACME** <at>everyone</at> ${name}',
    address: { addressLine1: 'x\ny', city: '_Berlin_', postalCode: '10115', country: 'DE' },
    contacts: [
      {
        name: '<at>Reto</at> **Muster**',
        title: '[CEO](https://evil.example)',
        phone: '{{+49}} 30',
        email: '_a_@evil.example',
      },
    ],
  },
  help: 'Other',
  notes: `{{DATE(2020-01-01T00:00:00Z)}} javascript:alert(1)\n# Heading\n- list\n1. list\n\n\n${hostileText}\n${'wide '.repeat(600)}`,
  value: { amount: '1', currency: 'EUR' },
  closeDate: '2027-02-01',
  solutions: [
    { name: '`rm -rf` # heading' },
    ...Array.from({ length: 8 }, (_, at) => ({ name: `**${at}** ${hostileText.slice(0, 150)}` })),
  ],
  receivedAt: '2026-11-02T09:12:44.123Z',
};

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: that is what is tried

/** A deal that was received a day ago and waits for 13 days more. */
export function sampleDeal(opportunity: Opportunity = alpenmilch, changes: Partial<Deal> = {}): Deal {
  const deal: z.input<typeof Deal> = {
    id: 'deal-3Vd7cQZ0p8m1sKX2yLr4tWbNfGh',
    orgId: 'nordwind',
    kind: 'deal',
    schemaVersion: 1,
    changeId: '01',
    status: 'received',
    direction: 'inbound',
    parties:
      opportunity.sender.kind === 'microsoft' ? { microsoft: true, partners: 0 } : { microsoft: false, partners: 1 },
    source: 'partner-center',
    externalId: '10000001-0000-4000-8000-000000000001',
    contentHash: '0',
    route: { kind: 'partner-center' },
    opportunity,
    respondBy: '2026-11-16T09:12:44.123Z',
    ...(opportunity.value === undefined ? {} : { value: opportunity.value }),
    ...(opportunity.closeDate === undefined ? {} : { closeDate: opportunity.closeDate }),
    team: [],
    notes: [],
    history: [
      {
        what: 'received',
        by: { kind: 'sender', name: opportunity.sender.name },
        at: opportunity.receivedAt,
        from: 'api',
      },
    ],
    postings: [],
    notices: [],
    failedDeliveries: 0,
    ...changes,
  };
  return Deal.parse(deal);
}

const at = '2026-11-03T09:32:00.000Z';
const team = [
  { personId: 'person-a0000001-0000-4000-8000-000000000001', name: 'Ada Keller', email: 'ada.keller@nordwind.example' },
  { personId: 'person-a0000002-0000-4000-8000-000000000002', name: 'Ben Adler' },
];

function answered(
  status: 'accepted' | 'declined' | 'expired',
  changes: Partial<Deal> = {},
  opportunity = alpenmilch,
): Deal {
  const by: Doer = status === 'expired' ? { kind: 'clock' } : ada;
  return sampleDeal(opportunity, {
    status,
    answer: {
      status,
      by,
      at: status === 'expired' ? '2026-11-16T09:12:44.123Z' : at,
      from: status === 'expired' ? 'clock' : 'teams',
      ...(status === 'declined' ? { reason: 'timelineTooShort' as const } : {}),
    },
    ...(status === 'accepted' ? { name: 'Alpenmilch lakehouse pilot', team } : {}),
    ...changes,
  });
}

function closed(status: 'won' | 'lost'): Deal {
  const accepted = answered('accepted');
  return {
    ...accepted,
    status,
    history: [...accepted.history, { what: status, by: ada, at: '2027-02-26T15:00:00.000Z', from: 'teams' }],
  };
}

function notTold(reason: string): Partial<Deal> {
  const task = { kind: 'tellSender' } as const;
  return { notices: [{ id: 'tellSender', task, state: 'failed', dueAt: at, attempts: 8, revision: 1, reason }] };
}

function inStep(deal: Deal): Deal {
  return { ...deal, partnerCenter: { id: deal.externalId, invitations: {}, brought: broughtOf(deal) } };
}

function notSynced(reason: string): Partial<Deal> {
  const task = { kind: 'sync' } as const;
  return { notices: [{ id: 'sync', task, state: 'failed', dueAt: at, attempts: 1, revision: 1, reason }] };
}

export const deals = {
  received: sampleDeal(),
  partner: sampleDeal(contoso, { respondBy: '2026-11-06T08:00:00.000Z' }),
  lastDay: sampleDeal(hafen, { id: 'deal-last-day', respondBy: '2026-11-03T15:00:00.000Z' }),
  late: sampleDeal(hafen, { respondBy: '2026-11-03T09:00:00.000Z' }),
  bare: sampleDeal({
    sender: { kind: 'microsoft', name: 'Microsoft' },
    customer: { name: 'Tailspin Toys', address: {}, contacts: [] },
    solutions: [],
    receivedAt: '2026-11-02T09:12:44.123Z',
  }),
  accepted: answered('accepted'),
  acceptedElsewhere: answered('accepted', {
    answer: { status: 'accepted', by: { kind: 'sender', name: 'Microsoft' }, at, from: 'partner-center' },
    team: [],
  }),
  acceptedNotTold: answered('accepted', {
    route: { kind: 'partner-center' },
    ...notSynced('partner-center-not-connected'),
  }),
  refused: answered('accepted', {
    route: { kind: 'partner-center' },
    ...notSynced('partner-center-invalidRequest'),
    partnerCenter: { invitations: {}, refusal: { code: 'invalidRequest', text: 'closingDateTime is in the past', at } },
  }),
  overruled: {
    ...answered('expired', { route: { kind: 'partner-center' } }),
    partnerCenter: { invitations: {}, overruled: { status: 'accepted', personId: 'person-ada', at } },
  },
  onItsWay: answered('accepted', { route: { kind: 'partner-center' } }),
  inStep: inStep(answered('accepted', { route: { kind: 'partner-center' } })),
  declined: answered('declined'),
  declinedNotTold: answered('declined', notTold('callback 410'), contoso),
  expired: answered('expired'),
  won: closed('won'),
  lost: closed('lost'),
  hostile: sampleDeal(hostileOpportunity),
  hostileAccepted: answered(
    'accepted',
    {
      name: hostileText.slice(0, 200),
      team: [{ name: hostileText.slice(0, 200) }],
      answer: { status: 'accepted', by: { kind: 'person', name: hostileText }, at, from: 'teams' },
      ...notTold('callback 410'),
    },
    hostileOpportunity,
  ),
} satisfies Record<string, Deal>;

const me = 'person-a0000001-0000-4000-8000-000000000001';
const ben: Doer = { kind: 'person', personId: 'person-a0000002-0000-4000-8000-000000000002', name: 'Ben Adler' };

/** One of the organisation's own, with everything on it. */
function whole(changes: Partial<Deal> = {}): Deal {
  const solutions = [
    { id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator', kind: 'own' as const, eligible: true },
    { id: 'MS-FABRIC', name: 'Microsoft Fabric', kind: 'microsoft' as const },
  ];
  const value = { amount: '150000.5', currency: 'EUR' };
  const invitation = {
    closeDate: '2027-02-15',
    value: { amount: '40000', currency: 'EUR' },
    notes: 'We need your security practice.',
    team,
    solutions: [{ name: 'Managed Detection and Response' }],
    help: 'GeneralOrOther' as const,
    sentAt: '2026-10-20T08:00:00.000Z',
    respondBy: '2026-11-09T08:00:00.000Z',
    sequence: 1,
  };
  const fabrikam = {
    ...invitation,
    id: 'invitation-1',
    partner: { id: '7654321', name: 'Fabrikam Cloud Ltd' },
    status: 'accepted' as const,
    partnerTeam: [{ name: 'Fay Lindqvist', email: 'fay@fabrikam.example', phone: '+353 1 000 0001' }],
  };
  const adatum = {
    ...invitation,
    id: 'invitation-2',
    partner: { id: '7654322', name: 'Adatum Managed Services' },
    status: 'received' as const,
    partnerTeam: [],
    value: { amount: '15000', currency: 'EUR' },
  };
  const microsoft = {
    help: 'ProofOfConceptOrDemo' as const,
    notes: 'A pilot on the new store data, with an architect for two days.',
    askedAt: '2026-10-28T08:00:00.000Z',
    answerBy: '2026-11-11T08:00:00.000Z',
    status: 'waiting' as const,
  };
  return {
    ...sampleDeal({
      ...contoso,
      name: 'Contoso store rollout',
      notes: undefined,
      help: undefined,
      sender: { kind: 'own', name: 'Nordwind Consulting GmbH' },
      customer: {
        ...contoso.customer,
        address: { addressLine1: '12 Harbour Road', city: 'Dublin', postalCode: 'D01 X2Y3', country: 'IE' },
        duns: '480000002',
        contacts: [{ name: 'Nora Byrne', title: 'CIO', phone: '+353 1 000 0002', email: 'nora.byrne@contoso.example' }],
      },
    }),
    id: 'deal-whole',
    status: 'accepted',
    direction: 'outbound',
    route: { kind: 'none' },
    parties: { microsoft: true, partners: 2 },
    name: 'Contoso store rollout',
    value,
    closeDate: '2027-02-28',
    solutions,
    crmId: 'CRM-2026-00417',
    campaignId: 'SPRING-27',
    team: team.map((member) => ({
      ...member,
      email: member.email ?? 'ben.adler@nordwind.example',
      phone: '+43 660 000001',
    })),
    notes: [
      { text: 'Kick-off with the CIO went well.', by: ada, at: '2026-10-20T08:30:00.000Z' },
      {
        text: 'They want one view of all stores.\nBudget is approved until summer.',
        by: ben,
        at: '2026-10-29T14:05:00.000Z',
      },
    ],
    microsoft,
    contactConsent: true,
    invitations: [fabrikam, adatum],
    favouriteOf: [me],
    history: [
      { what: 'created', by: ada, at: '2026-10-20T08:00:00.000Z', from: 'teams' },
      {
        what: 'partnerInvited',
        by: ada,
        at: '2026-10-20T08:00:01.000Z',
        from: 'teams',
        changes: { invitation: { after: { id: fabrikam.id, partner: fabrikam.partner.name, status: 'received' } } },
      },
      { what: 'noted', by: ada, at: '2026-10-20T08:30:00.000Z', from: 'teams' },
      {
        what: 'edited',
        by: ben,
        at: '2026-10-27T12:00:00.000Z',
        from: 'teams',
        changes: {
          value: { before: { amount: '120000', currency: 'EUR' }, after: value },
          closeDate: { before: '2027-01-31', after: '2027-02-28' },
          team: { before: [], after: [] },
        },
      },
      {
        what: 'partnerChanged',
        by: { kind: 'sender', name: 'Fabrikam Cloud Ltd' },
        at: '2026-10-27T13:00:00.000Z',
        from: 'organisation',
        changes: { invitations: { before: [{ ...fabrikam, status: 'received' }], after: [fabrikam] } },
      },
      {
        what: 'microsoftInvited',
        by: ada,
        at: '2026-10-28T08:00:00.000Z',
        from: 'teams',
        changes: { microsoft: { after: microsoft } },
      },
      { what: 'noted', by: ben, at: '2026-10-29T14:05:00.000Z', from: 'teams' },
      {
        what: 'partnerInvited',
        by: ben,
        at: '2026-11-02T08:00:00.000Z',
        from: 'teams',
        changes: { invitation: { after: { id: adatum.id, partner: adatum.partner.name, status: 'received' } } },
      },
    ],
    ...changes,
  };
}

/** After months: more of everything than a card shows at once. */
function longDeal(text = 'Called again. They are still comparing two offers.'): Deal {
  const deal = whole();
  const at = (number: number) => new Date(Date.UTC(2026, 4, 1 + number, 9)).toISOString();
  const [first] = deal.invitations;
  return {
    ...deal,
    notes: Array.from({ length: 14 }, (_, number) => ({ text: `${number + 1}. ${text}`, by: ben, at: at(number) })),
    history: [
      ...deal.history,
      ...Array.from({ length: 55 }, (_, number) => ({
        what: number % 2 === 0 ? ('noted' as const) : ('edited' as const),
        by: number % 3 === 0 ? { kind: 'clock' as const } : ben,
        at: at(number),
        from: 'teams' as const,
        changes: { name: { before: 'a', after: 'b' }, crmId: { after: 'CRM-1' } },
      })),
    ],
    team: Array.from({ length: 12 }, (_, number) => ({
      name: `Seller ${number + 1}`,
      email: `s${number}@nordwind.example`,
      phone: '+43 1 000',
    })),
    invitations:
      first === undefined
        ? []
        : (['expired', 'declined', 'won', 'lost'] as const).map((status) => ({
            ...first,
            id: status,
            status,
            reason: status === 'declined' ? ('budget' as const) : undefined,
          })),
  };
}

/** What a deal's dialogs are, all of them. */
const allDialogs = [
  'deal.edit',
  'deal.team',
  'deal.solutions',
  'deal.note',
  'deal.microsoft',
  'deal.partner',
  'deal.won',
  'deal.lost',
];

function wholeCard(reader: Reader, changes: Partial<DealCardInput> = {}): Rendered {
  return dealCard({
    deal: whole(),
    reader,
    now,
    organisation: 'Nordwind Consulting GmbH',
    may: { answer: false, contact: true, change: false, dialogs: allDialogs },
    favourite: true,
    ...changes,
  });
}

function listCard(reader: Reader, changes: Partial<DealListInput> = {}): Rendered {
  return dealListCard({
    list: 'everything',
    deals: [
      whole(),
      deals.received,
      { ...deals.accepted, closeDate: '2026-10-30' },
      deals.won,
      { ...deals.expired, id: 'deal-5' },
    ],
    reader,
    now,
    organisation: 'Nordwind Consulting GmbH',
    me,
    filters: {},
    ...changes,
  });
}

function summarised(reader: Reader, changes: Partial<SummaryInput> = {}): Rendered {
  return summaryCard({
    summary: {
      received: {
        count: 4,
        sums: [
          { amount: '120000', currency: 'CHF' },
          { amount: '125000.5', currency: 'EUR' },
        ],
      },
      accepted: {
        count: 12,
        sums: ['EUR', 'CHF', 'GBP', 'USD', 'SEK'].map((currency, at) => ({
          amount: String(1_250_000 - at * 3000),
          currency,
        })),
      },
      won: { count: 3, sums: [{ amount: '340000', currency: 'EUR' }] },
      lost: { count: 1, sums: [{ amount: '80000', currency: 'EUR' }] },
      expiring: [deals.lastDay, deals.partner],
      overdue: [{ ...deals.accepted, closeDate: '2026-10-12' }],
      answers: { accepted: 6, declined: 1, expired: 1, medianMilliseconds: 1.46 * 86_400_000 },
      leftOut: [],
    },
    scope: 'mine',
    reader,
    now,
    organisation: 'Nordwind Consulting GmbH',
    alone: true,
    ...changes,
  });
}

const filterForm = {
  customer: 'contoso',
  status: 'accepted',
  type: 'cosell',
  countries: 'DE, IE',
  min: '50000',
  max: '250000',
  currency: 'EUR',
  from: '2026-01-01',
  to: '2027-12-31',
};

const accept: AcceptInputs = {
  name: 'Alpenmilch AG – Lakehouse Accelerator',
  amount: '120000',
  currency: 'CHF',
  closeDate: '2027-03-31',
  notes: '',
  crmId: '',
  campaignId: '',
  phone: '+43 660 000001',
  colleagues: '',
};
export const acceptTyped = {
  right: accept,
  /** As it happens: two slips. */
  slips: {
    ...accept,
    name: '',
    amount: '120.000,–',
    notes: 'They want one view of milk deliveries, from farm to shop.',
  },
  /** As somebody typed it, with an error at every field. */
  wrong: {
    name: '',
    amount: '120.000,–',
    currency: 'XXX',
    closeDate: '31.03.2027',
    notes: 'They want one view of milk deliveries, from farm to shop.',
    crmId: 'CRM-'.repeat(26),
    campaignId: 'SPRING'.repeat(17),
    phone: 'ask Ben',
    colleagues: 'a0000002-0000-4000-8000-000000000002,a0000009-0000-4000-8000-000000000009',
  },
  past: { ...accept, amount: '120000.5', closeDate: '2026-10-31' },
} satisfies Record<string, AcceptInputs>;

export const colleagues = [
  { id: 'a0000002-0000-4000-8000-000000000002', name: 'Ben Adler' },
  { id: 'a0000003-0000-4000-8000-000000000003', name: 'Cem Demir' },
];

export const acceptErrors = [
  refusal('nameMissing', 'A1', 'name'),
  refusal('amountInvalid', 'E3', 'amount'),
  refusal('currencyInvalid', 'E3', 'currency'),
  refusal('closeDateInvalid', 'E3', 'closeDate'),
  refusal('notesTooLong', 'E3', 'notes'),
  refusal('crmIdTooLong', 'E3', 'crmId'),
  refusal('campaignIdTooLong', 'E3', 'campaignId'),
  refusal('phoneInvalid', 'C5', 'phone'),
  refusal('colleagueUnknown', 'A2', 'colleagues'),
];

export const filterInputs: FilterInputs = {
  type: 'cosell',
  countries: 'DE, AT',
  amount: '50000',
  currency: 'EUR',
  solution: 'lakehouse',
};

type Look = 'light' | 'dark' | 'phone';

interface Sample {
  card: string;
  state: string;
  render(reader: Reader): Rendered;
  /** What `npm run cards` draws of it. */
  drawn: Record<Reader['language'], Look[]>;
}

const drawings = {
  /** Held against the rules, but looks much like another. */
  no: { en: [], de: [] },
  once: { en: ['light'], de: [] },
  both: { en: ['light'], de: ['light'] },
  dark: { en: ['light', 'dark'], de: ['light'] },
  phone: { en: ['light', 'phone'], de: ['light', 'phone'] },
  main: { en: ['light', 'dark', 'phone'], de: ['light', 'phone'] },
} satisfies Record<string, Sample['drawn']>;

function sample(card: string, state: string, render: Sample['render'], drawing: keyof typeof drawings): Sample {
  return { card, state, render, drawn: drawings[drawing] };
}

function page(reader: Reader, shown: Deal[], more: { cursor?: string; next?: string } = {}): Rendered {
  return inboundCard({ deals: shown, reader, now, me, organisation: 'Nordwind Consulting GmbH', ...more });
}

const draftLines: DraftLine[] = [
  { draftId: 'draft-1', title: 'create.title', about: 'Hafen & Söhne KG', until: '2026-12-03T09:00:00.000Z' },
  { draftId: 'draft-2', title: 'create.title', about: '', until: '2026-12-02T15:30:00.000Z' },
  {
    draftId: 'draft-3',
    title: 'partner.title',
    about: 'Alpenmilch AG',
    until: '2026-12-01T08:00:00.000Z',
    dealId: 'deal-1',
  },
];

type FormStep = Pick<DialogInput, 'title' | 'deal' | 'next' | 'errors'> & { step: [title: TextKey, at: number] };

/** A step of a dialog, as `bot/dialogs/` would make it. */
function dialogStep(reader: Reader, { step: [title, at], ...about }: FormStep, fields: readonly FormField[]): Rendered {
  const of = about.deal === undefined ? 8 : 2;
  const draft = { id: 'draft-1', sequence: 7 };
  return dialogCard({ reader, draft, fields, step: { id: 'step', title, at, of }, ...about });
}

/** C1: two of one name in one town. */
function customerStep(reader: Reader, name = 'Contoso Retail'): Rendered {
  const say = (key: TextKey) => text(reader.language, key as 'busy');
  const found = ['7 Liffey Street, D02 X285 Dublin', '44 Harbour Road, D02 X285 Dublin'];
  return dialogStep(reader, { title: 'create.title', step: ['create.customer', 1], next: 'dialog.next', errors: [] }, [
    {
      kind: 'choice',
      id: 'country',
      label: say('customer.country'),
      value: '',
      choices: [{ title: say('customer.anyCountry'), value: '' }],
      placeholder: say('customer.anyCountry'),
    },
    {
      kind: 'search',
      id: 'customer',
      label: say('create.customer'),
      value: '',
      choices: found.map((title, at) => ({ title: `${name} · ${title}`, value: `C-${at}` })),
      dataset: 'customers',
      placeholder: say('dialog.typeName'),
    },
    { kind: 'text', id: 'customerName', label: say('customer.findByName'), value: name },
    {
      kind: 'button',
      buttons: [
        { title: say('dialog.find'), what: 'find' },
        { title: say('customer.byHand'), what: 'byHand' },
      ],
    },
    ...found.map((address, at): FormField => {
      const value = `${address}\n${text(reader.language, 'customer.dunsNumber', { duns: `48000000${at}` })}`;
      const buttons = [{ title: say('dialog.choose'), tooltip: `${name}, ${address}`, what: 'pick', item: `C-${at}` }];
      return { kind: 'row', label: name, value, buttons };
    }),
    { kind: 'hint', label: say('dialog.typeMore') },
  ]);
}

/** For somebody of the team. `asks`: whether they are sure to give their changes up. */
function refusedDeal(reader: Reader, asks = false): Rendered {
  const deal = deals.refused;
  return dealCard({
    deal,
    reader,
    now,
    organisation: 'Nordwind Consulting GmbH',
    may: { answer: false, contact: true, change: true, dialogs: ['deal.note', 'deal.edit', 'deal.won', 'deal.lost'] },
    favourite: false,
    asksToTakeOver: asks,
    ...(asks ? { banner: { tone: 'warning', text: takeOverWarning(deal, reader.language) } } : {}),
  });
}

/** Two slips; also the other kinds of fields. */
function detailsStep(reader: Reader): Rendered {
  const say = (key: TextKey) => text(reader.language, key as 'busy');
  const errors = [refusal('closeDatePast', 'E3', 'closeDate'), refusal('consentMissing', 'C3', 'consent')];
  return dialogStep(reader, { title: 'create.title', step: ['edit.details', 3], next: 'dialog.next', errors }, [
    { kind: 'text', id: 'name', label: say('accept.name'), value: 'Contoso store rollout', required: true },
    { kind: 'amount', id: 'amount', label: say('accept.amount'), value: '150000.50', required: true },
    { kind: 'choice', id: 'currency', label: say('accept.currency'), value: '', required: true, choices: [] },
    {
      kind: 'date',
      id: 'closeDate',
      label: say('accept.closeDate'),
      value: '2026-10-31',
      required: true,
      earliest: '2026-11-03',
    },
    {
      kind: 'text',
      id: 'notes',
      label: say('accept.notes'),
      value: '',
      hint: say('accept.notesHint'),
      multiline: true,
      maxLength: 4000,
    },
    { kind: 'heading', label: say('microsoft.contact'), separator: true },
    {
      kind: 'toggle',
      id: 'consent',
      label: say('microsoft.consent'),
      statement: say('microsoft.consentYes'),
      value: false,
      hint: say('microsoft.consentHint'),
    },
  ]);
}

/** W1, G3: both warnings. */
function wonStep(reader: Reader): Rendered {
  const say = (key: TextKey) => text(reader.language, key as 'busy');
  const about = { title: 'won.title', deal: deals.accepted, next: 'dialog.next', errors: [] } as const;
  return dialogStep(reader, { ...about, step: ['won.outcome', 1] }, [
    { kind: 'warning', label: say('won.final') },
    { kind: 'hint', label: say('won.why') },
    { kind: 'warning', label: say('won.young') },
    { kind: 'amount', id: 'amount', label: say('won.amount'), value: '', required: true },
    { kind: 'date', id: 'closeDate', label: say('won.closeDate'), value: '2026-11-03', required: true },
  ]);
}

function reviewStep(reader: Reader, said = 'They know the stores.\nPhase one was theirs.'): Rendered {
  const say = (key: TextKey) => text(reader.language, key as 'busy');
  const about = { title: 'partner.title', deal: deals.accepted, next: 'partner.send', errors: [] } as const;
  return dialogStep(reader, { ...about, step: ['dialog.review', 2] }, [
    { kind: 'heading', label: say('create.becomes.p2p') },
    { kind: 'warning', label: say('partner.final') },
    {
      kind: 'row',
      label: 'Fabrikam Cloud Ltd',
      value: said,
      buttons: [{ title: say('dialog.remove'), tooltip: said, what: 'remove', item: '0' }],
      separator: true,
    },
    { kind: 'fact', label: say('partner.notes'), value: said },
    { kind: 'fact', label: say('partner.solutions'), value: 'Managed Detection and Response\nMicrosoft Fabric' },
  ]);
}

/** A deal with one invitation, as its partner has answered it. */
function answeredBy(status: Deal['invitations'][number]['status']): Deal {
  const deal = whole();
  const [first] = deal.invitations;
  if (first === undefined) throw new Error('no invitation');
  const reason = status === 'declined' || status === 'lost' ? ('timelineTooShort' as const) : undefined;
  return { ...deal, invitations: [{ ...first, id: 'answered', status, answeredAt: at, reason }] };
}

export const samples: Sample[] = [
  sample('opportunity', 'received', (reader) => opportunityCard({ deal: deals.received, reader, now }), 'main'),
  sample(
    'opportunity',
    'contact',
    (reader) => opportunityCard({ deal: deals.received, reader, now, contact: true }),
    'dark',
  ),
  sample(
    'opportunity',
    'from-partner',
    (reader) => opportunityCard({ deal: deals.partner, reader, now, place: { list: 'inbound' } }),
    'both',
  ),
  sample('opportunity', 'last-day', (reader) => opportunityCard({ deal: deals.lastDay, reader, now }), 'both'),
  sample('opportunity', 'bare', (reader) => opportunityCard({ deal: deals.bare, reader, now }), 'no'),
  sample('opportunity', 'time-is-up', (reader) => opportunityCard({ deal: deals.late, reader, now }), 'no'),
  sample('opportunity', 'accepted', (reader) => opportunityCard({ deal: deals.accepted, reader, now }), 'main'),
  sample(
    'opportunity',
    'accepted-in-channel',
    (reader) => opportunityCard({ deal: deals.accepted, reader, now, shared: true }),
    'main',
  ),
  sample(
    'opportunity',
    'won-in-channel',
    (reader) => opportunityCard({ deal: deals.won, reader, now, shared: true }),
    'both',
  ),
  sample(
    'opportunity',
    'accepted-contact',
    (reader) => opportunityCard({ deal: deals.accepted, reader, now, contact: true }),
    'no',
  ),
  sample(
    'opportunity',
    'accepted-just-now',
    (reader) =>
      opportunityCard({
        deal: deals.accepted,
        reader,
        now,
        banner: { tone: 'good', text: text(reader.language, 'youAccepted') },
        dialogs: ['deal.won', 'deal.lost'],
        place: { list: 'inbound', cursor: 'p2' },
      }),
    'main',
  ),
  sample(
    'opportunity',
    'accepted-elsewhere',
    (reader) => opportunityCard({ deal: deals.acceptedElsewhere, reader, now }),
    'both',
  ),
  sample(
    'opportunity',
    'accepted-not-told',
    (reader) => opportunityCard({ deal: deals.acceptedNotTold, reader, now }),
    'dark',
  ),
  sample(
    'opportunity',
    'too-late',
    (reader) =>
      opportunityCard({
        deal: deals.accepted,
        reader,
        now,
        banner: {
          tone: 'attention',
          text: refusalText(refusal('alreadyAccepted', 'A4'), reader, { by: 'Ada Keller', at }),
        },
      }),
    'both',
  ),
  sample('opportunity', 'in-step', (reader) => opportunityCard({ deal: deals.inStep, reader, now }), 'no'),
  sample('opportunity', 'on-its-way', (reader) => opportunityCard({ deal: deals.onItsWay, reader, now }), 'no'),
  sample(
    'opportunity',
    'refused',
    (reader) => opportunityCard({ deal: deals.refused, reader, now, shared: true }),
    'both',
  ),
  sample('opportunity', 'declined', (reader) => opportunityCard({ deal: deals.declined, reader, now }), 'dark'),
  sample(
    'opportunity',
    'declined-not-told',
    (reader) => opportunityCard({ deal: deals.declinedNotTold, reader, now }),
    'no',
  ),
  sample('opportunity', 'expired', (reader) => opportunityCard({ deal: deals.expired, reader, now }), 'both'),
  sample('opportunity', 'won', (reader) => opportunityCard({ deal: deals.won, reader, now }), 'both'),
  sample(
    'opportunity',
    'won-just-now',
    (reader) =>
      opportunityCard({
        deal: deals.won,
        reader,
        now,
        banner: { tone: 'good', text: text(reader.language, 'won.doneRegister') },
        dialogs: ['deal.register'],
      }),
    'both',
  ),
  sample('opportunity', 'lost', (reader) => opportunityCard({ deal: deals.lost, reader, now }), 'both'),
  sample(
    'opportunity',
    'hostile',
    (reader) => opportunityCard({ deal: deals.hostile, reader, now, contact: true }),
    'once',
  ),
  sample(
    'opportunity',
    'hostile-accepted-in-channel',
    (reader) => opportunityCard({ deal: deals.hostileAccepted, reader, now, shared: true }),
    'no',
  ),
  sample(
    'opportunity',
    'hostile-accepted',
    (reader) =>
      opportunityCard({
        deal: deals.hostileAccepted,
        reader,
        now,
        banner: { tone: 'warning', text: hostileText },
      }),
    'no',
  ),

  sample(
    'accept-form',
    'empty',
    (reader) =>
      acceptFormCard({
        deal: deals.received,
        reader,
        now,
        values: acceptTyped.right,
        errors: [],
        colleagues,
        me: 'Ada Keller',
      }),
    'main',
  ),
  sample(
    'accept-form',
    'slips',
    (reader) =>
      acceptFormCard({
        deal: deals.received,
        reader,
        now,
        values: acceptTyped.slips,
        errors: [refusal('nameMissing', 'A1', 'name'), refusal('amountInvalid', 'E3', 'amount')],
        colleagues,
        me: 'Ada Keller',
      }),
    'both',
  ),
  sample(
    'accept-form',
    'more',
    (reader) =>
      acceptFormCard({
        deal: deals.received,
        reader,
        now,
        values: { ...accept, crmId: 'CRM-'.repeat(26) },
        errors: [refusal('crmIdTooLong', 'E3', 'crmId')],
        colleagues,
        me: 'Ada Keller',
      }),
    'once',
  ),
  sample(
    'accept-form',
    'errors',
    (reader) =>
      acceptFormCard({
        deal: deals.received,
        reader,
        now,
        values: acceptTyped.wrong,
        errors: acceptErrors,
        colleagues,
        me: 'Ada Keller',
        place: { list: 'inbound' },
      }),
    'no',
  ),
  sample(
    'accept-form',
    'date-past',
    (reader) =>
      acceptFormCard({
        deal: deals.received,
        reader,
        now,
        values: acceptTyped.past,
        errors: [refusal('closeDatePast', 'E3', 'closeDate')],
        colleagues,
        me: 'Ada Keller',
      }),
    'no',
  ),
  sample(
    'accept-form',
    'hostile',
    (reader) =>
      acceptFormCard({
        deal: deals.hostile,
        reader,
        now,
        values: {
          ...acceptTyped.right,
          amount: '',
          name: hostileText.slice(0, 200),
          currency: '**x**',
          colleagues: 'x',
        },
        errors: [refusal('archived', 'L6')],
        banner: { tone: 'neutral', text: hostileText },
        colleagues: [{ id: 'x', name: hostileText }],
        me: hostileText,
      }),
    'no',
  ),

  sample(
    'decline-form',
    'empty',
    (reader) => declineFormCard({ deal: deals.received, reader, now, values: { reason: '', notes: '' }, errors: [] }),
    'phone',
  ),
  sample(
    'decline-form',
    'errors',
    (reader) =>
      declineFormCard({
        deal: deals.partner,
        reader,
        now,
        values: { reason: 'other', notes: '' },
        errors: [refusal('notesNeeded', 'D2', 'notes')],
        place: { list: 'inbound', cursor: 'p2' },
      }),
    'both',
  ),
  sample(
    'decline-form',
    'hostile',
    (reader) => declineFormCard({ deal: deals.hostile, reader, now, values: { reason: '', notes: '' }, errors: [] }),
    'no',
  ),

  sample(
    'inbound',
    'first-page',
    (reader) =>
      page(reader, [deals.lastDay, deals.partner, deals.received, deals.bare, { ...deals.received, id: 'deal-5' }], {
        next: 'p2',
      }),
    'main',
  ),
  sample('inbound', 'last-page', (reader) => page(reader, [deals.received], { cursor: 'p2' }), 'no'),
  sample('inbound', 'empty', (reader) => page(reader, []), 'both'),
  sample('inbound', 'empty-page', (reader) => page(reader, [], { cursor: 'p2' }), 'no'),
  sample(
    'inbound',
    'hostile',
    (reader) =>
      inboundCard({
        deals: [deals.hostile],
        reader,
        now,
        organisation: hostileText,
      }),
    'no',
  ),

  sample('reminder', 'days', (reader) => reminderCard({ deal: deals.partner, reader, now, days: 3 }), 'both'),
  sample(
    'reminder',
    'personal',
    (reader) => reminderCard({ deal: deals.partner, reader, now, days: 3, personal: true }),
    'both',
  ),
  sample('reminder', 'last', (reader) => reminderCard({ deal: deals.lastDay, reader, now, days: 1 }), 'dark'),
  sample('reminder', 'hostile', (reader) => reminderCard({ deal: deals.hostile, reader, now, days: 7 }), 'no'),
  sample('expired', 'thread', (reader) => expiredCard({ deal: deals.expired, reader }), 'both'),
  sample('expired', 'hostile', (reader) => expiredCard({ deal: deals.hostile, reader }), 'no'),
  sample(
    'answer',
    'accepted',
    (reader) => answerCard({ deal: deals.accepted, reader, organisation: 'Nordwind Consulting GmbH' }),
    'both',
  ),
  sample(
    'answer',
    'declined',
    (reader) => answerCard({ deal: deals.declined, reader, organisation: 'Nordwind Consulting GmbH' }),
    'both',
  ),
  sample(
    'answer',
    'expired',
    (reader) => answerCard({ deal: deals.expired, reader, organisation: 'Nordwind Consulting GmbH' }),
    'both',
  ),
  sample(
    'answer',
    'hostile',
    (reader) => answerCard({ deal: deals.hostileAccepted, reader, organisation: hostileText }),
    'no',
  ),

  sample('deal', 'refused', (reader) => refusedDeal(reader), 'both'),
  sample('deal', 'take-over', (reader) => refusedDeal(reader, true), 'both'),
  sample(
    'partner-center',
    'overruled',
    (reader) => partyAnsweredCard({ deal: deals.overruled, reader, party: 'partnerCenter' }),
    'both',
  ),
  sample(
    'partner-center',
    'importing',
    (reader) => partnerCenterCard({ reader, news: { what: 'importing', read: 1200, unreadable: 0 } }),
    'no',
  ),
  sample(
    'partner-center',
    'imported',
    (reader) => partnerCenterCard({ reader, news: { what: 'imported', read: 3400, unreadable: 2 } }),
    'both',
  ),
  sample(
    'partner-center',
    'disconnected',
    (reader) => partnerCenterCard({ reader, news: { what: 'disconnected', reason: 'revoked', code: 'AADSTS50173' } }),
    'dark',
  ),
  sample('partner-center', 'forbidden', (reader) => partnerCenterCard({ reader, news: { what: 'forbidden' } }), 'no'),

  sample(
    'welcome',
    'channel',
    (reader) => welcomeCard({ reader, scope: 'channel', organisation: 'Nordwind Consulting GmbH' }),
    'phone',
  ),
  sample(
    'welcome',
    'personal',
    (reader) => welcomeCard({ reader, scope: 'personal', organisation: 'Nordwind Consulting GmbH' }),
    'no',
  ),
  sample('welcome', 'not-set-up', (reader) => welcomeCard({ reader, scope: 'groupChat' }), 'both'),
  sample(
    'welcome',
    'hostile',
    (reader) => welcomeCard({ reader, scope: 'groupChat', organisation: hostileText }),
    'no',
  ),
  sample('help', 'seller', (reader) => helpCard({ reader, scope: 'personal', admin: false }), 'no'),
  sample('help', 'admin', (reader) => helpCard({ reader, scope: 'channel', admin: true }), 'phone'),
  sample('language', 'ask', (reader) => languageCard({ reader }), 'both'),
  sample('language', 'confirmed', (reader) => languageCard({ reader, confirmed: true }), 'no'),

  sample(
    'subscription',
    'all',
    (reader) => subscriptionCard({ reader, filters: {}, state: 'active', scope: 'channel', by: 'Ada Keller' }),
    'no',
  ),
  sample(
    'subscription',
    'filtered',
    (reader) =>
      subscriptionCard({
        reader,
        filters: {
          type: 'cosell',
          countries: ['DE', 'AT', 'CH'],
          minimumValue: { amount: '50000', currency: 'EUR' },
          solution: 'lakehouse',
        },
        state: 'active',
        scope: 'channel',
        by: 'Ada Keller',
      }),
    'both',
  ),
  sample(
    'subscription',
    'ended',
    (reader) => subscriptionCard({ reader, filters: {}, state: 'ended', scope: 'personal' }),
    'both',
  ),
  sample(
    'subscription',
    'hostile',
    (reader) =>
      subscriptionCard({
        reader,
        filters: { type: 'p2p', solution: hostileText.slice(0, 100) },
        state: 'active',
        scope: 'groupChat',
        by: hostileText,
      }),
    'no',
  ),
  sample('filters-form', 'filled', (reader) => filtersFormCard({ reader, values: filterInputs, errors: [] }), 'both'),
  sample(
    'filters-form',
    'errors',
    (reader) =>
      filtersFormCard({
        reader,
        values: { type: 'cosell', countries: 'Germany', amount: 'a lot', currency: '', solution: 'x'.repeat(101) },
        errors: [
          { field: 'type', code: 'typeInvalid' },
          { field: 'countries', code: 'countryInvalid' },
          { field: 'amount', code: 'amountInvalid' },
          { field: 'currency', code: 'currencyInvalid' },
          { field: 'solution', code: 'solutionTooLong' },
        ],
      }),
    'both',
  ),
  sample(
    'roles',
    'list',
    (reader) =>
      rolesCard({
        reader,
        people: [
          { name: 'Ada Keller', email: 'ada.keller@nordwind.example', roles: ['referralsAdmin'] },
          { name: 'Ben Adler', email: 'ben.adler@nordwind.example', roles: ['referralsUser'] },
          { name: 'Cem Demir', roles: ['partnerAdmin', 'referralsUser'] },
        ],
        banner: { tone: 'good', text: text(reader.language, 'rolesSet') },
      }),
    'both',
  ),
  sample('roles', 'empty', (reader) => rolesCard({ reader, people: [] }), 'no'),
  sample(
    'roles',
    'hostile',
    (reader) =>
      rolesCard({
        reader,
        people: Array.from({ length: 31 }, () => ({ name: hostileText, email: hostileText, roles: [] })),
      }),
    'no',
  ),

  sample('deal-card', 'outbound', (reader) => wholeCard(reader), 'main'),
  sample(
    'deal-card',
    'received',
    (reader) =>
      wholeCard(reader, {
        deal: deals.received,
        may: { answer: true, contact: true, change: false, dialogs: [] },
        favourite: false,
        place: { list: 'allInbound', cursor: 'p2' },
      }),
    'both',
  ),
  sample(
    'deal-card',
    'accepted',
    (reader) =>
      wholeCard(reader, {
        deal: {
          ...deals.accepted,
          opportunity: { ...alpenmilch, team: [{ name: 'Mia Larsen', email: 'mia@microsoft.example' }] },
        },
        may: { answer: false, contact: false, change: false, dialogs: [] },
        place: { list: 'mine', filters: { status: 'accepted' } },
      }),
    'no',
  ),
  sample(
    'deal-card',
    'won',
    (reader) =>
      wholeCard(reader, {
        deal: whole({
          status: 'won',
          microsoft: undefined,
          invitations: [],
          outcome: { status: 'won', by: ada, at, from: 'teams' },
          history: [...whole().history, { what: 'won', by: ada, at, from: 'teams' }],
          registration: {
            status: 'actionRequired',
            contractType: 'new',
            contractValue: { amount: '150000.5', currency: 'EUR' },
            solution: { name: 'Lakehouse Accelerator' },
            solutionValue: { amount: '90000', currency: 'EUR' },
            deployedOn: 'azure',
            tenant: 'customer',
            signedOn: '2026-11-02',
            startsOn: '2026-12-01',
            contact: { name: 'Nora Byrne', email: 'nora.byrne@contoso.example', phone: '+353 1 000 0002' },
            by: ada,
            at,
          },
        }),
        may: { answer: false, contact: true, change: false, dialogs: ['deal.register'] },
        favourite: false,
        place: { list: 'archive' },
      }),
    'both',
  ),
  sample(
    'deal-card',
    'lost',
    (reader) =>
      wholeCard(reader, {
        deal: whole({
          status: 'lost',
          microsoft: { ...(whole().microsoft as NonNullable<Deal['microsoft']>), status: 'declined' },
          outcome: { status: 'lost', by: ada, at, from: 'teams', reason: 'otherVendor' },
        }),
        may: { answer: false, contact: false, change: false, dialogs: [] },
      }),
    'no',
  ),
  sample(
    'deal-card',
    'microsoft-silent',
    (reader) => wholeCard(reader, { now: Date.parse('2026-11-12T08:00:00.000Z') }),
    'no',
  ),
  sample(
    'deal-card',
    'microsoft-accepted',
    (reader) =>
      wholeCard(reader, {
        deal: whole({
          microsoft: {
            ...(whole().microsoft as NonNullable<Deal['microsoft']>),
            status: 'accepted',
            answeredAt: at,
            team: [
              { name: 'Mia Larsen', phone: '+1 425 000 0001', email: 'mia.larsen@microsoft.example' },
              { name: 'Jon Whitfield', email: 'jon.whitfield@microsoft.example' },
              { name: 'Priya Raman', phone: '+353 1 000 0003' },
              { name: 'Theo Brandt', email: 'theo.brandt@microsoft.example' },
            ],
          },
        }),
      }),
    'both',
  ),
  sample(
    'deal-card',
    'invited-here',
    (reader) =>
      wholeCard(reader, {
        deal: {
          ...deals.partner,
          inviterOutcome: { status: 'won', at },
          history: [
            ...deals.partner.history,
            ...(['accepted', 'declined', 'silent'] as const).map((status) => ({
              what: 'microsoftAnswered' as const,
              by: { kind: 'clock' as const },
              at,
              from: 'partner-center' as const,
              changes: { microsoft: { after: { status } } },
            })),
          ],
        },
        may: { answer: true, contact: true, change: false, dialogs: [] },
        banner: { tone: 'good', text: 'Hello' },
      }),
    'no',
  ),
  sample('deal-card', 'long', (reader) => wholeCard(reader, { deal: longDeal() }), 'once'),
  sample('deal-card', 'bare', (reader) => wholeCard(reader, { deal: { ...deals.bare, history: [] } }), 'no'),
  sample(
    'deal-card',
    'hostile',
    (reader) =>
      wholeCard(reader, {
        deal: {
          ...longDeal(hostileText),
          ...deals.hostileAccepted,
          microsoft: {
            ...(whole().microsoft as NonNullable<Deal['microsoft']>),
            notes: hostileText,
            status: 'accepted',
            team: [{ name: hostileText, email: hostileText, phone: hostileText }],
          },
          invitations: longDeal()
            .invitations.slice(0, 1)
            .map((one) => ({
              ...one,
              partner: { id: '1', name: hostileText },
              solutions: [{ name: hostileText }],
              partnerTeam: [{ name: hostileText, email: hostileText, phone: hostileText }],
            })),
          crmId: hostileText.slice(0, 100),
          campaignId: hostileText.slice(0, 100),
          history: [
            {
              what: 'partnerInvited',
              by: { kind: 'person', name: hostileText },
              at,
              from: 'teams',
              changes: { invitation: { after: { partner: hostileText } } },
            },
          ],
          notes: [{ text: hostileText, by: { kind: 'person', name: hostileText }, at }],
        },
        organisation: hostileText,
        banner: { tone: 'warning', text: hostileText },
      }),
    'no',
  ),
  sample(
    'deal-record',
    'notes',
    (reader) => dealRecordCard({ deal: longDeal(), reader, what: 'notes', page: 2 }),
    'both',
  ),
  sample(
    'deal-record',
    'history',
    (reader) => dealRecordCard({ deal: longDeal(), reader, what: 'history', page: 1, place: { list: 'mine' } }),
    'once',
  ),
  sample(
    'deal-record',
    'hostile',
    (reader) =>
      dealRecordCard({
        deal: { ...deals.hostile, notes: [{ text: hostileText, by: { kind: 'person', name: hostileText }, at }] },
        reader,
        what: 'notes',
        page: 9,
      }),
    'no',
  ),

  sample('deal-list', 'first-page', (reader) => listCard(reader, { next: { cursor: 'p2', full: true } }), 'main'),
  sample(
    'deal-list',
    'filtered',
    (reader) =>
      listCard(reader, {
        deals: [whole()],
        filters: {
          customer: 'contoso',
          status: 'accepted',
          type: 'cosell',
          countries: ['DE', 'IE'],
          value: { currency: 'EUR', from: '50000', to: '250000' },
          closes: { from: '2026-01-01', to: '2027-12-31' },
        },
        cursor: 'p2',
        next: { cursor: 'p3', full: false },
      }),
    'both',
  ),
  sample('deal-list', 'form', (reader) => listCard(reader, { deals: [], asking: true }), 'phone'),
  sample(
    'deal-list',
    'form-errors',
    (reader) =>
      listCard(reader, {
        deals: [],
        form: {
          values: { ...filterForm, countries: 'Germany', min: 'a lot', currency: '', from: '1.1.2026', to: 'soon' },
          faults: [
            { field: 'customer', code: 'tooLong' },
            { field: 'status', code: 'typeInvalid' },
            { field: 'countries', code: 'countryInvalid' },
            { field: 'min', code: 'amountInvalid' },
            { field: 'currency', code: 'currencyInvalid' },
            { field: 'from', code: 'dateInvalid' },
            { field: 'to', code: 'dateInvalid' },
          ],
        },
      }),
    'both',
  ),
  ...(['allInbound', 'outbound', 'favourites', 'archive', 'mine', 'everything'] as const).map((list) =>
    sample('deal-list', `empty-${list}`, (reader) => listCard(reader, { list, deals: [] }), 'no'),
  ),
  sample('deal-list', 'empty-page', (reader) => listCard(reader, { deals: [], cursor: 'p9' }), 'no'),
  sample(
    'deal-list',
    'hostile',
    (reader) =>
      listCard(reader, {
        deals: [deals.hostile, deals.hostileAccepted],
        organisation: hostileText,
        banner: { tone: 'good', text: hostileText },
      }),
    'no',
  ),
  sample(
    'deal-list-door',
    'outbound',
    (reader) =>
      dealListDoorCard({
        list: 'outbound',
        filters: { status: 'won' },
        reader,
        organisation: 'Nordwind Consulting GmbH',
      }),
    'both',
  ),
  sample(
    'deal-list-door',
    'hostile',
    (reader) =>
      dealListDoorCard({
        list: 'mine',
        filters: { status: 'won' },
        reader,
        organisation: hostileText,
      }),
    'no',
  ),
  sample('summary', 'mine', (reader) => summarised(reader), 'main'),
  sample('summary', 'organisation', (reader) => summarised(reader, { scope: 'organisation', alone: false }), 'both'),
  sample(
    'summary',
    'empty',
    (reader) =>
      summarised(reader, {
        summary: {
          received: { count: 0, sums: [] },
          accepted: { count: 2, sums: [] },
          won: { count: 0, sums: [] },
          lost: { count: 0, sums: [] },
          expiring: [],
          overdue: [],
          answers: { accepted: 0, declined: 0, expired: 0 },
          leftOut: ['active', 'archived'],
        },
        scope: 'organisation',
        seenBy: 'Ben Adler',
      }),
    'both',
  ),
  sample(
    'summary',
    'unanswered',
    (reader) =>
      summarised(reader, {
        summary: {
          received: { count: 1, sums: [] },
          accepted: { count: 0, sums: [] },
          won: { count: 0, sums: [] },
          lost: { count: 0, sums: [] },
          expiring: [deals.lastDay],
          overdue: [],
          answers: { accepted: 0, declined: 0, expired: 2 },
          leftOut: [],
        },
        alone: false,
      }),
    'no',
  ),
  sample(
    'summary',
    'hostile',
    (reader) =>
      summarised(reader, {
        summary: {
          received: { count: 1, sums: [{ amount: '1', currency: 'EUR' }] },
          accepted: { count: 1, sums: [] },
          won: { count: 0, sums: [] },
          lost: { count: 0, sums: [] },
          expiring: [deals.hostile],
          overdue: [deals.hostileAccepted],
          answers: { accepted: 1, declined: 0, expired: 0, medianMilliseconds: 60_000 },
          leftOut: [],
        },
        organisation: hostileText,
        seenBy: hostileText,
      }),
    'no',
  ),

  sample(
    'message',
    'refusal',
    (reader) =>
      messageCard({
        reader,
        tone: 'warning',
        text: refusalText(refusal('noRole', 'V1'), reader, { admins: ['Ada Keller', 'Ben Adler'] }),
      }),
    'both',
  ),
  sample(
    'message',
    'titled',
    (reader) =>
      messageCard({
        reader,
        tone: 'attention',
        title: text(reader.language, 'notFound'),
        text: text(reader.language, 'busy'),
      }),
    'no',
  ),
  sample('message', 'hostile', (reader) => messageCard({ reader, text: hostileText, title: hostileText }), 'no'),

  sample('dialog', 'customer', customerStep, 'main'),
  sample('dialog', 'details-errors', detailsStep, 'phone'),
  sample('dialog', 'won', wonStep, 'dark'),
  sample('dialog', 'review', reviewStep, 'both'),
  sample('dialog', 'hostile', (reader) => customerStep(reader, hostileText), 'no'),
  sample('dialog', 'hostile-review', (reader) => reviewStep(reader, hostileText), 'no'),
  sample(
    'draft',
    'saved',
    (reader) =>
      draftCard({
        reader,
        draftId: 'draft-1',
        title: 'edit.title',
        deal: deals.accepted,
        until: '2026-12-03T09:00:00.000Z',
      }),
    'both',
  ),
  sample('drafts', 'some', (reader) => draftsCard({ reader, drafts: draftLines, more: 2 }), 'both'),
  sample('drafts', 'none', (reader) => draftsCard({ reader, drafts: [], more: 0 }), 'no'),
  sample(
    'drafts',
    'hostile',
    (reader) => draftsCard({ reader, drafts: draftLines.map((line) => ({ ...line, about: hostileText })), more: 0 }),
    'no',
  ),

  ...(['2026-11-10', '2026-11-03', '2026-10-20'] as const).map((closeDate, at) =>
    sample(
      'deal-notice',
      ['closes-soon', 'closes-today', 'overdue'][at] ?? '',
      (reader) => closeReminderCard({ deal: whole({ closeDate }), reader, now }),
      at === 2 ? 'phone' : 'once',
    ),
  ),
  sample('deal-notice', 'team-member', (reader) => teamMemberCard({ deal: whole(), reader }), 'both'),
  sample('deal-notice', 'microsoft-silent', (reader) => microsoftSilentCard({ deal: whole(), reader }), 'both'),
  ...(['accepted', 'declined', 'expired', 'won', 'lost'] as const).map((status) =>
    sample(
      'deal-notice',
      `partner-${status}`,
      (reader) => partyAnsweredCard({ deal: answeredBy(status), reader, party: 'answered' }),
      status === 'declined' ? 'both' : status === 'accepted' ? 'main' : 'no',
    ),
  ),
  ...(['accepted', 'declined'] as const).map((status) =>
    sample(
      'deal-notice',
      `microsoft-${status}`,
      (reader) => {
        const deal = whole();
        const microsoft = deal.microsoft && { ...deal.microsoft, status };
        return partyAnsweredCard({ deal: { ...deal, microsoft }, reader, party: 'microsoft' });
      },
      'no',
    ),
  ),
  ...(['won', 'lost'] as const).map((status) =>
    sample(
      'deal-notice',
      `inviter-${status}`,
      (reader) =>
        partyAnsweredCard({ deal: { ...deals.partner, inviterOutcome: { status, at } }, reader, party: 'inviter' }),
      status === 'won' ? 'once' : 'no',
    ),
  ),
  sample(
    'deal-notice',
    'hostile',
    (reader) => {
      const deal = answeredBy('declined');
      const { customer } = deal.opportunity;
      const opportunity = { ...deal.opportunity, customer: { ...customer, name: hostileText } };
      const invitations = deal.invitations.map((one) => ({ ...one, partner: { ...one.partner, name: hostileText } }));
      return partyAnsweredCard({ deal: { ...deal, opportunity, invitations }, reader, party: 'answered' });
    },
    'no',
  ),
];

/** Those that hold hostile text: not worth a picture each, but every test. */
export function isHostile({ state }: Sample): boolean {
  return state.startsWith('hostile');
}
