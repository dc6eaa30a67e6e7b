import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { day, monday } from '../fixtures/opportunity.ts';
import { accepted, admin, ask, closedStages, codes, done, outsiders } from './deals.ts';

const note = (text: string, since?: string) => ({
  kind: 'note' as const,
  text,
  ...(since === undefined ? {} : { since }),
});

describe('E4: notes', () => {
  test('each keeps its author and time, and none is overwritten', () => {
    const one = done(ask(accepted(), note(' first ')));
    const two = done(ask(one, note('second'), admin, monday + day));
    expect(two.notes).toEqual([
      { text: 'first', by: { kind: 'person', personId: 'person-ada', name: 'Ada Keller' }, at: instant(monday) },
      { text: 'second', by: { kind: 'person', personId: 'person-uma', name: 'Uma Berg' }, at: instant(monday + day) },
    ]);
    expect(two.history.slice(-2).map(({ what }) => what)).toEqual(['noted', 'noted']);
  });

  test.each([
    ['E4 something', ' \n ', ['E4 noteMissing note']],
    ['E3 at most 4,000 characters', 'x'.repeat(4001), ['E3 notesTooLong note']],
    ['E3 4,000 are fine', 'x'.repeat(4000), []],
  ])('%s', (_rule, text, refused) => {
    expect(codes(ask(accepted(), note(text)))).toEqual(refused);
  });

  test('the same words by the same person since the form was opened are one note, sent twice', () => {
    const since = instant(monday);
    const one = done(ask(accepted(), note('Called.', since)));
    expect(ask(one, note(' Called. ', since), undefined, monday + day)).toMatchObject({ ok: true, changed: false });
    expect(done(ask(one, note('Called.', instant(monday + 1)))).notes).toHaveLength(2);
    expect(done(ask(one, note('Called.', since), admin)).notes).toHaveLength(2);
    expect(done(ask(one, note('Called.'))).notes).toHaveLength(2);
  });

  test.each(outsiders)('%s', (_who, actor, refused) => {
    expect(codes(ask(accepted(), note('x'), actor))).toEqual([refused]);
  });

  test.each(closedStages)('%s: %s', (_rule, status, refused) => {
    expect(codes(ask({ ...accepted(), status }, note('x'), admin))).toEqual([refused]);
  });
});
