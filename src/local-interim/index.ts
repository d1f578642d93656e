/* interim: replaced by src/local */
import os from 'node:os';
import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult, LanguageModelV4StreamPart, LanguageModelV4StreamResult } from '@ai-sdk/provider';
import type { ChatHistoryItem, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { MissingDependencyError } from '../error/index.ts';
import type { InProcessModel, ScoreContinuationsOptions } from '../spec/in-process-model.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import { raceAbort } from '../util/race-abort.ts';

export async function createLocalModel({ reference, path, onProgress }: { reference: string; path: string; onProgress?: (p: ModelProgress) => void; abortSignal?: AbortSignal }) {
  const cpp = await import('node-llama-cpp').catch((cause: unknown) => {
    throw new MissingDependencyError({ dependency: 'node-llama-cpp', feature: reference, command: 'npm install node-llama-cpp', cause });
  });
  const threads = os.availableParallelism();
  const llama = await cpp.getLlama({ gpu: false, build: 'never', maxThreads: threads, progressLogs: false, logLevel: cpp.LlamaLogLevel.error });
  const model: LlamaModel = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({ sequences: 4, contextSize: 4096, batchSize: 256, threads: { ideal: threads, min: 1 } });
  onProgress?.({ type: 'model-ready', reference });
  const free: LlamaContextSequence[] = [0, 1, 2, 3].map(() => context.getSequence());
  const waiting: (() => void)[] = [];
  const take = async () => {
    while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    return free.pop() as LlamaContextSequence;
  };
  const give = (s: LlamaContextSequence) => { free.push(s); waiting.shift()?.(); };
  const wrapper = cpp.resolveChatWrapper(model);
  const history = (prompt: LanguageModelV4CallOptions['prompt']): ChatHistoryItem[] => [
    ...prompt.map((m): ChatHistoryItem => {
      const text = typeof m.content === 'string' ? m.content : m.content.map((p) => (p.type === 'text' ? p.text : '')).join('');
      return m.role === 'system' ? { type: 'system', text } : m.role === 'assistant' ? { type: 'model', response: [text] } : { type: 'user', text };
    }),
    { type: 'model', response: [] },
  ];
  let last: LlamaContextSequence | undefined;
  const result: InProcessModel & AsyncDisposable = {
    specificationVersion: 'v4', provider: 'local', modelId: reference.slice(6), supportedUrls: {},
    contextTokens: 4096, maxParallelCalls: 4,
    countTokens: (text) => model.tokenize(text).length,
    async doGenerate(options): Promise<LanguageModelV4GenerateResult> {
      let text = '';
      for await (const part of (await this.doStream(options)).stream) {
        if (part.type === 'text-delta') text += part.delta;
        if (part.type === 'finish') return { content: [{ type: 'text', text }], finishReason: part.finishReason, usage: part.usage, warnings: [] };
      }
      throw new Error('no finish');
    },
    async doStream(o): Promise<LanguageModelV4StreamResult> {
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        async start(c) {
          const sequence = await take();
          try {
            const chat = new cpp.LlamaChat({ contextSequence: sequence, chatWrapper: wrapper });
            let out = 0;
            c.enqueue({ type: 'stream-start', warnings: [] });
            c.enqueue({ type: 'text-start', id: '1' });
            const r = await chat.generateResponse(history(o.prompt), {
              temperature: o.temperature ?? 0.8, topP: o.topP ?? 0.95, maxTokens: o.maxOutputTokens ?? 1024,
              ...(o.seed === undefined ? {} : { seed: o.seed }),
              ...(o.abortSignal === undefined ? {} : { signal: o.abortSignal }),
              ...(o.stopSequences === undefined ? {} : { customStopTriggers: o.stopSequences }),
              onToken: (t) => { out += t.length; },
              onTextChunk: (delta) => c.enqueue({ type: 'text-delta', id: '1', delta }),
            });
            chat.dispose({ disposeSequence: false });
            c.enqueue({ type: 'text-end', id: '1' });
            const total = sequence.contextTokens.length - out;
            c.enqueue({ type: 'finish', finishReason: { unified: r.metadata.stopReason === 'maxTokens' ? 'length' : 'stop', raw: r.metadata.stopReason }, usage: { inputTokens: { total, noCache: total, cacheRead: undefined, cacheWrite: undefined }, outputTokens: { total: out, text: out, reasoning: undefined } } });
            c.close();
          } catch (error) { try { c.error(error); } catch {} } finally { give(sequence); }
        },
      });
      return { stream };
    },
    async scoreContinuations({ prompt, answerPrefix = '', continuations, abortSignal }: ScoreContinuationsOptions) {
      const sequence = await take();
      const work = (async () => {
        try {
          const { contextText } = wrapper.generateContextState({ chatHistory: history(prompt) });
          const base = [...contextText.tokenize(model.tokenizer), ...model.tokenize(answerPrefix)];
          const ends = continuations.map((x) => model.tokenize(x));
          const ask = (tokens: Token[]) => ({ generateNext: { logits: { filter: { tokens, includeMax: true } }, totalLogitWeight: true } });
          type Out = Awaited<ReturnType<typeof sequence.controlledEvaluate>>[number];
          const lp = (x: Out, t: Token) => { const l = x?.next.logits as Map<Token, number>; return (l.get(t) ?? -Infinity) - Math.max(...l.values()) - Math.log(x?.next.totalLogitWeight ?? 1); };
          await sequence.clearHistory();
          const out = await sequence.controlledEvaluate(base.map((t, i) => (i === base.length - 1 ? [t, ask(ends.map((e) => e[0] as Token))] : t)));
          const logProbabilities: number[] = [];
          for (const e of ends) {
            let sum = lp(out.at(-1), e[0] as Token);
            if (e.length > 1) {
              const start = sequence.nextTokenIndex;
              const more = await sequence.controlledEvaluate(e.slice(0, -1).map((t, i) => [t, ask([e[i + 1] as Token])]));
              for (const [i, x] of more.entries()) sum += lp(x, e[i + 1] as Token);
              await sequence.eraseContextTokenRanges([{ start, end: sequence.nextTokenIndex }]);
            }
            logProbabilities.push(sum);
          }
          return { logProbabilities, inputTokens: base.length };
        } finally { give(sequence); }
      })();
      return raceAbort(work, abortSignal);
    },
    async [Symbol.asyncDispose]() { await context.dispose(); await model.dispose(); },
  };
  void last;
  return result;
}
