import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';

// tsyringe, by which @peculiar/x509 finds its algorithms, asks for the package reflect-metadata. Its classes have no constructor
// parameters here, so that nothing needs to be known of them.
Object.assign(Reflect, {
  defineMetadata: () => undefined,
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  metadata: () => () => undefined,
});
const x509 = await import('@peculiar/x509');

/** A certificate with its key, as an authority has it. */
export interface Issued {
  /** DER. */
  der: Buffer;
  pem: string;
  privateKey: KeyObject;
  keys: webcrypto.CryptoKeyPair;
  name: string;
}

interface Wish {
  /** `CN=…, O=…` */
  name: string;
  /** Absent: it signs itself. */
  issuer?: Issued;
  /** Whether it may issue others. */
  authority?: boolean;
  /** ISO 8601; absent: from 2020 to 2099. */
  from?: string;
  to?: string;
  /** Where the issuer's certificate is said to be. */
  issuerAddress?: string;
  bits?: number;
}

function algorithm(bits: number) {
  return {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: bits,
  };
}

let serial = 0;

/** Issues a certificate, for as long a time and with as few powers as a test wishes. */
export async function issue({
  name,
  issuer,
  authority = false,
  from,
  to,
  issuerAddress,
  bits = 2048,
}: Wish): Promise<Issued> {
  const keys = (await webcrypto.subtle.generateKey(algorithm(bits), true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  serial += 1;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString(16).padStart(4, '0'),
    subject: name,
    issuer: issuer?.name ?? name,
    notBefore: new Date(from ?? '2020-01-01T00:00:00Z'),
    notAfter: new Date(to ?? '2099-01-01T00:00:00Z'),
    signingAlgorithm: algorithm(bits),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(authority, undefined, true),
      new x509.KeyUsagesExtension(
        authority ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign : x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      ...(issuerAddress === undefined ? [] : [new x509.AuthorityInfoAccessExtension({ caIssuers: issuerAddress })]),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    der: Buffer.from(certificate.rawData),
    pem: certificate.toString('pem'),
    privateKey: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
    keys,
    name,
  };
}

export interface Chain {
  root: Issued;
  intermediate: Issued;
  /** What events are signed with. */
  leaf: Issued;
}

/** Where the fake says that its issuer's certificate is: an address of Microsoft's, as in real ones. */
export const intermediateAddress = 'http://www.microsoft.com/pki/test-issuing-ca.crt';

let made: Promise<Chain> | undefined;

/** A chain like Microsoft's, under a root that nobody but a test trusts. Made once a process: keys take their time. */
export function microsoftLikeChain(): Promise<Chain> {
  made ??= make();
  return made;
}

async function make(): Promise<Chain> {
  const root = await issue({ name: 'CN=Test Root CA, O=Test Trust', authority: true });
  const intermediate = await issue({
    name: 'C=US, O=Microsoft Corporation, CN=Test Issuing CA',
    issuer: root,
    authority: true,
  });
  const leaf = await issue({
    name: 'C=US, O=Microsoft Corporation, CN=pcnotifications-dispatch.microsoft.com',
    issuer: intermediate,
    issuerAddress: intermediateAddress,
  });
  return { root, intermediate, leaf };
}
