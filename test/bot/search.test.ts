import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Story, startStory } from '../fakes/story.ts';
import type { User } from '../fakes/teams.ts';
import { fillDirectory } from './dialogs/directory.ts';

let story: Story;

beforeEach(async () => {
  story = await startStory();
  await fillDirectory(story.directory);
  await story.chatWith(story.ben);
});
afterEach(() => story.stop());

interface Found {
  title: string;
  value: string;
}

/** What Teams sends while somebody types (facts/teams.md 1.8). */
async function search(value: object, user: User = story.ben, where = story.teams.personalChat(user)) {
  const heard = await story.teams.post(user, where, { type: 'invoke', name: 'application/search', value });
  expect(heard.status).toBe(200);
  expect(heard.body).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.search.searchResponse' });
  return heard.body.value.results as Found[];
}

const titles = (found: Found[]) => found.map(({ title }) => title);

describe('application/search', () => {
  test('customers, with what tells two of one name apart', async () => {
    const found = await search({ queryText: 'contoso', queryOptions: { skip: 0, top: 15 }, dataset: 'customers' });
    expect(found).toEqual([
      { title: 'Contoso Retail · Am Kai 3, 20457 Hamburg, Germany · D-U-N-S 480000001', value: 'cust-1' },
      { title: 'Contoso Retail · Elbchaussee 9, 22763 Hamburg, Germany · D-U-N-S 480000002', value: 'cust-2' },
      { title: 'Contoso Retail Ireland · 1 Quay Street, Dublin, Ireland', value: 'cust-3' },
    ]);
  });

  test('in the language of the reader', async () => {
    await story.chatWith(story.cem);
    const found = await search({ queryText: 'muller lodz', dataset: 'customers' }, story.cem);
    expect(titles(found)).toEqual(['Müller Łódź · Polen']);
  });

  test('customers of the country that is chosen in the form', async () => {
    const found = await search({ queryText: 'contoso', dataset: 'customers', data: { country: 'IE', name: 'x' } });
    expect(found.map(({ value }) => value)).toEqual(['cust-3']);
    const any = await search({ queryText: 'contoso', dataset: 'customers', data: { country: '' } });
    expect(any).toHaveLength(3);
  });

  test('I1: partners, only those that transact', async () => {
    const found = await search({ queryText: '', dataset: 'partners' });
    expect(titles(found)).toEqual([
      'Fabrikam Cloud Ltd · United Kingdom · Partner ID 7654321',
      'Nordwind Consulting GmbH · Austria · Partner ID 1234567',
      'Tailspin Partners · Ireland · Partner ID 5550001',
    ]);
  });

  test('solutions, whose values can be joined by commas', async () => {
    const found = await search({ queryText: 'azure', dataset: 'solutions' });
    expect(found).toEqual([{ title: 'Azure Virtual Desktop · Microsoft · Microsoft', value: 'SOL%2C0003' }]);
  });

  test.each([
    ['an empty text', { queryText: '', dataset: 'customers' }],
    ['no text', { dataset: 'customers' }],
    ['null', { queryText: null, dataset: 'customers', data: null, queryOptions: null }],
  ])('%s shows the first ones, at most 15', async (_what, value) => {
    expect(await search(value)).toHaveLength(15);
  });

  test('fewer where the client wants fewer, and no further page', async () => {
    expect(
      await search({ queryText: 'northwind', dataset: 'customers', queryOptions: { skip: 0, top: 3 } }),
    ).toHaveLength(3);
    expect(await search({ queryText: 'northwind', dataset: 'customers', queryOptions: { skip: 15, top: 15 } })).toEqual(
      [],
    );
    expect(
      await search({ queryText: 'northwind', dataset: 'customers', queryOptions: { skip: 0, top: 900 } }),
    ).toHaveLength(15);
  });

  test.each([
    ['an unknown data set', { queryText: 'x', dataset: 'people' }],
    ['no data set', { queryText: 'x' }],
    ['nonsense', 'x'],
    ['a text without an end', { queryText: 'x'.repeat(5000), dataset: 'customers' }],
  ])('%s finds nothing, in the form that Teams wants', async (_what, value) => {
    expect(await search(value as object)).toEqual([]);
  });

  test('V1, V3: nobody without a role, no guest and no other organisation finds anything', async () => {
    const { teams, channel } = story;
    const dora = teams.user('Dora Neu');
    const guest = teams.guest('Gus Gast');
    const fay = teams.stranger('Fay Fabrikam');
    await story.neighbour(fay);
    channel.members.push(dora, guest);
    const query = { queryText: 'contoso', dataset: 'customers' };
    expect(await search(query, dora, channel)).toEqual([]);
    expect(await search(query, guest, channel)).toEqual([]);
    await story.chatWith(fay);
    expect(await search(query, fay)).toEqual([]);
  });

  test('names from outside are no markup', async () => {
    await story.directory.importEntries('nordwind', 'customers', [
      { id: 'evil', name: '<at>Ada</at> [x](https://evil.example)', address: { country: 'DE' } },
    ]);
    const [found] = await search({ queryText: 'ada', dataset: 'customers' });
    expect(found?.title).not.toMatch(/[<[\]]|https:\/\/evil/);
  });

  test('when the database is out, nothing is found, and nothing breaks', async () => {
    story.bot.store.out = true;
    expect(await search({ queryText: 'contoso', dataset: 'customers' })).toEqual([]);
    story.bot.store.out = false;
  });
});
