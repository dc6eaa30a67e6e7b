import type { Language } from './organisation.ts';

/** The language of a reader: chosen by command, else as their Teams client says (`de-AT`), else the organisation's. */
export function languageOf(chosen: Language | undefined, locale: string | undefined, fallback: Language): Language {
  if (chosen !== undefined) return chosen;
  if (locale === undefined) return fallback;
  return locale.toLowerCase().startsWith('de') ? 'de' : locale.toLowerCase().startsWith('en') ? 'en' : fallback;
}
