import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { commandOf } from '../../bot/commands/index.ts';
import { buildPackage, checkIcon, checkManifest, fillManifest, readValues } from '../../manifest/package.ts';

const root = join(import.meta.dirname, '../..');
const botId = '2b1c6f0e-4d6a-4f0e-9f39-0c6f5f3f1a77';
const appId = '7e0c1d5a-93a5-4a0d-8a44-5f6f0a3f9b21';
const values = { TEAMS_APP_ID: appId, MicrosoftAppId: botId, PUBLIC_HOST: 'cosell.contoso.com' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosell-package-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `npm run package` without npm, in a folder of its own and with no other environment than the one given. */
function runPackage(environment: Record<string, string>) {
  const program = [join(root, 'scripts/run.cjs'), join(root, 'manifest/package.ts')];
  // With no variables of ours, so that nothing of the machine leaks in.
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The files of a zip by name, as its central directory lists them. */
function unzip(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ];
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + size);
    files.set(zip.toString('utf8', at + 46, at + 46 + nameLength), method === 0 ? packed : inflateRawSync(packed));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

function writtenZip(): Buffer {
  return readFileSync(join(folder, 'cosell-bot.zip'));
}

interface Command {
  title: string;
  description: string;
}
interface Manifest {
  [field: string]: unknown;
  developer: Record<string, string>;
  description: { short: string };
  bots: [{ botId: string; scopes: string[]; commandLists: { scopes: string[]; commands: Command[] }[] }];
}

function template(): unknown {
  return JSON.parse(readFileSync(join(root, 'manifest/manifest.json'), 'utf8'));
}

function german(): Record<string, string> {
  return JSON.parse(readFileSync(join(root, 'manifest/de.json'), 'utf8'));
}

function filled(): Manifest {
  return fillManifest(template(), values) as Manifest;
}

describe('npm run package', () => {
  test('writes a package that holds exactly the four files that Teams needs', () => {
    const run = runPackage({ MicrosoftAppId: botId, PUBLIC_URL: 'https://cosell.contoso.com' });

    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/^cosell-bot\.zip is written .*upload it in Teams.*\n$/);
    expect([...unzip(writtenZip()).keys()].sort()).toEqual(['color.png', 'de.json', 'manifest.json', 'outline.png']);
  });

  test('fills in the ids and the host, so that the packaged manifest passes the official schema', () => {
    runPackage({ MicrosoftAppId: botId, PUBLIC_URL: 'https://cosell.contoso.com/', TEAMS_APP_ID: appId });
    const files = unzip(writtenZip());
    const manifest = JSON.parse(String(files.get('manifest.json')));

    expect(checkManifest(manifest, new Map([['de.json', JSON.parse(String(files.get('de.json')))]]))).toEqual([]);
    expect(manifest).toMatchObject({
      id: appId,
      bots: [{ botId }],
      validDomains: ['cosell.contoso.com'],
      developer: {
        websiteUrl: 'https://cosell.contoso.com/',
        privacyUrl: 'https://cosell.contoso.com/privacy',
        termsOfUseUrl: 'https://cosell.contoso.com/terms',
      },
    });
    expect(String(files.get('manifest.json'))).not.toContain('${{');
  });

  test('takes the values from a .env file, and the bot id for the app id where none is given', () => {
    writeFileSync(
      join(folder, '.env'),
      `MicrosoftAppId=${botId}\nPUBLIC_URL=https://cosell.contoso.com\nTEAMS_APP_ID=\n`,
    );

    expect(runPackage({})).toMatchObject({ status: 0 });
    expect(JSON.parse(String(unzip(writtenZip()).get('manifest.json'))).id).toBe(botId);
  });

  test('makes the same bytes in every time zone', () => {
    const environment = { MicrosoftAppId: botId, PUBLIC_URL: 'https://cosell.contoso.com' };
    runPackage({ ...environment, TZ: 'Pacific/Auckland' });
    const first = writtenZip();
    runPackage({ ...environment, TZ: 'America/Los_Angeles' });

    expect(writtenZip().equals(first)).toBe(true);
  });

  test('names every fault of the environment at once, without a stack trace, and writes nothing', () => {
    const run = runPackage({ MicrosoftAppId: 'my-bot', PUBLIC_URL: 'http://cosell.contoso.com', TEAMS_APP_ID: '42' });

    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toMatch(/MicrosoftAppId is wrong: it should be .*GUID/);
    expect(run.stderr).toMatch(/PUBLIC_URL is wrong: it should be .*https/);
    expect(run.stderr).toMatch(/TEAMS_APP_ID is wrong: it should be .*GUID/);
    expect(run.stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, 'cosell-bot.zip'))).toBe(false);
  });

  test('says which variables are missing', () => {
    expect(runPackage({ MicrosoftAppId: '' })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/MicrosoftAppId is not set.*PUBLIC_URL is not set/s),
    });
  });
});

test.each([
  'cosell.contoso.com',
  'http://cosell.contoso.com',
  'https://cosell.contoso.com/bot',
  'https://cosell.contoso.com/?a=1',
  'https://user:secret@cosell.contoso.com',
])('%s is no public address, and is not repeated in the fault', (PUBLIC_URL) => {
  const read = readValues({ MicrosoftAppId: botId, PUBLIC_URL });

  expect(read).toEqual({ faults: [expect.stringMatching(/^PUBLIC_URL is wrong/)] });
  expect(JSON.stringify(read)).not.toContain('secret');
});

