import { LRUCache } from 'lru-cache';
import type { Language } from './organisation.ts';

/** The language of a reader: chosen by command, else as their Teams client says (`de-AT`), else the organisation's. */
export function languageOf(chosen: Language | undefined, locale: string | undefined, fallback: Language): Language {
  if (chosen !== undefined) return chosen;
  if (locale === undefined) return fallback;
  return locale.toLowerCase().startsWith('de') ? 'de' : locale.toLowerCase().startsWith('en') ? 'en' : fallback;
}

/** What was said of a locale, for it costs more to ask `Intl` than to look it up. Only so many, because they come from outside. */
const asked = new LRUCache<string, { locale: string | undefined }>({ max: 500 });

/**
 * The locale by which dates, numbers and money are written, `de-CH`: language and region of what the Teams client says, where `Intl`
 * knows the two together and the language is that of the text. Scripts, calendars and numerals that it may ask for are left out.
 */
export function localeIn(language: Language, said: string | undefined): string | undefined {
  if (said === undefined) return undefined;
  const key = `${language} ${said}`;
  const known = asked.get(key) ?? { locale: knownLocale(language, said) };
  asked.set(key, known);
  return known.locale;
}

function knownLocale(language: Language, said: string): string | undefined {
  try {
    const wanted = new Intl.Locale(said);
    if (wanted.language !== language || wanted.region === undefined) return undefined;
    const locale = `${language}-${wanted.region}`;
    return new Intl.NumberFormat(locale).resolvedOptions().locale === locale ? locale : undefined;
  } catch {
    return undefined;
  }
}
