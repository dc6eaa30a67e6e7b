// Fills the Teams app manifest for one installation of the bot, checks what Teams would refuse, and zips it for upload.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { ZipFile } from 'yazl';
import { z } from 'zod';

const zipName = 'cosell-bot.zip';
const emptyGuid = '00000000-0000-0000-0000-000000000000';
const require = createRequire(import.meta.url);

/** What differs between installations, each under the name of its placeholder in manifest.json: `${{PUBLIC_HOST}}`. */
interface ManifestValues {
  TEAMS_APP_ID: string;
  MicrosoftAppId: string;
  /** The host of the bot's public https address, with the port where it is not 443. */
  PUBLIC_HOST: string;
}

const publicUrl = wrong("the bot's https address with nothing after the host, like https://cosell.contoso.com");
const Environment = z.object({
  MicrosoftAppId: guid("the bot's Microsoft app id, a GUID like 2b1c6f0e-4d6a-4f0e-9f39-0c6f5f3f1a77"),
  PUBLIC_URL: z.string(publicUrl).refine(isHttpsOrigin, publicUrl),
  TEAMS_APP_ID: guid("the Teams app's id, a GUID, or left out: then it is the same as MicrosoftAppId").optional(),
});

function guid(right: string) {
  return z.guid(wrong(right)).refine((id) => id !== emptyGuid, wrong(right));
}

function wrong(right: string) {
  const error = ({ input }: { input?: unknown }) =>
    `${input === undefined ? 'is not set' : 'is wrong'}: it should be ${right}`;
  return { error };
}

function isHttpsOrigin(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, origin, href } = new URL(address);
  return protocol === 'https:' && href === `${origin}/`;
}

/**
 * The manifest's values from environment variables, an empty variable counting as one that is not set.
 * Returns every fault at once, one line each, that names the variable and says what would be right.
 */
