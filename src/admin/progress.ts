import { SingleBar } from 'cli-progress';

/** Where progress is drawn. */
export type Terminal = NodeJS.WritableStream & { isTTY?: boolean };

interface Progress {
  /** `done` of `of`: whatever the bar measures. `counted`: what `linesEvery` counts. */
  show(progress: { done: number; of: number; counted: number; text: string }): void;
  /** A line of the answer, which does not disturb the bar. */
  say(line: string): void;
  end(): void;
}

/** A bar on a terminal; elsewhere a line whenever `linesEvery` more have been counted. */
export function progressOf(terminal: Terminal, out: (line: string) => void, linesEvery: number): Progress {
  if (terminal.isTTY !== true) {
    let next = linesEvery;
    return {
      show({ counted, text }) {
        if (counted < next) return;
        next = counted + linesEvery;
        out(text);
      },
      say: out,
      end: () => undefined,
    };
  }
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {text}  {eta_formatted} left',
    stream: terminal,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
  });
  return {
    show({ done, of, text }) {
      if (!bar.isActive) bar.start(of, 0, { text });
      bar.update(done, { text });
    },
    say(line) {
      // The bar is drawn again below it.
      if (bar.isActive) terminal.write('\r\u001b[K');
      out(line);
    },
    end: () => bar.stop(),
  };
}

/** What stands in a file is not to steer the terminal. */
export function plainLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 1000);
}

export function inWords(number: number): string {
  return number.toLocaleString('en');
}

/** @param begin as `performance.now()` gave it. */
export function secondsSince(begin: number): string {
  return ((performance.now() - begin) / 1000).toFixed(1);
}
