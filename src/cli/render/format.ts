/** A progress bar of `width` columns; `share` between 0 and 1. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** Bytes for people, in powers of ten as downloads and disks are sold: `93.8 MB`. */
export function formatBytes(bytes: number): string {
  const [unit, size] =
    bytes >= 1e9 ? (['GB', 1e9] as const) : bytes >= 1e6 ? (['MB', 1e6] as const) : (['kB', 1e3] as const);
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

/** Milliseconds for people: `3.2 s`, `41 s`, `2 min 05 s`, `1 h 10 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** US dollars with four digits after the point, or as many as it takes to show two: `$0.0123`, `$0.000045`. */
export function formatDollars(amount: number): string {
  if (amount === 0) return '$0';
  return `$${amount >= 0.001 ? amount.toFixed(4) : Number(amount.toPrecision(2)).toFixed(Math.min(10, 1 - Math.floor(Math.log10(amount))))}`;
}

/** A count with its noun: `1 answer`, `1,234 answers`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? singular : plural}`;
}

/** A share between 0 and 1 as whole per cent, never rounded up to 100 before the end. */
export function formatShare(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)} %`;
}
