import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';

/** A block of text or thought that is being written. */
interface Block {
  readonly type: 'text' | 'reasoning';
  text: string;
  providerMetadata?: SharedV4ProviderMetadata;
}

/** The whole answer of a stream. @throws what a stream has as an error part. */
export async function toGenerateResult({
  stream,
}: LanguageModelV4StreamResult): Promise<LanguageModelV4GenerateResult> {
  const content: LanguageModelV4Content[] = [];
  const blocks = new Map<string, Block>();
  let result: Pick<LanguageModelV4GenerateResult, 'finishReason' | 'usage' | 'providerMetadata'> | undefined;
  let response: LanguageModelV4GenerateResult['response'] = {};
  let warnings: LanguageModelV4GenerateResult['warnings'] = [];
  for await (const part of stream) {
    switch (part.type) {
      case 'stream-start':
        ({ warnings } = part);
        break;
      case 'response-metadata': {
        const { type: _type, ...metadata } = part;
        response = metadata;
        break;
      }
      case 'text-start':
      case 'reasoning-start': {
        const block: Block = { type: part.type === 'text-start' ? 'text' : 'reasoning', text: '' };
        takeMetadata(block, part);
        blocks.set(part.id, block);
        content.push(block);
        break;
      }
      case 'text-delta':
      case 'reasoning-delta':
      case 'text-end':
      case 'reasoning-end': {
        const block = blocks.get(part.id);
        if (block === undefined) break;
        if ('delta' in part) block.text += part.delta;
        // What comes last holds, such as the signature of a thought.
        takeMetadata(block, part);
        break;
      }
      case 'tool-call':
      case 'custom':
      case 'source':
      case 'reasoning-file':
        content.push(part);
        break;
      case 'error':
        throw part.error;
      case 'finish': {
        const { type: _type, ...end } = part;
        result = end;
        break;
      }
      default:
    }
  }
  if (result === undefined) throw new Error('a stream of a blend ends with its finish part');
  return { content, ...result, response, warnings };
}

function takeMetadata(block: Block, { providerMetadata }: { providerMetadata?: SharedV4ProviderMetadata }): void {
  if (providerMetadata !== undefined) block.providerMetadata = providerMetadata;
}
