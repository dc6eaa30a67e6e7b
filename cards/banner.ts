import { plain } from './plain.ts';

/** A coloured line on top of a card: what just happened, or what stands in the way. */
export interface Banner {
  tone: Tone;
  /** In the reader's language, as `text` and `refusalText` make it; shown as it is, whatever it holds. */
  text: string;
}

export type Tone = 'good' | 'warning' | 'attention' | 'neutral';

/** A banner as `parts/banners.json` wants it. */
export interface BannerData {
  style: string;
  lines: { text: string; weight: 'default' | 'bolder'; color: string }[];
}

/** The style of the container. */
export function styleOf(tone: Tone): string {
  return tone === 'neutral' ? 'emphasis' : tone;
}

/** One coloured block: a heading and a text below it, or the text alone. Letters keep their own colour: they are read on the band's. */
export function bannerData(tone: Tone, text: string | undefined, title?: string): BannerData {
  const color = 'default';
  const lines: BannerData['lines'] = [];
  if (title !== undefined) lines.push({ text: title, weight: 'bolder', color });
  if (text !== undefined) lines.push({ text, weight: 'default', color });
  return { style: styleOf(tone), lines };
}

/** The given banners, those that are there. */
export function banners(...given: (Banner | undefined)[]): BannerData[] {
  return given.flatMap((banner) => (banner === undefined ? [] : [bannerData(banner.tone, plain(banner.text, 500))]));
}
