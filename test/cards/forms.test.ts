import { describe, expect, test } from '@jest/globals';
import {
  type AcceptFormInput,
  acceptFormCard,
  type DeclineFormInput,
  declineFormCard,
  filtersFormCard,
  refusalText,
} from '../../cards/index.ts';
import { declineReasons } from '../../src/deals/deal.ts';
import { refusal } from '../../src/rules/refusal.ts';
import { buttons, everything, input, textAfter, textOf } from './elements.ts';
import { acceptErrors, acceptTyped, colleagues, deals, filterInputs, hostileText, now, readers } from './samples.ts';

function accept(changes: Partial<AcceptFormInput> = {}) {
  return acceptFormCard({
    deal: deals.received,
    reader: readers.en,
    now,
    values: acceptTyped.right,
    errors: [],
    colleagues,
    me: 'Ada Keller',
    ...changes,
  }).card;
}

function isOpen(card: unknown): unknown {
  return everything(card).find(({ id }) => id === 'more')?.isVisible;
}

describe('the accept form', () => {
  test('A1: is pre-filled; date not before today in the reader’s zone', () => {
    const card = accept({
      reader: { language: 'en', timeZone: 'Pacific/Auckland' },
      now: Date.parse('2026-11-03T12:00:00Z'),
    });
    expect(input(card, 'amount')).toMatchObject({ type: 'Input.Number', value: 120_000, isRequired: true });
    expect(input(card, 'currency')).toMatchObject({ value: 'CHF', style: 'compact', isRequired: true });
    expect(input(card, 'closeDate')).toMatchObject({ type: 'Input.Date', value: '2027-03-31', min: '2026-11-04' });
    expect(input(card, 'name')).toMatchObject({ isRequired: true, maxLength: 200 });
  });

  test('says what one accepts, in two lines', () => {
    expect(textOf(accept())).toContain(
      'Alpenmilch AG · Zürich, Switzerland\nCo-sell opportunity from Microsoft · Proof of concept or demo · CHF\u00a0120,000',
    );
  });

  test('A2: offers the person who accepts, and colleagues by the people picker', () => {
    expect(textOf(accept())).toContain('You: Ada Keller');
    expect(input(accept(), 'colleagues')).toMatchObject({
      isMultiSelect: true,
      style: 'filtered',
      'choices.data': { type: 'Data.Query', dataset: 'graph.microsoft.com/users?scope=currentContext' },
      choices: colleagues.map(({ id, name }) => ({ title: name, value: id })),
    });
  });

  test('A3: asks what the customer is looking for and says what the notes are good for', () => {
    expect(input(accept(), 'notes').label).toBe('What is the customer looking for?');
    expect(textAfter(accept(), 'notes')).toBe('These notes help to find similar deals for you.');
  });

  test.each(acceptErrors)('an error of $field stands at its field ($code)', (error) => {
    const card = accept({ values: acceptTyped.wrong, errors: acceptErrors });
    expect(textAfter(card, error.field ?? '')).toContain(refusalText(error, readers.en));
  });

  test('nothing that was typed is lost, of whatever kind it is', () => {
    const card = accept({ values: acceptTyped.wrong, errors: acceptErrors });
    for (const [id, typed] of Object.entries(acceptTyped.wrong))
      expect([id, input(card, id).value]).toEqual([id, typed]);
    const hostile = { ...acceptTyped.right, name: hostileText, notes: 'one\n\ttwo' };
    const again = accept({ values: hostile });
    // But for what nobody can see.
    expect(input(again, 'name').value).toMatch(/^\[Free gift\].*<at>everyone<\/at> \$\{name\} .* gnp\.exe ab$/);
    expect(input(again, 'notes').value).toBe('one\n\ttwo');
  });

  test.each([
    ['', 'Input.Number', undefined],
    ['45000.5', 'Input.Number', 45_000.5],
    ['999999999999.99', 'Input.Number', 999_999_999_999.99],
    ['120.000', 'Input.Number', 120],
    ['0', 'Input.Number', 0],
    ['00012', 'Input.Text', '00012'],
    ['-5', 'Input.Text', '-5'],
    ['1e5', 'Input.Text', '1e5'],
    ['1.2345', 'Input.Text', '1.2345'],
    ['45.000,50', 'Input.Text', '45.000,50'],
  ])('an amount typed as %j comes back in %s', (amount, type, value) => {
    const found = input(accept({ values: { ...acceptTyped.right, amount } }), 'amount');
    expect([found.type, found.value]).toEqual([type, value]);
  });

  test.each([
    ['', 'Input.Date', '2026-11-03'],
    ['2026-11-03', 'Input.Date', '2026-11-03'],
    ['2026-10-31', 'Input.Date', undefined],
    ['31.12.2026', 'Input.Text', undefined],
    ['2026-13-45', 'Input.Text', undefined],
  ])('a date typed as %j comes back in %s from %s on', (closeDate, type, min) => {
    const found = input(accept({ values: { ...acceptTyped.right, closeDate } }), 'closeDate');
    expect([found.type, found.min, found.value]).toEqual([type, min, closeDate]);
  });

  test('a currency that is not a common one can be kept', () => {
    const choices = (currency: string) =>
      (input(accept({ values: { ...acceptTyped.right, currency } }), 'currency').choices as { value: string }[]).map(
        ({ value }) => value,
      );
    expect(choices('ISK').filter((code) => code === 'ISK')).toHaveLength(1);
    expect(choices('Thaler')[0]).toBe('Thaler');
    expect(choices('CHF').filter((code) => code === 'CHF')).toHaveLength(1);
    expect(choices('')).not.toContain('');
  });

  test('the rare fields are folded away until one is wrong or filled', () => {
    expect(isOpen(accept())).toBe(false);
    expect(isOpen(accept({ errors: [refusal('colleagueUnknown', 'A2', 'colleagues')] }))).toBe(true);
    expect(isOpen(accept({ values: { ...acceptTyped.right, crmId: 'CRM-1' } }))).toBe(true);
    expect(everything(accept()).find(({ type }) => type === 'Action.ToggleVisibility')).toMatchObject({
      targetElements: ['more'],
    });
  });

  test('a refusal without a field of the form stands above it', () => {
    const error = refusal('archived', 'L6');
    expect(textOf(accept({ errors: [error] })).split('Deal name')[0]).toContain(refusalText(error, readers.en));
  });

  test('is sent, or cancelled without a check of the inputs', () => {
    const found = buttons(accept());
    expect(found.get('Accept')).toMatchObject({ verb: 'opportunity.accept.send', data: { dealId: deals.received.id } });
    expect(found.get('Cancel')).toMatchObject({ verb: 'opportunity.show', associatedInputs: 'none' });
    const fromList = buttons(accept({ place: { list: 'inbound', cursor: 'p2' } }));
    expect(fromList.get('Cancel')).toMatchObject({ data: { verb: 'inbound.page', cursor: 'p2' } });
  });
});

