import { describe, expect, test } from '@jest/globals';
import { type DealCardInput, dealCard, dealListCard, dealRecordCard, summaryCard } from '../../cards/index.ts';
import type { Deal } from '../../src/deals/deal.ts';
import { dealLists } from '../../src/deals/filters.ts';
import type { Summary } from '../../src/deals/summary.ts';
import { languages } from '../../src/organisations/organisation.ts';
import { buttons, type Element, everything, ofType, textOf } from './elements.ts';
import { deals, now, readers, samples } from './samples.ts';

const reader = readers.en;

function card(changes: Partial<DealCardInput> = {}) {
  return dealCard({
    deal: deals.accepted,
    reader,
    now,
    organisation: 'Nordwind',
    may: { answer: false, contact: false, change: false, dialogs: [] },
    favourite: false,
    ...changes,
  }).card;
}

test.each(languages)('Teams shows at most six buttons in a row (%s)', (language) => {
  for (const { render } of samples) {
    for (const { actions } of ofType(render(readers[language]).card, 'ActionSet')) {
      expect((actions as unknown[]).length).toBeLessThanOrEqual(6);
    }
  }
});

test('what a button shows or hides is on the card, once', () => {
  for (const { render } of samples) {
    const { card: json } = render(reader);
    const ids = everything(json).flatMap(({ id, type }) =>
      type?.startsWith('Input.') || id === undefined ? [] : [id],
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const { targetElements } of ofType(json, 'Action.ToggleVisibility')) {
      expect(ids).toEqual(expect.arrayContaining(targetElements as string[]));
    }
  }
});

describe('the whole deal', () => {
  test('V1, V4: offers and holds nothing that this person may not do or see', () => {
    expect([...buttons(card()).keys()]).toEqual(['♡ Favourite', 'Close']);
    expect(JSON.stringify(card())).not.toMatch(/Reto|Lea|\+41 44|@alpenmilch/);
    const more = card({
      may: { answer: true, contact: true, change: false, dialogs: ['deal.note', 'no.such.dialog'] },
    });
    expect([...buttons(more).keys()]).toEqual([
      'Accept',
      'Decline',
      'Add note',
      'Customer contact',
      '♡ Favourite',
      'Close',
    ]);
    expect(JSON.stringify(more)).toContain('reto.muster@alpenmilch.example');
  });

  test('every dialog has its button, with the deal’s id', () => {
    const dialogs = ['edit', 'team', 'solutions', 'note', 'microsoft', 'partner', 'won', 'lost', 'register'];
    const found = buttons(
      card({ may: { answer: false, contact: false, change: false, dialogs: dialogs.map((id) => `deal.${id}`) } }),
    );
    const opened = [...found.values()].flatMap(({ data }) =>
      (data as Element | undefined)?.verb === 'dialog.open' ? [(data as Element).dialog] : [],
    );
    expect(opened.toSorted()).toEqual(dialogs.map((id) => `deal.${id}`).toSorted());
    expect(found.get('Edit')).toMatchObject({
      data: { verb: 'dialog.open', dialog: 'deal.edit', dealId: deals.accepted.id },
    });
  });

  test('the heart says what it is, and of whom', () => {
    expect(buttons(card()).get('♡ Favourite')).toMatchObject({
      tooltip: 'Mark as a favourite: Alpenmilch AG',
      data: { verb: 'favourite.set', marked: true },
    });
    expect(buttons(card({ favourite: true })).get('♥ Favourite')).toMatchObject({
      tooltip: 'Remove from the favourites: Alpenmilch AG',
      data: { marked: false },
    });
  });

  test('C9: Microsoft’s 14 days are over before that has been written', () => {
    const microsoft = {
      help: 'GeneralOrOther',
      notes: 'Help',
      askedAt: '2026-10-20T09:00:00.000Z',
      answerBy: '2026-11-03T09:00:00.000Z',
      status: 'waiting',
    } as const;
    expect(textOf(card({ deal: { ...deals.accepted, microsoft } }))).toContain('No answer in 14 days');
    const before = { ...microsoft, answerBy: '2026-11-03T10:00:00.000Z' };
    expect(textOf(card({ deal: { ...deals.accepted, microsoft: before } }))).toContain('Waiting · Last day');
  });

  test.each([
    ['en', 'Team of Microsoft'],
    ['de', 'Team von Microsoft'],
  ] as const)('I8: whom to call at Microsoft, in %s', (language, label) => {
    const microsoft: Deal['microsoft'] = {
      help: 'GeneralOrOther',
      notes: 'Help',
      askedAt: '2026-10-20T09:00:00.000Z',
      answerBy: '2026-11-03T09:00:00.000Z',
      status: 'accepted',
      team: [
        { name: 'Mia Larsen', phone: '+1 425 000 0001', email: 'mia.larsen@microsoft.example' },
        ...['Jon', 'Priya', 'Theo', 'Ole'].map((name) => ({ name })),
      ],
    };
    const json = card({ deal: { ...deals.accepted, microsoft }, reader: readers[language] });
    const more = language === 'en' ? '2 more' : '2 weitere';
    expect(textOf(json).replaceAll('\u00a0', ' ')).toMatch(
      new RegExp(`${label}\nMia Larsen · \\+1 425 000 0001\nmia\\.larsen@microsoft\\.example\nJon\nPriya\n.*${more}`),
    );
    const none = card({ deal: { ...deals.accepted, microsoft: { ...microsoft, team: undefined } } });
    expect(textOf(none)).not.toContain('of Microsoft');
  });

  test('I9: of another partner’s invitation nothing stands on a partner’s own deal', () => {
    const shown = textOf(card({ deal: { ...deals.partner, invitations: [] } }));
    expect(shown).toContain('Who takes part\nFabrikam Cloud Ltd\nSent this on 2 Nov 2026');
  });
});