export function readValues(environment: NodeJS.ProcessEnv): { values: ManifestValues } | { faults: string[] } {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    return { faults: parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`) };
  }
  const { MicrosoftAppId, PUBLIC_URL, TEAMS_APP_ID = MicrosoftAppId } = parsed.data;
  return { values: { TEAMS_APP_ID, MicrosoftAppId, PUBLIC_HOST: new URL(PUBLIC_URL).host } };
}

/** A copy of the template with `${{name}}` replaced in every string. Unknown placeholders stay: checkManifest finds them. */
export function fillManifest(template: unknown, values: ManifestValues): unknown {
  const known = new Map<string, string>(Object.entries(values));
  return JSON.parse(JSON.stringify(template), (_key, value) =>
    typeof value === 'string'
      ? value.replace(/\$\{\{(\w+)\}\}/g, (placeholder, name) => known.get(name) ?? placeholder)
      : value,
  );
}

// Where the documentation or the store asks for more than the schema does (facts/teams.md 2.4).
const stricterThanSchema = [
  { path: /^version$/, right: /^\d+\.\d+\.\d+$/, should: 'should be three numbers like 1.0.0' },
  { path: /^developer\.\w+Url$/, right: /^https:\/\/[^/]/, should: 'should be an https address' },
  { path: /\.commands\[\d+\]\.title$/, right: /^.{1,32}$/, should: 'should have 1 to 32 characters' },
  { path: /\.commands\[\d+\]\.description$/, right: /^.{1,128}$/, should: 'should have 1 to 128 characters' },
  { path: /\.commands\[\d{2,}\]\.title$/, right: /^$/, should: 'is one too many: a list has at most 10 commands' },
];

/**
 * What is wrong with a filled manifest and its localization files (by file name): the official schemas of the manifest's
 * own version, stricter documented limits, placeholders left, translations missing or pointing at nothing.
 * An empty list means that it can be packaged.
 */
export function checkManifest(manifest: unknown, languages: ReadonlyMap<string, unknown>): string[] {
  const texts = new Map(textsOf(manifest));
  const version = texts.get('manifestVersion') ?? '';
  const schema = officialSchema(version, 'MicrosoftTeams.schema.json');
  const localizationSchema = officialSchema(version, 'MicrosoftTeams.Localization.schema.json');
  if (!schema || !localizationSchema) return [`manifest.json: there is no schema of manifestVersion "${version}"`];

  const faults = [...disagreements(manifest, schema), ...textFaults(texts, version)].map(
    (fault) => `manifest.json: ${fault}`,
  );
  for (const file of translationFiles(texts)) {
    const language = languages.get(file);
    const found =
      language === undefined
        ? ['is named in manifest.json, and is not there or is not JSON']
        : [
            ...disagreements(language, localizationSchema),
            ...textFaults(translations(language), version),
            ...translationFaults(language, texts, localizationSchema),
          ];
    faults.push(...found.map((fault) => `${file}: ${fault}`));
  }
  return faults;
}

interface Schema {
  properties: Record<string, unknown>;
  patternProperties?: Record<string, unknown>;
}

/** A schema as Microsoft publishes it, from the installed package; undefined for a version that is not there. */
function officialSchema(version: string, file: string): Schema | undefined {
  if (!/^\d+\.\d+$/.test(version)) return undefined;
  try {
    return require(`@microsoft/app-manifest/build/json-schemas/teams/v${version}/${file}`);
  } catch {
    return undefined;
  }
}

function disagreements(value: unknown, schema: Schema): string[] {
  // The schemas are draft 04, of which they use nothing that has changed since, and some of their patterns are no Unicode
  // expressions.
  const ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false, unicodeRegExp: false });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, params.additionalProperty ?? params.allowedValues].filter(Boolean).join(' '),
  );
}

/** Every string of a JSON value with its path as localization files write it: `bots[0].commandLists[0].scopes[0]`. */
function* textsOf(value: unknown, path = ''): Generator<[path: string, text: string]> {
  if (typeof value === 'string') {
    yield [path, value];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* textsOf(item, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* textsOf(item, path === '' ? key : `${path}.${key}`);
  }
}

function textFaults(texts: ReadonlyMap<string, string>, version: string): string[] {
  const faults: string[] = [];
  for (const [path, text] of texts) {
    if (text.includes('${{')) faults.push(`${path} still has a placeholder: ${text}`);
    if (path === '$schema' && !text.includes(`/v${version}/`)) faults.push(`$schema should be of version ${version}`);
    for (const rule of stricterThanSchema) {
      if (rule.path.test(path) && !rule.right.test(text)) faults.push(`${path} ${rule.should}`);
    }
  }
  return faults;
}

function translationFiles(texts: ReadonlyMap<string, string>): string[] {
  const pointer = /^localizationInfo\.(defaultLanguageFile|additionalLanguages\[\d+\]\.file)$/;
  return [...texts].filter(([path]) => pointer.test(path)).map(([, file]) => file);
}

function translations(language: unknown): ReadonlyMap<string, string> {
  return new Map(textsOf(language));
}

function translationFaults(language: unknown, texts: ReadonlyMap<string, string>, schema: Schema): string[] {
  const translated = translations(language);
  const patterns = Object.keys(schema.patternProperties ?? {}).map((pattern) => new RegExp(pattern));
  const canBeTranslated = (path: string) =>
    path !== '$schema' && (path in schema.properties || patterns.some((pattern) => pattern.test(path)));
  return [
    // Teams would show a translation under the wrong command, or nowhere, when the order in the manifest has changed.
    ...[...translated.keys()]
      .filter((key) => !texts.has(key))
      .map((key) => `${key} points at nothing in manifest.json`),
    ...[...texts.keys()]
      .filter((path) => canBeTranslated(path) && !translated.has(path))
      .map((path) => `${path} is not translated`),
  ];
}

const icons = { color: 192, outline: 32 };

/** What is wrong with an icon: it has to be a PNG of exactly this many pixels, the outline icon one with transparency. */
export function checkIcon(kind: keyof typeof icons, png: Buffer): string[] {
  const size = icons[kind];
  // A PNG starts with eight bytes of signature and the header chunk: length, name, width, height, depth, colour type.
  const isPng = png.length > 26 && png.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n';
  if (!isPng || png.toString('latin1', 12, 16) !== 'IHDR') return ['is not a PNG picture'];
  const [width, height, colourType] = [png.readUInt32BE(16), png.readUInt32BE(20), png.readUInt8(25)];
  const faults: string[] = [];
  if (width !== size || height !== size) faults.push(`has ${width}×${height} pixels, should have ${size}×${size}`);
  if (kind === 'outline' && colourType !== 4 && colourType !== 6) faults.push('should be transparent');
  return faults;
}

/**
 * Makes the app package of a folder that holds manifest.json and the files that it names. The same input gives the same
 * bytes. Returns every fault instead where there is one; throws only where the disk fails.
 */
export async function buildPackage(
  folder: string,
  values: ManifestValues,
): Promise<{ zip: Buffer } | { faults: string[] }> {
  const template = await readJson(join(folder, 'manifest.json'));
  if (template === undefined) return { faults: ['manifest.json: is not there or is not JSON'] };

  const manifest = fillManifest(template, values);
  const texts = new Map(textsOf(manifest));
  const files = new Map([['manifest.json', Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)]]);
  const languages = new Map<string, unknown>();
  for (const file of translationFiles(texts)) {
    const language = await readJson(join(folder, file));
    if (language === undefined) continue; // checkManifest reports it
    languages.set(file, language);
    files.set(file, await readFile(join(folder, file)));
  }
  const faults = checkManifest(manifest, languages);

  for (const kind of ['color', 'outline'] as const) {
    const file = texts.get(`icons.${kind}`);
    if (file === undefined) continue; // the schema asks for it
    const png = await readFile(join(folder, file)).catch(() => Buffer.alloc(0));
    faults.push(...checkIcon(kind, png).map((fault) => `${file}: ${fault}`));
    files.set(file, png);
  }
  return faults.length > 0 ? { faults } : { zip: await zipFiles(files) };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function zipFiles(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const zip = new ZipFile();
  // Zip's own timestamps are local time without a zone, so a fixed local time gives the same bytes everywhere.
  const options = { mtime: new Date(2020, 0, 1, 12), mode: 0o100644, forceDosTimestamp: true };
  for (const [name, content] of files) zip.addBuffer(content, name, options);
  zip.end();
  return buffer(zip.outputStream);
}

function refuse(why: string, faults: string[]): void {
  console.error([why, ...faults.map((fault) => `  ${fault}`)].join('\n'));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const read = readValues(process.env);
  if ('faults' in read) return refuse('The environment, or .env, does not fit:', read.faults);

  const built = await buildPackage(import.meta.dirname, read.values);
  if ('faults' in built) return refuse('Teams would refuse this package:', built.faults);
  try {
    await writeFile(zipName, built.zip);
  } catch (error) {
    return refuse(`${zipName} cannot be written:`, [(error as Error).message]);
  }
  console.log(
    `${zipName} is written (app ${read.values.TEAMS_APP_ID}, bot at ${read.values.PUBLIC_HOST}): upload it in Teams under ` +
      'Apps > Manage your apps > Upload an app, or for everybody in the Teams admin center under Teams apps > Manage apps.',
  );
}

if (process.argv[1] === import.meta.filename) await main();
