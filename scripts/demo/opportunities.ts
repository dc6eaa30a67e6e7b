import type { Clock } from '../../src/clock.ts';

const minute = 60_000;
const day = 86_400_000;

/** Sample opportunities in the project's own schema, timed from now: something to accept, to decline, and to watch expire. */
export function sampleOpportunities(clock: Clock, run: string): object[] {
  const now = clock.now();
  const at = (milliseconds: number) => new Date(now + milliseconds).toISOString();
  const on = (days: number) => at(days * day).slice(0, 10);
  return [
    {
      externalId: `${run}-alpenmilch`,
      sender: { kind: 'microsoft', name: 'Microsoft' },
      customer: {
        name: 'Alpenmilch AG',
        size: '251to1000employees',
        address: { addressLine1: 'Seestrasse 12', postalCode: '8002', city: 'Zürich', country: 'CH' },
        contacts: [
          {
            name: 'Reto Muster',
            title: 'Head of Data',
            phone: '+41 44 000 00 01',
            email: 'reto.muster@alpenmilch.example',
          },
        ],
      },
      help: 'ProofOfConceptOrDemo',
      notes: 'Customer wants a pilot before summer. Can you lead the assessment?',
      value: { amount: '120000', currency: 'CHF' },
      closeDate: on(129),
      solutions: [{ id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator' }],
      respondBy: at(13 * day),
    },
    {
      externalId: `${run}-contoso`,
      name: 'Contoso store rollout',
      sender: { kind: 'partner', name: 'Fabrikam Cloud Ltd' },
      customer: {
        name: 'Contoso Retail',
        address: { addressLine1: '1 Market Sq', city: 'Dublin', country: 'IE' },
        contacts: [{ name: 'Aoife Byrne', phone: '+353 1 000 0002', email: 'aoife.byrne@contoso.example' }],
      },
      help: 'GeneralOrOther',
      notes: 'We need your security practice for phase two.',
      value: { amount: '80000', currency: 'EUR' },
      closeDate: on(54),
      solutions: [{ id: 'SOL-0002-DEF', name: 'Managed Detection and Response' }],
      // Its one-day reminder comes a minute after it arrived.
      respondBy: at(day + minute),
    },
    {
      externalId: `${run}-tailspin`,
      sender: { kind: 'microsoft', name: 'Microsoft' },
      customer: { name: 'Tailspin Toys', address: { city: 'Oslo', country: 'NO' }, contacts: [] },
      help: 'CustomerTechnicalArchitecture',
      notes: 'They compare three partners this week.',
      value: { amount: '30000', currency: 'NOK' },
      closeDate: on(160),
      solutions: [{ name: 'Cloud migration' }],
      respondBy: at(2 * minute),
    },
  ];
}

/** One more, for a channel that was just subscribed. */
export function anotherOpportunity(clock: Clock, id: string): object {
  const now = clock.now();
  return {
    externalId: id,
    sender: { kind: 'microsoft', name: 'Microsoft' },
    customer: {
      name: 'Hafen & Söhne KG',
      address: { addressLine1: 'Am Kai 3', postalCode: '20457', city: 'Hamburg', country: 'DE' },
      contacts: [{ name: 'Jan Hansen', phone: '+49 40 000003', email: 'jan.hansen@hafen.example' }],
    },
    help: 'QuotesOrLicensing',
    notes: 'Renewal is due in January; they ask who could take over the operations as well.',
    value: { amount: '45000.50', currency: 'EUR' },
    closeDate: new Date(now + 28 * day).toISOString().slice(0, 10),
    solutions: [
      { id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator' },
      { id: 'SOL-0002-DEF', name: 'Managed Detection and Response' },
    ],
    respondBy: new Date(now + 5 * day).toISOString(),
  };
}

/** What one that comes from Partner Center says otherwise than its usual ones. */
export function referralContent(): object {
  return {
    customerProfile: {
      name: 'Wide World Importers',
      size: '1001to5000employees',
      address: { addressLine1: '12 Quay Rd', city: 'Auckland', postalCode: '1010', country: 'NZ' },
      team: [
        { firstName: 'Mere', lastName: 'Tamihana', phoneNumber: '+64 9 000 0004', email: 'mere.tamihana@wwi.example' },
      ],
      ids: [],
    },
  };
}
