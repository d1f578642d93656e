import { BlenderError } from './blender-error.ts';

/** The input does not fit into the context of the model. */
export class ContextExceededError extends BlenderError {
  override readonly name = 'ContextExceededError' as const;
  override readonly code = 'context_exceeded' as const;
  readonly model: string;
  /** Tokens the input takes. */
  readonly inputTokens: number;
  /** Tokens the context holds, input and output together. */
  readonly contextTokens: number;

  constructor({ model, inputTokens, contextTokens }: { model: string; inputTokens: number; contextTokens: number }) {
    super(
      `The input takes ${inputTokens} tokens, but ${model} holds ${contextTokens} for input and output together. Shorten the input or choose a model with a longer context.`,
    );
    this.model = model;
    this.inputTokens = inputTokens;
    this.contextTokens = contextTokens;
  }
}
