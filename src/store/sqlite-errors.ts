import { StoreUnavailable } from './port.ts';

/** Anything that SQLite says, but not SQLITE_CONSTRAINT (19 in the low byte), which undoes its own statement only; or a closed file. */
export function isOutage(error: unknown): boolean {
  const { code, errcode = 0 } = error as { code?: string; errcode?: number };
  return (code === 'ERR_SQLITE_ERROR' && (errcode & 0xff) !== 19) || code === 'ERR_INVALID_STATE';
}

export function unavailable(error: unknown): StoreUnavailable {
  return new StoreUnavailable(`The database does not answer: ${errorText(error)}`, { cause: error });
}

export function errorText(error: unknown): string {
  return Error.isError(error) ? error.message : String(error);
}
