import type { Clock } from '../../../src/clock.ts';
import type { WireReferral } from '../referrals.ts';
import type { Entra } from './entra.ts';
import type { Call, Reply } from './http.ts';
import { usualOpportunity } from './opportunity.ts';
import { page, pagePolicy } from './page.ts';
import { type Account, microsoft, type Organisation, type ReferralStore, Refused } from './referral-store.ts';
import type { Webhooks } from './webhooks.ts';

interface PortalParts {
  clock: Clock;
  organisation: Organisation;
  partner: Organisation;
  accounts: readonly Account[];
  store: ReferralStore;
  entra: Entra;
  webhooks: Webhooks;
  invite(content: WireReferral, from: Organisation): WireReferral;
}

/** The page at `/` and its buttons: what people of the organisation and of the other side do in the real portal. */
export function createPortal({ clock, organisation, partner, accounts, store, entra, webhooks, invite }: PortalParts) {
  function answer({ method, path, body, headers }: Call): Reply {
    if (method === 'GET') {
      const content = page({
        organisation,
        referrals: [...store.referrals.values()],
        consents: entra.pending,
        accounts,
        webhook: webhooks.registration,
        deliveries: webhooks.deliveries,
        now: clock.now(),
      });
      const policy = { 'Content-Security-Policy': pagePolicy, 'Cache-Control': 'no-store' };
      return { status: 200, body: content, headers: { 'Content-Type': 'text/html; charset=utf-8', ...policy } };
    }
    // Another site's page must not press these buttons.
    if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) {
      throw new Refused(403, 'accessDenied', 'The form must come from this page');
    }
    const form = new URLSearchParams(typeof body === 'string' ? body : '');
    const id = form.get('id') ?? '';
    act(path.slice('/portal/'.length), id, form);
    return { status: 303, headers: { Location: '/' } };
  }

  function act(action: string, id: string, form: URLSearchParams): void {
    switch (action) {
      case 'invite':
        invite(inviteIn(form), form.get('from') === 'partner' ? partner : microsoft);
        return;
      case 'accept':
        store.accept(waiting(id));
        return;
      case 'decline':
        store.close(waiting(id), 'Declined', 'Others');
        return;
      case 'expire':
        store.close(waiting(id), 'Expired');
        return;
      case 'win':
      case 'lose':
        if (store.get(id).status !== 'Active') throw new Refused(409, 'invalidRequest', 'It is not accepted');
        store.close(store.get(id), action === 'win' ? 'Won' : 'Lost', action === 'win' ? null : 'Others');
        return;
      case 'consent': {
        const who = accounts.find(({ username }) => username === form.get('username'));
        if (who === undefined) throw new Refused(400, 'invalidRequest', 'There is no such account');
        entra.approve(asked(id), who);
        return;
      }
      case 'refuse-consent':
        entra.decline(asked(id));
        return;
      default:
        throw new Refused(404, 'itemNotFound', `There is no action ${action}`);
    }
  }

  function asked(userCode: string): string {
    if (entra.pending.some((one) => one.userCode === userCode)) return userCode;
    throw new Refused(404, 'itemNotFound', 'Nobody asks to sign in with this code');
  }

  function waiting(id: string): WireReferral {
    const referral = store.get(id);
    if (referral.status !== 'New') throw new Refused(409, 'invalidRequest', 'It has been answered');
    return referral;
  }

  return { answer, waiting };
}

/** What the page's form sends. */
function inviteIn(form: URLSearchParams): WireReferral {
  const value = Number(form.get('value'));
  const country = form.get('country') ?? '';
  if (!(value > 0) || !/^[A-Z]{2}$/.test(country))
    throw new Refused(400, 'invalidRequest', 'value or country is wrong');
  const { customerProfile, details, inviteContext } = usualOpportunity(1, microsoft, microsoft);
  return {
    customerProfile: {
      ...customerProfile,
      name: form.get('customer'),
      address: { ...customerProfile.address, addressLine1: null, city: null, postalCode: null, country },
    },
    details: { ...details, dealValue: value, currency: form.get('currency') },
    inviteContext: { ...inviteContext, notes: form.get('notes') || null },
  };
}
