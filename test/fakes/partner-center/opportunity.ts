import type { WireReferral } from '../referrals.ts';
import type { Organisation } from './referral-store.ts';

/** An opportunity as it usually comes. `number`: makes names differ. */
export function usualOpportunity(number: number, from: Organisation, to: Organisation): WireReferral {
  return {
    target: [{ type: 'SolutionProfile', id: 'SOL-0001-ABC' }],
    customerProfile: {
      name: `Customer ${number} &amp; Sons`,
      size: '251to1000employees',
      isMatchingComplete: true,
      address: {
        addressLine1: 'Seestrasse 12',
        addressLine2: null,
        city: 'Zürich',
        state: null,
        postalCode: '8002',
        country: 'CH',
        region: null,
      },
      team: [
        {
          firstName: 'Reto',
          lastName: 'Muster',
          phoneNumber: '+41440000001',
          email: 'reto.muster@customer.example',
          title: null,
          contactPreference: { locale: null, disableNotifications: true },
        },
      ],
      ids: [{ profileType: 'Duns', id: '480000001' }],
    },
    details: {
      notes: null,
      dealValue: 120000,
      currency: 'CHF',
      closingDateTime: '2027-03-31T00:00:00Z',
      customerRequestedContact: null,
      customerAction: null,
      incentiveLevel: null,
      requirements: {
        industries: [],
        products: [],
        services: [],
        offers: [],
        salesPlays: [],
        solutions: [{ id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator', type: 'Name' }],
        additionalRequirements: {
          iot: null,
          attributes: [{ type: 'CustomerMarketplaceIntent', id: 'HaveNotDecided' }],
        },
      },
    },
    inviteContext: {
      notes: 'Can you lead the assessment?',
      assistanceRequestCode: 'ProofOfConceptOrDemo',
      invitedMpnId: to.mpnId,
      invitedBy: { organizationId: from.id, organizationName: from.name },
    },
  };
}
