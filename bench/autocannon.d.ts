/** The part of autocannon that the benchmark uses; it comes without types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  interface BuiltRequest {
    body?: string;
  }

  interface Options {
    url: string;
    method: 'POST';
    headers: Record<string, string>;
    connections: number;
    /** Requests altogether. */
    amount: number;
    /** Milliseconds between two looks at whether all is done. */
    sampleInt: number;
    requests: {
      setupRequest(request: BuiltRequest): BuiltRequest;
      onResponse(status: number, body: string): void;
    }[];
  }

  interface Result {
    /** Connections that broke, and requests without an answer in time. */
    errors: number;
  }

  /** `response` has the client, the status, the bytes and the milliseconds. */
  export default function autocannon(options: Options): Promise<Result> & EventEmitter;
}
