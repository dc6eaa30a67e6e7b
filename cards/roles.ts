import type { Reader } from '../src/notices/messenger.ts';
import type { Language, Role } from '../src/organisations/organisation.ts';
import { type Banner, banners } from './banner.ts';
import { listed } from './format.ts';
import { plain } from './plain.ts';
import { type Rendered, render } from './template.ts';
import { say } from './texts.ts';

/** `Referrals admin and Referrals user`, or that there is none (V1). */
export function roleNames(roles: readonly Role[], language: Language): string {
  if (roles.length === 0) return say(language, 'role.none');
  const names = roles.map((role) => say(language, `role.${role}`));
  return listed(names, language, 'and');
}

/** More people than this would make the card too long. */
const mostPeople = 30;

/** Who may do what, for admins. */
export function rolesCard({
  reader,
  people,
  banner,
}: {
  reader: Reader;
  people: readonly { name: string; email?: string | undefined; roles: readonly Role[] }[];
  banner?: Banner;
}): Rendered {
  const { language } = reader;
  return render(
    'roles',
    language,
    {
      banners: banners(banner),
      empty: people.length === 0 ? [say(language, 'roles.empty')] : [],
      people: people.slice(0, mostPeople).map(({ name, email, roles }) => ({
        name: plain(name, 80),
        email: email === undefined ? [] : [` · ${plain(email, 254)}`],
        roles: roleNames(roles, language),
      })),
      more: people.length > mostPeople ? [say(language, 'facts.more', { count: people.length - mostPeople })] : [],
    },
    say(language, 'roles.title'),
  );
}
