import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { personId } from '../../src/organisations/organisation.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import { detailsOf } from '../../src/rules/edit.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { day, type Instance, minute, opportunityBody } from '../fakes/house.ts';
import { type Story, startStory } from '../fakes/story.ts';
import type { Conversation } from '../fakes/teams.ts';
import { gate } from '../fakes/troubled-store.ts';

let story: Story;
let channels: Conversation[];

/** Three subscribed channels, and a first instance that takes opportunities in and sends nothing. */
beforeEach(async () => {
  story = await startStory();
  const { teams, ada, channel } = story;
  channels = [channel, ...['Second', 'Third'].map((name) => teams.channel(name, [ada], { installed: true }))];
  for (const one of channels) await teams.message(ada, one, 'subscribe');
  await story.bot.dispatcher.stop();
});
afterEach(() => story.stop());

/** How many cards of an opportunity stand in each channel. */
function cards(customer = 'Alpenmilch AG'): number[] {
  const { teams } = story;
  return channels.map((one) => teams.messagesIn(one).filter((m) => teams.textOf(m).includes(customer)).length);
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

/** Kills an instance, as far as the others can see: from the moment that `when` says, nothing of it reaches the store. */
function dies(instance: Instance, when: (written: object) => boolean): void {
  instance.store.before = (operation, document) => {
    if (operation !== 'replace' || document === undefined || !when(document)) return;
    instance.store.out = true;
    throw new StoreUnavailable('killed');
  };
}

describe('a dispatcher is killed', () => {
  test('between sending and writing: that one message comes again, nothing is lost', async () => {
    const dying = await story.another();
    dies(dying, (written) => 'postings' in written && Array.isArray(written.postings) && written.postings.length === 1);
    const { body } = await story.send(opportunityBody());
    await story.settle();
    expect(sum(cards())).toBe(1);
    const other = await story.another();
    await story.move(minute - 1);
    expect(sum(cards())).toBe(1);
    await story.move(1);
    expect([...cards()].sort()).toEqual([1, 1, 2]);
    expect((await story.deal(body.id)).postings).toHaveLength(3);
    await story.move(day);
    expect(sum(cards())).toBe(4);
    await story.end(other);
  });

  test('between claiming and sending: everything comes once, when its lease has ended', async () => {
    const dying = await story.another();
    const claimed = gate();
    dying.store.before = async (operation) => {
      if (operation !== 'get') return;
      // Read after the claim: which conversation to send to.
      if ((await story.deal(id)).lease === undefined) return;
      claimed.pass();
      dying.store.out = true;
      throw new StoreUnavailable('killed');
    };
    const id = (await story.send(opportunityBody())).body.id;
    await story.settle();
    await claimed.reached;
    await story.another();
    await story.move(minute - 1);
    expect(sum(cards())).toBe(0);
    await story.move(1);
    expect(cards()).toEqual([1, 1, 1]);
  });

  test('in the middle of telling of an answer: every copy follows in the end, each once', async () => {
    const { teams, ada } = story;
    const dying = await story.another();
    const { body } = await story.send(opportunityBody());
    await story.settle();
    dies(
      dying,
      (written) => 'notices' in written && JSON.stringify(written.notices).includes('"triedAt"') && isAnswered(written),
    );
    await teams.press(ada, teams.lastIn(story.channel), 'Accept');
    await teams.press(ada, teams.lastIn(story.channel), 'opportunity.accept.send');
    await story.settle();
    await story.another();
    await story.move(minute);
    for (const one of channels) {
      expect(teams.textIn(one)).toContain('Ada Keller accepted this');
      expect(teams.lastIn(one).edits).toBeLessThanOrEqual(2);
    }
    const updates = (await story.deal(body.id)).notices.filter(({ task }) => task.kind === 'update');
    expect(updates.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  test('between changing a copy and writing, and the deal is as it was by then: the copy is changed back', async () => {
    const { teams, ada, bot } = story;
    const dying = await story.another();
    const chat = await story.chatWith(ada);
    await teams.message(ada, chat, 'subscribe');
    const { body } = await story.send(opportunityBody());
    await story.settle();
    const copy = teams.lastIn(chat);
    await teams.press(ada, copy, 'Accept');
    await teams.press(ada, copy, 'opportunity.accept.send', { name: 'First' });
    await story.settle();
    const rename = async (name: string) => {
      const base = detailsOf(await story.deal(body.id));
      const command = { kind: 'edit', section: 'details', base, values: { ...base, name } } as const;
      const decision = await bot.desk.perform('nordwind', body.id, { command, actor: adaAsActor() });
      expect(decision.kind).toBe('done');
      await story.settle();
    };
    // Only the copy in the own chat shows the name.
    dies(dying, () => teams.textOf(copy).includes('Second'));
    await rename('Second');
    expect(teams.textOf(copy)).toContain('Second');
    await rename('First');
    await story.another();
    await story.move(minute);
    expect(teams.textOf(copy)).toContain('First');
  });
});

function adaAsActor(): PersonActor {
  const { ada } = story;
  const roles = ['referralsAdmin'] as const;
  const person = { personId: personId(ada.entraId), name: ada.name, roles, guest: false, timeZone: 'Europe/Vienna' };
  return { kind: 'person', orgId: 'nordwind', ...person };
}

function isAnswered(written: object): boolean {
  return 'status' in written && written.status === 'accepted';
}

describe('two instances', () => {
  test('share the work: every card once, however often both look', async () => {
    const [first, second] = [await story.another(), await story.another()];
    const ids: string[] = [];
    for (let number = 0; number < 10; number += 1) {
      const customer = { name: `Customer ${number}.`, address: {} };
      ids.push((await story.send(opportunityBody({ externalId: `opp-${number}`, customer }))).body.id);
    }
    const rounds = [first, second, first, second].map(({ dispatcher }) => dispatcher.round());
    expect(sum(await Promise.all(rounds))).toBeGreaterThanOrEqual(10);
    for (let number = 0; number < 10; number += 1) expect(cards(`Customer ${number}.`)).toEqual([1, 1, 1]);
    for (const id of ids) expect((await story.deal(id)).postings).toHaveLength(3);
  });

  test('what one of them has under way, the other leaves alone', async () => {
    const [first, second] = [await story.another(), await story.another()];
    const sending = gate();
    first.store.before = (operation, document) =>
      operation === 'replace' && document !== undefined && JSON.stringify(document).includes('"triedAt"')
        ? sending.pass()
        : undefined;
    await story.send(opportunityBody());
    const working = first.dispatcher.round();
    await sending.reached;
    expect(await second.dispatcher.round()).toBe(0);
    expect(sum(cards())).toBe(1);
    sending.open();
    await working;
    expect(cards()).toEqual([1, 1, 1]);
  });
});

describe('ending in order', () => {
  test('writes the result of what it is sending, sends nothing more, and leaves the rest to others at once', async () => {
    const ending = await story.another();
    const sending = gate();
    let reads = 0;
    ending.store.before = (operation) => {
      if (operation !== 'get') return;
      reads += 1;
      // The first read is of the deal, to claim it; the second of the conversation, to send there.
      if (reads === 2) return sending.pass();
    };
    const { body } = await story.send(opportunityBody());
    const working = ending.dispatcher.round();
    await sending.reached;
    const ended = ending.dispatcher.stop();
    sending.open();
    await Promise.all([working, ended]);
    await story.end(ending);
    expect(sum(cards())).toBe(1);
    const { postings, lease } = await story.deal(body.id);
    expect([postings.length, lease]).toEqual([1, undefined]);
    await story.another();
    await story.settle();
    expect(cards()).toEqual([1, 1, 1]);
  });
});

describe('the store', () => {
  test('is out for a while: what was due is carried out afterwards, once', async () => {
    const only = await story.another();
    only.store.out = true;
    await story.send(opportunityBody());
    await expect(only.dispatcher.round()).rejects.toThrow(StoreUnavailable);
    only.store.out = false;
    await story.settle();
    expect(cards()).toEqual([1, 1, 1]);
  });

  test('cannot be read for one deal: the others are not kept waiting', async () => {
    const only = await story.another();
    const broken = (await story.send(opportunityBody())).body.id;
    only.store.before = (operation, document) => {
      if (operation === 'replace' && document?.id === broken) throw new Error('damaged');
    };
    const customer = { name: 'Healthy AG', address: {} };
    await story.send(opportunityBody({ externalId: 'healthy', customer }));
    await story.settle();
    expect(cards('Healthy AG')).toEqual([1, 1, 1]);
    only.store.before = undefined;
    await story.move(minute);
    expect(cards()).toEqual([1, 1, 1]);
  });

  test('cannot be written for a hundred deals and more: those that are due later have their turn', async () => {
    const only = await story.another();
    const broken = new Set<string>();
    for (let number = 0; number < 101; number += 1) {
      broken.add((await story.send(opportunityBody({ externalId: `broken-${number}` }))).body.id);
    }
    let tries = 0;
    only.store.before = (operation, document) => {
      if (operation !== 'replace' || !broken.has(document?.id ?? '')) return;
      tries += 1;
      throw new Error('damaged');
    };
    story.clock.move(1);
    const customer = { name: 'Healthy AG', address: {} };
    await story.send(opportunityBody({ externalId: 'healthy', customer }));
    await story.settle();
    expect(cards('Healthy AG')).toEqual([1, 1, 1]);
    expect(tries).toBe(broken.size);
    await story.move(minute);
    expect(tries).toBe(2 * broken.size);
  });

  test('does not come back with an answer: it is not healthy any more, until it is', async () => {
    const only = await story.another();
    await story.settle();
    const hanging = gate();
    only.store.before = (operation) => (operation === 'dueBefore' ? hanging.pass() : undefined);
    const round = only.dispatcher.round();
    await hanging.reached;
    story.clock.move(2 * minute);
    expect(only.dispatcher.isHealthy()).toBe(true);
    story.clock.move(1);
    expect(only.dispatcher.isHealthy()).toBe(false);
    hanging.open();
    await round;
    expect(only.dispatcher.isHealthy()).toBe(true);
  });
});
