import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Deal, Deal as DealSchema, dealType, type Invitation, stageOf } from '../../src/deals/deal.ts';
import { advance } from '../../src/notices/advance.ts';
import { incomingOf, inviterClosedOf, partnerChangedOf } from '../../src/notices/invitation.ts';
import type { World } from '../../src/notices/world.ts';
import { decide, type Request } from '../../src/rules/decide.ts';
import { detailsOf, sectionOf } from '../../src/rules/edit.ts';
import type { Candidate } from '../../src/rules/invite.ts';
import { settled, stillHolds, withNotices } from '../../src/rules/notices.ts';
import { goesToPartnerCenter } from '../../src/rules/partner-center.ts';
import { receive } from '../../src/rules/receive.ts';
import { acceptance, day, monday, organisation, seller, settings } from '../fixtures/opportunity.ts';
import { fabrikam, forMicrosoft, invitation, ownDeal, tailspin } from '../fixtures/own-deal.ts';

/*
 * Two organisations on this service: Nordwind starts a deal and invites, Fabrikam is invited. People of both do whatever comes to
 * their minds, in any order; what the organisations tell each other may come late, twice, or in another order.
 */

const ada = seller({ roles: ['referralsAdmin'] });
const fay = seller({ orgId: 'fabrikam', personId: 'person-fay', name: 'Fay Fabrikam', roles: ['referralsAdmin'] });
const nordwindHere = { kind: 'sender', name: 'Nordwind Consulting GmbH', from: 'organisation' } as const;
const fabrikamHere = { kind: 'sender', name: 'Fabrikam Cloud Ltd', from: 'organisation' } as const;
const microsoft = { kind: 'sender', name: 'Microsoft', from: 'api' } as const;
const here = { nordwind: organisation, fabrikam: { ...organisation, orgId: 'fabrikam', partnerIds: ['7654321'] } };

/** What only Nordwind may know begins with OURS, what only Fabrikam may know with THEIRS. */
const secrets = {
  nordwind: ['OURS', '98765', 'Tailspin', 'person-ada'],
  fabrikam: ['THEIRS', 'person-fay'],
} as const;

interface Engagement {
  now: number;
  ours: Deal;
  theirs: Deal[];
  /** On their way, in either direction. */
  mail: { to: 'nordwind' | 'fabrikam'; deal: string; request: Request }[];
}

type Step = (before: Engagement) => Engagement;

/** With a name, for the report of a sequence that breaks something. */
function named(name: string, step: Step): Step {
  return Object.assign(step, { [fc.toStringMethod]: () => name });
}

/** What the desk makes of a request: what is refused changes nothing. */
function performed(deal: Deal, request: Request, now: number): Deal {
  const house = deal.orgId === 'fabrikam' ? here.fabrikam : here.nordwind;
  const outcome = decide(deal, request, now, house);
  return outcome.ok && outcome.changed ? settled(withNotices(outcome.deal, outcome.notices), now) : deal;
}

const ourStep = (make: (deal: Deal) => Request): Step => {
  return (at) => ({ ...at, ours: performed(at.ours, make(at.ours), at.now) });
};
const theirStep = (which: number, make: (deal: Deal) => Request): Step => {
  return (at) => ({
    ...at,
    theirs: at.theirs.map((deal, index) =>
      index === which % Math.max(1, at.theirs.length) ? performed(deal, make(deal), at.now) : deal,
    ),
  });
};

/** Nordwind's dispatcher carries a waiting invitation out; Fabrikam's desk takes it in. */
const send = (which: number): Step => {
  return (at) => {
    const due = at.ours.notices.filter(
      (notice) =>
        notice.task.kind === 'sendInvitation' && notice.state === 'waiting' && stillHolds(at.ours, notice, at.now),
    );
    const notice = due[which % Math.max(1, due.length)];
    if (notice?.task.kind !== 'sendInvitation') return at;
    const { invitationId } = notice.task;
    const sent = at.ours.invitations.find(({ id }) => id === invitationId) as Invitation;
    const notices = at.ours.notices.map((one) => (one === notice ? { ...one, state: 'done' as const } : one));
    const ours = settled({ ...at.ours, notices }, at.now);
    if (sent.partner.orgId !== 'fabrikam') return { ...at, ours };
    const incoming = incomingOf(at.ours, sent, 'fabrikam', 'Nordwind Consulting GmbH');
    const known = at.theirs.find(({ id }) => id === incoming.dealId);
    if (known !== undefined) {
      const revised = performed(known, { command: { kind: 'revise', incoming }, actor: nordwindHere }, at.now);
      return { ...at, ours, theirs: at.theirs.map((deal) => (deal === known ? revised : deal)) };
    }
    const fresh = receive(incoming, nordwindHere, at.now, settings);
    return { ...at, ours, theirs: [...at.theirs, settled(withNotices(fresh.deal, fresh.notices), at.now)] };
  };
};

