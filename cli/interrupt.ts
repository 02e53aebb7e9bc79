/** Ctrl-C once (or SIGTERM) aborts the signal; a second time ends the program at once with exit code 130. */
export function onInterrupt(onFirst: () => void): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const handler = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    onFirst();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, handler);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of signals) process.off(name, handler);
    },
  };
}
