import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { runAdmin } from './admin/build.ts';
import { cancellable } from './admin/cancellable.ts';
import { AdminError } from './admin/office.ts';
import { systemClock } from './clock.ts';
import { type Parsed, parsePartnerCenterConfig, parseStoreConfig } from './config.ts';
import { openStore } from './store/open.ts';

// `npm run admin`: on the same store as the bot, which may be running.
if (existsSync('.env')) process.loadEnvFile('.env');

process.exitCode = await runAdmin(
  process.argv.slice(2),
  {
    openStore: () => openStore(configured(parseStoreConfig(process.env))),
    clock: systemClock,
    out: (line) => console.log(line),
    allowHttp: process.env.DEVELOPMENT === 'true',
    partnerCenter: {
      config: () => configured(parsePartnerCenterConfig(process.env)),
      wait: (milliseconds) => setTimeout(milliseconds),
      // What went wrong is said in one line; a log between the lines of the answer would only confuse.
      log: pino({ enabled: false }),
      cancellable,
    },
  },
  (line) => console.error(line),
);

function configured<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new AdminError(parsed.problems.join('; '));
  return parsed.config;
}
