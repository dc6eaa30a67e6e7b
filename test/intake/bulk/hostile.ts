import fc from 'fast-check';

export const anyText = fc.string({ unit: 'binary', maxLength: 60 });
/** Text of which much is what tables, formulas and notes are made of. */
export const hostileText = fc
  .array(
    fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      "'",
      '"',
      ',',
      ';',
      ' ',
      'a',
      '1',
      '＝',
      '\ufffd',
      '\u2028',
      '\0',
    ),
  )
  .map((parts) => parts.join(''));
