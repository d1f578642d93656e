import { errorMessage } from '../../util/error-message.ts';
import { formatBytes, formatCount } from '../render/format.ts';
import type { CheckResult } from './check.ts';

/** Threads that this process may use; `countUsable` throws where a setting about them cannot be used. */
export function checkCores({ countUsable, present }: { countUsable: () => number; present: number }): CheckResult {
  const name = 'Processor';
  try {
    const usable = countUsable();
    return {
      name,
      status: 'ok',
      detail: `${formatCount(usable, 'thread')} usable${usable === present ? '' : ` of ${present}`}`,
    };
  } catch (error) {
    return { name, status: 'fail', detail: errorMessage(error) };
  }
}

/** The embedded model with its working memory, roughly. */
const NEEDED_BYTES = 500e6;

/** Memory that is free for this process. */
export function checkMemory({
  availableBytes,
  totalBytes,
}: {
  availableBytes: number;
  totalBytes: number;
}): CheckResult {
  const enough = availableBytes >= NEEDED_BYTES;
  return {
    name: 'Memory',
    status: enough ? 'ok' : 'warn',
    detail: `${formatBytes(availableBytes)} available of ${formatBytes(totalBytes)}`,
    ...(enough ? {} : { help: `The embedded model needs about ${formatBytes(NEEDED_BYTES)}: close other programs.` }),
  };
}
