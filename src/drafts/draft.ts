import { createHash, randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Clock, dayMilliseconds, instant } from '../clock.ts';
import { Instant } from '../deals/opportunity.ts';
import { documentFields, documents } from '../store/documents.ts';
import { type Store, StoreConflict, type Versioned } from '../store/port.ts';
import { inRounds } from '../store/rounds.ts';

/** C10: how long a half-filled form is kept after it was last touched. */
const keptMilliseconds = 30 * dayMilliseconds;

/** How long the end of a finished form is remembered: Teams sends a press again when it was not answered in time. */
const rememberedMilliseconds = 3_600_000;

const idPrefix = 'draft-';

/** Whether a document's id is that of a draft: the dispatcher finds drafts and deals in one list of what is due. */
export function isDraftId(id: string): boolean {
  return id.startsWith(idPrefix);
}

/** C10: a half-filled form, kept for its owner. What is in `data` is the dialog's own business. */
export const Draft = z.object({
  ...documentFields('draft'),
  personId: z.string(),
  /** Which dialog it is a draft of. */
  dialog: z.string(),
  /** The deal that it is about, if there is one already. */
  dealId: z.string().optional(),
  /** The step that is shown. */
  step: z.string(),
  data: z.record(z.string(), z.unknown()),
  /**
   * Changes with every change: a form that was made of another one does not overwrite this one unseen. Begins anywhere, so that
   * the forms of an earlier draft of the same id are not taken for one of this.
   */
  sequence: z.number().int(),
  /** Whether its owner has done anything with it since it was opened. */
  touched: z.boolean().default(false),
  /** What the last change was made by: the same press, sent twice, is one. */
  press: z.string().optional(),
  /** What was wrong with that press. Absent: nothing. */
  refused: z.array(z.object({ code: z.string(), rule: z.string(), field: z.string().optional() })).optional(),
  /** What was said at its end. Absent: it goes on. */
  finished: z.string().optional(),
  createdAt: Instant,
  touchedAt: Instant,
  nextDueAt: Instant,
});
export type Draft = z.infer<typeof Draft>;

type Beginning = Pick<Draft, 'orgId' | 'personId' | 'dialog' | 'dealId' | 'step' | 'data'> & {
  /** The message or the press that opens it: the same again, on whichever instance, is the same draft. */
  opening: string;
};

export interface Drafts {
  /**
   * A new draft. About a deal a person has one draft of each dialog: where they left one half filled, it is given back as it is
   * (`resumed`); one that they only looked at is begun anew. About no deal they have one of each opening, which is given back as it
   * is, finished or not.
   */
  begin(beginning: Beginning): Promise<{ draft: Versioned<Draft>; resumed: boolean }>;
  /** Finished ones too, for a while. Undefined when the draft is somebody else's. */
  get(orgId: string, personId: string, id: string): Promise<Versioned<Draft> | undefined>;
  /** @throws {StoreConflict} when it was changed at the same moment, or is gone. */
  save(
    draft: Versioned<Draft>,
    change: Pick<Draft, 'step' | 'data'> & Partial<Pick<Draft, 'press' | 'refused'>>,
  ): Promise<Versioned<Draft>>;
  /**
   * Forgets what was typed, and remembers for a while what was said at the end, and about which deal. A draft that is gone already
   * is fine.
   */
  finish(draft: Versioned<Draft>, end: { said: string; dealId: string | undefined }): Promise<void>;
  /** Forgets it; a draft that is gone already is fine. */
  discard(draft: Versioned<Draft>): Promise<void>;
  /** A person's drafts, the latest touched first. Reads all of the organisation's. */
  of(orgId: string, personId: string): Promise<Draft[]>;
  /** C10: forgets a draft whose time is over. Resolves with whether there was one. */
  discardOld(orgId: string, id: string): Promise<boolean>;
}

export function createDrafts(store: Store, clock: Clock): Drafts {
  const drafts = documents(store, 'draft', Draft);
  const timed = () => ({
    touchedAt: instant(clock.now()),
    nextDueAt: instant(clock.now() + keptMilliseconds),
  });
  const isOver = ({ nextDueAt }: Draft) => Date.parse(nextDueAt) <= clock.now();

  /** Somebody was faster: it is gone, or it was touched and is wanted again. */
  async function unlessChanged(write: Promise<unknown>): Promise<void> {
    try {
      await write;
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
    }
  }

  return {
    begin: ({ opening, ...beginning }) =>
      inRounds(async () => {
        const fresh: Draft = {
          ...beginning,
          kind: 'draft',
          schemaVersion: 1,
          changeId: '',
          id: idOf(beginning, opening),
          sequence: randomInt(1, 1_000_000_000),
          touched: false,
          createdAt: instant(clock.now()),
          ...timed(),
        };
        const before = await drafts.get(fresh.orgId, fresh.id);
        if (before === undefined) return { draft: await drafts.create(fresh), resumed: false };
        if (beginning.dealId === undefined) return { draft: before, resumed: before.document.touched };
        if (!isOver(before.document) && before.document.finished === undefined) {
          if (before.document.touched) return { draft: before, resumed: true };
          // Opened twice, in a card and in a window: nothing is new, and the first one goes on too.
          if (isDeepStrictEqual(before.document.data, asStored(fresh.data))) return { draft: before, resumed: false };
        }
        return { draft: await drafts.replace(fresh, before.version), resumed: false };
      }),
    async get(orgId, personId, id) {
      const draft = await drafts.get(orgId, id);
      return draft?.document.personId === personId && !isOver(draft.document) ? draft : undefined;
    },
    save: ({ document, version }, change) =>
      drafts.replace(
        {
          ...document,
          press: undefined,
          refused: undefined,
          ...change,
          sequence: document.sequence + 1,
          touched: true,
          ...timed(),
        },
        version,
      ),
    finish: ({ document, version }, { said, dealId = document.dealId }) => {
      const nextDueAt = instant(clock.now() + rememberedMilliseconds);
      return unlessChanged(drafts.replace({ ...document, data: {}, finished: said, dealId, nextDueAt }, version));
    },
    discard: (draft) => unlessChanged(drafts.remove(draft)),
    async of(orgId, personId) {
      const own: Draft[] = [];
      for await (const { document } of drafts.all(orgId)) {
        if (document.personId === personId && !isOver(document) && document.finished === undefined) own.push(document);
      }
      return own.sort((a, b) => b.touchedAt.localeCompare(a.touchedAt));
    },
    async discardOld(orgId, id) {
      const draft = await drafts.get(orgId, id);
      if (draft === undefined || !isOver(draft.document)) return false;
      await unlessChanged(drafts.remove(draft));
      return true;
    },
  };
}

function asStored(data: Draft['data']): unknown {
  return JSON.parse(JSON.stringify(data));
}

/** Follows from whose draft of what it is: two presses at the same moment make one draft. About no deal each opening makes one. */
function idOf({ personId, dialog, dealId }: Omit<Beginning, 'opening'>, opening: string): string {
  const about = dealId === undefined ? ['', opening] : [dealId];
  const key = createHash('sha256')
    .update([personId, dialog, ...about].join('\0'))
    .digest('base64url');
  return `${idPrefix}${key.slice(0, 27)}`;
}
