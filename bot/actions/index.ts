import {
  dialogAct,
  dialogBack,
  dialogDiscard,
  dialogNext,
  dialogOpen,
  dialogResume,
  dialogSave,
} from '../dialogs/run.ts';
import type { Action } from './action.ts';
import { dealOpen } from './deal-open.ts';
import { dealRecord } from './deal-record.ts';
import { favouriteSet } from './favourite-set.ts';
import { helpShow } from './help-show.ts';
import { inboundPage } from './inbound-page.ts';
import { languageSet } from './language-set.ts';
import { opportunityAccept } from './opportunity-accept.ts';
import { opportunityAcceptSend } from './opportunity-accept-send.ts';
import { opportunityContact } from './opportunity-contact.ts';
import { opportunityDecline } from './opportunity-decline.ts';
import { opportunityDeclineSend } from './opportunity-decline-send.ts';
import { opportunityShow } from './opportunity-show.ts';
import { quietSet } from './quiet-set.ts';
import {
  subscriptionEnd,
  subscriptionFilter,
  subscriptionFilterSend,
  subscriptionShow,
  subscriptionStart,
} from './subscription.ts';
import { summaryShow } from './summary-show.ts';
import { syncAgain } from './sync-again.ts';
import { syncTakeOver } from './sync-take-over.ts';
import { viewFilter, viewPage } from './view-page.ts';

/** Every verb that a card of this version can send. */
export const actions: ReadonlyMap<string, Action> = new Map(
  [
    dealOpen,
    dealRecord,
    dialogAct,
    dialogBack,
    dialogDiscard,
    dialogNext,
    dialogOpen,
    dialogResume,
    dialogSave,
    favouriteSet,
    helpShow,
    inboundPage,
    languageSet,
    opportunityAccept,
    opportunityAcceptSend,
    opportunityContact,
    opportunityDecline,
    opportunityDeclineSend,
    opportunityShow,
    quietSet,
    subscriptionEnd,
    subscriptionFilter,
    subscriptionFilterSend,
    subscriptionShow,
    subscriptionStart,
    summaryShow,
    syncAgain,
    syncTakeOver,
    viewFilter,
    viewPage,
  ].map((action) => [action.verb, action]),
);
