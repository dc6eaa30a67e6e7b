// cli-progress ships no types: these are the parts that progress.ts uses.
declare module 'cli-progress' {
  interface Options {
    format: string;
    stream: NodeJS.WritableStream;
    barsize: number;
    barCompleteChar: string;
    barIncompleteChar: string;
    hideCursor: boolean;
    clearOnComplete: boolean;
  }

  export class SingleBar {
    constructor(options: Partial<Options>);
    /** Between start and stop. */
    readonly isActive: boolean;
    start(total: number, value: number, payload: Record<string, string>): void;
    update(value: number, payload: Record<string, string>): void;
    stop(): void;
  }
}
