import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import type { LlamaGrammarEvaluationState, LlamaModel } from 'node-llama-cpp';
import { InvalidArgumentError } from '../error/index.ts';
import { toGrammarSchema } from './grammar-schema.ts';
import type { Runtime } from './runtime.ts';

/** What keeps an answer to a format. */
export interface ResponseGrammar {
  /** For one generation, which uses it up. Undefined where any text will do. */
  readonly grammar: LlamaGrammarEvaluationState | undefined;
  /** The grammar's own mark of the end. */
  readonly stopSequences: readonly string[];
  readonly warnings: readonly SharedV4Warning[];
}

const ANY_TEXT: ResponseGrammar = { grammar: undefined, stopSequences: [], warnings: [] };

/**
 * The grammar for a response format. The model is held to it, not told of it: the prompt is not changed, so it is
 * for the caller to say what the fields mean.
 *
 * @throws InvalidArgumentError for a schema no grammar can be made of.
 */
export async function createResponseGrammar(
  { llama, nodeLlamaCpp }: Runtime,
  model: LlamaModel,
  format: LanguageModelV4CallOptions['responseFormat'],
): Promise<ResponseGrammar> {
  if (format?.type !== 'json') return ANY_TEXT;
  const { schema, ignored } =
    format.schema === undefined ? { schema: undefined, ignored: [] } : toGrammarSchema(format.schema);
  try {
    const grammar =
      schema === undefined
        ? await llama.getGrammarFor('json')
        : // Its type wants to know the schema while it compiles.
          await llama.createGrammarForJsonSchema(schema as Parameters<typeof llama.createGrammarForJsonSchema>[0]);
    return {
      grammar: new nodeLlamaCpp.LlamaGrammarEvaluationState({ model, grammar }),
      // The runtime's grammars end with empty lines instead of the end of a turn.
      stopSequences: ['\n\n\n\n'],
      warnings: ignored.length === 0 ? [] : [ignoredKeywords(ignored)],
    };
  } catch (cause) {
    throw new InvalidArgumentError({
      parameter: 'responseFormat.schema',
      value: format.schema,
      message: 'no grammar can be made of this schema.',
      cause,
    });
  }
}

function ignoredKeywords(keywords: readonly string[]): SharedV4Warning {
  const details = `A grammar cannot enforce ${keywords.join(', ')}; the answer may not heed it.`;
  return { type: 'compatibility', feature: 'responseFormat.schema', details };
}
