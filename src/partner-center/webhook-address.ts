import { OrganisationId } from '../organisations/organisations.ts';

/** Where the bot is told of changes. */
export const webhookPath = '/api/partner-center/webhook';

/**
 * An event says neither whose it is nor for which tenant (facts/partner-center.md 2.2), and one bot serves several organisations: so
 * each registers an address that names it.
 */
const parameter = 'organisation';

/** What an organisation registers, made of the bot's address: any parameters that it has are kept. */
export function addressFor(orgId: string, botAddress: string): string {
  const url = new URL(botAddress);
  url.searchParams.set(parameter, orgId);
  return url.href;
}

/** The organisation that an address names, if that is the id of one by its form. `address`: with its query; its path is enough. */
export function organisationIn(address: string): string | undefined {
  const named = URL.parse(address, 'https://relative.invalid')?.searchParams.get(parameter);
  return OrganisationId.safeParse(named).data;
}
