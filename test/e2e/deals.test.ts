import { describe } from '@jest/globals';
import type { Card, Client } from './playground.ts';
import { day, type Stage, story } from './stage.ts';

/** Ada in her own chat with the bot. */
async function inChat(stage: Stage): Promise<Client> {
  const client = await stage.open();
  await client.card('Hello, I am Co-sell').offers('Subscribe');
  return client;
}

/** Goes on to a step, and waits for it: the button of the next one looks the same. */
async function next(form: Card, step: string): Promise<void> {
  await form.press('Next');
  await form.shows(step);
}

describe('C1 to C10: creating a deal', () => {
  story('step by step, with slips, a way back and a break; then it is in the lists', async (stage) => {
    const client = await inChat(stage);
    const begun = await client.ask(`new deal Contoso 50k EUR ${stage.in(120 * day).slice(0, 10)}`);
    await begun.shows('Create a deal', 'Customer · step 1 of 8');
    await begun.press('Next');
    await begun.shows('Choose or enter the customer’s name.');
    await begun.fill('Or find by name', 'contoso retail');
    await begun.press('Find');
    await begun.shows('44 Harbour Road, D02 X285 Dublin, Ireland\nD-U-N-S 480000005', '7 Liffey Street', 'South Mall');
    await begun.row('7 Liffey Street').press('Choose');
    await begun.shows('D-U-N-S 480000006', 'Choose another customer');
    await begun.lacks('44 Harbour Road');

    await next(begun, 'Customer contact · step 2 of 8');
    await next(begun, 'Details · step 3 of 8');
    await begun.holds('Value', '50000');
    await begun.holds('Currency', 'EUR');
    await begun.fill('Deal name', '');
    await begun.fill('What is the customer looking for?', 'One view of all stores');
    await begun.press('Next');
    await begun.shows('Not sent yet', 'Give the deal a name.');
    await begun.fill('Deal name', 'Store rollout');
    await next(begun, 'Team · step 4 of 8');
    await begun.fill('Your phone', 'call me');
    await begun.press('Next');
    await begun.shows('Enter a phone number');
    await begun.press('Back');
    await begun.shows('Details · step 3 of 8');
    await begun.holds('Deal name', 'Store rollout');
    await begun.holds('What is the customer looking for?', 'One view of all stores');
    await next(begun, 'Team · step 4 of 8');
    await begun.holds('Your phone', 'call me');
    await begun.fill('Your phone', '+43 1 000 00 01');
    await begun.press('Save and leave');
    await begun.shows('Saved. You can go on until');

    const form = await client.ask('drafts');
    await form.row('Contoso Retail').press('Go on');
    await form.shows('Team · step 4 of 8');
    await form.holds('Your phone', '+43 1 000 00 01');
    await next(form, 'Solutions · step 5 of 8');
    await form.press('Next');
    await form.shows('Choose at least one solution.');
    await form.fill('Name of the solution', 'lakehouse');
    await form.press('Find');
    await form.row('Nordwind Consulting GmbH').press('Add');
    await form.shows('Chosen so far\nLakehouse Accelerator');
    await next(form, 'How do you sell it? · step 6 of 8');
    await next(form, 'Partners · step 7 of 8');
    await next(form, 'Check and confirm · step 8 of 8');
    await form.shows(
      'This becomes a private deal',
      '7 Liffey Street, D02 X285 Dublin, Ireland',
      'Store rollout',
      '€50,000',
      'One view of all stores',
      'Ada Keller, +43 1 000 00 01, ada.keller@nordwind.example',
      'Lakehouse Accelerator (Our own)',
      'No help from Microsoft',
    );
    await form.press('Create the deal');
    await form.shows('Done: the deal is created.', 'Private deal', 'Contoso Retail', 'Store rollout');

    for (const [line, title] of [
      ['outbound', 'Outbound'],
      ['mine', 'My deals'],
    ] as const) {
      const list = await client.ask(line);
      await list.shows(title, 'Contoso Retail', 'Store rollout · Dublin, Ireland', '€50,000', 'Accepted', 'Private');
    }
    await (await client.ask('drafts')).shows('You have no half-filled forms.');
  });
});

