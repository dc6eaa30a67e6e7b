import type { Command } from 'commander';
import type { Organisation } from '../organisations/organisation.ts';
import { createPartnerCenterClient, type PartnerCenterClient, referralsApi } from '../partner-center/client.ts';
import type { Connection } from '../partner-center/connection.ts';
import { PartnerCenterError } from '../partner-center/errors.ts';
import { sealingKey } from '../partner-center/sealed.ts';
import { createSignIn, type SignIn } from '../partner-center/sign-in.ts';
import { addressFor, organisationIn, webhookPath } from '../partner-center/webhook-address.ts';
import {
  createWebhookRegistration,
  type Registration,
  type WebhookRegistration,
  wantedEvents,
  webhooksApi,
} from '../partner-center/webhook-registration.ts';
import { AdminError, type AdminParts, inOffice, type Office } from './office.ts';
import { endings, inPlainWords, type Need, nothingRegistered, troubles, whatCameOf } from './partner-center-words.ts';

interface OrganisationOption {
  organisation?: string;
}

/** `partner-center connect|disconnect|status` and `partner-center webhook status|register|validate`. */
export function partnerCenterCommands(admin: Command, parts: AdminParts): void {
  const partnerCenter = admin.command('partner-center').description('connect organisations to Partner Center');
  forOrganisation(partnerCenter.command('connect'))
    .description('connect an organisation: prints an address and a code, and waits for the consent of an account')
    .addHelpText(
      'after',
      '\nConsent as a service account with the role Referrals admin: when a person leaves, or changes the password, the connection ends.' +
        '\n\nExample:\n  npm run admin -- partner-center connect --organisation nordwind',
    )
    .action((options: OrganisationOption) =>
      inOffice(parts, async (office) => {
        const organisation = await office.organisation(options.organisation);
        await connect(office, organisation, reach(parts, office, organisation.orgId));
      }),
    );
  forOrganisation(partnerCenter.command('disconnect'))
    .description('end the connection of an organisation, within a minute')
    .action((options: OrganisationOption) =>
      inOffice(parts, async (office) => {
        await disconnect(office, (await office.organisation(options.organisation)).orgId);
      }),
    );
  partnerCenter
    .command('status')
    .description('show who is connected as whom, how far it is read, and why a connection ended')
    .option('-o, --organisation <id>', 'only this one; all of them unless told')
    .action((options: OrganisationOption) =>
      inOffice(parts, async ({ organisation, organisations, connections, out }) => {
        const all = options.organisation === undefined ? await organisations.list() : [];
        const shown = all.length > 0 ? all : [await organisation(options.organisation)];
        for (const { orgId } of shown) for (const line of linesOf(orgId, await connections.get(orgId))) out(line);
      }),
    );

  const webhook = partnerCenter
    .command('webhook')
    .description(
      'let Partner Center tell the bot of changes at once, besides polling: there is one registration for a tenant',
    );
  forOrganisation(webhook.command('status'))
    .description("show what is registered for the organisation's tenant, and whose it is")
    .action((options: OrganisationOption) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        await showWebhook(office, orgId, reach(parts, office, orgId));
      }),
    );
  forOrganisation(webhook.command('register'))
    .description('register the bot; the same again brings its events up to date')
    .option(
      '--url <url>',
      `where Partner Center reaches the bot, https://<host>${webhookPath}; PARTNER_CENTER_WEBHOOK_URL unless told`,
    )
    .option('--replace', 'take the place of whatever is registered: that tool hears no events any more')
    .addHelpText(
      'after',
      "\nThe organisation's id is added to the address: an event does not say whose it is." +
        '\n\nExample:\n  npm run admin -- partner-center webhook register --url https://bot.nordwind.example/api/partner-center/webhook',
    )
    .action((options: OrganisationOption & { url?: string; replace?: boolean }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        const reached = reach(parts, office, orgId);
        const address = addressFor(orgId, botAddress(options.url ?? reached.webhookUrl, parts.allowHttp ?? false));
        await registerWebhook(office, orgId, reached, address, options.replace ?? false);
      }),
    );
  forOrganisation(webhook.command('validate'))
    .description('have Partner Center send a test event, and say what came of it')
    .action((options: OrganisationOption) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        await validateWebhook(office, reach(parts, office, orgId));
      }),
    );
}

function forOrganisation(command: Command): Command {
  return command.option('-o, --organisation <id>', 'may be left out where there is only one');
}

