import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { text } from '../../../cards/index.ts';
import type { TeamMember } from '../../../src/deals/deal.ts';
import { personId } from '../../../src/organisations/organisation.ts';
import { inputsOf } from '../../fakes/seen-card.ts';
import { cited, errorsOn, titlesOn, valueIn } from '../../fakes/story.ts';
import type { User } from '../../fakes/teams.ts';
import { benPhone, type DialogStory, shapes, startDialogs } from './story.ts';

let story: DialogStory;

beforeAll(async () => {
  story = await startDialogs();
});
afterAll(() => story.stop());

const uma = { contactName: 'Uma Berg', contactPhone: '+43 1 2345678', contactEmail: 'uma.berg@contoso.example' };

async function teamOf(id: string): Promise<string[]> {
  const { team } = await story.deal(id);
  return team.map(({ name, phone = '-', email = '-' }) => `${name} ${phone} ${email}`);
}

/** As an admin, at once. */
async function setTeam(id: string, values: TeamMember[]): Promise<void> {
  const { team: base } = await story.deal(id);
  const decision = await story.bot.desk.perform('nordwind', id, {
    command: { kind: 'edit', section: 'team', base, values },
    actor: story.actor(story.ada),
  });
  if (decision.kind !== 'done') throw new Error(JSON.stringify(decision));
}

