import type { Deal } from '../../src/deals/deal.ts';
import type { Settings } from '../../src/organisations/organisation.ts';
import type { PersonActor } from '../../src/rules/actor.ts';
import { dealCreate } from './deal-create.ts';
import { dealEdit } from './deal-edit.ts';
import { dealLost } from './deal-lost.ts';
import { dealMicrosoft } from './deal-microsoft.ts';
import { dealNote } from './deal-note.ts';
import { dealPartner } from './deal-partner.ts';
import { dealRegister } from './deal-register.ts';
import { dealSolutions } from './deal-solutions.ts';
import { dealTeam } from './deal-team.ts';
import { dealWon } from './deal-won.ts';
import type { DealDialog, Dialog } from './dialog.ts';

/** What can be done to a deal, in the order in which a card offers it. */
// biome-ignore lint/suspicious/noExplicitAny: each dialog knows its own data, the list none
const ofDeals: readonly DealDialog<any>[] = [
  dealEdit,
  dealTeam,
  dealSolutions,
  dealNote,
  dealMicrosoft,
  dealPartner,
  dealWon,
  dealLost,
  dealRegister,
];

/** Every dialog, by its id. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export const dialogs: ReadonlyMap<string, Dialog<any>> = new Map(
  [...ofDeals, dealCreate].map((dialog) => [dialog.id, dialog]),
);

/** The ids of the dialogs that this person may open on this deal now, by the rules, in the order in which a card offers them. */
export function dialogsFor(deal: Deal, actor: PersonActor, settings: Settings): string[] {
  return ofDeals.filter((dialog) => dialog.whyNot(deal, actor, settings) === undefined).map(({ id }) => id);
}
