import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { buttonsOf, type Json } from '../../fakes/seen-card.ts';
import { cited, titlesOn } from '../../fakes/story.ts';
import type { Heard, Posted, User } from '../../fakes/teams.ts';
import { type DealsStory, startDeals } from './deals.ts';

let story: DealsStory;
/** Ben's chat, to press on. */
let message: Posted;

beforeAll(async () => {
  story = await startDeals();
  await story.chatWith(story.ada);
  await story.chatWith(story.cem);
  ({ message } = await story.type(story.ben, 'outbound'));
});
afterAll(() => story.stop());

function open(by: User, dealId: string, more: object = {}): Promise<Heard> {
  return story.teams.forge(by, message, 'deal.open', { dealId, ...more });
}

/** The titles of the buttons that do something to the deal. */
function deeds({ card }: Heard): string[] {
  return titlesOn(card ?? {}).filter(
    (title) => !['Close', 'Schließen', 'Back to the list', 'More', 'Mehr'].includes(title),
  );
}

/** The hidden parts of a card. */
function hidden(card: Json, id: string): string {
  const parts: Json[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (typeof node === 'object' && node !== null) {
      if ((node as Json).id === id) parts.push(node as Json);
      Object.values(node).forEach(visit);
    }
  };
  visit(card);
  return JSON.stringify(parts);
}

