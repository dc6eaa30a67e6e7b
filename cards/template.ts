import { readFileSync } from 'node:fs';
import { Template } from 'adaptivecards-templating';
import { LRUCache } from 'lru-cache';
import type { Language } from '../src/organisations/organisation.ts';
import { type Filling, fillingOf, marked, outlineOf } from './outline.ts';
import { inert } from './plain.ts';
import { catalogues, say, type TextKey } from './texts.ts';

/** An Adaptive Card, ready to be sent. */
interface AdaptiveCard {
  type: 'AdaptiveCard';
  version: '1.5';
  fallbackText: string;
  body: Record<string, unknown>[];
}

/** A card and the plain line that stands for it in a notification. */
export interface Rendered {
  card: AdaptiveCard;
  summary: string;
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Arguments = { [name: string]: Json };

/**
 * A card's template is put together once for each language, because making one costs milliseconds and filling it in does not:
 * - `{"$part": "button", …}` stands for `parts/button.json`; its other members are the part's arguments.
 * - `#{title}` in a part stands for an argument. A member whose argument was not given is left out.
 * - `%{button.accept}` stands for a text of the locale file.
 * What is left is the language of adaptivecards-templating: `${…}`, `$data`, `$when`.
 */
const templates = new Map<string, Kept>();

interface Kept {
  template: Template;
  /** Members that its conditions read. */
  exact: ReadonlySet<string>;
  /** What it makes of data of an outline that came at least twice. */
  outlines: LRUCache<string, Filling | 'once'>;
}

/** Cards of some kinds come in many outlines: a list has one for each length. */
const mostOutlines = 200;

function kept(name: string, language: Language): Kept {
  const id = `${name}.${language}`;
  const known = templates.get(id);
  if (known !== undefined) return known;
  const payload = assembled(read(`./${name}.json`), { language }, language);
  const made = {
    template: new Template(payload),
    exact: namesInConditions(payload),
    outlines: new LRUCache<string, Filling | 'once'>({ max: mostOutlines }),
  };
  templates.set(id, made);
  return made;
}

/** The names in all expressions that are more than the way to a member. */
function namesInConditions(payload: Json): Set<string> {
  const expressions = JSON.stringify(payload).match(/\$\{[^}]*\}/g) ?? [];
  const conditions = expressions.filter((expression) => !/^\$\{[$\w.]+\}$/.test(expression));
  return new Set(conditions.flatMap((condition) => condition.match(/\w+/g) ?? []));
}

function read(path: string): Json {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

const absent = Symbol('absent');

function assembled(node: Json, given: Arguments, language: Language): Json {
  const made = assemble(node, given, language);
  if (made === absent) throw new Error('a template needs at least one element');
  return made;
}

function assemble(node: Json, given: Arguments, language: Language): Json | typeof absent {
  if (typeof node === 'string') return assembleString(node, given, language);
  if (Array.isArray(node)) {
    return node.flatMap((item) => {
      const made = assemble(item, given, language);
      return made === absent ? [] : made;
    });
  }
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node).flatMap(([key, value]) => {
    const made = assemble(value, given, language);
    return made === absent ? [] : [[key, made] as const];
  });
  const { $part: part, ...rest } = Object.fromEntries(members) as { [key: string]: Json };
  if (part === undefined) return rest;
  return assembled(read(`./parts/${part}.json`), { language, ...rest }, language);
}

function assembleString(text: string, given: Arguments, language: Language): Json | typeof absent {
  const argument = /^#\{(\w+)\}$/.exec(text)?.[1];
  if (argument !== undefined) return given[argument] ?? absent;
  return text
    .replace(/%\{([\w.]+)\}/g, (_, key: TextKey) => {
      const found = catalogues[language][key];
      if (found === undefined) throw new Error(`no text ${key}`);
      return found;
    })
    .replace(/#\{(\w+)\}/g, (_, name: string) => String(given[name]));
}

/**
 * Fills in the template `<name>.json`. Nothing of `data` is evaluated again (facts/teams.md 1.13), but every member that the
 * template names must be there: a missing one would leave its `${…}` in the card.
 */
export function render(name: string, language: Language, data: object, summary: string): Rendered {
  const line = inert(summary, 300);
  const fallbackText = say(language, 'card.fallback', { summary: line });
  return { card: expanded(kept(name, language), { ...data, fallbackText }), summary: line };
}

function expanded({ template, exact, outlines }: Kept, data: object): AdaptiveCard {
  const outline = outlineOf(data, exact);
  if (outline === undefined) return template.expand({ $root: data });
  const { key, leaves } = outline;
  const known = outlines.get(key);
  if (typeof known === 'function') return known(leaves) as AdaptiveCard;
  outlines.set(key, known === undefined ? 'once' : fillingOf(template.expand({ $root: marked(data, exact) })));
  return template.expand({ $root: data });
}
