import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { type Clock, dayMilliseconds, instant } from '../clock.ts';
import type { Address } from '../deals/address.ts';
import type { Organisation, Person } from '../organisations/organisation.ts';
import type { People } from '../organisations/people.ts';
import { isForeign } from '../rules/permissions.ts';
import { type Messenger, MessengerError } from './messenger.ts';

/** How long Teams is not asked again for a chat that it has refused. Who installs the app, or writes, is known at once all the same. */
const refusedMilliseconds = dayMilliseconds;

/** How long a conversation of a tenant is remembered, at whose service address others of that tenant are opened. */
const nearMilliseconds = 30_000;

interface PersonalChatParts {
  messenger: Pick<Messenger, 'personalChat'>;
  people: Pick<People, 'learn' | 'losePersonalChat'>;
  /** Any conversation of this tenant that the bot is in; undefined: none is known. It may read all people. */
  near(orgId: string, tenantId: string): Promise<Address | undefined>;
  /** Somebody in a conversation, as Teams says now; undefined: nobody. @throws {MessengerError} */
  member(chat: Address, entraId: string): Promise<RosterMember | undefined>;
  clock: Clock;
  log: Pick<Logger, 'warn'>;
}

/** Why nothing is sent to a tenant that does not belong to the organisation, or not any more (V3). */
export const tenantRemoved = 'tenantRemoved';

interface RosterMember {
  teamsId: string;
  tenantId?: string;
  name: string;
  email?: string;
  guest: boolean;
}

/** The own chats with people, also with those who have never written to the bot. */
export interface PersonalChats {
  /**
   * The chat with a person who may see something: opened, and remembered, where none is known. `refused`: why there is none, for the
   * ledger: Teams' own code, or what the roster says of them (V3: `guest`, `otherTenant`); it is believed for a day. The same chat
   * opened again is the same conversation, so that a repetition does no harm.
   * @throws {MessengerError} what may work later, or an admin must mend; nothing was sent to the person
   */
  with(person: Person, organisation: Organisation): Promise<Address | { refused: string }>;
  /** Nothing can be sent to a person any more. `code`: Teams' own. */
  lost(person: Person, code: string): Promise<void>;
}

export function createPersonalChats(parts: PersonalChatParts): PersonalChats {
  const { messenger, people, clock, log } = parts;
  const lastNear = new LRUCache<string, Address>({ max: 1000, ttl: nearMilliseconds, perf: clock, ttlResolution: 0 });

  /** Many chats are opened one after the other when a reminder is due for everybody. */
  async function near(orgId: string, tenantId: string): Promise<Address | undefined> {
    const key = `${orgId} ${tenantId.toLowerCase()}`;
    const known = lastNear.get(key);
    if (known !== undefined) return known;
    const found = await parts.near(orgId, tenantId);
    if (found !== undefined) lastNear.set(key, found);
    return found;
  }

  async function opened(
    { orgId, entraId, tenantId }: Person,
    organisation: Organisation,
  ): Promise<Address | { refused: string }> {
    const address = await messenger.personalChat(await near(orgId, tenantId), { entraId, tenantId });
    // A role may have been granted to an id that nobody has looked up: the roster says whose it is (V3).
    const member = await parts.member(address, entraId);
    if (member === undefined) return { refused: 'notInRoster' };
    if (isForeign(member.tenantId, organisation)) return { refused: 'otherTenant' };
    const { guest, name, teamsId, email } = member;
    await people.learn(orgId, {
      entraId,
      tenantId,
      name,
      teamsId,
      guest,
      rosterAt: instant(clock.now()),
      ...(email === undefined ? {} : { email }),
      ...(guest ? {} : { personalChat: address }),
    });
    return guest ? { refused: 'guest' } : address;
  }

  return {
    async with(person, organisation) {
      const { id, orgId, entraId, personalChat } = person;
      if (isForeign((personalChat ?? person).tenantId, organisation)) return { refused: tenantRemoved };
      if (personalChat !== undefined) return personalChat;
      const known = whyOutOfReach(person, clock.now());
      if (known !== undefined) return { refused: known };
      const answer = await opened(person, organisation).catch((error) => {
        if (!(error instanceof MessengerError)) throw error;
        if (isFinal(error)) return { refused: error.code };
        // However unclear the answer was, there is no message that could stand there twice.
        throw new MessengerError(error.kind, error.code, error.retryAfter, error);
      });
      if (!('refused' in answer)) return answer;
      await people.losePersonalChat(orgId, entraId, answer.refused);
      log.warn({ orgId, personId: id, code: answer.refused }, 'no personal chat could be opened');
      return { refused: noChat(answer.refused) };
    },
    async lost({ orgId, entraId }, code) {
      await people.losePersonalChat(orgId, entraId, code);
    },
  };
}

function noChat(code: string): string {
  return `no personal chat: ${code}`;
}

/** For the ledger: why there is no chat with a person, where Teams has refused it within the last day. `now`: milliseconds since the epoch. */
export function whyOutOfReach({ personalChat, chatRefused }: Person, now: number): string | undefined {
  if (personalChat !== undefined || chatRefused === undefined) return undefined;
  return now - Date.parse(chatRefused.at) < refusedMilliseconds ? noChat(chatRefused.code) : undefined;
}

/** About this one person: the app is not installed for them, they blocked it, or Teams knows nobody of this id. */
function isFinal({ kind }: MessengerError): boolean {
  return kind === 'conversationGone' || kind === 'rejected';
}
