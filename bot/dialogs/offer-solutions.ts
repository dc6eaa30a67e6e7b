import type { Solution } from '../../src/deals/opportunity.ts';
import type { Turn } from '../turn.ts';
import { offered, solutionOf } from './offers.ts';

/**
 * C6: solutions of the directory that fit what was typed, the best first; without a text those that were chosen lately. Without a
 * directory there are none, and a solution is entered by its name and kind.
 */
export async function offerSolutions(turn: Turn, text: string): Promise<Solution[]> {
  return (await offered(turn, 'solutions', text.trim())).map(solutionOf);
}
