import { useEffect, useRef, useState } from 'react';

const REST_MS = 250;

/** Text that is typed here and handed on when the typing rests; what comes from elsewhere replaces it. */
export function useTyped(value: string, commit: (value: string) => void): readonly [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const committed = useRef(value);
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => {
    if (value === committed.current) return;
    committed.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === committed.current) return;
    const timer = setTimeout(() => {
      committed.current = text;
      latest.current(text);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}
