import { describe, expect, test } from '@jest/globals';
import { type OpportunityInput, opportunityCard, refusalText } from '../../cards/index.ts';
import { type Deal, declineReasons } from '../../src/deals/deal.ts';
import { helps } from '../../src/deals/opportunity.ts';
import { refusal } from '../../src/rules/refusal.ts';
import { buttons, ofType, textOf } from './elements.ts';
import { deals, now, readers, sampleDeal } from './samples.ts';

function card(changes: Partial<OpportunityInput> = {}) {
  return opportunityCard({ deal: deals.received, reader: readers.en, now, ...changes }).card;
}

describe('a received opportunity', () => {
  test('says who, where, from whom, what help, how much, until when, which solutions, and what the sender wrote', () => {
    const text = textOf(card());
    for (const part of [
      'Alpenmilch AG',
      'Zürich, Switzerland',
      'Co-sell opportunity from Microsoft',
      'Proof of concept or demo',
      'CHF\u00a0120,000',
      '31 Mar 2027',
      'Lakehouse Accelerator',
      'Customer wants a pilot before summer. Can you lead the assessment?',
      '13 days left · Answer by Mon, 16 Nov 2026, 10:12 CET',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('is read in German by a German reader', () => {
    const text = textOf(card({ reader: readers.de, deal: deals.partner }));
    expect(text).toContain('Partner-zu-Partner-Verkaufschance von Fabrikam Cloud Ltd');
    expect(text).toContain('Noch 3 Tage · Antwort bis Fr., 6. Nov. 2026, 09:00 MEZ');
    expect(text).toContain('80.000\u00a0€');
  });

  test('says that it is the last day, and no hours that would soon be wrong', () => {
    expect(textOf(card({ deal: deals.lastDay }))).toContain('Last day · Answer by Tue, 3 Nov 2026, 16:00 CET');
  });

  test('is accepted, declined, and its contact opened, by ids alone', () => {
    const found = buttons(card());
    expect([...found.keys()]).toEqual(['Accept', 'Decline', 'Customer contact', 'Open deal']);
    expect(found.get('Accept')).toMatchObject({
      verb: 'opportunity.accept',
      data: { verb: 'opportunity.accept', dealId: deals.received.id },
    });
    expect(found.get('Customer contact')).toMatchObject({ verb: 'opportunity.contact' });
  });

  test('V4: names nobody of the customer until the contact is asked for', () => {
    expect(JSON.stringify(card())).not.toMatch(/Reto|Lea|\+41 44|@alpenmilch/);
    const open = card({ contact: true });
    expect(textOf(open)).toContain(
      'Reto Muster, Head of Data\nPhone: +41 44 000 00 01\nEmail: reto.muster@alpenmilch.example',
    );
    expect(textOf(open)).toContain('Only you see this.');
    expect(buttons(open).get('Hide contact')).toMatchObject({ verb: 'opportunity.show' });
    expect(buttons(open).has('Customer contact')).toBe(false);
  });

  test('without a contact has no button for one', () => {
    expect([...buttons(card({ deal: deals.partner })).keys()]).toEqual(['Accept', 'Decline', 'Open deal']);
  });

  test('opened from the list leads back to its page, and takes it along', () => {
    const place = { list: 'inbound', cursor: 'p2' } as const;
    const found = buttons(card({ place }));
    expect(found.get('Back to the list')).toMatchObject({ data: { verb: 'inbound.page', cursor: 'p2' } });
    expect(found.get('Accept')).toMatchObject({ data: { place } });
  });

  test('with next to nothing known is still a card', () => {
    expect(textOf(card({ deal: deals.bare }))).toBe(
      'Co-sell opportunity from Microsoft\nTailspin Toys\n13 days left · Answer by Mon, 16 Nov 2026, 10:12 CET',
    );
  });

  test.each(helps)('help %s has words', (help) => {
    const deal = sampleDeal({ ...deals.bare.opportunity, help });
    expect(textOf(card({ deal }))).toMatch(/Help wanted\n\w/);
  });

  test('L5: at respond-by there is nothing to press, written as expired or not', () => {
    const late = card({ deal: deals.late });
    expect(textOf(late)).toContain('Expired\nNobody answered by 3 Nov 2026, 10:00 CET.');
    expect(buttons(late).size).toBe(0);
  });
});

describe('after the answer', () => {
  test('accepted: by whom, when, and what now', () => {
    const text = textOf(card({ deal: deals.accepted }));
    expect(text).toContain('Accepted\nAda Keller accepted this on 3 Nov 2026, 10:32 CET.');
    expect(text).toContain('Alpenmilch lakehouse pilot');
    expect(text).toContain('Team\nAda Keller, Ben Adler');
    expect(text).toContain('Next: call the customer.');
    expect([...buttons(card({ deal: deals.accepted })).keys()]).toEqual(['Customer contact', 'Open deal']);
  });

  test('accepted elsewhere says where', () => {
    expect(textOf(card({ deal: deals.acceptedElsewhere }))).toContain(
      'Accepted in Partner Center on 3 Nov 2026, 10:32 CET.',
    );
    const byApi = {
      ...deals.accepted,
      answer: { ...deals.acceptedElsewhere.answer, status: 'accepted', from: 'api' },
    } as typeof deals.accepted;
    expect(textOf(card({ deal: byApi }))).toContain('Microsoft reported it as accepted on 3 Nov 2026, 10:32 CET.');
  });

  test('what just happened stands in the band of the state where that has its colour: one band, not two alike', () => {
    const bandsOf = (deal: typeof deals.accepted, tone: 'good' | 'neutral') =>
      ofType(card({ deal, banner: { tone, text: 'Done.' } }), 'Container').filter(({ bleed }) => bleed === true);
    const [band, ...others] = bandsOf(deals.accepted, 'good');
    expect(others).toEqual([]);
    expect(textOf(band)).toBe('Accepted\nDone.\nAda Keller accepted this on 3 Nov 2026, 10:32 CET.');
    expect(bandsOf(deals.lost, 'good').map(({ style }) => style)).toEqual(['good', 'emphasis']);
    expect(bandsOf(deals.lost, 'neutral')).toHaveLength(1);
  });

  test('offers how the deal may go on, to whom it is told who may', () => {
    const found = buttons(card({ deal: deals.accepted, dialogs: ['deal.won', 'deal.lost'] }));
    expect([...found.keys()]).toEqual(['Customer contact', 'Open deal', 'Mark won', 'Mark lost']);
    expect(found.get('Mark won')).toMatchObject({
      data: { verb: 'dialog.open', dialog: 'deal.won', dealId: deals.accepted.id },
    });
  });

  test.each(['accepted', 'won', 'lost'] as const)(
    'V4: %s, where several people read it: nothing of the deal itself',
    (status) => {
      const shared = opportunityCard({ deal: deals[status], reader: readers.en, now, shared: true });
      expect(JSON.stringify(shared)).not.toMatch(/120,000|31 Mar|pilot|Lakehouse|Ben Adler/);
      expect(textOf(shared.card)).toContain('Alpenmilch AG\nZürich, Switzerland');
    },
  );

  test('V4: … and nobody of Microsoft (I8)', () => {
    const microsoft: Deal['microsoft'] = {
      help: 'GeneralOrOther',
      notes: 'Help',
      askedAt: '2026-10-20T09:00:00.000Z',
      answerBy: '2026-11-03T09:00:00.000Z',
      status: 'accepted',
      team: [{ name: 'Mia Larsen', email: 'mia.larsen@microsoft.example' }],
    };
    const shared = opportunityCard({ deal: { ...deals.accepted, microsoft }, reader: readers.en, now, shared: true });
    expect(textOf(shared.card)).toContain('Alpenmilch AG');
    expect(JSON.stringify(shared)).not.toMatch(/Mia|microsoft\.example/);
  });

  test('somebody who was too slow reads once who was faster', () => {
    const about = { by: 'Ada Keller', at: '2026-11-03T09:32:00.000Z' };
    const text = refusalText(refusal('alreadyAccepted', 'A4'), readers.en, about);
    const shown = textOf(card({ deal: deals.accepted, banner: { tone: 'attention', text } }));
    expect(shown).toContain(text);
    expect(shown.split('Ada Keller accepted this on')).toHaveLength(2);
  });

  test.each(declineReasons)('declined for %s: the reason in words, and nothing to do but look at it', (reason) => {
    const answer = { ...deals.declined.answer, status: 'declined', reason } as NonNullable<
      typeof deals.declined.answer
    >;
    const declined = card({ deal: { ...deals.declined, answer } });
    expect(textOf(declined)).toMatch(/Declined\nAda Keller declined this on .*\nReason\n\w.*\n/s);
    expect(textOf(declined)).toContain('Nothing can be changed any more.');
    expect([...buttons(declined).keys()]).toEqual(['Open deal']);
  });

  test.each(['expired', 'won', 'lost'] as const)('F3: %s: archived, nothing to do but look at it', (status) => {
    const archived = card({ deal: deals[status], contact: true });
    expect(textOf(archived)).toMatch(new RegExp(status, 'i'));
    expect(buttons(archived).get('Open deal')).toMatchObject({ data: { verb: 'deal.open', dealId: deals[status].id } });
    expect(buttons(archived).size).toBe(1);
    expect(JSON.stringify(archived)).not.toContain('Reto');
  });

  test('N5: where the sender could not be told, people are asked to', () => {
    expect(textOf(card({ deal: deals.acceptedNotTold }))).toContain(
      'Partner Center is not connected: please give the same answer there.',
    );
    expect(textOf(card({ deal: deals.declinedNotTold }))).toContain(
      'Fabrikam Cloud Ltd could not be told of this answer.',
    );
  });

  test('Partner Center: in step, on its way, or refused, and why only where not everybody reads it', () => {
    expect(textOf(card({ deal: deals.inStep }))).toMatch(/Partner Center\W+In step/);
    expect(textOf(card({ deal: deals.onItsWay }))).toMatch(/Partner Center\W+On its way/);
    const refused = textOf(card({ deal: deals.refused }));
    expect(refused).toContain('Partner Center refused what was changed here. Open the deal to see why.');
    expect(refused).not.toContain('closingDateTime');
  });

  test('the state is a word, not only a colour', () => {
    const [band] = ofType(card({ deal: deals.declined }), 'Container');
    expect(textOf(band)).toMatch(/^Declined/);
  });
});

test('the summary says what happened to whom', () => {
  const summary = (deal: typeof deals.received) => opportunityCard({ deal, reader: readers.en, now }).summary;
  expect(summary(deals.received)).toBe(
    'New opportunity: Alpenmilch AG · Zürich, Switzerland · CHF 120,000 · 13 days left',
  );
  expect(summary(deals.expired)).toBe('Expired · Alpenmilch AG · Zürich, Switzerland · CHF 120,000');
});

test('a card is filled in, not made again: the parts of one are not those of another', () => {
  const first = card();
  const before = JSON.stringify(first);
  card({ deal: deals.partner, contact: true });
  expect(JSON.stringify(first)).toBe(before);
  expect(JSON.stringify(card())).toBe(before);
});
