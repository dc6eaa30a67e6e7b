import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Credentials } from '../../bot/adapter.ts';

const botFramework = 'https://api.botframework.com';

export interface TokenWish {
  appId: string;
  serviceUrl: string;
  /** Ended an hour ago; Teams' tokens live for an hour, and five minutes of skew are allowed. */
  expired?: boolean;
  /** Signed by a key of somebody else under the id of the right one. */
  foreignKey?: boolean;
  /** Made for another bot. */
  wrongAudience?: boolean;
  /** Made by somebody else. */
  wrongIssuer?: boolean;
  /** Not signed at all. */
  unsigned?: boolean;
}

export interface TokenIssuer {
  /** The OpenID metadata, for `openIdMetadataUrl`. */
  metadataUrl: string;
  /** A token as Teams sends it along with an activity. */
  token(wish: TokenWish): Promise<string>;
  /** The next questions for the keys get a 500. */
  breakDown(): void;
  stop(): Promise<void>;
}

/** Makes the tokens that Teams shows to the bot, and serves the keys to check them with, as login.botframework.com does. */
export async function startTokenIssuer({
  endorsements = ['msteams'],
}: {
  endorsements?: string[];
} = {}): Promise<TokenIssuer> {
  const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const key = { ...(await exportJWK(own.publicKey)), kid: 'key-1', use: 'sig', x5t: 'key-1', endorsements };
  let broken = false;
  const server = createServer((req, res) => {
    // Not by `writeHead(…).end(…)`: restify, once loaded, changes `writeHead` of every server in the process to return nothing.
    if (broken) res.statusCode = 500;
    const body = req.url?.endsWith('/keys')
      ? { keys: [key] }
      : {
          issuer: botFramework,
          authorization_endpoint: 'https://invalid.botframework.com',
          jwks_uri: `${url}/v1/.well-known/keys`,
          id_token_signing_alg_values_supported: ['RS256'],
          token_endpoint_auth_methods_supported: ['private_key_jwt'],
        };
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    metadataUrl: `${url}/v1/.well-known/openidconfiguration`,
    async token({ appId, serviceUrl, expired, foreignKey, wrongAudience, wrongIssuer, unsigned }) {
      const start = Math.floor(Date.now() / 1000) - (expired ? 7200 : 0);
      const claims = {
        serviceurl: serviceUrl,
        iss: wrongIssuer ? 'https://issuer.example' : botFramework,
        aud: wrongAudience ? '99999999-0000-4000-8000-000000000000' : appId,
        nbf: start,
        exp: start + 3600,
      };
      if (unsigned) return `${encoded({ alg: 'none', typ: 'JWT', kid: 'key-1' })}.${encoded(claims)}.`;
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'key-1', x5t: 'key-1' })
        .sign(foreignKey ? foreign.privateKey : own.privateKey);
    },
    breakDown() {
      broken = true;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Outbound tokens without Entra: every request to Teams carries `token`. `fail`: an error in place of a token. */
export function fakeCredentials(appId: string, token = 'outbound-token', fail?: () => Error): Credentials {
  return {
    isValidAppId: async (id) => id === appId,
    isAuthenticationDisabled: async () => false,
    createCredentials: async () => ({
      async signRequest(request) {
        if (fail !== undefined) throw fail();
        request.headers.set('authorization', `Bearer ${token}`);
        return request;
      },
    }),
  };
}
