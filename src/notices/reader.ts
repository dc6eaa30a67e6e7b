import { languageOf, localeIn } from '../organisations/language.ts';
import type { Language, Person, Settings } from '../organisations/organisation.ts';
import type { Reader } from './messenger.ts';

/** One person as a reader: what they chose, else as their Teams client says, else as their organisation has it. */
export function readerOf(
  person: Pick<Person, 'language' | 'locale' | 'timeZone'>,
  settings: Pick<Settings, 'defaultLanguage' | 'timeZone'>,
): Reader {
  const language = languageOf(person.language, person.locale, settings.defaultLanguage);
  const timeZone = person.timeZone ?? settings.timeZone;
  return readerIn(language, timeZone, person.locale);
}

/** In another language than their client's a person reads as everybody does in that language. */
export function readerIn(language: Language, timeZone: string, personLocale: string | undefined): Reader {
  const locale = localeIn(language, personLocale);
  return { language, timeZone, ...(locale === undefined ? {} : { locale }) };
}
