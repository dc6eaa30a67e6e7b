import type { Customer, Partner, Solution } from '../../src/directory/entry.ts';

/** A customer with the few fields a test is about. */
export function customer(id: string, name: string, fields: Partial<Customer> & { country?: string } = {}): Customer {
  const { country = 'DE', ...others } = fields;
  return { id, name, address: { country }, ...others };
}

export function partner(id: string, name: string, fields: Partial<Partner> = {}): Partner {
  return { id, name, transacts: true, ...fields };
}

export function solution(id: string, name: string, fields: Partial<Solution> = {}): Solution {
  return { id, name, kind: 'own', eligible: false, ...fields };
}