/** Partner Center as one organisation's account reaches it. */
interface Reached {
  signIn: SignIn;
  client: PartnerCenterClient;
  registration: WebhookRegistration;
  /** As configured. */
  webhookUrl: string | undefined;
  cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** @throws {AdminError} Partner Center is not configured */
function reach({ partnerCenter, clock }: AdminParts, { connections }: Office, orgId: string): Reached {
  const config = partnerCenter?.config();
  const key = sealingKey(config?.key ?? '');
  if (partnerCenter === undefined || config === undefined || key === undefined) {
    throw new AdminError(
      'Partner Center is not configured: set PARTNER_CENTER_CLIENT_ID and PARTNER_CENTER_KEY (docs/partner-center.md)',
    );
  }
  const { fetch, authority, wait, log, cancellable } = partnerCenter;
  const { clientId, webhookUrl } = config;
  const signIn = createSignIn({ connections, key, clientId, authority, fetch, clock, log });
  const calls = { fetch, clock, wait, log };
  return {
    signIn,
    client: createPartnerCenterClient({ ...calls, baseUrl: referralsApi, tokens: signIn.tokens(orgId, referralsApi) }),
    registration: createWebhookRegistration({
      ...calls,
      baseUrl: webhooksApi,
      tokens: signIn.tokens(orgId, webhooksApi),
    }),
    webhookUrl,
    cancellable,
  };
}

/** @throws {AdminError} in plain words what Partner Center or Entra says */
async function plainly<T>(need: Need, work: () => Promise<T>, before = ''): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PartnerCenterError) throw new AdminError(before + inPlainWords(error, need));
    throw error;
  }
}

async function connect(
  { connections, out }: Office,
  { orgId, tenants }: Organisation,
  { signIn, client, cancellable }: Reached,
): Promise<void> {
  const before = await connections.get(orgId);
  if (before?.status === 'connected') {
    out(
      `${orgId} is connected already, as ${before.account.name} since ${before.since}: a new consent takes its place, Ctrl-C leaves it.`,
    );
  }
  const { account } = await plainly('referrals', () =>
    cancellable((signal) => {
      // Entra is asked every few seconds, and cancelled between two questions.
      signal.addEventListener('abort', () => out('Cancelling …'), { once: true });
      const show: Parameters<SignIn['connect']>[2] = ({ url, code, expiresInSeconds }) => {
        out(`Open ${url} and type the code ${code}`);
        out('Sign in there as a service account with the role Referrals admin, not as a person who may leave.');
        out(`Waiting for the consent, ${Math.round(expiresInSeconds / 60)} minutes at most; Ctrl-C cancels.`);
      };
      return signIn.connect(orgId, referralsApi, show, signal);
    }),
  );
  out(`${orgId} is connected to Partner Center as ${account.name}, tenant ${account.tenantId}`);
  if (!tenants.includes(account.tenantId.toLowerCase())) {
    out(
      `Mind that this is none of ${orgId}'s tenants (${tenants.join(', ')}): ${orgId}'s people will see its referrals.`,
    );
  }
  if (before !== undefined && before.account.tenantId !== account.tenantId) {
    out(`Before it was the tenant ${before.account.tenantId}: everything is read anew.`);
  }
  await plainly(
    'referrals',
    async () => {
      for await (const _page of client.list({ top: 1 })) return;
    },
    'It is connected, but nothing can be read yet. ',
  );
  out('It can read referrals. The bot does so at its next poll; "partner-center status" shows how far it is.');
}

async function disconnect({ connections, out }: Office, orgId: string): Promise<void> {
  const connection = await connections.get(orgId);
  if (connection === undefined) throw new AdminError(`${orgId} is not connected to Partner Center`);
  const ended = await connections.disconnect(orgId, connection.consentId, { reason: 'byAdmin' });
  if (ended === undefined) {
    const [line = ''] = linesOf(orgId, await connections.get(orgId));
    throw new AdminError(`Nothing was done: ${line}`);
  }
  out(`${orgId} is disconnected from Partner Center: within a minute nothing is read or written any more`);
  out(
    `The tokens of ${ended.account.name} are forgotten here. The consent itself is taken back in Entra, under Enterprise applications.`,
  );
}

