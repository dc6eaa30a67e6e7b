import type { Reader } from '../src/notices/messenger.ts';
import { styleOf, type Tone } from './banner.ts';
import { paragraphs, plain } from './plain.ts';
import { type Rendered, render } from './template.ts';

/** A refusal or a short answer. The text may hold names from outside. */
export function messageCard({
  reader,
  text,
  tone = 'neutral',
  title,
}: {
  reader: Reader;
  text: string;
  tone?: Tone;
  title?: string;
}): Rendered {
  const lines = paragraphs(text, 2000);
  // Letters keep their own colour: they are read on the band's.
  const heading = title === undefined ? [] : [{ text: plain(title, 120), weight: 'bolder', color: 'default' }];
  const body = lines.map((line) => ({ text: line, weight: 'default', color: 'default' }));
  const block = { style: styleOf(tone), lines: [...heading, ...body] };
  return render('message', reader.language, { banners: [block] }, lines.join(' '));
}
