import type { Deal } from '../deals/deal.ts';
import type { Desk } from '../deals/desk.ts';
import { everyDeal } from '../deals/every-deal.ts';
import { awaitsReferral } from '../rules/partner-center.ts';
import type { Documents } from '../store/documents.ts';
import type { ReferralAnswer } from './answer.ts';
import { isCreatedAs } from './bring.ts';
import { type PeopleByEmail, partnerCenterActor, toHeard } from './heard.ts';
import { dealIdOf, partnerCenterSource, type ReferralLinks } from './links.ts';

interface TakeInParts {
  desk: Pick<Desk, 'perform' | 'receive'>;
  links: ReferralLinks;
  deals: Pick<Documents<Deal>, 'list'>;
}

/** What became of a referral that was read: `dealId`: the deal that it is. */
export interface TakenIn {
  kind: 'created' | 'changed' | 'unchanged';
  deal: Deal;
}

/**
 * Takes a referral in: into its deal, or as a new one. The same once more changes nothing. `isNews`: whether a new one is announced.
 * Rejects with what the store says.
 */
export async function takeIn(
  orgId: string,
  referral: ReferralAnswer,
  people: PeopleByEmail,
  isNews: boolean,
  { desk, links, deals }: TakeInParts,
): Promise<TakenIn> {
  const { parts, ...heard } = toHeard(referral, people);
  const request = { command: { kind: 'partnerCenterChanged', heard }, actor: partnerCenterActor } as const;

  async function into(dealId: string): Promise<TakenIn | undefined> {
    const decision = await desk.perform(orgId, dealId, request);
    if (decision.kind === 'notFound') return undefined;
    // It has another referral by now: this one is a deal of its own.
    const { deal } = decision;
    if (deal.partnerCenter?.id !== undefined && deal.partnerCenter.id !== referral.id) return undefined;
    return { kind: decision.kind === 'done' && decision.changed ? 'changed' : 'unchanged', deal: decision.deal };
  }

  const made = dealIdOf(referral.id);
  const known = await into(made);
  if (known !== undefined) return known;
  const linked = await links.linked(orgId, referral.id);
  const other = linked === undefined ? undefined : await into(linked);
  if (other !== undefined) return other;
  if (parts.direction === 'outbound') {
    const own = await awaiting(orgId, referral, deals);
    if (own !== undefined && (await links.claim(orgId, referral.id, own.id)) === own.id) {
      const adopted = await into(own.id);
      if (adopted !== undefined) return adopted;
    }
  }

  const { opportunity, standing, externalId, direction } = parts;
  const reception = await desk.receive(
    {
      orgId,
      dealId: made,
      source: partnerCenterSource,
      externalId,
      contentHash: heard.incoming.contentHash,
      route: direction === 'inbound' ? { kind: 'partner-center' } : { kind: 'none' },
      direction,
      opportunity,
      standing,
      heard,
      isNews,
    },
    partnerCenterActor,
  );
  if (reception.kind === 'created') return { kind: 'created', deal: reception.deal };
  // Somebody else took it in at the same moment, perhaps as it was before.
  return (await into(made)) ?? { kind: 'unchanged', deal: reception.deal };
}

/** A deal that is created in Partner Center at this moment by an attempt whose answer is still to come, or was lost. */
async function awaiting(
  orgId: string,
  referral: ReferralAnswer,
  deals: TakeInParts['deals'],
): Promise<Deal | undefined> {
  for await (const deal of everyDeal(deals, { orgId, tag: awaitsReferral, orderBy: 'newest' })) {
    if (isCreatedAs(deal, referral)) return deal;
  }
  return undefined;
}
