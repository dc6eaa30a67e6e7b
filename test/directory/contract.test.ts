import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Customer, findable } from '../../src/directory/entry.ts';
import type { Directory, DirectoryQuery } from '../../src/directory/port.ts';
import { matches, rankOf, typed } from '../../src/directory/words.ts';
import { openDirectory } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { startCosmosEmulator } from '../fakes/cosmos.ts';
import { customer, partner, solution } from './invented.ts';

/** One database, of which any number of stores may be open at once. */
interface Database {
  open(): Promise<Store>;
  close(): Promise<void>;
}

async function startSqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'directory-'));
  return {
    open: async () => openSqliteStore({ file: join(folder, 'cosell.db') }),
    close: async () => rmSync(folder, { recursive: true }),
  };
}

/** The contract in so many words: looks at all of them. */
function modelOf(entries: readonly Customer[]): (query: DirectoryQuery) => string[] {
  const all = entries.flatMap((entry) => {
    const found = findable(entry);
    return found === undefined ? [] : [{ id: entry.id, ...found }];
  });
  return ({ text, country, limit }) => {
    const wanted = typed(text);
    return all
      .filter((found) => matches(wanted, found) && (country === undefined || found.country === country))
      .map((found) => ({ ...found, rank: rankOf(wanted, found.line) }))
      .sort((a, b) => a.rank - b.rank || compare(a.line, b.line) || compare(a.id, b.id))
      .slice(0, limit)
      .map(({ id }) => id);
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

describe.each([
  ['SQLite', startSqlite, { entries: 3000, queries: 400 }],
  ['Cosmos DB', startCosmosEmulator as () => Promise<Database>, { entries: 60, queries: 100 }],
])('%s', (_name, start, compared) => {
  let database: Database;
  const opened: Store[] = [];
  let directory: Directory;

  async function open(): Promise<Directory> {
    const store = await database.open();
    opened.push(store);
    return openDirectory(store);
  }

  beforeEach(async () => {
    database = await start();
    directory = await open();
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await database.close();
  });

  async function names(text: string, query: Partial<DirectoryQuery> = {}): Promise<string[]> {
    const found = await directory.search('nordwind', 'customers', { text, limit: 15, ...query });
    return found.map(({ name }) => name);
  }

  async function importNames(...all: string[]): Promise<void> {
    await directory.importEntries(
      'nordwind',
      'customers',
      all.map((name, at) => customer(`C-${at}`, name)),
    );
  }

  describe('a search', () => {
    test('finds what begins with the text first, then what has a word that does', async () => {
      await importNames('Alpen Contoso', 'Contoso Retail', 'Zeta', 'Con', 'Fabrikam');

      expect(await names('con')).toEqual(['Con', 'Contoso Retail', 'Alpen Contoso']);
      expect(await names('Contoso')).toEqual(['Contoso Retail', 'Alpen Contoso']);
      expect(await names('nothing')).toEqual([]);
    });

    test('wants every typed word', async () => {
      await importNames('Contoso Retail', 'Contoso Bank', 'Retail Contoso', 'Adatum Contoso Retail');

      expect(await names('contoso re')).toEqual(['Contoso Retail', 'Retail Contoso', 'Adatum Contoso Retail']);
      expect(await names('re con')).toEqual(['Contoso Retail', 'Retail Contoso', 'Adatum Contoso Retail']);
      expect(await names('re ret reta retail con')).toHaveLength(3);
      expect(await names('contoso x')).toEqual([]);
    });

    test('does not heed accents, case and punctuation', async () => {
      await importNames('Müller AG', 'MULLER LTD', 'Mueller KG', "O'Brien S.A.", 'Łódź-Straße');

      expect(await names('müller')).toEqual(['Müller AG', 'MULLER LTD', 'Mueller KG']);
      expect(await names('MUELLER')).toEqual(['Mueller KG', 'Müller AG']);
      expect(await names('obrien sa')).toEqual(["O'Brien S.A."]);
      expect(await names('strasse lodz')).toEqual(['Łódź-Straße']);
    });

    test('without text, or with nothing to compare in it, gives the first ones by name', async () => {
      await importNames('Zeta', 'beta', 'Älpha', 'Gamma');

      expect(await names('')).toEqual(['Älpha', 'beta', 'Gamma', 'Zeta']);
      expect(await names('  –& ')).toEqual(['Älpha', 'beta', 'Gamma', 'Zeta']);
      expect(await names('', { limit: 2 })).toEqual(['Älpha', 'beta']);
    });

    test('of one country gives entries of that country only', async () => {
      await directory.importEntries('nordwind', 'customers', [
        customer('1', 'Contoso', { country: 'IE' }),
        customer('2', 'Contoso', { country: 'DE' }),
        customer('3', 'Adatum', { country: 'IE' }),
      ]);

      expect(await directory.search('nordwind', 'customers', { text: 'con', country: 'IE', limit: 15 })).toEqual([
        customer('1', 'Contoso', { country: 'IE' }),
      ]);
      expect(await names('', { country: 'IE' })).toEqual(['Adatum', 'Contoso']);
      expect(await names('con', { country: 'NO' })).toEqual([]);
      expect(await names('con', { country: '"' })).toEqual([]);
    });

    test('tells twins apart by D-U-N-S number and address, and keeps them in order', async () => {
      const twins = ['480000003', '480000001', '480000002'].map((duns, at) => ({
        ...customer(`C-${at}`, 'Contoso Retail', { duns }),
        address: { addressLine1: `Market Sq ${at}`, city: 'Dublin', state: 'L', postalCode: 'D02', country: 'IE' },
      }));
      await directory.importEntries('nordwind', 'customers', twins);

      expect(await directory.search('nordwind', 'customers', { text: 'contoso', limit: 15 })).toEqual([
        twins[1],
        twins[2],
        twins[0],
      ]);
      expect(await directory.search('nordwind', 'customers', { text: '480000003', limit: 15 })).toEqual([twins[0]]);
      expect(await directory.search('nordwind', 'customers', { text: 'ret 4800', limit: 15 })).toHaveLength(3);
    });

    test('goes by id where nothing else differs, and gives at most 15', async () => {
      const ids = Array.from({ length: 20 }, (_, at) => `C-${String(at).padStart(2, '0')}`);
      await directory.importEntries(
        'nordwind',
        'customers',
        ids.toReversed().map((id) => customer(id, 'Contoso')),
      );
      const found = await directory.search('nordwind', 'customers', { text: 'con', limit: 100 });

      expect(found.map(({ id }) => id)).toEqual(ids.slice(0, 15));
      expect(await directory.search('nordwind', 'customers', { text: '', limit: 3 })).toHaveLength(3);
    });

    test('stays within its organisation and kind', async () => {
      await directory.importEntries('fabrikam', 'customers', [customer('1', 'Contoso of Fabrikam')]);
      await directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso of Nordwind')]);
      await directory.importEntries('nordwind', 'solutions', [solution('1', 'Contoso Solution')]);
      await directory.importEntries('nordwind', 'partners', [partner('1', 'Contoso Partner', { country: 'DE' })]);

      expect(await names('contoso')).toEqual(['Contoso of Nordwind']);
      expect(await directory.search('nordwind', 'solutions', { text: 'con', limit: 15 })).toEqual([
        solution('1', 'Contoso Solution'),
      ]);
      expect(await directory.search('nordwind', 'partners', { text: 'con', country: 'DE', limit: 15 })).toHaveLength(1);
      expect(await directory.search('adatum', 'customers', { text: 'con', limit: 15 })).toEqual([]);
    });

    test('I1: leaves partners out that do not transact, and finds partners by their id', async () => {
      const transacting = partner('4100001', 'Fabrikam Cloud', { organisationId: 'fabrikam' });
      const other = partner('4100002', 'Fabrikam Hardware', { transacts: false });
      await directory.importEntries('nordwind', 'partners', [transacting, other]);

      expect(await directory.search('nordwind', 'partners', { text: 'fab', limit: 15 })).toEqual([transacting]);
      expect(await directory.search('nordwind', 'partners', { text: '', limit: 15 })).toEqual([transacting]);
      expect(await directory.search('nordwind', 'partners', { text: '4100001', limit: 15 })).toEqual([transacting]);
      expect(await directory.get('nordwind', 'partners', '4100002')).toEqual(other);
    });

    test('takes any text', async () => {
      await importNames('Contoso');
      for (const text of [
        '"',
        "' OR 1=1 --",
        '*',
        'con*',
        'con" OR "a',
        '-con',
        'con AND',
        '(con',
        '\0',
        '\ud800',
        '%',
        '_',
        '@value0',
      ]) {
        await names(text);
      }
      expect(await names('c'.repeat(10_000))).toEqual([]);
      expect(await names('c '.repeat(10_000))).toEqual(['Contoso']);
      expect(await names('con OR x')).toEqual([]);
    });
  });

  describe('an entry', () => {
    test('is read by its id', async () => {
      const full = {
        ...customer('C 1/ä'.replace('/', '-'), 'Hafen & Söhne "KG" 🏭', { duns: '480000004' }),
        address: { addressLine1: 'Am Kai 3', city: 'Hamburg', country: 'DE' },
      };
      await directory.importEntries('nordwind', 'customers', [full]);

      expect(await directory.get('nordwind', 'customers', full.id)).toEqual(full);
      expect(await directory.get('nordwind', 'partners', full.id)).toBeUndefined();
      expect(await directory.get('fabrikam', 'customers', full.id)).toBeUndefined();
      expect(await directory.get('nordwind', 'customers', 'other')).toBeUndefined();
      expect(await directory.get('nordwind', 'customers', 'a/b')).toBeUndefined();
    });
  });

  describe('an import', () => {
    test('adds, changes and leaves alone, and says so', async () => {
      const first = [customer('1', 'Contoso'), customer('2', 'Adatum'), customer('3', 'Fabrikam')];
      expect(await directory.importEntries('nordwind', 'customers', first)).toEqual({
        added: 3,
        changed: 0,
        unchanged: 0,
      });
      const second = [customer('1', 'Contoso'), customer('2', 'Adventure Works'), customer('4', 'Wingtip')];
      expect(await directory.importEntries('nordwind', 'customers', second)).toEqual({
        added: 1,
        changed: 1,
        unchanged: 1,
      });
      expect(await directory.importEntries('nordwind', 'customers', second)).toEqual({
        added: 0,
        changed: 0,
        unchanged: 3,
      });

      expect(await names('')).toEqual(['Adventure Works', 'Contoso', 'Fabrikam', 'Wingtip']);
      expect(await names('adatum')).toEqual([]);
      expect(await names('works')).toEqual(['Adventure Works']);
    });

    test('of a changed country or address moves the entry', async () => {
      await directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso', { country: 'IE' })]);
      await directory.importEntries('nordwind', 'customers', [customer('1', 'Contoso', { country: 'NO' })]);

      expect(await names('con', { country: 'IE' })).toEqual([]);
      expect(await names('con', { country: 'NO' })).toEqual(['Contoso']);
      expect(await names('con')).toEqual(['Contoso']);
    });

    test('of a partner that transacts no longer, or again, hides it and shows it', async () => {
      const found = () => directory.search('nordwind', 'partners', { text: 'fab', limit: 15 });
      const importIt = (transacts: boolean) =>
        directory.importEntries('nordwind', 'partners', [partner('1', 'Fabrikam', { transacts })]);
      await importIt(true);
      expect(await found()).toHaveLength(1);
      await importIt(false);
      expect(await found()).toHaveLength(0);
      await importIt(true);
      expect(await found()).toHaveLength(1);
    });

    test('takes the last of several entries of one id', async () => {
      const batch = [customer('1', 'First'), customer('2', 'Other'), customer('1', 'Last')];
      expect(await directory.importEntries('nordwind', 'customers', batch)).toEqual({
        added: 2,
        changed: 0,
        unchanged: 0,
      });
      expect(await names('')).toEqual(['Last', 'Other']);
    });

    test('of nothing does nothing', async () => {
      expect(await directory.importEntries('nordwind', 'customers', [])).toEqual({
        added: 0,
        changed: 0,
        unchanged: 0,
      });
      expect(await names('')).toEqual([]);
    });

    test('is seen by other connections, and outlives the store', async () => {
      const other = await open();
      await importNames('Contoso', 'Adatum');
      expect(await other.search('nordwind', 'customers', { text: 'con', limit: 15 })).toHaveLength(1);

      await opened.shift()?.close();
      directory = await open();
      expect(await names('')).toEqual(['Adatum', 'Contoso']);
      await importNames('Contoso Ltd');
      expect(await names('con')).toEqual(['Contoso Ltd']);
    });
  });

  test('finds the same, in the same order, as looking at every entry would', async () => {
    const parts = [
      'Alpha',
      'Alp',
      'Älb',
      'Beta',
      "B'eta",
      'Gam-ma',
      'Gamma',
      'GmbH',
      'Ltd',
      'S.A.',
      'Øst',
      '&',
      'Zeta',
      '3M',
    ];
    const name = fc
      .array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 })
      .map((words) => `X${words.join(' ')}`);
    const anyName = fc.oneof(
      name,
      name.map((text) => text.slice(1)).filter((text) => /[\p{L}\p{N}]/u.test(text)),
    );
    const country = fc.constantFrom('DE', 'AT', 'CH');
    const random = fc.sample(fc.tuple(anyName, country, fc.integer({ min: 0, max: 3 })), {
      numRuns: compared.entries,
      seed: 7,
    });
    const entries = random.map(([text, code, twin], at) =>
      customer(`C-${at}`, text, { country: code, ...(twin > 0 && { duns: `48000000${twin}` }) }),
    );
    for (let at = 0; at < entries.length; at += 500) {
      await directory.importEntries('nordwind', 'customers', entries.slice(at, at + 500));
    }

    const model = modelOf(entries);
    const beginning = fc
      .tuple(fc.constantFrom(...parts, 'xalpha', 'xg', '48'), fc.integer({ min: 1, max: 6 }))
      .map(([word, length]) => word.slice(0, length));
    const query = fc.record({
      text: fc.array(beginning, { maxLength: 3 }).map((words) => words.join(' ')),
      country: fc.option(country, { nil: undefined }),
      limit: fc.integer({ min: 1, max: 15 }),
    });
    await fc.assert(
      fc.asyncProperty(query, async ({ country: code, ...wanted }) => {
        const asked = { ...wanted, ...(code !== undefined && { country: code }) };
        const found = await directory.search('nordwind', 'customers', asked);
        expect(found.map(({ id }) => id)).toEqual(model(asked));
      }),
      { numRuns: compared.queries },
    );
  }, 60_000);
});
