/** What an engine program wrote before it ended, fit to be shown: limited, and without anything that looks like a secret. */
import { redactor } from '../log.ts';

const MAX_LINES = 40;
const MAX_CHARACTERS = 4000;

/** `http://me:secret@proxy`, and tokens of the model hub. */
const IN_ADDRESS = /(\w+:\/\/)[^\s/@]+@/g;
const HUB_TOKEN = /\bhf_[A-Za-z0-9]{8,}/g;
/** Colours and cursor movements. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROL = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

const redact = redactor([]);

/** @param lines of its output, oldest first. Keeps the newest; an empty text = no output. */
export function lastWordsOf(lines: readonly string[]): string {
  const clean = lines
    .map((line) => redact(line.replace(CONTROL, '').replace(IN_ADDRESS, '$1[redacted]@').replace(HUB_TOKEN, '[redacted]')))
    .filter((line) => line.trim() !== '');
  const text = clean.slice(-MAX_LINES).join('\n');
  return text.length <= MAX_CHARACTERS ? text : `…${text.slice(1 - MAX_CHARACTERS)}`;
}

/** The last line of a Python traceback says what went wrong; indented notes may follow. */
export function reasonFrom(lastWords: string): string {
  const lines = lastWords.split('\n');
  const named = lines.findLast((line) => /^(?:[\w.]+(?:Error|Exception|Interrupt|Exit|Warning)\b|Error:)/.test(line));
  return (named ?? lines.at(-1) ?? '').trim().slice(0, 300);
}
