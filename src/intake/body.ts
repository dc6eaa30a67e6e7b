import { finished, type Readable } from 'node:stream';

/** What one request may bring. */
export const bodyBytes = 256 * 1024;

/**
 * The bytes of a request's body, or `tooLarge` as soon as there are more than `limit`: the rest is read and forgotten, so that the
 * client can still get its answer. Rejects when the client goes away, or went away before. restify's own reader lets a damaged gzip
 * body end the process.
 */
export function readBody(request: Readable, limit: number): Promise<Buffer | 'tooLarge'> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve('tooLarge');
      }
    });
    finished(request, (error) => (error ? reject(error) : resolve(Buffer.concat(chunks))));
  });
}

/** The value that JSON bytes stand for, or undefined when they are no JSON in UTF-8. */
export function parseJson(bytes: Buffer): { value: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // Half a surrogate pair can be escaped in JSON, but no database or message can hold it.
    const value: unknown = /\\u[dD][89a-fA-F]/.test(text) ? JSON.parse(text, wellFormed) : JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
