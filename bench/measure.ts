/** A line of the table. */
export interface Row {
  what: string;
  /** `1,234 /s`. */
  measured: string;
  /** What else is to be known: percentiles, counts. */
  more?: string;
  /** Against what it is held: the floor, the small one, or an absolute number. */
  target?: { name: string; value: number; atLeast?: number; atMost?: number; unit?: string };
}

/** What a part of the benchmark found. `wrong`: answers that were not what they should be, in words. */
export interface Findings {
  rows: Row[];
  wrong: string[];
}

/** @throws {RangeError} there are no values */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that a share of all values does not exceed. @throws {RangeError} there are no values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (found === undefined) throw new RangeError('nothing was measured');
  return found;
}

/** The heap that is really used: what is garbage is collected before. */
export function usedMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

function isMet({ value, atLeast, atMost }: NonNullable<Row['target']>): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

/** `1,234` or `0.123`: three digits are all that a benchmark knows. */
export function number(value: number): string {
  return new Intl.NumberFormat(
    'en',
    value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  ).format(value);
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, measured, more = '', target }) => {
    if (target === undefined) return [what, measured, more, '', '', ''];
    const { name, value, atLeast, atMost, unit = '' } = target;
    const wanted = atLeast === undefined ? `at most ${atMost}${unit}` : `at least ${atLeast}${unit}`;
    return [what, measured, more, `${name} ${number(value)}${unit}`, wanted, isMet(target) ? 'met' : 'MISSED'];
  });
  const all = [['', 'measured', '', 'ratio', 'wanted', ''], ...lines];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
