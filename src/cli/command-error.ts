import { type ExitCode, EXIT_CODES } from './exit-code.ts';

/** A command could not do what it was asked, for a reason that is no error of the library. The message says it all. */
export class CommandError extends Error {
  override readonly name = 'CommandError' as const;
  readonly exitCode: ExitCode;

  constructor(message: string, { exitCode = EXIT_CODES.failed }: { exitCode?: ExitCode } = {}) {
    super(message);
    this.exitCode = exitCode;
  }
}
