import { z } from 'zod';
import { dealId } from '../deals/deal.ts';
import type { Desk } from '../deals/desk.ts';
import { documentFields, documents } from '../store/documents.ts';
import { type Store, StoreConflict, StoreUnavailable } from '../store/port.ts';

/** Which deal a referral is: created here, or fed by the intake API. */
const ReferralLink = z.object({ ...documentFields('referralLink'), dealId: z.string() });
type ReferralLink = z.infer<typeof ReferralLink>;

/** The source of deals that were read from Partner Center. */
export const partnerCenterSource = 'partner-center';

/** One referral is one deal, whichever way it was heard of first. */
export interface ReferralLinks {
  /** The deal that a referral was made, where the deal's id does not follow from the referral's. */
  linked(orgId: string, referralId: string): Promise<string | undefined>;
  /** Makes a referral a deal's, unless it is another's by now. Resolves to whose it is. */
  claim(orgId: string, referralId: string, wanted: string): Promise<string>;
}

/** The id of a deal that is made of a referral. */
export function dealIdOf(referralId: string): string {
  return dealId(partnerCenterSource, referralId);
}

export function createReferralLinks(store: Store, desk: Pick<Desk, 'deal'>): ReferralLinks {
  const links = documents(store, 'referralLink', ReferralLink);
  const linkId = (referralId: string) => `referral-${referralId.toLowerCase()}`;

  async function linked(orgId: string, referralId: string): Promise<string | undefined> {
    return (await links.get(orgId, linkId(referralId)))?.document.dealId;
  }

  return {
    linked,
    async claim(orgId, referralId, wanted) {
      const made = dealIdOf(referralId);
      if ((await desk.deal(orgId, made)) !== undefined) return made;
      const link: ReferralLink = {
        id: linkId(referralId),
        orgId,
        kind: 'referralLink',
        schemaVersion: 1,
        changeId: '',
        dealId: wanted,
      };
      try {
        await links.create(link);
        return wanted;
      } catch (error) {
        if (!(error instanceof StoreConflict)) throw error;
      }
      const other = await linked(orgId, referralId);
      if (other === undefined) throw new StoreUnavailable(`the link of referral ${referralId} came and went`);
      return other;
    },
  };
}
