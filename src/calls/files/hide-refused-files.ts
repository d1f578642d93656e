import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { CallWarning } from 'ai';
import type { FileKind } from '../../spec/attachments.ts';
import { isInProcessModel } from '../../spec/in-process-model.ts';
import type { CallPolicy } from '../call.ts';
import { type CallReply, StreamReply } from '../call-reply.ts';
import { refusedKinds } from './file-refusal.ts';
import { hideFiles, kindsOfFiles } from './hide-files.ts';

/**
 * Asks a model that refuses images or other files once more, with a text mark in their place. The answer has a warning
 * for each. What a model refuses is remembered, so that later calls do not ask with it again.
 */
export const hideRefusedFiles: CallPolicy = async (call, next) => {
  const { options, target } = call;
  const { prompt, abortSignal } = options;
  const sent = kindsOfFiles(prompt);
  if (sent.size === 0) return next(call);
  const { files } = target;
  // Models in this process read texts alone.
  const isTextOnly = isInProcessModel(target.given);
  const endWait = isTextOnly ? () => {} : await files.begin(sent, abortSignal);
  const hidden = new Set([...sent].filter((kind) => isTextOnly || files.isRefused(kind)));
  const learned: FileKind[] = [];
  for (;;) {
    const shown = new Set([...sent].filter((kind) => !hidden.has(kind)));
    const asked = hideFiles(prompt, hidden);
    try {
      const reply = await next({ ...call, options: { ...options, prompt: asked.prompt } });
      files.set(shown, true);
      return asked.warnings.length === 0 ? reply : withWarnings(reply, asked.warnings, abortSignal);
    } catch (error) {
      const refused = abortSignal?.aborted === true ? [] : refusedKinds(error, shown);
      if (refused.length === 0) {
        // What fails without the files as well did not refuse them.
        files.set(learned, undefined);
        abortSignal?.throwIfAborted();
        throw error;
      }
      files.set(refused, false);
      learned.push(...refused);
      for (const kind of refused) hidden.add(kind);
    } finally {
      endWait();
    }
  }
};

function withWarnings(
  reply: CallReply,
  warnings: readonly CallWarning[],
  abortSignal: AbortSignal | undefined,
): CallReply {
  if (reply.kind === 'generate') {
    const { result } = reply;
    return { ...reply, result: { ...result, warnings: [...result.warnings, ...warnings] } };
  }
  let isStarted = false;
  const read = async (): Promise<readonly LanguageModelV4StreamPart[] | undefined> => {
    const parts = await reply.read();
    if (isStarted || parts === undefined) return parts;
    isStarted = true;
    const [first, ...rest] = parts;
    return first?.type === 'stream-start'
      ? [{ ...first, warnings: [...first.warnings, ...warnings] }, ...rest]
      : [{ type: 'stream-start', warnings: [...warnings] }, ...parts];
  };
  return new StreamReply({ read, cancel: (reason) => reply.cancel(reason) }, { info: reply.info, abortSignal });
}
