import { createHash } from 'node:crypto';

/**
 * Of what is kept of an incoming opportunity, to know a repetition: the same content gives the same text, in whatever order its
 * fields came. A field that is undefined counts as absent.
 */
export function contentHash(content: object): string {
  return createHash('sha256').update(JSON.stringify(content, inOrder)).digest('base64url');
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
