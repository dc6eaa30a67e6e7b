import { existsSync } from 'node:fs';
import { runAdmin } from './admin/build.ts';
import { AdminError } from './admin/office.ts';
import { systemClock } from './clock.ts';
import { parseStoreConfig } from './config.ts';
import { openStore } from './store/open.ts';

// `npm run admin`: on the same store as the bot, which may be running.
if (existsSync('.env')) process.loadEnvFile('.env');

process.exitCode = await runAdmin(
  process.argv.slice(2),
  {
    openStore() {
      const parsed = parseStoreConfig(process.env);
      if (!parsed.ok) throw new AdminError(parsed.problems.join('; '));
      return openStore(parsed.config);
    },
    clock: systemClock,
    out: (line) => console.log(line),
    allowHttp: process.env.DEVELOPMENT === 'true',
  },
  (line) => console.error(line),
);
