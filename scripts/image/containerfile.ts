/** Checks the last stage of a Containerfile against our rules. */

export interface Containerfile {
  readonly entrypoint: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly user: number;
  /** One text for each problem; empty = none. */
  readonly problems: readonly string[];
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** Would be readable in every layer and in `inspect`. */
const SECRET = /pass(word|phrase|wd)|secret|token|private|mnemonic|credential/i;
/** Have to be in exec form, so that signals reach the program and an image without a shell works. */
const EXEC_FORM = ['ENTRYPOINT', 'CMD', 'HEALTHCHECK'] as const;
const UNPRIVILEGED_FROM = 1_000;

export function parseContainerfile(text: string): Containerfile {
  const all = parseInstructions(text);
  const last = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
  const instructionsNamed = (name: string) => last.filter((one) => one.name === name);
  const problems: string[] = [];
  for (const { name, rest } of all) {
    if ((name === 'ENV' || name === 'ARG') && SECRET.test(rest.split('=')[0] ?? ''))
      problems.push(`${name} ${rest}: a secret in the image`);
    if (name === 'ADD') problems.push(`ADD ${rest}: use COPY, which cannot fetch anything from elsewhere`);
    if (name === 'FROM' && /:latest\b/.test(rest)) problems.push(`FROM ${rest}: not pinned to one image`);
  }
  for (const name of EXEC_FORM) {
    const [first, ...others] = instructionsNamed(name);
    if (first === undefined || others.length > 0) problems.push(`${name} has to appear once in the last stage`);
    else if (parseArgv(first.rest) === null) problems.push(`${name} ${first.rest}: needs a shell`);
    else if (parseArgv(first.rest)?.some((word) => /(^|\/)(ba|da)?sh$/.test(word)))
      problems.push(`${name} ${first.rest}: starts a shell`);
  }
  const user = instructionsNamed('USER').at(-1)?.rest ?? '';
  const numbers = /^(\d+):(\d+)$/.exec(user);
  if (numbers === null || Number(numbers[1]) < UNPRIVILEGED_FROM || Number(numbers[2]) < UNPRIVILEGED_FROM) {
    problems.push(`USER ${user}: has to be the numbers of an unprivileged user and group, as in 10001:10001`);
  }
  if (instructionsNamed('STOPSIGNAL').at(-1)?.rest !== 'SIGTERM')
    problems.push('STOPSIGNAL has to be SIGTERM, which makes nodes finish their tasks');
  return {
    entrypoint: parseArgv(instructionsNamed('ENTRYPOINT')[0]?.rest ?? '') ?? [],
    env: new Map(
      instructionsNamed('ENV').map(({ rest }) => [rest.slice(0, rest.indexOf('=')), rest.slice(rest.indexOf('=') + 1)]),
    ),
    user: Number(numbers?.[1] ?? 0),
    problems,
  };
}

function parseInstructions(text: string): Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? [];
    return { name: name.toUpperCase(), rest: rest.trim() };
  });
}

/** The program of an exec form, skipping options; null = shell form. */
function parseArgv(rest: string): string[] | null {
  const list = rest.replace(/^(--\S+\s+)*/, '').replace(/^CMD\s+/, '');
  try {
    const parsed: unknown = JSON.parse(list);
    return Array.isArray(parsed) && parsed.every((word) => typeof word === 'string') ? parsed : null;
  } catch {
    return null;
  }
}
