import { Command, CommanderError } from 'commander';
import { apiKeyCommands } from './api-key.ts';
import { dealCommands } from './deals.ts';
import { deliveryCommands } from './delivery.ts';
import { directoryCommands } from './directory.ts';
import type { AdminParts } from './office.ts';
import { organisationCommands } from './organisation.ts';
import { partnerCenterCommands } from './partner-center.ts';
import { peopleCommands } from './people.ts';

/** The command tree of `npm run admin`. It throws where the program would end. */
function buildAdmin(parts: AdminParts): Command {
  const admin = new Command('npm run admin --')
    .description(
      'Sets up organisations, people, API keys and Partner Center in the configured store, and repairs deliveries.',
    )
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (text) => parts.out(text.trimEnd()),
      // Help that was not asked for. What is wrong is said by `runAdmin`, in one line.
      writeErr: (text) => parts.out(text.trimEnd()),
      outputError: () => undefined,
    });
  organisationCommands(admin, parts);
  peopleCommands(admin, parts);
  apiKeyCommands(admin, parts);
  deliveryCommands(admin, parts);
  directoryCommands(admin, parts);
  dealCommands(admin, parts);
  partnerCenterCommands(admin, parts);
  return admin;
}

/**
 * Runs one command. `args`: without the program's name. Resolves to the exit code: 1, with one line to `complain`, for whatever went
 * wrong.
 */
export async function runAdmin(
  args: readonly string[],
  parts: AdminParts,
  complain: (line: string) => void,
): Promise<number> {
  try {
    await buildAdmin(parts).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help'))
      return error.exitCode;
    const message = error instanceof Error ? error.message : String(error);
    complain(message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' '));
    return 1;
  }
}
