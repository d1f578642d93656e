import { formatBytes, formatCount } from '../render/format.ts';
import type { CheckResult } from './check.ts';

/** Processors that this process may use. */
export function checkCores({ usable, present }: { usable: number; present: number }): CheckResult {
  return {
    name: 'Processor',
    status: 'ok',
    detail: `${formatCount(usable, 'thread')} usable${usable === present ? '' : ` of ${present}`}`,
  };
}

/** The embedded model with its working memory, roughly. */
const NEEDED_BYTES = 500e6;

/** Memory that is free for this process. */
export function checkMemory({ availableBytes, totalBytes }: { availableBytes: number; totalBytes: number }): CheckResult {
  const enough = availableBytes >= NEEDED_BYTES;
  return {
    name: 'Memory',
    status: enough ? 'ok' : 'warn',
    detail: `${formatBytes(availableBytes)} available of ${formatBytes(totalBytes)}`,
    ...(enough ? {} : { help: `The embedded model needs about ${formatBytes(NEEDED_BYTES)}: close other programs.` }),
  };
}
