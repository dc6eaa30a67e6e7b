import { createHash } from 'node:crypto';
import { canonical } from './same.ts';

/**
 * To know a repetition: the same content gives the same text, in whatever order its fields came. A field that is undefined counts as
 * absent.
 */
export function contentHash(content: object): string {
  return createHash('sha256').update(canonical(content)).digest('base64url');
}

/**
 * The hash of an opportunity with how it stands where it comes from. When it was closed is no content (L6), and a change of anything
 * that a deal does not keep, as of an eTag, is no change.
 */
export function opportunityHash(parts: {
  opportunity: object;
  direction: string;
  standing: { status: string };
}): string {
  return contentHash({
    opportunity: parts.opportunity,
    direction: parts.direction,
    status: parts.standing.status,
  });
}
