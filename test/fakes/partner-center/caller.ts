import { pino } from 'pino';
import type { AccessTokens, CallerParts } from '../../../src/partner-center/call.ts';
import { type MovableClock, movableClock } from '../clock.ts';
import type { Account } from './referral-store.ts';
import { type FakePartnerCenter, referralsAudience, startFakePartnerCenter } from './server.ts';

export interface House {
  fake: FakePartnerCenter;
  clock: MovableClock;
  /** What was waited for, in milliseconds: the clock moved on by it. */
  waits: number[];
  /** Every line that was logged. */
  log: string[];
  /** Tokens of an account; a renewed one after a refusal. */
  tokensOf(account: Account, audience?: string): AccessTokens & { renewals: number };
  /** What a client is made of. */
  parts(account?: Account, audience?: string): CallerParts;
  /** Stops the fake. Resolves to what went wrong unseen: nothing, if all is well. */
  end(): Promise<string[]>;
}

/** A fake Partner Center on a clock that stands still, and what a client needs to call it under Microsoft's own addresses. */
export async function openHouse(start = Date.parse('2026-11-22T09:00:00Z')): Promise<House> {
  const clock = movableClock(start);
  const fake = await startFakePartnerCenter({ clock });
  const waits: number[] = [];
  const log: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) });

  function tokensOf(account: Account, audience = referralsAudience): AccessTokens & { renewals: number } {
    let token = fake.entra.accessToken(account, audience);
    return {
      renewals: 0,
      async get(refused) {
        if (refused === token) {
          this.renewals += 1;
          token = fake.entra.accessToken(account, audience);
        }
        return token;
      },
    };
  }

  return {
    fake,
    clock,
    waits,
    log,
    tokensOf,
    parts: (account = fake.accounts.admin, audience = referralsAudience) => ({
      baseUrl: audience,
      tokens: tokensOf(account, audience),
      fetch: fake.fetch,
      clock,
      async wait(milliseconds) {
        waits.push(milliseconds);
        clock.move(milliseconds);
      },
      log: logger,
    }),
    async end() {
      await fake.stop();
      return [...fake.violations, ...fake.outside];
    },
  };
}