describe('what is on it', () => {
  test('everything of a deal of one’s own: parties, teams, solutions, numbers, notes and history', async () => {
    const { ben, teams } = story;
    const id = await story.own(ben, 'Contoso', {
      values: {
        name: 'Store rollout',
        amount: '150000.50',
        currency: 'EUR',
        closeDate: '2027-01-31',
        notes: 'Kick-off went well.',
        crmId: 'CRM-1',
        campaignId: 'SPRING',
      },
      microsoft: { help: 'ProofOfConceptOrDemo', helpNotes: 'A pilot on their data.' },
      invitations: [
        {
          invitationId: 'invitation-1',
          partner: { id: '7654321', name: 'Fabrikam Cloud Ltd', transacts: true },
          closeDate: '2027-01-15',
          amount: '40000',
          currency: 'EUR',
          notes: 'We need your security practice.',
          team: [{ name: 'Ben Adler', email: 'ben@nordwind.example', phone: '+43 1' }],
          solutions: [{ name: 'Managed Detection' }],
          help: 'GeneralOrOther',
        },
      ],
    });
    story.clock.move(60_000);
    await story.perform(ben, id, { kind: 'note', text: 'They want one view of all stores.' });
    const shown = (await open(ben, id)).text;
    for (const part of [
      'Co-sell deal\nContoso\nSeestrasse 12, 10115 Berlin, Germany',
      'Value\n€150,000.50\nClose date\n31 Jan 2027\nCRM id\nCRM-1\nCampaign id\nSPRING',
      'Deal name\nStore rollout',
      'Solutions\nLakehouse Accelerator',
      // C9: until it is answered the deal says so.
      'Microsoft\nWaiting · 14 days left\nProof of concept or demo\nA pilot on their data.\nMicrosoft decides by 16 Nov 2026',
      // I3, I9.
      'Fabrikam Cloud Ltd\n€40,000\nInvited · 14 days left\nGeneral or other · Close date 15 Jan 2027\nManaged Detection',
      'Team of Nordwind Consulting GmbH\nBen Adler · +43\u00a01\u00a0000\u00a000\u00a002\nben.adler@contoso.example',
      // E4: the newest first, each with its author and time.
      'Ben Adler · 2 Nov 2026, ',
      'They want one view of all stores.',
      'Kick-off went well.',
      'History\nNote added · Ben Adler · 2 Nov 2026, ',
      'Created · Ben Adler · 2 Nov 2026, ',
    ]) {
      expect(shown).toContain(part);
    }
    expect(shown.indexOf('one view')).toBeLessThan(shown.indexOf('Kick-off'));
    expect(teams.violations).toEqual([]);
  });

  test('V4: the contact of the customer, for those who may see it, behind a button', async () => {
    const { ada, ben, cem } = story;
    const customer = {
      name: 'Contact AG',
      address: {},
      contacts: [{ name: 'Reto Muster', email: 'reto@contact.example' }],
    };
    const id = await story.sent('Contact AG', { customer });
    const seen = await open(ben, id);
    expect(seen.text).not.toContain('Reto');
    expect(titlesOn(seen.card ?? {})).toContain('Customer contact');
    expect(hidden(seen.card ?? {}, 'contact')).toContain('reto@contact.example');
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: false });
    expect(JSON.stringify((await open(ben, id)).body)).not.toContain('Reto');
    expect(JSON.stringify((await open(ada, id)).body)).toContain('Reto');
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: true });
    await story.perform(ben, id, { kind: 'decline', reason: 'budget', notes: '' });
    expect(JSON.stringify((await open(cem, id)).body)).not.toContain('Reto');
  });

  test('in German, with the reason of a loss and the newest history on top', async () => {
    const { cem } = story;
    const id = await story.own(cem, 'Verlust KG');
    await story.perform(cem, id, { kind: 'lose', reason: 'otherVendor', notes: 'Der Preis.' });
    const shown = (await open(cem, id)).text;
    expect(shown).toContain('Verloren\nCem Yilmaz hat den Deal am 2. Nov. 2026');
    expect(shown).toContain('Grund\nKunde hat einen anderen Anbieter gewählt');
    expect(shown).toContain('Privater Deal\nVerlust KG\nSeestrasse 12, 10115 Berlin, Deutschland');
    expect(shown).toMatch(/Der Preis\..*Verlauf\nVerloren · Cem Yilmaz · .*\nAngelegt · Cem Yilmaz · /s);
  });

  test('of a long history the last ten, the rest behind "Show all"', async () => {
    const { ben } = story;
    const id = await story.own(ben, 'Long GmbH');
    for (let number = 1; number <= 12; number += 1) {
      await story.perform(ben, id, { kind: 'note', text: `Note ${number}` });
    }
    const { card, text: shown } = await open(ben, id);
    expect(shown.match(/^Note added · /gm)).toHaveLength(10);
    expect(shown).not.toContain('Created');
    expect(titlesOn(card ?? {})).toContain('Show all (13)');
    expect(hidden(card ?? {}, 'earlier')).toContain('Created');
    expect(shown.match(/^Note \d+$/gm)).toEqual(['Note 12', 'Note 11', 'Note 10']);
  });

  test('all notes, whole, page by page, and back to the deal', async () => {
    const { ben, teams } = story;
    const id = await story.own(ben, 'Notes GmbH');
    const long = `Begin ${'very '.repeat(500)}end`;
    for (const note of [long, 'Second', 'Third', 'Fourth', 'Fifth']) {
      await story.perform(ben, id, { kind: 'note', text: note });
    }
    const { message: list } = await story.type(ben, 'find notes');
    await story.press(ben, list, 'Open deal');
    const first = await story.press(ben, list, 'All notes');
    expect(first.text).toMatch(/^Notes\nNotes GmbH\nBen Adler · .*\nFifth\n.*Fourth.*Third.*Second$/s);
    const second = await story.press(ben, list, 'Next page');
    expect(second.text).toContain(long);
    expect(titlesOn(second.card ?? {})).toEqual(['First page', 'Back to the deal']);
    await story.press(ben, list, 'Back to the deal');
    await story.press(ben, list, 'Back to the list');
    expect(teams.cardOf(list, ben)).toMatchObject({ type: 'AdaptiveCard' });
    for (const page of [0, -1, 1.5, 'x', 1e9]) {
      const heard = await teams.forge(ben, list, 'deal.record', { dealId: id, what: 'notes', page });
      expect(heard.text).toBe(text('en', 'oldCard'));
    }
    expect((await teams.forge(ben, list, 'deal.record', { dealId: id, what: 'notes', page: 99 })).text).toContain(long);
  });
});

