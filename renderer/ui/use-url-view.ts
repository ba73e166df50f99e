import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';

export interface UrlViewCodec<View> {
  read(params: URLSearchParams): View;
  /** Keeps parameters that it does not own. */
  write(view: View, others: URLSearchParams): URLSearchParams;
}

/**
 * A screen's filter, stored in the URL. A change is visible at once, and the URL follows in a transition, because a
 * control that waited for it would jump back for a moment. The codec must not change between renders.
 */
export function useUrlView<View>(codec: UrlViewCodec<View>): readonly [View, (view: View) => void] {
  const [params, setParams] = useSearchParams();
  const [chosen, setChosen] = useState<View | null>(null);
  const text = codec.write(codec.read(params), new URLSearchParams()).toString();
  const inUrl = useMemo(() => codec.read(new URLSearchParams(text)), [codec, text]);
  const before = useRef(text);
  useEffect(() => {
    if (before.current === text) return;
    before.current = text;
    setChosen(null);
  }, [text]);
  // A stable function, so that controls are not re-rendered with every change of the address.
  const latest = useRef(setParams);
  latest.current = setParams;
  const change = useCallback(
    (view: View) => {
      setChosen(view);
      latest.current((was) => codec.write(view, was), { replace: true });
    },
    [codec],
  );
  return [chosen ?? inUrl, change];
}
