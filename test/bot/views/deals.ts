import { personId } from '../../../src/organisations/organisation.ts';
import type { Create } from '../../../src/rules/create.ts';
import type { PersonCommand } from '../../../src/rules/decide.ts';
import { type HouseOptions, minute, opportunityBody } from '../../fakes/house.ts';
import { buttonsOf, type Json } from '../../fakes/seen-card.ts';
import { type Story, startStory } from '../../fakes/story.ts';
import type { Conversation, Heard, Posted, User } from '../../fakes/teams.ts';

/** Deals of every kind, made a minute apart, so that "newest first" is an order. */
export interface DealsStory extends Story {
  /** A deal of Nordwind's own with its creator in the team. */
  own(by: User, name: string, changes?: Partial<Create>): Promise<string>;
  /** An opportunity that nobody has answered yet. */
  sent(name: string, changes?: object): Promise<string>;
  perform(by: User, dealId: string, command: PersonCommand): Promise<void>;
  accept(by: User, dealId: string, changes?: object): Promise<void>;
  /** Types a line in the person's own chat, and gives the bot's answer there. */
  type(by: User, line: string): Promise<{ chat: Conversation; message: Posted }>;
  /** Presses a button of a card. */
  press(by: User, on: Posted, title: string, data?: Json, typed?: Record<string, string>): Promise<Heard>;
}

export async function startDeals(options: HouseOptions = {}): Promise<DealsStory> {
  const story = await startStory(options);
  const { teams, clock } = story;
  let made = 0;

  const actor = (user: User) => story.actor(user, { phone: '+43 1 000 00 02' });

  const deals: DealsStory = {
    ...story,
    actor,
    async own(by, name, changes = {}) {
      clock.move(minute);
      made += 1;
      const command: Create = {
        dealId: `own-${made}`,
        customer: {
          name,
          addressLine1: 'Seestrasse 12',
          city: 'Berlin',
          state: '',
          postalCode: '10115',
          country: 'DE',
          duns: '',
        },
        contact: { name: 'Nora Byrne', phone: '+49 30 000001', email: 'nora.byrne@contoso.example' },
        consent: true,
        values: {
          name: `${name} rollout`,
          amount: '80000',
          currency: 'EUR',
          closeDate: '2027-01-31',
          notes: '',
          crmId: '',
          campaignId: '',
        },
        team: [{ personId: personId(by.entraId), name: by.name, email: by.email, phone: '+43 1 000 00 02' }],
        solutions: [{ name: 'Lakehouse Accelerator', kind: 'own' }],
        invitations: [],
        ...changes,
      };
      const created = await story.bot.desk.create(command, actor(by));
      if (created.kind === 'refused') throw new Error(JSON.stringify(created.refusals));
      return command.dealId;
    },
    async sent(name, changes = {}) {
      clock.move(minute);
      made += 1;
      const customer = { name, address: { city: 'Zürich', country: 'CH' } };
      const { body } = await story.send(opportunityBody({ externalId: `sent-${made}`, customer, ...changes }));
      return body.id;
    },
    async perform(by, dealId, command) {
      const decision = await story.bot.desk.perform('nordwind', dealId, { command, actor: actor(by) });
      if (decision.kind !== 'done') throw new Error(JSON.stringify(decision));
    },
    accept: (by, dealId, changes = {}) =>
      deals.perform(by, dealId, {
        kind: 'accept',
        name: 'Alpenmilch lakehouse',
        amount: '120000',
        currency: 'CHF',
        closeDate: '2027-03-31',
        notes: '',
        crmId: '',
        campaignId: '',
        phone: '+43 1 000 00 02',
        colleagues: [],
        unknownColleagues: [],
        ...changes,
      }),
    async type(by, line) {
      const chat = teams.personalChat(by);
      await teams.message(by, chat, line);
      return { chat, message: teams.lastIn(chat) };
    },
    press: (by, on, title, data = {}, typed = {}) => teams.press(by, on, { title, data }, typed),
  };
  return deals;
}

/** The deals that a list shows, by their ids, in order. */
export function dealsOn(card: Json): string[] {
  return buttonsOf(card)
    .map(({ action }) => action.data as { verb?: string; dealId?: string } | undefined)
    .flatMap((data) => (data?.verb === 'deal.open' && data.dealId !== undefined ? [data.dealId] : []));
}
