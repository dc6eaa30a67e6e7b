/** What a list of referrals can be narrowed to: the fields and operators that are documented (facts/partner-center.md 1.4). */
export interface ReferralFilter {
  engagementId?: string;
  status?: string;
  substatus?: string;
  qualification?: string;
  type?: string;
  direction?: string;
  /** ISO 3166, two letters. */
  country?: string;
  /** ISO 8601 UTC; changes at that instant are included. */
  updatedSince?: string;
  /** The e-mail address of somebody who is on the team. */
  teamMember?: string;
}

/** `$filter`'s value, not encoded. Undefined where nothing is asked for. */
export function filterText(filter: ReferralFilter): string | undefined {
  const clauses = [
    // Quoted as in the documentation; Partner Center's own links have it without quotes.
    equals('engagementId', filter.engagementId),
    equals('status', filter.status),
    equals('substatus', filter.substatus),
    equals('qualification', filter.qualification),
    equals('type', filter.type),
    equals('direction', filter.direction),
    equals('customerProfile/address/country', filter.country),
    filter.updatedSince === undefined ? undefined : `updatedDateTime ge ${filter.updatedSince}`,
    filter.teamMember === undefined ? undefined : `team/any(t:t/email eq ${quoted(filter.teamMember)})`,
  ].filter((clause) => clause !== undefined);
  return clauses.length === 0 ? undefined : clauses.join(' and ');
}

function equals(field: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${field} eq ${quoted(value)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
