import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createOrganisations,
  type NewOrganisation,
  type Organisations,
} from '../../src/organisations/organisations.ts';
import { createPeople } from '../../src/organisations/people.ts';
import type { Store } from '../../src/store/port.ts';
import { type MovableClock, movableClock } from '../fakes/clock.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';

const tenant = '11111111-1111-4111-8111-111111111111';
const otherTenant = '22222222-2222-4222-8222-222222222222';
const ada = 'aaaaaaaa-1111-4111-8111-111111111111';
const ben = 'bbbbbbbb-1111-4111-8111-111111111111';

const nordwind: NewOrganisation = {
  id: 'nordwind',
  name: 'Nordwind Consulting GmbH',
  tenants: [tenant, otherTenant],
  partnerIds: ['1234567'],
  settings: { answerDays: 10, timeZone: 'Europe/Vienna' },
  admins: [ada, ben],
};

let temporary: TemporaryStore;
let clock: MovableClock;
let organisations: Organisations;
/** The same database, seen by another process. */
let elsewhere: Organisations;

beforeEach(() => {
  temporary = temporaryStore();
  clock = movableClock(Date.parse('2026-11-22T09:00:00Z'));
  organisations = createOrganisations(temporary.store, clock);
  elsewhere = createOrganisations(temporary.reopen(), clock);
});
afterEach(() => temporary.discard());

/** A store of which the process dies before its write number `fatal`. */
function dying(store: Store, fatal: number): Store {
  let writes = 0;
  const write =
    <A extends unknown[], R>(operation: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      writes += 1;
      if (writes >= fatal) throw new Error('died');
      return operation(...given);
    };
  return Object.assign(Object.create(store), {
    get: store.get.bind(store),
    list: store.list.bind(store),
    create: write(store.create.bind(store)),
    replace: write(store.replace.bind(store)),
    remove: write(store.remove.bind(store)),
  });
}

describe('setting up', () => {
  test('an organisation has its tenants, settings with defaults, and first admins', async () => {
    const created = await organisations.create(nordwind);
    expect(created).toMatchObject({
      orgId: 'nordwind',
      name: 'Nordwind Consulting GmbH',
      tenants: [tenant, otherTenant],
      partnerIds: ['1234567'],
      settings: {
        answerDays: 10,
        reminderDays: [7, 3, 1],
        usersMayAnswer: true,
        defaultLanguage: 'en',
        timeZone: 'Europe/Vienna',
      },
    });
    expect(await elsewhere.get('nordwind')).toEqual(created);
    const admins = await createPeople(temporary.store, clock).admins('nordwind');
    expect(admins).toMatchObject([
      { entraId: ada, name: '', tenantId: tenant, roles: ['referralsAdmin'], guest: false },
      { entraId: ben, roles: ['referralsAdmin'] },
    ]);
  });

  test('the same again is the same, and gives nobody a second role', async () => {
    const created = await organisations.create(nordwind);
    expect(await elsewhere.create(nordwind)).toEqual(created);
    expect((await createPeople(temporary.store, clock).all('nordwind')).map(({ roles }) => roles)).toEqual([
      ['referralsAdmin'],
      ['referralsAdmin'],
    ]);
  });

  test('wherever it dies, it is completed when it is run again', async () => {
    // Two tenants, two admins, the organisation.
    for (let fatal = 1; fatal <= 5; fatal += 1) {
      const fresh = temporaryStore();
      await expect(createOrganisations(dying(fresh.store, fatal), clock).create(nordwind)).rejects.toThrow('died');
      const restarted = createOrganisations(fresh.reopen(), clock);
      expect(await restarted.byTenant(tenant)).toBeUndefined();
      await restarted.create(nordwind);
      clock.move(30_001);
      expect((await restarted.byTenant(otherTenant))?.orgId).toBe('nordwind');
      expect(await createPeople(fresh.store, clock).admins('nordwind')).toHaveLength(2);
      await fresh.discard();
    }
  }, 30_000);

  test('an id that exists with other data is refused', async () => {
    await organisations.create(nordwind);
    await expect(elsewhere.create({ ...nordwind, name: 'Another' })).rejects.toMatchObject({ code: 'exists' });
    expect((await elsewhere.get('nordwind'))?.name).toBe('Nordwind Consulting GmbH');
  });

  test('V3: a tenant of another organisation is refused', async () => {
    await organisations.create(nordwind);
    await expect(
      elsewhere.create({ id: 'fabrikam', name: 'Fabrikam', tenants: [otherTenant.toUpperCase()] }),
    ).rejects.toMatchObject({ code: 'tenantTaken', message: expect.stringContaining('nordwind') });
    expect(await elsewhere.get('fabrikam')).toBeUndefined();
  });

  test.each([
    ['id', { id: 'Nordwind' }],
    ['id', { id: '-nordwind' }],
    ['id', { id: 'nord_wind' }],
    ['id', { id: 'x'.repeat(40) }],
    ['id', { id: 'tenants' }],
    ['name', { name: ' ' }],
    ['tenants', { tenants: [] }],
    ['tenants.0', { tenants: ['contoso.com'] }],
    ['admins.0', { admins: ['ada@nordwind.example'] }],
    ['settings.answerDays', { settings: { answerDays: 0 } }],
    ['timeZone', { settings: { timeZone: 'Mars/Olympus' } }],
  ])('refuses a wrong %s, and leaves nothing behind', async (field, change) => {
    const wrong = { ...nordwind, ...change } as NewOrganisation;
    await expect(organisations.create(wrong)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(`${field}: `),
    });
    expect(await organisations.create({ ...nordwind, id: 'other' })).toMatchObject({ orgId: 'other' });
  });
});

