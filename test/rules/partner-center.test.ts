import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { Deal, type DeclineReason, type Status } from '../../src/deals/deal.ts';
import { ownFieldsOf } from '../../src/deals/partner-center.ts';
import { decide } from '../../src/rules/decide.ts';
import type { Heard } from '../../src/rules/heard.ts';
import { settled, withNotices } from '../../src/rules/notices.ts';
import { broughtOf, isInStep, knowing, pendingOf, plannedSync } from '../../src/rules/partner-center.ts';
import { day, monday, organisation, received } from '../fixtures/opportunity.ts';
import { accepted, own } from './deals.ts';

const center = { kind: 'sender', name: 'Partner Center', from: 'partner-center' } as const;
const later = instant(monday + 60_000);

/** The referral of a deal, saying the same but for `changes`. */
function heard(deal: Deal, changes: Partial<Heard> = {}): Heard {
  return {
    id: deal.externalId,
    engagementId: undefined,
    eTag: '"2"',
    updatedAt: later,
    status: deal.status,
    at: later,
    reason: undefined,
    fields: ownFieldsOf(deal),
    people: new Map(),
    parties: deal.parties,
    incoming: {
      opportunity: deal.opportunity,
      contentHash: deal.contentHash,
      standing: { status: deal.status, at: later },
    },
    registration: undefined,
    ...changes,
  };
}

/** In step with its referral, as of the first time that it was read. */
function inStep(deal: Deal): Deal {
  const linked: Deal = { ...deal, route: { kind: 'partner-center' } };
  const known = knowing(linked, heard(linked, { eTag: '"1"', updatedAt: instant(monday) }));
  return { ...known, partnerCenter: { invitations: {}, ...known.partnerCenter, brought: broughtOf(known) } };
}

/** The deal as the desk saves it after the referral was read. */
function heardInto(deal: Deal, changes: Partial<Heard>, takesOver = false, now = monday + 60_000): Deal {
  const command = { kind: 'partnerCenterChanged', heard: heard(deal, changes), takesOver } as const;
  const outcome = decide(deal, { command, actor: center }, now, organisation);
  if (!outcome.ok) throw new Error(outcome.refusals.map(({ code }) => code).join());
  return outcome.changed ? settled(withNotices(outcome.deal, outcome.notices), now) : deal;
}

function fields(deal: Deal, changes: object): Heard['fields'] {
  return { ...ownFieldsOf(deal), ...changes };
}

/** A deal of each status, as it got there in Teams. */
function standing(status: Status): Deal {
  const deal = inStep(status === 'received' ? received() : accepted());
  const by = { kind: 'person', personId: 'person-ada', name: 'Ada Keller' } as const;
  const stamp = { by, at: instant(monday), from: 'teams' } as const;
  switch (status) {
    case 'received':
    case 'accepted':
      return deal;
    case 'declined':
      return { ...inStep(received()), status, answer: { ...stamp, status, reason: 'budget' as DeclineReason } };
    case 'expired':
      return {
        ...inStep(received()),
        status,
        answer: { status, by: { kind: 'clock' }, at: instant(monday), from: 'clock' },
      };
    default:
      return { ...deal, status, outcome: { ...stamp, status } };
  }
}

describe('L1, L3, L6: Partner Center is the record for the status', () => {
  test.each<[rule: string, ours: Status, theirs: Status, becomes: Status, overruled: boolean]>([
    ['L3', 'received', 'received', 'received', false],
    ['L3', 'received', 'accepted', 'accepted', false],
    ['L3', 'received', 'declined', 'declined', false],
    ['L5', 'received', 'expired', 'expired', false],
    ['L3', 'received', 'won', 'won', false],
    ['on its way', 'accepted', 'received', 'accepted', false],
    ['L3', 'accepted', 'won', 'won', false],
    ['L3', 'accepted', 'lost', 'lost', false],
    ['final there', 'accepted', 'declined', 'declined', true],
    ['final there', 'accepted', 'expired', 'expired', true],
    ['on its way', 'declined', 'received', 'declined', false],
    ['record there', 'declined', 'accepted', 'accepted', true],
    ['final there', 'declined', 'expired', 'expired', true],
    ['L5', 'expired', 'received', 'expired', false],
    // Nobody answered here: nobody's answer came to nothing.
    ['record there', 'expired', 'accepted', 'accepted', false],
    ['final there', 'expired', 'declined', 'declined', false],
    ['on its way', 'won', 'accepted', 'won', false],
    ['on its way', 'lost', 'accepted', 'lost', false],
    ['final there', 'won', 'lost', 'lost', true],
    ['final there', 'lost', 'won', 'won', true],
  ])('%s: %s here, %s there: %s', (_rule, ours, theirs, becomes, overruled) => {
    const before = standing(ours);
    const deal = heardInto(before, { status: theirs });
    expect(deal.status).toBe(becomes);
    expect(deal.partnerCenter?.overruled !== undefined).toBe(overruled);
    expect(deal.notices.some(({ id }) => id === 'partyAnswered:partnerCenter')).toBe(overruled);
    // L7: written down, and nothing of what was there before is lost.
    expect(deal.history.slice(0, before.history.length)).toEqual(before.history);
    expect(deal.history.length > before.history.length).toBe(becomes !== ours);
    expect(Deal.safeParse(JSON.parse(JSON.stringify(deal))).success).toBe(true);
  });

  test('L6: of a deal that had ended on both sides, nothing changes any more', () => {
    const before = settled(standing('won'), monday);
    const deal = heardInto(before, { status: 'won', fields: fields(before, { name: 'Other' }) });
    expect({ ...deal, partnerCenter: undefined }).toEqual({ ...before, partnerCenter: undefined });
  });
});

