/** Deals for the tables of rules: accepted, of the own organisation, won. */
import type { Deal, TeamMember } from '../../src/deals/deal.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import { create } from '../../src/rules/create.ts';
import { decide, type Request } from '../../src/rules/decide.ts';
import { settled, withNotices } from '../../src/rules/notices.ts';
import type { Outcome } from '../../src/rules/outcome.ts';
import { acceptance, monday, organisation, received, seller } from '../fixtures/opportunity.ts';

export const admin: PersonActor = seller({ personId: 'person-uma', name: 'Uma Berg', roles: ['referralsAdmin'] });
export const outsiders: readonly [string, PersonActor, string][] = [
  ['V1 a Referrals user outside the team', seller({ personId: 'person-cem' }), 'V1 notOnTeam'],
  ['V1 nobody without a role', seller({ roles: [] }), 'V1 noRole'],
  ['V3 a guest', seller({ guest: true }), 'V3 guest'],
  ['V3 another organisation', seller({ orgId: 'fabrikam' }), 'V3 otherTenant'],
];

export const ada: TeamMember = {
  personId: 'person-ada',
  name: 'Ada Keller',
  phone: '+43 660 1234567',
  email: 'ada.keller@nordwind.example',
};

export function ask(
  deal: Deal,
  command: Request['command'],
  actor: PersonActor = seller(),
  now = monday,
  house = organisation,
): Outcome {
  return decide(deal, { command, actor } as Request, now, house);
}

/** `rule code field` of each refusal; empty where there is none. */
export function codes(outcome: Outcome): string[] {
  return outcome.ok
    ? []
    : outcome.refusals.map(({ code, rule, field }) => [rule, code, field].filter(Boolean).join(' '));
}

/** The deal as the desk saves it. */
export function done(outcome: Outcome, now = monday): Deal {
  if (!outcome.ok) throw new Error(`refused: ${codes(outcome)}`);
  return settled(withNotices(outcome.deal, outcome.notices), now);
}

/** Accepted by Ada, inbound from Microsoft. */
export function accepted(changes: Partial<Deal> = {}): Deal {
  const deal = done(ask(received(), acceptance({ phone: ada.phone ?? '' })));
  return { ...deal, team: [ada], ...changes };
}

/** Created by Ada, private. */
export function own(changes: Partial<Deal> = {}): Deal {
  const made = create(
    {
      dealId: 'deal-own',
      customer: {
        name: 'Alpenmilch AG',
        addressLine1: 'Seestrasse 12',
        city: 'Zürich',
        state: '',
        postalCode: '',
        country: 'CH',
        duns: '',
      },
      contact: { name: 'Reto Muster', phone: '+41 44 000 00 01', email: 'reto.muster@alpenmilch.example' },
      consent: true,
      values: {
        name: 'Alpenmilch pilot',
        amount: '80000',
        currency: 'EUR',
        closeDate: '2027-01-31',
        notes: '',
        crmId: '',
        campaignId: '',
      },
      team: [ada],
      solutions: [{ name: 'Lakehouse Accelerator', kind: 'own' }],
      invitations: [],
    },
    seller(),
    organisation,
    monday,
  );
  if (!made.ok) throw new Error(JSON.stringify(made.refusals));
  return { ...settled(withNotices(made.deal, made.notices), monday), ...changes };
}

/** The stages in which a deal cannot be worked on, with the refusal. */
export const closedStages: readonly [string, Deal['status'], string][] = [
  ['L3', 'received', 'L3 notOpenYet'],
  ['L6', 'won', 'L6 archived'],
  ['L6', 'lost', 'L6 archived'],
  ['L6', 'declined', 'L6 archived'],
  ['L6', 'expired', 'L6 archived'],
];
