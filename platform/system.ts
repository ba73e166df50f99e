/**
 * The port to the system: every difference between Linux, macOS and Windows is a value or function of this object, and
 * tests can query all three on any machine. `npm run lint` fails if another room queries the system itself
 * (scripts/house/systems.ts); `npm run verify:platform` checks the rules against the machine it runs on.
 */
import type path from 'node:path';
import { CARD_RULES, type CardRules, type DesktopRules, desktopRulesOf, nvidiaSmiCommands } from './desktop.ts';
import { type FileRules, fileRulesOf } from './files.ts';
import { type Folders, foldersOf } from './folders.ts';
import { type MachineFacts, type SystemName, thisMachine } from './machine.ts';
import { type ProcessRules, processRulesOf } from './processes.ts';
import { pathOf } from './world.ts';

export interface System {
  readonly name: SystemName;
  readonly arch: string;
  /** `linux x64` */
  readonly label: string;
  readonly folders: Folders;
  readonly processes: ProcessRules;
  readonly files: FileRules;
  readonly desktop: DesktopRules;
  readonly cards: CardRules & { readonly nvidiaSmi: readonly string[] };
}

/** `paths`: the system's own notation, unless a test puts another system's files on this one. */
export function systemOf(facts: MachineFacts, paths: path.PlatformPath = pathOf(facts.name)): System {
  const folders = foldersOf(facts, paths);
  return {
    name: facts.name,
    arch: facts.arch,
    label: `${facts.name} ${facts.arch}`,
    folders,
    processes: processRulesOf(facts, paths),
    files: fileRulesOf(facts, paths),
    desktop: desktopRulesOf(facts, folders.settings, paths),
    cards: { ...CARD_RULES[facts.name], nvidiaSmi: nvidiaSmiCommands(facts) },
  };
}

export const SYSTEM: System = systemOf(thisMachine());
