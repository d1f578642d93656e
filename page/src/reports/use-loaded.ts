import { useCallback, useEffect, useState } from 'react';

/** What is loaded, with what was asked for. */
type Loaded<VALUE> = { readonly value: VALUE } | { readonly error: Error };

/**
 * Loads something when it is first shown, and when `load` or the number of tries changes. Until the next is there, the
 * one before is kept.
 */
export function useLoaded<VALUE>(load: () => Promise<VALUE>): {
  readonly loaded: Loaded<VALUE> | undefined;
  readonly reload: () => void;
} {
  const [loaded, setLoaded] = useState<Loaded<VALUE>>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isGone = false;
    load().then(
      (value) => {
        if (!isGone) setLoaded({ value });
      },
      (error: unknown) => {
        if (!isGone) setLoaded({ error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
    return () => {
      isGone = true;
    };
  }, [load, tries]);
  return { loaded, reload: useCallback(() => setTries((count) => count + 1), []) };
}