describe('changing', () => {
  test('settings that are not named stay', async () => {
    await organisations.create(nordwind);
    const changed = await organisations.setSettings('nordwind', { reminderDays: [1, 5, 1], usersMayAnswer: false });
    expect(changed.settings).toEqual({
      answerDays: 10,
      reminderDays: [5, 1],
      usersMayAnswer: false,
      registersPrivateDeals: false,
      defaultLanguage: 'en',
      timeZone: 'Europe/Vienna',
    });
    expect(await organisations.get('nordwind')).toEqual(changed);
  });

  test('changes of two processes at once are both kept', async () => {
    await organisations.create(nordwind);
    await elsewhere.get('nordwind');
    await Promise.all([
      organisations.setSettings('nordwind', { answerDays: 21 }),
      elsewhere.setSettings('nordwind', { defaultLanguage: 'de' }),
      organisations.setProfile('nordwind', { partnerIds: ['7', '7', '8'] }),
      elsewhere.setProfile('nordwind', { name: 'Nordwind AG' }),
    ]);
    clock.move(30_001);
    expect(await elsewhere.get('nordwind')).toMatchObject({
      name: 'Nordwind AG',
      partnerIds: ['7', '8'],
      settings: { answerDays: 21, defaultLanguage: 'de' },
    });
  });

  test('wrong settings are refused and change nothing', async () => {
    const created = await organisations.create(nordwind);
    await expect(organisations.setSettings('nordwind', { answerDays: 91 })).rejects.toMatchObject({ code: 'invalid' });
    await expect(organisations.setSettings('nordwind', { timeZone: 'X' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(organisations.setProfile('nordwind', { name: '' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(organisations.setSettings('nobody', {})).rejects.toMatchObject({ code: 'unknown' });
    expect(await elsewhere.get('nordwind')).toEqual(created);
  });
});

describe('tenants', () => {
  const third = '33333333-3333-4333-8333-333333333333';

  test('an added tenant counts, a removed one does not and is free for others', async () => {
    await organisations.create(nordwind);
    await organisations.addTenant('nordwind', third);
    await organisations.addTenant('nordwind', third);
    expect((await organisations.byTenant(third))?.tenants).toEqual([tenant, otherTenant, third]);
    await organisations.removeTenant('nordwind', third);
    expect(await organisations.byTenant(third)).toBeUndefined();
    await organisations.create({ id: 'fabrikam', name: 'Fabrikam', tenants: [third] });
    expect((await organisations.byTenant(third))?.orgId).toBe('fabrikam');
  });

  test('V3: a tenant that belongs to another organisation can neither be taken nor removed', async () => {
    await organisations.create(nordwind);
    await organisations.create({ id: 'fabrikam', name: 'Fabrikam', tenants: [third] });
    await expect(organisations.addTenant('nordwind', third)).rejects.toMatchObject({ code: 'tenantTaken' });
    await expect(organisations.removeTenant('nordwind', third)).rejects.toMatchObject({ code: 'notItsTenant' });
    await expect(organisations.addTenant('nobody', third)).rejects.toMatchObject({ code: 'unknown' });
    expect((await organisations.byTenant(third))?.orgId).toBe('fabrikam');
  });

  test('the last tenant stays', async () => {
    await organisations.create({ ...nordwind, tenants: [tenant] });
    await expect(organisations.removeTenant('nordwind', tenant)).rejects.toMatchObject({ code: 'lastTenant' });
    expect((await organisations.byTenant(tenant))?.orgId).toBe('nordwind');
  });

  test('what dies half-way gives nobody access, and is completed when it is run again', async () => {
    await organisations.create(nordwind);
    await expect(createOrganisations(dying(temporary.store, 2), clock).addTenant('nordwind', third)).rejects.toThrow(
      'died',
    );
    expect(await organisations.byTenant(third)).toBeUndefined();
    await organisations.addTenant('nordwind', third);
    await expect(createOrganisations(dying(temporary.store, 2), clock).removeTenant('nordwind', third)).rejects.toThrow(
      'died',
    );
    clock.move(30_001);
    expect(await organisations.byTenant(third)).toBeUndefined();
    await organisations.removeTenant('nordwind', third);
    await elsewhere.create({ id: 'fabrikam', name: 'Fabrikam', tenants: [third] });
  });

  test('a tenant that an unfinished organisation claimed can be taken back', async () => {
    const unfinished = createOrganisations(dying(temporary.store, 2), clock);
    await expect(unfinished.create({ id: 'typo', name: 'Typo', tenants: [third, tenant] })).rejects.toThrow('died');
    await expect(organisations.create({ ...nordwind, tenants: [third] })).rejects.toMatchObject({
      code: 'tenantTaken',
    });
    await organisations.removeTenant('typo', third);
    expect((await organisations.create({ ...nordwind, tenants: [third] })).tenants).toEqual([third]);
  });

  test('case does not matter', async () => {
    await organisations.create({ ...nordwind, tenants: ['ABCDEFAB-1111-4111-8111-111111111111'] });
    expect((await organisations.byTenant('AbCdEfAb-1111-4111-8111-111111111111'))?.orgId).toBe('nordwind');
  });

  test('the list names every organisation once', async () => {
    await organisations.create({ id: 'fabrikam', name: 'Fabrikam', tenants: [third] });
    await organisations.create(nordwind);
    expect((await elsewhere.list()).map(({ orgId }) => orgId)).toEqual(['fabrikam', 'nordwind']);
  });
});

describe('what is remembered', () => {
  test('a tenant is looked up once in 30 seconds', async () => {
    await organisations.create(nordwind);
    let reads = 0;
    const counting = Object.assign(Object.create(temporary.store), {
      get: (orgId: string, id: string) => {
        reads += 1;
        return temporary.store.get(orgId, id);
      },
    });
    const cached = createOrganisations(counting, clock);
    for (let time = 0; time < 10; time += 1) {
      await cached.byTenant(tenant);
      clock.move(2_900);
    }
    expect(reads).toBe(2);
    clock.move(2_000);
    await cached.byTenant(tenant);
    expect(reads).toBe(4);
  });

  test('a change by another process is seen after 30 seconds', async () => {
    await organisations.create(nordwind);
    expect((await elsewhere.byTenant(tenant))?.settings.answerDays).toBe(10);
    await organisations.setSettings('nordwind', { answerDays: 20 });
    clock.move(29_000);
    expect((await elsewhere.byTenant(tenant))?.settings.answerDays).toBe(10);
    clock.move(1_001);
    expect((await elsewhere.byTenant(tenant))?.settings.answerDays).toBe(20);
  });

  test('a tenant that was unknown is known 5 seconds after it was added elsewhere', async () => {
    const third = '33333333-3333-4333-8333-333333333333';
    await organisations.create(nordwind);
    expect((await elsewhere.byTenant(tenant))?.orgId).toBe('nordwind');
    expect(await elsewhere.byTenant(third)).toBeUndefined();
    await organisations.addTenant('nordwind', third);
    expect(await elsewhere.byTenant(third)).toBeUndefined();
    clock.move(5_001);
    expect((await elsewhere.byTenant(third))?.orgId).toBe('nordwind');
  });

  test('V3: a tenant that was removed elsewhere has no access after 30 seconds', async () => {
    await organisations.create(nordwind);
    expect(await elsewhere.byTenant(otherTenant)).toBeDefined();
    await organisations.removeTenant('nordwind', otherTenant);
    clock.move(30_001);
    expect(await elsewhere.byTenant(otherTenant)).toBeUndefined();
  });
});
