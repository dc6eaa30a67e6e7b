// yazl ships no types: these are the parts that package.ts uses.
declare module 'yazl' {
  export class ZipFile {
    readonly outputStream: NodeJS.ReadableStream;
    addBuffer(
      content: Buffer,
      path: string,
      options?: { mtime?: Date; mode?: number; compress?: boolean; forceDosTimestamp?: boolean },
    ): void;
    end(): void;
  }
}
