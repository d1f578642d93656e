import { z } from 'zod';

/** The most models of a panel. */
const MAX_PANEL = 8;

const settings = {
  analysis_models: z.array(z.string().min(1)).min(1).max(MAX_PANEL).nullish(),
  /** Writes the answer. */
  model: z.string().min(1).nullish(),
  /** How many of the panel have to answer; not part of OpenRouter's API. */
  min_successful_responses: z.int().min(1).max(MAX_PANEL).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  max_tool_calls: z.int().min(1).max(16).nullish(),
  preset: z.string().nullish(),
};

/** A plugin of OpenRouter; all but `fusion` have no effect. */
export const plugin = z.object({ id: z.string(), enabled: z.boolean().nullish(), ...settings });

/** The same as a tool of the server. */
export const fusionTool = z.object({ type: z.literal('openrouter:fusion'), parameters: z.object(settings).nullish() });

/** The name of a blend of a panel, as a model. */
export const FUSION_ALIAS = 'openrouter/fusion';

/** What a request says of its panel. */
export interface FusionRequest extends Readonly<z.infer<z.ZodObject<typeof settings>>> {
  /** The field it stands in. */
  readonly param: string;
}

type Plugin = z.infer<typeof plugin>;

/** The fusion that is asked for; undefined for none. */
export function findFusion({
  model,
  plugins,
  tools,
}: {
  readonly model: string;
  readonly plugins?: readonly Plugin[] | null | undefined;
  readonly tools?: readonly ({ readonly type: string } | z.infer<typeof fusionTool>)[] | null | undefined;
}): FusionRequest | undefined {
  for (const [index, one] of (plugins ?? []).entries()) {
    if (one.id === 'fusion' && one.enabled !== false) return { ...one, param: `plugins[${index}]` };
  }
  for (const [index, tool] of (tools ?? []).entries()) {
    if (tool.type === 'openrouter:fusion') {
      const parameters = 'parameters' in tool ? tool.parameters : undefined;
      return { ...parameters, param: `tools[${index}].parameters` };
    }
  }
  return model === FUSION_ALIAS ? { param: 'model' } : undefined;
}
