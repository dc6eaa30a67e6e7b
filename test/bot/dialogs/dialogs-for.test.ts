import { describe, expect, test } from '@jest/globals';
import { dialogs, dialogsFor } from '../../../bot/dialogs/index.ts';
import { text } from '../../../cards/index.ts';
import type { Deal } from '../../../src/deals/deal.ts';
import { seller, settings } from '../../fixtures/opportunity.ts';
import { accepted, admin, outsiders, own } from '../../rules/deals.ts';

/** The dialogs of this file's own subject: inviting partners has its own tests. */
function offered(deal: Deal, actor = seller()): string[] {
  return dialogsFor(deal, actor, settings).filter((id) => id !== 'deal.partner');
}

const eligible = { solutions: [{ name: 'Lakehouse', eligible: true }] };
const edits = ['deal.edit', 'deal.team', 'deal.solutions', 'deal.note'];

describe('what a person may do to a deal now', () => {
  test.each<[string, Deal, string[]]>([
    ['an accepted inbound deal (I6)', accepted(), [...edits, 'deal.won', 'deal.lost']],
    ['an own private deal (I5)', own(), [...edits, 'deal.microsoft', 'deal.won', 'deal.lost']],
    [
      'an own deal with Microsoft',
      own({ parties: { microsoft: true, partners: 0 } }),
      [...edits, 'deal.won', 'deal.lost'],
    ],
    ['a received one (L3)', accepted({ status: 'received' }), []],
    ['a won one (F3)', accepted({ status: 'won' }), []],
    ['a won one that can be registered (G1)', accepted({ status: 'won', ...eligible }), ['deal.register']],
    ['a lost one (L6)', accepted({ status: 'lost', ...eligible }), []],
    ['a declined one', accepted({ status: 'declined', ...eligible }), []],
    ['an expired one', accepted({ status: 'expired', ...eligible }), []],
  ])('%s', (_what, deal, ids) => {
    expect(offered(deal).sort()).toEqual([...ids].sort());
    expect(offered(deal, admin).sort()).toEqual([...ids].sort());
  });

  test.each(outsiders)('%s: nothing', (_who, actor) => {
    for (const deal of [accepted(), own(), accepted({ status: 'won', ...eligible })]) {
      expect(dialogsFor(deal, actor, settings)).toEqual([]);
    }
  });
});

test('every dialog has its own id, and a title in both languages', () => {
  for (const [id, dialog] of dialogs) {
    expect(dialog.id).toBe(id);
    for (const language of ['en', 'de'] as const) expect(text(language, dialog.title as 'won.title')).toMatch(/\S/);
    expect(new Set(dialog.steps.map((step: { id: string }) => step.id)).size).toBe(dialog.steps.length);
  }
});
