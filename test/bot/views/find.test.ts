import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { errorsOn, valueIn } from '../../fakes/story.ts';
import { type DealsStory, dealsOn, startDeals } from './deals.ts';

let story: DealsStory;
const ids: Record<string, string> = {};

beforeAll(async () => {
  story = await startDeals();
  const { ada } = story;
  const values = (amount: string, currency: string, closeDate: string, crmId = '') => ({
    values: { name: 'Pilot', amount, currency, closeDate, notes: '', crmId, campaignId: '' },
  });
  ids.contoso = await story.own(ada, 'Contoso Retail', {
    ...values('50000', 'EUR', '2026-12-31', 'CRM-4711'),
    microsoft: { help: 'GeneralOrOther', helpNotes: 'Help' },
  });
  ids.mueller = await story.own(ada, 'Müller & Söhne', values('49999.99', 'EUR', '2027-01-01'));
  ids.dollars = await story.own(ada, 'Contoso Dollars', values('90000', 'USD', '2027-06-30'));
  ids.swiss = await story.sent('Alpenmilch AG');
});
afterAll(() => story.stop());

function named(shown: string[]): string[] {
  return shown.map((id) => Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id);
}

test.each([
  ['find contoso', ['dollars', 'contoso']],
  ['find CONTOSO ret', ['contoso']],
  ['find muller', ['mueller']],
  ['find mueller sohne', ['mueller']],
  ['find CRM-4711', ['contoso']],
  ['find status received', ['swiss']],
  ['finden status offen', ['swiss']],
  ['find type co-sell', ['swiss', 'contoso']],
  ['finden art privat', ['dollars', 'mueller']],
  ['find country CH', ['swiss']],
  ['find country DE,CH', ['swiss', 'dollars', 'mueller', 'contoso']],
  // A value in another currency does not fit, whatever its number.
  ['find min 50000 EUR', ['contoso']],
  ['find max 49999.99 EUR', ['mueller']],
  ['find min 49999.99 EUR max 50000 EUR', ['mueller', 'contoso']],
  ['find before 2026-12-31', ['contoso']],
  ['find after 2027-01-01 before 2027-03-31', ['swiss', 'mueller']],
  [
    'find contoso status accepted type co-sell country DE min 50000 EUR after 2026-01-01 before 2026-12-31',
    ['contoso'],
  ],
  ['outbound contoso', ['dollars', 'contoso']],
  ['ausgang status gewonnen', []],
])('F1: %s', async (line, expected) => {
  const { message } = await story.type(story.ada, line);
  expect(named(dealsOn(story.teams.cardOf(message)))).toEqual(expected);
});

test('says in words what it looked for, and that nothing fits', async () => {
  const { chat } = await story.type(story.ada, 'find nobody status won country DE,AT min 5 EUR before 2026-12-31');
  expect(story.teams.textIn(chat)).toContain(
    '“nobody” · Won · Germany or Austria · from €5 · closes until 31 Dec 2026\n',
  );
  expect(story.teams.textIn(chat)).toContain(text('en', 'list.nothingFits'));
  const german = await story.type(story.cem, 'finden niemand art p2p höchstens 5 EUR nach 1.1.2026');
  expect(story.teams.textIn(german.chat)).toContain(
    '„niemand“ · Partner zu Partner · bis 5\u00a0€ · Abschluss ab 1. Jan. 2026\n',
  );
  expect(story.teams.textIn(german.chat)).toContain(text('de', 'list.nothingFits'));
});

