import { describe, expect, test } from '@jest/globals';
import {
  answerCard,
  expiredCard,
  helpCard,
  inboundCard,
  languageCard,
  messageCard,
  reminderCard,
  roleNames,
  rolesCard,
  subscriptionCard,
  text,
  welcomeCard,
} from '../../cards/index.ts';
import { buttons, type Element, ofType, textOf } from './elements.ts';
import { deals, now, readers } from './samples.ts';

const reader = readers.en;

describe('the list of open opportunities', () => {
  const card = (
    more: { cursor?: string; next?: string; first?: boolean } = {},
    shown = [deals.lastDay, deals.partner],
  ) => inboundCard({ deals: shown, reader, now, organisation: 'Nordwind', ...more }).card;

  test('has a row for each, with customer, value, and time left', () => {
    expect(textOf(card())).toContain('Hafen & Söhne KG\nHamburg, Germany · Microsoft\n€45,000.50\nLast day');
    expect(textOf(card())).toContain('Contoso Retail\nDublin, Ireland · Fabrikam Cloud Ltd\n€80,000\n3 days left');
  });

  test('each button says in its tooltip whom it acts on, and takes the page along', () => {
    const [, second] = ofType(card({ cursor: 'p2' }), 'ActionSet').map(({ actions }) => actions as Element[]);
    expect(second?.map(({ title, tooltip }) => [title, tooltip])).toEqual([
      ['Accept', 'Accept: Contoso Retail'],
      ['Decline', 'Decline: Contoso Retail'],
      ['Details', 'Details: Contoso Retail'],
    ]);
    for (const { data } of second ?? []) {
      expect(data).toMatchObject({ dealId: deals.partner.id, place: { list: 'inbound', cursor: 'p2' } });
    }
  });

  test('leads on and back', () => {
    expect(buttons(card()).has('Next page')).toBe(false);
    expect(buttons(card({ next: 'p2' })).get('Next page')).toMatchObject({
      data: { verb: 'inbound.page', cursor: 'p2' },
    });
    expect(buttons(card({ next: 'p2' })).has('First page')).toBe(false);
    expect(buttons(card({ cursor: 'p2' })).get('First page')).toMatchObject({ data: { verb: 'inbound.page' } });
  });

  test('shows five at most', () => {
    expect(
      ofType(
        card(
          {},
          Array.from({ length: 9 }, () => deals.partner),
        ),
        'ActionSet',
      ),
    ).toHaveLength(5 + 1);
  });

  test('F1: leads to everything that was sent', () => {
    expect(buttons(card()).get('All inbound')).toMatchObject({ data: { verb: 'view.page', list: 'allInbound' } });
  });

  test('is friendly when it is empty', () => {
    expect(textOf(card({}, []))).toContain('Nothing is waiting for an answer. Well done!');
    expect(textOf(card({ cursor: 'p2' }, []))).toContain('There is nothing more on this page.');
    expect(buttons(card({ cursor: 'p2' }, [])).has('First page')).toBe(true);
  });
});

describe('notices', () => {
  test('N2: a reminder says how long is left now, and leads to the opportunity as it is then', () => {
    const { card, summary } = reminderCard({ deal: deals.partner, reader, now, days: 3 });
    expect(textOf(card)).toContain('3 days left · Answer by Fri, 6 Nov 2026, 09:00 CET');
    expect([...buttons(card).keys()]).toEqual(['Show']);
    expect(summary).toBe('3 days left: Contoso Retail');
    const personal = buttons(reminderCard({ deal: deals.partner, reader, now, days: 3, personal: true }).card);
    expect([...personal.keys()]).toEqual(['Show', 'Not me']);
    expect(personal.get('Not me')).toMatchObject({
      data: { verb: 'quiet.set', dealId: deals.partner.id, of: 'answer', days: 0 },
    });
    expect(textOf(reminderCard({ deal: deals.lastDay, reader, now, days: 1 }).card)).toContain('Last reminder');
  });

  test('N3: an expiry says until when, and shows the deal', () => {
    const { card } = expiredCard({ deal: deals.expired, reader });
    expect(textOf(card)).toContain('Nobody answered by 16 Nov 2026, 10:12 CET.');
    expect(buttons(card).get('Show')).toMatchObject({ data: { verb: 'opportunity.show', dealId: deals.expired.id } });
  });

  test.each([
    ['accepted', 'Nordwind accepted your opportunity'],
    ['declined', 'Nordwind declined your opportunity'],
    ['expired', 'Nordwind did not answer your opportunity in time'],
  ] as const)('N5: %s is told to the sender without names of people, notes or own estimates', (status, title) => {
    const deal = { ...deals[status], value: { amount: '999', currency: 'EUR' }, name: 'Secret name' };
    const card = answerCard({ deal, reader, organisation: 'Nordwind' }).card;
    expect(textOf(card)).toContain(title);
    expect(JSON.stringify(card)).not.toMatch(/Ada Keller|Ben Adler|Reto|999|Secret|pilot before summer/);
    expect(buttons(card).size).toBe(0);
  });

  test('D3: the sender is told the reason', () => {
    const { card } = answerCard({ deal: deals.declined, reader, organisation: 'Nordwind' });
    expect(textOf(card)).toContain('Reason\nProposed timeline was too short');
  });
});