function linesOf(orgId: string, connection: Connection | undefined): string[] {
  if (connection === undefined) return [`${orgId}: not connected`];
  const { status, account, since, reason, code, watermark, imported, importing, trouble } = connection;
  const why = reason === undefined ? '' : `: ${endings[reason]}${code === undefined ? '' : ` (${code})`}`;
  return [
    status === 'connected'
      ? `${orgId}: connected as ${account.name} since ${since}`
      : `${orgId}: disconnected since ${since}${why}`,
    ...(status === 'connected'
      ? []
      : [`  was connected as ${account.name}: "partner-center connect" connects it again`]),
    `  tenant: ${account.tenantId}`,
    `  changes read up to: ${watermark ?? 'nothing yet'}`,
    `  first import: ${imported ? 'finished' : `not finished, ${importing?.read ?? 0} referrals read`}`,
    ...(trouble === undefined ? [] : [`  in the way: ${troubles[trouble]}`]),
  ];
}

async function showWebhook({ out }: Office, orgId: string, { registration, webhookUrl }: Reached): Promise<void> {
  const found = await plainly('webhook', () => registration.status());
  if (found === undefined) return out(nothingRegistered);
  out(`Events go to ${placeOf(found.url)}: ${whoseIs(found, orgId, webhookUrl)}`);
  out(`  events: ${found.events.join(', ')}`);
  const missing = missingIn(found);
  if (missing.length > 0) out(`  not registered: ${missing.join(', ')}`);
  out(`  signature in: ${found.signatureHeader ? 'x-ms-signature' : 'Authorization'}`);
}

async function registerWebhook(
  { out }: Office,
  orgId: string,
  { registration, webhookUrl }: Reached,
  address: string,
  mayReplace: boolean,
): Promise<void> {
  await plainly('webhook', async () => {
    const found = await registration.status();
    if (found === undefined) {
      saidOf(await registration.register(address));
      return;
    }
    if (found.url === address) {
      saidOf(await registration.replace(address));
      out('It was registered already: its events are up to date.');
      return;
    }
    const theirs = `${placeOf(found.url)}, ${whoseIs(found, orgId, webhookUrl ?? address)}`;
    if (!mayReplace) {
      throw new AdminError(
        `Partner Center has one registration for a tenant, and it is ${theirs}. With --replace the bot takes its place, and nothing goes ` +
          'there any more; without a webhook the bot finds changes by polling',
      );
    }
    saidOf(await registration.replace(address));
    out(`It took the place of ${theirs}: no events go there any more.`);
  });
  out('"partner-center webhook validate" has a test event sent.');

  function saidOf(registered: Registration): void {
    out(`Partner Center tells ${placeOf(registered.url)} of ${registered.events.join(', ')}, for ${orgId}`);
    const missing = missingIn(registered);
    if (missing.length > 0) out(`It does not offer ${missing.join(', ')}: these changes are found by polling.`);
  }
}

async function validateWebhook({ out }: Office, { registration }: Reached): Promise<void> {
  const found = await plainly('webhook', () => registration.status());
  if (found === undefined) throw new AdminError(nothingRegistered);
  out(`Partner Center sends a test event to ${placeOf(found.url)} …`);
  const { arrived, line } = whatCameOf(await plainly('webhook', () => registration.validate()));
  if (!arrived) throw new AdminError(line);
  out(line);
}

/** @throws {AdminError} */
function botAddress(text: string | undefined, allowHttp: boolean): string {
  const url = URL.parse(text ?? '');
  const isRight = url?.protocol === 'https:' || (allowHttp && url?.protocol === 'http:');
  if (url === null || !isRight || url.username !== '' || url.password !== '') {
    throw new AdminError(
      `Say by --url or PARTNER_CENTER_WEBHOOK_URL where Partner Center reaches the bot: https://<host>${webhookPath}`,
    );
  }
  return url.href;
}

/** An address without its query, which may hold a tool's key. */
function placeOf(address: string): string {
  const url = URL.parse(address);
  return url === null ? 'an address that is none' : `${url.origin}${url.pathname}`;
}

/** `botUrl`: where Partner Center reaches this bot, if that is known. */
function whoseIs({ url }: Registration, orgId: string, botUrl: string | undefined): string {
  if (botUrl === undefined)
    return "PARTNER_CENTER_WEBHOOK_URL is not set, so that nobody knows whether it is this bot's";
  if (placeOf(url) !== placeOf(botUrl)) return "another tool's, or another installation's";
  const named = organisationIn(url);
  if (named === orgId) return `this bot's, for ${orgId}`;
  return named === undefined ? "this bot's, but naming no organisation" : `this bot's, but for ${named}`;
}

function missingIn({ events }: Registration): string[] {
  const registered = events.map((name) => name.toLowerCase());
  return wantedEvents.filter((name) => !registered.includes(name));
}
