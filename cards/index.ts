/** What people see. Everything that is sent to Teams is made here; nothing here decides anything. */
export { type AcceptFormInput, acceptFormCard } from './accept-form.ts';
export type { Banner, Tone } from './banner.ts';
export { type DealCardInput, dealCard } from './deal-card.ts';
export {
  type DealFilterFault,
  type DealListInput,
  dealFilterInputs,
  dealListCard,
  dealListDoorCard,
  dealListPageSize,
} from './deal-list.ts';
export { dealRecordCard } from './deal-record.ts';
export { type DeclineFormInput, declineFormCard } from './decline-form.ts';
export { type DialogInput, dialogCard, type FormField, placesIn } from './dialog.ts';
export { draftCard } from './draft.ts';
export { type DraftLine, draftsCard } from './drafts.ts';
export { moment } from './format.ts';
export { inboundCard, inboundPageSize } from './inbound.ts';
export { messageCard } from './message.ts';
export {
  answerCard,
  closeReminderCard,
  expiredCard,
  microsoftSilentCard,
  partyAnsweredCard,
  reminderCard,
  teamMemberCard,
} from './notices.ts';
export { type NextDialog, type OpportunityInput, opportunityCard } from './opportunity.ts';
export { partnerCenterCard, takeOverWarning } from './partner-center.ts';
export { type RefusalAbout, refusalText } from './refusals.ts';
export { roleNames, rolesCard } from './roles.ts';
export {
  type FilterError,
  filtersFormCard,
  subscriptionCard,
} from './subscription.ts';
export { type SummaryInput, summaryCard } from './summary.ts';
export type { Rendered } from './template.ts';
export { type TextKey, text } from './texts.ts';
export type { AcceptInputs, FilterInputs } from './verbs.ts';
export { helpCard, languageCard, welcomeCard } from './welcome.ts';
