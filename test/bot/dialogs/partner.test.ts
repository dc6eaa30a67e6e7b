import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import { dealType } from '../../../src/deals/deal.ts';
import { personId } from '../../../src/organisations/organisation.ts';
import { cited, errorsOn, valueIn } from '../../fakes/story.ts';
import type { Conversation, User } from '../../fakes/teams.ts';
import { partnerRequest, tailspin } from '../../fixtures/own-deal.ts';
import { fillDirectory } from './directory.ts';
import { type DialogStory, type Form, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeEach(async () => {
  story = await startDialogs();
  await fillDirectory(story.directory);
});
afterEach(() => story.stop());

const forTailspin = {
  partner: '5550001',
  partnerAmount: '9000',
  partnerNotes: 'For the network',
  partnerHelp: 'GeneralOrOther',
  partnerSolutions: 'SOL-0002-DEF',
};
const forFabrikam = { ...forTailspin, partner: '7654321', partnerAmount: '40000', partnerNotes: 'You know Basel' };

async function form(shape: (typeof shapes)[number] = 'card', user = story.ben, changes = {}): Promise<Form> {
  const { card, id } = await story.own(changes);
  return story.open(shape, user, card, 'deal.partner', id);
}

const read = (form: Form) => form.text.replaceAll('\u00a0', ' ');

describe.each(shapes)('I1 to I6: inviting partners to a deal that is there, in a %s', (shape) => {
  test('several in a row, each with its own invitation', async () => {
    let form_ = await form(shape);
    expect(read(form_)).toContain('Invite a partner');
    // I2: date, currency and team come from the deal.
    expect(valueIn(form_.card ?? {}, 'partnerCloseDate')).toBe('2027-01-31');
    expect(valueIn(form_.card ?? {}, 'partnerCurrency')).toBe('EUR');
    expect(valueIn(form_.card ?? {}, 'partnerTeam')).toBe(personId(story.ben.entraId));
    form_ = await form_.press('dialog.next', { ...forFabrikam, another: 'true' });
    form_ = await form_.press('dialog.next', { ...forTailspin, partnerCloseDate: '2027-02-28' });
    for (const line of [
      'Check and confirm',
      'This becomes a partner-to-partner deal',
      // I3
      'Once sent, you can no longer change an invitation’s date, value, team or solutions.',
      'Fabrikam Cloud Ltd',
      '€40,000 · 31 Jan 2027',
      'You know Basel',
      'Tailspin Partners',
      '€9,000 · 28 Feb 2027',
      'General or other',
      'Managed Detection, all year',
      'Ben Adler',
    ]) {
      expect(read(form_)).toContain(line);
    }
    form_ = await form_.press('dialog.next');
    expect(read(form_)).toContain('Done: the partners are invited.');
    const deal = await story.deal('own-1');
    expect(dealType(deal.parties)).toBe('p2p');
    expect(deal.invitations).toMatchObject([
      { partner: { id: '7654321' }, value: { amount: '40000', currency: 'EUR' }, closeDate: '2027-01-31' },
      { partner: { id: '5550001' }, closeDate: '2027-02-28', team: [{ name: 'Ben Adler' }] },
    ]);
    expect(deal.history.map(({ what }) => what)).toEqual(['created', 'partnerInvited', 'partnerInvited']);
  });

  test('found by name, with what tells partners apart', async () => {
    let form_ = await form(shape);
    form_ = await form_.press({ title: 'Find', data: { what: 'find' } }, { partnerName: 'tails' });
    expect(read(form_)).toContain('Ireland · Partner ID 5550001');
    form_ = await form_.press({ title: 'Choose' });
    expect(read(form_)).toContain('Tailspin Partners');
    form_ = await form_.press({ title: 'Choose another partner' });
    expect(valueIn(form_.card ?? {}, 'partnerName')).toBe('tails');
    form_ = await form_.press({ title: 'Find', data: { what: 'find' } }, { partnerName: 'fourth coffee' });
    expect(read(form_)).toContain('Only partners that transact in Partner Center can be invited.');
    form_ = await form_.press(
      { title: 'Find', data: { what: 'findSolution' } },
      { partnerName: '', partnerSolution: 'virtual' },
    );
    form_ = await form_.press({ title: 'Add' });
    expect(valueIn(form_.card ?? {}, 'partnerSolutions')).toBe('SOL%2C0003');
    // Some clients show the id of what was chosen.
    expect(read(form_)).toContain('Chosen so far\nAzure Virtual Desktop');
  });
});

describe('wrong input stays, and its error stands at its field', () => {
  const good = forTailspin;
  test.each<[Record<string, string>, string, string]>([
    [{ partner: '' }, 'refusal.partnerUnknown', 'I1'],
    [{ partner: 'forged' }, 'refusal.partnerUnknown', 'I1'],
    [{ partner: '5550002' }, 'refusal.partnerDoesNotTransact', 'I1'],
    [{ partner: '1234567' }, 'refusal.partnerIsSelf', 'I1'],
    [{ partnerCloseDate: '' }, 'refusal.closeDateMissing', 'A1'],
    [{ partnerCloseDate: '2026-11-01' }, 'refusal.closeDatePast', 'E3'],
    [{ partnerAmount: '' }, 'refusal.amountMissing', 'A1'],
    [{ partnerAmount: '0' }, 'refusal.amountInvalid', 'E3'],
    [{ partnerCurrency: '' }, 'refusal.currencyMissing', 'A1'],
    [{ partnerNotes: '' }, 'refusal.invitationNotesMissing', 'I2'],
    [{ partnerTeam: '' }, 'refusal.teamIncomplete', 'E2'],
    [{ partnerSolutions: '' }, 'refusal.solutionsMissing', 'E2'],
    [{ partnerHelp: '' }, 'refusal.helpMissing', 'I2'],
  ])('%j', async (wrong, key, rule) => {
    const shown = await (await form()).press('dialog.next', { ...good, ...wrong });
    expect(Object.values(errorsOn(shown.card ?? {}))).toEqual([[cited(text('en', key as 'busy'), rule)]]);
    expect((await story.deal('own-1')).invitations).toEqual([]);
  });

  test('in German', async () => {
    const { cem } = story;
    const { id } = await story.own({
      team: [{ personId: personId(cem.entraId), name: cem.name, phone: '+49 40 1', email: cem.email }],
    });
    const chat = await story.chatWith(cem);
    const opened = await story.open('card', cem, story.teams.lastIn(chat), 'deal.partner', id);
    expect(opened.text).toContain('Einen Partner einladen');
    const shown = await opened.press('dialog.next', { ...forTailspin, partnerAmount: '' });
    expect(errorsOn(shown.card ?? {})).toEqual({ partnerAmount: [cited(text('de', 'refusal.amountMissing'), 'A1')] });
    const review = await shown.press('dialog.next', { partnerAmount: '9000' });
    expect(review.text).toContain('Nach dem Senden können Sie Datum, Wert, Team und Lösungen');
    expect((await review.press('Senden')).text).toContain('Erledigt: Der Partner ist eingeladen.');
  });

  test('I1: a partner that is already invited', async () => {
    const invitations = [{ ...partnerRequest({ partner: tailspin }), invitationId: 'before' }];
    const shown = await (await form('card', story.ben, { invitations })).press('dialog.next', forTailspin);
    expect(Object.values(errorsOn(shown.card ?? {}))).toEqual([
      [cited(text('en', 'refusal.partnerAlreadyInvited'), 'I1')],
    ]);
  });
});

describe('Back, leaving and coming back', () => {
  test('Back keeps what was typed; a blank one more is left out', async () => {
    let shown = await (await form()).press('dialog.next', { ...forFabrikam, another: 'true' });
    shown = await shown.press('Back');
    expect(valueIn(shown.card ?? {}, 'partnerNotes')).toBe('You know Basel');
    shown = await shown.press('dialog.next');
    shown = await shown.press('dialog.next');
    expect(read(shown)).toContain('Check and confirm');
    await shown.press('dialog.next');
    expect((await story.deal('own-1')).invitations).toHaveLength(1);
  });

  test('taken away on the review', async () => {
    let shown = await (await form()).press('dialog.next', { ...forFabrikam, another: 'true' });
    shown = await shown.press('dialog.next', forTailspin);
    shown = await shown.press({ title: 'Remove', data: { item: '0' } });
    expect(read(shown)).not.toContain('Fabrikam');
    shown = await shown.press({ title: 'Remove', data: { item: '0' } });
    const refused = await shown.press('dialog.next');
    expect(Object.values(errorsOn(refused.card ?? {}))).toEqual([[cited(text('en', 'refusal.partnerUnknown'), 'I1')]]);
    shown = await (await refused.press('Back')).press('dialog.next', forTailspin);
    await shown.press('dialog.next');
    expect((await story.deal('own-1')).invitations).toMatchObject([{ partner: { id: '5550001' } }]);
  });

  test('left and gone on with in another client, by the list of drafts', async () => {
    const { teams, ben } = story;
    const shown = await form();
    await shown.press('Save and leave', forFabrikam);
    const chat = teams.personalChat(ben);
    await teams.message(ben, chat, 'drafts');
    expect(teams.textIn(chat)).toContain('Alpenmilch AG');
    const resumed = await teams.press(ben, teams.lastIn(chat), 'Go on');
    expect(valueIn(resumed.card ?? {}, 'partnerNotes')).toBe('You know Basel');
    expect(resumed.text).toContain('Fabrikam Cloud Ltd');
  });

  test('the last press twice invites once', async () => {
    const { teams, ben } = story;
    const shown = await (await form()).press('dialog.next', forFabrikam);
    await Promise.all([shown.press('dialog.next'), shown.press('dialog.next')]);
    const again = await shown.press('dialog.next');
    expect(again.text).toContain('Done: the partner is invited.');
    expect((await story.deal('own-1')).invitations).toHaveLength(1);
    expect(teams.personalChat(ben)).toBeDefined();
  });
});

describe('races', () => {
  test('a crash after the invitation is sent and before the draft is forgotten: each press again is answered as the first', async () => {
    const shown = await (await form()).press('dialog.next', forFabrikam);
    const { store } = story.bot;
    store.before = (operation, document) => {
      if (operation === 'replace' && document?.kind === 'draft' && 'finished' in document) throw new Error('crash');
    };
    await shown.press('dialog.next');
    store.before = undefined;
    expect((await story.deal('own-1')).invitations).toHaveLength(1);
    for (const _ of ['once', 'twice']) {
      expect((await shown.press('dialog.next')).text).toContain('Done: the partner is invited.');
    }
    expect((await story.deal('own-1')).invitations).toHaveLength(1);
  });

  test('the deal is won while the form is open: it says so, and nobody is invited', async () => {
    const shown = await (await form()).press('dialog.next', forFabrikam);
    await story.bot.desk.perform('nordwind', 'own-1', {
      command: { kind: 'win', amount: '1', currency: 'EUR', closeDate: '2027-01-31', notes: '' },
      actor: story.actor(story.ben),
    });
    const late = await shown.press('dialog.next');
    expect(late.text).toContain('This deal is closed (Won) and can no longer be changed.');
    expect((await story.deal('own-1')).invitations).toEqual([]);
  });

  test('somebody else invites one of two meanwhile: the other one stands, and the form shows which', async () => {
    let shown = await (await form()).press('dialog.next', { ...forFabrikam, another: 'true' });
    shown = await shown.press('dialog.next', forTailspin);
    await story.bot.desk.perform('nordwind', 'own-1', {
      command: { kind: 'invitePartner', invitationId: 'faster', ...partnerRequest({ partner: tailspin }) },
      actor: story.actor(story.ada),
    });
    const late = await shown.press('dialog.next');
    expect(Object.values(errorsOn(late.card ?? {}))).toEqual([
      [cited(text('en', 'refusal.partnerAlreadyInvited'), 'I1')],
    ]);
    expect(read(late)).toContain('Tailspin Partners');
    expect((await story.deal('own-1')).invitations.map(({ partner }) => partner.id).sort()).toEqual([
      '5550001',
      '7654321',
    ]);
  });

  test('V1, I6: nobody else’s deal, and no inbound one', async () => {
    const { id } = await story.own();
    const chat = await story.chatWith(story.cem);
    const stranger = await story.open('card', story.cem, story.teams.lastIn(chat), 'deal.partner', id);
    expect(stranger.text).toContain('Das können nur das Team dieses Deals und Admins.');
    const inbound = await story.accepted();
    const refused = await story.open('card', story.ben, inbound.card, 'deal.partner', inbound.id);
    expect(refused.text).toContain('Only the organisation that started this deal can invite others.');
  });
});

describe('I7, I9, W3: from one organisation’s form to the other’s channel and back', () => {
  let fay: User;
  let theirs: Conversation;

  beforeEach(async () => {
    const { teams } = story;
    fay = teams.stranger('Fay Fabrikam');
    await story.neighbour(fay);
    theirs = await story.chatWith(fay);
    await teams.message(fay, theirs, 'subscribe');
    await teams.message(story.ada, story.channel, 'subscribe');
  });

  test('invited, accepted in the partner’s own chat, told in the inviter’s channel and chats', async () => {
    const { teams, ben } = story;
    const shown = await (await form()).press('dialog.next', forFabrikam);
    await shown.press('dialog.next');
    await story.settle();
    const card = teams.lastIn(theirs);
    const received = teams.textOf(card).replaceAll('\u00a0', ' ');
    for (const line of ['Alpenmilch AG', '€40,000', 'You know Basel', 'Managed Detection, all year']) {
      expect(received).toContain(line);
    }
    expect(received).not.toContain('Alpenmilch pilot');
    expect(received).not.toContain('80,000');
    await teams.press(fay, card, 'Accept');
    await teams.press(fay, card, 'opportunity.accept.send', { name: 'Basel', amount: '42000', phone: '+44 20 1' });
    await story.settle();
    const [invitation] = (await story.deal('own-1')).invitations;
    expect(invitation).toMatchObject({
      status: 'accepted',
      value: { amount: '42000' },
      partnerTeam: [{ name: 'Fay Fabrikam', phone: '+44 20 1' }],
    });
    expect(teams.textIn(story.channel)).toContain('Fabrikam Cloud Ltd accepted your invitation');
    expect(teams.textIn(teams.personalChat(ben))).toContain('Fabrikam Cloud Ltd accepted your invitation');
  });
});
