import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { IntlMessageFormat } from 'intl-messageformat';
import MarkdownIt from 'markdown-it';
import { type TextKey, text } from '../../cards/index.ts';
import { catalogues, textParameters, textsForNobody } from '../../cards/texts.ts';
import { languages } from '../../src/organisations/organisation.ts';
import { refusalCodes } from '../../src/rules/refusal.ts';

const keys = Object.keys(catalogues.en) as TextKey[];

/** The names of the parameters in a message, those inside its branches too. */
function parametersOf(message: string): string[] {
  const names = new Set<string>();
  const visit = (nodes: readonly object[]): void => {
    for (const node of nodes as { type: number; value?: string; options?: Record<string, { value: object[] }> }[]) {
      // 0: words, 7: the number sign of a plural.
      if (node.type !== 0 && node.type !== 7 && node.value !== undefined) names.add(node.value);
      for (const { value } of Object.values(node.options ?? {})) visit(value);
    }
  };
  visit(new IntlMessageFormat(message).getAst());
  return [...names].sort();
}

test('every language has the same texts', () => {
  for (const language of languages) expect(Object.keys(catalogues[language])).toEqual(keys);
});

describe.each(languages)('%s', (language) => {
  test.each(keys)('%s is a message with the declared parameters', (key) => {
    const message = catalogues[language][key];
    const declared: readonly string[] = key in textParameters ? textParameters[key as keyof typeof textParameters] : [];
    expect(parametersOf(message)).toEqual([...declared].sort());
    expect(message).toBe(message.trim());
    expect(message).not.toMatch(/\$\{|<|'/);
  });

  test('no text is read as markdown', () => {
    for (const key of keys) {
      expect(new MarkdownIt().render(catalogues[language][key])).not.toMatch(/<(?!\/?p>)/);
    }
  });

  test.each(refusalCodes)('the refusal %s has a text', (code) => {
    expect(catalogues[language]).toHaveProperty([`refusal.${code}`]);
  });

  test.each(textsForNobody)('%s says something when nothing is known', (key) => {
    expect(text(language, key)).toMatch(/^[^{}]*\S[^{}]*$/);
    expect(text(language, key)).not.toContain('none');
  });
});

test('the languages use the same parameters in the same places', () => {
  for (const key of keys) expect(parametersOf(catalogues.de[key])).toEqual(parametersOf(catalogues.en[key]));
});

test('a text that nobody uses is not kept', () => {
  const root = join(import.meta.dirname, '../..');
  const sources = ['cards', 'bot'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|json)$/.test(file) && !file.startsWith('texts'))
      .map((file) => readFileSync(join(root, folder, file), 'utf8')),
  );
  const all = sources.join('\n');
  // `left.${unit}`: a part of the key is worked out. At least one of its words stands still.
  const patterns = [...all.matchAll(/`([a-zA-Z]+\.[\w.]*\$\{[^`]*)`/g)].map(
    ([, key = '']) => new RegExp(`^${key.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '[\\w]+')}$`),
  );
  const literal = new Set([...all.matchAll(/['"`{]((?:[a-zA-Z]\w*)(?:\.\w+)*)['"`}]/g)].map(([, key]) => key));
  const unused = keys.filter((key) => !literal.has(key) && !patterns.some((pattern) => pattern.test(key)));
  expect(unused).toEqual([]);
});

describe('names in texts', () => {
  test('are inert wherever the text goes', () => {
    const by = '<at>Ada</at> **K** [x](https://evil.example)';
    const said = text('en', 'answer.accepted.person', { by, at: '3 Nov' });
    expect(new MarkdownIt({ linkify: true }).render(said)).not.toMatch(/<(?!\/?p>)/);
    expect(said).not.toContain('<');
  });

  test('a list of names is offered as alternatives', () => {
    expect(text('en', 'adminsOnly', { admins: ['Ada Keller', 'Ben Adler'] })).toBe(
      'Only admins can do this. Ask Ada Keller or Ben Adler.',
    );
    expect(text('de', 'adminsOnly', { admins: [] })).toBe(
      'Das können nur Admins. Fragen Sie einen Admin Ihrer Organisation.',
    );
  });
});

/** The codes of short answers that the bot gives. */
const answers = [
  'notFound',
  'oldCard',
  'busy',
  'unknownCommand',
  'unknownTenant',
  'guestsHere',
  'guestsRoles',
  'contactSent',
  'contactNotSent',
  'lastAdmin',
  'rolesUsage',
  'notSubscribed',
  'filterUsage',
  'unsupported',
  'youAccepted',
  'youDeclined',
] as const;

test.each(answers)('%s is a whole sentence in both languages', (key) => {
  for (const language of languages) expect(text(language, key, {})).toMatch(/^\p{Lu}.*[.!?a-z]$/su);
});
