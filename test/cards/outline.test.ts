import { describe, expect, jest, test } from '@jest/globals';
import { Template } from 'adaptivecards-templating';
import fc from 'fast-check';
import { fillingOf, marked, outlineOf } from '../../cards/outline.ts';
import { languages } from '../../src/organisations/organisation.ts';
import { readers, samples } from './samples.ts';

/** Everything that the project's templates do: lists in lists, texts in texts, conditions, data that is handed on whole. */
const payload = {
  type: 'AdaptiveCard',
  body: [
    { type: 'TextBlock', text: `\${title} · \${count(rows)}`, wrap: true },
    {
      type: 'Container',
      $data: `\${rows}`,
      items: [
        { type: 'TextBlock', $when: `\${kind == 'loud'}`, text: `Loud: \${label}!` },
        { type: 'TextBlock', $when: `\${kind == 'quiet'}`, text: `\${label}`, isSubtle: true },
        { type: 'TextBlock', $data: `\${lines}`, text: `\${$data}` },
        { type: 'Input.Number', value: `\${amount}` },
      ],
    },
    { type: 'ActionSet', actions: [{ type: 'Action.Submit', data: `\${action}` }] },
  ],
};
const exact = new Set(['count', 'rows', 'kind', 'loud', 'quiet']);

const someText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '\0', '\u00000\0', `\${title}`, '"', 'null', 'loud'),
);
const data = fc.record({
  title: someText,
  rows: fc.array(
    fc.record({
      kind: fc.constantFrom('loud', 'quiet', 'other'),
      label: someText,
      lines: fc.array(someText, { maxLength: 3 }),
      amount: fc.oneof(fc.integer(), someText),
    }),
    { maxLength: 3 },
  ),
  action: fc.dictionary(
    someText.filter((name) => name !== '__proto__' && !name.includes('\0')),
    fc.oneof(someText, fc.boolean()),
    { maxKeys: 3 },
  ),
});

/** The same data with other texts. */
function withTexts(one: object, texts: readonly string[]): object {
  const json = JSON.stringify(marked(one, exact)).replace(/\\u0000(\d+)\\u0000/g, (_, number) =>
    JSON.stringify(texts[Number(number) % texts.length]).slice(1, -1),
  );
  return JSON.parse(json);
}

describe('what is filled in by its outline', () => {
  test('is what adaptivecards-templating makes of the same data', () => {
    const template = new Template(payload);
    fc.assert(
      fc.property(data, (given) => {
        const outline = outlineOf(given, exact);
        fc.pre(outline !== undefined);
        const filling = fillingOf(template.expand({ $root: marked(given, exact) }));
        expect(filling(outline.leaves)).toEqual(template.expand({ $root: given }));
      }),
      { numRuns: 500 },
    );
  });

  test('is right for every other data of that outline', () => {
    const template = new Template(payload);
    fc.assert(
      fc.property(data, fc.array(someText, { minLength: 1 }), (one, texts) => {
        const first = outlineOf(one, exact);
        fc.pre(first !== undefined);
        const other = withTexts(one, texts);
        const second = outlineOf(other, exact);
        expect(second?.key).toBe(first.key);
        const filling = fillingOf(template.expand({ $root: marked(one, exact) }));
        expect(filling(second?.leaves ?? [])).toEqual(template.expand({ $root: other }));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a list of another length', { rows: ['a'] }, { rows: ['a', 'b'] }],
    ['a member more', { a: 'x' }, { a: 'x', b: 'x' }],
    ['another number that decides', { count: 1 }, { count: 2 }],
    ['true and a text', { a: true }, { a: 'true' }],
    ['nothing and a text', { a: null }, { a: 'null' }],
    ['another kind', { kind: 'loud' }, { kind: 'quiet' }],
    ['a name that looks like members', { 'a:",b': 'x' }, { a: 'x', b: 'x' }],
  ])('%s is another outline', (_what, one, other) => {
    expect(outlineOf(one, exact)?.key).not.toBe(outlineOf(other, exact)?.key);
  });

  test('a text that decides something and looks like a mark has none', () => {
    expect(outlineOf({ kind: '\u00000\0' }, exact)).toBeUndefined();
    expect(outlineOf({ label: '\u00000\0' }, exact)).toEqual({ key: '{label:",}', leaves: ['\u00000\0'] });
  });
});

test('every card is the same from the first time on, when it is expanded, to the third, when it is filled in', () => {
  const expand = jest.spyOn(Template.prototype, 'expand');
  let compared = 0;
  for (const sample of samples) {
    for (const language of languages) {
      expand.mockClear();
      const [first, , third] = [1, 2, 3].map(() => sample.render(readers[language]));
      const isExpanded = expand.mock.calls.length > 0;
      expect(third).toEqual(first);
      if (isExpanded) compared += 1;
    }
  }
  expand.mockRestore();
  // The others have an outline that an earlier one had, too.
  expect(compared).toBeGreaterThan(samples.length);
});
