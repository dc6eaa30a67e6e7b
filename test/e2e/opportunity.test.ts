import { describe, expect } from '@jest/globals';
import { opportunityBody } from '../fakes/house.ts';
import { ben, day, type Stage, story } from './stage.ts';

/** As a sender posts it; 60 days from now is its close date. */
function opportunity(stage: Stage, changes: object = {}): object {
  return opportunityBody({ closeDate: stage.in(60 * day).slice(0, 10), ...changes });
}

/** Ada in the channel, which is subscribed, and one opportunity there. */
async function inChannel(stage: Stage, changes: object = {}) {
  const client = await stage.open();
  await client.openChannel('Referrals');
  await client.card('Hello, I am Co-sell').offers('Subscribe');
  await client.post('subscribe');
  await client.card('New opportunities are posted in this channel').offers('Unsubscribe');
  const id = await stage.send(opportunity(stage, changes));
  const card = client.card('Alpenmilch AG');
  await card.offers('Accept');
  return { client, card, id };
}

describe('installing', () => {
  story('greets who opens the client, and subscribes by the button of the greeting', async (stage) => {
    const client = await stage.open();
    const welcome = client.card('Hello, I am Co-sell');
    await welcome.shows('Nordwind Consulting GmbH', 'Shall I send new opportunities to you here?');
    await welcome.press('Subscribe');
    await client.card('You get new opportunities here').shows('Set by Ada Keller');
    await stage.send(opportunity(stage));
    await client.card('Alpenmilch AG').shows('Zürich, Switzerland', 'CHF 120,000', 'Lakehouse Accelerator');
  });
});

describe('A1, A4: accepting in the channel', () => {
  story(
    'says at the field what is wrong, keeps what was typed, and then everybody sees who accepted',
    async (stage) => {
      const bystander = await stage.open({ install: false });
      await bystander.openChannel('Referrals');
      const { card } = await inChannel(stage);
      const seenByOthers = bystander.card('Alpenmilch AG');
      await seenByOthers.offers('Accept');

      await card.press('Accept');
      await card.holds('Deal name', 'Alpenmilch AG – Lakehouse Accelerator');
      await card.fill('Deal name', '');
      await card.fill('What is the customer looking for?', 'A pilot in two plants');
      await card.press('Accept');
      await card.shows('Give the deal a name.');
      await card.lacks('Not sent yet');

      await card.fill('Deal name', 'Alpenmilch pilot');
      await card.fill('Your phone', 'call me');
      await card.press('Accept');
      await card.shows('Not sent yet', 'Enter a phone number');
      await card.holds('Deal name', 'Alpenmilch pilot');
      await card.holds('What is the customer looking for?', 'A pilot in two plants');
      await card.holds('Your phone', 'call me');
      await seenByOthers.offers('Accept');

      await card.fill('Your phone', '+41 44 000 00 09');
      await card.press('Accept');
      await card.shows('Accepted', 'Ada Keller accepted this on');
      await seenByOthers.shows('Accepted', 'Ada Keller accepted this on', '“Open deal” shows the rest');
      await card.press('Open deal');
      await card.shows('Alpenmilch pilot', '+41 44 000 00 09', 'A pilot in two plants');
      await seenByOthers.lacks('Accept this', 'Decline', 'Reto Muster', 'Alpenmilch pilot', 'CHF');
    },
  );

  story('of two people the second learns who was faster and when, and changes nothing', async (stage) => {
    const { card, id } = await inChannel(stage);
    const deal = await stage.posted(id);
    expect(await stage.pressAs(ben, deal, 'opportunity.accept')).toContain('You: Ben Adler');

    await card.press('Accept');
    await card.holds('Deal name', 'Alpenmilch AG – Lakehouse Accelerator');
    await card.press('Accept');
    await card.shows('Ada Keller accepted this on');

    const form = { name: 'Mine', amount: '1', currency: 'CHF', closeDate: stage.in(day).slice(0, 10) };
    const told = await stage.pressAs(ben, deal, 'opportunity.accept.send', form);
    // In Ben’s own locale, which is en-US in the Playground.
    expect(told).toMatch(/Ada Keller accepted this on \w{3} \d+, \d{4}/);
    expect(told).not.toContain('Mine');
    await card.lacks('Mine', 'Ben Adler');
  });
});

describe('D1, D2: declining in the channel', () => {
  story('takes "other" only with a word on why, and then shows who declined', async (stage) => {
    const { card } = await inChannel(stage);

    await card.press('Decline');
    await card.shows('Decline this opportunity');
    await card.press('Decline');
    await card.shows('Choose a reason.');
    await card.choose('Other');
    await card.press('Decline');
    await card.shows('Not sent yet', 'Say in a few words why.');
    await card.fill('Notes', 'We do not work in this trade');
    await card.press('Decline');
    await card.shows('Declined', 'Ada Keller declined this on');
    await card.lacks('Accept');
  });
});

describe('N2, N3: time in the channel', () => {
  story('reminds in the thread, and says that the time is over there and on the card', async (stage) => {
    const { client, card } = await inChannel(stage, { respondBy: stage.in(2 * day) });
    await card.shows('Answer by');

    await stage.move(day);
    const reply = client.lastReply('Alpenmilch AG');
    await reply.shows('Last reminder: still waiting for an answer', 'Last day');
    await card.shows('Last day');

    await stage.move(day);
    await reply.shows('This opportunity expired');
    await card.shows('Expired', 'Nobody answered by');
    await card.lacks('Accept', 'Decline');
  });
});

describe('in German', () => {
  story('after "language de" the bot answers, lists and takes an answer in German', async (stage) => {
    const client = await stage.open();
    await client.card('Hello, I am Co-sell').press('Subscribe');
    await client.card('You get new opportunities here').offers('Unsubscribe');
    await client.say('language de');
    await client.card('Ab jetzt antworte ich Ihnen auf Deutsch.').shows('Deutsch');
    await stage.send(opportunity(stage));
    await client.card('Alpenmilch AG').offers('Annehmen');
    await client.say('eingang');
    const list = client.card('Offene Verkaufschancen');
    await list.shows('Alpenmilch AG', 'Noch 14 Tage');

    await list.press('Annehmen');
    const form = client.card('Verkaufschance annehmen');
    await form.holds('Name des Deals', 'Alpenmilch AG – Lakehouse Accelerator');
    await form.press('Annehmen');
    await client.card('Zurück zur Liste').shows('Angenommen', 'Ada Keller');
    await client.card('Alpenmilch AG').shows('Angenommen', 'Ada Keller');
  });
});
