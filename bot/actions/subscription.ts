import { z } from 'zod';
import { filtersFormCard } from '../../cards/index.ts';
import type { FilterInputs } from '../../cards/verbs.ts';
import { maySee } from '../../src/rules/permissions.ts';
import { readFilters } from '../filters.ts';
import { held, squeezed } from '../held.ts';
import { subscribe, subscriptionAnswer, unsubscribe } from '../subscribing.ts';
import { type Action, forbidden, Input, parsed } from './action.ts';

/** The button of the welcome card: subscribes the conversation. */
export const subscriptionStart: Action = { verb: 'subscription.start', press: (turn) => subscribe(turn) };

/** What is subscribed here; from the form of the filters it is Cancel. */
export const subscriptionShow: Action = { verb: 'subscription.show', press: subscriptionAnswer };

/** Ends the conversation's subscription. */
export const subscriptionEnd: Action = { verb: 'subscription.end', press: (turn) => unsubscribe(turn) };

/** Turns the card into the form of the filters, with the present ones filled in. */
export const subscriptionFilter: Action = {
  verb: 'subscription.filter',
  async press(turn) {
    const { orgId } = turn.organisation;
    const refused = maySee(turn.actor, orgId);
    if (refused !== undefined) return forbidden(turn, refused);
    const filters = (await turn.house.subscriptions.get(orgId, turn.address.conversationId))?.filters;
    const values: FilterInputs = {
      type: filters?.type ?? '',
      countries: filters?.countries?.join(', ') ?? '',
      amount: filters?.minimumValue?.amount ?? '',
      currency: filters?.minimumValue?.currency ?? '',
      solution: filters?.solution ?? '',
    };
    return { card: filtersFormCard({ reader: turn.reader, values, errors: [] }) };
  },
};

const Data = z.object({ type: Input, countries: Input, amount: Input, currency: Input, solution: Input });

/** Subscribes with the filters of the form. An error stands at its field and what was typed stays. */
export const subscriptionFilterSend: Action = {
  verb: 'subscription.filter.send',
  async press(turn, press) {
    const form = parsed(Data, press, turn);
    if ('answer' in form) return form.answer;
    // What had to be cut is too long for its field, too.
    const { values } = held(squeezed(form.data));
    const read = readFilters(values);
    return 'filters' in read
      ? subscribe(turn, { filters: read.filters })
      : { card: filtersFormCard({ reader: turn.reader, values, errors: read.errors }) };
  },
};
