import { afterEach, expect, test } from '@jest/globals';
import { type Deal, stageOf } from '../../src/deals/deal.ts';
import { dealIdOf } from '../../src/partner-center/links.ts';
import type { PersonCommand } from '../../src/rules/decide.ts';
import { detailsOf } from '../../src/rules/edit.ts';
import { isInStep } from '../../src/rules/partner-center.ts';
import { type Instance, minute } from '../fakes/house.ts';
import type { FaultAnswer, Operation } from '../fakes/partner-center/switches.ts';
import type { WireReferral } from '../fakes/referrals.ts';
import { contact, creation, forMicrosoft } from '../fixtures/own-deal.ts';
import { actorOf, type CenterStory, startCenterStory } from './story.ts';

const actions = 2000;

let story: CenterStory;

afterEach(() => story.stop());

/** Numbers that are the same in each run of one seed: mulberry32. */
function chance(seed: number) {
  let state = seed;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  return {
    below: (most: number) => Math.floor(next() * most),
    oneIn: (times: number) => next() * times < 1,
    of: <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)] as T,
  };
}

const answers: FaultAnswer[] = [
  'reset',
  'appliedThen503',
  'appliedThenReset',
  { status: 401 },
  { status: 412, code: 'preconditionFailed' },
  { status: 429, retryAfter: 5 },
  { status: 429 },
  { status: 503, retryAfter: 10 },
  { status: 500 },
];
const operations: Operation[] = ['list', 'get', 'create', 'patch', 'token'];

