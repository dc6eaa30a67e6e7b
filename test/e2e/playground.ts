import { expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { eventually, patience } from './eventually.ts';

/** The Playground's page, as a person uses it who is Ada Keller. */
export interface Client {
  page: Page;
  openChannel(name: string): Promise<void>;
  /** Writes into the open chat. */
  say(line: string): Promise<void>;
  /** Starts a post in the open channel that mentions the bot. */
  post(line: string): Promise<void>;
  /** The card about this: the first one on the page, which in a channel is the newest. */
  card(about: string): Card;
  /** The last reply in the thread about this, in the open channel. */
  lastReply(about: string): Card;
}

/** A card as it stands on the page by now. */
export interface Card {
  /** Waits until all of this can be read there. */
  shows(...texts: string[]): Promise<void>;
  /** Waits until none of this can be read there, on a card that is there. */
  lacks(...texts: string[]): Promise<void>;
  press(button: string): Promise<void>;
  /** Waits until there is such a button. */
  offers(button: string): Promise<void>;
  fill(label: string, text: string): Promise<void>;
  choose(option: string): Promise<void>;
  /** What stands in a field. */
  holds(label: string, text: string): Promise<void>;
}

const adaptiveCard = '.ac-adaptiveCard';

/**
 * Opens the client. It installs the bot for whoever opens it, and in each channel that is opened; with `install: false` it looks on
 * without that, as a second person does. The page knows only what arrives while it is open.
 */
export async function openClient(browser: Browser, url: string, { install = true } = {}): Promise<Client> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(patience);
  // Fonts and pictures of Microsoft's CDN: the tests need no network.
  await page.route(
    ({ hostname }) => hostname !== 'localhost',
    (route) => route.abort(),
  );
  if (!install) await page.route('**/_debug/conversation/*/installation', (route) => route.fulfill({ status: 200 }));
  await page.goto(url);
  await page.getByText('Connected.').waitFor();

  const cards = page.locator(adaptiveCard);
  return {
    page,
    openChannel: (name) => page.getByRole('treeitem', { name }).click(),
    async say(line) {
      await page.getByRole('textbox').last().click();
      await page.keyboard.type(line);
      await page.keyboard.press('Enter');
    },
    async post(line) {
      await page.getByRole('textbox').first().click();
      // A mention is one only when it is chosen from the list.
      await page.keyboard.type('@Co');
      await page.getByRole('menuitem', { name: 'Co-sell' }).click();
      await page.keyboard.type(line);
      await page.getByRole('button', { name: 'Post', exact: true }).click();
    },
    card: (about) => seen(cards.filter({ hasText: about }).first()),
    lastReply(about) {
      const thread = page.getByRole('group').filter({ has: cards }).filter({ hasText: about }).first();
      return seen(thread.locator(adaptiveCard).last());
    },
  };
}

function seen(card: Locator): Card {
  const button = (name: string) => card.getByRole('button', { name, exact: true });
  const field = (label: string) => card.getByLabel(label);
  const read = async () => (await card.innerText()).replaceAll('\u00a0', ' ');
  return {
    shows: (...texts) =>
      eventually(async () => {
        const text = await read();
        for (const wanted of texts) expect(text).toContain(wanted);
      }),
    lacks: (...texts) =>
      eventually(async () => {
        const text = await read();
        for (const unwanted of texts) expect(text).not.toContain(unwanted);
      }),
    press: (name) => button(name).click(),
    offers: (name) => button(name).waitFor(),
    fill: (label, text) => field(label).fill(text),
    choose: (option) => card.getByLabel(option, { exact: true }).check(),
    holds: (label, text) => eventually(async () => expect(await field(label).inputValue()).toBe(text)),
  };
}
