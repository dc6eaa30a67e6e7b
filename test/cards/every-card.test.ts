import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import MarkdownIt from 'markdown-it';
import { languages } from '../../src/organisations/organisation.ts';
import { type Element, everything, ofType, textOf } from './elements.ts';
import { hostileText, isHostile, readers, samples } from './samples.ts';

// The package's own files are ESM that Node does not take for it; the bundle works everywhere.
const { AdaptiveCard, SerializationContext, Versions } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
);

function parseEvents(card: unknown, version = Versions.latest): string[] {
  const context = new SerializationContext(version);
  new AdaptiveCard().parse(structuredClone(card), context);
  return Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
}

const drawn = languages.flatMap((language) =>
  samples.map((sample) => ({
    name: `${sample.card} ${sample.state} ${language}`,
    hostile: isHostile(sample),
    ...sample.render(readers[language]),
  })),
);

describe.each(drawn)('$name', ({ card, summary, hostile }) => {
  const json = JSON.stringify(card);

  test('the official parser reads it without a warning', () => {
    expect(parseEvents(card)).toEqual([]);
  });

  test('nothing in it is newer than 1.5 but the people picker, which Teams documents for 1.5', () => {
    const newer = parseEvents(card, Versions.v1_5);
    expect(newer.filter((message) => !message.includes('"choices.data"'))).toEqual([]);
    expect(card.version).toBe('1.5');
  });

  test('is filled in completely, and small', () => {
    // What somebody typed comes back into its input as it was, whatever it is.
    const withoutTyped = JSON.stringify(card, (key, value) => (key === 'value' ? undefined : value));
    expect(withoutTyped).not.toContain('${');
    expect(json).not.toMatch(/undefined|\[object|NaN|Invalid Date/);
    expect(Buffer.byteLength(json)).toBeLessThan(28_000);
  });

  test('has no empty list and no empty text', () => {
    for (const element of everything(card)) {
      for (const list of ['body', 'items', 'columns', 'inlines', 'actions']) {
        if (list in element) expect(element[list]).not.toEqual([]);
      }
      if (element.type === 'TextBlock' || element.type === 'TextRun') expect(element.text).toMatch(/\S/);
    }
  });

  test('every Action.Execute stands in an ActionSet and has its Action.Submit (facts/teams.md 1.5)', () => {
    const inSets = ofType(card, 'ActionSet').flatMap(({ actions }) => actions as Element[]);
    const executes = ofType(card, 'Action.Execute');
    expect(inSets).toEqual(expect.arrayContaining(executes));
    for (const { title, verb, data, associatedInputs, fallback } of executes) {
      expect((data as Element).verb).toBe(verb);
      expect(fallback).toMatchObject({ type: 'Action.Submit', title, data });
      expect((fallback as Element).associatedInputs).toBe(associatedInputs);
    }
  });

  test('texts wrap, inputs have labels, required ones say what is missing', () => {
    for (const block of ofType(card, 'TextBlock')) expect(block.wrap).toBe(true);
    for (const element of everything(card).filter(({ type }) => type?.startsWith('Input.'))) {
      expect(element.label).toMatch(/\S/);
      if (element.isRequired === true) expect(element.errorMessage).toMatch(/\S/);
    }
    for (const column of ofType(card, 'Column')) expect(column.width).toMatch(/^(auto|stretch)$/);
  });

  test('the notification line and the fallback text are short and inert', () => {
    expect(summary.length).toBeLessThanOrEqual(330);
    for (const line of [summary, card.fallbackText]) {
      expect(line).toMatch(/\S/);
      expect(line).not.toMatch(/[\n\r\u202a-\u202e]|<|\{\{|\$\{/);
      expect(new MarkdownIt({ linkify: true }).render(line)).not.toMatch(/<(?!\/?p>)/);
    }
  });

  test('no TextBlock holds markup', () => {
    for (const { text } of ofType(card, 'TextBlock')) {
      expect(new MarkdownIt({ linkify: true, html: true }).render(String(text))).not.toMatch(/<(?!\/?p>)/);
    }
  });

  if (hostile) {
    test('what came from outside is plain text', () => {
      for (const { text } of ofType(card, 'TextBlock'))
        expect(text).not.toMatch(/Free gift|ACME|everyone|evil|javascript/);
      expect(ofType(card, 'FactSet', 'Action.OpenUrl')).toEqual([]);
      const shown = `${textOf(card)}\n${JSON.stringify(ofType(card, 'Input.ChoiceSet').map(({ choices }) => choices))}`;
      expect(shown).not.toMatch(/<\/?at>|&lt;|<b>|\{\{|\$\{/);
      expect(json).not.toMatch(/\\u000[07]|[\u202a-\u202e\u200b]/);
    });
  }
});

test('the hostile samples do hold what is refused', () => {
  const raw = /<at>.*\$\{name\}.*\{\{DATE.*&lt;at&gt;.*\u202e.*\u200b/s;
  expect(hostileText).toMatch(raw);
  for (const { card, state, render } of samples.filter(isHostile)) {
    const { card: json } = render(readers.en);
    expect([card, state, JSON.stringify(json)]).toEqual([card, state, expect.stringMatching(/Free gift|ACME|evil/)]);
  }
});
