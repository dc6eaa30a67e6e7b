import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { whyNotCallable } from '../notices/callback.ts';
import type { ApiKey } from '../organisations/organisation.ts';
import { AdminError, type AdminParts, inOffice, type Office, table } from './office.ts';

interface CreateOptions {
  organisation?: string;
  source: string;
  callback?: string;
  senderOrganisation?: string;
}

/** `api-key create|list|revoke`. */
export function apiKeyCommands(admin: Command, parts: AdminParts): void {
  const apiKey = admin.command('api-key').description('let programs feed opportunities');
  apiKey
    .command('create')
    .description('make a key; its text is shown once')
    .requiredOption('--source <name>', 'who feeds by it: opportunities are the same by source and external id')
    .option('--callback <url>', 'tell the sender of answers by a signed POST to this https address')
    .option(
      '--sender-organisation <id>',
      'the sender is this organisation on this service: answers are posted to its channels',
    )
    .option('-o, --organisation <id>', 'who receives the opportunities; may be left out where there is only one')
    .addHelpText(
      'after',
      '\nExample:\n  npm run admin -- api-key create --source crm --callback https://crm.example/answers',
    )
    .action((options: CreateOptions) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        const sender = await senderOf(office, options, parts.allowHttp ?? false);
        const { text, document } = await office.apiKeys.create(orgId, options.source, sender);
        office.out(`Key ${document.id} for ${orgId}, source ${document.source}. Keep it now, it is not shown again:`);
        office.out(text);
        if (sender?.kind === 'callback') {
          office.out('Answers are signed with this secret (X-Cosell-Signature), which is not shown again either:');
          office.out(sender.signingSecret);
        }
      }),
    );
  apiKey
    .command('list')
    .description('list the keys of an organisation')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .action((options: { organisation?: string }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        const rows = (await office.apiKeys.list(orgId)).map((key) => [
          key.id,
          key.source,
          key.createdAt,
          key.revokedAt === undefined ? 'active' : `revoked ${key.revokedAt}`,
          toldBy(key.sender),
        ]);
        for (const line of table(['KEY', 'SOURCE', 'CREATED', 'STATE', 'ANSWERS'], rows)) office.out(line);
      }),
    );
  apiKey
    .command('revoke')
    .description('end a key, at once')
    .argument('<key>', 'as "api-key list" shows it, key-…')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .action((id: string, options: { organisation?: string }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        const revoked = await office.apiKeys.revoke(orgId, id);
        if (revoked === undefined) throw new AdminError(`${orgId} has no key ${id}: "api-key list" shows them`);
        office.out(`Key ${revoked.id} is revoked since ${revoked.revokedAt}`);
      }),
    );
}

async function senderOf(office: Office, options: CreateOptions, allowHttp: boolean): Promise<ApiKey['sender']> {
  const { callback, senderOrganisation } = options;
  if (callback !== undefined && senderOrganisation !== undefined) {
    throw new AdminError('Either --callback or --sender-organisation, not both');
  }
  if (senderOrganisation !== undefined) {
    return { kind: 'organisation', orgId: (await office.organisation(senderOrganisation)).orgId };
  }
  if (callback === undefined) return undefined;
  const wrong = whyNotCallable(callback, allowHttp);
  if (wrong !== undefined) throw new AdminError(`--callback ${wrong}`);
  return { kind: 'callback', url: callback, signingSecret: randomBytes(32).toString('base64url') };
}

function toldBy(sender: ApiKey['sender']): string {
  if (sender === undefined) return 'asked for by GET';
  return sender.kind === 'callback' ? sender.url : `to ${sender.orgId}`;
}
