import type { Command } from './command.ts';
import { drafts } from './drafts.ts';
import { help } from './help.ts';
import { inbound } from './inbound.ts';
import { language } from './language.ts';
import { newDeal } from './new-deal.ts';
import { roles } from './roles.ts';
import { subscribe } from './subscribe.ts';
import { summary } from './summary.ts';
import { unsubscribe } from './unsubscribe.ts';
import { archive, favourites, find, mine, outbound } from './views.ts';

const commands: readonly Command[] = [
  help,
  inbound,
  outbound,
  favourites,
  mine,
  archive,
  find,
  summary,
  newDeal,
  drafts,
  language,
  roles,
  subscribe,
  unsubscribe,
];

/** The command of a typed line and what stands after its word, or undefined. Case does not matter. */
export function commandOf(line: string): { command: Command; rest: string } | undefined {
  const [word = '', ...rest] = line.trim().replace(/^\//, '').split(/\s+/);
  const said = word.toLowerCase();
  const command = commands.find(({ words }) => Object.values(words).some((list) => list.includes(said)));
  return command === undefined ? undefined : { command, rest: rest.join(' ') };
}
