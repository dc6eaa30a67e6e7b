import { expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { eventually, patience } from './eventually.ts';

/** The Playground's page, as a person uses it who is Ada Keller. */
export interface Client {
  page: Page;
  openChannel(name: string): Promise<void>;
  /** The own chat with the bot. */
  openChat(): Promise<void>;
  /** Writes into the open chat. */
  say(line: string): Promise<void>;
  /** Writes into the open chat, and gives the card that answers. */
  ask(line: string): Promise<Card>;
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
  /** A button by its title, or by its tooltip where several have the same title. */
  press(button: string): Promise<void>;
  /** Waits until there is such a button. */
  offers(button: string): Promise<void>;
  fill(label: string, text: string): Promise<void>;
  /** A radio button, a box or a switch. */
  choose(option: string): Promise<void>;
  /** Opens a list and takes a line of it. */
  select(label: string, option: string): Promise<void>;
  /** Finds somebody in the people picker. */
  find(person: string): Promise<void>;
  /** Chooses a day, `YYYY-MM-DD`, in the calendar of a field. */
  pick(label: string, day: string): Promise<void>;
  /** The part of it with this text and buttons of its own, such as a deal in a list. */
  row(about: string): Card;
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
  async function say(line: string): Promise<void> {
    await page.getByRole('textbox').last().click();
    await page.keyboard.type(line);
    await page.keyboard.press('Enter');
  }
  return {
    page,
    openChannel: (name) => page.getByRole('treeitem', { name }).click(),
    openChat: () => page.getByRole('treeitem', { name: 'Personal Chat' }).click(),
    say,
    async ask(line) {
      const before = await cards.count();
      await say(line);
      const answer = cards.nth(before);
      await answer.waitFor();
      return seen(answer);
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
  const button = (name: string) =>
    card.getByRole('button', { name, exact: true }).or(card.getByTitle(name, { exact: true }));
  const field = (label: string) => card.getByLabel(label).and(card.locator('input, textarea'));
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
    async select(label, option) {
      await card.getByRole('combobox', { name: label }).click();
      await card.page().getByRole('option', { name: option, exact: true }).click();
    },
    async find(person) {
      await card.getByRole('combobox', { name: 'People Picker' }).click();
      // Of a name with a space it suggests nobody.
      await card.page().keyboard.type(person.split(' ')[0] ?? person);
      await card.page().getByRole('option', { name: person }).click();
    },
    async pick(label, day) {
      await card.getByRole('combobox', { name: label }).click();
      const calendar = card.page().getByRole('dialog', { name: 'Calendar' });
      const shown = new Date(`1 ${await calendar.getByRole('button').first().innerText()} UTC`);
      const wanted = new Date(day);
      const months =
        12 * (wanted.getUTCFullYear() - shown.getUTCFullYear()) + wanted.getUTCMonth() - shown.getUTCMonth();
      const arrow = calendar.getByRole('button', { name: months < 0 ? 'Previous month' : 'Next month' });
      for (let at = 0; at < Math.abs(months); at += 1) await arrow.click();
      const month = wanted.toLocaleString('en', { month: 'long', timeZone: 'UTC' });
      const name = `${wanted.getUTCDate()}, ${month}, ${wanted.getUTCFullYear()}`;
      await calendar.getByRole('gridcell', { name, exact: true }).getByRole('button').click();
    },
    row(about) {
      const parts = card.locator('.ac-container').filter({ has: card.page().getByRole('button') });
      return seen(parts.filter({ hasText: about }).last());
    },
    holds: (label, text) => eventually(async () => expect(await field(label).inputValue()).toBe(text)),
  };
}