/** Whatever one side has to tell the other is written into its mail; the notice may stay, as after a crash. */
const post: Step = (at) => {
  const toUs = at.theirs.flatMap((deal) => {
    const isDue = deal.notices.some(({ task, state }) => task.kind === 'tellInviter' && state === 'waiting');
    if (!isDue || deal.route.kind !== 'inviter') return [];
    const command = partnerChangedOf(deal, deal.route.invitationId);
    return [{ to: 'nordwind' as const, deal: at.ours.id, request: { command, actor: fabrikamHere } }];
  });
  const command = inviterClosedOf(at.ours);
  const toThem =
    command === undefined
      ? []
      : at.theirs.map(({ id }) => ({ to: 'fabrikam' as const, deal: id, request: { command, actor: nordwindHere } }));
  return { ...at, mail: [...at.mail, ...toUs, ...toThem] };
};

const deliver = (which: number, keep: boolean): Step => {
  return (at) => {
    const letter = at.mail[which % Math.max(1, at.mail.length)];
    if (letter === undefined) return at;
    const mail = keep ? at.mail : at.mail.filter((one) => one !== letter);
    if (letter.to === 'nordwind') return { ...at, mail, ours: performed(at.ours, letter.request, at.now) };
    const theirs = at.theirs.map((deal) => (deal.id === letter.deal ? performed(deal, letter.request, at.now) : deal));
    return { ...at, mail, theirs };
  };
};

const wait = (milliseconds: number): Step => {
  return (at) => {
    const now = at.now + milliseconds;
    const expire: Request = { command: { kind: 'expire' }, actor: { kind: 'clock' } };
    return { ...at, now, theirs: at.theirs.map((deal) => performed(deal, expire, now)) };
  };
};

const partners: Candidate[] = [fabrikam, { ...fabrikam, id: '7654399' }, tailspin, { ...tailspin, orgId: 'nordwind' }];
const which = fc.integer({ min: 0, max: 5 });
const date = fc.integer({ min: -3, max: 200 }).map((days) => new Date(monday + days * day).toISOString().slice(0, 10));

function edits(
  secret: string,
  amounts: readonly string[],
): fc.Arbitrary<(deal: Deal, of: Request['actor']) => Request> {
  return fc.oneof(
    fc.record({ amount: fc.constantFrom(...amounts), closeDate: date, crmId: fc.constantFrom(`${secret}-1`, '') }).map(
      (changes) => (deal: Deal, actor: Request['actor']) =>
        ({
          command: {
            kind: 'edit',
            section: 'details',
            base: detailsOf(deal),
            values: { ...detailsOf(deal), ...changes },
          },
          actor,
        }) as Request,
    ),
    fc.constantFrom('Sentinel', 'Fabric', 'Copilot').map(
      (name) => (deal: Deal, actor: Request['actor']) =>
        ({
          command: {
            kind: 'edit',
            section: 'solutions',
            base: sectionOf(deal, 'solutions'),
            values: [{ name, kind: 'own' }],
          },
          actor,
        }) as Request,
    ),
    fc.constantFrom('Ben Adler', 'Cem Yilmaz').map(
      (name) => (deal: Deal, actor: Request['actor']) =>
        ({
          command: {
            kind: 'edit',
            section: 'team',
            base: deal.team,
            values: [...deal.team, { name, phone: '+43 1 000', email: 'x@nordwind.example' }],
          },
          actor,
        }) as Request,
    ),
    fc.constant((_deal: Deal, actor: Request['actor']) => {
      return { command: { kind: 'note', text: `${secret} note` }, actor } as Request;
    }),
  );
}

