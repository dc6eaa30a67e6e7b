/**
 * `npm run lint`: names every export that no other file imports, and ends with 1 if there are any. It reads the files as Biome formats
 * them: an export begins its line.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folders = ['bench', 'bot', 'cards', 'manifest', 'scripts', 'src', 'test'];
const files = new Map(
  globSync(`{${folders.join(',')}}/**/*.ts`, { cwd: root }).map((file) => [
    file,
    readFileSync(join(root, file), 'utf8'),
  ]),
);

const declared = /^export (?:abstract |async |declare )*(?:class|const|function\*?|interface|let|type) (\w+)/gm;
const passedOn = /^export (?:type )?\{([^}]*)\}/gm;
const imported = /^(?:import|export) (?:type )?\{([^}]*)\} from '(\.[^']*)';$/gm;
const importedWhole = /import\('(\.[^']*)'\)|^(?:import|export) \* .*from '(\.[^']*)';$/gm;

/** `file name` of what another file uses; `file *`: that file is imported as a whole. */
const used = new Set<string>();
for (const [file, text] of files) {
  const at = (path: string) => join(file, '..', path);
  for (const [, names = '', path = ''] of text.matchAll(imported)) {
    for (const [name] of namesIn(names)) used.add(`${at(path)} ${name}`);
  }
  for (const [, path, whole = path ?? ''] of text.matchAll(importedWhole)) used.add(`${at(whole)} *`);
}

const unused = [...files].flatMap(([file, text]) => {
  const exported = new Set([
    ...[...text.matchAll(declared)].map(([, name = '']) => name),
    ...[...text.matchAll(passedOn)].flatMap(([, names = '']) => namesIn(names).map(([, name]) => name)),
  ]);
  return used.has(`${file} *`)
    ? []
    : [...exported].filter((name) => !used.has(`${file} ${name}`)).map((name) => `${file}: ${name}`);
});
for (const line of unused) console.error(`${line} is exported, and no other file imports it.`);
if (unused.length > 0) process.exitCode = 1;

/** Each name in braces as its own file has it, and as others see it. */
function namesIn(braces: string): [own: string, seen: string][] {
  return braces
    .split(',')
    .map((one) => one.trim().replace(/^type /, ''))
    .filter((one) => one !== '')
    .map((one) => {
      const [own = '', seen = own] = one.split(' as ');
      return [own, seen];
    });
}
