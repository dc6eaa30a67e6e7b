import { describe, expect, test } from '@jest/globals';
import type { Deal, TeamMember } from '../../src/deals/deal.ts';
import { microsoftSilent } from '../../src/rules/microsoft-answered.ts';
import { settled, stillHolds, withNotices } from '../../src/rules/notices.ts';
import { sharedPart } from '../../src/rules/permissions.ts';
import { day, monday } from '../fixtures/opportunity.ts';
import { ask, became, codes, forMicrosoft, ownDeal, waiting } from '../fixtures/own-deal.ts';

const microsoft = { kind: 'sender', name: 'Microsoft', from: 'api' } as const;
const asked = () => became(ownDeal(), forMicrosoft());
const answered = (deal: Deal, status: 'accepted' | 'declined', now = monday + day) =>
  ask(deal, { kind: 'microsoftAnswered', status }, microsoft, now);

function silent(deal: Deal, now: number): Deal {
  const outcome = microsoftSilent(deal, now);
  if (!outcome.ok) throw new Error('refused');
  return settled(withNotices(outcome.deal, outcome.notices), now);
}

describe('C9: Microsoft’s answer', () => {
  test.each(['accepted', 'declined'] as const)('%s is shown on the deal, and told to the team', (status) => {
    const outcome = answered(asked(), status);
    expect(outcome).toMatchObject({
      ok: true,
      deal: { microsoft: { status, answeredAt: '2026-11-03T09:12:44.000Z' }, status: 'accepted' },
      notices: [{ task: { kind: 'partyAnswered', party: 'microsoft' } }],
    });
    expect(outcome.ok && outcome.deal.history.at(-1)).toMatchObject({ what: 'microsoftAnswered', from: 'api' });
  });

  test('the same again changes nothing; another one counts', () => {
    const deal = became(asked(), { kind: 'microsoftAnswered', status: 'accepted' }, microsoft);
    expect(answered(deal, 'accepted')).toEqual({ ok: true, deal, notices: [], changed: false });
    expect(answered(deal, 'declined')).toMatchObject({ changed: true });
  });

  test('is refused where nobody asked', () => {
    expect(codes(answered(ownDeal(), 'accepted'))).toEqual(['C7 microsoftNotAsked']);
  });

  test('L6: is refused once the deal is closed', () => {
    expect(codes(answered({ ...asked(), status: 'won' }, 'accepted'))).toEqual(['L6 archived']);
  });
});

describe('I8: the sellers of Microsoft', () => {
  const mia = { name: 'Mia Seller', email: 'mia.seller@microsoft.example' };
  const jon = { name: 'Jon Architect', phone: '+1 425 000 0002' };
  const says = (deal: Deal, status: 'accepted' | 'declined', team?: TeamMember[]) =>
    became(deal, { kind: 'microsoftAnswered', status, ...(team === undefined ? {} : { team }) }, microsoft);

  test('stand on the deal once it has accepted, and not in its history', () => {
    const deal = says(asked(), 'accepted', [mia]);
    expect(deal.microsoft).toMatchObject({ status: 'accepted', team: [mia] });
    expect(deal.history.at(-1)?.changes?.microsoft?.after).toMatchObject({ status: 'accepted' });
    expect(JSON.stringify(deal.history)).not.toContain('Mia');
  });

  test('who comes or leaves later is taken over, with no entry of the history and nobody told', () => {
    const deal = says(asked(), 'accepted', [mia]);
    const outcome = ask(deal, { kind: 'microsoftAnswered', status: 'accepted', team: [jon, mia] }, microsoft, monday);
    expect(outcome).toEqual({
      ok: true,
      deal: { ...deal, microsoft: { ...deal.microsoft, team: [jon, mia] } },
      notices: [],
      changed: true,
    });
    expect(says(deal, 'accepted', []).microsoft).toEqual(says(asked(), 'accepted').microsoft);
  });

  test('the same again, or an answer that says nothing of them, changes nothing', () => {
    const deal = says(asked(), 'accepted', [mia]);
    for (const team of [[mia], undefined]) {
      const again = { kind: 'microsoftAnswered' as const, status: 'accepted' as const, ...(team && { team }) };
      expect(ask(deal, again, microsoft, monday + day)).toEqual({ ok: true, deal, notices: [], changed: false });
    }
  });

  test('of Microsoft that takes no part there are none', () => {
    expect(says(asked(), 'declined', [mia]).microsoft).not.toHaveProperty('team');
    const left = says(says(asked(), 'accepted', [mia]), 'declined');
    expect(left.microsoft).not.toHaveProperty('team');
    expect(JSON.stringify(left.history)).not.toContain('Mia');
  });

  test('L6: stay as they were once the deal is closed', () => {
    const closed = { ...says(asked(), 'accepted', [mia]), status: 'won' as const };
    const others = { kind: 'microsoftAnswered' as const, status: 'accepted' as const, team: [jon] };
    expect(codes(ask(closed, others, microsoft))).toEqual(['L6 archived']);
    expect(says(closed, 'accepted', [mia])).toEqual(closed);
  });

  test('V4: are on no card that several people read', () => {
    const shared = sharedPart(says(asked(), 'accepted', [mia]));
    expect(shared.microsoft?.status).toBe('accepted');
    expect(JSON.stringify(shared)).not.toContain('Mia');
  });
});

describe('C9, N8: fourteen days without an answer', () => {
  const end = monday + 14 * day;

  test('the deal goes on, says so, and its team is told', () => {
    const deal = silent(asked(), end);
    expect(deal).toMatchObject({ status: 'accepted', microsoft: { status: 'silent' } });
    expect(deal.history.at(-1)).toMatchObject({ what: 'microsoftAnswered', by: { kind: 'clock' } });
    expect(waiting(deal)).toContain('microsoftSilentPerson:person-ada');
  });

  test('not a moment before, nor after an answer, nor in a closed deal', () => {
    expect(silent(asked(), end - 1).microsoft?.status).toBe('waiting');
    const deal = became(asked(), { kind: 'microsoftAnswered', status: 'accepted' }, microsoft);
    expect(silent(deal, end).microsoft?.status).toBe('accepted');
    expect(waiting(deal)).not.toContain('microsoftSilent');
    expect(silent({ ...asked(), status: 'lost' }, end).microsoft?.status).toBe('waiting');
  });

  test('a later answer still counts, and nobody is told of the silence any more', () => {
    const deal = became(silent(asked(), end), { kind: 'microsoftAnswered', status: 'accepted' }, microsoft, end + day);
    expect(deal.microsoft?.status).toBe('accepted');
    expect(waiting(deal)).not.toContain('microsoftSilentPerson:person-ada');
    expect(waiting(deal)).toContain('partyAnswered:microsoft');
  });

  test('who has left the team is not told', () => {
    const deal = silent(asked(), end);
    const notice = deal.notices.find(({ id }) => id === 'microsoftSilentPerson:person-ada');
    expect(notice && stillHolds({ ...deal, team: [] }, notice, end)).toBe(false);
  });
});
