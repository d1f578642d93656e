import { redactSecrets } from '../../util/error-message.ts';

const ANSWERED = /^\s*(?:Found link .*\.whl\b|Downloading |Using cached |Saved |File was already downloaded )/;

/** What the lines of `pip download -vv` have said so far. */
export class PipOutput {
  /** True once pip has said anything: Python is up, and what follows is the network's doing. */
  hasStarted = false;
  /** True once an index has answered with the package, or its file has been found in another way. */
  hasAnswered = false;
  #unreachable: string | undefined;
  #status: string | undefined;
  #lastError: string | undefined;

  add(line: string): void {
    this.hasStarted = true;
    this.hasAnswered ||= ANSWERED.test(line);
    // The index is asked first, so its failure is the cause and "no matching distribution" only what follows from it.
    const failed = line.match(/Could not fetch URL \S+: (.*?)(?: - skipping)?$/)?.[1];
    const answered = failed?.match(/^(\d{3}) /)?.[1];
    if (answered !== undefined) this.#status ??= answered;
    else this.#unreachable ??= failed;
    this.#lastError = line.match(/^\s*ERROR: (.*)/)?.[1] ?? this.#lastError;
  }

  /** Why pip failed, as a sentence. */
  failureReason(exitCode: number | null): string {
    if (this.#unreachable !== undefined && !this.hasAnswered) {
      return `the package index cannot be reached (${shorten(this.#unreachable)}).`;
    }
    if (this.#lastError === undefined) return `pip failed with exit code ${exitCode}.`;
    const status = this.#status === undefined ? '' : ` (the package index answered ${this.#status})`;
    return `pip: ${shorten(this.#lastError)}${status}`;
  }
}

/** The system's own words out of the layers that pip wraps around them. */
function shorten(text: string): string {
  const core = text.match(/\[Errno -?\d+\] ([^'")]+)/)?.[1] ?? text;
  const plain = redactSecrets(core.replace(/\/\/[^/\s@]*@/g, '//'));
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
}
