import { z } from 'zod';
import { Language } from '../../src/organisations/organisation.ts';
import { setLanguage } from '../speaking.ts';
import { type Action, parsed } from './action.ts';

/** The buttons of the language card. */
export const languageSet: Action = {
  verb: 'language.set',
  async press(turn, press) {
    const form = parsed(z.object({ language: Language }), press, turn);
    return 'answer' in form ? form.answer : setLanguage(turn, form.data.language);
  },
};
