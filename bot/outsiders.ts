import type { Address } from '../src/deals/address.ts';
import type { Organisation } from '../src/organisations/organisation.ts';
import { isForeign } from '../src/rules/permissions.ts';
import type { Connector } from './connector.ts';

/**
 * Whether guests or people of other tenants are in a conversation, who must not see opportunities (V3). Asked anew each time: a guest
 * may have joined a moment ago, and another instance heard of it.
 */
export interface Outsiders {
  in(address: Address, organisation: Organisation): Promise<boolean>;
}

export function createOutsiders(connector: Connector): Outsiders {
  return {
    async in(address, organisation) {
      if (address.scope === 'personal') return false;
      for await (const { guest, tenantId } of connector.members(address)) {
        if (guest || isForeign(tenantId, organisation)) return true;
      }
      return false;
    },
  };
}