describe('I1, I2, C3, T1: inviting to a deal that is there already', () => {
  story('a partner makes it partner to partner, Microsoft makes it co-sell, with consent only', async (stage) => {
    await stage.own('Contoso Retail');
    const client = await inChat(stage);
    const card = await client.ask('mine');
    await card.press('Open deal');
    await card.shows('Private deal');
    await card.press('More');
    await card.press('Invite a partner');
    await card.fill('Or find by name', 'fabrikam cloud ltd');
    await card.press('Find: Partner');
    await card.row('Ireland · Partner ID 4100001').press('Choose');
    await card.offers('Choose another partner');
    await card.press('Next');
    await card.shows('Enter the value.', 'Say why you invite this partner.', 'Choose at least one solution.');
    await card.fill('Value of the partner’s part', '20000');
    await card.fill('Why do you invite this partner?', 'Knows the stores');
    await card.select('Help wanted', 'Quotes or licensing');
    await card.fill('Or find a solution by name', 'fabric');
    await card.press('Find: Solutions');
    await card.row('Microsoft').press('Add');
    await card.shows('Chosen so far\nMicrosoft Fabric');
    await next(card, 'Check and confirm · step 2 of 2');
    await card.shows('This becomes a partner-to-partner deal', 'Fabrikam Cloud Ltd', '€20,000', 'Knows the stores');
    await card.press('Send');
    await card.shows('Done: the partner is invited.', 'Partner-to-partner');
    await card.press('Open deal');
    await card.shows('Fabrikam Cloud Ltd', '€20,000', 'Invited · 14 days left', 'Microsoft Fabric');

    await card.press('More');
    await card.press('Ask Microsoft for help');
    await card.shows('Invite Microsoft', 'Microsoft has 14 days to decide');
    await card.select('Help wanted', 'Proof of concept or demo');
    await card.fill('What do you want from Microsoft?', 'A demo for the stores');
    await next(card, 'Customer contact and consent · step 2 of 3');
    await card.fill('Name', 'Nora Byrne');
    await card.fill('Phone', '+353 1 000 00 01');
    await card.fill('E-mail', 'nora.byrne@contoso.example');
    await card.press('Next');
    await card.shows('Without the customer’s consent, Microsoft cannot be invited.');
    await card.holds('Name', 'Nora Byrne');
    await card.choose(
      'The customer agrees that Microsoft and the partners invited to this deal may receive this contact',
    );
    await next(card, 'Check and confirm · step 3 of 3');
    await card.shows('The deal becomes a co-sell deal.', 'A demo for the stores', 'Nora Byrne');
    await card.press('Invite Microsoft');
    await card.shows('Done: Microsoft is invited', 'Co-sell');
    await card.press('Open deal');
    await card.shows('Proof of concept or demo', 'Waiting · 14 days left', 'Invited · 14 days left');
  });
});

describe('E3, E4: changing a deal', () => {
  story(
    'a form that was left open until its date is past is refused at the date; a note stays on record',
    async (stage) => {
      await stage.own('Contoso Retail');
      const client = await inChat(stage);
      const card = await client.ask('mine');
      await card.press('Open deal');
      await card.press('Edit');
      await card.shows('Edit the deal');
      await card.fill('Value', '65000');
      await card.pick('Close date', stage.in(5 * day).slice(0, 10));
      await stage.move(10 * day);
      await card.press('Apply changes');
      await card.shows('Not sent yet', 'This date is past. Choose today or later.');
      await card.holds('Value', '65000');
      await card.pick('Close date', stage.in(90 * day).slice(0, 10));
      await card.press('Apply changes');
      await card.shows('Done: your changes are saved.', '€65,000');

      await card.press('Open deal');
      await card.shows('€50,000 → €65,000');
      await card.press('Add note');
      await card.fill('Note', 'They decide in spring');
      await card.press('Add note');
      await card.shows('Done: your note is on record.');
      await card.press('Open deal');
      await card.shows('They decide in spring', 'Note added · Ada Keller');
    },
  );
});

describe('C5, E1: the team', () => {
  story('gets somebody who is only in the channel, found from the own chat', async (stage) => {
    await stage.own('Contoso Retail');
    const client = await inChat(stage);
    await client.openChannel('Referrals');
    await client.card('Hello, I am Co-sell').press('Subscribe');
    await client.card('New opportunities are posted in this channel').offers('Unsubscribe');
    await client.openChat();
    const card = await client.ask('mine');
    await card.press('Open deal');
    await card.press('More');
    await card.press('Team');
    await card.offers('Apply changes');
    await card.find('Cem Demir');
    await card.press('Add these people');
    await card.shows('Cem Demir\nphone number missing\ncem.demir@nordwind.example');
    await card.press('Apply changes');
    await card.shows('Done: your changes are saved.', 'Ada Keller, Cem Demir');
  });
});

