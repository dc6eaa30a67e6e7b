import { instant } from '../clock.ts';
import type { Deal, TeamMember } from '../deals/deal.ts';
import type { PlannedNotice } from '../deals/notice.ts';
import { type Contact, Country, Solution } from '../deals/opportunity.ts';
import type { Organisation } from '../organisations/organisation.ts';
import { doerOf, originOf, type PersonActor } from './actor.ts';
import { changesOf, plannedForNewMembers } from './change.ts';
import { plannedCloseReminders } from './close-reminders.ts';
import { checkMember } from './edit.ts';
import {
  type Candidate,
  checkMicrosoft,
  checkPartner,
  type MicrosoftRequest,
  type PartnerRequest,
  plannedForInvitation,
  plannedForMicrosoft,
  withInvitation,
  withMicrosoft,
} from './invite.ts';
import { maySee } from './permissions.ts';
import { type Refusal, refusal } from './refusal.ts';
import {
  checkContact,
  checkSolutions,
  checkTeam,
  checkValues,
  isEmptyContact,
  type TypedContact,
  type TypedValues,
} from './values.ts';

/** C1 as it is chosen from the directory or typed by hand. */
export interface TypedCustomer {
  name: string;
  addressLine1: string;
  city: string;
  state: string;
  postalCode: string;
  country: string;
  duns: string;
}

/** C1 to C8: everything of a new deal. */
export interface Create {
  /** Made of the form's draft: the same press twice is the same deal. */
  dealId: string;
  customer: TypedCustomer;
  /** Empty fields throughout: no contact (C2). */
  contact: TypedContact;
  /** C3: that the customer agrees to the contact being shared. Absent: not said. */
  consent?: boolean;
  values: TypedValues;
  team: TeamMember[];
  solutions: Solution[];
  /** C7: absent without Microsoft's help. */
  microsoft?: Pick<MicrosoftRequest, 'help' | 'helpNotes'> | undefined;
  invitations: (PartnerRequest & { invitationId: string })[];
}

/** C1: what is wrong with the customer. */
export function checkCustomer(customer: TypedCustomer): Refusal[] {
  const refusals: Refusal[] = [];
  if (customer.name.trim() === '') refusals.push(refusal('customerMissing', 'C1', 'customerName'));
  if (customer.addressLine1.trim() === '') refusals.push(refusal('addressMissing', 'C1', 'addressLine1'));
  if (customer.city.trim() === '') refusals.push(refusal('cityMissing', 'C1', 'city'));
  if (!Country.safeParse(customer.country.trim().toUpperCase()).success) {
    refusals.push(refusal('countryInvalid', 'C1', 'country'));
  }
  if (customer.duns.trim() !== '' && !/^\d{9}$/.test(customer.duns.trim())) {
    refusals.push(refusal('dunsInvalid', 'C1', 'duns'));
  }
  const lines = {
    customerName: customer.name,
    addressLine1: customer.addressLine1,
    city: customer.city,
    state: customer.state,
  };
  for (const field of ['customerName', 'addressLine1', 'city', 'state'] as const) {
    if (lines[field].trim().length > 200) refusals.push(refusal('nameTooLong', 'E3', field));
  }
  if (customer.postalCode.trim().length > 20) refusals.push(refusal('postalCodeTooLong', 'E3', 'postalCode'));
  return refusals;
}

/** C2, C3: nothing typed, or a complete contact; and nothing to agree to without one. */
export function checkOptionalContact(contact: TypedContact): Refusal[] {
  return isEmptyContact(contact) ? [] : checkContact(contact);
}

/** C5: at least one complete contact, and nobody with half a name or a number that is none. */
function checkNewTeam(team: readonly TeamMember[]): Refusal[] {
  const wrong = team.flatMap(({ name, phone = '', email = '' }) => checkMember({ name, phone, email }));
  return [...checkTeam(team), ...wrong.slice(0, 1)];
}

/** C6: at least one solution, each of a kind. */
export function checkNewSolutions(solutions: readonly Solution[]): Refusal[] {
  const isWrong = solutions.some((one) => one.kind === undefined || !Solution.safeParse(one).success);
  return [...checkSolutions(solutions), ...(isWrong ? [refusal('choiceMissing', 'C6', 'solutions')] : [])];
}

/** Everything that is wrong with a new deal, each at its field, in the order of the form. */
function checkCreate(command: Create, actor: PersonActor, organisation: Organisation, now: number): Refusal[] {
  const { contact, consent = false, microsoft, invitations } = command;
  const own = { orgId: organisation.orgId, partnerIds: organisation.partnerIds };
  const before = (at: number) =>
    invitations.slice(0, at).flatMap(({ partner }) => (partner === undefined ? [] : [openInvitation(partner, now)]));
  return [
    ...checkCustomer(command.customer),
    ...(microsoft === undefined ? checkOptionalContact(contact) : checkMicrosoft({ ...microsoft, contact, consent })),
    ...checkValues(command.values, actor.timeZone, now),
    ...checkNewTeam(command.team),
    ...checkNewSolutions(command.solutions),
    ...invitations.flatMap((one, at) => checkPartner(one, before(at), own, actor.timeZone, now)),
  ];
}