describe('welcome and help', () => {
  test('offers a subscription and help', () => {
    const { card } = welcomeCard({ reader, scope: 'channel', organisation: 'Nordwind' });
    expect(buttons(card).get('Subscribe')).toMatchObject({ verb: 'subscription.start' });
    expect(buttons(card).get('Help')).toMatchObject({ verb: 'help.show' });
    expect(textOf(card)).toContain('in this channel?');
  });

  test('a tenant that is not set up reads who must do what', () => {
    const { card } = welcomeCard({ reader, scope: 'channel' });
    expect(textOf(card)).toContain('npm run admin');
    expect(buttons(card).size).toBe(0);
  });

  test.each([
    [
      'en',
      'help, new deal, drafts, inbound, outbound, mine, favourites, archive, find, summary, subscribe, unsubscribe, language',
      'roles',
      'subscribe co-sell country DE,AT min 50000 EUR solution lakehouse',
    ],
    [
      'de',
      'hilfe, neuer deal, entwürfe, eingang, ausgang, meine, favoriten, archiv, finden, übersicht, abonnieren, abbestellen, sprache',
      'rollen',
      'abonnieren co-sell land DE,AT mindestens 50000 EUR lösung lakehouse',
    ],
  ] as const)('help names every command in %s, roles to admins alone', (language, words, roles, example) => {
    const lines = (admin: boolean) =>
      textOf(helpCard({ reader: readers[language], scope: 'channel', admin }).card).split('\n');
    expect(lines(true)).toEqual(expect.arrayContaining([...words.split(', '), roles, example]));
    expect(lines(false)).toEqual(expect.arrayContaining(words.split(', ')));
    expect(lines(false)).not.toContain(roles);
    expect(text(language, 'unknownCommand')).toContain(`${words.replace(/, [^,]*$/, '')}, `);
  });

  test('in a channel help says that the bot must be mentioned', () => {
    expect(textOf(helpCard({ reader, scope: 'channel', admin: false }).card)).toContain('mention me first');
    expect(textOf(helpCard({ reader, scope: 'personal', admin: false }).card)).not.toContain('mention me first');
  });

  test('language is asked in both, and confirmed in the chosen one', () => {
    expect(buttons(languageCard({ reader }).card).get('Deutsch')).toMatchObject({
      data: { verb: 'language.set', language: 'de' },
    });
    expect(textOf(languageCard({ reader: readers.de, confirmed: true }).card)).toContain('auf Deutsch');
  });
});

describe('a subscription', () => {
  const filters = {
    type: 'cosell' as const,
    countries: ['DE', 'AT'],
    minimumValue: { amount: '50000', currency: 'EUR' },
    solution: 'lakehouse',
  };

  test('is said in words', () => {
    const text = textOf(
      subscriptionCard({ reader, filters, state: 'active', scope: 'channel', by: 'Ada Keller' }).card,
    );
    expect(text).toContain('New opportunities are posted in this channel');
    expect(text).toContain('Co-sell: Microsoft takes part');
    expect(text).toContain('Customer in Germany or Austria');
    expect(text).toContain('€50,000 or more');
    expect(text).toContain('With “lakehouse” in a solution’s name');
    expect(text).toContain('Set by Ada Keller.');
  });

  test('without a filter gets everything', () => {
    const { card } = subscriptionCard({ reader, filters: {}, state: 'active', scope: 'personal' });
    expect(textOf(card)).toContain('All of them, without a filter.');
    expect([...buttons(card).keys()]).toEqual(['Change filter', 'Unsubscribe']);
  });

  test('that ended can be taken up again', () => {
    const { card } = subscriptionCard({ reader, filters, state: 'ended', scope: 'groupChat' });
    expect([...buttons(card).keys()]).toEqual(['Subscribe again']);
  });
});

describe('roles and messages', () => {
  test('everybody with their roles', () => {
    const people = [
      { name: 'Cem Demir', email: 'cem@nordwind.example', roles: ['partnerAdmin', 'referralsUser'] as const },
    ];
    expect(textOf(rolesCard({ reader, people }).card)).toContain(
      'Cem Demir · cem@nordwind.example\nMPN partner admin and Referrals user',
    );
    expect(roleNames([], 'de')).toBe('Keine Rolle');
  });

  test('a message stands as it is, with its title', () => {
    const { card, summary } = messageCard({ reader, title: 'Title', text: 'One.\n\nTwo.', tone: 'warning' });
    expect(textOf(card)).toBe('Title\nOne.\nTwo.');
    expect(summary).toBe('One. Two.');
    expect(ofType(card, 'Container')[0]?.style).toBe('warning');
  });
});
