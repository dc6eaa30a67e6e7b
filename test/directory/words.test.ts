import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { indexed, matches, rankOf, typed } from '../../src/directory/words.ts';

function isFound(text: string, name: string, numbers: string[] = []): boolean {
  return matches(typed(text), indexed(name, numbers));
}

/** As somebody types who has no accents: worked out otherwise than in the code. */
function withoutAccents(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .replaceAll('Ø', 'O')
    .replaceAll('ł', 'l')
    .replaceAll('Ł', 'L')
    .replaceAll('æ', 'ae')
    .replaceAll('Æ', 'AE');
}

describe('a name is found', () => {
  test.each<[typed: string, name: string]>([
    ['con', 'Contoso Retail'],
    ['RET', 'Contoso Retail'],
    ['ret con', 'Contoso Retail'],
    ['contoso   retail ', 'Contoso Retail'],
    ['muller', 'Müller Maschinenbau GmbH'],
    ['Müller', 'MULLER LTD'],
    ['mueller', 'Müller Maschinenbau GmbH'],
    ['Müller', 'Mueller Werkzeuge'],
    ['MÜLLER', 'Mu\u0308ller AG'],
    ['strasse', 'Straße 8 Verlag'],
    ['Straße', 'Strasse 8 Verlag'],
    ['weiss', 'Gebrüder Weiß'],
    ['STRASSENBAU', 'Straßenbau GmbH'],
    ['lodz', 'Przędzalnia Łódź'],
    ['Łódź', 'Lodz Textiles'],
    ['odegard', 'Ødegård Entreprenør AS'],
    ['oedegaard', 'Ødegård Entreprenør AS'],
    ['aalesund', 'Ålesund Verft'],
    ['oeuvre', 'Œuvre Sociale'],
    ['aero', 'Ærø Færger'],
    ['istanbul', 'İstanbul Tekstil'],
    ['ISTANBUL', 'ıstanbul Tekstil'],
    ['obrien', "O'Brien Dairy"],
    ["o'br", 'OBrien Dairy'],
    ['o’brien', "O'Brien Dairy"],
    ['brien', "O'Brien Dairy"],
    ['tmobile', 'T-Mobile'],
    ['t mobile', 'T-Mobile'],
    ['t-m', 'T-Mobile'],
    ['sa', 'Petit S.A.'],
    ['s.a.', 'Petit SA'],
    ['at&t', 'AT&T'],
    ['att', 'AT&T'],
    ['3m', '3M Company'],
    ['αθηνας', 'Αθήνας ΑΕ'],
    ['ΑΘΗΝΑΣ', 'Αθήνας ΑΕ'],
    ['йод', 'Йодовый завод'],
    ['株', '(株)コントソ'],
    ['', 'Anything'],
    ['&', 'Anything'],
  ])('"%s" finds %s', (text, name) => {
    expect(isFound(text, name)).toBe(true);
  });

  test.each<[typed: string, name: string]>([
    ['toso', 'Contoso Retail'],
    ['con x', 'Contoso Retail'],
    ['contosos', 'Contoso Retail'],
    ['mueler', 'Müller'],
    ['retail contoso dublin', 'Contoso Retail'],
  ])('"%s" does not find %s', (text, name) => {
    expect(isFound(text, name)).toBe(false);
  });

  test('by its number too, with and without punctuation', () => {
    expect(isFound('48000', 'Contoso', ['480000002'])).toBe(true);
    expect(isFound('sol-0001', 'Lakehouse', ['SOL-0001-ABC'])).toBe(true);
    expect(isFound('sol0001', 'Lakehouse', ['SOL-0001-ABC'])).toBe(true);
    expect(isFound('lake 0001', 'Lakehouse', ['SOL-0001-ABC'])).toBe(true);
    expect(isFound('0002', 'Lakehouse', ['SOL-0001-ABC'])).toBe(false);
  });
});

describe('order', () => {
  const order = (text: string, names: string[]) =>
    names
      .map((name) => ({ name, line: indexed(name, []).line }))
      .sort((a, b) => rankOf(typed(text), a.line) - rankOf(typed(text), b.line) || (a.line < b.line ? -1 : 1))
      .map(({ name }) => name);

  test('the name itself, then what it is the beginning of, then what begins with a typed word, then the others', () => {
    const names = ['Alpha Con', 'Contoso', 'Con Alpha', 'Conrad', 'Con'];
    expect(order('con', names)).toEqual(['Con', 'Con Alpha', 'Conrad', 'Contoso', 'Alpha Con']);
    expect(order('con al', ['Alpha Con', 'Zeta Alpha Con', 'Con Zeta Alpha', 'Con Alpha'])).toEqual([
      'Con Alpha',
      'Alpha Con',
      'Con Zeta Alpha',
      'Zeta Alpha Con',
    ]);
  });

  test('a name with an accent stands where it would stand without', () => {
    expect(order('', ['Muster', 'Müller', 'Mulde', 'Muller AG'])).toEqual(['Mulde', 'Müller', 'Muller AG', 'Muster']);
  });
});

describe('any name', () => {
  const letters = [...'abcdeghmorstuvzABCDEXÄÖÜäöüßéèêñçåøØłŁæÆİığşčřžő0123456789'];
  const word = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 8 }).map((found) => found.join(''));
  const between = fc.constantFrom(' ', '  ', ' & ', '\t', '\u00a0');
  const name = fc
    .tuple(word, fc.array(fc.tuple(between, word), { maxLength: 4 }))
    .map(([first, others]) => first + others.flat().join(''));

  test('is found by any beginning of any of its words, as it is written and without accents, in any case', () => {
    fc.assert(
      fc.property(name, fc.nat(), fc.nat(), (text, at, cut) => {
        const words = text.split(/[\s&\u00a0]+/);
        const chosen = words[at % words.length] ?? '';
        const beginning = chosen.slice(0, 1 + (cut % chosen.length));
        for (const each of [beginning, withoutAccents(beginning)]) {
          expect(isFound(each, text)).toBe(true);
          expect(isFound(each.toUpperCase(), text)).toBe(true);
          expect(isFound(each.toLowerCase(), text)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('is found by beginnings of several of its words, in any order', () => {
    fc.assert(
      fc.property(name, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 }), (text, choices) => {
        const words = text.split(/[\s&\u00a0]+/);
        const beginnings = choices.map(([at, cut]) => {
          const chosen = words[at % words.length] ?? '';
          return chosen.slice(0, 1 + (cut % chosen.length));
        });
        expect(isFound(beginnings.join(' '), text)).toBe(true);
      }),
    );
  });

  test('of any characters is found by itself, comes first then, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: 'binary' }), (text, other) => {
        const entry = indexed(text, []);
        expect(matches(typed(text), entry)).toBe(true);
        expect(rankOf(typed(text), entry.line)).toBe(0);
        matches(typed(other), entry);
      }),
      { numRuns: 1000 },
    );
  });

  test('has a line in which every word that it is found by follows a space or begins it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, number) => {
        const { line, words } = indexed(text, [number]);
        const inLine = line.split(/[ \t]+/).filter((each) => each !== '');
        expect(inLine.toSorted()).toEqual(words.filter((each) => each !== '').toSorted());
      }),
    );
  });
});
