import type { Resources } from '../../registry/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import type { AnswerForm } from '../../structured/index.ts';
import type { CompleteBlendOptions } from '../apply-named-blend.ts';
import type { BlendEvent } from '../blend-parts.ts';

/** What all turns of a session have in common. */
export interface TurnContext {
  readonly options: CompleteBlendOptions;
  readonly resources: Resources;
  /** Over the whole session; undefined where nothing is limited. */
  readonly budget: CallBudget | undefined;
  /** Undefined where any text will do. */
  readonly form: AnswerForm | undefined;
  readonly emit: (event: BlendEvent) => void;
  /** The caller's: it ends all work at once, and no part reports that. */
  readonly abortSignal: AbortSignal | undefined;
  /** The calls and fusions that all turns have planned so far. */
  readonly planned: { calls: number; fusions: number };
}
