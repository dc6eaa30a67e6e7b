import type { Command } from 'commander';
import type { Deal } from '../deals/deal.ts';
import { everyDeal } from '../deals/every-deal.ts';
import type { Notice } from '../deals/notice.ts';
import type { Subscription } from '../organisations/organisation.ts';
import { retryFailed } from '../rules/retry.ts';
import { inRounds } from '../store/rounds.ts';
import { AdminError, type AdminParts, inOffice, type Office, table } from './office.ts';

/** `subscription list` and `delivery list|retry`: who gets messages, and what could not be delivered. */
export function deliveryCommands(admin: Command, parts: AdminParts): void {
  admin
    .command('subscription')
    .description('see which conversations get opportunities')
    .command('list')
    .description('list the subscriptions of an organisation, ended ones with the reason')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .action((options: { organisation?: string }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        const rows = (await office.subscriptions.all(orgId)).map((one) => [
          one.id,
          one.address.scope,
          one.status === 'active' ? 'active' : `ended ${one.endedAt}: ${one.endedReason}`,
          `${one.by.name}, ${one.at}`,
          filtersOf(one),
        ]);
        for (const line of table(['SUBSCRIPTION', 'WHERE', 'STATE', 'BY', 'FILTERS'], rows)) office.out(line);
      }),
    );

  const delivery = admin.command('delivery').description('see and repeat what could not be delivered');
  delivery
    .command('list')
    .description('list the failed notices of all deals of an organisation')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .action((options: { organisation?: string }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        const rows: string[][] = [];
        for await (const deal of everyDeal(office.deals, { orgId, failedOnly: true })) {
          for (const notice of deal.notices.filter(({ state }) => state === 'failed')) rows.push(rowOf(deal, notice));
        }
        if (rows.length === 0) office.out('Nothing has failed');
        else for (const line of table(['DEAL', 'NOTICE', 'STATE', 'REASON', 'WHEN'], rows)) office.out(line);
      }),
    );
  delivery
    .command('retry')
    .description('deliver failed notices of a deal again: all of them, or one')
    .argument('<deal>', 'as "delivery list" shows it')
    .argument('[notice]', 'as "delivery list" shows it')
    .option('-o, --organisation <id>', 'may be left out where there is only one')
    .action((dealId: string, noticeId: string | undefined, options: { organisation?: string }) =>
      inOffice(parts, async (office) => {
        const { orgId } = await office.organisation(options.organisation);
        for (const { id, state } of await retry(office, orgId, dealId, noticeId)) {
          office.out(
            state === 'waiting' ? `${id} is delivered again` : `${id} is ${state}: there is no reason for it any more`,
          );
        }
      }),
    );
}

/** Saves the deal with its failed notices waiting again, and returns these. */
async function retry(office: Office, orgId: string, dealId: string, noticeId: string | undefined): Promise<Notice[]> {
  return inRounds(async () => {
    const stored = await office.deals.get(orgId, dealId);
    if (stored === undefined) throw new AdminError(`${orgId} has no deal ${dealId}`);
    const before = stored.document;
    const after = retryFailed(before, noticeId, office.clock.now());
    if (after === before) {
      throw new AdminError(`The deal ${dealId} has no failed notice${noticeId === undefined ? '' : ` ${noticeId}`}`);
    }
    await office.deals.replace(after, stored.version);
    const failed = new Set(before.notices.filter(({ state }) => state === 'failed').map(({ id }) => id));
    return after.notices.filter(({ id, state }) => failed.has(id) && state !== 'failed');
  });
}

function rowOf(deal: Deal, { id, state, reason, triedAt, dueAt }: Notice): string[] {
  return [deal.id, id, state, reason ?? '', triedAt ?? dueAt];
}

function filtersOf({ filters }: Subscription): string {
  const { type, countries, minimumValue, solution } = filters;
  return [
    type,
    countries?.join('+'),
    minimumValue === undefined ? undefined : `from ${minimumValue.amount} ${minimumValue.currency}`,
    solution,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}
