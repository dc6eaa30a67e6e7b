/**
 * Draws the cards with Microsoft's own renderer in a browser, to docs/cards/: every card in every state that is worth a look, in
 * English and German, the main ones also dark and as wide as a phone. `npm run cards -- accept` draws those whose name holds `accept`.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Rendered } from '../cards/index.ts';
import { type Language, languages } from '../src/organisations/organisation.ts';
import { readers, samples } from '../test/cards/samples.ts';
import { hostConfig, type Theme, themeStyle } from '../test/cards/teams-look.ts';
import { openBrowser } from '../test/e2e/browser.ts';

const folder = join(import.meta.dirname, '../docs/cards');
const modules = join(import.meta.dirname, '../node_modules');
const widths = { desktop: 480, phone: 320 };

interface Picture {
  file: string;
  language: Language;
  rendered: Rendered;
  theme: Theme;
  width: number;
}

function pictures(): Picture[] {
  return samples.flatMap(({ card, state, render, drawn }) =>
    languages.flatMap((language) =>
      drawn[language].map((look) => {
        const [dark, phone] = [look.includes('dark'), look.includes('phone')];
        const suffix = look === 'light' ? '' : `.${look}`;
        return {
          file: `${card}-${state}.${language}${suffix}.png`,
          language,
          rendered: render(readers[language]),
          theme: dark ? 'dark' : 'light',
          width: phone ? widths.phone : widths.desktop,
        } as const;
      }),
    ),
  );
}

async function draw(
  browser: Browser,
  { file, language, rendered, theme, width }: Picture,
  scripts: string[],
): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: width + 32, height: 400 },
  });
  await page.setContent(
    `<!doctype html><style>${themeStyle(theme)}</style><div id="frame"><div id="card"></div></div>`,
  );
  for (const content of scripts) await page.addScriptTag({ content });
  const problems = await page.evaluate(
    `(() => {
      const problems = [];
      const card = new AdaptiveCards.AdaptiveCard();
      card.hostConfig = new AdaptiveCards.HostConfig(${JSON.stringify(hostConfig(theme))});
      const context = new AdaptiveCards.SerializationContext();
      card.parse(${JSON.stringify(rendered.card)}, context);
      for (let at = 0; at < context.eventCount; at += 1) problems.push(context.getEventAt(at).message);
      document.getElementById('card').append(card.render());
      // This browser writes dates the American way whatever the language; Teams does not.
      for (const input of document.querySelectorAll('input[type=date]')) {
        const date = new Date(input.value);
        input.type = 'text';
        if (!Number.isNaN(date.getTime())) input.value = new Intl.DateTimeFormat(${JSON.stringify(language === 'en' ? 'en-GB' : 'de-DE')}).format(date);
      }
      return problems;
    })()`,
  );
  if (Array.isArray(problems) && problems.length > 0) throw new Error(`${file}: ${problems.join('; ')}`);
  await page.locator('#frame').screenshot({ path: join(folder, file) });
  await page.close();
}

async function main(): Promise<void> {
  const wanted = process.argv[2] ?? '';
  const scripts = await Promise.all(
    ['markdown-it/dist/browser/markdown-it.umd.min.js', 'adaptivecards/dist/adaptivecards.min.js'].map((path) =>
      readFile(join(modules, path), 'utf8'),
    ),
  );
  await mkdir(folder, { recursive: true });
  const all = pictures();
  if (wanted === '') {
    const current = new Set(all.map(({ file }) => file));
    const old = (await readdir(folder)).filter((file) => file.endsWith('.png') && !current.has(file));
    await Promise.all(old.map((file) => rm(join(folder, file))));
  }
  const browser = await openBrowser('--lang=en-GB');
  try {
    const drawn = all.filter(({ file }) => file.includes(wanted));
    for (const picture of drawn) await draw(browser, picture, scripts);
    if (wanted === '') await writeFile(join(folder, 'README.md'), index(all));
    console.log(`${drawn.length} pictures in docs/cards`);
  } finally {
    await browser.close();
  }
}

function index(all: readonly Picture[]): string {
  const lines = all
    .filter(({ file }) => file.endsWith('.en.png'))
    .map(({ file, rendered }) => {
      const name = file.replace('.en.png', '');
      const others = all.map((other) => other.file).filter((other) => other.startsWith(`${name}.`) && other !== file);
      const links = others.map((other) => `[${other.slice(name.length + 1, -4)}](${other})`).join(' · ');
      return `## ${name}\n\n![${rendered.summary.replace(/[[\]]/g, '')}](${file})\n\n${links}`;
    });
  return `# The cards\n\nDrawn by \`npm run cards\` with the official renderer; Teams itself looks a little different.\n\n${lines.join('\n\n')}\n`;
}

await main();
