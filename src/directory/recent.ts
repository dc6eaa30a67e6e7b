import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { TeamMember } from '../deals/deal.ts';
import { documentFields, documents } from '../store/documents.ts';
import type { Store } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';
import { Customer, type DirectoryKind, type Entries, findable, Partner, Solution } from './entry.ts';
import type { Directory, DirectoryQuery } from './port.ts';
import { matches, typed } from './words.ts';

/** Of each kind. */
const mostRemembered = 20;

const lists = {
  customers: z.array(Customer),
  partners: z.array(Partner),
  solutions: z.array(Solution),
  /** C5: contacts of earlier deals. */
  contacts: z.array(TeamMember),
};

/** What a person chose last, the latest first. The id is `recent-<the person's id>`. */
const RecentChoices = z.object({ ...documentFields('recent'), ...lists });
type RecentChoices = z.infer<typeof RecentChoices>;

const Choices = z.object(lists);
export type Choices = z.infer<typeof Choices>;

/** `personId`: the id of the person's document. */
export interface Recent {
  /** Puts choices before earlier ones, the first one first; at most 20 of each kind are kept. */
  remember(orgId: string, personId: string, chosen: Partial<Choices>): Promise<void>;
  /** As they were when they were chosen. */
  list(orgId: string, personId: string): Promise<Choices>;
}

export function createRecent(store: Store): Recent {
  const recent = documents(store, 'recent', RecentChoices);
  const idOf = (personId: string) => `recent-${personId}`;
  return {
    remember: (orgId, personId, chosen) =>
      inRounds(async () => {
        const id = idOf(personId);
        const stored = await recent.get(orgId, id);
        const before = stored?.document ?? { id, orgId, kind: 'recent', schemaVersion: 1, changeId: '', ...nothing };
        const after: RecentChoices = { ...before, ...merged(chosen, before) };
        if (isDeepStrictEqual(after, before)) return;
        await (stored === undefined ? recent.create(after) : recent.replace(after, stored.version));
      }),
    async list(orgId, personId) {
      const stored = await recent.get(orgId, idOf(personId));
      return stored === undefined ? nothing : Choices.parse(stored.document);
    },
  };
}

/** A search for one person: what they chose before comes first. */
export interface PersonalSearch {
  /**
   * As `Directory.search`, but matching recent choices come before the rest, the latest first, and none comes twice. A choice is shown
   * as it is in the directory now; one that the directory does not have (a customer entered by hand, C1) as it was.
   * @throws {StoreUnavailable}
   */
  search<K extends DirectoryKind>(
    orgId: string,
    personId: string,
    kind: K,
    query: DirectoryQuery,
  ): Promise<Entries[K][]>;
}

export function withRecent(directory: Directory, recent: Recent): PersonalSearch {
  return {
    async search(orgId, personId, kind, query) {
      const [choices, found] = await Promise.all([recent.list(orgId, personId), directory.search(orgId, kind, query)]);
      type Entry = (typeof found)[number];
      const isMeant = meantBy(query);
      const likely = (choices[kind] as Entry[]).filter(isMeant);
      const current = await Promise.all(
        likely.map(
          async (entry) =>
            found.find(({ id }) => id === entry.id) ?? (await directory.get(orgId, kind, entry.id)) ?? entry,
        ),
      );
      return distinct([...current.filter(isMeant), ...found]).slice(0, query.limit);
    },
  };
}

const nothing: Choices = { customers: [], partners: [], solutions: [], contacts: [] };

function merged(chosen: Partial<Choices>, before: Choices): Choices {
  const { customers = [], partners = [], solutions = [], contacts = [] } = chosen;
  return {
    customers: distinct([...customers, ...before.customers]).slice(0, mostRemembered),
    partners: distinct([...partners, ...before.partners]).slice(0, mostRemembered),
    solutions: distinct([...solutions, ...before.solutions]).slice(0, mostRemembered),
    contacts: distinct([...contacts, ...before.contacts]).slice(0, mostRemembered),
  };
}

/** The first of each. */
function distinct<T extends { id: string } | TeamMember>(all: readonly T[]): T[] {
  const seen = new Set<string>();
  return all.filter((each) => {
    const key = keyOf(each);
    return !seen.has(key) && seen.add(key);
  });
}

function keyOf(choice: { id: string } | TeamMember): string {
  if ('id' in choice) return choice.id;
  return choice.personId ?? choice.email?.toLowerCase() ?? choice.name;
}

function meantBy({ text, country }: DirectoryQuery): (entry: Entries[DirectoryKind]) => boolean {
  const wanted = typed(text);
  return (entry) => {
    const found = findable(entry);
    return found !== undefined && matches(wanted, found) && (country === undefined || found.country === country);
  };
}