describe('the decline form', () => {
  function decline(changes: Partial<DeclineFormInput> = {}) {
    return declineFormCard({
      deal: deals.received,
      reader: readers.en,
      now,
      values: { reason: '', notes: '' },
      errors: [],
      ...changes,
    }).card;
  }

  test('D1: has the reasons of the list in its order', () => {
    const { choices, isRequired } = input(decline(), 'reason');
    expect((choices as { value: string }[]).map(({ value }) => value)).toEqual(declineReasons);
    expect(isRequired).toBe(true);
  });

  test('says that it is final and that the sender is told the reason', () => {
    expect(textOf(decline())).toContain('This cannot be undone. The sender is told the reason.');
  });

  test('D2: what was chosen and typed stays, with the error at its field', () => {
    const error = refusal('notesNeeded', 'D2', 'notes');
    const card = decline({ values: { reason: 'other', notes: ' ' }, errors: [error] });
    expect(input(card, 'reason').value).toBe('other');
    expect(input(card, 'notes').value).toBe(' ');
    expect(textAfter(card, 'notes')).toContain(refusalText(error, readers.en));
    expect(textOf(card)).toMatch(/^Not sent yet/);
  });

  test('is sent as a decline', () => {
    expect(buttons(decline()).get('Decline')).toMatchObject({ verb: 'opportunity.decline.send' });
    expect(buttons(decline()).get('Cancel')).toMatchObject({ verb: 'opportunity.show', associatedInputs: 'none' });
  });
});

describe('the form of the filters', () => {
  test('keeps what was typed, with errors at their fields', () => {
    const card = filtersFormCard({
      reader: readers.en,
      values: { ...filterInputs, countries: 'Germany', currency: 'euro' },
      errors: [
        { field: 'countries', code: 'countryInvalid' },
        { field: 'currency', code: 'currencyInvalid' },
      ],
    }).card;
    expect(input(card, 'countries').value).toBe('Germany');
    expect(input(card, 'currency').value).toBe('euro');
    expect(textAfter(card, 'countries')).toBe('Use two-letter country codes, such as DE, AT.');
    expect(textAfter(card, 'currency')).toBe('Choose a currency for the value.');
    expect(textAfter(card, 'solution')).toBe('');
    expect(buttons(card).get('Save')).toMatchObject({ verb: 'subscription.filter.send' });
  });
});
