import { readBatchLines, splitBatch } from './split-batch.ts';
import type { BatchApi, BatchState, BatchTarget } from './batch-api.ts';
import type { BatchOutcomeCounts, BatchRecord, SealedBatch } from './batch-log.ts';
import { MAX_IDLE, MAX_REFUSED, MAX_TRIES } from './batch-pace.ts';
import { ReplyWriter } from './reply-file.ts';
import { indexOf } from './request-id.ts';

/** What came of a batch that is over: its answers are on the disk. */
export interface CollectedBatch extends BatchOutcomeCounts {
  /** What is to be submitted again. */
  readonly next: readonly SealedBatch[];
}

/** Takes the results of a batch that is over. @returns undefined where they are those of another's batch */
export async function collectBatch(
  batch: BatchRecord,
  {
    job,
    segmentSize,
    api,
    state,
    target,
    nextNumber,
    maxTokens,
  }: {
    job: string;
    segmentSize: number;
    api: BatchApi;
    state: BatchState;
    target: BatchTarget;
    nextNumber: () => number;
    /** Most tokens of a batch of this model. */
    maxTokens: number;
  },
): Promise<CollectedBatch | undefined> {
  const { root } = batch;
  const { refusal } = state;
  const ids = new Map<string, string | undefined>();
  const lineIds: string[] = [];
  for await (const { id } of readBatchLines(job, batch.number)) {
    ids.set(id, undefined);
    lineIds.push(id);
  }
  const counts = { answered: 0, expired: 0, cancelled: 0, failed: 0, missing: 0, unknown: 0 };
  const writer = new ReplyWriter(job);
  const segmentOf = (id: string) => Math.floor(indexOf(id) / segmentSize);
  const left = new Set(lineIds);
  const failures = new Map<string, { readonly status: number; readonly message: string }>();
  try {
    if (refusal === undefined) {
      for await (const outcome of api.results(batch.id ?? '', state, target)) {
        const { id } = outcome;
        if (!left.has(id) || failures.has(id)) counts.unknown += 1;
        else if ('reply' in outcome) {
          left.delete(id);
          counts.answered += 1;
          await writer.add(segmentOf(id), { key: id, root, reply: outcome.reply });
        } else {
          counts[outcome.unanswered] += 1;
          failures.set(id, { status: 503, message: `${outcome.unanswered}: ${outcome.message}` });
        }
      }
      if (!api.hasNames && counts.unknown > 0 && left.size === ids.size && failures.size === 0) return undefined;
      counts.missing = left.size - failures.size;
    } else if (!refusal.isTooMuch) {
      const { message } = refusal;
      const blamed = refusal.lines.map((line) => lineIds[line - 1]).filter((id) => id !== undefined);
      for (const id of blamed) {
        left.delete(id);
        counts.answered += 1;
        await writer.add(segmentOf(id), { key: id, root, failure: { status: 400, message } });
      }
      counts.failed = left.size;
      for (const id of left) failures.set(id, { status: 400, message });
    }
    const hasAnswers = counts.answered > 0 || refusal?.isTooMuch === true || batch.isCancelled;
    const tries = batch.tries + (refusal?.isTooMuch === true ? 0 : 1);
    const idle = hasAnswers ? 0 : batch.idle + 1;
    if (left.size > 0 && (tries >= MAX_TRIES || idle >= (refusal === undefined ? MAX_IDLE : MAX_REFUSED))) {
      for (const id of left) {
        const failure = failures.get(id) ?? { status: 503, message: 'missing: the provider gave no result for it' };
        await writer.add(segmentOf(id), { key: id, root, failure });
      }
      left.clear();
    }
    await writer.close();
    // Of about the same size.
    const most = batch.tokens > maxTokens ? Math.ceil(batch.tokens / Math.ceil(batch.tokens / maxTokens)) : Infinity;
    const again = { ...batch, tries, idle };
    const next = await splitBatch(again, { job, segmentSize, nextNumber, maxTokens: most, keep: left });
    return { ...counts, next };
  } catch (error) {
    await writer.close().catch(() => {});
    throw error;
  }
}
