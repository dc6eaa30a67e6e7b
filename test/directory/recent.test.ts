import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Directory } from '../../src/directory/port.ts';
import { createRecent, type PersonalSearch, type Recent, withRecent } from '../../src/directory/recent.ts';
import { openDirectory } from '../../src/store/open.ts';
import { type TemporaryStore, temporaryStore } from '../fakes/temporary-store.ts';
import { customer, partner, solution } from './invented.ts';

let temporary: TemporaryStore;
let directory: Directory;
let recent: Recent;
let personal: PersonalSearch;

beforeEach(async () => {
  temporary = temporaryStore();
  directory = await openDirectory(temporary.store);
  recent = createRecent(temporary.store);
  personal = withRecent(directory, recent);
});
afterEach(() => temporary.discard());

const ada = 'person-ada';
const ben = 'person-ben';
const names = async (text: string, query: { country?: string; limit?: number } = {}, who = ada) =>
  (await personal.search('nordwind', who, 'customers', { text, limit: 15, ...query })).map(({ name }) => name);

describe('choices', () => {
  test('are remembered for each person, the latest first, none twice', async () => {
    await recent.remember('nordwind', ada, { customers: [customer('1', 'Contoso')], solutions: [solution('S', 'X')] });
    await recent.remember('nordwind', ada, { customers: [customer('2', 'Adatum'), customer('3', 'Fabrikam')] });
    await recent.remember('nordwind', ada, {
      customers: [customer('1', 'Contoso Ltd')],
      partners: [partner('P', 'Y')],
    });

    expect(await recent.list('nordwind', ada)).toEqual({
      customers: [customer('1', 'Contoso Ltd'), customer('2', 'Adatum'), customer('3', 'Fabrikam')],
      partners: [partner('P', 'Y')],
      solutions: [solution('S', 'X')],
      contacts: [],
    });
    expect(await recent.list('nordwind', ben)).toEqual({ customers: [], partners: [], solutions: [], contacts: [] });
    expect(await recent.list('fabrikam', ada)).toEqual({ customers: [], partners: [], solutions: [], contacts: [] });
  });

  test('are at most 20 of each kind', async () => {
    for (let at = 0; at < 25; at += 1) {
      await recent.remember('nordwind', ada, { customers: [customer(String(at), `Company ${at}`)] });
    }
    const { customers } = await recent.list('nordwind', ada);
    expect(customers.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => String(24 - at)));
  });

  test('C5: contacts are the same by person, else by e-mail address, else by name', async () => {
    const kari = { name: 'Kari', email: 'Kari@nordwind.example', phone: '+47 1' };
    await recent.remember('nordwind', ada, { contacts: [kari, { personId: ben, name: 'Ben' }, { name: 'Cleo' }] });
    await recent.remember('nordwind', ada, {
      contacts: [
        { ...kari, email: 'kari@nordwind.example', phone: '+47 2' },
        { personId: ben, name: 'Benjamin', email: 'ben@nordwind.example' },
      ],
    });

    expect((await recent.list('nordwind', ada)).contacts).toEqual([
      { ...kari, email: 'kari@nordwind.example', phone: '+47 2' },
      { personId: ben, name: 'Benjamin', email: 'ben@nordwind.example' },
      { name: 'Cleo' },
    ]);
  });

  test('that are the latest already are not written again', async () => {
    await recent.remember('nordwind', ada, { customers: [customer('1', 'Contoso')] });
    const before = await temporary.store.get('nordwind', `recent-${ada}`);
    await recent.remember('nordwind', ada, { customers: [customer('1', 'Contoso')] });
    await recent.remember('nordwind', ada, {});

    expect(await temporary.store.get('nordwind', `recent-${ada}`)).toEqual(before);
  });

  test('of two clients at once are both kept', async () => {
    const other = createRecent(temporary.reopen());
    await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        (at % 2 === 0 ? recent : other).remember('nordwind', ada, { customers: [customer(String(at), `C ${at}`)] }),
      ),
    );
    expect((await recent.list('nordwind', ada)).customers).toHaveLength(10);
  });
});

describe('a search', () => {
  beforeEach(async () => {
    await directory.importEntries('nordwind', 'customers', [
      customer('1', 'Contoso'),
      customer('2', 'Contoso Bank', { country: 'IE' }),
      customer('3', 'Contoso Retail'),
      customer('4', 'Zeta Contoso'),
      customer('5', 'Adatum'),
    ]);
  });

  test('gives matching choices first, the latest first, and none twice', async () => {
    expect(await names('con')).toEqual(['Contoso', 'Contoso Bank', 'Contoso Retail', 'Zeta Contoso']);
    await recent.remember('nordwind', ada, { customers: [customer('3', 'Contoso Retail')] });
    await recent.remember('nordwind', ada, { customers: [customer('5', 'Adatum')] });
    await recent.remember('nordwind', ada, { customers: [customer('4', 'Zeta Contoso')] });

    expect(await names('con')).toEqual(['Zeta Contoso', 'Contoso Retail', 'Contoso', 'Contoso Bank']);
    expect(await names('con', { limit: 2 })).toEqual(['Zeta Contoso', 'Contoso Retail']);
    expect(await names('')).toEqual(['Zeta Contoso', 'Adatum', 'Contoso Retail', 'Contoso', 'Contoso Bank']);
    expect(await names('con', {}, ben)).toEqual(['Contoso', 'Contoso Bank', 'Contoso Retail', 'Zeta Contoso']);
  });

  test('of one country leaves choices of others out', async () => {
    await recent.remember('nordwind', ada, { customers: [customer('3', 'Contoso Retail')] });
    expect(await names('con', { country: 'IE' })).toEqual(['Contoso Bank']);
  });

  test('shows a choice as it is now, and not where it no longer matches', async () => {
    await recent.remember('nordwind', ada, { customers: [customer('4', 'Contoso Old'), customer('5', 'Contoso Too')] });
    expect(await names('con', { limit: 1 })).toEqual(['Zeta Contoso']);
    expect(await names('too')).toEqual([]);
  });

  test('C1: finds a choice that was entered by hand', async () => {
    await recent.remember('nordwind', ada, { customers: [customer('hand-1', 'Contour Design')] });
    expect(await names('cont')).toEqual([
      'Contour Design',
      'Contoso',
      'Contoso Bank',
      'Contoso Retail',
      'Zeta Contoso',
    ]);
  });

  test('I1: does not offer a partner that transacts no longer', async () => {
    await directory.importEntries('nordwind', 'partners', [partner('P', 'Fabrikam', { transacts: false })]);
    await recent.remember('nordwind', ada, { partners: [partner('P', 'Fabrikam')] });
    expect(await personal.search('nordwind', ada, 'partners', { text: 'fab', limit: 15 })).toEqual([]);
  });
});
