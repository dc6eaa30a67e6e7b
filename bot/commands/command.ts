import type { Language } from '../../src/organisations/organisation.ts';
import type { Answer, Turn } from '../turn.ts';

/** What people type: one file a command. */
export interface Command {
  /** The words that call it. Every language's words work for every reader: Teams sends the menu's word in the client's language. */
  words: Record<Language, readonly string[]>;
  /** `rest`: what was typed after the word, trimmed. */
  run(turn: Turn, rest: string): Promise<Answer>;
}
