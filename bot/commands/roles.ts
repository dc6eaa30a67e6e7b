import { rolesCard, text } from '../../cards/index.ts';
import type { Role } from '../../src/organisations/organisation.ts';
import { isAdmin, isForeign } from '../../src/rules/permissions.ts';
import { adminNames } from '../actions/action.ts';
import type { Answer, Turn } from '../turn.ts';
import type { Command } from './command.ts';

/** What may follow the person, in every language. */
const roleWords: [RegExp, Role[]][] = [
  [/^(referrals\s+)?(admin|administrator)$|^empfehlungs-?admin$/i, ['referralsAdmin']],
  [/^(mpn\s+)?partner\s*-?admin$/i, ['partnerAdmin']],
  [/^(referrals\s+)?(user|benutzer|nutzer)$|^empfehlungs-?(be)?nutzer$/i, ['referralsUser']],
  [/^(none|no role|keine|keine rolle)$/i, []],
];

/**
 * Lists the roles; `roles ann@contoso.com referrals user` or `roles @Ann none` grants them (V1). For admins; not where guests or people
 * of other tenants would read names and addresses along (V3).
 */
export const roles: Command = {
  words: { en: ['roles'], de: ['rollen'] },
  async run(turn, rest) {
    const language = turn.reader.language;
    if (await turn.house.outsiders.in(turn.address, turn.organisation)) {
      return { text: text(language, 'guestsRoles') };
    }
    if (!isAdmin(turn.actor)) return { text: text(language, 'adminsOnly', { admins: await adminNames(turn) }) };
    if (rest === '') return listed(turn);
    const asked = await readRequest(turn, rest);
    if (asked === undefined) return { text: text(language, 'rolesUsage') };
    if (asked.entraId === undefined) return { text: text(language, 'personUnknown') };
    const { people } = turn.house;
    const granted = await people.grant(turn.organisation.orgId, asked.entraId, asked.roles, turn.actor.personId);
    if (!granted.ok) return { text: text(language, 'lastAdmin') };
    turn.log.info({ roles: asked.roles }, 'roles granted');
    return listed(turn, text(language, 'rolesSet'));
  },
};

async function listed(turn: Turn, done?: string): Promise<Answer> {
  const people = await turn.house.people.all(turn.organisation.orgId);
  return {
    card: rolesCard({
      reader: turn.reader,
      people: people
        .filter((person) => person.roles.length > 0)
        .map(({ name, email, roles: held }) => ({ name, roles: held, ...(email === undefined ? {} : { email }) })),
      ...(done === undefined ? {} : { banner: { tone: 'good' as const, text: done } }),
    }),
  };
}

/** Whom and which roles: the person by mention or by e-mail address. Undefined when the line is not understood. */
async function readRequest(
  turn: Turn,
  rest: string,
): Promise<{ entraId: string | undefined; roles: Role[] } | undefined> {
  const mention = turn.activity.entities?.find(
    ({ type, mentioned }) => type === 'mention' && mentioned !== undefined && mentioned.id !== turn.address.bot.id,
  );
  const spoken = mention?.text !== undefined && rest.startsWith(mention.text) ? mention.text : undefined;
  const who = spoken ?? /^\S+@\S+/.exec(rest)?.[0];
  if (who === undefined) return undefined;
  const wanted = rest.slice(who.length).trim();
  const match = roleWords.find(([pattern]) => pattern.test(wanted));
  if (match === undefined) return undefined;
  const entraId =
    spoken === undefined || mention?.mentioned === undefined
      ? await byEmail(turn, who)
      : await learned(turn, await turn.house.connector.member(turn.address, mention.mentioned.id));
  return { entraId, roles: match[1] };
}

/** Somebody met before, or a member of this conversation. */
async function byEmail(turn: Turn, email: string): Promise<string | undefined> {
  const known = await turn.house.people.findByEmail(turn.organisation.orgId, email);
  if (known !== undefined) return known.guest ? undefined : known.entraId;
  for await (const member of turn.house.connector.members(turn.address)) {
    if (member.email?.toLowerCase() === email.toLowerCase()) return learned(turn, member);
  }
  return undefined;
}

type Member = NonNullable<Awaited<ReturnType<Turn['house']['connector']['member']>>>;

/** Guests and people of other tenants cannot be given a role (V3). */
async function learned(turn: Turn, member: Member | undefined): Promise<string | undefined> {
  if (member === undefined || member.guest) return undefined;
  if (isForeign(member.tenantId, turn.organisation)) return undefined;
  const person = await turn.house.people.learn(turn.organisation.orgId, {
    entraId: member.entraId,
    tenantId: member.tenantId ?? turn.address.tenantId,
    name: member.name,
    teamsId: member.teamsId,
    guest: false,
    ...(member.email === undefined ? {} : { email: member.email }),
  });
  return person.entraId;
}
