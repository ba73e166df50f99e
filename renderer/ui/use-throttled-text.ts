import { useEffect, useRef, useState } from 'react';

/** The minimum time between two values that are passed on while typing. */
const COMMIT_EVERY_MS = 100;

/**
 * Text that is typed here and passed on: the first character at once, fast typing after it in batches. A value from
 * elsewhere replaces it.
 */
export function useThrottledText(value: string, commit: (value: string) => void): readonly [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const committed = useRef(value);
  const lastMs = useRef(Number.NEGATIVE_INFINITY);
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => {
    if (value === committed.current) return;
    committed.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === committed.current) return;
    const commitText = () => {
      committed.current = text;
      lastMs.current = performance.now();
      latest.current(text);
    };
    const waitMs = lastMs.current + COMMIT_EVERY_MS - performance.now();
    if (waitMs <= 0) return commitText();
    const timer = setTimeout(commitText, waitMs);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}

/** The value once it has not changed for a while. */
export function useDebounced<Value>(value: Value, delayMs = 300): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