describe('V1: what this person may do now, and nothing else', () => {
  test('an opportunity: accepted and declined by those who may answer', async () => {
    const { ada, ben } = story;
    const id = await story.sent('Answer AG');
    expect(deeds(await open(ben, id))).toEqual(['Accept', 'Decline', '♡ Favourite']);
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: false });
    expect(deeds(await open(ben, id))).toEqual(['♡ Favourite']);
    expect(deeds(await open(ada, id))).toEqual(['Accept', 'Decline', '♡ Favourite']);
    await story.bot.organisations.setSettings('nordwind', { usersMayAnswer: true });
  });

  test('accepting from the card leads back to the list that it was opened from', async () => {
    const { ben } = story;
    const id = await story.sent('From the list AG');
    const { message: list } = await story.type(ben, 'find from the list');
    await story.press(ben, list, 'Open deal');
    await story.press(ben, list, 'Accept');
    const accepted = await story.teams.press(ben, list, 'opportunity.accept.send', { name: 'Pilot' });
    expect(accepted.text).toContain(text('en', 'youAccepted'));
    const whole = await story.press(ben, list, 'Open deal');
    expect(whole.text).toContain('Deal name\nPilot');
    const back = await story.press(ben, list, 'Back to the list');
    expect(back.text).toContain('“from the list”');
    expect((await story.deal(id)).status).toBe('accepted');
  });

  test('an accepted deal: its team and the admins may do what the dialogs do; the rest are refused', async () => {
    const { ada, ben, cem } = story;
    const id = await story.own(ben, 'Team GmbH');
    const all = [
      'Add note',
      'Edit',
      'Mark won',
      'Mark lost',
      '♡ Favourite',
      'Team',
      'Solutions',
      'Ask Microsoft for help',
      'Invite a partner',
      'Customer contact',
    ];
    expect(deeds(await open(ben, id))).toEqual(all);
    expect(deeds(await open(ada, id))).toEqual(all);
    expect((await open(cem, id)).text).toBe(cited(text('de', 'refusal.notOnTeam', { admins: ['Ada Keller'] }), 'V1'));
    const record = await story.teams.forge(cem, message, 'deal.record', { dealId: id, what: 'notes' });
    expect(record.text).toBe(cited(text('de', 'refusal.notOnTeam', { admins: ['Ada Keller'] }), 'V1'));
  });

  test('I6: nobody is invited on an inbound deal', async () => {
    const { ben } = story;
    const id = await story.sent('Inbound AG');
    await story.accept(ben, id);
    expect(deeds(await open(ben, id))).toEqual([
      'Add note',
      'Edit',
      'Mark won',
      'Mark lost',
      '♡ Favourite',
      'Team',
      'Solutions',
    ]);
  });

  test('F3: an archived deal is looked at, and marked', async () => {
    const { ben } = story;
    const id = await story.own(ben, 'Archived GmbH');
    await story.perform(ben, id, { kind: 'lose', reason: 'budget', notes: '' });
    expect(deeds(await open(ben, id))).toEqual(['Customer contact', '♡ Favourite']);
    const declined = await story.sent('Declined AG');
    await story.perform(ben, declined, { kind: 'decline', reason: 'budget', notes: '' });
    expect(deeds(await open(story.cem, declined))).toEqual(['♡ Favorit']);
  });

  test('a button opens its dialog, about this deal', async () => {
    const { ben } = story;
    const id = await story.own(ben, 'Dialog GmbH');
    const { message: list } = await story.type(ben, 'find dialog');
    await story.press(ben, list, 'Open deal');
    const note = await story.press(ben, list, 'Add note');
    expect(note.card).toBeDefined();
    expect(JSON.stringify(note.card)).toContain('dialog.next');
    expect(buttonsOf(note.card ?? {}).length).toBeGreaterThan(0);
    expect((await story.deal(id)).notes).toEqual([]);
  });

  test('no more than six buttons in a row', async () => {
    const { ben } = story;
    const { card } = await open(ben, await story.own(ben, 'Rows GmbH'));
    const rows = JSON.stringify(card).match(/"type":"ActionSet"/g) ?? [];
    expect(rows.length).toBeGreaterThan(1);
    const sets: unknown[][] = [];
    JSON.stringify(card, (_key, value) => {
      if (value?.type === 'ActionSet') sets.push(value.actions);
      return value;
    });
    for (const actions of sets) expect(actions.length).toBeLessThanOrEqual(6);
  });
});