let invited = 0;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ partner: fc.constantFrom(...partners), closeDate: date, amount: fc.constantFrom('40000', '') })
    .map((changes) => {
      invited += 1;
      const invitationId = `invitation-${invited}`;
      const step = ourStep(() => ({ command: invitation({ ...changes, invitationId }), actor: ada }));
      return named(`invite ${JSON.stringify(changes)}`, step);
    }),
  fc.boolean().map((consent) =>
    named(
      'ask Microsoft',
      ourStep(() => ({ command: forMicrosoft({ consent }), actor: ada })),
    ),
  ),
  edits('OURS', ['98765.1', '98765.2']).map((make) =>
    named(
      'edit ours',
      ourStep((deal) => make(deal, ada)),
    ),
  ),
  fc.constantFrom('accepted' as const, 'declined' as const).map((status) =>
    named(
      `Microsoft ${status}`,
      ourStep(() => ({ command: { kind: 'microsoftAnswered', status }, actor: microsoft })),
    ),
  ),
  fc.constant(
    named(
      'win ours',
      ourStep(() => ({
        command: { kind: 'win', amount: '98765.3', currency: 'CHF', closeDate: '2027-06-01', notes: 'OURS in the end' },
        actor: ada,
      })),
    ),
  ),
  fc.constant(
    named(
      'lose ours',
      ourStep(() => ({ command: { kind: 'lose', reason: 'other', notes: 'OURS, sadly' }, actor: ada })),
    ),
  ),
  { weight: 2, arbitrary: which.map((at) => named(`send ${at}`, send(at))) },
  { weight: 2, arbitrary: fc.constant(named('post', post)) },
  {
    weight: 3,
    arbitrary: fc.tuple(which, fc.boolean()).map(([at, keep]) => named(`deliver ${at} ${keep}`, deliver(at, keep))),
  },
  fc.tuple(which, date).map(([at, closeDate]) =>
    named(
      `accept ${at}`,
      theirStep(at, () => ({
        command: acceptance({ closeDate, amount: '41000', crmId: 'THEIRS-1', notes: 'THEIRS to know' }),
        actor: fay,
      })),
    ),
  ),
  which.map((at) =>
    named(
      `decline ${at}`,
      theirStep(at, () => ({ command: { kind: 'decline', reason: 'budget', notes: 'THEIRS' }, actor: fay })),
    ),
  ),
  fc.tuple(which, edits('THEIRS', ['42000', '43000'])).map(([at, make]) =>
    named(
      `edit theirs ${at}`,
      theirStep(at, (deal) => make(deal, fay)),
    ),
  ),
  which.map((at) =>
    named(
      `win theirs ${at}`,
      theirStep(at, () => ({
        command: { kind: 'win', amount: '44000', currency: 'CHF', closeDate: '2027-06-01', notes: 'THEIRS' },
        actor: fay,
      })),
    ),
  ),
  fc.integer({ min: 0, max: 4 * day }).map((time) => named(`wait ${time}`, wait(time))),
);

/** Most begin with an invitation that has arrived, and one that was accepted: else little happens between the two. */
const beginnings: Step[][] = [
  [],
  [ourStep(() => ({ command: invitation({ invitationId: 'first' }), actor: ada })), send(0)],
  [
    ourStep(() => ({ command: invitation({ invitationId: 'first' }), actor: ada })),
    send(0),
    theirStep(0, () => ({ command: acceptance({ crmId: 'THEIRS-0', notes: 'THEIRS' }), actor: fay })),
    post,
  ],
];
const steps = fc
  .tuple(fc.constantFrom(...beginnings), fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }))
  .map(([beginning, more]) => [...beginning, ...more]);

/** Runs the steps and shows every deal before and after each. */
function run(sequence: readonly Step[], see: (before: Engagement, after: Engagement) => void): void {
  const base = ownDeal({
    dealId: 'own',
    values: {
      name: 'OURS alone',
      amount: '98765',
      currency: 'CHF',
      closeDate: '2027-03-31',
      notes: 'OURS to read',
      crmId: 'OURS-0',
      campaignId: 'OURS-C',
    },
  });
  let at: Engagement = { now: monday, ours: base, theirs: [], mail: [] };
  for (const take of sequence) {
    const after = take(at);
    see(at, after);
    at = after;
  }
}

/** Every deal with what became of it. */
function pairs(before: Engagement, after: Engagement): [Deal, Deal][] {
  const theirs = after.theirs.flatMap((deal): [Deal, Deal][] => {
    const was = before.theirs.find(({ id }) => id === deal.id);
    return was === undefined ? [] : [[was, deal]];
  });
  return [[before.ours, after.ours], ...theirs];
}

function withoutLedger({ notices, nextDueAt, failedDeliveries, ...rest }: Deal) {
  return rest;
}

function check(see: (before: Engagement, after: Engagement) => void): void {
  fc.assert(fc.property(steps, (sequence) => run(sequence, see)));
}

