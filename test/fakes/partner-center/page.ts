import { decoded } from '../../../src/partner-center/referral.ts';
import type { WireReferral } from '../referrals.ts';
import type { PendingConsent } from './entra.ts';
import { expiryOf, type Organisation } from './referral-store.ts';
import type { Delivery, RegisteredWebhook } from './webhooks.ts';

interface PageContent {
  organisation: Organisation;
  referrals: WireReferral[];
  consents: PendingConsent[];
  accounts: readonly { username: string }[];
  webhook: RegisteredWebhook | undefined;
  deliveries: Delivery[];
  /** Milliseconds since the epoch. */
  now: number;
}

/** HTML whose values are escaped. */
class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function html(parts: TemplateStringsArray, ...values: unknown[]): Html {
  return new Html(parts.reduce((text, part, at) => text + shown(values[at - 1]) + part));
}

function shown(value: unknown): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(shown).join('');
  return String(value ?? '').replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What may be in the page: nothing but itself. */
export const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

/** The referrals as the portal would show them, with what people do there. */
export function page(content: PageContent): string {
  const { organisation, referrals, consents, webhook, deliveries } = content;
  const newestFirst = [...referrals].sort((a, b) => String(b.createdDateTime).localeCompare(String(a.createdDateTime)));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Partner Center (a fake)</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #242424; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top; }
form { display: inline-flex; gap: .5rem; flex-wrap: wrap; align-items: end; margin: 0; }
label { display: flex; flex-direction: column; font-size: 13px; }
input, select, button { font: inherit; padding: .25rem .5rem; }
.note { color: #616161; }
@media (prefers-color-scheme: dark) { body { background: #1b1b1b; color: #eee; } th, td { border-color: #444; } .note { color: #aaa; } }
</style>
</head>
<body>
<h1>Partner Center</h1>
<p class="note">A fake for tests and the demo: nothing here is Microsoft's. You are ${organisation.name}.</p>
${consents.map((consent) => consentForms(consent, content))}
<h2>Send an opportunity to ${organisation.name}</h2>
<form method="post" action="/portal/invite">
  <label>Customer<input name="customer" required value="Alpenmilch AG"></label>
  <label>Country<input name="country" required pattern="[A-Z]{2}" size="3" value="CH"></label>
  <label>Value<input name="value" required inputmode="numeric" pattern="[0-9]{1,12}" size="10" value="120000"></label>
  <label>Currency<input name="currency" required pattern="[A-Z]{3}" size="4" value="CHF"></label>
  <label>Notes<input name="notes" value="Can you lead the assessment?"></label>
  <label>From<select name="from"><option value="microsoft">Microsoft</option><option value="partner">A partner</option></select></label>
  <button>Send</button>
</form>
<h2>Referrals</h2>
<table>
<thead><tr><th>Deal</th><th>Customer</th><th>Value</th><th>Status</th><th>Owner</th><th>Changed</th><th></th></tr></thead>
<tbody>${newestFirst.map((referral) => row(referral, content))}</tbody>
</table>
${newestFirst.length === 0 ? html`<p class="note">None yet.</p>` : ''}
<h2>Webhook</h2>
${
  webhook === undefined
    ? html`<p class="note">Nothing is registered.</p>`
    : html`<p>${webhook.url} hears of ${webhook.events.join(', ')}.</p>`
}
<ul>${deliveries
    .slice(-10)
    .reverse()
    .map(({ event, state, attempts }) => html`<li>${event.EventName}: ${state} ${attempts.join(', ')}</li>`)}</ul>
</body>
</html>
`.text;
}

function row(referral: WireReferral, { organisation, now }: PageContent): Html {
  const { id, name, customerProfile, details, status, substatus, statusReason, organizationName } = referral;
  const isOwn = referral.organizationId === organisation.id;
  const left = Math.ceil((expiryOf(referral) - now) / 86_400_000);
  return html`<tr>
<td>${name === null ? html`<span class="note">no name</span>` : decoded(name)}</td>
<td>${decoded(customerProfile.name)}</td>
<td>${details.dealValue} ${details.currency}</td>
<td>${status} / ${substatus}${statusReason ? html`<br><span class="note">${statusReason}</span>` : ''}${
    status === 'New' ? html`<br><span class="note">${left} days left</span>` : ''
  }</td>
<td>${organizationName}${isOwn ? '' : html`<br><span class="note">other party</span>`}</td>
<td>${String(referral.updatedDateTime).slice(0, 19).replace('T', ' ')}</td>
<td>${
    status === 'New'
      ? html`${button('accept', id, isOwn ? 'Accept here' : `Accept as ${organizationName}`)}
${button('decline', id, isOwn ? 'Decline here' : `Decline as ${organizationName}`)} ${button('expire', id, 'Expire')}`
      : ''
  }${status === 'Active' && isOwn ? html`${button('win', id, 'Won')} ${button('lose', id, 'Lost')}` : ''}</td>
</tr>`;
}

function consentForms({ userCode }: PendingConsent, { accounts }: PageContent): Html {
  return html`<p>A program asks to sign in with the code <b>${userCode}</b>.
<form method="post" action="/portal/consent"><input type="hidden" name="id" value="${userCode}">
<label>as<select name="username">${accounts.map(({ username }) => html`<option>${username}</option>`)}</select></label>
<button>Sign in and consent</button></form> ${button('refuse-consent', userCode, 'Decline')}</p>`;
}

function button(action: string, id: string, label: string): Html {
  return html`<form method="post" action="/portal/${action}"><input type="hidden" name="id" value="${id}"><button>${label}</button></form>`;
}
