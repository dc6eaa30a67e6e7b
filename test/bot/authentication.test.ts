import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { text } from '../../cards/index.ts';
import { type Story, startStory } from '../fakes/story.ts';
import type { Posted } from '../fakes/teams.ts';
import { fakeCredentials, startTokenIssuer, type TokenIssuer, type TokenWish } from '../fakes/tokens.ts';

const appId = '30000000-0000-4000-8000-000000000003';

let issuer: TokenIssuer;
let story: Story;
let card: Posted;
let id: string;
/** What is wrong with the tokens that come with activities, or other tokens altogether. */
let flaw: Partial<TokenWish> | string = {};

beforeAll(async () => {
  // botbuilder says of every refused token why, there and nowhere else.
  jest.spyOn(console, 'error').mockImplementation(() => {});
  issuer = await startTokenIssuer();
  const tokens = {
    ...issuer,
    token: async (wish: TokenWish) => (typeof flaw === 'string' ? flaw : issuer.token({ ...wish, ...flaw })),
  };
  story = await startStory({
    environment: {
      MicrosoftAppId: appId,
      MicrosoftAppPassword: 'password',
      MicrosoftAppTenantId: '10000000-0000-4000-8000-000000000001',
    },
    replacements: {
      openIdMetadataUrl: issuer.metadataUrl,
      credentials: fakeCredentials(appId, 'outbound-token'),
    },
    teams: { appId, tokens, outboundToken: 'outbound-token' },
  });
  ({ card, id } = await story.posted());
});
afterAll(async () => {
  jest.restoreAllMocks();
  await story.stop();
  await issuer.stop();
});

describe('with a bot registration', () => {
  test('a good token works, both ways: pressed, accepted, updated', async () => {
    const { teams, ben } = story;
    flaw = {};
    const { card: own, id: its } = await story.posted();
    await teams.press(ben, own, 'Accept');
    const sent = await teams.press(ben, own, 'opportunity.accept.send');
    expect(sent.text).toContain(text('en', 'youAccepted'));
    await story.settle();
    expect((await story.deal(its)).status).toBe('accepted');
    expect(teams.textOf(own)).toContain('Ben Adler accepted this');
    expect(new Set(teams.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer outbound-token']),
    );
  });

  test.each<[string, Partial<TokenWish> | string]>([
    ['signed by somebody else', { foreignKey: true }],
    ['not signed', { unsigned: true }],
    ['expired', { expired: true }],
    ['made for another bot', { wrongAudience: true }],
    ['made by another issuer', { wrongIssuer: true }],
    ['made for another address of Teams', { serviceUrl: 'https://smba.trafficmanager.net/other/' }],
    ['no token at all', 'nonsense'],
    ['empty', ''],
  ])('a token that is %s: 401, and nothing happens', async (_what, wrong) => {
    const { teams, ben } = story;
    flaw = {};
    await teams.press(ben, card, 'Decline');
    const asked = teams.requests.length;
    flaw = wrong;
    const pressed = await teams.press(ben, card, 'opportunity.decline.send', { reason: 'budget' });
    expect([pressed.status, pressed.body.status]).toEqual([401, 401]);
    const written = await teams.message(ben, story.channel, 'unsubscribe');
    expect(written.status).toBe(401);
    const installed = await teams.post(ben, story.channel, { type: 'installationUpdate', action: 'remove' });
    expect(installed.status).toBe(401);
    flaw = {};
    expect((await story.deal(id)).status).toBe('received');
    expect(await story.subscription(story.channel)).toMatchObject({ status: 'active' });
    expect(teams.requests).toHaveLength(asked);
  });

  test('no header: 401 with the way to authenticate', async () => {
    const { activity } = await story.teams.message(story.ben, story.channel, 'help');
    const response = await fetch(`${story.bot.url}/api/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(activity),
    });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  test('tokens never stand in the log', () => {
    expect(story.log.join('\n')).toContain('activity refused');
    expect(story.log.join('\n')).not.toMatch(/eyJ|outbound-token|nonsense/);
  });
});