describe.each(shapes)('in a %s', (shape) => {
  test('E2, C5: people are added by hand and by the people picker, changed, and removed', async () => {
    const { ada, ben, cem } = story;
    const { card, id } = await story.accepted();
    const first = await story.open(shape, ben, card, 'deal.team', id);
    expect(first.text).toContain(`Ben Adler\n${benPhone}\n${ben.email}`);
    expect(inputsOf(first.card ?? {}).find((input) => input.id === 'colleagues')).toMatchObject({
      isMultiSelect: true,
      'choices.data': { dataset: 'graph.microsoft.com/users?scope=currentContext' },
    });
    const withUma = await first.press('Add this person', uma);
    expect(withUma.text).toContain('Uma Berg\n+43 1 2345678\numa.berg@contoso.example');
    expect(valueIn(withUma.card ?? {}, 'contactName')).toBe('');
    const withAll = await withUma.press('Add these people', { colleagues: `${ada.entraId},${cem.entraId}` });
    expect(withAll.text).toContain(`Ada Keller\nphone number missing\n${ada.email}`);
    expect(await teamOf(id)).toHaveLength(1);

    const changing = await withAll.press({ title: 'Change', data: { item: '2' } });
    expect(titlesOn(changing.card ?? {})).not.toContain('Remove');
    // Teams knows her name.
    expect(inputsOf(changing.card ?? {}).map((input) => input.id)).toEqual(['contactPhone', 'contactEmail']);
    const wrong = await changing.press('Keep this', { contactPhone: 'call me' });
    expect(errorsOn(wrong.card ?? {})).toEqual({ contactPhone: [cited(text('en', 'refusal.phoneInvalid'), 'C5')] });
    const changed = await wrong.press('Keep this', { contactPhone: '+43 1 111 22 33' });
    expect(changed.text).toContain(`Ada Keller\n+43 1 111 22 33\n${ada.email}`);
    const without = await changed.press({ title: 'Remove', data: { item: '3' } });
    expect(without.text).not.toContain('Cem Yilmaz');

    const done = await without.press('Apply changes');
    expect(done.text).toContain(text('en', 'edit.done'));
    expect(await teamOf(id)).toEqual([
      `Ben Adler ${benPhone} ${ben.email}`,
      'Uma Berg +43 1 2345678 uma.berg@contoso.example',
      `Ada Keller +43 1 111 22 33 ${ada.email}`,
    ]);
    expect((await story.deal(id)).team[2]?.personId).toBe(personId(ada.entraId));
    // N7
    expect((await story.deal(id)).notices.map((notice) => notice.id)).toContain(
      `tellTeamMember:${personId(ada.entraId)}`,
    );
  });

  test('what was typed and picked and not added by its button is not lost on Apply', async () => {
    const { ada, ben } = story;
    const { card, id } = await story.accepted();
    const form = await story.open(shape, ben, card, 'deal.team', id);
    const wrong = await form.press('Apply changes', { ...uma, contactEmail: 'uma', colleagues: ada.entraId });
    expect(errorsOn(wrong.card ?? {})).toEqual({
      contactEmail: [cited(text('en', 'refusal.contactEmailInvalid'), 'C5')],
    });
    expect(valueIn(wrong.card ?? {}, 'colleagues')).toBe(ada.entraId);
    await wrong.press('Apply changes', { contactEmail: uma.contactEmail });
    expect((await story.deal(id)).team.map(({ name }) => name)).toEqual(['Ben Adler', 'Ada Keller', 'Uma Berg']);
  });

  test('C5: who was brought to an earlier deal is offered for the next one', async () => {
    const { ben } = story;
    const first = await story.accepted();
    const form = await story.open(shape, ben, first.card, 'deal.team', first.id);
    await form.press('Apply changes', uma);
    const second = await story.accepted();
    const next = await story.open(shape, ben, second.card, 'deal.team', second.id);
    expect(JSON.stringify(inputsOf(next.card ?? {}))).toContain('Uma Berg');
    const done = await next.press('Apply changes', { recent: encodeURIComponent(`Uma Berg ${uma.contactEmail}`) });
    expect(done.text).toContain(text('en', 'edit.done'));
    expect((await story.deal(second.id)).team.map(({ name }) => name)).toEqual(['Ben Adler', 'Uma Berg']);
  });

  test('E2: the team never falls below one complete contact', async () => {
    const { ada } = story;
    const { card, id } = await story.accepted();
    const form = await story.open(shape, ada, card, 'deal.team', id);
    const empty = await form.press({ title: 'Remove', data: { item: '0' } });
    const refused = await empty.press('Apply changes');
    expect(errorsOn(refused.card ?? {})).toEqual({ '': [cited(text('en', 'refusal.teamIncomplete'), 'E2')] });
    const half = await refused.press('Apply changes', { contactName: 'Uma Berg' });
    expect(Object.values(errorsOn(half.card ?? {}))).toEqual([[cited(text('en', 'refusal.teamIncomplete'), 'E2')]]);
    expect(await teamOf(id)).toHaveLength(1);
    const done = await half.press('Apply changes', uma);
    expect(done.text).toContain(text('en', 'edit.done'));
    expect(await teamOf(id)).toEqual(['Uma Berg +43 1 2345678 uma.berg@contoso.example']);
  });

  test('E1: two editors; the second is shown who was added and removed, and loses nobody', async () => {
    const { ben, cem } = story;
    const { card, id } = await story.accepted();
    await setTeam(id, [...(await story.deal(id)).team, { name: 'Old Colleague' }]);
    const form = await story.open(shape, ben, card, 'deal.team', id);
    const mine = await form.press('Add this person', uma);
    const [benself] = (await story.deal(id)).team;
    await setTeam(id, [benself as TeamMember, { personId: personId(cem.entraId), name: cem.name }]);

    const told = await mine.press('Apply changes');
    expect(told.text).toContain('Team: changed by Ada Keller on 2 Nov 2026, 10:00 CET');
    expect(told.text).toContain('Added: Cem Yilmaz\nRemoved: Old Colleague');
    expect(told.text).toContain('Uma Berg');
    await told.press('Apply changes');
    expect((await story.deal(id)).team.map(({ name }) => name)).toEqual(['Ben Adler', 'Cem Yilmaz', 'Uma Berg']);
  });

  test('in German', async () => {
    const { cem } = story;
    const { card, id } = await story.accepted(cem);
    const form = await story.open(shape, cem, card, 'deal.team', id);
    const changing = await form.press(text('de', 'dialog.change'));
    const kept = await changing.press(text('de', 'members.leave'));
    const wrong = await kept.press(text('de', 'members.addByHand'), { contactPhone: '12345' });
    expect(errorsOn(wrong.card ?? {})).toEqual({
      contactName: [cited(text('de', 'refusal.contactNameMissing'), 'C5')],
    });
    const done = await wrong.press(text('de', 'dialog.apply'), { contactPhone: '' });
    expect(done.text).toContain(text('de', 'edit.done'));
  });
});

describe('wrong input stands at its field, and what was typed stays', () => {
  test.each([
    ['C5', 'contactName', 'contactNameMissing', ' '],
    ['E3', 'contactName', 'nameTooLong', 'n'.repeat(201)],
    ['C5', 'contactPhone', 'phoneInvalid', 'call me'],
    ['C5', 'contactPhone', 'phoneInvalid', '...'],
    ['C5', 'contactEmail', 'contactEmailInvalid', 'uma at contoso'],
    ['C5', 'contactEmail', 'contactEmailInvalid', `${'u'.repeat(250)}@contoso.example`],
  ] as const)('%s %s: %s', async (rule, field, code, typed) => {
    const { card, id } = await story.accepted();
    for (const button of ['Add this person', 'Apply changes']) {
      const form = await story.open('card', story.ben, card, 'deal.team', id);
      const wrong = await form.press(button, { ...uma, [field]: typed });
      expect(errorsOn(wrong.card ?? {})).toEqual({ [field]: [cited(text('en', `refusal.${code}`), rule)] });
      for (const [id_, value] of Object.entries({ ...uma, [field]: typed })) {
        expect(valueIn(wrong.card ?? {}, id_)).toBe(value);
      }
      await wrong.press('Discard');
    }
    expect(await teamOf(id)).toHaveLength(1);
  });

  test.each<[string, () => User | undefined]>([
    ['somebody unknown', () => undefined],
    ['a guest', () => story.teams.guest('Gus Guest')],
    ['somebody of another tenant in a shared channel', () => story.teams.stranger('Sue Stray')],
  ])('V3: %s cannot be picked', async (_who, make) => {
    const { channel, ada, ben } = story;
    const { card, id } = await story.accepted();
    const outsider = make();
    const picked = outsider?.entraId ?? 'a0000000-0000-4000-8000-00000000dead';
    if (outsider !== undefined) channel.members.push(outsider);
    for (const button of ['Add these people', 'Apply changes']) {
      const form = await story.open('card', ben, card, 'deal.team', id);
      const wrong = await form.press(button, { colleagues: `${ada.entraId},${picked}` });
      expect(errorsOn(wrong.card ?? {})).toEqual({ colleagues: [cited(text('en', 'refusal.colleagueUnknown'), 'C5')] });
      expect(String(valueIn(wrong.card ?? {}, 'colleagues'))).toContain(picked);
      await wrong.press('Discard');
    }
    expect(await teamOf(id)).toHaveLength(1);
    if (outsider !== undefined) channel.members.pop();
  });
});

