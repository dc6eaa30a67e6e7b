import { z } from 'zod';
import { inboundCard, inboundPageSize } from '../../cards/index.ts';
import { maySee } from '../../src/rules/permissions.ts';
import { InvalidContinuation } from '../../src/store/port.ts';
import type { Answer, Turn } from '../turn.ts';
import { type Action, forbidden, type Press, parsed } from './action.ts';

/** Another page of the open opportunities. */
export const inboundPage: Action = {
  verb: 'inbound.page',
  async press(turn, press) {
    const page = parsed(z.object({ cursor: z.string().max(1000).optional() }), press, turn);
    return 'answer' in page ? page.answer : inboundAnswer(turn, press, page.data.cursor);
  },
};

/**
 * A page of what waits for an answer, soonest respond-by first. A forged or outdated cursor leads to the first page. `press`: absent
 * where it was typed, for all who are in the conversation.
 */
export async function inboundAnswer(
  turn: Turn,
  press: Pick<Press, 'shape'> | undefined,
  cursor?: string,
): Promise<Answer> {
  const { orgId, name } = turn.organisation;
  const refused = maySee(turn.actor, orgId);
  if (refused !== undefined) return forbidden(turn, refused);
  const isAlone = press?.shape === 'execute' || turn.address.scope === 'personal';
  try {
    const { deals, next } = await turn.house.views.open(orgId, inboundPageSize, cursor);
    return {
      card: inboundCard({
        deals,
        reader: turn.reader,
        now: turn.house.clock.now(),
        organisation: name,
        // F2: hearts are one's own, so they stand on no card that several people see.
        ...(isAlone ? { me: turn.actor.personId } : {}),
        ...(cursor === undefined ? {} : { cursor }),
        ...(next === undefined ? {} : { next }),
      }),
    };
  } catch (error) {
    if (error instanceof InvalidContinuation && cursor !== undefined) return inboundAnswer(turn, press);
    throw error;
  }
}
