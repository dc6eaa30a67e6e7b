import { describe, expect, test } from '@jest/globals';
import { inert, paragraphs, plain } from '../../cards/plain.ts';

const joiner = '\u2060';

describe('plain', () => {
  test.each([
    ['Hafen & Söhne KG', 'Hafen & Söhne KG'],
    ['  Alpenmilch AG ', 'Alpenmilch AG'],
    ['日本電気', '日本電気'],
    ['👩‍🔬 Lab', '👩‍🔬 Lab'],
    ['می‌خواهم', 'می‌خواهم'],
    ['a\nb\tc\u2028d', 'a b c d'],
    ['**bold** [x](y) # h', '**bold** [x](y) # h'],
    ['a\u0000b\u0007c\u200bd\ufeffe\u00adf', 'abcdef'],
    ['\u202egnp.exe\u202c', 'gnp.exe'],
    ['\u2066x\u2069 \u{e0041}y', 'x y'],
    ['{{DATE(2020-01-01T00:00:00Z)}}', `{${joiner}{DATE(2020-01-01T00:00:00Z)}}`],
    ['{\u200b{TIME(x)}}', `{${joiner}{TIME(x)}}`],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what is tried
    ['${name}', `$${joiner}{name}`],
    ['<at>all</at>', `<${joiner}at>all<${joiner}/at>`],
    ['a < b', 'a < b'],
    ['&lt;at&gt;', `&${joiner}lt;at&${joiner}gt;`],
    ['&#60;at', `&${joiner}#60;at`],
    ['AT&T; x', `AT&${joiner}T; x`],
    ['Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306algo', 'Z\u0300\u0301\u0302\u0303algo'],
    ['', ''],
  ])('%j is shown as %j', (text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  test('is cut with an ellipsis, never through a character', () => {
    expect(plain('abcdef', 4)).toBe('abc…');
    expect(plain('ab😀def', 4)).toBe('ab…');
    expect(plain('x'.repeat(5000), 200)).toHaveLength(200);
    expect(plain(`\ud800${'x'.repeat(5)}`)).toBe('xxxxx');
  });
});

describe('paragraphs', () => {
  test('new lines stay, empty lines do not', () => {
    expect(paragraphs('one\r\n\r\n\n two \n\u200b\nthree')).toEqual(['one', 'two', 'three']);
    expect(paragraphs(' \n ')).toEqual([]);
  });

  test('are cut by characters and by lines', () => {
    expect(paragraphs('x'.repeat(4000)).join('')).toHaveLength(1000);
    const lines = paragraphs(Array.from({ length: 40 }, (_, at) => `line ${at}`).join('\n'));
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe('line 11 …');
  });
});

describe('inert', () => {
  test.each([
    ['Contoso (Ireland) Ltd', 'Contoso (Ireland) Ltd'],
    ['ann_b@contoso.com', 'ann_b@contoso.com'],
    ['C# & F#', 'C# & F#'],
    ['[x](https://evil.example)', `［x］(https:${joiner}//evil.example)`],
    ['www.evil.example', `www${joiner}.evil.example`.replace(`${joiner}.`, `.${joiner}`)],
    ['**a** _b_ `c` ~~d~~', '∗∗a∗∗ ＿b＿ ˋcˋ ∼∼d∼∼'],
    ['<at>x</at>', `‹${joiner}at›x‹${joiner}/at›`],
    ['- item', `-${joiner} item`],
    ['1. item', `1.${joiner} item`],
    ['# Title', `#${joiner} Title`],
  ])('%j becomes %j', (text, shown) => {
    expect(inert(text)).toBe(shown);
  });
});
