import { useEffect, useRef, useState } from 'react';

/** Between two texts that are handed on while one types. */
const APART_MS = 100;

/**
 * Text that is typed here and handed on: the first sign at once, what follows it quickly together. What comes from elsewhere
 * replaces it.
 */
export function useTyped(value: string, commit: (value: string) => void): readonly [string, (text: string) => void] {
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
    const handOn = () => {
      committed.current = text;
      lastMs.current = performance.now();
      latest.current(text);
    };
    const waitMs = lastMs.current + APART_MS - performance.now();
    if (waitMs <= 0) return handOn();
    const timer = setTimeout(handOn, waitMs);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}
