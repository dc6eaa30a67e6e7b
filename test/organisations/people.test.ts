import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { instant } from '../../src/clock.ts';
import { TeamMember } from '../../src/deals/deal.ts';
import { createOrganisations } from '../../src/organisations/organisations.ts';
import { createPeople, type People, type PersonFacts } from '../../src/organisations/people.ts';
import type { Store } from '../../src/store/port.ts';
import { type MovableClock, movableClock } from '../fakes/clock.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';

const tenantId = '11111111-1111-4111-8111-111111111111';
const ada = 'aaaaaaaa-1111-4111-8111-111111111111';
const ben = 'bbbbbbbb-1111-4111-8111-111111111111';

const facts: PersonFacts = {
  entraId: ada,
  tenantId,
  name: 'Ada Keller',
  email: 'Ada.Keller@nordwind.example',
  teamsId: '29:ada',
  locale: 'de-AT',
  timeZone: 'Europe/Vienna',
  guest: false,
};

const chat = {
  version: 1 as const,
  serviceUrl: 'https://smba.example/emea/',
  tenantId,
  scope: 'personal' as const,
  conversationId: 'a:chat',
  bot: { id: '28:bot', name: 'Co-sell' },
};

let temporary: TemporaryStore;
let clock: MovableClock;
let people: People;
/** The same database, seen by another instance. */
let elsewhere: People;
let writes: number;

beforeEach(async () => {
  temporary = temporaryStore();
  clock = movableClock(Date.parse('2026-11-22T09:00:00Z'));
  writes = 0;
  people = createPeople(counting(temporary.store), clock);
  elsewhere = createPeople(temporary.reopen(), clock);
  await createOrganisations(temporary.store, clock).create({ id: 'nordwind', name: 'Nordwind', tenants: [tenantId] });
});
afterEach(() => temporary.discard());

