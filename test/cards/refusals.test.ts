import { describe, expect, test } from '@jest/globals';
import { type RefusalAbout, refusalText } from '../../cards/index.ts';
import { languages } from '../../src/organisations/organisation.ts';
import { type RefusalCode, refusal, refusalCodes } from '../../src/rules/refusal.ts';
import { readers } from './samples.ts';

const at = '2026-11-03T09:32:00.000Z';

const said: [RefusalCode, RefusalAbout, string, string][] = [
  [
    'alreadyAccepted',
    { by: 'Ada Keller', at },
    'Ada Keller accepted this on 3 Nov 2026, 10:32 CET. It can no longer be answered.',
    'Ada Keller hat am 3. Nov. 2026, 10:32 MEZ angenommen. Diese Verkaufschance kann nicht mehr beantwortet werden.',
  ],
  [
    'alreadyAccepted',
    { at },
    'Accepted on 3 Nov 2026, 10:32 CET. It can no longer be answered.',
    'Am 3. Nov. 2026, 10:32 MEZ angenommen. Diese Verkaufschance kann nicht mehr beantwortet werden.',
  ],
  [
    'alreadyAccepted',
    {},
    'This was already accepted. Nothing was changed.',
    'Diese Verkaufschance ist schon angenommen. Es wurde nichts geändert.',
  ],
  [
    'alreadyDeclined',
    { by: 'Ben Adler', at },
    'Ben Adler declined this on 3 Nov 2026, 10:32 CET. It can no longer be answered.',
    'Ben Adler hat am 3. Nov. 2026, 10:32 MEZ abgelehnt. Diese Verkaufschance kann nicht mehr beantwortet werden.',
  ],
  [
    'expired',
    { respondBy: at, status: 'expired' },
    'The time to answer ended on 3 Nov 2026, 10:32 CET. Nothing was changed.',
    'Die Zeit zum Antworten endete am 3. Nov. 2026, 10:32 MEZ. Es wurde nichts geändert.',
  ],
  [
    'archived',
    { status: 'lost' },
    'This deal is closed (Lost) and can no longer be changed.',
    'Dieser Deal ist abgeschlossen (Verloren) und kann nicht mehr geändert werden.',
  ],
  [
    'noRole',
    { admins: ['Ada Keller', 'Ben Adler'] },
    'You have no role for opportunities yet. Ask Ada Keller or Ben Adler for one.',
    'Sie haben noch keine Rolle für Verkaufschancen. Fragen Sie Ada Keller oder Ben Adler danach.',
  ],
  [
    'usersMayNotAnswer',
    {},
    'In your organisation only admins answer opportunities. Ask one of them.',
    'In Ihrer Organisation antworten nur Admins auf Verkaufschancen. Fragen Sie dort nach.',
  ],
];

test.each(said)('%s %j: %s', (code, about, en, de) => {
  expect(refusalText({ code, rule: 'V1' }, readers.en, about)).toBe(`${en} (V1)`);
  expect(refusalText({ code, rule: 'V1' }, readers.de, about)).toBe(`${de} (V1)`);
});

describe.each(languages)('%s', (language) => {
  test.each(refusalCodes)('%s is said in its own words, with and without what is known', (code) => {
    const general = refusalText({ code: 'unheardOf' as RefusalCode, rule: 'V1' }, readers[language]);
    const about = { by: 'Ada', at, status: 'won', admins: ['Ada', 'Ben', 'Cem', 'Dora'], respondBy: at };
    for (const sentence of [
      refusalText(refusal(code, 'V1'), readers[language]),
      refusalText(refusal(code, 'V1'), readers[language], about),
    ]) {
      expect(sentence).toMatch(/^[\p{Lu}0-9].*\. \(V1\)$/su);
      expect(sentence).not.toMatch(/[{}]|undefined|none|Dora/);
      expect(sentence).not.toBe(general);
    }
  });
});

test('names in a refusal are inert', () => {
  const by = '<at>everyone</at> **x** {{DATE(2020-01-01T00:00:00Z)}}';
  const sentence = refusalText(refusal('alreadyAccepted', 'A4'), readers.en, { by, at });
  expect(sentence).not.toMatch(/<at>|\*\*|\{\{/);
});
