import { dayMilliseconds, instant } from '../clock.ts';
import { type Deal, dealType, type Registration, solutionsOf } from '../deals/deal.ts';
import { Day, type Solution } from '../deals/opportunity.ts';
import { isSame } from '../deals/same.ts';
import { doerOf, type PersonActor } from './actor.ts';
import { plannedUpdates } from './notices.ts';
import { type Outcome, refused, unchanged } from './outcome.ts';
import { mayChange } from './permissions.ts';
import { type Refusal, refusal } from './refusal.ts';
import { checkContact, checkMoney, type TypedContact } from './values.ts';

/** G3: a deal should be at least this old when it is won. */
const youngestMilliseconds = 3 * dayMilliseconds;

/** G2 as it is typed. `endsOn` empty and `perpetual` true: no end. */
export interface Register {
  kind: 'register';
  contractType: string;
  contractAmount: string;
  currency: string;
  /** The id or, where it has none, the name of an eligible solution of the deal. */
  solution: string;
  solutionAmount: string;
  deployedOn: string;
  tenant: string;
  signedOn: string;
  startsOn: string;
  endsOn: string;
  perpetual: boolean;
  contact: TypedContact;
}

/** G1: the solutions of a deal that can be registered. */
export function eligibleSolutions(deal: Deal): Solution[] {
  return solutionsOf(deal).filter(({ eligible }) => eligible === true);
}

/** G1, G4, V1: why this deal cannot be registered now, if it cannot. */
export function whyNotRegistrable(deal: Deal, actor: PersonActor): Refusal | undefined {
  const forbidden = mayChange(actor, deal);
  if (forbidden !== undefined) return forbidden;
  if (deal.status !== 'won') return refusal('notWon', 'G1');
  if (dealType(deal.parties) === 'private') return refusal('privateDeal', 'G1');
  if (eligibleSolutions(deal).length === 0) return refusal('notEligible', 'G1');
  if (deal.registration !== undefined && deal.registration.status !== 'actionRequired') {
    return refusal('alreadyRegistered', 'G4');
  }
  return undefined;
}

/**
 * G3: whether the deal was won so soon after it began that the registration may be rejected; of one that is not won yet, whether it
 * would be if it were won now. `now`: milliseconds since the epoch.
 */
export function isYoung({ history, outcome }: Deal, now: number): boolean {
  const began = history[0]?.at;
  const won = outcome === undefined ? now : Date.parse(outcome.at);
  return began !== undefined && won - Date.parse(began) < youngestMilliseconds;
}

/** G1: whether its seller is to be asked to register this deal. */
export function asksForRegistration(deal: Deal): boolean {
  return deal.status === 'won' && isRegistrable(deal) && deal.registration === undefined;
}

/** G1: whether a won deal like this one can be registered. */
export function isRegistrable(deal: Deal): boolean {
  return dealType(deal.parties) !== 'private' && eligibleSolutions(deal).length > 0;
}

/**
 * G1 to G4: hands the registration in. It follows Won and is no change of the deal (L6). The same one again by the same person changes
 * nothing.
 */
export function register(deal: Deal, command: Register, actor: PersonActor, now: number): Outcome {
  const solution = chosenSolution(deal, command);
  const [first, ...others] = checkRegistration(deal, command);
  const forbidden = whyNotRegistrable(deal, actor);
  if (forbidden !== undefined) {
    const isAgain = first === undefined && solution !== undefined && forbidden.code === 'alreadyRegistered';
    return isAgain && isSame({ ...deal.registration, at: instant(now) }, registrationOf(command, solution, actor, now))
      ? unchanged(deal)
      : refused(forbidden);
  }
  if (first !== undefined || solution === undefined) {
    return refused(first ?? refusal('choiceMissing', 'G2', 'solution'), ...others);
  }
  const after = { ...deal, registration: registrationOf(command, solution, actor, now) };
  return {
    ok: true,
    deal: after,
    notices: plannedUpdates(after, now),
    changed: true,
  };
}

function chosenSolution(deal: Deal, { solution }: Register): Solution | undefined {
  return eligibleSolutions(deal).find((one) => solutionKey(one) === solution);
}

/** How a form names one of a deal's solutions. */
export function solutionKey({ id, name }: Solution): string {
  return id ?? name;
}

function registrationOf(command: Register, solution: Solution, actor: PersonActor, now: number): Registration {
  const currency = command.currency.trim();
  return {
    status: 'submitted',
    contractType: command.contractType === 'renewal' ? 'renewal' : 'new',
    contractValue: { amount: command.contractAmount.trim(), currency },
    solution,
    solutionValue: { amount: command.solutionAmount.trim(), currency },
    deployedOn: command.deployedOn === 'other' ? 'other' : 'azure',
    tenant: command.tenant === 'partner' ? 'partner' : 'customer',
    signedOn: command.signedOn.trim(),
    startsOn: command.startsOn.trim(),
    endsOn: command.perpetual ? undefined : command.endsOn.trim(),
    contact: {
      name: command.contact.name.trim(),
      phone: command.contact.phone.trim(),
      email: command.contact.email.trim(),
    },
    by: doerOf(actor),
    at: instant(now),
  };
}

/** G2: everything that is wrong with a registration, each at its field. */
export function checkRegistration(deal: Deal, command: Register): Refusal[] {
  const solution = chosenSolution(deal, command);
  const refusals: Refusal[] = [];
  const choice = (value: string, known: readonly string[], field: 'contractType' | 'deployedOn' | 'tenant') => {
    if (!known.includes(value)) refusals.push(refusal('choiceMissing', 'G2', field));
  };
  choice(command.contractType, ['new', 'renewal'], 'contractType');
  refusals.push(...checkMoney(command.contractAmount, command.currency, 'contractAmount'));
  if (solution === undefined) refusals.push(refusal('choiceMissing', 'G2', 'solution'));
  const [wrongAmount] = checkMoney(command.solutionAmount, command.currency, 'solutionAmount');
  if (wrongAmount?.field === 'solutionAmount') refusals.push(wrongAmount);
  choice(command.deployedOn, ['azure', 'other'], 'deployedOn');
  choice(command.tenant, ['customer', 'partner'], 'tenant');
  const isDay = (text: string) => Day.safeParse(text.trim()).success;
  // A day that is wrong itself is not held against the next one.
  const isBefore = (day: string, other: string) => isDay(other) && day.trim() < other.trim();
  const { signedOn, startsOn, endsOn, perpetual } = command;
  if (!isDay(signedOn)) refusals.push(refusal('signedMissing', 'G2', 'signedOn'));
  if (!isDay(startsOn) || isBefore(startsOn, signedOn)) refusals.push(refusal('startsBeforeSigned', 'G2', 'startsOn'));
  const isAfterStart = isDay(endsOn) && !isBefore(endsOn, startsOn) && endsOn.trim() !== startsOn.trim();
  if (!perpetual && !isAfterStart) refusals.push(refusal('endsBeforeStart', 'G2', 'endsOn'));
  // A registration has its fields by G2, whatever the same fields are elsewhere; valid is what is valid everywhere (E3).
  return [...refusals, ...checkContact(command.contact)].map((one) =>
    one.rule === 'E3' ? one : { ...one, rule: 'G2' },
  );
}
