import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';

/** Where the parts of an answer come from, several at a time. A web stream costs more than the parts do. */
export interface PartSource {
  /** What has come since the last time, at least one part; waits for it. Undefined after the last part. */
  read(): Promise<readonly LanguageModelV4StreamPart[] | undefined>;
  cancel(reason?: unknown): Promise<void>;
}

/** What came with the parts of an answer. */
export type PartsInfo = Omit<LanguageModelV4StreamResult, 'stream'>;

/** A model that also gives the parts of an answer without a web stream. */
export interface PartModel extends LanguageModelV4 {
  openParts(options: LanguageModelV4CallOptions): Promise<{ readonly source: PartSource; readonly info: PartsInfo }>;
}

export function isPartModel(model: LanguageModelV4): model is PartModel {
  return 'openParts' in model && typeof model.openParts === 'function';
}

/** The same parts as a web stream. */
export function toPartStream(source: PartSource): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      async pull(controller) {
        const parts = await source.read();
        if (parts === undefined) controller.close();
        else for (const part of parts) controller.enqueue(part);
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
