/** UTF-8 bytes to a token, rather too few than too many: English has about four, code three, Chinese and Japanese three. */
export const BYTES_PER_TOKEN = 3;

/**
 * About how many tokens a text is to a model whose tokenizer is not at hand, rather too many than too few: a third of
 * its bytes in UTF-8.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}
