import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

/*
 * Text that only this service can read again: AES-256-GCM, with a new random nonce each time. `context` is bound to it, so that what was
 * sealed for one organisation cannot be put into another's document.
 */

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/** The key in configuration: 32 bytes in base64. Undefined when it is something else. */
export function sealingKey(base64: string): KeyObject | undefined {
  const bytes = Buffer.from(base64.trim(), 'base64');
  return bytes.length === 32 && bytes.toString('base64') === base64.trim() ? createSecretKey(bytes) : undefined;
}

export function sealed(key: KeyObject, text: string, context: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64url')}`;
}

/** The text, or undefined when it was sealed by another key or for something else, or was changed. */
export function unsealed(key: KeyObject, text: string, context: string): string | undefined {
  const [prefix, encoded = ''] = text.split('.');
  const bytes = Buffer.from(encoded, 'base64url');
  if (prefix !== version || bytes.length < nonceBytes + tagBytes) return undefined;
  const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
      .setAAD(Buffer.from(context))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
