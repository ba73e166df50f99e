/**
 * The text around and inside the XML of nvidia-smi, which writes process names unescaped: with `<`, `&`, raw bytes, and
 * warnings before or after. Everything here scans from left to right only once, because anyone can start a process with
 * any name, and the output is read every few seconds.
 */

const LOG = { open: '<nvidia_smi_log', close: '</nvidia_smi_log>' } as const;

export interface NvidiaText {
  /** From the log's first tag to its last one, or to the end if that is missing. */
  readonly log: string;
  /** What nvidia-smi wrote before and after it. */
  readonly around: string;
}

/** Null = it contains no log. */
export function locateLog(output: string): NvidiaText | null {
  const start = output.indexOf(LOG.open);
  if (start < 0) return null;
  const close = output.lastIndexOf(LOG.close);
  const end = close < start ? output.length : close + LOG.close.length;
  // The XML declaration and the document type are irrelevant.
  const before = linesOf(output.slice(0, start)).filter((line) => !/^<[?!]/.test(line));
  return { log: output.slice(start, end), around: [...before, ...linesOf(output.slice(end))].join('\n') };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Removes every `<tag>…</tag>`; one that is not closed before its card ends stays. */
export function withoutElement(text: string, tag: string): string {
  return replaceElements(text, { tag, within: '</gpu>' }, () => '');
}

/** The text between the first `<tag>` and the next `</tag>`; null = none. */
export function elementText(text: string, tag: string): string | null {
  const [open, close] = [`<${tag}>`, `</${tag}>`];
  const start = text.indexOf(open);
  const end = start < 0 ? -1 : text.indexOf(close, start);
  return end < 0 ? null : text.slice(start + open.length, end);
}

/** Escapes process names as XML text. A name that is already escaped stays as it is. */
export function withEscapedNames(text: string): string {
  return replaceElements(
    text,
    { tag: 'process_name', within: '</process_info>' },
    (name) => `<process_name>${escapeXml(name)}</process_name>`,
  );
}

/** An element that is not closed before its parent ends stays as it is. */
function replaceElements(
  text: string,
  { tag, within }: { readonly tag: string; readonly within: string },
  replace: (content: string) => string,
): string {
  const [open, close] = [`<${tag}>`, `</${tag}>`];
  const parts: string[] = [];
  let kept = 0;
  // Each position is searched again only once it has been passed.
  let [end, limit] = [0, 0];
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, start + 1)) {
    if (start >= end) end = placeOf(close, text, start);
    if (start >= limit) limit = placeOf(within, text, start);
    if (end === Number.POSITIVE_INFINITY) break;
    if (limit < end) continue;
    parts.push(text.slice(kept, start), replace(text.slice(start + open.length, end)));
    kept = end + close.length;
    start = end;
  }
  return parts.join('') + text.slice(kept);
}

function placeOf(what: string, text: string, from: number): number {
  const place = text.indexOf(what, from);
  return place < 0 ? Number.POSITIVE_INFINITY : place;
}

const STRAY_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/g;

export function withoutStrayAmpersands(text: string): string {
  return text.replace(STRAY_AMPERSAND, '&amp;');
}

function escapeXml(content: string): string {
  return withoutStrayAmpersands(content).replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML must not contain
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export function withoutControlCharacters(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

const TAG = /<(\/?)([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/y;
const COMMENT = { open: '<!--', close: '-->' } as const;

/** nvidia-smi nests five levels deep. */
const MAX_DEPTH = 64;

/**
 * Whether a parser may be given the text. A library's error handling is not made for thousands of errors, nor its stack
 * for thousands of open elements: either would take it minutes.
 */
export function isWellFormed(text: string): boolean {
  const open: string[] = [];
  let roots = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (text.startsWith(COMMENT.open, at)) {
      at = text.indexOf(COMMENT.close, at);
      if (at < 0) return false;
      continue;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(text);
    if (tag === null) return false;
    const [, closing, name = '', , empty] = tag;
    if (closing === '/') {
      if (open.pop() !== name) return false;
    } else {
      if (open.length === 0 && ++roots > 1) return false;
      if (empty !== '/') open.push(name);
      if (open.length > MAX_DEPTH) return false;
    }
  }
  return roots === 1 && open.length === 0;
}

/** One card's part of a log that is not well-formed as a whole. */
export interface GpuBlock {
  readonly id: string | null;
  readonly text: string;
}

/** At the start of a line: a process name may contain anything else. */
const GPU_TAG = /(?<=^|[\n>][ \t]{0,64})<gpu id="([^"<\n]{0,64})">/g;
const MAX_BLOCKS = 64;

/** The parts that have an end, or at least the process list, which comes after everything that is needed. */
export function gpuBlocks(log: string): GpuBlock[] {
  const starts = [...take(log.matchAll(GPU_TAG), MAX_BLOCKS)];
  return starts.flatMap((start, number): GpuBlock[] => {
    const own = log.slice(start.index + start[0].length, starts[number + 1]?.index ?? log.length);
    const end = own.lastIndexOf('</gpu>');
    const text = end < 0 ? own : own.slice(0, end);
    return end < 0 && !text.includes('<processes>') ? [] : [{ id: start[1] ?? null, text }];
  });
}

function* take<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let taken = 0;
  for (const item of items) {
    if (taken++ >= count) return;
    yield item;
  }
}
