import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sealed, sealingKey, unsealed } from '../../src/partner-center/sealed.ts';

const key = createSecretKey(randomBytes(32));

test('whatever is sealed can be read again, by this key and for this purpose only', () => {
  const other = createSecretKey(randomBytes(32));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
      const hidden = sealed(key, text.toWellFormed(), context);
      expect(unsealed(key, hidden, context)).toBe(text.toWellFormed());
      expect(unsealed(other, hidden, context)).toBeUndefined();
      expect(unsealed(key, hidden, `${context}!`)).toBeUndefined();
    }),
  );
});

test('the same text is sealed in another way each time', () => {
  expect(sealed(key, 'text', '')).not.toBe(sealed(key, 'text', ''));
});

test('what was changed is not read', () => {
  const hidden = sealed(key, 'text', '');
  for (let at = 3; at < hidden.length - 1; at++) {
    const letter = hidden[at] === 'A' ? 'B' : 'A';
    expect(unsealed(key, hidden.slice(0, at) + letter + hidden.slice(at + 1), '')).toBeUndefined();
  }
  for (const odd of ['', 'v1.', 'v2.AAAA', 'plain', hidden.slice(0, 20)])
    expect(unsealed(key, odd, '')).toBeUndefined();
});

test.each([
  ['32 bytes', randomBytes(32).toString('base64'), true],
  ['31 bytes', randomBytes(31).toString('base64'), false],
  ['64 hexadecimal digits', randomBytes(32).toString('hex'), false],
  ['words', 'correct horse battery staple', false],
  ['nothing', '', false],
])('the key is 32 bytes in base64: %s', (_what, text, isKey) => {
  expect(sealingKey(text) !== undefined).toBe(isKey);
});
