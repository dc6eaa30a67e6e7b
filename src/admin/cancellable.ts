/**
 * Does what Ctrl-C may cancel: until it is done, the signal is aborted by it, and nothing else happens. npm hands on what the terminal
 * sends, too, so that one Ctrl-C comes twice.
 */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const cancel = () => controller.abort();
  process.on('SIGINT', cancel);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', cancel);
  }
}