describe('C5: in the own chat, where nobody else is', () => {
  async function ownTeam() {
    const { card, id } = await story.own();
    return { id, form: await story.open('card', story.ben, card, 'deal.team', id) };
  }

  test('the whole organisation can be searched, and who is in a subscribed channel be picked', async () => {
    const { teams, channel } = story;
    await story.posted();
    const una = teams.user('Una Neu');
    channel.members.push(una);
    const { id, form } = await ownTeam();
    expect(inputsOf(form.card ?? {}).find((input) => input.id === 'colleagues')).toMatchObject({
      'choices.data': { dataset: 'graph.microsoft.com/users' },
    });
    const added = await form.press('Add these people', { colleagues: una.entraId });
    expect(added.text).toContain(`Una Neu\nphone number missing\n${una.email}`);
    await added.press('Apply changes');
    expect(await teamOf(id)).toEqual([expect.stringContaining('Ben Adler'), expect.stringContaining('Una Neu')]);
    channel.members.pop();
  });

  test.each([
    ['in none of them', false],
    ['only in one that the bot has left', true],
  ])('who is %s is refused', async (_where, isThere) => {
    const { teams, channel } = story;
    await story.posted();
    const una = teams.user('Una Neu');
    if (isThere) channel.members.push(una);
    channel.app.installed = !isThere;
    const { id, form } = await ownTeam();
    const wrong = await form.press('Add these people', { colleagues: una.entraId });
    expect(errorsOn(wrong.card ?? {})).toEqual({ colleagues: [cited(text('en', 'refusal.colleagueUnknown'), 'C5')] });
    expect(await teamOf(id)).toHaveLength(1);
    if (isThere) channel.members.pop();
    channel.app.installed = true;
  });
});

test('a long team is shown page by page, and every card stays small', async () => {
  const { ada } = story;
  const { card, id } = await story.accepted();
  const [benself] = (await story.deal(id)).team;
  const many = Array.from({ length: 49 }, (_, at) => ({ name: `Member ${at} ${'x'.repeat(150)}` }));
  await setTeam(id, [benself as TeamMember, ...many]);
  const first = await story.open('card', ada, card, 'deal.team', id);
  expect(first.text).toContain('1–8 / 50');
  const second = await first.press('Show the others');
  expect(second.text).toContain('9–16 / 50');
  expect(second.text).toContain('Member 7 ');
  const removed = await second.press({ title: 'Remove', data: { item: '8' } });
  expect(removed.text).not.toContain('Member 7 ');
  const full = await removed.press('Add this person', uma);
  expect(full.text).toContain('49–50 / 50');
  const tooMany = await full.press('Add this person', { ...uma, contactName: 'One More' });
  expect(Object.values(errorsOn(tooMany.card ?? {}))).toEqual([[cited(text('en', 'refusal.teamTooLarge'), 'C5')]]);
  expect(valueIn(tooMany.card ?? {}, 'contactName')).toBe('One More');
});

test('V1: who removes themselves is warned, and afterwards sees nothing of the deal any more', async () => {
  const { ben } = story;
  const { card, id } = await story.accepted();
  const form = await (await story.open('card', ben, card, 'deal.team', id)).press('Add this person', uma);
  const leaving = await form.press({ title: 'Remove', data: { item: '0' } });
  expect(leaving.text).toContain(text('en', 'members.leaving'));
  const done = await leaving.press('Apply changes');
  expect(done.text).toBe(text('en', 'members.left'));
  expect(await teamOf(id)).toEqual(['Uma Berg +43 1 2345678 uma.berg@contoso.example']);
});
