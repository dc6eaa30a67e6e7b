import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { languages, type Organisation, type Settings } from '../organisations/organisation.ts';
import { type AdminParts, inOffice } from './office.ts';

interface SettingOptions {
  answerDays?: number;
  reminderDays?: number[];
  usersMayAnswer?: 'yes' | 'no';
  registerPrivateDeals?: 'yes' | 'no';
  language?: Settings['defaultLanguage'];
  timeZone?: string;
}

/** `organisation create|show|list|set` and `tenant add|remove`. */
export function organisationCommands(admin: Command, parts: AdminParts): void {
  const organisation = admin.command('organisation').description('set up and change organisations');
  withSettings(
    organisation
      .command('create')
      .description('set up an organisation; the same again completes one that was left half done')
      .argument('<id>', 'its short name here: small letters, digits and hyphens')
      .requiredOption('--name <name>', "the company's name")
      .requiredOption('--tenant <id...>', 'its Entra tenants')
      .option('--partner-id <id...>', 'its partner (MPN) ids')
      .option('--admin <id...>', 'Entra object ids of its first Referrals admins'),
  )
    .addHelpText(
      'after',
      example(
        'organisation create nordwind --name "Nordwind GmbH" --tenant 11111111-1111-4111-8111-111111111111 --admin 22222222-2222-4222-8222-222222222222',
      ),
    )
    .action(
      (
        id: string,
        options: SettingOptions & { name: string; tenant: string[]; partnerId?: string[]; admin?: string[] },
      ) =>
        inOffice(parts, async ({ organisations, out }) => {
          const created = await organisations.create({
            id,
            name: options.name,
            tenants: options.tenant,
            partnerIds: options.partnerId ?? [],
            admins: options.admin ?? [],
            settings: settingsOf(options),
          });
          for (const line of linesOf(created)) out(line);
        }),
    );

  organisation
    .command('show')
    .description('show an organisation with its settings')
    .argument('[id]', 'may be left out where there is only one')
    .action((id: string | undefined) =>
      inOffice(parts, async (office) => {
        for (const line of linesOf(await office.organisation(id))) office.out(line);
      }),
    );

  organisation
    .command('list')
    .description('list all organisations')
    .action(() =>
      inOffice(parts, async ({ organisations, out }) => {
        for (const { orgId, name } of await organisations.list()) out(`${orgId}  ${name}`);
      }),
    );

  withSettings(
    organisation
      .command('set')
      .description('change an organisation; what is not named stays')
      .argument('[id]', 'may be left out where there is only one')
      .option('--name <name>', "the company's name")
      .option('--partner-id <id...>', 'its partner (MPN) ids, all of them'),
  )
    .addHelpText('after', example('organisation set --answer-days 10 --reminder-days 5,2,1'))
    .action((id: string | undefined, options: SettingOptions & { name?: string; partnerId?: string[] }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(id);
        const { name, partnerId } = options;
        let changed = await office.organisations.setSettings(orgId, settingsOf(options));
        if (name !== undefined || partnerId !== undefined) {
          changed = await office.organisations.setProfile(orgId, {
            ...(name === undefined ? {} : { name }),
            ...(partnerId === undefined ? {} : { partnerIds: partnerId }),
          });
        }
        for (const line of linesOf(changed)) office.out(line);
      }),
    );

  const tenant = admin.command('tenant').description('say which Entra tenants belong to an organisation');
  tenant
    .command('add')
    .description("give an organisation a tenant: its people see the organisation's deals, within 30 seconds")
    .argument('<tenant>', 'the Entra tenant id')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .action((tenantId: string, options: { organisation?: string }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        await office.organisations.addTenant(orgId, tenantId);
        office.out(`The tenant ${tenantId} belongs to ${orgId}`);
      }),
    );
  tenant
    .command('remove')
    .description(
      "take a tenant from an organisation: its people no longer see the organisation's deals, within 30 seconds",
    )
    .argument('<tenant>', 'the Entra tenant id')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .action((tenantId: string, options: { organisation?: string }) =>
      inOffice(parts, async (office) => {
        // Not looked up: an organisation whose creation was left half done may still hold the tenant.
        const orgId = options.organisation ?? (await office.organisation(undefined)).orgId;
        await office.organisations.removeTenant(orgId, tenantId);
        office.out(`The tenant ${tenantId} no longer belongs to ${orgId}`);
      }),
    );
}

function withSettings(command: Command): Command {
  return command
    .option('--answer-days <days>', 'days to answer where the sender gives no date (14)', days)
    .option('--reminder-days <days>', 'days before the end at which to remind, as 7,3,1', listOfDays)
    .addOption(
      new Option('--users-may-answer <yes|no>', 'whether Referrals users may accept and decline (yes)').choices([
        'yes',
        'no',
      ]),
    )
    .addOption(
      new Option(
        '--register-private-deals <yes|no>',
        'whether Partner Center is told of private deals, too (no)',
      ).choices(['yes', 'no']),
    )
    .addOption(new Option('--language <language>', 'for who has chosen none (en)').choices(languages))
    .option('--time-zone <zone>', 'IANA, as Europe/Zurich, for who has none (UTC)');
}

function settingsOf(options: SettingOptions): z.input<typeof Settings> {
  const { answerDays, reminderDays, usersMayAnswer, registerPrivateDeals, language, timeZone } = options;
  return {
    answerDays,
    reminderDays,
    usersMayAnswer: usersMayAnswer === undefined ? undefined : usersMayAnswer === 'yes',
    registersPrivateDeals: registerPrivateDeals === undefined ? undefined : registerPrivateDeals === 'yes',
    defaultLanguage: language,
    timeZone,
  };
}

function days(text: string): number {
  const number = /^ *\d{1,2} *$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 90) throw new InvalidArgumentError('Must be a whole number from 1 to 90.');
  return number;
}

/** Nothing between the quotation marks: no reminders. */
function listOfDays(text: string): number[] {
  return text.trim() === '' ? [] : text.split(',').map(days);
}

function linesOf({ orgId, name, tenants, partnerIds, settings }: Organisation): string[] {
  return [
    `${orgId}: ${name}`,
    `tenants: ${tenants.join(', ')}`,
    `partner ids: ${partnerIds.join(', ') || 'none'}`,
    `days to answer: ${settings.answerDays}`,
    `reminders, days before: ${settings.reminderDays.join(', ') || 'none'}`,
    `Referrals users may answer: ${settings.usersMayAnswer ? 'yes' : 'no'}`,
    `private deals are registered in Partner Center: ${settings.registersPrivateDeals ? 'yes' : 'no'}`,
    `language: ${settings.defaultLanguage}`,
    `time zone: ${settings.timeZone}`,
  ];
}

function example(line: string): string {
  return `\nExample:\n  npm run admin -- ${line}`;
}
