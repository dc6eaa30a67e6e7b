import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { detailsOf } from '../../src/rules/edit.ts';
import { day, type Instance, minute, opportunityBody } from '../fakes/house.ts';
import { type Story, startStory } from '../fakes/story.ts';
import { type Gate, gate } from '../fakes/troubled-store.ts';

/** A first instance that takes opportunities in and sends nothing. */
let story: Story;

beforeEach(async () => {
  story = await startStory();
  await story.bot.dispatcher.stop();
});
afterEach(() => story.stop());

/** Holds an instance up at its first write that `when` is true of, for as long as its gate is shut. */
function holdsUp(instance: Instance, when: (written: object) => boolean): Gate {
  const held = gate();
  let isHeld = false;
  instance.store.before = (operation, document) => {
    if (isHeld || operation !== 'replace' || document === undefined || !when(document)) return undefined;
    isHeld = true;
    return held.pass();
  };
  return held;
}

describe('a dispatcher is held up for longer than its lease, and goes on after another one took over', () => {
  test('it leaves the rest to the other: everybody is reminded, and at most one of them twice', async () => {
    const { teams, ada, channel } = story;
    await teams.message(ada, channel, 'subscribe');
    const users = Array.from({ length: 12 }, (_, at) => teams.user(`User ${at}`));
    for (const user of users) await story.grant(user, 'referralsUser');
    const { body } = await story.send(opportunityBody());
    await story.settle();
    const slow = await story.another();
    const reminders = () => users.map((user) => teams.messagesIn(teams.personalChat(user)).length);
    const held = holdsUp(slow, (written) => 'postings' in written && reminders().some((count) => count > 0));
    story.clock.move(7 * day);
    const late = slow.dispatcher.round();
    await held.reached;
    story.clock.move(minute + 1);
    const other = await story.another();
    let writes = 0;
    other.store.before = (operation, document) => {
      if (operation === 'replace' && document?.id === body.id) writes += 1;
      // In the middle of the other's work the first one is back.
      if (writes === 4) held.open();
    };
    await Promise.all([late, other.dispatcher.round()]);
    await other.dispatcher.round();
    expect(reminders().every((count) => count > 0)).toBe(true);
    expect(reminders().reduce((all, count) => all + count, 0)).toBeLessThanOrEqual(users.length + 1);
  });

  test('N4: what it wrote down last is not taken for what a copy shows', async () => {
    const { teams, ada } = story;
    const chat = await story.chatWith(ada);
    await teams.message(ada, chat, 'subscribe');
    const slow = await story.another();
    const { body } = await story.send(opportunityBody());
    await slow.dispatcher.round();
    const copy = teams.lastIn(chat);
    await teams.press(ada, copy, 'Accept');
    await teams.press(ada, copy, 'opportunity.accept.send', { name: 'First' });
    await slow.dispatcher.round();
    const rename = async (name: string) => {
      const base = detailsOf(await story.deal(body.id));
      const command = { kind: 'edit', section: 'details', base, values: { ...base, name } } as const;
      await story.bot.desk.perform('nordwind', body.id, { command, actor: story.actor(ada) });
    };

    const held = holdsUp(slow, (written) => 'postings' in written && teams.textOf(copy).includes('Second'));
    await rename('Second');
    const late = slow.dispatcher.round();
    await held.reached;
    const other = await story.another();
    story.clock.move(minute + 1);
    await other.dispatcher.round();
    await rename('Third');
    await other.dispatcher.round();
    expect(teams.textOf(copy)).toContain('Third');
    held.open();
    await late;

    await rename('Second');
    await other.dispatcher.round();
    expect(teams.textOf(copy)).toContain('Second');
  });
});

test('a deal with many to tell is progress, as long as one after the other is told', async () => {
  const { teams, clock, ada, channel } = story;
  await teams.message(ada, channel, 'subscribe');
  const users = Array.from({ length: 12 }, (_, at) => teams.user(`User ${at}`));
  for (const user of users) await story.grant(user, 'referralsUser');
  const { body } = await story.send(opportunityBody());
  await story.settle();
  const instance = await story.another();
  const healthy: boolean[] = [];
  instance.store.before = (operation, document) => {
    if (operation !== 'replace' || document?.id !== body.id) return;
    healthy.push(instance.dispatcher.isHealthy());
    // For as long as there are people to tell; after them nothing may become due by this alone.
    if (healthy.length <= users.length) clock.move(minute / 3);
  };
  clock.move(7 * day);
  await instance.dispatcher.round();
  for (const user of users) expect(teams.messagesIn(teams.personalChat(user))).toHaveLength(1);
  expect(new Set(healthy)).toEqual(new Set([true]));
});
