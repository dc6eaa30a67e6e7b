import { randomBytes } from 'node:crypto';
import { setImmediate as turnOfEvents } from 'node:timers/promises';
import type { Deal } from '../../src/deals/deal.ts';
import { personId } from '../../src/organisations/organisation.ts';
import { createConnections } from '../../src/partner-center/connection.ts';
import { dealIdOf } from '../../src/partner-center/links.ts';
import { sealingKey } from '../../src/partner-center/sealed.ts';
import { createSignIn } from '../../src/partner-center/sign-in.ts';
import { addressFor } from '../../src/partner-center/webhook-address.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import type { PersonCommand } from '../../src/rules/decide.ts';
import { movableClock } from '../fakes/clock.ts';
import { type HouseOptions, morning } from '../fakes/house.ts';
import type { Account } from '../fakes/partner-center/referral-store.ts';
import { type FakePartnerCenter, referralsAudience, startFakePartnerCenter } from '../fakes/partner-center/server.ts';
import type { WireReferral } from '../fakes/referrals.ts';
import { type Story, startStory } from '../fakes/story.ts';
import type { Conversation, User } from '../fakes/teams.ts';

/** Everything that Partner Center has to say. */
const events = ['referral-created', 'referral-updated', 'related-referral-created', 'related-referral-updated'];

const pollInterval = 60_000;

/** Nordwind's people in Teams, and its Partner Center: the whole product between two fakes, on one clock. */
export interface CenterStory extends Story {
  center: FakePartnerCenter;
  /** Ada's own chat with the bot: she is the admin who is told. */
  adas: Conversation;
  /** Somebody consents to the connection. */
  connect(account?: Account): Promise<void>;
  /** Partner Center sends its events to the bot from now on. */
  listen(): void;
  /** Until every event is delivered, and what it tells of is done. */
  heard(): Promise<void>;
  /** Time until the next poll passes. */
  poll(): Promise<void>;
  /** A person does something to a deal. @throws {Error} it is refused */
  does(user: User, dealId: string, command: PersonCommand): Promise<Deal>;
  /** The deal of a referral that was read from Partner Center. */
  dealOf(referral: WireReferral): ReturnType<Story['deal']>;
  /** The referral as it is now. */
  referral(id: string): WireReferral;
}

export function actorOf(user: User, roles: PersonActor['roles'] = ['referralsAdmin']): PersonActor {
  return {
    kind: 'person',
    orgId: 'nordwind',
    personId: personId(user.entraId),
    name: user.name,
    email: user.email,
    phone: '+43 1 000 00 02',
    roles,
    guest: false,
    timeZone: user.timeZone,
  };
}

export async function startCenterStory(options: HouseOptions & { connected?: boolean } = {}): Promise<CenterStory> {
  const clock = movableClock(morning);
  const center = await startFakePartnerCenter({ clock });
  const key = randomBytes(32).toString('base64');
  const wait = async (milliseconds: number) => clock.move(milliseconds);
  const story = await startStory({
    ...options,
    clock,
    environment: {
      PARTNER_CENTER_CLIENT_ID: center.clientId,
      PARTNER_CENTER_KEY: key,
      PARTNER_CENTER_POLL_SECONDS: String(pollInterval / 1000),
      ...options.environment,
    },
    replacements: {
      partnerCenter: { fetch: center.fetch, authority: center.url, trustedRoots: center.trustedRoots, wait },
      ...options.replacements,
    },
  });
  const { bot, teams } = story;
  const seal = sealingKey(key);
  if (seal === undefined) throw new Error('unreachable: 32 bytes are a key');
  const signIn = createSignIn({
    connections: createConnections(bot.store, clock),
    key: seal,
    clientId: center.clientId,
    authority: center.url,
    fetch: center.fetch,
    clock,
    log: bot.log,
  });
  const adas = await story.chatWith(story.ada);
  await teams.message(story.ada, story.channel, 'subscribe');

  const told: CenterStory = {
    ...story,
    center,
    adas,
    async connect(account = center.accounts.admin) {
      await signIn.connect('nordwind', referralsAudience, ({ code }) => center.entra.approve(code, account));
      await story.settle();
    },
    listen() {
      const url = addressFor('nordwind', `${bot.url}/api/partner-center/webhook`);
      const { admin } = center.accounts;
      center.webhooks.registration = { subscriberId: 'nordwind', url, events, ownHeader: true, by: admin };
    },
    async heard() {
      await center.webhooks.settled();
      // The event is handed on in a turn of its own.
      await turnOfEvents();
      await story.settle();
    },
    poll: () => story.move(pollInterval),
    async does(user, dealId, command) {
      const actor = actorOf(user, user === story.ada ? ['referralsAdmin'] : ['referralsUser']);
      const decision = await bot.desk.perform('nordwind', dealId, { command, actor });
      if (decision.kind !== 'done') throw new Error(JSON.stringify(decision));
      return decision.deal;
    },
    dealOf: (referral) => story.deal(dealIdOf(referral.id)),
    referral: (id) => center.store.get(id),
    async stop() {
      await story.stop();
      await center.stop();
    },
  };
  if (options.connected !== false) await told.connect();
  return told;
}
