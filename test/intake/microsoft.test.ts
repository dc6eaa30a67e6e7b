import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dealId } from '../../src/deals/deal.ts';
import { openApi } from '../../src/intake/openapi.ts';
import { exampleReferral } from '../../src/intake/schema.ts';
import type { Create } from '../../src/rules/create.ts';
import { contact, creation } from '../fixtures/own-deal.ts';
import { type Answered, ada, type IntakeHouse, opportunity, startIntake } from './house.ts';

let house: IntakeHouse;
beforeEach(async () => {
  house = await startIntake();
});
afterEach(() => house.stop());

const id = dealId('teams', 'draft-1');
const microsoft = { help: 'QuotesOrLicensing', helpNotes: 'A quote for 200 seats' };

/** A deal of nordwind's own; Microsoft was asked for help at nine. */
async function own(changes: Partial<Create> = { microsoft, contact, consent: true }): Promise<void> {
  const created = await house.desk.create(creation({ dealId: id, ...changes }), ada);
  expect(created.kind).toBe('created');
}

function answer(body: unknown, { key = house.key, deal = id } = {}): Promise<Answered> {
  return house.call(`/api/opportunities/${deal}/microsoft`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
}

describe('C9: Microsoft’s answer, by the API', () => {
  test.each(['accepted', 'declined'] as const)('%s is written down, with the time', async (status) => {
    await own();
    house.clock.move(3_600_000);
    const answered = await answer({ status });
    expect(answered.status).toBe(200);
    expect(answered.body).toEqual({
      id,
      status,
      askedAt: '2026-11-03T09:00:00.000Z',
      answerBy: '2026-11-17T09:00:00.000Z',
      answeredAt: '2026-11-03T10:00:00.000Z',
    });
    const deal = await house.desk.deal('nordwind', id);
    expect(deal?.microsoft?.status).toBe(status);
    expect(deal?.history.at(-1)).toMatchObject({ what: 'microsoftAnswered', from: 'api', by: { kind: 'sender' } });
    expect(deal?.notices.map((notice) => notice.id)).toContain('partyAnswered:microsoft');
  });

  test('the same again is safe; another answer counts', async () => {
    await own();
    await answer({ status: 'accepted' });
    const again = await answer({ status: 'accepted' });
    expect(again.status).toBe(200);
    expect((await house.desk.deal('nordwind', id))?.history).toHaveLength(3);
    expect((await answer({ status: 'declined' })).body.status).toBe('declined');
  });

  test('I8: says whom to call there, and the same answer says who came or left', async () => {
    await own();
    const mia = { name: 'Mia Example', phone: '+14250000001', email: 'mia@microsoft.example' };
    expect((await answer({ status: 'accepted', team: [mia] })).status).toBe(200);
    const team = async () => (await house.desk.deal('nordwind', id))?.microsoft?.team;
    expect(await team()).toEqual([mia]);
    await answer({ status: 'accepted' });
    expect(await team()).toEqual([mia]);
    await answer({ status: 'accepted', team: [{ name: ' Jon Example ' }, mia] });
    expect(await team()).toEqual([{ name: 'Jon Example' }, mia]);
    expect((await house.desk.deal('nordwind', id))?.history).toHaveLength(3);
    await answer({ status: 'accepted', team: [] });
    expect(await team()).toBeUndefined();
  });

  test('L6: a closed deal is refused, with the rule', async () => {
    await own();
    await house.desk.perform('nordwind', id, { command: { kind: 'lose', reason: 'budget', notes: '' }, actor: ada });
    const answered = await answer({ status: 'accepted' });
    expect([answered.status, answered.body.rule, answered.body.detail]).toEqual([409, 'L6', 'The deal is lost (L6)']);
  });

  test.each([
    [{}, '/status'],
    [{ status: 'perhaps' }, '/status'],
    [{ status: 'accepted', why: 'x' }, '/why'],
    [[], ''],
    [{ status: 'accepted', team: [{}] }, '/team/0/name'],
    [{ status: 'accepted', team: [{ name: 'Mia', email: 'mia' }] }, '/team/0/email'],
    [{ status: 'accepted', team: [{ name: 'Mia', title: 'Seller' }] }, '/team/0/title'],
    [{ status: 'accepted', team: Array.from({ length: 51 }, () => ({ name: 'Mia' })) }, '/team'],
  ])('%j is wrong, and it says where', async (body, pointer) => {
    await own();
    const answered = await answer(body);
    expect(answered.status).toBe(422);
    expect(answered.body.errors[0].pointer).toBe(pointer);
  });
});

describe('a deal is found by its CRM id', () => {
  const find = (query: string, key = house.key) =>
    house.call(`/api/opportunities${query}`, { headers: { Authorization: `Bearer ${key}` } });
  const asked = { microsoft, contact, consent: true };

  test('and answered for by the id that is found', async () => {
    await own(asked);
    const found = await find('?crmId=CRM-7');
    expect([found.status, found.body.deals]).toMatchObject([
      200,
      [{ id, status: 'accepted', direction: 'outbound', type: 'cosell', microsoft: { status: 'waiting' } }],
    ]);
    expect((await answer({ status: 'accepted' }, { deal: found.body.deals[0].id })).status).toBe(200);
    expect((await find('?crmId=CRM-7')).body.deals[0].microsoft.status).toBe('accepted');
    expect((await find('?crmId=CRM-8')).body).toEqual({ deals: [] });
  });

  test.each(['', '?crmId=', '?crmId=%20', `?crmId=${'x'.repeat(101)}`])('not by %j', async (query) => {
    expect((await find(query)).status).toBe(400);
  });

  test('T4: nothing by the key of another organisation, nor by one by which another organisation sends', async () => {
    await own(asked);
    const fabrikam = await house.makeKey('crm', undefined, 'fabrikam');
    const sender = await house.makeKey('fabrikam', { kind: 'organisation', orgId: 'fabrikam' });
    for (const key of [fabrikam, sender]) expect((await find('?crmId=CRM-7', key)).body).toEqual({ deals: [] });
    expect((await find('?crmId=CRM-7', 'csk_nobody')).status).toBe(401);
  });
});

describe('T4, V3: whom it is for', () => {
  test('C7: the organisation’s own deal that asked nobody is refused, with the rule', async () => {
    await own({});
    const answered = await answer({ status: 'accepted' });
    expect([answered.status, answered.body]).toEqual([
      409,
      {
        type: 'urn:cosell:problem:not-asked',
        title: 'Microsoft has not been asked for help',
        status: 409,
        detail: 'The deal has not asked Microsoft for help (C7)',
        rule: 'C7',
      },
    ]);
    expect((await house.desk.deal('nordwind', id))?.history).toHaveLength(1);
  });

  test('C7: so is one that was fed in as a referral of the organisation itself, and an opportunity that was sent to it', async () => {
    const fed = await house.send({
      ...exampleReferral,
      direction: 'Outgoing',
      status: 'Active',
      substatus: 'Accepted',
    });
    const sent = await house.send(opportunity());
    for (const { status, body } of [fed, sent]) {
      expect(status).toBe(201);
      const answered = await answer({ status: 'accepted' }, { deal: body.id });
      expect([answered.status, answered.body.rule]).toEqual([409, 'C7']);
    }
  });

  test('T4: to a key by which another organisation sends, a private deal is like one that does not exist', async () => {
    await own({});
    const sender = await house.makeKey('fabrikam', { kind: 'organisation', orgId: 'fabrikam' });
    const there = await answer({ status: 'accepted' }, { key: sender });
    const missing = await answer({ status: 'accepted' }, { key: sender, deal: dealId('teams', 'draft-2') });
    expect([there.status, there.body.detail]).toEqual([404, 'Your organisation has no such deal']);
    expect(missing.body).toEqual(there.body);
  });

  test('another organisation’s key, and a key by which another organisation sends, find nothing', async () => {
    await own();
    const fabrikam = await house.makeKey('crm', undefined, 'fabrikam');
    const sender = await house.makeKey('fabrikam', { kind: 'organisation', orgId: 'fabrikam' });
    for (const key of [fabrikam, sender]) expect((await answer({ status: 'accepted' }, { key })).status).toBe(404);
    expect((await house.desk.deal('nordwind', id))?.microsoft?.status).toBe('waiting');
  });

  test('nor do strangers, or other ids', async () => {
    expect((await answer({ status: 'accepted' }, { key: 'csk_nobody' })).status).toBe(401);
    for (const deal of ['deal-1', dealId('teams', 'draft-2')]) {
      expect((await answer({ status: 'accepted' }, { deal })).status).toBe(404);
    }
  });

  test('what is no JSON is refused as everywhere', async () => {
    await own();
    const answered = await house.call(`/api/opportunities/${id}/microsoft`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain', Authorization: `Bearer ${house.key}` },
      body: 'accepted',
    });
    expect(answered.status).toBe(415);
  });
});

test('its description has every status that it answers', () => {
  const described = openApi().paths?.['/api/opportunities/{id}/microsoft']?.post?.responses ?? {};
  expect(Object.keys(described)).toEqual(expect.arrayContaining(['200', '401', '404', '409', '415', '422']));
});
