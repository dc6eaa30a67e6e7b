import { Argument, type Command } from 'commander';
import { type Role, roles } from '../organisations/organisation.ts';
import { AdminError, type AdminParts, called, inOffice, type Office, table } from './office.ts';

/** `role grant|revoke` and `people list` (V1). */
export function peopleCommands(admin: Command, parts: AdminParts): void {
  const role = admin.command('role').description('say what people may do');
  for (const [verb, description] of [
    ['grant', 'give a person a role'],
    ['revoke', 'take a role from a person'],
  ] as const) {
    role
      .command(verb)
      .description(`${description}; the bot knows it within 30 seconds`)
      .argument('<person>', 'Entra object id, or the e-mail address of somebody who has used the bot')
      .addArgument(new Argument('<role>').choices(roles))
      .option('-o, --organisation <id>', 'may be left out where there is only one')
      .addHelpText(
        'after',
        '\nRoles:\n  partnerAdmin, referralsAdmin  see and do everything in their organisation' +
          '\n  referralsUser                 sees opportunities, and answers them where the organisation lets users answer',
      )
      .action((person: string, name: Role, options: { organisation?: string }) =>
        inOffice(parts, (office) => change(office, verb, person, name, options.organisation)),
      );
  }

  admin
    .command('people')
    .description('see who is known')
    .command('list')
    .description('list the people of an organisation with their roles')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .action((options: { organisation?: string }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        const people = await office.people.all(orgId);
        const rows = people.map((one) => [
          one.entraId,
          one.name === '' ? '(not met yet)' : one.name,
          one.email ?? '',
          [...one.roles, ...(one.guest ? ['guest'] : [])].join(', '),
        ]);
        for (const line of table(['ENTRA ID', 'NAME', 'E-MAIL', 'ROLES'], rows)) office.out(line);
      }),
    );
}

async function change(
  office: Office,
  verb: 'grant' | 'revoke',
  who: string,
  role: Role,
  organisation?: string,
): Promise<void> {
  const { orgId } = await office.organisation(organisation);
  const entraId = await office.entraId(orgId, who);
  const before = await office.people.get(orgId, entraId);
  if (before === undefined && verb === 'revoke')
    throw new AdminError(`Nobody with the Entra object id ${entraId} is known`);
  const others = (before?.roles ?? []).filter((one) => one !== role);
  const granted = await office.people.grant(
    orgId,
    entraId,
    verb === 'grant' ? [...others, role] : others,
    'npm run admin',
  );
  if (!granted.ok) throw new AdminError(`${who} is the last admin of ${orgId}: make somebody else an admin first`);
  office.out(`${called(granted.person)}: ${granted.person.roles.join(', ') || 'no role'}`);
}