describe('W1, L6, G1: winning a deal', () => {
  story('warns, asks twice, and then offers nothing but the registration', async (stage) => {
    await stage.own('Contoso Retail', {
      contact: { name: 'Nora Byrne', phone: '+353 1 000 00 01', email: 'nora.byrne@contoso.example' },
      consent: true,
      microsoft: { help: 'QuotesOrLicensing', helpNotes: 'A quote for 40 stores' },
    });
    const client = await inChat(stage);
    const card = await client.ask('mine');
    await card.press('Open deal');
    await card.press('Mark won');
    await card.shows('This cannot be undone', 'This deal is younger than 72 hours.');
    await card.holds('Final value', '50000');
    await card.fill('Final value', '48000');
    await next(card, 'Check and confirm · step 2 of 2');
    await card.shows('This cannot be undone', '€48,000');
    await card.press('Mark as won');
    await card.shows('Done: this deal is won. It can be registered', 'Ada Keller marked this as won on');
    await card.press('Open deal');
    await card.offers('Register deal');
    await card.lacks('Edit', 'Add note', 'Mark lost', 'Mark won');
    await card.press('Register deal');
    await card.shows('Register the won deal', 'Contract · step 1 of');
    await card.press('Next');
    await card.shows('Enter the day on which the contract was signed.');

    const archive = await client.ask('archive');
    await archive.shows('Contoso Retail', '€48,000', 'Won');
    await (await client.ask('mine')).shows('You are on the team of no open deal.');
  });
});

describe('F1, F2: finding deals', () => {
  story('page by page, by words, by the heart, and one press leads to everything on a deal', async (stage) => {
    for (const name of ['Contoso Retail', 'Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon']) await stage.own(name);
    await stage.send({
      externalId: 'opp-1',
      sender: { kind: 'microsoft', name: 'Microsoft' },
      customer: { name: 'Contoso Dairy', address: { city: 'Cork', country: 'IE' } },
      help: 'QuotesOrLicensing',
      solutions: [{ name: 'Lakehouse Accelerator' }],
    });
    const client = await inChat(stage);

    const inbound = await client.ask('inbound');
    await inbound.shows('Open opportunities', 'Contoso Dairy', '14 days left');
    await inbound.row('Contoso Dairy').offers('Accept');

    const outbound = await client.ask('outbound');
    await outbound.shows('Epsilon', 'Delta', 'Gamma', 'Beta', 'Alpha');
    await outbound.lacks('Contoso');
    await outbound.press('Next page');
    await outbound.shows('Contoso Retail', 'First page');
    await outbound.lacks('Epsilon');

    await outbound.press('♡ Favourite');
    await outbound.offers('♥ Favourite');
    const favourites = await client.ask('favourites');
    await favourites.shows('Contoso Retail');
    await favourites.press('♥ Favourite');
    await favourites.shows('You have marked nothing yet.');

    await (await client.ask('archive')).shows('Nothing is won, lost, declined or expired yet.');

    const found = await client.ask('find contoso status accepted');
    await found.shows('“contoso” · Accepted', 'Contoso Retail');
    await found.lacks('Contoso Dairy', 'Alpha');
    await found.press('Open deal');
    await found.shows(
      '7 Liffey Street',
      'Lakehouse Accelerator',
      'Team of Nordwind Consulting GmbH',
      'History',
      'Created',
    );
    await found.press('Back to the list');
    await found.shows('“contoso” · Accepted', 'Contoso Retail');

    const summary = await client.ask('summary');
    await summary.shows('Your pipeline', 'Accepted', '€300,000', 'Nothing is late');
    await summary.press('The whole organisation');
    await summary.shows('Pipeline', 'Waiting for an answer', 'Only mine');
  });
});

describe('in German', () => {
  story('a deal is lost, with a reason and a second confirmation, and stands in the archive', async (stage) => {
    await stage.own('Alpenmilch AG');
    const client = await inChat(stage);
    await client.say('sprache de');
    await client.card('Ab jetzt antworte ich Ihnen auf Deutsch.').shows('Deutsch');
    const card = await client.ask('ausgang');
    await card.shows('Ausgang', 'Alpenmilch AG', '50.000 €', 'Angenommen', 'Privat');
    await card.press('Deal öffnen');
    await card.press('Als verloren melden');
    await card.shows('Deal als verloren melden', 'Das lässt sich nicht rückgängig machen');
    await card.press('Weiter');
    await card.shows('Noch nicht gesendet');
    await card.choose('Sonstiges');
    await card.press('Weiter');
    await card.shows('Bitte sagen Sie in wenigen Worten, warum.');
    await card.fill('Notizen', 'Das Werk wird geschlossen');
    await card.press('Weiter');
    await card.shows('Prüfen und bestätigen · Schritt 2 von 2', 'Sonstiges', 'Das Werk wird geschlossen');
    await card.press('Als verloren melden');
    await card.shows('Erledigt: Dieser Deal ist verloren.', 'Ada Keller hat den Deal am');

    const archive = await client.ask('archiv');
    await archive.shows('Alpenmilch AG', 'Verloren');
    await archive.press('Deal öffnen');
    await archive.shows('Grund', 'Sonstiges', 'Das Werk wird geschlossen', 'Zurück zur Liste');
    await archive.lacks('Bearbeiten', 'Notiz hinzufügen', 'Als gewonnen melden');
    await (await client.ask('übersicht')).shows('Ihre Pipeline', 'Verloren', 'Die letzten 30 Tage');
  });
});