describe('whatever two organisations do, in any order', () => {
  test('I9: neither has anything in its documents that the other keeps apart', () => {
    check((_before, { ours, theirs, mail }) => {
      for (const secret of secrets.nordwind) expect(JSON.stringify(theirs)).not.toContain(secret);
      for (const secret of secrets.fabrikam) expect(JSON.stringify(ours)).not.toContain(secret);
      for (const letter of mail) {
        for (const secret of secrets[letter.to === 'nordwind' ? 'fabrikam' : 'nordwind']) {
          expect(JSON.stringify(letter.request.command)).not.toContain(secret);
        }
      }
    });
  });

  test('I3: a sent invitation changes by its partner alone, and never what the inviter wrote', () => {
    check(({ ours: before }, { ours: after }) => {
      for (const was of before.invitations) {
        const is = after.invitations.find(({ id }) => id === was.id);
        const fixed = ({ id, partner, notes, team, help, sentAt, respondBy }: Invitation) => {
          return { id, partner, notes, team, help, sentAt, respondBy };
        };
        expect(is && fixed(is)).toEqual(fixed(was));
        if (JSON.stringify(is) === JSON.stringify(was)) continue;
        expect(after.history.at(-1)?.what).toBe('partnerChanged');
        expect(is?.sequence).toBeGreaterThan(was.sequence);
      }
    });
  });

  test('T1, T2: a type only goes up', () => {
    const rank = { private: 0, p2p: 1, cosell: 2 };
    check((before, after) => {
      for (const [was, is] of pairs(before, after)) {
        expect(rank[dealType(is.parties)]).toBeGreaterThanOrEqual(rank[dealType(was.parties)]);
      }
    });
  });

  test('T4: nobody outside hears of a private deal', () => {
    check((_before, { ours, theirs, mail }) => {
      if (dealType(ours.parties) !== 'private') return;
      expect(theirs).toEqual([]);
      expect(mail.filter(({ to }) => to === 'fabrikam')).toEqual([]);
      expect(goesToPartnerCenter(ours)).toBe(false);
    });
  });

  test('I1: no partner has two open invitations', () => {
    check((_before, { ours }) => {
      const open = ours.invitations
        .filter(({ status, partner }) => partner.orgId === 'fabrikam' && ['received', 'accepted'].includes(status))
        .map(({ partner }) => partner.orgId);
      expect(open.length).toBeLessThanOrEqual(1);
      expect(ours.invitations.map(({ partner }) => partner.orgId)).not.toContain('nordwind');
    });
  });

  test('L6: a closed deal changes no more', () => {
    check((before, after) => {
      for (const [was, is] of pairs(before, after)) {
        if (stageOf(was.status) === 'archived') expect(withoutLedger(is)).toEqual(withoutLedger(was));
      }
    });
  });

  test('L7: the history is complete, and never rewritten', () => {
    check((before, after) => {
      for (const [was, is] of pairs(before, after)) {
        expect(is.history.slice(0, was.history.length)).toEqual(was.history);
        if (is.history.length === was.history.length) expect(withoutLedger(is)).toEqual(withoutLedger(was));
      }
    });
  });

  test('the store can read back every deal', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let last: Engagement | undefined;
        run(sequence, (_before, after) => {
          last = after;
        });
        for (const deal of last === undefined ? [] : [last.ours, ...last.theirs]) {
          const written = JSON.parse(JSON.stringify(deal));
          expect(JSON.parse(JSON.stringify(DealSchema.parse(written)))).toEqual(written);
        }
      }),
    );
  });

  test('I3, I7: once everything is told, the inviter sees its partners’ deals as they are', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let last: Engagement | undefined;
        run(sequence, (_before, after) => {
          last = after;
        });
        if (last === undefined || stageOf(last.ours.status) === 'archived') return;
        let { ours } = last;
        for (const deal of last.theirs) {
          if (deal.route.kind !== 'inviter' || deal.status === 'received') continue;
          const command = partnerChangedOf(deal, deal.route.invitationId);
          ours = performed(ours, { command, actor: fabrikamHere }, last.now);
          const view = ours.invitations.find(({ id }) => id === command.invitationId);
          expect(view).toMatchObject({ status: deal.status, value: deal.value, closeDate: deal.closeDate });
          expect(view?.partnerTeam.map(({ name }) => name)).toEqual(deal.team.map(({ name }) => name));
        }
      }),
    );
  });

  test('every notice that waits can be found by the store, and is carried out or turned into deliveries', async () => {
    const world: World = {
      subscribersOf: async () => [],
      subscriptionsOf: async () => [],
      answerersOf: async () => [],
      teamOf: async () => [],
      concerned: async () => [],
    };
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        let last: Engagement | undefined;
        run(sequence, (_before, after) => {
          last = after;
        });
        for (const deal of last === undefined ? [] : [last.ours, ...last.theirs]) {
          const later = deal.notices.filter(({ state }) => state === 'waiting').map(({ dueAt }) => dueAt);
          expect(deal.nextDueAt).toBe(later.sort()[0]);
          const advanced = await advance(deal, (last?.now ?? 0) + 400 * day, world);
          expect(
            advanced.notices.filter(({ task, state }) => task.kind === 'partyAnswered' && state === 'waiting'),
          ).toEqual([]);
        }
      }),
    );
  });
});