describe('a word that is not understood', () => {
  test('is named, with what can be typed', async () => {
    const { chat } = await story.type(story.ada, 'find contoso status green');
    expect(story.teams.textIn(chat)).toBe(
      [text('en', 'find.unclear', { what: 'status green' }), text('en', 'find.usage'), text('en', 'find.example')].join(
        '\n',
      ),
    );
    const german = await story.type(story.cem, 'meine land Deutschland');
    expect(story.teams.textIn(german.chat)).toContain('„Deutschland“ habe ich nicht verstanden');
  });

  test('the example is one that is understood', async () => {
    for (const [by, language] of [
      [story.ada, 'en'],
      [story.cem, 'de'],
    ] as const) {
      const [, example = ''] = text(language, 'find.example').split(/: (.*)/);
      const { chat } = await story.type(by, example);
      expect(story.teams.textIn(chat)).toContain('“contoso”'.slice(1, -1));
      expect(story.teams.textIn(chat)).not.toContain(text(language, 'find.usage'));
    }
  });

  test('is shown as text, whatever it is', async () => {
    const { chat } = await story.type(story.ada, 'find status <at>all</at>');
    expect(JSON.stringify(story.teams.cardIn(chat))).not.toContain('<at>');
  });
});

describe('the form of the filters', () => {
  test('"find" alone opens it; what is chosen there is looked for in place', async () => {
    const { ada, teams } = story;
    const { message } = await story.type(ada, 'find');
    expect(JSON.stringify(teams.cardOf(message))).toContain('"id":"filter","isVisible":true');
    const typed = { customer: 'contoso', min: '1', currency: 'EUR' };
    const found = await teams.press(ada, message, 'view.filter', typed, { validate: true });
    expect(named(dealsOn(found.card ?? {}))).toEqual(['contoso']);
    expect(JSON.stringify(found.card)).toContain('"id":"filter","isVisible":false');
    expect(valueIn(found.card ?? {}, 'customer')).toBe('contoso');
    const all = await story.press(ada, message, 'Without filter');
    expect(dealsOn(all.card ?? {})).toHaveLength(4);
    expect(JSON.stringify(all.card)).not.toContain('Without filter');
  });

  test('stays in its list', async () => {
    const { message } = await story.type(story.ada, 'outbound');
    const found = await story.teams.press(story.ada, message, 'view.filter', { countries: 'ch, de' });
    expect(found.text).toMatch(/^Outbound\n/);
    expect(named(dealsOn(found.card ?? {}))).toEqual(['dollars', 'mueller', 'contoso']);
  });

  test('an error stands at its field, and what was typed stays', async () => {
    const { message } = await story.type(story.cem, 'ausgang');
    const typed = { customer: 'contoso', countries: 'Deutschland', min: 'viel', from: 'bald' };
    const wrong = await story.teams.press(story.cem, message, 'view.filter', typed);
    expect(errorsOn(wrong.card ?? {})).toEqual({
      countries: [text('de', 'filters.countryInvalid')],
      min: [text('de', 'filters.amountInvalid')],
      currency: [text('de', 'filters.currencyInvalid')],
      from: [text('de', 'list.dateInvalid')],
    });
    for (const [id, value] of Object.entries(typed)) expect(valueIn(wrong.card ?? {}, id)).toBe(value);
    const right = await story.teams.press(story.cem, message, 'view.filter', {
      countries: 'DE',
      min: '5',
      currency: 'EUR',
      from: '2027-01-01',
    });
    expect(errorsOn(right.card ?? {})).toEqual({});
  });

  test('other buttons of the list send nothing of it', async () => {
    const { message } = await story.type(story.ada, 'find contoso');
    const opened = await story.press(story.ada, message, 'Open deal', { dealId: ids.dollars ?? '' });
    expect((opened.activity.value as { action: { data: object } }).action.data).not.toHaveProperty('customer');
  });
});

test('so many that do not fit: it pauses, says so, and searches further', async () => {
  const many = await startDeals();
  const wanted = await many.own(many.ada, 'Needle GmbH');
  for (let number = 0; number < 310; number += 1) await many.own(many.ada, `Hay ${number}`);
  const { message } = await many.type(many.ada, 'find needle');
  expect(dealsOn(many.teams.cardOf(message))).toEqual([]);
  expect(many.teams.textOf(message)).toContain(text('en', 'list.paused'));
  const further = await many.press(many.ada, message, 'Search further');
  expect(dealsOn(further.card ?? {})).toEqual([wanted]);
  expect(further.text).not.toContain(text('en', 'list.paused'));
  await many.stop();
}, 60_000);