describe('from the card in a channel', () => {
  test('open, accepted or archived, it has a button to the whole deal, which only those see who may', async () => {
    const { teams, ben, cem } = story;
    const { card, id } = await story.posted();
    expect(titlesOn(teams.cardOf(card))).toContain('Open deal');
    await teams.press(ben, card, 'Accept');
    await teams.press(ben, card, 'opportunity.accept.send', { notes: 'Only for the team.' });
    await story.settle();
    expect(titlesOn(teams.cardOf(card))).toEqual(['Customer contact', 'Open deal']);
    expect(teams.textOf(card)).not.toContain('Only for the team.');
    const opened = await story.press(ben, card, 'Open deal');
    expect(opened.text).toContain('Only for the team.');
    const closed = await story.press(ben, card, 'Close');
    expect(closed.text).toContain('Alpenmilch AG – Lakehouse Accelerator');
    const refused = await story.press(cem, card, 'Open deal');
    expect(refused.text).toBe(cited(text('de', 'refusal.notOnTeam', { admins: ['Ada Keller'] }), 'V1'));
    await story.perform(ben, id, { kind: 'lose', reason: 'budget', notes: '' });
    await story.settle();
    expect(titlesOn(teams.cardOf(card))).toEqual(['Open deal']);
  });

  test('from an older client the whole deal goes to the person’s own chat', async () => {
    const { teams, ben } = story;
    const { card } = await story.posted();
    await teams.press(ben, card, 'Decline');
    await teams.press(ben, card, 'opportunity.decline.send', { reason: 'budget' });
    await story.settle();
    await teams.submit(ben, card, 'Open deal');
    expect(teams.textIn(card)).toBe(text('en', 'sentInPrivate'));
    expect(teams.textIn(teams.personalChat(ben))).toContain('History\nDeclined · Ben Adler');
    expect(teams.textOf(card)).not.toContain('History');
    ben.hasApp = false;
    await teams.submit(ben, card, 'Open deal');
    expect(teams.textIn(card)).toBe(text('en', 'contactNotSent'));
    ben.hasApp = true;
  });
});

test.each([[{}], [{ dealId: 7 }], [{ dealId: '' }], [{ dealId: 'x', place: { list: 'nowhere' } }]])(
  'garbage: the card is out of date (%j)',
  async (data) => {
    for (const verb of ['deal.open', 'deal.record', 'favourite.set']) {
      const heard = await story.teams.forge(story.ben, message, verb, data);
      expect([heard.status, heard.text]).toEqual([200, text('en', 'oldCard')]);
    }
  },
);

test('a deal that there is not, or of another organisation, is not found', async () => {
  const { teams } = story;
  const fay = teams.stranger('Fay Fabrikam');
  await story.neighbour(fay);
  story.clock.move(30_000);
  const id = await story.sent('Ours AG');
  for (const [by, dealId] of [
    [story.ben, 'deal-nobody'],
    [fay, id],
  ] as const) {
    for (const [verb, more] of [
      ['deal.open', {}],
      ['deal.record', { what: 'notes' }],
      ['favourite.set', { marked: true, on: 'deal' }],
    ] as const) {
      const on = by === fay ? teams.personalChat(fay) : message;
      expect((await teams.forge(by, on, verb, { dealId, ...more })).text).toBe(text('en', 'notFound'));
    }
  }
});