function counting(store: Store): Store {
  const count =
    <A extends unknown[], R>(operation: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> => {
      writes += 1;
      return operation(...given);
    };
  return Object.assign(Object.create(store), {
    get: store.get.bind(store),
    list: store.list.bind(store),
    create: count(store.create.bind(store)),
    replace: count(store.replace.bind(store)),
  });
}

describe('learning from Teams', () => {
  test('somebody new is kept, without a role', async () => {
    const person = await people.learn('nordwind', facts);
    expect(person).toMatchObject({ ...facts, id: `person-${ada}`, roles: [] });
    expect(await elsewhere.get('nordwind', ada.toUpperCase())).toEqual(person);
    expect(await elsewhere.byId('nordwind', `person-${ada}`)).toEqual(person);
  });

  test('what is known already is not written again', async () => {
    await people.learn('nordwind', { ...facts, personalChat: chat });
    const { bot, ...address } = chat;
    for (let time = 0; time < 3; time += 1) {
      await people.learn('nordwind', { ...facts, personalChat: { bot, ...address } });
      clock.move(31_000);
    }
    expect(writes).toBe(1);
  });

  test('what is new is written, what is not told stays', async () => {
    await people.learn('nordwind', facts);
    await people.setPhone('nordwind', ada, '+43 1');
    const learned = await people.learn('nordwind', { entraId: ada, tenantId, name: '', locale: 'en-GB' });
    expect(learned).toMatchObject({ ...facts, locale: 'en-GB', phone: '+43 1' });
  });

  test.each([
    ['too long', `${'Ada '.repeat(60)}`, 'ada@nordwind.example', `${'Ada '.repeat(50)}`.trim()],
    ['too long, a character in two parts at the end', `${'x'.repeat(199)}😀`, undefined, 'x'.repeat(199)],
    ['blank, with an e-mail address', ' ', 'ada@nordwind.example', 'ada@nordwind.example'],
    ['empty, with nothing else', '', undefined, ada],
  ])('a name that no team could hold, %s, is made one that it can', async (_what, name, email, shown) => {
    const learned = await people.learn('nordwind', { entraId: ada, tenantId, name, ...(email ? { email } : {}) });
    expect(learned.name).toBe(shown);
    expect(TeamMember.safeParse({ name: learned.name, email: learned.email }).success).toBe(true);
    expect((await people.learn('nordwind', { entraId: ada, tenantId, name: 'Ada Keller' })).name).toBe('Ada Keller');
  });

  test('who was known by a role only, and has no name in Teams either, gets one', async () => {
    await people.grant('nordwind', ada, ['referralsUser'], 'test');
    const learned = await people.learn('nordwind', { entraId: ada, tenantId, name: '' });
    expect(learned).toMatchObject({ name: ada, roles: ['referralsUser'] });
  });

  test('an e-mail address that is longer than any is left out', async () => {
    const email = `${'a'.repeat(250)}@nordwind.example`;
    expect((await people.learn('nordwind', { ...facts, email })).email).toBeUndefined();
  });

  test('roles are never lost, whatever was remembered', async () => {
    await people.learn('nordwind', facts);
    await elsewhere.grant('nordwind', ada, ['referralsUser'], 'test');
    // This instance still remembers Ada without a role.
    const learned = await people.learn('nordwind', { ...facts, name: 'Ada Keller-Roth' });
    expect(learned).toMatchObject({ name: 'Ada Keller-Roth', roles: ['referralsUser'] });
  });

  test('two instances that meet the same person at once make one document with both facts', async () => {
    await Promise.all([
      people.learn('nordwind', { entraId: ada, tenantId, name: 'Ada', email: 'ada@nordwind.example' }),
      elsewhere.learn('nordwind', { entraId: ada, tenantId, name: 'Ada', timeZone: 'Europe/Vienna' }),
    ]);
    clock.move(30_001);
    expect(await people.get('nordwind', ada)).toMatchObject({
      email: 'ada@nordwind.example',
      timeZone: 'Europe/Vienna',
    });
    expect(await people.all('nordwind')).toHaveLength(1);
  });
});

describe('what is remembered', () => {
  test('own changes are seen at once, those of another instance after 30 seconds', async () => {
    await people.learn('nordwind', facts);
    expect((await elsewhere.get('nordwind', ada))?.language).toBeUndefined();
    await people.setLanguage('nordwind', ada, 'de');
    expect((await people.get('nordwind', ada))?.language).toBe('de');
    expect((await elsewhere.get('nordwind', ada))?.language).toBeUndefined();
    clock.move(30_001);
    expect((await elsewhere.get('nordwind', ada))?.language).toBe('de');
  });

  test('somebody unknown is looked up each time', async () => {
    expect(await elsewhere.get('nordwind', ada)).toBeUndefined();
    await people.learn('nordwind', facts);
    expect(await elsewhere.get('nordwind', ada)).toBeDefined();
  });

  test('a person of one organisation is nobody in another', async () => {
    await people.learn('nordwind', facts);
    expect(await people.get('fabrikam', ada)).toBeUndefined();
  });
});

describe('what people set for themselves', () => {
  test('language, phone and personal chat, which can be forgotten', async () => {
    await people.learn('nordwind', facts);
    await people.setLanguage('nordwind', ada, 'de');
    await people.setPhone('nordwind', ada, '+43 1');
    await people.setPersonalChat('nordwind', ada, chat);
    clock.move(30_001);
    expect(await elsewhere.get('nordwind', ada)).toMatchObject({ language: 'de', phone: '+43 1', personalChat: chat });
    await people.losePersonalChat('nordwind', ada, 'removed');
    await people.setPhone('nordwind', ada, undefined);
    clock.move(30_001);
    const person = await elsewhere.get('nordwind', ada);
    expect([person?.language, person?.phone, person?.personalChat]).toEqual(['de', undefined, undefined]);
    expect(person?.chatRefused).toEqual({ code: 'removed', at: instant(clock.now() - 30_001) });
  });

  test('is nothing for somebody unknown', async () => {
    expect(await people.setLanguage('nordwind', ada, 'de')).toBeUndefined();
    expect(await people.all('nordwind')).toEqual([]);
  });
});

describe('V1: roles', () => {
  test('exactly the given ones, in order, also for somebody whom nobody has met', async () => {
    expect(
      await people.grant('nordwind', ada, ['referralsUser', 'partnerAdmin', 'referralsUser'], 'test'),
    ).toMatchObject({
      ok: true,
      changed: true,
      person: { name: '', tenantId, roles: ['partnerAdmin', 'referralsUser'] },
    });
    expect(await people.learn('nordwind', facts)).toMatchObject({
      name: 'Ada Keller',
      roles: ['partnerAdmin', 'referralsUser'],
    });
    await people.grant('nordwind', ben, ['referralsAdmin'], 'test');
    expect(await people.grant('nordwind', ada, [], 'test')).toMatchObject({ ok: true, person: { roles: [] } });
  });

  test('the same again changes nothing', async () => {
    await people.grant('nordwind', ada, ['referralsAdmin'], 'test');
    const before = writes;
    expect(await people.grant('nordwind', ada, ['referralsAdmin'], 'test')).toMatchObject({ ok: true, changed: false });
    expect(writes).toBe(before);
  });

  test('the last admin keeps a role that makes an admin, and may change it for the other', async () => {
    await people.grant('nordwind', ada, ['referralsAdmin'], 'test');
    for (const roles of [[], ['referralsUser']] as const) {
      expect(await people.grant('nordwind', ada, roles, 'test')).toEqual({ ok: false, reason: 'lastAdmin' });
    }
    expect((await elsewhere.get('nordwind', ada))?.roles).toEqual(['referralsAdmin']);
    expect(await people.grant('nordwind', ada, ['partnerAdmin'], 'test')).toMatchObject({ ok: true });
  });

  test('a guest is no admin, whatever their role', async () => {
    await people.grant('nordwind', ada, ['referralsAdmin'], 'test');
    await people.learn('nordwind', { entraId: ben, tenantId, name: 'Ben', guest: true });
    await people.grant('nordwind', ben, ['referralsAdmin'], 'test');
    expect((await people.admins('nordwind')).map(({ entraId }) => entraId)).toEqual([ada]);
    expect(await people.grant('nordwind', ada, [], 'test')).toEqual({ ok: false, reason: 'lastAdmin' });
  });

  test('two admins who take each other’s role at once do not leave the organisation without one', async () => {
    for (let time = 0; time < 10; time += 1) {
      await people.grant('nordwind', ada, ['referralsAdmin'], 'test');
      await people.grant('nordwind', ben, ['referralsAdmin'], 'test');
      await Promise.all([people.grant('nordwind', ada, [], 'ben'), elsewhere.grant('nordwind', ben, [], 'ada')]);
      expect((await people.admins('nordwind')).length).toBeGreaterThan(0);
    }
  });

  test('a change is logged by ids, without the name', async () => {
    const log: string[] = [];
    const logged = createPeople(temporary.store, clock, pino({}, { write: (line) => void log.push(line) }));
    await logged.learn('nordwind', facts);
    await logged.grant('nordwind', ada, ['referralsAdmin'], 'npm run admin');
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      {
        orgId: 'nordwind',
        personId: `person-${ada}`,
        roles: ['referralsAdmin'],
        by: 'npm run admin',
        msg: 'roles changed',
      },
    ]);
    expect(log.join('')).not.toContain('Ada');
  });
});

test('somebody is found by e-mail address, case ignored', async () => {
  await people.learn('nordwind', facts);
  expect((await elsewhere.findByEmail('nordwind', ' ada.KELLER@nordwind.example '))?.entraId).toBe(ada);
  expect(await elsewhere.findByEmail('nordwind', 'ada@nordwind.example')).toBeUndefined();
});
