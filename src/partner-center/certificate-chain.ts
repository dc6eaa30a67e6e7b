import { X509Certificate } from 'node:crypto';

/** From the signing certificate to the root, both counted. */
const longestChain = 5;

/** RSA keys that are shorter can be broken. */
const shortestKeyBits = 2048;

/**
 * Why a certificate is not believed: `notValidNow`: it or one above it; `unknownIssuer`: no way leads to a trusted root;
 * `wrongOrganisation`: it was issued by somebody else; `weakKey`: it is no RSA key, or a short one.
 */
export type ChainProblem = 'notValidNow' | 'unknownIssuer' | 'wrongOrganisation' | 'weakKey';

interface Trust {
  roots: readonly X509Certificate[];
  /** Which organisation (O) must have issued a signing certificate. */
  issuerOrganisation: string;
  /** Finds the certificate of an issuer that did not come along, where the certificate says that it is. Undefined: not found. */
  findIssuer(address: string): Promise<X509Certificate | undefined>;
}

/**
 * The way from a signing certificate to a trusted root, the signing one first: every one was issued by the next, may issue, and is
 * valid now (milliseconds since the epoch). `others`: what came along with it. Whether one was revoked is not asked.
 */
export async function chainOf(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  trust: Trust,
  now: number,
): Promise<{ ok: true; chain: X509Certificate[] } | { ok: false; problem: ChainProblem }> {
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  if (asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < shortestKeyBits) {
    return { ok: false, problem: 'weakKey' };
  }
  if (!organisationsIn(leaf.issuer).includes(trust.issuerOrganisation)) {
    return { ok: false, problem: 'wrongOrganisation' };
  }
  const chain = [leaf];
  let lowest: X509Certificate = leaf;
  while (chain.length < longestChain) {
    const current = lowest;
    const root = trust.roots.find((one) => isIssuedBy(current, one));
    if (root !== undefined) {
      chain.push(root);
      return isValidAt(chain, now) ? { ok: true, chain } : { ok: false, problem: 'notValidNow' };
    }
    const next = others.find((one) => isIssuedBy(current, one)) ?? (await issuerOf(current, trust));
    if (next === undefined || chain.some((one) => one.fingerprint256 === next.fingerprint256)) break;
    chain.push(next);
    lowest = next;
  }
  return { ok: false, problem: 'unknownIssuer' };
}

/** Whether all of them are valid at an instant, in milliseconds since the epoch. */
export function isValidAt(chain: readonly X509Certificate[], now: number): boolean {
  return chain.every(
    ({ validFromDate, validToDate }) => validFromDate.getTime() <= now && now <= validToDate.getTime(),
  );
}

/** The certificates in a file: DER of one, or PEM of any number. Empty when it is neither. */
export function certificatesIn(file: Buffer): X509Certificate[] {
  const text = file.toString('latin1');
  const pems = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  try {
    return (pems ?? [file]).map((one) => new X509Certificate(one));
  } catch {
    return [];
  }
}

async function issuerOf(certificate: X509Certificate, { findIssuer }: Trust): Promise<X509Certificate | undefined> {
  const addresses = [...(certificate.infoAccess ?? '').matchAll(/^CA Issuers - URI:(\S+)$/gm)].map(([, uri]) => uri);
  for (const address of addresses) {
    const found = address === undefined ? undefined : await findIssuer(address);
    if (found !== undefined && isIssuedBy(certificate, found)) return found;
  }
  return undefined;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  // `checkIssued` compares names and what the issuer's key may be used for; only `verify` looks at the signature.
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** The O of a name as Node writes it, one attribute a line. */
function organisationsIn(name: string): string[] {
  return name
    .split('\n')
    .filter((line) => line.startsWith('O='))
    .map((line) => line.slice(2));
}
