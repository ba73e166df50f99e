/** The part of a pino logger that the engine room uses. */
export interface EngineLog {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

export const SILENT_LOG: EngineLog = { debug() {}, info() {}, warn() {}, error() {} };
