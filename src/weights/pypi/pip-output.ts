import { redactSecrets } from '../../util/error-message.ts';

/** What the lines of `pip download -vv` have said so far. */
export interface PipOutput {
  add(line: string): void;
  /** True once pip has said anything: Python is up, and what follows is the network's doing. */
  readonly hasStarted: boolean;
  /** True once an index has answered with the package, or its file has been found in another way. */
  readonly hasAnswered: boolean;
  /** Why pip failed, as a sentence. */
  failureReason(exitCode: number | null): string;
}

const ANSWERED = /^\s*(?:Found link .*\.whl\b|Downloading |Using cached |Saved |File was already downloaded )/;

/** Follows the output of pip. */
export function createPipOutput(): PipOutput {
  let hasStarted = false;
  let hasAnswered = false;
  let unreachable: string | undefined;
  let status: string | undefined;
  let lastError: string | undefined;
  return {
    add(line) {
      hasStarted = true;
      hasAnswered ||= ANSWERED.test(line);
      // The index is asked first, so its failure is the cause and "no matching distribution" only what follows from it.
      const failed = line.match(/Could not fetch URL \S+: (.*?)(?: - skipping)?$/)?.[1];
      const answered = failed?.match(/^(\d{3}) /)?.[1];
      if (answered !== undefined) status ??= answered;
      else unreachable ??= failed;
      lastError = line.match(/^\s*ERROR: (.*)/)?.[1] ?? lastError;
    },
    get hasStarted() {
      return hasStarted;
    },
    get hasAnswered() {
      return hasAnswered;
    },
    failureReason(exitCode) {
      if (unreachable !== undefined && !hasAnswered)
        return `the package index cannot be reached (${shorten(unreachable)}).`;
      if (lastError === undefined) return `pip failed with exit code ${exitCode}.`;
      return `pip: ${shorten(lastError)}${status === undefined ? '' : ` (the package index answered ${status})`}`;
    },
  };
}

/** The system's own words out of the layers that pip wraps around them. */
function shorten(text: string): string {
  const core = text.match(/\[Errno -?\d+\] ([^'")]+)/)?.[1] ?? text;
  const plain = redactSecrets(core.replace(/\/\/[^/\s@]*@/g, '//'));
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
}