/** As the partners of the same form stand that have been chosen before: nobody is invited twice (I1). */
function openInvitation(partner: Candidate, now: number) {
  return { partner, status: 'received' as const, respondBy: instant(now + 1) };
}

type Created = { ok: true; deal: Deal; notices: PlannedNotice[] } | { ok: false; refusals: [Refusal, ...Refusal[]] };

/** C1 to C10, L2, T1, V1: a deal of the organisation's own, accepted from its first moment, of the type that its parties make it. */
export function create(command: Create, actor: PersonActor, organisation: Organisation, now: number): Created {
  const forbidden = maySee(actor, organisation.orgId);
  if (forbidden !== undefined) return { ok: false, refusals: [forbidden] };
  const [first, ...others] = checkCreate(command, actor, organisation, now);
  if (first !== undefined) return { ok: false, refusals: [first, ...others] };

  const by = doerOf(actor);
  const at = instant(now);
  const { values } = command;
  const notes = values.notes.trim();
  const value = { amount: values.amount.trim(), currency: values.currency.trim() };
  const { contact, consent = false, microsoft } = command;
  const contacts: Contact[] = isEmptyContact(contact)
    ? []
    : [{ name: contact.name.trim(), phone: contact.phone.trim(), email: contact.email.trim() }];
  const bare: Deal = {
    kind: 'deal',
    schemaVersion: 1,
    changeId: '',
    id: command.dealId,
    orgId: organisation.orgId,
    status: 'accepted',
    direction: 'outbound',
    parties: { microsoft: false, partners: 0 },
    source: 'teams',
    externalId: command.dealId,
    contentHash: '',
    route: { kind: 'none' },
    opportunity: {
      sender: { kind: 'own', name: organisation.name },
      customer: customerOf(command.customer, contacts),
      name: values.name.trim(),
      value,
      closeDate: values.closeDate.trim(),
      solutions: command.solutions,
      receivedAt: at,
    },
    // Nobody waits for an answer of ours.
    respondBy: at,
    name: values.name.trim(),
    value,
    closeDate: values.closeDate.trim(),
    solutions: command.solutions,
    crmId: values.crmId.trim() || undefined,
    campaignId: values.campaignId.trim() || undefined,
    team: command.team,
    // C3: nothing is agreed to without a contact.
    ...(consent && contacts.length > 0 ? { contactConsent: true, consentedContacts: [contact.email.trim()] } : {}),
    notes: notes === '' ? [] : [{ text: notes, by, at }],
    invitations: [],
    // T4: a private deal leaves the organisation only where it chose so.
    ...(organisation.settings.registersPrivateDeals ? { partnerCenter: { invitations: {} } } : {}),
    favouriteOf: [],
    quiet: [],
    history: [{ what: 'created', by, at, from: originOf(actor) }],
    postings: [],
    notices: [],
    failedDeliveries: 0,
  };
  const recorded = (before: Deal, after: Deal, what: 'microsoftInvited' | 'partnerInvited'): Deal => ({
    ...after,
    history: [...before.history, { what, by, at, from: originOf(actor), changes: changesOf(before, after) }],
  });
  const withHelp =
    microsoft === undefined
      ? bare
      : recorded(bare, withMicrosoft(bare, { ...microsoft, contact, consent }, now), 'microsoftInvited');
  const deal = command.invitations.reduce((before, one) => {
    const after = withInvitation(before, one, one.partner as Candidate, one.invitationId, now, organisation.settings);
    return recorded(before, after, 'partnerInvited');
  }, withHelp);
  return {
    ok: true,
    deal,
    notices: [
      ...(microsoft === undefined ? [] : plannedForMicrosoft(now)),
      ...command.invitations.flatMap(({ partner, invitationId }) =>
        plannedForInvitation(partner as Candidate, invitationId, now),
      ),
      ...plannedForNewMembers({ team: [] }, deal, actor, now),
      ...plannedCloseReminders(deal, actor.timeZone, now),
    ],
  };
}

function customerOf(typed: TypedCustomer, contacts: Contact[]): Deal['opportunity']['customer'] {
  const text = (value: string) => value.trim() || undefined;
  return {
    name: typed.name.trim(),
    address: {
      addressLine1: text(typed.addressLine1),
      city: text(typed.city),
      state: text(typed.state),
      postalCode: text(typed.postalCode),
      country: text(typed.country.toUpperCase()),
    },
    duns: text(typed.duns),
    contacts,
  };
}