test.each([
  ['en', 'Edited · Ada Keller, from a file · '],
  ['de', 'Bearbeitet · Ada Keller, aus einer Datei · '],
] as const)('L7: a change that came from a file says so, in %s', (language, line) => {
  const by = { kind: 'person' as const, name: 'Ada Keller' };
  const history: Deal['history'] = [{ what: 'edited', by, at: '2026-11-03T09:32:00.000Z', from: 'bulk' }];
  const deal = { ...deals.accepted, history };
  const page = dealRecordCard({ deal, reader: readers[language], what: 'history', page: 1 });
  expect(textOf(page.card)).toContain(line);
});

test('Teams takes the card of a deal with as much of everything as there can be', () => {
  const long = (most: number) => 'Wörter und mehr '.repeat(most).slice(0, most).trim();
  const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
  const at = '2026-11-03T09:32:00.000Z';
  const by = { kind: 'person' as const, name: long(200) };
  const person = { name: long(200), email: long(254), phone: long(40) };
  const money = { amount: '999999999999.99', currency: 'EUR' };
  const { accepted } = deals;
  const deal: Deal = {
    ...accepted,
    name: long(200),
    team: many(50, person),
    opportunity: { ...accepted.opportunity, notes: long(4000), team: many(50, person) },
    notes: many(100, { text: long(4000), by, at }),
    microsoft: {
      help: 'GeneralOrOther',
      notes: long(4000),
      askedAt: at,
      answerBy: at,
      status: 'accepted',
      team: many(50, person),
    },
    history: many(300, { what: 'edited', by, at, from: 'teams', changes: { name: {}, team: {}, solutions: {} } }),
    invitations: many(30, {
      id: 'invitation',
      partner: { id: '1', name: long(200) },
      closeDate: '2027-01-01',
      value: money,
      notes: long(4000),
      team: many(50, person),
      solutions: many(50, { name: long(200) }),
      help: 'GeneralOrOther',
      sentAt: at,
      respondBy: at,
      status: 'declined',
      reason: 'abuse',
      partnerTeam: many(50, person),
      sequence: 0,
    }),
  };
  const filters = { customer: long(100), countries: many(20, 'DE'), value: { currency: 'EUR', from: money.amount } };
  const place = { list: 'everything', cursor: 'c'.repeat(300), filters } as const;
  for (const { card: json } of [
    {
      card: card({
        deal,
        place,
        may: { answer: true, contact: true, change: false, dialogs: ['deal.edit', 'deal.note'] },
      }),
    },
    dealRecordCard({ deal, reader, what: 'notes', page: 1, place }),
    dealRecordCard({ deal, reader, what: 'history', page: 1, place }),
    dealListCard({ ...place, deals: many(5, deal), reader, now, organisation: long(200), me: '' }),
  ]) {
    // UTF-16: facts/teams.md 1.7.
    expect(JSON.stringify(json).length * 2).toBeLessThan(90_000);
  }
  expect([...buttons(card({ deal })).keys()]).toEqual(expect.arrayContaining(['All notes', 'Whole history']));
});

