import { readFileSync } from 'node:fs';

/** Ticks of a second in `/proc`, on every Linux that Node runs on. */
const TICKS = 100;

/** What another process takes of the machine, as Linux counts it. */
export class ProcessUse {
  readonly #pid: number;
  readonly #cpuMsAtStart: number;
  #cpuMs: number;
  #mb = 0;
  /** Most memory that it had resident so far, in MB. */
  peakMb = 0;

  private constructor(pid: number) {
    this.#pid = pid;
    this.#cpuMsAtStart = this.#cpuMs = readCpuMs(pid) ?? 0;
    this.look();
  }

  static of(pid: number): ProcessUse {
    return new ProcessUse(pid);
  }

  /** Reads it anew; what it was stays where the process has ended. */
  look(): void {
    this.#cpuMs = readCpuMs(this.#pid) ?? this.#cpuMs;
    const status = readText(`/proc/${this.#pid}/status`);
    const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1000;
    this.#mb = megabytes('VmRSS');
    this.peakMb = Math.max(this.peakMb, megabytes('VmHWM'));
  }

  /** Milliseconds of CPU time since this was made. */
  get cpuMs(): number {
    this.look();
    return this.#cpuMs - this.#cpuMsAtStart;
  }

  get text(): string {
    return `${Math.round(this.#mb)} MB`;
  }
}

/** User and system time. The name of the program, before it, may have spaces. */
function readCpuMs(pid: number): number | undefined {
  const fields = readText(`/proc/${pid}/stat`).split(') ')[1]?.split(' ');
  if (fields === undefined) return undefined;
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
