import { createReadStream } from 'node:fs';

/** A line of a text file, counted from 1, or why it cannot be read. */
export type Line = { line: number; text: string } | { line: number; problem: string };

/** In characters. A longer line is none of ours, and is not kept in memory. */
export const longestLine = 65_536;

const blockBytes = 262_144;

/**
 * The lines of a text file, block by block, in constant memory. UTF-8, UTF-16 where it begins with a byte order mark, or the named
 * encoding (WHATWG, `windows-1252`). Lines may end in LF or CR LF; empty lines are counted and left out.
 * `onRead`: told of each block how many bytes it was.
 * @throws what the file system says, and a RangeError for an encoding that is not known.
 */
export async function* linesOf(
  file: string,
  encoding?: string,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Line[]> {
  let line = 0;
  let begun = '';
  let isTooLong = false;

  function take(text: string): Line[] {
    line += 1;
    if (isTooLong || text.length > longestLine) {
      isTooLong = false;
      return [{ line, problem: `is longer than ${longestLine} characters` }];
    }
    const content = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (content.trim() === '') return [];
    // What a decoder puts in place of bytes that it cannot read.
    if (content.includes('\ufffd')) {
      return [{ line, problem: 'has bytes that are not UTF-8: save the file as UTF-8, or name its encoding' }];
    }
    return [{ line, text: content }];
  }

  for await (const text of decoded(file, encoding, onRead)) {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    const block = lines.flatMap(take);
    if (begun.length > longestLine) {
      isTooLong = true;
      begun = '';
    }
    if (block.length > 0) yield block;
  }
  if (begun !== '' || isTooLong) yield take(begun);
}

async function* decoded(
  file: string,
  encoding: string | undefined,
  onRead: (bytes: number) => void,
): AsyncGenerator<string> {
  let decoder = encoding === undefined ? undefined : new TextDecoder(encoding);
  for await (const bytes of createReadStream(file, { highWaterMark: blockBytes }) as AsyncIterable<Buffer>) {
    decoder ??= new TextDecoder(encodingOf(bytes));
    yield decoder.decode(bytes, { stream: true });
    onRead(bytes.length);
  }
  if (decoder !== undefined) yield decoder.decode();
}

/** As the byte order mark says, which the decoder leaves out. */
function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
