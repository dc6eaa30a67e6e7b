/** Where a refusal belongs in a form. */
export type Field =
  | 'name'
  | 'amount'
  | 'currency'
  | 'closeDate'
  | 'notes'
  | 'crmId'
  | 'campaignId'
  | 'phone'
  | 'colleagues'
  | 'reason'
  | 'customerName'
  | 'addressLine1'
  | 'city'
  | 'state'
  | 'postalCode'
  | 'country'
  | 'duns'
  | 'contactName'
  | 'contactPhone'
  | 'contactEmail'
  | 'ownEmail'
  | 'consent'
  | 'team'
  | 'solutions'
  | 'solutionKind'
  | 'help'
  | 'helpNotes'
  | 'partner'
  | 'partnerCloseDate'
  | 'partnerAmount'
  | 'partnerCurrency'
  | 'partnerNotes'
  | 'partnerTeam'
  | 'partnerSolutions'
  | 'partnerHelp'
  | 'note'
  | 'contractType'
  | 'contractAmount'
  | 'solution'
  | 'solutionAmount'
  | 'deployedOn'
  | 'tenant'
  | 'signedOn'
  | 'startsOn'
  | 'endsOn';

/** Why something was refused. The text in the reader's language stands in `cards/texts` under the same code. */
export const refusalCodes = [
  'otherTenant',
  'guest',
  'noRole',
  'usersMayNotAnswer',
  'notOnTeam',
  'alreadyAccepted',
  'alreadyDeclined',
  'expired',
  'archived',
  'accepted',
  'nameMissing',
  'nameTooLong',
  'amountMissing',
  'amountInvalid',
  'currencyMissing',
  'currencyInvalid',
  'closeDateMissing',
  'closeDateInvalid',
  'closeDatePast',
  'notesTooLong',
  'notesNeeded',
  'longerThanForm',
  'crmIdTooLong',
  'campaignIdTooLong',
  'phoneInvalid',
  'tooManyColleagues',
  'colleagueUnknown',
  'reasonMissing',
  'notOpenYet',
  'changedMeanwhile',
  'customerMissing',
  'addressMissing',
  'cityMissing',
  'countryInvalid',
  'postalCodeTooLong',
  'dunsInvalid',
  'contactNameMissing',
  'contactPhoneMissing',
  'contactEmailInvalid',
  'consentMissing',
  'teamIncomplete',
  'teamTooLarge',
  'solutionsMissing',
  'tooManySolutions',
  'solutionNameMissing',
  'helpMissing',
  'helpNotesMissing',
  'noteMissing',
  'inboundInvites',
  'microsoftAlreadyAsked',
  'microsoftNotAsked',
  'partnerUnknown',
  'partnerDoesNotTransact',
  'partnerIsSelf',
  'partnerAlreadyInvited',
  'invitationNotesMissing',
  'notWon',
  'notEligible',
  'privateDeal',
  'alreadyRegistered',
  'choiceMissing',
  'signedMissing',
  'startsBeforeSigned',
  'endsBeforeStart',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** A refusal is a value, not an exception: a code, the rule it comes from, and the field it stands at, if it is about one. */
export interface Refusal {
  code: RefusalCode;
  /** The id in spec.md. */
  rule: string;
  field?: Field;
}

export function refusal(code: RefusalCode, rule: string, field?: Field): Refusal {
  return field === undefined ? { code, rule } : { code, rule, field };
}
