import { Search } from 'lucide-react';
import { TextInput } from './field.tsx';
import { useThrottledText } from './use-throttled-text.ts';

export interface SearchFieldProps {
  readonly label: string;
  readonly hint: string;
  /** A Tailwind class. */
  readonly width: 'w-48' | 'w-56' | 'w-64';
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Shows typed text at once, and passes it on as {@link useThrottledText} does. */
export function SearchField({ label, hint, width, value, onChange }: SearchFieldProps) {
  const [text, setText] = useThrottledText(value, onChange);
  return (
    <div className={`relative ${width}`}>
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-faint" />
      <TextInput
        type="search"
        aria-label={label}
        placeholder={hint}
        className="pl-8"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}
