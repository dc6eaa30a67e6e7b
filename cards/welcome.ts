import type { Reader } from '../src/notices/messenger.ts';
import { plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';
import type { CardAction } from './verbs.ts';

/** The kind of conversation. */
export type Scope = 'personal' | 'groupChat' | 'channel';

/** Who the bot is, once it was added. Without an organisation the tenant is not set up: it says who must do what. */
export function welcomeCard({
  reader,
  scope,
  organisation,
}: {
  reader: Reader;
  scope: Scope;
  organisation?: string;
}): Rendered {
  const { language } = reader;
  const what =
    organisation === undefined
      ? say(language, 'welcome.unknownTenant')
      : say(language, 'welcome.what', { organisation: plain(organisation, 80) });
  const known = {
    ask: say(language, 'welcome.subscribe', { scope }),
    subscribe: { verb: 'subscription.start' } satisfies CardAction,
    help: { verb: 'help.show' } satisfies CardAction,
  };
  return render(
    'welcome',
    language,
    {
      what,
      known: organisation === undefined ? [] : [known],
      unknown: organisation === undefined ? [say(language, 'welcome.unknownTenantNext')] : [],
    },
    `${say(language, 'welcome.title')}. ${what}`,
  );
}

const commands = [
  'help',
  'new',
  'drafts',
  'inbound',
  'outbound',
  'mine',
  'favourites',
  'archive',
  'find',
  'summary',
  'subscribe',
  'unsubscribe',
  'language',
] as const;
const examples = { new: 'help.new.example', find: 'help.find.example', subscribe: 'help.subscribe.example' } as const;

/** What can be typed, in the reader's language. `admin`: with what admins can do. */
export function helpCard({ reader, scope, admin }: { reader: Reader; scope: Scope; admin: boolean }): Rendered {
  const { language } = reader;
  const lines = commands.map((command) => ({
    word: say(language, `help.${command}.word`),
    line:
      command === 'subscribe' ? say(language, 'help.subscribe.line', { scope }) : say(language, `help.${command}.line`),
    example: command in examples ? [say(language, examples[command as keyof typeof examples])] : [],
  }));
  const roles = {
    word: say(language, 'help.roles.word'),
    line: say(language, 'help.roles.line'),
    example: [say(language, 'help.roles.example')],
  };
  return render(
    'help',
    language,
    {
      mention: scope === 'personal' ? [] : [say(language, 'help.mention')],
      commands: admin ? [...lines, roles] : lines,
      create: { verb: 'dialog.open', dialog: 'deal.create' } satisfies CardAction,
    },
    `${say(language, 'help.title')}: ${lines.map(({ word }) => word).join(', ')}`,
  );
}

/** Which language the bot is to use. `confirmed`: the reader's language was just chosen. */
export function languageCard({ reader, confirmed = false }: { reader: Reader; confirmed?: boolean }): Rendered {
  const title = say(reader.language, confirmed ? 'language.confirmed' : 'language.title');
  return render(
    'language',
    reader.language,
    {
      title,
      en: { verb: 'language.set', language: 'en' } satisfies CardAction,
      de: { verb: 'language.set', language: 'de' } satisfies CardAction,
    },
    title,
  );
}
