/** Numbers of the quality of service: 0–1, with two decimals. */
function PartNumber({ value }: { readonly value: number }) {
  return (
    <data value={value} title={String(value)} className="tabular-nums">
      {value.toFixed(2)}
    </data>
  );
}

/** Before and after; an unchanged number is shown once. */
export function PartChange({ before, after }: { readonly before: number; readonly after: number }) {
  if (before.toFixed(2) === after.toFixed(2)) return <PartNumber value={after} />;
  return (
    <span className="whitespace-nowrap">
      <PartNumber value={before} /> → <strong className="font-medium">{<PartNumber value={after} />}</strong>
    </span>
  );
}
