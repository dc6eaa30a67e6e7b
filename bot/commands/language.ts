import { languageCard } from '../../cards/index.ts';
import type { Language } from '../../src/organisations/organisation.ts';
import { setLanguage } from '../speaking.ts';
import type { Command } from './command.ts';

const names: Record<string, Language> = {
  en: 'en',
  english: 'en',
  englisch: 'en',
  de: 'de',
  german: 'de',
  deutsch: 'de',
};

/** `language de`; without a language it offers them. */
export const language: Command = {
  words: { en: ['language'], de: ['sprache'] },
  async run(turn, rest) {
    const chosen = names[rest.toLowerCase()];
    return chosen === undefined ? { card: languageCard({ reader: turn.reader }) } : setLanguage(turn, chosen);
  },
};