describe('the manifest', () => {
  test('has no fault once it is filled, and neither has the German file', () => {
    expect(checkManifest(filled(), new Map([['de.json', german()]]))).toEqual([]);
  });

  test('is for people, teams and group chats, and asks for no permission', () => {
    const manifest = filled();

    expect(manifest.bots[0].scopes).toEqual(['personal', 'team', 'groupChat']);
    expect(manifest.bots[0].commandLists.flatMap((list) => list.scopes).sort()).toEqual([
      'groupChat',
      'personal',
      'team',
    ]);
    expect(manifest).not.toHaveProperty('webApplicationInfo');
    expect(manifest).not.toHaveProperty('authorization');
  });

  test.each([
    [
      0,
      'help, new deal, inbound, outbound, mine, favourites, archive, find, summary, language',
      'hilfe, neuer deal, eingang, ausgang, meine, favoriten, archiv, finden, übersicht, sprache',
    ],
    [
      1,
      'help, new deal, inbound, outbound, archive, find, summary, subscribe, unsubscribe, language',
      'hilfe, neuer deal, eingang, ausgang, archiv, finden, übersicht, abonnieren, abbestellen, sprache',
    ],
  ])('offers in list %i the ten commands that fit into a menu, in English and in German', (index, english, words) => {
    const titles = Object.entries(german()).filter(([key]) =>
      new RegExp(`^bots\\[0\\]\\.commandLists\\[${index}\\].*\\.title$`).test(key),
    );

    expect(filled().bots[0].commandLists[index]?.commands.map(({ title }) => title)).toEqual(english.split(', '));
    expect(titles.map(([, title]) => title)).toEqual(words.split(', '));
  });

  test('offers only what the bot understands', () => {
    const words = [
      ...filled().bots[0].commandLists.flatMap(({ commands }) => commands.map(({ title }) => title)),
      ...Object.entries(german()).flatMap(([key, value]) => (/commands.*title$/.test(key) ? [value] : [])),
    ];

    for (const word of words) expect([word, commandOf(word)]).toEqual([word, expect.anything()]);
  });
});

describe('a manifest that Teams would refuse is refused', () => {
  type Broken = [what: string, breaks: (manifest: Manifest, de: Record<string, string>) => void, fault: RegExp];
  const broken: Broken[] = [
    ['an id that is no GUID', (m) => Object.assign(m, { id: 'cosell' }), /^manifest\.json: \/id must match pattern/],
    ['an unknown field', (m) => Object.assign(m, { colour: 'blue' }), /additional properties colour/],
    ['a missing field', (m) => delete m.accentColor, /required property 'accentColor'/],
    ['a version without a schema', (m) => Object.assign(m, { manifestVersion: '1.18' }), /no schema of .*1\.18/],
    ['the schema of another version', (m) => Object.assign(m, { $schema: 'https://a/v1.5/b' }), /should be of version/],
    [
      'a placeholder left',
      (m) => Object.assign(m, { id: (template() as Manifest).id }),
      /: id still has a placeholder/,
    ],
    [
      'an address without TLS',
      (m) => Object.assign(m.developer, { privacyUrl: 'http://a.b' }),
      /privacyUrl should be an/,
    ],
    ['too long a summary', (m) => Object.assign(m.description, { short: 'x'.repeat(81) }), /NOT have more than 80/],
    [
      'eleven commands',
      (m) => m.bots[0].commandLists[0]?.commands.push(...Array(5).fill({ title: 'more', description: 'More' })),
      /commands\[10\]\.title is one too many/,
    ],
    [
      'a command gone, its translation not',
      (m) => m.bots[0].commandLists[1]?.commands.pop(),
      /^de\.json: .* at nothing/,
    ],
    [
      'a command without a translation',
      (_m, de) => delete de['bots[0].commandLists[1].commands[5].title'],
      /^de\.json: .*commandLists\[1\]\.commands\[5\]\.title is not translated/,
    ],
    [
      'a translation without a name',
      (_m, de) => delete de['name.short'],
      /^de\.json: .*required property 'name\.short'/,
    ],
    [
      'too long a translated command',
      (_m, de) => Object.assign(de, { 'bots[0].commandLists[0].commands[0].title': 'h'.repeat(33) }),
      /^de\.json: .*1 to 32 characters/,
    ],
  ];

  test.each(broken)('%s', (_what, breaks, fault) => {
    const [manifest, de] = [filled(), german()];
    breaks(manifest, de);

    expect(checkManifest(manifest, new Map([['de.json', de]]))).toContainEqual(expect.stringMatching(fault));
  });

  test('a translation that is not there', () => {
    expect(checkManifest(filled(), new Map())).toEqual([expect.stringMatching(/^de\.json: .*is not there/)]);
  });

  test('and no package is built of it, with all faults told', async () => {
    cpSync(join(root, 'manifest'), folder, { recursive: true });
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...(template() as Manifest), accentColor: 'blue' }));
    writeFileSync(join(folder, 'de.json'), '{');
    cpSync(join(folder, 'color.png'), join(folder, 'outline.png'));

    expect(await buildPackage(folder, values)).toEqual({
      faults: [
        expect.stringMatching(/^manifest\.json: \/accentColor/),
        expect.stringMatching(/^de\.json: .*is not JSON/),
        'outline.png: has 192×192 pixels, should have 32×32',
        'outline.png: should be transparent',
      ],
    });
  });
});

test('an icon that is no PNG is refused', () => {
  expect(checkIcon('color', readFileSync(join(root, 'manifest/color.svg')))).toEqual(['is not a PNG picture']);
});
