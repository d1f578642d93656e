import { requestsPath } from './batch-files.ts';
import type { SealedBatch } from './batch-log.ts';
import { RequestFile, requestLines } from './request-file.ts';
import { idInLine, indexOf } from './request-id.ts';

/** The requests of a batch in their order. */
export async function* readBatchLines(
  job: string,
  number: number,
): AsyncGenerator<{ readonly id: string; readonly line: string }, void> {
  for await (const line of requestLines(requestsPath(job, number))) yield { id: idInLine(line), line };
}

/** Writes some of the requests of a batch as other batches. */
export async function splitBatch(
  batch: SealedBatch,
  {
    job,
    segmentSize,
    nextNumber,
    maxTokens = Infinity,
    maxRequests = Infinity,
    keep,
    isNewRoot = false,
  }: {
    job: string;
    segmentSize: number;
    nextNumber: () => number;
    /** Of each of the batches. */
    maxTokens?: number;
    /** Of the first of them. */
    maxRequests?: number;
    /** The requests that are taken. @default all */
    keep?: ReadonlySet<string>;
    /** Whether money is set aside for each of them. */
    isNewRoot?: boolean;
  },
): Promise<readonly SealedBatch[]> {
  if (keep?.size === 0) return [];
  const sealed: SealedBatch[] = [];
  const tokensOf = (bytes: number) => Math.ceil((batch.tokens * bytes) / batch.bytes);
  let file: RequestFile | undefined;
  let number = 0;
  let segments = new Set<number>();
  const seal = async () => {
    if (file === undefined) return;
    await file.seal();
    const { requests, bytes } = file;
    const cost = batch.cost === null ? null : (batch.cost * requests) / batch.requests;
    const root = isNewRoot ? number : batch.root;
    const { model, modelId, beta, tries, refusals } = batch;
    const tokens = tokensOf(bytes);
    sealed.push({
      number,
      model,
      modelId,
      beta,
      requests,
      bytes,
      tokens,
      cost,
      segments: [...segments],
      root,
      tries,
      refusals,
    });
    file = undefined;
  };
  for await (const { id, line } of readBatchLines(job, batch.number)) {
    if (keep !== undefined && !keep.has(id)) continue;
    const text = `${line}\n`;
    if (file !== undefined) {
      const isFull = tokensOf(file.bytes + Buffer.byteLength(text)) > maxTokens;
      if (isFull || (sealed.length === 0 && file.requests >= maxRequests)) await seal();
    }
    if (file === undefined) {
      number = nextNumber();
      file = new RequestFile(requestsPath(job, number));
      segments = new Set();
    }
    file.add(text);
    segments.add(Math.floor(indexOf(id) / segmentSize));
    await file.drain();
  }
  await seal();
  return sealed;
}
