/** Asks the person at the program's terminal to confirm what a page may not do on its own. */
import type { ActQuestion } from '../contract/act-questions.ts';
import { actText, confirmationText } from '../host/acts/act-text.ts';
import type { AskPerson } from '../host/acts/pending-acts.ts';
import type { Terminal } from './cli/terminal.ts';

/** Without a terminal it waits for `crynux-node confirm`. */
export function askAtTerminal(terminal: Terminal): AskPerson {
  return async (question, signal) => {
    const { ask, note } = terminal;
    const text = questionText(question);
    if (ask === null) {
      note(`${text}\nRun "crynux-node confirm" within two minutes to allow it; otherwise it is refused.`);
      return null;
    }
    const last = confirmationText(question);
    try {
      const asked = `\n${text}\nType ${last} to allow it; anything else refuses: `;
      return (await ask(asked, AbortSignal.any([signal, terminal.signal]))).trim() === last;
    } catch {
      note('No longer waiting for an answer here.');
      return false;
    }
  };
}

export function questionText(question: ActQuestion): string {
  const { message, lines } = actText(question, 'en');
  return [message, ...lines.map((line) => `  ${line}`)].join('\n');
}
