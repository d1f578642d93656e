import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Blender, Usage } from '../index.ts';
import type { BlendChoices } from '../server/blends/blend-choices.ts';
import { errorMessage } from '../util/error-message.ts';

/** What tools work with. */
export interface ToolParts {
  readonly blender: Blender;
  /** What a client can name. */
  readonly choices: BlendChoices;
  /** Milliseconds between signs of life while a tool works; clients give up after a minute without one. */
  readonly progressMs: number;
}

/** One call of a tool. */
export interface ToolCall {
  /** Aborts when the client calls it off, or leaves. */
  readonly abortSignal: AbortSignal;
  /** Tells the client how far it is. */
  readonly tell: (message: string) => void;
}

/** What a tool answers. */
export interface ToolResult<OUTPUT> {
  /** For the model that has called it. */
  readonly text: string;
  readonly data: OUTPUT;
}

/** A tool that the server offers. */
export interface Tool<INPUT extends z.ZodObject, OUTPUT extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: INPUT;
  readonly output: OUTPUT;
  readonly run: (input: z.output<INPUT>, call: ToolCall) => Promise<ToolResult<z.input<OUTPUT>>>;
}

/** Offers a tool. What fails is told as the result of the tool, which the model reads; it never has keys. */
export function addTool<INPUT extends z.ZodObject, OUTPUT extends z.ZodObject>(
  server: McpServer,
  { name, title, description, input, output, run }: Tool<INPUT, OUTPUT>,
  { progressMs }: Pick<ToolParts, 'progressMs'>,
): void {
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: input as z.ZodObject,
      outputSchema: output as z.ZodObject,
      // It asks models, which may be anywhere, and changes nothing.
      annotations: { readOnlyHint: true, openWorldHint: true },
    },
    async (given: Record<string, unknown>, context: ServerContext): Promise<CallToolResult> => {
      const { signal: abortSignal } = context.mcpReq;
      using progress = startProgress(context, progressMs);
      try {
        const { text, data } = await run(given as z.output<INPUT>, { abortSignal, tell: progress.tell });
        return { content: [{ type: 'text', text }], structuredContent: data as Record<string, unknown> };
      } catch (error) {
        abortSignal.throwIfAborted();
        return { isError: true, content: [{ type: 'text', text: errorMessage(error) }] };
      }
    },
  );
}

/** Tells progress where the client asks for it, and again what was told last while nothing happens. */
function startProgress({ mcpReq }: ServerContext, everyMs: number): Disposable & Pick<ToolCall, 'tell'> {
  const { _meta: meta } = mcpReq;
  const progressToken = meta?.progressToken;
  if (progressToken === undefined) return { tell: () => {}, [Symbol.dispose]: () => {} };
  let progress = 0;
  let last = 'Working';
  const tell = (message: string) => {
    last = message;
    progress += 1;
    // A client that has left is told nothing.
    mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, message } }).catch(() => {});
    timer.refresh();
  };
  const timer = setTimeout(() => tell(last), everyMs);
  return { tell, [Symbol.dispose]: () => clearTimeout(timer) };
}

/** What a tool has spent. */
export const spent = z.object({
  calls: z.int().describe('Calls of models, and passes of a ranker.'),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  costUsd: z.number().nullable().describe('null where a price is not known.'),
});

export function toSpent({ calls, inputTokens, outputTokens, cost }: Usage): z.input<typeof spent> {
  return {
    calls,
    inputTokens: inputTokens ?? null,
    outputTokens: outputTokens ?? null,
    costUsd: cost ?? null,
  };
}

/** A number for JSON, which has no word for one that is none. */
export function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** One of the names there are, where there are any. */
export function oneOf(names: Iterable<string>): z.ZodType<string> {
  const [first, ...others] = names;
  return first === undefined ? z.string().min(1) : z.enum([first, ...others]);
}
