import type { Readable, Writable } from 'node:stream';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { Blender, BlenderConfig } from '../index.ts';
import { BlendChoices } from '../server/blends/blend-choices.ts';
import { ServedModels, servedBlends } from '../server/served-models.ts';
import { addTool, type ToolParts } from './tool.ts';
import { askTool } from './tools/ask.ts';
import { compareTool } from './tools/compare.ts';
import { fuseTool } from './tools/fuse.ts';
import { rankTool } from './tools/rank.ts';

/** Milliseconds between signs of life. */
const PROGRESS_MS = 10_000;

/** Bytes of one message. */
const MAX_MESSAGE_BYTES = 20e6;

/** Options of {@link serveMcp}. */
export interface ServeMcpOptions {
  readonly blender: Blender;
  /** The configuration that the blender is made of: clients can name its blends, their models, and its rankers. */
  readonly config: Pick<BlenderConfig, 'blends' | 'rankers' | 'defaults'>;
  /** Of this package. */
  readonly version: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Ends it. */
  readonly abortSignal: AbortSignal;
  /** Called with what is wrong with messages. */
  readonly onError: (error: Error) => void;
}

/** Serves the tools over standard input and output, until the client closes its end. What runs then is stopped. */
export async function serveMcp(options: ServeMcpOptions): Promise<void> {
  const { blender, config, version, stdin, stdout, abortSignal, onError } = options;
  const models = new ServedModels(blender, servedBlends(config));
  const parts: ToolParts = { blender, choices: BlendChoices.of(blender, { models, config }), progressMs: PROGRESS_MS };
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  stdin.once('end', end).once('close', end).once('error', end);
  stdout.once('error', end);
  abortSignal.addEventListener('abort', () => end(), { once: true });
  if (abortSignal.aborted) end();
  const handle = serveStdio(() => createServer(parts, version), {
    transport: new StdioServerTransport(stdin, stdout, { maxBufferSize: MAX_MESSAGE_BYTES }),
    onerror: onError,
  });
  await ended;
  await handle.close();
}

function createServer(parts: ToolParts, version: string): McpServer {
  const server = new McpServer(
    { name: 'llm-blender', title: 'LLM-Blender', version },
    {
      instructions:
        'Several language models answer, a ranker compares their answers, and the best are fused. Use ask for a question that deserves it, rank or compare to judge answers that are there, fuse to make one of several.',
    },
  );
  addTool(server, askTool(parts), parts);
  addTool(server, rankTool(parts), parts);
  addTool(server, compareTool(parts), parts);
  addTool(server, fuseTool(parts), parts);
  return server;
}