test('a page of the record that there is not is the last one', () => {
  const at = '2026-11-03T09:32:00.000Z';
  const notes = Array.from({ length: 5 }, (_, index) => ({
    text: `Note ${index + 1}`,
    by: { kind: 'clock' as const },
    at,
  }));
  const page = (number: number) =>
    dealRecordCard({ deal: { ...deals.accepted, notes }, reader, what: 'notes', page: number });
  expect(textOf(page(2).card)).toMatch(/Note 1$/);
  expect(page(99)).toEqual(page(2));
});

describe('a list', () => {
  test.each(dealLists)('%s: each button says whom it acts on, and takes its page along', (list) => {
    const { card: json } = dealListCard({
      list,
      deals: [deals.accepted],
      reader,
      now,
      organisation: 'Nordwind',
      me: 'nobody',
      filters: { status: 'accepted' },
      cursor: 'p2',
    });
    const place = { list, cursor: 'p2', filters: { status: 'accepted' } };
    expect(buttons(json).get('Open deal')).toMatchObject({ tooltip: 'Open deal: Alpenmilch AG', data: { place } });
    expect(buttons(json).get('♡ Favourite')).toMatchObject({ data: { place, on: 'list', marked: true } });
    expect(buttons(json).get('First page')).toMatchObject({ data: { verb: 'view.page', list } });
    expect(buttons(json).get('Without filter')?.data).toEqual({ verb: 'view.page', list });
    for (const { title, associatedInputs } of ofType(json, 'Action.Execute')) {
      expect([title, associatedInputs]).toEqual([title, title === 'Show' ? undefined : 'none']);
    }
  });
});

test('a deal in a list that is called by its customer says so once', () => {
  const shown = (name: string) => {
    const place = { list: 'outbound', organisation: 'Nordwind', me: 'nobody', filters: {} } as const;
    return textOf(dealListCard({ ...place, deals: [{ ...deals.accepted, name }], reader, now }).card);
  };
  expect(shown('Milk')).toContain('Alpenmilch AG\nMilk · Zürich, Switzerland');
  expect(shown('Alpenmilch AG')).toContain('Alpenmilch AG\nZürich, Switzerland');
});

describe('a summary', () => {
  const nothing = { count: 0, sums: [] };
  const empty: Summary = {
    received: nothing,
    accepted: nothing,
    won: nothing,
    lost: nothing,
    expiring: [],
    overdue: [],
    answers: { accepted: 0, declined: 0, expired: 0 },
    leftOut: [],
  };
  const shown = (summary: Partial<Summary>, language: 'en' | 'de' = 'en') =>
    textOf(
      summaryCard({
        summary: { ...empty, ...summary },
        scope: 'mine',
        reader: readers[language],
        now,
        organisation: 'Nordwind',
        alone: true,
      }).card,
    );

  test.each([
    [1, '1 minute', '1 Minute'],
    [59 * 60_000, '59 minutes', '59 Minuten'],
    [60 * 60_000, '1 hour', '1 Stunde'],
    [47 * 3_600_000, '47 hours', '47 Stunden'],
    [48 * 3_600_000, '2 days', '2 Tage'],
    [3.54 * 86_400_000, '3.5 days', '3,5 Tage'],
  ])('%d ms to answer are %s', (medianMilliseconds, en, de) => {
    const answers = { accepted: 1, declined: 0, expired: 0, medianMilliseconds };
    expect(shown({ answers })).toContain(`Time to answer\n${en} · `);
    expect(shown({ answers }, 'de')).toContain(`Zeit bis zur Antwort\n${de} · `);
  });

  test('says what it left out', () => {
    expect(shown({ leftOut: ['active', 'archived'] })).toMatch(/first 1,000 open deals.*newest 1,000 closed deals/s);
  });

  test('shows sums to the cent, and how many currencies more there are', () => {
    const sums = ['EUR', 'CHF', 'USD', 'GBP', 'SEK'].map((currency) => ({ amount: '12345678901234.50', currency }));
    expect(shown({ accepted: { count: 7, sums } })).toContain(
      '7\n€12,345,678,901,234.50\nCHF\u00a012,345,678,901,234.50',
    );
    expect(shown({ accepted: { count: 7, sums } })).toContain('and 2 more currencies');
  });
});