describe('field by field', () => {
  const base = standing('accepted');
  const editedHere = (changes: Partial<Deal>, at = instant(monday + 30_000)): Deal => ({
    ...base,
    ...changes,
    history: [
      ...base.history,
      {
        what: 'edited',
        by: { kind: 'person', personId: 'person-ada', name: 'Ada Keller' },
        at,
        from: 'teams',
        changes: Object.fromEntries(Object.keys(changes).map((field) => [field, {}])),
      },
    ],
  });

  test.each([
    ['name', 'There', 'Here'],
    ['value', { amount: '7', currency: 'EUR' }, { amount: '8', currency: 'EUR' }],
    ['closeDate', '2028-01-01', '2028-02-02'],
    ['crmId', 'T-1', 'H-1'],
    ['campaignId', 'Spring', 'Autumn'],
  ] as const)('%s: changed there alone, here alone, and on both sides', (field, there, here) => {
    expect(heardInto(base, { fields: fields(base, { [field]: there }) })[field]).toEqual(there);

    const mine = editedHere({ [field]: here });
    const stays = heardInto(mine, { fields: fields(base, { name: base.name }) });
    expect(stays[field]).toEqual(here);
    expect(pendingOf(stays).fields).toEqual([field]);

    const theirsLater = heardInto(mine, { fields: fields(base, { [field]: there }) });
    expect(theirsLater[field]).toEqual(there);
    expect(isInStep(theirsLater)).toBe(true);
    expect(theirsLater.history.at(-1)).toMatchObject({
      what: 'merged',
      changes: { [field]: { before: here, after: there } },
    });

    const oursLater = editedHere({ [field]: here }, instant(monday + 90_000));
    const kept = heardInto(oursLater, { fields: fields(base, { [field]: there }) });
    expect(kept[field]).toEqual(here);
    expect(pendingOf(kept).fields).toEqual([field]);
    expect(kept.history.at(-1)).toMatchObject({ what: 'merged', changes: { [field]: { before: there, after: here } } });
  });

  test('A1, E2: a deal is never left without name, value, date, somebody of the team and a solution', () => {
    const emptied = { name: undefined, value: undefined, closeDate: undefined, team: [], solutions: [] };
    const deal = heardInto(base, { fields: fields(base, emptied) });
    for (const field of ['name', 'value', 'closeDate', 'team', 'solutions'] as const) {
      expect([field, deal[field]]).toEqual([field, base[field]]);
    }
  });

  test('team: who was added there joins, known people with their id, and who was taken away there leaves', () => {
    const cem = { name: 'Cem Yilmaz', email: 'Cem@nordwind.example' };
    const team = [...ownFieldsOf(base).team, cem];
    const joined = heardInto(base, {
      fields: fields(base, { team }),
      people: new Map([['cem@nordwind.example', 'person-cem']]),
    });
    expect(joined.team.at(-1)).toEqual({ ...cem, personId: 'person-cem' });
    expect(joined.notices.map(({ id }) => id)).toContain('tellTeamMember:person-cem');
    const left = heardInto(
      { ...joined, partnerCenter: inStep(joined).partnerCenter },
      { eTag: '"3"', fields: fields(joined, { team: [cem] }) },
    );
    expect(left.team.map(({ name }) => name)).toEqual(['Cem Yilmaz']);
  });

  test('a close date that was moved there moves its reminders (N6)', () => {
    const deal = heardInto(base, { fields: fields(base, { closeDate: '2028-01-01' }) });
    const due = deal.notices.filter(({ task, state }) => task.kind === 'remindClose' && state === 'waiting');
    expect(due[0]?.dueAt.slice(0, 10)).toBe('2027-12-25');
  });
});

describe('what was read before', () => {
  const base = standing('accepted');
  const known = heardInto(base, { fields: fields(base, { name: 'Read' }) });

  test.each([
    ['the same again', { eTag: '"2"' }],
    ['an older one that comes late', { eTag: '"0"', updatedAt: instant(monday - day) }],
    ['another referral’s', { id: 'another', eTag: '"9"' }],
  ])('%s changes nothing', (_what, changes) => {
    expect(heardInto(known, { fields: fields(base, { name: 'Else' }), status: 'lost', ...changes })).toEqual(known);
  });
});

describe('what is on its way', () => {
  test('T4: nothing of a private deal', () => {
    expect(plannedSync(undefined, own(), monday)).toEqual([]);
  });

  test('nothing of a deal that is in step; one sync for a change, however many follow', () => {
    const base = standing('accepted');
    expect(plannedSync(undefined, base, monday)).toEqual([]);
    const edited = { ...base, name: 'Other' };
    expect(plannedSync(base, edited, monday)).toEqual([{ task: { kind: 'sync' }, dueAt: monday }]);
    const waiting = withNotices(edited, plannedSync(base, edited, monday));
    expect(plannedSync(waiting, waiting, monday + 1)).toEqual([]);
  });

  test('L5: an expiry is Partner Center’s own', () => {
    expect(isInStep(standing('expired'))).toBe(true);
  });

  test('taking over gives up what was changed here, and leaves nothing on its way', () => {
    const base = standing('accepted');
    const mine = {
      ...base,
      name: 'Refused',
      notes: [...base.notes, { text: 'Mine', by: base.history[0]?.by ?? { kind: 'clock' as const }, at: later }],
    };
    const deal = heardInto(mine, { fields: ownFieldsOf(base), eTag: '"1"' }, true);
    expect(deal.name).toBe(base.name);
    expect(isInStep(deal)).toBe(true);
    // E4: a note is never taken away.
    expect(deal.notes.at(-1)?.text).toBe('Mine');
  });
});