test.each([1, 12])(
  'soak %i: 2,000 actions on both sides, with faults and restarts: both sides are the same at the end',
  async (seed) => {
    const random = chance(seed);
    story = await startCenterStory();
    const { center, ada } = story;
    center.store.createOwn(center.organisation, {
      customerProfile: { name: 'The first', address: { country: 'CH' }, team: [], ids: [] },
      details: {
        notes: null,
        dealValue: 1000,
        currency: 'CHF',
        closingDateTime: '2027-01-01T00:00:00Z',
        requirements: { solutions: [] },
      },
      consent: {},
      name: 'The first',
      type: 'Independent',
    });
    await story.poll();
    let current: Instance = story.bot;
    let created = 0;
    const own: string[] = [];

    function listen(): void {
      const url = `${current.url}/api/partner-center/webhook?organisation=nordwind`;
      const events = ['referral-created', 'referral-updated', 'related-referral-created', 'related-referral-updated'];
      center.webhooks.registration = { subscriberId: 'x', url, events, ownHeader: true, by: center.accounts.admin };
    }

    const mine = () =>
      [...center.store.referrals.values()].filter((one) => one.organizationId === center.organisation.id);
    const some = (status: string): WireReferral | undefined => {
      const found = mine().filter((one) => one.status === status);
      return found.length === 0 ? undefined : random.of(found);
    };

    async function anyDeal(): Promise<Deal | undefined> {
      const ids = [...own, ...mine().map(({ id }) => dealIdOf(id))];
      return ids.length === 0 ? undefined : current.desk.deal('nordwind', random.of(ids));
    }

    async function perform(deal: Deal, command: PersonCommand): Promise<void> {
      await current.desk.perform('nordwind', deal.id, { command, actor: actorOf(ada) });
    }

    const amount = () => String(1000 + random.below(90_000));
    const date = () => `2027-0${1 + random.below(9)}-1${random.below(9)}`;

    async function here(): Promise<void> {
      const deal = await anyDeal();
      if (deal === undefined) return;
      if (deal.status === 'received') {
        return perform(
          deal,
          random.oneIn(3)
            ? { kind: 'decline', reason: 'budget', notes: '' }
            : {
                kind: 'accept',
                name: `Ours ${random.below(1000)}`,
                amount: amount(),
                currency: 'CHF',
                closeDate: date(),
                notes: random.oneIn(2) ? `Note ${random.below(10_000)}` : '',
                crmId: '',
                campaignId: '',
                phone: '+43 1 000 00 02',
                colleagues: [],
                unknownColleagues: [],
              },
        );
      }
      if (deal.status !== 'accepted') return;
      switch (random.below(8)) {
        case 0:
          return perform(deal, {
            kind: 'win',
            amount: amount(),
            currency: 'CHF',
            closeDate: deal.closeDate ?? date(),
            notes: '',
          });
        case 1:
          return perform(deal, { kind: 'lose', reason: 'otherVendor', notes: '' });
        case 2:
          return perform(deal, { kind: 'note', text: `Note ${random.below(10_000)}` });
        case 3:
          return deal.direction === 'outbound' ? perform(deal, forMicrosoft()) : undefined;
        default: {
          const base = detailsOf(deal);
          const values = random.of([
            { name: `Here ${random.below(1000)}` },
            { amount: amount() },
            { closeDate: date() },
            { crmId: `C-${random.below(99)}` },
          ]);
          return perform(deal, {
            kind: 'edit',
            section: 'details',
            base,
            values: { ...base, currency: base.currency || 'CHF', ...values },
          });
        }
      }
    }

    async function create(): Promise<void> {
      created += 1;
      const dealId = `own-${created}`;
      own.push(dealId);
      const values = { ...creation().values, name: `Own ${created}`, closeDate: '2027-09-30' };
      const microsoft = random.oneIn(2) ? { help: 'QuotesOrLicensing', helpNotes: 'A quote' } : undefined;
      await current.desk.create(
        creation({ dealId, values, contact, consent: true, ...(microsoft ? { microsoft } : {}) }),
        actorOf(ada),
      );
    }

    function there(): void {
      const [waiting, active] = [some('New'), some('Active')];
      switch (random.below(10)) {
        case 0:
          return void (waiting && center.answerInPortal(waiting.id, 'accept'));
        case 1:
          return void (waiting && center.answerInPortal(waiting.id, 'decline', 'Others'));
        case 2:
          return void (waiting && center.store.close(waiting, 'Expired'));
        case 3:
          return void (active && random.oneIn(3) && center.store.close(active, random.of(['Won', 'Lost'])));
        case 4: {
          const asked = [...center.store.referrals.values()].find(
            (one) => one.organizationId === 'msft' && one.status === 'New',
          );
          return void (
            asked && center.answerAsMicrosoft(asked.engagementId, random.of(['accept', 'decline'] as const))
          );
        }
        default:
          return void (
            active &&
            center.store.edit(active.id, (one) => {
              const change = random.below(4);
              if (change === 0) one.name = `There ${random.below(1000)}`;
              if (change === 1) one.details.dealValue = Number(amount());
              if (change === 2) one.details.closingDateTime = `${date()}T00:00:00Z`;
              if (change === 3)
                one.details.notes = `${one.details.notes ?? ''}\n\nPortal ${random.below(10_000)}`.trim();
            })
          );
      }
    }

    async function trouble(): Promise<void> {
      switch (random.below(6)) {
        case 0:
        case 1:
          center.faults.push({
            operation: random.of(operations),
            times: 1 + random.below(3),
            answer: random.of(answers),
          });
          return;
        case 2:
          center.entra.expireTokens();
          return;
        case 3: {
          const next = await story.another();
          await story.end(current);
          current = next;
          listen();
          return;
        }
        case 4:
          center.webhooks.switches.sending = random.of(['send', 'lose', 'hold'] as const);
          center.webhooks.switches.copies = 1 + random.below(2);
          return;
        default:
          center.webhooks.release(random.of(['asTheyCame', 'lastFirst'] as const));
      }
    }

    listen();
    for (let action = 0; action < actions; action++) {
      const kind = random.below(20);
      if (kind < 4) center.invite();
      else if (kind < 5) await create();
      else if (kind < 11) await here();
      else if (kind < 16) there();
      else if (kind < 18) await trouble();
      else await story.move(random.of([1000, minute, minute, 30 * minute]));
    }

    // Everything gets well, and time enough passes for what was put off.
    center.faults.length = 0;
    center.webhooks.switches.sending = 'lose';
    await center.webhooks.settled();
    for (let hours = 0; hours < 30; hours++) await story.move(60 * minute);
    await story.move(minute);

    const standing = {
      New: 'received',
      Accepted: 'accepted',
      Won: 'won',
      Lost: 'lost',
      Declined: 'declined',
      Expired: 'expired',
    };
    const links = new Map<string, Deal>();
    for (const id of own) {
      const deal = await current.desk.deal('nordwind', id);
      const referralId = deal?.partnerCenter?.id;
      if (deal !== undefined && referralId !== undefined) links.set(referralId, deal);
      // What goes there is there.
      if (deal?.microsoft !== undefined && stageOf(deal.status) !== 'archived') expect(referralId).toBeDefined();
    }
    const posted = new Map<string, number>();
    for (const message of story.teams.messagesIn(story.channel)) {
      const name = /Customer \d+ & Sons/.exec(story.teams.textOf(message))?.[0];
      if (
        name !== undefined &&
        /New|days? left|Accepted|Declined|Expired|Won|Lost|Answer by/.test(story.teams.textOf(message))
      ) {
        const isCard = /Help wanted|Value/.test(story.teams.textOf(message));
        if (isCard) posted.set(name, (posted.get(name) ?? 0) + 1);
      }
    }
    for (const referral of mine()) {
      const deal = links.get(referral.id) ?? (await current.desk.deal('nordwind', dealIdOf(referral.id)));
      if (deal === undefined) throw new Error(`referral ${referral.id} is no deal`);
      const status = referral.status === 'New' ? 'New' : referral.substatus;
      expect([referral.id, deal.status]).toEqual([referral.id, standing[status as keyof typeof standing]]);
      expect([referral.id, isInStep(deal)]).toEqual([referral.id, true]);
      if (deal.status !== 'accepted') continue;
      expect([referral.id, deal.name, deal.value?.amount, deal.closeDate]).toEqual([
        referral.id,
        referral.name ?? undefined,
        String(Number(referral.details.dealValue)),
        referral.details.closingDateTime.slice(0, 10),
      ]);
      for (const note of deal.notes)
        expect(referral.details.notes.replaceAll(/\s+/g, ' ')).toContain(note.text.replaceAll(/\s+/g, ' '));
    }
    // It has been a life with everything in it.
    expect(new Set(mine().map(({ substatus }) => substatus)).size).toBeGreaterThanOrEqual(5);
    for (const [name, times] of posted) expect([name, times]).toEqual([name, 1]);
    expect(center.violations).toEqual([]);
    expect(center.outside).toEqual([]);
  },
  300_000,
);
