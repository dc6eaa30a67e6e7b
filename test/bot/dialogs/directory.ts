import type { Customer, Partner, Solution } from '../../../src/directory/entry.ts';
import type { Directory } from '../../../src/directory/port.ts';

/** Two companies of one name in one town, and some others. */
const customers: Customer[] = [
  {
    id: 'cust-1',
    name: 'Contoso Retail',
    address: { addressLine1: 'Am Kai 3', postalCode: '20457', city: 'Hamburg', country: 'DE' },
    duns: '480000001',
  },
  {
    id: 'cust-2',
    name: 'Contoso Retail',
    address: { addressLine1: 'Elbchaussee 9', postalCode: '22763', city: 'Hamburg', country: 'DE' },
    duns: '480000002',
  },
  {
    id: 'cust-3',
    name: 'Contoso Retail Ireland',
    address: { addressLine1: '1 Quay Street', city: 'Dublin', country: 'IE' },
  },
  { id: 'cust-4', name: 'Müller Łódź', address: { country: 'PL' } },
  ...Array.from({ length: 20 }, (_, at) => ({
    id: `many-${at}`,
    name: `Northwind Branch ${String(at + 1).padStart(2, '0')}`,
    address: { addressLine1: `Road ${at + 1}`, city: 'Leeds', country: 'GB' },
  })),
];

const partners: Partner[] = [
  { id: '7654321', name: 'Fabrikam Cloud Ltd', country: 'GB', transacts: true, organisationId: 'fabrikam' },
  { id: '5550001', name: 'Tailspin Partners', country: 'IE', transacts: true },
  { id: '5550002', name: 'Fourth Coffee', country: 'US', transacts: false },
  { id: '1234567', name: 'Nordwind Consulting GmbH', country: 'AT', transacts: true },
];

const solutions: Solution[] = [
  { id: 'SOL-0001-ABC', name: 'Lakehouse Accelerator', kind: 'own', publisher: 'Nordwind', eligible: true },
  {
    id: 'SOL-0002-DEF',
    name: 'Managed Detection, all year',
    kind: 'thirdParty',
    publisher: 'Tailspin',
    eligible: false,
  },
  { id: 'SOL,0003', name: 'Azure Virtual Desktop', kind: 'microsoft', publisher: 'Microsoft', eligible: true },
];

export async function fillDirectory(directory: Directory, orgId = 'nordwind'): Promise<void> {
  await directory.importEntries(orgId, 'customers', customers);
  await directory.importEntries(orgId, 'partners', partners);
  await directory.importEntries(orgId, 'solutions', solutions);
}
